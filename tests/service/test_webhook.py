"""Telegram brings updates by itself: the same stories as with asking for them, and what comes that is none of its."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from bot.app import Service
from bot.operating import front
from bot.settings import Settings, SettingsProblem
from bot.simulator import Emulator, SimulatorServer
from bot.simulator.world import Message
from bot.store import tables
from bot.telegram.webhook import CONNECTIONS, HEADER, MOST_BYTES, derived_secret
from tests.databases import free_port
from tests.service.story import Somebody, telling
from tests.service.test_stories_always import (
    test_from_the_middle_of_the_ritual_and_back_to_the_very_question,
    test_old_double_and_foreign_buttons,
)
from tests.service.test_stories_evening import test_a_ritual_with_a_voice_note_and_a_photo
from tests.service.town import TOKEN, BroughtTown, Town, brought, shared_content

SECRET = derived_secret(TOKEN)

__all__ = [
    "test_a_ritual_with_a_voice_note_and_a_photo",
    "test_from_the_middle_of_the_ritual_and_back_to_the_very_question",
    "test_old_double_and_foreign_buttons",
]


@pytest.fixture
async def town(tmp_path: Path, cache: Path) -> AsyncIterator[Town]:
    """A town where Telegram brings updates by itself, also for the stories that are told elsewhere."""
    async with telling(tmp_path, cache, **brought()) as town:
        assert isinstance(town, BroughtTown)
        yield town


def address(town: Town) -> str:
    return str(town.emulator.webhook["url"])


def inputs(town: Town) -> int:
    """How many updates were ever kept."""
    count = select(func.count()).select_from(tables.inbox)
    return int(town.do(lambda connection: connection.execute(count).scalar_one()))


async def post(town: Town, body: bytes, secret: str | bytes | None = SECRET, **headers: str) -> int:
    """Somebody on the internet; returns how they are answered."""
    known = [] if secret is None else [(HEADER.encode(), secret if isinstance(secret, bytes) else secret.encode())]
    given = [*known, *((name.encode(), value.encode()) for name, value in headers.items())]
    async with httpx.AsyncClient() as client:
        return (await client.post(address(town), content=body, headers=given)).status_code


def says(message: Message, number: int) -> dict[str, Any]:
    return {"update_id": number, "message": message.body}


# --- being told of ----------------------------------------------------------------------------------------------------


async def test_telegram_is_told_where_to_bring_what(town: Town) -> None:
    assert town.emulator.webhook == {
        "url": town.service.settings.webhook_url,
        "secret_token": SECRET,
        "max_connections": CONNECTIONS,
    }
    assert "message_reaction" in (town.emulator.updates.allowed or ())


async def test_another_secret_holds_from_the_next_start_on(tmp_path: Path, cache: Path) -> None:
    given = brought()
    async with telling(tmp_path, cache, **given, webhook_secret="een-eigen_geheim") as town:
        assert town.emulator.webhook["secret_token"] == "een-eigen_geheim"
        town.phone("fatima").says("/hulp")
        await town.settle()
        assert await post(town, b"{}", SECRET) == 403


async def test_who_asks_for_updates_takes_the_webhook_away(tmp_path: Path, cache: Path) -> None:
    async with telling(tmp_path, cache) as town:
        town.emulator.webhook = {"url": "http://127.0.0.1:1/old", "secret_token": "", "max_connections": 1}
        town.phone("fatima").says("/hulp")
        await town.service.step_intake()
        assert town.emulator.webhook == {}
        await town.service.step_intake()
        assert [message.text for message in town.phone("fatima").from_bot]


async def test_an_address_that_telegram_does_not_take(tmp_path: Path, cache: Path) -> None:
    emulator = Emulator()
    emulator.add_fault("bad_request", method="setWebhook", description="Bad Request: bad webhook: no such name")
    async with SimulatorServer(emulator) as server:
        settings = Settings(data_dir=tmp_path, api_url=server.api_url, **brought())  # type: ignore[arg-type]
        async with Service(settings, content=shared_content(cache)) as service:
            with pytest.raises(SettingsProblem, match=r"WEBHOOK_URL .*no such name"):
                await service.listen()


async def test_an_address_to_listen_on_that_is_taken(tmp_path: Path, cache: Path, town: Town) -> None:
    taken = {"token": TOKEN, "listen": str(town.service.settings.listen)}
    with pytest.raises(SettingsProblem, match=r"DRAAGLICHT_LISTEN: cannot listen on 127\.0\.0\.1"):
        async with telling(tmp_path / "other", cache, **taken):
            pass


# --- what is none of Telegram's ---------------------------------------------------------------------------------------


REFUSED: list[tuple[bytes, str | bytes | None, int]] = [
    (b"{}", None, 403),
    (b"{}", "", 403),
    (b"{}", SECRET[:-1], 403),
    (b"{}", SECRET + "0", 403),
    (b"{}", b"\xe9" * 64, 403),
    (b"x" * (MOST_BYTES + 1), "wrong", 403),
    (b"x" * (MOST_BYTES + 1), SECRET, 413),
    (b"", SECRET, 400),
    (b"update_id=3", SECRET, 400),
    (b"\xff\xfe{}", SECRET, 400),
    (b"[" * 100_000, SECRET, 400),
    (b'{"update_id": ' + b"9" * 5000 + b"}", SECRET, 400),
    (b'{"update_id": 99999999999999999999}', SECRET, 400),
    (b'{"update_id": true}', SECRET, 400),
    (b'{"update_id": "3"}', SECRET, 400),
    (b"[3]", SECRET, 400),
    (b"null", SECRET, 400),
]


async def test_what_is_refused(town: Town) -> None:
    answers = [(body, secret, await post(town, body, secret)) for body, secret, _ in REFUSED]
    assert answers == REFUSED
    assert inputs(town) == 0
    assert sum(town.service.watch.refused.values()) == len(REFUSED)


async def test_a_body_that_is_longer_than_it_says_is_not_read_on(town: Town) -> None:
    async def long() -> AsyncIterator[bytes]:
        for _ in range(4 * MOST_BYTES // 65536):
            yield b"x" * 65536

    async with httpx.AsyncClient() as client:
        try:
            answer = await client.post(address(town), content=long(), headers={HEADER: SECRET})
        except httpx.HTTPError:
            pass  # Cut off while it still sent.
        else:
            assert answer.status_code == 413
    assert town.service.watch.refused == {"too large": 1}


async def test_a_half_update_is_not_kept(town: Town) -> None:
    """Who announces more than comes."""
    _, writer = await asyncio.open_connection(*_place(town))
    path = httpx.URL(address(town)).path
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\n{HEADER}: {SECRET}\r\nContent-Length: 100\r\n\r\n"
    writer.write(head.encode() + b'{"update_id": 3')
    await writer.drain()
    writer.close()
    async with asyncio.timeout(5):
        while not town.service.watch.refused:  # noqa: ASYNC110 - what is waited for happens at the other end
            await asyncio.sleep(0.001)
    assert town.service.watch.refused == {"not whole": 1}
    assert inputs(town) == 0


def _place(town: Town) -> tuple[str, int]:
    return town.service.settings.listen_host_and_port


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/telegram/updates", 405), ("POST", "/", 404), ("POST", "/telegram", 404), ("POST", "/live", 405)],
)
async def test_other_ways_lead_nowhere(town: Town, method: str, path: str, status: int) -> None:
    host, port = _place(town)
    async with httpx.AsyncClient() as client:
        answer = await client.request(method, f"http://{host}:{port}{path}", headers={HEADER: SECRET})
    assert answer.status_code == status


async def test_what_a_proxy_says_of_who_asks_is_not_believed(town: Town) -> None:
    headers = {"x-forwarded-for": "127.0.0.1", "x-forwarded-proto": "https", "forwarded": "for=127.0.0.1"}
    assert await post(town, b"{}", None, **headers) == 403


# --- what comes twice, and what cannot be kept ------------------------------------------------------------------------


async def test_an_update_that_comes_again_is_kept_once(town: Town, fatima: Somebody) -> None:
    """Telegram brings it again when our answer is lost."""
    await fatima.says("hoi")
    kept, seen = inputs(town), len(fatima.phone.from_bot)
    item = says(_own_last(fatima), town.emulator.updates.next_id - 1)
    for _ in range(2):
        assert await post(town, json.dumps(item).encode()) == 200
    await town.settle()
    assert (inputs(town), len(fatima.phone.from_bot)) == (kept, seen)


async def test_help_that_comes_again_is_given_once(town: Town, fatima: Somebody) -> None:
    assert "112" in await fatima.says("/hulp")
    again = says(_own_last(fatima), town.emulator.updates.next_id - 1)
    assert await post(town, json.dumps(again).encode()) == 200
    assert await fatima.reads() == ""


def _own_last(who: Somebody) -> Message:
    assert who.phone.chat
    return next(one for one in reversed(who.phone.chat.visible()) if not one.from_bot)


async def test_half_a_character_is_no_obstacle(town: Town, fatima: Somebody) -> None:
    message = _own_last_or(fatima, "half \ud83d teken")
    assert await post(town, json.dumps(message).encode()) == 200
    await town.settle()
    assert fatima.phone.from_bot


def _own_last_or(who: Somebody, text: str) -> dict[str, Any]:
    chat = {"id": who.phone.user_id, "type": "private", "first_name": "F"}
    sender = {"id": who.phone.user_id, "is_bot": False, "first_name": "F"}
    body = {"message_id": 900, "date": 1, "chat": chat, "from": sender, "text": text}
    return {"update_id": 12, "message": body}


async def test_while_the_database_is_away_help_is_given_and_all_is_kept(
    town: Town, fatima: Somebody, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also help that is asked for behind what cannot be kept, which Telegram would hold back had we refused it."""
    file = town.service.settings.data_dir / "draaglicht.sqlite3"
    with _locked(file), monkeypatch.context() as impatient:
        impatient.setattr(front, "ANSWER_SECONDS", 0.1)
        for text in ("een", "twee", "/hulp"):
            fatima.phone.says(text)
        came = await town.emulator.until(lambda: any("112" in one.text for one in fatima.phone.from_bot), 8)
        assert came
        assert await town.emulator.until(lambda: not town.emulator.updates.waiting)
        assert town.service.intake.sets_aside
        told = await _get(town, "/metrics")
        assert "draaglicht_database_up 0.0" in told
        assert "draaglicht_overflow_in_use 1.0" in told
        assert await _get(town, "/ready", 503) == "database\n"
        assert await _get(town, "/live") == "alive\n"
    await town.service.intake.take_up()
    await town.settle()
    assert not town.service.intake.sets_aside
    assert not list(town.service.settings.data_dir.glob("overflow*"))
    assert inputs(town) == 3
    assert await _get(town, "/ready") == "ready\n"


