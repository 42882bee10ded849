"""How times and dates are said."""

from datetime import date, time

import pytest

from flows.engine.dutch.spoken import clock_time, spoken_date, spoken_time

TODAY = date(2026, 7, 22)
"""A Wednesday."""


@pytest.mark.parametrize(
    ("clock", "spoken"),
    [
        ("19:30", "half acht 's avonds"),
        ("20:00", "acht uur 's avonds"),
        ("07:15", "kwart over zeven 's ochtends"),
        ("07:25", "vijf voor half acht 's ochtends"),
        ("07:40", "tien over half acht 's ochtends"),
        ("19:45", "kwart voor acht 's avonds"),
        ("12:00", "twaalf uur 's middags"),
        ("12:50", "tien voor een 's middags"),
        ("00:00", "middernacht"),
        ("00:05", "vijf over twaalf 's nachts"),
        ("23:46", "veertien voor twaalf 's avonds"),
    ],
)
def test_spoken_times(clock: str, spoken: str) -> None:
    at = time.fromisoformat(clock)
    assert spoken_time(at) == spoken
    assert clock_time(at) == clock


@pytest.mark.parametrize(
    ("day", "spoken"),
    [
        (date(2026, 7, 22), "vandaag"),
        (date(2026, 7, 23), "morgen"),
        (date(2026, 7, 24), "overmorgen"),
        (date(2026, 7, 21), "gisteren"),
        (date(2026, 8, 3), "maandag 3 augustus"),
        (date(2027, 1, 4), "maandag 4 januari"),
        (date(2027, 8, 3), "dinsdag 3 augustus 2027"),
        (date(2019, 3, 12), "dinsdag 12 maart 2019"),
    ],
)
def test_spoken_dates(day: date, spoken: str) -> None:
    assert spoken_date(day, TODAY) == spoken
