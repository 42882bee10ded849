"""Sharing: what a parent keeps, who else sees it, when that ends, and who looked."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, func, select

from bot.care import families
from bot.conversation import commands, taps
from bot.store import tables
from flows.engine.library import load
from tests.service.story import OTHER, Somebody, coordinator, mentor, parent, refusals
from tests.service.town import Town

WORDS = "Ze vroeg of ik wel genoeg geld had."


@pytest.fixture
def joris(town: Town, fatima: Somebody) -> Somebody:
    """The other parent of Fatima's family."""
    return parent(town, OTHER, partner=fatima)


async def _keeps(who: Somebody, words: str = WORDS) -> None:
    """Writes a note and keeps it."""
    await who.says(words)
    await who.taps("Bewaar als notitie")


async def _opens_note(who: Somebody, words: str = WORDS) -> None:
    """From `/bewaard` to the note that begins so."""
    await who.says("/bewaard")
    await who.taps(next(label for label in who.buttons if words[:8] in label))


async def _shares(who: Somebody, label: str = "Deel met Ingrid", words: str = WORDS) -> None:
    await _opens_note(who, words)
    await who.taps(label)
    if "Ja, deel het" in who.buttons:
        await who.taps("Ja, deel het")


async def _sees_family(who: Somebody) -> None:
    """From `/gezinnen` to what the first family shares."""
    await who.says("/gezinnen")
    await who.taps(who.buttons[0], "Wat gedeeld is")


def _last(who: Somebody) -> str:
    """What the last message says now, also when it was changed in place."""
    return who.last.text


def _rows(town: Town, table: str) -> int:
    counted = select(func.count()).select_from(tables.metadata.tables[table])
    return town.do(lambda connection: connection.execute(counted).scalar_one())


# --- one's own --------------------------------------------------------------------------------------------------------


async def test_nothing_is_there_yet(fatima: Somebody) -> None:
    heard = await fatima.says("/bewaard")
    assert "Er staat nog niets" in heard
    await fatima.taps("Terug")
    assert "Mijn werkboek" in fatima.buttons


async def test_an_evening_is_read_again_in_plain_words(fatima: Somebody) -> None:
    await fatima.says("/menu")
    await fatima.taps("Vanavond", "De avondvraag", "Ik heb het gevraagd", "Over geld", "Ik zei het anders")
    await fatima.says("Ik regel dat & jij <b>niet</b>")
    await fatima.says("de huur")
    await fatima.taps("8", "6")
    await fatima.says("/menu")
    await fatima.taps("Mijn werkboek", "Alles wat ik bewaarde")
    before = len(fatima.phone.messages)
    assert fatima.buttons[0] == "vandaag, avond: de huur"
    await fatima.taps(fatima.buttons[0])

    assert _last(fatima) == (
        "Een avond · Noor, vandaag\n\n"
        "Wat er terugkwam: Over geld\n"
        "In eigen woorden: de huur\n"
        "Het antwoord: “Ik regel dat & jij <b>niet</b>”\n"
        "Zwaar voor het praten: 8 van 10\n"
        "Zwaar na het praten: 6 van 10\n\n"
        "Alleen jij ziet dit."
    )
    assert fatima.buttons == [
        "Deel met Ingrid",
        "Bewaar voor de afspraak",
        "In mijn werkboek",
        "Pas aan",
        "Gooi weg",
        "Terug",
    ]
    await fatima.taps("Terug")
    assert "Dit bewaarde je" in _last(fatima)
    assert len(fatima.phone.messages) == before


async def test_the_newest_first_and_eight_a_page(fatima: Somebody) -> None:
    for number in range(1, 19):
        await _keeps(fatima, f"dag {number}!")
        await fatima.waits(minutes=1)
    await fatima.says("/bewaard")
    shown = []
    while True:
        page = [label for label in fatima.buttons if "dag" in label]
        assert len(page) <= 8
        shown += page
        if "Meer ›" not in fatima.buttons:
            break
        await fatima.taps("Meer ›")
    assert shown == [f"vandaag, notitie: dag {number}!" for number in range(18, 0, -1)]
    assert len(page) == 2
    await fatima.taps(page[0], "Gooi weg", "Ja, gooi het weg")
    assert "Weg is het." in _last(fatima)
    await fatima.taps(page[1], "Gooi weg", "Ja, gooi het weg")
    assert "vandaag, notitie: dag 3!" in fatima.buttons
    await fatima.taps("‹ Vorige")
    assert "vandaag, notitie: dag 18!" in fatima.buttons
    assert len(fatima.kept("note")) == 16


