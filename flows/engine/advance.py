"""Runs a conversation: given the state, what happened and the facts, the next state and what must be done.

A run goes on until it must wait: for a person, for a pause, or for the host to do something. Nothing here raises for
what a person does; an input that does not fit is an effect (`Unexpected`) and changes nothing.

Does not know: Telegram, the database, the clock (`now` is the person's local time, handed in), what actions do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from flows.engine import answers, keyboards
from flows.engine.definition import ABOUT_STEP, Branch, Button, Flow, Pick, Step, Wording
from flows.engine.library import Library
from flows.engine.scope import DECK, Scope, build_scope, items_of, refs_in
from flows.engine.state import (
    Answered,
    Asked,
    Back,
    Chosen,
    Corrected,
    Effect,
    Elapsed,
    Ended,
    Facts,
    Forget,
    Frame,
    Input,
    Keep,
    Key,
    Mark,
    Media,
    Outcome,
    Parked,
    Ref,
    Remind,
    Request,
    Resume,
    Retick,
    Run,
    Say,
    Start,
    Started,
    State,
    Stop,
    Tap,
    Typed,
    Unexpected,
    Unkeep,
    Value,
    Wake,
    Why,
)
from flows.engine.templates import holds, render

MAX_MOVES = 200
MAX_PARKED = 3
MAX_TRAIL = 6
MAX_PARAGRAPHS = 3
REMEMBERED_WORDINGS = 12


def advance(library: Library, state: State, given: Input, facts: Facts, now: datetime) -> Outcome:
    """One input further. Pure: the same arguments give the same outcome.

    When the outcome holds a `Request`, the host does it and calls again with `Answered` and fresh facts, in the same
    transaction.
    """
    return _Walk(library, state, facts, now).take(given)


class _Walk:
    """The working copy of one `advance`."""

    def __init__(self, library: Library, state: State, facts: Facts, now: datetime) -> None:
        self.library, self.before, self.facts, self.now = library, state, facts, now
        self.turn = state.turn
        self.running = state.running
        self.parked = list(state.parked)
        self.seen = dict(state.seen)
        self.last_tap = state.last_tap
        self.effects: list[Effect] = []
        self.spoken = list(state.running.spoken) if state.running else []
        self.moves = 0
        self.request: Request | None = None

    # --- what can come in ---------------------------------------------------------------------------------------

    def take(self, given: Input) -> Outcome:
        match given:
            case Start():
                self._start(given)
            case Tap(token):
                return self._tap(token)
            case Typed(text):
                return self._typed(text)
            case Media(kind, ref):
                return self._media(kind, ref)
            case Elapsed(kind, turn):
                self._elapsed(kind, turn)
            case Answered(value):
                self._host_answered(value)
            case Back():
                return self._back()
            case Stop():
                if not self.running:
                    return self._unexpected("idle")
                self._end_run("stopped")
            case Resume(run):
                return self._resume(run)
            case Remind():
                self._remind()
            case Forget(run):
                self.parked = [parked for parked in self.parked if parked.id != run]
            case Corrected():
                self._correct(given)
        return self._outcome()

    def _start(self, start: Start) -> None:
        if start.flow not in self.library.flows:
            self.effects.append(Unexpected("dark"))
            return
        self._put_aside(keep=start.flow)
        self.parked = [run for run in self.parked if run.flow != start.flow]
        self._begin(start.run, start.flow, start.values)

    def _begin(self, run: str, flow: str, values: Mapping[str, Value]) -> None:
        frame = Frame(flow, self.library.flows[flow].start, key=f"{run}.1", values=dict(values))
        self.running = Run(id=run, frames=(frame,), born=1)
        self.effects.append(Started(flow, run))
        self._go_on()

    def _tap(self, token: str) -> Outcome:
        if token == self.last_tap:
            return self._unexpected("double")
        verb, *rest = token.split(keyboards.SEPARATOR)
        if verb == keyboards.RESUME and len(rest) == 2:
            self.last_tap = token
            return self._resume(rest[0], chosen=self.library.texts["half_way_go_on"])
        if verb == keyboards.FORGET and len(rest) == 2:
            self.last_tap = token
            self.parked = [run for run in self.parked if run.id != rest[0]]
            self.effects.append(Chosen(self.library.texts["half_way_drop"]))
            return self._outcome()
        if verb != keyboards.ANSWER or len(rest) != 3 or not rest[1].isdigit():
            return self._unexpected("dark")
        run_id, turn, button = rest[0], int(rest[1]), rest[2]
        run = next((run for run in (self.running, *self.parked) if run and run.id == run_id), None)
        if run is None or run.turn != turn:
            return self._unexpected("stale")
        if run is not self.running:
            self._swap_in(run)
        if not self._press(button, token):
            return Outcome(self.before, (Unexpected("dark"),))
        return self._outcome()

    def _typed(self, text: str) -> Outcome:
        if not self.running:
            return self._unexpected("idle")
        step = self._step()
        if step is None or not step.asks:
            return self._unexpected("loose")
        keys = self._keys(step)
        button = keyboards.matching(keys, text)
        if button is not None and self._press(button, None):
            return self._outcome()
        if not step.ask or not (step.ask.takes_typing or "scale" in step.ask.kind):
            return self._unexpected("loose")
        reading = answers.read(step.ask, text, self.now)
        if isinstance(reading, answers.Unread):
            return self._ask_again(step, reading)
        if step.answer_name:
            self.effects.append(Asked(self.running.id, self.running.top.key, step.answer_name))
        self._answer(step, reading.value, reading.said)
        return self._outcome()

    def _media(self, kind: str, ref: str) -> Outcome:
        if not self.running:
            return self._unexpected("idle")
        step = self._step()
        if step is None or not step.ask or not ({kind, "any"} & set(step.ask.kind)):
            return self._unexpected("loose")
        self._answer(step, f"{kind}:{ref}", self.library.texts[kind])
        return self._outcome()

    def _elapsed(self, kind: str, turn: int) -> None:
        if not self.running or self.running.turn != turn:
            return
        step = self._step()
        if step and kind == "pause" and step.pause:
            self._after()
        elif step and kind == "silence" and step.silence:
            self._after([Branch(step.silence.step)])

    def _host_answered(self, value: Value | None) -> None:
        step = self._step()
        if not self.running or step is None:
            return
        frame = self.running.top
        action = step.do[frame.done] if frame.done < len(step.do) else None
        if action and action.into and value is not None:
            frame = frame.with_value(action.into, value)
        self._frame(replace(frame, done=frame.done + 1))
        self._go_on()

    def _back(self) -> Outcome:
        if not self.running:
            return self._unexpected("idle")
        if not self.running.trail:
            return self._unexpected("first")
        *trail, mark = self.running.trail
        self._unkeep(self.running, mark)
        self.running = replace(self.running, frames=mark.frames, born=mark.born, trail=tuple(trail), misses=0)
        self._prompt()
        return self._outcome()

    def _resume(self, run_id: str | None, chosen: str | None = None) -> Outcome:
        if run_id is None and self.running is None and self.parked:
            run_id = self.parked[-1].id
        if run_id is not None and (self.running is None or self.running.id != run_id):
            run = next((run for run in self.parked if run.id == run_id), None)
            if run is None:
                return self._unexpected("stale")
            self._swap_in(run)
        if self.running is None:
            return self._unexpected("idle")
        if chosen:
            self.effects.append(Chosen(chosen))
        self._prompt()
        return self._outcome()

    def _remind(self) -> None:
        self._put_aside()
        self._offer()

    def _correct(self, given: Corrected) -> None:
        def corrected(run: Run) -> Run:
            frames = tuple(
                frame.with_value(given.name, given.text, given.text) if frame.key == given.key else frame
                for frame in run.frames
            )
            return replace(run, frames=frames)

        self.running = corrected(self.running) if self.running else None
        self.parked = [corrected(run) for run in self.parked]

    # --- answers --------------------------------------------------------------------------------------------------

    def _press(self, button: str, token: str | None) -> bool:
        """Takes a button of the waiting step; False when the step has no such button now."""
        step = self._step()
        if self.running is None or step is None:
            return False
        key = next((key for key in self._keys(step) if key.button == button), None)
        if key is None:
            return False
        self.last_tap = token or self.last_tap
        if step.ask and "several" in step.ask.kind and button in step.buttons:
            self._toggle(step, button)
            self.last_tap = None
            return True
        if token:
            self.effects.append(Chosen(key.plain))
        if button == keyboards.SKIP:
            self._leave_mark()
            self._after([Branch(step.skip.step)] if step.skip.step else None)
        elif button == keyboards.DONE:
            picked = self._ticked(step)
            said = ", ".join(key.plain for key in self._keys(step) if key.button in picked)
            self._answer(step, picked, said)
        elif button in step.buttons:
            self._answer(step, button, key.plain, step.buttons[button])
        elif key.ref is not None or button == keyboards.ALL:
            self._chosen_item(step, key)
        else:
            self._answer(step, int(button.removeprefix(keyboards.POINT)), key.plain)
        return True

    def _chosen_item(self, step: Step, key: keyboards.KeyFor) -> None:
        assert self.running and step.choose
        refs = [key.ref] if key.ref else items_of(self.library, self.facts, self.running.top, step.choose.source)
        if not refs:
            return
        self._leave_mark()
        frame = self.running.top
        if step.remember:
            frame = frame.with_value(step.remember, refs[0], key.plain)
        self._frame(replace(frame, later=tuple(refs[1:])))
        self._after()

    def _answer(self, step: Step, value: Value, said: str, button: Button | None = None) -> None:
        assert self.running
        self._leave_mark()
        name = step.answer_name
        if name:
            self._frame(self.running.top.with_value(name, value, said))
        self._keep(step.keep)
        if button and button.flow:
            self._leave_for(button.flow)
        elif button and button.end:
            self._end_frame(button.end)
            self._go_on()
        else:
            self._after(button.next if button else None)

    def _toggle(self, step: Step, button: str) -> None:
        assert self.running
        ticked = self._ticked(step)
        ticked = [one for one in ticked if one != button] if button in ticked else [*ticked, button]
        self._frame(self.running.top.with_value(keyboards.TICKED, ticked))
        self.effects.append(Retick(self._rows(step)))

    def _ticked(self, step: Step) -> list[str]:
        ticked = self.running.top.values.get(keyboards.TICKED, []) if self.running else []
        return (
            [one for one in ticked if isinstance(one, str) and one in step.buttons] if isinstance(ticked, list) else []
        )

    def _ask_again(self, step: Step, unread: answers.Unread) -> Outcome:
        assert self.running
        self.running = replace(self.running, misses=self.running.misses + 1)
        text = step.ask.again if step.ask and step.ask.again else self.library.texts[unread.text]
        scope = self._scope(html=True)
        frame = self.running.top
        self.effects.append(
            Say(render(text, scope), self._rows(step), frame.flow, frame.step, turn=self.running.turn, again=True)
        )
        return self._outcome()

    def _keep(self, names: list[str]) -> None:
        assert self.running
        flow, frame = self._flow(), self.running.top
        if not flow.record:
            return
        refs = refs_in(frame)
        for name in names:
            value = frame.values.get(name)
            said = frame.said.get(name)
            if isinstance(value, Ref) and value.source.startswith(DECK):
                said = self._entry_text(value)
                value = value.id
            if value is not None:
                self.effects.append(Keep(flow.record, frame.key, name, value, said, frame.flow, refs))

    def _entry_text(self, ref: Ref) -> str | None:
        item = self._scope(html=False).item(ref)
        return str(item["text"]) if isinstance(item, Mapping) else None

    def _unkeep(self, run: Run, mark: Mark) -> None:
        """Takes back what was kept after `mark`."""
        earlier = {frame.key: frame for frame in mark.frames}
        for frame in run.frames:
            flow = self.library.flows[frame.flow]
            kept = {name for step in flow.steps.values() for name in step.keep}
            before = earlier[frame.key].values if frame.key in earlier else {}
            for name in sorted(kept & set(frame.values) - set(before)):
                if flow.record:
                    self.effects.append(Unkeep(flow.record, frame.key, name))

    # --- walking --------------------------------------------------------------------------------------------------

    def _after(self, branches: list[Branch] | None = None) -> None:
        """The present step is answered: go where the button says, or else where the step does."""
        target = self._target(branches or [])
        if target:
            self._move(target)
        self._go_on(answered=not target)

    def _target(self, branches: list[Branch]) -> str | None:
        scope = self._scope(html=False)
        return next((branch.step for branch in branches if not branch.when or holds(branch.when, scope)), None)

    def _leave_step(self, step: Step) -> None:
        """Goes to the next step, or ends the flow."""
        target = self._target(step.next)
        if target:
            self._move(target)
        else:
            self._end_frame(step.end or "done")

    def _move(self, step: str) -> None:
        assert self.running
        values = {name: value for name, value in self.running.top.values.items() if name != keyboards.TICKED}
        self._frame(replace(self.running.top, step=step, done=0, picked=False, called=False, values=values))

    def _go_on(self, *, answered: bool = False) -> None:
        """Walks until the run waits or is over. `answered`: the present step has been said and answered already."""
        while self.running:
            step = self._step()
            self.moves += 1
            if step is None or self.moves > MAX_MOVES:
                self._end_run("gone")
                return
            if not answered and not self.running.top.called:
                if self._must_ask_host(step):
                    return
                if step.pick and not self.running.top.picked:
                    self._pick(step.pick)
                if step.choose and not self._choose(step):
                    continue
                if step.asks or step.pause:
                    self._wait(step)
                    return
                self._speak(step)
                self._keep(step.keep)
            answered = False
            if step.call and not self.running.top.called:
                self._enter(step)
            else:
                self._leave_step(step)

    def _must_ask_host(self, step: Step) -> bool:
        assert self.running
        frame = self.running.top
        if frame.done >= len(step.do):
            return False
        action = step.do[frame.done]
        scope = self._scope(html=False)
        arguments = {name: render(text, scope, html=False) for name, text in action.arguments.items()}
        self.request = Request(action.name, arguments, refs_in(frame), self.running.id, frame.key, frame.flow)
        return True

    def _pick(self, pick: Pick) -> None:
        assert self.running
        deck = self.library.decks[pick.deck]
        scope = self._scope(html=False)
        where = {name: wanted for name, text in pick.where.items() if (wanted := render(text, scope, html=False))}
        fitting = [entry.id for entry in deck.entries.values() if entry.fits(where)]
        picked = [self._fresh(f"deck:{pick.deck}", fitting) for _ in range(min(pick.count, len(fitting)))]
        refs = [Ref(f"deck:{pick.deck}", entry) for entry in dict.fromkeys(picked)]
        frame = self.running.top
        value: Value | None = (refs[0] if refs else None) if pick.count == 1 else refs
        if value is not None:
            frame = frame.with_value(pick.into, value)
        self._frame(replace(frame, picked=True))

    def _choose(self, step: Step) -> bool:
        """Whether there is something to choose; if not, the step is left: a list of one is taken, an empty one passed."""
        assert self.running and step.choose
        frame = self.running.top
        if step.remember and isinstance(frame.values.get(step.remember), Ref) and frame.step == ABOUT_STEP:
            self._leave_step(step)
            return False
        refs = items_of(self.library, self.facts, frame, step.choose.source)
        if refs and (len(refs) > 1 or step.choose.alone == "ask" or step.buttons):
            return True
        if refs and step.remember:
            self._frame(frame.with_value(step.remember, refs[0]))
        if not refs and step.choose.none:
            self._speak(step)
            self._move(step.choose.none)
        elif not refs and frame.step == ABOUT_STEP:
            self._end_frame("nobody")
        elif not refs and step.buttons:
            return True
        else:
            self._leave_step(step)
        return False

    def _enter(self, step: Step) -> None:
        """Puts the called flow on top."""
        assert self.running and step.call
        scope = self._scope(html=False)
        flow = self.library.flows[step.call.flow]
        passed: dict[str, Value] = {}
        for name, text in step.call.values.items():
            own = self.running.top.values.get(text)
            passed[name] = own if own is not None else render(text, scope, html=False)
        about = flow.about.name if flow.about else None
        inherited = self.running.top.values.get(about) if about else None
        if about and inherited is not None:
            passed.setdefault(about, inherited)
        born = self.running.born + 1
        frame = Frame(flow.flow, flow.start, key=f"{self.running.id}.{born}", values=passed)
        caller = replace(self.running.top, called=True)
        self.running = replace(self.running, frames=(*self.running.frames[:-1], caller, frame), born=born)

    def _end_frame(self, outcome: str) -> None:
        """The innermost flow is over: the next item of "all of them", the calling flow, or the end of the run."""
        assert self.running
        frame, flow = self.running.top, self._flow()
        if frame.later and flow.about:
            born = self.running.born + 1
            first = flow.steps[ABOUT_STEP].next[0].step
            following = Frame(
                flow.flow, first, f"{self.running.id}.{born}", {flow.about.name: frame.later[0]}, later=frame.later[1:]
            )
            self.running = replace(self.running.with_top(following), born=born)
        elif len(self.running.frames) > 1:
            frames = self.running.frames[:-1]
            caller = frames[-1].with_value("outcome", outcome)
            self.running = replace(self.running, frames=(*frames[:-1], caller))
        else:
            self._end_run(outcome)

    def _end_run(self, outcome: str) -> None:
        assert self.running
        ended = self.running
        returns = self._flow_named(ended.flow).returns if ended.flow in self.library.flows else False
        self._flush()
        self.effects.append(Ended(ended.flow, ended.id, outcome))
        self.running = None
        if self.parked and returns:
            self._swap_in(self.parked[-1])
            self._prompt()
        elif self.parked:
            self._offer()

    def _leave_for(self, flow: str) -> None:
        assert self.running
        left = self.running
        self._flush()
        self.effects.append(Ended(left.flow, left.id, "left"))
        about = self.library.flows[flow].about
        value = left.top.values.get(about.name) if about else None
        values = {about.name: value} if about and value is not None else {}
        born = left.born + 1
        frame = Frame(flow, self.library.flows[flow].start, key=f"{left.id}.{born}", values=values)
        self.running = Run(id=left.id, frames=(frame,), born=born)
        self.effects.append(Started(flow, left.id))
        self._go_on()

    # --- saying ---------------------------------------------------------------------------------------------------

    def _speak(self, step: Step) -> None:
        """Says the step without waiting; it joins the next message if that stays short."""
        text = self._wording(step)
        if not text:
            return
        paragraphs = sum(part.count("\n\n") + 1 for part in (*self.spoken, text))
        if paragraphs > MAX_PARAGRAPHS:
            self._flush()
        self.spoken.append(text)

    def _flush(self) -> None:
        if self.spoken and self.running:
            frame = self.running.top
            self.effects.append(Say("\n\n".join(self.spoken), flow=frame.flow, step=frame.step))
        self.spoken = []

    def _wait(self, step: Step) -> None:
        """Says the step with its keyboard and waits for the person, or for the pause to end."""
        assert self.running
        self.turn += 1
        self.running = replace(self.running, turn=self.turn, misses=0)
        self._speak(step)
        text = "\n\n".join(self.spoken)
        self.spoken = []
        frame = self.running.top
        self.effects.append(Say(text, self._rows(step), frame.flow, frame.step, turn=self.turn))
        if step.pause and not step.asks:
            self.effects.append(Wake("pause", step.pause, self.turn))
        if step.silence:
            self.effects.append(Wake("silence", step.silence.after, self.turn))

    def _prompt(self) -> None:
        """Asks the waiting question again, at a new turn, without doing its actions again."""
        assert self.running
        step = self._step()
        if step is None:
            self._end_run("gone")
        elif step.asks or step.pause:
            self._wait(step)
        else:
            self._go_on()

    def _offer(self) -> None:
        """Asks whether to take up what was interrupted last."""
        if not self.parked:
            return
        run, texts = self.parked[-1], self.library.texts
        title = self._flow_named(run.flow).title if run.flow in self.library.flows else ""
        rows = keyboards.offer_rows(run.id, self.turn, texts["half_way_go_on"], texts["half_way_drop"])
        self.effects.append(Say(render(texts["half_way"], {"title": title}), rows, flow=run.flow, step="half_way"))

    def _wording(self, step: Step) -> str:
        assert self.running
        scope = self._scope(html=True)
        fitting = [wording for wording in step.say if not wording.when or holds(wording.when, scope)]
        if not fitting:
            return ""
        wording: Wording = fitting[0]
        if len(fitting) > 1:
            number = self._fresh(
                f"say:{self.running.top.flow}.{self.running.top.step}",
                [str(step.say.index(one)) for one in fitting],
            )
            wording = step.say[int(number)]
        return render(wording.text, scope)

    def _fresh(self, what: str, fitting: list[str]) -> str:
        """One of `fitting` that was not used lately, the longest ago first; remembers it."""
        used = [one for one in self.seen.get(what, ()) if one in fitting]
        choice = next((one for one in fitting if one not in used), None) or used[0]
        room = min(REMEMBERED_WORDINGS * 4, max(len(fitting) - 1, 1))
        others = tuple(one for one in self.seen.get(what, ()) if one != choice)
        self.seen[what] = (*others, choice)[-room - 1 :]
        return choice

    # --- small helps ------------------------------------------------------------------------------------------------

    def _flow(self) -> Flow:
        assert self.running
        return self._flow_named(self.running.top.flow)

    def _flow_named(self, name: str) -> Flow:
        return self.library.flows[name]

    def _step(self) -> Step | None:
        if not self.running:
            return None
        found = self.library.step(self.running.top.flow, self.running.top.step)
        if not found:
            return None
        name, step = found
        if name != self.running.top.step:
            self._frame(replace(self.running.top, step=name))
        return step

    def _frame(self, frame: Frame) -> None:
        assert self.running
        self.running = self.running.with_top(frame)

    def _scope(self, *, html: bool) -> Scope:
        assert self.running
        return build_scope(self.library, self.facts, self.running.top, self._flow(), html=html)

    def _keys(self, step: Step) -> list[keyboards.KeyFor]:
        assert self.running
        return keyboards.keys_for(
            self.library, step, self._scope(html=False), self.facts, self.running.top, self._ticked(step)
        )

    def _rows(self, step: Step) -> tuple[tuple[Key, ...], ...]:
        assert self.running
        return keyboards.rows(self._keys(step), self.running.id, self.running.turn)

    def _leave_mark(self) -> None:
        """Remembers where the run waits, for one step back."""
        assert self.running
        mark = Mark(self.running.frames, self.running.born)
        self.running = replace(self.running, trail=(*self.running.trail, mark)[-MAX_TRAIL:], misses=0)

    def _put_aside(self, keep: str | None = None) -> None:
        """Parks what is running, unless it is the flow `keep`, which is about to start anew."""
        if self.running and self.running.flow != keep:
            self.parked = [*self.parked, self.running][-MAX_PARKED:]
            self.effects.append(Parked(self.running.flow, self.running.id))
        self.running = None

    def _swap_in(self, run: Run) -> None:
        self._put_aside()
        self.parked = [parked for parked in self.parked if parked.id != run.id]
        self.running = run

    def _unexpected(self, why: Why) -> Outcome:
        return Outcome(self.before, (Unexpected(why),))

    def _outcome(self) -> Outcome:
        if self.request is None:
            self._flush()
        if self.running:
            self.running = replace(self.running, spoken=tuple(self.spoken))
        state = replace(
            self.before,
            turn=self.turn,
            running=self.running,
            parked=tuple(self.parked),
            seen=self.seen,
            last_tap=self.last_tap,
        )
        return Outcome(state, tuple(self.effects), self.request)
