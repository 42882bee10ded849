"""What belongs to a person: what they agree to, what they get, how they leave, and a phone that others look at."""

from __future__ import annotations

import json
import zipfile
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, update

from bot.care import consents, dossiers, leaving
from bot.care.people import Role
from bot.settings import read_settings
from bot.simulator.faults import Fault
from bot.simulator.world import Message
from bot.store import tables
from tests.databases import KINDS
from tests.service.story import (
    Somebody,
    coordinator,
    mentor,
    own_ids,
    parent,
    somebody,
    telling,
    traces,
    words_left,
    zip_of,
)
from tests.service.town import Town

HELP_IN_PLAIN_SIGHT = ("kind", "ouder", "mama", "mentor", "avondvraag", "Draaglicht", "hulp", "Noor", "geheim", "wis")


@pytest.fixture(params=KINDS)
async def town(request: pytest.FixtureRequest, tmp_path: Path, cache: Path) -> AsyncIterator[Town]:
    """A town on each kind of database."""
    url = None if request.param == "sqlite" else request.getfixturevalue("postgresql_url")
    async with telling(tmp_path, cache, database_url=url) as town:
        yield town


def _agrees(who: Somebody, purpose: str) -> bool:
    own = who.known.id
    return who.town.do(lambda connection: consents.holds(connection, own, purpose))


# --- consent ----------------------------------------------------------------------------------------------------------


async def test_privacy_says_it_all_and_each_yes_is_two_taps_away(fatima: Somebody) -> None:
    heard = await fatima.says("/privacy")
    assert "Draaglicht gebruiken: ja" in heard
    assert "Delen met je mentor: nee" in heard
    for word in ("/mijngegevens", "/verwijder", "/wiekeek"):
        assert word in heard

    fatima.phone.taps("Wat ik bewaar")
    await fatima.reads()
    assert "na 30 dagen" in fatima.phone.screen
    fatima.phone.taps("Terug")
    await fatima.reads()
    fatima.phone.taps("Wie het ziet")
    await fatima.reads()
    assert "niet van begin tot eind op slot" in fatima.phone.screen
    assert "48 uur" in fatima.phone.screen

    for label, purpose in (
        ("Delen met je mentor", "share"),
        ("Meedoen in een groep", "group"),
        ("Helpen beter maken", "evaluate"),
    ):
        await fatima.says("/privacy")
        await fatima.taps(label, "Ja, dat is goed")
        assert _agrees(fatima, purpose)
        assert f"{'Helpen om dit beter te maken' if purpose == 'evaluate' else label}: ja" in await fatima.says(
            "/privacy"
        )
        await fatima.taps(label, "Trek mijn ja in")
        assert not _agrees(fatima, purpose)


async def test_a_yes_taken_back_leads_to_stopping_or_erasing(fatima: Somebody) -> None:
    await fatima.says("/privacy")
    heard = await fatima.taps("Draaglicht gebruiken")
    assert "stoppen" in heard
    assert fatima.buttons == ["Nee, laat maar staan", "Ik wil stoppen", "Ik wil alles wissen"]


async def test_other_words_are_asked_about_kindly_and_close_nothing(fatima: Somebody) -> None:
    own = fatima.known.id

    def earlier(connection: Connection) -> None:
        connection.execute(update(tables.consents).where(tables.consents.c.person_id == own).values(version=0))

    fatima.town.do(earlier)
    heard = await fatima.says("/menu")
    assert "Waar heb je nu iets aan" in heard
    assert "De woorden van onze afspraak zijn anders" in heard
    assert "112" in await fatima.says("/hulp")
    await fatima.taps("Ik kijk er later naar")
    assert "afspraak" not in await fatima.says("/menu")
    assert "Waar woon je" in await _set_region(fatima)

    await fatima.waits(days=8)
    fatima.skims()
    assert "De woorden van onze afspraak zijn anders" in await fatima.says("/menu")
    await fatima.taps("Ja, dat is goed")
    await fatima.waits(days=8)
    fatima.skims()
    assert "afspraak" not in await fatima.says("/menu")
    history = fatima.town.do(lambda connection: consents.history(connection, own))
    assert [one.version for one in history] == [0, 1]


