"""Months, each by its first day."""

from __future__ import annotations

from datetime import date, timedelta


def month_of(day: date) -> date:
    """The month that this day is in."""
    return day.replace(day=1)


def month_after(first: date) -> date:
    """The next month."""
    return month_of(first + timedelta(days=31))


def month_before(first: date) -> date:
    """The month before."""
    return month_of(first - timedelta(days=1))
