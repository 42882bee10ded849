"""Parent and child together on one phone: whose is it, the heavy backpack, and where it is felt."""

from __future__ import annotations

import pytest

from bot.simulator.world import Message
from tests.service.story import Somebody, mentor, parent
from tests.service.town import Town

GREEN, ORANGE, RED = "🟢 Groen: voor kinderen", "🟠 Oranje: samen", "🔴 Rood: voor grote mensen"
ENOUGH = "Genoeg, de rugzak is klaar"
WORDS = "de ruzie & <b>alles</b>"


@pytest.fixture
def fatima(town: Town) -> Somebody:
    return parent(town, guide=mentor(town), children=(("Noor", 6), ("Sam", 13)), evening="")


def _photo(who: Somebody) -> Message:
    """The last message with a picture."""
    return next(one for one in reversed(who.phone.from_bot) if "photo" in one.body)


def _photos(who: Somebody) -> int:
    return sum("photo" in one.body for one in who.phone.from_bot)


async def _unpacks(who: Somebody, child: str, thing: str) -> None:
    await who.says("/rugzak")
    await who.taps(child, "Iets anders")
    await who.says(thing)
    await who.taps("Terug naar mama", "Dit zei ik", ENOUGH)


async def test_the_game_has_cards_for_each_age_and_those_of_home_come_first(fatima: Somebody) -> None:
    ages = {
        one.text: str(one.fields["age"]) for one in fatima.town.service.library.decks["situations"].entries.values()
    }
    for child, age in (("Noor", "2-6"), ("Sam", "12-16")):
        await fatima.says("/vanwie")
        heard = [await fatima.taps(child)]
        for colour in (GREEN, RED, ORANGE, GREEN):
            answer = await fatima.taps(colour)
            assert not {"fout", "punten", "helaas"} & set(answer.lower().split())
            heard.append(await fatima.taps("Volgende kaart"))
        shown = [next(text for text in ages if text in one) for one in heard]
        assert {ages[text] for text in shown} == {age}
        assert len(set(shown)) == len(shown)
        await fatima.taps("Genoeg voor nu", "Klaar")

    await fatima.says("/vanwie")
    await fatima.taps("Noor", GREEN, "Genoeg", "Maak een eigen kaart")
    await fatima.says("De vis heeft honger. Wie voert hem?")
    await fatima.taps(RED, "Ik typ er zelf een")
    await fatima.says("Dat doe ik, ook als ik moe ben.")
    (card,) = fatima.kept("game_situation")
    assert (card.said("text"), card.value("colour")) == ("De vis heeft honger. Wie voert hem?", "red")

    await fatima.says("/vanwie")
    assert "De vis heeft honger" in await fatima.taps("Noor")
    assert "Dat doe ik, ook als ik moe ben." in await fatima.taps(ORANGE)
    assert "De vis" not in await fatima.taps("Hier straks over praten")
    for _ in range(3):
        assert "De vis" not in await fatima.taps(GREEN, "Volgende kaart")
    await fatima.says("/vanwie")
    assert "De vis" not in await fatima.taps("Sam")


async def test_the_card_for_later_comes_back_for_the_parent(fatima: Somebody) -> None:
    await fatima.says("/vanwie")
    shown = await fatima.taps("Sam")
    await fatima.taps(RED, "Hier straks over praten")
    for_parent = await fatima.taps("Genoeg voor nu")
    cards = fatima.town.service.library.decks["situations"].entries.values()
    assert next(one.text for one in cards if one.text in shown) in for_parent


async def test_three_things_get_a_place_and_are_drawn_before_and_after(fatima: Somebody) -> None:
    await fatima.says("/rugzak")
    await fatima.taps("Noor", "Dat mama droevig is", "Terug naar mama", "Andere zin", "Dit zei ik")
    await fatima.taps("Iets anders")
    await fatima.says(WORDS)
    await fatima.taps("We delen het", "Later", "Iets anders")
    await fatima.says("mijn toren")
    await fatima.taps("Blijft van Noor", "Ik zei het anders")
    await fatima.says("Bouw maar.")
    await fatima.taps(ENOUGH)

    kept = [(one.said("what"), one.value("place"), one.said("sentence")) for one in fatima.kept("backpack_item")]
    assert [one[:2] for one in kept] == [
        ("dat mama droevig is", "back"),
        (WORDS, "share"),
        ("mijn toren", "mine"),
    ]
    assert [bool(one[2]) for one in kept] == [True, False, True]
    words = _photo(fatima).body["caption"]
    assert "Dit zat erin: Dat mama droevig is, De ruzie & <b>alles</b> en Mijn toren." in words
    assert "Terug naar mama: Dat mama droevig is." in words
    assert "Dat delen we: De ruzie & <b>alles</b>." in words
    assert "Blijft van Noor: Mijn toren." in words

    await fatima.taps("Foto van onze tekening")
    await fatima.does(lambda phone: phone.sends_photo())
    (drawing,) = fatima.kept("backpack")
    assert drawing.value("drawing").startswith("photo:")


