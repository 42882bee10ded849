"""Out of a group: one tap, with what was written left or taken away; and the end of a group, with a goodbye round.

Each tap looks up anew whose place it is. How a post is taken away in the chats of others is for `relay` to know.
"""

from __future__ import annotations

import re
from datetime import datetime

from bot.care import consents, group_ends, groups, posts
from bot.care.consents import Purpose
from bot.care.families import spoken
from bot.care.group_ends import ROUNDS
from bot.care.groups import CLOSED, IN, LEFT, LINKED, OPEN, REMOVED, Group, Member, Place
from bot.care.people import Person
from bot.care.posts import Content
from bot.care.retention import Kind, period
from bot.conversation import outgoing, peer_rooms, relay
from bot.conversation.turn import Turn
from bot.screens.entries import PEERS, Rows
from bot.store import timers
from bot.store.timers import Timer
from bot.store.types import MAX_ID
from flows.engine.dutch.spoken import spoken_date
from flows.engine.state import Key
from flows.engine.templates import render

_LEAVE = re.compile(r"([0-9]{1,19})(?::([oswb]))?")
_ROUND_USEFUL = 7 * 24 * 3600
_NO_GUIDE_ROUND = ROUNDS["week"]


# --- leaving ----------------------------------------------------------------------------------------------------------


def tapped(turn: Turn, rest: str, message_id: int | None) -> bool:
    """Out of a group, or what to do with what was written there; False when it is no group of this person."""
    found = _LEAVE.fullmatch(rest)
    if found is None or turn.person is None or int(found[1]) > MAX_ID:
        return False
    group_id, act = int(found[1]), found[2]
    statuses = (LEFT, REMOVED) if act in ("w", "s", "o") else (LEFT,) if act else (IN,)
    place = _place(turn, turn.person, group_id, *statuses)
    if place is None or place.group.kind == LINKED:
        return False
    match act:
        case None:
            _leave(turn, place, message_id)
        case "o":
            _show_left(turn, place, message_id)
        case "s":
            turn.show(turn.text("peer_left_stays", name=spoken(place.group.name)), (), message_id)
        case "w":
            _withdraw(turn, place.group, place.member)
            turn.show(turn.text("peer_left_withdrawn", name=spoken(place.group.name)), (), message_id)
        case _:
            _come_back(turn, place, message_id)
    return True


def _place(turn: Turn, person: Person, group_id: int, *statuses: str) -> Place | None:
    found = groups.places(turn.connection, turn.host.vault, person.id, *statuses)
    return next((one for one in found if one.group.id == group_id), None)


def _leave(turn: Turn, place: Place, message_id: int | None) -> None:
    inside = groups.members(turn.connection, turn.host.vault, place.group.id)
    if place.member.moderates and len(groups.moderators(inside)) == 1 and place.group.status != CLOSED:
        rows = [[_key(turn, "page_back", f"{PEERS}:o:{place.group.id}")]]
        turn.show(turn.text("peer_last_guide"), rows, message_id)
        return
    out(turn, place)
    _show_left(turn, place, message_id)


def _show_left(turn: Turn, place: Place, message_id: int | None) -> None:
    group, wrote = place.group, groups.wrote(turn.connection, place.member.id)
    rows: Rows = []
    if wrote:
        rows.append([_key(turn, "peer_left_stay", f"{PEERS}:v:{group.id}:s")])
        rows.append([_key(turn, "peer_left_withdraw", f"{PEERS}:v:{group.id}:w")])
    if group.status == OPEN and not place.member.moderates:
        rows.append([_key(turn, "peer_left_back", f"{PEERS}:v:{group.id}:b")])
    turn.show(turn.text("peer_you_left", name=spoken(group.name), wrote=wrote), rows, message_id)


def out(turn: Turn, place: Place) -> None:
    """Somebody is out of a group, and the others read that. What waited to be shown is not shown any more."""
    unseen = posts.DRAFT, posts.HELD
    written = posts.of_member(turn.connection, turn.host.vault, place.member.id)
    waits = [one.id for one in written if one.status in unseen]
    posts.take_away(turn.connection, waits, posts.WITHDRAWN)
    groups.leave(turn.connection, place.member.id, turn.now)
    _looks_anew(turn)
    if place.group.status != CLOSED and place.group.kind != LINKED:
        say(turn, place.group, "peer_left", name=place.member.name)


def _withdraw(turn: Turn, group: Group, member: Member) -> None:
    """What somebody wrote is nowhere any more, as far as Telegram lets go of it."""
    written = posts.of_member(turn.connection, turn.host.vault, member.id)
    if written:
        relay.take_back(turn, group, written, posts.WITHDRAWN)


