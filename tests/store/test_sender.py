"""The sender with a real `telegram.Bot`, over HTTP, against a Telegram that goes wrong in every way it knows."""

from __future__ import annotations

import asyncio
import socket
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, select
from telegram import Bot
from telegram.request import HTTPXRequest

from bot.care import people
from bot.conversation import outgoing
from bot.simulator import Emulator, LimitRules, SimulatedClock, SimulatorServer
from bot.simulator.faults import PERFORMED
from bot.store import outbox
from bot.store.database import Database
from bot.store.outbox import LEASE, WHOLE_BOT, Call, Pace, Priority, Purpose
from bot.store.tables import outbox as table
from bot.store.tables import paces
from bot.store.vault import Vault
from bot.telegram import outbound
from bot.telegram.sender import MAX_ATTEMPTS, MAX_FAULTS, Absent, Sender
from tests.service.town import UNPACED, open_town
from tests.store.household import HANNE, INGRID, JONAS, Household

TOKEN = "1000:test"
SOON = 0.5
"""How long the bot waits for an answer in these tests, in seconds; twenty in earnest."""


class Office:
    """A sender, the outbox it works on, and the Telegram at the other side. The clock moves only when told."""

    def __init__(self, database: Database, vault: Vault, emulator: Emulator, clock: SimulatedClock, bot: Bot) -> None:
        self.database, self.vault, self.emulator, self.clock, self.bot = database, vault, emulator, clock, bot
        self.unreachable: list[int] = []
        self.sender = self.another()

    def another(self, *, alone: bool = False, pace: Pace = UNPACED, absent: Absent | None = None) -> Sender:
        """One more sender on the same outbox."""
        return Sender(
            self.database,
            self.vault,
            lambda chat_id, call: outbound.make(self.bot, chat_id, call),
            lambda _connection, chat_id, _now: self.unreachable.append(chat_id),
            self.clock.now,
            pace,
            alone=alone,
            absent=absent,
        )

    def put(self, chat_id: int, *texts: str, purpose: Purpose = "answer", expires_at: datetime | None = None) -> None:
        priority = {"safety": Priority.SAFETY, "ritual": Priority.REMINDER}.get(purpose, Priority.ANSWER)
        calls = [Call(chat_id, outgoing.send(one), priority, purpose, expires_at=expires_at) for one in texts]
        self.put_calls(*calls)

    def put_calls(self, *calls: Call) -> None:
        self.database.do(lambda connection: outbox.put(connection, self.vault, calls, self.clock.now()))

    def passes(self, seconds: float) -> None:
        self.clock.advance(timedelta(seconds=seconds))

    async def sends_all(self) -> None:
        """Sends until nothing can go now."""
        while await self.sender.run_once():
            pass

    def got(self, chat_id: int) -> list[str]:
        """What somebody has on the screen."""
        return [message.text for message in self.emulator.person(chat_id).from_bot]

    def rows(self, chat_id: int | None = None) -> list[object]:
        query = select(table).order_by(table.c.id)
        if chat_id is not None:
            query = query.where(table.c.chat_id == chat_id)
        return list(self.database.do(lambda connection: connection.execute(query).all()))

    def statuses(self, chat_id: int | None = None) -> list[str]:
        return [row.status for row in self.rows(chat_id)]

    def tries(self, chat_id: int) -> int:
        """How often a message was sent; the log has those that arrived and whose answer did not twice."""
        again = {f"fault {kind}" for kind in PERFORMED}
        return sum(call.outcome not in again for call in self.emulator.calls.all("sendMessage", chat_id))

    def held_for(self, chat_id: int) -> float:
        """How many seconds a chat is held from now on."""
        query = select(paces.c.free_at).where(paces.c.chat_id == chat_id)
        free_at = self.database.do(lambda connection: connection.execute(query).scalar())
        return round((free_at - self.clock.now()).total_seconds(), 1) if free_at else 0


@asynccontextmanager
async def _open_bot(api_url: str) -> AsyncIterator[Bot]:
    request = HTTPXRequest(connection_pool_size=20, read_timeout=SOON, connect_timeout=SOON)
    async with Bot(TOKEN, base_url=api_url, request=request) as bot:
        yield bot


