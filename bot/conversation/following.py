"""Messages that a mentor planned go out: to each receiver in their own chat, and the mentor hears how that went.

Names are filled in for each. Does not know when anything is due: that is `care.follow_ups`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from bot.care import families, follow_ups, letters, people, quiet, switches
from bot.care.families import names_in_words, spoken
from bot.care.follow_ups import Content, FollowUp
from bot.care.letters import Letter, Sent
from bot.care.people import Person
from bot.conversation import outgoing
from bot.conversation.outgoing import Rows
from bot.conversation.posting import Post, post, post_again
from bot.conversation.turn import Turn
from bot.screens import menus
from bot.store.outbox import Call, Priority
from bot.store.types import MAX_ID, read_id
from flows.engine.state import Key
from flows.engine.templates import enumerate_dutch, excerpt

FRAME = "follow_up_letter"
AGAIN = "fa"
"""How the button begins that sends what did not arrive once more; the letter's id follows, and when it went out."""
NAME, CHILD = "[naam]", "[kind]"
_MARKS = re.compile(r"\[(naam|kind|kinderen)\]", re.IGNORECASE)
_SHORT = 60
_LATE = timedelta(hours=1)
_MISSED = timedelta(days=30)
_MISSED_ONE = re.compile(r"([0-9]{1,19}):([0-9]{1,12})")


def filled(turn: Turn, words: str, parent: Person) -> str:
    """The words as this parent reads them: the marks for names filled in."""
    if not _MARKS.search(words):
        return words
    names = {"naam": spoken(parent.name)}
    if "[kind" in words.lower():
        names["kind"] = names["kinderen"] = _children(turn, parent)
    return _MARKS.sub(lambda mark: names[mark[1].lower()], words)


def _children(turn: Turn, parent: Person) -> str:
    if parent.family_id is None:
        return turn.plain("follow_up_your_child")
    today = parent.local(turn.now).date()
    known = families.children_of(turn.connection, turn.host.vault, parent.family_id, parent.id, today)
    return enumerate_dutch([spoken(one.name) for one in known]) or turn.plain("follow_up_your_child")


def receivers(turn: Turn, mentor: Person, to: str) -> list[Person]:
    """Those of these people, ids with commas, to whom this mentor may write now."""
    ids = {read_id(one) for one in to.split(",")} - {0}
    return follow_ups.may_get(turn.connection, mentor.id, people.by_ids(turn.connection, turn.host.vault, ids))


def without(turn: Turn, flow_name: str, parents: Sequence[Person]) -> list[Person]:
    """Those whose family does not have this flow now, since it is gated: a button would turn them away."""
    flow = turn.host.library.flows.get(flow_name)
    if flow is None or not flow.gated:
        return []
    ids = {one.family_id for one in parents if one.family_id}
    on = {one for one in ids if flow.flow in switches.flows_on(turn.connection, one)}
    return [one for one in parents if one.family_id not in on]


def send(turn: Turn, mentor: Person, one: FollowUp, to: Sequence[Person], *, late: bool = False) -> list[Person]:
    """Puts it on its way to each; returns those who cannot be reached now. Theirs is kept beside the others, so that
    the mentor sees what did not arrive. What goes `late` wakes nobody: its moment was another one."""
    content, rows = one.content, _rows(turn, one.content)
    bare, away = without(turn, content.flow, to), []
    for parent in to:
        words = filled(turn, content.words, parent)
        letter = Post(FRAME, words, content.kind, content.file_id, {}, () if parent in bare else rows, one.id)
        calls = len(turn.calls)
        rests = quiet.by_day if late else quiet.rests_until
        post(turn, mentor, parent, letter, rests(parent, turn.now), bulk=True)
        if parent.blocked:
            del turn.calls[calls:]
            away.append(parent)
    return away


def _rows(turn: Turn, content: Content) -> Rows:
    """The button that starts a flow in the receiver's chat, if there is one."""
    flow = turn.host.library.flows.get(content.flow)
    return [[Key(flow.title, f"{menus.START_FLOW}:{flow.flow}")]] if flow else []


def rang(turn: Turn, key: str) -> None:
    """The moment of a message has come, or it stopped by itself."""
    mentor, number = turn.person, key.removeprefix(follow_ups.TIMER)
    one = follow_ups.find(turn.connection, turn.host.vault, int(number), mentor.id) if mentor else None
    if mentor is None or one is None:
        turn.note = "gone"
    elif one.status == follow_ups.CANCELLED:
        _tell(turn, "follow_up_lapsed", _about(turn, one, _receivers(turn, one)))
    elif one.status != follow_ups.OPEN or one.next_at is None or one.next_at > turn.now:
        turn.note = "not wanted"
    else:
        _goes_out(turn, mentor, one)