async def test_throwing_away_asks_once(fatima: Somebody) -> None:
    await _keeps(fatima)
    await _opens_note(fatima)
    await fatima.taps("Gooi weg")
    assert _last(fatima).count("?") == 1
    await fatima.taps("Nee, bewaar het")
    assert WORDS in _last(fatima)
    gone = fatima.token("Bewaar voor de afspraak")
    await fatima.taps("Gooi weg", "Ja, gooi het weg")
    assert fatima.kept() == []
    assert "Waar heb je nu iets aan" in await fatima.forges(gone)


async def test_for_the_appointment(fatima: Somebody, ingrid: Somebody) -> None:
    await _keeps(fatima)
    await _keeps(fatima, "Wat een dag.")
    await _opens_note(fatima)
    await fatima.taps("Bewaar voor de afspraak")
    assert "Alleen jij ziet dit. Het ligt klaar voor de afspraak." in _last(fatima)
    await fatima.taps("Terug")
    assert any(label.startswith("★ ") for label in fatima.buttons)
    await fatima.taps("Voor de afspraak (1)")
    assert [label for label in fatima.buttons if "notitie" in label] == ["vandaag, notitie: Ze vroeg of ik wel…"]
    await _sees_family(ingrid)
    assert "niets met jou gedeeld" in _last(ingrid)
    await fatima.taps(fatima.buttons[0], "Niet voor de afspraak", "Terug")
    assert "Er staat nu niets klaar" in _last(fatima)
    await fatima.taps("Alles wat ik bewaarde")
    assert "Voor de afspraak (1)" not in fatima.buttons


async def test_a_long_note_is_read_in_parts_and_shows_its_photo(fatima: Somebody) -> None:
    long = " ".join(f"woord{number}" for number in range(400))
    await fatima.says(long)
    await fatima.does(lambda phone: phone.sends_photo("de tekening"))
    await fatima.taps("Bewaar als notitie")
    await fatima.says("/bewaard")
    await fatima.taps(fatima.buttons[0])
    read = _last(fatima)
    while "Lees verder" in fatima.buttons:
        await fatima.taps("Lees verder")
        read += _last(fatima)
    assert all(f"woord{number}" in read for number in range(400))
    assert "de tekening" in read
    assert "Erbij: een foto" in read
    assert "Lees terug" in fatima.buttons
    await fatima.taps("Laat zien wat erbij hoort")
    assert "photo" in fatima.last.body


# --- the mentor -------------------------------------------------------------------------------------------------------


async def test_from_sharing_to_taking_back(town: Town, fatima: Somebody, ingrid: Somebody) -> None:
    await _keeps(fatima)
    await _sees_family(ingrid)
    assert "niets met jou gedeeld" in _last(ingrid)
    await fatima.waits(minutes=12)

    await _opens_note(fatima)
    await fatima.taps("Deel met Ingrid")
    assert "Mag Ingrid lezen wat jij deelt?" in _last(fatima)
    assert "/wiekeek" in _last(fatima)
    await fatima.taps("Nee, ik deel niets")
    assert "Alleen jij ziet dit." in _last(fatima)
    await fatima.taps("Deel met Ingrid", "Ja, deel het")
    assert "Ook Ingrid kan dit lezen." in _last(fatima)
    assert await ingrid.reads() == ""

    await ingrid.says("/menu")
    await ingrid.taps("Mijn gezinnen")
    assert "Fatima met Noor. Nieuw gedeeld: 1." in _last(ingrid)
    await ingrid.taps("Fatima (1 nieuw)", "Wat gedeeld is")
    assert WORDS not in "".join((_last(ingrid), *ingrid.buttons))
    assert ingrid.buttons[0] == "vandaag, notitie"
    assert _rows(town, "looks") == 0
    button, listing = ingrid.token("vandaag, notitie"), ingrid.last
    await ingrid.taps("vandaag, notitie")
    assert _last(ingrid) == f"Van Fatima: een notitie, vandaag\n\n{WORDS}"
    assert _rows(town, "looks") == 1
    await ingrid.taps("Terug", "Terug", "Terug")
    assert "Fatima met Noor." in _last(ingrid)
    assert "Nieuw" not in _last(ingrid)

    assert "Ingrid (mentor) keek vandaag om 12.12 uur naar een notitie." in await fatima.says("/wiekeek")
    await _opens_note(fatima)
    await fatima.taps("Alleen voor mij")
    assert "Alleen jij ziet dit." in _last(fatima)

    before = refusals(town)
    heard = await ingrid.forges(button, listing)
    assert WORDS not in heard
    assert "Dag. Wat wil je doen?" in heard
    assert refusals(town) == before + 1
    assert _rows(town, "looks") == 1
    await _sees_family(ingrid)
    assert "niets met jou gedeeld" in _last(ingrid)