@pytest.fixture
async def office(database: Database, vault: Vault, now: datetime) -> AsyncIterator[Office]:
    clock = SimulatedClock(now, frozen=True)
    emulator = Emulator(clock)
    for chat_id in (HANNE, JONAS, INGRID, *range(1, 10)):
        emulator.private_chat(chat_id)
    async with SimulatorServer(emulator) as server, _open_bot(server.api_url) as bot:
        yield Office(database, vault, emulator, clock, bot)


# --- as it should go --------------------------------------------------------------------------------------------------


async def test_messages_arrive_in_order_and_are_noted(office: Office) -> None:
    texts = [f"bericht {number}" for number in range(25)]
    office.put(HANNE, *texts)
    office.put(JONAS, "voor Jonas")
    await office.sends_all()
    assert office.got(HANNE) == texts
    assert office.got(JONAS) == ["voor Jonas"]
    assert [row.message_id for row in office.rows(HANNE)] == [
        message.message_id for message in office.emulator.person(HANNE).from_bot
    ]


async def test_two_senders_share_the_work(office: Office) -> None:
    other = office.another()
    for chat_id in range(1, 9):
        office.put(chat_id, *(f"{number}" for number in range(5)))
    while await office.sender.run_once() + await other.run_once():
        pass
    for chat_id in range(1, 9):
        assert office.got(chat_id) == ["0", "1", "2", "3", "4"]
    assert {row.sender for row in office.rows()} == {office.sender.name, other.name}


async def test_with_telegrams_pace_telegram_never_has_to_say_so(office: Office) -> None:
    """The limit for the whole bot is a little wider here, since a busy machine delays some calls and not others."""
    office.emulator.enforce_limits(True, LimitRules(overall_per_second=36))
    office.sender = office.another(pace=Pace())
    office.clock.unfreeze()
    for chat_id in (*range(1, 40), *range(1, 5)):
        office.emulator.private_chat(chat_id)
        office.put(chat_id, "dag")
    async with asyncio.timeout(20):
        while "waiting" in office.statuses():
            await office.sender.launch_once()
            await asyncio.sleep(0.01)
        await office.sender.finish()
    assert set(office.statuses()) == {"sent"}
    assert office.emulator.limits.breaches == 0


# --- 429 --------------------------------------------------------------------------------------------------------------


async def test_a_chat_that_is_flooded_waits_alone(office: Office) -> None:
    office.emulator.add_fault("too_many_requests", chat_id=HANNE, seconds=7)
    office.put(HANNE, "een", "twee")
    office.put(JONAS, "een")
    await office.sends_all()
    assert (office.got(HANNE), office.got(JONAS)) == ([], ["een"])
    assert (office.held_for(HANNE), office.held_for(WHOLE_BOT)) == (7, 0)
    office.passes(6)
    await office.sends_all()
    assert office.tries(HANNE) == 1
    office.passes(1)
    await office.sends_all()
    assert office.got(HANNE) == ["een", "twee"]


async def test_three_chats_flooded_at_once_hold_the_whole_bot(office: Office) -> None:
    for chat_id in (1, 2, 3):
        office.emulator.add_fault("too_many_requests", chat_id=chat_id, seconds=9)
        office.put(chat_id, "dag")
    await office.sends_all()
    assert office.held_for(WHOLE_BOT) == 9
    office.put(JONAS, "dag")
    office.passes(5)
    await office.sends_all()
    assert office.got(JONAS) == []
    office.passes(4)
    await office.sends_all()
    assert [office.got(chat_id) for chat_id in (1, 2, 3, JONAS)] == [["dag"]] * 4


async def test_floods_long_after_each_other_do_not_hold_the_whole_bot(office: Office) -> None:
    for chat_id in (1, 2, 3):
        office.emulator.add_fault("too_many_requests", chat_id=chat_id, seconds=60)
        office.put(chat_id, "dag")
        await office.sends_all()
        office.passes(4)
    assert office.held_for(WHOLE_BOT) <= 0


async def test_floods_among_what_arrives_do_not_hold_the_whole_bot(office: Office) -> None:
    """Were it the bot that sends too much, nothing would arrive."""
    for chat_id in (1, 3, 5, 7):
        office.emulator.add_fault("too_many_requests", chat_id=chat_id, seconds=60)
    for chat_id in range(1, 9):
        office.put(chat_id, "dag")
        await office.sends_all()
    assert [office.got(chat_id) for chat_id in (2, 4, 6, 8)] == [["dag"]] * 4
    assert office.held_for(WHOLE_BOT) <= 0


