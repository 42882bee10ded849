"""A member's file through the real library and the emulator: fetched once, clean, and nobody's trouble is another's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from telegram import Bot
from telegram.error import Forbidden, TelegramError

from bot.conversation import outgoing
from bot.simulator import Emulator, Phone, SimulatorServer
from bot.telegram import clean_files, outbound
from bot.telegram.clean_files import CleanFiles
from bot.telegram.cleaning import clean
from flows.engine.state import Key
from tests.safety.leaks import leaks
from tests.support import dirty

WORD = "Zwaluwnest7"
KINDS = {
    "photo": dirty.photo,
    "voice": dirty.voice,
    "sticker": dirty.sticker,
    "moving": dirty.moving_sticker,
    "film": dirty.film_sticker,
}
_SORTS = {"moving": "sticker", "film": "sticker"}
OTHERS = ("joris", "marleen", "shanice", "bart")


@dataclass
class Place:
    emulator: Emulator
    bot: Bot
    kept: list[tuple[int, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.files = CleanFiles(self.bot, self._keep)
        for who in OTHERS:
            self.emulator.person(who).starts()

    async def _keep(self, post_id: int, clean_id: str) -> None:
        self.kept.append((post_id, clean_id))

    def sent_by(self, who: str, kind: str, content: bytes | None = None) -> str:
        """The id of a file that somebody sends to the bot."""
        phone = self.emulator.person(who)
        phone.starts()
        sort = _SORTS.get(kind, kind)
        content = content or KINDS[kind](WORD)
        named = {"set_name": f"{WORD}_by_fatima"} if sort == "sticker" else {"name": f"{WORD}.jpg"}
        sent = phone.sends_file(sort, content, **named)
        body = sent.body[sort]
        return str(body[-1]["file_id"] if sort == "photo" else body["file_id"])

    async def passes_on(self, who: str, kind: str, file_id: str, **more: Any) -> int | None:
        sort: Any = _SORTS.get(kind, kind)
        rows = ((Key("Antwoord", "p:a:1"),),)
        call = outgoing.clean_file(sort, file_id, "<b>Wolk</b> · Groep", rows, otherwise="Kan niet", **more)
        return await outbound.make(self.bot, self.phone(who).user_id, call, self.files)

    def phone(self, who: str) -> Phone:
        return self.emulator.person(who)


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    emulator = Emulator()
    async with (
        SimulatorServer(emulator) as server,
        Bot("1000:test", base_url=server.api_url, base_file_url=server.file_url) as bot,
    ):
        made = Place(emulator, bot)
        yield made
        await made.files.close()


@pytest.mark.parametrize("kind", KINDS)
async def test_all_get_the_same_clean_file(place: Place, kind: str) -> None:
    file_id = place.sent_by("fatima", kind)
    for who in OTHERS:
        await place.passes_on(who, kind, file_id, post_id=12)
    seen = [place.phone(who).last for who in OTHERS]
    sort = _SORTS.get(kind, kind)
    assert all(message and sort in message.body for message in seen)
    assert all(message and message.labels == ["Antwoord"] for message in seen)
    assert [leaks(place.emulator, place.phone(who).user_id, [WORD]) for who in OTHERS] == [[]] * len(OTHERS)
    ids = {str(message.body[sort]) for message in seen if message}
    assert len(ids) == 1, "it was uploaded more than once"
    assert len(place.kept) == 1
    assert place.kept[0][0] == 12
    assert place.kept[0][1] in ids.pop()
    assert len(place.emulator.calls.all("getFile")) == 1


async def test_at_the_same_moment_it_is_fetched_once(place: Place) -> None:
    file_id = place.sent_by("fatima", "photo")
    sent = await asyncio.gather(*(place.passes_on(who, "photo", file_id) for who in OTHERS))
    assert all(sent)
    assert len(place.emulator.calls.all("getFile")) == 1


async def test_after_a_restart_the_id_that_was_kept_is_enough(place: Place) -> None:
    file_id = place.sent_by("fatima", "photo")
    await place.passes_on("joris", "photo", file_id, post_id=12)
    place.files = CleanFiles(place.bot)
    await place.passes_on("bart", "photo", file_id, clean_id=place.kept[0][1])
    assert len(place.emulator.calls.all("getFile")) == 1
    assert "photo" in place.phone("bart").messages[-1].body


async def test_an_id_that_holds_no_more_is_replaced(place: Place) -> None:
    file_id = place.sent_by("fatima", "photo")
    await place.passes_on("joris", "photo", file_id, clean_id="AgACgone")
    assert "photo" in place.phone("joris").messages[-1].body


async def test_who_blocked_the_bot_is_nobody_elses_trouble(place: Place) -> None:
    file_id = place.sent_by("fatima", "voice")
    place.phone("joris").blocks()
    sent = await asyncio.gather(*(place.passes_on(who, "voice", file_id) for who in OTHERS), return_exceptions=True)
    assert isinstance(sent[0], Forbidden)
    assert all("voice" in place.phone(who).messages[-1].body for who in OTHERS[1:])


async def test_who_takes_no_voices_reads_that_there_was_one(place: Place) -> None:
    file_id = place.sent_by("fatima", "voice")
    await place.passes_on("bart", "voice", file_id)
    refused = "Bad Request: VOICE_MESSAGES_FORBIDDEN"
    place.emulator.add_fault("bad_request", method="sendVoice", description=refused)
    await place.passes_on("joris", "voice", file_id)
    await place.passes_on("marleen", "voice", file_id)
    assert place.phone("joris").messages[-1].text == "Kan niet"
    assert "voice" in place.phone("marleen").messages[-1].body
    assert len(place.emulator.calls.all("getFile")) == 1, "the others lost the file"


async def test_a_caption_is_changed_also_where_words_came_instead(place: Place) -> None:
    whole, broken = place.sent_by("fatima", "voice"), place.sent_by("fatima", "voice", b"no sound")
    for who, file_id in (("joris", whole), ("bart", broken)):
        message_id = await place.passes_on(who, "voice", file_id)
        await outbound.make(
            place.bot, place.phone(who).user_id, outgoing.edit_caption(message_id or 0, "<b>Anders</b>")
        )
        assert place.phone(who).messages[-1].text == "Anders"


@pytest.mark.parametrize("kind", ["voice", "sticker"])
async def test_what_cannot_be_made_clean_is_only_told(place: Place, kind: str) -> None:
    file_id = place.sent_by("fatima", kind, f"{WORD} as no player knows it".encode())
    for who in OTHERS:
        await place.passes_on(who, kind, file_id)
        assert place.phone(who).messages[-1].text == "Kan niet"
        assert leaks(place.emulator, place.phone(who).user_id, [WORD]) == []


async def test_what_telegram_does_not_give_is_asked_for_again_and_then_told(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_id = place.sent_by("fatima", "photo")
    place.emulator.add_fault("server_error", method="getFile", times=2)
    with pytest.raises(TelegramError, match="not fetched"):
        await place.passes_on("joris", "photo", file_id)
    await place.passes_on("joris", "photo", file_id)
    assert "photo" in place.phone("joris").messages[-1].body

    gone = place.sent_by("fatima", "photo", dirty.photo(WORD, noise=3))
    place.emulator.add_fault("server_error", method="getFile", times=9)
    monkeypatch.setattr(clean_files, "_PATIENCE", 0.0)
    await place.passes_on("joris", "photo", gone)
    assert place.phone("joris").messages[-1].text == "Kan niet"


async def test_a_clean_file_stays_clean_when_it_is_asked_for_again(place: Place) -> None:
    """What the emulator keeps of it, as whoever downloads it gets it."""
    file_id = place.sent_by("fatima", "photo")
    await place.passes_on("joris", "photo", file_id)
    message = place.phone("joris").last
    assert message
    stored = place.emulator.world.files[message.body["photo"][-1]["file_id"]]
    assert (stored.name, stored.content) == clean("photo", dirty.photo(WORD))
