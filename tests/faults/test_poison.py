"""An input that cannot be handled: three tries, then a dead letter, and kind words; nobody else notices anything."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, update

from bot.care import families, people
from bot.care.people import Role
from bot.store import inbox, outbox, tables, timers
from bot.store.outbox import Call
from bot.store.timers import Timer
from tests.service.town import Town, open_town

SORRY = "Er ging iets mis"
WHO = {"annelies": "Annelies", "joris": "Joris"}


@pytest.fixture
async def town(database_url: str, tmp_path: Path, cache: Path) -> AsyncIterator[Town]:
    """A town with two parents in it."""
    async with open_town(tmp_path / "data", database_url=database_url, cache=cache) as opened:
        for number, (key, name) in enumerate(WHO.items()):
            chat_id = opened.phone(key).chat_id
            now = opened.clock.now() - timedelta(days=1, seconds=number)

            def come_in(connection: Connection, chat_id=chat_id, name=name, now=now) -> None:
                people.add(
                    connection,
                    opened.service.vault,
                    chat_id=chat_id,
                    role=Role.PARENT,
                    name=name,
                    family_id=families.found(connection, None, now),
                    region="nl",
                    zone="Europe/Amsterdam",
                    now=now,
                )

            opened.service.database.do(come_in)
        yield opened


async def _arrive(town: Town, who: str, text: str) -> int:
    """Somebody writes, and it is in the inbox; returns its row."""
    town.phone(who).says(text)
    await town.service.step_intake()
    newest = select(tables.inbox.c.id).order_by(tables.inbox.c.id.desc()).limit(1)
    return town.service.database.do(lambda connection: connection.execute(newest).scalar_one())


def _set(town: Town, table: tables.Table, row: int, **values: object) -> None:
    town.service.database.do(
        lambda connection: connection.execute(update(table).where(table.c.id == row).values(**values))
    )


def _row(town: Town, row: int) -> object:
    query = select(tables.inbox).where(tables.inbox.c.id == row)
    return town.service.database.do(lambda connection: connection.execute(query).one())


async def _half_a_minute(town: Town) -> None:
    for _ in range(30):
        town.clock.advance(timedelta(seconds=1))
        await town.settle()


def _texts(town: Town, who: str) -> list[str]:
    return [message.text for message in town.phone(who).from_bot]


async def test_a_message_that_does_not_open(town: Town) -> None:
    broken = await _arrive(town, "annelies", "kapot")
    _set(town, tables.inbox, broken, payload_sealed=b"\1damaged by something")
    await _arrive(town, "annelies", "erna")
    await _arrive(town, "joris", "ondertussen")
    await town.settle()
    assert _texts(town, "annelies") == []
    assert "ondertussen" in _texts(town, "joris")[0]
    await _half_a_minute(town)
    row = _row(town, broken)
    assert (row.status, row.attempts) == ("dead", inbox.MAX_ATTEMPTS)
    assert row.problem.startswith("Unreadable at bot.store.vault:")
    assert row.payload_sealed == b"\1damaged by something"
    sorry, after = _texts(town, "annelies")
    assert SORRY in sorry
    assert "erna" in after
    assert len(_texts(town, "joris")) == 1


async def test_a_message_that_is_no_update(town: Town) -> None:
    broken = await _arrive(town, "annelies", "kapot")
    seal = _row(town, broken).seal
    odd = b'{"update_id": 1, "message": {"chat": {"id": 12, "type": "private"}, "text": 7}}'
    _set(town, tables.inbox, broken, payload_sealed=town.service.vault.seal(inbox.PLACE, seal, odd))
    await _half_a_minute(town)
    row = _row(town, broken)
    assert row.status == "dead"
    assert "kapot" not in row.problem
    assert [SORRY in text for text in _texts(town, "annelies")] == [True]


async def test_somebody_whose_conversation_is_damaged(town: Town) -> None:
    """Each message fails, each is kept, each is answered; and nobody else has to wait for it."""
    await town.says("annelies", "lang verhaal")
    conversations = tables.conversations
    damage = update(conversations).where(conversations.c.chat_id == town.phone("annelies").chat_id)
    town.service.database.do(lambda connection: connection.execute(damage.values(state_sealed=b"\1damaged")))
    broken = [await _arrive(town, "annelies", f"kapot {number}") for number in range(2)]
    await town.says("joris", "ondertussen")
    assert len(_texts(town, "joris")) == 1
    await _half_a_minute(town)
    assert [_row(town, row).status for row in broken] == ["dead", "dead"]
    assert [SORRY in text for text in _texts(town, "annelies")] == [False, True, True]


async def test_a_timer_that_cannot_be_handled(town: Town) -> None:
    """Nobody asked for it at that moment, so nobody is told."""
    chat_id = town.phone("annelies").chat_id
    town.emulator.private_chat(chat_id)
    database = town.service.database
    timer = Timer(chat_id, "evening", town.clock.now(), 3600, None, "19:00", "1234567", "Europe/Amsterdam")
    database.do(lambda connection: timers.put(connection, timer))
    await town.service.step_ticker()
    _set(town, tables.inbox, 1, payload_sealed=b"")
    await _half_a_minute(town)
    assert _row(town, 1).status == "dead"
    assert _texts(town, "annelies") == []
    await town.passes(timedelta(days=1))
    assert len(_texts(town, "annelies")) == 1


async def test_a_call_that_does_not_open(town: Town) -> None:
    chats = {who: town.phone(who).chat_id for who in WHO}
    for chat_id in chats.values():
        town.emulator.private_chat(chat_id)
    calls = [Call(chats["annelies"], {"do": "send"}), Call(chats["annelies"], {"do": "send"})]
    database, vault = town.service.database, town.service.vault
    database.do(lambda connection: outbox.put(connection, vault, calls, town.clock.now()))
    _set(town, tables.outbox, 1, call_sealed=b"\1damaged")
    _set(town, tables.outbox, 2, seal="another")
    await town.says("annelies", "erna")
    await town.says("joris", "ondertussen")
    assert len(_texts(town, "annelies")) == len(_texts(town, "joris")) == 1


async def test_after_a_dead_letter_everything_is_as_before(town: Town) -> None:
    await town.says("annelies", "een")
    broken = await _arrive(town, "annelies", "kapot")
    _set(town, tables.inbox, broken, payload_sealed=b"")
    await _half_a_minute(town)
    await town.taps("annelies", "Bewaar als notitie")
    await town.says("annelies", "twee")
    assert "twee" in _texts(town, "annelies")[-1]
