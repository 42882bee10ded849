"""What this process counts of its own work, in plain numbers: cheap enough to go on always, whether or not anybody
asks. Never whom it is about, nor what was said."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import field
from datetime import timedelta

from flows.engine.values import dataclass

WAIT_BOUNDS = (0.05, 0.1, 0.25, 0.5, 1.0, 3.0, 10.0, 30.0, 60.0, 300.0)
"""Seconds that an input waited before it was handled: the upper bounds in which these are counted."""

REFUSALS = ("secret", "too large", "not whole", "not JSON", "no update")
"""Why a request to the webhook is refused."""


@dataclass(slots=True)
class Watch:
    """Since this process began. `waits` counts inputs by how long they waited, one more than there are bounds;
    `refused` requests to the webhook, by why."""

    waits: list[int] = field(default_factory=lambda: [0] * (len(WAIT_BOUNDS) + 1))
    waited_seconds: float = 0.0
    sends: Counter[str] = field(default_factory=Counter)
    told_to_wait: int = 0
    refused: Counter[str] = field(default_factory=Counter)

    def waited(self, time: timedelta) -> None:
        """An input is handled, so long after it came."""
        seconds = max(time.total_seconds(), 0.0)
        self.waits[bisect_left(WAIT_BOUNDS, seconds)] += 1
        self.waited_seconds += seconds

    def sent(self, result: str, problem: str | None) -> None:
        """A call was made, with this result of the outbox. `problem` is that of the call."""
        self.sends["again" if result == "waiting" else result] += 1
        self.told_to_wait += bool(problem and "429" in problem)
