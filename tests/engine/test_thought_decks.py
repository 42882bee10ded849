"""Whether there is enough to choose from, at every age, for thoughts and sentences."""

from __future__ import annotations

import pytest

from flows.engine.library import Library, load

AGES = [str(age) for age in range(2, 17)]
THEMES = ("mother_or_father", "sibling", "money", "school", "arguments", "illness", "blame", "alone")


@pytest.fixture(scope="module")
def library() -> Library:
    return load()


def test_each_worry_has_at_least_three_helping_thoughts(library: Library) -> None:
    worries, helping = library.decks["worry_thoughts"].entries, library.decks["helping_thoughts"]
    assert len([one for one in worries.values() if one.fields["whose"] == "of_child"]) >= 24
    few = [worry for worry in worries if len(helping.fitting({"for": worry})) < 3]
    assert few == []


@pytest.mark.parametrize("age", AGES)
def test_at_each_age_there_is_something_to_choose(library: Library, age: str) -> None:
    decks = library.decks
    empty = [
        (whose, theme)
        for whose in ("of_child", "of_parent")
        for theme in THEMES
        if not decks["worry_thoughts"].fitting({"whose": whose, "theme": theme, "age": age})
    ]
    assert empty == []
    for whose in ("of_child", "of_parent"):
        assert len(decks["helping_thoughts"].fitting({"for": "any", "whose": whose, "age": age})) >= 6
        assert len(decks["thought_questions"].fitting({"whose": whose, "age": age})) == 3


@pytest.mark.parametrize("age", AGES)
def test_each_moment_has_three_sentences_at_each_age(library: Library, age: str) -> None:
    deck = library.decks["parent_sentences"]
    situations = {str(one.fields["situation"]) for one in deck.entries.values()}
    assert set(library.flows["sentences"].steps["situation"].buttons) - {"kept", "daily"} == situations
    assert {one for one in situations if len(deck.fitting({"situation": one, "age": age})) < 3} == set()
