"""What a conversation remembers, what can happen to it, and what it wants done: plain values, no behaviour.

`State` is all that is kept of a chat between two inputs; it is small, versioned and JSON. Does not know: Telegram,
the database, the time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Literal

from pydantic import TypeAdapter
from pydantic_core import from_json, to_json

STATE_FORMAT = 1


@dataclass(frozen=True, slots=True)
class Ref:
    """Points at one item of a list among the facts, or at a deck's entry (`source` is then `deck:<id>`)."""

    source: str
    id: str


Value = str | int | Ref | list[str] | list[Ref]
Facts = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Frame:
    """A flow being run: where it is and what it remembers. `key` names the record that its kept answers form.

    `said` holds what the person saw or typed for a remembered value. `later` are the items still to do when the
    person chose all of them. `done` counts the actions of the present step that the host did; `picked` and `called`
    say whether its deck was drawn from and its called flow is over; `kept` names what it wrote to its record.
    """

    flow: str
    step: str
    key: str
    values: dict[str, Value] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    later: tuple[Ref, ...] = ()
    done: int = 0
    picked: bool = False
    called: bool = False
    kept: tuple[str, ...] = ()

    def with_value(self, name: str, value: Value, said: str | None = None) -> Frame:
        spoken = self.said if said is None else {**self.said, name: said}
        return replace(self, values={**self.values, name: value}, said=spoken)


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a run waited before, for one step back. `born` as in `Run`.

    `kept` is what was kept from there up to the next mark: record, key and name.
    """

    frames: tuple[Frame, ...]
    born: int
    kept: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Run:
    """One conversation from its start to its end: the flow and the flows it called, innermost last.

    `turn` is the turn at which it waits; `born` counts the frames it ever had; `misses` the answers in a row that
    could not be read; `spoken` is said but not sent yet, while the host does something.
    """

    id: str
    frames: tuple[Frame, ...]
    turn: int = 0
    born: int = 0
    trail: tuple[Mark, ...] = ()
    misses: int = 0
    spoken: tuple[str, ...] = ()

    @property
    def top(self) -> Frame:
        return self.frames[-1]

    @property
    def flow(self) -> str:
        """The flow the person started."""
        return self.frames[0].flow

    def with_top(self, frame: Frame) -> Run:
        return replace(self, frames=(*self.frames[:-1], frame))


@dataclass(frozen=True, slots=True)
class State:
    """Everything kept of a chat. `seen` holds, for each deck and each set of wordings, what was used last."""

    format: int = STATE_FORMAT
    turn: int = 0
    running: Run | None = None
    parked: tuple[Run, ...] = ()
    seen: dict[str, tuple[str, ...]] = field(default_factory=dict)
    last_tap: str | None = None


# --- inputs ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Start:
    """Begin `flow`. `run` is a fresh id, unique for ever; `values` are remembered from the start."""

    flow: str
    run: str
    values: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tap:
    """A button. `token` is what the keyboard carried: run, turn and button."""

    token: str


@dataclass(frozen=True, slots=True)
class Typed:
    """A text message."""

    text: str


@dataclass(frozen=True, slots=True)
class Media:
    """A voice note or photo; `ref` is what the host keeps it under, `caption` what was written with it."""

    kind: Literal["voice", "photo"]
    ref: str
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Elapsed:
    """A pause or a silence of a turn is over."""

    kind: Literal["pause", "silence"]
    turn: int


@dataclass(frozen=True, slots=True)
class Answered:
    """What the host's action gave back."""

    value: Value | None = None


@dataclass(frozen=True, slots=True)
class Back:
    """One step back."""


@dataclass(frozen=True, slots=True)
class Stop:
    """End what is running."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on: ask the waiting question again, or take up what was left half-way (`run`, else the last one)."""

    run: str | None = None


@dataclass(frozen=True, slots=True)
class Remind:
    """Offer what was left half-way."""


@dataclass(frozen=True, slots=True)
class Forget:
    """Let go of a run that was left half-way."""

    run: str


@dataclass(frozen=True, slots=True)
class Corrected:
    """An earlier answer was edited."""

    run: str
    key: str
    name: str
    text: str


Input = Start | Tap | Typed | Media | Elapsed | Answered | Back | Stop | Resume | Remind | Forget | Corrected

