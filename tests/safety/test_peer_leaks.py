"""What one member of a peer group sends tells the others nothing but what was said: for everything that a message of
Telegram can carry, with canaries in all of it, through the whole service.

The messages are made from the types of the Bot API library: what it adds fails here until it is decided in
`bot/care/what_passes.py`.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import count, product
from pathlib import Path
from typing import Any, get_args

import orjson
import pytest

from bot.care import what_passes
from bot.care.what_passes import PARTS, PASSING, passes
from bot.conversation.incoming import Message as OurMessage
from bot.conversation.incoming import MessageKind
from bot.simulator.personas import Persona
from bot.simulator.world import Message
from bot.telegram import inbound
from bot.telegram.clean_files import CleanFiles
from flows.engine.library import CONTENT, load
from tests.safety.leaks import leaks, reaches
from tests.safety.message_types import BESIDE, NUMBER, PLACE, WORD, Canaries, Json, Maker, attributes
from tests.service import story
from tests.service.story import Somebody
from tests.service.town import Town, open_town
from tests.support import dirty, peer_groups

CANARIES = (WORD, str(NUMBER)[:9], PLACE)
"""How each canary begins, which is enough to find it."""
_WRITER, _READERS, _DIGEST = "fatima", ("joris", "marleen"), "shanice"
_FILES = {"photo": dirty.photo, "voice": dirty.voice, "sticker": dirty.sticker}
_CAPTIONED = ("photo", "voice", "video", "animation", "document", "audio")


# --- what is decided --------------------------------------------------------------------------------------------------


def test_everything_that_a_message_can_carry_is_decided() -> None:
    assert sorted(PARTS) == attributes(), "decide in bot/care/what_passes.py what becomes of it in a peer group"


def test_every_kind_of_message_is_decided(cache: Path) -> None:
    kinds = set(get_args(MessageKind))
    assert kinds >= PASSING
    assert {kind for kind in kinds if passes(kind, borrowed=False) is None} == PASSING
    assert {passes(kind, borrowed=True) for kind in kinds} == {"forward"}
    reasons = set(get_args(what_passes.Reason))
    assert {f"peer_held_{reason}" for reason in reasons} <= load(CONTENT, cache).texts.keys()
    assert {part.reason for part in PARTS.values() if part.reason} == reasons
    assert passes("something new", borrowed=False) == "other"


@pytest.mark.parametrize(
    "name", sorted(name for name, part in PARTS.items() if part.decision != "service" and name not in BESIDE)
)
def test_intake_tells_what_is_decided(name: str) -> None:
    """What is read of a message is what the table says of it."""
    decision = PARTS[name]
    for part in Maker(Canaries()).variants(name):
        beside = {} if decision.decision in ("passes", "held") and name != "caption" else {"text": "Dag"}
        read = inbound.decode(orjson.dumps({"update_id": 1, "message": _private(part | beside)}))
        assert isinstance(read, OurMessage)
        assert read.borrowed == (decision.decision == "borrowed")
        assert passes(read.kind, read.borrowed) == decision.reason


def _private(content: Json) -> Json:
    return {"message_id": 1, "date": 5, "chat": {"id": 1, "type": "private"}, **content}


# --- what comes through -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Sent:
    """Something that was sent with everything in it. `word`: what its writer typed; `goes`: whether the others should
    read that; None when only the canaries matter."""

    name: str
    word: str
    goes: bool | None


class Circle:
    """A group of four parents and their mentor; all that one of them is and sends holds canaries."""

    def __init__(self, town: Town) -> None:
        self.town, self.canaries = town, Canaries()
        self.maker = Maker(self.canaries)
        self._hide(_WRITER)
        self.mentor = story.mentor(town)
        child, guide = ((self.canaries.word(), 6),), story.mentor(town, "samir")
        self.writer = story.parent(town, _WRITER, guide=guide, children=child, evening="")
        self.readers = [story.parent(town, who, guide=self.mentor, evening="") for who in _READERS]
        self.later = story.parent(town, _DIGEST, guide=self.mentor, evening="")
        names = dict(zip(("Wolk", "Merel", "Beuk", "Kade"), [self.writer, *self.readers, self.later], strict=True))
        service, now = town.service, town.clock.now()
        inside, mentor = {name: one.known for name, one in names.items()}, self.mentor.known
        self.group = service.database.do(
            lambda connection: peer_groups.gather(connection, service.vault, mentor, inside, now)
        )
        self._words = ("".join(letters) for letters in product("bdfgklmnprst", repeat=4))
        self._noise = count(1)
        self.sent: list[Sent] = []

    def _hide(self, who: str) -> None:
        """Canaries in all that Telegram tells of somebody."""
        own, word = self.town.phone(who).persona, self.canaries.word
        self.town.emulator.add_persona(Persona(own.key, self.canaries.number(), word(), word(), word()))
        self.town.emulator.personas.pop(own.user_id)

    def word(self) -> str:
        """Something to type that means nothing, each time another."""
        return f"zee{next(self._words)}"

    async def opens(self) -> None:
        for one in (self.writer, *self.others):
            await one.says("/menu")
        await self.later.forges(f"p:d:{self.group.id}:digest")
        await self.readers[0].forges(f"p:x:{self.group.id}")
        await self.readers[0].says("goedenavond allemaal")

    # --- sending ------------------------------------------------------------------------------------------------------

    async def speaks(self) -> None:
        """The writer talks in the group, whatever was said before."""
        known = self.writer.known
        if known.speaks_in != self.group.id:
            await self.writer.forges(f"p:x:{self.group.id}")

    async def sends(self, name: str, content: Json, word: str, goes: bool | None) -> Message:
        await self.speaks()
        town = self.town
        message = self._posts(content)
        town.emulator.tell_bot(message)
        await self._says_yes()
        self.sent.append(Sent(name, word, goes))
        return message

    def _posts(self, content: Json) -> Message:
        phone = self.writer.phone
        if poll := content.get("poll"):
            self.town.emulator.keep_poll(poll, by_bot=False)
        return self.town.emulator.post(phone.chat, content, phone.persona.as_user(), from_bot=False)

    async def _says_yes(self) -> None:
        """Whatever is asked about it: send it as it is."""
        for _ in range(3):
            await self.writer.reads()
            last = self.writer.phone.last
            tokens = [str(key["callback_data"]) for row in last.keyboard for key in row] if last else []
            asked = [token for token in tokens if token.startswith(("p:y:", "p:g:"))]
            if not asked:
                return
            self.writer.phone.taps_forged(asked[0], last)

    async def edits(self, name: str, content: Json, word: str) -> None:
        """What was sent as a plain text becomes all this."""
        first = self.word()
        message = await self.sends(name, {"text": first}, first, None)
        self.town.emulator.replace(message, content)
        self.town.emulator.tell_bot(message, "edited_message")
        await self._says_yes()
        self.sent.append(Sent(f"{name}, edited", word, None))

    # --- everything ---------------------------------------------------------------------------------------------------

    def files(self, name: str, content: Any) -> Any:
        """The content, in which each file is one that can be had, and tells of its sender in all its bytes."""
        if isinstance(content, list):
            return [self.files(name, one) for one in content]
        if not isinstance(content, dict):
            return content
        filled = {key: self.files(key, one) for key, one in content.items()}
        if "file_id" in filled:
            kind = name if name in _FILES else "photo"
            made = _FILES[kind](self.canaries.word())
            stored = self.town.emulator.keep_file(kind, made, f"{self.canaries.word()}.jpg")
            filled["file_id"] = stored.file_id
        return filled

    def photo(self) -> list[Json]:
        """An ordinary photo."""
        content: list[Json] = self.files("photo", next(self.maker.variants("photo"))["photo"])
        return content

    async def sends_all(self, name: str) -> None:
        """Everything with this part, alone and beside a text and a photo, as a reply, and by an edit."""
        part = PARTS[name]
        goes = {"passes": True, "about": True, "borrowed": False}.get(part.decision)
        goes = None if name == "reply_to_message" else goes  # What answers something unknown is private.
        for variant in self.maker.variants(name):
            content = self.files(name, variant)
            if name in ("photo", "voice", "sticker", "poll") or part.decision == "held":
                await self._sends_alone(name, content, goes=part.decision == "passes")
                continue
            content = {key: one for key, one in content.items() if key not in ("text", "caption")}
            word = self.word()
            await self.sends(name, {**content, "text": word}, word, goes)
            word = self.word()
            captioned = {**content, "photo": self.photo(), "caption": word}
            await self.sends(f"photo with {name}", captioned, word, goes)
        word = self.word()
        if name not in ("text", "reply_to_message"):
            answered = self._of_the_group()
            reply = {"reply_to_message": {**answered.body}, **content, "text": word}
            await self.sends(f"reply with {name}", reply, word, goes)
        await self.edits(name, {**content, "text": self.word()}, word)
        if part.decision == "service":
            await self.sends(f"{name} alone", content, self.word(), None)

    async def _sends_alone(self, name: str, content: Json, *, goes: bool) -> None:
        word = self.word()
        if name == "poll":
            poll = content["poll"]
            poll |= {"question": word, "options": [{**one, "text": f"{word} nee"} for one in poll["options"]]}
            await self.sends(name, content, word, goes)
            return
        if name == "sticker":
            content["sticker"]["emoji"] = "🙂"
            before = self._stickers()
            await self.sends(name, content, word, None)
            assert self._stickers() == before + len(self.readers), "the sticker did not come"
            return
        if name in _CAPTIONED:
            content = {**content, "caption": word}
            await self.sends(name, content, word, goes)
        else:
            await self.sends(name, content, word, goes)
        if not goes:
            assert "De theepot" in self.writer.last.text, "nothing was said about what was held back"

    def _stickers(self) -> int:
        return sum("sticker" in message.body for one in self.readers for message in one.phone.from_bot)

    def _of_the_group(self) -> Message:
        """A post of somebody else, where it stands in the writer's chat."""
        return next(one for one in self.writer.phone.from_bot if "goedenavond" in one.text)

    async def looks_around(self, one: Somebody, most: int = 60) -> set[str]:
        """Somebody taps once on every sort of button that has to do with groups, wherever that leads; returns which."""
        tapped: set[str] = set()
        await one.says("/groepen")
        while len(tapped) < most:
            keys = (
                (message, str(key["callback_data"])) for message in one.phone.from_bot[::-1] for key in _keys(message)
            )
            fresh = ((_SHAPE.sub("#", token), message, token) for message, token in keys if token.startswith("p:"))
            found = next((each for each in fresh if each[0] not in tapped), None)
            if found is None:
                break
            tapped.add(found[0])
            one.phone.taps_forged(found[2], found[1])
            await one.reads()
        return tapped

    # --- looking ------------------------------------------------------------------------------------------------------

    @property
    def others(self) -> list[Somebody]:
        return [*self.readers, self.mentor, self.later]

    def leaked(self) -> Iterator[str]:
        for one in self.others:
            for message_id, words in leaks(self.town.emulator, one.phone.user_id, CANARIES):
                yield f"{one.who} #{message_id} {words}: {one.phone.message(message_id).body}"

    def astray(self) -> Iterator[str]:
        """What should have come and did not, or the other way round."""
        for one in (*self.readers, self.mentor):
            shown = b"\n".join(content for _, content in reaches(self.town.emulator, one.phone.user_id))
            for sent in self.sent:
                if sent.goes is not None and (sent.word.encode() in shown) != sent.goes:
                    yield f"{one.who}: {sent.name} {'did not come' if sent.goes else 'came'}"


