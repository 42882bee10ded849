"""Tells parents of a report that was given or changed, and a mentor of what a parent added to one.

Whoever stopped or blocked the bot hears nothing, and finds the report when back. Does not decide anything.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.care import families, people, proposals, quiet
from bot.care.people import Person
from bot.care.proposals import Proposed
from bot.care.reports import Report
from bot.conversation import outgoing
from bot.conversation.outgoing import Rows
from bot.conversation.turn import Turn
from bot.screens.entries import REPORTS
from flows.engine.dutch.spoken import spoken_date
from flows.engine.state import Key

_FILES = ("voice", "photo")


def given(turn: Turn, report: Report) -> list[str]:
    """Tells the parents that there is a report, with each of its proposals; the names of those who can hear it."""
    found = proposals.of_report(turn.connection, turn.host.vault, report.id)
    told = []
    for parent in _hearing(turn, report):
        _say(turn, parent, "report_given", report, [read_key(turn, report.id)], count=len(found))
        for one in found:
            _propose(turn, parent, one)
        told.append(families.spoken(parent.name))
    return told


def changed(turn: Turn, report: Report, before: Sequence[Proposed]) -> None:
    """Tells the parents that a report was changed, with what is proposed in it since `before`."""
    known = {one.id for one in before}
    found = [one for one in proposals.of_report(turn.connection, turn.host.vault, report.id) if one.id not in known]
    for parent in _hearing(turn, report):
        _say(turn, parent, "report_changed", report, [read_key(turn, report.id)], count=len(found))
        for one in found:
            _propose(turn, parent, one)


def added(turn: Turn, report: Report, mentor: Person, text: str, kind: str, file_id: str) -> None:
    """Tells the mentor what a parent added."""
    name = families.spoken(turn.person.name) if turn.person else ""
    day = _day(turn, mentor, report)
    framed = turn.text("report_added", name=name, day=day, text=text)
    rows = [[turn.key("report_read", f"{REPORTS}:m:{report.id}:0")]]
    wait = quiet.waits_until(mentor, turn.now)
    turn.call_elsewhere(mentor.chat_id, outgoing.send(framed, rows), not_before=wait)
    if kind in _FILES and file_id:
        turn.call_elsewhere(mentor.chat_id, outgoing.file(kind, file_id), not_before=wait)  # type: ignore[arg-type]


def read_key(turn: Turn, report_id: int) -> Key:
    """The button under which a parent reads a report."""
    return turn.key("report_read", f"{REPORTS}:o:{report_id}:0")


def proposal_rows(turn: Turn, proposal_id: int) -> Rows:
    """What a parent may say to a proposal."""
    yes = turn.key("proposal_yes", f"{REPORTS}:y:{proposal_id}")
    other = turn.key("proposal_other", f"{REPORTS}:s:{proposal_id}")
    return [[yes, other], [turn.key("proposal_not_now", f"{REPORTS}:n:{proposal_id}")]]


def _hearing(turn: Turn, report: Report) -> list[Person]:
    found = people.parents_of(turn.connection, turn.host.vault, report.family_id)
    return [one for one in found if not (one.has_stopped or one.blocked)]


def _say(turn: Turn, parent: Person, name: str, report: Report, row: list[Key], count: int) -> None:
    by = families.spoken(report.writer)
    text = turn.text(name, by=by, day=_day(turn, parent, report), count=count)
    turn.call_elsewhere(parent.chat_id, outgoing.send(text, [row]), not_before=quiet.waits_until(parent, turn.now))


def _propose(turn: Turn, parent: Person, one: Proposed) -> None:
    text = turn.text("proposal_made", words=one.words)
    call = outgoing.send(text, proposal_rows(turn, one.id), quiet=True)
    turn.call_elsewhere(parent.chat_id, call, not_before=quiet.waits_until(parent, turn.now))


def _day(turn: Turn, reader: Person, report: Report) -> str:
    held_on = report.parts.held_on
    return spoken_date(held_on, reader.local(turn.now).date()) if held_on else ""


def mentor_of(turn: Turn, report: Report) -> Person | None:
    """Who guides the family of the report now."""
    parent = turn.person
    mentor_id = parent.mentor_id if parent and parent.family_id == report.family_id else None
    return people.by_id(turn.connection, turn.host.vault, mentor_id)
