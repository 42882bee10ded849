"""Out of a group: in one tap, with what was written left or taken away; and how a group comes to its end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from bot.care import consents, groups, posts
from bot.care.consents import Purpose
from bot.care.sweeping import sweep
from bot.store import tables
from tests.service.peer_world import Circle, peer_group
from tests.service.story import Somebody, file_of, mentor, own_ids, telling, words_left
from tests.service.town import Town

WORDS = "Bij ons is het avondeten altijd een strijd."


@pytest.fixture
async def town(tmp_path: Path, cache: Path) -> AsyncIterator[Town]:
    async with telling(tmp_path, cache) as town:
        yield town


@pytest.fixture
def circle(town: Town) -> Circle:
    return peer_group(town)


async def _out(who: Somebody) -> None:
    await who.says("/groepen")
    await who.taps("Ga uit de groep")


def _on_screen(who: Somebody) -> str:
    """All that stands in somebody's chat now."""
    return "\n".join(message.text for message in who.phone.from_bot if not message.deleted)


async def test_out_in_one_tap_and_what_was_written_stays(circle: Circle) -> None:
    fatima, joris = circle["fatima"], circle["joris"]
    await circle.speaks("fatima", WORDS)
    await joris.reads()
    await _out(fatima)
    assert "Je bent uit de groep Avondploeg. Er komt niets meer van de groep." in fatima.last.text
    assert "Vos is uit de groep gegaan. Dat mag altijd." in await joris.reads()
    assert circle.member("fatima").status == groups.LEFT
    assert fatima.known.speaks_in is None
    await fatima.taps("Laat het staan")
    assert "blijft staan" in fatima.last.text
    await circle.speaks("joris", "Hoe was jullie avond?")
    assert "Hoe was jullie avond?" not in await fatima.reads()
    assert WORDS in _on_screen(joris)
    asked = await fatima.says("En dit gaat nergens heen.")
    assert "Avondploeg" not in asked
    assert "nergens heen" not in await joris.reads()


async def test_out_and_what_was_written_goes_along(circle: Circle) -> None:
    fatima, joris, ingrid = circle["fatima"], circle["joris"], circle.mentor
    await circle.speaks("fatima", WORDS)
    await circle.speaks("joris", "Bij ons ook.")
    await circle.speaks("fatima", "Wat fijn dat jij dat ook hebt.")
    for who in circle.everybody:
        await who.reads()
    await _out(fatima)
    await fatima.taps("Haal het weg")
    assert "Ik haalde weg wat je in Avondploeg schreef." in fatima.last.text
    await circle.town.settle()
    for who in (joris, circle["shanice"], ingrid):
        await who.reads()
        assert WORDS not in _on_screen(who)
        assert "Wat fijn dat jij" not in _on_screen(who)
    assert "Bij ons ook." in _on_screen(circle["shanice"])
    own = circle.member("fatima").id
    vault = circle.town.service.vault
    assert circle.ask(lambda connection: posts.of_member(connection, vault, own)) == []


async def test_after_two_days_it_is_emptied_where_telegram_lets_go_of_nothing(circle: Circle) -> None:
    fatima, joris = circle["fatima"], circle["joris"]
    await circle.speaks("fatima", WORDS)
    await joris.reads()
    await circle.town.passes(timedelta(days=3))
    await _out(fatima)
    await fatima.taps("Laat het staan")
    await fatima.says("/groepen")
    if "Avondploeg (je bent weg)" not in fatima.buttons:
        await fatima.forges("s:groups")
    await fatima.taps("Avondploeg (je bent weg)", "Haal het weg")
    await joris.reads()
    assert WORDS not in _on_screen(joris)


async def test_by_mistake_and_back_again_under_the_same_name(circle: Circle) -> None:
    fatima, joris = circle["fatima"], circle["joris"]
    own = fatima.known.id
    circle.ask(lambda connection: consents.give(connection, own, Purpose.GROUP, circle.town.clock.now()))
    await _out(fatima)
    await joris.reads()
    await fatima.taps("Dat was een vergissing")
    assert "Vos is er weer." in await joris.reads()
    assert circle.member("fatima").is_in
    await circle.speaks("joris", "Fijn.")
    assert "Fijn." in await fatima.reads()


