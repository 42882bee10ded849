"""Groups of Telegram itself: linked by a code, told what the bot does there and may do, and moderated by replies.

What people say there is not kept. Whoever sets a point in a check-in round is answered so that nobody else sees it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import product

from sqlalchemy import Connection

from bot.care import group_links, groups, peer_reports, people, posts
from bot.care.families import spoken
from bot.care.groups import Group, Member
from bot.care.people import Person, Role
from bot.conversation import outgoing, relay, rhythm
from bot.conversation.incoming import ADMIN, AdminAnswer, InGroup, Moved, Placed, TappedInGroup
from bot.conversation.turn import Host, Turn
from bot.safety import attempts
from bot.screens.entries import PEERS
from bot.store import outbox
from bot.store.outbox import Call, Priority
from bot.store.types import read_id
from flows.engine.templates import enumerate_dutch, render

LINK = f"{PEERS}:i:n"
"""What the button carries that makes a code."""
RIGHTS = ("delete", "restrict", "pin")
"""What the bot can be allowed in a group, each known by its first letter."""
SILENT_FOR = timedelta(days=1)
_ACTS = {"weg": "delete", "stil": "restrict", "eruit": "ban"}
_OUTCOMES = ("done", "rights", "admin", "small", "gone")
_LONGEST_TOAST = 190
FROM_THERE = "groep"
"""What the link to the own chat carries that stands in a linked group."""
_BY_PAGE = {"muted": "restrict", "unmuted": "free", "out": "ban"}
_MAY_LINK = Role.MENTOR | Role.COORDINATOR
_CHECKIN = re.compile(rf"{PEERS}:c:([0-9]{{1,19}}:[1-5])")


# --- the code ---------------------------------------------------------------------------------------------------------


def tapped(turn: Turn, rest: str, message_id: int | None) -> bool:
    """Makes a code with which a group can be linked; False for who guides no groups."""
    if rest != "n" or turn.person is None or not turn.person.roles & _MAY_LINK:
        return False
    code = group_links.make_code(turn.connection, turn.person, turn.now)
    turn.say("peer_link_code", code=code)
    return True


def said(turn: Turn, heard: InGroup) -> None:
    """Does what somebody asks of the bot in a group, if it is a command of a linked group."""
    if heard.command is None:
        return
    word, rest = heard.command
    if word == "koppel":
        _asks_to_link(turn, heard, rest)
    elif word in _ACTS:
        _moderate(turn, heard, word)


def _asks_to_link(turn: Turn, heard: InGroup, code: str) -> None:
    if not attempts.may_try(turn.connection, turn.chat_id, turn.now):
        turn.note = attempts.TOO_MANY
    elif there := group_links.by_telegram(turn.connection, turn.host.vault, heard.group_id):
        _say_there(turn, heard.group_id, "peer_link_already", name=spoken(there.name))
    elif not code:
        _say_there(turn, heard.group_id, "peer_link_how")
    elif (maker := _maker(turn, code)) is None:
        _wrong(turn, heard.group_id)
    elif heard.as_group or maker.chat_id == turn.chat_id:
        _link(turn, maker, code, heard.group_id, heard.title)
    else:
        question = {"user_id": turn.chat_id, "title": heard.title, "code": code}
        _call_there(turn, heard.group_id, {"do": "ask_admin", **question})


def _maker(turn: Turn, code: str) -> Person | None:
    maker = group_links.maker_of(turn.connection, turn.host.vault, code, turn.now)
    return maker if maker and maker.roles & _MAY_LINK else None


def _wrong(turn: Turn, group_id: int) -> None:
    """One answer, whatever is wrong with the code; counted."""
    turn.note = attempts.WRONG_CODE
    attempts.raise_alarm(turn.connection, turn.now)
    _say_there(turn, group_id, "peer_link_wrong")


def admin_answered(turn: Turn, answer: AdminAnswer) -> None:
    """Telegram told whether somebody who typed the code of another runs the group."""
    if group_links.by_telegram(turn.connection, turn.host.vault, answer.group_id):
        return
    maker = _maker(turn, answer.code)
    if maker is None:
        _wrong(turn, answer.group_id)
    elif answer.yes:
        _link(turn, maker, answer.code, answer.group_id, answer.title)
    else:
        _say_there(turn, answer.group_id, "peer_link_not_theirs")


def _link(turn: Turn, maker: Person, code: str, telegram_id: int, title: str) -> None:
    if not group_links.use_up(turn.connection, maker, code):
        _wrong(turn, telegram_id)
        return
    group = group_links.link(turn.connection, turn.host.vault, maker, telegram_id, title, turn.now)
    _greet(turn, group)
    rows = [[turn.key("peer_linked_open", f"{PEERS}:o:{group.id}")]]
    turn.call_elsewhere(maker.chat_id, outgoing.send(turn.text("peer_linked", name=spoken(group.name)), rows))


# --- what the bot says of itself --------------------------------------------------------------------------------------


def _greet(turn: Turn, group: Group) -> None:
    """What the bot does in the group, what it may and what it lacks: that is asked when it is said."""
    link = turn.host.link(FROM_THERE)
    texts = {}
    for chosen in product((True, False), repeat=len(RIGHTS)):
        has = [right for right, yes in zip(RIGHTS, chosen, strict=True) if yes]
        scope = {"can": _in_words(turn.host, has), "cannot": _in_words(turn.host, _without(has)), "link": link}
        texts["".join(right[0] for right in has)] = turn.text("peer_linked_here", **scope)
    if group.telegram_id:
        _call_there(turn, group.telegram_id, {"do": "tell_rights", "texts": texts})


def _without(some: Sequence[str]) -> list[str]:
    return [right for right in RIGHTS if right not in some]


def _in_words(host: Host, rights: Sequence[str]) -> str:
    names = (render(host.library.texts[f"peer_right_{right}"], {}, html=False) for right in RIGHTS if right in rights)
    return enumerate_dutch(list(names))


def placed(turn: Turn, placed_: Placed) -> None:
    """The bot was put out of a group, let in again, or may do more or less there: its moderators hear of it once."""
    vault, connection = turn.host.vault, turn.connection
    group = group_links.by_telegram(connection, vault, placed_.group_id, lock=True)
    if group is None:
        return
    if placed_.rights is None:
        _out(connection, turn.host, group, placed_.group_id, turn.now)
    elif group.settings.away:
        group = group_links.set_away(connection, vault, group, away=False)
        _tell_moderators(connection, turn.host, group, turn.now, "peer_linked_back")
        _greet(turn, group)
    elif placed_.before is not None and placed_.rights != placed_.before:
        more = _in_words(turn.host, sorted(placed_.rights - placed_.before))
        less = _in_words(turn.host, sorted(placed_.before - placed_.rights))
        _tell_moderators(connection, turn.host, group, turn.now, "peer_linked_rights", more=more, less=less)


def lost(connection: Connection, host: Host, telegram_id: int, now: datetime) -> None:
    """A message did not arrive in a group because the bot is not there any more."""
    group = group_links.by_telegram(connection, host.vault, telegram_id, lock=True)
    if group:
        _out(connection, host, group, telegram_id, now)


def _out(connection: Connection, host: Host, group: Group, telegram_id: int, now: datetime) -> None:
    group_links.give_up(connection, telegram_id, now)
    if not group.settings.away:
        group_links.set_away(connection, host.vault, group, away=True)
        _tell_moderators(connection, host, group, now, "peer_linked_out")


def moved(turn: Turn, moved_: Moved) -> None:
    """The group has another number from now on."""
    move(turn.connection, turn.host, moved_.old, moved_.new, turn.now)


def move(connection: Connection, host: Host, old: int, new: int, now: datetime) -> None:
    """The group has another number from now on. While it moves the bot may look as if it were gone; it is not."""
    group_links.move(connection, old, new)
    group = group_links.by_telegram(connection, host.vault, new, lock=True)
    if group and group.settings.away:
        group_links.set_away(connection, host.vault, group, away=False)
        _tell_moderators(connection, host, group, now, "peer_linked_back")


def _tell_moderators(
    connection: Connection, host: Host, group: Group, now: datetime, name: str, /, **scope: object
) -> None:
    inside = groups.moderators(groups.members(connection, host.vault, group.id))
    ids = {one.person_id for one in inside if one.person_id}
    text = render(host.library.texts[name], {"name": spoken(group.name), **scope})
    told = [one for one in people.by_ids(connection, host.vault, ids) if not one.blocked]
    outbox.put(connection, host.vault, [Call(one.chat_id, outgoing.send(text)) for one in told], now)


# --- a check-in round -------------------------------------------------------------------------------------------------


def tapped_in_group(turn: Turn, tap: TappedInGroup) -> None:
    """Somebody sets a point under a round in a linked group, or takes it off; only they see what comes of it."""
    group = group_links.by_telegram(turn.connection, turn.host.vault, tap.group_id)
    wish = _CHECKIN.fullmatch(tap.token)
    if group is None or wish is None:
        _toast(turn, tap, "peer_toast_old")
    elif turn.person is None:
        _toast(turn, tap, "peer_toast_unknown")
    elif Role.PARENT not in turn.person.roles:
        _toast(turn, tap, "peer_toast_parents")
    else:
        _point(turn, tap, group, turn.person, wish[1])


def _point(turn: Turn, tap: TappedInGroup, group: Group, person: Person, wish: str) -> None:
    post_id, _, number = wish.partition(":")
    post = posts.find(turn.connection, turn.host.vault, read_id(post_id))
    if post is None or post.group_id != group.id or not rhythm.is_open(turn, post):
        _toast(turn, tap, "peer_toast_over")
        return
    member = group_links.enter(turn.connection, turn.host.vault, group, person, turn.now)
    if member is None or member.moderates:
        _toast(turn, tap, "peer_toast_parents")
    elif rhythm.set_point(turn, group, post, member, number):
        _toast(turn, tap, "peer_toast_set", point=rhythm.point(turn, number))
    else:
        _toast(turn, tap, "peer_toast_off")


def _toast(turn: Turn, tap: TappedInGroup, name: str, /, **scope: object) -> None:
    """What only who tapped sees. It stands with the group's calls: of a stranger there is no trace."""
    text = turn.plain(name, **scope).strip()[:_LONGEST_TOAST]
    answer = {"query_id": tap.query_id, "text": text, "alert": turn.person is None}
    _call_there(turn, tap.group_id, {"do": "answer_tap", **answer})


