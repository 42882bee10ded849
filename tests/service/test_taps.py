"""How many taps a parent with one child needs from a fresh menu, and the ways that lead there besides: what is used
most, what a mentor switched on, a link, and own words."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection

from bot.care import people, switches
from tests.service.story import PARENT, STRANGER, Somebody, parent, somebody
from tests.service.town import Town

GATED = "Eerste hulp bij ruzie"
NOT_YET = "Dit zet je mentor voor je aan, als het past."
TYPED = "we willen iets leuks samen doen"


@pytest.fixture
def fatima(town: Town, ingrid: Somebody) -> Somebody:
    return parent(town, PARENT, guide=ingrid, evening="")


def _switched_on(town: Town, ingrid: Somebody, fatima: Somebody, flow: str) -> None:
    vault, own, family, now = town.service.vault, ingrid.known.id, fatima.known.family_id, town.clock.now()

    def work(connection: Connection) -> None:
        by = people.by_id(connection, vault, own)
        assert by
        assert family
        switches.switch_on(connection, vault, family, flow, by, "Zo spraken we af.", now)

    town.do(work)


# --- taps to the goal -------------------------------------------------------------------------------------------------


async def test_the_sentence_in_the_moment_within_four_taps(fatima: Somebody) -> None:
    await fatima.says("/menu")
    path = ["Nu", "Nu even"]
    await fatima.taps(*path)
    await fatima.waits(seconds=10)
    path.append("Van Noor")
    heard = await fatima.taps("Van Noor")
    print(f"the sentence: {len(path)} taps ({' > '.join(path)})")
    assert "Zo kun je het zeggen" in heard or "Zeg het rustig" in heard
    assert "“" in heard
    assert len(path) <= 4


async def test_the_body_is_written_down_within_five_taps(fatima: Somebody) -> None:
    await fatima.says("/menu")
    path = ["Nu", "Mijn lijf", "Buik", "7", "Opgejaagd of boos"]
    await fatima.taps(*path[:-1])
    assert "rung" not in {field for one in fatima.kept("body_check") for field in one.fields}
    await fatima.taps(path[-1])
    print(f"body check-in: {len(path)} taps ({' > '.join(path)})")
    (kept,) = fatima.kept("body_check")
    assert (kept.value("part"), kept.value("size"), kept.value("rung")) == ("belly", 7, "fight_or_flight")
    assert len(path) <= 5


async def test_a_good_moment_is_kept_within_three_taps(fatima: Somebody) -> None:
    await fatima.says("/menu")
    path = ["Nu", "Samen iets kleins", "Dit deden we"]
    await fatima.taps(*path[:-1])
    assert fatima.kept("together_moment") == []
    await fatima.taps(path[-1])
    print(f"a good moment: {len(path)} taps ({' > '.join(path)})")
    (kept,) = fatima.kept("together_moment")
    assert kept.value("activity")
    assert kept.child_id
    assert len(path) <= 3


async def test_a_proposal_becomes_a_resolution_within_three_taps(fatima: Somebody) -> None:
    await fatima.says("/menu")
    to_proposal = ["Deze week", "Mijn voornemens", "Een nieuw voornemen"]
    await fatima.taps(*to_proposal)
    assert "Andere" in fatima.buttons
    path = [fatima.buttons[0]]
    await fatima.taps(*path)
    (kept,) = fatima.kept("resolution")
    print(f"a resolution: {len(path)} tap from its proposal, {len(to_proposal) + len(path)} from the menu")
    assert (kept.value("status"), bool(kept.value("when"))) == ("open", True)
    assert any(key.startswith("resolution_now") for key in fatima.timers)
    assert len(path) <= 3


# --- menus ------------------------------------------------------------------------------------------------------------


async def test_what_is_used_most_stands_first(fatima: Somebody) -> None:
    await fatima.says("/menu")
    await fatima.taps("Nu")
    before = fatima.buttons
    for _ in range(2):
        await fatima.says("/goedmaken")
        await fatima.says("/stop")
    await fatima.says("/samen")
    await fatima.says("/stop")
    await fatima.says("/menu")
    await fatima.taps("Nu")
    used = ["Weer goedmaken", "Samen iets kleins"]
    assert before[:2] != used
    assert fatima.buttons == [*used, *(label for label in before if label not in used)]
    assert fatima.buttons[-1] == "Terug"


async def test_menus_by_need_lead_back_and_forth(fatima: Somebody) -> None:
    await fatima.says("/menu")
    top = fatima.buttons
    assert top[:4] == ["Nu", "Vanavond", "Deze week", "Mijn werkboek"]
    for place in top[:4]:
        await fatima.taps(place)
        assert len(fatima.buttons) <= 12, place
        await fatima.taps("Terug")
        assert fatima.buttons == top


async def test_a_module_is_in_the_menu_once_it_is_on(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    await fatima.says("/menu")
    await fatima.taps("Nu")
    assert GATED not in fatima.buttons
    _switched_on(town, ingrid, fatima, "limits")
    await fatima.taps("Terug", "Nu")
    assert GATED in fatima.buttons
    assert "Wat past hier" in (heard := await fatima.taps(GATED)) or "Waar hoort" in heard or "Wat is het?" in heard


# --- links ------------------------------------------------------------------------------------------------------------


async def test_a_link_to_a_flow(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    assert "Dit deden we" not in fatima.buttons
    await fatima.says("/start doe-together")
    assert "Dit deden we" in fatima.buttons

    off = await fatima.says("/start doe-limits")
    assert NOT_YET in off
    assert GATED not in off
    assert "Nu" in fatima.buttons
    _switched_on(town, ingrid, fatima, "limits")
    assert NOT_YET not in await fatima.says("/start doe-limits")
    assert "Iets anders" in fatima.buttons

    # What is for others, or not there, is the menu.
    for code in ("doe-invite_parent", "doe-nothing", "doe-", "doe-coming_up:1"):
        await fatima.says(f"/start {code}")
        assert fatima.buttons[:2] == ["Nu", "Vanavond"], code


async def test_a_link_to_a_flow_tells_a_stranger_nothing(town: Town) -> None:
    gul = somebody(town, STRANGER)
    wrong = await gul.says("/start NOCODE")
    linked = await gul.says("/start doe-together")
    assert linked == wrong
    assert "Vraag een nieuwe" in linked
    assert gul.person is None
    assert not gul.talking


# --- own words --------------------------------------------------------------------------------------------------------


async def test_own_words_lead_to_a_flow_and_are_kept(fatima: Somebody) -> None:
    heard = await fatima.says(TYPED)
    assert f"“{TYPED}”" in heard
    offers = [label for label in fatima.buttons if label not in ("Bewaar als notitie", "Stuur naar Ingrid", "Gooi weg")]
    assert "Samen iets kleins" in offers
    assert 1 <= len([one for one in offers if one != "Sla over"]) <= 3
    assert "Dit deden we" not in fatima.buttons
    await fatima.taps("Samen iets kleins")
    assert "Dit deden we" in fatima.buttons
    await fatima.taps("Nu niet")
    (note,) = fatima.kept("note")
    assert note.said("text") == TYPED


async def test_own_words_lead_to_what_is_coming(fatima: Somebody) -> None:
    await fatima.says("wat komt er aan")
    await fatima.taps("Wat komt er aan")
    assert "Dit komt er vanzelf aan" in "\n".join(one.text or "" for one in fatima.phone.from_bot[-2:])
    assert [one.said("text") for one in fatima.kept("note")] == ["wat komt er aan"]


async def test_a_module_that_is_off_is_not_offered(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    typed = "hoe stel ik een grens"
    await fatima.says(typed)
    assert GATED not in fatima.buttons
    await fatima.taps("Gooi weg")
    _switched_on(town, ingrid, fatima, "limits")
    await fatima.says(typed)
    assert GATED in fatima.buttons


async def test_words_that_say_nothing_lead_nowhere(fatima: Somebody) -> None:
    await fatima.says("de pakketbezorger was laat")
    assert set(fatima.buttons) >= {"Bewaar als notitie", "Gooi weg"}
    titles = {flow.title for flow in fatima.town.service.library.flows.values()}
    assert not titles & set(fatima.buttons)
