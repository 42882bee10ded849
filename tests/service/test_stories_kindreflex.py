"""The Kindreflex record and a mentor's own overview position: who reads what, who sees that, and what never changes."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any, cast

import pypdf
import pytest
from sqlalchemy import select

from bot.care import families, kindreflex_record, people
from bot.store import tables
from tests.service.story import OTHER, Somebody, coordinator, file_of, mentor, parent, refusals
from tests.service.town import Town

STEPS = ["○ 1. Kinderen en ouderschap", "○ 2. Hoe het thuis gaat", "○ 3. De ouder steunen", "○ 4. Zorg en bereidheid"]
WORDS, LATER = "Noor kroop weg toen de deur openging.", "Het was de hond van de buren."
HARD = "Mijn maag kromp."


@pytest.fixture
def samir(town: Town) -> Somebody:
    return mentor(town, "samir")


@pytest.fixture
def joris(town: Town, fatima: Somebody) -> Somebody:
    """The other parent of Fatima's family."""
    return parent(town, OTHER, partner=fatima)


def _rows(town: Town) -> list[tuple[Any, ...]]:
    wanted = select(tables.guidance).where(tables.guidance.c.kind == "kindreflex").order_by(tables.guidance.c.id)
    return [tuple(row) for row in town.do(lambda connection: connection.execute(wanted).all())]


def _hands_over(town: Town, family: Somebody, to: Somebody) -> None:
    family_id, mentor_id = family.known.family_id or 0, to.known.id
    town.do(lambda connection: families.hand_over(connection, family_id, mentor_id))


def _goes_on_leave(town: Town, who: Somebody, stand_in: Somebody) -> None:
    today = who.known.local(town.clock.now()).date()
    days = {"away_from": today, "away_until": today + timedelta(days=7), "stand_in_id": stand_in.known.id}
    own = who.known.id
    town.do(lambda connection: people.change(connection, own, **days))


async def _opens_card(ingrid: Somebody) -> None:
    """From the list of families to the record of the first one."""
    await ingrid.says("/gezinnen")
    await ingrid.taps(next(label for label in ingrid.buttons if "Fatima" in label), "Meer", "Kindreflex")


async def _notes_a_feeling(ingrid: Somebody) -> None:
    """The second step, with the gut feeling and its reason alone."""
    await _opens_card(ingrid)
    await ingrid.taps(STEPS[1], "Verder: Thuis", "Sla over", "Het voelt niet pluis")
    await ingrid.says(WORDS)
    await ingrid.taps("Nog met niemand", "Nog niet")