async def _set_region(who: Somebody) -> str:
    await who.says("/instellingen")
    heard = await who.taps("Waar je woont")
    await who.taps("Nu niet")
    return heard


async def test_privacy_for_whoever_is_not_in(town: Town, ingrid: Somebody) -> None:
    gul = somebody(town, "gul")
    heard = await gul.says("/privacy")
    assert "Wat je hier typt, bewaar ik niet" in heard
    assert words_left(town, {gul.phone.user_id}) == []

    await gul.says(f"/start {town.invite(Role.PARENT, 'Gül', ingrid.known.id)}")
    heard = await gul.says("/privacy")
    assert "Wat je hier typt, bewaar ik niet" in heard
    assert "Is dit goed voor jou?" in heard
    assert _agrees(ingrid, "use") is False
    await gul.taps("Ja, dat is goed")
    assert _agrees(gul, "use")


async def test_a_mentor_sees_what_is_kept_and_is_asked_for_nothing_more(ingrid: Somebody) -> None:
    await ingrid.says("/privacy")
    assert ingrid.buttons == ["Wat ik bewaar", "Wie het ziet"]


# --- my data ----------------------------------------------------------------------------------------------------------


async def _my_data(who: Somebody) -> zipfile.ZipFile:
    await who.says("/mijngegevens")
    await who.taps("Stuur het als bestand")
    message = next(one for one in reversed(who.phone.from_bot) if "document" in one.body)
    assert message.body["document"]["file_name"] == "mijn-draaglicht.zip"
    return zip_of(who.town, message)


def _told(archive: zipfile.ZipFile) -> Any:
    return json.loads(archive.read("gegevens.json"))


async def test_files_in_letters_come_along_those_one_wrote_and_those_one_got(
    fatima: Somebody, ingrid: Somebody
) -> None:
    await fatima.does(lambda phone: phone.sends_photo(caption="kijk"))
    await fatima.taps("Stuur naar Ingrid")
    await ingrid.reads()
    await ingrid.does(lambda phone: phone.sends_document(reply_to=ingrid.last))
    await fatima.reads()
    await fatima.does(lambda phone: phone.sends_voice(reply_to=fatima.last))

    for who, written in ((fatima, [True, False, True]), (ingrid, [False, True, False])):
        archive = await _my_data(who)
        told, page = _told(archive), archive.read("lees-mij.html").decode()
        assert [one["van_jou"] for one in told["berichten"]] == written
        names = [name for one in told["berichten"] for name in one["bestanden"]]
        places = [told["bestanden"][name] for name in names]
        assert len(set(places)) == len(told["bestanden"]) == 3, "what is kept and was sent on is one file"
        for place in places:
            assert archive.read(place)
            assert f'href="{place}"' in page
    assert [one.value("text") for one in fatima.kept("note")] == ["kijk"]


async def test_everything_comes_as_one_zip_with_what_was_spoken_and_sent(fatima: Somebody, ingrid: Somebody) -> None:
    sent = {
        "voice": fatima.phone.sends_voice(),
        "photo": await _then(
            fatima, "Bewaar als notitie", lambda: fatima.phone.sends_photo(caption="de <b>tekening</b>")
        ),
        "document": await _then(fatima, "Bewaar als notitie", fatima.phone.sends_document),
    }
    await fatima.reads()
    await fatima.taps("Bewaar als notitie")
    await fatima.says("Kunnen we bellen? </p><script>alert(1)</script>")
    await fatima.taps("Stuur naar Ingrid")
    await fatima.says("/privacy")
    await fatima.taps("Delen met je mentor", "Ja, dat is goed")

    archive = await _my_data(fatima)

    told, page = _told(archive), archive.read("lees-mij.html").decode()
    places = [place for place in told["bestanden"].values() if place]
    assert len(places) == len(sent) == 3
    for place in places:
        assert archive.read(place)
        assert f'href="{place}"' in page
    assert {Path(place).suffix for place in places} >= {".pdf"}
    assert "de &lt;b&gt;tekening&lt;/b&gt;" in page
    assert "<script>" not in page
    assert [one["waarvoor"] for one in told["toestemming"]] == ["use", "share"]
    assert "Delen met je mentor" in page
    assert "Noor" in page
    for heading in ("Wie iets van jou opende", "Waar je ja tegen zei", "Links die je maakte", "Wat je koos"):
        assert heading in page
    for left_over in ("{{", "{%", "None", "undefined"):
        assert left_over not in page


