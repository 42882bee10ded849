"""Names for in a group: whatever somebody's own names are, none of them passes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.care.groups import folded
from bot.care.peer_names import LONGEST, cleaned, problem_with
from flows.engine.library import load

OWN = {"Fatima", "Yassin", "Jean-Pierre", "Bo"}
LETTERS = st.text(st.characters(codec="utf-8", categories=["Ll", "Lu"]), min_size=2, max_size=12)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("Kiezel", None),
        ("Wollen sok", None),
        ("Boom", None),
        ("k", "short"),
        ("!!", "short"),
        ("De hele lange regenboog boven", "long"),
        ("fatima", "own"),
        ("Fátima84", "own"),
        ("mama van yassin", "own"),
        ("Pierre", "own"),
        ("JeanPierre", "own"),
        ("Bo", "own"),
        ("mama-bo", "own"),
        ("@gezellig", "odd"),
        ("bel 0612345678", "odd"),
        ("t.me/ik", "odd"),
        ("www ik", "odd"),
        ("De begeleider", "ours"),
        ("Draaglicht", "ours"),
    ],
)
def test_what_may_be_called(name: str, problem: str | None) -> None:
    assert problem_with(name, OWN) == problem


@given(LETTERS)
def test_an_own_name_never_passes_in_any_case(own: str) -> None:
    if len(folded(own)) >= 2:
        for name in (own, own.upper(), f"{own}84", f" {own}\u200b "):
            if folded(name).removesuffix("84") == folded(own) and (len(folded(own)) >= 4 or "84" not in name):
                assert problem_with(name, {own}) is not None


@given(st.text(max_size=60))
def test_what_passes_is_one_short_line(typed: str) -> None:
    if problem_with(typed, ()) is None:
        name = cleaned(typed)
        assert 1 <= len(name) <= LONGEST
        assert "\n" not in name
        assert folded(name)


def test_every_name_on_offer_can_be_had() -> None:
    for entry in load().decks["peer_names"].entries.values():
        assert problem_with(str(entry.fields["name"]), ()) is None
    names = [folded(str(entry.fields["name"])) for entry in load().decks["peer_names"].entries.values()]
    assert len(names) == len(set(names)) >= 30
