"""What comes by itself: never more in a day than the person wants, never two at once, the evening first, nothing
outside the hours; and what is left out is told once."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.care import agenda, coming, rituals
from bot.care.coming import APART, CHOICES, Coming, Verdict, decide, evening_to_come, read_key
from bot.care.people import Person
from bot.care.resolutions import Moment, check_time, next_time, read_moment
from bot.schedule.local_time import instant_on, is_within
from bot.schedule.ticker import next_of
from bot.store.timers import Timer
from tests.support.person import HOME, person

MIDNIGHT = datetime(2027, 3, 1, tzinfo=HOME)
USEFUL = timedelta(hours=2)


def at(local: str) -> datetime:
    return datetime.fromisoformat(f"2027-03-01T{local}").replace(tzinfo=HOME).astimezone(UTC)


def decided(
    who: Person,
    now: datetime,
    *,
    useful_until: datetime,
    came: Sequence[datetime] = (),
    evening: datetime | None = None,
    late_by: timedelta = timedelta(0),
    however_full: bool = False,
) -> Verdict:
    """On something of which the moment is now, or was a while ago."""
    return decide(
        who,
        due_at=now - late_by,
        useful_until=useful_until,
        came=came,
        evening=evening,
        talking=False,
        now=now,
        however_full=however_full,
    )


@dataclass
class Day:
    """One day of a person, in which things come due. The evening, if there is one, comes at its time whatever else."""

    who: Person
    evening: datetime | None
    came: list[datetime] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    brought: list[str] = field(default_factory=list)

    def goes_by(self, due: list[tuple[datetime, str]]) -> None:
        """Each that is due is decided on, and on anew when it was held; the evening last of what is due at once."""
        waiting = [(one, 0, key, one + USEFUL) for one, key in due]
        if self.evening:
            waiting.append((self.evening, 1, rituals.EVENING, self.evening + USEFUL))
        heapq.heapify(waiting)
        for _ in range(200):
            if not waiting:
                return
            now, _last, key, useful_until = heapq.heappop(waiting)
            if key == rituals.EVENING:
                self.came.append(now)
                continue
            verdict = self.verdict(now, useful_until)
            if verdict.comes:
                self.came.append(now)
                self.brought.append(key)
            elif verdict.later:
                assert now < verdict.later <= useful_until
                heapq.heappush(waiting, (verdict.later, 0, key, useful_until))
            else:
                assert verdict.why
                self.dropped.append(key)
        pytest.fail("it never ends")

    def verdict(self, now: datetime, useful_until: datetime) -> Verdict:
        to_come = self.evening if self.evening and self.evening not in self.came else None
        return decided(self.who, now, useful_until=useful_until, came=self.came, evening=to_come)


MINUTES = st.integers(0, 20 * 60 - 1)
INSTANTS = MINUTES.map(lambda minutes: (MIDNIGHT + timedelta(minutes=minutes)).astimezone(UTC))
HOURS = st.sampled_from([None, "09:00-12:00", "18:00-21:00", "20:00-01:00"])


@given(st.lists(INSTANTS, max_size=12), st.none() | INSTANTS, st.sampled_from(CHOICES), HOURS)
def test_a_day_is_never_too_full(due: list[datetime], evening: datetime | None, most: int, hours: str | None) -> None:
    if evening and hours:
        evening = None  # The evening waits for the hours by a rule of its own.
    day = Day(person(reminders_a_day=most, reminder_hours=hours), evening)
    day.goes_by([(one, f"thought_back:{number}") for number, one in enumerate(due)])

    assert len(day.came) <= most
    inside = sorted(day.came)
    assert all(later - earlier >= APART for earlier, later in itertools.pairwise(inside))
    assert evening is None or evening in day.came
    assert sorted(day.brought + day.dropped) == sorted(f"thought_back:{number}" for number in range(len(due)))
    if hours:
        start, end = (time.fromisoformat(one) for one in hours.split("-"))
        assert all(is_within(one.astimezone(HOME).time(), start, end) for one in day.came)


def test_the_evening_that_came_due_at_the_same_moment_goes_first() -> None:
    """Its timer has moved on to tomorrow already, while its message is still to be handled."""
    who, now = person(), at("19:30")
    tomorrow = instant_on(date(2027, 3, 2), time(19, 30), HOME)
    known = {rituals.EVENING: Timer(1, rituals.EVENING, tomorrow, 7200, None, "19:30", "1234567", HOME.key)}
    assert evening_to_come(who, known, [], now) == now
    assert evening_to_come(who, known, [now], now + timedelta(seconds=1)) is None
    assert evening_to_come(who, known, [], now + APART) is None
    verdict = decided(who, now, useful_until=now + USEFUL, evening=now)
    assert verdict == Verdict(later=now + APART)


@pytest.mark.parametrize("settings", [{"blocked": True}, {"paused_until": date(2027, 3, 2)}])
def test_who_is_away_is_left_in_peace_and_told_of_nothing(settings: dict[str, object]) -> None:
    now = at("12:00")
    verdict = decided(person(**settings), now, useful_until=now + USEFUL)
    assert verdict == Verdict()


@pytest.mark.parametrize(
    ("hours", "expected"), [(25, Verdict(later=at("09:00") + timedelta(days=1))), (23, Verdict(why="full"))]
)
def test_what_is_of_use_until_tomorrow_waits_for_it_when_the_day_is_full(hours: int, expected: Verdict) -> None:
    now, came = at("09:00"), [at("07:00"), at("08:00")]
    until = now + timedelta(hours=hours)
    verdict = decided(person(reminders_a_day=2), now, useful_until=until, came=came)
    assert verdict == expected


@pytest.mark.parametrize(
    ("late_by", "expected"),
    [(timedelta(0), Verdict(comes=True)), (timedelta(hours=7), Verdict(later=at("08:00")))],
)
def test_what_is_late_wakes_nobody(late_by: timedelta, expected: Verdict) -> None:
    """What somebody chose for the night comes in the night."""
    now = at("03:00")
    assert decided(person(), now, useful_until=now + timedelta(hours=6), late_by=late_by) == expected


@given(st.lists(INSTANTS, min_size=5, max_size=8), HOURS)
def test_what_is_for_one_day_waits_its_turn_yet_is_not_left_out_of_a_full_one(
    came: list[datetime], hours: str | None
) -> None:
    who, now = person(reminders_a_day=5, reminder_hours=hours), at("10:00")
    useful_until = now + timedelta(days=2)
    verdict = decided(who, now, useful_until=useful_until, came=came, however_full=True)
    assert not verdict.why
    assert verdict.comes or (verdict.later and now < verdict.later <= useful_until)


@pytest.mark.parametrize("key", ["thought_back:1842", "thought_back", "resolution_now:9223372036854775807"])
def test_keys_are_read_as_they_were_written(key: str) -> None:
    what = read_key(key)
    assert what.key == key
    assert read_key(key + coming.HELD) == what
    assert len(key + coming.HELD) <= 40
    assert len(f"c:dd:{key}") <= 64


# --- looking ahead ----------------------------------------------------------------------------------------------------


def _rhythm(key: str, due_at: datetime | None, days: str = "1234567") -> Timer:
    return Timer(1, key, due_at, 7200, None, "10:00", days, HOME.key)


def test_one_line_for_each_thing_the_soonest_first_and_what_rests_last() -> None:
    known = {
        "evening": _rhythm("evening", at("19:30")),
        "thought_back:7": _rhythm("thought_back:7", at("10:00") + timedelta(days=1)),
        "thought_back:7~": Timer(1, "thought_back:7~", at("16:00"), 60),
        "resolution_now:8": Timer(1, "resolution_now:8", at("07:00") + timedelta(days=20), 60),
        "goal_rating:9": Timer(1, "goal_rating:9", None, 60),
        "look_back_later": Timer(1, "look_back_later", at("17:00"), 60),
        "silence": Timer(1, "silence", at("12:00"), 60, 3),
    }
    found = agenda.ahead(known, lambda flow: flow != "silence")
    keys = ["thought_back:7", "look_back", "evening", "resolution_now:8", "goal_rating:9"]
    assert [one.key for one in found] == keys
    assert found[0].held
    now = at("12:00")
    assert [one.key for one in agenda.soon(found, now)] == [*keys[:3], keys[4]]
    assert [one.key for one in agenda.later(found, now)] == ["resolution_now:8"]


@given(INSTANTS, st.sampled_from(["1234567", "135", "7"]))
def test_a_rhythm_goes_on_after_it_was_held(due: datetime, days: str) -> None:
    """Whatever became of one time, the next is the next day of the rhythm: the held timer lies beside it."""
    local = due.astimezone(HOME)
    rhythm = Timer(1, "thought_back:7", due, 7200, None, local.strftime("%H:%M"), days, HOME.key)
    following = next_of(rhythm, due)
    assert following
    assert due < following <= due + timedelta(days=8)
    known = {rhythm.key: Timer(1, rhythm.key, following, 7200, None, rhythm.local_time, days, HOME.key)}
    known[rhythm.key + coming.HELD] = Timer(1, rhythm.key + coming.HELD, due + APART, 60)
    (one,) = agenda.ahead(known, lambda flow: True)
    assert (one.at, one.held) == (due + APART, True)
    del known[rhythm.key + coming.HELD]
    (one,) = agenda.ahead(known, lambda flow: True)
    assert (one.at, one.held) == (following, False)


# --- resolutions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("07:00", Moment(time(7))),
        ("12345 07:00", Moment(time(7), "12345")),
        ("1234567 17:30", Moment(time(17, 30))),
        ("5 17:00", Moment(time(17), "5")),
        ("", None),
        ("straks", None),
    ],
)
def test_moments_as_kept(written: str, moment: Moment | None) -> None:
    assert read_moment(written) == moment
    if moment:
        assert read_moment(moment.written) == moment


def test_the_next_time_and_the_question_after() -> None:
    who = person()
    assert next_time(who, Moment(time(17, 30)), at("12:00")) == at("17:30")
    assert next_time(who, Moment(time(7)), at("12:00")) == at("07:00") + timedelta(days=1)
    assert next_time(who, Moment(time(17), "5"), at("12:00")) == at("17:00") + timedelta(days=4)
    assert check_time(who, at("17:30")) == at("20:30")
    assert check_time(who, at("18:45")) == at("20:30") + timedelta(days=1)
    assert Coming("resolution_now", "8").key == "resolution_now:8"
