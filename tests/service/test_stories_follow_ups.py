"""Messages of a mentor: planned, sent, answered, stopped; by whom they are read, and who comes after."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, insert, select, update

from bot.care import follow_ups, leaving, people
from bot.conversation import answering
from bot.simulator.phone import Phone
from bot.store import tables
from bot.store.types import new_id
from tests.service.story import (
    OTHER,
    Somebody,
    amsterdam,
    coordinator,
    mentor,
    own_ids,
    parent,
    went_well,
    words_left,
)
from tests.service.town import Town, open_town

HINT = "Typ of spreek je nu iets? Dan gaat het naar Ingrid."
NOT_FOR_HER = "Was niet voor Ingrid"


@pytest.fixture
def fatima(town: Town, ingrid: Somebody) -> Somebody:
    return parent(town, guide=ingrid, evening="")


async def opens_card(who: Somebody, family: Somebody) -> None:
    """From the list to the card of the family."""
    await who.says("/gezinnen")
    await who.taps(next(label for label in who.buttons if family.known.name in label))


async def writes(who: Somebody, to: Somebody, words: str, *moment: str) -> str:
    """A message in own words, by the buttons that follow."""
    await opens_card(who, to)
    await who.taps("Bericht", "Zelf schrijven")
    await who.says(words)
    return await who.taps(*(moment or ("Nu", "Stuur het nu")))


def planned_of(town: Town, who: Somebody) -> list[follow_ups.FollowUp]:
    vault, own = town.service.vault, who.known.id
    since = town.clock.now() - timedelta(days=400)
    return town.do(lambda connection: follow_ups.of_mentor(connection, vault, own, since))


# --- planning ---------------------------------------------------------------------------------------------------------


async def test_from_the_card_to_a_planned_message_in_six_taps_at_most(ingrid: Somebody, fatima: Somebody) -> None:
    await opens_card(ingrid, fatima)
    path = ["Bericht", "Na een bezoek", "Hoe is het nu?", "Morgen om 9.00", "Plan het"]
    heard = await ingrid.taps(*path)
    print(f"a planned message: {len(path)} taps ({' > '.join(path)})")

    assert "Het gaat naar Fatima: morgen om 9.00 uur" in heard
    assert len(path) <= 6
    assert await fatima.reads() == ""
    got = await fatima.until("2027-03-02T09:00")
    assert got.startswith("Bericht van Ingrid:\n\nDag Fatima. Ons gesprek ging ook over zware dingen.")
    assert got.endswith(HINT)
    assert "ging naar Fatima" in await ingrid.reads()


async def test_an_answer_is_just_typed_and_the_mentor_answers_by_replying(
    town: Town, ingrid: Somebody, fatima: Somebody
) -> None:
    assert "Het is onderweg naar Fatima" in await writes(ingrid, fatima, "Dag [naam], slaapt [kind] beter?")
    assert "Dag Fatima, slaapt Noor beter?" in await fatima.reads()

    said = await fatima.says("Ja, ze slaapt nu de hele nacht door.")
    assert said == "Dit ging naar Ingrid."
    assert fatima.buttons == [NOT_FOR_HER]
    heard = await ingrid.reads()
    assert heard == "Antwoord van Fatima op “Dag Fatima, slaapt Noor beter?”:\n\nJa, ze slaapt nu de hele nacht door."

    assert await ingrid.says("Wat fijn!", reply_to=ingrid.last) == "Gestuurd naar Fatima."
    assert await fatima.reads() == f"Antwoord van Ingrid:\n\nWat fijn!\n\n{HINT}"
    assert "Dit ging naar Ingrid." in await fatima.says("Ja, wij zijn er ook blij mee.")
    assert "er ook blij mee" in await ingrid.reads()
    await opens_card(ingrid, fatima)
    heard = await ingrid.taps("Meer", "Gepland en gestuurd", "slaapt [kind] beter?")
    assert "Fatima: gaf antwoord, vandaag" in heard


async def test_what_comes_right_behind_an_answer_belongs_to_it(ingrid: Somebody, fatima: Somebody) -> None:
    await writes(ingrid, fatima, "Hoe is het?")
    await fatima.reads()
    await fatima.says("Het gaat wel.")
    await fatima.waits(seconds=50)
    assert "Dit ging naar Ingrid" in await fatima.says("En gisteren was echt een fijne dag samen.")
    assert "echt een fijne dag" in await ingrid.reads()

    await fatima.waits(minutes=5)
    assert "Dit ging naar Ingrid" not in await fatima.says("Ik moet nog melk en brood halen voor morgen.")
    assert "melk" not in await ingrid.reads()


async def test_a_voice_note_and_a_photo_are_answers_too(ingrid: Somebody, fatima: Somebody) -> None:
    await writes(ingrid, fatima, "Hoe is het?")
    await fatima.reads()

    assert "Dit ging naar Ingrid" in await fatima.does(Phone.sends_voice)
    assert "Dit ging naar Ingrid" in await fatima.does(Phone.sends_photo)
    heard = await ingrid.reads()
    assert "<voice>" in heard or "Antwoord van Fatima" in heard
    assert any("voice" in message.body for message in ingrid.phone.from_bot)
    assert any("photo" in message.body for message in ingrid.phone.from_bot)


async def test_an_answer_that_was_not_meant_for_the_mentor_is_taken_back(
    town: Town, ingrid: Somebody, fatima: Somebody
) -> None:
    await writes(ingrid, fatima, "Hoe is het?")
    await fatima.reads()
    await fatima.says("Vergeet de afspraak bij de tandarts niet.")
    copy = ingrid.last.message_id
    assert "tandarts" in await ingrid.reads()

    token = fatima.token(NOT_FOR_HER)
    await fatima.taps(NOT_FOR_HER)
    assert "Ik haalde het weg bij Ingrid" in fatima.last.text
    assert fatima.buttons == []
    assert all(message.message_id != copy for message in ingrid.phone.from_bot)
    (note,) = fatima.kept("note")
    assert note.value("text") == "Vergeet de afspraak bij de tandarts niet."

    # A second tap, or one on a copy that still has the button.
    said = fatima.last
    await fatima.forges(token, said)
    assert said.text == "Dit haalde ik al weg. Het staat bij je notities, alleen voor jou."
    assert len(fatima.kept("note")) == 1
    assert "/menu" not in fatima.phone.screen


async def test_somebody_else_cannot_take_an_answer_back(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    joris = parent(town, OTHER, guide=ingrid, evening="")
    await writes(ingrid, fatima, "Hoe is het?")
    await fatima.reads()
    await fatima.says("Het gaat wel weer.")
    token = fatima.token(NOT_FOR_HER)
    await joris.says("/menu")

    await joris.forges(token)
    await joris.forges(f"{answering.NOT_FOR}:{2**63}:text")
    await joris.forges(f"{answering.NOT_FOR}:1:poll")
    assert "Het gaat wel weer." in await ingrid.reads()
    assert joris.kept() == []


# --- a button to something that is not on everywhere ------------------------------------------------------------------

STEP = "Zo groot voelt het nu"


async def test_a_step_is_switched_on_before_its_button_goes(ingrid: Somebody, fatima: Somebody) -> None:
    await opens_card(ingrid, fatima)
    await ingrid.taps("Bericht", "Zomaar", "Zomaar een groet", "Nu")
    heard = await ingrid.taps("Knop erbij", "Een stap met begeleiding", STEP)
    assert "Dat staat nog niet aan voor Fatima" in heard
    heard = await ingrid.taps("Zet het aan", "We spraken hier samen over", "Ja, zet het aan")
    assert "Het staat aan. Fatima weet het nu." in heard
    assert "Niet bij" not in heard
    assert "We spraken hier samen over" in await fatima.reads()
    await ingrid.taps("Stuur het nu")
    await fatima.reads()
    assert fatima.buttons == [STEP]
    await fatima.taps(STEP)
    assert fatima.talking


async def test_where_a_step_stays_off_there_is_no_button(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    joris = parent(town, OTHER, guide=ingrid, evening="")
    await ingrid.says("/aanzetten")
    await ingrid.taps("Fatima", STEP, "Er is om gevraagd", "Ja, zet het aan")
    await fatima.reads()
    await opens_card(ingrid, fatima)
    await ingrid.taps("Bericht", "Zomaar", "Zomaar een groet", "Morgen om 9.00", "Aan wie", "Iedereen", "Klaar")
    name = joris.known.name
    heard = await ingrid.taps("Knop erbij", "Een stap met begeleiding", STEP)
    assert f"Dat staat nog niet aan voor {name}" in heard
    heard = await ingrid.taps("Laat het uit, dan zonder knop")
    assert f"Niet bij {name}: daar staat het uit" in heard
    await ingrid.taps("Plan het")
    await fatima.until("2027-03-02T09:00")
    assert fatima.buttons == [STEP]
    assert "Bericht van Ingrid" in await joris.reads()
    assert joris.buttons == []
    assert f"Bij {name} ging het zonder knop" in await ingrid.reads()


async def test_what_was_switched_off_meanwhile_takes_its_button_along(ingrid: Somebody, fatima: Somebody) -> None:
    await ingrid.says("/aanzetten")
    await ingrid.taps(STEP, "Er is om gevraagd", "Ja, zet het aan")
    await opens_card(ingrid, fatima)
    await ingrid.taps("Bericht", "Zomaar", "Zomaar een groet", "Morgen om 9.00")
    assert STEP in await ingrid.taps("Knop erbij", "Een stap met begeleiding", STEP)
    await ingrid.taps("Plan het")
    await ingrid.says("/aanzetten")
    await ingrid.taps(STEP, "Het is nu te veel")
    await fatima.reads()
    assert "Bericht van Ingrid" in await fatima.until("2027-03-02T09:00")
    assert fatima.buttons == []


# --- what is no answer ------------------------------------------------------------------------------------------------


async def _is_kept_apart(
    fatima: Somebody, ingrid: Somebody, text: str = "Wat een lange en drukke dag was dit."
) -> None:
    ingrid.skims()
    assert "Dit ging naar" not in await fatima.says(text)
    assert text not in await ingrid.reads()


async def test_after_anything_else_of_the_bot_it_is_no_answer(ingrid: Somebody, fatima: Somebody) -> None:
    await writes(ingrid, fatima, "Hoe is het?")
    await fatima.says("/menu")
    await _is_kept_apart(fatima, ingrid)


async def test_after_an_old_menu_was_tapped_it_is_no_answer(ingrid: Somebody, fatima: Somebody) -> None:
    await fatima.says("/menu")
    await writes(ingrid, fatima, "Hoe is het?")
    await fatima.reads()
    await fatima.waits(minutes=1)
    menu = next(message for message in fatima.phone.from_bot if message.keyboard)
    await fatima.forges(str(menu.keyboard[0][0]["callback_data"]), menu)
    await _is_kept_apart(fatima, ingrid)


async def test_in_the_middle_of_a_conversation_it_is_no_answer(ingrid: Somebody, fatima: Somebody) -> None:
    await fatima.says("/menu")
    await fatima.taps("Vanavond", "De avondvraag", "Ik heb het gevraagd", "Over geld", "Dit zei ik")
    await writes(ingrid, fatima, "Hoe is het?")
    assert "Hoe is het?" in await fatima.reads()
    ingrid.skims()
    await fatima.says("Zij vroeg of er genoeg geld was.")
    assert await ingrid.reads() == ""


async def test_after_three_days_it_is_no_answer(ingrid: Somebody, fatima: Somebody) -> None:
    await writes(ingrid, fatima, "Hoe is het?")
    await fatima.waits(days=3, seconds=5)
    await _is_kept_apart(fatima, ingrid)


async def test_what_was_passed_on_and_what_asks_for_something_is_no_answer(ingrid: Somebody, fatima: Somebody) -> None:
    await writes(ingrid, fatima, "Hoe is het?")
    await fatima.reads()
    ingrid.skims()
    await fatima.says("adem")
    assert await ingrid.reads() == ""


async def test_a_reply_still_goes_to_its_letter_whatever_came_after(ingrid: Somebody, fatima: Somebody) -> None:
    await writes(ingrid, fatima, "Hoe is het?")
    letter = fatima.last
    await fatima.says("/menu")
    ingrid.skims()
    assert await fatima.says("Het gaat goed met ons.", reply_to=letter) == "Gestuurd naar Ingrid."
    assert "op “Hoe is het?”" in await ingrid.reads()


async def test_words_that_point_at_danger_are_answered_as_ever(ingrid: Somebody, fatima: Somebody) -> None:
    await writes(ingrid, fatima, "Hoe is het?")
    await fatima.reads()
    heard = await fatima.says("Ik wil niet meer leven.")
    assert "112" in heard
    assert "Dit ging naar Ingrid" in heard


# --- threads ----------------------------------------------------------------------------------------------------------


async def test_threads_of_two_mentors_and_two_parents_never_mix(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    samir = mentor(town, "samir")
    joris = parent(town, OTHER, guide=samir, evening="")
    marleen = parent(town, "marleen", guide=ingrid, evening="")
    await writes(ingrid, fatima, "Van Ingrid aan Fatima.")
    await writes(samir, joris, "Van Samir aan Joris.")
    await writes(ingrid, marleen, "Van Ingrid aan Marleen.")
    for one in (ingrid, samir):
        one.skims()

    for one in (fatima, joris, marleen):
        await one.reads()
        await one.says(f"Dit is een antwoord van {one.known.name}.")
    to_ingrid, to_samir = await ingrid.reads(), await samir.reads()
    assert "antwoord van Fatima." in to_ingrid
    assert "antwoord van Marleen." in to_ingrid
    assert "Joris" not in to_ingrid
    assert "antwoord van Joris." in to_samir
    assert "Fatima" not in to_samir

    first = next(one for one in ingrid.phone.from_bot if "antwoord van Fatima." in one.text)
    await ingrid.says("Dank je Fatima.", reply_to=first)
    assert "Dank je Fatima." in await fatima.reads()
    assert await marleen.reads() == ""


async def test_both_parents_who_agreed_get_it_each_in_their_own_chat(
    town: Town, ingrid: Somebody, fatima: Somebody
) -> None:
    bart = parent(town, "bart", partner=fatima, guide=ingrid, evening="")
    joris = parent(town, OTHER, guide=ingrid, evening="", children=[("Lotte", 11)])
    await opens_card(ingrid, fatima)
    await ingrid.taps("Bericht", "Zelf schrijven")
    await ingrid.says("Dag [naam], groet aan [kind].")
    heard = await ingrid.taps("Nu")
    assert "Aan: Fatima en Bart" in heard
    await ingrid.taps("Aan wie", "Joris (Lotte)", "Bart (Noor)", "Klaar")
    assert "Aan: Fatima en Joris" in ingrid.last.text
    await ingrid.taps("Stuur het nu")

    assert "Dag Fatima, groet aan Noor." in await fatima.reads()
    assert "Dag Joris, groet aan Lotte." in await joris.reads()
    assert await bart.reads() == ""


async def test_with_a_photo_and_a_button_that_starts_a_flow(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    await opens_card(ingrid, fatima)
    await ingrid.taps("Bericht", "Iets om te proberen", "Nu even", "Nu", "Foto of stem erbij")
    await ingrid.does(Phone.sends_photo)
    await ingrid.taps("Knop erbij", "Een lastig moment", "Samen ademen")
    assert "met een foto, met de knop Samen ademen" in ingrid.last.text
    await ingrid.taps("Stuur het nu")
    await fatima.reads()

    letter = next(message for message in fatima.phone.from_bot if message.keyboard)
    assert any("photo" in message.body for message in fatima.phone.from_bot)
    await fatima.forges(str(letter.keyboard[0][0]["callback_data"]), letter)
    assert fatima.last.text
    assert "Ingrid" not in fatima.last.text


# --- rhythms ----------------------------------------------------------------------------------------------------------


async def test_every_week_at_the_same_hour_also_when_the_clocks_change(
    town: Town, ingrid: Somebody, fatima: Somebody
) -> None:
    await writes(ingrid, fatima, "Hoe was de week?", "Vaker", "Elke week", "Morgen", "09.00", "Plan het")
    hours = []
    for _ in range(6):
        due = next(timer.due_at for key, timer in ingrid.timers.items() if key.startswith(follow_ups.TIMER))
        assert due
        await town.passes(due - town.clock.now())
        hours.append(amsterdam(town).strftime("%a %d %H:%M"))
        assert "Hoe was de week?" in await fatima.reads()
    assert hours == [
        "Tue 02 09:00",
        "Tue 09 09:00",
        "Tue 16 09:00",
        "Tue 23 09:00",
        "Tue 30 09:00",
        "Tue 06 09:00",
    ]
    assert town.clock.now() == datetime(2027, 4, 6, 7, tzinfo=UTC)


async def test_winding_down_thins_out_and_ends(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    start = amsterdam(town).date()
    await writes(
        ingrid, fatima, "Hoe is het?", "Vaker", "Afbouwen: na 1, 2, 4, 8 en 12 weken", "Morgen", "16.00", "Plan het"
    )
    got = []
    for _ in range(40):
        if "Hoe is het?" in await fatima.waits(weeks=1):
            got.append((amsterdam(town).date() - start).days // 7)
    assert got == [1, 2, 4, 8, 16, 28]
    (one,) = planned_of(town, ingrid)
    assert (one.status, one.times) == (follow_ups.ENDED, 6)


async def test_it_waits_for_quiet_hours_and_for_the_end_of_a_pause(
    town: Town, ingrid: Somebody, fatima: Somebody
) -> None:
    joris = parent(town, OTHER, guide=ingrid, evening="")

    hers, his = fatima.known.id, joris.known.id

    def rest(connection: Connection) -> None:
        people.change(connection, hers, reminder_hours="18:00-21:00")
        people.change(connection, his, paused_until=amsterdam(town).date() + timedelta(days=4))

    town.do(rest)
    await opens_card(ingrid, fatima)
    await ingrid.taps(
        "Bericht", "Zomaar", "Goed genoeg", "Morgen om 9.00", "Aan wie", "Joris (Noor)", "Klaar", "Plan het"
    )
    assert await fatima.until("2027-03-02T17:59") == ""
    assert "Een gewone dag" in await fatima.until("2027-03-02T18:01")
    assert await joris.until("2027-03-05T08:59") == ""
    assert "Een gewone dag" in await joris.until("2027-03-05T09:01")


# --- looking, changing, stopping --------------------------------------------------------------------------------------


async def test_other_words_another_moment_and_a_stop(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    await writes(ingrid, fatima, "Eerste woorden.", "Morgen om 9.00", "Plan het")
    await opens_card(ingrid, fatima)
    await ingrid.taps("Meer", "Gepland en gestuurd", "2-3: Eerste woorden.", "Andere woorden")
    heard = await ingrid.says("Andere woorden voor [naam].")
    assert "Andere woorden voor [naam]." in heard
    assert "Fatima: staat klaar" in heard
    await ingrid.taps("Ander moment", "Over een week")
    assert "maandag 8 maart om 16.00 uur" in await ingrid.taps("16.00")
    assert "Bericht van" not in await fatima.until("2027-03-08T15:59")
    assert "Andere woorden voor Fatima." in await fatima.until("2027-03-08T16:00")

    await writes(ingrid, fatima, "Deze gaat niet.", "Morgen om 9.00", "Plan het")
    await opens_card(ingrid, fatima)
    await ingrid.taps("Meer", "Gepland en gestuurd", "9-3: Deze gaat niet.", "Stop dit bericht", "Ja, stop het")
    assert "Deze gaat niet" not in await fatima.waits(days=3)


async def test_a_moment_that_is_past_is_asked_again(ingrid: Somebody, fatima: Somebody) -> None:
    heard = await writes(ingrid, fatima, "Te laat.", "Kies een dag", "Vandaag", "09.00")
    assert "Dat moment is al voorbij" in heard
    assert "Wanneer moet het gaan?" in heard


# --- appointments -----------------------------------------------------------------------------------------------------


def appointment(town: Town, ingrid: Somebody, fatima: Somebody, local: str) -> int:
    now = town.clock.now()
    number = new_id(now)
    family_id, mentor_id = fatima.known.family_id, ingrid.known.id
    starts_at = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo("Europe/Amsterdam")).astimezone(UTC)

    def work(connection: Connection) -> None:
        connection.execute(
            insert(tables.appointments).values(
                id=number,
                family_id=family_id,
                mentor_id=mentor_id,
                kind="talk",
                starts_at=starts_at,
                minutes=60,
                zone="Europe/Amsterdam",
                status="agreed",
                created_at=now,
                changed_at=now,
                details_sealed=town.service.vault.seal_json("appointments.details", number, {}),
            )
        )

    town.do(work)
    return number


async def test_what_goes_by_an_appointment_moves_along_and_ends_with_it(
    town: Town, ingrid: Somebody, fatima: Somebody
) -> None:
    meeting = appointment(town, ingrid, fatima, "2027-03-10T14:00")
    await opens_card(ingrid, fatima)
    path = [
        "Bericht",
        "Voor een afspraak",
        "Een moment meebrengen",
        "Rond de afspraak",
        "Twee dagen ervoor",
        "Plan het",
    ]
    heard = await ingrid.taps(*path)
    assert len(path) <= 6
    assert "maandag 8 maart om 9.00 uur" in heard
    await writes(ingrid, fatima, "Dank voor het gesprek.", "Rond de afspraak", "De dag erna", "Plan het")

    later = datetime(2027, 3, 30, 12, tzinfo=UTC)

    def move(connection: Connection) -> None:
        connection.execute(
            update(tables.appointments).where(tables.appointments.c.id == meeting).values(starts_at=later)
        )
        follow_ups.appointment_moved(connection, meeting, later, town.clock.now())

    town.do(move)
    assert "Bericht van" not in await fatima.until("2027-03-28T08:59")
    assert "één moment met Noor" in await fatima.until("2027-03-28T09:00")
    ingrid.skims()

    town.do(lambda connection: follow_ups.appointment_gone(connection, meeting, town.clock.now()))
    await town.passes(timedelta(seconds=1))
    assert "Je bericht “Dank voor het gesprek.” voor Fatima gaat niet uit." in await ingrid.reads()
    assert "Bericht van" not in await fatima.waits(days=7)


async def test_what_does_not_fit_before_an_appointment_any_more_ends(
    town: Town, ingrid: Somebody, fatima: Somebody
) -> None:
    meeting = appointment(town, ingrid, fatima, "2027-03-10T14:00")
    await writes(ingrid, fatima, "Tot woensdag.", "Rond de afspraak", "Twee dagen ervoor", "Plan het")
    sooner = datetime(2027, 3, 2, 12, tzinfo=UTC)
    town.do(lambda connection: follow_ups.appointment_moved(connection, meeting, sooner, town.clock.now()))
    await town.passes(timedelta(seconds=1))
    assert "gaat niet uit" in await ingrid.reads()
    assert [one.status for one in planned_of(town, ingrid)] == [follow_ups.CANCELLED]


# --- who cannot be reached, who left ----------------------------------------------------------------------------------


async def test_whoever_blocked_the_bot_is_skipped_until_they_are_back(tmp_path: Path, cache: Path) -> None:
    async with open_town(tmp_path, "2027-03-01T12:00", cache=cache) as town:
        ingrid = mentor(town)
        fatima = parent(town, guide=ingrid, evening="")
        await writes(ingrid, fatima, "Hoe was de week?", "Vaker", "Elke week", "Morgen", "09.00", "Plan het")
        fatima.phone.blocks()
        await town.settle()
        assert "Fatima krijgt mijn berichten nu niet" in await ingrid.reads()
        heard = await ingrid.until("2027-03-02T09:01")
        assert "ging nu naar niemand" in heard
        assert "Fatima krijgt nu geen berichten" in heard
        await opens_card(ingrid, fatima)
        heard = await ingrid.taps("Meer", "Gepland en gestuurd", "9-3: Hoe was de week?")
        assert "Fatima: nu niet bereikbaar" in heard
        await ingrid.taps("Klaar")

        fatima.phone.unblocks()
        await fatima.says("/menu")
        assert "Fatima krijgt mijn berichten weer. Dit kwam toen niet aan: “Hoe was de week?”" in await ingrid.reads()
        assert "Hoe was de week?" in await fatima.until("2027-03-09T09:01")
        went_well(town, refused=("blocked", "unreachable"))


SEND_AGAIN = "Stuur het alsnog"


async def misses(town: Town, ingrid: Somebody, fatima: Somebody, *what: str) -> None:
    """Fatima blocks the bot, gets nothing of a message, and is back."""
    fatima.phone.blocks()
    await town.settle()
    await opens_card(ingrid, fatima)
    await ingrid.taps("Bericht", *what)
    await ingrid.waits(minutes=1)
    ingrid.skims()
    fatima.phone.unblocks()
    await fatima.says("/menu")
    fatima.skims()


async def test_what_did_not_arrive_goes_again_by_one_tap_and_once(tmp_path: Path, cache: Path) -> None:
    async with open_town(tmp_path, "2027-03-01T12:00", cache=cache) as town:
        ingrid = mentor(town)
        fatima = parent(town, guide=ingrid, evening="")
        ways = ["Iets om te proberen", "Samen iets kleins", "Nu", "Stuur het nu"]
        await misses(town, ingrid, fatima, *ways)
        assert "Dit kwam toen niet aan: “Dag Fatima. Zin in iets kleins" in await ingrid.reads()
        token, notice = ingrid.token(SEND_AGAIN), ingrid.last
        await ingrid.taps(SEND_AGAIN)
        assert "is alsnog onderweg naar Fatima" in notice.text
        assert "Zin in iets kleins samen met Noor?" in await fatima.reads()
        assert fatima.buttons == ["Samen iets kleins"]

        await ingrid.forges(token, notice)
        assert "kwam al aan bij Fatima" in notice.text
        assert await fatima.reads() == ""
        assert "Dit ging naar Ingrid" in await fatima.says("Dat lijkt ons leuk om te doen.")
        assert "op “Dag Fatima. Zin in iets kleins" in await ingrid.reads()
        went_well(town, refused=("blocked", "unreachable"))


async def test_what_goes_again_waits_for_a_quiet_hour_and_a_second_tap_for_nothing(tmp_path: Path, cache: Path) -> None:
    async with open_town(tmp_path, "2027-03-01T12:00", cache=cache) as town:
        ingrid = mentor(town)
        fatima = parent(town, guide=ingrid, evening="")
        await misses(town, ingrid, fatima, "Zomaar", "Zomaar een groet", "Nu", "Stuur het nu")
        await ingrid.reads()
        token, notice, own = ingrid.token(SEND_AGAIN), ingrid.last, fatima.known.id
        town.do(lambda connection: people.change(connection, own, reminder_hours="18:00-20:00"))
        await ingrid.taps(SEND_AGAIN)
        await ingrid.forges(token, notice)
        assert "is al onderweg naar Fatima. Nog een keer hoeft niet." in notice.text
        assert await fatima.reads() == ""
        heard = await fatima.until("2027-03-01T20:30")
        assert heard.count("Zomaar een groet") == 1


async def test_what_did_not_arrive_does_not_go_to_who_is_with_another(tmp_path: Path, cache: Path) -> None:
    async with open_town(tmp_path, "2027-03-01T12:00", cache=cache) as town:
        ingrid, samir = mentor(town), mentor(town, "samir")
        fatima = parent(town, guide=ingrid, evening="")
        await misses(town, ingrid, fatima, "Zomaar", "Zomaar een groet", "Nu", "Stuur het nu")
        await ingrid.reads()
        token, family_id, other = ingrid.token(SEND_AGAIN), fatima.known.family_id, samir.known.id
        family = tables.families
        town.do(
            lambda connection: connection.execute(
                update(family).where(family.c.id == family_id).values(mentor_id=other)
            )
        )
        assert "Er is niets gestuurd" in await ingrid.taps(SEND_AGAIN)
        await samir.says("/menu")
        await samir.forges(token)
        assert await fatima.reads() == ""


async def test_who_was_erased_leaves_no_name_and_the_mentor_hears_it(
    town: Town, ingrid: Somebody, fatima: Somebody
) -> None:
    await writes(ingrid, fatima, "Hoe was de week?", "Vaker", "Elke week", "Morgen", "09.00", "Plan het")
    await fatima.until("2027-03-02T09:01")
    await fatima.says("Het ging best goed deze week.")
    ids, service, known = own_ids(fatima), town.service, fatima.known

    def erase(connection: Connection) -> None:
        leaving.erase(connection, service.vault, service.host.law, known, town.clock.now())

    service.database.do(erase)
    assert words_left(town, ids) == []
    ingrid.skims()
    heard = await ingrid.until("2027-03-09T09:01")
    assert "Wie het zou krijgen, is gestopt met Draaglicht." in heard
    assert "Fatima" not in heard
    assert "follow_up" not in str(ingrid.timers)


# --- when it is read --------------------------------------------------------------------------------------------------


async def test_outside_office_hours_the_parent_hears_once_a_day_when_the_mentor_works(
    town: Town, ingrid: Somebody, fatima: Somebody
) -> None:
    await writes(ingrid, fatima, "Hoe is het?", "Morgen om 9.00", "Plan het")
    await fatima.until("2027-03-02T20:00")
    heard = await fatima.says("Vandaag was wel een zware dag.")
    assert "Ingrid werkt op maandag tot en met vrijdag, van 09.00 tot 17.00 uur." in heard
    assert "werkt op" not in await fatima.says("Maar nu slapen ze gelukkig allemaal.")


async def test_during_leave_the_stand_in_reads_along_and_the_parent_knows(
    town: Town, ingrid: Somebody, fatima: Somebody
) -> None:
    samir = mentor(town, "samir")
    await writes(ingrid, fatima, "Hoe is het?")
    await ingrid.says("/verlof")
    heard = await ingrid.taps("Vandaag", "Een week")
    assert "Je bent weg tot en met zondag 7 maart" in heard
    await ingrid.taps("Kies een vervanger", "Samir")
    ingrid.skims()

    await fatima.reads()
    heard = await fatima.says("Het was een lastige ochtend met Noor.")
    assert "Ingrid is er tot en met zondag 7 maart niet. Samir leest mee" in heard
    assert "lastige ochtend" in await ingrid.reads()
    assert "Fatima schreef aan Ingrid" in await samir.reads()
    await samir.says("Ik denk aan jullie.", reply_to=samir.last)
    assert "Antwoord van Samir:\n\nIk denk aan jullie." in await fatima.reads()

    await fatima.says("/hulp")
    await fatima.taps("Vertel het mijn mentor", "Ja, stuur dit")
    assert "vraagt om hulp" in await samir.reads()
    assert "vraagt om hulp" in await ingrid.reads()

    await ingrid.says("/verlof")
    await ingrid.taps("Ik ben weer terug")
    assert ingrid.known.away_from is None


# --- another mentor ---------------------------------------------------------------------------------------------------


async def test_a_family_is_handed_over_with_all_that_was_planned(
    town: Town, ingrid: Somebody, fatima: Somebody
) -> None:
    samir, petra = mentor(town, "samir"), coordinator(town)
    joris = parent(town, OTHER, guide=ingrid, evening="")
    await writes(ingrid, fatima, "Hoe is het?")
    letter = fatima.last
    await opens_card(ingrid, fatima)
    await ingrid.taps(
        "Bericht", "Zomaar", "Goed genoeg", "Morgen om 9.00", "Aan wie", "Joris (Noor)", "Klaar", "Plan het"
    )
    await writes(ingrid, fatima, "Alleen voor Fatima.", "Vaker", "Elke week", "Morgen", "09.00", "Plan het")
    for one in (fatima, ingrid):
        await one.reads()

    await petra.says("/menu")
    await petra.taps("Een gezin overdragen", "Ingrid", "Fatima", "Samir")
    assert "Fatima gaat van Ingrid naar Samir." in petra.last.text
    assert "Samir begeleidt nu Fatima" in await petra.taps("Ja, draag over")
    assert "Samir is vanaf nu je mentor, in plaats van Ingrid." in await fatima.reads()
    assert "begeleid door Samir" in await ingrid.reads()
    assert "Fatima is vanaf nu bij jou" in await samir.reads()

    await samir.taps("Kijk wat er gepland was", "2-3: Een gewone dag is ook…", "Laat het los")
    heard = await samir.taps("2-3: Alleen voor Fatima.", "Neem het over")
    assert "in jouw naam, morgen om 9.00 uur" in heard
    got = await fatima.until("2027-03-02T09:01")
    assert "Bericht van Samir:\n\nAlleen voor Fatima." in got
    assert "Een gewone dag" not in got
    assert "Een gewone dag" in await joris.reads()

    heard = await fatima.says("Dit is nog voor Ingrid.", reply_to=letter)
    assert "Ingrid is nu niet meer je mentor. Ik stuurde het naar Samir." in heard
    assert "Dit is nog voor Ingrid." in await samir.reads()
    ingrid.skims()
    assert "Dit is nog" not in await ingrid.reads()


async def test_who_is_no_mentor_of_a_family_any_more_cannot_write_to_it(
    town: Town, ingrid: Somebody, fatima: Somebody
) -> None:
    mentor(town, "samir")
    petra = coordinator(town)
    await writes(ingrid, fatima, "Hoe is het?")
    await fatima.reads()
    await fatima.says("Het gaat goed met ons allemaal.")
    await ingrid.reads()
    answer = ingrid.last
    await petra.says("/overdragen")
    await petra.taps("Ingrid", "Fatima")
    assert petra.buttons == ["Samir", "Laat maar"]
    await petra.taps("Samir", "Ja, draag over")
    await fatima.reads()
    await ingrid.reads()

    heard = await ingrid.says("Fijn om te horen.", reply_to=answer)
    assert "Fatima wordt nu door iemand anders begeleid" in heard
    assert await fatima.reads() == ""


# --- own texts, many at once ------------------------------------------------------------------------------------------


async def test_own_texts_are_kept_and_sent(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    await ingrid.says("/teksten")
    await ingrid.taps("Nieuwe tekst")
    await ingrid.says("Dag [naam], hoe was de zwemles van [kind]?")
    await ingrid.says("De zwemles")
    await opens_card(ingrid, fatima)
    await ingrid.taps("Bericht", "Mijn eigen teksten", "De zwemles", "Nu", "Stuur het nu")
    assert "Dag Fatima, hoe was de zwemles van Noor?" in await fatima.reads()


async def test_what_goes_to_many_goes_behind_all_else(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    parent(town, OTHER, guide=ingrid, evening="")
    await opens_card(ingrid, fatima)
    await ingrid.taps("Bericht", "Zomaar", "Goed genoeg", "Nu", "Aan wie", "Iedereen", "Klaar", "Stuur het nu")

    def priorities(connection: Connection) -> list[int]:
        outbox = tables.outbox.c
        return list(connection.execute(select(outbox.priority).where(outbox.letter_id.is_not(None))).scalars())

    assert town.do(priorities) == [3, 3]
