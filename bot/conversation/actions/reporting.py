"""What flows do with reports: write one, part by part or from one message; give it; correct it; answer it; and decide
on what it proposes.

Each looks anew whether the family is this mentor's, or the report this parent's; if not, it answers nothing.
"""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from typing import get_args

from bot.care import (
    additions,
    appointment_rules,
    appointments,
    families,
    meeting_words,
    people,
    proposals,
    report_reading,
    reports,
)
from bot.care.appointment_rules import Details
from bot.care.people import Person, Role
from bot.care.report_reading import Reading
from bot.care.reports import Conflict, NextMeeting, Part, Report
from bot.conversation import appointment_news, report_facts, report_news, report_pages
from bot.conversation.actions.common import NotAllowed, me, me_as, named
from bot.conversation.turn import Turn
from bot.store.types import read_id
from flows.engine.dutch.spoken import clock_time, dotted_time
from flows.engine.state import Request, Value
from flows.engine.templates import enumerate_dutch

NOBODY = "-"
"""Stands for names when there is nobody to name."""
BETWEEN = "|"
_MOST_RESOLUTIONS = 12
_MEDIA = ("voice", "photo")
_BETWEEN_NAMES = re.compile(r"[,\n]|\ben\b", re.IGNORECASE)


# --- writing ----------------------------------------------------------------------------------------------------------


def begin_report(turn: Turn, request: Request) -> Value | None:
    """Makes a draft for this family if there is none. Answers `yes`, or nothing when the family is not this mentor's
    now."""
    return "yes" if _draft(turn, request) else None


def read_long_report(turn: Turn, request: Request) -> Value | None:
    """Puts one long message into the parts of the family's draft, after what stands there already. Answers `yes`, or
    nothing when the family is not this mentor's now."""
    mentor = me(turn)
    report = _known(turn, request) if "report" in request.refs else _draft(turn, request)
    if report is None or report.is_given:
        return None
    today = turn.facts.local.date()
    reading = report_reading.read_report(request.arguments["text"], today)
    parts = report.parts
    new: dict[Part, object] = {
        "date": parts.held_on or reading.held_on,
        "present": _also(parts.present, reading.present),
        "discussed": _after(parts.discussed, reading.discussed, "\n\n"),
        "attention": _after(parts.attention, reading.attention),
        "resolutions": tuple(dict.fromkeys((*parts.resolutions, *reading.resolutions)))[:_MOST_RESOLUTIONS],
        "next": _next_of(turn, reading) if reading.next else parts.next,
        "professional": _after(report.professional, reading.professional),
    }
    old = {"date": parts.held_on, "professional": report.professional}
    for part, value in new.items():
        if value != (old[part] if part in old else getattr(parts, part)):
            changed = reports.change(
                turn.connection, turn.host.vault, report, part, value, seen=None, mentor=mentor, now=turn.now
            )
            report = changed.report if isinstance(changed, Conflict) else changed
    turn.facts.forget()
    return "yes"


def unplaced(turn: Turn, request: Request) -> Value | None:
    """How many sentences of a message stand under what was discussed because nothing said where they belong."""
    reading = report_reading.read_report(request.arguments["text"], turn.facts.local.date())
    return reading.unplaced or None


def family_names(turn: Turn, request: Request) -> Value | None:
    """The names of the parents and children of this family, with a stroke between them."""
    mentor = me(turn)
    family = families.guided(turn.connection, mentor.id, int(request.refs.get("family", 0)))
    report = _known(turn, request) if family is None and "report" in request.refs else None
    family_id = family.id if family else report.family_id if report else None
    if family_id is None:
        return None
    found = people.parents_of(turn.connection, turn.host.vault, family_id)
    today = turn.facts.local.date()
    children = families.children_of(turn.connection, turn.host.vault, family_id, mentor.id, today)
    names = [one.name for one in found] + [child.name for child in children]
    return BETWEEN.join(families.spoken(name).replace(BETWEEN, " ") for name in names)


