"""Words that point at danger in a group: nothing about it there, and help for the writer alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, update

from bot.care.people import Role
from bot.conversation.danger import LULL
from bot.conversation.incoming import IN_GROUP
from bot.simulator.groups import Group
from bot.simulator.phone import Phone
from bot.store import inbox, tables
from tests.safety.test_help_everywhere import SPELLINGS
from tests.service.story import Somebody, coordinator, mentor, parent, somebody, telling, went_well
from tests.service.town import Town, open_town

EXPLICIT, ELSE_EXPLICIT = "Ik wil dood.", "Mijn man slaat mij."
POSSIBLE = "Ik kan niet meer."
CARD, ASKS_NOW, ASKS = "Hulp dichtbij", "Is er nu iemand in gevaar?", "Gaat het nu om gevaar?"
ABOUT_THE_GROUP = "in de groep"


class Circle:
    """A group in which the bot reads along: two parents whom it knows, and somebody whom it does not."""

    def __init__(self, town: Town, *more: str) -> None:
        self.town = town
        self.fatima = parent(town, guide=mentor(town))
        self.joris = parent(town, "joris")
        self.gul = somebody(town, "gul")
        self.group: Group = town.emulator.create_group(
            "Lotgenoten", ["fatima", "joris", "gul", *more], bot="administrator"
        )
        self._seen = 0

    def phone(self, who: Somebody) -> Phone:
        return self.group.phone(who.who)

    async def says(self, who: Somebody, text: str) -> str:
        """Somebody says something in the group; returns what the bot then says to them alone."""
        self.phone(who).says(text)
        return await who.reads()

    async def heard(self) -> str:
        """What the bot said in the group since the last look."""
        await self.town.settle()
        said = self.phone(self.fatima).from_bot
        fresh, self._seen = said[self._seen :], len(said)
        return "\n\n".join(message.text for message in fresh)


@pytest.fixture
async def circle(tmp_path: Path, cache: Path) -> AsyncIterator[Circle]:
    async with telling(tmp_path, cache) as town:
        yield Circle(town)


async def test_the_writer_alone_gets_the_card_and_the_question(circle: Circle) -> None:
    heard = await circle.says(circle.fatima, ELSE_EXPLICIT)
    assert heard.index(CARD) < heard.index(ABOUT_THE_GROUP) < heard.index(ASKS_NOW)
    assert heard.index("Veilig Thuis") < heard.index("Zelfmoordpreventie")
    assert "Alleen jij ziet dit" in heard
    assert await circle.heard() == ""
    assert await circle.joris.reads() == ""

    assert "Bel nu 112" in await circle.fatima.taps("Ja")
    assert await circle.heard() == ""


async def test_what_may_be_meant_otherwise_is_asked_alone_too(circle: Circle) -> None:
    heard = await circle.says(circle.fatima, POSSIBLE)
    assert heard.index(ABOUT_THE_GROUP) < heard.index(ASKS)
    assert CARD not in heard
    assert await circle.heard() == ""


async def test_no_brings_back_the_very_question(circle: Circle) -> None:
    await circle.fatima.says("/menu")
    await circle.fatima.taps("Vanavond", "De avondvraag", "Ik heb het gevraagd", "Over geld", "Dit zei ik")
    assert "inspreken" in circle.fatima.last.text.lower()
    assert ASKS_NOW in await circle.says(circle.fatima, EXPLICIT)
    assert circle.fatima.kept("reflection")[0].value("what") is None
    assert "inspreken" in (await circle.fatima.taps("Nee", "Nee")).lower()
    await circle.fatima.says("Dat het meeviel.")
    assert circle.fatima.kept("reflection")[0].value("what") == "Dat het meeviel."


async def test_a_caption_and_an_edit_too(circle: Circle) -> None:
    phone = circle.phone(circle.fatima)
    phone.sends_photo(EXPLICIT)
    assert CARD in await circle.fatima.reads()
    await circle.fatima.taps("Nee", "Nee")
    await circle.fatima.waits(minutes=31)

    phone.says("Wat een dag.")
    assert await circle.fatima.reads() == ""
    phone.edits(phone.messages[-1], EXPLICIT)
    assert ASKS_NOW in await circle.fatima.reads()
    assert await circle.heard() == ""


async def test_nothing_of_it_is_kept(circle: Circle) -> None:
    await circle.says(circle.fatima, EXPLICIT)
    await circle.says(circle.fatima, "Ik ben weer thuis.")
    assert circle.fatima.kept() == []

    def payloads(connection: Connection) -> list[bytes | None]:
        return list(connection.execute(select(tables.inbox.c.payload_sealed)).scalars())

    assert set(circle.town.do(payloads)) == {None}


async def test_it_is_not_asked_again_and_again(circle: Circle) -> None:
    await circle.says(circle.fatima, EXPLICIT)
    await circle.fatima.taps("Nee", "Nee")
    heard = await circle.says(circle.fatima, ELSE_EXPLICIT)
    assert CARD in heard
    assert ASKS_NOW not in heard
    assert await circle.says(circle.fatima, POSSIBLE) == ""
    await circle.fatima.waits(seconds=LULL.total_seconds())
    assert ASKS in await circle.says(circle.fatima, POSSIBLE)


async def test_ordinary_talk_leaves_the_question_about_danger_alone(circle: Circle) -> None:
    await circle.says(circle.fatima, POSSIBLE)
    assert await circle.says(circle.fatima, "Wie brengt er taart mee?") == ""
    heard = await circle.says(circle.fatima, EXPLICIT)
    assert heard.index(CARD) < heard.index(ASKS_NOW)
    assert ASKS not in await circle.fatima.taps("Nee", "Nee")


async def test_for_a_stranger_only_numbers_without_a_word_about_whom(circle: Circle) -> None:
    assert await circle.says(circle.gul, EXPLICIT) == ""
    heard = await circle.heard()
    assert CARD in heard
    assert "Gül" not in heard
    assert ABOUT_THE_GROUP not in heard
    assert heard.index("Zelfmoordpreventie") < heard.index("Veilig Thuis"), "the order tells nothing"
    assert not circle.phone(circle.gul).from_bot[-1].body.get("reply_to_message")
    assert not circle.gul.talking

    await circle.says(circle.gul, ELSE_EXPLICIT)
    await circle.says(circle.gul, POSSIBLE)
    assert await circle.heard() == ""
    await circle.town.passes(LULL)
    await circle.says(circle.gul, POSSIBLE)
    assert await circle.heard() == ""
    await circle.says(circle.gul, EXPLICIT)
    assert CARD in await circle.heard()


async def test_a_guest_is_told_alone_and_stays_at_the_question(circle: Circle) -> None:
    await circle.gul.says(f"/start {circle.town.invite(Role.PARENT, 'Gül')}")
    waiting = circle.gul.buttons
    heard = await circle.says(circle.gul, EXPLICIT)
    assert CARD in heard
    assert ABOUT_THE_GROUP in heard
    assert await circle.heard() == ""
    await circle.gul.says("hallo")
    assert circle.gul.buttons == waiting


async def test_who_cannot_be_written_to_is_as_a_stranger(tmp_path: Path, cache: Path) -> None:
    async with open_town(tmp_path, "2027-03-01T12:00", cache=cache) as town:
        circle = Circle(town)
        circle.fatima.phone.blocks()
        await town.settle()
        await circle.says(circle.fatima, EXPLICIT)
        assert CARD in await circle.heard()
        went_well(town, refused=["blocked", "unreachable"])


async def test_help_words_bring_the_card_in_the_group_also_in_an_edit(circle: Circle) -> None:
    assert await circle.says(circle.fatima, "help") == ""
    assert CARD in await circle.heard()
    circle.phone(circle.joris).says("halp mij even met de tafel")
    assert await circle.heard() == ""
    circle.phone(circle.joris).edits(circle.phone(circle.joris).messages[-1], "hulp")
    assert CARD in await circle.heard()
    assert await circle.joris.reads() == ""


@pytest.mark.parametrize("who", ["fatima", "ingrid", "petra", "gul"])
async def test_help_in_the_group_by_every_spelling_and_whoever_asks(tmp_path: Path, cache: Path, who: str) -> None:
    async with telling(tmp_path, cache) as town:
        coordinator(town)
        circle = Circle(town, "ingrid", "petra")
        asker = Somebody(town, who)
        for spelling in SPELLINGS:
            assert await circle.says(asker, spelling) == "", spelling
            heard = await circle.heard()
            assert heard.count(CARD) == 1, spelling
            assert [key["text"] for row in circle.phone(asker).from_bot[-1].keyboard for key in row] == ["Vlaanderen"]


async def test_when_it_cannot_be_handled_nobody_is_told(tmp_path: Path, cache: Path) -> None:
    """Neither the group nor, out of the blue, the writer; the operator sees it as any other."""
    async with open_town(tmp_path, "2027-03-01T12:00", cache=cache) as town:
        circle, vault = Circle(town), town.service.vault
        await town.settle()
        circle.phone(circle.fatima).says("Dag allemaal.")
        await town.service.step_intake()

        def spoil(connection: Connection) -> None:
            row = connection.execute(select(tables.inbox).where(tables.inbox.c.status == "waiting")).one()
            odd = vault.seal(inbox.PLACE, row.seal, b'{"message": {"chat": "odd"}}')
            connection.execute(update(tables.inbox).where(tables.inbox.c.id == row.id).values(payload_sealed=odd))

        town.do(spoil)
        for _ in range(inbox.MAX_ATTEMPTS):
            await town.passes(timedelta(minutes=1))
        dead = select(tables.inbox.c.kind).where(tables.inbox.c.status == "dead")
        assert town.do(lambda connection: connection.execute(dead).scalars().all()) == [IN_GROUP]
        assert await circle.fatima.reads() == ""
        assert await circle.heard() == ""
        assert ASKS_NOW in await circle.says(circle.fatima, EXPLICIT)


async def test_closing_the_own_chat_touches_no_message_of_the_same_number(circle: Circle) -> None:
    """Messages are counted in each chat: those of the group must not be taken for those of the person's own."""
    await circle.says(circle.fatima, "Dag allemaal.")

    def numbers(connection: Connection) -> list[int | None]:
        waiting = tables.inbox.c
        return list(connection.execute(select(waiting.message_id).where(waiting.kind == IN_GROUP)).scalars())

    assert set(circle.town.do(numbers)) == {None}
