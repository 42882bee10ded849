"""Words that point at danger, in every place where somebody can write; the help card and what it offers."""

from __future__ import annotations

from bot.care.people import Role
from bot.conversation.danger import LULL
from tests.service.story import Somebody, coordinator, parent, somebody
from tests.service.town import Town

EXPLICIT, ELSE_EXPLICIT = "Ik wil dood.", "Mijn man slaat mij."
POSSIBLE, ELSE_POSSIBLE = "Ik kan niet meer.", "Ik zie het niet meer zitten."
CARD, ASKS_NOW, ASKS = "Hulp dichtbij", "Is er nu iemand in gevaar?", "Gaat het nu om gevaar?"


async def _at_the_words(who: Somebody) -> None:
    """In the evening's question, where what the child said may be typed."""
    await who.says("/menu")
    await who.taps("Vanavond", "De avondvraag", "Ik heb het gevraagd", "Over geld", "Dit zei ik")
    assert "Wat zei" in who.last.text


def _in_order(heard: str, *parts: str) -> bool:
    places = [heard.find(part) for part in parts]
    return -1 not in places and places == sorted(places)


# --- said plainly -----------------------------------------------------------------------------------------------------


async def test_the_card_comes_first_and_then_one_question(fatima: Somebody, ingrid: Somebody) -> None:
    heard = await fatima.says(EXPLICIT)

    assert _in_order(heard, CARD, ASKS_NOW)
    assert "Wat zal ik ermee doen" not in heard
    assert fatima.buttons == ["Ja", "Nee", "Ik weet het niet"]
    heard = await fatima.taps("Nee", "Nee")
    assert f"“{EXPLICIT}”" in heard
    assert "Bewaar als notitie" in fatima.buttons
    await fatima.taps("Bewaar als notitie")
    assert [note.value("text") for note in fatima.kept("note")] == [EXPLICIT]
    assert await ingrid.reads() == ""


async def test_the_lines_that_fit_are_on_top(fatima: Somebody) -> None:
    ordinary = await fatima.says("/hulp")
    assert _in_order(ordinary, "Zelfmoordpreventie", "Veilig Thuis", "huisarts")
    heard = await fatima.says(ELSE_EXPLICIT)
    assert _in_order(heard, CARD, "112", "Veilig Thuis", "Zelfmoordpreventie")


async def test_an_answer_is_taken_and_the_very_question_comes_back(fatima: Somebody) -> None:
    await _at_the_words(fatima)

    heard = await fatima.says(EXPLICIT)
    assert _in_order(heard, CARD, ASKS_NOW)
    assert "Hoe zwaar" not in heard
    assert fatima.kept("reflection")[0].value("what") == EXPLICIT

    heard = await fatima.taps("Nee", "Nee")
    assert "Hoe zwaar" in heard
    assert heard.count("Hoe zwaar") == 1
    await fatima.taps("8", "6")
    assert fatima.kept("reflection")[0].value("before") == 8


async def test_yes_leads_to_what_to_do(fatima: Somebody) -> None:
    await fatima.says(EXPLICIT)
    heard = await fatima.taps("Ja")
    assert "Bel nu 112" in heard
    heard = await fatima.taps("Ik wil niet meer leven")
    assert "113" in heard
    heard = await fatima.taps("Het is nu veilig")
    assert _in_order(heard, "Gelukkig", f"“{EXPLICIT}”")


async def test_within_half_an_hour_only_the_card_comes_again(fatima: Somebody) -> None:
    await fatima.says(EXPLICIT)
    await fatima.taps("Nee", "Nee", "Gooi weg")

    heard = await fatima.says(ELSE_EXPLICIT)
    assert _in_order(heard, CARD, f"“{ELSE_EXPLICIT}”")
    assert ASKS_NOW not in heard
    await fatima.taps("Gooi weg")
    heard = await fatima.says(POSSIBLE)
    assert CARD not in heard
    assert ASKS not in heard
    await fatima.taps("Gooi weg")

    await fatima.waits(seconds=LULL.total_seconds())
    assert _in_order(await fatima.says(ELSE_EXPLICIT), CARD, ASKS_NOW)


async def test_what_is_typed_at_the_question_is_kept_and_the_question_stays(fatima: Somebody) -> None:
    await fatima.says(EXPLICIT)
    for said in ("Hij staat voor de deur", "en ik weet het niet meer zo goed"):
        heard = await fatima.says(said)
        assert _in_order(heard, "Eerst nog dit", ASKS_NOW)
        assert "Wat zal ik ermee doen" not in heard
    await fatima.does(lambda phone: phone.sends_voice())
    assert ASKS_NOW in fatima.last.text

    assert "een paar dingen" in await fatima.taps("Nee", "Nee")
    await fatima.taps("Bewaar als notitie")
    (note,) = fatima.kept("note")
    assert note.value("text") == f"{EXPLICIT}\n\nHij staat voor de deur\n\nen ik weet het niet meer zo goed"
    assert [piece["kind"] for piece in note.value("pieces")] == ["text", "text", "text", "voice"]


