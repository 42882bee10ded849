"""What can happen to a conversation, one method for each: taps, words, voice notes, time, and the person's commands.

An input that does not fit is an effect (`Unexpected`) and changes nothing else.
"""

from __future__ import annotations

from dataclasses import replace

from flows.engine import answers, keyboards
from flows.engine.definition import Branch, Button, Choose, Step
from flows.engine.scope import choices_of
from flows.engine.state import (
    Answered,
    Asked,
    Back,
    Chosen,
    Corrected,
    Elapsed,
    Forget,
    Frame,
    Input,
    Mark,
    Media,
    Outcome,
    Remind,
    Resume,
    Retick,
    Run,
    Start,
    Stop,
    Tap,
    Typed,
    Unexpected,
    Unkeep,
    Value,
    Why,
)
from flows.engine.walking import GONE, STOPPED, Walking


class Inputs(Walking):
    """Takes one input."""

    def take(self, given: Input) -> Outcome:
        if self.running and self.step() is None:
            self.end_run(GONE)
        why: Why | None = None
        match given:
            case Start():
                why = self._start(given)
            case Tap(token):
                why = self._tap(token)
            case Typed(text, aside):
                why = self._typed(answers.cleaned(text), aside=aside)
            case Media(kind, ref):
                why = self._media(kind, ref)
            case Elapsed(kind, turn):
                self._elapsed(kind, turn)
            case Answered(value):
                self._host_answered(value)
            case Back():
                why = self._back()
            case Stop():
                why = self._stop()
            case Resume(run):
                why = self._resume(run)
            case Remind():
                self._remind()
            case Forget(run):
                self._forget(run)
            case Corrected():
                why = self._correct(given)
        if why:
            self.effects.append(Unexpected(why))
        if self.request is None:
            self.settle()
        return self.outcome()

    def _start(self, start: Start) -> Why | None:
        if start.flow not in self.library.flows:
            return "dark"
        if self.running and self.running.flow == start.flow:
            self.end_run("left")
        self.put_aside()
        for run in [run for run in self.parked if run.flow == start.flow]:
            self.drop(run)
        self.begin(start.run, start.flow, start.values)
        return None

    def _stop(self) -> Why | None:
        if self.running is None:
            return "idle"
        self.end_run(STOPPED)
        return None

    # --- taps -----------------------------------------------------------------------------------------------------

    def _tap(self, token: str) -> Why | None:
        if token == self.last_tap:
            return "double"
        parsed = keyboards.parse(token)
        if parsed is None:
            return "dark"
        if parsed.verb != keyboards.ANSWER:
            return self._tap_offer(parsed, token)
        run = next((run for run in (self.running, *self.parked) if run and run.id == parsed.run), None)
        if run is None or run.turn != parsed.turn:
            return "stale"
        if run is not self.running and not self.alive(run):
            self.drop(run, GONE)
            return "stale"
        before = (self.running, list(self.parked), list(self.effects))
        if run is not self.running:
            self.swap_in(run)
        if not self._press(parsed.button, token):
            self.running, self.parked, self.effects = before
            return "dark"
        return None

    def _tap_offer(self, parsed: keyboards.Token, token: str) -> Why | None:
        why: Why | None
        if parsed.verb == keyboards.RESUME:
            why = self._resume(parsed.run, chosen=self.library.texts["half_way_go_on"])
        elif any(run.id == parsed.run for run in self.parked):
            self._forget(parsed.run)
            self.effects.append(Chosen(self.library.texts["half_way_drop"]))
            why = None
        else:
            why = "stale"
        self.last_tap = self.last_tap if why else token
        return why

    def _press(self, button: str, token: str | None) -> bool:
        """Takes a button of the waiting step; False when the step has no such button now."""
        step = self.step()
        key = next((key for key in self.keys(step) if key.button == button), None) if step else None
        if step is None or key is None:
            return False
        if step.ask and "several" in step.ask.kind and button in step.buttons:
            self._toggle(step, button)
            self.last_tap = None
            return True
        if token:
            self.last_tap = token
            self.effects.append(Chosen(key.plain))
        if button == keyboards.SKIP:
            self._skip(step)
        elif button == keyboards.DONE:
            picked = self.ticked(step)
            said = ", ".join(key.plain for key in self.keys(step) if key.button in picked)
            self._answer(step, picked, said)
        elif button in step.buttons:
            self._answer(step, button, key.plain, step.buttons[button])
        elif step.choose:
            self._chosen_item(step, step.choose, key)
        else:
            self._answer(step, int(button.removeprefix(keyboards.POINT)), key.plain)
        return True

    def _toggle(self, step: Step, button: str) -> None:
        ticked = self.ticked(step)
        ticked = [one for one in ticked if one != button] if button in ticked else [*ticked, button]
        self.set_frame(self.run.top.with_value(keyboards.TICKED, ticked))
        self.effects.append(Retick(self.rows(step)))

    def _chosen_item(self, step: Step, choose: Choose, key: keyboards.KeyFor) -> None:
        refs = [key.ref] if key.ref else choices_of(choose, self.scope(html=False), self.facts, self.run.top)
        self.leave_mark()
        self.remember_choice(step, choose, refs)
        self.keep(step.keep)
        if choose.to == "flow" and refs[0].id in self.library.flows:
            self.leave_for(refs[0].id)
        else:
            self.after()

    def _skip(self, step: Step) -> None:
        self._pass(step, [Branch(step.skip.step)] if step.skip.step else None)

    def _pass(self, step: Step, branches: list[Branch] | None) -> None:
        """Goes on without an answer; what was remembered before is still kept."""
        self.leave_mark()
        self.keep([name for name in step.keep if name != step.answer_name])
        self.after(branches)

    def _answer(self, step: Step, value: Value, said: str, button: Button | None = None) -> None:
        self.leave_mark()
        if step.answer_name:
            self.set_frame(self.run.top.with_value(step.answer_name, value, said))
        self.keep(step.keep)
        if button and button.flow:
            self.leave_for(button.flow)
        elif button and button.end:
            self.end_frame(button.end)
            self.go_on()
        else:
            self.after(button.next if button else None)

    # --- words, voice, pictures -------------------------------------------------------------------------------------

    def _typed(self, text: str, *, aside: bool) -> Why | None:
        step = self.step()
        if self.running is None or step is None:
            return "idle"
        if not step.asks:
            return "loose"
        asked = Asked(self.running.id, self.running.top.key, step.answer_name or "")
        button = keyboards.matching(self.keys(step), text)
        if button is not None and self._press(button, None):
            if step.takes_typing and step.answer_name and button != keyboards.SKIP:
                self.effects.append(asked)
            return None
        if not step.ask or not step.takes_typing or aside:
            return "loose"
        reading = answers.read(step.ask, text, self.now)
        if isinstance(reading, answers.Unread):
            self.say_again(step, reading)
            return None
        if step.answer_name:
            self.effects.append(asked)
        self._answer(step, reading.value, reading.said)
        return None

    def _media(self, kind: str, ref: str) -> Why | None:
        step = self.step()
        if self.running is None or step is None:
            return "idle"
        if not step.ask or not ({kind, "any"} & set(step.ask.kind)):
            return "loose"
        self._answer(step, f"{kind}:{ref}", self.library.texts[kind])
        return None

    def _correct(self, given: Corrected) -> Why | None:
        """Puts an edited answer in place of the earlier one, also where one could step back to."""
        runs = [run for run in (self.running, *self.parked) if run and run.id == given.run]
        frames = [frame for run in runs for frame in run.frames if frame.key == given.key]
        if not frames or not _typed_there(frames[-1], given.name) or frames[-1].flow not in self.library.flows:
            return None
        reading = self._read_again(frames[-1], given)
        if reading is None or isinstance(reading, answers.Unread):
            return "loose"

        def corrected(frames: tuple[Frame, ...]) -> tuple[Frame, ...]:
            return tuple(
                frame.with_value(given.name, reading.value, reading.said)
                if frame.key == given.key and _typed_there(frame, given.name)
                else frame
                for frame in frames
            )

        def in_run(run: Run) -> Run:
            trail = tuple(replace(mark, frames=corrected(mark.frames)) for mark in run.trail)
            return replace(run, frames=corrected(run.frames), trail=trail)

        self.running = in_run(self.running) if self.running else None
        self.parked = [in_run(run) for run in self.parked]
        frame = corrected((frames[-1],))[0]
        record = self.library.flows[frame.flow].record
        if record and given.name in frame.kept:
            effect = self.keep_effect(frame, record, given.name)
            self.effects += [effect] if effect else []
        return None

    def _read_again(self, frame: Frame, given: Corrected) -> answers.Reading | answers.Unread | None:
        """The edited text, read as the question it answered wanted; None when no question takes typing for it."""
        steps = self.library.flows[frame.flow].steps.values()
        asks = [step.ask for step in steps if step.ask and step.answer_name == given.name]
        return answers.read(asks[0], answers.cleaned(given.text), self.now) if asks else None

    # --- time and the host ------------------------------------------------------------------------------------------

    def _elapsed(self, kind: str, turn: int) -> None:
        if self.running is None or self.running.turn != turn:
            return
        step = self.step()
        if step and kind == "pause" and step.pause and not step.asks:
            self.keep(step.keep)
            self.after()
        elif step and kind == "silence" and step.silence:
            self._pass(step, [Branch(step.silence.step)])

    def _host_answered(self, value: Value | None) -> None:
        step = self.step()
        if self.running is None or step is None:
            return
        frame = self.running.top
        if frame.done >= len(step.do):
            return
        into = step.do[frame.done].into
        if into and value is not None:
            frame = frame.with_value(into, value)
        elif into:
            frame = replace(frame, values={name: own for name, own in frame.values.items() if name != into})
        self.set_frame(replace(frame, done=frame.done + 1))
        self.go_on()

    # --- the person's commands --------------------------------------------------------------------------------------

    def _back(self) -> Why | None:
        if self.running is None:
            return "idle"
        if not self.running.trail:
            return "first"
        *trail, mark = self.running.trail
        self.running = replace(self.running, frames=mark.frames, born=mark.born, trail=tuple(trail))
        self._unkeep(mark)
        self.prompt()
        return None

    def _unkeep(self, mark: Mark) -> None:
        """Takes back what was kept after `mark`: as it was before, or out."""
        earlier = {frame.key: frame for frame in mark.frames}
        for record, key, name in mark.kept:
            frame = earlier.get(key)
            before = self.keep_effect(frame, record, name) if frame and name in frame.kept else None
            self.effects.append(before or Unkeep(record, key, name))

    def _resume(self, run_id: str | None, chosen: str | None = None) -> Why | None:
        if run_id is None and self.running is None and self.parked:
            run_id = self.parked[-1].id
        if run_id is not None and (self.running is None or self.running.id != run_id):
            run = next((run for run in self.parked if run.id == run_id), None)
            if run is None:
                return "stale"
            self.swap_in(run)
        if self.running is None:
            return "idle"
        if chosen:
            self.effects.append(Chosen(chosen))
        self.prompt()
        return None

    def _remind(self) -> None:
        self.put_aside()
        for run in [run for run in self.parked if not self.alive(run)]:
            self.drop(run, GONE)
        over = [replace(run, rests=run.rests or self.library.flows[run.flow].momentary) for run in self.parked]
        self.parked = over
        self.offer_begun()
        self.parked = [replace(run, rests=True) for run in over]

    def _forget(self, run_id: str) -> None:
        for run in [run for run in self.parked if run.id == run_id]:
            self.drop(run)


def _typed_there(frame: Frame, name: str) -> bool:
    """Whether the frame remembers something under `name` that can have been typed."""
    return isinstance(frame.values.get(name), str | int)
