"""Conversations written down as tests: the file, running it through any driver, comparing, and what it covers.

The person's lines are an author's; the bot's lines are what a run of the script gave. `EngineDriver` plays a script
against the engine alone; another driver may play the same script against the whole service. Does not know pytest, nor
how a file is rewritten.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol

from pydantic import BeforeValidator, ConfigDict, Field, TypeAdapter

from flows.engine import worlds
from flows.engine.definition import Duration, Id, Text
from flows.engine.library import Library
from flows.engine.state import Ref, Value
from flows.engine.transcript_lines import (
    Bot,
    Does,
    EndedAs,
    Forgot,
    Kept,
    Line,
    Odd,
    Ticks,
    as_yaml,
)
from flows.engine.values import dataclass
from flows.engine.yaml_file import Document, read

_STRICT = ConfigDict(extra="forbid")
Rows = list[list[str]]


class TranscriptError(Exception):
    """A script that cannot be played: it taps what is not there. `item` is the number of the line in the script."""

    def __init__(self, what: str, item: int = 0) -> None:
        super().__init__(what)
        self.what, self.item = what, item


@dataclass(frozen=True, slots=True)
class Edit:
    """A message that the person changes afterwards."""

    __pydantic_config__ = _STRICT
    was: Text
    to: Text


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a script as written: exactly one verb, with what belongs to it."""

    __pydantic_config__ = _STRICT
    tap: str | None = None
    tap_old: str | None = None
    tap_again: str | None = None
    says: str | None = None
    edits: Edit | None = None
    sends: Literal["voice", "photo"] | None = None
    waits: Duration | None = None
    command: Literal["terug", "stop", "verder"] | None = None
    starts: Id | None = None
    values: Annotated[dict[Id, Any], Field(alias="with")] = field(default_factory=dict)
    bot: str | None = None
    buttons: Rows = field(default_factory=list)
    ticks: Rows | None = None
    does: dict[Id, dict[Id, str]] | None = None
    gives: str | None = None
    changes: dict[str, Any] = field(default_factory=dict)
    kept: dict[Id, dict[Id, str | list[str]]] | None = None
    forgot: dict[Id, list[Id]] | None = None
    ended: str | None = None
    odd: str | None = None

    @property
    def act(self) -> Act | None:
        """What the person does in this line, if it is the person's."""
        for verb in ACTS:
            value = getattr(self, verb)
            if value is not None:
                return Act(verb, value, self.values)
        return None

    @property
    def line(self) -> Line | None:
        """What the bot does in this line, if it is the bot's."""
        if self.bot is not None:
            return Bot(self.bot.strip(), tuple(map(tuple, self.buttons)))
        if self.ticks is not None:
            return Ticks(tuple(map(tuple, self.ticks)))
        if self.does is not None:
            name, arguments = next(iter(self.does.items()), ("", {}))
            return Does(name, arguments, self.gives, self.changes)
        if self.kept is not None:
            return Kept(self.kept)
        if self.forgot is not None:
            return Forgot(self.forgot)
        if self.ended is not None:
            return EndedAs(self.ended)
        return Odd(self.odd) if self.odd is not None else None


ACTS = ("tap", "tap_old", "tap_again", "says", "edits", "sends", "waits", "command", "starts")


@dataclass(frozen=True, slots=True)
class Act:
    """Something the person does, or time that passes."""

    verb: str
    value: Any
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Transcript:
    """A conversation as written. `facts` lies over the world; `with` is remembered from the start."""

    __pydantic_config__ = _STRICT
    scenario: Text
    world: Id
    now: Annotated[datetime, BeforeValidator(lambda text: datetime.fromisoformat(text))]
    start: Id
    values: Annotated[dict[Id, Any], Field(alias="with")] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    gives: dict[Id, str] = field(default_factory=dict)
    script: Annotated[list[Item], BeforeValidator(lambda items: items or [])] = field(default_factory=list)

    def beats(self) -> list[Beat]:
        """The script as what is done and what comes of it. The first beat is the start."""
        beats = [Beat(None, -1, [])]
        for number, item in enumerate(self.script):
            if (act := item.act) is not None:
                beats.append(Beat(act, number, []))
            elif (line := item.line) is not None:
                beats[-1].lines.append(line)
        return beats

    def world_facts(self, library: Library) -> dict[str, object]:
        """The facts that the script plays in."""
        if self.world not in library.catalog.worlds:
            raise TranscriptError(f"er is geen wereld '{self.world}'")
        return worlds.overlay(worlds.world(library.catalog, self.world), nested(self.facts))