def see_report(turn: Turn, request: Request) -> Value | None:
    """The version that the mentor has before them now."""
    report = _known(turn, request)
    return report.version if report else None


def write_report(turn: Turn, request: Request) -> Value | None:
    """Puts words in a part. Answers `yes`; `changed` when another mentor changed that part after it was `seen`; or
    nothing when the report is not theirs any more. `how`: replace, add, drop (one of the resolutions) or clear."""
    given, report = request.arguments, _known(turn, request)
    if report is None:
        return None
    part = _part(given["part"])
    how, words = given.get("how") or "replace", given.get("value", "")
    seen = int(given["seen"]) if given.get("seen", "").isdecimal() and how == "replace" else None
    if part == "resolutions":
        value: object = _resolutions(report.parts.resolutions, words, how)
    elif how == "add":
        before = report.professional if part == "professional" else getattr(report.parts, part)
        value = _also(before, words) if part == "present" else _after(before, words)
    else:
        value = "" if how == "clear" else words
    return _change(turn, report, part, value, seen)


def set_report_day(turn: Turn, request: Request) -> Value | None:
    """The day of the meeting, as typed or of a meeting that was planned. Answers `yes`; `unread` when no day is in it;
    `later` when it is still to come; or nothing when the report is not theirs any more."""
    given, report, today = request.arguments, _known(turn, request), turn.facts.local.date()
    if report is None:
        return None
    meeting = request.refs.get("meeting")
    if meeting and not given.get("day"):
        one = appointments.find_for(turn.connection, turn.host.vault, me(turn), int(meeting))
        if one and one.family_id == report.family_id:
            reports.set_appointment(turn.connection, report.id, one.id)
            return _change(turn, report, "date", me(turn).local(one.starts_at).date(), None)
    said = given.get("day", "")
    day = {"today": today, "yesterday": today - timedelta(days=1)}.get(said) or meeting_words.held_day(said, today)
    if day is None:
        return "later" if meeting_words.day_in(said, today) else "unread"
    return _change(turn, report, "date", day, None)


def set_next_meeting(turn: Turn, request: Request) -> Value | None:
    """What is agreed on the next meeting, as typed. Answers `yes`; `no_time` when day or time is missing; `past` when
    it lies behind; or nothing when the report is not theirs any more. It is written down in each case."""
    report, words = _known(turn, request), request.arguments["words"].strip()
    if report is None:
        return None
    after = _next(turn, words)
    wrote = _change(turn, report, "next", after, None)
    if wrote != "yes" or not words:
        return wrote
    if after.day is None or not after.time:
        return "no_time"
    return "yes" if report_facts.next_start(me(turn), after, turn.now) else "past"


def set_next_appointment(turn: Turn, request: Request) -> Value | None:
    """One of the family's open appointments is the next meeting in the report, or none is. Answers `yes`; `gone` when
    that appointment is not open any more; or nothing when the report is not theirs any more."""
    report, mentor = _known(turn, request), me(turn)
    if report is None:
        return None
    if request.arguments.get("none"):
        return _change(turn, report, "next", NextMeeting(), None)
    one = appointments.find_for(turn.connection, turn.host.vault, mentor, read_id(request.refs.get("appointment", "")))
    if (
        one is None
        or one.family_id != report.family_id
        or one.status not in appointment_rules.OPEN
        or one.starts_at <= turn.now
    ):
        return "gone"
    at = mentor.local(one.starts_at)
    return _change(turn, report, "next", _said_next(turn, "", at.date(), at.time()), None)


def throw_away_report(turn: Turn, request: Request) -> Value | None:
    """Deletes a draft; what was given stays."""
    report = _known(turn, request)
    if report is None or report.is_given:
        return None
    reports.throw_away(turn.connection, report)
    return "yes"


