"""A tiny bot for trying the simulator: greets, echoes, and answers taps. Runs in a thread of its own."""

import asyncio
import contextlib
import threading

from telegram import Bot, BotCommand, InlineKeyboardButton, InlineKeyboardMarkup, Message, Update
from telegram.error import NetworkError, TelegramError

TOKEN = "123456789:simulated-token_for-tests"


class EchoBot:
    """``with EchoBot(api_url, file_url): ...`` polls until the block ends."""

    def __init__(self, api_url: str, file_url: str) -> None:
        self._urls = api_url, file_url
        self._stop: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()), daemon=True)
        self.seen: list[Update] = []

    def __enter__(self) -> "EchoBot":
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_exc: object) -> None:
        assert self._loop is not None
        assert self._stop is not None
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    async def _main(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        async with Bot(TOKEN, base_url=self._urls[0], base_file_url=self._urls[1]) as bot:
            await bot.set_my_commands([BotCommand("start", "Begin opnieuw"), BotCommand("hulp", "Iemand spreken")])
            self._ready.set()
            polling = asyncio.create_task(self._poll(bot))
            await self._stop.wait()
            polling.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await polling

    async def _poll(self, bot: Bot) -> None:
        offset = 0
        while True:
            try:
                updates = await bot.get_updates(offset=offset, timeout=10, allowed_updates=Update.ALL_TYPES)
            except NetworkError:
                continue
            for update in updates:
                offset = update.update_id + 1
                self.seen.append(update)
                with contextlib.suppress(TelegramError):
                    await self._handle(update)

    async def _handle(self, update: Update) -> None:
        if update.callback_query is not None:
            await self._tapped(update)
        elif update.message is not None and update.message.from_user is not None:
            await self._written(update.message)

    async def _written(self, message: Message) -> None:
        keyboard = InlineKeyboardMarkup(
            [
                [InlineKeyboardButton("Ja", callback_data="yes"), InlineKeyboardButton("Nee", callback_data="no")],
                [InlineKeyboardButton("Sla over", callback_data="skip")],
            ]
        )
        if message.text and message.text.startswith("/start"):
            payload = message.text.removeprefix("/start").strip()
            await message.reply_html(f"Dag <b>{message.from_user.first_name}</b>. Code: {payload or 'geen'}")
            return
        await message.reply_html(f"Je zei: <i>{message.text or message.caption or 'iets'}</i>", reply_markup=keyboard)

    async def _tapped(self, update: Update) -> None:
        query = update.callback_query
        await query.answer(f"Gekozen: {query.data}", show_alert=query.data == "skip")
        await query.edit_message_text(f"Antwoord: {query.data}")
