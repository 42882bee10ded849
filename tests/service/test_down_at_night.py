"""The service was down in the evening and comes back at night: it wakes nobody; what may still come, comes by day."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, time
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from bot.care import follow_ups, sweeping
from bot.care.demo import furnish
from bot.care.follow_up_rhythm import Rhythm
from bot.care.follow_ups import Content, Plan
from bot.care.rituals import EVENING_LATER, HALF_WAY, LOOK_BACK, LOOK_BACK_LATER
from bot.simulator import PERSONAS
from bot.store import tables, timers
from bot.store.timers import Timer
from tests.service.story import Somebody, parent
from tests.service.town import HOME, Town, open_town

USEFUL = {sweeping.STILL_THERE: 24 * 3600}
DOWN, BACK = "2027-03-01T19:25", "2027-03-02T03:00"
WORDS = "Hoe was de zwemles?"


def _sent_since(town: Town, moment: str) -> list[str]:
    """What went to anybody from a local moment on: when, and to whom."""
    start = datetime.fromisoformat(moment).replace(tzinfo=HOME)
    calls = [call for call in town.emulator.calls.all() if call.at >= start and call.method.startswith("send")]
    return [f"{call.at.astimezone(HOME):%H:%M} {call.chat_id}" for call in calls]


def _falls(town: Town) -> None:
    """Nothing is done for as long as it is down."""
    town.clock.move_to(datetime.fromisoformat(BACK).replace(tzinfo=HOME))


def _plan_much(connection: Connection, town: Town) -> None:
    """For everybody whatever can come by itself, at eight in the evening, of use for as long as it may be."""
    eight = datetime.fromisoformat("2027-03-01T20:00").replace(tzinfo=HOME)
    comes = [flow.flow for flow in town.service.library.flows.values() if flow.comes]
    own = [EVENING_LATER, LOOK_BACK, LOOK_BACK_LATER, HALF_WAY, sweeping.STILL_THERE, "silence", "pause"]
    for persona in PERSONAS:
        for key in (*comes, *own):
            timers.put(connection, Timer(persona.user_id, key, eight, USEFUL.get(key, 3 * 3600)))


@pytest.fixture
async def busy(tmp_path: Path, cache: Path) -> AsyncIterator[Town]:
    """The organisation of the demo, with all that is to come there, in the evening."""
    async with open_town(tmp_path, DOWN, cache=cache) as town:
        chats = {persona.key: (persona.user_id, persona.first_name, persona.role) for persona in PERSONAS}
        now = town.clock.now()
        town.do(lambda connection: furnish(connection, town.service.vault, chats, now, full=True))
        for persona in PERSONAS:
            town.emulator.private_chat(persona.user_id)
        town.do(lambda connection: _plan_much(connection, town))
        yield town


async def test_nobody_in_a_whole_organisation_is_woken(busy: Town) -> None:
    """Of all that fell due meanwhile; and the next evening is an evening again."""
    query = select(tables.timers.c.key).where(
        tables.timers.c.due_at <= datetime.fromisoformat(BACK).replace(tzinfo=HOME)
    )
    due = busy.do(lambda connection: connection.execute(query).scalars().all())
    assert len(set(due)) > 15
    _falls(busy)
    await busy.settle()
    assert _sent_since(busy, BACK) == []
    await busy.until("2027-03-02T06:59")
    assert _sent_since(busy, BACK) == []
    await busy.until("2027-03-02T21:00")
    assert [one for one in _sent_since(busy, BACK) if one > "19:"]


async def test_a_message_of_a_mentor_that_is_late_goes_in_the_morning(town: Town, ingrid: Somebody) -> None:
    """It goes late rather than not, but not in the night; one that was planned for the night goes then."""
    fatima = parent(town, "fatima", guide=ingrid, evening="", children=[("Yassin", 7)])
    guide, to = ingrid.known, fatima.known.id

    def plan(connection: Connection, moment: str) -> None:
        first = datetime.fromisoformat(moment).replace(tzinfo=HOME)
        wish = Plan(Content(WORDS), [to], Rhythm("once"), first, time(20))
        follow_ups.plan(connection, town.service.vault, guide, wish, town.clock.now())

    town.do(lambda connection: plan(connection, "2027-03-01T20:00"))
    await town.until(DOWN)
    _falls(town)
    assert await fatima.reads() == ""
    assert await fatima.until("2027-03-02T07:59") == ""
    assert WORDS in await fatima.until("2027-03-02T08:00")
    town.do(lambda connection: plan(connection, "2027-03-03T02:00"))
    assert WORDS in await fatima.until("2027-03-03T02:01")