async def test_who_left_can_be_asked_again_and_keeps_the_name(circle: Circle) -> None:
    fatima, ingrid = circle["fatima"], circle.mentor
    await _out(fatima)
    await ingrid.says("/groepen")
    await ingrid.taps("Nodig uit", "Fatima", "Klaar")
    await fatima.reads()
    await fatima.taps("Vertel me meer", "Ja, laat zien", "Ja, dat is goed")
    assert circle.member("fatima").is_in
    assert circle.member("fatima").name == "Vos"


async def test_who_was_removed_takes_the_own_words_along_but_does_not_come_back(circle: Circle) -> None:
    fatima = circle["fatima"]
    await circle.speaks("fatima", WORDS)
    own = circle.member("fatima").id
    circle.ask(lambda connection: groups.leave(connection, own, circle.town.clock.now(), removed=True))
    await fatima.forges(f"p:v:{circle.group_id}:b")
    assert not circle.member("fatima").is_in
    await fatima.forges(f"p:v:{circle.group_id}:w")
    assert "Ik haalde weg" in fatima.last.text
    await circle["joris"].reads()
    assert WORDS not in _on_screen(circle["joris"])


async def test_taking_back_the_yes_is_leaving(circle: Circle) -> None:
    fatima, joris = circle["fatima"], circle["joris"]
    own = fatima.known.id
    circle.ask(lambda connection: consents.give(connection, own, Purpose.GROUP, circle.town.clock.now()))
    await circle.speaks("fatima", WORDS)
    await joris.reads()
    await fatima.forges("g:consent_group")
    await fatima.taps("Trek mijn ja in")
    assert "Dan ga je uit Avondploeg." in fatima.last.text
    await fatima.taps("Haal het weg")
    assert not circle.member("fatima").is_in
    assert not circle.ask(lambda connection: consents.holds(connection, own, Purpose.GROUP))
    await joris.reads()
    assert WORDS not in _on_screen(joris)
    await fatima.forges(f"p:v:{circle.group_id}:b")
    assert not circle.member("fatima").is_in


async def test_the_last_who_guides_does_not_leave_the_group_alone(circle: Circle) -> None:
    ingrid = circle.mentor
    await _out(ingrid)
    assert "Je bent hier de enige begeleider." in ingrid.last.text
    assert circle.member("ingrid").is_in
    samir = mentor(circle.town, "samir")
    await ingrid.says("/groepen")
    await ingrid.taps("Begeleider erbij", "Samir")
    assert "Samir begeleidt nu mee, en leest alles wat hier staat." in await circle["fatima"].reads()
    await _out(ingrid)
    assert not circle.member("ingrid").is_in
    await samir.says("/groepen")
    assert "met je eigen naam: Samir" in samir.last.text
    await circle["joris"].says("/groepen")
    assert "Samir begeleidt." in circle["joris"].last.text


# --- closing ----------------------------------------------------------------------------------------------------------


def _rows(town: Town) -> dict[str, int]:
    def work(connection: Connection) -> dict[str, int]:
        found = (table for table in tables.metadata.sorted_tables if table.name.startswith("peer_"))
        return {one.name: connection.execute(select(func.count()).select_from(one)).scalar_one() for one in found}

    return town.service.database.do(work)


async def test_a_group_says_goodbye_and_its_content_goes_a_month_later(circle: Circle) -> None:
    town, ingrid, fatima = circle.town, circle.mentor, circle["fatima"]
    await circle.speaks("fatima", WORDS)
    await ingrid.says("/groepen")
    await ingrid.taps("Sluit de groep", "Een week")
    assert "De groep hoort het nu: een week tijd voor afscheid." in ingrid.last.text
    await ingrid.taps("Ja, dat is goed")
    told = await fatima.reads()
    assert "Deze groep stopt op maandag 8 maart." in told
    assert "Niets zeggen is ook goed." in told
    await ingrid.says("/groepen")
    assert "Nodig uit" not in ingrid.buttons
    assert "Deze groep stopt op" in ingrid.last.text
    await circle.speaks("joris", "Dank jullie wel voor alles.")
    assert "Dank jullie wel" in await fatima.reads()

    await town.passes(timedelta(days=7, hours=1))
    assert "Deze groep is nu dicht." in await fatima.reads()
    assert "De groep Avondploeg is dicht." in await ingrid.reads()
    assert circle.group.status == groups.CLOSED
    assert circle["joris"].known.speaks_in is None
    await circle["joris"].says("Nog iets.")
    assert "Nog iets." not in await fatima.reads()
    await fatima.says("/groepen")
    assert "Avondploeg" in "".join(fatima.buttons)

    await town.passes(timedelta(days=31))
    service = town.service
    service.database.do(lambda connection: sweep(connection, service.vault, town.clock.now()))
    assert set(_rows(town).values()) == {0}
    await fatima.says("/groepen")
    assert "Je zit nu niet in een groep." in fatima.last.text


