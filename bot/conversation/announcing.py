"""A coordinator's message to everybody goes out: some at a time, behind all else, while the coordinator sees how far it
is in one message, and can stop it.

Does not know who gets it, nor when: that is `care.announcements`.
"""

from __future__ import annotations

from dataclasses import replace

from bot.care import announcements, quiet
from bot.care.announcements import Announcement, Counts
from bot.care.families import spoken
from bot.care.people import Person
from bot.conversation import following, outgoing
from bot.conversation.outgoing import Rows
from bot.conversation.turn import Turn
from bot.screens.entries import ORGANISED
from bot.store.outbox import Call, Priority
from bot.store.types import read_id

STOP = "s"
"""How the button begins, behind that of what a coordinator sees, that stops it; its id follows."""


def begin(turn: Turn, sender: Person, to: str, words: str) -> None:
    """It is on its way from now on."""
    one = announcements.begin(turn.connection, turn.host.vault, sender, to, words, turn.now)
    text = _progress(turn, one, Counts(0, 0, 0, None))
    call = outgoing.send(text, _rows(turn, one))
    turn.calls.append(Call(turn.chat_id, call, Priority.ANSWER, "notice", letter_id=one.id))


def rang(turn: Turn, key: str) -> None:
    """More go out, if there are any left; then the sender sees how far it is."""
    sender, vault = turn.person, turn.host.vault
    number = read_id(key.removeprefix(announcements.TIMER))
    one = announcements.find(turn.connection, vault, sender, number) if sender else None
    if sender is None or one is None or one.state == "done":
        turn.note = "gone"
        return
    more = announcements.next_ones(turn.connection, vault, sender, one) if one.state == "going" else ()
    missed = sum(not _sent(turn, sender, person, one) for person in more)
    counts = announcements.counts(turn.connection, sender, one, turn.now)
    going = bool(more) or counts.waiting > 0
    now_one = replace(
        one,
        after=more[-1].id if more else one.after,
        missed=one.missed + missed,
        state=one.state if going else "done",
        told=counts.sent,
    )
    announcements.note(turn.connection, vault, sender, now_one, turn.now)
    if counts.sent != one.told or not going:
        _tell(turn, sender, now_one, counts, stopped=one.state == "stopped")
    if going:
        soon = turn.now + announcements.EVERY
        later = None if more else counts.later
        announcements.ring(turn.connection, sender, now_one, max(soon, later) if later else soon)


def _sent(turn: Turn, sender: Person, to: Person, one: Announcement) -> bool:
    """Puts it on its way to somebody; False when they cannot be reached, or want to hear nothing."""
    if to.blocked or to.has_stopped:
        return False
    text = turn.text("announcement", name=spoken(sender.name), words=following.filled(turn, one.words, to))
    call = outgoing.send(text, quiet=True)
    not_before = quiet.by_day(to, turn.now)
    turn.calls.append(Call(to.chat_id, call, Priority.BULK, "notice", not_before=not_before, letter_id=one.id))
    return True


def _tell(turn: Turn, sender: Person, one: Announcement, counts: Counts, *, stopped: bool = False) -> None:
    message_id = announcements.message_of(turn.connection, sender, one)
    if message_id is None:
        return
    over = one.state == "done" or stopped
    text = _ended(turn, one, counts, stopped=stopped) if over else _progress(turn, one, counts)
    turn.call(outgoing.edit(message_id, text, () if over else _rows(turn, one)), "edit")


def _progress(turn: Turn, one: Announcement, counts: Counts) -> str:
    later = turn.facts.moment_in_words(counts.later) if counts.later else ""
    return turn.text("announcement_goes", sent=_number(counts.sent), total=_number(one.total), later=later)


def _ended(turn: Turn, one: Announcement, counts: Counts, *, stopped: bool) -> str:
    name = "announcement_stopped" if stopped else "announcement_done"
    missed = one.missed + counts.refused
    return turn.text(name, sent=_number(counts.sent), total=_number(one.total), missed=_number(missed))


def _rows(turn: Turn, one: Announcement) -> Rows:
    return [[turn.key("announcement_stop", f"{ORGANISED}:{STOP}:{one.id}")]]


def _number(count: int) -> str:
    """As it is written in Dutch: 1.200."""
    return f"{count:,}".replace(",", ".")


def tapped_stop(turn: Turn, number: str) -> bool:
    """Stops it; False when it is not this person's. A second tap changes nothing."""
    sender = turn.person
    one = announcements.find(turn.connection, turn.host.vault, sender, read_id(number)) if sender else None
    if sender is None or one is None:
        return False
    if one.state == "going":
        one = announcements.stop(turn.connection, turn.host.vault, sender, one, turn.now)
    counts = announcements.counts(turn.connection, sender, one, turn.now)
    _tell(turn, sender, one, counts, stopped=one.state == "stopped")
    return True
