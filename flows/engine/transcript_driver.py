"""Plays a transcript against the engine alone, and notes which buttons and silences it touched."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

from flows.engine import keyboards, worlds
from flows.engine.definition import ABOUT_STEP, Step
from flows.engine.library import Library
from flows.engine.rehearsal import Did, Event, Rehearsal
from flows.engine.scope import build_scope
from flows.engine.state import (
    Asked,
    Back,
    Chosen,
    Corrected,
    Elapsed,
    Ended,
    Facts,
    Input,
    Keep,
    Media,
    Ref,
    Request,
    Resume,
    Retick,
    Run,
    Say,
    Stop,
    Tap,
    Typed,
    Unexpected,
    Unkeep,
    Value,
)
from flows.engine.transcript import (
    Transcript,
    TranscriptError,
    nested,
    start_values,
)
from flows.engine.transcript_lines import Bot, Does, EndedAs, Forgot, Kept, Line, Odd, Ticks
from flows.engine.values import dataclass

Touch = tuple[str, str, str]
"""Flow, step, and button: a button's id, `_skip`, `_done`, `_all`, `_item`, `_answer` or `_silence`."""

ITEM, ANSWER, SILENCE = "_item", "_answer", "_silence"
TICK = "✓ "
_COMMANDS: Mapping[str, Input] = {"terug": Back(), "stop": Stop(), "verder": Resume()}


def touchable(library: Library, flow: str) -> list[Touch]:
    """Everything in a flow that some transcript must touch."""
    return [(flow, name, what) for name, step in library.flows[flow].steps.items() for what in _ways(name, step)]


def _ways(name: str, step: Step) -> Iterable[str]:
    yield from step.buttons
    if step.ask and set(step.ask.kind) != {"several"}:
        yield ANSWER
    if step.ask and "several" in step.ask.kind:
        yield keyboards.DONE
    if step.choose and name != ABOUT_STEP:
        yield ITEM
    if step.choose and step.choose.all:
        yield keyboards.ALL
    if step.asks and step.skip.offered and keyboards.offers_skip(step):
        yield keyboards.SKIP
    if step.silence:
        yield SILENCE


@dataclass(slots=True)
class _Message:
    """A message that the bot sent: label -> token of its buttons, and whether they are still there."""

    keys: dict[str, str]
    open: bool = True

    @property
    def offer(self) -> bool:
        return any(not token.startswith(keyboards.ANSWER) for token in self.keys.values())


class Watched(Rehearsal):
    """A pretend host that notes in `touched` what was tapped, answered or left unanswered."""

    def __init__(
        self,
        library: Library,
        facts: Facts,
        now: datetime,
        perform: Callable[[Request], Value | None] | None = None,
    ) -> None:
        super().__init__(library, facts, now, perform)
        self.touched: set[Touch] = set()

    def give(self, given: Input) -> list[Event]:
        touch = self._touch(given)
        events = super().give(given)
        refused = any(isinstance(event, Unexpected) or (isinstance(event, Say) and event.again) for event in events)
        if touch and not refused:
            self.touched.add(touch)
        return events

    def _touch(self, given: Input) -> Touch | None:
        run = self.state.running
        if isinstance(given, Tap):
            run_id = given.token.split(keyboards.SEPARATOR)[1]
            run = next((one for one in (run, *self.state.parked) if one and one.id == run_id), None)
        found = self.library.step(run.top.flow, run.top.step) if run else None
        if run is None or found is None:
            return None
        name, step = found
        what = self._what(given, run, step)
        return (run.top.flow, name, what) if what else None

    def _what(self, given: Input, run: Run, step: Step) -> str | None:
        match given:
            case Elapsed("silence", turn) if turn == run.turn and step.silence:
                return SILENCE
            case Tap(token) if token.startswith(keyboards.ANSWER + keyboards.SEPARATOR):
                return _plain(token.split(keyboards.SEPARATOR, 3)[-1])
            case Typed(text):
                scope = build_scope(self.library, self.facts, run.top, self.library.flows[run.top.flow], html=False)
                keys = keyboards.keys_for(self.library, step, scope, self.facts, run.top, [])
                button = keyboards.matching(keys, text)
                return _plain(button) if button else ANSWER
            case Media():
                return ANSWER
        return None