async def test_an_answer_may_be_typed(fatima: Somebody) -> None:
    await fatima.says(EXPLICIT)
    assert "Bel nu 112" in await fatima.says("ja!")


# --- said less plainly ------------------------------------------------------------------------------------------------


async def test_it_asks_first_and_no_brings_back_the_very_question(fatima: Somebody) -> None:
    await _at_the_words(fatima)
    heard = await fatima.says(POSSIBLE)
    assert ASKS in heard
    assert CARD not in heard
    assert "Hoe zwaar" not in heard

    assert "Hoe zwaar" in await fatima.taps("Nee")
    assert fatima.kept("reflection")[0].value("what") == POSSIBLE


async def test_it_does_not_ask_again_and_again(fatima: Somebody) -> None:
    await fatima.says(POSSIBLE)
    await fatima.taps("Nee", "Bewaar als notitie")
    assert ASKS not in await fatima.says(ELSE_POSSIBLE)
    await fatima.taps("Bewaar als notitie")
    assert _in_order(await fatima.says(EXPLICIT), CARD, ASKS_NOW)
    await fatima.taps("Nee", "Nee", "Gooi weg")
    await fatima.waits(seconds=LULL.total_seconds())
    assert ASKS in await fatima.says(POSSIBLE)


async def test_what_is_said_more_plainly_is_asked_more_plainly(fatima: Somebody) -> None:
    await fatima.says(POSSIBLE)
    heard = await fatima.says(EXPLICIT)
    assert _in_order(heard, CARD, ASKS_NOW)
    heard = await fatima.taps("Nee", "Nee")
    assert ASKS not in heard
    assert EXPLICIT in heard
    assert "2 berichten bij elkaar" in heard
    await fatima.taps("Bewaar als notitie")
    assert [note.value("text") for note in fatima.kept("note")] == [f"{POSSIBLE}\n\n{EXPLICIT}"]


async def test_yes_brings_the_card(fatima: Somebody) -> None:
    await fatima.says(POSSIBLE)
    assert _in_order(await fatima.taps("Ja"), CARD, "Bel nu 112")


# --- everywhere -------------------------------------------------------------------------------------------------------


async def test_in_a_caption_an_edit_and_behind_a_command(fatima: Somebody) -> None:
    heard = await fatima.does(lambda phone: phone.sends_photo(EXPLICIT))
    assert _in_order(heard, CARD, ASKS_NOW)
    assert "Je stuurde een foto. Er kijkt nu niemand mee." in await fatima.taps("Nee", "Nee")
    await fatima.taps("Bewaar als notitie")
    await fatima.waits(minutes=31)

    await fatima.says("Wat een dag.")
    said = fatima.phone.messages[-2]
    await fatima.taps("Bewaar als notitie")
    heard = await fatima.does(lambda phone: phone.edits(said, EXPLICIT))
    assert _in_order(heard, CARD, "aangepast", ASKS_NOW)
    assert fatima.kept("note")[-1].value("text") == EXPLICIT
    await fatima.taps("Nee", "Nee")
    await fatima.waits(minutes=31)

    heard = await fatima.says(f"/menu {EXPLICIT}")
    assert _in_order(heard, CARD, "Waar heb je nu iets aan", ASKS_NOW)


async def test_in_an_edit_that_asks_for_help(fatima: Somebody) -> None:
    await fatima.says("hallo")
    said = fatima.phone.messages[-2]
    assert CARD in await fatima.does(lambda phone: phone.edits(said, "help"))


async def test_a_stranger_gets_the_card(town: Town) -> None:
    gul = somebody(town, "gul")
    heard = await gul.says(EXPLICIT)
    assert _in_order(heard, CARD, "Je komt binnen met een link")
    assert ASKS_NOW not in heard
    assert CARD in await gul.says(POSSIBLE)
    assert not gul.talking


async def test_a_guest_gets_the_card_and_stays_at_the_question(town: Town, ingrid: Somebody) -> None:
    gul = somebody(town, "gul")
    await gul.says(f"/start {town.invite(Role.PARENT, 'Gül', ingrid.known.id)}")
    waiting = gul.buttons
    heard = await gul.says(EXPLICIT)
    assert CARD in heard
    assert gul.buttons == waiting


async def test_a_mentor_and_a_coordinator_too(town: Town, ingrid: Somebody) -> None:
    for who in (ingrid, coordinator(town)):
        heard = await who.says(EXPLICIT)
        assert _in_order(heard, CARD, ASKS_NOW)
        assert "Met /hulp zie je de nummers" in await who.taps("Nee")


