"""Keeping the world in a file: one JSON document, with the uploaded files beside it in a folder."""

import asyncio
import json
import logging
import os
import time
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bot.simulator.personas import Persona
from bot.simulator.updates import AFTER_A_CRASH, first_update_id
from bot.simulator.world import Chat, Json, Message, Poll, StoredFile, Tap, World

if TYPE_CHECKING:
    from bot.simulator.emulator import Emulator

FORMAT = 1
MESSAGES_LOST_IN_A_CRASH = 100
TAPS_KEPT = 500
_log = logging.getLogger(__name__)


def to_json(emulator: "Emulator", *, closed: bool) -> Json:
    """Everything worth keeping. `closed` tells that nothing can have happened after this snapshot."""
    with emulator.lock:
        world = emulator.world
        return {
            "format": FORMAT,
            "closed": closed,
            "clock_offset_seconds": emulator.clock.offset.total_seconds(),
            "clock_frozen": emulator.clock.frozen,
            "next_update_id": emulator.updates.next_id,
            "waiting": list(emulator.updates.waiting),
            "allowed_updates": emulator.updates.allowed,
            "webhook": {k: v for k, v in emulator.webhook.items() if not k.startswith("last_")},
            "start_links": emulator.start_links,
            "personas": [persona.to_json() for persona in emulator.personas.values()],
            "bot": world.bot,
            "world_id": world.world_id,
            "commands": world.commands,
            "descriptions": world.descriptions,
            "menu_button": world.menu_button,
            "next_group": world.next_group,
            "chats": [_chat_json(chat) for chat in world.chats.values()],
            "polls": [
                {"body": p.body, "votes": {str(k): v for k, v in p.votes.items()}, "by_bot": p.by_bot}
                for p in world.polls.values()
            ],
            "taps": [asdict(tap) for tap in list(world.taps.values())[-TAPS_KEPT:]],
            "files": [
                {
                    "file_id": f.file_id,
                    "file_unique_id": f.file_unique_id,
                    "path": f.path,
                    "mime_type": f.mime_type,
                    "name": f.name,
                    "size": f.size,
                    "described": f.described,
                    "kind": f.kind,
                }
                for f in world.files.values()
            ],
        }


def _chat_json(chat: Chat) -> Json:
    return {
        "chat_id": chat.chat_id,
        "kind": chat.kind,
        "title": chat.title,
        "members": {str(user_id): status for user_id, status in chat.members.items()},
        "bot_status": chat.bot_status,
        "bot_lacks": chat.bot_lacks,
        "until": {str(user_id): until for user_id, until in chat.until.items()},
        "blocked": chat.blocked,
        "migrated_to": chat.migrated_to,
        "next_message_id": chat.next_message_id,
        "pinned": chat.pinned,
        "keyboard": chat.keyboard,
        "read_up_to": chat.read_up_to,
        "menu_button": chat.menu_button,
        "messages": [
            {
                "body": message.body,
                "from_bot": message.from_bot,
                "revision": message.revision,
                "reactions": {str(user_id): value for user_id, value in message.reactions.items()},
            }
            for message in chat.messages.values()
            if not message.deleted
        ],
    }


def _file_folder(state_file: Path) -> Path:
    return state_file.with_name(state_file.name + ".files")


def save(emulator: "Emulator", state_file: Path, *, closed: bool = False) -> int:
    """Write the world, atomically. Returns the :attr:`Emulator.dirty` number that is now safe."""
    with emulator.lock:
        dirty = emulator.dirty
        text = json.dumps(to_json(emulator, closed=closed), ensure_ascii=False)
        files = list(emulator.world.files.values())
    state_file.parent.mkdir(parents=True, exist_ok=True)
    folder = _file_folder(state_file)
    for kept in files:
        place = folder / kept.file_id
        if not place.exists():
            folder.mkdir(parents=True, exist_ok=True)
            _write(place, kept.content)
    _write(state_file, text.encode("utf-8", "surrogatepass"))
    return dirty