async def test_an_earlier_backpack_is_shown_again_and_each_by_itself(fatima: Somebody) -> None:
    await _unpacks(fatima, "Noor", "de rekening")
    await fatima.taps("Klaar")
    await fatima.waits(days=2)
    await _unpacks(fatima, "Noor", "de baby")
    assert "rekening" not in _photo(fatima).body["caption"]
    await fatima.taps("Klaar")
    await _unpacks(fatima, "Sam", "de belasting")
    await fatima.taps("Klaar")

    await fatima.says("/rugzak")
    await fatima.taps("Noor", "Een vorige rugzak")
    assert [label.partition(": ")[2] for label in fatima.buttons[:-1]] == ["de baby", "de rekening"]
    await fatima.taps(fatima.buttons[1])
    assert "De rekening" in _photo(fatima).body["caption"]


async def test_a_thing_without_a_place_stays_in_the_backpack(fatima: Somebody) -> None:
    await fatima.says("/rugzak")
    await fatima.taps("Sam", "Iets anders")
    await fatima.says("iets geheims")
    await fatima.taps("Weten we nog niet", ENOUGH)
    assert "Blijft van Sam: Iets geheims." in _photo(fatima).body["caption"]


async def test_nothing_in_the_backpack_is_nothing_drawn(fatima: Somebody) -> None:
    await fatima.says("/rugzak")
    await fatima.taps("Noor", "Nu niet")
    assert _photos(fatima) == 0
    assert fatima.kept() == []


async def _feels(who: Somebody, part: str, feeling: str, size: str, colour: str) -> str:
    await who.says("/waarvoelje")
    return await who.taps("Noor", part, feeling, size, colour, "Zo is het genoeg")


async def test_what_is_felt_today_and_lately_on_one_figure(fatima: Somebody) -> None:
    await _feels(fatima, "Buik", "Zorgen", "7", "🟣 Paars")
    await fatima.waits(days=3)
    await _feels(fatima, "Keel", "Bang", "9", "🔵 Blauw")
    await fatima.taps("Laat het figuur zien")
    today = _photo(fatima).body["caption"]
    assert "Keel: bang, 9 van 10, blauw." in today
    assert "Buik" not in today
    await fatima.taps("De laatste weken")
    weeks = _photo(fatima).body["caption"]
    assert "Keel: bang, 9 van 10, blauw." in weeks
    assert "Buik: zorgen, 7 van 10, paars." in weeks
    await fatima.taps("Klaar")

    await fatima.waits(days=40)
    await fatima.says("/waarvoelje")
    shown = _photos(fatima)
    assert "nog geen plek" in await fatima.taps("Noor", "Laat zien wat er al was")
    assert _photos(fatima) == shown


async def test_what_weighs_often_names_somebody_who_can_help(fatima: Somebody) -> None:
    for day in range(3):
        heard = await _feels(fatima, "Borst", "Bang", "8", "⚫ Zwart")
        assert ("/hulp" in heard) is (day == 2)
        assert ("Vraag mijn mentor" in fatima.buttons) is (day == 2)
        await fatima.taps("Klaar")
        await fatima.waits(days=1)
    await fatima.says("/waarvoelje")
    await fatima.taps("Sam", "Borst", "Bang", "9", "⚫ Zwart")
    assert "/hulp" not in await fatima.taps("Zo is het genoeg")


async def test_joy_may_be_as_big_as_it_is(fatima: Somebody) -> None:
    for _ in range(4):
        assert "/hulp" not in await _feels(fatima, "Hart", "Blij", "10", "🟡 Geel")
        await fatima.taps("Klaar")


async def test_a_spot_of_which_no_more_was_said_is_drawn_too(fatima: Somebody) -> None:
    await fatima.says("/waarvoelje")
    await fatima.taps("Noor", "Keel", "Sla over", "Sla over", "Geen kleur", "Zo is het genoeg", "Laat het figuur zien")
    assert _photo(fatima).body["caption"].endswith("Keel.")
