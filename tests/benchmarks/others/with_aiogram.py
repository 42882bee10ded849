"""The bot that one would make with aiogram 3, as a process: states in memory, answers by aiosqlite.

`python with_aiogram.py API FOLDER`, then as `parents.answer_on_demand` says. Imports nothing of the project, and runs
in an environment of its own.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import Command, StateFilter
from aiogram.fsm.storage.memory import MemoryStorage
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup

sys.path.insert(0, str(Path(__file__).parent))
import parents

_BOARD = InlineKeyboardMarkup(
    inline_keyboard=[[InlineKeyboardButton(text=label, callback_data=data)] for label, data in parents.BUTTONS]
)


def add_flow(dispatcher: Dispatcher, script: tuple[str, ...], answers: parents.Answers) -> None:
    """One flow: a state for each turn."""
    name = f"flow{len(script)}"

    async def begin(message: Any, state: Any) -> None:
        await message.answer(parents.QUESTION, reply_markup=_BOARD)
        await state.set_state(f"{name}:0")

    dispatcher.message.register(begin, Command(name))
    for turn in range(len(script)):

        async def handle(event: Any, state: Any, turn: int = turn) -> None:
            tapped = script[turn] == "tap"
            message = event.message if tapped else event
            said = event.data if tapped else event.text
            await answers.keep(message.chat.id, turn, said)
            if tapped:
                await message.edit_reply_markup(reply_markup=None)
            is_last = turn + 1 == len(script)
            await message.answer(parents.QUESTION, reply_markup=None if is_last else _BOARD)
            await state.set_state(None if is_last else f"{name}:{turn + 1}")

        kind = dispatcher.callback_query if script[turn] == "tap" else dispatcher.message
        kind.register(handle, StateFilter(f"{name}:{turn}"))


async def main(api: str, folder: Path) -> None:
    session = AiohttpSession(api=TelegramAPIServer.from_base(api))
    async with parents.open_answers(folder) as answers, Bot("1000:bench", session=session) as bot:
        dispatcher = Dispatcher(storage=MemoryStorage())
        for script in parents.SCRIPTS:
            add_flow(dispatcher, script, answers)
        await parents.answer_on_demand(lambda raw: dispatcher.feed_raw_update(bot, raw), answers)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
