"""Reading typed answers."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from flows.engine.answers import Reading, Unread, read
from flows.engine.definition import Ask

NOW = datetime(2027, 3, 1, 19, 30, tzinfo=ZoneInfo("Europe/Amsterdam"))


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("12 maart 2019", Reading("2019-03-12", "dinsdag 12 maart 2019")),
        ("12 maart 2031", Unread("again_future")),
        ("12 maart", Unread("again_birth_date")),
        ("geen idee", Unread("again_birth_date")),
    ],
)
def test_birth_date(typed: str, expected: Reading | Unread) -> None:
    assert read(Ask(["birth_date"]), typed, NOW) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("half drie", Reading("14:30", "14:30")),
        ("5 uur", Reading("17:00", "17:00")),
        ("12 uur", Reading("12:00", "12:00")),
        ("half drie 's nachts", Reading("02:30", "02:30")),
        ("half acht", Unread("again_time_twice", ("7.30", "19.30"))),
        ("19.30", Reading("19:30", "19:30")),
        ("gisteren", Unread("again_time")),
    ],
)
def test_a_time_of_day_by_which_nobody_sleeps(typed: str, expected: Reading | Unread) -> None:
    assert read(Ask(["time"]), typed, NOW) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("8", "8"),
        ("acht", "8"),
        ("Tien", "10"),
        ("één", "1"),
        ("een", "1"),
        ("nul", "0"),
        ("elf", None),
        ("veel", None),
    ],
)
def test_a_point_of_a_scale_may_be_a_word(typed: str, expected: str | None) -> None:
    reading = read(Ask(["scale"]), typed, NOW)
    assert reading == (Reading(int(expected), expected) if expected else Unread("again_choice"))
