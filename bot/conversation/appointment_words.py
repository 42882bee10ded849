"""Appointments as texts speak of them: to whoever reads, on their own clock. And the facts that flows choose from.

Does not know what is done with them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from bot.care import appointment_rules, appointments, people
from bot.care.appointment_rules import Act, Appointment, Details, Side
from bot.care.families import names_in_words, spoken
from bot.care.people import Person, Role
from bot.schedule.local_time import instant_on
from flows.engine.dutch.spoken import clock_time, lasting_date, spoken_date, spoken_time, weekday_name
from flows.engine.templates import enumerate_dutch, render
from flows.engine.values import dataclass

if TYPE_CHECKING:
    from bot.conversation.facts import Facts

MOMENTS, APPOINTMENTS = "appointment_moments", "appointments"
_MOST = 40
_MONTHS = ("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
_AFTER_WEEKS = (0, 1, 3)
"""The moments that are offered: the first week from the last time on that is still to come, and these after it."""
_LATER = timedelta(days=1), timedelta(weeks=1), timedelta(weeks=2)
"""How much later a meeting may be moved with one tap."""
NEW = "new"


@dataclass
class Words:
    """Says appointments to `reader`. The names of families are looked up once."""

    facts: Facts
    reader: Person
    _names: dict[int, str] = field(default_factory=dict)

    def names_of(self, family_id: int) -> str:
        """The parents of a family, by name."""
        if family_id not in self._names:
            found = people.parents_of(self.facts.connection, self.facts.vault, family_id)
            self._names[family_id] = names_in_words(found)
        return self._names[family_id]

    def mentor_of(self, one: Appointment) -> str:
        """The mentor's name; empty when there is none."""
        mentor = people.by_id(self.facts.connection, self.facts.vault, one.mentor_id)
        return spoken(mentor.name) if mentor else ""

    def names(self, one: Appointment) -> str:
        """The other side, by name."""
        mine = appointment_rules.side_of(one, self.reader) is Side.MENTOR
        return self.names_of(one.family_id) if mine else self.mentor_of(one)

    def described(self, one: Appointment, *, names: bool = True) -> dict[str, Any]:
        """All that texts may say of it."""
        now, side = self.facts.now, appointment_rules.side_of(one, self.reader)
        at = self.reader.local(one.starts_at)
        return {
            "id": str(one.id),
            "what": self.what(one.kind, one.details),
            "when": self.when(one.starts_at),
            "asked": self.when(one.move_to) if one.status == appointment_rules.AGREED and one.move_to else "",
            "day": lasting_date(at.date(), self._today),
            "time": spoken_time(at.time()),
            "clock": clock(at),
            "short": short_day(at.date()),
            "minutes": one.minutes,
            "length": self.length(one.minutes),
            "place": self.place(one.details),
            "note": one.details.note,
            "names": self.names(one) if names else "",
            "status": one.status,
            "over": one.starts_at <= now,
            "for_me": one.waits_for is side,
            "alone": one.mentor_id is None and one.status in appointment_rules.OPEN,
            "parents_say": one.details.parents_say if side is Side.MENTOR else "",
        }

    def standing(self, one: Appointment) -> str:
        """How it stands with it, in a sentence."""
        told = self.described(one)
        return self._text(f"appointment_stands_{_standing(told)}", **told)

    def sentence(self, kind: str, details: Details, starts_at: datetime, minutes: int) -> str:
        scope = {
            "what": self.what(kind, details),
            "when": self.when(starts_at),
            "length": self.length(minutes),
            "place": self.place(details),
        }
        return self._text("appointment_words", **scope)

    def what(self, kind: str, details: Details) -> str:
        return details.kind or self._text(f"appointment_kind_{kind}")

    def place(self, details: Details) -> str:
        known = details.where in appointment_rules.HELD_PLACES
        at_mine = details.where == "home" and self.reader.family_id is not None
        where = (
            self._text("appointment_where_mine" if at_mine else f"appointment_where_{details.where}") if known else ""
        )
        return ", ".join(part for part in (where, details.place) if part)

    def length(self, minutes: int) -> str:
        name = f"appointment_length_{minutes}"
        known = name if name in self.facts.library.texts else "appointment_length_other"
        return self._text(known, minutes=minutes)

    def when(self, moment: datetime) -> str:
        """An instant on the reader's clock: "dinsdag 1 december om half drie 's middags". Never "morgen": it is read
        again on another day."""
        at = self.reader.local(moment)
        return self._text("coming_when", day=lasting_date(at.date(), self._today), time=spoken_time(at.time()))

    def soon(self, moment: datetime) -> str:
        """The same for what is read now: "morgen om half drie 's middags"."""
        at = self.reader.local(moment)
        return self._text("coming_when", day=spoken_date(at.date(), self._today), time=spoken_time(at.time()))

    def others(self, found: Iterable[Appointment]) -> str:
        """Appointments that are in the way, by name and hour."""
        told = [f"{self.names(one)} ({clock(self.reader.local(one.starts_at))})" for one in found]
        return enumerate_dutch(told)

    @property
    def _today(self) -> date:
        return self.reader.local(self.facts.now).date()

    def _text(self, name: str, **scope: object) -> str:
        return render(self.facts.library.texts[name], scope, html=False)


