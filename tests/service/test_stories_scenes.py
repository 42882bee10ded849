"""Scenes, situations and houses, as a parent lives with them: told, asked once more, looked back on, shared, drawn."""

from __future__ import annotations

import pytest

from tests.service.story import Somebody, parent
from tests.service.town import Town

GENERAL = "Ze luistert nooit als we weg moeten."
ONE_TIME = "Vanochtend riep ik vier keer & toen gooide ze <b>haar jas</b> neer."


@pytest.fixture
def fatima(town: Town, ingrid: Somebody) -> Somebody:
    return parent(town, guide=ingrid, children=(("Noor", 6), ("Sam", 13)), evening="")


async def test_a_scene_is_asked_into_once_then_kept_looked_back_on_shared_and_thought_through(
    fatima: Somebody, ingrid: Somebody
) -> None:
    await fatima.says("/scene")
    await fatima.taps("Noor", "Ik werd boos")
    assert "één keer" in await fatima.says(GENERAL)
    assert "deed Noor" in await fatima.says(ONE_TIME)
    await fatima.says("Ze bleef bij de deur staan.")
    await fatima.taps("Zo is het genoeg")
    (scene,) = fatima.kept("scene")
    assert [scene.said(name) for name in ("kind", "happened", "once", "child_did", "i_did")] == [
        "Ik werd boos",
        GENERAL,
        ONE_TIME,
        "Ze bleef bij de deur staan.",
        "",
    ]

    await fatima.taps("Maak het een ijkpunt")
    assert fatima.kept("scene")[0].value("yardstick") == "marked"
    assert "Geen ijkpunt meer" in fatima.buttons
    await fatima.taps("Klaar")

    await fatima.waits(days=60)
    fatima.skims()
    await fatima.says("/scenes")
    assert ONE_TIME in await fatima.taps("Noor", "Alleen ijkpunten", "◆ Ze luistert nooit als we weg moeten.")
    await fatima.taps("Hoe is dat nu?")
    await fatima.says("Nu lopen we samen naar buiten.")
    assert fatima.kept("scene")[0].said("looking_back") == "Nu lopen we samen naar buiten."
    await fatima.taps("Delen of bij afspraak", "Deel met Ingrid", "Ja, deel het")
    await ingrid.says("/gezinnen")
    await ingrid.taps(next(label for label in ingrid.buttons if "Fatima" in label), "Wat gedeeld is")
    await ingrid.taps(next(label for label in ingrid.buttons if "moment" in label))
    assert ONE_TIME in ingrid.last.text

    await fatima.says("/situaties")
    await fatima.taps("Noor", "Een eigen moment")
    assert GENERAL in await fatima.taps("Ze luistert nooit als we weg moeten.")
    await fatima.says("Ik hurk eerst bij haar neer.")
    await fatima.taps("Misschien", "Sla over", "Dit is genoeg", "Klaar")
    (answer,) = fatima.kept("situation_answer")
    assert (answer.value("set"), answer.said("situation"), answer.said("do")) == (
        "own",
        GENERAL,
        "Ik hurk eerst bij haar neer.",
    )
    assert answer.child_id == scene.child_id


async def test_two_questions_more_and_then_it_is_accepted(fatima: Somebody) -> None:
    await fatima.says("/scene")
    await fatima.taps("Sam", "Bezorgd")
    await fatima.says("altijd bang")
    await fatima.says("gewoon vaak")
    assert "deed Sam" in await fatima.says("meestal dus")
    await fatima.taps("Zo is het genoeg", "Klaar")
    (scene,) = fatima.kept("scene")
    assert [scene.said(name) for name in ("happened", "once", "closer")] == [
        "altijd bang",
        "gewoon vaak",
        "meestal dus",
    ]


async def test_nothing_is_kept_of_who_skips_it_all(fatima: Somebody) -> None:
    await fatima.says("/scene")
    await fatima.taps("Noor", "Blij", "Sla over", "Zo is het genoeg")
    assert fatima.kept("scene") == []


async def test_houses_with_the_child_become_a_picture_with_the_same_in_words(fatima: Somebody) -> None:
    await fatima.says("/huizen")
    await fatima.taps("Noor", "Drie huizen", "Ik alleen", "De zorgen")
    await fatima.says("Dit is van mij alleen.")
    await fatima.taps("Klaar")

    await fatima.says("/huizen")
    await fatima.taps("Noor", "Drie huizen", "Samen met Noor", "Wat niet fijn is")
    await fatima.says("Als jullie schreeuwen & <b>boos</b> zijn.\nDonker in de gang.")
    await fatima.taps("Wat fijn is")
    await fatima.says("Pannenkoeken op zaterdag.")
    await fatima.taps("Laat het zien")
    picture = next(one for one in reversed(fatima.phone.from_bot) if "photo" in one.body)
    words = picture.body["caption"]
    for inside in ("Als jullie schreeuwen & <b>boos</b> zijn.", "Donker in de gang.", "Pannenkoeken op zaterdag."):
        assert inside in words
    assert "Dit is van mij alleen." not in words
    assert {note.value("whose") for note in fatima.kept("house_note")} == {"parent", "child"}