# --- moderating -------------------------------------------------------------------------------------------------------


def _moderate(turn: Turn, heard: InGroup, word: str) -> None:
    """A moderator answers a message with what is to become of it. Nobody else's command does anything."""
    group = group_links.by_telegram(turn.connection, turn.host.vault, heard.group_id)
    person = turn.person
    place = groups.place_of(turn.connection, turn.host.vault, person.id, group.id) if group and person else None
    if group is None or person is None or place is None or not place.member.moderates:
        return
    act, author = _ACTS[word], heard.reply_author
    if heard.reply_to is None:
        turn.say("peer_do_there_how", group=spoken(group.name))
        return
    if act != "delete" and (author is None or _guides(turn, group, author)):
        turn.say("peer_do_there_not_them", group=spoken(group.name))
        return
    if act == "delete":
        _take_own_away(turn, group, heard.reply_to)
    member = _member(turn, group, author)
    told = {"why": "", "until": "", "name": ""}
    log = peer_reports.write_down
    member_id = member.id if member else None
    log(turn.connection, turn.host.vault, group.id, person.id, member_id, f"asked_{word}", told, turn.now)
    _act(turn, group, act, author, heard.reply_to, heard.message_id)


def _guides(turn: Turn, group: Group, chat_id: int) -> bool:
    member = _member(turn, group, chat_id)
    return member is not None and member.moderates


