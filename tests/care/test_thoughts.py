"""Which thoughts helped, and which may hang together."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from bot.care import thoughts
from bot.care.records import Field, Record

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
NOOR, SAM = 11, 12


def _thought(number: int, helping: str, child: int | None = NOOR, whose: str = "of_child", helped: str = "") -> Record:
    fields = {"whose": Field(whose), "helping": Field(helping, helping)}
    if helped:
        fields["helped"] = Field(helped)
    at = NOON + timedelta(minutes=number)
    return Record(number, f"run.{number}", "thought", child, date(2027, 3, 1), at, fields)


def _numbers(found: list[Record]) -> list[int]:
    return [one.id for one in found]


def test_only_what_the_parent_said_helps_helped() -> None:
    kept = [_thought(3, "c", helped="no"), _thought(2, "b", helped="yes"), _thought(1, "a")]
    assert _numbers(thoughts.helped(kept)) == [2]


def test_the_same_words_count_once_for_each_child() -> None:
    kept = [
        _thought(4, "a", helped="yes"),
        _thought(3, "a", child=SAM, helped="yes"),
        _thought(2, "b", helped="yes"),
        _thought(1, "a", helped="yes"),
    ]
    assert _numbers(thoughts.helped(kept)) == [4, 3, 2]


def test_a_childs_poster_has_the_thoughts_of_that_child_only() -> None:
    own = _thought(5, "e")
    kept = [own, _thought(4, "d", child=SAM), _thought(3, "c", whose="of_parent"), _thought(2, "b"), _thought(1, "a")]
    assert _numbers(thoughts.beside(own, kept)) == [1, 2, 5]


def test_a_parents_poster_has_all_of_the_parents_own() -> None:
    own = _thought(4, "d", whose="of_parent")
    kept = [
        own,
        _thought(3, "c"),
        _thought(2, "b", child=SAM, whose="of_parent"),
        _thought(1, "a", child=None, whose="of_parent"),
    ]
    assert _numbers(thoughts.beside(own, kept)) == [1, 2, 4]
