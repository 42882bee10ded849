"""Help in every state: each step of each flow, every role, every spelling; without a database, and with a queue."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete

from bot.care import invitations, people
from bot.care.people import Person, Role
from bot.safety.help import HelpCards, load_help, unverified
from bot.store import inbox, tables
from bot.store.database import Database
from bot.store.inbox import Arrival
from bot.telegram.help_at_once import Given, HelpDesk
from bot.telegram.intake import BATCH
from flows.engine.library import Library, load
from flows.engine.state import State, load_state
from tests.safety import everywhere
from tests.service.story import parent, somebody, telling
from tests.support.desk import Desk

SPELLINGS = (
    "/hulp",
    "/nood",
    "/hulp@draaglicht_bot",
    "help",
    "HELP!!!",
    "nood",
    "sos",
    "S.O.S.",
    "s o s",
    "🆘",
    "hulp",
    "hulpp",
    "hellup",
    "noood",
    "nooooood!!",
    "sso",
    "hlep",
    "hulo",
    "help me",
    "Ik heb hulp nodig",
    "help help help",
    "hélp 😭",
    "huuuuulp",
    "hupl",
)
MENTOR, COORDINATOR, PARENT, GUEST, STRANGER = 401, 301, 501, 601, 999


@pytest.fixture(scope="module")
def library(cache: Path) -> Library:
    return load(cache=cache)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path_factory.mktemp("desk"), cache, datetime(2027, 3, 1, 18, 30, tzinfo=UTC))
    guide = desk.add(MENTOR, Role.MENTOR, "Ingrid")
    desk.add(COORDINATOR, Role.COORDINATOR, "Petra")
    everywhere.settle(desk, guide, desk.add(PARENT, Role.PARENT, "Fatima", guide))
    yield desk
    desk.database.close()


def _steps(library: Library) -> list[tuple[str, str]]:
    """Every step at which a conversation can wait."""
    return [
        (flow.flow, name)
        for flow in library.flows.values()
        for name, step in flow.steps.items()
        if step.asks or step.pause
    ]


def _state(desk: Desk, chat_id: int) -> State:
    present = desk.do(lambda connection: people.present(connection, desk.vault, chat_id))
    return load_state(present.state) if present.state else State()


def _whose(library: Library, flow: str) -> int:
    audience = library.flows[flow].audience
    return {"parent": PARENT, "mentor": MENTOR, "coordinator": COORDINATOR, "guest": GUEST}[audience[0]]


def test_at_every_step_of_every_flow_by_every_spelling(desk: Desk, library: Library, full: bool) -> None:
    """With `--full` every spelling at each step. As a rule one at each step, and the next one at the step after it: no
    step is left out, and no spelling either."""
    steps, missed, tried = _steps(library), [], Counter[str]()
    for number, (flow, step) in enumerate(steps):
        chat_id = _whose(library, flow)
        who = PARENT if chat_id == GUEST else chat_id  # A guest without a link is nowhere: see below.
        everywhere.is_at(desk, who, flow, step)
        before = _state(desk, who).running
        for spelling in SPELLINGS if full else (SPELLINGS[number % len(SPELLINGS)],):
            tried[spelling] += 1
            got = desk.says(who, spelling)
            if not got or "112" not in got[0].text or not got[0].priority_is_safety or len(got) > 1:
                missed.append((flow, step, spelling))
        assert _state(desk, who).running == before, f"{flow}/{step}: the question must still be waiting"
    assert not missed
    assert len(steps) >= 4 * len(library.flows)
    assert min(tried[spelling] for spelling in SPELLINGS) >= len(steps) // len(SPELLINGS)
    print(
        f"help: {len(library.flows)} flows, {len(steps)} steps, {len(SPELLINGS)} spellings: all {tried.total()} heard"
    )


@pytest.mark.parametrize("chat_id", [MENTOR, COORDINATOR, PARENT, STRANGER])
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_in_every_role_when_nothing_is_going_on(desk: Desk, chat_id: int, spelling: str) -> None:
    got = desk.says(chat_id, spelling)
    assert "112" in got[0].text
    assert got[0].priority_is_safety


def test_as_a_guest_with_a_link(desk: Desk) -> None:
    code = desk.do(
        lambda connection: invitations.make(
            connection, desk.vault, role=Role.PARENT, name="Gül", made_by=None, now=desk.now
        )
    )
    desk.says(GUEST, f"/start {code}")
    before = _state(desk, GUEST).running
    assert before
    for spelling in SPELLINGS:
        assert "112" in desk.says(GUEST, spelling)[0].text
    assert _state(desk, GUEST).running == before


# --- what asks for it, and what does not ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cards() -> HelpCards:
    return load_help()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "🙂",
        "!!!",
        "Oss",
        "soos",
        "noot",
        "hulst",
        "gulp",
        "help hem met zijn jas",
        "Ze wilde helpen met koken.",
        "Ik had hulp nodig bij het verhuizen.",
        "noodzaak",
        "Nou",
        "halve",
        "hul p",
        "1122",
        "/menu",
        "/hulpeloos",
    ],
)
def test_an_answer_is_no_call_for_help(cards: HelpCards, text: str) -> None:
    assert not cards.is_asked_by(text)


def test_a_letter_may_be_held(cards: HelpCards) -> None:
    for text in ("heeelp", "helpppp", "HEEEEEELLLLLPPPP", "nooooood", "soooos", "hulppp me", "hulp me!!!!"):
        assert cards.is_asked_by(text), text


def test_lines_nobody_checked_lately_are_named(cards: HelpCards) -> None:
    file = cards.regions["nl"]
    first, second, *_ = file.lines
    day = first.checked or datetime(2026, 11, 22, tzinfo=UTC).date()
    lines = [replace(first, checked=day), replace(second, checked=None)]
    known = HelpCards({"nl": replace(file, lines=lines)}, cards._around)
    assert [(one.line, one.checked) for one in unverified(known, day + timedelta(days=100))] == [(second.id, None)]
    assert [one.line for one in unverified(known, day + timedelta(days=101))] == [first.id, second.id]


def test_fitting_lines_come_first_and_none_is_left_out(cards: HelpCards) -> None:
    for region in ("nl", "be", "elsewhere"):
        whole, _ = cards.card(region)
        sorted_, _ = cards.card(region, first=["listening", "nowhere", "children"])
        assert sorted(whole.split("\n\n")) == sorted(sorted_.split("\n\n"))
        name = {"be": "Tele-Onthaal"}.get(region, "Luisterlijn")
        assert name in sorted_.split("\n\n")[1]


# --- without a database, and with a queue -----------------------------------------------------------------------------


async def test_without_a_database_there_is_help_and_the_buttons_answer(tmp_path: Path, cache: Path) -> None:
    """The database refuses every connection; the service's own bot sends, over HTTP."""
    async with telling(tmp_path, cache) as town:
        fatima = parent(town)
        service = town.service
        away = Database("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
        desk = HelpDesk(away, service.vault, service.bot, service.help, "nl", town.clock.now)
        own = fatima.phone.user_id
        chat = {"id": own, "type": "private"}
        for number, spelling in enumerate(SPELLINGS):
            before = len(fatima.phone.from_bot)
            given = await desk.answer({"update_id": number, "message": {"chat": chat, "text": spelling}})
            assert given is Given.ALL
            assert "0800-0113" in fatima.phone.from_bot[before].text
        assert fatima.buttons == ["Adem met mij mee", "Mijn plan", "Vertel het mijn mentor", "Vlaanderen"]

        for label, words, given in (
            ("Vlaanderen", "1813", Given.ALL),
            ("Adem met mij mee", "tel tot vier", Given.MEANWHILE),
            ("Mijn plan", "niet bij je plan", Given.MEANWHILE),
            ("Vertel het mijn mentor", "niets doorgeven", Given.MEANWHILE),
        ):
            card = next(one for one in fatima.phone.from_bot[::-1] if one.keyboard and label in str(one.keyboard))
            token = next(key["callback_data"] for row in card.keyboard for key in row if key["text"] == label)
            update = {"update_id": 99, "callback_query": {"data": token, "message": {"chat": chat}}}
            assert await desk.answer(update) is given
            assert words in fatima.last.text
            assert "112" in fatima.last.text
        ordinary = {"update_id": 100, "message": {"chat": chat, "text": "Ze lachte vandaag."}}
        assert await desk.answer(ordinary) is Given.NOTHING


async def test_a_database_that_hangs_is_not_waited_for(tmp_path: Path, cache: Path) -> None:
    async with telling(tmp_path, cache) as town:
        fatima = parent(town)
        free = threading.Event()
        hanging = asyncio.create_task(town.service.database.run(lambda connection: free.wait(30)))
        await asyncio.sleep(0)
        fatima.phone.says("hellup")
        polling = asyncio.create_task(town.service.step_intake())
        began = time.monotonic()
        card = await asyncio.to_thread(fatima.phone.waits_for, "Hulp dichtbij", 10)
        assert time.monotonic() - began < 5
        assert "112" in card.text
        free.set()
        await hanging
        await polling
        assert await fatima.reads() == card.text  # And not once more when the update is handled.


async def test_while_the_database_hangs_the_first_hundred_that_wait_are_heard(tmp_path: Path, cache: Path) -> None:
    """The limit that `HAZARDS.md` tells of: nothing is confirmed before it is kept, and Telegram gives no more."""
    async with telling(tmp_path, cache) as town:
        fatima, joris, gul = parent(town), parent(town, "joris"), somebody(town, "gul")
        free = threading.Event()
        hanging = asyncio.create_task(town.service.database.run(lambda connection: free.wait(30)))
        await asyncio.sleep(0)
        for number in range(BATCH - 1):
            joris.phone.says(f"Dag {number}.")
        fatima.phone.says("help")
        gul.phone.says("sos")
        polling = asyncio.create_task(town.service.step_intake())
        await asyncio.to_thread(fatima.phone.waits_for, "Hulp dichtbij", 10)
        assert gul.phone.from_bot == []
        free.set()
        await hanging
        await polling
        assert "Hulp dichtbij" in await gul.reads()
        assert await fatima.reads() == fatima.last.text


async def test_help_does_not_wait_for_ten_thousand_others(tmp_path: Path, cache: Path) -> None:
    """Measured while the worker goes through the queue, on the same database."""
    async with telling(tmp_path, cache) as town:
        service, fatima = town.service, parent(town)
        own, now, vault = fatima.phone.user_id, town.clock.now(), town.service.vault
        queue = [Arrival(own if number % 10 else 70_000 + number, "update", b"{}") for number in range(10_000)]
        timers = [replace(one, kind="timer", payload=_PAYLOAD) for one in queue]
        await service.database.run(lambda connection: inbox.accept(connection, vault, timers, now))
        waiting = await service.database.run(inbox.waiting)
        assert waiting == 10_000

        working = True

        async def work() -> None:
            while working:
                await service.step_worker()

        worker = asyncio.create_task(work())
        took = []
        for spelling in ("/hulp", "noood", "s.o.s", "help me"):
            before, began = len(fatima.phone.from_bot), time.monotonic()
            fatima.phone.says(spelling)
            await service.step_intake()
            took.append(time.monotonic() - began)
            assert "112" in fatima.phone.from_bot[before].text
        left = await service.database.run(inbox.waiting)
        working = False
        await worker
        done_with = delete(tables.inbox).where(tables.inbox.c.kind == "timer")
        await service.database.run(lambda connection: connection.execute(done_with))
        assert left > 5_000
        assert max(took) < 2
        print(f"help: at most {max(took) * 1000:.0f} ms with {left} inputs still waiting")


_PAYLOAD = b'{"key": "nothing", "due_at": "2027-03-01T11:00:00+00:00", "late_after": 10, "turn": null}'


def test_people_are_who_they_are(desk: Desk) -> None:
    """The stage of this file: else a role would be tried as another."""
    found = desk.do(
        lambda connection: [people.present(connection, desk.vault, one).person for one in (PARENT, STRANGER)]
    )
    assert isinstance(found[0], Person)
    assert found[1] is None
