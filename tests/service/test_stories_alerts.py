"""A parent asks for a person: the mentor, the stand-in, the coordinator, at noon and at night, there or not."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from bot.care import families, people, privacy
from bot.store import tables
from tests.service.story import Somebody, coordinator, mentor, parent, telling, went_well
from tests.service.town import Town, open_town

ASKED = "Fatima vraagt om hulp. Neem alsjeblieft contact op."
TAKE_UP = "Ik pak dit op"


class Street:
    """A parent with a mentor, another mentor, and a coordinator; all of them have read what there was."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.ingrid, self.samir, self.petra = mentor(town), mentor(town, "samir"), coordinator(town)
        self.fatima = parent(town, guide=self.ingrid, evening="")

    def stands_in(self, who: Somebody) -> None:
        self.change(self.ingrid, stand_in_id=who.known.id)

    def change(self, who: Somebody, **values: object) -> None:
        own = who.known.id
        self.town.do(lambda connection: people.change(connection, own, **values))

    async def asks(self) -> str:
        await self.fatima.says("/hulp")
        await self.fatima.taps("Vertel het mijn mentor")
        return await self.fatima.taps("Ja, stuur dit")

    async def heard(self) -> list[str]:
        """What the mentor, the stand-in and the coordinator got since the last look."""
        return [await who.reads() for who in (self.ingrid, self.samir, self.petra)]

    def count(self, table: str) -> int:
        def work(connection: Connection) -> int:
            return connection.execute(select(func.count()).select_from(tables.metadata.tables[table])).scalar_one()

        return self.town.do(work)


@pytest.fixture
async def street(tmp_path: Path, cache: Path) -> AsyncIterator[Street]:
    async with telling(tmp_path, cache) as town:
        yield Street(town)


@asynccontextmanager
async def _street_at(moment: str, folder: Path, cache: Path) -> AsyncIterator[Street]:
    async with open_town(folder, moment, cache=cache) as town:
        yield Street(town)
        await town.settle()
        went_well(town, refused=["blocked", "unreachable"])


# --- at work ----------------------------------------------------------------------------------------------------------


async def test_only_on_the_parents_word_and_only_the_sentence_that_was_shown(street: Street) -> None:
    await street.fatima.says("Mijn man slaat mij.")
    await street.fatima.taps("Nee")
    shown = await street.fatima.taps("Ja, vertel het")
    assert f"“{ASKED}”" in shown
    assert await street.heard() == ["", "", ""]

    told = await street.fatima.taps("Ja, stuur dit")
    assert f"“{ASKED}”" in told
    ingrid, samir, petra = await street.heard()
    assert ASKED in ingrid
    assert "slaat" not in ingrid
    assert (samir, petra) == ("", "")
    assert "niemand aan het werk" not in told


async def test_the_mentor_takes_it_up_and_the_parent_is_told(street: Street) -> None:
    await street.asks()
    await street.ingrid.reads()
    tapped = street.ingrid.token(TAKE_UP)
    assert "Fatima ziet nu dat jij dit oppakt" in await street.ingrid.taps(TAKE_UP)
    assert street.ingrid.buttons == []
    assert "Ingrid heeft je vraag gelezen" in await street.fatima.reads()

    assert await street.ingrid.forges(tapped, street.ingrid.phone.messages[-2]) == ""
    assert await street.fatima.waits(hours=8) == ""
    assert await street.heard() == ["", "", ""]


async def test_a_reply_to_the_question_goes_to_the_parent(street: Street) -> None:
    await street.asks()
    await street.ingrid.reads()
    await street.ingrid.says("Ik bel je zo.", street.ingrid.last)
    assert "Ik bel je zo." in await street.fatima.reads()


async def test_who_does_not_answer_is_followed_by_the_next(street: Street) -> None:
    street.stands_in(street.samir)
    await street.asks()
    assert [bool(one) for one in await street.heard()] == [True, False, False]
    assert await street.fatima.waits(minutes=14) == ""
    heard = await street.fatima.waits(minutes=1)
    assert "nog geen antwoord van Ingrid" in heard
    assert "ook aan Samir" in heard
    assert "Meer mensen" not in heard
    _, samir, petra = await street.heard()
    assert ASKED in samir
    assert "eerst aan Ingrid" in samir
    assert petra == ""

    assert await street.fatima.waits(minutes=44) == ""
    heard = await street.fatima.waits(minutes=1)
    assert "nog geen antwoord van Ingrid en Samir" in heard
    assert "ook aan Petra. Meer mensen heb ik niet" in heard
    assert "eerst aan Ingrid en Samir" in (await street.heard())[2]

    assert await street.fatima.waits(days=3) == ""
    assert await street.heard() == ["", "", ""]


