"""The evening: when the question comes and when it does not, and what becomes of the answers."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.app import Service
from bot.care import rituals
from flows.engine.library import load
from flows.engine.templates import render
from tests.service.story import Somebody, amsterdam, local, mentor, parent, telling
from tests.service.town import Town

RITUAL = ["Nu", "Straks", "Nog niet in bed", "Vandaag niet"]


@pytest.fixture
def fatima(town: Town) -> Somebody:
    return parent(town)


async def _evenings(who: Somebody, days: int) -> list[str]:
    """The local moments at which the evening's question came, in so many days."""
    came: list[str] = []
    town = who.town
    until = town.clock.now() + timedelta(days=days)
    while town.clock.now() < until:
        moment = await town.service.next_moment()
        await town.passes(min(moment or until, until) - town.clock.now())
        if await who.reads() and who.buttons == RITUAL:
            came.append(local(town, who.known.zone.key).strftime("%a %H:%M"))
            await who.taps("Vandaag niet")
    return came


# --- when it comes ----------------------------------------------------------------------------------------------------


async def test_the_question_comes_at_the_chosen_minute(town: Town, fatima: Somebody) -> None:
    assert await fatima.until("2027-03-01T19:29:59") == ""
    assert await fatima.until("2027-03-01T19:30")
    assert fatima.buttons == RITUAL
    assert fatima.last.date == int(amsterdam(town).timestamp())


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ("half acht", "19:30"),
        ("19.30", "19:30"),
        ("19u30", "19:30"),
        ("7 uur", "19:00"),
        ("kwart over acht", "20:15"),
        ("om 21:05", "21:05"),
        ("6 uur 's ochtends", "06:00"),
    ],
)
async def test_a_time_is_read_as_people_write_it(fatima: Somebody, typed: str, at: str) -> None:
    await fatima.says("/instellingen")
    await fatima.taps("De avondvraag", "De tijd")

    assert "Klopt dat?" in await fatima.says(typed)
    await fatima.taps("Ja, elke avond")

    assert fatima.evening_at.split()[1] == at


@pytest.mark.parametrize("typed", ["25:00", "straks", "19.75", "🌙", "tussen 7 en 8", "9999999999", "-1"])
async def test_what_is_no_time_is_asked_again(fatima: Somebody, typed: str) -> None:
    await fatima.says("/instellingen")
    await fatima.taps("De avondvraag", "De tijd")

    assert "Die tijd snap ik niet" in await fatima.says(typed)
    assert fatima.evening_at == "Mon 19:30"
    assert "19.30" in fatima.buttons


@pytest.mark.parametrize(("choice", "minutes"), [("15 minuten", 15), ("30 minuten", 30), ("Een uur", 60)])
async def test_later_means_once_more_tonight(fatima: Somebody, choice: str, minutes: int) -> None:
    await fatima.until("2027-03-01T19:32")
    await fatima.taps("Straks")

    back = (datetime(2027, 3, 1, 19, 32) + timedelta(minutes=minutes)).strftime("%H.%M")  # noqa: DTZ001
    assert back in await fatima.taps(choice)

    assert await fatima.waits(minutes=minutes - 1) == ""
    assert await fatima.waits(minutes=1)
    assert fatima.buttons == RITUAL
    await fatima.taps("Vandaag niet")
    assert await fatima.until("2027-03-02T19:29") == ""
    assert await fatima.until("2027-03-02T19:30")


async def test_not_in_bed_yet_is_for_tonight_only(fatima: Somebody) -> None:
    await fatima.until("2027-03-01T19:30")
    await fatima.taps("Nog niet in bed")
    assert "al voorbij" in await fatima.says("19.15")
    assert "21.10 uur" in await fatima.says("tien over negen")

    assert await fatima.until("2027-03-01T21:09") == ""
    assert await fatima.until("2027-03-01T21:10")
    await fatima.taps("Vandaag niet")
    assert fatima.evening_at == "Tue 19:30"


async def test_a_ritual_after_midnight_belongs_to_the_evening_before(fatima: Somebody) -> None:
    await fatima.until("2027-03-01T19:30")
    await fatima.taps("Nog niet in bed")
    await fatima.says("half een 's nachts")
    assert await fatima.until("2027-03-02T00:30")
    await fatima.taps("Nu", "Ik heb het gevraagd", "Niets vanavond")

    assert await fatima.until("2027-03-02T19:29") == ""
    assert await fatima.until("2027-03-02T19:30")


async def test_not_today_is_not_today(fatima: Somebody) -> None:
    await fatima.until("2027-03-01T19:30")
    await fatima.taps("Vandaag niet")

    assert await fatima.until("2027-03-02T19:29") == ""
    assert await fatima.until("2027-03-02T19:30")


