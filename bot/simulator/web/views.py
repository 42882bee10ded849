"""What the page is told about people, chats and messages."""

import time
from datetime import timedelta
from typing import Any

from bot.simulator.clock import HOME_ZONE, next_local
from bot.simulator.emulator import Emulator
from bot.simulator.personas import Persona
from bot.simulator.world import PRESENT, Chat, Json, Message

BOT_SILENT_AFTER_SECONDS = 8.0
NOT_FOR_THE_PAGE = frozenset({"update", "confirmed", "call", "polling", "webhook"})


def message_view(emulator: Emulator, message: Message) -> Json:
    """A message with what only the page needs beside it, under `sim`."""
    reactions: dict[str, list[int]] = {}
    for user_id, chosen in message.reactions.items():
        for reaction in chosen:
            reactions.setdefault(str(reaction.get("emoji", "")), []).append(user_id)
    votes = {}
    poll = message.body.get("poll")
    if poll:
        votes = {str(user_id): vote for user_id, vote in emulator.world.polls[poll["id"]].votes.items()}
    return {
        **emulator.render(message),
        "sim": {
            "from_bot": message.from_bot,
            "reactions": [{"emoji": emoji, "users": users} for emoji, users in reactions.items()],
            "votes": votes,
            "revision": message.revision,
        },
    }


def chat_view(emulator: Emulator, chat: Chat) -> Json:
    """A chat without its messages, with its newest one and the number of unread ones of the bot."""
    newest = chat.newest()
    unread = 0
    for message in reversed(chat.messages.values()):
        if message.message_id <= chat.read_up_to:
            break
        unread += not message.deleted and (message.from_bot or not chat.private)
    return {
        "chat_id": chat.chat_id,
        "kind": chat.kind,
        "title": chat.title,
        "members": [
            {"user_id": user_id, "status": status} for user_id, status in chat.members.items() if status in PRESENT
        ],
        "bot_status": chat.bot_status,
        "blocked": chat.blocked,
        "migrated_to": chat.migrated_to,
        "keyboard": chat.keyboard,
        "pinned": [
            message_view(emulator, chat.messages[message_id])
            for message_id in chat.pinned
            if message_id in chat.messages and not chat.messages[message_id].deleted
        ],
        "newest": message_view(emulator, newest) if newest else None,
        "unread": unread,
        "read_up_to": chat.read_up_to,
    }


def persona_view(emulator: Emulator, persona: Persona) -> Json:
    """A person, with the payload behind the START button."""
    return {
        **persona.to_json(),
        "full_name": persona.full_name,
        "start_payload": emulator.start_links.get(persona.key, ""),
    }


def clock_view(emulator: Emulator) -> Json:
    """The simulated time, and when the next evening of the page's button is."""
    now = emulator.clock.now()
    return {
        "now": now.isoformat(),
        "frozen": emulator.clock.frozen,
        "zone": str(HOME_ZONE),
        "next_evening": next_local(now).isoformat(),
        "offset_seconds": round(emulator.clock.offset / timedelta(seconds=1), 3),
    }


def troubles_view(emulator: Emulator) -> Json:
    """The faults that wait, the sending limits, and how many calls there were."""
    return {
        "faults": [fault.to_json() for fault in emulator.faults.waiting],
        "limits": {
            "enforced": emulator.limits.enforced,
            "breaches": emulator.limits.breaches,
            "overall_per_second": emulator.limits.rules.overall_per_second,
            "private_per_second": emulator.limits.rules.private_per_second,
            "private_burst": emulator.limits.rules.private_burst,
            "group_per_minute": emulator.limits.rules.group_per_minute,
        },
        "calls": emulator.calls.total,
    }


def bot_connected(emulator: Emulator) -> bool:
    """Whether the bot waits for updates, has a webhook, or called a few seconds ago."""
    calls = emulator.calls
    return bool(emulator.webhook or emulator.polls_waiting) or (
        calls.total > 0 and time.monotonic() - calls.last_monotonic < BOT_SILENT_AFTER_SECONDS
    )


def state_view(emulator: Emulator) -> Json:
    """Everything the page needs to begin, up to event number `seq`."""
    with emulator.lock:
        return {
            "seq": emulator.events.seq,
            "run": emulator.events.run,
            "bot_connected": bot_connected(emulator),
            "world_id": emulator.world.world_id,
            "bot": emulator.world.bot,
            "description": emulator.world.descriptions.get("description:nl")
            or emulator.world.descriptions.get("description:", ""),
            "clock": clock_view(emulator),
            "personas": [persona_view(emulator, persona) for persona in emulator.personas.values()],
            "chats": [chat_view(emulator, chat) for chat in emulator.world.chats.values()],
            "troubles": troubles_view(emulator),
        }


def event_view(emulator: Emulator, event: Json) -> dict[str, Any] | None:
    """An event with what it is about filled in; None for events the page has no use for."""
    kind = event["type"]
    if kind in NOT_FOR_THE_PAGE:
        return None
    with emulator.lock:
        if kind in ("message", "edited"):
            message = emulator.world.chats[event["chat_id"]].messages.get(event["message_id"])
            if message is None or message.deleted:
                return None
            chat = emulator.world.chats[event["chat_id"]]
            return {**event, "message": message_view(emulator, message), "keyboard": chat.keyboard}
        if kind == "chat":
            return {**event, "chat": chat_view(emulator, emulator.world.chats[event["chat_id"]])}
        if kind == "people":
            return {**event, "personas": [persona_view(emulator, persona) for persona in emulator.personas.values()]}
        if kind == "clock":
            return {**event, "clock": clock_view(emulator)}
        if kind == "faults":
            return {**event, "troubles": troubles_view(emulator)}
    return event