async def test_a_reply_is_passed_on_all_the_same(fatima: Somebody, ingrid: Somebody) -> None:
    await fatima.says("Kunnen we bellen?")
    await fatima.taps("Stuur naar Ingrid")
    await ingrid.reads()
    heard = await ingrid.says("De vader slaat het kind, zei de school.", ingrid.last)
    assert _in_order(heard, CARD, "Gestuurd naar Fatima", ASKS_NOW)
    assert "De vader slaat het kind" in await fatima.reads()


async def test_taps_are_exempt(fatima: Somebody) -> None:
    """Also of buttons that say what would be found if it were typed."""
    await fatima.says("/nu")
    await fatima.waits(seconds=10)
    await fatima.taps("Het is niet veilig")
    heard = await fatima.taps("Ik wil niet meer leven")
    assert CARD not in heard
    assert ASKS_NOW not in heard


async def test_nobody_listens_is_said_once_in_a_conversation(fatima: Somebody) -> None:
    await _at_the_words(fatima)
    heard = await fatima.does(lambda phone: phone.sends_voice())
    assert _in_order(heard, "Er luistert hier niemand mee", "Hoe zwaar")
    await fatima.says("/terug")
    assert "Er kijkt hier niemand mee" not in await fatima.does(lambda phone: phone.sends_photo())
    await fatima.says("/stop")
    await _at_the_words(fatima)
    assert "Er kijkt hier niemand mee" in await fatima.does(lambda phone: phone.sends_photo())


# --- what the card offers ---------------------------------------------------------------------------------------------


async def test_another_region_is_one_tap_away(fatima: Somebody) -> None:
    assert "Hulp dichtbij (Nederland)" in await fatima.says("help")
    assert "1813" in await fatima.taps("Vlaanderen")
    assert "0800-0113" in await fatima.taps("Nederland")


async def test_breathing_together_and_back(fatima: Somebody) -> None:
    await _at_the_words(fatima)
    await fatima.says("hulpp")
    assert "Je hoeft niets te" in await fatima.taps("Adem met mij mee")
    heard = [await fatima.waits(seconds=5)] + [await fatima.waits(seconds=12) for _ in range(3)]
    assert all(heard)
    assert "Inspreken kan ook" in await fatima.taps("Iets rustiger")


async def test_a_plan_of_ones_own(fatima: Somebody) -> None:
    await fatima.says("/hulp")
    assert "Zullen we er een maken" in await fatima.taps("Mijn plan")
    await fatima.taps("Ja, dat is goed")
    await fatima.says("Mijn zus, 06 12345678")
    await fatima.says("Buiten lopen")
    heard = await fatima.says("De buurvrouw komt")
    assert _in_order(heard, "Mijn zus, 06 12345678", "Buiten lopen", "De buurvrouw komt")
    await fatima.taps("Goed, dat doe ik")

    await fatima.says("sos")
    await fatima.taps("Mijn plan", "Pas iets aan", "Wat mij helpt")
    heard = await fatima.says("Koud water")
    assert _in_order(heard, "Mijn zus, 06 12345678", "Koud water", "De buurvrouw komt")
    assert "Buiten lopen" not in heard
    (plan,) = fatima.kept("safety_plan")
    changed = fatima.phone.messages[-3]
    assert changed.text == "Koud water"
    assert "aangepast" in await fatima.does(lambda phone: phone.edits(changed, "Warm water"))
    assert fatima.kept("safety_plan")[0].value("helps") == "Warm water"
    assert plan.value("calls") == "Mijn zus, 06 12345678"


async def test_each_gets_the_buttons_that_are_of_use(town: Town, fatima: Somebody, ingrid: Somebody) -> None:
    alone, gul = parent(town, "joris"), somebody(town, "gul")
    for who, offered in (
        (fatima, ["Adem met mij mee", "Mijn plan", "Vertel het mijn mentor"]),
        (alone, ["Adem met mij mee", "Mijn plan"]),
        (ingrid, ["Adem met mij mee"]),
        (gul, ["Adem met mij mee"]),
    ):
        await who.says("/nood")
        assert who.buttons == [*offered, "Vlaanderen"]


async def test_a_stranger_can_breathe_too(town: Town) -> None:
    gul = somebody(town, "gul")
    await gul.says("help")
    assert "tel tot vier" in await gul.taps("Adem met mij mee")
    assert not gul.talking
    for forged in ("h:safety_plan", "h:tell_mentor", "h:welcome", "h:"):
        heard = await gul.forges(forged)
        assert "Je komt binnen met een link" in heard or CARD in heard
