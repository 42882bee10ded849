"""Plays a transcript through the whole service: a person's phone on the emulator, real HTTP, a real database.

It sees what a person sees (messages, buttons) and what is kept in the end. What the engine asked of the host is not
visible from here; it shows in the messages and records that follow.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any, Literal

from sqlalchemy import Connection

from bot.care import groups, peer_weeks, people, records
from bot.care.groups import Group
from bot.care.people import Role
from bot.conversation import reflex, workbook
from bot.conversation.kept import EDIT_FLOW
from bot.conversation.peer_week_pages import OWN_THEME
from bot.screens.entries import COMING, GUIDED, KEPT, OWN, PEERS, RECORD, REPORTS
from bot.screens.menus import SHOW_SCREEN, START_FLOW
from bot.store.tables import timers as timer_table
from flows.engine.transcript import Beat, Transcript, TranscriptError
from flows.engine.transcript_lines import Bot, Does, Line, Ticks
from tests.service.actor_world import WHO, World
from tests.service.group_world import came_between
from tests.service.report_world import written_meanwhile
from tests.service.town import Town

_BESIDE = {KEPT, COMING, SHOW_SCREEN, START_FLOW, RECORD, REPORTS, OWN}
_IN_GROUP = ("show_group", "change_group", "close_group", "add_guide")
"""The actions that also say something in a group, or show it: whoever is there reads that beside the conversation."""
_TAG = re.compile(r"</?[bi]>")
_LINK = re.compile(r"start=[\w-]+")


def plain(text: str) -> str:
    """A text as it is read: without tags, and with every link alike."""
    return _LINK.sub("start=voorbeeld", html.unescape(_TAG.sub("", text))).strip()


class Actor:
    """A person in the town, set up as a transcript's world says."""

    def __init__(self, town: Town) -> None:
        self.town, self.phone = town, town.phone(WHO)
        self._world = World(town)
        self._typed: dict[str, Any] = {}
        self._last_tap: tuple[str, Any] | None = None
        self._odd: list[Line] = []
        self._boards: list[tuple[int, dict[str, str]]] = []
        self._shown = 0
        self._meanwhile = False
        self._too_late = False
        self._in_group = False

    async def begin(self, transcript: Transcript) -> list[Line]:
        facts = transcript.world_facts(self.town.service.library)
        lines = [line for beat in transcript.beats() for line in beat.lines if isinstance(line, Does)]
        self._too_late = transcript.gives.get("keep_group_theme") == ""
        self._meanwhile = any(line.action == "write_report" and line.gives == "changed" for line in lines)
        audience = self.town.service.library.flows[transcript.start].audience
        if "guest" in audience:
            role_word = transcript.start.removesuffix("_welcome")
            code = self.town.do(lambda connection: self._world.invited(connection, facts, role_word))
            self.phone.says(f"/start {code}")
            return await self._see()
        role = Role[audience[0].upper()]
        self.town.do(lambda connection: self._world.lived(connection, facts, role, transcript))
        self._loose = facts["loose"]
        return await self.starts(transcript.start, transcript.values)

    def meanwhile(self, transcript: Transcript, beat: Beat) -> None:
        """What others do just before this beat, so that an action answers as it is written."""
        self._in_group = False
        for line in beat.lines:
            if isinstance(line, Does):
                self._in_group |= line.action in _IN_GROUP
                gives = transcript.gives.get(line.action, "") if line.gives is None else line.gives
                self.town.do(partial(came_between, town=self.town, line=line, gives=gives))

    async def starts(self, flow: str, values: Mapping[str, Any]) -> list[Line]:
        if flow == EDIT_FLOW:
            return await self._edits(values)
        if flow == workbook.ADD_FLOW:
            return await self._adds(values)
        if flow == reflex.ADD_FLOW:
            return await self._adds_to_record(values)
        if flow == OWN_THEME:
            return await self._writes_theme(values)
        if values:
            raise TranscriptError("a flow with values is started by another flow only")
        if flow == "loose_input" and self._odd:
            return self._odd
        if flow == "loose_input":
            self._send_loose(self._loose)
            return await self._see()
        if self.phone.last is None:
            await self._open_chat()
        self.phone.taps_forged(f"g:{flow}")
        return await self._see()

    async def _edits(self, values: Mapping[str, Any]) -> list[Line]:
        """From something that was kept to its being edited."""
        record_id = self.town.do(lambda connection: self._world.note_to_edit(connection, values))
        await self._open_chat()
        self.phone.taps_forged(f"e:e:{record_id}:l:0")
        return await self._see()

    async def _adds(self, values: Mapping[str, Any]) -> list[Line]:
        """From a month of the workbook to what is written with it."""
        await self._open_chat()
        self.phone.taps_forged(f"{workbook.OWN}:w:{values['page']}")
        return await self._see()

    async def _adds_to_record(self, values: Mapping[str, Any]) -> list[Line]:
        """From a note in a family's record to what is written under it."""
        family_id, note_id = self.town.do(lambda connection: self._world.note_in_record(connection, values))
        await self._open_chat()
        self.phone.taps_forged(f"k:a:{family_id}:{note_id}")
        return await self._see()

    async def _writes_theme(self, values: Mapping[str, Any]) -> list[Line]:
        """From a week of a group to a theme of one's own for it."""
        vault, monday = self.town.service.vault, date.fromisoformat(str(values["monday"]))

        def found(connection: Connection) -> Group:
            guide = people.present(connection, vault, self.phone.user_id).person
            assert guide
            settings = groups.Settings(str(values["group_name"]))
            return groups.found(connection, vault, guide, 8, settings, self.town.clock.now())

        def begins(connection: Connection) -> None:
            peer_weeks.choose(connection, vault, group, monday, "making_up", self.town.clock.now())
            week = peer_weeks.on(connection, vault, group.id, monday)
            assert week
            peer_weeks.took(connection, week)

        group = self.town.do(found)
        await self._open_chat()
        self.phone.taps_forged(f"{PEERS}:e:o:{group.id}:{values['monday']}")
        lines = await self._see()
        if self._too_late:
            self.town.do(begins)
        return lines

    async def tap(self, label: str) -> list[Line]:
        ticked = f"✓ {label}"
        shown = label if label in self.phone.screen and f"[{ticked}]" not in self.phone.screen else ticked
        self._last_tap = (label, self.phone.taps(shown))
        return await self._see(tapped=True)

    async def tap_old(self, label: str) -> list[Line]:
        for message_id, keys in self._boards[-2::-1]:
            if label in keys:
                self.phone.taps_forged(keys[label], message_id)
                return await self._see()
        raise TranscriptError(f"no earlier button {label!r}")

    async def tap_again(self) -> list[Line]:
        if self._last_tap is None:
            raise TranscriptError("nothing was tapped yet")
        self.phone.taps_forged(self._last_tap[1].data, self._last_tap[1].message_id)
        return await self._see()

    async def says(self, text: str) -> list[Line]:
        if self._meanwhile:
            self.town.do(lambda connection: written_meanwhile(connection, self.town))
            self._meanwhile = False
        self._typed[text] = self.phone.says(text)
        self._odd = await self._see()
        return self._odd

    async def edits(self, was: str, to: str) -> list[Line]:
        self._typed[to] = self.phone.edits(self._typed[was], to)
        return await self._see()

    async def sends(self, kind: Literal["voice", "photo"]) -> list[Line]:
        self.phone.sends_voice() if kind == "voice" else self.phone.sends_photo()
        return await self._see()

    async def waits(self, wait: timedelta) -> list[Line]:
        """Only the conversation's own timers run; reminders have stories of their own."""
        with self.town.service.database.engine.begin() as connection:
            connection.execute(timer_table.delete().where(timer_table.c.key.not_in(("pause", "silence"))))
        await self.town.passes(wait)
        return await self._see()

    async def command(self, name: str) -> list[Line]:
        self.phone.says(f"/{name}")
        return await self._see()

    # --- looking --------------------------------------------------------------------------------------------------

    async def _see(self, *, tapped: bool = False) -> list[Line]:
        await self.town.settle()
        new = [one for one in self.phone.from_bot[self._shown :] if "text" in one.body]
        self._shown = len(self.phone.from_bot)
        lines: list[Line] = []
        if tapped and not new and self._last_tap:
            board = self.phone.message(self._last_tap[1].message_id).keyboard
            if board:
                lines.append(Ticks(_labels(board)))
        for message in new:
            keys = {str(key["text"]): str(key["callback_data"]) for row in message.keyboard for key in row}
            verbs = [token.partition(":")[0] for token in keys.values()]
            beside = _BESIDE | ({PEERS} if self._in_group else set())
            if keys and (verbs[0] == GUIDED or all(verb in beside for verb in verbs)):
                continue  # What was kept or is coming, shown by an action beside the conversation.
            if keys:
                self._boards.append((message.message_id, keys))
            text = plain(html.escape(str(message.body["text"]), quote=False))
            if not text.startswith(self.town.service.help.title):
                lines.append(Bot(text, _labels(message.keyboard)))
        return lines

    def kept(self) -> list[tuple[str, str, Any]]:
        """All that is kept of this person's doing (kind, field, value), without what the world began with."""

        def work(connection: Connection) -> list[tuple[str, str, Any]]:
            person = people.present(connection, self.town.service.vault, self.phone.user_id).person
            found = records.of_person(connection, self.town.service.vault, person.id) if person else []
            return [
                (record.kind, name, _spelled(field.value))
                for record in found
                if not record.key.startswith("world.")
                for name, field in record.fields.items()
            ]

        return self.town.do(work)

    # --- setting the stage ----------------------------------------------------------------------------------------

    async def _open_chat(self) -> None:
        self.phone.says("/menu")
        await self.town.settle()
        self._shown = len(self.phone.from_bot)

    def _send_loose(self, loose: Any) -> None:
        sends = {
            "text": lambda: self.phone.says(loose["excerpt"]),
            "voice": self.phone.sends_voice,
            "photo": self.phone.sends_photo,
            "document": self.phone.sends_document,
            "sticker": self.phone.sends_sticker,
            "location": self.phone.sends_location,
            "contact": self.phone.sends_contact,
            "poll": lambda: self.phone.sends_poll("Wat eten we?", ["Soep", "Brood"]),
            "other": lambda: self._post({"dice": {"emoji": "🎲", "value": 3}}),
        }
        sends[loose["kind"]]()

    def _post(self, content: dict[str, Any]) -> None:
        message = self.town.emulator.post(self.phone.chat, content, self.phone.persona.as_user(), from_bot=False)
        self.town.emulator.tell_bot(message)


def _labels(board: list[list[dict[str, Any]]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(str(button["text"]) for button in row) for row in board)


def _spelled(value: Any) -> Any:
    if isinstance(value, list):
        return [_spelled(one) for one in value]
    text = str(value)
    kind, colon, _ = text.partition(":")
    return kind if colon and kind in ("voice", "photo") else text