_SHAPE = re.compile(r"\d{5,}|(?<=:)\d+(?=:|$)")


def _keys(message: Message) -> list[Json]:
    return [key for row in message.keyboard for key in row if "callback_data" in key]


@asynccontextmanager
async def _circle(folder: Path, cache: Path) -> AsyncIterator[Circle]:
    async with open_town(folder, "2027-03-01T19:00", cache=cache) as town:
        circle = Circle(town)
        await circle.opens()
        yield circle
        story.went_well(town)


_PASSED_ON = {"forwardmessage", "forwardmessages", "copymessage", "copymessages"}
"""With these Telegram itself would say where something comes from."""
_SHARES = 6
_SENDABLE = sorted(set(PARTS) - BESIDE)


@pytest.mark.parametrize("share", range(_SHARES))
async def test_nothing_reaches_another_member_but_what_was_said(tmp_path: Path, cache: Path, share: int) -> None:
    async with _circle(tmp_path, cache) as circle:
        for name in _SENDABLE[share::_SHARES]:
            await circle.sends_all(name)
        assert len(circle.canaries.made) > 100
        assert {call.method.lower() for call in circle.town.emulator.calls.all()}.isdisjoint(_PASSED_ON)
        assert list(circle.astray()) == []
        assert list(circle.leaked()) == []