async def test_another_time_holds_tonight_if_it_is_still_to_come(fatima: Somebody) -> None:
    await fatima.until("2027-03-01T19:20")
    await fatima.says("/instellingen")
    await fatima.taps("De avondvraag", "De tijd", "20.00", "Ja, elke avond")

    assert await fatima.until("2027-03-01T19:59") == ""
    assert await fatima.until("2027-03-01T20:00")
    assert fatima.buttons == RITUAL


async def test_another_time_after_the_ritual_does_not_bring_it_back_tonight(fatima: Somebody) -> None:
    await fatima.until("2027-03-01T19:30")
    await fatima.taps("Nu", "Ik heb het gevraagd", "Niets vanavond")
    await fatima.says("/instellingen")
    await fatima.taps("De avondvraag", "De tijd", "20.00", "Ja, elke avond")

    assert await fatima.until("2027-03-02T19:59") == ""
    assert await fatima.until("2027-03-02T20:00")


async def test_a_ritual_from_the_menu_is_the_ritual_of_that_evening(fatima: Somebody) -> None:
    await fatima.until("2027-03-01T18:00")
    await fatima.says("/menu")
    await fatima.taps("Vanavond", "De avondvraag", "Ik heb het gevraagd", "Niets vanavond")

    assert await fatima.until("2027-03-02T19:29") == ""
    assert await fatima.until("2027-03-02T19:30")


async def test_who_is_in_the_middle_of_something_is_not_interrupted(fatima: Somebody) -> None:
    await fatima.until("2027-03-01T19:28")
    await fatima.says("Hij vroeg of ik moe was.")

    assert await fatima.until("2027-03-01T19:30") == ""
    await fatima.taps("Bewaar als notitie")
    assert await fatima.until("2027-03-01T19:34") == ""
    assert await fatima.until("2027-03-01T19:35")
    assert fatima.buttons == RITUAL


# --- silence ----------------------------------------------------------------------------------------------------------


async def _three_silent_evenings(who: Somebody) -> str:
    for day in (1, 2, 3):
        assert await who.until(f"2027-03-0{day}T19:30"), day
        assert who.buttons == RITUAL
    return await who.until("2027-03-04T19:30")


async def test_after_three_silent_evenings_one_question_and_then_rest(fatima: Somebody) -> None:
    heard = await _three_silent_evenings(fatima)

    assert "paar avonden stil" in heard
    assert "Laat het rusten" in fatima.buttons
    assert fatima.evening_at == ""
    assert await fatima.until("2027-03-06T23:00") == ""
    assert "De avondvraag rust" in await fatima.says("/instellingen")


@pytest.mark.parametrize(
    ("answer", "comes"),
    [
        (["Een andere tijd", "20.30", "Ja, elke avond"], "Thu 20:30"),
        (["Een andere tijd", "Laat het zo"], "Fri 19:30"),
        (["Minder avonden", "Vrijdag en zaterdag"], "Fri 19:30"),
        (["Minder avonden", "Laat het zo"], "Fri 19:30"),
        (["Minder avonden", "Voorlopig geen enkele"], ""),
        (["Een tijdje pauze", "Een week"], "Fri 19:30"),
        (["Een tijdje pauze", "Toch geen pauze"], "Fri 19:30"),
        (["Laat het rusten"], ""),
        (["Het is goed zo"], "Fri 19:30"),
    ],
)
async def test_each_answer_to_the_question_after_silence(fatima: Somebody, answer: list[str], comes: str) -> None:
    await _three_silent_evenings(fatima)

    await fatima.taps(*answer)

    assert fatima.evening_at == comes
    if answer[-1] == "Een week":
        assert await fatima.until("2027-03-11T19:29") == ""
        assert await fatima.until("2027-03-11T19:30")


async def test_any_answer_begins_the_counting_anew(fatima: Somebody) -> None:
    for day in (1, 2):
        assert await fatima.until(f"2027-03-0{day}T19:30")
    assert await fatima.until("2027-03-03T19:30")
    await fatima.taps("Vandaag niet")
    for day in (4, 5, 6):
        assert await fatima.until(f"2027-03-0{day}T19:30")
        assert fatima.buttons == RITUAL


async def test_a_pause_silences_everything_and_ends_by_itself(fatima: Somebody) -> None:
    await fatima.says("/nu")
    await fatima.waits(seconds=10)
    await fatima.taps("Van mij")
    await fatima.says("/pauze")
    heard = await fatima.says("9 maart")
    assert "Vanaf dinsdag 9 maart hoor je mij weer" in heard
    assert "Je hebt pauze. Vanaf dinsdag 9 maart" in await fatima.says("/instellingen")

    assert await fatima.until("2027-03-09T19:29") == ""
    assert await fatima.until("2027-03-09T19:30")
    assert fatima.buttons == RITUAL
    assert "Je hebt pauze" not in await fatima.says("/instellingen")


