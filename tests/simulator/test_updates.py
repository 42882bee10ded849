"""How updates reach the bot: by asking, by waiting, by webhook, and never twice the same number."""

import asyncio
from typing import Any

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import Bot, Update
from telegram.error import Conflict

from bot.simulator import Emulator, Phone, SimulatorServer
from bot.simulator.web.server import _bind


async def test_an_offset_confirms_what_lies_before_it(bot: Bot, fatima: Phone) -> None:
    for text in ("een", "twee", "drie"):
        fatima.says(text)
    first = await bot.get_updates(limit=2)
    assert [update.message.text for update in first if update.message] == ["een", "twee"]
    assert await bot.get_updates(limit=2) == first
    rest = await bot.get_updates(offset=first[-1].update_id + 1)
    assert [update.message.text for update in rest if update.message] == ["drie"]
    assert rest[0].update_id == first[-1].update_id + 1
    assert await bot.get_updates(offset=rest[0].update_id + 1) == ()


async def test_a_negative_offset_keeps_the_newest(bot: Bot, fatima: Phone) -> None:
    for text in ("een", "twee", "drie"):
        fatima.says(text)
    assert [update.message.text for update in await bot.get_updates(offset=-1) if update.message] == ["drie"]
    assert len(await bot.get_updates()) == 1


async def test_a_long_poll_ends_as_soon_as_something_happens(bot: Bot, fatima: Phone, emulator: Emulator) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=20))
    assert await emulator.until(lambda: emulator.polls_waiting)
    fatima.says("dag")
    async with asyncio.timeout(5):
        assert len(await poll) == 1


async def test_a_second_poller_ends_the_first(bot: Bot, fatima: Phone, emulator: Emulator) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=20))
    assert await emulator.until(lambda: emulator.polls_waiting)
    async with Bot(bot.token, base_url=bot.base_url.removesuffix(bot.token)) as other:
        second = asyncio.create_task(other.get_updates(timeout=20))
        with pytest.raises(Conflict, match="terminated by other getUpdates"):
            await first
        fatima.says("dag")
        assert len(await second) == 1


async def test_kinds_that_were_not_asked_for_stay_away(bot: Bot, fatima: Phone) -> None:
    message = fatima.says("dag")
    fatima.reacts(message, "👍")
    assert [update.message_reaction for update in await bot.get_updates()] == [None]
    await bot.get_updates(offset=2**31 - 1, allowed_updates=["message_reaction"])
    fatima.says("nog eens")
    fatima.reacts(message, None)
    (update,) = await bot.get_updates()
    assert update.message_reaction is not None
    assert update.message_reaction.new_reaction == ()


class Hook:
    """A webhook that refuses the first delivery."""

    def __init__(self) -> None:
        self.answers = [500, 200, 200]
        self.got: list[tuple[str | None, dict[str, Any]]] = []
        self.done = asyncio.Event()

    async def take(self, request: Request) -> Response:
        self.got.append((request.headers.get("x-telegram-bot-api-secret-token"), await request.json()))
        if len(self.got) == 3:
            self.done.set()
        return Response(status_code=self.answers[len(self.got) - 1])


async def test_a_webhook_gets_each_update_until_it_takes_it(bot: Bot, fatima: Phone) -> None:
    hook = Hook()
    listening = _bind("127.0.0.1", 0)
    app = Starlette(routes=[Route("/hook", hook.take, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", ws="none"))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        await bot.set_webhook(f"http://127.0.0.1:{listening.getsockname()[1]}/hook", secret_token="geheim")
        with pytest.raises(Conflict, match="webhook is active"):
            await bot.get_updates()
        fatima.says("een")
        fatima.says("twee")
        async with asyncio.timeout(10):
            await hook.done.wait()
        assert [secret for secret, _ in hook.got] == ["geheim"] * 3
        assert [update["message"]["text"] for _, update in hook.got] == ["een", "een", "twee"]
        info = await bot.get_webhook_info()
        assert info.last_error_message == "Wrong response from the webhook: 500 Internal Server Error"
        await bot.delete_webhook()
        assert (await bot.get_webhook_info()).url == ""
    finally:
        server.should_exit = True
        await serving
        listening.close()


def test_update_numbers_go_on_in_a_new_emulator(emulator: Emulator, fatima: Phone) -> None:
    fatima.says("dag")
    last = emulator.updates.waiting[-1]["update_id"]
    assert Emulator().updates.next_id + 10 >= last
    assert last < 2**31


def every_kind(emulator: Emulator) -> None:
    """Let people do everything they can do once."""
    fatima = emulator.person("fatima")
    first = fatima.starts("code-1")
    fatima.edits(fatima.says("Dag", reply_to=first), "Dag!")
    fatima.sends_photo("foto")
    fatima.sends_voice()
    fatima.sends_audio()
    fatima.sends_video()
    fatima.sends_video_note()
    fatima.sends_document()
    fatima.sends_sticker("❤️")
    fatima.sends_location()
    fatima.sends_contact()
    fatima.sends_contact(own=True)
    fatima.sends_poll("Wat?", ["een", "twee"])
    fatima.sends_album(3, "samen")
    fatima.forwards("Wijze raad", "Oma Riet")
    fatima.forwards("Van mijn mentor", "ingrid")
    fatima.forwards(first)
    fatima.reacts(first, "🙏")
    fatima.blocks()
    fatima.starts()
    group = emulator.create_group("Lotgenoten", ["ingrid", "gul", "wim"], bot="administrator")
    group.phone("gul").says("Dag allemaal")
    group.add("mei")
    group.remove("wim")
    group.rename("Dinsdaggroep")
    group.demote_bot()
    bigger = group.migrate()
    bigger.remove_bot()


def test_every_update_is_understood_by_the_library(emulator: Emulator) -> None:
    emulator.updates.allow(Update.ALL_TYPES)
    every_kind(emulator)
    seen = set()
    for raw in emulator.updates.waiting:
        update = Update.de_json(raw, None)
        assert update.to_dict().keys() == raw.keys()
        message = update.effective_message
        seen |= set(raw) | (set(raw[next(k for k in raw if k != "update_id")]) if message else set())
        if message is not None:
            assert message.api_kwargs.keys() <= {"new_chat_member", "new_chat_participant", "left_chat_participant"}
    assert seen >= {
        "message",
        "edited_message",
        "message_reaction",
        "my_chat_member",
        "chat_member",
        "photo",
        "voice",
        "audio",
        "video",
        "video_note",
        "document",
        "sticker",
        "location",
        "contact",
        "poll",
        "media_group_id",
        "forward_origin",
        "reply_to_message",
        "entities",
        "group_chat_created",
        "new_chat_members",
        "left_chat_member",
        "migrate_to_chat_id",
        "migrate_from_chat_id",
    }


async def test_stopping_the_server_ends_a_waiting_poll(emulator: Emulator) -> None:
    server = SimulatorServer(emulator)
    await server.start()
    async with Bot("1:abc", base_url=server.api_url) as bot:
        poll = asyncio.create_task(bot.get_updates(timeout=30))
        assert await emulator.until(lambda: emulator.polls_waiting)
        async with asyncio.timeout(5):
            await server.stop()
            assert await poll == ()