async def test_nothing_comes_out_afterwards(tmp_path: Path, cache: Path) -> None:
    """Also not in a digest, to a moderator who looks, or wherever the buttons of a group lead."""
    async with _circle(tmp_path, cache) as circle:
        for name in ("voice", "photo", "sticker", "poll", "entities", "contact"):
            await circle.sends_all(name)
        for one in circle.readers:
            tapped = await circle.looks_around(one)
            assert {"p:m:#", "p:a:#", "p:f:#"} <= tapped, "hardly a button was found"
        await circle.town.passes(timedelta(days=1, hours=2))
        assert "photo" in {kind for one in circle.later.phone.from_bot for kind in one.body}, "there was no digest"
        tapped = await circle.looks_around(circle.mentor)
        assert any(token.startswith("p:b:") for token in tapped), "no moderator looked at what was reported"
        await circle.looks_around(circle.later)
        assert list(circle.leaked()) == []


async def test_a_file_is_made_clean_once_for_all(tmp_path: Path, cache: Path) -> None:
    """Also for who hears of it a day later, from a service that was started anew."""
    async with _circle(tmp_path, cache) as circle:
        town, word = circle.town, circle.word()
        await circle.sends("photo", {"photo": circle.photo(), "caption": word}, word, True)
        town.service._files = CleanFiles(town.service.bot)
        await town.passes(timedelta(days=1, hours=2))
        at_once = [_photo_with(word, one) for one in (*circle.readers, circle.mentor)]
        assert _photo_with(word, circle.later) in at_once
        assert len(town.emulator.calls.all("getFile")) == 1


def _photo_with(word: str, who: Somebody) -> str:
    """The id of the photo with this caption, as somebody sees it."""
    return str(next(one.body["photo"][-1]["file_id"] for one in who.phone.from_bot if word in one.text))


async def test_a_leak_is_seen(tmp_path: Path, cache: Path) -> None:
    """A file that is passed on as it came, a forward, and a name in a button."""
    async with _circle(tmp_path, cache) as circle:
        emulator, reader = circle.town.emulator, circle.readers[0]
        own = emulator.bot_user()
        name = circle.canaries.word()
        for content in (
            {"photo": circle.photo(), "caption": "Dag"},
            circle.files("sticker", next(circle.maker.variants("sticker"))),
            {"text": "Dag", **next(circle.maker.variants("forward_origin"))},
            {
                "text": f"{name[:9]}\u200b",
                "reply_markup": {"inline_keyboard": [[{"text": name, "callback_data": "x"}]]},
            },
            {"location": {"latitude": circle.canaries.place(), "longitude": 5.0}},
        ):
            before = len(list(circle.leaked()))
            emulator.post(reader.phone.chat, content, own, from_bot=True)
            assert len(list(circle.leaked())) > before, content
