"""Guiding a family: the five phases, the interview and who may keep what of it, goals, sessions, recordings."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import Connection

from bot.care import consents, families, guidance, looks, people, privacy, records, sharing
from bot.care.records import Field
from tests.service.story import Somebody, mentor, parent, somebody, words_left
from tests.service.town import Town

SCENE = "We bakten pannenkoeken en Noor gooide er een op de lamp. We lagen dubbel."


@pytest.fixture
def fatima(town: Town, ingrid: Somebody) -> Somebody:
    return parent(town, guide=ingrid, evening="")


def noted(town: Town, who: Somebody, kind: str) -> list[guidance.Entry]:
    """What is kept of a kind about somebody's family."""
    vault, family_id = town.service.vault, who.known.family_id or 0
    return town.do(lambda connection: guidance.of_family(connection, vault, family_id, kind))


async def _moves(ingrid: Somebody, button: str) -> str:
    await ingrid.says("/fasen")
    await ingrid.taps(button)
    return await ingrid.says("Fatima en ik, aan de keukentafel")


async def _says_yes(ingrid: Somebody, fatima: Somebody) -> None:
    await ingrid.says("/oudergesprek")
    await ingrid.taps("Vraag het", "Ik wacht even")
    assert "Jij kiest of daarvan iets bewaard wordt" in await fatima.reads()
    await fatima.taps("Lees en kies zelf", "Ja, dat mag")
    assert "Fatima zegt ja" in await ingrid.reads()


async def _writes(ingrid: Somebody, words: str) -> str:
    await ingrid.taps("Schrijf het op")
    return await ingrid.says(words)


async def test_one_guidance_from_the_invitation_to_winding_down(town: Town, ingrid: Somebody) -> None:
    fatima = somebody(town, "fatima")
    await ingrid.says("/menu")
    await ingrid.taps("Nodig een ouder uit")
    await ingrid.says("Fatima")
    link = ingrid.last.links[0]
    await fatima.does(lambda phone: phone.opens(link))
    await fatima.taps("Ja, dat is goed")
    await fatima.says("Noor")
    await fatima.says("6")
    await fatima.taps("Zij", "Mama", "Nee, dit is het", "Nederland", "Nu niet", "19.30", "Ja, elke avond")
    fatima.skims()
    ingrid.skims()

    # 1: getting to know. Nobody goes further without the parent reading it.
    await ingrid.says("/fasen")
    assert "fase 1 van 5" in (ingrid.last.text or "")
    await town.until("2027-03-15T10:00")
    assert "fase 2" in await _moves(ingrid, "Verder naar fase 2")
    told = await fatima.reads()
    assert "Ingrid schreef op waar jullie nu zijn: fase 2" in told
    assert "Fatima en ik, aan de keukentafel" in told

    # 2: the interview, in two goes.
    await _says_yes(ingrid, fatima)
    await ingrid.says("/oudergesprek")
    await ingrid.taps("Begin", "Vraag door")
    assert "Het gezin" in await _writes(ingrid, "Noor staat op en maakt het ontbijt klaar.")
    await ingrid.taps("Later verder")
    await town.until("2027-03-22T10:00")
    await ingrid.says("/oudergesprek")
    assert "Jullie gaan verder bij: Het gezin" in (ingrid.last.text or "")
    await ingrid.taps("Ga verder", "Volgende", "Volgende")
    await _writes(ingrid, SCENE)
    for _ in range(6):
        await ingrid.taps("Volgende")
    await ingrid.taps("Schrijf het op")
    await ingrid.says("Zacht")
    await ingrid.says("Ze kroop bij mij onder de deken.")
    await ingrid.taps("Later verder")

    # 3: overview position and work floor; no interview belongs here.
    await _moves(ingrid, "Verder naar fase 3")
    ingrid.skims()
    await ingrid.says("/oudergesprek")
    assert "hoort bij fase 2 en fase 4" in (ingrid.last.text or "")
    await ingrid.taps("Klaar")

    # 4: the second interview, beside the first.
    await town.until("2027-06-01T10:00")
    await _moves(ingrid, "Verder naar fase 4")
    fatima.skims()
    await _says_yes(ingrid, fatima)
    await ingrid.says("/oudergesprek")
    await ingrid.taps("Begin")
    await _writes(ingrid, "Ik zette de wekker en deed het ontbijt zelf.")
    await ingrid.taps("Later verder")
    await ingrid.says("/oudergesprek")
    await ingrid.taps("Lees wat er staat", "Hoe het nu is (twee keer)")
    both = ingrid.last.text or ""
    assert "Noor staat op" in both
    assert "Ik zette de wekker" in both
    await ingrid.taps("Klaar")
    await fatima.says("/onzeweg")
    await fatima.taps("Wat ik vertelde", "Eerste woord")
    assert "Zacht: Ze kroop bij mij" in (fatima.last.text or "")

    # Back to 3: and then there is no third.
    await _moves(ingrid, "Terug naar fase 3")
    await ingrid.says("/oudergesprek")
    assert "Een derde hoort er niet bij" in (ingrid.last.text or "")
    await ingrid.taps("Klaar")
    await ingrid.says("/fasen")
    assert "Verder naar fase 4" not in ingrid.buttons

    # 5: winding down.
    await ingrid.taps("Verder naar fase 5")
    await ingrid.says("Fatima en ik")
    assert "Berichten met meer tijd ertussen" in ingrid.buttons
    assert [one.topic for one in noted(town, fatima, "phase")] == ["2", "3", "4", "3", "5"]