def _standing(told: dict[str, Any]) -> str:
    """The end of the name of the text that says how it stands."""
    if told["alone"]:
        return "alone"
    if told["status"] == appointment_rules.PROPOSED:
        return ("offered_over" if told["over"] else "offered") if told["for_me"] else "proposed"
    if told["asked"]:
        return "move_offered" if told["for_me"] else "moving"
    return "over" if told["status"] == appointment_rules.AGREED and told["over"] else str(told["status"])


def clock(at: datetime) -> str:
    """A local time as a diary shows it: "14.30"."""
    return clock_time(at.time()).replace(":", ".")


def short_day(day: date) -> str:
    """A date as a diary shows it: "di 1 dec"."""
    return f"{weekday_name(day)[:2]} {day.day} {_MONTHS[day.month - 1]}"


# --- facts ------------------------------------------------------------------------------------------------------------


def to_change(facts: Facts) -> list[dict[str, object]]:
    """The appointments that this person may ask to move, the first to start first."""
    person = facts.person
    words = Words(facts, person) if person else None
    found = [one for one in _open(facts) if person and _may_move(facts, person, one)]
    return [{**words.described(one), "family": str(one.family_id)} for one in found[:_MOST]] if words else []


def moments(facts: Facts) -> list[dict[str, object]]:
    """Moments to propose with one tap: for a new appointment of a family, like its last; and to move one to."""
    person = facts.person
    if person is None:
        return []
    found: list[dict[str, object]] = []
    for one in _last(facts, person):
        weeks = weeks_to(one, facts.now)
        for later in _AFTER_WEEKS:
            moment = at_same_time(one, timedelta(weeks=weeks + later))
            found.append(_moment(facts, person, f"{one.family_id}", NEW, one, moment, weeks + later))
    for one in _open(facts)[:_MOST]:
        if _may_move(facts, person, one):
            later_ones = [at_same_time(one, later) for later in _LATER]
            found += [
                _moment(facts, person, str(one.id), str(one.id), one, at, 0) for at in later_ones if at > facts.now
            ]
    return found


def at_same_time(one: Appointment, later: timedelta) -> datetime:
    """The instant so many days later at the same local time, where the appointment is."""
    here = one.starts_at.astimezone(one.zone)
    return instant_on(here.date() + later, here.time().replace(tzinfo=None), one.zone)


def weeks_to(one: Appointment, now: datetime) -> int:
    """After how many whole weeks, at least one, its day and time of day are still to come."""
    weeks = max((now - one.starts_at) // timedelta(weeks=1), 1)
    while at_same_time(one, timedelta(weeks=weeks)) <= now:
        weeks += 1
    return weeks


def _moment(
    facts: Facts, person: Person, key: str, about: str, one: Appointment, moment: datetime, weeks: int
) -> dict[str, object]:
    at = person.local(moment)
    scope = {"weeks": weeks, "day": short_day(at.date()), "clock": clock(at)}
    label = render(facts.library.texts["appointment_moment"], scope, html=False)
    return {
        "id": f"{key}_{moment:%Y%m%d%H%M}",
        "about": about,
        "family": str(one.family_id),
        "label": label,
    }


def moment_of(moment_id: str) -> datetime | None:
    """The instant that a moment's id names; None for what is none."""
    try:
        return datetime.strptime(moment_id.rpartition("_")[2], "%Y%m%d%H%M").replace(tzinfo=UTC)
    except ValueError:
        return None


def _open(facts: Facts) -> list[Appointment]:
    person, connection, vault = facts.person, facts.connection, facts.vault
    if person is None:
        return []
    found: list[Appointment] = []
    if person.family_id:
        found += appointments.of_family(connection, vault, person.family_id, since=facts.now - timedelta(days=60))
    if Role.MENTOR in person.roles:
        since = facts.now - timedelta(days=60)
        found += appointments.of_mentor(connection, vault, person.id, since=since, statuses=appointment_rules.OPEN)
    return [one for one in found if one.status in appointment_rules.OPEN]


def _may_move(facts: Facts, person: Person, one: Appointment) -> bool:
    side = appointment_rules.side_of(one, person)
    return side is not None and Act.MOVE in appointment_rules.may(one, side, facts.now)


def _last(facts: Facts, person: Person) -> list[Appointment]:
    """The last appointment of each family of theirs."""
    found: list[Appointment] = []
    if person.family_id and person.mentor_id:
        last = appointments.last_of_family(facts.connection, facts.vault, person.family_id)
        found += [last] if last else []
    if Role.MENTOR in person.roles:
        found += appointments.last_of_families(facts.connection, facts.vault, person.id).values()
    return found
