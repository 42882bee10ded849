"""The evening's rhythm, on its own: which evening a moment belongs to, and whether to ask."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from bot.care.rituals import UNANSWERED_EVENINGS, EveningCall, decide_evening, evening_of, later_tonight
from tests.support.person import HOME, person


def at(local: str) -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=HOME).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "evening"),
    [
        ("2027-03-01T19:30", date(2027, 3, 1)),
        ("2027-03-01T23:59:59", date(2027, 3, 1)),
        ("2027-03-02T00:00", date(2027, 3, 1)),
        ("2027-03-02T03:59", date(2027, 3, 1)),
        ("2027-03-02T04:00", date(2027, 3, 2)),
        ("2027-03-28T03:30", date(2027, 3, 27)),
        ("2027-01-01T00:30", date(2026, 12, 31)),
    ],
)
def test_the_small_hours_belong_to_the_evening_before(now: str, evening: date) -> None:
    assert evening_of(person(), at(now)) == evening


@pytest.mark.parametrize(
    ("now", "wanted", "instant"),
    [
        ("2027-03-01T19:30", "21:10", "2027-03-01T21:10"),
        ("2027-03-01T19:30", "19:15", None),
        ("2027-03-01T19:30", "19:30", None),
        ("2027-03-01T23:30", "00:30", "2027-03-02T00:30"),
        ("2027-03-02T00:10", "00:30", "2027-03-02T00:30"),
        ("2027-03-02T00:10", "23:30", None),
    ],
)
def test_later_tonight(now: str, wanted: str, instant: str | None) -> None:
    found = later_tonight(person(), datetime.fromisoformat(f"2000-01-01T{wanted}").time(), at(now))
    assert found == (at(instant) if instant else None)


@pytest.mark.parametrize(
    ("settings", "again", "talking", "call"),
    [
        ({}, False, False, EveningCall.ASK),
        ({}, False, True, EveningCall.WAIT),
        ({"blocked": True}, False, True, EveningCall.SILENT),
        ({"paused_until": date(2027, 3, 2)}, False, False, EveningCall.SILENT),
        ({"paused_until": date(2027, 3, 1)}, False, False, EveningCall.ASK),
        ({"evening_done_on": date(2027, 3, 1)}, True, False, EveningCall.SILENT),
        ({"evening_done_on": date(2027, 2, 28)}, False, False, EveningCall.ASK),
        ({"evenings_silent": UNANSWERED_EVENINGS - 1}, False, False, EveningCall.ASK),
        ({"evenings_silent": UNANSWERED_EVENINGS}, False, False, EveningCall.ASK_WHAT_FITS),
        ({"evenings_silent": UNANSWERED_EVENINGS}, False, True, EveningCall.WAIT),
        ({"evenings_silent": UNANSWERED_EVENINGS}, True, False, EveningCall.ASK),
    ],
)
def test_whether_to_ask_tonight(settings: dict[str, object], again: bool, talking: bool, call: EveningCall) -> None:
    now = at("2027-03-01T19:30")
    assert decide_evening(person(**settings), again_tonight=again, talking=talking, now=now) is call
