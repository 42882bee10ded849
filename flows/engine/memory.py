"""What is kept of a conversation between two inputs, and how it is stored: small, versioned, JSON.

Does not know what can happen to a conversation, nor what it wants done: that is `state`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field, replace
from typing import Any

import orjson

from flows.engine.values import dataclass

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

    `turn` is the turn at which it waits; `born` counts the frames it ever had; `spoken` is said but not sent
    yet, while the host does something. `rests`: it was
    offered again and not taken up, so that only the person brings it back.
    """

    id: str
    frames: tuple[Frame, ...]
    turn: int = 0
    born: int = 0
    trail: tuple[Mark, ...] = ()
    spoken: tuple[str, ...] = ()
    rests: bool = False

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


# --- stored -----------------------------------------------------------------------------------------------------------
# Written out by hand, since it takes longer than deciding what the conversation does. A mark is stored as what differs
# from where the run went next, so that a step back repeats no answers.

_Json = dict[str, Any]


def dump_state(state: State) -> bytes:
    """The state as JSON, without what is as it always begins."""
    packed: _Json = {"format": state.format, "turn": state.turn}
    if state.running:
        packed["running"] = _pack_run(state.running)
    if state.parked:
        packed["parked"] = [_pack_run(run) for run in state.parked]
    if state.seen:
        packed["seen"] = state.seen
    if state.last_tap is not None:
        packed["last_tap"] = state.last_tap
    return orjson.dumps(packed)


def load_state(data: bytes) -> State:
    """Raises ValueError when `data` is not a state."""
    try:
        packed = orjson.loads(data)
        return State(
            packed["format"],
            packed["turn"],
            _unpack_run(packed["running"]) if "running" in packed else None,
            tuple([_unpack_run(run) for run in packed.get("parked", ())]),
            {name: tuple(used) for name, used in packed.get("seen", {}).items()},
            packed.get("last_tap"),
        )
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise ValueError(f"not a state: {type(error).__name__}") from None


def _pack_run(run: Run) -> _Json:
    packed: _Json = {"id": run.id, "frames": list(map(_pack_frame, run.frames)), "turn": run.turn, "born": run.born}
    if run.trail:
        marks, following = [], run.frames
        for mark in reversed(run.trail):
            marks.append(_pack_mark(mark, following))
            following = mark.frames
        packed["trail"] = marks
    if run.spoken:
        packed["spoken"] = run.spoken
    if run.rests:
        packed["rests"] = True
    return packed


def _unpack_run(packed: _Json) -> Run:
    frames = tuple(map(_unpack_frame, packed["frames"]))
    trail: list[Mark] = []
    following = frames
    for mark in packed.get("trail", ()):
        trail.append(_unpack_mark(mark, following))
        following = trail[-1].frames
    trail.reverse()
    spoken = tuple(packed.get("spoken", ()))
    return Run(packed["id"], frames, packed["turn"], packed["born"], tuple(trail), spoken, packed.get("rests", False))


def _pack_mark(mark: Mark, following: Sequence[Frame]) -> _Json:
    """The mark, newest first. A frame that was still there afterwards is its key, or the key and what differs."""
    after = {frame.key: frame for frame in following}
    frames: list[str | _Json] = []
    for frame in mark.frames:
        same = after.get(frame.key)
        if same is None:
            frames.append(_pack_frame(frame))
        else:
            changes = _changes(frame, same)
            frames.append({"key": frame.key, **changes} if changes else frame.key)
    packed: _Json = {"frames": frames, "born": mark.born}
    if mark.kept:
        packed["kept"] = mark.kept
    return packed


def _unpack_mark(packed: _Json, following: Sequence[Frame]) -> Mark:
    after = {frame.key: frame for frame in following}
    frames: list[Frame] = []
    for one in packed["frames"]:
        if isinstance(one, str):
            frames.append(after[one])
        else:
            frames.append(_unpack_frame(one) if "flow" in one else _changed_back(one, after[one["key"]]))
    kept = tuple([(record, key, name) for record, key, name in packed.get("kept", ())])
    return Mark(tuple(frames), packed["born"], kept)


def _changes(frame: Frame, after: Frame) -> _Json:
    """What makes `frame` of the frame it became."""
    packed: _Json = {}
    if frame.step != after.step:
        packed["step"] = frame.step
    if frame.values is not after.values:
        values = {name: _pack(own) for name, own in frame.values.items() if after.values.get(name) != own}
        without = [name for name in after.values if name not in frame.values]
        packed |= {**({"values": values} if values else {}), **({"without": without} if without else {})}
    if frame.said is not after.said:
        said = {name: own for name, own in frame.said.items() if after.said.get(name) != own}
        unsaid = [name for name in after.said if name not in frame.said]
        packed |= {**({"said": said} if said else {}), **({"unsaid": unsaid} if unsaid else {})}
    if frame.later != after.later:
        packed["later"] = [_pack(ref) for ref in frame.later]
    for name in ("done", "picked", "called", "kept"):
        if getattr(frame, name) != getattr(after, name):
            packed[name] = getattr(frame, name)
    return packed


def _changed_back(packed: _Json, after: Frame) -> Frame:
    values, said = after.values, after.said
    if "values" in packed or "without" in packed:
        without = packed.get("without", ())
        values = {name: own for name, own in values.items() if name not in without}
        values |= {name: _unpack(own) for name, own in packed.get("values", {}).items()}
    if "said" in packed or "unsaid" in packed:
        unsaid = packed.get("unsaid", ())
        said = {name: own for name, own in said.items() if name not in unsaid} | packed.get("said", {})
    return Frame(
        after.flow,
        packed.get("step", after.step),
        after.key,
        values,
        said,
        tuple(map(_unpack, packed["later"])) if "later" in packed else after.later,
        packed.get("done", after.done),
        packed.get("picked", after.picked),
        packed.get("called", after.called),
        tuple(packed["kept"]) if "kept" in packed else after.kept,
    )


def _pack_frame(frame: Frame) -> _Json:
    packed: _Json = {"flow": frame.flow, "step": frame.step, "key": frame.key}
    if frame.values:
        packed["values"] = {name: _pack(value) for name, value in frame.values.items()}
    if frame.said:
        packed["said"] = frame.said
    if frame.later:
        packed["later"] = [_pack(ref) for ref in frame.later]
    if frame.done:
        packed["done"] = frame.done
    if frame.picked:
        packed["picked"] = True
    if frame.called:
        packed["called"] = True
    if frame.kept:
        packed["kept"] = frame.kept
    return packed


def _unpack_frame(packed: _Json) -> Frame:
    return Frame(
        packed["flow"],
        packed["step"],
        packed["key"],
        {name: _unpack(value) for name, value in packed.get("values", {}).items()},
        packed.get("said", {}),
        tuple(map(_unpack, packed.get("later", ()))),
        packed.get("done", 0),
        packed.get("picked", False),
        packed.get("called", False),
        tuple(packed.get("kept", ())),
    )


def _pack(value: Value) -> Any:
    if isinstance(value, Ref):
        return {"source": value.source, "id": value.id}
    return [_pack(one) for one in value] if isinstance(value, list) else value


def _unpack(packed: Any) -> Any:
    if isinstance(packed, dict):
        return Ref(packed["source"], packed["id"])
    return [_unpack(one) for one in packed] if isinstance(packed, list) else packed
