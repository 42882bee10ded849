"""Appointments of a parent and a mentor: agreed, moved, cancelled, held; lived through the whole service and the moved
clock."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from icalendar import Calendar, Event
from sqlalchemy import Connection

from bot.care import appointment_rules, appointments, families, people, privacy
from bot.care.appointment_rules import AGREED, CANCELLED, HAPPENED, MISSED, PROPOSED, Appointment, Details
from bot.simulator.world import Message
from tests.service.story import OTHER, PARENT, Somebody, mentor, parent, telling
from tests.service.town import HOME, Town

YES, NO, OTHER_TIME = "Ja, dat past", "Nee, dit niet", "Ander moment"
WEDNESDAY = "2027-03-03T14:30"


@pytest.fixture
def fatima(town: Town, ingrid: Somebody) -> Somebody:
    return parent(town, PARENT, guide=ingrid, evening="")


def all_of(town: Town, who: Somebody) -> list[Appointment]:
    """The appointments of a parent's family."""
    family = who.known.family_id or 0
    return town.do(lambda connection: appointments.of_family(connection, town.service.vault, family))


def only(town: Town, who: Somebody) -> Appointment:
    (one,) = all_of(town, who)
    return one


def planned(town: Town, who: Somebody, at: str = WEDNESDAY, *, agreed: bool = True, kind: str = "talk") -> Appointment:
    """An appointment that the mentor proposed before, and that the parent agreed to."""
    known, service, now = who.known, town.service, town.clock.now()
    starts_at = datetime.fromisoformat(at).replace(tzinfo=HOME)

    def work(connection: Connection) -> Appointment:
        made = appointments.propose(
            connection,
            service.vault,
            family_id=known.family_id or 0,
            mentor_id=known.mentor_id,
            by=known.mentor_id,
            kind=kind,
            starts_at=starts_at,
            minutes=60,
            zone=HOME,
            details=Details("office"),
            now=now,
        )
        if agreed:
            appointments.agree(connection, service.vault, made, appointment_rules.Side.PARENT, starts_at, now)
        found = appointments.find(connection, service.vault, made)
        assert found
        return found

    return service.database.do(work)


def local(one: Appointment) -> str:
    return one.starts_at.astimezone(HOME).strftime("%Y-%m-%dT%H:%M")


async def proposes(ingrid: Somebody, day: str = "woensdag", at: str = "14.30") -> str:
    """A mentor proposes a first appointment, with typing where it cannot be tapped."""
    await ingrid.says("/afspraak")
    await ingrid.taps("Oudergesprek")
    await ingrid.says(day)
    await ingrid.taps(at, "Een uur", "Op kantoor")
    return await ingrid.taps("Ja, stel voor")


def files(town: Town, who: Somebody) -> list[Event]:
    """What this person's calendar heard, in order."""
    found = []
    for message in who.phone.from_bot:
        if "document" in message.body:
            stored = town.emulator.world.files[message.body["document"]["file_id"]]
            (event,) = Calendar.from_ical(stored.content).walk("VEVENT")
            found.append(event)
    return found


def shown(who: Somebody, words: str) -> Message:
    """The last message of the bot with these words in it, as it reads now."""
    return next(one for one in reversed(who.phone.from_bot) if words in (one.text or ""))


# --- agreeing ---------------------------------------------------------------------------------------------------------