async def _then(who: Somebody, label: str, send: Any) -> Message:
    """Decides on what was sent before, and sends the next thing."""
    await who.reads()
    await who.taps(label)
    message: Message = send()
    return message


async def test_what_telegram_does_not_give_is_named_and_holds_up_nothing(town: Town, fatima: Somebody) -> None:
    for send in (fatima.phone.sends_photo, fatima.phone.sends_voice, fatima.phone.sends_document):
        send()
        await fatima.reads()
        await fatima.taps("Bewaar als notitie")
    photo, voice, letter = list(town.emulator.world.files)[-3:]
    del town.emulator.world.files[photo]
    town.emulator.world.files[voice].size = 30 * 1024 * 1024

    archive = await _my_data(fatima)

    told, page = _told(archive), archive.read("lees-mij.html").decode()
    assert [bool(place) for place in told["bestanden"].values()] == [False, False, True]
    assert letter in town.emulator.world.files
    assert "Wat er niet bij zit" in page
    assert "te groot om mee te sturen" in page
    assert "staat niet meer bij Telegram" in page


async def test_a_mentor_gets_their_own_data_and_nobody_elses(fatima: Somebody, ingrid: Somebody) -> None:
    await fatima.says("Noor had het zwaar.")
    await fatima.taps("Bewaar als notitie")
    archive = await _my_data(ingrid)
    assert _told(archive)["rollen"] == ["mentor"]
    assert b"Noor" not in archive.read("gegevens.json") + archive.read("lees-mij.html")


# --- stopping and erasing ---------------------------------------------------------------------------------------------


async def test_who_stops_hears_nothing_and_comes_back_to_everything(fatima: Somebody, ingrid: Somebody) -> None:
    await fatima.says("Kunnen we bellen?")
    await fatima.taps("Stuur naar Ingrid")
    await ingrid.reads()
    letter = ingrid.last
    await fatima.says("/verwijder")
    assert "Ik ben vanaf nu stil" in await fatima.taps("Ik wil stoppen")
    assert not _agrees(fatima, "use")

    assert await fatima.waits(days=20) == ""
    assert "wil nu geen berichten" in await ingrid.says("Hoe gaat het?", letter)
    assert await fatima.reads() == ""
    assert "112" in await fatima.says("help")
    assert await fatima.waits(days=3) == ""

    heard = await fatima.says("/start")
    assert "Fijn dat je er weer bent" in heard
    assert "Waar heb je nu iets aan" in heard
    assert len(fatima.kept("note")) == 1
    assert _agrees(fatima, "use")
    assert await fatima.until("2027-03-24T19:29") == ""
    assert await fatima.until("2027-03-24T19:30")
    assert "Fijn dat je er weer bent" not in await fatima.says("/menu")


async def test_a_letter_that_waits_is_there_when_somebody_comes_back(fatima: Somebody, ingrid: Somebody) -> None:
    letter = await _asks_to_call(fatima, ingrid)
    await _settle_hours(fatima, "Van 20.00 tot 23.00 uur")
    await ingrid.says("Morgen om tien uur.", letter)
    await fatima.says("/verwijder")
    await fatima.taps("Ik wil stoppen")
    assert await fatima.waits(days=2) == ""
    heard = await fatima.says("/start")
    assert heard.index("Fijn dat je er weer bent") < heard.index("Morgen om tien uur.")