async def test_the_way_out_of_a_pause(fatima: Somebody) -> None:
    await fatima.says("/pauze")
    await fatima.taps("Een week")
    await fatima.says("/pauze")
    assert "De pauze is voorbij" in await fatima.taps("Stop de pauze")

    assert await fatima.until("2027-03-01T19:30")


async def test_the_look_back_waits_until_the_parent_has_finished(fatima: Somebody) -> None:
    await fatima.says("/pauze")
    await fatima.taps("Tot morgen")
    await fatima.until("2027-03-07T09:58")
    await fatima.says("/nu")
    await fatima.waits(seconds=10)

    assert await fatima.until("2027-03-07T10:01") == ""
    await fatima.taps("Van mij", "Gezegd", "Bewaar niets")
    assert "Kijk terug" in (await fatima.until("2027-03-07T10:10")) + str(fatima.buttons)


# --- the clock --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "at", "came"),
    [
        ("2027-03-25T12:00", "19:30", ["19:30"] * 7),
        ("2027-03-25T12:00", "02:30", ["02:30", "02:30", "03:00", "02:30", "02:30", "02:30", "02:30"]),
        ("2027-10-28T12:00", "19:30", ["19:30"] * 7),
        ("2027-10-28T12:00", "02:30", ["02:30"] * 7),
    ],
)
async def test_a_week_with_a_night_in_which_the_clock_changes(
    tmp_path: Path, cache: Path, start: str, at: str, came: list[str]
) -> None:
    async with telling(tmp_path, cache, start) as town:
        fatima = parent(town, evening=at)
        await fatima.says("/instellingen")
        await fatima.taps("De terugblik", "Liever geen terugblik")

        seen = await _evenings(fatima, 7)

        assert [moment.split()[1] for moment in seen] == came
        assert len({moment.split()[0] for moment in seen}) == 7


async def test_another_time_zone(town: Town, fatima: Somebody) -> None:
    await fatima.says("/instellingen")
    await fatima.taps("Waar je woont", "Ergens anders", "Van Nederland", "Suriname")

    assert (await _evenings(fatima, 2)) == ["Mon 19:30", "Tue 19:30"]
    assert local(town, "America/Paramaribo").utcoffset() == timedelta(hours=-3)


async def test_a_service_that_was_down_does_not_ring_at_night(town: Town, fatima: Somebody) -> None:
    await fatima.until("2027-03-01T19:25")
    town.clock.advance(timedelta(hours=7, minutes=35))

    assert await fatima.reads() == ""
    assert fatima.evening_at == "Tue 19:30"
    assert await fatima.until("2027-03-02T19:29") == ""
    assert await fatima.until("2027-03-02T19:30")


async def test_a_reminder_that_could_not_be_sent_in_time_is_not_sent_at_all(town: Town, fatima: Somebody) -> None:
    await fatima.until("2027-03-01T19:29")
    town.clock.advance(timedelta(minutes=1))
    service: Service = town.service
    assert await service.step_ticker() == 1
    assert await service.step_worker()
    town.clock.advance(timedelta(hours=7))

    assert await fatima.reads() == ""
    assert await fatima.until("2027-03-02T19:30")


# --- what stands on a locked screen -----------------------------------------------------------------------------------


CARE_WORDS = ("kind", "zorg", "ouder", "mentor", "ritueel", "draag", "begeleid", "gevoel", "zwaar", "mama", "papa")


async def test_no_wording_of_a_reminder_tells_anything(cache: Path) -> None:
    library = load(cache=cache)
    for flow in ("evening_reminder", "quiet_evenings", "look_back"):
        for step in library.flows[flow].steps.values():
            for wording in step.say:
                for world in library.catalog.worlds.values():
                    if "and children" in (wording.when or "").replace("not (evening.named and children)", ""):
                        continue
                    text = render(wording.text, {**world, "said": {}, "at": "20:00"}).casefold()
                    named = [word for child in world["children"] for word in (child["name"], child["calls_me"])]
                    assert not [word for word in (*CARE_WORDS, *named) if word.casefold() in text], text


async def test_what_lights_up_names_nobody_unless_asked(fatima: Somebody) -> None:
    lit = ""
    for day in range(1, 8):
        lit += await fatima.until(f"2027-03-{day:02}T19:30")
        await fatima.taps("Vandaag niet")
    assert "Noor" not in lit
    assert not [word for word in CARE_WORDS if word in lit.casefold()], lit

    await fatima.says("/instellingen")
    await fatima.taps("De avondvraag", "Woorden op je scherm", "Met de naam")
    for day in range(8, 12):
        assert "Noor" in await fatima.until(f"2027-03-{day:02}T19:30")
        await fatima.taps("Vandaag niet")


