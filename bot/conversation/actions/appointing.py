"""What flows do with appointments: propose one, ask for another time, or note one that took place already.

A moment is one that was offered (`moment`), or a day and a time of the clock of who types. Whose family it is, and what
may be done, is looked up at that moment; what is not theirs gives nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.care import appointment_rules, appointments, families, people
from bot.care.appointment_rules import Appointment, Details
from bot.care.people import Person, Role
from bot.conversation.actions.common import me, named
from bot.conversation.appointment_news import tell
from bot.conversation.appointment_words import Words, moment_of
from bot.conversation.turn import Turn
from bot.schedule.local_time import instant_on
from bot.store.types import read_id
from flows.engine.state import Request, Value
from flows.engine.templates import excerpt
from flows.engine.values import dataclass

PAST, FAR, NOBODY, AWAY, MENTOR_AWAY = "past", "far", "nobody", "away", "mentor_away"
"""What flows are answered: the moment is over; it is so far ahead that maybe the past was meant; nobody hears of it;
who asks is on leave then, or the mentor is."""
_FAR = timedelta(days=240)
_YEAR = timedelta(days=365)
_DAYS = {"today": 0, "tomorrow": 1, "week": 7, "two_weeks": 14}
_MINUTES = 60
_MOST_WORDS, _MOST_KIND = 300, 60
"""In characters."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What somebody wants to propose."""

    family_id: int
    mentor_id: int
    kind: str
    starts_at: datetime
    minutes: int
    zone: ZoneInfo
    details: Details


def weigh_appointment(turn: Turn, request: Request) -> Value | None:
    """Looks at a moment before it is proposed: `past`, `far`, with whom a mentor has another appointment then, or
    nothing when there is nothing to say. `away` stands before that when the mentor is on leave on that day; a parent
    gets `mentor_away`."""
    person, at = me(turn), _moment(turn, request)
    if at is None or at <= turn.now:
        return PAST
    if at > turn.now + _FAR and not request.refs.get("moment"):
        return FAR
    one = _appointment(turn, request)
    family = request.refs.get("family")
    if Role.MENTOR not in person.roles or not (family or (one and one.mentor_id == person.id)):
        mentor = people.by_id(turn.connection, turn.host.vault, one.mentor_id if one else person.mentor_id)
        return MENTOR_AWAY if mentor and mentor.is_away(at) else None
    wanted, but = _wanted(turn, request), one.id if one else None
    minutes = one.minutes if one else wanted.minutes if wanted else _MINUTES
    found = appointments.clashing(turn.connection, turn.host.vault, person.id, at, minutes, but=but)
    others = Words(turn.facts, person).others(found)
    return ", ".join(part for part in (AWAY if person.is_away(at) else "", others) if part) or None


def say_appointment(turn: Turn, request: Request) -> Value | None:
    """An appointment in words, before it is proposed; nothing when this family is not theirs."""
    wanted, words = _wanted(turn, request), Words(turn.facts, me(turn))
    one = _appointment(turn, request)
    at = _moment(turn, request)
    if one and at:
        return words.when(at)
    return words.sentence(wanted.kind, wanted.details, wanted.starts_at, wanted.minutes) if wanted else None


def propose_appointment(turn: Turn, request: Request) -> Value | None:
    """Proposes an appointment to the other side; answers who heard it, `nobody` when nobody can, or nothing when that
    is not up to this person."""
    wanted = _wanted(turn, request)
    if wanted is None or wanted.starts_at <= turn.now:
        return None
    return _put(turn, wanted, appointment_rules.PROPOSED, "appointment_proposed")


def keep_appointment(turn: Turn, request: Request) -> Value | None:
    """Notes an appointment that took place already; answers who heard it, as above."""
    wanted = _wanted(turn, request)
    if wanted is None or wanted.starts_at > turn.now or Role.MENTOR not in me(turn).roles:
        return None
    return _put(turn, wanted, appointment_rules.HAPPENED, "appointment_held")


