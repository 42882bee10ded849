"""A mentor's leave, and a coordinator who hands a family over to another mentor."""

from __future__ import annotations

from datetime import date, timedelta

from bot.care import families, follow_ups, people
from bot.care.families import names_in_words, spoken
from bot.care.people import Person, Role
from bot.conversation import outgoing
from bot.conversation.actions.common import me_as, named
from bot.conversation.outgoing import Rows
from bot.conversation.turn import Turn
from bot.screens import menus
from bot.store.types import read_id
from flows.engine.dutch.dates import parse_date
from flows.engine.dutch.spoken import spoken_date
from flows.engine.state import Request, Value

OFFERS = "follow_ups_offered"
_DAYS = {"today": 0, "tomorrow": 1, "week": 6, "two_weeks": 13}
"""As days after the first; a week of leave ends on its seventh day."""


def set_leave(turn: Turn, request: Request) -> Value | None:
    """This mentor is away from one day up to and with another; answers the last day in words, or nothing when it is
    past, or before the first."""
    mentor, given = me_as(turn, Role.MENTOR), request.arguments
    today = turn.facts.local.date()
    first = _day(given["first"], today, today)
    last = _day(given["last"], today, first) if first else None
    if first is None or last is None or last < first or last < today:
        return None
    people.change(turn.connection, mentor.id, away_from=first, away_until=last)
    turn.refresh_person()
    return spoken_date(last, today)


def end_leave(turn: Turn, request: Request) -> Value | None:
    """This mentor is back."""
    people.change(turn.connection, me_as(turn, Role.MENTOR).id, away_from=None, away_until=None)
    turn.refresh_person()
    return None


def _day(given: str, today: date, since: date) -> date | None:
    if given in _DAYS:
        return since + timedelta(days=_DAYS[given])
    try:
        return date.fromisoformat(given)
    except ValueError:
        return parse_date(given, today)


def hand_over_family(turn: Turn, request: Request) -> Value | None:
    """A family goes to another mentor. Its parents and both mentors hear of it; what was planned stops, and is offered
    to the new mentor. Answers the names of the parents, or nothing when it is not with the first mentor any more."""
    me_as(turn, Role.COORDINATOR)
    before, after = (_other(turn, request.refs.get(name, "")) for name in ("before", "after"))
    family_id = int(request.refs["family"])
    if before is None or after is None or before.id == after.id:
        return None
    if families.guided(turn.connection, before.id, family_id) is None:
        return None
    stopped = follow_ups.hand_over(turn.connection, turn.host.vault, family_id, before, after, turn.now)
    families.hand_over(turn.connection, family_id, after.id)
    parents = people.parents_of(turn.connection, turn.host.vault, family_id)
    names = names_in_words(parents)
    for parent in parents:
        _tell(turn, parent, turn.text("handed_to_parent", before=spoken(before.name), after=spoken(after.name)))
    told = {"names": names, "before": spoken(before.name), "after": spoken(after.name), "planned": len(stopped)}
    _tell(turn, before, turn.text("handed_from_mentor", **told))
    rows = [[turn.key("handed_look", f"{menus.START_FLOW}:{OFFERS}")]] if stopped else []
    _tell(turn, after, turn.text("handed_to_mentor", **told), rows)
    return names


def _other(turn: Turn, number: str) -> Person | None:
    """A mentor from the list."""
    found = people.by_id(turn.connection, turn.host.vault, read_id(number))
    return found if found and Role.MENTOR in found.roles else None


def _tell(turn: Turn, to: Person, text: str, rows: Rows = ()) -> None:
    """Whoever stopped or cannot be reached finds out when back."""
    if not (to.has_stopped or to.blocked):
        turn.call_elsewhere(to.chat_id, outgoing.send(text, rows))


ACTIONS = named(set_leave, end_leave, hand_over_family)