@dataclass(frozen=True, slots=True)
class Beat:
    """One act and the lines that came of it."""

    act: Act | None
    item: int
    lines: list[Line]


class Driver(Protocol):
    """Plays a person against a bot; each call gives the lines that came of it."""

    def begin(self, transcript: Transcript) -> list[Line]: ...
    def tap(self, label: str) -> list[Line]: ...
    def tap_old(self, label: str) -> list[Line]: ...
    def tap_again(self) -> list[Line]: ...
    def says(self, text: str) -> list[Line]: ...
    def edits(self, was: str, to: str) -> list[Line]: ...
    def sends(self, kind: Literal["voice", "photo"]) -> list[Line]: ...
    def waits(self, time: timedelta) -> list[Line]: ...
    def command(self, name: str) -> list[Line]: ...
    def starts(self, flow: str, values: Mapping[str, Any]) -> list[Line]: ...


_TRANSCRIPT = TypeAdapter(Transcript)


def read_transcript(path: Path) -> Document[Transcript]:
    """Raises ContentError with what is wrong in form."""
    return read(path, _TRANSCRIPT)


def play_script(transcript: Transcript, driver: Driver) -> list[Beat]:
    """The beats of the script with the lines that the driver saw. Raises TranscriptError."""
    played = []
    for beat in transcript.beats():
        try:
            played.append(Beat(beat.act, beat.item, _do(driver, transcript, beat.act)))
        except TranscriptError as error:
            raise TranscriptError(error.what, beat.item) from None
    return played


def _do(driver: Driver, transcript: Transcript, act: Act | None) -> list[Line]:
    if act is None:
        return driver.begin(transcript)
    match act.verb:
        case "tap_again":
            return driver.tap_again()
        case "edits":
            return driver.edits(act.value.was, act.value.to)
        case "starts":
            return driver.starts(act.value, act.values)
        case verb:
            lines: list[Line] = getattr(driver, verb)(act.value)
            return lines


def difference(expected: Sequence[Beat], seen: Sequence[Beat], *, any_order: bool = False) -> str:
    """What differs, as a diff to read; empty when nothing does.

    `any_order` compares what was kept and done within one beat without its order, for drivers that cannot see that.
    """
    before, after = (_spelled(beats, any_order) for beats in (expected, seen))
    return "\n".join(difflib.unified_diff(before, after, "geschreven", "gebeurd", lineterm="", n=4))


def _spelled(beats: Iterable[Beat], any_order: bool) -> list[str]:
    text: list[str] = []
    for beat in beats:
        if beat.act:
            value = beat.act.value if isinstance(beat.act.value, str) else ""
            text.append(f"> {beat.act.verb}: {value}".rstrip(": "))
        lines = sorted(beat.lines, key=lambda line: line.rank) if any_order else beat.lines
        for line in lines:
            text += as_yaml(line).splitlines()
    return text


def nested(facts: Mapping[str, Any]) -> dict[str, Any]:
    """`evening.time: x` as `evening: {time: x}`."""
    made: dict[str, Any] = {}
    for path, value in facts.items():
        *outer, last = path.split(".")
        inner = made
        for name in outer:
            inner = inner.setdefault(name, {})
        inner[last] = value
    return made


def start_values(library: Library, flow: str, written: Mapping[str, Any]) -> dict[str, Value]:
    """The values of `with`: text, or an item of a list: by its id for what the flow is about, else `{from, id}`."""
    about = library.flows[flow].about if flow in library.flows else None
    made: dict[str, Value] = {}
    for name, value in written.items():
        if isinstance(value, Mapping):
            made[name] = Ref(str(value["from"]), str(value["id"]))
        elif about and name == about.name:
            made[name] = Ref(about.source, str(value))
        else:
            made[name] = value
    return made