def _come_back(turn: Turn, place: Place, message_id: int | None) -> None:
    agreed = consents.holds(turn.connection, place.member.person_id or 0, Purpose.GROUP)
    if not agreed or not groups.come_back(turn.connection, turn.host.vault, place.member, turn.now):
        turn.show(turn.text("peer_left_no_way_back"), (), message_id)
        return
    _looks_anew(turn)
    say(turn, place.group, "peer_back", name=place.member.name)
    turn.show(turn.text("peer_left_is_back", own=spoken(place.member.name)), (), message_id)
    there = peer_rooms.place_of(turn, place.group.id)
    if there:
        peer_rooms.show_card(turn, there)


def leave_all(turn: Turn, person: Person, *, withdraw: bool) -> list[str]:
    """Out of every group that somebody is in for themselves; returns what these are called. With `withdraw` what they
    wrote goes along, also in groups that they left before."""
    left = []
    for place in groups.places(turn.connection, turn.host.vault, person.id, IN, LEFT, REMOVED, groups.INVITED):
        if place.member.moderates:
            continue
        if withdraw:
            _withdraw(turn, place.group, place.member)
        if place.member.is_in:
            out(turn, place)
            left.append(spoken(place.group.name))
        elif place.member.status == groups.INVITED:
            groups.uninvite(turn.connection, place.member, turn.now)
    return left


def erases(turn: Turn, person: Person) -> None:
    """Somebody is about to be erased: what they wrote is taken away, and a group that nobody else guides says
    goodbye."""
    leave_all(turn, person, withdraw=True)
    for place in groups.places(turn.connection, turn.host.vault, person.id):
        group = place.group
        if not place.member.moderates:
            continue
        inside = groups.members(turn.connection, turn.host.vault, group.id)
        if len(groups.moderators(inside)) == 1 and group.status == OPEN and group.kind != LINKED:
            until = turn.now + _NO_GUIDE_ROUND
            group_ends.begin_to_close(turn.connection, group.id, until)
            say(turn, group, "peer_no_guide", name=place.member.name, until=_day(turn, until))
        _withdraw(turn, group, place.member)


# --- closing ----------------------------------------------------------------------------------------------------------


def close(turn: Turn, group: Group, how: str) -> datetime | None:
    """Begins the goodbye round, or closes the group at once; returns until when the round is, or when the content goes,
    and None when the group was closed before."""
    if group.status == CLOSED:
        return None
    if how not in ROUNDS:
        return _close_now(turn, group)
    until = turn.now + ROUNDS[how]
    moved = group.status != OPEN
    group_ends.begin_to_close(turn.connection, group.id, until)
    timers.put(turn.connection, Timer(turn.chat_id, f"{group_ends.CLOSE}{group.id}", until, _ROUND_USEFUL))
    if group.kind != LINKED:
        say(turn, group, "peer_goodbye_moved" if moved else "peer_goodbye", until=_day(turn, until))
    return until


def _close_now(turn: Turn, group: Group) -> datetime:
    gone_at = turn.now + period(Kind.GROUPS)
    if group.kind == LINKED:
        say(turn, group, "peer_linked_over")
    else:
        say(turn, group, "peer_closed", gone=_day(turn, gone_at))
    group_ends.close(turn.connection, group.id, gone_at)
    timers.drop(turn.connection, turn.chat_id, f"{group_ends.CLOSE}{group.id}")
    return gone_at


def round_over(turn: Turn, key: str) -> None:
    """The goodbye round of a group is over: it closes, unless it was given more time from elsewhere."""
    number = key.removeprefix(group_ends.CLOSE)
    group = groups.by_id(turn.connection, turn.host.vault, int(number)) if number.isdecimal() else None
    if group is None or group.status != groups.CLOSING or group.closes_at is None or group.closes_at > turn.now:
        turn.note = "not wanted"
        return
    gone_at = _close_now(turn, group)
    told = turn.text("peer_closed_guide", name=spoken(group.name), gone=_day(turn, gone_at))
    turn.purpose = "notice"
    if turn.person:
        turn.send(told)


# --- shared -----------------------------------------------------------------------------------------------------------


def tell(turn: Turn, to: Person, text: str, rows: outgoing.Rows = ()) -> None:
    """Whoever stopped or cannot be reached finds out when back."""
    if not (to.has_stopped or to.blocked):
        turn.call_elsewhere(to.chat_id, outgoing.send(text, rows))


def say(turn: Turn, group: Group, name: str, /, **scope: object) -> None:
    """The bot says one of its texts in the group."""
    words = render(turn.host.library.texts[name], scope, html=False).strip()
    relay.say(turn, group, posts.TEXT, Content(words))


def _looks_anew(turn: Turn) -> None:
    turn.facts.forget()
    if turn.person:
        turn.refresh_person()


def _day(turn: Turn, moment: datetime) -> str:
    local = turn.facts.local
    return spoken_date(moment.astimezone(local.tzinfo).date(), local.date())


def _key(turn: Turn, name: str, token: str) -> Key:
    return Key(turn.host.library.texts[name].strip(), token)
