"""Coming in: by a link, with a yes or a no, alone or as the second parent; and who has no link."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.care.people import Role
from bot.care.rituals import EVENING
from tests.service.story import (
    Somebody,
    mentor,
    parent,
    somebody,
    traces,
    words_left,
)
from tests.service.town import Town

WELCOME_YES = "Ja, dat is goed"
NO_LONGER = "Deze link werkt niet meer"
NO_LINK_YET = "Je komt binnen met een link van je mentor"


async def _opens(who: Somebody, link: str) -> str:
    return await who.does(lambda phone: phone.opens(link))


async def _link_by(who: Somebody, menu_button: str, name: str) -> str:
    await who.says("/menu")
    await who.taps(menu_button)
    await who.says(name)
    return who.last.links[0]


async def _answers_the_questions(who: Somebody, child: str, evening: str = "19.30") -> str:
    """From the yes to the end of the welcome, with one child and nobody else."""
    await who.says(child)
    await who.says("6")
    await who.taps("Zij", "Mama", "Nee, dit is het", "Nederland", "Nu niet", evening)
    return await who.taps("Ja, elke avond")


async def test_from_the_coordinators_code_to_a_family_of_two_parents(town: Town) -> None:
    petra, ingrid, fatima, joris = (somebody(town, who) for who in ("petra", "ingrid", "fatima", "joris"))

    assert "als coördinator" in await petra.says(f"/start {town.invite(Role.COORDINATOR, 'Petra')}")
    assert "Welkom" in await petra.taps("Ja, dat is goed")

    link = await _link_by(petra, "Nodig een mentor uit", "Ingrid")
    assert "Dag Ingrid. Petra nodigt je uit als mentor" in await _opens(ingrid, link)
    await ingrid.taps("Ja, ik doe mee")
    link = await _link_by(ingrid, "Nodig een ouder uit", "Fatima")
    assert "Ingrid nodigt je uit" in await _opens(fatima, link)
    assert fatima.person is None
    assert "Hoe heet je kind?" in await fatima.taps(WELCOME_YES)
    assert fatima.known.roles is Role.PARENT
    assert "Ik kom vanavond om 19.30 uur bij je terug" in await _answers_the_questions(fatima, "Noor")
    assert fatima.evening_at == "Mon 19:30"

    await fatima.says("/instellingen")
    await fatima.taps("Kinderen", "Nodig de andere ouder uit", "Maak de link")
    link = fatima.last.links[0]
    assert "Fatima nodigt je uit om mee te doen" in await _opens(joris, link)
    assert "Noor staat er al in" in await joris.taps(WELCOME_YES)
    await joris.taps("Papa", "Nederland", "20.30", "Ja, elke avond")

    assert joris.known.family_id == fatima.known.family_id
    assert joris.known.name == "Joris"
    assert (fatima.evening_at, joris.evening_at) == ("Mon 19:30", "Mon 20:30")
    await fatima.waits(hours=9)
    await fatima.taps("Nu")
    await joris.waits(hours=0)
    await joris.taps("Nu")
    assert "papa" not in fatima.phone.screen

    # What one parent keeps is not the other's.
    await joris.taps("Ik heb het gevraagd", "Niets vanavond")
    assert len(joris.kept("reflection")) == 1
    assert fatima.kept("reflection") == []


@pytest.mark.parametrize("way", [["Nee, liever niet"], ["Vertel eerst meer", "Nee, liever niet"]])
async def test_a_no_leaves_nothing(town: Town, way: list[str]) -> None:
    ingrid, fatima = mentor(town), somebody(town, "fatima")
    link = await _link_by(ingrid, "Nodig een ouder uit", "Fatima")
    await _opens(fatima, link)

    heard = await fatima.taps(*way)

    assert "Ik heb niets van je bewaard" in heard
    assert "dan is Ingrid er voor je" in heard
    assert words_left(town, {fatima.phone.user_id}) == []
    assert not fatima.talking
    assert await fatima.waits(days=2) == ""
    # Who thinks again can still come in with it.
    assert "Fijn dat je er bent" in await _opens(fatima, link)
    assert "Hoe heet je kind?" in await fatima.taps(WELCOME_YES)


async def test_stopping_before_the_yes_leaves_nothing_either(town: Town) -> None:
    ingrid, fatima = mentor(town), somebody(town, "fatima")
    await _opens(fatima, await _link_by(ingrid, "Nodig een ouder uit", "Fatima"))
    await fatima.taps("Vertel eerst meer")

    assert "Gestopt" in await fatima.says("/stop")

    assert words_left(town, {fatima.phone.user_id}) == []


async def test_before_the_yes_commands_and_loose_things_lead_back_to_the_question(town: Town) -> None:
    ingrid, fatima = mentor(town), somebody(town, "fatima")
    await _opens(fatima, await _link_by(ingrid, "Nodig een ouder uit", "Fatima"))

    for said in ("/nu", "/menu", "/instellingen", "/mijngegevens", "wie ben jij?"):
        assert "Is dit goed voor jou?" in await fatima.says(said), said
    assert "Is dit goed voor jou?" in await fatima.does(lambda phone: phone.sends_photo("dit is hij"))
    assert "112" in await fatima.says("/hulp")
    await fatima.taps(WELCOME_YES)
    assert fatima.kept() == []


async def test_a_link_that_does_not_work_gives_one_and_the_same_answer(town: Town) -> None:
    ingrid, fatima, gul = mentor(town), somebody(town, "fatima"), somebody(town, "gul")
    used = await _link_by(ingrid, "Nodig een ouder uit", "Fatima")
    await _opens(fatima, used)
    await fatima.taps(WELCOME_YES)
    someone_elses = await _link_by(ingrid, "Nodig een ouder uit", "Joris")
    await _opens(somebody(town, "joris"), someone_elses)
    expired = await _link_by(ingrid, "Nodig een ouder uit", "Bart")
    await town.passes(timedelta(hours=72))

    heard = {
        await _opens(gul, link)
        for link in (used, someone_elses, expired, "https://t.me/draaglicht_bot?start=nooitgemaakt")
    }

    assert len(heard) == 1
    assert NO_LONGER in heard.pop()
    assert words_left(town, {gul.phone.user_id}) == []


async def test_a_link_lasts_three_days(town: Town) -> None:
    ingrid, gul = mentor(town), somebody(town, "gul")
    link = await _link_by(ingrid, "Nodig een ouder uit", "Gül")
    await town.passes(timedelta(hours=71, minutes=59))

    assert "Fijn dat je er bent" in await _opens(gul, link)
    # The yes may come later than that, but not when the link is over.
    await town.passes(timedelta(hours=1))
    assert "Hoe heet je kind?" in await gul.taps(WELCOME_YES)


async def test_a_yes_to_a_link_that_is_withdrawn_is_answered_kindly(town: Town) -> None:
    ingrid, fatima, joris = mentor(town), parent(town), somebody(town, "joris")
    await fatima.says("/instellingen")
    await fatima.taps("Kinderen", "Nodig de andere ouder uit", "Maak de link")
    await _opens(joris, fatima.last.links[0])
    await fatima.says("/verwijder")
    await fatima.taps("Ik wil alles wissen", "Ja, wis alles")

    assert NO_LONGER in await joris.taps(WELCOME_YES)

    assert words_left(town, {joris.phone.user_id}) == []
    assert ingrid.person


async def test_who_is_in_and_opens_the_own_link_again(town: Town) -> None:
    ingrid, fatima = mentor(town), somebody(town, "fatima")
    link = await _link_by(ingrid, "Nodig een ouder uit", "Fatima")
    await _opens(fatima, link)
    await _opens(fatima, link)
    await fatima.taps(WELCOME_YES)

    heard = await _opens(fatima, link)

    assert "Je bent al binnen" in heard
    assert "Hoe heet je kind?" in heard
    await _answers_the_questions(fatima, "Noor")
    assert "Je bent al binnen" in await _opens(fatima, link)


async def test_trying_a_link_that_one_made_does_not_use_it_up(town: Town) -> None:
    ingrid, fatima = mentor(town), somebody(town, "fatima")
    link = await _link_by(ingrid, "Nodig een ouder uit", "Fatima")

    assert "die jij zelf maakte" in await _opens(ingrid, link)

    assert "Fijn dat je er bent" in await _opens(fatima, link)


async def test_a_mentor_can_be_a_parent_as_well(town: Town) -> None:
    samir, ingrid = mentor(town, "samir"), mentor(town)
    await _opens(ingrid, await _link_by(samir, "Nodig een ouder uit", "Ingrid"))
    await ingrid.taps(WELCOME_YES)
    await _answers_the_questions(ingrid, "Noor")

    assert ingrid.known.roles == Role.PARENT | Role.MENTOR
    assert ingrid.known.mentor_id == samir.known.id
    assert ingrid.evening_at == "Mon 19:30"
    heard = await ingrid.says("/menu")
    assert "Waar heb je nu iets aan?" in heard
    assert "Een bericht van een ouder" in heard


async def test_whoever_has_no_link_is_told_how_and_leaves_nothing(town: Town) -> None:
    gul = somebody(town, "gul")

    assert NO_LINK_YET in await gul.says("/start")
    for said in ("hallo", "/menu", "/nu", "/stop", "/terug", "/verder", "/instellingen", "/verwijder", "/bestaatniet"):
        assert NO_LINK_YET in await gul.says(said), said
    for sent in ("sends_photo", "sends_voice", "sends_sticker", "sends_location", "sends_contact", "sends_document"):
        assert NO_LINK_YET in await gul.does(lambda phone, sent=sent: getattr(phone, sent)()), sent
    for data in ("g:in_the_moment", "g:welcome", "g:coordinator_welcome", "s:menu", "a:00000000:1:agreed", "r:x:1"):
        heard = await gul.forges(data)
        assert NO_LINK_YET in heard or "Deze knop werkt niet meer" in heard, data
    assert "112" in await gul.says("help!")
    assert "Vlaanderen" in await gul.forges("h:be")
    gul.phone.edits(gul.phone.says("hoi"), "hoi jij")
    await gul.reads()

    assert words_left(town, {gul.phone.user_id}) == []
    assert {one.table for one in traces(town, {gul.phone.user_id})} <= {"inbox", "outbox", "paces"}


async def test_a_parent_may_leave_the_evening_for_later(town: Town) -> None:
    ingrid, fatima = mentor(town), somebody(town, "fatima")
    await _opens(fatima, await _link_by(ingrid, "Nodig een ouder uit", "Fatima"))
    await fatima.taps(WELCOME_YES)
    await fatima.says("Noor")
    await fatima.says("6")
    await fatima.taps("Zij", "Mama", "Nee, dit is het", "Nederland", "Nu niet")

    heard = await fatima.taps("Nu niet")

    assert "Zonder vaste tijd kan het ook" in heard
    assert "Ik kom 's avonds niet vanzelf" in heard
    assert EVENING not in fatima.timers
    assert await fatima.until("2027-03-05T23:00") == ""
    assert "Er is nog geen tijd voor de avondvraag" in await fatima.says("/instellingen")


async def test_a_time_once_said_holds_when_no_other_is_named(town: Town) -> None:
    ingrid, fatima = mentor(town), somebody(town, "fatima")
    await _opens(fatima, await _link_by(ingrid, "Nodig een ouder uit", "Fatima"))
    await fatima.taps(WELCOME_YES)
    await fatima.says("Noor")
    await fatima.says("6")
    await fatima.taps("Zij", "Mama", "Nee, dit is het", "Nederland", "Nu niet", "20.00", "Nee, een andere tijd")

    heard = await fatima.taps("Laat het zo")

    assert "Ik kom vanavond om 20.00 uur bij je terug" in heard
    assert fatima.evening_at == "Mon 20:00"
