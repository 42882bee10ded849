"""Facts about what comes by itself: what is ahead, how often it may come, and what was left out."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING

from bot.care import agenda, coming, records, rituals
from bot.care.agenda import Ahead
from bot.care.coming import Coming, Logged
from bot.screens import entries
from bot.store.types import read_id
from flows.engine.dutch.spoken import spoken_date, spoken_time
from flows.engine.templates import excerpt, render

if TYPE_CHECKING:
    from bot.conversation.facts import Facts

_TITLES = {rituals.EVENING: "evening_ritual", rituals.LOOK_BACK: "look_back"}
_LINES = 6


def ahead(facts: Facts) -> list[Ahead]:
    """All that is to come to this person."""
    return agenda.ahead(facts.timers, lambda flow: flow in facts.flows and facts.flows[flow].comes is not None)


def coming_up(facts: Facts) -> list[dict[str, object]]:
    """The same, as texts speak of it."""
    return [described(facts, one) for one in ahead(facts)]


def described(facts: Facts, one: Ahead) -> dict[str, object]:
    """One thing that is to come, as texts speak of it."""
    local = facts.person.local(one.at) if facts.person and one.at else None
    kind = one.key if one.key in _TITLES else "rhythm" if one.days else "once"
    return {
        "id": one.key,
        "name": name(facts, one.what),
        "about": about(facts, one.what),
        "kind": kind,
        "day": spoken_date(local.date(), facts.local.date()) if local else "",
        "time": spoken_time(local.time()) if local else "",
        "days": _days(facts, one),
        "rests": one.at is None,
    }


def name(facts: Facts, what: Coming) -> str:
    """What comes, by its name: "een voornemen"."""
    if what.flow in _TITLES:
        return facts.flows[_TITLES[what.flow]].title
    flow = facts.flows.get(what.flow)
    return flow.comes.name if flow and flow.comes else ""


def about(facts: Facts, what: Coming) -> str:
    """A few words of the thing that it is about."""
    person = facts.person
    if person is None or not what.item:
        return ""
    record = records.by_id(facts.connection, facts.vault, person.id, read_id(what.item))
    return excerpt(entries.words_of(facts.library, record), 60) if record else ""


def _days(facts: Facts, one: Ahead) -> str:
    from bot.conversation.facts import day_names

    if not one.days:
        return ""
    all_days = "".join(sorted(one.days)) == rituals.EVERY_DAY
    return facts.texts["coming_every_day"] if all_days else day_names(one.days)


def reminders(facts: Facts) -> dict[str, object]:
    """How many may come in a day, and what was left out lately, in words."""
    person = facts.person
    if person is None:
        return {"a_day": 0, "left_out": []}
    lines = [_left_out(facts, one) for one in coming.left_out(facts.connection, person, facts.now)]
    return {"a_day": person.reminders_a_day, "left_out": list(dict.fromkeys(lines))[:_LINES]}


def _left_out(facts: Facts, one: Logged) -> str:
    local = facts.person.local(one.at) if facts.person else one.at
    scope = {
        "day": spoken_date(local.date(), facts.local.date()),
        "time": spoken_time(time(local.hour, local.minute)),
        "name": name(facts, one.what) or facts.texts["kept_name_other"].strip(),
        "why": one.outcome,
    }
    return render(facts.texts["left_out_line"], scope, html=False)
