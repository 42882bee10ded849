"""How a group is watched over: slow mode, first posts seen first, the word list; and the log of what moderators did.

Who moderates sets it with buttons, in place of the page; words are typed in the flow `peer_words`.
"""

from __future__ import annotations

import re
from dataclasses import replace

from bot.care import groups, moderation, peer_reports, people, posts
from bot.care.families import spoken
from bot.care.groups import LINKED, Group, Settings
from bot.care.peer_reports import Entry
from bot.care.posts import Content
from bot.conversation import moderating, relay
from bot.conversation.moderating import moment
from bot.conversation.moderation_desk import MEMBERS
from bot.conversation.turn import Turn
from bot.screens import entries
from bot.screens.entries import MAX_LABEL
from bot.store.types import read_id
from flows.engine.state import Key, Ref
from flows.engine.templates import enumerate_dutch, excerpt

RULES = f"{entries.PEERS}:z"
"""What the buttons carry that open how a group is watched over: the group's id follows."""
WORDS_FLOW = "peer_words"
_TAP = re.compile(r"([0-9]{1,19})(?::(?:([sf]):([0-9]{1,4})|(w)([xt]?)|l:([0-9]{1,3})))?")
_LOGGED = 8


def tapped(turn: Turn, rest: str, message_id: int | None) -> bool:
    """Shows how a group is watched over, or changes it; False when it is not for this person."""
    found = _TAP.fullmatch(rest)
    group = groups.by_id(turn.connection, turn.host.vault, read_id(found[1])) if found else None
    if found is None or group is None or turn.person is None:
        return False
    if not moderating.right_in(turn, turn.person, group)[0]:
        return False
    if found[6]:
        _show_log(turn, group, int(found[6]), message_id)
    elif found[4]:
        if found[5] == "t":
            turn.start(WORDS_FLOW, {"group": Ref("guided_groups", str(group.id))})
            return turn.unexpected is None
        if found[5]:
            group = set_words(turn, group, ())
        _show_words(turn, group, message_id)
    else:
        if found[2]:
            changed = _set(turn, group, found[2], int(found[3]))
            if changed is None:
                return False
            group = changed
        _show(turn, group, message_id)
    return True


def _set(turn: Turn, group: Group, which: str, value: int) -> Group | None:
    """Slow mode (`s`), which the group is told of, or how many first posts are seen first (`f`)."""
    if value not in (moderation.SLOW if which == "s" else moderation.SEEN_FIRST):
        return None
    settings = group.settings
    changed = replace(settings, slow_seconds=value) if which == "s" else replace(settings, seen_first=value)
    if changed == settings:
        return group
    group = _changes(turn, group, changed, "slow" if which == "s" else "first", str(value))
    if which == "s" and group.status == groups.OPEN:
        text = turn.plain("peer_slow_said", minutes=value // 60)
        relay.say(turn, group, posts.TEXT, Content(text))
    return group


def set_words(turn: Turn, group: Group, words: tuple[str, ...]) -> Group:
    """The group's word list is this from now on."""
    return _changes(turn, group, replace(group.settings, words=words), "words", str(len(words)))


def _changes(turn: Turn, group: Group, settings: Settings, action: str, value: str) -> Group:
    groups.change(turn.connection, turn.host.vault, group, settings)
    by = turn.person.id if turn.person else None
    told = {"value": value}
    peer_reports.write_down(turn.connection, turn.host.vault, group.id, by, None, action, told, turn.now)
    return replace(group, settings=settings)


def _show(turn: Turn, group: Group, message_id: int | None) -> None:
    settings, token = group.settings, f"{RULES}:{group.id}"
    slow = [
        _key(turn, "peer_slow_label", f"{token}:s:{one}", minutes=one // 60, chosen=one == settings.slow_seconds)
        for one in moderation.SLOW
    ]
    first = [
        _key(turn, "peer_first_label", f"{token}:f:{one}", number=one, chosen=one == settings.seen_first)
        for one in moderation.SEEN_FIRST
    ]
    text = turn.text(
        "peer_rules_page",
        group=spoken(group.name),
        minutes=settings.slow_seconds // 60,
        first=settings.seen_first,
        words=len(settings.words),
    )
    if group.kind == LINKED:
        text = turn.text("peer_rules_page_linked", group=spoken(group.name))
    of_relay = [slow[:2], slow[2:], first[:2], first[2:], [_key(turn, "peer_rules_words", f"{token}:w")]]
    rows = [
        *(of_relay if group.kind != LINKED else ()),
        [_key(turn, "peer_rules_members", f"{MEMBERS}:{group.id}"), _key(turn, "peer_rules_log", f"{token}:l:0")],
        [_key(turn, "page_back", f"{entries.PEERS}:o:{group.id}")],
    ]
    turn.show(text, rows, message_id)


def _show_words(turn: Turn, group: Group, message_id: int | None) -> None:
    words = group.settings.words
    rows = [[_key(turn, "peer_words_type", f"{RULES}:{group.id}:wt")]]
    if words:
        rows.append([_key(turn, "peer_words_clear", f"{RULES}:{group.id}:wx")])
    rows.append([_key(turn, "page_back", f"{RULES}:{group.id}")])
    text = turn.text("peer_words_page", group=spoken(group.name), words=enumerate_dutch(list(words)))
    turn.show(text, rows, message_id)


# --- the log ----------------------------------------------------------------------------------------------------------


def _show_log(turn: Turn, group: Group, page: int, message_id: int | None) -> None:
    found = peer_reports.log(turn.connection, turn.host.vault, group.id, _LOGGED + 1, page * _LOGGED)
    lines = [_line(turn, group, one) for one in found[:_LOGGED]] or [turn.text("peer_log_none")]
    token = f"{RULES}:{group.id}:l"
    rows = entries.page_rows(turn.host.library, token, page, more=len(found) > _LOGGED)
    rows.append([_key(turn, "page_back", f"{RULES}:{group.id}")])
    turn.show("\n\n".join((turn.text("peer_log_page", group=spoken(group.name)), *lines)), rows, message_id)


def _line(turn: Turn, group: Group, entry: Entry) -> str:
    by = people.by_id(turn.connection, turn.host.vault, entry.by_person) if entry.by_person else None
    told = entry.told
    return turn.text(
        "peer_log_line",
        at=moment(turn, entry.at, turn.person),
        by=spoken(by.name) if by else "",
        name=told.get("name", ""),
        done=turn.text(f"peer_log_{entry.action}", value=told.get("value", "")),
        why=turn.text(f"peer_why_{told['why']}") if told.get("why") else "",
    )


def _key(turn: Turn, label: str, token: str, /, **scope: object) -> Key:
    return Key(excerpt(turn.plain(label, **scope), MAX_LABEL), token)
