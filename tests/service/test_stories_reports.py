"""Reports of meetings: written by a mentor, read and answered by parents, and a short preparation of the next one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, select

from bot.care import (
    appointment_rules,
    appointments,
    coming,
    families,
    people,
    preparation,
    privacy,
    proposals,
    reports,
)
from bot.care.appointment_rules import Details
from bot.care.reports import Report
from bot.store import tables
from tests.service.story import OTHER, Somebody, file_of, mentor, parent
from tests.service.town import HOME, Town

NINE = datetime(2027, 3, 3, 8, tzinfo=UTC)
LONG = """Vandaag bij Fatima thuis. Aanwezig waren Fatima en Noor.
Besproken: het slapen gaat beter. Noor komt nog één keer uit bed.
Aandachtspunten: de zondagavond
Voornemens:
- elke avond om half acht samen lezen
- oma vragen voor de woensdag
Intern: nog eens bellen met school
Volgende afspraak: dinsdag 16 maart om 14 uur"""


def _family(fatima: Somebody) -> int:
    assert fatima.known.family_id
    return fatima.known.family_id


def _given(town: Town, fatima: Somebody) -> list[reports.Given]:
    vault, family_id = town.service.vault, _family(fatima)
    found: list[reports.Given] = town.do(lambda connection: reports.given_of_family(connection, vault, family_id))
    return found


def _draft(town: Town, fatima: Somebody) -> Report | None:
    vault, family_id = town.service.vault, _family(fatima)
    found: Report | None = town.do(lambda connection: reports.draft_of(connection, vault, family_id))
    return found


async def _gives_one(ingrid: Somebody, text: str = LONG) -> None:
    await ingrid.says("/verslag")
    await ingrid.taps("In één bericht")
    await ingrid.says(text)
    await ingrid.taps("Geef het aan de ouders")


# --- writing ----------------------------------------------------------------------------------------------------------


async def test_one_long_message_is_given_within_four_taps(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    await ingrid.says("/verslag")
    await ingrid.taps("In één bericht")
    shown = await ingrid.says(LONG)
    assert "Zo lezen de ouders het." in shown
    assert "het slapen gaat beter. Noor komt nog één keer uit bed." in shown
    assert "dinsdag 16 maart 2027 om 14.00 uur" in shown
    assert "school" not in shown
    taps = 0
    for label in ("Geef het aan de ouders",):
        heard = await ingrid.taps(label)
        taps += 1
    assert taps <= 4
    assert "Gegeven. Fatima krijgt bericht" in heard
    (one,) = _given(town, fatima)
    assert one.date.isoformat() == "2027-03-01"
    assert one.present == "Fatima en Noor"
    assert one.attention == "de zondagavond"
    assert [each.words for each in one.resolutions] == [
        "elke avond om half acht samen lezen",
        "oma vragen voor de woensdag",
    ]


async def test_the_parent_reads_it_at_once_and_never_what_is_for_professionals(
    town: Town, ingrid: Somebody, fatima: Somebody
) -> None:
    await _gives_one(ingrid)
    heard = await fatima.reads()
    assert "Ingrid schreef een verslag" in heard
    assert "voorstellen" in heard
    notice = next(one for one in fatima.phone.from_bot if "schreef een verslag" in one.text)
    fatima.phone.taps("Lees het verslag", notice)
    await fatima.reads()
    shown = notice.text
    assert "Noor komt nog één keer uit bed." in shown
    assert "school" not in "\n".join(message.text for message in fatima.phone.from_bot)
    await fatima.says("/mijngegevens")
    await fatima.taps(fatima.buttons[0])
    documents = [message for message in fatima.phone.from_bot if "document" in message.body]
    data = str(file_of(town, documents[-1]))
    assert "Noor komt nog één keer uit bed." in data
    assert "bellen met school" not in data


async def test_step_by_step(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    await ingrid.says("/verslag")
    await ingrid.taps("Stap voor stap", "Gisteren")
    assert ingrid.buttons[:3] == ["Fatima", "Noor", "Ingrid (mentor)"]
    await ingrid.taps("Fatima", "Noor")
    await ingrid.taps(next(label for label in ingrid.buttons if "Klaar" in label or "Verder" in label))
    await ingrid.says("oma")
    await ingrid.says("Hoe de ochtend loopt.")
    await ingrid.says("Niet te veel tegelijk.")
    await ingrid.says("Eerst thee, dan schoenen")
    assert "Welk voornemen komt er nog bij?" in await ingrid.says("De tas staat klaar")
    await ingrid.taps("Nee, verder")
    shown = await ingrid.says("dinsdag 9 maart om half drie")
    assert "dinsdag 9 maart 2027 om 14.30 uur" in shown
    await ingrid.taps("Geef het aan de ouders")
    (one,) = _given(town, fatima)
    assert (one.date.isoformat(), one.present) == ("2027-02-28", "Fatima, Noor\noma")
    assert (one.discussed, one.attention) == ("Hoe de ochtend loopt.", "Niet te veel tegelijk.")
    assert [each.words for each in one.resolutions] == ["Eerst thee, dan schoenen", "De tas staat klaar"]


async def test_what_no_part_fits_stands_under_discussed_and_that_is_said(ingrid: Somebody, fatima: Somebody) -> None:
    await ingrid.says("/verslag")
    await ingrid.taps("In één bericht")
    heard = await ingrid.says("Het was een goed uur. Noor lachte.")
    assert "Van 2 zinnen wist ik niet zeker waar ze horen" in heard
    assert "Het was een goed uur. Noor lachte." in heard
    assert "Gisteren nog ruzie." in await ingrid.says("Gisteren nog ruzie.")


# --- bad input --------------------------------------------------------------------------------------------------------


async def test_a_report_without_a_day_asks_for_it_and_is_not_lost(
    town: Town, ingrid: Somebody, fatima: Somebody
) -> None:
    await ingrid.says("/verslag")
    await ingrid.taps("In één bericht")
    await ingrid.says("Besproken: de tuin en het huis.")
    assert "Van welke dag is het verslag?" in await ingrid.taps("Geef het aan de ouders")
    await ingrid.taps("Weet ik nu niet")
    draft = _draft(town, fatima)
    assert draft
    assert draft.parts.discussed == "de tuin en het huis."
    await ingrid.says("/verslag")
    await ingrid.taps(ingrid.buttons[0], "Geef het aan de ouders")
    assert "Die dag komt nog" in await ingrid.says("10 april")
    assert "Gegeven" in await ingrid.says("vrijdag")
    assert _given(town, fatima)[0].date.isoformat() == "2027-02-26"


def _hand_over(town: Town, fatima: Somebody, to: Somebody) -> None:
    family_id, mentor_id = _family(fatima), to.known.id
    town.do(lambda connection: families.hand_over(connection, family_id, mentor_id))


async def test_of_two_mentors_the_second_hears_what_changed_and_chooses(
    town: Town, ingrid: Somebody, fatima: Somebody
) -> None:
    samir = mentor(town, "samir")
    await ingrid.says("/verslag")
    await ingrid.taps("In één bericht")
    await ingrid.says("Vandaag. Besproken: het eten.")
    await ingrid.taps("Pas iets aan", "Besproken")

    _hand_over(town, fatima, samir)
    await samir.says("/verslag")
    await samir.taps(samir.buttons[0], "Pas iets aan", "Besproken")
    await samir.says("Het eten en het slapen.")
    _hand_over(town, fatima, ingrid)

    heard = await ingrid.says("Het eten gaat beter.")
    assert "Samir schreef hier intussen ook aan. Er gaat niets verloren." in heard
    assert "Het eten en het slapen." in heard
    assert "Het eten gaat beter." in heard
    await ingrid.taps("Zet ze onder elkaar")
    draft = _draft(town, fatima)
    assert draft
    assert draft.parts.discussed == "Het eten en het slapen.\nHet eten gaat beter."


async def test_a_draft_outlives_a_hand_over(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    samir = mentor(town, "samir")
    await ingrid.says("/verslag")
    await ingrid.taps("In één bericht")
    await ingrid.says(LONG)
    _hand_over(town, fatima, samir)
    heard = await ingrid.taps("Geef het aan de ouders")
    assert "Dit verslag is niet meer bij jou" in heard
    assert "slapen" not in heard
    assert "verslag" not in await fatima.reads()
    await samir.says("/verslag")
    await samir.taps(samir.buttons[0])
    assert "Je eigen notitie staat erbij" in samir.last.text
    await samir.taps("Geef het aan de ouders")
    assert "Samir schreef een verslag" in await fatima.reads()


async def test_a_parent_who_left_in_the_middle(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    await ingrid.says("/verslag")
    await ingrid.taps("In één bericht")
    await ingrid.says(LONG)
    own = fatima.known

    def leaves(connection: Connection) -> None:
        privacy.erase(connection, own)
        assert not connection.execute(select(tables.reports.c.id)).all()

    town.do(leaves)
    heard = await ingrid.taps("Geef het aan de ouders")
    assert "heeft alles gewist" in heard or "niet meer" in heard


async def test_a_parent_who_stopped_hears_nothing_and_finds_it_later(
    town: Town, ingrid: Somebody, fatima: Somebody
) -> None:
    own = fatima.known.id
    town.do(lambda connection: people.change(connection, own, paused_until=people.STOPPED))
    await _gives_one(ingrid)
    assert "geen ouder die ik kan bereiken" in ingrid.last.text
    assert "verslag" not in await fatima.reads()
    assert len(_given(town, fatima)) == 1


# --- the parent -------------------------------------------------------------------------------------------------------


def _proposal(fatima: Somebody, words: str) -> Any:
    return next(
        one for one in fatima.phone.from_bot if "Een voorstel uit het verslag" in one.text and words in one.text
    )


async def test_a_yes_makes_a_real_resolution_and_asks_its_moment(
    town: Town, ingrid: Somebody, fatima: Somebody
) -> None:
    await _gives_one(ingrid)
    await fatima.reads()
    fatima.phone.taps("Ja", _proposal(fatima, "samen lezen"))
    assert "Wanneer" in await fatima.reads() or "Op welk uur" in fatima.last.text
    (resolution,) = fatima.kept("resolution")
    assert resolution.said("text") == "elke avond om half acht samen lezen"
    assert resolution.value("status") == "open"
    heard = await fatima.taps("Bij het eten")
    assert "half zes" in heard
    assert f"resolution_now:{resolution.id}" in fatima.timers

    fatima.phone.taps("Nu niet", _proposal(fatima, "oma vragen"))
    heard = await fatima.reads()
    assert "jammer" not in heard.lower()
    statuses = [(each.status, each.by) for each in _given(town, fatima)[0].resolutions]
    assert statuses == [("taken", "Fatima"), ("declined", "Fatima")]
    await ingrid.says("/verslag")
    await ingrid.taps("Eerdere verslagen", "vandaag · Fatima")
    assert "Fatima zei ja." in ingrid.last.text
    assert "Nu niet." in ingrid.last.text
    assert "Nog eens bellen met school" in ingrid.last.text or "nog eens bellen met school" in ingrid.last.text


async def test_other_words_stay_the_parents_own(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    await _gives_one(ingrid)
    await fatima.reads()
    fatima.phone.taps("Anders zeggen", _proposal(fatima, "samen lezen"))
    await fatima.reads()
    await fatima.says("Op zondag samen een strip lezen")
    await fatima.taps("Niet nodig")
    (resolution,) = fatima.kept("resolution")
    assert resolution.said("text") == "Op zondag samen een strip lezen"
    await ingrid.says("/verslag")
    await ingrid.taps("Eerdere verslagen", "vandaag · Fatima")
    assert "in eigen woorden" in ingrid.last.text
    assert "strip" not in ingrid.last.text


async def test_a_parent_answers_and_the_mentor_hears_it(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    await _gives_one(ingrid)
    await fatima.says("/verslagen")
    await fatima.taps("Zet er iets bij")
    assert "Ingrid" in await fatima.says("Het was ook gezellig.")
    heard = await ingrid.reads()
    assert "Fatima zette iets bij het verslag" in heard
    assert "Het was ook gezellig." in heard
    await fatima.taps("Nog iets")
    await fatima.does(lambda phone: phone.sends_voice())
    assert "<voice>" in await ingrid.reads()
    (one,) = _given(town, fatima)
    assert [(each.writer, each.text, each.kind) for each in one.additions] == [
        ("Fatima", "Het was ook gezellig.", ""),
        ("Fatima", "", "voice"),
    ]


async def test_a_correction_is_told_and_brings_its_new_proposal(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    await _gives_one(ingrid)
    await fatima.reads()
    await ingrid.says("/verslag")
    await ingrid.taps("Eerdere verslagen", "vandaag · Fatima", "Pas iets aan", "Voornemens")
    await ingrid.says("samen wandelen")
    heard = await fatima.reads()
    assert "Ingrid paste iets aan in het verslag" in heard
    assert "samen wandelen" in heard
    await ingrid.says("/verslag")
    await ingrid.taps("Eerdere verslagen", "vandaag · Fatima", "Pas iets aan", "Notitie voor mij")
    await ingrid.says("Alleen voor ons.")
    assert await fatima.reads() == ""


async def test_the_next_meeting_is_proposed_as_an_appointment(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    await _gives_one(ingrid)
    vault, family_id = town.service.vault, _family(fatima)
    (one,) = town.do(lambda connection: appointments.of_family(connection, vault, family_id))
    assert one.starts_at.astimezone(HOME).isoformat() == "2027-03-16T14:00:00+01:00"
    assert (one.status, one.asked_by) == ("proposed", ingrid.known.id)
    assert "14" in await fatima.reads() or "twee uur" in fatima.last.text


async def test_another_next_meeting_is_chosen_afterwards_or_none(
    town: Town, ingrid: Somebody, fatima: Somebody
) -> None:
    await _gives_one(ingrid)
    await fatima.reads()
    _agreed(town, ingrid, fatima, "2027-03-23T10:30")
    await ingrid.says("/verslag")
    await ingrid.taps("Eerdere verslagen", "vandaag · Fatima", "Pas iets aan")
    heard = await ingrid.taps("Volgende afspraak")
    assert "Nu staat er: “dinsdag 16 maart 2027 om 14.00 uur”." in heard
    assert "di 16 mrt, 14.00: oudergesprek" in ingrid.buttons
    assert await ingrid.taps("di 23 mrt, 10.30: oudergesprek") == "Aangepast."
    assert _given(town, fatima)[0].next_appointment == "dinsdag 23 maart 2027 om 10.30 uur"
    assert "paste iets aan" in await fatima.reads()

    # What was cancelled meanwhile is not put there.
    await ingrid.says("/verslag")
    await ingrid.taps("Eerdere verslagen", "vandaag · Fatima", "Pas iets aan", "Volgende afspraak")
    vault, family_id, side = town.service.vault, _family(fatima), appointment_rules.Side.MENTOR
    first = town.do(lambda connection: appointments.of_family(connection, vault, family_id))[0]
    now = town.clock.now()
    town.do(lambda connection: appointments.cancel(connection, vault, first.id, side, now))
    assert "knop van eerder" in await ingrid.taps("di 16 mrt, 14.00: oudergesprek")
    assert _given(town, fatima)[0].next_appointment == "dinsdag 23 maart 2027 om 10.30 uur"
    assert await ingrid.taps("Geen afspraak") == "Aangepast."
    assert _given(town, fatima)[0].next_appointment == ""
    statuses = [one.status for one in town.do(lambda connection: appointments.of_family(connection, vault, family_id))]
    assert statuses == ["cancelled", "agreed"]


async def test_nobody_else_reads_or_decides(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    await _gives_one(ingrid)
    await fatima.reads()
    stranger, samir = parent(town, OTHER, guide=mentor(town, "samir")), Somebody(town, "samir")
    await stranger.says("/menu")
    await samir.says("/menu")
    (one,) = _given(town, fatima)
    first = one.resolutions[0]
    for who in (stranger, samir):
        for token in (f"rp:o:{one.id}:0", f"rp:m:{one.id}:0", f"rp:a:{one.id}", f"rp:c:{one.id}", f"rp:y:{first.id}"):
            heard = await who.forges(token)
            assert "slapen" not in heard
            assert "lezen" not in heard
    for token in (f"rp:m:{one.id}:0", f"rp:c:{one.id}"):
        assert "school" not in await fatima.forges(token)
    assert _given(town, fatima)[0].resolutions[0].status == proposals.OPEN


# --- before the next meeting ------------------------------------------------------------------------------------------


def _agreed(town: Town, ingrid: Somebody, fatima: Somebody, local: str) -> int:
    at = datetime.fromisoformat(local).replace(tzinfo=HOME)
    family_id, mentor_id = _family(fatima), ingrid.known.id

    def work(connection: Connection) -> int:
        return appointments.propose(
            connection,
            town.service.vault,
            family_id=family_id,
            mentor_id=mentor_id,
            by=mentor_id,
            kind="talk",
            starts_at=at,
            minutes=60,
            zone=HOME,
            details=Details(),
            now=town.clock.now(),
            status=appointment_rules.AGREED,
        )

    return int(town.do(work))


async def test_two_days_before_both_get_ready_and_the_mentor_sees_only_what_is_shared(
    town: Town, ingrid: Somebody, fatima: Somebody
) -> None:
    await _gives_one(ingrid)
    await fatima.reads()
    fatima.phone.taps("Ja", _proposal(fatima, "samen lezen"))
    await fatima.reads()
    await fatima.taps("Niet nodig")
    await fatima.says("/bespreken")
    await fatima.says("Hoe ik nee zeg")
    await fatima.taps("Ja, deel het", "Nog iets")
    await fatima.says("Iets over mijn werk")
    await fatima.taps("Alleen voor mij", "Dit is het")
    _agreed(town, ingrid, fatima, "2027-03-05T14:00")
    await fatima.until("2027-03-03T09:59")
    await ingrid.reads()
    heard = await fatima.until("2027-03-03T10:01")
    assert "Laat zien" in fatima.buttons
    assert "Noor" not in heard
    shown = await fatima.taps("Laat zien")
    assert "elke avond om half acht samen lezen" in shown
    assert "Hoe ik nee zeg" in shown
    assert "Iets over mijn werk" in shown
    assert "de zondagavond" in shown
    await fatima.says("Dat het rustig mag")
    await fatima.taps("Ja, deel het", "Niets nu")

    await ingrid.reads()
    shown = await ingrid.taps("Laat zien")
    assert "Hoe ik nee zeg (Fatima)" in shown
    assert "Dat het rustig mag (Fatima)" in shown
    assert "Fatima zei ja." in shown
    assert "de zondagavond" in shown
    assert "werk" not in shown
    await fatima.says("/privacy")


async def test_a_full_day_keeps_no_preparation_away(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    for one in (fatima.known, ingrid.known):
        town.do(lambda connection, who=one: people.change(connection, who.id, reminders_a_day=1))
    appointment_id = _agreed(town, ingrid, fatima, "2027-03-05T14:00")
    await fatima.until("2027-03-03T09:59")
    for one in (fatima.known, ingrid.known):
        town.do(lambda connection, who=one: coming.note(connection, who, "thought_back", coming.CAME, NINE))
    await fatima.until("2027-03-03T10:01")
    await ingrid.reads()
    assert "Laat zien" in fatima.buttons
    assert "Laat zien" in ingrid.buttons
    assert "Fatima" in await ingrid.taps("Laat zien")

    def left_out(connection: Connection) -> list[str]:
        log = tables.reminder_log.c
        keys = [f"{flow}:{appointment_id}" for flow in preparation.FLOWS]
        return list(connection.execute(select(log.outcome).where(log.key.in_(keys))).scalars())

    assert town.do(left_out) == [coming.CAME, coming.CAME]


async def test_a_preparation_waits_for_somebodys_hours_until_shortly_before(
    town: Town, ingrid: Somebody, fatima: Somebody
) -> None:
    parent_id = fatima.known.id
    town.do(lambda connection: people.change(connection, parent_id, reminder_hours="19:00-21:00"))
    appointment_id = _agreed(town, ingrid, fatima, "2027-03-05T14:00")
    await fatima.until("2027-03-03T10:01")
    assert "Laat zien" not in fatima.buttons
    assert f"preparation:{appointment_id}~" in fatima.timers
    await fatima.until("2027-03-03T19:05")
    assert "Laat zien" in fatima.buttons


async def test_a_cancelled_meeting_takes_its_preparation_along(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    appointment_id = _agreed(town, ingrid, fatima, "2027-03-05T14:00")
    assert f"preparation:{appointment_id}" in fatima.timers
    assert f"preparation_mentor:{appointment_id}" in ingrid.timers
    samir, vault = mentor(town, "samir"), town.service.vault
    _hand_over(town, fatima, samir)
    assert f"preparation_mentor:{appointment_id}" not in ingrid.timers
    assert f"preparation_mentor:{appointment_id}" in samir.timers
    now, side = town.clock.now(), appointment_rules.Side.MENTOR
    town.do(lambda connection: appointments.cancel(connection, vault, appointment_id, side, now))
    assert not [key for who in (fatima, ingrid, samir) for key in who.timers if key.startswith("preparation")]


async def test_on_the_card_of_a_family_are_only_its_own_reports(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    parent(town, "joris", guide=ingrid, evening="")
    await ingrid.says("/verslag")
    await ingrid.taps("Fatima", "In één bericht")
    await ingrid.says(LONG)
    await ingrid.taps("Geef het aan de ouders")
    await ingrid.says("/gezinnen")
    await ingrid.taps("Fatima", "Meer")
    assert "Het verslag voor Fatima. Wat wil je anders?" in await ingrid.taps("Een verslag aanpassen")
    await ingrid.taps("Het is goed zo")
    await ingrid.says("/gezinnen")
    await ingrid.taps("Joris", "Meer")
    heard = await ingrid.taps("Een verslag aanpassen")
    assert "Voor Joris is er nog geen verslag" in heard
    assert "Fatima" not in heard


async def test_who_was_there_is_not_lost_beside_a_longer_name(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    await ingrid.says("/verslag")
    await ingrid.taps("In één bericht")
    await ingrid.says("Aanwezig: Annelies\nBesproken: het bedritueel")
    await ingrid.taps("Pas iets aan", "Wie erbij was", "Zet er iets bij")
    await ingrid.says("An")
    assert "Erbij: Annelies, An\n" in ingrid.last.text
    await ingrid.taps("Pas iets aan", "Wie erbij was", "Zet er iets bij")
    await ingrid.says("an, Annelies")
    assert "Erbij: Annelies, An\n" in ingrid.last.text
    await ingrid.taps("Pas iets aan", "Besproken", "Zet er iets bij")
    await ingrid.says("bed")
    assert "het bedritueel\nbed\n" in ingrid.last.text.replace("Het", "het")