async def test_the_second_thing_is_shared_with_one_tap(fatima: Somebody, ingrid: Somebody) -> None:
    await _keeps(fatima)
    await _shares(fatima)
    await _keeps(fatima, "Het ging goed vandaag.")
    await _opens_note(fatima, "Het ging goed")
    await fatima.taps("Deel met Ingrid")
    assert "Ook Ingrid kan dit lezen." in _last(fatima)
    await fatima.taps("Terug")
    assert sum(label.startswith("✓ ") for label in fatima.buttons) == 2


async def test_a_yes_given_anew_opens_only_what_is_shared_from_then_on(fatima: Somebody, ingrid: Somebody) -> None:
    await _keeps(fatima)
    await _shares(fatima)
    await fatima.says("/privacy")
    await fatima.taps("Delen met je mentor", "Trek mijn ja in")
    await _sees_family(ingrid)
    assert "niets met jou gedeeld" in _last(ingrid)
    await _opens_note(fatima)
    assert "Alleen jij ziet dit." in _last(fatima)

    await _keeps(fatima, "Het ging goed vandaag.")
    await _shares(fatima, words="Het ging goed")
    await _sees_family(ingrid)
    assert sum("notitie" in label for label in ingrid.buttons) == 1
    await ingrid.taps("vandaag, notitie")
    assert "Het ging goed vandaag." in _last(ingrid)


async def test_a_parent_without_a_mentor_is_not_asked_to_share_with_one(town: Town) -> None:
    marleen = parent(town, "marleen")
    await _keeps(marleen)
    await _opens_note(marleen)
    assert marleen.buttons == ["Bewaar voor de afspraak", "In mijn werkboek", "Pas aan", "Gooi weg", "Terug"]


async def test_handing_over_half_way(town: Town, fatima: Somebody, ingrid: Somebody) -> None:
    samir = mentor(town, "samir")
    await _keeps(fatima)
    await _shares(fatima)
    await _sees_family(ingrid)
    button, listing = ingrid.token("vandaag, notitie"), ingrid.last
    family_id, samir_id = fatima.known.family_id, samir.known.id
    assert family_id
    await samir.says("/gezinnen")
    assert "Er is nog geen gezin" in _last(samir)

    town.do(lambda connection: families.hand_over(connection, family_id, samir_id))

    assert WORDS not in await ingrid.forges(button, listing)
    await ingrid.says("/gezinnen")
    assert "Er is nog geen gezin" in _last(ingrid)
    await samir.says("/gezinnen")
    assert "Nieuw gedeeld: 1" in _last(samir)
    await samir.taps(samir.buttons[0], "Wat gedeeld is", "vandaag, notitie")
    assert WORDS in _last(samir)
    assert "Samir (mentor) keek" in await fatima.says("/wiekeek")
    await _opens_note(fatima)
    assert "Ook Samir kan dit lezen." in _last(fatima)


async def test_many_families_and_many_things(town: Town, ingrid: Somebody) -> None:
    for number, who in enumerate(("fatima", "joris", "marleen", "shanice", "annelies", "bart", "gul", "wim", "mei")):
        parent(town, who, guide=ingrid, name=f"Ouder {number}", children=[])
    await ingrid.says("/gezinnen")
    assert len([label for label in ingrid.buttons if "Ouder" in label]) == 8
    await ingrid.taps("Meer ›")
    assert [label for label in ingrid.buttons if "Ouder" in label] == ["Ouder 8"]
    await ingrid.taps("‹ Vorige", "Ouder 0", "Terug")
    assert "Ouder 0" in _last(ingrid)


# --- the other parent -------------------------------------------------------------------------------------------------