async def test_the_same_chat_three_times_does_not_hold_the_whole_bot(office: Office) -> None:
    office.emulator.add_fault("too_many_requests", 3, chat_id=HANNE, seconds=1)
    office.put(HANNE, "dag")
    for _ in range(4):
        await office.sends_all()
        assert office.held_for(WHOLE_BOT) <= 0
        office.passes(1)
    assert office.got(HANNE) == ["dag"]


async def test_being_told_to_wait_is_no_failure(office: Office) -> None:
    """However often Telegram says so, the message stays."""
    times = MAX_ATTEMPTS + 5
    office.emulator.add_fault("too_many_requests", times, chat_id=HANNE, seconds=1)
    office.put(HANNE, "dag")
    for _ in range(times):
        await office.sends_all()
        office.passes(1)
    office.emulator.add_fault("server_error", chat_id=HANNE)
    await office.sends_all()
    assert office.statuses() == ["waiting"]
    office.passes(2)
    await office.sends_all()
    assert office.got(HANNE) == ["dag"]


# --- 403, 400, 401 ----------------------------------------------------------------------------------------------------


async def test_who_blocked_the_bot_gets_nothing_more(office: Office) -> None:
    office.emulator.person(HANNE).blocks()
    office.put(HANNE, "een", "twee", "drie")
    office.put(JONAS, "een")
    await office.sends_all()
    assert office.statuses(HANNE) == ["refused", "refused", "refused"]
    assert [row.problem for row in office.rows(HANNE)] == ["blocked", "unreachable", "unreachable"]
    assert office.tries(HANNE) == 1
    assert office.unreachable == [HANNE]
    assert office.got(JONAS) == ["een"]


async def test_the_mentor_is_told_once_of_a_parent_who_blocked_the_bot(database_url: str, tmp_path: Path) -> None:
    async with open_town(tmp_path / "data", database_url=database_url) as town:
        household = Household(town.service.database, town.service.vault, town.clock.now() - timedelta(days=1))
        mentor = household.add(town.phone("ingrid").chat_id, people.Role.MENTOR, "Ingrid")
        chat_id = town.phone("annelies").chat_id
        parent = household.add(chat_id, people.Role.PARENT, "Annelies", household.found(mentor))
        town.emulator.private_chat(mentor.chat_id)
        town.phone("annelies").blocks()
        town.emulator.updates.waiting.clear()
        for _ in range(2):
            calls = [Call(chat_id, outgoing.send(text)) for text in ("een", "twee")]
            town.service.database.do(
                lambda connection, calls=calls: outbox.put(connection, town.service.vault, calls, town.clock.now())
            )
            await town.settle()
        assert len(town.phone("ingrid").from_bot) == 1
        assert "Annelies" in town.phone("ingrid").from_bot[0].text

        def blocked(connection: Connection) -> bool:
            found = people.by_id(connection, town.service.vault, parent.id)
            return found is not None and found.blocked

        assert town.service.database.do(blocked)


async def test_a_chat_that_does_not_exist_gets_nothing_more(office: Office) -> None:
    office.put(4711, "een", "twee")
    await office.sends_all()
    assert office.statuses() == ["refused", "refused"]
    assert office.unreachable == [4711]


async def test_a_call_that_telegram_refuses_holds_up_nothing(office: Office) -> None:
    office.emulator.add_fault("bad_request", chat_id=HANNE, description="message text is strange")
    office.put(HANNE, "een", "twee")
    await office.sends_all()
    assert office.statuses() == ["refused", "sent"]
    assert office.unreachable == []
    assert office.got(HANNE) == ["twee"]


async def test_changing_nothing_is_harmless(office: Office) -> None:
    office.put(HANNE, "dag")
    await office.sends_all()
    number = office.rows()[0].message_id
    office.put_calls(
        Call(HANNE, outgoing.edit(number, "dag"), purpose="edit"),
        Call(HANNE, outgoing.edit_rows(number), purpose="edit"),
        Call(HANNE, outgoing.edit(999, "weg"), purpose="edit"),
    )
    office.put(HANNE, "verder")
    await office.sends_all()
    assert office.statuses() == ["sent"] * 5
    assert office.got(HANNE) == ["dag", "verder"]


