"""The clock that only goes forward, and the evening button around daylight saving."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.simulator import SimulatedClock, next_local
from bot.simulator.clock import parse_local

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def test_a_running_clock_passes_with_real_time() -> None:
    clock = SimulatedClock(NOON)
    first = clock.now()
    assert NOON <= first <= clock.now() < NOON + timedelta(minutes=1)
    assert first.tzinfo is UTC


def test_a_frozen_clock_moves_only_when_moved() -> None:
    clock = SimulatedClock(NOON, frozen=True)
    assert clock.now() == NOON
    clock.advance(timedelta(hours=1))
    assert clock.now() == NOON + timedelta(hours=1)
    clock.move_to(datetime(2026, 3, 3, 1, 0, tzinfo=ZoneInfo("Europe/Amsterdam")))
    assert clock.now() == datetime(2026, 3, 3, 0, 0, tzinfo=UTC)


def test_freezing_and_thawing_keep_the_reading() -> None:
    clock = SimulatedClock(NOON)
    clock.freeze()
    frozen = clock.now()
    assert clock.now() == frozen
    clock.unfreeze()
    assert frozen <= clock.now() < frozen + timedelta(minutes=1)


@pytest.mark.parametrize("frozen", [True, False])
def test_moving_backward_is_refused(frozen: bool) -> None:
    clock = SimulatedClock(NOON, frozen=frozen)
    with pytest.raises(ValueError, match="forward"):
        clock.move_to(NOON - timedelta(seconds=1))
    with pytest.raises(ValueError, match="forward"):
        clock.advance(timedelta(seconds=-1))
    with pytest.raises(ValueError, match="time zone"):
        clock.move_to(datetime(2027, 1, 1))  # noqa: DTZ001
    assert clock.now() >= NOON


def test_listeners_hear_of_moves_until_they_stop() -> None:
    clock, heard = SimulatedClock(NOON, frozen=True), []
    stop = clock.on_move(heard.append)
    clock.advance(timedelta(days=1))
    stop()
    clock.advance(timedelta(days=1))
    assert heard == [NOON + timedelta(days=1)]


def test_pacing_seconds_jump_along() -> None:
    clock = SimulatedClock(NOON, frozen=True)
    before = clock.pacing_seconds()
    clock.advance(timedelta(minutes=1))
    assert 60 <= clock.pacing_seconds() - before < 70


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("2026-01-10T12:00", "2026-01-10T18:30"),
        ("2026-01-10T18:30", "2026-01-11T18:30"),
        ("2026-03-28T18:30", "2026-03-29T17:30"),
        ("2026-10-24T17:30", "2026-10-25T18:30"),
    ],
)
def test_the_next_evening_is_half_past_seven_in_amsterdam(after: str, expected: str) -> None:
    instant = next_local(datetime.fromisoformat(after).replace(tzinfo=UTC))
    assert instant == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_a_time_that_is_skipped_becomes_the_end_of_the_gap() -> None:
    night = datetime(2026, 3, 28, 23, 0, tzinfo=UTC)
    assert next_local(night, time(2, 30)) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def test_a_time_that_comes_twice_means_the_first() -> None:
    night = datetime(2026, 10, 24, 22, 0, tzinfo=UTC)
    assert next_local(night, time(2, 30)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_moments_are_read_as_local_time() -> None:
    assert parse_local("2026-07-01T19:30") == datetime(2026, 7, 1, 17, 30, tzinfo=UTC)
    assert parse_local("2026-07-01T19:30+00:00") == datetime(2026, 7, 1, 19, 30, tzinfo=UTC)
