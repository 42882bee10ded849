"""The one clock of a simulated world: real time plus an offset that only grows."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from datetime import time as wall_time
from zoneinfo import ZoneInfo

HOME_ZONE = ZoneInfo("Europe/Amsterdam")
EVENING = wall_time(19, 30)

MoveListener = Callable[[datetime], None]


class SimulatedClock:
    """Tells the time of the simulated world, always as an aware datetime in UTC.

    The clock runs at the speed of real time, and can be moved forward. A frozen clock stands still and changes only by
    :meth:`advance` and :meth:`move_to`. It never goes backward: asking for that raises
    ``ValueError`` and changes nothing. All methods may be called from any thread.
    """

    def __init__(self, start: datetime | None = None, *, frozen: bool = False) -> None:
        """Start at `start` (aware, any zone), or at the real present when it is left out."""
        real = datetime.now(UTC)
        self._lock = threading.Lock()
        self._listeners: list[MoveListener] = []
        self._base = real if start is None else _aware(start)
        self._base_monotonic = time.monotonic()
        self._frozen = frozen
        self._moved = timedelta()

    def now(self) -> datetime:
        """The simulated present, aware, in UTC."""
        with self._lock:
            return self._now()

    def _now(self) -> datetime:
        if self._frozen:
            return self._base
        return self._base + timedelta(seconds=time.monotonic() - self._base_monotonic)

    @property
    def frozen(self) -> bool:
        """Whether the clock stands still between moves."""
        return self._frozen

    @property
    def offset(self) -> timedelta:
        """How far the simulated present lies ahead of the real one (negative when started in the past)."""
        return self.now() - datetime.now(UTC)

    def pacing_seconds(self) -> float:
        """A monotonic reading in seconds that passes with real time, and jumps along when the clock is moved."""
        with self._lock:
            return time.monotonic() + self._moved.total_seconds()

    def freeze(self) -> None:
        """Let the clock stand still at its present reading."""
        with self._lock:
            self._base = self._now()
            self._frozen = True

    def unfreeze(self) -> None:
        """Let the clock run again, on from its present reading."""
        with self._lock:
            self._base, self._base_monotonic = self._now(), time.monotonic()
            self._frozen = False

    def move_to(self, instant: datetime) -> datetime:
        """Move forward to `instant` (aware, any zone), wake the listeners and return the new present.

        Raises ``ValueError`` when `instant` is naive or lies before the present.
        """
        target = _aware(instant)
        with self._lock:
            current = self._now()
            if target < current:
                raise ValueError(f"the clock only moves forward: {target.isoformat()} is before {current.isoformat()}")
            self._moved += target - current
            self._base, self._base_monotonic = target, time.monotonic()
            listeners = list(self._listeners)
        for listener in listeners:
            listener(target)
        return target

    def advance(self, step: timedelta) -> datetime:
        """Move forward by `step` and return the new present. A negative step raises ``ValueError``."""
        if step < timedelta():
            raise ValueError("the clock only moves forward")
        return self.move_to(self.now() + step) if self._frozen else self._advance_running(step)

    def _advance_running(self, step: timedelta) -> datetime:
        with self._lock:
            target = self._now() + step
            self._moved += step
            self._base, self._base_monotonic = target, time.monotonic()
            listeners = list(self._listeners)
        for listener in listeners:
            listener(target)
        return target

    def on_move(self, listener: MoveListener) -> Callable[[], None]:
        """Call `listener` with the new present after each move, in the thread that moved. Returns how to stop that."""
        with self._lock:
            self._listeners.append(listener)

        def stop() -> None:
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return stop


def _aware(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(UTC)


def next_local(after: datetime, at: wall_time = EVENING, zone: ZoneInfo = HOME_ZONE) -> datetime:
    """The first instant strictly after `after` at which clocks in `zone` show `at`; aware, in UTC.

    On the day clocks go forward a time that is skipped becomes the first minute after the gap; on the day they go
    back a time that occurs twice means the first.
    """
    day = after.astimezone(zone).date()
    for _ in range(3):
        local = datetime.combine(day, at, tzinfo=zone)
        instant = local.astimezone(UTC)
        if instant.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
            instant = _end_of_gap(instant, zone)
        if instant > after:
            return instant
        day += timedelta(days=1)
    raise ValueError("no such local time within three days")


def _end_of_gap(inside: datetime, zone: ZoneInfo) -> datetime:
    """The instant at which the jump forward nearest to `inside` happens."""
    low, high = inside - timedelta(hours=3), inside + timedelta(hours=3)
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)


def parse_local(text: str, zone: ZoneInfo = HOME_ZONE) -> datetime:
    """Read an ISO 8601 date-time; without an offset it is local time in `zone`. Raises ``ValueError``."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        instant = instant.replace(tzinfo=zone)
    return instant.astimezone(UTC)