def give_report(turn: Turn, request: Request) -> Value | None:
    """The parents read the report from now on, its resolutions are proposed to them, and its next meeting as well.
    Answers the names of those who hear it now ("-" when nobody does), `no_day` when it has no day yet, or nothing when
    it is not theirs any more."""
    mentor, report = me(turn), _known(turn, request)
    if report is None:
        return None
    if report.is_given:
        return NOBODY
    if report.parts.held_on is None:
        return "no_day"
    given = reports.give(turn.connection, turn.host.vault, report, mentor, turn.now)
    if given is None:
        return NOBODY
    told = report_news.given(turn, given)
    _propose_next(turn, mentor, given)
    return enumerate_dutch(told) or NOBODY


def show_report(turn: Turn, request: Request) -> Value | None:
    """Shows a report to read, as its own message, with what can be done with it; answers `yes`, or nothing when it is
    not theirs to read."""
    report_id, mine = int(request.refs["report"]), bool(me(turn).roles & Role.MENTOR)
    as_mentor = mine and reports.for_mentor(turn.connection, turn.host.vault, me(turn), report_id) is not None
    return "yes" if report_pages.show(turn, report_id, as_mentor=as_mentor) else None


def _draft(turn: Turn, request: Request) -> Report | None:
    mentor = me_as(turn, Role.MENTOR)
    family = families.guided(turn.connection, mentor.id, int(request.refs["family"]))
    if family is None:
        return None
    found = reports.draft_of(turn.connection, turn.host.vault, family.id)
    turn.facts.forget()
    return found or reports.begin(turn.connection, turn.host.vault, family.id, mentor, turn.now)


def _known(turn: Turn, request: Request) -> Report | None:
    """The report that the conversation is about; none when it began without one."""
    report = request.refs.get("report")
    return reports.for_mentor(turn.connection, turn.host.vault, me(turn), int(report)) if report else None


def _part(name: str) -> Part:
    for part in get_args(Part):
        if part == name:
            return part  # type: ignore[no-any-return]
    raise NotAllowed("a report has no such part")


def _change(turn: Turn, report: Report, part: Part, value: object, seen: int | None) -> str:
    vault = turn.host.vault
    before = proposals.of_report(turn.connection, vault, report.id)
    changed = reports.change(turn.connection, vault, report, part, value, seen=seen, mentor=me(turn), now=turn.now)
    turn.facts.forget()
    if isinstance(changed, Conflict):
        return "changed"
    if changed.is_given and part != "professional" and changed.parts != report.parts:
        report_news.changed(turn, changed, before)
    return "yes"


def _resolutions(before: tuple[str, ...], words: str, how: str) -> tuple[str, ...]:
    if how == "clear":
        return ()
    if how == "drop":
        return tuple(one for one in before if one != words)
    new = [one.strip(" -•*\t") for one in words.split("\n")]
    return tuple(dict.fromkeys((*before, *(one for one in new if one))))[:_MOST_RESOLUTIONS]


def _after(before: str, new: str, between: str = "\n") -> str:
    """The one after the other; lines that stand there already are not put there twice."""
    known = f"\n{new}\n" in f"\n{before}\n"
    return before if known else between.join(one for one in (before, new) if one)


def _also(before: str, new: str) -> str:
    """Who was there, the one after the other; names that all stand there already are not put there twice."""
    known = frozenset(_names(new)) <= frozenset(_names(before))
    return before if known else _after(before, new)


def _names(text: str) -> list[str]:
    return [name for one in _BETWEEN_NAMES.split(text) if (name := one.strip(" .").casefold())]


def _next_of(turn: Turn, reading: Reading) -> NextMeeting:
    return _said_next(turn, reading.next, reading.next_day, reading.next_at)


def _next(turn: Turn, words: str) -> NextMeeting:
    at = meeting_words.time_in(words)
    day = meeting_words.day_in(words, turn.facts.local.date())
    return _said_next(turn, words, day, at)


