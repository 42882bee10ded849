"""What texts may know of reports: those of a mentor's families, those that a parent got, and what was proposed.

Does not know what is done with them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from bot.care import appointment_rules, appointments, families, people, proposals, reports
from bot.care.people import Person, Role
from bot.care.reports import NextMeeting, Report
from bot.schedule.local_time import instant_on
from flows.engine.dutch.spoken import day_of_month, spoken_date
from flows.engine.templates import enumerate_dutch, render

if TYPE_CHECKING:
    from bot.conversation.facts import Facts

REPORTS, MY_REPORTS, PROPOSALS, MEETINGS = "reports", "my_reports", "open_proposals", "report_meetings"
MINUTES = 60
"""How long a meeting is that a report plans."""
_LATELY = timedelta(days=21)
_STILL_TALKED_ABOUT = timedelta(days=1)
"""A proposal that was decided on is spoken of no longer than this."""
_SOON = timedelta(hours=2)


def own_reports(facts: Facts) -> list[dict[str, Any]]:
    """The reports of the families that a mentor guides now, drafts first."""
    mentor = facts.person
    if mentor is None or not mentor.roles & Role.MENTOR:
        return []
    found = reports.of_mentor(facts.connection, facts.vault, mentor.id)
    names = families.names_guided(facts.connection, facts.vault, mentor.id) if found else {}
    return [_for_mentor(facts, mentor, one, enumerate_dutch(names.get(one.family_id, []))) for one in found]


def _for_mentor(facts: Facts, mentor: Person, one: Report, family: str) -> dict[str, Any]:
    day = said_day(facts, one.parts.held_on)
    scope = {"day": day, "family": family, "draft": not one.is_given}
    return {
        "id": str(one.id),
        "family": str(one.family_id),
        "name": family,
        "status": one.status,
        "label": render(facts.texts["report_label"], scope, html=False),
        "day": day,
        "date": day,
        "present": one.parts.present,
        "discussed": one.parts.discussed,
        "attention": one.parts.attention,
        "resolutions": list(one.parts.resolutions),
        "next": one.parts.next.words,
        "planned": "yes" if one.is_given else _planned(facts, mentor, one),
        "clash": "" if one.is_given else _clash(facts, mentor, one),
        "professional": one.professional,
        "writer": families.spoken(one.writer),
    }


def next_start(mentor: Person, after: NextMeeting, now: datetime) -> datetime | None:
    """When the next meeting begins, as an instant, if day and time are known and still to come."""
    if after.day is None or not after.time:
        return None
    at = instant_on(after.day, time.fromisoformat(after.time), mentor.zone)
    return at if at > now else None


def _planned(facts: Facts, mentor: Person, one: Report) -> str:
    at = next_start(mentor, one.parts.next, facts.now)
    return "" if at is None else "leave" if mentor.is_away(at) else "yes"


def _clash(facts: Facts, mentor: Person, one: Report) -> str:
    """With whom the mentor is at that time already."""
    at = next_start(mentor, one.parts.next, facts.now)
    if at is None:
        return ""
    found = appointments.clashing(facts.connection, facts.vault, mentor.id, at, MINUTES)
    others = [other for other in found if other.family_id != one.family_id]
    return enumerate_dutch([_parents(facts, other.family_id) for other in others])


def given_reports(facts: Facts) -> list[dict[str, Any]]:
    """The reports that this parent may read, the newest first."""
    parent = facts.person
    if parent is None or parent.family_id is None:
        return []
    found = reports.of_parents(facts.connection, facts.vault, parent.family_id)
    return [
        {
            "id": str(one.id),
            "day": (day := said_day(facts, one.parts.held_on)),
            "label": render(facts.texts["report_label"], {"day": day, "family": "", "draft": False}, html=False),
            "by": families.spoken(one.writer),
        }
        for one in found
    ]


def proposed(facts: Facts) -> list[dict[str, Any]]:
    """What was proposed to this parent and waits for a yes, and what was decided on just now; open ones first."""
    parent = facts.person
    if parent is None or parent.family_id is None or not parent.roles & Role.PARENT:
        return []
    given = {one.id: one for one in reports.of_parents(facts.connection, facts.vault, parent.family_id)}
    found = []
    for report_id, several in proposals.of_family(facts.connection, facts.vault, parent.family_id).items():
        report = given.get(report_id)
        for one in several if report else ():
            if one.status == proposals.OPEN or (one.decided_at and facts.now - one.decided_at < _STILL_TALKED_ABOUT):
                found.append(
                    {
                        "id": str(one.id),
                        "words": one.words,
                        "status": one.status,
                        "day": said_day(facts, report.parts.held_on) if report else "",
                        "by": families.spoken(report.writer) if report else "",
                        "taken_by": families.spoken(one.by) if one.person_id not in (None, parent.id) else "",
                    }
                )
    return sorted(found, key=lambda one: (one["status"] != proposals.OPEN, -int(one["id"])))


def meetings(facts: Facts) -> list[dict[str, str]]:
    """Meetings of a mentor in the last weeks of which there is no report yet, the last first."""
    mentor = facts.person
    if mentor is None or not mentor.roles & Role.MENTOR:
        return []
    written = {one.appointment_id for one in reports.of_mentor(facts.connection, facts.vault, mentor.id)}
    statuses = (appointment_rules.AGREED, appointment_rules.HAPPENED)
    found = appointments.of_mentor(
        facts.connection, facts.vault, mentor.id, facts.now - _LATELY, facts.now + _SOON, statuses
    )
    return [
        {
            "id": str(one.id),
            "family": str(one.family_id),
            "day": said_day(facts, mentor.local(one.starts_at).date()),
            "date": mentor.local(one.starts_at).date().isoformat(),
        }
        for one in reversed(found)
        if one.id not in written
    ]


def said_day(facts: Facts, day: date | None) -> str:
    """A day as it is said now; empty when there is none."""
    return spoken_date(day, facts.local.date()) if day else ""


def written_day(day: date) -> str:
    """A day as it can be read at any later time: "dinsdag 3 maart 2027"."""
    return f"{day_of_month(day)} {day.year}"


def _parents(facts: Facts, family_id: int) -> str:
    return families.names_in_words(people.parents_of(facts.connection, facts.vault, family_id))


FACTS: dict[str, Callable[[Facts], Any]] = {
    REPORTS: own_reports,
    MY_REPORTS: given_reports,
    PROPOSALS: proposed,
    MEETINGS: meetings,
}