class EngineDriver:
    """A person and a pretend host."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._messages: list[_Message] = []
        self._last_tap: str | None = None
        self._typed: dict[str, Asked] = {}
        self._gives: dict[str, deque[tuple[str | None, Mapping[str, Any]]]] = defaultdict(deque)
        self._given: Mapping[str, str] = {}
        self._done: deque[tuple[str | None, Mapping[str, Any]]] = deque()
        self._media = 0

    @property
    def touched(self) -> set[Touch]:
        return self._host.touched

    def begin(self, transcript: Transcript) -> list[Line]:
        for beat in transcript.beats():
            for line in beat.lines:
                if isinstance(line, Does):
                    self._gives[line.action].append((line.gives, line.changes))
        self._given = transcript.gives
        self._host = Watched(self.library, transcript.world_facts(self.library), transcript.now, self._perform)
        return self.starts(transcript.start, transcript.values)

    def starts(self, flow: str, values: Mapping[str, Any]) -> list[Line]:
        if flow not in self.library.flows:
            raise TranscriptError(f"er is geen gesprek '{flow}'")
        return self._lines(self._host.start(flow, start_values(self.library, flow, values)))

    def tap(self, label: str) -> list[Line]:
        boards = [message for message in self._messages if message.keys and message.open]
        questions = [one for one in boards if not one.offer][-1:]
        offers = [one for one in boards if one.offer][-1:]
        return self._tap(label, questions + offers)

    def tap_old(self, label: str) -> list[Line]:
        """A button of a question before the present one, on a phone that still shows it."""
        return self._tap(label, [message for message in self._messages if message.keys][-2::-1])

    def _tap(self, label: str, boards: list[_Message]) -> list[Line]:
        for board in boards:
            for own, token in board.keys.items():
                if label in (own, own.removeprefix(TICK)):
                    self._last_tap = token
                    return self._give(Tap(token), board)
        shown = "; ".join(" / ".join(board.keys) for board in boards) or "geen enkele knop"
        raise TranscriptError(f"er is geen knop '{label}', wel: {shown}")

    def tap_again(self) -> list[Line]:
        if self._last_tap is None:
            raise TranscriptError("er is nog niets getikt")
        return self._give(Tap(self._last_tap))

    def says(self, text: str) -> list[Line]:
        return self._give(Typed(text))

    def edits(self, was: str, to: str) -> list[Line]:
        asked = self._typed.get(was)
        if asked is None:
            return []
        self._typed[to] = asked
        return self._give(Corrected(asked.run, asked.key, asked.name, to))

    def sends(self, kind: Literal["voice", "photo"]) -> list[Line]:
        self._media += 1
        return self._give(Media(kind, str(self._media)))

    def waits(self, time: timedelta) -> list[Line]:
        return self._lines(self._host.wait(time))

    def command(self, name: str) -> list[Line]:
        return self._give(_COMMANDS[name])

    # --- behind the scenes ------------------------------------------------------------------------------------------

    def _give(self, given: Input, board: _Message | None = None) -> list[Line]:
        events = self._host.give(given)
        for event in events:
            if isinstance(event, Chosen) and board:
                board.open = False
            if isinstance(event, Asked) and isinstance(given, Typed):
                self._typed[given.text] = event
        return self._lines(events, board)

    def _perform(self, request: Request) -> Value | None:
        queue = self._gives[request.action]
        gives, changes = queue.popleft() if queue else (None, {})
        if changes:
            self._host.facts = worlds.overlay(self._host.facts, nested(changes))
        self._done.append((gives, changes))
        given = self._given.get(request.action) if gives is None else gives
        return self._host.example(request) if given is None else worlds.as_value(given)

    def _lines(self, events: list[Event], board: _Message | None = None) -> list[Line]:
        lines: list[Line] = []
        for event in events:
            match event:
                case Say(text, rows):
                    self._messages.append(_Message({key.label: key.token for row in rows for key in row}))
                    lines.append(Bot(text, tuple(tuple(key.label for key in row) for row in rows)))
                case Retick(rows):
                    if board:
                        board.keys = {key.label: key.token for row in rows for key in row}
                    lines.append(Ticks(tuple(tuple(key.label for key in row) for row in rows)))
                case Did(request):
                    lines.append(Does(request.action, dict(request.arguments), *self._done.popleft()))
                case Keep(record, _, name, value):
                    lines.append(Kept({record: {name: _shown(value)}}))
                case Unkeep(record, _, name):
                    lines.append(Forgot({record: [name]}))
                case Ended(_, _, outcome):
                    lines.append(EndedAs(outcome))
                case Unexpected(why):
                    lines.append(Odd(why))
        return _merged(lines)


def _plain(button: str) -> str:
    if button.startswith(keyboards.ITEM):
        return ITEM
    return ANSWER if button.startswith(keyboards.POINT) else button


def _shown(value: Value) -> str | list[str]:
    if isinstance(value, list):
        return [one.id if isinstance(one, Ref) else one for one in value]
    if isinstance(value, Ref):
        return value.id
    text = str(value)
    kind, colon, _ = text.partition(":")
    return kind if colon and kind in ("voice", "photo") else text


def _merged(lines: list[Line]) -> list[Line]:
    """What was kept (or taken out) in one go, as one line."""
    merged: list[Line] = []
    for line in lines:
        last = merged[-1] if merged else None
        if isinstance(line, Kept) and isinstance(last, Kept):
            records = {name: dict(values) for name, values in last.records.items()}
            for name, values in line.records.items():
                records.setdefault(name, {}).update(values)
            merged[-1] = Kept(records)
        elif isinstance(line, Forgot) and isinstance(last, Forgot):
            names = {record: list(own) for record, own in last.records.items()}
            for record, own in line.records.items():
                names.setdefault(record, []).extend(own)
            merged[-1] = Forgot(names)
        else:
            merged.append(line)
    return merged