class _locked:
    """Another program keeps the database to itself."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite3.connect(file, isolation_level=None, timeout=30)

    def __enter__(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")

    def __exit__(self, *_: object) -> None:
        self._connection.execute("ROLLBACK")
        self._connection.close()


async def test_without_database_and_disk_telegram_comes_again(town: Town, fatima: Somebody) -> None:
    folder = town.service.settings.data_dir
    place = folder / f"overflow-{_place(town)[1]}"
    place.mkdir()
    with _locked(folder / "draaglicht.sqlite3"):
        fatima.phone.says("hoi")
        assert await town.emulator.until(lambda: "last_error_message" in town.emulator.webhook)
        assert "503" in town.emulator.webhook["last_error_message"]
    place.rmdir()
    assert await fatima.reads()
    assert inputs(town) == 1


# --- health and metrics -----------------------------------------------------------------------------------------------


async def _get(town: Town, path: str, status: int = 200) -> str:
    host, port = _place(town)
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"http://{host}:{port}{path}")
    assert answer.status_code == status
    return answer.text


async def test_who_asks_for_updates_listens_when_told_to(tmp_path: Path, cache: Path) -> None:
    async with telling(tmp_path, cache, token=TOKEN, listen=f"127.0.0.1:{free_port()}") as town:
        assert await _get(town, "/ready") == "ready\n"
        assert "draaglicht_database_up 1.0" in await _get(town, "/metrics")
        assert await _get(town, "/", 404) == "Not Found"
        town.service.stop()
        assert await _get(town, "/ready", 503) == "stopping\n"
        assert await _get(town, "/live") == "alive\n"


async def test_what_is_counted(town: Town, fatima: Somebody) -> None:
    """Numbers alone: nobody's number, name or word."""
    town.emulator.add_fault("too_many_requests", method="sendMessage", seconds=3)
    assert await fatima.says("hoi") == ""
    assert await fatima.waits(seconds=5)
    told = await _get(town, "/metrics")
    for line in (
        "draaglicht_updates_total 1.0",
        "draaglicht_told_to_wait_total 1.0",
        'draaglicht_sends_total{outcome="again"} 1.0',
        'draaglicht_sends_total{outcome="sent"} 1.0',
        "draaglicht_lane_wait_seconds_count 1.0",
        "draaglicht_inbox_waiting 0.0",
    ):
        assert line in told.splitlines()
    for hidden in (str(fatima.phone.user_id), str(fatima.known.id), "Fatima", "hoi", TOKEN, SECRET):
        assert hidden not in told