def _write(place: Path, content: bytes) -> None:
    beside = place.with_name(place.name + ".new")
    with beside.open("wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    beside.replace(place)


def load(emulator: "Emulator", state_file: Path) -> bool:
    """Read the world back into a new emulator; False when there is nothing to read.

    A file that cannot be read is set aside with the ending ``.unreadable`` and the world starts empty.
    """
    if not state_file.exists():
        return False
    try:
        data = json.loads(state_file.read_bytes().decode("utf-8", "surrogatepass"))
        if data["format"] != FORMAT:
            raise ValueError("unknown format")
        _restore(emulator, data, _file_folder(state_file))
    except (ValueError, KeyError, TypeError) as error:
        aside = state_file.with_name(state_file.name + ".unreadable")
        state_file.replace(aside)
        _log.warning("the state of the simulator could not be read (%s) and was set aside", type(error).__name__)
        return False
    return True


def _restore(emulator: "Emulator", data: Json, folder: Path) -> None:
    world = World(
        bot={**emulator.world.bot, "id": data["bot"]["id"]},
        commands=data["commands"],
        descriptions=data["descriptions"],
        menu_button=data["menu_button"],
        next_group=data["next_group"],
        world_id=data["world_id"],
    )
    spare = 0 if data["closed"] else MESSAGES_LOST_IN_A_CRASH
    for kept in data["chats"]:
        chat = _restore_chat(kept)
        chat.next_message_id += spare
        world.chats[chat.chat_id] = chat
    for kept in data["polls"]:
        poll = Poll(kept["body"], {int(k): v for k, v in kept["votes"].items()}, kept["by_bot"])
        world.polls[poll.body["id"]] = poll
    world.taps = {kept["query_id"]: Tap(**kept) for kept in data["taps"]}
    for kept in data["files"]:
        place = folder / kept["file_id"]
        if place.exists():
            world.files[kept["file_id"]] = StoredFile(**kept, content=place.read_bytes())
    emulator.world = world
    for kept in data["personas"]:
        emulator.personas.setdefault(kept["user_id"], Persona.from_json(kept))
    emulator.start_links = {**data["start_links"], **emulator.start_links}
    emulator.webhook = data["webhook"]
    emulator.updates.allow(data["allowed_updates"])
    emulator.updates.next_id = max(data["next_update_id"] + (0 if data["closed"] else AFTER_A_CRASH), first_update_id())
    emulator.updates.waiting.extend(data["waiting"])
    behind = timedelta(seconds=data["clock_offset_seconds"]) - emulator.clock.offset
    if behind > timedelta():
        emulator.clock.advance(behind)


def _restore_chat(kept: Json) -> Chat:
    messages = {}
    for one in kept["messages"]:
        message = Message(
            kept["chat_id"],
            one["body"]["message_id"],
            one["body"],
            one["from_bot"],
            reactions={int(user_id): value for user_id, value in one["reactions"].items()},
            revision=one["revision"],
        )
        messages[message.message_id] = message
    plain = {key: value for key, value in kept.items() if key not in ("messages", "members", "until")}
    members = {int(user_id): status for user_id, status in kept["members"].items()}
    until = {int(user_id): moment for user_id, moment in kept.get("until", {}).items()}
    return Chat(**plain, members=members, until=until, messages=messages)


class Keeper:
    """Saves the world a moment after each change, while the server runs, and once more when it stops."""

    def __init__(self, emulator: "Emulator", state_file: Path, pause_seconds: float = 0.4) -> None:
        self._emulator = emulator
        self._file = state_file
        self._pause = pause_seconds
        self._saved = -1

    async def run(self) -> None:
        """Save until cancelled. Big worlds are saved less often, so that saving takes a tenth of the time at most."""
        while True:
            await self._emulator.until(lambda: self._emulator.dirty != self._saved, timeout=3600)
            started = time.monotonic()
            if self._emulator.dirty != self._saved:
                self._saved = await asyncio.to_thread(save, self._emulator, self._file)
            await asyncio.sleep(max(self._pause, 10 * (time.monotonic() - started)))

    def finish(self) -> None:
        """Save for the last time."""
        save(self._emulator, self._file, closed=True)
