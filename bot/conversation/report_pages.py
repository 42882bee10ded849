"""Reports to read: a page at a time, edited in place; and the buttons under a report and under a proposal.

Every tap looks up anew whether the report is this person's to read. What is for professionals is shown to the mentor of
the family only. Does not know how a report is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.care import additions, families, people, proposals, reports
from bot.care.additions import Addition
from bot.care.people import Role
from bot.care.proposals import Proposed
from bot.care.reports import Report
from bot.conversation import outgoing, report_facts
from bot.conversation.outgoing import in_parts
from bot.conversation.turn import Turn
from bot.screens import entries
from bot.screens.entries import REPORTS, Rows
from bot.store.types import MAX_ID
from flows.engine.dutch.spoken import spoken_date
from flows.engine.state import Ref
from flows.engine.templates import render

ANSWER_FLOW, CORRECT_FLOW, PROPOSAL_FLOW = "report_answer", "report_correct", "proposal"
_READ = re.compile(r"(?P<act>[om]):(?P<id>[0-9]{1,19}):(?P<part>[0-9]{1,3})")
_DO = re.compile(r"(?P<act>[acysnf]):(?P<id>[0-9]{1,19})")
_WISHES = {"y": "yes", "s": "other", "n": "not_now"}
_ROOM = outgoing.MAX_TEXT - 600
"""For what a page of a report says, beside its heading."""


def tapped(turn: Turn, rest: str, message_id: int | None) -> bool:
    """Does what a button of a report asks; False when it is about nothing of this person's."""
    if found := _READ.fullmatch(rest):
        return show(turn, int(found["id"]), int(found["part"]), message_id, as_mentor=found["act"] == "m")
    found = _DO.fullmatch(rest)
    if found is None or turn.person is None or int(found["id"]) > MAX_ID:
        return False
    act, row = found["act"], int(found["id"])
    connection, vault = turn.connection, turn.host.vault
    if act == "a":
        if reports.for_parent(connection, vault, turn.person, row) is None:
            return False
        turn.start(ANSWER_FLOW, {"report": Ref(report_facts.MY_REPORTS, str(row))})
    elif act == "c":
        if reports.for_mentor(connection, vault, turn.person, row) is None:
            return False
        turn.start(CORRECT_FLOW, {"report": Ref(report_facts.REPORTS, str(row))})
    elif act == "f":
        return _files(turn, row)
    else:
        return _decide(turn, row, _WISHES[act])
    return turn.unexpected is None


def _decide(turn: Turn, proposal_id: int, wish: str) -> bool:
    if turn.person is None:
        return False
    one = proposals.for_parent(turn.connection, turn.host.vault, turn.person, proposal_id)
    if one is None:
        return False
    turn.show_choice(turn.host.library.texts[f"proposal_{wish}"].strip())
    turn.start(PROPOSAL_FLOW, {"proposal": Ref(report_facts.PROPOSALS, str(one.id)), "wish": wish})
    return turn.unexpected is None


def show(turn: Turn, report_id: int, part: int = 0, message_id: int | None = None, *, as_mentor: bool) -> bool:
    """A page of a report; False when it is not this person's to read."""
    person, connection, vault = turn.person, turn.connection, turn.host.vault
    if person is None or report_id > MAX_ID:
        return False
    if as_mentor:
        report = reports.for_mentor(connection, vault, person, report_id) if Role.MENTOR in person.roles else None
    else:
        report = reports.for_parent(connection, vault, person, report_id)
    if report is None:
        return False
    found = proposals.of_report(connection, vault, report.id) if report.is_given else []
    page = additions.report_page(report.id)
    added = additions.of_pages(connection, vault, report.family_id, [page]).get(page, [])
    body = entries.packed(_pieces(turn, report, found, added, as_mentor=as_mentor), _ROOM, "\n\n") or [""]
    part = min(part, len(body) - 1)
    heading = turn.text(
        "report_heading",
        day=report_facts.said_day(turn.facts, report.parts.held_on),
        by=families.spoken(report.writer),
        draft=not report.is_given,
        family=families.names_in_words(people.parents_of(connection, vault, report.family_id)) if as_mentor else "",
    )
    rows = _rows(turn, report, part, len(body), bool([one for one in added if one.file_id]), as_mentor=as_mentor)
    turn.show(f"{heading}\n\n{body[part]}", rows, message_id)
    return True


def _pieces(
    turn: Turn, report: Report, found: list[Proposed], added: list[Addition], *, as_mentor: bool
) -> Iterable[str]:
    parts = report.parts
    for name, value in (
        ("present", parts.present.replace("\n", ", ")),
        ("discussed", parts.discussed),
        ("attention", parts.attention),
    ):
        yield from _long(turn, f"report_part_{name}", value)
    if found:
        lines = [
            turn.text("report_proposal", words=one.words, own=one.otherwise, status=one.status, by=_first(one.by))
            for one in found
        ]
        yield "\n".join([turn.text("report_part_resolutions"), *lines])
    elif parts.resolutions:
        lines = [turn.text("report_proposal", words=one, own=False, status="", by="") for one in parts.resolutions]
        yield "\n".join([turn.text("report_part_resolutions"), *lines])
    yield from _long(turn, "report_part_next", parts.next.words)
    for one in added:
        scope = {
            "name": _first(one.writer),
            "day": spoken_date(turn.facts.here(one.made_at).date(), turn.facts.local.date()),
            "file": one.kind,
        }
        first, *rest = in_parts(one.text, _ROOM // 2) if one.text else [""]
        yield turn.text("report_addition", text=first, **scope)
        yield from (render("{{ value }}", {"value": more}) for more in rest)
    if as_mentor and report.professional:
        yield from _long(turn, "report_part_professional", report.professional)


def _first(name: str) -> str:
    return families.spoken(name) if name else ""


def _long(turn: Turn, name: str, value: str) -> Iterable[str]:
    if not value:
        return
    first, *rest = in_parts(value, _ROOM // 2)
    yield turn.text(name, value=first)
    yield from (render("{{ value }}", {"value": more}) for more in rest)


def _rows(turn: Turn, report: Report, part: int, of: int, has_files: bool, *, as_mentor: bool) -> Rows:
    rows = entries.part_rows(turn.host.library, f"{REPORTS}:{'m' if as_mentor else 'o'}:{report.id}", part, of)
    if has_files:
        rows.append([turn.key("kept_show_files", f"{REPORTS}:f:{report.id}")])
    if as_mentor:
        rows.append([turn.key("report_correct_it", f"{REPORTS}:c:{report.id}")])
    else:
        rows.append([turn.key("report_answer_it", f"{REPORTS}:a:{report.id}")])
    return rows


def _files(turn: Turn, report_id: int) -> bool:
    """Sends what parents added to a report as a voice message or photo."""
    person, connection, vault = turn.person, turn.connection, turn.host.vault
    if person is None:
        return False
    report = reports.for_parent(connection, vault, person, report_id)
    report = report or reports.for_mentor(connection, vault, person, report_id)
    if report is None:
        return False
    page = additions.report_page(report.id)
    for one in additions.of_pages(connection, vault, report.family_id, [page]).get(page, []):
        if one.kind in ("voice", "photo") and one.file_id:
            turn.call(outgoing.file(one.kind, one.file_id))  # type: ignore[arg-type]
    return True
