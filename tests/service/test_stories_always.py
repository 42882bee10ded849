"""In the moment, and what always works: commands, one's own data, leaving, old buttons, and whatever just comes in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.app import Service
from bot.care.people import Role
from bot.simulator import SimulatorServer
from bot.simulator.phone import Phone
from tests.service.story import (
    Somebody,
    file_of,
    mentor,
    own_ids,
    parent,
    somebody,
    telling,
    traces,
    went_well,
    words_left,
)
from tests.service.town import Town, shared_content

THREE = [("Noor", 6), ("Milo", 14), ("Fien", 9)]


# --- in the moment ----------------------------------------------------------------------------------------------------


async def _to_the_sentence(who: Somebody) -> int:
    """Taps on from `/nu`, the wish for it included, until there is a sentence to say; returns how often."""
    taps = 1
    for _ in range(5):
        await who.waits(seconds=10)
        label = next((one for one in ("Van mij", "Noor") if one in who.buttons), None)
        if label:
            await who.taps(label)
            taps += 1
    assert "Andere zin" in who.buttons, who.phone.screen
    return taps


@pytest.mark.parametrize("children", [THREE[:1], THREE])
async def test_the_sentence_is_at_most_four_taps_away(town: Town, children: list[tuple[str, int]]) -> None:
    fatima = parent(town, children=children)
    before = len(fatima.phone.messages)
    await fatima.says("/nu")

    assert await _to_the_sentence(fatima) <= 4
    assert len(fatima.phone.messages) - before - len(fatima.phone.from_bot) <= 1
    await fatima.taps("Gezegd", "Ja")
    assert [one.value("owner") for one in fatima.kept("moment")] == ["parent"]


async def test_the_breath_takes_ten_seconds(fatima: Somebody) -> None:
    assert "Ik wacht tien tellen" in await fatima.says("/nu")

    assert await fatima.waits(seconds=9) == ""
    assert await fatima.waits(seconds=1)
    assert "Van mij" in fatima.buttons


async def test_from_the_menu(fatima: Somebody) -> None:
    await fatima.says("/menu")
    await fatima.taps("Nu", "Nu even")
    assert await _to_the_sentence(fatima) <= 4
    assert "Laat" in await fatima.taps("Gezegd", "Bewaar niets")
    assert fatima.kept("moment") == []


async def test_from_the_middle_of_the_ritual_and_back_to_the_very_question(fatima: Somebody) -> None:
    await fatima.says("/menu")
    await fatima.taps("Vanavond", "De avondvraag", "Ik heb het gevraagd", "Over geld")
    waiting, question = fatima.buttons, fatima.last.text
    assert "Dit zei ik" in waiting

    await fatima.says("/nu")
    assert await _to_the_sentence(fatima) <= 4
    await fatima.taps("Gezegd")
    heard = await fatima.taps("Ja")

    assert fatima.buttons == waiting
    assert question.rsplit("“", 1)[1] in heard
    await fatima.taps("Dit zei ik")
    await fatima.says("de huur")
    assert fatima.kept("reflection")[0].value("what") == "de huur"
    assert len(fatima.kept("moment")) == 1


async def test_while_coming_in_before_there_is_a_child(town: Town, ingrid: Somebody) -> None:
    gul = somebody(town, "gul")
    await gul.says(f"/start {town.invite(Role.PARENT, 'Gül', ingrid.known.id)}")
    await gul.taps("Ja, dat is goed")

    await gul.says("/nu")
    await gul.waits(seconds=10)
    assert "Zeg tegen je kind" in gul.last.text
    assert "Hoe heet je kind?" in await gul.taps("Dank je")
    await gul.says("Deniz")
    await gul.says("4")
    await gul.taps("Hij", "Mama")

    await gul.says("/nu")
    assert await _to_the_sentence(gul) <= 4
    assert "Is er nog een kind?" in await gul.taps("Gezegd", "Bewaar niets")


async def test_the_way_out_when_it_is_not_safe(fatima: Somebody, ingrid: Somebody) -> None:
    await fatima.says("/nu")
    await fatima.waits(seconds=10)
    heard = await fatima.taps("Het is niet veilig")
    assert "112" in heard
    assert "Veilig zijn gaat nu voor" in heard
    assert "Laat dan de lijn open" in await fatima.taps("Iemand doet ons pijn")
    assert await ingrid.reads() == ""

    assert "“Fatima vraagt om hulp. Neem alsjeblieft contact op.”" in await fatima.taps("Vertel het Ingrid")
    assert await ingrid.reads() == ""
    assert "Wacht er niet op" in await fatima.taps("Ja, stuur dit")
    assert "Fatima vraagt om hulp" in await ingrid.reads()
    assert "Gelukkig" in await fatima.taps("Goed", "Het is nu veilig")


# --- commands ---------------------------------------------------------------------------------------------------------


async def test_stop_back_and_on(fatima: Somebody) -> None:
    assert "Er loopt nu niets" in await fatima.says("/stop")
    assert "Er staat niets open" in await fatima.says("/verder")
    assert "Er staat niets open" in await fatima.says("/terug")
    await fatima.says("/menu")
    await fatima.taps("Vanavond", "De avondvraag")
    first = fatima.buttons
    heard = await fatima.says("/terug")
    assert "Dit is het begin" in heard
    assert fatima.buttons == first
    await fatima.taps("Ik heb het gevraagd", "Over geld")
    await fatima.says("/terug")
    assert "Over geld" in fatima.buttons
    assert fatima.kept() == []
    await fatima.says("/menu")
    assert "Over geld" not in fatima.buttons
    await fatima.says("/verder")
    assert "Over geld" in fatima.buttons
    assert "Gestopt" in await fatima.says("/stop")
    assert "Er staat niets open" in await fatima.says("/verder")
    assert "Waar heb je nu iets aan" in await fatima.says("/ditbestaatniet")
    assert "Waar heb je nu iets aan" in await fatima.says("/start")
    assert "Waar heb je nu iets aan" in await fatima.says("/menu@draaglicht_bot")


async def test_everything_that_is_kept_comes_as_a_file(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    await fatima.says("/menu")
    await fatima.taps("Vanavond", "De avondvraag", "Ik heb het gevraagd", "Over geld", "Ik zei het anders")
    await fatima.says("Ik regel dat & jij <b>niet</b>")
    await fatima.taps("Sla over", "8", "6")
    await fatima.says("Ze lachte vandaag.")
    await fatima.taps("Bewaar als notitie")
    await fatima.says("Kunnen we bellen?")
    await fatima.taps("Stuur naar Ingrid")
    await ingrid.reads()
    await ingrid.says("Morgen om tien uur.", ingrid.last)
    await fatima.says("/instellingen")
    await fatima.taps("Kinderen", "Pas iets aan", "Haal uit de lijst", "Ja, haal weg")
    await fatima.says("/mijngegevens")
    await fatima.taps("Stuur het als bestand")

    message = next(one for one in fatima.phone.from_bot if "document" in one.body)
    assert message.body["document"]["file_name"] == "mijn-draaglicht.zip"
    told = file_of(town, message)
    assert (told["naam"], told["mentor"], told["instellingen"]["regio"]) == ("Fatima", "Ingrid", "nl")
    assert told["kinderen"] == [
        {"naam": "Noor", "leeftijd": 6, "noemt_jou": "mama", "aangesproken_met": "zij", "in_de_lijst": False}
    ]
    assert told["bewaard"][0]["kind"] == "Noor"
    assert told["bewaard"][0]["antwoorden"]["answered"]["waarde"] == "Ik regel dat & jij <b>niet</b>"
    evening = next(one for one in told["herinneringen"] if one["soort"] == "evening")
    assert (evening["tijd"], evening["dagen"], evening["komt"][:10]) == ("19:30", "1234567", "2027-03-01")
    assert [one["tekst"] for one in told["berichten"]] == ["Kunnen we bellen?", "Morgen om tien uur."]
    assert "Ze lachte vandaag." in str(told["bewaard"])
    assert told["toestemming"][0]["waarvoor"] == "use"


async def test_erasing_leaves_nothing_and_the_person_a_stranger(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    family_id = fatima.known.family_id
    assert family_id
    ids = {*own_ids(fatima), family_id}
    await fatima.says("/instellingen")
    await fatima.taps("Kinderen", "Nodig de andere ouder uit", "Maak de link", "Ik stuur het later")
    await fatima.says("Kunnen we bellen?")
    await fatima.taps("Stuur naar Ingrid")
    await ingrid.reads()
    await ingrid.says("Ja.", ingrid.last)
    await fatima.until("2027-03-01T19:30")
    await fatima.taps("Straks", "Een uur")
    await fatima.says("/instellingen")
    await fatima.taps("De avondvraag", "De tijd")
    await fatima.says("/menu")
    await fatima.taps("Vanavond", "De avondvraag", "Ik heb het gevraagd", "Over geld", "Dit zei ik")
    await fatima.says("de huur")

    await fatima.says("/verwijder")
    await fatima.taps("Ik wil alles wissen", "Stuur eerst mijn bestand")
    heard = await fatima.taps("Ja, wis alles")

    assert "Alles is weg" in heard
    assert "nog bezig" not in heard
    assert any("document" in one.body for one in fatima.phone.from_bot)
    assert words_left(town, ids) == []
    assert {one.table for one in traces(town, ids)} <= {"inbox", "outbox", "paces"}
    assert await fatima.until("2027-03-08T20:00") == ""
    await town.service.step_sweep()
    assert traces(town, ids) == []
    assert "Je komt binnen met een link" in await fatima.says("/start")
    assert "Je komt binnen met een link" in await fatima.says("hallo?")
    # A reply to somebody who left goes nowhere, and is not said to be sent.
    assert "Gestuurd" not in await ingrid.says("En nu?", ingrid.phone.messages[-3])
    assert words_left(town, ids) == []


async def test_the_other_parent_stays_when_one_erases(town: Town, fatima: Somebody) -> None:
    joris = parent(town, "joris", partner=fatima)
    await joris.says("Wat een dag.")
    await joris.taps("Bewaar als notitie")
    ids = own_ids(fatima)
    await fatima.says("/verwijder")
    await fatima.taps("Ik wil alles wissen", "Ja, wis alles")

    assert words_left(town, ids) == []
    assert len(joris.kept("note")) == 1
    assert "Kinderen: Noor" in await joris.says("/instellingen")


async def test_second_thoughts_keep_everything(fatima: Somebody) -> None:
    await fatima.says("/verwijder")
    assert "Er is niets gewist" in await fatima.taps("Ik wil alles wissen", "Nee, toch niet")
    assert "Noor" in await fatima.says("/instellingen")


async def test_what_was_left_half_way_is_offered_once_the_next_day(fatima: Somebody) -> None:
    await fatima.says("/instellingen")
    await fatima.taps("Kinderen", "Zet een kind erbij")
    await fatima.says("Milo")
    assert await fatima.until("2027-03-01T19:29") == ""
    await fatima.until("2027-03-01T19:30")

    assert "Er staat nog iets open" in await fatima.until("2027-03-02T12:01")
    assert await fatima.until("2027-03-02T19:29") == ""
    for day in (2, 3, 4):
        await fatima.until(f"2027-03-0{day}T19:30")
        assert "bezig" not in await fatima.taps("Vandaag niet")
        assert await fatima.until(f"2027-03-0{day + 1}T19:29") == ""
    assert "Milo?" in await fatima.says("/verder")


async def test_what_was_about_one_moment_is_not_offered_the_next_day(fatima: Somebody) -> None:
    await fatima.says("Ik wil dood.")
    assert "Bel nu 112" in await fatima.taps("Ja")
    assert await fatima.until("2027-03-01T19:29") == ""
    await fatima.until("2027-03-01T19:30")
    assert await fatima.until("2027-03-02T19:29") == ""


# --- buttons ----------------------------------------------------------------------------------------------------------


async def test_old_double_and_foreign_buttons(town: Town, fatima: Somebody) -> None:
    joris = parent(town, "joris")
    await fatima.says("/menu")
    await fatima.taps("Vanavond", "De avondvraag")
    old, token = fatima.last, fatima.token("Ik heb het gevraagd")
    await fatima.taps("Ik heb het gevraagd")

    assert await fatima.forges(token, old) == ""
    await fatima.taps("Over geld")
    heard = await fatima.forges(token, old)
    assert "Dat was een knop van eerder" in heard
    assert "Dit zei ik" in fatima.buttons
    await joris.says("/menu")
    assert "Die knop is van eerder" in await joris.forges(fatima.token("Dit zei ik"))
    assert joris.kept() == []
    assert len(fatima.kept()) == 1


FORGED = [
    "",
    "a",
    "a:",
    "a:::",
    "a:00000000:1:_skip",
    "a:deadbeef:99999999999999999999:said",
    "g:",
    "g:coordinator_welcome",
    "g:welcome",
    "g:invite_mentor",
    "g:invite_parent",
    "g:loose_input",
    "g:../../etc/passwd",
    "s:",
    "s:menu_mentor",
    "s:menu_coordinator",
    "s:nope",
    "r:x:1",
    "x:x:1",
    "h:",
    "h:zz",
    "A" * 64,
    "é" * 200,
    "a:b:1:" + "c" * 5000,
    "\u202e<b>&",
    "null",
    "{}",
    "ꓭ\x00\x07",
]


async def test_forged_callback_data_opens_nothing(fatima: Somebody) -> None:
    for data in FORGED:
        await fatima.says("/menu")
        heard = await fatima.forges(data)
        assert "uitnodigt" not in heard, data
        assert "Hoe heet de" not in heard, data
        assert "Waar heb je nu iets aan" in await fatima.says("/menu"), data
        assert fatima.kept() == [], data
        assert fatima.known.roles is Role.PARENT, data


async def test_a_tap_while_the_service_restarts(tmp_path: Path, cache: Path) -> None:
    async with telling(tmp_path, cache) as town:
        fatima = parent(town)
        await fatima.says("/menu")
        await fatima.taps("Vanavond", "De avondvraag", "Ik heb het gevraagd")
        fatima.phone.taps("Over geld")
        await town.service.step_intake()
        fatima.phone.says("hier staat nog iets")
        async with SimulatorServer(town.emulator) as server:
            old = town.service
            settings = old.settings
            shared = shared_content(cache)
            fresh = Service(settings, clock=town.clock.now, token="1000:test", api_base=server.api_url, content=shared)
            async with fresh:
                town.service = fresh
                await fatima.reads()
                town.clock.advance(timedelta(seconds=5))
                heard = await fatima.reads()
                assert fatima.kept("reflection")[0].value("came_back") == "money"
                assert "hier staat nog iets" in fatima.phone.screen or heard
            town.service = old


# --- what just comes in -----------------------------------------------------------------------------------------------


SENT: list[tuple[str, Callable[[Phone], object], bool]] = [
    ("text", lambda phone: phone.says("Ze vroeg of ik moe was."), True),
    ("voice", lambda phone: phone.sends_voice(), True),
    ("photo", lambda phone: phone.sends_photo("haar tekening"), True),
    ("document", lambda phone: phone.sends_document("de brief"), True),
    ("video", lambda phone: phone.sends_video("zo ging het"), True),
    ("video note", lambda phone: phone.sends_video_note(), True),
    ("audio", lambda phone: phone.sends_audio(), True),
    ("forwarded", lambda phone: phone.forwards("Succes vandaag!", "Oma Riet"), True),
    ("album", lambda phone: phone.sends_album(4, "de dag"), True),
    ("sticker", lambda phone: phone.sends_sticker(), False),
    ("location", lambda phone: phone.sends_location(), False),
    ("contact", lambda phone: phone.sends_contact(), False),
    ("poll", lambda phone: phone.sends_poll("Wat eten we?", ["Soep", "Brood"]), False),
    ("dice", lambda phone: _dice(phone), False),
]
KINDS = [name for name, _, _ in SENT]


def _dice(phone: Phone) -> None:
    content: dict[str, Any] = {"dice": {"emoji": "🎲", "value": 3}}
    phone.emulator.tell_bot(phone.emulator.post(phone.chat, content, phone.persona.as_user(), from_bot=False))


@pytest.mark.parametrize(("name", "send", "keepable"), SENT, ids=KINDS)
async def test_a_loose_thing_is_asked_about_kept_and_thrown_away(
    fatima: Somebody, name: str, send: Callable[[Phone], object], keepable: bool
) -> None:
    heard = await fatima.does(send)
    if not keepable:
        assert "Typ het" in heard or "Stuur het gerust" in heard
        assert fatima.kept() == []
        return
    assert heard.count("?") == 1
    assert {"Bewaar als notitie", "Stuur naar Ingrid", "Gooi weg"} <= set(fatima.buttons)
    assert await fatima.taps("Bewaar als notitie")
    [note] = fatima.kept("note")
    assert len(note.value("pieces")) == (4 if name == "album" else 1)
    await fatima.does(send)
    await fatima.taps("Gooi weg")
    assert len(fatima.kept("note")) == 1


@pytest.mark.parametrize(("name", "send", "keepable"), SENT, ids=KINDS)
async def test_a_loose_thing_in_the_middle_of_a_question_brings_back_the_question(
    fatima: Somebody, name: str, send: Callable[[Phone], object], keepable: bool
) -> None:
    await fatima.says("/menu")
    await fatima.taps("Vanavond", "De avondvraag", "Ik heb het gevraagd")
    waiting = fatima.buttons

    await fatima.does(send)
    if keepable:
        await fatima.taps("Bewaar als notitie")

    assert fatima.buttons == waiting
    assert len(fatima.kept("note")) == keepable


@pytest.mark.parametrize(("name", "send", "keepable"), SENT[:9], ids=KINDS[:9])
async def test_to_the_mentor_and_back_and_back_again(
    town: Town, fatima: Somebody, ingrid: Somebody, name: str, send: Callable[[Phone], object], keepable: bool
) -> None:
    await fatima.does(send)
    assert await ingrid.reads() == ""
    assert "Gestuurd naar Ingrid" in await fatima.taps("Stuur naar Ingrid")
    got = await ingrid.reads()
    assert "Bericht van Fatima" in got
    assert len(fatima.kept("note")) == 1

    assert "Gestuurd naar Fatima" in await ingrid.says("Ik lees het <straks> & bel.", ingrid.last)
    assert "Antwoord van Ingrid:\n\nIk lees het <straks> & bel." in await fatima.reads()
    assert "Gestuurd naar Ingrid" in await fatima.says("Dank je.", fatima.last)
    assert "Bericht van Fatima:\n\nDank je." in await ingrid.reads()
    voice = ingrid.last
    await ingrid.does(lambda phone: phone.sends_voice(reply_to=voice))
    assert "Antwoord van Ingrid" in await fatima.reads()
    assert "voice" in fatima.last.body


async def test_a_call_for_help_in_an_answer_reaches_the_mentor_as_well(fatima: Somebody, ingrid: Somebody) -> None:
    await fatima.says("Kunnen we bellen?")
    await fatima.taps("Stuur naar Ingrid")
    await ingrid.reads()
    await ingrid.says("Hoe is het nu?", ingrid.last)
    await fatima.reads()

    heard = await fatima.says("Ik heb hulp nodig!", fatima.last)

    assert "112" in heard
    assert heard.count("Hulp dichtbij") == 1
    assert "Gestuurd naar Ingrid" in heard
    assert "Ik heb hulp nodig!" in await ingrid.reads()


async def test_a_mentor_who_writes_without_a_reply_is_told_how(ingrid: Somebody) -> None:
    heard = await ingrid.says("Hoe gaat het met Fatima?")
    assert "Antwoord op een bericht van een ouder" in heard
    assert "Nodig een ouder uit" in ingrid.buttons


async def test_an_answer_of_the_mentor_during_the_own_questions(fatima: Somebody, ingrid: Somebody) -> None:
    await fatima.says("Kunnen we bellen?")
    await fatima.taps("Stuur naar Ingrid")
    await ingrid.reads()
    letter = ingrid.last
    await ingrid.says("/menu")
    await ingrid.taps("Nodig een ouder uit")

    assert "Gestuurd naar Fatima" in await ingrid.says("Ja, morgen.", letter)
    assert "Ja, morgen." in await fatima.reads()
    await ingrid.says("Bart")
    assert ingrid.last.links


async def test_an_edited_note_is_corrected(fatima: Somebody) -> None:
    message = fatima.phone.says("Ze lachtte.")
    await fatima.reads()
    assert "aangepast" in await fatima.does(lambda phone: phone.edits(message, "Ze lachte."))
    await fatima.taps("Bewaar als notitie")
    assert "aangepast" in await fatima.does(lambda phone: phone.edits(message, "Ze lachte hard."))
    assert fatima.kept("note")[0].value("text") == "Ze lachte hard."

    thrown = fatima.phone.says("dit niet")
    await fatima.reads()
    await fatima.taps("Gooi weg")
    assert "er verandert niets" in await fatima.does(lambda phone: phone.edits(thrown, "dit ook niet"))
    assert len(fatima.kept()) == 1


async def test_an_edited_name_counts_while_it_is_still_asked_about(fatima: Somebody) -> None:
    await fatima.says("/instellingen")
    await fatima.taps("Kinderen", "Zet een kind erbij")
    name = fatima.phone.says("Mlio")
    await fatima.reads()
    assert "aangepast" in await fatima.does(lambda phone: phone.edits(name, "Milo"))
    await fatima.says("4")
    await fatima.taps("Hij", "Mama")
    assert "Noor en Milo" in await fatima.says("/instellingen")


async def test_somebody_under_way_is_not_answered_at_each_step(fatima: Somebody) -> None:
    place = fatima.phone.sends_location(50.93, 5.33)
    await fatima.reads()
    for step in range(3):
        moved = {"location": {"latitude": 50.93 + step / 1000, "longitude": 5.33}}
        fatima.town.emulator.replace(place, moved)
        fatima.town.emulator.tell_bot(place, "edited_message")
        assert await fatima.reads() == ""


LONG = "Dit is een lange dag & een <lang> verhaal. " * 95
ODD_TEXTS = [
    LONG + "x" * (4096 - len(LONG)),
    "😀" * 2048,
    "<b>&amp;_*[`](http://x.y)</b>",
    "مرحبا، كيف حالك؟",
    "a\u200b\u200d\u2060b",
    "👨‍👩‍👧‍👦",
    "\u202eomgekeerd",
    "{{ parent.name }} {% for x in y %}",
    "?",
]


@pytest.mark.parametrize("text", ODD_TEXTS, ids=range(len(ODD_TEXTS)))
async def test_any_text_is_kept_and_carried_whole(fatima: Somebody, ingrid: Somebody, text: str) -> None:
    await fatima.says(text)
    await fatima.taps("Stuur naar Ingrid")

    assert fatima.kept("note")[0].value("text") == text
    got = [one.text for one in ingrid.phone.from_bot]
    carried = "".join("".join(part.split("\n\n", 1)[1].split()) for part in got)
    assert carried.removesuffix("\u202c") == "".join(text.split())
    assert "Gestuurd naar Fatima" in await ingrid.says("Dank.", ingrid.phone.from_bot[0])

    await fatima.says("/menu")
    await fatima.taps("Vanavond", "De avondvraag", "Ik heb het gevraagd", "Over geld", "Ik zei het anders")
    await fatima.says(text)
    assert fatima.kept("reflection")[0].value("answered") == text


@pytest.mark.parametrize("caption", ["😀" * 512, "a" * 1024, "kort"])
async def test_a_long_caption_is_carried_whole(fatima: Somebody, ingrid: Somebody, caption: str) -> None:
    await fatima.does(lambda phone: phone.sends_photo(caption))
    await fatima.taps("Stuur naar Ingrid")
    await ingrid.reads()

    assert "photo" in ingrid.last.body
    assert any(caption in one.text for one in ingrid.phone.from_bot)
    for letter in ingrid.phone.from_bot:
        assert "Gestuurd naar Fatima" in await ingrid.says("Mooi.", letter)


ODD_NAMES = [
    "Jan <b>&_*[`",
    "نور الدين",
    "No\u200bor",
    "Wolfeschlegelsteinhausenbergerdorff-Vooru",
    "Zoë-Lotte d'Arc",
    "{{ name }}",
    "李小龍",
    "🙂 Noor",
]


@pytest.mark.parametrize("name", ODD_NAMES)
async def test_odd_names_go_everywhere(town: Town, ingrid: Somebody, name: str) -> None:
    joris = parent(town, "joris", guide=ingrid, children=[], name=name)
    await joris.says("/instellingen")
    await joris.taps("Kinderen", "Zet een kind erbij")
    heard = await joris.says(name)
    if len(name) > 40:
        assert "Dat past niet als naam" in heard
        await joris.says(name[:40])
    await joris.says("6")
    await joris.taps("Liever de naam", "Mama")
    await joris.says("/nu")
    await joris.waits(seconds=10)
    await joris.taps("Van mij", "Gezegd", "Ja")
    await joris.says("/menu")
    await joris.taps("Vanavond", "De avondvraag", "Ik heb het gevraagd", "Een taak", "Dit zei ik", "Sla over", "9", "2")
    await joris.says("/instellingen")
    await joris.taps("De avondvraag", "Woorden op je scherm", "Met de naam")
    await joris.says("Hallo Ingrid")
    await joris.taps("Stuur naar Ingrid")
    shown = name.replace("\u200b", "")
    assert shown in (await ingrid.reads()).replace("\u2068", "").replace("\u2069", "")
    await ingrid.says("Dag", ingrid.last)
    await joris.says("/instellingen")
    await joris.taps("Kinderen", "Pas iets aan", "De naam")
    await joris.says("Lo")
    await joris.taps("Klaar")
    assert await joris.until("2027-03-02T19:30")
    assert "Lo" in joris.last.text


# --- settings, and being out of reach ---------------------------------------------------------------------------------


async def test_each_setting_holds_at_once_and_shows(fatima: Somebody) -> None:
    shown = await fatima.says("/instellingen")
    assert "De avondvraag komt elke avond, om 19.30 uur." in shown
    assert "Kinderen: Noor. Je terugblik is op zondag." in shown
    assert "De nummers voor hulp zijn van Nederland." in shown

    await fatima.taps("De avondvraag", "De tijd", "21.00", "Ja, sommige avonden", "Vrijdag en zaterdag")
    await fatima.says("/instellingen")
    await fatima.taps("De terugblik", "Woensdag")
    await fatima.says("/instellingen")
    await fatima.taps("Waar je woont", "Vlaanderen of Brussel")
    await fatima.says("/instellingen")
    await fatima.taps("Kinderen", "Zet een kind erbij")
    await fatima.says("Milo")
    await fatima.says("9")
    await fatima.taps("Hij", "Mama")

    shown = await fatima.says("/instellingen")
    assert "De avondvraag komt op vrijdag en zaterdag, om 21.00 uur." in shown
    assert "Kinderen: Milo en Noor. Je terugblik is op woensdag." in shown
    assert "De nummers voor hulp zijn van Vlaanderen." in shown
    assert fatima.evening_at == "Fri 21:00"
    assert fatima.known.zone.key == "Europe/Brussels"
    assert "1712" in await fatima.says("/hulp")

    fatima.phone.taps("De avondvraag")
    await fatima.reads()
    assert "In het bericht staat geen naam" in fatima.phone.screen
    await fatima.says("/instellingen")
    await fatima.taps("Kinderen", "Pas iets aan", "Noor", "Hoe je kind je noemt")
    await fatima.says("mamsie")
    await fatima.taps("Nog iets aanpassen", "De leeftijd")
    await fatima.says("7")
    await fatima.taps("Nog iets aanpassen")
    assert "Noor is 7 jaar en noemt jou mamsie" in fatima.last.text
    await fatima.taps("Het klopt zo")
    await fatima.says("/instellingen")
    await fatima.taps("De avondvraag", "De avonden", "Voorlopig geen enkele")
    assert "De avondvraag rust." in await fatima.says("/instellingen")
    assert await fatima.until("2027-03-03T09:59") == ""
    assert "week" in await fatima.until("2027-03-03T10:00")


@pytest.mark.parametrize("told_by_telegram", [True, False])
async def test_a_parent_who_locks_the_chat(tmp_path: Path, cache: Path, told_by_telegram: bool) -> None:
    async with telling(tmp_path, cache) as town:
        ingrid = mentor(town)
        fatima = parent(town, guide=ingrid)
        if told_by_telegram:
            fatima.phone.blocks()
        else:
            fatima.phone.chat.blocked = True
        await ingrid.until("2027-03-03T20:00")

        told = [one.text for one in ingrid.phone.from_bot]
        assert len(told) == 1
        assert "Fatima krijgt mijn berichten nu niet" in told[0]
        assert fatima.known.blocked
        assert len(fatima.phone.from_bot) == 0

        assert "Waar heb je nu iets aan" in await fatima.does(lambda phone: phone.starts())
        assert not fatima.known.blocked
        await fatima.until("2027-03-04T19:30")
        assert fatima.buttons[0] == "Nu"
        went_well(town, refused=["blocked", "unreachable"])
        town.do(lambda connection: connection.exec_driver_sql("delete from outbox"))


async def test_an_album_in_answer_to_a_question_for_a_photo(fatima: Somebody) -> None:
    await fatima.says("/menu")
    await fatima.taps("Vanavond", "De avondvraag", "Ik heb het gevraagd", "Over geld", "Dit zei ik")
    await fatima.does(lambda phone: phone.sends_album(4))
    if "Bewaar als notitie" in fatima.buttons:
        await fatima.taps("Bewaar als notitie")

    photos = [one for one in fatima.kept() if "photo" in str(one.fields)]
    assert sum(len(one.value("pieces") or [1]) for one in photos) == 4
    assert "10" in fatima.buttons
