"""When a message of a mentor goes out: once, in a rhythm, or around an appointment. Pure: moments in, moments out.

Rhythms are kept as words: once, weeks:1, weeks:2, thin:1,2,4,8,12 (weeks between), before:2 and after:1 (days from an
appointment). Instants are aware and returned in UTC; days and times are those of the sender's zone. Does not know who
gets what.
"""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from bot.schedule.local_time import instant_on, local_date
from flows.engine.values import dataclass

Kind = Literal["once", "weeks", "thin", "before", "after"]
ONCE, EVERY_WEEK, EVERY_TWO_WEEKS, WINDING_DOWN = "once", "weeks:1", "weeks:2", "thin:1,2,4,8,12"
_FORM = re.compile(r"once|weeks:[1-9]|thin:[1-9]\d?(?:,[1-9]\d?){0,9}|(?:before|after):\d{1,2}")
_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """`numbers`: for `weeks` how many lie between two, for `thin` how many between each and the next, for `before` and
    `after` how many days from the appointment."""

    kind: Kind
    numbers: tuple[int, ...] = ()

    @property
    def is_anchored(self) -> bool:
        """Whether it goes by an appointment."""
        return self.kind in ("before", "after")


def read(kept: str) -> Rhythm | None:
    """A rhythm as it is kept; None when it is none."""
    if not _FORM.fullmatch(kept):
        return None
    kind, _, numbers = kept.partition(":")
    return Rhythm(kind, tuple(int(one) for one in numbers.split(",") if one))  # type: ignore[arg-type]


def around(rhythm: Rhythm, starts_at: datetime, at: time, zone: ZoneInfo) -> datetime:
    """When a message goes out that goes by an appointment at `starts_at`."""
    days = rhythm.numbers[0] if rhythm.kind == "after" else -rhythm.numbers[0]
    return instant_on(local_date(starts_at, zone) + timedelta(days=days), at, zone)


def still_fits(rhythm: Rhythm, starts_at: datetime, moment: datetime, now: datetime) -> bool:
    """Whether `moment`, worked out by `around`, lies ahead and on its own side of the appointment."""
    return now < moment and (moment < starts_at if rhythm.kind == "before" else moment > starts_at)


def following(
    rhythm: Rhythm, planned: datetime, times: int, at: time, zone: ZoneInfo, now: datetime
) -> datetime | None:
    """When it goes out again, after it did for the `times`-th time, for which `planned` was the moment; None when that
    was the last.

    The days between count from the day that was planned, so that going out late shifts nothing; moments that are past
    are passed over in a steady rhythm. A winding-down one leaves nothing out: it goes on from today then.
    """
    day = local_date(planned, zone)
    if rhythm.kind == "weeks":
        step = rhythm.numbers[0] * _WEEK
        while (moment := instant_on(day := day + step, at, zone)) <= now:
            pass
        return moment
    if rhythm.kind == "thin" and times <= len(rhythm.numbers):
        step = rhythm.numbers[times - 1] * _WEEK
        moment = instant_on(day + step, at, zone)
        return moment if moment > now else instant_on(local_date(now, zone) + step, at, zone)
    return None