async def test_without_a_stand_in_the_coordinator_is_the_next(street: Street) -> None:
    await street.asks()
    await street.heard()
    assert "ook aan Petra" in await street.fatima.waits(minutes=15)


async def test_the_first_to_take_it_up_is_the_one_and_the_others_hear(street: Street) -> None:
    street.stands_in(street.samir)
    await street.asks()
    await street.fatima.waits(minutes=15)
    await street.heard()
    assert "Fatima ziet nu" in await street.samir.taps(TAKE_UP)
    assert "Samir heeft je vraag gelezen" in await street.fatima.reads()
    assert "Samir pakt de vraag van Fatima op" in await street.ingrid.reads()

    assert "Samir pakt dit al op" in await street.ingrid.taps(TAKE_UP)
    assert await street.fatima.waits(hours=6) == ""
    assert await street.petra.reads() == ""


async def test_the_parent_sees_where_it_stands_and_can_end_it(street: Street) -> None:
    await street.asks()
    await street.heard()
    await street.fatima.taps("Goed")
    await street.fatima.says("/hulp")
    heard = await street.fatima.taps("Vertel het mijn mentor")
    assert "Ik vroeg het al aan Ingrid" in heard
    assert "Vraag het nog eens" not in street.fatima.buttons
    heard = await street.fatima.taps("Het is voorbij")
    assert "Ik stuurde Ingrid: “Fatima laat weten dat het voorbij is.”" in heard
    assert await street.ingrid.reads() == "Fatima laat weten dat het voorbij is."

    assert "al weten dat het voorbij is" in await street.ingrid.taps(TAKE_UP)
    assert await street.fatima.waits(hours=3) == ""
    assert await street.petra.reads() == ""


async def test_the_parent_ends_it_under_what_was_told(street: Street) -> None:
    await street.asks()
    await street.heard()
    await street.fatima.taps("Goed")
    await street.ingrid.taps(TAKE_UP)
    await street.fatima.reads()
    token = street.fatima.token("Het is voorbij")
    assert "Ik stuurde Ingrid" in await street.fatima.taps("Het is voorbij")
    assert "voorbij" in await street.ingrid.reads()
    assert await street.fatima.forges(token) == ""
    assert await street.ingrid.reads() == ""


async def test_asked_twice_is_told_once_until_somebody_answered(street: Street) -> None:
    street.stands_in(street.samir)
    await street.asks()
    await street.heard()
    await street.fatima.taps("Goed")
    for _ in range(2):
        await street.fatima.says("/hulp")
        await street.fatima.taps("Vertel het mijn mentor")
        await street.fatima.taps("Goed")
    assert street.count("alerts") == 1
    assert await street.heard() == ["", "", ""]
    token = street.ingrid.token(TAKE_UP)
    await street.ingrid.forges(token)
    await street.fatima.says("/hulp")
    heard = await street.fatima.taps("Vertel het mijn mentor")
    assert "Ingrid heeft je vraag gelezen" in heard
    await street.fatima.taps("Vraag het nog eens")
    assert ASKED in await street.ingrid.reads()
    assert street.count("alerts") == 2


async def test_only_who_was_asked_may_take_it_up(street: Street) -> None:
    joris = parent(street.town, "joris", guide=street.samir, evening="")
    await street.asks()
    await street.ingrid.reads()
    token = street.ingrid.token(TAKE_UP)
    for who in (street.samir, street.petra, joris, street.fatima, Somebody(street.town, "gul")):
        await who.says("/menu")
        heard = await who.forges(token)
        assert "oppakt" not in heard
        assert "Fatima" not in heard
    for forged in ("alert:", "alert:x", "alert:-1", "alert:" + "9" * 40, "alert:1:over", "alert:٣", f"{token}:nope"):
        assert "oppakt" not in await street.ingrid.forges(forged)
    assert "voorbij" not in await street.ingrid.forges(f"{token}:over")
    assert "voorbij" not in await joris.forges(f"{token}:over")
    assert await street.fatima.reads() == ""
    assert "Fatima ziet nu" in await street.ingrid.taps(TAKE_UP)


# --- another mentor meanwhile -----------------------------------------------------------------------------------------


def _hands_over(street: Street, to: Somebody | None) -> None:
    family, new = street.fatima.known.family_id, to.known.id if to else None
    assert family
    street.town.do(lambda connection: families.hand_over(connection, family, new))


