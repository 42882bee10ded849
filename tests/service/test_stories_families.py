"""A mentor's families: who asks for attention and why, the card, looking by name, and today."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, insert

from bot.care import alerts, families, letters, people
from bot.store import tables
from tests.service.story import Somebody, mentor, parent, refusals
from tests.service.town import Town
from tests.support.caseload import fill

WORDS = "Ze vroeg of ik wel genoeg geld had."
HOME = ZoneInfo("Europe/Amsterdam")


@pytest.fixture
def fatima(town: Town, ingrid: Somebody) -> Somebody:
    return parent(town, "fatima", guide=ingrid, evening="", children=[("Yassin", 7), ("Aya", 3)])


def _writes(town: Town, writer: Somebody, reader: Somebody) -> None:
    vault, now, ends = town.service.vault, town.clock.now(), (writer.known.id, reader.known.id)
    town.do(lambda connection: letters.write(connection, vault, *ends, WORDS, now))


def _meets(town: Town, who: Somebody, guide: Somebody, local: str, status: str = "agreed") -> None:
    now, starts_at = town.clock.now(), datetime.fromisoformat(local).replace(tzinfo=HOME)
    row = {
        "id": int(starts_at.timestamp()),
        "family_id": who.known.family_id,
        "mentor_id": guide.known.id,
        "kind": "talk",
        "starts_at": starts_at,
        "minutes": 60,
        "zone": HOME.key,
        "status": status,
        "asked_by": guide.known.id,
        "created_at": now,
        "changed_at": now,
        "details_sealed": town.service.vault.seal_json("appointments.details", int(starts_at.timestamp()), {}),
    }
    town.do(lambda connection: connection.execute(insert(tables.appointments).values(row)))


def _messages(who: Somebody) -> int:
    return len(who.phone.messages)


async def _card(who: Somebody, name: str = "Fatima") -> str:
    await who.says("/gezinnen")
    await who.taps(next(label for label in who.buttons if name in label))
    return who.last.text


# --- the list ---------------------------------------------------------------------------------------------------------


async def test_the_list_says_why_and_who_comes_first(town: Town, fatima: Somebody, ingrid: Somebody) -> None:
    joris = parent(town, "joris", guide=ingrid, evening="", children=[("Lotte", 11)])
    marleen = parent(town, "marleen", guide=ingrid, evening="", children=[])
    parent(town, "annelies", guide=ingrid, evening="")
    _writes(town, fatima, ingrid)
    _meets(town, joris, ingrid, "2027-03-01T16:00")
    asked = marleen.known.id
    town.do(lambda connection: alerts.make(connection, asked, town.clock.now()))

    await ingrid.says("/gezinnen")
    told = ingrid.last.text
    assert "3 van de 4 gezinnen vragen nu aandacht. Die staan bovenaan." in told
    assert "Marleen. Vraagt om hulp." in told
    assert "Fatima met Yassin en Aya. Er ligt een bericht van vandaag." in told
    assert "Joris met Lotte. Vandaag om 16.00 uur een afspraak." in told
    assert "Annelies met Noor." in told
    assert WORDS not in told
    assert ingrid.buttons[:4] == ["Marleen", "Fatima", "Joris", "Annelies"]

    _writes(town, ingrid, fatima)
    await ingrid.says("/gezinnen")
    assert "Er ligt een bericht" not in ingrid.last.text
    assert ingrid.buttons[1] == "Joris"


async def test_a_call_for_help_that_runs_is_never_only_counted(town: Town, fatima: Somebody, ingrid: Somebody) -> None:
    own, taker = fatima.known.id, ingrid.known.id

    def work(connection: Connection) -> None:
        alert = alerts.make(connection, own, town.clock.now())
        alerts.call(connection, alert.id, taker, town.clock.now())
        alerts.take_up(connection, alert.id, taker, town.clock.now())

    town.do(work)
    _writes(town, fatima, ingrid)
    _meets(town, fatima, ingrid, "2027-03-01T16:00")
    await ingrid.says("/gezinnen")
    told = ingrid.last.text
    assert "Er ligt een bericht van vandaag. Vroeg vandaag om hulp." in told
    assert "En nog 1 ding" in told


async def test_who_is_not_there_and_who_gives_no_sign(town: Town, fatima: Somebody, ingrid: Somebody) -> None:
    joris = parent(town, "joris", guide=ingrid, evening="")
    await fatima.says("/menu")
    await joris.says("/menu")
    await town.passes(timedelta(days=22))
    closed = joris.known.id
    town.do(lambda connection: people.change(connection, closed, blocked_at=town.clock.now()))
    await ingrid.says("/gezinnen")
    assert "Joris met Noor. Is hier niet te bereiken. Bel eens." in ingrid.last.text
    assert "Al 3 weken geen teken." in ingrid.last.text
    assert "Laatste teken: 3 weken geleden." in await _card(ingrid)
    await fatima.says("/menu")
    assert "Laatste teken: deze week." in await _card(ingrid)


async def test_sixty_families_a_page_at_a_time_in_one_message(town: Town, ingrid: Somebody) -> None:
    own, now, vault = ingrid.known.id, town.clock.now(), town.service.vault
    town.do(lambda connection: fill(connection, vault, own, 60, 300, now))
    await ingrid.says("/gezinnen")
    before, seen = _messages(ingrid), set()
    for _ in range(7):
        seen |= {ingrid.token(label) for label in ingrid.buttons if " en " in label}
        assert len(ingrid.last.text) < 4096
        await ingrid.taps("Meer ›")
    seen |= {ingrid.token(label) for label in ingrid.buttons if " en " in label}
    assert len({token.split(":")[2] for token in seen}) == 60
    assert "Meer ›" not in ingrid.buttons
    await ingrid.taps(ingrid.buttons[0])
    assert "Laatste teken" in ingrid.last.text
    await ingrid.taps("Terug")
    assert "‹ Vorige" in ingrid.buttons
    assert "Meer ›" not in ingrid.buttons
    assert _messages(ingrid) == before


# --- the card ---------------------------------------------------------------------------------------------------------


async def test_the_card_at_a_glance(town: Town, fatima: Somebody, ingrid: Somebody) -> None:
    assert await _card(ingrid) == (
        "Fatima met Yassin (7) en Aya (3)\n"
        "Fase 1, kennismaken.\n\n"
        "Er staat geen afspraak.\n"
        "Er loopt geen voornemen dat je kent.\n"
        "Er is nu niets met jou gedeeld.\n"
        "Laatste teken: nog geen."
    )
    _meets(town, fatima, ingrid, "2027-03-02T14:30")
    _writes(town, fatima, ingrid)
    await fatima.says(WORDS)
    await fatima.taps("Bewaar als notitie")
    await fatima.says("/bewaard")
    await fatima.taps(fatima.buttons[0], "Deel met Ingrid", "Ja, deel het")
    assert await _card(ingrid) == (
        "Fatima met Yassin (7) en Aya (3)\n"
        "Fase 1, kennismaken.\n\n"
        "Er ligt een bericht van vandaag.\n\n"
        "Volgende afspraak: morgen om 14.30 uur.\n"
        "Er loopt geen voornemen dat je kent.\n"
        "Gedeeld met jou: 1, nieuw.\n"
        "Laatste teken: deze week."
    )
    assert {"Wat gedeeld is", "Begeleiding", "Meer", "Terug"} <= set(ingrid.buttons)


async def test_every_screen_of_a_family_is_one_tap_away_and_back(
    town: Town, fatima: Somebody, ingrid: Somebody
) -> None:
    card, before = await _card(ingrid), _messages(ingrid)
    for label in ("Wat gedeeld is", "Begeleiding", "Meer"):
        await ingrid.taps(label)
        assert ingrid.last.text != card
        assert ingrid.last.text.startswith("Fatima met Yassin (7) en Aya (3)")
        await ingrid.taps("Terug")
        assert ingrid.last.text == card
    await ingrid.taps("Terug")
    assert "Dit zijn je gezinnen." in ingrid.last.text
    assert _messages(ingrid) == before


async def test_what_is_not_shared_leaves_no_trace_on_the_card(town: Town, fatima: Somebody, ingrid: Somebody) -> None:
    await fatima.says("/menu")
    before = await _card(ingrid)
    await fatima.says(WORDS)
    await fatima.taps("Bewaar als notitie")
    await fatima.says("/zinnen")
    await fatima.says("/stop")
    assert await _card(ingrid) == before


async def test_a_card_of_somebody_else_s_family_isrefusals(town: Town, fatima: Somebody, ingrid: Somebody) -> None:
    samir = mentor(town, "samir")
    await _card(ingrid)
    await samir.says("/menu")
    family_id, samir_id = fatima.known.family_id, samir.known.id
    assert family_id
    for number, token in enumerate((f"f:c:{family_id}:l0", f"f:s:{family_id}:family_more", f"f:s:{family_id}:family")):
        assert "Fatima" not in await samir.forges(token)
        assert refusals(town) == number + 1
    town.do(lambda connection: families.hand_over(connection, family_id, samir_id))
    assert "Fatima" not in await ingrid.taps("Meer")
    assert "Fatima met Yassin" in await _card(samir)


# --- looking by name --------------------------------------------------------------------------------------------------


async def test_a_few_letters_of_a_parent_or_a_child(town: Town, fatima: Somebody, ingrid: Somebody) -> None:
    parent(town, "joris", guide=ingrid, evening="", children=[("Fien", 5)])
    parent(town, "shanice", guide=mentor(town, "samir"), evening="", children=[("Fay", 5)])
    await ingrid.says("/gezinnen")
    await ingrid.taps("Zoek een gezin")
    assert "Fatima met Yassin (7) en Aya (3)" in await ingrid.says("YAS")
    assert ingrid.buttons[-1] == "Terug"

    await ingrid.says("/zoek")
    found = await ingrid.says("f")
    assert "Deze 2 gezinnen vond ik." in found
    assert [label for label in ingrid.buttons if label in ("Fatima", "Joris", "Shanice")] == ["Fatima", "Joris"]
    await ingrid.taps("Joris")
    assert "Joris met Fien (5)" in ingrid.last.text

    await ingrid.says("/zoek")
    assert "Ik vond niemand met “shan”" in await ingrid.says("shan")
    assert "Fatima met Yassin" in await ingrid.says("fat")
    await ingrid.says("/zoek")
    await ingrid.says("shan")
    await ingrid.taps("Toch niet")
    assert "/gezinnen" in ingrid.last.text


async def test_more_than_a_page_is_found(town: Town, ingrid: Somebody) -> None:
    own, now, vault = ingrid.known.id, town.clock.now(), town.service.vault
    town.do(lambda connection: fill(connection, vault, own, 20, 20, now))
    await ingrid.says("/zoek")
    assert "Dit zijn de eerste 8. Typ een paar letters meer" in await ingrid.says("a")


# --- today ------------------------------------------------------------------------------------------------------------


async def test_today(town: Town, fatima: Somebody, ingrid: Somebody) -> None:
    await ingrid.says("/vandaag")
    assert ingrid.last.text == (
        "Vandaag, maandag 1 maart.\n\nEr staat vandaag geen afspraak.\n\nVerder vraagt niets nu aandacht."
    )
    joris = parent(town, "joris", guide=ingrid, evening="", children=[])
    marleen = parent(town, "marleen", guide=ingrid, evening="", children=[])
    _meets(town, joris, ingrid, "2027-03-01T16:00", "proposed")
    _meets(town, fatima, ingrid, "2027-03-01T09:30", "agreed")
    _meets(town, marleen, ingrid, "2027-03-05T09:30", "agreed")
    _writes(town, fatima, ingrid)
    await ingrid.says("/menu")
    await ingrid.taps("Vandaag")
    told = ingrid.last.text
    assert "9.30 uur: Fatima\n16.00 uur: Joris, nog niet zeker" in told
    assert "Er ligt een bericht van vandaag. Ging de afspraak van vandaag door?" in told
    assert "Marleen" not in told
    assert ingrid.buttons[:2] == ["Fatima", "Joris"]
    before = _messages(ingrid)
    await ingrid.taps("Joris")
    assert "Volgende afspraak: vandaag om 16.00 uur, nog niet zeker." in ingrid.last.text
    await ingrid.taps("Terug")
    assert ingrid.last.text == told
    assert _messages(ingrid) == before