# --- effects --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Key:
    """One button on a keyboard: its label, and the token that a tap brings back."""

    label: str
    token: str


@dataclass(frozen=True, slots=True)
class Say:
    """A message. `text` is HTML with every fact escaped; `rows` the keyboard. `flow` and `step` say where it is from.

    `again` marks a question asked anew, which replaces the keyboard of the earlier one.
    """

    text: str
    rows: tuple[tuple[Key, ...], ...] = ()
    flow: str = ""
    step: str = ""
    turn: int | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class Retick:
    """Put ticks in the keyboard that was just tapped; the question stays open."""

    rows: tuple[tuple[Key, ...], ...]


@dataclass(frozen=True, slots=True)
class Chosen:
    """The question of a tapped keyboard is answered: take its buttons away and show `label`."""

    label: str


@dataclass(frozen=True, slots=True)
class Keep:
    """Write `name` to the record `key` of kind `record`. `refs` say what it is about (`child` -> id)."""

    record: str
    key: str
    name: str
    value: Value
    said: str | None
    flow: str
    refs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Unkeep:
    """The person went back before this answer: take it out of the record again."""

    record: str
    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Asked:
    """From now on a message of the person at this turn answers `name` of the record `key`: an edit corrects it."""

    run: str
    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Wake:
    """Come back with `Elapsed(kind, turn)` after a while."""

    kind: Literal["pause", "silence"]
    after: timedelta
    turn: int


@dataclass(frozen=True, slots=True)
class Started:
    """A flow began."""

    flow: str
    run: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The outermost flow of a run is over; every `Started` has one.

    With the outcome that the flow names, or `stopped`, `left` (for another flow, or let go), `gone` (its step or whom
    it is about is no longer there), `nobody` (there is nobody for it to be about).
    """

    flow: str
    run: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Parked:
    """A run was interrupted and waits."""

    flow: str
    run: str


Why = Literal["stale", "double", "idle", "loose", "first", "dark"]


@dataclass(frozen=True, slots=True)
class Unexpected:
    """The input does not fit; nothing changed. The host finds the kind answer.

    `stale`: a button of an earlier question. `double`: the same button again. `idle`: nothing is running.
    `loose`: a message that the waiting question cannot take. `first`: there is no step to go back to. `dark`: a token
    that nobody gave out.
    """

    why: Why


Effect = Say | Retick | Chosen | Keep | Unkeep | Asked | Wake | Started | Ended | Parked | Unexpected


@dataclass(frozen=True, slots=True)
class Request:
    """The engine waits for the host to do `action`; its answer comes back as `Answered`."""

    action: str
    arguments: Mapping[str, str]
    refs: Mapping[str, str]
    run: str
    key: str
    flow: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """The new state, what to do, and possibly what the engine must know before it can go on."""

    state: State
    effects: tuple[Effect, ...] = ()
    request: Request | None = None


_STATE = TypeAdapter(State)
_LONG = 3_000
_LONG_TEXT = 80
_SHARED = "\x01"


def dump_state(state: State) -> bytes:
    """The state as JSON. A long one holds each long text once, since every step back repeats it."""
    data = _STATE.dump_json(state, exclude_defaults=True)
    if len(data) < _LONG:
        return data
    texts: dict[str, str] = {}

    def shared(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: shared(item) for key, item in value.items()}
        if isinstance(value, list):
            return [shared(item) for item in value]
        if isinstance(value, str) and (len(value) > _LONG_TEXT or value.startswith(_SHARED)):
            return texts.setdefault(value, f"{_SHARED}{len(texts)}")
        return value

    packed = shared(from_json(data))
    return to_json({"texts": list(texts), "state": packed}) if texts else data


def load_state(data: bytes) -> State:
    """Raises ValueError when `data` is not a state."""
    if not data.startswith(b'{"texts":'):
        return _STATE.validate_json(data)
    packed = from_json(data)
    texts = packed["texts"]

    def whole(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: whole(item) for key, item in value.items()}
        if isinstance(value, list):
            return [whole(item) for item in value]
        if isinstance(value, str) and value.startswith(_SHARED):
            return texts[int(value.removeprefix(_SHARED))]
        return value

    return _STATE.validate_json(to_json(whole(packed["state"])))