async def test_a_token_that_is_refused_holds_everything_and_loses_nothing(office: Office) -> None:
    office.emulator.add_fault("unauthorized")
    office.put(HANNE, "een", "twee")
    await office.sends_all()
    assert office.statuses() == ["waiting", "waiting"]
    assert office.tries(HANNE) == 1
    office.passes(31)
    await office.sends_all()
    assert office.got(HANNE) == ["een", "twee"]


# --- 5xx --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["server_error", "bad_gateway"])
@pytest.mark.parametrize("purpose", ["answer", "ritual", "safety"])
async def test_what_the_server_could_not_do_is_tried_again(office: Office, kind: str, purpose: Purpose) -> None:
    office.emulator.add_fault(kind, 3, chat_id=HANNE)
    office.put(HANNE, "een", "twee", purpose=purpose)
    office.put(JONAS, "een")
    await office.sends_all()
    assert office.got(JONAS) == ["een"]
    waited = []
    for _ in range(3):
        before = office.tries(HANNE)
        seconds = 0
        while office.tries(HANNE) == before:
            office.passes(1)
            seconds += 1
            await office.sends_all()
        waited.append(seconds)
    assert waited == [1, 2, 4]
    assert office.got(HANNE) == ["een", "twee"]


async def test_what_never_works_is_given_up_and_the_chat_goes_on(office: Office) -> None:
    office.emulator.add_fault("server_error", MAX_ATTEMPTS, chat_id=HANNE)
    office.put(HANNE, "een", "twee")
    for _ in range(MAX_ATTEMPTS):
        await office.sends_all()
        office.passes(61)
    assert office.statuses() == ["refused", "sent"]
    assert office.got(HANNE) == ["twee"]


async def test_ten_minutes_of_trouble_at_telegram_lose_nothing(office: Office) -> None:
    office.emulator.add_fault("bad_gateway", 10_000)
    office.put(HANNE, "een", "twee")
    for _ in range(590):
        await office.sends_all()
        office.passes(1)
    office.emulator.faults.clear()
    office.passes(60)
    await office.sends_all()
    assert office.got(HANNE) == ["een", "twee"]


async def test_what_has_an_end_is_tried_until_then(office: Office) -> None:
    office.emulator.add_fault("server_error", 1000, chat_id=HANNE)
    office.put(HANNE, "ritueel", purpose="ritual", expires_at=office.clock.now() + timedelta(hours=2))
    office.put_calls(Call(HANNE, outgoing.send("erna"), Priority.REMINDER, "notice"))
    for _ in range(130):
        await office.sends_all()
        office.passes(60)
    assert office.tries(HANNE) > MAX_ATTEMPTS
    office.emulator.faults.clear()
    office.passes(61)
    await office.sends_all()
    assert office.statuses() == ["expired", "sent"]


# --- no answer --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["hang", "lost_answer", "closed", "closed_after"])
async def test_a_ritual_is_never_sent_twice(office: Office, kind: str) -> None:
    office.emulator.add_fault(kind, chat_id=HANNE)
    office.put(HANNE, "ritueel", purpose="ritual")
    await office.sends_all()
    assert office.statuses() == ["unknown"]
    office.passes(120)
    office.put(HANNE, "erna")
    await office.sends_all()
    assert office.got(HANNE) == (["ritueel", "erna"] if kind in ("lost_answer", "closed_after") else ["erna"])


@pytest.mark.parametrize("purpose", ["safety", "answer", "letter"])
@pytest.mark.parametrize("kind", ["hang", "lost_answer", "closed", "closed_after"])
async def test_anything_else_is_sent_once_more(office: Office, kind: str, purpose: Purpose) -> None:
    office.emulator.add_fault(kind, chat_id=HANNE)
    office.put(HANNE, "belangrijk", purpose=purpose)
    await office.sends_all()
    assert office.statuses() == ["waiting"]
    office.passes(2)
    await office.sends_all()
    assert office.statuses() == ["sent"]
    assert len(office.got(HANNE)) == (2 if kind in ("lost_answer", "closed_after") else 1)


