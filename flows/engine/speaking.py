"""The working copy of one `advance`, and how a step is said: wordings, keyboards, waiting.

Does not know where a conversation goes next (`walking`), nor what people do (`inputs`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from flows.engine import keyboards
from flows.engine.answers import Unread
from flows.engine.definition import Flow, Step
from flows.engine.library import Library
from flows.engine.scope import DECK, Scope, build_scope, refs_in
from flows.engine.state import (
    Effect,
    Facts,
    Frame,
    Keep,
    Key,
    Mark,
    Outcome,
    Ref,
    Request,
    Run,
    Say,
    State,
    Wake,
)
from flows.engine.templates import holds, render

MAX_TRAIL = 6
MAX_PARAGRAPHS = 3
MAX_JOINED = 1500
"""In characters: what is said without waiting joins the next message while the whole stays this short."""
MAX_SEEN = 300
"""Over all decks and wordings together; what was used longest ago is forgotten first."""


class Speaking:
    """What is running in this chat, the effects so far, and how the running step speaks."""

    def __init__(self, library: Library, state: State, facts: Facts, now: datetime) -> None:
        self.library, self.before, self.facts, self.now = library, state, facts, now
        self.turn = state.turn
        self.running = state.running
        self.parked = list(state.parked)
        self.seen = state.seen
        self.last_tap = state.last_tap
        self.effects: list[Effect] = []
        self.spoken = list(state.running.spoken) if state.running else []
        self.request: Request | None = None

    # --- what is running ------------------------------------------------------------------------------------------

    @property
    def run(self) -> Run:
        """What is running; only asked where something is."""
        if self.running is None:
            raise RuntimeError("nothing is running")
        return self.running

    @property
    def flow(self) -> Flow:
        return self.library.flows[self.run.top.flow]

    def step(self) -> Step | None:
        """The step where the run is; None when it, or its flow, is no longer in the library, or nothing is running."""
        if self.running is None:
            return None
        found = self.library.step(self.running.top.flow, self.running.top.step)
        if found is None:
            return None
        name, step = found
        if name != self.running.top.step:
            self.set_frame(replace(self.running.top, step=name))
        return step

    def set_frame(self, frame: Frame) -> None:
        self.running = self.run.with_top(frame)

    def scope(self, *, html: bool) -> Scope:
        return build_scope(self.library, self.facts, self.run.top, self.flow, html=html)

    def keys(self, step: Step) -> Iterator[keyboards.KeyFor]:
        """The buttons of the waiting step, each found out about when it is asked for."""
        return keyboards.keys_for(
            self.library, step, self.scope(html=False), self.facts, self.run.top, self.ticked(step)
        )

    def rows(self, step: Step) -> tuple[tuple[Key, ...], ...]:
        return keyboards.rows(list(self.keys(step)), self.run.id, self.run.turn)

    def ticked(self, step: Step) -> list[str]:
        """The buttons ticked so far, of a step that takes several."""
        ticked = self.run.top.values.get(keyboards.TICKED)
        if not isinstance(ticked, list):
            return []
        return [one for one in ticked if isinstance(one, str) and one in step.buttons]

    def leave_mark(self) -> None:
        """Remembers where the run waits, for one step back."""
        run = self.run
        self.running = replace(run, trail=(*run.trail, Mark(run.frames, run.born))[-MAX_TRAIL:])

    # --- keeping --------------------------------------------------------------------------------------------------

    def keep(self, names: Sequence[str]) -> None:
        """Writes remembered values to the flow's record, as far as there are any."""
        record = self.flow.record
        if not record or not names:
            return
        for name in names:
            effect = self.keep_effect(self.run.top, record, name)
            if effect is None:
                continue
            self.effects.append(effect)
            if name not in self.run.top.kept:
                self.set_frame(replace(self.run.top, kept=(*self.run.top.kept, name)))
            if self.run.trail:
                *trail, mark = self.run.trail
                kept = dict.fromkeys((*mark.kept, (record, effect.key, name)))
                self.running = replace(self.run, trail=(*trail, replace(mark, kept=tuple(kept))))

    def keep_effect(self, frame: Frame, record: str, name: str) -> Keep | None:
        """What writes `name` as the frame remembers it; None when it does not."""
        value, said = frame.values.get(name), frame.said.get(name)
        if value is None:
            return None
        if isinstance(value, Ref) and value.source.startswith(DECK):
            scope = build_scope(self.library, self.facts, frame, self.library.flows[frame.flow], html=False)
            entry = scope.item(value)
            said = str(entry["text"]) if isinstance(entry, Mapping) else said
            value = value.id
        return Keep(record, frame.key, name, value, said, frame.flow, refs_in(frame))

    # --- saying ---------------------------------------------------------------------------------------------------

    def speak(self, step: Step) -> None:
        """Says the step without waiting; it joins the next message if that stays short."""
        text = self._wording(step)
        if not text:
            return
        together = (*self.spoken, text)
        paragraphs = sum(part.count("\n\n") + 1 for part in together)
        if paragraphs > MAX_PARAGRAPHS or sum(map(len, together)) > MAX_JOINED:
            self.flush()
        self.spoken.append(text)

    def flush(self) -> None:
        """Sends what was said and not sent yet."""
        if self.spoken and self.running:
            frame = self.running.top
            self.effects.append(Say("\n\n".join(self.spoken), flow=frame.flow, step=frame.step))
        self.spoken = []

    def wait(self, step: Step) -> None:
        """Says the step with its keyboard and waits for the person, or for the pause to end."""
        self.turn += 1
        self.running = replace(self.run, turn=self.turn)
        self.speak(step)
        frame = self.run.top
        if not self.spoken and step.asks:
            self.spoken.append(render(self.flow.title, {}))
        text = "\n\n".join(self.spoken)
        self.spoken = []
        if text:
            self.effects.append(Say(text, self.rows(step), frame.flow, frame.step, turn=self.turn))
        if step.pause and not step.asks:
            self.effects.append(Wake("pause", step.pause, self.turn))
        if step.silence:
            self.effects.append(Wake("silence", step.silence.after, self.turn))

    def say_again(self, step: Step, unread: Unread) -> None:
        """Asks the waiting question anew at the same turn, after an answer that could not be read."""
        own = step.ask.again if step.ask else None
        asked = render(self.library.texts[unread.text], {"times": unread.times})
        words = render(own, self.scope(html=True)) if own else asked
        frame = self.run.top
        self.effects.append(Say(words, self.rows(step), frame.flow, frame.step, turn=self.run.turn, again=True))

    def offer(self, run: Run) -> None:
        """Asks whether to take up what was interrupted."""
        texts = self.library.texts
        rows = keyboards.offer_rows(run.id, self.turn, texts["half_way_go_on"], texts["half_way_drop"])
        text = render(texts["half_way"], {"title": self.library.flows[run.flow].title})
        self.effects.append(Say(text, rows, flow=run.flow, step="half_way"))

    def _wording(self, step: Step) -> str:
        scope = self.scope(html=True)
        fitting = [number for number, one in enumerate(step.say) if not one.when or holds(one.when, scope)]
        if not fitting:
            return ""
        number = fitting[0]
        if len(fitting) > 1:
            top = self.run.top
            number = int(self.fresh(f"say:{top.flow}.{top.step}", list(map(str, fitting)), len(step.say)))
        return render(step.say[number].text, scope)

    def fresh(self, what: str, fitting: Sequence[str], among: int) -> str:
        """One of `fitting` that was not used lately, else the one used longest ago; remembers it.

        `among` is how many there are, fitting or not.
        """
        seen = self.seen.get(what, ())
        choice = next((one for one in fitting if one not in seen), None)
        if choice is None:
            choice = next(one for one in seen if one in fitting)
        room = max(min(among, MAX_SEEN // 4) - 1, 1)
        used = (*(one for one in seen if one != choice), choice)[-room:]
        others = {name: own for name, own in self.seen.items() if name != what}
        count = len(used) + sum(map(len, others.values()))
        for name in list(others):
            if count <= MAX_SEEN:
                break
            count -= len(others.pop(name))
        self.seen = {**others, what: used}
        return choice

    # --- done -----------------------------------------------------------------------------------------------------

    def outcome(self) -> Outcome:
        """The new state and the effects."""
        if self.request is None:
            self.flush()
        spoken = tuple(self.spoken)
        if self.running and self.running.spoken != spoken:
            self.running = replace(self.running, spoken=spoken)
        state = State(self.before.format, self.turn, self.running, tuple(self.parked), self.seen, self.last_tap)
        return Outcome(state, tuple(self.effects), self.request)