async def test_a_proposal_is_confirmed_with_one_tap(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    heard = await proposes(ingrid)
    assert "Fatima" in heard
    told = await fatima.reads()
    assert "woensdag 3 maart om half drie 's middags, een uur" in told
    assert "op kantoor" in told
    assert YES in fatima.buttons
    ingrid.skims()
    await fatima.taps(YES)  # One tap, on the message itself.
    assert only(town, fatima).status == AGREED
    assert "Afgesproken: oudergesprek, woensdag 3 maart om half drie 's middags." in shown(fatima, "Afgesproken").text
    assert "Fatima zegt ja" in await ingrid.reads()
    (event,) = files(town, fatima)
    assert event.decoded("DTSTART") == datetime(2027, 3, 3, 14, 30, tzinfo=HOME)
    assert (event["SEQUENCE"], str(event["SUMMARY"])) == (0, "Afspraak met Ingrid")
    (other,) = files(town, ingrid)
    assert (other["UID"], str(other["SUMMARY"])) == (event["UID"], "Afspraak met Fatima")


@pytest.mark.parametrize("minutes", ["999999999", "9999999999"])
async def test_a_forged_yes_to_a_time_far_away_agrees_to_nothing(town: Town, fatima: Somebody, minutes: str) -> None:
    one = planned(town, fatima, agreed=False)
    await fatima.says("/menu")
    await fatima.forges(f"m:y:{one.id}:{minutes}")
    assert only(town, fatima).status == PROPOSED


async def test_an_appointment_like_the_last_takes_three_taps(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    one = planned(town, fatima, "2027-02-24T14:30")
    family = fatima.known.family_id
    await ingrid.says("/gezinnen")
    taps = 0
    await ingrid.forges(f"f:d:{family}:appointment_new")
    taps += 1
    for label in ("Na een week: wo 3 mrt, 14.30", "Ja, stel voor"):
        await ingrid.taps(label)
        taps += 1
    assert taps == 3
    new = all_of(town, fatima)[-1]
    assert local(new) == WEDNESDAY
    assert (new.kind, new.minutes, new.details) == (one.kind, one.minutes, one.details)


async def test_a_parent_proposes_and_the_mentor_says_yes(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    await fatima.says("/moment")
    await fatima.says("donderdag")
    await fatima.says("half elf 's ochtends")
    await fatima.taps("Bellen")
    await fatima.says("Over het slapen")
    assert "donderdag 4 maart om half elf 's ochtends" in fatima.last.text
    await fatima.taps("Ja, vraag het")
    assert "Over het slapen" in await ingrid.reads()
    await ingrid.taps(YES)
    assert only(town, fatima).status == AGREED
    assert "Ingrid zegt ja" in await fatima.reads()


async def test_an_old_button_agrees_to_nothing_new(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    await proposes(ingrid)
    await fatima.reads()
    old, message = fatima.token(YES), fatima.last
    await ingrid.says("/verzetten")
    await ingrid.taps("do 4 mrt, 14.30", "Ja, vraag het")
    await fatima.reads()
    await fatima.forges(old, message)
    assert only(town, fatima).status == PROPOSED
    assert "intussen veranderd" in shown(fatima, "veranderd").text
    await fatima.taps(YES)
    assert (only(town, fatima).status, local(only(town, fatima))) == (AGREED, "2027-03-04T14:30")


async def test_two_parents_hear_of_each_others_yes(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    joris = parent(town, OTHER, partner=fatima, evening="")
    await proposes(ingrid)
    assert YES in joris.buttons
    joris.skims()
    await fatima.taps(YES)
    assert "Fatima zegt ja" in await joris.reads()
    await joris.does(lambda phone: phone.taps(YES, shown(joris, "stelt een moment voor")))
    assert "intussen veranderd" in shown(joris, "veranderd").text


# --- moving and cancelling --------------------------------------------------------------------------------------------


async def test_moving_is_asked_and_the_other_says_yes(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    planned(town, fatima)
    await fatima.says("/afspraken")
    await fatima.taps("wo 3 mrt, 14.30", "Ander moment", "wo 10 mrt, 14.30", "Ja, vraag het")
    assert local(only(town, fatima)) == WEDNESDAY
    told = await ingrid.reads()
    assert "was woensdag 3 maart om half drie 's middags" in told
    assert "woensdag 10 maart om half drie 's middags" in told
    await ingrid.taps(YES)
    assert local(only(town, fatima)) == "2027-03-10T14:30"
    assert "woensdag 10 maart" in await fatima.reads()
    (event,) = files(town, fatima)
    assert event["SEQUENCE"] == 1
    assert event.decoded("DTSTART") == datetime(2027, 3, 10, 14, 30, tzinfo=HOME)


async def test_the_other_leaves_it_as_it_was(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    planned(town, fatima)
    await ingrid.says("/afspraken")
    await ingrid.taps("wo 3 mrt, 14.30 Fatima", "Ander moment", "Een andere dag", "Morgen", "09.00", "Ja, vraag het")
    assert "dinsdag 2 maart" in await fatima.reads() or "morgen" in shown(fatima, "Past dat").text
    await fatima.taps("Laat het zoals het was")
    assert only(town, fatima).move_to is None
    assert "Fatima laat het zoals het was" in await ingrid.reads()


async def test_cancelling_is_told_at_once_and_leaves_calendars(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    planned(town, fatima)
    await fatima.says("/afspraken")
    await fatima.taps("wo 3 mrt, 14.30", "Kan niet doorgaan", "Ja, het gaat niet door")
    assert only(town, fatima).status == CANCELLED
    told = await ingrid.reads()
    assert "gaat niet door" in told
    (event,) = files(town, ingrid)
    assert (event["STATUS"], event["SEQUENCE"]) == ("CANCELLED", 1)
    assert await fatima.until("2027-03-04T12:00") == ""
    assert "Ging het door" not in await ingrid.reads()


async def test_a_mentor_who_is_busy_then_is_warned(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    parent(town, OTHER, guide=ingrid, evening="")
    planned(town, fatima)
    await ingrid.says("/afspraak")
    await ingrid.taps("Joris", "Muziek")
    await ingrid.says("woensdag")
    await ingrid.says("15.00")
    heard = await ingrid.taps("Een uur", "Bellen")
    assert "Fatima (14.30)" in heard
    assert "Toch doen" in ingrid.buttons
    await ingrid.taps("Toch doen")
    assert "stelt een moment voor" in shown(Somebody(town, OTHER), "stelt").text


async def test_a_mentor_who_is_busy_then_is_asked_before_the_yes(
    town: Town, ingrid: Somebody, fatima: Somebody
) -> None:
    joris = parent(town, OTHER, guide=ingrid, evening="")
    planned(town, fatima)
    planned(town, joris, "2027-03-10T15:00")
    await joris.says("/moment")
    await joris.taps("Een andere dag")
    await joris.says("woensdag")
    await joris.taps("14.30", "Maakt niet uit", "Nee")
    await joris.taps("Ja, vraag het")
    assert "Let op" in await ingrid.reads()
    assert "Let op" not in shown(joris, "Zal ik dit").text
    await ingrid.taps(YES)
    assert all_of(town, joris)[0].status == PROPOSED
    await ingrid.taps("Toch doen")
    assert all_of(town, joris)[0].status == AGREED


# --- what comes by itself ---------------------------------------------------------------------------------------------


async def test_reminders_are_neutral_and_the_mentor_hears_in_the_morning(
    town: Town, ingrid: Somebody, fatima: Somebody
) -> None:
    joris = parent(town, OTHER, guide=ingrid, evening="")
    planned(town, fatima)
    planned(town, joris, "2027-03-03T16:00")
    assert "Even eraan denken" not in await fatima.until("2027-03-02T14:29")
    heard = await fatima.until("2027-03-02T14:31")
    assert heard == "Even eraan denken: morgen om half drie 's middags staat er iets in je agenda."
    assert "Vandaag staat dit" not in await ingrid.until("2027-03-03T07:29")
    heard = await ingrid.until("2027-03-03T07:31")
    assert "14.30 Fatima, oudergesprek" in heard
    assert "16.00 Joris, oudergesprek" in heard
    heard = await fatima.until("2027-03-03T12:31")
    assert "vandaag om half drie" in heard
    for secret in ("Ingrid", "gesprek", "ouder", "Noor"):
        assert secret not in heard
    await fatima.taps("Laat zien")
    assert "Ingrid" in shown(fatima, "Dit staat vast").text
    assert "Vandaag staat dit" not in await ingrid.until("2027-03-03T15:00")


async def test_it_took_place(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    planned(town, fatima)
    await fatima.until("2027-03-03T15:50")
    assert "Ging het door" in shown(fatima, "Ging het door").text
    assert "Fatima: oudergesprek" in shown(ingrid, "Ging het door").text
    await fatima.taps("Ja, het ging door")
    await ingrid.taps("Ja, het ging door")
    assert only(town, fatima).status == HAPPENED
    assert "Nieuw moment" in ingrid.buttons


async def test_it_did_not_take_place_and_nobody_is_blamed(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    planned(town, fatima)
    await fatima.until("2027-03-03T15:50")
    heard = await fatima.taps("Nee, het ging niet door")
    assert "Dat kan gebeuren" in shown(fatima, "Dat kan gebeuren").text + heard
    assert "Fatima zegt dat dit niet doorging" in await ingrid.reads()
    fatima.skims()
    await ingrid.taps("Nee, het ging niet door")
    assert only(town, fatima).status == MISSED
    told = await fatima.reads()
    assert "Dat kan gebeuren. Je hoeft niets uit te leggen." in told
    assert "Nieuw moment" in fatima.buttons
    again = next(label for label in ingrid.buttons if label.startswith("Stel voor"))
    assert again == "Stel voor: wo 10 mrt, 14.30"
    await ingrid.taps(again)  # One tap: the same meeting a week later.
    assert "woensdag 10 maart om half drie" in await fatima.reads()
    await fatima.taps(YES)
    assert [(one.status, local(one)) for one in all_of(town, fatima)] == [
        (MISSED, WEDNESDAY),
        (AGREED, "2027-03-10T14:30"),
    ]


async def test_an_agreed_appointment_comes_however_full_the_day_was(
    town: Town, ingrid: Somebody, fatima: Somebody
) -> None:
    own = fatima.known.id
    town.do(lambda connection: people.change(connection, own, reminders_a_day=1))
    planned(town, fatima, "2027-03-02T13:00")
    planned(town, fatima, "2027-03-02T20:00")
    await fatima.until("2027-03-02T21:30")
    came = [one.text for one in fatima.phone.from_bot if "Even eraan denken" in (one.text or "")]
    assert len(came) == 4


async def test_nobody_is_woken_for_it(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    own = fatima.known.id
    town.do(lambda connection: people.change(connection, own, reminder_hours="17:00-20:00"))
    planned(town, fatima)
    assert "Even eraan denken" not in await fatima.until("2027-03-02T19:29")
    assert "morgen om half drie" in await fatima.until("2027-03-02T19:31")
    assert "Ging het door" not in await fatima.until("2027-03-03T16:59")
    assert "Ging het door" in await fatima.until("2027-03-03T17:01")


async def test_a_parent_on_holiday_is_left_alone_and_the_mentor_still_decides(
    town: Town, ingrid: Somebody, fatima: Somebody
) -> None:
    planned(town, fatima)
    await fatima.says("/pauze")
    await fatima.taps("Een week")
    fatima.skims()
    assert await fatima.until("2027-03-03T18:00") == ""
    assert "Ging het door" in shown(ingrid, "Ging het door").text


# --- clocks -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("start", "day"), [("2027-03-26T12:00", "2027-03-28"), ("2027-10-29T12:00", "2027-10-31")])
async def test_the_hour_stands_when_the_clock_changes(tmp_path: Path, cache: Path, start: str, day: str) -> None:
    async with telling(tmp_path, cache, start) as town:
        ingrid = mentor(town)
        fatima = parent(town, PARENT, guide=ingrid, evening="")
        await proposes(ingrid, "zondag")
        await fatima.reads()
        await fatima.taps(YES)
        assert local(only(town, fatima)) == f"{day}T14:30"
        fatima.skims()
        assert "vandaag om half drie 's middags" in await fatima.until(f"{day}T12:31")
        (event,) = files(town, fatima)
        assert event.decoded("DTSTART") == datetime.fromisoformat(f"{day}T14:30").replace(tzinfo=HOME)
        await ingrid.does(lambda phone: None)
        await fatima.until(f"{day}T15:50")
        await ingrid.taps("Nee, het ging niet door")
        again = next(label for label in ingrid.buttons if label.startswith("Stel voor"))
        assert again.endswith("14.30")


async def test_a_parent_elsewhere_sees_their_own_time(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    own = fatima.known.id
    town.do(lambda connection: people.change(connection, own, zone="America/New_York"))
    await proposes(ingrid)
    assert "half negen 's ochtends" in await fatima.reads()
    await fatima.taps(YES)
    assert local(only(town, fatima)) == WEDNESDAY


# --- what goes wrong --------------------------------------------------------------------------------------------------


async def test_an_appointment_in_the_past_is_kept_as_one_that_took_place(
    town: Town, ingrid: Somebody, fatima: Somebody
) -> None:
    await ingrid.says("/afspraak")
    await ingrid.taps("Oudergesprek")
    await ingrid.says("gisteren")
    heard = await ingrid.taps("10.30", "Een uur", "Op kantoor")
    assert "dat is al geweest" in heard
    await ingrid.taps("Ja, schrijf het op")
    one = only(town, fatima)
    assert (one.status, local(one)) == (HAPPENED, "2027-02-28T10:30")
    assert "doorging" in await fatima.reads()


async def test_a_day_of_last_month_is_not_taken_for_next_year(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    await ingrid.says("/afspraak")
    await ingrid.taps("Oudergesprek")
    await ingrid.says("3 februari")
    heard = await ingrid.taps("10.30", "Een uur", "Op kantoor")
    assert "2028" in heard
    await ingrid.taps("Het was al")
    assert (only(town, fatima).status, local(only(town, fatima))) == (HAPPENED, "2027-02-03T10:30")


async def test_a_parent_who_cannot_be_reached(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    await fatima.does(lambda phone: phone.blocks())
    ingrid.skims()
    heard = await proposes(ingrid)
    assert "kwam nu bij niemand aan" in heard
    assert only(town, fatima).status == PROPOSED


async def test_a_parent_who_left_in_the_middle(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    one, person = planned(town, fatima), fatima.known
    await ingrid.says("/afspraken")
    await ingrid.taps("wo 3 mrt, 14.30 Fatima", "Ander moment", "Een andere dag", "Morgen")
    town.do(lambda connection: privacy.erase(connection, person))
    heard = await ingrid.taps("09.00")
    assert "is er niet meer" in heard
    await ingrid.forges(f"m:o:{one.id}")
    assert await ingrid.until("2027-03-04T12:00") == ""


async def test_a_hand_over_in_between(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    samir = mentor(town, "samir")
    one, new, family = planned(town, fatima), samir.known.id, fatima.known.family_id or 0
    await ingrid.says("/afspraken")
    await ingrid.taps("wo 3 mrt, 14.30 Fatima", "Ander moment", "Een andere dag", "Morgen")
    town.do(lambda connection: families.hand_over(connection, family, new))
    assert "veranderd, of is er niet meer" in await ingrid.taps("09.00")
    ingrid.skims()
    assert "Fatima, oudergesprek" in await samir.until("2027-03-03T07:31")
    assert "Ging het door" in await samir.until("2027-03-03T15:50")
    assert await ingrid.reads() == ""
    await ingrid.forges(f"m:h:{one.id}")
    assert only(town, fatima).status == AGREED
    await samir.does(lambda phone: phone.taps("Ja, het ging door"))
    assert only(town, fatima).status == HAPPENED


async def test_two_say_it_at_the_same_time(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    """A parent says yes to what the mentor just took back."""
    await proposes(ingrid)
    await fatima.reads()
    await ingrid.says("/afspraken")
    await ingrid.taps("wo 3 mrt, 14.30 Fatima", "Kan niet doorgaan")
    ingrid.phone.taps("Ja, het gaat niet door")
    fatima.phone.taps(YES)
    await town.settle()
    assert only(town, fatima).status in (AGREED, CANCELLED)
    assert "veranderd" in shown(fatima, "veranderd").text or only(town, fatima).status == AGREED


# --- lists ------------------------------------------------------------------------------------------------------------


async def test_a_mentors_months_in_one_message(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    for day in range(1, 11):
        planned(town, fatima, f"2027-03-{day + 9:02}T10:00")
    planned(town, fatima, "2027-04-06T10:00")
    await ingrid.says("/afspraken")
    count = len(ingrid.phone.from_bot)
    assert "Maart 2027" in ingrid.last.text
    assert len([label for label in ingrid.buttons if "Fatima" in label]) == 8
    await ingrid.taps("april ›")
    assert "April 2027" in ingrid.last.text
    await ingrid.taps("di 6 apr, 10.00 Fatima")
    assert "Dit staat vast" in ingrid.last.text
    await ingrid.taps("Terug")
    assert "April 2027" in ingrid.last.text
    await ingrid.taps("‹ maart")
    assert len(ingrid.phone.from_bot) == count


async def test_what_is_coming_tells_appointments_too(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    planned(town, fatima)
    heard = await fatima.says("/agenda")
    assert "oudergesprek, met Ingrid" in heard
    await fatima.taps("Alle afspraken")
    assert "wo 3 mrt, 14.30" in fatima.buttons


async def test_no_mentor_no_moment_and_no_dead_end(town: Town) -> None:
    joris = parent(town, OTHER, evening="")
    assert "geen mentor" in await joris.says("/moment")
    assert "geen afspraak" in await joris.says("/afspraken")
    assert "Vraag een moment" not in joris.buttons


async def test_while_nobody_guides_the_family_it_is_not_called_to_mind(
    town: Town, ingrid: Somebody, fatima: Somebody
) -> None:
    planned(town, fatima)
    samir, family = mentor(town, "samir").known.id, fatima.known.family_id or 0
    town.do(lambda connection: families.hand_over(connection, family, None))
    assert "Even eraan denken" not in await fatima.until("2027-03-03T09:00")
    await fatima.says("/afspraken")
    await fatima.taps("wo 3 mrt, 14.30")
    assert "Er is nu geen mentor" in fatima.last.text
    town.do(lambda connection: families.hand_over(connection, family, samir))
    assert "Even eraan denken: vandaag" in await fatima.until("2027-03-03T12:31")


async def test_who_went_to_another_zone_sleeps_on(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    planned(town, fatima)
    own = fatima.known.id
    town.do(lambda connection: people.change(connection, own, zone="America/New_York"))
    await fatima.until("2027-03-03T03:29")
    # Half past nine in the evening there, rather than half past six in the morning.
    assert "morgen om half negen 's ochtends" in await fatima.until("2027-03-03T03:31")
    assert "Even eraan denken" not in await fatima.until("2027-03-03T14:29")


# --- on leave ---------------------------------------------------------------------------------------------------------


def goes_on_leave(town: Town, who: Somebody, first: str, last: str) -> None:
    """The mentor is away from the first up to and including the last day."""
    own, days = who.known.id, (date.fromisoformat(first), date.fromisoformat(last))
    town.do(lambda connection: people.change(connection, own, away_from=days[0], away_until=days[1]))


async def test_a_mentor_on_leave_is_warned_before_saying_yes(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    goes_on_leave(town, ingrid, "2027-03-03", "2027-03-05")
    await fatima.says("/moment")
    await fatima.says("woensdag")
    await fatima.taps("14.30", "Bellen")
    heard = await fatima.taps("Nee")
    assert "Ingrid is er die dag niet." in heard
    await fatima.taps("Toch vragen")

    assert "Let op: je bent dan met verlof. Past dat?" in await ingrid.reads()
    asked = ingrid.last
    await ingrid.taps(YES)
    assert "Je bent dan met verlof." in asked.text
    assert "ook:" not in asked.text
    assert only(town, fatima).status == PROPOSED
    await ingrid.taps("Toch doen")
    assert only(town, fatima).status == AGREED


async def test_both_are_warned_when_it_moves_into_leave(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    one = planned(town, fatima)
    goes_on_leave(town, ingrid, "2027-03-04", "2027-03-05")
    await fatima.says("/verzetten")
    assert "Ingrid is er die dag niet." in await fatima.taps("do 4 mrt, 14.30")
    await fatima.taps("Laat het staan")
    await ingrid.says("/verzetten")
    heard = await ingrid.taps("do 4 mrt, 14.30")
    assert "Je bent dan met verlof. Wil je dit toch vragen?" in heard
    await ingrid.taps("Laat het staan")
    assert local(only(town, fatima)) == local(one)


async def test_the_same_time_again_is_looked_for_after_leave(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    planned(town, fatima)
    goes_on_leave(town, ingrid, "2027-03-08", "2027-03-19")
    await ingrid.until("2027-03-03T16:00")
    await ingrid.taps("Nee, het ging niet door")
    assert "Stel voor: wo 24 mrt, 14.30" in ingrid.buttons
    await ingrid.taps("Stel voor: wo 24 mrt, 14.30")
    assert local(all_of(town, fatima)[-1]) == "2027-03-24T14:30"