def _member(turn: Turn, group: Group, chat_id: int | None) -> Member | None:
    person = people.present(turn.connection, turn.host.vault, chat_id).person if chat_id else None
    place = groups.place_of(turn.connection, turn.host.vault, person.id, group.id) if person else None
    return place.member if place else None


def _take_own_away(turn: Turn, group: Group, message_id: int) -> None:
    """What the bot said there says nothing any more, here as well."""
    found = posts.in_message(turn.connection, turn.host.vault, group.telegram_id or 0, 0, message_id)
    posts.take_away(turn.connection, [one.id for one in found], posts.REMOVED)


def enforce(turn: Turn, group: Group, concerned: Person, outcome: str, until: datetime | None) -> None:
    """What a moderator chose on the pages of a linked group is done there too."""
    if outcome in _BY_PAGE:
        _act(turn, group, _BY_PAGE[outcome], concerned.chat_id, None, None, until)


def _act(
    turn: Turn,
    group: Group,
    act: str,
    user_id: int | None,
    message_id: int | None,
    command_id: int | None,
    until: datetime | None = None,
) -> None:
    """Asks it of Telegram; how it went is told to the moderator alone."""
    until = until or turn.now + SILENT_FOR
    told = {one: turn.text(f"peer_do_there_{one}", group=spoken(group.name), act=act) for one in _OUTCOMES}
    call = {"do": "moderate", "act": act, "group_id": group.telegram_id, "user_id": user_id, "told": told}
    messages = {"message_id": message_id, "command_id": command_id, "until": int(until.timestamp())}
    turn.call({**call, **messages})


# --- saying -----------------------------------------------------------------------------------------------------------


def _say_there(turn: Turn, group_id: int, name: str, /, **scope: object) -> None:
    turn.calls.append(Call(group_id, outgoing.send(turn.text(name, **scope)), Priority.REMINDER, relay.PURPOSE))


def _call_there(turn: Turn, group_id: int, call: dict[str, object]) -> None:
    purpose = "edit" if call["do"] in ("answer_tap", "ask_admin") else relay.PURPOSE
    priority = Priority.ANSWER if purpose == "edit" else Priority.REMINDER
    turn.calls.append(Call(group_id, call, priority, purpose))


def admin_answer(group_id: int, call: dict[str, object], *, yes: bool) -> bytes:
    """An input of ours: what Telegram told of who typed a code."""
    told = {"group_id": group_id, "title": call["title"], "code": call["code"], "yes": yes}
    return json.dumps({ADMIN: told}).encode()