async def test_closed_at_once(circle: Circle) -> None:
    ingrid, fatima = circle.mentor, circle["fatima"]
    await ingrid.says("/groepen")
    await ingrid.taps("Sluit de groep", "Sluit nu meteen")
    assert "zonder afscheid" in ingrid.last.text
    await ingrid.taps("Ja, dat is goed")
    assert circle.group.status == groups.CLOSED
    assert "Deze groep is nu dicht." in await fatima.reads()
    await ingrid.says("/groepen")
    assert "Je begeleidt nog geen groep." in ingrid.last.text

    await fatima.says("/groepen")
    assert "Avondploeg (dicht)" in fatima.buttons
    await fatima.taps("Avondploeg (dicht)")
    card = str(fatima.last.text)
    assert "Deze groep is dicht. Wat er gezegd is, wis ik op" in card
    assert "Elk bericht komt" not in card
    assert "Hoe berichten komen" not in fatima.buttons


async def test_more_time_for_goodbye(circle: Circle) -> None:
    ingrid, fatima = circle.mentor, circle["fatima"]
    for _ in range(2):
        await ingrid.says("/groepen")
        await ingrid.taps("Sluit de groep", "Een week", "Ja, dat is goed")
        await circle.town.passes(timedelta(days=3))
    assert "Er is nu tijd voor afscheid tot donderdag 11 maart." in await fatima.reads()
    await circle.town.passes(timedelta(days=2))
    assert circle.group.status == groups.CLOSING
    await circle.town.passes(timedelta(days=3))
    assert circle.group.status == groups.CLOSED


async def test_a_group_that_nobody_guides_any_more_is_closed_by_itself(circle: Circle) -> None:
    own, service = circle.member("ingrid").id, circle.town.service
    circle.ask(lambda connection: groups.leave(connection, own, circle.town.clock.now()))
    service.database.do(lambda connection: sweep(connection, service.vault, circle.town.clock.now()))
    assert circle.group.status == groups.CLOSED


# --- everything of somebody -------------------------------------------------------------------------------------------


async def test_whoever_is_erased_takes_everything_out_of_the_group(circle: Circle) -> None:
    fatima, joris = circle["fatima"], circle["joris"]
    await circle.speaks("fatima", WORDS)
    await circle.speaks("joris", "Ik ken dat.")
    await joris.reads()
    ids = own_ids(fatima)
    await fatima.says("/verwijder")
    await fatima.taps("Ik wil alles wissen")
    assert "1 bericht in een groep" in fatima.last.text
    await fatima.taps("Ja, wis alles")
    assert "Alles is weg" in fatima.last.text
    assert words_left(circle.town, ids) == []
    await joris.reads()
    assert WORDS not in _on_screen(joris)
    await circle.speaks("joris", "Is iedereen er nog?")
    assert "Is iedereen er nog?" in await circle["shanice"].reads()


async def test_a_mentor_who_is_erased_leaves_a_group_that_says_goodbye(circle: Circle) -> None:
    ingrid, fatima = circle.mentor, circle["fatima"]
    ids = own_ids(ingrid)
    await ingrid.says("/verwijder")
    await ingrid.taps("Ik wil alles wissen", "Ja, wis alles")
    assert words_left(circle.town, ids) == []
    assert "Ingrid begeleidt niet meer" in await fatima.reads()
    assert circle.group.status == groups.CLOSING


async def test_the_file_of_ones_own_data_holds_the_groups(circle: Circle) -> None:
    fatima = circle["fatima"]
    await circle.speaks("fatima", WORDS)
    await circle.speaks("joris", "Van mij.")
    await fatima.says("/mijngegevens")
    await fatima.taps("Stuur het als bestand")
    sent = next(one for one in reversed(fatima.phone.from_bot) if "document" in one.body)
    told = file_of(circle.town, sent)["groepen"]
    assert [(one["groep"], one["groepsnaam"]) for one in told] == [("Avondploeg", "Vos")]
    assert [one["tekst"] for one in told[0]["geschreven"]] == [WORDS]
    assert "Van mij." not in str(told)
    assert "Zeemeeuw" not in str(told)