async def test_the_offer_to_go_on_says_nothing_of_what_it_was(fatima: Somebody) -> None:
    await fatima.says("/nu")
    await fatima.waits(seconds=10)
    await fatima.taps("Het is niet veilig", "Iemand doet ons pijn")
    await fatima.until("2027-03-01T19:30")
    await fatima.taps("Vandaag niet")
    heard = await fatima.until("2027-03-02T13:00")

    assert "veilig" not in heard
    assert not [word for word in CARE_WORDS if word in heard.casefold()], heard


# --- the ritual itself ------------------------------------------------------------------------------------------------


async def test_a_ritual_with_a_voice_note_and_a_photo(town: Town) -> None:
    ingrid = mentor(town)
    fatima = parent(town, guide=ingrid)
    await fatima.until("2027-03-01T19:30")
    await fatima.taps("Nu", "Ik heb het gevraagd", "Zorg over mij", "Ik zei het anders")
    await fatima.does(lambda phone: phone.sends_voice())
    await fatima.does(lambda phone: phone.sends_photo("zijn tekening"))
    await fatima.taps("7", "3")

    [kept] = fatima.kept("reflection")
    assert kept.value("came_back") == "me"
    assert str(kept.value("answered")).startswith("voice:")
    assert str(kept.value("what")).startswith("photo:")
    assert (kept.value("before"), kept.value("after")) == (7, 3)
    assert await ingrid.reads() == ""


async def test_three_children_in_one_ritual_are_not_mixed_up(town: Town) -> None:
    fatima = parent(town, children=[("Noor", 6), ("Milo", 14), ("Fien", 9)])
    await fatima.until("2027-03-01T19:30")
    await fatima.taps("Nu", "Allemaal, om de beurt")
    order = []
    for kind, words in (("Over geld", "de huur"), ("Een taak", "de was"), ("Over ruzie", "op de trap")):
        order.append(next(name for name in ("Noor", "Milo", "Fien") if name in fatima.last.text))
        await fatima.taps("Ik heb het gevraagd", kind, "Dit zei ik")
        await fatima.says(f"{words} van {order[-1]}")
        await fatima.taps("8", "8")

    names = {child["naam"]: child for child in (await _data(fatima))["kinderen"]}
    assert set(names) == {"Noor", "Milo", "Fien"}
    told = {one["kind"]: one["antwoorden"]["what"]["waarde"] for one in (await _data(fatima))["bewaard"]}
    things = ("de huur", "de was", "op de trap")
    assert told == {child: f"{words} van {child}" for child, words in zip(order, things, strict=True)}


async def _data(who: Somebody) -> dict[str, list[dict[str, object]]]:
    from tests.service.story import file_of

    await who.says("/mijngegevens")
    await who.taps("Stuur het als bestand")
    return file_of(who.town, next(one for one in reversed(who.phone.from_bot) if "document" in one.body))


async def test_an_edited_answer_is_corrected_also_when_all_is_over(fatima: Somebody) -> None:
    await fatima.until("2027-03-01T19:30")
    await fatima.taps("Nu", "Ik heb het gevraagd", "Over geld", "Dit zei ik")
    words = fatima.phone.says("de huurr")
    await fatima.reads()
    assert "aangepast" in await fatima.does(lambda phone: phone.edits(words, "de huur"))
    heavy = fatima.phone.says("8")
    await fatima.reads()
    await fatima.taps("5")
    assert fatima.kept("reflection")[0].value("what") == "de huur"

    assert "aangepast" in await fatima.does(lambda phone: phone.edits(words, "de huur en de boodschappen"))
    assert "aangepast" in await fatima.does(lambda phone: phone.edits(heavy, "9"))
    for nonsense in ("12", "heel zwaar", "-3"):
        heard = await fatima.does(lambda phone, text=nonsense: phone.edits(heavy, text))
        assert "er verandert niets" in heard, nonsense

    [kept] = fatima.kept("reflection")
    assert kept.value("what") == "de huur en de boodschappen"
    assert kept.value("before") == 9


async def test_the_rhythm_of_some_evenings(fatima: Somebody) -> None:
    await fatima.says("/instellingen")
    await fatima.taps("De avondvraag", "De avonden", "Ik kies zelf", "Dinsdag", "Donderdag")
    assert "op dinsdag en donderdag" in await fatima.taps("Klaar")
    assert fatima.timers[rituals.EVENING].days == "24"

    assert [moment.split()[0] for moment in await _evenings(fatima, 9)] == ["Tue", "Thu", "Tue"]
