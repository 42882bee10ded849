"""What a moderator of a peer group sees and does: what waits, a post, a member, one in place of the other.

Moderators know members by the name that these chose and a tag that changes each week. Who is concerned is told what was
done, why, and whom to ask. Does not know who is asked to look when: that is `moderating`.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from datetime import datetime

from bot.care import alerts, groups, letters, moderation, peer_reports, people, posts
from bot.care.families import spoken
from bot.care.groups import Group, Member, Place
from bot.care.moderation import DANGER, MEMBER, MUTES
from bot.care.people import Person
from bot.care.posts import Post
from bot.conversation import linked, moderating, outgoing, relay
from bot.conversation.moderating import POST, QUEUE, moment
from bot.conversation.outgoing import Rows
from bot.conversation.peer_words import Look
from bot.conversation.turn import Turn
from bot.screens import entries
from bot.screens.entries import MAX_LABEL
from bot.store.types import read_id
from flows.engine.state import Key
from flows.engine.templates import excerpt
from flows.engine.values import dataclass

MEMBERS = f"{entries.PEERS}:t"
"""What the buttons carry that open the members of a group: its id follows, and that of a member to open that one."""
WHY = ("kind", "known", "apart", "rules")
"""Why something is done, as the member concerned is told; a button carries the place in this list."""
_LISTED, _WORDS = 8, 1500
_TAP = re.compile(
    r"(?P<act>[a-z])(?::(?P<span>[hdw]))?(?::(?P<why>[0-3]))?(?::(?P<also>[kt]))?(?::(?P<seen>[0-9a-f]{8}))?"
)


@dataclass(frozen=True, slots=True)
class _Case:
    """Somebody is about to do something as a moderator: about a member, and a post of theirs if it began there.
    `whole`: may do all that a moderator may."""

    me: Person
    group: Group
    member: Member | None
    post: Post | None
    whole: bool

    @property
    def name(self) -> str:
        return spoken(self.member.name) if self.member else ""

    @property
    def token(self) -> str:
        """What the buttons of its page begin with."""
        if self.post:
            return f"{POST}:{self.post.id}"
        return f"{MEMBERS}:{self.group.id}:{self.member.id if self.member else 0}"


def rows_of(turn: Turn, place: Place, post: Post) -> Rows:
    """What can be done with a post of somebody else: report it, or for who guides the group what they can do."""
    if post.member_id in (None, place.member.id):
        return []
    if place.member.moderates:
        return [[_key(turn, "peer_moderate", f"{POST}:{post.id}")]]
    return [[_key(turn, "peer_report", f"{entries.PEERS}:f:{post.id}")]]


# --- what waits -------------------------------------------------------------------------------------------------------


def queue_tapped(turn: Turn, rest: str, message_id: int | None) -> bool:
    """Shows what waits for whoever taps; False when this person moderates nothing and nothing waits."""
    if rest or turn.person is None:
        return False
    waiting = moderating.waiting_for(turn, turn.person)
    guides = any(place.member.moderates for place in groups.places(turn.connection, turn.host.vault, turn.person.id))
    if not waiting and not guides:
        return False
    lines, rows = [], list[list[Key]]()
    for group, report in waiting[:_LISTED]:
        scope = {"group": spoken(group.name), "why": report.why, "due": moment(turn, report.due_at, turn.person)}
        lines.append(turn.text("peer_queue_line", **scope))
        rows.append([_key(turn, "peer_queue_open", f"{POST}:{report.post_id}", **scope)])
    if len(waiting) > _LISTED:
        lines.append(turn.text("peer_queue_more", number=len(waiting) - _LISTED))
    turn.show("\n\n".join((turn.text("peer_queue", number=len(waiting)), *lines)), rows, message_id)
    return True


# --- a post -----------------------------------------------------------------------------------------------------------


def post_tapped(turn: Turn, rest: str, message_id: int | None) -> bool:
    """Shows a post to somebody who may moderate it, or does something about it; False when it is not theirs to do."""
    found, _, act = rest.partition(":")
    post = posts.find(turn.connection, turn.host.vault, read_id(found))
    group = groups.by_id(turn.connection, turn.host.vault, post.group_id) if post else None
    if turn.person is None or post is None or group is None:
        return False
    whole, stage = moderating.right_in(turn, turn.person, group)
    reports = peer_reports.of_post(turn.connection, post.id)
    if not whole and not any(one.stage >= stage and one.status != peer_reports.KEPT for one in reports):
        return False
    if post.member_id is None and not reports:
        return False
    member = groups.member(turn.connection, turn.host.vault, post.member_id) if post.member_id else None
    if member and member.person_id == turn.person.id:
        return False
    if post.status == posts.DRAFT and not any(one.status == peer_reports.OPEN for one in reports):
        return False
    case = _Case(turn.person, group, member, post, whole)
    return _does(turn, case, act, message_id) if act else _show_post(turn, case, message_id)


def _show_post(turn: Turn, case: _Case, message_id: int | None) -> bool:
    post = case.post
    if post is None:
        return False
    waits = [one for one in peer_reports.of_post(turn.connection, post.id) if one.status == peer_reports.OPEN]
    reasons = [one.why for one in waits]
    told = {
        **_about(turn, case),
        "status": post.status,
        "kind": post.kind,
        "words": _words(post) if post.status in (posts.SHOWN, posts.HELD) else "",
        "members": reasons.count(MEMBER),
        "first": moderation.FIRST in reasons,
        "word": moderation.WORD in reasons,
        "danger": DANGER in reasons,
        "due": moment(turn, min(one.due_at for one in waits), case.me) if waits else "",
    }
    turn.show(turn.text("peer_case_post", **told), _post_rows(turn, case, post, waits=bool(waits)), message_id)
    return True


def _words(post: Post) -> str:
    """What a post says, with what can be chosen under it."""
    return excerpt(" / ".join((post.content.text, *post.content.options)), _WORDS)


def _print_of(post: Post) -> str:
    """A few signs by which a button knows what its reader saw."""
    seen = json.dumps((post.content.text, post.content.options, post.content.file_id))
    return hashlib.sha256(seen.encode()).hexdigest()[:8]


def _post_rows(turn: Turn, case: _Case, post: Post, *, waits: bool) -> Rows:
    rows: list[list[Key]] = []
    if post.content.file_id or post.content.clean_id:
        rows.append([_key(turn, "peer_do_look", f"{case.token}:v", kind=post.kind)])
    if post.status == posts.HELD:
        rows.append([_key(turn, "peer_do_show", f"{case.token}:s:{_print_of(post)}")])
        rows.append([_key(turn, "peer_do_refuse", f"{case.token}:n")])
    elif post.status == posts.SHOWN:
        if waits:
            rows.append([_key(turn, "peer_do_leave", f"{case.token}:o")])
        rows.append([_key(turn, "peer_do_remove", f"{case.token}:d")])
    elif waits:
        rows.append([_key(turn, "peer_do_seen", f"{case.token}:o")])
    if post.status == posts.DRAFT:
        return [*rows, *_member_rows(turn, case)[:1], [_key(turn, "peer_do_queue", QUEUE)]]
    return [*rows, *_member_rows(turn, case), [_key(turn, "peer_do_queue", QUEUE)]]


def _member_rows(turn: Turn, case: _Case) -> Rows:
    """What can be done about the member, to talk with them first; nothing about one who guides the group, or is there
    no more."""
    member = case.member
    if member is None or member.moderates or not member.is_in:
        return []
    muted = member.muted_until is not None and member.muted_until > turn.now
    mute = ("peer_do_unmute", "u") if muted else ("peer_do_mute", "m")
    return [
        [_key(turn, "peer_do_talk", f"{case.token}:h")],
        [_key(turn, "peer_do_warn", f"{case.token}:w"), _key(turn, mute[0], f"{case.token}:{mute[1]}")],
        [_key(turn, "peer_do_out", f"{case.token}:r")],
    ]


def _about(turn: Turn, case: _Case) -> dict[str, object]:
    member = case.member
    muted_until = member.muted_until if member and member.muted_until and member.muted_until > turn.now else None
    return {
        "group": spoken(case.group.name),
        "name": case.name,
        "tag": member.tag(turn.now) if member else "",
        "warnings": member.warnings if member else 0,
        "muted": moment(turn, muted_until, case.me) if muted_until else "",
        "is_in": bool(member and member.is_in),
    }


# --- the members ------------------------------------------------------------------------------------------------------


def members_tapped(turn: Turn, rest: str, message_id: int | None) -> bool:
    """Shows the members of a group to who moderates it, or one of them, or does something; False when not theirs."""
    found, _, more = rest.partition(":")
    if found == "y":
        return _says_who(turn, more)
    group = groups.by_id(turn.connection, turn.host.vault, read_id(found))
    if turn.person is None or group is None or not moderating.right_in(turn, turn.person, group)[0]:
        return False
    if not more:
        _show_members(turn, group, message_id)
        return True
    member_id, _, act = more.partition(":")
    member = groups.member(turn.connection, turn.host.vault, read_id(member_id))
    if member is None or member.group_id != group.id or member.moderates:
        return False
    case = _Case(turn.person, group, member, None, whole=True)
    if act:
        return _does(turn, case, act, message_id)
    rows = [*_member_rows(turn, case), [_key(turn, "page_back", f"{MEMBERS}:{group.id}")]]
    turn.show(turn.text("peer_case_member", **_about(turn, case)), rows, message_id)
    return True


def _show_members(turn: Turn, group: Group, message_id: int | None) -> None:
    inside = [one for one in groups.members(turn.connection, turn.host.vault, group.id) if not one.moderates]
    rows = [
        [_key(turn, "peer_member_label", f"{MEMBERS}:{group.id}:{one.id}", name=one.name, tag=one.tag(turn.now))]
        for one in inside
    ]
    rows.append([_key(turn, "page_back", f"{entries.PEERS}:z:{group.id}")])
    turn.show(turn.text("peer_members_moderated", group=spoken(group.name), number=len(inside)), rows, message_id)


# --- doing ------------------------------------------------------------------------------------------------------------


def _does(turn: Turn, case: _Case, given: str, message_id: int | None) -> bool:
    """One act; some ask for how long, and why, before they are done. False when it does not fit (any more)."""
    found = _TAP.fullmatch(given)
    if found is None:
        return False
    act, span, why, also = found["act"], found["span"], found["why"], found["also"]
    post = case.post
    held, shown_ = (post is not None and post.status == status for status in (posts.HELD, posts.SHOWN))
    concerns = case.member is not None and case.member.is_in and not case.member.moderates
    if post and post.status == posts.DRAFT and act not in "oh":
        return _show_post(turn, case, message_id)  # Somebody in need is not put in their place for it.
    if post and not (act in "ov" or (act in "sn" and held) or (act == "d" and shown_) or (act in "hwumr" and concerns)):
        return _show_post(turn, case, message_id)
    if not post and (act not in "hwumr" or not concerns):
        return False
    if act == "m" and not span:
        rows = [[_key(turn, f"peer_mute_{one}", f"{case.token}:m:{one}")] for one in MUTES]
        return _asks(turn, case, "peer_ask_mute", rows, message_id)
    if act in "ndwmr" and not why:
        begun = f"{case.token}:{act}:{span}" if span else f"{case.token}:{act}"
        rows = [[_key(turn, f"peer_why_{one}", f"{begun}:{place}")] for place, one in enumerate(WHY)]
        return _asks(turn, case, f"peer_ask_{_NAMES[act]}", rows, message_id)
    if act == "r" and not also:
        rows = [[_key(turn, f"peer_out_{one}", f"{case.token}:r:{why}:{one}")] for one in "kt"]
        return _asks(turn, case, "peer_ask_posts", rows, message_id)
    reason = WHY[int(why)] if why else ""
    match act:
        case "v" if post:
            _shows_file(turn, case, post)
        case "o":
            _looked(turn, case, message_id)
        case "s" if post and found["seen"] != _print_of(post):
            return _show_post(turn, case, message_id)  # Its writer changed it meanwhile.
        case "s" if post:
            relay.show_draft(turn, post)  # Its writer hears that it stands there.
            _done(turn, case, "shown", "", message_id)
        case "n" if post:
            posts.take_away(turn.connection, [post.id], posts.REMOVED)
            _done(turn, case, "refused", reason, message_id)
        case "d" if post:
            relay.take_back(turn, case.group, [post], posts.REMOVED)
            _done(turn, case, "removed", reason, message_id)
        case "w" if case.member:
            groups.change_member(turn.connection, case.member.id, warnings=case.member.warnings + 1)
            _done(turn, case, "warned", reason, message_id)
        case "m" if case.member and span:
            until = turn.now + MUTES[span]
            groups.change_member(turn.connection, case.member.id, muted_until=until)
            _done(turn, case, "muted", reason, message_id, until)
        case "u" if case.member:
            groups.change_member(turn.connection, case.member.id, muted_until=None)
            _done(turn, case, "unmuted", "", message_id)
        case "r" if case.member:
            _removes(turn, case, case.member, with_posts=also == "t")
            _done(turn, case, "out", reason, message_id)
        case "h":
            _done(turn, case, "talk", "", message_id)
        case _:
            return False
    return True


_NAMES = {"n": "refuse", "d": "remove", "w": "warn", "m": "mute_why", "r": "out"}


def _shows_file(turn: Turn, case: _Case, post: Post) -> None:
    """The photo or the voice, as members get it: without anything that tells where it came from."""
    if case.member and post.status in (posts.SHOWN, posts.HELD):
        look = Look(turn.host, case.group, {case.member.id: case.member}, turn.now, moderates=True)
        turn.call({**look.alone(replace(post, reply_to=None)), "rows": []})


def _asks(turn: Turn, case: _Case, text: str, rows: Rows, message_id: int | None) -> bool:
    back = [_key(turn, "page_back", case.token)]
    turn.show(turn.text(text, **_about(turn, case)), [*rows, back], message_id)
    return True


def _removes(turn: Turn, case: _Case, member: Member, *, with_posts: bool) -> None:
    """Somebody is out of the group; what they wrote stays or goes."""
    if with_posts:
        wrote = [
            one
            for one in posts.of_member(turn.connection, turn.host.vault, member.id)
            if one.status == posts.SHOWN and one.group_id == case.group.id
        ]
        relay.take_back(turn, case.group, wrote, posts.REMOVED)
    for one in posts.of_member(turn.connection, turn.host.vault, member.id):
        if one.status in (posts.DRAFT, posts.HELD):
            posts.take_away(turn.connection, [one.id], posts.REMOVED)
            peer_reports.close(turn.connection, one.id, case.me.id, "out", turn.now)
    groups.leave(turn.connection, member.id, turn.now, removed=True)


def _looked(turn: Turn, case: _Case, message_id: int | None) -> None:
    """Somebody looked and left it as it is. Nobody but those who reported it is told."""
    post = case.post
    if post is None:
        return
    _closes(turn, case, post, "kept")
    peer_reports.write_down(
        turn.connection, turn.host.vault, case.group.id, case.me.id, post.member_id, "kept", {}, turn.now
    )
    turn.show(turn.text("peer_done_kept", **_about(turn, case)), _rows_after(turn, case), message_id)


def _done(
    turn: Turn, case: _Case, outcome: str, reason: str, message_id: int | None, until: datetime | None = None
) -> None:
    """Writes down what was done, tells the member concerned and who reported the post, and says so in place."""
    member, post = case.member, case.post
    told = {"why": reason, "until": until.isoformat() if until else "", "name": case.name}
    member_id = member.id if member else None
    peer_reports.write_down(
        turn.connection, turn.host.vault, case.group.id, case.me.id, member_id, outcome, told, turn.now
    )
    if post and outcome != "talk":
        _closes(turn, case, post, outcome)
    concerned = _behind(turn, member)
    if member and concerned and outcome != "shown":
        if concerned.speaks_in == case.group.id and outcome in ("muted", "out"):
            people.change(turn.connection, concerned.id, speaks_in=None, speaks_until=None)
        _tells(turn, case, concerned, outcome, reason, until)
    if concerned and case.group.kind == groups.LINKED:
        linked.enforce(turn, case.group, concerned, outcome, until)
    ending = moment(turn, until, case.me) if until else ""
    after = groups.member(turn.connection, turn.host.vault, member.id) if member else None
    fresh = _Case(case.me, case.group, after, post, case.whole)
    text = turn.text(f"peer_done_{outcome}", **{**_about(turn, fresh), "until": ending})
    turn.show(text, _rows_after(turn, fresh), message_id)


def _rows_after(turn: Turn, case: _Case) -> Rows:
    rows: list[list[Key]] = []
    if case.whole and case.member and case.member.is_in and not case.member.moderates:
        rows.append([_key(turn, "peer_do_more", case.token, name=case.name)])
    return [*rows, [_key(turn, "peer_do_queue", QUEUE)]]


def _tells(turn: Turn, case: _Case, concerned: Person, outcome: str, reason: str, until: datetime | None) -> None:
    """What the member concerned hears: what was done, why, until when, and whom to ask."""
    post = case.post
    rows: Rows = []
    if outcome == "talk" and case.member:
        me = case.me.id
        rows = [[_key(turn, "peer_talk_yes", f"{MEMBERS}:y:{case.member.id}:{me}", name=spoken(case.me.name))]]
    zone_until = moment(turn, until, concerned) if until else ""
    text = turn.text(
        f"peer_told_{outcome}",
        group=spoken(case.group.name),
        by=spoken(case.me.name),
        words=excerpt(post.content.text, 120) if post else "",
        why=turn.text(f"peer_reason_{reason}") if reason else "",
        until=zone_until,
        ask=moderating.whom_to_ask(turn, case.group, concerned),
    )
    turn.call_elsewhere(concerned.chat_id, outgoing.send(text, rows))


def _closes(turn: Turn, case: _Case, post: Post, outcome: str) -> None:
    """Nothing about the post waits any more; those who reported it hear that somebody looked."""
    for report in peer_reports.close(turn.connection, post.id, case.me.id, outcome, turn.now):
        member = groups.member(turn.connection, turn.host.vault, report.by_member) if report.by_member else None
        person = _behind(turn, member)
        if person and member and member.is_in:
            gone, stays = outcome in ("removed", "refused"), outcome == "kept"
            scope = {"group": spoken(case.group.name), "by": spoken(case.me.name)}
            text = turn.text("peer_report_done", **scope, gone=gone, stays=stays)
            turn.call_elsewhere(person.chat_id, outgoing.send(text, quiet=True))


def _behind(turn: Turn, member: Member | None) -> Person | None:
    """Who a member is: only to tell them something."""
    return people.by_id(turn.connection, turn.host.vault, member.person_id) if member and member.person_id else None


def _says_who(turn: Turn, rest: str) -> bool:
    """A member lets the moderator who asked know who they are, so that they can talk; False when nobody asked."""
    member_id, _, asker = rest.partition(":")
    member = groups.member(turn.connection, turn.host.vault, read_id(member_id))
    moderator = people.by_id(turn.connection, turn.host.vault, read_id(asker)) if read_id(asker) else None
    group = groups.by_id(turn.connection, turn.host.vault, member.group_id) if member else None
    me = turn.person
    if me is None or member is None or group is None or moderator is None or member.person_id != me.id:
        return False
    if moderating.right_in(turn, moderator, group)[1] == moderating.NEVER:
        return False
    log = peer_reports.log(turn.connection, turn.host.vault, group.id, most=200)
    if not any(one.action == "talk" and (one.by_person, one.member_id) == (moderator.id, member.id) for one in log):
        return False
    turn.show_choice(turn.plain("peer_talk_yes", name=spoken(moderator.name)))
    replies = alerts.is_theirs(turn.connection, turn.host.vault, me, moderator)
    scope = {"group": spoken(group.name), "name": spoken(member.name), "person": spoken(me.name)}
    text = turn.text("peer_talk_who", **scope, replies=replies)
    letter_id = None
    if replies:
        words = turn.plain("peer_talk_yes", name=spoken(moderator.name))
        letter_id = letters.write(turn.connection, turn.host.vault, me.id, moderator.id, words, turn.now)
    turn.call_elsewhere(moderator.chat_id, outgoing.send(text), letter_id)
    turn.say("peer_talk_sent", by=spoken(moderator.name))
    return True


def _key(turn: Turn, label: str, token: str, /, **scope: object) -> Key:
    return Key(excerpt(turn.plain(label, **scope), MAX_LABEL), token)
