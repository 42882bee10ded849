"""A coordinator says something to everybody: some at a time, with how far it is, and it can be stopped."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Connection, select

from bot.care import announcements, people
from bot.care.people import Role
from bot.store import tables
from tests.service.story import Somebody, coordinator, mentor, parent
from tests.service.town import Town

WORDS = "Maandag zijn we dicht."
FIRST = 2_000_000


@pytest.fixture(autouse=True)
def _a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announcements, "BATCH", 10)


@pytest.fixture
def petra(town: Town) -> Somebody:
    return coordinator(town)


def _many(town: Town, count: int, **settings: object) -> list[int]:
    """So many parents, who are nobody in particular; returns their chats."""
    chats = [FIRST + number for number in range(count)]

    def work(connection: Connection) -> None:
        for number, chat_id in enumerate(chats):
            now = town.clock.now() - timedelta(days=1, seconds=number)
            given = {"region": "nl", "zone": "Europe/Amsterdam", "now": now, "family_id": None}
            people.add(connection, town.service.vault, chat_id=chat_id, role=Role.PARENT, name="Ouder", **given)
            person = people.present(connection, town.service.vault, chat_id).person
            assert person
            if settings:
                people.change(connection, person.id, **settings)

    town.do(work)
    for chat_id in chats:
        town.emulator.private_chat(chat_id)
    return chats


async def _announces(petra: Somebody, to: str, words: str = WORDS) -> None:
    await petra.says("/menu")
    await petra.taps("Bericht aan iedereen", to)
    await petra.says(words)
    await petra.taps("Ja, verstuur")


def _got(town: Town, chat_id: int) -> int:
    return sum(message.text.endswith(f"organisatie:\n\n{WORDS}") for message in town.emulator.person(chat_id).from_bot)


async def test_everybody_gets_it_once_and_the_sender_sees_how_far_it_is(town: Town, petra: Somebody) -> None:
    ingrid = mentor(town, "ingrid")
    chats = _many(town, 25)
    town.emulator.person(chats[7]).blocks()
    before = len(petra.phone.messages)
    await _announces(petra, "Ouders en mentoren (26)")
    said = [petra.last.text]
    for _ in range(20):
        await town.passes(timedelta(seconds=5))
        if petra.last.text != said[-1]:
            said.append(petra.last.text)
    assert said == [
        "Het is op weg. 0 van 26 verstuurd.",
        "10 van 26 verstuurd.",
        "19 van 26 verstuurd.",
        "Klaar: 25 van 26 verstuurd. Niet te bereiken: 1.",
    ]
    assert petra.buttons == []
    assert [_got(town, chat_id) for chat_id in chats] == [chat_id != chats[7] for chat_id in chats]
    assert f"Een bericht van Petra, van de organisatie:\n\n{WORDS}" in await ingrid.reads()
    assert _got(town, petra.phone.chat_id) == 0
    progress = [one for one in petra.phone.messages[before:] if "verstuurd" in one.text and "van 26" in one.text]
    assert len(progress) == 1


async def test_it_can_be_stopped(town: Town, petra: Somebody) -> None:
    chats = _many(town, 25)
    await _announces(petra, "Alle ouders (25)")
    await town.passes(timedelta(seconds=1))
    await petra.taps("Stop")
    stopped = petra.last.text
    reached = sum(_got(town, chat_id) for chat_id in chats)
    assert 0 < reached < 25
    await town.passes(timedelta(minutes=5))
    assert sum(_got(town, chat_id) for chat_id in chats) == reached
    assert stopped == petra.last.text == f"Gestopt: {reached} van 25 verstuurd. De rest krijgt het niet."
    assert petra.buttons == []


async def test_nobody_is_woken_by_it(town: Town, petra: Somebody) -> None:
    """Each in their own hours: those of choice, or else not in the night."""
    await town.until("2027-03-01T23:00")
    fatima = parent(town, "fatima", evening="", children=[("Yassin", 7)])
    joris = parent(town, "joris", evening="", children=[("Noor", 7)])
    late = joris.known.id
    town.do(lambda connection: people.change(connection, late, reminder_hours="18:00-23:30"))
    await _announces(petra, "Alle ouders (2)")
    await town.passes(timedelta(minutes=1))
    assert WORDS in await joris.reads()
    assert petra.last.text == (
        "1 van 2 verstuurd. De rest gaat verder vanaf morgen om 8.00 uur, binnen de uren van wie het krijgt."
    )
    assert await fatima.until("2027-03-02T07:59") == ""
    assert WORDS in await fatima.until("2027-03-02T08:01")
    assert petra.last.text == "Klaar: 2 van 2 verstuurd."


async def test_an_answer_goes_ahead_of_it(town: Town, petra: Somebody, fatima: Somebody) -> None:
    _many(town, 12)
    await _announces(petra, "Alle ouders (13)")
    waiting = select(tables.outbox.c.priority).where(tables.outbox.c.letter_id.is_not(None))
    own = waiting.where(tables.outbox.c.chat_id != petra.phone.chat_id).distinct()
    assert town.do(lambda connection: connection.execute(own).scalars().all()) == [3]


async def test_only_its_own_coordinator_stops_it(town: Town, petra: Somebody, fatima: Somebody) -> None:
    _many(town, 15)
    await _announces(petra, "Alle ouders (16)")
    token = petra.token("Stop")
    await fatima.says("/menu")
    await fatima.forges(token)
    other = coordinator(town, "marleen")
    await other.says("/menu")
    await other.forges(token)
    await town.passes(timedelta(minutes=1))
    assert petra.last.text == "Klaar: 16 van 16 verstuurd."


async def test_a_batch_is_one_transaction_of_at_most_so_many(town: Town, petra: Somebody) -> None:
    _many(town, 25)
    await _announces(petra, "Alle ouders (25)")
    of_it = select(tables.outbox.c.created_at).where(tables.outbox.c.letter_id.is_not(None))
    await town.passes(timedelta(minutes=1))
    moments = town.do(lambda connection: connection.execute(of_it).scalars().all())
    assert max(moments.count(one) for one in set(moments)) <= announcements.BATCH + 1


async def test_everybody_reads_their_own_name(town: Town, petra: Somebody) -> None:
    ingrid = mentor(town, "ingrid")
    fatima = parent(town, guide=ingrid, evening="")
    await petra.says("/menu")
    await petra.taps("Bericht aan iedereen", "Ouders en mentoren (2)")
    assert "Op de plek van [naam] leest ieder de eigen naam." in await petra.says("Dag [naam], maandag zijn we dicht.")
    await petra.taps("Ja, verstuur")
    await town.passes(timedelta(seconds=10))
    assert "Dag Fatima, maandag zijn we dicht." in await fatima.reads()
    assert "Dag Ingrid, maandag zijn we dicht." in await ingrid.reads()