async def test_a_step_is_noted_in_few_taps_and_read_again(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    await _opens_card(ingrid)
    assert "Stap 1 tot en met 3 zijn er voor elk gezin" in ingrid.last.text
    assert ingrid.buttons[:4] == STEPS
    await ingrid.taps(STEPS[1])
    assert "Hier is nog niets genoteerd." in ingrid.last.text
    await ingrid.taps("Verder: Thuis")
    await ingrid.says("Er is rust en er is eten.")
    await ingrid.taps("Het voelt niet pluis")
    await ingrid.says(WORDS)
    await ingrid.says("Met Tine. Zij zag het ook.")
    heard = await ingrid.taps("Nog niet")
    for words in ("Er is rust en er is eten.", "Het voelt niet pluis", WORDS, "1 maart 2027", "Ingrid"):
        assert words in heard
    await ingrid.taps("Terug")
    assert "✓ 2. Hoe het thuis gaat" in ingrid.buttons
    assert "Nu aan de beurt: stap 1" in ingrid.last.text


async def test_a_correction_stands_beside_what_was_noted(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    await _notes_a_feeling(ingrid)
    before = _rows(town)
    await ingrid.taps("1", "Vul aan of verbeter")
    assert WORDS in ingrid.last.text
    heard = await ingrid.says(LATER)
    assert WORDS in heard
    assert f"Aangevuld op 1 maart 2027 door Ingrid: {LATER}" in heard
    assert _rows(town)[: len(before)] == before
    assert len(_rows(town)) == len(before) + 1


async def test_a_report_asks_for_the_parent_first_and_keeps_the_reason(
    town: Town, ingrid: Somebody, fatima: Somebody
) -> None:
    await _opens_card(ingrid)
    await ingrid.taps("○ 6. Doorgeven", "Verder: Weet de ouder het", "Nog niet")
    assert "Waar deed je de melding?" in ingrid.last.text
    heard = await ingrid.taps("Veilig Thuis", "Vandaag")
    assert "Waarom kon dat niet wachten?" in heard
    heard = await ingrid.taps("Nu niet")
    assert "Dan staat de melding er nog niet in." in heard
    assert _rows(town) == []
    await _opens_card(ingrid)
    await ingrid.taps("○ 6. Doorgeven", "Verder: Weet de ouder het", "Sla over", "Veilig Thuis", "Vandaag")
    heard = await ingrid.taps("Een kind liep dan gevaar", "Sla over", "Nog niet")
    assert "Waarom het niet kon wachten: Een kind liep dan gevaar" in heard
    assert len(_rows(town)) == 1


async def test_a_report_after_the_parent_was_told_asks_no_reason(
    town: Town, ingrid: Somebody, fatima: Somebody
) -> None:
    await _opens_card(ingrid)
    await ingrid.taps("○ 6. Doorgeven", "Verder: Weet de ouder het", "Ja, ik vertelde het", "Fatima", "Gisteren")
    await ingrid.says("Ze werd stil.")
    heard = await ingrid.taps("Vertrouwenscentrum (VK)", "Vandaag")
    assert "Wat gaf je door" in heard
    heard = await ingrid.taps("Sla over", "Ja, met Fatima")
    assert "28 februari 2027" in heard
    assert "Besproken met Fatima." in heard


# --- who reads --------------------------------------------------------------------------------------------------------


async def test_parents_read_what_was_talked_about_and_see_who_looked(
    town: Town, ingrid: Somebody, fatima: Somebody, joris: Somebody
) -> None:
    await _notes_a_feeling(ingrid)
    await fatima.says("/wiekeek")
    assert "Ingrid (mentor) keek vandaag" in fatima.last.text
    assert "wat er over jullie gezin genoteerd is" in fatima.last.text
    await fatima.taps("Wat je mentor noteert")
    assert "nog niets dat jullie samen bespraken" in fatima.last.text
    await ingrid.taps("1", "Besproken met Fatima")
    assert "Bespraken jullie dit echt" in ingrid.last.text
    await ingrid.taps("Ja, we spraken erover")
    assert "Besproken met Fatima." in ingrid.last.text
    await fatima.says("/wiekeek")
    await fatima.taps("Wat je mentor noteert")
    assert WORDS in fatima.last.text
    await joris.says("/wiekeek")
    await joris.taps("Wat je mentor noteert")
    assert WORDS not in joris.last.text
    await ingrid.taps("Toch niet besproken met Fatima", "Ja, het was een vergissing")
    await fatima.says("/wiekeek")
    await fatima.taps("Wat je mentor noteert")
    assert WORDS not in fatima.last.text


async def test_the_own_data_of_a_parent_hold_what_they_may_read(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    await _notes_a_feeling(ingrid)
    await fatima.says("/mijngegevens")
    while fatima.buttons and not fatima.phone.from_bot[-1].body.get("document"):
        await fatima.taps(fatima.buttons[0])
    data = file_of(town, next(one for one in reversed(fatima.phone.from_bot) if "document" in one.body))
    assert data["dossier"] == {"is_er": True, "besproken": []}
    assert WORDS not in str(data)


async def test_forged_buttons_open_nothing_for_anybody_else(
    town: Town, ingrid: Somebody, samir: Somebody, fatima: Somebody, joris: Somebody
) -> None:
    wim = coordinator(town)
    await _notes_a_feeling(ingrid)
    family, note = fatima.known.family_id, _rows(town)[0][0]
    before, rows = refusals(town), _rows(town)
    acts = [f"k:c:{family}", f"k:s:{family}:2", f"k:n:{family}:{note}", f"k:a:{family}:{note}", f"k:p:{family}"]
    acts += [f"k:t:{family}:{note}:{fatima.known.id}", f"k:y:{family}:{note}:{fatima.known.id}", f"k:l:{family}:0"]
    acts += [f"k:f:{family}:2:home", f"k:o:{family}", f"k:oo:{family}", f"k:x:{family}", f"k:b:{family}"]
    for who in (samir, wim, fatima, joris):
        await who.says("/menu")
        for act in acts:
            heard = await who.forges(act)
            assert WORDS not in heard
            assert "Kindreflex" not in heard
    assert refusals(town) == before + 4 * len(acts)
    assert _rows(town) == rows
    await ingrid.forges(f"k:n:{family}:{note + 1}")
    await ingrid.forges(f"k:s:{family}:9")
    await ingrid.forges(f"k:f:{family}:2:report")
    assert refusals(town) == before + 4 * len(acts) + 3
    await fatima.says("/wiekeek")
    assert "Samir" not in fatima.last.text


async def test_a_mentor_of_before_reads_and_writes_nothing_any_more(
    town: Town, ingrid: Somebody, samir: Somebody, fatima: Somebody
) -> None:
    await _notes_a_feeling(ingrid)
    await ingrid.taps("Noteer iets nieuws", "Hoe het thuis is")
    _hands_over(town, fatima, samir)
    rows = _rows(town)
    heard = await ingrid.says("Er is nu rust.")
    assert "Er is nu rust." not in heard
    assert _rows(town) == rows
    assert WORDS not in await ingrid.forges(f"k:s:{fatima.known.family_id}:2")
    heard = await samir.says("/kindreflex")
    assert "Kindreflex · Fatima" in heard
    await samir.taps("◐ 2. Hoe het thuis gaat")
    assert WORDS in samir.last.text
    await samir.taps("Terug", "Wie keek er")
    assert "Ingrid las stap 2" in samir.last.text
    assert "Samir las stap 2" in samir.last.text


async def test_a_stand_in_comes_in_when_the_mentor_opened_it_and_the_parents_know(
    town: Town, ingrid: Somebody, samir: Somebody, fatima: Somebody
) -> None:
    await _notes_a_feeling(ingrid)
    _goes_on_leave(town, ingrid, samir)
    card = f"k:c:{fatima.known.family_id}"
    await samir.says("/menu")
    assert WORDS not in await samir.forges(card)
    await ingrid.taps("Terug", "Open voor Samir (verlof)", "Ja, open voor Samir")
    assert "Sluit weer voor Samir" in ingrid.buttons
    assert "mag Samir lezen wat Ingrid over jullie gezin noteerde" in await fatima.reads()
    assert "zette iets voor je open, tot en met 8 maart 2027" in await samir.reads()
    await samir.taps("Bekijk het", "◐ 2. Hoe het thuis gaat")
    assert WORDS in samir.last.text
    heard = await samir.taps("Verder: Thuis")
    await samir.says("Vandaag was er rust.")
    await samir.taps("Nog met niemand", "Nog niet")
    assert "Vandaag was er rust." in samir.last.text
    assert heard
    await fatima.says("/wiekeek")
    assert "Samir (vervanger) keek vandaag" in fatima.last.text
    await ingrid.taps("Sluit weer voor Samir")
    assert WORDS not in await samir.forges(f"k:s:{fatima.known.family_id}:2")
    await ingrid.taps("Wie keek er")
    assert "Ingrid sloot het voor Samir" in ingrid.last.text
    assert "Samir las stap 2" in ingrid.last.text


async def test_on_paper_it_is_dated_signed_and_whole(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    await _notes_a_feeling(ingrid)
    await ingrid.taps("1", "Vul aan of verbeter")
    await ingrid.says(LATER)
    await _opens_card(ingrid)
    await ingrid.taps("○ 4. Zorg en bereidheid", "Verder: Zorgen en bescherming", "Geeft zorgen")
    await ingrid.says("Er is vaak geen eten.")
    await ingrid.taps("Ja, nog een", "Beschermt")
    await ingrid.says("Oma woont om de hoek.")
    await ingrid.taps("Klaar", "Nog niet", "Terug", "Alles op papier")
    document = ingrid.phone.from_bot[-1].body["document"]
    assert document["file_name"] == "kindreflex-2027-03-01.pdf"
    book = pypdf.PdfReader(io.BytesIO(town.emulator.world.files[document["file_id"]].content))
    text = " ".join("\n".join(page.extract_text() for page in book.pages).split())
    for words in (
        WORDS,
        LATER,
        "Er is vaak geen eten.",
        "Oma woont om de hoek.",
        "Aangevuld op 1 maart 2027 door Ingrid",
    ):
        assert words in text
    assert "1 maart 2027, Ingrid" in text
    assert f"Bladzij 1 van {len(book.pages)}" in text
    assert cast(Any, book.trailer["/Root"])["/MarkInfo"]["/Marked"]
    await ingrid.taps("Wie keek er")
    assert any("haalde alles op als PDF" in one.text for one in ingrid.phone.from_bot)
    assert not [one for one in fatima.phone.from_bot if "document" in one.body]


async def test_a_coordinator_knows_only_that_there_is_one(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    wim = coordinator(town)
    await _notes_a_feeling(ingrid)
    family_id = fatima.known.family_id or 0
    assert town.do(lambda connection: kindreflex_record.exists(connection, family_id))
    for words in ("/kindreflex", "/gezinnen", "/overzicht"):
        heard = await wim.says(words)
        assert WORDS not in heard
        assert "Kindreflex" not in heard


# --- one's own --------------------------------------------------------------------------------------------------------


async def _looks_from_above(who: Somebody) -> None:
    await who.says("/overzicht")
    await who.says(HARD)
    await who.taps("Het meteen oplossen", "Rust", "Sla over", "Eerst drie keer ademen", "Klaar")


async def test_five_questions_after_a_hard_contact_are_kept_for_the_mentor_alone(
    town: Town, ingrid: Somebody, samir: Somebody, fatima: Somebody
) -> None:
    wim = coordinator(town)
    await _looks_from_above(ingrid)
    (record,) = ingrid.kept("overview_position")
    assert record.value("did") == HARD
    await ingrid.forges("s:overviews")
    await ingrid.taps(ingrid.buttons[0])
    assert HARD in ingrid.last.text
    for who in (samir, wim, fatima):
        await who.says("/menu")
        for act in (f"o:o:{record.id}:0", f"o:dd:{record.id}:0", f"e:o:{record.id}:l:0", f"e:o:{record.id}:s:0"):
            assert HARD not in await who.forges(act)
        assert HARD not in await who.forges("s:overviews")
        assert HARD not in await who.says("/overzicht")
    assert len(ingrid.kept("overview_position")) == 1


async def test_what_was_written_for_oneself_is_in_the_own_data_and_goes_when_thrown_away(
    town: Town, ingrid: Somebody
) -> None:
    await _looks_from_above(ingrid)
    await ingrid.says("/mijngegevens")
    while ingrid.buttons and "document" not in ingrid.phone.from_bot[-1].body:
        await ingrid.taps(ingrid.buttons[0])
    data = file_of(town, next(one for one in reversed(ingrid.phone.from_bot) if "document" in one.body))
    assert HARD in str(data["bewaard"])
    await ingrid.forges("s:overviews")
    await ingrid.taps(ingrid.buttons[0], "Gooi weg", "Ja, gooi het weg")
    assert ingrid.kept("overview_position") == []
    assert "Je schreef nog niets op." in ingrid.last.text
