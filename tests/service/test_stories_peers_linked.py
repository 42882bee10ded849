"""A group of Telegram itself: linked by a code, with themes and rounds, moderated as far as the bot may, and followed
wherever it goes."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot.care import group_ends, group_links, groups, posts, rituals
from bot.care.group_links import VALID_FOR
from bot.conversation import relay
from bot.conversation.incoming import Nothing
from bot.conversation.turn import Turn
from bot.safety import attempts
from bot.simulator.groups import Group
from bot.simulator.world import Message, Tap
from bot.store import tables
from tests.service.story import Somebody, mentor, parent, somebody, telling, went_well
from tests.service.town import Town, open_town

SUNDAY = "2027-02-28T20:00"
WEEK = "20270301"
TITLE = "Ouders van de Linde"
SECRET = "Ons Noortje huilt om Willem uit de Dorpsstraat."


class Place:
    """A group of Telegram with its owner, who is the mentor, two parents, and somebody whom the bot does not know."""

    def __init__(self, town: Town, *, bot: Any = "administrator", supergroup: bool = True, owner: str = "") -> None:
        self.town = town
        self.ingrid = mentor(town)
        self.fatima = parent(town, guide=self.ingrid, evening="")
        self.joris = parent(town, "joris", guide=self.ingrid, evening="")
        self.shanice = parent(town, "shanice", guide=self.ingrid, evening="")
        self.gul = somebody(town, "gul")
        for one in (self.fatima, self.joris, self.shanice):
            known, now = one.known, town.clock.now()
            town.do(lambda connection, known=known, now=now: rituals.set_look_back(connection, known, None, now))
        there = dict.fromkeys([owner or "ingrid", "ingrid", "fatima", "joris", "shanice", "gul"])
        self.there: Group = town.emulator.create_group(TITLE, [*there], bot=bot, supergroup=supergroup)
        self._seen = 0

    async def heard(self) -> str:
        """What the bot said in the group since the last look."""
        await self.town.settle()
        said = self.there.phone("fatima").from_bot
        fresh, self._seen = said[self._seen :], len(said)
        return "\n\n".join(message.text for message in fresh)

    def says(self, who: Somebody, text: str, reply_to: Message | None = None) -> Message:
        return self.there.phone(who.who).says(text, reply_to)

    async def code(self) -> str:
        await self.ingrid.says("/menu")
        await self.ingrid.forges("p:l:g")
        told = await self.ingrid.taps("Koppel een Telegram-groep")
        return str(re.search(r"/koppel ([A-Z0-9]+)", told)[1])  # type: ignore[index]

    async def links(self) -> str:
        self.says(self.ingrid, f"/koppel {await self.code()}")
        return await self.heard()

    @property
    def group(self) -> groups.Group:
        found = self.ask(
            lambda connection: group_links.by_telegram(connection, self.town.service.vault, self.there.chat_id)
        )
        assert found
        return found

    def ask(self, work: Any) -> Any:
        return self.town.do(work)

    async def bot_says(self, kind: str, text: str, options: Iterable[str] = ()) -> posts.Post:
        """The bot says something in the group, as the clock would have it."""
        host, now = self.town.service.host, self.town.clock.now()

        def work(connection: Connection) -> posts.Post:
            turn = Turn(host, connection, self.ingrid.phone.user_id, Nothing(), now)
            said = relay.say(turn, self.group_in(connection), kind, posts.Content(text, options=tuple(options)))
            turn.finish()
            return said

        return self.ask(work)

    def group_in(self, connection: Connection) -> groups.Group:
        found = group_links.by_telegram(connection, self.town.service.vault, self.there.chat_id)
        assert found
        return found

    async def taps(self, who: Somebody, label: str) -> Tap:
        tap = self.there.phone(who.who).taps(label)
        await self.town.settle()
        return tap

    @property
    def members(self) -> dict[int | None, groups.Member]:
        vault, group_id = self.town.service.vault, self.group.id
        found = self.ask(lambda connection: groups.members(connection, vault, group_id, *groups.EVERYBODY))
        return {one.person_id: one for one in found}


@pytest.fixture
async def place(tmp_path: Path, cache: Path) -> AsyncIterator[Place]:
    async with telling(tmp_path, cache, SUNDAY) as town:
        yield Place(town)


# --- the code ---------------------------------------------------------------------------------------------------------


async def test_a_group_is_linked_and_hears_what_the_bot_may(place: Place) -> None:
    heard = await place.links()
    assert "Ik ben Draaglicht" in heard
    assert "Wat ik hier mag: berichten weghalen, iemand stil zetten of eruit halen en een bericht vastzetten." in heard
    assert "niet mag" not in heard
    assert "je eigen chat met mij" in heard
    assert place.group.name == TITLE
    assert "is gekoppeld" in await place.ingrid.reads()
    await place.ingrid.taps("Naar de groep")
    assert TITLE in place.ingrid.last.text
    assert "Telegram. Daar ziet iedereen elkaars naam" in place.ingrid.last.text
    assert await place.fatima.reads() == ""

    # It works once, and a group is linked once.
    place.says(place.ingrid, f"/koppel {await place.code()}")
    assert "al gekoppeld" in await place.heard()


async def test_a_code_works_once_and_for_three_days(place: Place) -> None:
    code = await place.code()
    place.says(place.ingrid, f"/koppel {code}")
    assert "Ik ben Draaglicht" in await place.heard()
    other = place.town.emulator.create_group("Nog een", ["ingrid", "fatima"], bot="administrator")
    other.phone("ingrid").says(f"/koppel {code}")
    await place.town.settle()
    assert "werkt niet, of niet meer" in other.phone("ingrid").from_bot[-1].text

    late = await place.code()
    await place.town.passes(VALID_FOR + timedelta(minutes=1))
    other.phone("ingrid").says(f"/koppel {late}")
    await place.town.settle()
    assert "werkt niet, of niet meer" in other.phone("ingrid").from_bot[-1].text
    other.phone("ingrid").says("/koppel")
    await place.town.settle()
    assert "met een code erachter" in other.phone("ingrid").from_bot[-1].text


async def test_only_who_made_it_or_runs_the_group(place: Place) -> None:
    code = await place.code()
    place.says(place.fatima, f"/koppel {code}")
    assert "van iemand anders" in await place.heard()
    place.says(place.gul, f"/koppel {code}")
    assert "van iemand anders" in await place.heard()
    place.there.promote("gul")
    place.says(place.gul, f"/koppel {code.lower()}")
    assert "Ik ben Draaglicht" in await place.heard()
    assert place.members.keys() == {place.ingrid.known.id}
    assert "is gekoppeld" in await place.ingrid.reads()
    assert not place.gul.talking


async def test_parents_can_make_no_code(place: Place) -> None:
    await place.fatima.says("/menu")
    heard = await place.fatima.forges("p:i:n")
    assert "/koppel" not in heard


async def test_what_it_lacks_is_said(tmp_path: Path, cache: Path) -> None:
    async with telling(tmp_path, cache, SUNDAY) as town:
        place = Place(town, bot="member")
        heard = await place.links()
        assert "Wat ik hier mag" not in heard
        assert "Wat ik hier niet mag: berichten weghalen" in heard
        await place.ingrid.reads()
        place.there.promote_bot(without=["can_restrict_members"])
        told = await place.ingrid.reads()
        assert "Dit mag ik nu wel: berichten weghalen en een bericht vastzetten" in told
        assert await place.heard() == ""
        place.there.demote_bot()
        assert "Dit mag ik nu niet meer: berichten weghalen" in await place.ingrid.reads()
        assert await place.fatima.reads() == ""


async def test_guessing_ends(place: Place) -> None:
    code = await place.code()
    for number in range(attempts.TRIES):
        place.says(place.fatima, f"/koppel ABCDEFGH{number:02}")
        assert "werkt niet, of niet meer" in await place.heard()
    place.there.promote("fatima")
    place.says(place.fatima, f"/koppel {code}")
    assert await place.heard() == ""
    place.says(place.ingrid, f"/koppel {code}")
    assert "Ik ben Draaglicht" in await place.heard()


async def test_from_linking_to_linking_anew(tmp_path: Path, cache: Path) -> None:
    async with open_town(tmp_path, SUNDAY, cache=cache) as town:
        place = Place(town, bot="member", supergroup=False)
        heard = await place.links()
        assert "Wat ik hier niet mag: berichten weghalen" in heard
        assert "tik boven op de naam van de groep, dan Bewerken, dan Beheerders" in heard
        assert "start=groep" in heard
        place.there.promote_bot()
        assert "Dit mag ik nu wel: berichten weghalen" in await place.ingrid.reads()

        await place.ingrid.forges(f"p:e:t:{place.group.id}:{WEEK}:making_up")
        await town.until("2027-03-01T12:31")
        assert "Thema van deze week: Na de ruzie" in await place.heard()
        bad = place.says(place.joris, "Jij bent een slechte moeder.")
        place.says(place.ingrid, "/weg", bad)
        assert "het bericht is weg" in await place.ingrid.reads()

        before = place.group.id
        place.there, place._seen = place.there.migrate(), 0
        await town.until("2027-03-07T10:31")
        assert place.group.id == before
        assert "Hoe zit je erbij" in await place.heard()
        await place.taps(place.joris, "Gaat wel")
        await place.ingrid.reads()

        place.there.demote_bot()
        told = await place.ingrid.reads()
        assert "Dit mag ik nu niet meer: berichten weghalen" in told
        assert "dan Beheerders, en kies mij" in told
        place.there.remove_bot()
        assert "Ik zit niet meer in de Telegram-groep" in await place.ingrid.reads()

        await place.ingrid.says("/menu")
        place.ingrid.town.do(lambda connection: group_ends.close(connection, before, town.clock.now()))
        place.there.add_bot()
        await place.ingrid.reads()
        assert "Ik ben Draaglicht" in await place.links()
        assert place.group.id != before
        await place.bot_says(posts.THEME, "Een nieuw begin.")
        assert "Een nieuw begin." in await place.heard()
        went_well(town, refused=["blocked", "unreachable"])


# --- themes and rounds ------------------------------------------------------------------------------------------------


async def test_a_week_with_a_theme_and_a_round(place: Place) -> None:
    await place.links()
    await place.ingrid.forges(f"p:e:t:{place.group.id}:{WEEK}:making_up")
    await place.town.until("2027-03-01T12:31")
    heard = await place.heard()
    assert "Thema van deze week: Na de ruzie" in heard
    post = next(one for one in reversed(place.there.messages) if "Thema van deze week" in one.text)
    assert not post.keyboard
    assert post.message_id in place.there.chat.pinned
    assert await place.fatima.reads() == ""

    await place.town.until("2027-03-07T10:31")
    assert "Hoe zit je erbij" in await place.heard()
    for who, label in ((place.fatima, "Heel zwaar"), (place.joris, "Gaat wel"), (place.shanice, "Gaat wel")):
        tap = await place.taps(who, label)
        assert tap.answer
        assert f"Je koos: {label}" in tap.answer["text"]
    assert "iemand spreken" in await place.fatima.reads()
    assert await place.joris.reads() == ""
    tap = await place.taps(place.joris, "Gaat wel")
    assert tap.answer
    assert "is weg" in tap.answer["text"]
    await place.taps(place.joris, "Licht")

    tap = await place.taps(place.gul, "Zwaar")
    assert tap.answer
    assert tap.answer["show_alert"]
    assert "Ik ken je nog niet" in tap.answer["text"]
    assert not place.gul.talking
    assert place.gul.phone.from_bot == []
    assert len(place.members) == 4
    tap = await place.taps(place.ingrid, "Zwaar")
    assert tap.answer
    assert "voor de ouders" in tap.answer["text"]

    await place.town.until("2027-03-07T20:31")
    picture = await place.heard()
    assert "Heel zwaar: 1 keer" in picture
    assert "Licht: 1 keer" in picture
    assert "Zwaar: 1" not in picture.replace("Heel zwaar", "")
    tap = await place.taps(place.joris, "Licht")
    assert tap.answer
    assert "voorbij" in tap.answer["text"]


async def test_nothing_that_people_say_is_kept(place: Place) -> None:
    await place.links()
    for who in (place.fatima, place.gul, place.ingrid):
        place.says(who, SECRET)
    place.there.phone("joris").sends_photo(SECRET)
    assert await place.heard() == ""

    def kept(connection: Connection) -> tuple[list[Any], list[Any], list[Any]]:
        payloads = connection.execute(select(tables.inbox.c.payload_sealed)).scalars().all()
        calls = connection.execute(select(tables.outbox.c.call_sealed)).scalars().all()
        return list(payloads), list(calls), list(connection.execute(select(tables.peer_posts.c.id)).scalars())

    payloads, calls, said = place.ask(kept)
    assert set(payloads) == {None}
    assert set(calls) == {None}
    assert said == []
    assert place.fatima.kept() == []
    assert await place.ingrid.reads() != SECRET


async def test_the_own_chat_is_a_tap_away(place: Place) -> None:
    await place.links()
    assert await place.fatima.says("/start groep") == await place.fatima.says("/menu")
    assert await place.gul.says("/start groep") == await place.gul.says("hallo")
    card = await place.fatima.forges(f"p:o:{place.group.id}")
    assert TITLE not in card, "who set no point is in no list"


async def test_a_parent_finds_the_group_in_the_list(place: Place) -> None:
    await place.links()
    await place.bot_says(posts.CHECKIN, "Hoe zit je erbij?", ("Heel licht", "Licht", "Gaat wel", "Zwaar", "Heel zwaar"))
    await place.heard()
    await place.taps(place.fatima, "Licht")
    card = await place.fatima.says("/groepen")
    assert TITLE in card
    assert "gewone groep van Telegram" in card
    assert "Praat mee" not in place.fatima.buttons


async def test_danger_is_spoken_of_alone(place: Place) -> None:
    await place.links()
    place.says(place.fatima, "Mijn man slaat mij.")
    assert "Veilig Thuis" in await place.fatima.reads()
    assert await place.heard() == ""


# --- moderating -------------------------------------------------------------------------------------------------------


async def test_a_moderator_answers_with_what_is_to_be_done(place: Place) -> None:
    await place.links()
    await place.ingrid.reads()
    bad = place.says(place.joris, "Jij bent een slechte moeder.")
    order = place.says(place.ingrid, "/weg", bad)
    assert "het bericht is weg" in await place.ingrid.reads()
    assert bad.deleted
    assert order.deleted
    assert await place.heard() == ""

    bad = place.says(place.joris, "En jij ook.")
    place.says(place.ingrid, "/stil@draaglicht_bot", bad)
    assert "leest nu alleen mee" in await place.ingrid.reads()
    assert place.there.chat.members[place.joris.phone.user_id] == "restricted"
    await place.town.passes(timedelta(hours=23))
    assert _status(place, "joris") == "restricted"
    await place.town.passes(timedelta(hours=2))
    assert _status(place, "joris") == "member"

    bad = place.says(place.gul, "Koop hier goedkope schoenen.")
    place.says(place.ingrid, "/eruit", bad)
    assert "is uit de groep" in await place.ingrid.reads()
    assert place.there.chat.members[place.gul.phone.user_id] == "kicked"
    assert await place.heard() == ""
    assert await place.joris.reads() == ""

    await place.ingrid.forges(f"p:z:{place.group.id}:l:0")
    assert "iemand uit de Telegram-groep te halen" in place.ingrid.last.text


def _status(place: Place, who: str) -> str:
    from bot.simulator.members import member_json

    phone = place.town.phone(who)
    return str(member_json(place.town.emulator, place.there.chat, phone.user_id)["status"])


async def test_nobody_elses_order_does_anything(place: Place) -> None:
    await place.links()
    await place.ingrid.reads()
    said = place.says(place.ingrid, "Dag allemaal.")
    for who in (place.fatima, place.gul):
        for order in ("/weg", "/stil", "/eruit"):
            place.says(who, order, said)
    assert await place.heard() == ""
    assert not said.deleted
    assert await place.ingrid.reads() == ""
    place.says(place.ingrid, "/weg")
    assert "antwoord op het bericht" in await place.ingrid.reads()
    place.says(place.ingrid, "/eruit", place.there.phone("ingrid").from_bot[-1])
    assert "van een bot" in await place.ingrid.reads()
    place.says(place.ingrid, "/stil", said)
    assert "van een begeleider" in await place.ingrid.reads()


async def test_what_it_may_not_do_it_says(tmp_path: Path, cache: Path) -> None:
    async with telling(tmp_path, cache, SUNDAY) as town:
        place = Place(town, bot="member", supergroup=False)
        await place.links()
        await place.ingrid.reads()
        bad = place.says(place.joris, "Jij bent een slechte moeder.")
        place.says(place.ingrid, "/weg", bad)
        assert "Ik kan er geen berichten weghalen" in await place.ingrid.reads()
        place.says(place.ingrid, "/eruit", bad)
        assert "Ik kan er niemand uit halen" in await place.ingrid.reads()
        place.there.promote_bot()
        await place.ingrid.reads()
        place.says(place.ingrid, "/stil", bad)
        assert "in een kleine groep van Telegram" in await place.ingrid.reads()
        place.there.promote("joris")
        place.says(place.ingrid, "/eruit", bad)
        assert "zelf beheerder" in await place.ingrid.reads()
        assert await place.heard() == ""


async def test_the_pages_do_it_there_too(place: Place) -> None:
    await place.links()
    await place.bot_says(posts.CHECKIN, "Hoe zit je erbij?", ("Heel licht", "Licht", "Gaat wel", "Zwaar", "Heel zwaar"))
    await place.heard()
    await place.taps(place.joris, "Licht")
    member = place.members[place.joris.known.id]
    await place.ingrid.forges(f"p:t:{place.group.id}:{member.id}:m:h:0")
    assert _status(place, "joris") == "restricted"
    await place.ingrid.forges(f"p:t:{place.group.id}:{member.id}:u")
    assert _status(place, "joris") == "member"
    await place.ingrid.forges(f"p:t:{place.group.id}:{member.id}:r:0:k")
    assert _status(place, "joris") == "kicked"


# --- wherever it goes -------------------------------------------------------------------------------------------------


async def test_a_supergroup_stays_linked(tmp_path: Path, cache: Path) -> None:
    async with telling(tmp_path, cache, SUNDAY) as town:
        place = Place(town, supergroup=False)
        await place.links()
        await place.ingrid.reads()
        before = place.group.id
        place.there = place.there.migrate()
        place._seen = 0
        await town.settle()
        assert place.group.id == before
        await place.bot_says(posts.THEME, "Iets om over te praten.")
        assert "Iets om over te praten." in await place.heard()
        assert await place.ingrid.reads() == ""


async def test_a_supergroup_that_only_an_error_tells_of(tmp_path: Path, cache: Path) -> None:
    async with telling(tmp_path, cache, SUNDAY) as town:
        place = Place(town, supergroup=False)
        await place.links()
        await place.ingrid.reads()
        before, old = place.group.id, place.there
        await place.bot_says(posts.THEME, "Iets om over te praten.")
        await place.bot_says(posts.THEME, "En nog iets.")
        place.there = old.migrate()
        place._seen = 0
        while await town.service.step_sender():
            pass
        assert place.group.id == before
        heard = await place.heard()
        assert heard.index("Iets om over te praten.") < heard.index("En nog iets.")
        assert heard.count("En nog iets.") == 1


async def test_put_out_and_let_in_again(tmp_path: Path, cache: Path) -> None:
    async with open_town(tmp_path, SUNDAY, cache=cache) as town:
        place = Place(town)
        await place.links()
        await place.ingrid.reads()
        await place.bot_says(posts.THEME, "Dit komt te laat.")
        place.there.remove_bot()
        told = await place.ingrid.reads()
        assert told.count("Ik zit niet meer in de Telegram-groep") == 1
        assert await place.heard() == ""
        await place.bot_says(posts.THEME, "Dit gaat nergens heen.")
        await town.settle()
        assert await place.ingrid.reads() == ""
        assert await place.fatima.reads() == ""

        place.there.add_bot()
        assert "weer in de Telegram-groep" in await place.ingrid.reads()
        heard = await place.heard()
        assert "Ik ben Draaglicht" in heard
        assert "te laat" not in heard
        assert "nergens heen" not in heard
        await place.bot_says(posts.THEME, "Daar ben ik weer.")
        assert "Daar ben ik weer." in await place.heard()
        went_well(town, refused=["blocked", "unreachable"])
