"""Flows found by what somebody typed: how often, how seldom without reason, and what a matcher promises."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.engine.definition import Words
from flows.engine.library import CONTENT, load
from flows.engine.matching import ENOUGH, LONGEST, Matcher
from flows.engine.matching_measured import Case, Result, cases, measure, table

SENTENCES = Path(__file__).parent / "matching"
OWN = ("sentences", "sentences_held_out")
OTHERS = "sentences_of_others"
"""Written by hands that never saw the phrases."""
ALL = (*OWN, OTHERS)


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher(load().words)


@pytest.fixture(scope="module")
def results(matcher: Matcher) -> dict[str, Result]:
    return {name: measure(matcher, SENTENCES / f"{name}.txt") for name in ALL}


# --- how well ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("names", [OWN, ("sentences_held_out",), ALL])
def test_nine_of_ten_sentences_have_a_right_offer(results: dict[str, Result], names: tuple[str, ...]) -> None:
    those = [results[name] for name in names]
    print(table(those))
    hits, wanted = sum(one.hits.total() for one in those), sum(one.wanted.total() for one in those)
    assert hits >= 0.9 * wanted, table(those)


def test_three_of_four_sentences_of_others_have_a_right_offer(results: dict[str, Result]) -> None:
    others = results[OTHERS]
    assert others.wanted.total() >= 100
    assert others.hits.total() >= 0.75 * others.wanted.total(), table([others])


def test_few_sentences_have_an_offer_without_reason(results: dict[str, Result]) -> None:
    false, ordinary = (
        sum(len(one.false_offers) for one in results.values()),
        sum(one.ordinary for one in results.values()),
    )
    assert ordinary > 100
    assert false <= 0.15 * ordinary, table(list(results.values()))


def test_there_are_enough_sentences_and_none_is_a_phrase(matcher: Matcher) -> None:
    own = [case for name in OWN for case in cases(SENTENCES / f"{name}.txt")]
    every = own + cases(SENTENCES / f"{OTHERS}.txt")
    assert len([case for case in own if case.fits]) >= 240
    assert len(cases(SENTENCES / "sentences_held_out.txt")) >= 60
    assert len({case.sentence for case in own}) == len(own)
    phrases = {phrase.lower() for phrases in load().words.flows.values() for phrase in phrases}
    assert not phrases & {case.sentence.lower() for case in every}


def test_every_flow_that_a_sentence_wants_has_phrases(results: dict[str, Result]) -> None:
    assert [case for result in results.values() for case in result.left_out] == []


def test_the_measurement_is_printed(tmp_path: Path) -> None:
    (tmp_path / "some.txt").write_text("# remark\na, b | rode appel\na | groene peer\n- | appel\nz | kers\n- | zout\n")
    matcher = Matcher(Words("1", {"a": ["een rode appel"], "c": ["gele citroen"]}))
    result = measure(matcher, tmp_path / "some.txt")
    assert (result.hits, result.wanted, result.ordinary) == ({"a": 1}, {"a": 2}, 2)
    assert result.left_out == [Case(("z",), "kers")]
    printed = table([result])
    assert "groene peer  -> nothing" in printed
    assert "in all: 1 of 2 right (50.0%), 1 of 2 false offers" in printed
    (tmp_path / "some_held_out.txt").write_text("a | groene peer\n")
    assert "groene peer" not in table([measure(matcher, tmp_path / "some_held_out.txt")])


# --- what a matcher promises ------------------------------------------------------------------------------------------

SMALL = Matcher(
    Words(
        "1",
        {
            "walk": ["samen wandelen", "een wandeling in het bos", "ik ben op stap"],
            "thirst": ["een glas water drinken", "ik heb dorst", "waterfles"],
            "sleep": ["ik wil slapen", "moe en naar bed", "ik ben op"],
            "song": ["een liedje zingen", "samen zingen"],
        },
        same={"slapen": ["dutten", "maffen"]},
        stop=["ik", "een", "in", "het", "ben", "op", "naar", "wil", "heb", "en", "hij", "wat"],
    )
)


def found(text: str, allowed: tuple[str, ...] = ("walk", "thirst", "sleep", "song"), limit: int = 3) -> list[str]:
    return [offer.flow for offer in SMALL.offers(text, allowed, limit)]


@pytest.mark.parametrize(
    ("text", "flow"),
    [
        ("wij wandelden", "walk"),
        ("Gewandeld!", "walk"),
        ("wandlen", "walk"),
        ("boswandeling", "walk"),
        ("wat drinkt hij", "thirst"),
        ("ze wil MAFFEN", "sleep"),
        ("slaaaapen", "sleep"),
        ("ik ben op", "sleep"),
        ("zingen", "song"),
    ],
)
def test_forms_slips_compounds_and_pairs(text: str, flow: str) -> None:
    assert found(text)[:1] == [flow]


@pytest.mark.parametrize("text", ["", "   ", "?!", "👍", "ik wil het", "morgen is er weer een dag", "in op naar"])
def test_nothing_for_what_says_nothing(text: str) -> None:
    assert found(text) == []


def test_only_what_is_allowed_and_no_more_than_asked() -> None:
    assert set(found("wandelen of zingen")) == {"walk", "song"}
    assert found("wandelen of zingen", ("walk", "thirst")) == ["walk"]
    assert len(found("wandelen of zingen", limit=1)) == 1
    assert found("wandelen of zingen", ()) == []


def test_without_words_nothing_is_found() -> None:
    assert Matcher(Words("1", {})).offers("samen zingen", ("walk",)) == []


@given(st.text(max_size=300))
def test_any_text_has_few_offers_in_order_and_the_same_again(text: str) -> None:
    offers = SMALL.offers(text, SMALL.flows)
    assert len(offers) <= 3
    assert [offer.score for offer in offers] == sorted((offer.score for offer in offers), reverse=True)
    assert all(ENOUGH <= offer.score <= 1 + 1e-9 for offer in offers)
    assert offers == SMALL.offers(text, SMALL.flows)


def test_of_a_very_long_text_only_the_beginning_is_looked_at() -> None:
    beginning = "zout " * LONGEST
    assert found(beginning + "wandelen") == []
    assert found("wandelen " + beginning * 1000) == found("wandelen " + beginning)


# --- the file ---------------------------------------------------------------------------------------------------------


def test_words_come_back_from_the_compiled_copy(tmp_path: Path) -> None:
    assert load(CONTENT, tmp_path).words == load(CONTENT, tmp_path).words == load().words
    assert load().words.flows
