"""Shows the preparation of a meeting: to a parent from what is their own, to a mentor from what is shared, which goes
through `sharing` and is written down as looked at.

Does not know when it comes: that is `care.preparation`.
"""

from __future__ import annotations

from datetime import date, datetime, time

from bot.care import (
    appointment_rules,
    appointments,
    families,
    people,
    preparation,
    proposals,
    records,
    reports,
    resolutions,
    sharing,
)
from bot.care.appointment_rules import Appointment
from bot.care.people import Person, Role
from bot.care.reports import Report
from bot.conversation.preparation_facts import others
from bot.conversation.turn import Turn
from bot.schedule.local_time import instant_on
from bot.screens import entries
from bot.screens.entries import Rows
from bot.store.types import read_id
from flows.engine.dutch.spoken import spoken_date, spoken_time
from flows.engine.templates import excerpt

_MOST_TOPICS, _MOST_SHARED, _MOST_READ = 6, 8, 40
_WORDS = 160
"""How much of a topic is shown, in characters."""


def show(turn: Turn, appointment_id: int) -> bool:
    """Shows the preparation of this appointment; False when it is not theirs, or not coming any more."""
    person = turn.person
    one = appointments.find(turn.connection, turn.host.vault, appointment_id)
    if person is None or one is None or one.status != appointment_rules.AGREED or one.starts_at <= turn.now:
        return False
    if one.mentor_id == person.id and Role.MENTOR in person.roles:
        _to_mentor(turn, person, one)
    elif one.family_id == person.family_id and Role.PARENT in person.roles:
        _to_parent(turn, person, one)
    else:
        return False
    return True


def _to_parent(turn: Turn, parent: Person, one: Appointment) -> None:
    connection, vault, library = turn.connection, turn.host.vault, turn.host.library
    last = _last(turn, one.family_id)
    since = preparation.since(last.parts.held_on if last else None, turn.facts.local.date())
    marked = sharing.own_page(connection, vault, parent.id, 0, marked=True).items
    told = [entry for entry in marked if entry.record.kind != preparation.TOPIC or entry.record.local_day >= since]
    words = [excerpt(entries.words_of(library, entry.record), _WORDS) for entry in told[:_MOST_TOPICS]]
    mentor = people.by_id(connection, vault, one.mentor_id)
    found = preparation.for_parent(
        open_resolutions=records.of_kind(connection, vault, parent.id, resolutions.KIND),
        checks=records.of_kind(connection, vault, parent.id, resolutions.CHECK_KIND),
        topics=[word for word in words if word],
        shared=sharing.count_shared(connection, mentor, [parent], _start_of(turn, since)) if mentor else 0,
        attention=last.parts.attention if last else "",
    )
    lines = [turn.plain("preparation_resolution", text=each.text, how=each.how) for each in found.resolutions]
    scope = {"resolutions": lines, "topics": found.topics, "shared": found.shared, "attention": found.attention}
    turn.send(turn.text("preparation_parent", **_when(turn, parent, one), **scope), _rows(turn, last, "o"))


def _to_mentor(turn: Turn, mentor: Person, one: Appointment) -> None:
    connection, vault, library = turn.connection, turn.host.vault, turn.host.library
    last = _last(turn, one.family_id)
    since = preparation.since(last.parts.held_on if last else None, turn.facts.local.date())
    parents = people.parents_of(connection, vault, one.family_id)
    # Every heading is of something that is shared with this mentor at this moment; opening it writes the look down.
    shared = [each for each in _headings(turn, mentor, parents) if each.local_day >= since]
    opened: dict[str, list[str]] = {preparation.TOPIC: [], preparation.STUCK: []}
    told: dict[int, str] = {}
    for each in shared:
        if each.kind in opened:
            read = sharing.open_for(connection, vault, mentor, each.id, turn.now)
            if read:
                opened[each.kind].append(
                    f"{excerpt(read.record.said('text'), _WORDS)} ({families.spoken(read.owner.name)})"
                )
        elif each.kind == resolutions.CHECK_KIND:
            read = sharing.open_for(connection, vault, mentor, each.id, turn.now)
            about = read_id(str(read.record.value("resolution"))) if read else 0
            if read and about:
                told.setdefault(about, read.record.said("how"))
    made = preparation.for_mentor(
        proposed=proposals.of_report(connection, vault, last.id) if last else [],
        told=told,
        topics=opened[preparation.TOPIC],
        stuck=opened[preparation.STUCK],
        attention=last.parts.attention if last else "",
    )
    today = turn.facts.local.date()
    rest = [each for each in shared if each.kind not in (*opened, resolutions.CHECK_KIND)][:_MOST_SHARED]
    scope = {
        "family": others(turn.facts, mentor, one),
        "resolutions": [
            turn.plain("preparation_proposal", words=each.words, status=each.status, by=each.by, how=how)
            for each, how in zip(made.proposed, made.how, strict=True)
        ],
        "topics": made.topics,
        "stuck": made.stuck,
        "attention": made.attention,
        "shared": [
            turn.plain(
                "preparation_entries",
                kind=entries.name_of(library, each.kind),
                day=spoken_date(each.local_day, today),
            )
            for each in rest
        ],
    }
    turn.send(turn.text("preparation_mentor", **_when(turn, mentor, one), **scope), _rows(turn, last, "m"))


def _headings(turn: Turn, mentor: Person, parents: list[Person]) -> list[sharing.Heading]:
    found: list[sharing.Heading] = []
    number, more = 0, True
    while more and len(found) < _MOST_READ:
        page = sharing.headings(turn.connection, mentor, parents, number)
        found += page.items
        number, more = number + 1, page.more
    return found


def _rows(turn: Turn, last: Report | None, act: str) -> Rows:
    """The way to the last report."""
    return [[turn.key("preparation_last", f"{entries.REPORTS}:{act}:{last.id}:0")]] if last else []


def _last(turn: Turn, family_id: int) -> Report | None:
    found = reports.of_parents(turn.connection, turn.host.vault, family_id, 1)
    return found[0] if found else None


def _when(turn: Turn, person: Person, one: Appointment) -> dict[str, str]:
    local = person.local(one.starts_at)
    day = spoken_date(local.date(), turn.facts.local.date())
    return {"when": turn.plain("preparation_meeting", day=day, time=spoken_time(local.time()))}


def _start_of(turn: Turn, day: date) -> datetime:
    zone = turn.person.zone if turn.person else turn.host.default_zone
    return instant_on(day, time(0), zone)