async def test_a_letter_that_waits_does_not_come_to_somebody_who_was_erased(
    town: Town, fatima: Somebody, ingrid: Somebody
) -> None:
    ids = own_ids(fatima)
    letter = await _asks_to_call(fatima, ingrid)
    await _settle_hours(fatima, "Van 20.00 tot 23.00 uur")
    await ingrid.says("Morgen om tien uur.", letter)
    await fatima.says("/verwijder")
    await fatima.taps("Ik wil alles wissen", "Ja, wis alles")
    assert words_left(town, ids) == []
    assert await fatima.waits(days=2) == ""


async def _asks_to_call(parent: Somebody, mentor: Somebody) -> Message:
    """What the mentor got of it."""
    await parent.says("Kunnen we bellen?")
    await parent.taps("Stuur naar Ingrid")
    await mentor.reads()
    return mentor.last


async def test_an_old_button_brings_back_as_well(fatima: Somebody) -> None:
    await fatima.says("/menu")
    menu = fatima.last
    await fatima.says("/verwijder")
    await fatima.taps("Ik wil stoppen")
    token = menu.keyboard[0][0]["callback_data"]
    assert "Fijn dat je er weer bent" in await fatima.forges(str(token), menu)


async def test_erasing_names_what_goes_counts_it_and_proves_it(town: Town, fatima: Somebody, ingrid: Somebody) -> None:
    family = fatima.known.family_id
    assert family
    ids = {*own_ids(fatima), family}
    await fatima.says("Wat een dag.")
    await fatima.taps("Bewaar als notitie")
    await fatima.says("Kunnen we bellen?")
    await fatima.taps("Stuur naar Ingrid")
    await fatima.says("/verwijder")
    heard = await fatima.taps("Ik wil alles wissen")
    assert "1 kind, 2 notities en 1 bericht met je mentor" in heard
    assert "Van de wet" not in heard

    heard = await fatima.taps("Ja, wis alles")

    assert "Alles is weg: 1 kind, 2 notities en 1 bericht met je mentor." in heard
    assert "Ik vond niets meer" in heard
    left = town.do(lambda connection: leaving.numbers_left(connection, ids))
    assert left == {}
    assert words_left(town, ids) == []