async def test_the_other_parent_sees_only_what_was_shared_with_them(
    town: Town, fatima: Somebody, joris: Somebody, ingrid: Somebody
) -> None:
    await _keeps(fatima)
    await _keeps(fatima, "Alleen voor Ingrid.")
    await _keeps(fatima, "Voor niemand.")
    await _shares(fatima, words="Alleen voor")
    await joris.says("/bewaard")
    assert "Gedeeld door Fatima" not in joris.buttons
    await _shares(fatima, "Deel met Joris")

    await joris.says("/bewaard")
    assert not any("notitie" in label for label in joris.buttons)
    await joris.taps("Gedeeld door Fatima")
    assert [label for label in joris.buttons if "notitie" in label] == ["vandaag, notitie"]
    button, listing = joris.token("vandaag, notitie"), joris.last
    await joris.taps("vandaag, notitie")
    assert _last(joris) == f"Van Fatima: een notitie, vandaag\n\n{WORDS}"
    assert joris.buttons == ["Terug"]
    assert "Joris (andere ouder) keek vandaag om 12.00 uur naar een notitie." in await fatima.says("/wiekeek")
    assert "Niemand keek" in await joris.says("/wiekeek")
    await _sees_family(ingrid)
    assert [label for label in ingrid.buttons if "notitie" in label] == ["vandaag, notitie van Fatima"]

    await _opens_note(fatima)
    await fatima.taps("Deel met Ingrid", "Niet meer met Joris")
    assert "Ook Ingrid kan dit lezen." in _last(fatima)
    assert WORDS not in await joris.forges(button, listing)
    assert _rows(town, "looks") == 1


# --- everybody else ---------------------------------------------------------------------------------------------------


async def test_the_same_tokens_open_nothing_for_anybody_else(
    town: Town, fatima: Somebody, joris: Somebody, ingrid: Somebody
) -> None:
    await _keeps(fatima)
    await _shares(fatima)
    await _opens_note(fatima)
    tokens = {str(key["callback_data"]) for row in fatima.last.keyboard for key in row if key["text"] != "Terug"}
    await fatima.taps("Gooi weg")
    tokens |= {fatima.token("Ja, gooi het weg"), fatima.token("Nee, bewaar het")}
    await _sees_family(ingrid)
    tokens |= {ingrid.token("vandaag, notitie van Fatima")}
    await ingrid.taps("vandaag, notitie van Fatima")
    tokens |= {ingrid.token("Terug")}
    [record] = fatima.kept("note")
    where = f"{record.id}:l:0"
    tokens |= {f"e:{act}:{where}" for act in ("o", "p", "w1", "w2", "y1", "x1", "n", "a", "u", "d", "dd")}
    tokens |= {f"e:{act}:{record.id}:s:0" for act in ("o", "p", "dd", "n")}

    others = [
        mentor(town, "samir"),
        parent(town, "marleen"),
        coordinator(town),
        joris,
    ]
    looked, kept = _rows(town, "looks"), fatima.kept()
    for who in others:
        await who.says("/menu")
        for token in sorted(tokens):
            before = refusals(town)
            heard = await who.forges(token)
            assert "geld" not in heard + who.phone.screen, (who, token)
            assert "Fatima" not in heard, (who, token)
            assert refusals(town) == before + 1, (who, token)
    assert _rows(town, "looks") == looked
    assert fatima.kept() == kept
    await _opens_note(fatima)
    assert "Ook Ingrid kan dit lezen." in _last(fatima)


FORGED = [
    "", "l", "l:", "l:99999", "l:-1", "o:1:l:0", "o:9999999999999999999:l:0", "w4:1:l:0", "v:1:1:0", "o:1:0",
    "v:9999999999999999999:9999999999999999999:0", "p:1:1:0", "zz", "l:0:0", "o::l:0", "l:٣",
]  # fmt: skip


@pytest.mark.parametrize("verb", ["e", "f", "w"])
async def test_forged_tokens_bring_the_menu(town: Town, ingrid: Somebody, fatima: Somebody, verb: str) -> None:
    await _keeps(fatima)
    [note] = fatima.kept("note")
    for rest in FORGED:
        refused = refusals(town)
        for who in (fatima, ingrid):
            await who.says("/menu")
            assert "geld" not in await who.forges(f"{verb}:{rest}"), rest
            assert "geld" not in await who.forges(f"{verb}:w4:{note.id}:l:0"), rest
        assert refusals(town) >= refused + 3, rest


async def test_a_page_far_too_high_is_the_last_page(fatima: Somebody) -> None:
    await _keeps(fatima)
    await fatima.says("/bewaard")
    await fatima.forges("e:l:9999")
    assert any("notitie" in label for label in fatima.buttons)