async def test_once_more_is_once_also_with_other_trouble_between(office: Office) -> None:
    office.put(HANNE, "belangrijk", purpose="safety")
    for kind in (
        "too_many_requests",
        "server_error",
        "lost_answer",
        "too_many_requests",
        "server_error",
        "lost_answer",
    ):
        assert office.statuses() == ["waiting"]
        office.emulator.add_fault(kind, chat_id=HANNE, seconds=1)
        await office.sends_all()
        office.passes(10)
    assert office.statuses() == ["unknown"]
    assert office.got(HANNE) == ["belangrijk", "belangrijk"]


async def test_a_call_that_hangs_holds_up_no_other_chat(office: Office) -> None:
    office.emulator.add_fault("hang", chat_id=HANNE)
    office.put(HANNE, "hangt")
    for chat_id in (JONAS, 1, 2, 3):
        office.put(chat_id, "een", "twee")
    while len(office.got(JONAS)) < 2:
        await office.sender.launch_once()
        await asyncio.sleep(0)
        assert office.statuses(HANNE) != ["sent"]
    assert office.got(JONAS) == ["een", "twee"]
    await office.sender.finish()
    assert office.statuses(HANNE) == ["waiting"]


async def test_while_telegram_cannot_be_reached_nothing_is_lost(
    database: Database, vault: Vault, now: datetime, office: Office
) -> None:
    """Not even after an hour; and a ritual that never left is not taken for one that may have arrived."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        there = office.bot
        request = HTTPXRequest(read_timeout=SOON, connect_timeout=SOON)
        office.bot = Bot(TOKEN, base_url=f"http://127.0.0.1:{port}/bot", request=request)
        await request.initialize()
        office.put(HANNE, "ritueel", purpose="ritual")
        office.put(JONAS, "antwoord")
        for _ in range(60):
            await office.sender.run_once()
            office.passes(60)
        assert office.statuses() == ["waiting", "waiting"]
        await request.shutdown()
    office.bot = there
    await office.sends_all()
    assert (office.got(HANNE), office.got(JONAS)) == (["ritueel"], ["antwoord"])


async def test_a_connection_that_is_not_made_in_time_is_no_doubt(office: Office) -> None:
    with socket.socket() as deaf, socket.socket() as first, socket.socket() as second:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        for one in (first, second):
            one.setblocking(False)
            one.connect_ex(deaf.getsockname())
        there = office.bot
        request = HTTPXRequest(read_timeout=SOON, connect_timeout=SOON)
        office.bot = Bot(TOKEN, base_url=f"http://127.0.0.1:{deaf.getsockname()[1]}/bot", request=request)
        await request.initialize()
        office.put(HANNE, "ritueel", purpose="ritual")
        await office.sender.run_once()
        assert office.statuses() == ["waiting"]
        await request.shutdown()
    office.bot = there
    office.passes(30)
    await office.sends_all()
    assert office.got(HANNE) == ["ritueel"]


# --- our own side -----------------------------------------------------------------------------------------------------


async def test_a_call_that_cannot_be_made_is_given_up_and_the_chat_goes_on(office: Office) -> None:
    office.put_calls(Call(HANNE, {"do": "send"}), Call(HANNE, outgoing.send("erna")))
    for _ in range(MAX_FAULTS):
        await office.sends_all()
        office.passes(10)
    await office.sends_all()
    assert office.statuses() == ["refused", "sent"]
    assert office.rows()[0].problem == "KeyError"


async def test_what_a_dead_sender_held_is_sent_at_the_start(office: Office) -> None:
    office.put(HANNE, "een", "twee")
    office.database.do(lambda connection: outbox.take(connection, office.vault, "dead", UNPACED, office.clock.now()))
    await office.sends_all()
    assert office.got(HANNE) == []
    office.sender = office.another(alone=True)
    await office.sends_all()
    assert office.got(HANNE) == ["een", "twee"]


async def test_what_a_dead_sender_among_others_held_is_sent_after_the_lease(office: Office) -> None:
    office.put(HANNE, "een", "twee")
    office.database.do(lambda connection: outbox.take(connection, office.vault, "dead", UNPACED, office.clock.now()))
    await office.sends_all()
    office.passes(LEASE.total_seconds())
    await office.sends_all()
    assert office.got(HANNE) == []
    office.passes(LEASE.total_seconds() / 6)
    await office.sends_all()
    assert office.got(HANNE) == ["een", "twee"]


async def test_what_a_sender_held_that_is_missed_for_some_time_is_sent_sooner(office: Office) -> None:
    """Who only lost the database for a moment keeps its calls."""
    missing = {"dead", "away"}
    office.sender = office.another(absent=lambda _, names: missing & set(names))
    for name, chat_id in (("dead", HANNE), ("away", JONAS), ("there", INGRID)):
        office.put(chat_id, "een")
        office.database.do(
            lambda connection, name=name: outbox.take(connection, office.vault, name, UNPACED, office.clock.now())
        )
    await office.sends_all()
    office.passes(4)
    await office.sends_all()
    missing.remove("away")
    office.passes(2)
    await office.sends_all()
    office.passes(2)
    missing.add("away")
    await office.sends_all()
    office.passes(4)
    await office.sends_all()
    assert [office.got(one) for one in (HANNE, JONAS, INGRID)] == [["een"], [], []]
    assert LEASE.total_seconds() > 12


async def test_a_sole_sender_takes_over_at_its_start_only(office: Office) -> None:
    """A call of its own that takes long is not made twice."""
    office.sender = office.another(alone=True)
    office.emulator.add_fault("slow", chat_id=HANNE, seconds=0.1)
    office.put(HANNE, "langzaam")
    await office.sender.launch_once()
    office.passes(200)
    await office.sender.launch_once()
    await office.sends_all()
    assert office.got(HANNE) == ["langzaam"]
    assert office.tries(HANNE) == 1


async def test_what_was_sent_while_the_database_is_away_is_written_down_when_it_is_back(
    sqlite_url: str, vault: Vault, now: datetime, tmp_path: Path
) -> None:
    """And not sent again."""
    database = Database(sqlite_url)
    database.do(lambda connection: connection.exec_driver_sql("PRAGMA busy_timeout=10"))
    clock = SimulatedClock(now, frozen=True)
    emulator = Emulator(clock)
    emulator.private_chat(HANNE)
    async with SimulatorServer(emulator) as server, _open_bot(server.api_url) as bot:
        office = Office(database, vault, emulator, clock, bot)
        emulator.add_fault("slow", chat_id=HANNE, seconds=0.1)
        office.put(HANNE, "ritueel", purpose="ritual")
        await office.sender.launch_once()
        other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert await emulator.until(lambda: office.got(HANNE) == ["ritueel"])
        finishing = asyncio.create_task(office.sender.finish())
        await asyncio.sleep(0.4)
        other.execute("ROLLBACK")
        other.close()
        await finishing
        assert office.statuses() == ["sent"]
        office.passes(200)
        await office.sends_all()
        assert office.tries(HANNE) == 1
    database.close()


@pytest.mark.parametrize(("purpose", "status"), [("ritual", "unknown"), ("answer", "waiting")])
async def test_who_stops_does_not_wait_long_for_an_answer(office: Office, purpose: Purpose, status: str) -> None:
    request = HTTPXRequest(read_timeout=60)
    office.bot = Bot(TOKEN, base_url=office.bot.base_url.removesuffix(TOKEN), request=request)
    await request.initialize()
    office.emulator.add_fault("hang", chat_id=HANNE)
    office.put(HANNE, "hangt", purpose=purpose)
    await office.sender.launch_once()
    assert await office.emulator.until(lambda: office.tries(HANNE) == 1)
    async with asyncio.timeout(5):
        await office.sender.finish(0.1)
    assert office.statuses() == [status]
    await request.shutdown()


async def test_who_stops_puts_back_what_has_not_begun(office: Office) -> None:
    office.sender = office.another(pace=Pace(bot_per_second=1))
    office.put(1, "een")
    office.put(2, "twee")
    launching = asyncio.create_task(office.sender.launch_once())
    assert await office.emulator.until(lambda: office.tries(1) == 1)
    await office.sender.finish(0)
    await launching
    rows = office.rows(2)
    assert [(row.status, row.attempts) for row in rows] == [("waiting", 0)]
