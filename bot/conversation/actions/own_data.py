"""One's own data, and who to call."""

from __future__ import annotations

import json

from bot.care import privacy
from bot.conversation import outgoing
from bot.conversation.actions.common import me, named
from bot.conversation.turn import Turn
from bot.store.outbox import Call, Priority
from flows.engine.state import Request, Value


def send_my_data(turn: Turn, request: Request) -> Value | None:
    """Everything that is kept, as a file in the chat."""
    everything = privacy.everything_of(turn.connection, turn.host.vault, me(turn), turn.now)
    data = json.dumps(everything, ensure_ascii=False, indent=2).encode()
    turn.call(outgoing.document(f"{turn.host.library.texts['my_data_file'].strip()}.json", data))
    return None


def erase_me(turn: Turn, request: Request) -> Value | None:
    """Everything of this person is deleted, what is still said in this turn excepted."""
    privacy.erase(turn.connection, me(turn))
    turn.forget_person()
    return None


def show_help(turn: Turn, request: Request) -> Value | None:
    """The help card of the person's region, ahead of everything else."""
    region = turn.person.region if turn.person else turn.host.default_region
    text, rows = turn.host.help.card(region)
    turn.calls.append(Call(turn.chat_id, outgoing.send(text, rows), Priority.SAFETY, "safety"))
    return None


ACTIONS = named(send_my_data, erase_me, show_help)