async def test_commands_for_others_bring_the_menu(town: Town, fatima: Somebody, ingrid: Somebody) -> None:
    petra = coordinator(town)
    assert "Waar heb je nu iets aan" in await fatima.says("/gezinnen")
    for said in ("/bewaard", "/wiekeek"):
        assert "Dag. Wat wil je doen?" in await ingrid.says(said)
    for said in ("/bewaard", "/wiekeek", "/gezinnen"):
        assert "Dag. Wat wil je doen?" in await petra.says(said)


# --- who looked -------------------------------------------------------------------------------------------------------


async def test_who_looked_is_told_together_by_day_and_page(town: Town, fatima: Somebody, ingrid: Somebody) -> None:
    await fatima.says("/instellingen")
    await fatima.taps("Wie keek er")
    assert "Niemand keek nog naar iets van jou." in _last(fatima)
    await _keeps(fatima)
    await _shares(fatima)
    for day in range(2, 12):
        await ingrid.until(f"2027-03-{day:02}T10:12")
        await _sees_family(ingrid)
        await ingrid.taps(ingrid.buttons[0], "Terug")
        if day == 2:
            await ingrid.waits(minutes=3)
            await ingrid.taps(ingrid.buttons[0], "Terug")
    fatima.skims()
    heard = await fatima.says("/wiekeek")
    assert heard.splitlines()[2] == "Ingrid (mentor) keek vandaag om 10.12 uur naar een notitie."
    assert "Ingrid (mentor) keek op maandag 8 maart om 10.12 uur naar een notitie." in heard
    await fatima.taps("Meer ›")
    assert _last(fatima).endswith(
        "Ingrid (mentor) keek op dinsdag 2 maart 2 keer naar een notitie, tussen 10.12 en 10.15 uur."
    )
    await fatima.taps("‹ Vorige")
    assert "vandaag" in _last(fatima)


async def test_a_list_that_was_tampered_with_says_so(town: Town, fatima: Somebody, ingrid: Somebody) -> None:
    await _keeps(fatima)
    await _shares(fatima)
    for _ in range(2):
        await _sees_family(ingrid)
        await ingrid.taps(ingrid.buttons[0])
    assert "Let op" not in await fatima.says("/wiekeek")
    first = select(func.min(tables.looks.c.id)).scalar_subquery()
    town.do(lambda connection: connection.execute(delete(tables.looks).where(tables.looks.c.id == first)))
    heard = await fatima.says("/wiekeek")
    assert "Deze lijst klopt niet" in heard
    assert "Vraag aan de organisatie van je mentor" in heard
    assert "Ingrid (mentor) keek vandaag" in heard
    coordinator(town)
    assert "Vraag aan Petra wat er is gebeurd" in await fatima.says("/wiekeek")


async def test_hostile_names_stay_names(town: Town, ingrid: Somebody) -> None:
    marleen = parent(town, "marleen", guide=ingrid, name="<b>/stop & _x_*", children=[("<i>Noor", 6)])
    joris = parent(town, "joris", partner=marleen)
    await _keeps(marleen, "a < b & <b>c</b> /stop")
    await _shares(marleen, words="a <")
    await _shares(marleen, "Deel met Joris", "a <")
    await _sees_family(ingrid)
    await ingrid.taps(ingrid.buttons[0])
    assert "a < b & <b>c</b>" in _last(ingrid)
    await joris.says("/bewaard")
    await joris.taps(joris.buttons[0])
    assert "a < b & <b>c</b>" not in _last(joris)
    await joris.taps(joris.buttons[0])
    assert "a < b & <b>c</b>" in _last(joris)
    assert "<b>" in await marleen.says("/wiekeek") or "Ingrid" in _last(marleen)


# --- content ----------------------------------------------------------------------------------------------------------


def test_every_kind_of_record_has_its_words() -> None:
    """Whoever adds a kind of record or a field to the catalog, adds what it is called to texts/entries.yaml.

    Words to know it by (`kept_words`) may be missing: then its files say what it is.
    """
    library = load()
    wanted = {
        name
        for kind, record in library.catalog.records.items()
        for name in (
            *(f"{form}_{kind}" for form in ("kept_name", "kept_one")),
            *(f"kept_field_{kind}_{field}" for field in record.fields),
        )
    }
    assert wanted - library.texts.keys() == set()


def test_what_is_offered_can_be_done() -> None:
    assert {"bewaard", "wiekeek"} <= set(commands.OFFERED)
    assert {"e", "f", "w"} <= taps.BUTTONS.keys()
