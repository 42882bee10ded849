"""What is typed beside all questions and needs no deciding: a greeting, thanks, a loose yes, a command by its word."""

from __future__ import annotations

import pytest

from tests.service.story import Somebody, parent
from tests.service.town import Town

WELL_DONE = "Graag gedaan"


@pytest.mark.parametrize("said", ["Hoi", "goeiemorgen!", "Dag", "Hallo Draaglicht", "👋🏽", "HALLO..."])
async def test_a_greeting_is_greeted_and_brings_the_menu(fatima: Somebody, said: str) -> None:
    await fatima.says("/menu")
    menu = fatima.buttons

    assert "Fijn dat je er bent" in await fatima.says(said)
    assert fatima.buttons == menu
    assert fatima.kept() == []


@pytest.mark.parametrize("said", ["dank je wel", "Merci!", "❤️", "🙏🏾", "🙏🙏🙏", "bedankt hoor 🙏"])
async def test_thanks_are_taken_without_a_question(fatima: Somebody, said: str) -> None:
    assert await fatima.says(said) == f"{WELL_DONE}."
    assert fatima.buttons == []


async def test_who_asks_what_this_is_hears_it(fatima: Somebody) -> None:
    heard = await fatima.says("Ben je een robot?")
    assert "een computer" in heard
    assert "Vanavond" in fatima.buttons


async def test_a_loose_yes_hears_that_nothing_was_asked(fatima: Somebody) -> None:
    heard = await fatima.says("ja")
    assert "geen vraag open" in heard
    assert "/menu" in heard
    assert "/menu" in await fatima.says("Oké")
    assert await fatima.says("slaapwel") == "Tot later."


async def test_a_greeting_brings_a_question_that_waits(fatima: Somebody) -> None:
    await fatima.says("/menu")
    await fatima.taps("Vanavond", "De avondvraag", "Ik heb het gevraagd")
    waiting = fatima.buttons

    assert "Fijn dat je er bent" in await fatima.says("hoi")
    assert fatima.buttons == waiting


async def test_nobody_is_asked_again_for_being_polite(fatima: Somebody) -> None:
    await fatima.says("/menu")
    await fatima.taps("Vanavond", "De avondvraag", "Ik heb het gevraagd")
    question = fatima.last

    assert await fatima.says("dank je") == f"{WELL_DONE}."
    assert await fatima.says("tot morgen") == "Tot later."
    assert await fatima.says("top!") == "Goed. Kies de knop die past."
    assert await fatima.says("misschien") == "Kies de knop die past."
    await fatima.does(lambda phone: phone.taps("Over geld", question))
    assert "Dit zei ik" in fatima.buttons


async def test_the_same_words_are_an_answer_where_words_are_asked(fatima: Somebody) -> None:
    await fatima.says("/menu")
    await fatima.taps("Vanavond", "De avondvraag", "Ik heb het gevraagd", "Over geld", "Dit zei ik")
    assert WELL_DONE not in await fatima.says("dank je wel")
    assert fatima.kept("reflection")[0].value("what") == "dank je wel"


@pytest.mark.parametrize("said", ["hoi, het was een zware dag", "dank je, maar hij slaapt niet", "ja ze zei het weer"])
async def test_whoever_says_more_is_asked_what_to_do_with_it(fatima: Somebody, said: str) -> None:
    await fatima.says(said)
    assert "Bewaar als notitie" in fatima.buttons


async def test_what_was_forwarded_is_somebody_elses(fatima: Somebody) -> None:
    await fatima.does(lambda phone: phone.forwards("dank je wel", "Oma Riet"))
    assert "Bewaar als notitie" in fatima.buttons


async def test_in_the_ten_seconds_of_breath_small_words_change_nothing(fatima: Somebody) -> None:
    await fatima.says("/nu")
    assert await fatima.says("oké") == ""
    assert await fatima.says("hoi") == ""
    assert await fatima.waits(seconds=10)
    assert "Van mij" in fatima.buttons


# --- a command by its word --------------------------------------------------------------------------------------------


async def test_a_command_needs_no_stroke(fatima: Somebody) -> None:
    await fatima.says("/menu")
    menu = fatima.buttons
    await fatima.says("Menu")
    assert fatima.buttons == menu
    assert "Ik wacht tien tellen" in await fatima.says("nu")
    assert "gestopt" in (await fatima.says("stop")).lower()


async def test_a_command_is_no_button_that_begins_with_its_word(town: Town, ingrid: Somebody) -> None:
    joris = parent(town, "joris", guide=ingrid, children=[])
    await joris.says("/menu")
    await joris.taps("Vanavond", "De avondvraag")
    assert "Nu niet" in joris.buttons
    assert "Ik wacht tien tellen" in await joris.says("nu")


@pytest.mark.parametrize(
    ("word", "heard"),
    [("stop", "Gestopt"), ("Terug!", "Zeg bijvoorbeeld"), ("nu", "tien tellen"), ("menu", "Waar heb je nu")],
)
async def test_some_words_are_commands_also_where_words_are_asked(fatima: Somebody, word: str, heard: str) -> None:
    await fatima.says("/menu")
    await fatima.taps("Vanavond", "De avondvraag", "Ik heb het gevraagd", "Over geld", "Dit zei ik")
    assert heard in await fatima.says(word)
    assert all(one.value("what") is None for one in fatima.kept("reflection"))


async def test_the_word_of_a_flow_belongs_to_what_runs(fatima: Somebody) -> None:
    await fatima.says("/nu")
    await fatima.waits(seconds=10)
    await fatima.says("samen")
    assert "Andere zin" in fatima.buttons


async def test_a_stop_keeps_what_was_not_decided_on(fatima: Somebody) -> None:
    await fatima.says("ik ben zo moe van elke avond hetzelfde gevecht")
    heard = await fatima.says("stop")
    assert "Wat je schreef, staat bij je notities" in heard
    assert heard.endswith("Tot later.")
    assert [one.value("text") for one in fatima.kept("note")] == ["ik ben zo moe van elke avond hetzelfde gevecht"]


async def test_a_stop_says_nothing_of_later_when_something_else_goes_on(fatima: Somebody) -> None:
    await fatima.says("/menu")
    await fatima.taps("Vanavond", "De avondvraag", "Ik heb het gevraagd")
    waiting = fatima.buttons
    await fatima.says("ze wilde niets zeggen en liep boos naar boven")
    heard = await fatima.says("/stop")
    assert "Tot later" not in heard
    assert fatima.buttons == waiting


async def test_a_word_that_is_for_others_is_a_note_like_any(fatima: Somebody, ingrid: Somebody) -> None:
    await fatima.says("gezinnen")
    assert "Bewaar als notitie" in fatima.buttons
    assert "Fatima" in await ingrid.says("Gezinnen")


async def test_thanks_to_a_mentor_go_to_the_mentor(fatima: Somebody, ingrid: Somebody) -> None:
    assert await ingrid.says("Bedankt!") == f"{WELL_DONE}."
    assert await ingrid.says("wat kun je") != ""


async def test_what_runs_is_not_offered_once_more(fatima: Somebody) -> None:
    await fatima.says("hij zorgt weer voor mij, ik heb nu een zin nodig")
    assert "Nu even" in fatima.buttons
    await fatima.taps("Gooi weg")
    await fatima.says("/nu")
    await fatima.waits(seconds=10)
    await fatima.says("hij zorgt weer voor mij, ik heb nu een zin nodig")
    assert "Bewaar als notitie" in fatima.buttons
    assert "Nu even" not in fatima.buttons
