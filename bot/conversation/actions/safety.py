"""Who to call, asking for a person and what mentors set about it, and the parent's own safety plan."""

from __future__ import annotations

from datetime import time

from bot.care import office, people, plans
from bot.care.people import Role
from bot.conversation import alerting, show
from bot.conversation.actions.common import NotAllowed, me, named
from bot.conversation.turn import Turn
from flows.engine.state import Request, Value


def show_help(turn: Turn, request: Request) -> Value | None:
    """The help card of the person's region, ahead of everything else."""
    show.help_card(turn)
    return None


def ask_for_help(turn: Turn, request: Request) -> Value | None:
    """The mentor, or else who comes next, is asked to get in touch."""
    alerting.begin(turn, me(turn))
    return None


def end_alert(turn: Turn, request: Request) -> Value | None:
    """It is over; answers the names of those who are told so."""
    return alerting.end(turn, me(turn)) or None


def keep_plan(turn: Turn, request: Request) -> Value | None:
    """What was filled in just now, and what was there, become one plan."""
    today = turn.facts.local.date()
    plans.gather(turn.connection, turn.host.vault, me(turn).id, request.key, today, turn.now)
    return None


def set_office_hours(turn: Turn, request: Request) -> Value | None:
    """When this mentor is at work; hours that end before they begin change nothing. Answers whether they hold now."""
    given, person = request.arguments, _at_work(turn)
    start, end = (time.fromisoformat(given[name].replace(".", ":")) for name in ("start", "end"))
    hours = office.read(f"{''.join(sorted(set(given['days'])))} {start:%H:%M}-{end:%H:%M}", person.zone)
    if hours is None:
        return None
    people.change(turn.connection, person.id, office_hours=hours.kept)
    turn.refresh_person()
    return "yes"


def set_stand_in(turn: Turn, request: Request) -> Value | None:
    """Who is asked when this mentor does not answer: another mentor, or nobody."""
    person = _at_work(turn)
    chosen = int(request.refs["stand_in"]) if "stand_in" in request.refs else None
    mentors = people.with_role(turn.connection, turn.host.vault, Role.MENTOR)
    if chosen is not None and chosen not in {one.id for one in mentors if one.id != person.id}:
        raise NotAllowed("set_stand_in")
    people.change(turn.connection, person.id, stand_in_id=chosen)
    turn.refresh_person()
    return None


def _at_work(turn: Turn) -> people.Person:
    person = me(turn)
    if not person.roles & (Role.MENTOR | Role.COORDINATOR):
        raise NotAllowed("a parent has no office hours")
    return person


ACTIONS = named(show_help, ask_for_help, end_alert, keep_plan, set_office_hours, set_stand_in)
