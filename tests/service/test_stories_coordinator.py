"""What a coordinator sees and does: mentors, links, numbers, what does not arrive; and nothing that a parent keeps."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from bot.care import families, people, records
from bot.care.people import Role
from bot.care.records import Field
from tests.service.story import Somebody, coordinator, mentor, parent, refusals
from tests.service.town import Town

WORDS = "Ze vroeg of ik wel genoeg geld had."


@pytest.fixture
def petra(town: Town) -> Somebody:
    return coordinator(town)


@pytest.fixture
def fatima(town: Town, ingrid: Somebody) -> Somebody:
    return parent(town, "fatima", guide=ingrid, evening="", children=[("Yassin", 7)])


async def _looks(petra: Somebody, label: str) -> str:
    await petra.says("/menu")
    await petra.taps(label)
    return petra.last.text


async def test_mentors_with_their_families_stand_ins_and_leave(
    town: Town, petra: Somebody, ingrid: Somebody, fatima: Somebody
) -> None:
    samir = mentor(town, "samir")
    parent(town, "joris", guide=ingrid, evening="")
    away = {"stand_in_id": samir.known.id, "away_from": date(2027, 2, 26), "away_until": date(2027, 3, 8)}
    own, his, later = ingrid.known.id, samir.known.id, {"away_from": date(2027, 3, 5), "away_until": date(2027, 3, 6)}
    town.do(lambda connection: people.change(connection, own, **away))
    town.do(lambda connection: people.change(connection, his, office_hours="24 10:00-15:00", **later))
    assert await _looks(petra, "Mentoren") == (
        "Dit zijn de mentoren. Wat een ouder bewaart of schrijft, zie jij niet.\n\n"
        "Ingrid: 2 gezinnen. Vervanger: Samir. Nu met verlof, tot en met maandag 8 maart.\n"
        "Werkt maandag tot en met vrijdag, van 09.00 tot 17.00 uur.\n\n"
        "Samir: geen gezinnen. Nog geen vervanger. Verlof van vrijdag 5 maart tot en met zaterdag 6 maart.\n"
        "Werkt dinsdag en donderdag, van 10.00 tot 15.00 uur."
    )
    await town.passes(timedelta(days=9))
    assert "verlof" not in (await _looks(petra, "Mentoren")).lower()


async def test_many_mentors_a_page_at_a_time(town: Town, petra: Somebody) -> None:
    for who in ("ingrid", "samir", "joris", "marleen", "shanice", "annelies", "bart", "gul", "wim"):
        mentor(town, who)
    assert (await _looks(petra, "Mentoren")).count("Werkt ") == 8
    before = len(petra.phone.messages)
    await petra.taps("Meer ›")
    assert petra.last.text.count("Werkt ") == 1
    await petra.taps("‹ Vorige", "Terug")
    assert "Wat wil je doen?" in petra.last.text
    assert len(petra.phone.messages) == before


# --- links ------------------------------------------------------------------------------------------------------------


async def test_a_link_is_taken_back_and_its_maker_hears_so(town: Town, petra: Somebody, ingrid: Somebody) -> None:
    assert await _looks(petra, "Open uitnodigingen") == "Er staat geen uitnodiging open."
    code = town.invite(Role.PARENT, "Hanne", ingrid.known.id)
    told = await _looks(petra, "Open uitnodigingen")
    assert "Een ouder, gemaakt door Ingrid. Werkt tot donderdag 4 maart om 12.00 uur." in told
    assert "Hanne" not in told + "".join(petra.buttons)
    before = len(petra.phone.messages)
    await petra.taps("Trek in: Een ouder, door Ingrid")
    assert (
        petra.last.text == "Een ouder, gemaakt door Ingrid. Trek je deze link in? Dan komt niemand er nog mee binnen."
    )
    await petra.taps("Nee, laat hem staan")
    await petra.taps("Trek in: Een ouder, door Ingrid", "Ja, trek de link in")
    assert petra.last.text == "De link werkt niet meer.\n\nEr staat geen uitnodiging open."
    assert len(petra.phone.messages) == before
    assert "Petra trok je uitnodiging voor Hanne in." in await ingrid.reads()
    hanne = Somebody(town, "gul")
    assert "Deze link werkt niet meer." in await hanne.says(f"/start {code}")
    assert hanne.person is None


async def test_a_guest_half_way_is_told_and_can_begin_anew(town: Town, petra: Somebody, ingrid: Somebody) -> None:
    guest = Somebody(town, "gul")
    code = town.invite(Role.PARENT, "Gül", ingrid.known.id)
    await guest.says(f"/start {code}")
    button = guest.token(guest.buttons[0])
    question = guest.last
    assert "De link is geopend en nog niet gebruikt." in await _looks(petra, "Open uitnodigingen")
    await petra.taps("Trek in: Een ouder, door Ingrid", "Ja, trek de link in")
    assert "De uitnodiging is ingetrokken. Dat ligt niet aan jou." in await guest.reads()
    await guest.forges(button, question)
    assert guest.person is None
    assert not guest.talking
    again = town.invite(Role.PARENT, "Gül", ingrid.known.id)
    await guest.says(f"/start {again}")
    assert guest.talking


async def test_a_link_that_was_used_meanwhile_stays_used(town: Town, petra: Somebody) -> None:
    code = town.invite(Role.MENTOR, "Tine", petra.known.id)
    await _looks(petra, "Open uitnodigingen")
    assert "Tine als mentor, gemaakt door Petra." in petra.last.text
    await petra.taps("Trek in: Tine als mentor, door Petra")
    tine = Somebody(town, "gul")
    await tine.says(f"/start {code}")
    while tine.person is None:
        await tine.taps(tine.buttons[0])
    await petra.taps("Ja, trek de link in")
    assert "Deze link was al gebruikt of weg. Er is niets veranderd." in petra.last.text
    assert tine.known.roles is Role.MENTOR


async def test_only_a_coordinator_takes_links_back(town: Town, petra: Somebody, ingrid: Somebody) -> None:
    town.invite(Role.MENTOR, "Tine", petra.known.id)
    await _looks(petra, "Open uitnodigingen")
    button = petra.token("Trek in: Tine als mentor, door Petra").replace("z:w:", "z:y:")
    fatima = parent(town, "fatima", guide=ingrid, evening="")
    for number, who in enumerate((ingrid, fatima)):
        await who.says("/menu")
        await who.forges(button, who.last)
        assert refusals(town) == number + 1
    assert "Tine" in await _looks(petra, "Open uitnodigingen")


# --- numbers ----------------------------------------------------------------------------------------------------------


async def test_numbers_without_whose_they_are(town: Town, petra: Somebody, ingrid: Somebody, fatima: Somebody) -> None:
    hidden = (
        "Gezinnen: minder dan 5.\n"
        "Avondrituelen in maart: minder dan 5.\n"
        "Afspraken in maart, gehouden of gepland: minder dan 5."
    )
    assert hidden in await _looks(petra, "Cijfers")
    _evenings(town, fatima, 4)
    assert hidden in await _looks(petra, "Cijfers")
    _evenings(town, fatima, 5)
    for who in ("joris", "marleen", "shanice", "annelies"):
        parent(town, who, guide=ingrid, evening="")
    told = await _looks(petra, "Cijfers")
    assert "Gezinnen: 5." in told
    assert "Avondrituelen in maart: 5." in told
    await town.passes(timedelta(days=31))
    assert "Avondrituelen in april: minder dan 5." in await _looks(petra, "Cijfers")


def _evenings(town: Town, who: Somebody, many: int) -> None:
    """So many evenings of this month, in all."""
    now, own = town.clock.now(), who.known.id
    for number in range(many):
        given: dict[str, Any] = {"key": f"aaaa.{number}", "kind": "reflection", "fields": {"what": Field(WORDS)}}
        town.do(
            lambda connection, given=given: records.keep(
                connection, town.service.vault, person_id=own, child_id=None, today=now.date(), now=now, **given
            ),
        )


# --- what does not arrive ---------------------------------------------------------------------------------------------


async def test_what_does_not_arrive(town: Town, petra: Somebody, ingrid: Somebody, fatima: Somebody) -> None:
    assert await _looks(petra, "Komt alles aan?") == (
        "Alles komt aan. Er is nu geen chat dicht, en er is deze week geen bericht geweigerd."
    )
    own = fatima.known.id
    town.do(lambda connection: people.change(connection, own, blocked_at=town.clock.now()))
    told = await _looks(petra, "Komt alles aan?")
    assert "Ingrid: bij 1 ouder is de chat dicht." in told
    assert "Fatima" not in told
    await petra.taps("Terug")
    assert "Komt alles aan?" in petra.buttons


# --- nothing of a parent ----------------------------------------------------------------------------------------------


async def test_a_coordinator_sees_nothing_that_a_parent_keeps_or_is(
    town: Town, petra: Somebody, ingrid: Somebody, fatima: Somebody
) -> None:
    await fatima.says(WORDS)
    await fatima.taps("Bewaar als notitie")
    await fatima.says("/bewaard")
    await fatima.taps(fatima.buttons[0], "Deel met Ingrid", "Ja, deel het")
    (note,) = fatima.kept("note")
    family_id = fatima.known.family_id
    assert family_id
    told = ""
    for label in ("Mentoren", "Open uitnodigingen", "Cijfers", "Komt alles aan?"):
        told += await _looks(petra, label) + "".join(petra.buttons)
    for word in (WORDS, "Fatima", "Yassin", "notitie"):
        assert word not in told
    before = refusals(town)
    doors = (
        f"f:c:{family_id}:l0",
        f"f:o:{family_id}:0",
        f"f:s:{family_id}:family_shared",
        f"f:v:{family_id}:{note.id}:0",
        "f:l:0",
        "f:t:0",
        "s:families",
        "s:today",
        "g:find_family",
        f"e:o:{note.id}:s:0",
    )
    for number, door in enumerate(doors):
        heard = await petra.forges(door, petra.last)
        assert not {"Fatima", "Yassin"} & set(heard.replace(".", " ").split())
        assert WORDS not in heard
        assert refusals(town) == before + number + 1, door
    own = petra.known.id
    assert town.do(lambda connection: families.guided(connection, own, family_id)) is None


async def test_own_office_hours(petra: Somebody) -> None:
    assert "Dit zijn je werktijden" in await _looks(petra, "Mijn werktijden")
