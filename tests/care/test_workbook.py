"""What stands in which month, by data alone."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.care import appointment_rules, resolutions
from bot.care.additions import Addition, month_page, report_page
from bot.care.appointment_rules import Appointment, Details
from bot.care.months import month_after, month_before
from bot.care.reports import Given
from bot.care.resolutions import Tried
from bot.care.workbook import Activity, Month, activities_of, bound, nearest, read_month

HOME = ZoneInfo("Europe/Amsterdam")
MARCH, APRIL, MAY = date(2027, 3, 1), date(2027, 4, 1), date(2027, 5, 1)
NOON = datetime(2027, 3, 3, 12, tzinfo=UTC)


def _meeting(at: datetime, status: str, kind: str = "talk", words: str = "") -> Appointment:
    return Appointment(1, 1, 1, kind, at, 60, HOME, status, None, None, 0, Details(kind=words))


def _report(day: date) -> Given:
    return Given(1, day, "Ingrid", "", "Over slapen.", "", (), "", (), NOON)


def _added(page: str) -> Addition:
    return Addition(1, page, 1, "Fatima", NOON, "Dit was licht.")


def test_what_was_planned_and_took_place() -> None:
    found = [
        _meeting(NOON, appointment_rules.HAPPENED),
        _meeting(NOON.replace(day=10), appointment_rules.MISSED),
        _meeting(NOON.replace(day=17), appointment_rules.AGREED),
        _meeting(NOON.replace(day=18), appointment_rules.PROPOSED),
        _meeting(NOON.replace(day=19), appointment_rules.CANCELLED),
        _meeting(NOON.replace(day=20), appointment_rules.AGREED, "own", "Wandelen"),
        _meeting(NOON.replace(day=21), appointment_rules.AGREED, "own", "Bakken"),
        _meeting(NOON.replace(month=4), appointment_rules.AGREED, "video"),
    ]
    assert activities_of(found, MARCH) == [
        Activity("talk", "", (date(2027, 3, 3), date(2027, 3, 10), date(2027, 3, 17)), (date(2027, 3, 3),)),
        Activity("own", "Bakken", (date(2027, 3, 21),), ()),
        Activity("own", "Wandelen", (date(2027, 3, 20),), ()),
    ]


def test_a_meeting_is_in_the_month_of_its_own_clock() -> None:
    late = datetime(2027, 3, 31, 22, 30, tzinfo=UTC)  # Half past midnight in Amsterdam.
    assert activities_of([_meeting(late, appointment_rules.AGREED)], MARCH) == []
    assert activities_of([_meeting(late, appointment_rules.AGREED)], APRIL)


def test_months_hold_their_own_and_empty_ones_are_left_out() -> None:
    tried = [resolutions.Month(MARCH, [Tried("Als …, dan …", "open")])]
    added = [_added(month_page(MAY)), _added(report_page(1)), _added("month:nothing")]
    months = bound([MARCH, APRIL, MAY], [], [_report(date(2027, 3, 31))], tried, [], added)
    assert [month.first for month in months] == [MARCH, MAY]
    assert months[0].resolutions == tried[0].tried
    assert months[1] == Month(MAY, [], [], (), [], added[:1])


def test_the_nearest_month() -> None:
    assert nearest([MARCH, MAY], APRIL) == MARCH
    assert nearest([MAY], APRIL) == MAY
    assert nearest([], APRIL) is None


@pytest.mark.parametrize("written", ["2027-13", "", "maart", "2027-3", "2027-03-01", "99999-01"])
def test_what_is_no_month(written: str) -> None:
    assert read_month(written) is None


def test_months_follow_each_other() -> None:
    assert read_month("2027-03") == MARCH
    assert month_after(date(2027, 12, 1)) == date(2028, 1, 1)
    assert month_after(date(2027, 1, 1)) == date(2027, 2, 1)
    assert month_before(date(2027, 1, 1)) == date(2026, 12, 1)
    assert month_before(date(2027, 3, 1)) == date(2027, 2, 1)