def _goes_out(turn: Turn, mentor: Person, one: FollowUp) -> None:
    everybody = _receivers(turn, one)
    may = follow_ups.may_get(turn.connection, mentor.id, everybody)
    about = _about(turn, one, everybody)
    if not everybody:
        follow_ups.stop(turn.connection, mentor, one)
        _tell(turn, "follow_up_nobody_left", about)
        return
    late = one.next_at is not None and turn.now - one.next_at > _LATE
    away = send(turn, mentor, one, may, late=late)
    following = follow_ups.went_out(turn.connection, mentor, one, turn.now)
    quiet_now = [person for person in everybody if person not in may]
    _tell(
        turn,
        "follow_up_went_out",
        {
            **about,
            "names": names_in_words([person for person in may if person not in away]),
            "away": names_in_words(away),
            "quiet": names_in_words(quiet_now),
            "bare": names_in_words(without(turn, one.content.flow, [person for person in may if person not in away])),
            "left": one.content.asked - len(everybody),
            "next": turn.facts.moment_in_words(following) if following else "",
        },
    )


def _receivers(turn: Turn, one: FollowUp) -> list[Person]:
    return follow_ups.to_whom(turn.connection, turn.host.vault, [one.id])[one.id]


def is_back(turn: Turn, parent: Person) -> None:
    """Somebody can be reached again: the mentor hears which message did not arrive meanwhile. It is not sent by itself,
    since its day may be past."""
    mentor = people.by_id(turn.connection, turn.host.vault, parent.mentor_id)
    missed = letters.not_arrived(turn.connection, turn.host.vault, parent.id, turn.now - _MISSED)
    if mentor and missed and missed.from_person == mentor.id:
        text = turn.text("parent_back", name=spoken(parent.name), words=_known_by(turn, mentor, missed))
        key = turn.key("parent_back_again", f"{AGAIN}:{missed.id}:{int(missed.sent_at.timestamp())}")
        turn.call_elsewhere(mentor.chat_id, outgoing.send(text, [[key]]))


def _known_by(turn: Turn, mentor: Person, letter: Letter | Sent) -> str:
    """A few words of a message that went out; of one without words, what was sent."""
    if letter.text or not letter.follow_up_id:
        return excerpt(letter.text, _SHORT)
    one = follow_ups.find(turn.connection, turn.host.vault, letter.follow_up_id, mentor.id)
    return short(turn, one.content) if one else ""


def tapped_again(turn: Turn, rest: str, message_id: int | None) -> bool:
    """A message that did not arrive goes once more, to a parent who can be reached again; a second tap sends nothing.
    False when it is no message of this mentor's."""
    found, mentor = _MISSED_ONE.fullmatch(rest), turn.person
    if found is None or mentor is None or int(found[1]) > MAX_ID:
        return False
    together = letters.sent_together(turn.connection, turn.host.vault, mentor.id, int(found[1]))
    first = next((one for one in together if one.id == int(found[1])), None)
    parent = people.by_id(turn.connection, turn.host.vault, first.to_person) if first else None
    if first is None or parent is None:
        return False
    name = spoken(parent.name)
    parts = [one for one in together if (one.to_person, one.follow_up_id) == (parent.id, first.follow_up_id)]
    arrived = any(one.message_id is not None for one in parts)
    if arrived or int(first.sent_at.timestamp()) != int(found[2]):
        turn.show(turn.text("parent_back_before", name=name, arrived=arrived), [], message_id)
    elif parent.blocked or not follow_ups.may_get(turn.connection, mentor.id, [parent]):
        turn.send(turn.text("parent_back_not_now", name=name))
    else:
        _goes_again(turn, mentor, parent, parts)
        words = _known_by(turn, mentor, first)
        turn.show(turn.text("parent_back_sent", name=name, words=words), [], message_id)
    return True


def _goes_again(turn: Turn, mentor: Person, parent: Person, parts: Sequence[Sent]) -> None:
    plan = parts[0].follow_up_id
    one = follow_ups.find(turn.connection, turn.host.vault, plan, mentor.id) if plan else None
    content = one.content if one else Content("")
    rows = () if without(turn, content.flow, [parent]) else _rows(turn, content)
    letters.go_again(turn.connection, parts, turn.now)
    letter = Post(FRAME, "", content.kind, rows=rows, follow_up_id=plan)
    post_again(turn, mentor, parent, letter, parts, quiet.rests_until(parent, turn.now))


def _about(turn: Turn, one: FollowUp, everybody: Sequence[Person]) -> dict[str, object]:
    return {"words": short(turn, one.content), "to": names_in_words(everybody)}


def short(turn: Turn, content: Content) -> str:
    """A few words of a message, to know it by."""
    return excerpt(content.words, _SHORT) or turn.host.library.texts[content.kind]


def _tell(turn: Turn, name: str, scope: dict[str, object]) -> None:
    """To the mentor, without a sound."""
    text = turn.text(name, **scope)
    turn.calls.append(Call(turn.chat_id, outgoing.send(text, quiet=True), Priority.REMINDER, "notice"))
