"""A pretend host: runs conversations without a service, to try content out in checks, tests and a terminal.

It keeps the state, the clock and the timers, and answers requests with the catalog's examples. Does not know how what
happens is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from flows.engine.advance import advance
from flows.engine.library import Library
from flows.engine.state import (
    Answered,
    Effect,
    Elapsed,
    Facts,
    Input,
    Outcome,
    Request,
    Start,
    State,
    Value,
    Wake,
    dump_state,
    load_state,
)
from flows.engine.values import dataclass
from flows.engine.worlds import as_value


@dataclass(frozen=True, slots=True)
class Did:
    """The host did what the engine asked."""

    request: Request
    gave: Value | None


Event = Effect | Did


@dataclass(frozen=True, slots=True)
class Timer:
    """A wake-up that the engine asked for."""

    due: datetime
    wake: Wake


class Rehearsal:
    """One chat. `perform` does an action and says what it gives; it may change `facts`."""

    def __init__(
        self,
        library: Library,
        facts: Facts,
        now: datetime,
        perform: Callable[[Request], Value | None] | None = None,
    ) -> None:
        self.library, self.now = library, now
        self.facts: Facts = facts
        self.state = State()
        self.timers: list[Timer] = []
        self._perform = perform or self.example
        self._runs = 0

    def example(self, request: Request) -> Value | None:
        """What the catalog says that an action gives, if it gives something."""
        offer = self.library.catalog.actions.get(request.action)
        return as_value(offer.gives) if offer else None

    def start(self, flow: str, values: Mapping[str, Value] | None = None) -> list[Event]:
        """Begins a flow as a new run."""
        self._runs += 1
        return self.give(Start(flow, f"r{self._runs}", values or {}))

    def give(self, given: Input) -> list[Event]:
        """One input and everything that comes of it, actions included. The state is stored and read back each time."""
        events: list[Event] = []
        outcome = self._advance(given, events)
        while outcome.request is not None:
            gave = self._perform(outcome.request)
            events.append(Did(outcome.request, gave))
            outcome = self._advance(Answered(gave), events)
        return events

    def wait(self, time: timedelta) -> list[Event]:
        """Lets time pass; timers that fall in it go off, each at its own moment."""
        until = self.now + time
        events: list[Event] = []
        while self.timers and (timer := min(self.timers, key=lambda one: one.due)).due <= until:
            self.timers.remove(timer)
            self.now = timer.due
            events += self.give(Elapsed(timer.wake.kind, timer.wake.turn))
        self.now = until
        return events

    def next_timer(self) -> Timer | None:
        """The next wake-up that still means something."""
        running = self.state.running
        alive = [timer for timer in self.timers if running and timer.wake.turn == running.turn]
        return min(alive, key=lambda one: one.due, default=None)

    def _advance(self, given: Input, events: list[Event]) -> Outcome:
        outcome = advance(self.library, self.state, given, self.facts, self.now)
        events += outcome.effects
        self.timers += [Timer(self.now + one.after, one) for one in outcome.effects if isinstance(one, Wake)]
        self.state = load_state(dump_state(outcome.state))
        if self.state != outcome.state:
            raise AssertionError(f"the state does not survive being stored: {outcome.state} became {self.state}")
        return outcome
