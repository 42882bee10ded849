"""A flow as a graph: every way out of every step. Shared by the checks and the drawings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from flows.engine import keyboards
from flows.engine.definition import Branch, Flow, Step
from flows.engine.values import dataclass

Kind = Literal["button", "answer", "all", "skip", "silence", "pause", "none", "next"]


@dataclass(frozen=True, slots=True)
class Way:
    """One way out of a step. `what` is the button's id; `when` the condition on it.

    Of `step`, `flow` (left for) and `end` one says where it leads; `call` is a flow that is run on the way.
    """

    kind: Kind
    what: str = ""
    label: str = ""
    when: str | None = None
    step: str | None = None
    flow: str | None = None
    end: str | None = None
    call: str | None = None

    @property
    def waits(self) -> bool:
        """Whether this way is taken only after somebody did something, or time passed."""
        return self.kind not in ("next", "none")


def leads_on(step: Step) -> bool:
    """Whether the step itself says what follows."""
    return bool(step.next or step.call or step.end)


def always(branches: list[Branch]) -> bool:
    """Whether the last branch holds whatever the facts."""
    return bool(branches) and not branches[-1].when


def ways(step: Step) -> list[Way]:
    """Every way out, in the order in which a person sees them."""
    return list(_ways(step))


def _ways(step: Step) -> Iterator[Way]:
    if step.ask and set(step.ask.kind) != {"several"}:
        yield from _onward(step, "answer", "/".join(step.ask.kind))
    if step.choose:
        yield from _onward(step, "answer", step.choose.source, step.choose.label)
        if step.choose.all:
            yield from _onward(step, "all", keyboards.ALL, step.choose.all)
        if step.choose.none:
            yield Way("none", step=step.choose.none)
    several = bool(step.ask and "several" in step.ask.kind)
    for name, button in step.buttons.items():
        if several:
            continue
        if button.flow:
            yield Way("button", name, button.label, button.when, flow=button.flow)
        elif button.end:
            yield Way("button", name, button.label, button.when, end=button.end)
        elif button.next:
            for branch in button.next:
                yield Way("button", name, button.label, branch.when or button.when, step=branch.step)
        else:
            yield from _onward(step, "button", name, button.label)
    if several:
        yield from _onward(step, "answer", keyboards.DONE)
    if step.asks and step.skip.offered and keyboards.offers_skip(step):
        if step.skip.step:
            yield Way("skip", keyboards.SKIP, step.skip.label or "", step=step.skip.step)
        else:
            yield from _onward(step, "skip", keyboards.SKIP, step.skip.label or "")
    if step.silence:
        yield Way("silence", step=step.silence.step)
    if not step.asks:
        yield from _onward(step, "pause" if step.pause else "next")


def _onward(step: Step, kind: Kind, what: str = "", label: str = "") -> Iterator[Way]:
    call = step.call.flow if step.call else None
    for branch in step.next:
        yield Way(kind, what, label, branch.when, step=branch.step, call=call)
    if not always(step.next):
        yield Way(kind, what, label, end=step.end or "done", call=call)


def reachable(flow: Flow) -> set[str]:
    """The steps that some way leads to, from the start."""
    found: set[str] = set()
    waiting = [flow.start]
    while waiting:
        name = waiting.pop()
        if name not in found and name in flow.steps:
            found.add(name)
            waiting += [way.step for way in ways(flow.steps[name]) if way.step]
    return found


def outcomes(flow: Flow) -> list[str]:
    """How the flow can end, as its caller sees it."""
    ends = [way.end for name in flow.steps for way in ways(flow.steps[name]) if way.end]
    return list(dict.fromkeys([*ends, *(["nobody"] if flow.about and not flow.about.none else [])]))
