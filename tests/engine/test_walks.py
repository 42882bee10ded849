"""Random walks through every flow of the real content, in every world: whatever a person does, it holds."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from flows.engine import keyboards
from flows.engine.advance import advance
from flows.engine.checks.judge import MAX_PARAGRAPHS, wrong_html
from flows.engine.library import Library, load
from flows.engine.reading_level import plain
from flows.engine.rehearsal import Event, Rehearsal
from flows.engine.state import (
    Back,
    Corrected,
    Elapsed,
    Ended,
    Forget,
    Input,
    Media,
    Remind,
    Request,
    Resume,
    Retick,
    Say,
    Start,
    Started,
    Stop,
    Tap,
    Typed,
    Value,
    dump_state,
)
from flows.engine.worlds import world

MAX_STATE = 16_000
LIBRARY = load()
STEPS, ALL_STEPS = 80_000 // len(LIBRARY.flows), 10_000
"""Of each flow, over all worlds: as a rule, when all flows together take as long however many there are; and with
`--full`."""
WORLDS = sorted(LIBRARY.catalog.worlds)
NOW = datetime.fromisoformat("2027-03-01T19:30")

GARBAGE = [
    "",
    " ",
    "7",
    "half acht",
    "Noor",
    "ja",
    "sla over",
    "maandag",
    "3 mei 2019",
    "x" * 4096,
    "9" * 5000,
    "½",
    "²",
    "٣",
    "\ud800 half",
    "\x00\x01\x02",
    "\u202eachterstevoren",
    "<b>dik</i> & {{ 7 * 7 }} {% if %}",
    "a:r1:1:_skip",
    "👩‍👧‍👦" * 40,
    "-1",
    "25:61",
    "31 februari",
]
FORGED = [
    "",
    ":",
    "a",
    "a:::",
    "a:r1:x:_skip",
    "a:r1:²:_skip",
    "a:r1:99999999999999999999:_skip",
    "a:r1:1:",
    "a:r1:1:_nothing",
    "r:r1:1",
    "x:r1:1",
    "r:r9:0",
    "z:r1:1:_skip",
    "a:r1:1:_skip:more",
    "a" * 5000,
    "\ud800",
]


class Walker:
    """One person who does anything, and a host that checks what comes back."""

    def __init__(self, flow: str, world_name: str, seed: str) -> None:
        self.dice = random.Random(seed)
        self.flow = flow
        self.facts = world(LIBRARY.catalog, world_name)
        self.host = Rehearsal(LIBRARY, dict(self.facts), NOW, self.perform)
        self.keyboard: list[str] = []
        self.tokens: list[str] = ["a:r1:1:_skip"]
        self.open: dict[str, str] = {}
        self.last_turn = 0
        self.moves: list[tuple[int, Callable[[], list[Event]]]] = [
            (50, self.tap),
            (10, lambda: self.host.give(Typed(self.dice.choice(GARBAGE)))),
            (4, lambda: self.host.give(Tap(self.dice.choice(self.tokens)))),
            (3, lambda: self.host.give(Tap(self.dice.choice(FORGED)))),
            (4, lambda: self.host.give(Media(self.dice.choice(("voice", "photo")), "12", "erbij"))),
            (12, self.wait),
            (4, lambda: self.host.give(Back())),
            (2, lambda: self.host.give(Stop())),
            (2, lambda: self.host.give(Resume(self.dice.choice((None, "r1", "r2"))))),
            (2, lambda: self.host.start(self.dice.choice(sorted(LIBRARY.flows)))),
            (1, lambda: self.host.start(self.flow)),
            (1, lambda: self.host.give(Remind())),
            (1, lambda: self.host.give(Forget(self.dice.choice([*self.open, "r1"])))),
            (1, self.correct),
            (1, lambda: self.host.give(Elapsed("pause", self.dice.randrange(9)))),
            (1, self.change_family),
        ]

    def perform(self, request: Request) -> Value | None:
        return self.host.example(request) if self.dice.random() < 0.8 else None

    def tap(self) -> list[Event]:
        if not self.keyboard:
            return self.wait()
        return self.host.give(Tap(self.dice.choice(self.keyboard)))

    def wait(self) -> list[Event]:
        timer = self.host.next_timer()
        return self.host.wait(timer.due - self.host.now if timer else timedelta(hours=1))

    def correct(self) -> list[Event]:
        run = self.host.state.running
        names = list(run.top.values) if run else []
        name = self.dice.choice(names) if names else "what"
        key = run.top.key if run else "r1.1"
        return self.host.give(Corrected(run.id if run else "r1", key, name, self.dice.choice(GARBAGE)))

    def change_family(self) -> list[Event]:
        """A child is taken out of the list, or all are back, in the middle of whatever goes on."""
        children = self.facts["children"]
        assert isinstance(children, list)
        fewer = [] if self.dice.random() < 0.5 else children[1:]
        self.host.facts = {**self.facts, "children": fewer if self.dice.random() < 0.5 else children}
        return []

    def walk(self, steps: int) -> None:
        weights = [weight for weight, _ in self.moves]
        moves = [move for _, move in self.moves]
        for number in range(steps):
            idle = self.host.state.running is None
            if idle and self.dice.random() < 0.5:
                events = self.host.start(self.flow)
            else:
                events = self.dice.choices(moves, weights)[0]()
            self.look(events)
            self.look_at_state(number)

    def look(self, events: list[Event]) -> None:
        for event in events:
            match event:
                case Say():
                    self.look_at(event)
                case Retick(rows):
                    self.keyboard = [key.token for row in rows for key in row]
                case Started(flow, run):
                    assert run not in self.open
                    self.open[run] = flow
                case Ended(flow, run):
                    assert self.open.pop(run) == flow

    def look_at(self, say: Say) -> None:
        spoken = plain(say.text)
        assert spoken.strip()
        assert len(spoken.encode("utf-16-le")) // 2 <= 4096
        assert wrong_html(say.text) is None
        assert spoken.count("\n\n") < MAX_PARAGRAPHS
        tokens = [key.token for row in say.rows for key in row]
        assert len(set(tokens)) == len(tokens) <= 100
        for row in say.rows:
            assert 0 < len(row) <= 8
            for key in row:
                assert key.label.strip()
                assert len(key.label) <= 42  # 40 and a tick
                assert len(key.token.encode()) <= keyboards.MAX_TOKEN
        if say.turn is not None and not say.again:
            assert say.turn > self.last_turn
            self.last_turn = say.turn
        if tokens:
            self.keyboard = tokens
            self.tokens = [*self.tokens, *tokens][-60:]

    def look_at_state(self, number: int) -> None:
        state = self.host.state
        runs = [run for run in (state.running, *state.parked) if run]
        assert {run.id for run in runs} == set(self.open)
        assert len(dump_state(state)) < MAX_STATE
        if state.running is None:
            return
        assert self.leads_on(LIBRARY)
        if number % 10 == 0:
            stopped = advance(LIBRARY, state, Stop(), self.host.facts, self.host.now)
            assert Ended(state.running.flow, state.running.id, "stopped") in stopped.effects
            assert stopped == advance(LIBRARY, state, Stop(), self.host.facts, self.host.now)

    def leads_on(self, library: Library) -> bool:
        """Whether the waiting step has a button, takes words or media, or has a timer under way."""
        run = self.host.state.running
        assert run is not None
        assert not run.spoken
        found = library.step(run.top.flow, run.top.step)
        assert found
        step = found[1]
        if not step.asks:
            timer = self.host.next_timer()
            return bool(step.pause and timer and timer.wake.kind == "pause")
        return step.takes_typing or bool(self.keyboard)


@pytest.mark.parametrize("flow", sorted(LIBRARY.flows))
def test_anything_a_person_does(flow: str, full: bool) -> None:
    for name in WORLDS:
        Walker(flow, name, f"{flow}/{name}").walk((ALL_STEPS if full else STEPS) // len(WORLDS))


def test_a_forged_start_is_only_unexpected() -> None:
    host = Rehearsal(LIBRARY, world(LIBRARY.catalog, WORLDS[0]), NOW)
    given: list[Input] = [Start("no_such_flow", "r1"), *map(Tap, FORGED), *map(Typed, GARBAGE)]
    for one in given:
        events = host.give(one)
        assert [type(event).__name__ for event in events] == ["Unexpected"]
