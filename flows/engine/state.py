"""What can happen to a conversation, and what it wants done: plain values, no behaviour.

What is kept of it between two inputs is `memory`; its names are here too. Does not know: Telegram, the database, the
time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import timedelta
from typing import Literal

from flows.engine.memory import STATE_FORMAT as STATE_FORMAT
from flows.engine.memory import Facts as Facts
from flows.engine.memory import Frame as Frame
from flows.engine.memory import Mark as Mark
from flows.engine.memory import Ref as Ref
from flows.engine.memory import Run as Run
from flows.engine.memory import State as State
from flows.engine.memory import Value as Value
from flows.engine.memory import dump_state as dump_state
from flows.engine.memory import load_state as load_state
from flows.engine.values import dataclass

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
    """A text message. `aside`: where no button is called so, it is no answer."""

    text: str
    aside: bool = False


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