async def test_a_new_mentor_is_asked_at_once_and_the_one_before_need_not(street: Street) -> None:
    await street.asks()
    await street.heard()
    _hands_over(street, street.samir)
    told = await street.fatima.reads()
    assert "Je hebt nu een andere mentor. Daarom vroeg ik het nu ook aan Samir." in told
    ingrid, samir, petra = await street.heard()
    assert ASKED in samir
    assert "eerst aan" not in samir, "what went between the parent and another mentor is not the new one's"
    assert (ingrid, petra) == ("", "")

    assert await street.ingrid.taps(TAKE_UP) == "Dank je. Deze vraag is nu niet meer aan jou. Jij hoeft niets te doen."
    assert street.ingrid.buttons == []
    assert await street.fatima.reads() == ""
    assert "Fatima ziet nu" in await street.samir.taps(TAKE_UP)
    assert "Samir heeft je vraag gelezen" in await street.fatima.reads()
    assert await street.ingrid.reads() == "", "who is no mentor of this family any more hears no more of it"


async def test_a_new_mentor_is_asked_also_when_the_coordinator_was(street: Street) -> None:
    await street.asks()
    await street.fatima.waits(minutes=15)
    assert ASKED in (await street.heard())[2]
    _hands_over(street, street.samir)
    assert "Daarom vroeg ik het nu ook aan Samir" in await street.fatima.reads()
    assert ASKED in (await street.heard())[1]
    assert "Fatima ziet nu" in await street.petra.taps(TAKE_UP)


async def test_without_a_new_mentor_the_next_are_asked(street: Street) -> None:
    await street.asks()
    await street.heard()
    _hands_over(street, None)
    assert "vroeg ik het nu ook aan Petra" in await street.fatima.reads()
    assert ASKED in (await street.heard())[2]
    assert "niet meer aan jou" in await street.ingrid.taps(TAKE_UP)


async def test_what_was_taken_up_before_the_hand_over_is_left(street: Street) -> None:
    await street.asks()
    await street.ingrid.taps(TAKE_UP)
    await street.fatima.reads()
    _hands_over(street, street.samir)
    assert await street.fatima.reads() == ""
    assert await street.samir.reads() == ""


async def test_after_a_hand_over_what_the_mentor_before_took_up_is_asked_anew(street: Street) -> None:
    await street.asks()
    await street.ingrid.taps(TAKE_UP)
    await street.fatima.reads()
    _hands_over(street, street.samir)
    assert "Dit stuurde ik naar Samir" in await street.asks()
    assert ASKED in await street.samir.reads()
    assert await street.ingrid.reads() == ""


# --- over by itself ---------------------------------------------------------------------------------------------------


async def test_a_day_after_it_was_taken_up_the_parent_asks_like_the_first_time(street: Street) -> None:
    await street.asks()
    await street.ingrid.taps(TAKE_UP)
    await street.fatima.reads()
    await street.fatima.waits(hours=23)
    await street.fatima.says("/hulp")
    assert "Ingrid heeft je vraag gelezen" in await street.fatima.taps("Vertel het mijn mentor")

    await street.fatima.waits(days=7)
    street.ingrid.skims()
    assert "Dit stuurde ik naar Ingrid" in await street.asks()
    assert ASKED in await street.ingrid.reads()
    await street.ingrid.taps(TAKE_UP)
    assert "Ingrid heeft je vraag gelezen" in await street.fatima.reads()
    assert street.count("alerts") == 2


async def test_a_day_after_all_were_asked_the_parent_asks_like_the_first_time(street: Street) -> None:
    await street.asks()
    assert "ook aan Petra" in await street.fatima.waits(minutes=15)
    await street.fatima.waits(hours=23)
    await street.fatima.says("/hulp")
    assert "Ik vroeg het al aan Ingrid en Petra" in await street.fatima.taps("Vertel het mijn mentor")
    await street.fatima.waits(hours=1)
    await street.heard()
    assert "Dit stuurde ik naar Ingrid" in await street.asks()
    assert [bool(one) for one in await street.heard()] == [True, False, False]


async def test_under_the_old_question_the_new_one_is_taken_up(street: Street) -> None:
    await street.asks()
    await street.heard()
    old = street.ingrid.token(TAKE_UP)
    await street.fatima.waits(days=2)
    await street.heard()
    of_petra = street.petra.token(TAKE_UP)
    await street.asks()
    street.ingrid.skims()
    assert "niet meer aan jou" in await street.petra.forges(of_petra)
    assert "Fatima ziet nu" in await street.ingrid.forges(old)
    assert "Ingrid heeft je vraag gelezen" in await street.fatima.reads()


async def test_what_nobody_took_up_can_be_taken_up_later_still(street: Street) -> None:
    await street.asks()
    await street.ingrid.reads()
    await street.fatima.waits(days=3)
    assert "Fatima ziet nu" in await street.ingrid.taps(TAKE_UP)