def move_appointment(turn: Turn, request: Request) -> Value | None:
    """Asks the other side for another time; answers who heard it, as above."""
    person, one, to = me(turn), _appointment(turn, request), _moment(turn, request)
    side = appointment_rules.side_of(one, person) if one else None
    if one is None or side is None or to is None:
        return None
    if one.asked_by == person.id and one.wanted_at == to:
        return _reachable(turn, one)
    moved = appointments.ask_to_move(turn.connection, turn.host.vault, one.id, side, person.id, to, turn.now)
    if moved is None:
        return None
    turn.facts.forget()
    proposed = moved.status == appointment_rules.PROPOSED
    return tell(turn, moved, "appointment_proposed" if proposed else "appointment_move_asked") or NOBODY


def _put(turn: Turn, wanted: _Wanted, status: str, news: str) -> str:
    connection, vault = turn.connection, turn.host.vault
    known = appointments.at_same_moment(connection, vault, wanted.family_id, wanted.starts_at)
    if known:
        return _reachable(turn, known)
    new_id = appointments.propose(
        connection,
        vault,
        family_id=wanted.family_id,
        mentor_id=wanted.mentor_id,
        by=me(turn).id,
        kind=wanted.kind,
        starts_at=wanted.starts_at,
        minutes=wanted.minutes,
        zone=wanted.zone,
        details=wanted.details,
        now=turn.now,
        status=status,
    )
    turn.facts.forget()
    new = appointments.find(connection, vault, new_id)
    return (tell(turn, new, news) if new else "") or NOBODY


def _reachable(turn: Turn, one: Appointment) -> str:
    """It stands already: nothing is said twice."""
    return Words(turn.facts, me(turn)).names(one) or NOBODY


def _wanted(turn: Turn, request: Request) -> _Wanted | None:
    person, given, at = me(turn), request.arguments, _moment(turn, request)
    guided = _family(turn, request, person)
    if guided is None or at is None:
        return None
    family_id, mentor_id = guided
    last = (
        appointments.last_of_family(turn.connection, turn.host.vault, family_id) if request.refs.get("moment") else None
    )
    if last:
        details = Details(last.details.where, last.details.place, last.details.kind)
        kind, minutes, zone = last.kind, last.minutes, last.zone
    else:
        details, kind = _details(given), given.get("kind") or "talk"
        minutes, zone = _minutes(given), person.zone
    note = excerpt(given.get("note"), _MOST_WORDS)
    details = Details(details.where, details.place, details.kind, note)
    return _Wanted(family_id, mentor_id, kind, at, minutes, zone, details)


def _details(given: Mapping[str, str]) -> Details:
    kind, where = given.get("kind") or "", given.get("where") or ""
    known = where in appointment_rules.HELD_PLACES
    return Details(
        where=where if known else "",
        place="" if known else excerpt(where, _MOST_WORDS),
        kind="" if kind in appointment_rules.KINDS else excerpt(kind, _MOST_KIND),
    )


def _family(turn: Turn, request: Request, person: Person) -> tuple[int, int] | None:
    """The family and its mentor: the one that a mentor chose and guides now, or a parent's own."""
    chosen = request.refs.get("family")
    if chosen:
        family = families.guided(turn.connection, person.id, int(chosen)) if Role.MENTOR in person.roles else None
        return (family.id, person.id) if family else None
    return (person.family_id, person.mentor_id) if person.family_id and person.mentor_id else None


def _appointment(turn: Turn, request: Request) -> Appointment | None:
    chosen = read_id(request.refs.get("appointment", ""))
    return appointments.find_for(turn.connection, turn.host.vault, me(turn), chosen)


def _minutes(given: Mapping[str, str]) -> int:
    minutes = given.get("minutes") or ""
    return int(minutes) if minutes.isdecimal() and 0 < int(minutes) <= 24 * 60 else _MINUTES


def _moment(turn: Turn, request: Request) -> datetime | None:
    """The instant that is meant; None when no day was given."""
    given, person = request.arguments, me(turn)
    if request.refs.get("moment"):
        return moment_of(request.refs["moment"])
    day = given.get("day") or ""
    if not day or not given.get("time"):
        return None
    today = turn.facts.local.date()
    chosen = today + timedelta(days=_DAYS[day]) if day in _DAYS else date.fromisoformat(day)
    if given.get("last_year") == "yes":
        chosen = _year_before(chosen)
    return instant_on(chosen, time.fromisoformat(given["time"]), person.zone)


def _year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day - _YEAR


ACTIONS = named(weigh_appointment, say_appointment, propose_appointment, keep_appointment, move_appointment)
