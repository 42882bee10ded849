"""Helping thoughts and sentences, as a parent lives with them: found, drawn, coming back, one to remember."""

from __future__ import annotations

import pytest

from tests.service.story import Somebody, parent
from tests.service.town import Town

WORRY = "Als ik heel lief ben, is er geen ruzie."
HELPING = "Ik hoef niet extra lief te doen. Gewoon ik is genoeg."
OWN = "Ik mag hulp vragen & dat is <b>oké</b>."


@pytest.fixture
def fatima(town: Town) -> Somebody:
    return parent(town, children=(("Noor", 6), ("Sam", 13)), evening="")


async def _finds(fatima: Somebody) -> None:
    """A thought of Noor's about arguments, and the one that goes beside it."""
    await fatima.says("/gedachten")
    await fatima.taps("Noor", "Van Noor", "Ruzie", WORRY, "Ik hoef niet extra lief te doen…")


def _comes(who: Somebody, flow: str) -> bool:
    return any(key.startswith(flow) for key in who.timers)


def _document(who: Somebody) -> bytes:
    """The file of the last message that carries one."""
    sent = next(one for one in reversed(who.phone.from_bot) if "document" in one.body)
    assert sent.body["document"]["file_name"] == "gedachten.pdf"
    return who.town.emulator.world.files[sent.body["document"]["file_id"]].content


async def test_a_worry_becomes_a_card_that_comes_back_helps_and_hangs_on_the_wall(fatima: Somebody) -> None:
    await _finds(fatima)
    assert [(one.value("worry"), one.value("helping"), one.said("helping")) for one in fatima.kept("thought")] == [
        ("good_stops_it", "good_stops_it_3", HELPING)
    ]

    heard = await fatima.taps("Stuur als plaatje")
    card = fatima.phone.from_bot[-2]
    assert "photo" in card.body
    assert HELPING in card.body["caption"], heard
    assert WORRY in card.body["caption"]

    assert "morgen om half acht 's ochtends" in await fatima.taps("Laat terugkomen", "Alleen morgen", "07.30")
    await fatima.taps("Klaar", "Genoeg zo")
    assert await fatima.until("2027-03-02T07:29:59") == ""
    knock = await fatima.until("2027-03-02T07:30")
    assert knock
    assert not {"Noor", "gedachte", "kind"} & set(knock.split())
    assert HELPING in await fatima.taps("Laat zien")
    assert "tegen Noor" in await fatima.taps("Dit helpt")
    (thought,) = fatima.kept("thought")
    assert thought.value("helped") == "yes"

    await fatima.says("/gedachten")
    assert HELPING in await fatima.taps("Noor", "Wat ik bewaarde")
    await fatima.taps("Alles op een poster")
    assert _document(fatima).startswith(b"%PDF")


async def test_it_comes_on_the_chosen_days_until_it_need_not_come_any_more(fatima: Somebody) -> None:
    await _finds(fatima)
    await fatima.taps("Laat terugkomen", "Ik kies zelf", "Dinsdag", "Donderdag", "Klaar", "19.00", "Klaar", "Genoeg zo")
    assert await fatima.until("2027-03-02T18:59") == ""
    assert await fatima.until("2027-03-02T19:00")
    await fatima.taps("Laat zien", "Dit helpt")
    assert await fatima.until("2027-03-04T18:59") == ""
    assert await fatima.until("2027-03-04T19:00")
    await fatima.taps("Laat zien", "Niet meer", "Hoeft niet")
    assert not _comes(fatima, "thought_back")
    (thought,) = fatima.kept("thought")
    assert thought.value("helped") == "no"


async def test_a_card_that_is_thrown_away_does_not_come(fatima: Somebody) -> None:
    await _finds(fatima)
    await fatima.taps("Laat terugkomen", "Elke dag", "12.30", "Gooi weg", "Ja, gooi het weg", "Genoeg zo")
    assert fatima.kept("thought") == []
    assert not _comes(fatima, "thought_back")
    assert await fatima.waits(days=3) == ""


async def test_what_a_parent_thinks_is_not_on_the_childs_poster(fatima: Somebody) -> None:
    await _finds(fatima)
    await fatima.taps("Klaar", "Nog een gedachte", "Van mij", "Schuld", "Mijn kind piekert door mij.")
    await fatima.taps("Ik schrijf er zelf een")
    await fatima.says(OWN)
    await fatima.taps("Alles op een poster")
    words = next(one for one in reversed(fatima.phone.from_bot) if "document" in one.body).body["caption"]
    assert "1 kaartje" in words
    assert OWN in words
    assert HELPING not in words


async def test_there_is_one_sentence_to_remember(fatima: Somebody) -> None:
    await _finds(fatima)
    await fatima.taps("Maak het mijn zin", "Klaar", "Genoeg zo")
    assert HELPING in await fatima.says("/mijnzin")
    await fatima.taps("Kies een andere", "Ik schrijf er zelf een")
    await fatima.says(OWN)
    assert [one.said("sentence") for one in fatima.kept("sentence_kept")] == [OWN]
    assert OWN in await fatima.says("/mijnzin")
    await fatima.taps("Stuur als plaatje")
    assert OWN in next(one for one in reversed(fatima.phone.from_bot) if "photo" in one.body).body["caption"]
    await fatima.says("/mijnzin")
    await fatima.taps("Haal hem weg")
    assert "nog geen zin" in await fatima.says("/mijnzin")


async def test_a_sentence_a_day_for_the_child_it_is_for(fatima: Somebody) -> None:
    await fatima.says("/zinnen")
    await fatima.taps("Sam", "Elke dag een zin", "Maandag tot en met vrijdag", "07.30", "Genoeg zo")
    assert await fatima.until("2027-03-02T07:30")
    assert "Sam" not in fatima.last.text
    first = await fatima.taps("Laat zien")
    await fatima.taps("Dit past bij mij", "Klaar")
    (saying,) = fatima.kept("saying")
    assert saying.said("sentence") in first
    assert saying.child_id

    assert await fatima.until("2027-03-03T07:30")
    assert saying.said("sentence") not in await fatima.taps("Laat zien")
    await fatima.taps("Andere dagen of stoppen", "Geen zin meer sturen")
    assert await fatima.waits(days=3) == ""

    await fatima.says("/zinnen")
    assert saying.said("sentence") in await fatima.taps("Sam", "Wat ik bewaarde")
