"""The service was down in the evening and comes back in the night: it wakes nobody, and the morning is as it should be."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, time
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from bot.care import follow_up_rhythm, follow_ups
from bot.care.demo import furnish
from bot.care.follow_ups import Content, Plan
from bot.simulator import PERSONAS
from bot.store import tables
from tests.service.story import Somebody, parent
from tests.service.town import HOME, Town, open_town

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


@pytest.fixture
async def busy(tmp_path: Path, cache: Path) -> AsyncIterator[Town]:
    """The organisation of the demo, with all that is to come there, in the evening."""
    async with open_town(tmp_path, "2027-03-01T19:00", cache=cache) as town:
        chats = {persona.key: (persona.user_id, persona.first_name, persona.role) for persona in PERSONAS}
        now = town.clock.now()
        town.do(lambda connection: furnish(connection, town.service.vault, chats, now, full=True))
        for persona in PERSONAS:
            town.emulator.private_chat(persona.user_id)
        await town.until(DOWN)
        yield town


async def test_nobody_in_a_whole_organisation_is_woken(busy: Town) -> None:
    """Of all that fell due meanwhile; and the next evening is an evening again."""
    query = select(tables.timers.c.key).where(
        tables.timers.c.due_at <= datetime.fromisoformat(BACK).replace(tzinfo=HOME)
    )
    due = busy.do(lambda connection: connection.execute(query).scalars().all())
    assert len(due) > 5
    _falls(busy)
    await busy.settle()
    assert _sent_since(busy, BACK) == []
    await busy.until("2027-03-02T07:00")
    assert _sent_since(busy, BACK) == []
    await busy.until("2027-03-02T21:00")
    assert [one for one in _sent_since(busy, BACK) if one > "19:"]


async def test_a_message_of_a_mentor_that_is_late_goes_in_the_morning(town: Town, ingrid: Somebody) -> None:
    """It goes late rather than not, but not in the night; one that was planned for the night goes then."""
    fatima = parent(town, "fatima", guide=ingrid, evening="", children=[("Yassin", 7)])
    guide, to = ingrid.known, fatima.known.id

    def plan(connection: Connection, moment: str) -> None:
        first = datetime.fromisoformat(moment).replace(tzinfo=HOME)
        wish = Plan(Content(WORDS), [to], follow_up_rhythm.ONCE, first, time(20))
        follow_ups.plan(connection, town.service.vault, guide, wish, town.clock.now())

    town.do(lambda connection: plan(connection, "2027-03-01T20:00"))
    await town.until(DOWN)
    _falls(town)
    assert await fatima.reads() == ""
    assert await fatima.until("2027-03-02T07:59") == ""
    assert WORDS in await fatima.until("2027-03-02T08:00")
    town.do(lambda connection: plan(connection, "2027-03-03T02:00"))
    assert WORDS in await fatima.until("2027-03-03T02:01")