async def test_a_mentor_can_be_erased_and_cannot_just_stop(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    ids = own_ids(ingrid)
    await ingrid.says("/verwijder")
    assert "Ik wil stoppen" not in ingrid.buttons
    await ingrid.taps("Ik wil alles wissen", "Ja, wis alles")
    assert words_left(town, ids) == []
    assert fatima.known.mentor_id is None


async def test_what_the_law_keeps_is_named_before(tmp_path: Path, cache: Path) -> None:
    async with telling(tmp_path, cache, keep_by_law=("letters",), keep_years=15) as town:
        ingrid = mentor(town)
        fatima = parent(town, guide=ingrid)
        await fatima.says("Kunnen we bellen?")
        await fatima.taps("Stuur naar Ingrid")
        ids = own_ids(fatima)
        await fatima.says("/verwijder")
        heard = await fatima.taps("Ik wil alles wissen")
        assert "Van de wet moet je organisatie dit nog bewaren: de berichten met je mentor." in heard
        assert "tot 2042" in heard
        assert "ligt nog op slot" in await fatima.taps("Ja, wis alles")

        assert words_left(town, ids) == []
        [kept] = town.do(dossiers.all_of_them)
        content = town.do(lambda connection: dossiers.read(connection, town.service.vault, kept.id))
        assert content
        assert [one["tekst"] for one in content["berichten"]] == ["Kunnen we bellen?"]


async def test_a_parent_who_gives_no_sign_for_two_years_is_asked_and_then_erased(town: Town) -> None:
    fatima, joris = parent(town, evening=""), parent(town, "joris", evening="")
    ids = own_ids(fatima)
    for who in (fatima, joris):
        await who.says("/instellingen")
        await who.taps("De terugblik", "Liever geen terugblik")
    await town.passes(timedelta(days=699))
    await town.service.step_sweep()
    assert await fatima.reads() == ""
    await town.passes(timedelta(days=1, hours=1))
    await town.service.step_sweep()
    assert "Mag dat blijven staan" in await fatima.reads()
    assert "Alles blijft staan" in await joris.taps("Ja, laat staan")

    await town.passes(timedelta(days=31))

    assert "Daarom is nu alles weg" in await fatima.reads()
    assert words_left(town, ids) == []
    assert joris.person
    await town.passes(timedelta(days=8))
    await town.service.step_sweep()
    assert traces(town, ids) == []


# --- links ------------------------------------------------------------------------------------------------------------


async def test_five_wrong_codes_an_hour_and_then_not_even_a_right_one(town: Town, ingrid: Somebody) -> None:
    gul, joris = somebody(town, "gul"), somebody(town, "joris")
    code = town.invite(Role.PARENT, "Gül", ingrid.known.id)
    wrong = {await gul.says(f"/start nooitgemaakt{number}") for number in range(5)}
    assert wrong == {await gul.says(f"/start {code}")}
    assert len(wrong) == 1
    assert "Fijn dat je er bent" in await joris.says(f"/start {town.invite(Role.PARENT, 'Joris', ingrid.known.id)}")
    assert words_left(town, {gul.phone.user_id}) == []

    await town.passes(timedelta(minutes=61))
    assert "Fijn dat je er bent" in await gul.says(f"/start {code}")


# --- a phone that others look at --------------------------------------------------------------------------------------


def _seen(who: Somebody) -> list[str]:
    """What stands in the chat now."""
    return [str(one.text) for one in who.phone.messages if not one.deleted]


async def test_the_chat_is_emptied_and_what_is_left_says_nothing(fatima: Somebody) -> None:
    await fatima.says("/menu")
    await fatima.taps("Vanavond", "De avondvraag", "Ik heb het gevraagd", "Over geld", "Dit zei ik")
    await fatima.says("de huur en de boete")
    assert len(_seen(fatima)) > 4

    await fatima.says("/dicht")

    assert _seen(fatima) == ["Er zijn geen nieuwe berichten."]
    assert fatima.buttons == []
    assert not any(word.lower() in _seen(fatima)[0].lower() for word in HELP_IN_PLAIN_SIGHT)
    [kept] = fatima.kept("reflection")
    assert kept.value("what") == "de huur en de boete"


async def test_the_help_card_goes_as_well(fatima: Somebody) -> None:
    await fatima.says("help")
    await fatima.says("/hulp")
    assert sum("112" in text for text in _seen(fatima)) == 2
    await fatima.says("/dicht")
    assert _seen(fatima) == ["Er zijn geen nieuwe berichten."]


async def test_what_is_typed_afterwards_is_no_answer_and_the_question_is_there_again_when_asked_for(
    fatima: Somebody,
) -> None:
    await fatima.says("/instellingen")
    await fatima.taps("Kinderen", "Zet een kind erbij")
    await fatima.says("Milo")
    question = fatima.last.text
    await fatima.says("/dicht")

    assert "Je schreef: “waar ben je?”" in (await fatima.says("waar ben je?")).replace("Dank je. Ik las", "Je schreef")
    await fatima.taps("Gooi weg")
    assert "Waar heb je nu iets aan" in await fatima.says("/menu")
    assert question in await fatima.says("/verder")
    assert "Hij" in str((await fatima.says("9"), fatima.buttons))


async def test_only_the_last_48_hours_can_be_taken_back(fatima: Somebody) -> None:
    await fatima.says("/menu")
    await fatima.says("Een notitie.")
    await fatima.taps("Bewaar als notitie")
    early = len(_seen(fatima))
    await fatima.until("2027-03-03T12:30")
    await fatima.says("/menu")
    await fatima.says("/dicht")
    left = _seen(fatima)
    assert left[-1] == "Er zijn geen nieuwe berichten."
    assert len(left) <= early + 1
    assert not any("Instellingen" in str(one.keyboard) for one in fatima.phone.messages[early:] if not one.deleted)


async def test_what_telegram_does_not_let_go_keeps_back_nothing_else(town: Town, fatima: Somebody) -> None:
    await fatima.says("/menu")
    await fatima.says("/instellingen")
    town.emulator.faults.add(Fault("bad_request", method="deleteMessages", description="message can't be deleted"))
    town.emulator.faults.add(Fault("bad_request", method="deleteMessage", description="message can't be deleted"))
    await fatima.says("/dicht")
    left = _seen(fatima)
    assert len(left) == 2, left
    assert left[-1] == "Er zijn geen nieuwe berichten."


async def test_a_guest_can_clear_the_chat_and_still_come_in(town: Town, ingrid: Somebody) -> None:
    gul = somebody(town, "gul")
    await gul.says(f"/start {town.invite(Role.PARENT, 'Gül', ingrid.known.id)}")
    await gul.says("/dicht")
    assert _seen(gul) == ["Er zijn geen nieuwe berichten."]
    assert "Is dit goed voor jou?" in await gul.says("hallo")
    await gul.taps("Ja, dat is goed")
    assert gul.person


async def test_reminders_without_a_sound(fatima: Somebody) -> None:
    await fatima.says("/instellingen")
    fatima.phone.taps("Meekijken")
    await fatima.reads()
    assert "De avondvraag komt met geluid" in fatima.phone.screen
    await fatima.until("2027-03-01T19:30")
    assert not fatima.last.silent
    await fatima.taps("Vandaag niet")

    await fatima.says("/instellingen")
    fatima.phone.taps("Meekijken")
    await fatima.reads()
    await fatima.taps("Geluid", "Zonder geluid")
    await fatima.until("2027-03-02T19:30")
    assert fatima.last.silent


async def test_nothing_comes_unasked_outside_the_hours_of_choice(fatima: Somebody, ingrid: Somebody) -> None:
    await fatima.says("Kunnen we bellen?")
    await fatima.taps("Stuur naar Ingrid")
    await ingrid.reads()
    letter = ingrid.last
    await _settle_hours(fatima, "Van 20.00 tot 23.00 uur")

    assert "Gestuurd naar Fatima" in await ingrid.says("Morgen om tien uur.", letter)
    assert await fatima.until("2027-03-01T19:59") == ""
    assert "Waar heb je nu iets aan" in await fatima.says("/menu")
    assert "112" in await fatima.says("/hulp")

    heard = await fatima.until("2027-03-01T20:00")
    assert "Morgen om tien uur." in heard
    assert "Ingrid" in heard
    assert "Vandaag niet" in str([one.keyboard for one in fatima.phone.from_bot[-3:]])

    await _settle_hours(fatima, "Op elk uur")
    assert await fatima.until("2027-03-02T19:29") == ""
    assert await fatima.until("2027-03-02T19:30")


async def _settle_hours(who: Somebody, label: str) -> None:
    await who.says("/instellingen")
    who.phone.taps("Meekijken")
    await who.reads()
    await who.taps("Vaste uren", label)


async def test_a_coordinator_has_the_same_rights_over_their_own(town: Town) -> None:
    petra = coordinator(town)
    ids = own_ids(petra)
    assert _told(await _my_data(petra))["rollen"] == ["coordinator"]
    await petra.says("/verwijder")
    await petra.taps("Ik wil alles wissen", "Ja, wis alles")
    assert words_left(town, ids) == []


def test_the_settings_of_the_law(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert read_settings().keep_by_law == ()
    monkeypatch.setenv("DRAAGLICHT_KEEP_BY_LAW", "letters, looks")
    assert read_settings().keep_by_law == ("letters", "looks")