# --- not at work ------------------------------------------------------------------------------------------------------


async def test_at_night_the_parent_is_told_and_the_clock_waits_for_the_morning(tmp_path: Path, cache: Path) -> None:
    async with _street_at("2027-03-05T22:00", tmp_path, cache) as street:  # A Friday.
        street.stands_in(street.samir)
        told = await street.asks()
        assert "er is nu niemand aan het werk" in told
        assert "Maandag 8 maart om 9.00 uur is er weer iemand" in told
        assert ASKED in await street.ingrid.reads()
        assert "vroeg" not in await street.fatima.until("2027-03-08T09:14")
        assert "ook aan Samir" in await street.fatima.until("2027-03-08T09:15")
        assert "ook aan Petra" in await street.fatima.until("2027-03-08T10:00")


async def test_a_day_off_is_what_a_stand_in_is_for(street: Street) -> None:
    street.stands_in(street.samir)
    street.change(street.ingrid, office_hours="23 09:00-17:00")  # Today is Monday.
    told = await street.asks()
    assert "Ingrid en Samir" in told
    assert "niemand aan het werk" not in told
    assert [bool(one) for one in await street.heard()] == [True, True, False]
    assert "ook aan Petra" in await street.fatima.waits(hours=1)


async def test_a_mentor_sets_hours_and_a_stand_in(street: Street) -> None:
    ingrid = street.ingrid
    await ingrid.says("/menu")
    await ingrid.taps("Mijn werk", "Mijn werktijden", "Andere tijden", "Maandag", "Klaar")
    await ingrid.says("10.00")
    assert "maandag, van 10.00 tot 12.30 uur" in await ingrid.says("12.30")
    assert ingrid.known.office_hours == "1 10:00-12:30"
    await ingrid.says("/menu")
    await ingrid.taps("Mijn vervanger")
    assert ingrid.buttons == ["Samir", "Niemand", "Laat het zo"]
    assert "Samir" in await ingrid.taps("Samir")
    assert ingrid.known.stand_in_id == street.samir.known.id

    await street.asks()
    heard = await street.fatima.waits(minutes=15)
    assert "ook aan Samir" in heard


# --- not to be reached ------------------------------------------------------------------------------------------------


def _blocks(street: Street) -> None:
    street.ingrid.phone.blocks()


def _is_gone(street: Street) -> None:
    street.change(street.ingrid, roles=1)


@pytest.mark.parametrize("leaves", [_blocks, _is_gone])
async def test_who_cannot_be_reached_is_passed_over(
    tmp_path: Path, cache: Path, leaves: Callable[[Street], None]
) -> None:
    async with _street_at("2027-03-01T12:00", tmp_path, cache) as street:
        street.stands_in(street.samir)
        leaves(street)
        await street.town.settle()
        assert "Samir" in await street.asks()
        assert [bool(one) for one in await street.heard()] == [False, True, False]


async def test_a_mentor_who_blocked_without_a_word_is_found_out_at_once(tmp_path: Path, cache: Path) -> None:
    async with _street_at("2027-03-01T12:00", tmp_path, cache) as street:
        street.ingrid.phone.blocks()
        street.change(street.ingrid, blocked_at=None)
        await street.town.settle()
        street.change(street.ingrid, blocked_at=None)
        heard = await street.asks()
        assert "Wie ik het vroeg, kan ik nu niet bereiken. Daarom vroeg ik het nu ook aan Petra." in heard
        assert ASKED in await street.petra.reads()


async def test_a_mentor_who_leaves_with_a_question_open(street: Street) -> None:
    await street.asks()
    await street.heard()
    await street.town.settle()
    person = street.ingrid.known
    street.town.do(lambda connection: privacy.erase(connection, person))
    assert "ook aan Petra" in await street.fatima.reads()
    assert ASKED in await street.petra.reads()


async def test_when_there_is_nobody_the_parent_is_told_to_call(tmp_path: Path, cache: Path) -> None:
    async with open_town(tmp_path, "2027-03-01T12:00", cache=cache) as town:
        fatima = parent(town, evening="")
        await fatima.says("/menu")
        heard = await fatima.forges("h:tell_mentor")
        assert "Ik kan nu niemand voor je bereiken" in heard
        assert "Hulp dichtbij" in heard

        ingrid = mentor(town)
        joris = parent(town, "joris", guide=ingrid, evening="")
        await joris.says("/hulp")
        await joris.taps("Vertel het mijn mentor", "Ja, stuur dit")
        ingrid.phone.blocks()
        heard = await joris.reads()
        assert "Ik kan nu niemand voor je bereiken" in heard
        assert "Hulp dichtbij" in heard