def _said_next(turn: Turn, words: str, day: date | None, at: time | None) -> NextMeeting:
    """In words that hold at any later time, with the mentor's own beside them where they say more."""
    if day is None:
        return NextMeeting(words)
    scope = {
        "day": report_facts.written_day(day),
        "time": dotted_time(at) if at else "",
        "words": words if meeting_words.says_more_than_when(words) else "",
    }
    return NextMeeting(turn.plain("report_next_words", **scope), day, clock_time(at) if at else "")


def _propose_next(turn: Turn, mentor: Person, report: Report) -> None:
    """The next meeting becomes an appointment that waits for the parents' yes, unless it is there already."""
    at = report_facts.next_start(mentor, report.parts.next, turn.now)
    if at is None:
        return
    planned = appointments.of_family(turn.connection, turn.host.vault, report.family_id, at, at + timedelta(minutes=1))
    if any(one.status in appointment_rules.OPEN for one in planned):
        return
    appointment_id = appointments.propose(
        turn.connection,
        turn.host.vault,
        family_id=report.family_id,
        mentor_id=mentor.id,
        by=mentor.id,
        kind="talk",
        starts_at=at,
        minutes=report_facts.MINUTES,
        zone=mentor.zone,
        details=Details(),
        now=turn.now,
    )
    made = appointments.find(turn.connection, turn.host.vault, appointment_id)
    if made:
        appointment_news.tell(turn, made, "appointment_proposed")


# --- a parent ---------------------------------------------------------------------------------------------------------


def add_to_report(turn: Turn, request: Request) -> Value | None:
    """A parent's words or file beside a report; the mentor hears it. Answers the mentor's name ("-" when there is
    none), or nothing when the report is not theirs to read."""
    parent, given = me(turn), request.arguments
    report = reports.for_parent(turn.connection, turn.host.vault, parent, int(request.refs["report"]))
    if report is None:
        return None
    kind, _, file_id = given["words"].partition(":")
    text, is_file = given["words"], kind in _MEDIA and bool(file_id)
    if is_file:
        text = ""
    additions.add(
        turn.connection,
        turn.host.vault,
        family_id=report.family_id,
        person_id=parent.id,
        page=additions.report_page(report.id),
        text=text,
        now=turn.now,
        kind=kind if is_file else "",
        file_id=file_id if is_file else "",
    )
    mentor = report_news.mentor_of(turn, report)
    if mentor is None:
        return NOBODY
    report_news.added(turn, report, mentor, text, kind if is_file else "", file_id if is_file else "")
    return families.spoken(mentor.name)


def take_proposal(turn: Turn, request: Request) -> Value | None:
    """A parent says yes to what was proposed, in its words or in other `words`: a resolution like any other. Answers
    the resolution's id, or nothing when it is not there any more."""
    parent = me(turn)
    one = proposals.for_parent(turn.connection, turn.host.vault, parent, int(request.refs["proposal"]))
    if one is None:
        return None
    opened = turn.host.library.texts["resolution_status_open"].strip()
    words = request.arguments.get("words", "").strip() or one.words
    record = proposals.take(turn.connection, turn.host.vault, parent, one, words, opened, turn.now)
    turn.facts.forget()
    return str(record.id)


def decline_proposal(turn: Turn, request: Request) -> Value | None:
    """A parent says: not now."""
    parent = me(turn)
    one = proposals.for_parent(turn.connection, turn.host.vault, parent, int(request.refs["proposal"]))
    if one:
        proposals.decline(turn.connection, parent, one, turn.now)
    return None


ACTIONS = named(
    begin_report,
    read_long_report,
    unplaced,
    family_names,
    see_report,
    write_report,
    set_report_day,
    set_next_meeting,
    set_next_appointment,
    throw_away_report,
    give_report,
    show_report,
    add_to_report,
    take_proposal,
    decline_proposal,
)