async def test_a_parent_who_understood_it_otherwise_reaches_the_mentor(ingrid: Somebody, fatima: Somebody) -> None:
    await _moves(ingrid, "Verder naar fase 2")
    await fatima.taps("Lees wat dit betekent", "Zo heb ik het niet begrepen")
    ingrid.skims()
    assert "Gestuurd naar Ingrid" in await fatima.says("Ik dacht dat we nog even zouden wachten.")
    assert "Ik dacht dat we nog even zouden wachten." in await ingrid.reads()
    await ingrid.says("/fasen")
    assert "fase 1" in await ingrid.taps("Deze fase klopt niet", "We begrepen elkaar anders")
    assert "Jullie zijn weer in fase 1" in await fatima.reads()


async def test_without_a_yes_nothing_is_kept(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    await _moves(ingrid, "Verder naar fase 2")
    fatima.skims()
    await ingrid.says("/oudergesprek")
    await ingrid.taps("Vraag het", "Ik wacht even")
    await fatima.taps("Lees en kies zelf", "Nee, bewaar niets")
    await ingrid.says("/oudergesprek")
    assert "Fatima zei nee" in (ingrid.last.text or "")
    await ingrid.taps("Begin")
    assert "Schrijf het op" not in ingrid.buttons
    await ingrid.taps("Volgende", "Later verder")
    assert [one.topic for one in noted(town, fatima, "interview")] == ["asked", "no", "place"]


async def test_a_yes_taken_back_takes_the_scenes_along_even_while_the_mentor_writes(
    town: Town, ingrid: Somebody, fatima: Somebody
) -> None:
    await _moves(ingrid, "Verder naar fase 2")
    fatima.skims()
    await _says_yes(ingrid, fatima)
    await ingrid.says("/oudergesprek")
    await ingrid.taps("Begin")
    await _writes(ingrid, SCENE)
    await ingrid.taps("Schrijf het op")
    await fatima.forges("g:interview_consent")
    await fatima.taps("Gooi het weg")
    assert "Dit heb ik niet bewaard" in await ingrid.says("Dit komt te laat.")
    assert "opening" not in [one.topic for one in noted(town, fatima, "interview")]


async def test_an_open_question_goes_with_the_mentor_who_asked_it(
    town: Town, ingrid: Somebody, fatima: Somebody
) -> None:
    await _moves(ingrid, "Verder naar fase 2")
    fatima.skims()
    await ingrid.says("/oudergesprek")
    await ingrid.taps("Vraag het", "Ik wacht even")
    await fatima.reads()
    samir = mentor(town, "samir")
    own, family_id = samir.known.id, fatima.known.family_id or 0
    town.do(lambda connection: families.hand_over(connection, family_id, own))
    assert await fatima.taps("Lees en kies zelf") == "Er ligt nu geen vraag voor je klaar."

    await samir.says("/oudergesprek")
    await samir.taps("Vraag het", "Ik wacht even")
    await fatima.reads()
    assert "Mag Samir die momenten opschrijven" in await fatima.taps("Lees en kies zelf")
    await fatima.taps("Ja, dat mag")
    assert "Fatima zegt ja" in await samir.reads()
    ingrid_id = ingrid.known.id
    town.do(lambda connection: families.hand_over(connection, family_id, ingrid_id))
    assert "Je zei ja: Ingrid mag opschrijven" in await fatima.forges("g:interview_consent")


async def _has_the_question(ingrid: Somebody, fatima: Somebody) -> None:
    """Whether what she tells in the interview may be kept, open before her."""
    await _moves(ingrid, "Verder naar fase 2")
    fatima.skims()
    await ingrid.says("/oudergesprek")
    await ingrid.taps("Vraag het", "Ik wacht even")
    await fatima.reads()
    await fatima.taps("Lees en kies zelf")


async def test_a_yes_after_the_hand_over_is_for_nobody(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    await _has_the_question(ingrid, fatima)
    samir, family_id = mentor(town, "samir"), fatima.known.family_id or 0
    own = samir.known.id
    town.do(lambda connection: families.hand_over(connection, family_id, own))
    assert await fatima.taps("Ja, dat mag") == "Er ligt nu geen vraag voor je klaar."
    assert [one.topic for one in noted(town, fatima, "interview")] == ["asked"]
    assert await samir.reads() == ""


async def test_a_yes_under_one_name_is_for_nobody_else(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    await _has_the_question(ingrid, fatima)
    under_ingrid = fatima.token("Ja, dat mag")
    samir, family_id = mentor(town, "samir"), fatima.known.family_id or 0
    own = samir.known.id
    town.do(lambda connection: families.hand_over(connection, family_id, own))
    await samir.says("/oudergesprek")
    await samir.taps("Vraag het", "Ik wacht even")
    assert "Er ligt nu geen vraag voor je klaar." in await fatima.forges(under_ingrid)
    assert [one.topic for one in noted(town, fatima, "interview")] == ["asked", "asked"]


async def test_the_other_parent_reads_no_scene_and_they_go_with_who_told_them(
    town: Town, ingrid: Somebody, fatima: Somebody
) -> None:
    joris = parent(town, "joris", partner=fatima, evening="")
    await _moves(ingrid, "Verder naar fase 2")
    await ingrid.says("/oudergesprek")
    await ingrid.taps("Fatima", "Vraag het", "Ik wacht even")
    await fatima.reads()
    await fatima.taps("Lees en kies zelf", "Ja, dat mag")
    await ingrid.says("/oudergesprek")
    await ingrid.taps("Fatima", "Begin")
    await _writes(ingrid, SCENE)
    await joris.says("/onzeweg")
    assert "Wat ik vertelde" not in joris.buttons
    own = fatima.known
    town.do(lambda connection: privacy.erase(connection, own))
    assert noted(town, joris, "interview") == []
    assert [one.table for one in words_left(town, {own.id})] == []


def _goal(town: Town, who: Somebody, words: str, began: int, ratings: list[int], *, shared: int = 0) -> None:
    """A goal of a parent with its numbers, four weeks apart; the goal and the first numbers, `shared` of them, are
    shared with the mentor."""
    own, vault, now = who.known.id, town.service.vault, town.clock.now()

    def keep(connection: Connection, kind: str, number: int, fields: dict[str, Field | None]) -> int:
        key = f"{words[:8]}.{kind}.{number}"
        day = date(2026, 11, 2) + number * timedelta(weeks=4)
        records.keep(
            connection, vault, person_id=own, key=key, kind=kind, fields=fields, child_id=None, today=day, now=now
        )
        found = records.find(connection, vault, own, key)
        assert found
        if number <= shared:
            sharing.share(connection, own, found.id, sharing.With.MENTOR, now)
        return found.id

    def work(connection: Connection) -> None:
        consents.give(connection, own, consents.Purpose.SHARE, now)
        goal = keep(connection, "goal", 0, {"words": Field(words), "status": Field("open"), "began": Field(began)})
        for number, rating in enumerate(ratings, start=1):
            keep(connection, "goal_rating", number, {"goal": Field(str(goal)), "rating": Field(rating)})

    town.do(work)


async def test_shared_goals_in_a_picture_with_shared_numbers_alone(
    town: Town, ingrid: Somebody, fatima: Somebody
) -> None:
    _goal(town, fatima, "Ik bel mijn zus voor ik op ben.", 2, [4, 9], shared=1)
    _goal(town, fatima, "Alleen van mij.", 1, [5, 6], shared=-1)
    await ingrid.says("/gezinnen")
    await ingrid.taps(ingrid.buttons[0])
    card = ingrid.last
    token = ingrid.token("Doelen in beeld")
    await ingrid.taps("Doelen in beeld")
    shown = ingrid.phone.from_bot[-1]
    assert "photo" in shown.body
    caption = str(shown.body["caption"])
    assert "Ik bel mijn zus voor ik op ben.: eerst 2, nu 4." in caption
    assert "Fatima kan zien dat je keek." in caption
    assert "Alleen van mij" not in caption
    assert "9" not in caption
    assert "Doelen met jou gedeeld: 1." in card.text
    vault, own = town.service.vault, fatima.known.id
    log = town.do(lambda connection: looks.read(connection, vault, own))
    assert [one.kind for one in log.looks] == ["goal_rating", "goal"]

    samir = mentor(town, "samir")
    await samir.says("/menu")
    assert "zus" not in await samir.forges(token)


async def test_a_shared_goal_with_one_number_is_told_in_words(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    _goal(town, fatima, "Ik bel mijn zus voor ik op ben.", 2, [4])
    await ingrid.says("/gezinnen")
    await ingrid.taps(ingrid.buttons[0], "Doelen in beeld")
    assert ingrid.last.text == "Ik bel mijn zus voor ik op ben.: 2 van de 10.\n\nFatima kan zien dat je keek."
    # What was taken back meanwhile is not shown any more.
    token, own = f"f:g:{fatima.known.family_id}", fatima.known.id
    (goal,) = fatima.kept("goal")
    town.do(lambda connection: sharing.only_me(connection, own, goal.id))
    assert "Er is nu geen doel" in await ingrid.forges(token)
    await ingrid.says("/gezinnen")
    await ingrid.taps(ingrid.buttons[0])
    assert "Doelen in beeld" not in ingrid.buttons


async def test_a_goal_is_the_parents_in_own_words(ingrid: Somebody, fatima: Somebody) -> None:
    await ingrid.says("/menu")
    await ingrid.forges("g:goals_together")
    await ingrid.taps("Taken delen en steun")
    await ingrid.taps(ingrid.buttons[0])
    assert "ligt bij Fatima" in await ingrid.says("Dit hoorde ik je zeggen.")
    assert "Dit hoorde ik je zeggen." in await fatima.reads()
    ingrid.skims()
    await fatima.taps("Bekijk het doel", "Ja, dit past")
    await fatima.says("Ik bel mijn zus voor ik op ben.")
    await fatima.taps("3", "Goed zo")
    (goal,) = fatima.kept("goal")
    assert goal.said("words") == "Ik bel mijn zus voor ik op ben."
    assert (goal.value("whose"), goal.value("theme"), goal.value("status")) == ("parent", "support", "open")
    heard = await ingrid.reads()
    assert "Fatima koos het doel" in heard
    assert "mijn zus" not in heard


async def test_sessions_are_kept_for_each_child_and_a_worksheet_is_sent(
    town: Town, ingrid: Somebody, fatima: Somebody
) -> None:
    await ingrid.says("/sessies")
    await ingrid.taps("Stap voor stap", "Terug", "Werkblad")
    assert "Gestuurd naar Fatima" in await ingrid.taps("Fatima")
    assert "Van wie is dit?" in await fatima.reads()
    assert "document" in fatima.last.body
    await ingrid.taps("Dit is geweest")
    await ingrid.says("Noor koos groen voor de schommel.")
    await ingrid.says("/sessies")
    assert "Sessie 2" in (ingrid.last.text or "")
    (session,) = noted(town, fatima, "course")
    assert session.for_parents
    assert session.entry == {"note": "Noor koos groen voor de schommel."}


async def test_a_recording_is_asked_about_after_a_week_and_once_more(
    town: Town, ingrid: Somebody, fatima: Somebody
) -> None:
    await ingrid.says("/beelden")
    await ingrid.says("1 maart")
    assert "maandag 8 maart" in await ingrid.taps("Vraag het in de chat")
    await fatima.reads()
    await fatima.taps("Kies waar we naar kijken", "Iets anders")
    await fatima.says("Of ik te snel praat.")
    assert "Of ik te snel praat." in await ingrid.reads()
    assert "Er is iets om samen te bekijken" in await ingrid.until("2027-03-08T12:00")
    await ingrid.taps("Laat zien", "Nog niet")
    assert "Er ligt nog iets" in await ingrid.until("2027-03-11T12:00")
    await ingrid.taps("Laat zien", "Ja, schrijf het op")
    fatima.skims()
    await ingrid.says("Noor keek elke keer naar mama.")
    assert "Noor keek elke keer naar mama." in await fatima.reads()
    assert not [key for key in ingrid.timers if key.startswith("video")]


async def test_the_library_sends_a_flow_as_a_button_that_starts_it(ingrid: Somebody, fatima: Somebody) -> None:
    await ingrid.says("/bibliotheek")
    await ingrid.says("even ademen")
    await ingrid.taps(ingrid.buttons[0])
    assert "Gestuurd naar Fatima" in await ingrid.says("Voor na het eten.")
    told = await fatima.reads()
    assert "Ingrid dacht dat dit bij je kan passen" in told
    assert "Voor na het eten." in told
    before = len(fatima.phone.from_bot)
    await fatima.taps(fatima.buttons[0])
    assert len(fatima.phone.from_bot) > before


async def test_who_does_not_guide_the_family_any_more_changes_nothing(
    town: Town, ingrid: Somebody, fatima: Somebody
) -> None:
    await ingrid.says("/fasen")
    await ingrid.taps("Verder naar fase 2")
    samir, family_id = mentor(town, "samir").known.id, fatima.known.family_id or 0
    town.do(lambda connection: families.hand_over(connection, family_id, samir))
    assert "Er is niets veranderd" in await ingrid.says("Fatima en ik")
    assert noted(town, fatima, "phase") == []
    assert await fatima.reads() == ""


async def test_who_stopped_is_not_asked(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    await _moves(ingrid, "Verder naar fase 2")
    own = fatima.known.id
    town.do(lambda connection: people.change(connection, own, paused_until=people.STOPPED))
    fatima.skims()
    await ingrid.says("/oudergesprek")
    assert "krijgt nu geen berichten" in await ingrid.taps("Vraag het")
    assert await fatima.reads() == ""
    assert noted(town, fatima, "interview") == []


async def test_a_number_of_a_shared_goal_is_shared_when_the_parent_says_so(
    town: Town, ingrid: Somebody, fatima: Somebody
) -> None:
    _goal(town, fatima, "Ik bel mijn zus voor ik op ben.", 2, [])
    await fatima.says("/doelen")
    await fatima.taps("Ik bel mijn zus voor ik op ben.", "Geef een cijfer", "4")
    assert "mag je doel lezen" in fatima.phone.screen or "Je doel deel je" in fatima.phone.screen
    await fatima.taps("Ja, deel het")
    await ingrid.says("/gezinnen")
    await ingrid.taps(ingrid.buttons[0], "Doelen in beeld")
    assert "eerst 2, nu 4." in str(ingrid.phone.from_bot[-1].body.get("caption"))
