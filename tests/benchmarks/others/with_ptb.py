"""The bot that one would make with python-telegram-bot: ConversationHandler, PicklePersistence, aiosqlite. A process.

`python with_ptb.py API FOLDER PARENTS written|default`, then as `parents.answer_on_demand` says.
"""

from __future__ import annotations

import asyncio
import sys
import warnings
from pathlib import Path
from typing import Any

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    ConversationHandler,
    MessageHandler,
    PicklePersistence,
    filters,
)

sys.path.insert(0, str(Path(__file__).parent))
import parents

_BOARD = InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=data)] for label, data in parents.BUTTONS])


def conversation(script: tuple[str, ...], answers: parents.Answers) -> ConversationHandler[Any]:
    """One flow: a state for each turn."""

    async def begin(update: Update, _: Any) -> int:
        await update.effective_message.reply_text(parents.QUESTION, reply_markup=_BOARD)
        return 0

    def answered(turn: int) -> Any:
        async def handle(update: Update, _: Any) -> int:
            query = update.callback_query
            said = query.data if query else update.effective_message.text
            await answers.keep(update.effective_chat.id, turn, said)
            if query:
                await query.edit_message_reply_markup(None)
            is_last = turn + 1 == len(script)
            board = None if is_last else _BOARD
            await update.effective_chat.send_message(parents.QUESTION, reply_markup=board)
            return ConversationHandler.END if is_last else turn + 1

        typed = script[turn] == "type"
        return MessageHandler(filters.TEXT, handle) if typed else CallbackQueryHandler(handle)

    return ConversationHandler(
        [CommandHandler(f"flow{len(script)}", begin)],
        {turn: [answered(turn)] for turn in range(len(script))},
        [],
        name=f"flow{len(script)}",
        persistent=True,
    )


async def main(api: str, folder: Path, parents_there: int, *, written: bool) -> None:
    persistence = PicklePersistence(folder / "state.pickle", on_flush=written)
    await persistence.get_user_data()
    for number in range(parents_there):
        persistence.user_data[number] = {"name": "Annelies", "child": "Noor", "calls_me": "mama", "at": "19:30"}
    await persistence.flush()
    async with parents.open_answers(folder) as answers:
        builder = Application.builder().token("1000:bench").base_url(f"{api}/bot").persistence(persistence)
        application = builder.job_queue(None).build()
        for script in parents.SCRIPTS:
            application.add_handler(conversation(script, answers))

        async def handle(raw: dict[str, Any]) -> None:
            await application.process_update(Update.de_json(raw, application.bot))
            if written:
                await application.update_persistence()
                await persistence.flush()

        async with application:
            await parents.answer_on_demand(handle, answers)


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # Each chat has one conversation, so `per_message` does not matter.
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), written=sys.argv[4] == "written"))
