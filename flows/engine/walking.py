"""How a run goes from step to step until it must wait: branches, actions, decks, choices, called flows, the end.

Does not know what people do: that is `inputs`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from enum import Enum, auto

from flows.engine import keyboards
from flows.engine.definition import ABOUT_STEP, Branch, Choose, Pick, Step
from flows.engine.library import Library
from flows.engine.scope import DECK, choices_of, items_of, own_names, refs_in
from flows.engine.speaking import Speaking
from flows.engine.state import Ended, Facts, Frame, Parked, Ref, Request, Run, Started, State, Value
from flows.engine.templates import holds, render

MAX_MOVES = 200
MAX_PARKED = 3

DONE, STOPPED, LEFT, GONE, NOBODY = "done", "stopped", "left", "gone", "nobody"
"""Outcomes that the engine itself names."""


class _Choice(Enum):
    """What became of a step that lets a person choose."""

    OPEN = auto()
    TAKEN = auto()
    MOVED = auto()


class Walking(Speaking):
    """Moves a run on."""

    def __init__(self, library: Library, state: State, facts: Facts, now: datetime) -> None:
        super().__init__(library, state, facts, now)
        self.moves = 0
        self.over: Run | None = None
        """The run that ended, until what comes after it is settled."""

    # --- beginning, interrupting, ending ----------------------------------------------------------------------------

    def begin(self, run: str, flow: str, values: Mapping[str, Value], born: int = 1) -> None:
        frame = Frame(flow, self.library.flows[flow].start, key=f"{run}.{born}", values=dict(values))
        self.running = Run(id=run, frames=(frame,), born=born)
        self.over = None
        self.effects.append(Started(flow, run))
        self.go_on()

    def put_aside(self) -> None:
        """Parks what is running; what was parked longest ago makes room."""
        if self.running is None:
            return
        self.parked.append(self.running)
        self.effects.append(Parked(self.running.flow, self.running.id))
        self.running = None
        for dropped in self.parked[:-MAX_PARKED]:
            self.drop(dropped)

    def drop(self, run: Run, outcome: str = LEFT) -> None:
        """Lets go of a parked run."""
        self.parked = [parked for parked in self.parked if parked.id != run.id]
        self.effects.append(Ended(run.flow, run.id, outcome))

    def swap_in(self, run: Run) -> None:
        """Takes up a parked run; what is running is parked."""
        self.parked = [parked for parked in self.parked if parked.id != run.id]
        self.put_aside()
        self.running = replace(run, rests=False)

    def end_run(self, outcome: str) -> None:
        ended = self.run
        self.flush()
        self.effects.append(Ended(ended.flow, ended.id, outcome))
        self.running, self.over = None, ended

    def settle(self) -> None:
        """After the end of a run: back to what it interrupted, or the offer of that."""
        while self.over and not self.running and self.parked:
            flow = self.library.flows.get(self.over.flow)
            latest = self.parked[-1]
            if not self.alive(latest):
                self.drop(latest, GONE)
            elif flow and flow.returns:
                self.swap_in(latest)
                self.prompt()
            else:
                self.offer_begun()
                break
        self.over = None

    def offer_begun(self) -> None:
        """Offers the latest run that the person had begun to answer; one that was only asked about is left in peace."""
        begun = [run for run in self.parked if run.trail and not run.rests and self.alive(run)]
        if begun:
            self.offer(begun[-1])

    def alive(self, run: Run) -> bool:
        """Whether a run that rested can be taken up: its step is still there, and so is whom it is about."""
        if self.library.step(run.top.flow, run.top.step) is None or run.flow not in self.library.flows:
            return False
        about = self.library.flows[run.top.flow].about
        value = run.top.values.get(about.name) if about else None
        if about is None or not isinstance(value, Ref):
            return True
        return value in items_of(self.facts, run.top, value.source)

    def prompt(self) -> None:
        """Asks the waiting question again, at a new turn, without doing its actions again."""
        step = self.step()
        if step is None or not self.alive(self.run):
            self.end_run(GONE)
        elif step.asks or step.pause:
            self.wait(step)
        else:
            self.go_on()

    # --- walking --------------------------------------------------------------------------------------------------

    def go_on(self, *, answered: bool = False) -> None:
        """Walks until the run waits or is over. `answered`: the present step has been said and answered already."""
        while self.running:
            step = self.step()
            self.moves += 1
            if step is None or self.moves > MAX_MOVES:
                self.end_run(GONE)
                return
            if not answered and not self.running.top.called:
                if self._must_ask_host(step):
                    return
                if step.pick and not self.running.top.picked:
                    self._pick(step.pick)
                choice = self._choose(step, step.choose) if step.choose else _Choice.OPEN
                if choice is _Choice.MOVED:
                    continue
                if choice is _Choice.OPEN:
                    if step.asks or step.pause:
                        self.wait(step)
                        return
                    self.speak(step)
                self.keep(step.keep)
            answered = False
            if step.call and not self.running.top.called:
                self._enter(step)
            else:
                self._leave_step(step)

    def after(self, branches: Sequence[Branch] | None = None) -> None:
        """The present step is answered: go where the button says, or else where the step does."""
        target = self._target(branches or ())
        if target:
            self._move(target)
        self.go_on(answered=not target)

    def _target(self, branches: Sequence[Branch]) -> str | None:
        if not branches:
            return None
        scope = self.scope(html=False)
        return next((branch.step for branch in branches if not branch.when or holds(branch.when, scope)), None)

    def _leave_step(self, step: Step) -> None:
        target = self._target(step.next)
        if target:
            self._move(target)
        else:
            self.end_frame(step.end or DONE)

    def _move(self, step: str) -> None:
        values = self.run.top.values
        if keyboards.TICKED in values:
            values = {name: value for name, value in values.items() if name != keyboards.TICKED}
        self.set_frame(replace(self.run.top, step=step, done=0, picked=False, called=False, values=values))

    def _must_ask_host(self, step: Step) -> bool:
        frame = self.run.top
        if frame.done >= len(step.do):
            return False
        action = step.do[frame.done]
        scope = self.scope(html=False)
        arguments = {name: render(text, scope, html=False) for name, text in action.arguments.items()}
        self.request = Request(action.name, arguments, refs_in(frame), self.run.id, frame.key, frame.flow)
        return True

    def _pick(self, pick: Pick) -> None:
        deck = self.library.decks[pick.deck]
        scope = self.scope(html=False)
        where = {name: wanted for name, text in pick.where.items() if (wanted := render(text, scope, html=False))}
        fitting = deck.fitting(where)
        wanted_first = scope[pick.first] if pick.first and pick.into not in self.run.top.values else None
        refs: list[Ref] = []
        for _ in range(min(pick.count, len(fitting))):
            first = [one for one in fitting if one in wanted_first] if isinstance(wanted_first, list) else []
            entry = self.fresh(DECK + deck.id, first or fitting, len(deck.entries))
            fitting.remove(entry)
            refs.append(Ref(DECK + deck.id, entry))
        frame = self.run.top
        value: Value | None = (refs[0] if refs else None) if pick.count == 1 else refs
        if value is None:
            frame = replace(frame, values={name: own for name, own in frame.values.items() if name != pick.into})
        else:
            frame = frame.with_value(pick.into, value)
        self.set_frame(replace(frame, picked=True))

    def _choose(self, step: Step, choose: Choose) -> _Choice:
        """Whether there is something to choose. If not: a list of one is taken, an empty one passed."""
        frame = self.run.top
        if frame.step == ABOUT_STEP and isinstance(frame.values.get(step.answer_name or ""), Ref):
            return _Choice.TAKEN
        refs = choices_of(choose, self.scope(html=False), self.facts, frame)
        if refs and (len(refs) > 1 or choose.alone == "ask" or step.buttons):
            return _Choice.OPEN
        if refs:
            self.remember_choice(step, choose, refs)
            return _Choice.TAKEN
        if choose.none:
            self.speak(step)
            self._move(choose.none)
            return _Choice.MOVED
        if frame.step == ABOUT_STEP:
            self.end_frame(NOBODY)
            return _Choice.MOVED
        return _Choice.OPEN if step.buttons else _Choice.TAKEN

    def remember_choice(self, step: Step, choose: Choose, refs: Sequence[Ref]) -> None:
        """Remembers the first of the chosen items; the rest waits until this one is done."""
        frame = self.run.top
        if step.answer_name:
            label = render(choose.label, {"item": self.scope(html=False).item(refs[0])}, html=False)
            frame = frame.with_value(step.answer_name, refs[0], label)
        self.set_frame(replace(frame, later=tuple(refs[1:])))

    # --- called flows -----------------------------------------------------------------------------------------------

    def _enter(self, step: Step) -> None:
        """Puts the called flow on top."""
        if step.call is None:
            return
        flow, run, own = self.library.flows[step.call.flow], self.run, self.run.top
        names, scope = own_names(self.flow), self.scope(html=False)
        values: dict[str, Value] = {}
        said: dict[str, str] = {}
        passed = dict(step.call.values)
        if flow.about:
            passed.setdefault(flow.about.name, flow.about.name)
        for name, text in passed.items():
            if text in own.values:
                values[name] = own.values[text]
                said |= {name: own.said[text]} if text in own.said else {}
            elif text not in names and name in step.call.values:
                values[name] = render(text, scope, html=False)
        born = run.born + 1
        frame = Frame(flow.flow, flow.start, key=f"{run.id}.{born}", values=values, said=said)
        self.running = replace(run, frames=(*run.frames[:-1], replace(own, called=True), frame), born=born)

    def end_frame(self, outcome: str) -> None:
        """The innermost flow is over: the next item of "all of them", the calling flow, or the end of the run."""
        run, frame, flow = self.run, self.run.top, self.flow
        if frame.later and flow.about:
            born = run.born + 1
            first = flow.steps[ABOUT_STEP].next[0].step
            values = {name: frame.values[name] for name in flow.needs if name in frame.values}
            said = {name: frame.said[name] for name in flow.needs if name in frame.said}
            following = Frame(flow.flow, first, f"{run.id}.{born}", values, said)
            self.running = replace(run.with_top(following), born=born)
            about = flow.steps[ABOUT_STEP]
            if about.choose:
                self.remember_choice(about, about.choose, frame.later)
        elif len(run.frames) > 1:
            caller = run.frames[-2].with_value("outcome", outcome)
            self.running = replace(run, frames=(*run.frames[:-2], caller))
        else:
            self.end_run(outcome)

    def leave_for(self, flow: str) -> None:
        """Ends what is running and goes on in another flow, about the same one."""
        left = self.run
        self.end_run(LEFT)
        about = self.library.flows[flow].about
        value = left.top.values.get(about.name) if about else None
        self.begin(left.id, flow, {about.name: value} if about and value is not None else {}, left.born + 1)
