"""What each name of a flow can hold at each step, in one world: the answers that people can have given by then.

Follows every way through the flow with sets of examples instead of values, and lets a condition take away the examples
for which it cannot hold. So a text is tried with what can really stand there. Does not report anything.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from itertools import islice, product
from typing import cast

from jinja2.exceptions import TemplateError

from flows.engine.definition import Ask, Flow, Step
from flows.engine.graph import Way, outcomes, ways
from flows.engine.library import Library
from flows.engine.scope import DECK, Scope, build_scope, items_of, own_names
from flows.engine.state import Facts, Frame, Ref, Value
from flows.engine.templates import holds, names_in, render, said_in
from flows.engine.values import dataclass
from flows.engine.worlds import as_value

MAX_TRIES = 120
LONG_NAME = "Wolfeschlegelsteinhausenbergerdor<&_*[ß]"
LONG_TEXT = ("Ze vroeg <of> ik & papa " * 171)[:4096]


@dataclass(frozen=True, slots=True)
class Sample:
    """An example of a value, and what the person saw or typed. Lists are tuples here."""

    value: Hashable = None
    said: str | None = None


NOTHING = Sample()
Samples = frozenset[Sample]
Env = Mapping[str, Samples]

_TYPED: Mapping[str, tuple[Sample, ...]] = {
    "text": (Sample("Ze vroeg of ik wel at.", "Ze vroeg of ik wel at."), Sample(LONG_TEXT, LONG_TEXT)),
    "any": (Sample("Ze vroeg of ik wel at.", "Ze vroeg of ik wel at."), Sample(LONG_TEXT, LONG_TEXT)),
    "name": (Sample("Bo", "Bo"), Sample(LONG_NAME, LONG_NAME)),
    "time": (Sample("19:30", "19:30"),),
    "date": (Sample("2027-08-03", "dinsdag 3 augustus"),),
    "birth_date": (Sample("2020-08-03", "3 augustus 2020"),),
    "age": (Sample(6, "6"),),
    "voice": (Sample("voice:1", "(spraakbericht)"),),
    "photo": (Sample("photo:1", "(foto)"),),
}


class World:
    """One library in one world."""

    def __init__(self, library: Library, name: str, facts: Facts) -> None:
        self.library, self.name, self.facts = library, name, facts
        self._refined: dict[Hashable, dict[str, Samples] | None] = {}

    def frames(self, flow: Flow, env: Env, names: Iterable[str]) -> Iterator[Frame]:
        """Frames in which every example of each of `names` occurs: all combinations, or a spread of them."""
        used = [name for name in dict.fromkeys(names) if name in env]
        choices = [sorted(env[name], key=_simple_first) for name in used]
        for values in _spread(choices):
            yield _frame(flow, used, values)

    def scope(self, flow: Flow, frame: Frame, *, html: bool) -> Scope:
        return build_scope(self.library, self.facts, frame, flow, html=html)

    def names(self, env: Env, *templates: str | None, when: Iterable[str | None] = ()) -> set[str]:
        """The flow's own names in these templates and conditions, by way of deck entries too."""
        found: set[str] = set()
        for template in (*templates, *(f"{{{{ {one} }}}}" for one in when if one)):
            if template:
                found |= (names_in(template) | said_in(template)) & env.keys()
        for name in list(found):
            for sample in env[name]:
                for entry in self._entries(sample):
                    found |= (names_in(entry) | said_in(entry)) & env.keys()
        return found

    def _entries(self, sample: Sample) -> Iterator[str]:
        values = sample.value if isinstance(sample.value, tuple) else (sample.value,)
        for value in values:
            if isinstance(value, Ref) and value.source.startswith(DECK):
                deck = self.library.decks.get(value.source.removeprefix(DECK))
                entry = deck.entries.get(value.id) if deck else None
                yield from entry.templates if entry else ()

    def refined(self, flow: Flow, env: Env, condition: str, *, wanted: bool = True) -> Env | None:
        """The examples for which the condition can be as wanted; None when it never is."""
        source = "{{ " + condition + " }}"
        names = sorted((names_in(source) | said_in(source)) & env.keys())
        asked = (flow.flow, condition, wanted, tuple(env[name] for name in names))
        if asked not in self._refined:
            self._refined[asked] = self._fitting(flow, env, condition, names, wanted=wanted)
        fitting = self._refined[asked]
        return None if fitting is None else {**env, **fitting}

    def _fitting(
        self, flow: Flow, env: Env, condition: str, names: Iterable[str], *, wanted: bool
    ) -> dict[str, Samples] | None:
        kept: dict[str, set[Sample]] = {name: set() for name in names}
        possible = False
        for frame in self.frames(flow, env, names):
            try:
                fits = holds(condition, self.scope(flow, frame, html=False)) == wanted
            except (TemplateError, TypeError):
                fits = True
            if fits:
                possible = True
                for name in names:
                    kept[name].add(_sample(frame, name))
        if not possible:
            return None
        return {name: frozenset(samples) for name, samples in kept.items()}

    def follow(self, flow: Flow, needs: Mapping[str, Samples], *, everywhere: bool = False) -> dict[str, Env]:
        """For each step that can be reached in this world: what the names can hold when it speaks.

        `everywhere` takes ways whose condition holds for none of the examples, too.
        """
        nothing: Samples = frozenset([NOTHING])
        names = {*own_names(flow)}
        arriving: dict[str, dict[str, Samples]] = {flow.start: {name: needs.get(name, nothing) for name in names}}
        speaking: dict[str, Env] = {}
        waiting = [flow.start]
        while waiting:
            name = waiting.pop()
            step = flow.steps.get(name)
            if step is None:
                continue
            env = self._spoken(flow, step, arriving[name])
            speaking[name] = env
            for way in ways(step):
                if way.step is None:
                    continue
                left = self._left(flow, step, way, env, everywhere)
                if left is None:
                    continue
                known = arriving.get(way.step, {})
                joined = {own: known.get(own, frozenset()) | left.get(own, nothing) for own in names}
                if joined != known:
                    arriving[way.step] = joined
                    waiting.append(way.step)
        return speaking

    def _spoken(self, flow: Flow, step: Step, env: Env) -> Env:
        """After the step's actions and its pick."""
        changed = dict(env)
        for action in step.do:
            if action.into:
                offer = self.library.catalog.actions.get(action.name)
                given = as_value(offer.gives) if offer else None
                gives = {Sample(tuple(given) if isinstance(given, list) else given)}
                doubted = any(
                    branch.when and action.into in names_in(f"{{{{ {branch.when} }}}}") for branch in step.next
                )
                changed[action.into] = frozenset(gives | ({NOTHING} if doubted else set()))
        if step.pick:
            changed[step.pick.into] = frozenset(
                Sample(picked) for picked in self.picks(flow, step, changed)
            ) or frozenset([NOTHING])
        return changed

    def picks(self, flow: Flow, step: Step, env: Env) -> set[Hashable]:
        """What the step's pick can give. Holds None when for some answers no entry fits."""
        pick = step.pick
        deck = self.library.decks.get(pick.deck) if pick else None
        if pick is None or deck is None:
            return {None}
        found: set[Hashable] = set()
        for frame in self.frames(flow, env, self.names(env, *pick.where.values())):
            scope = self.scope(flow, frame, html=False)
            try:
                where = {key: wanted for key, text in pick.where.items() if (wanted := render(text, scope, html=False))}
            except (TemplateError, TypeError):
                continue
            fitting = [Ref(DECK + deck.id, entry) for entry in deck.fitting(where)]
            if not fitting:
                found.add(None)
            elif pick.count > 1:
                found.add(tuple(fitting[: pick.count]))
            else:
                found |= set(fitting)
        return found

    def _left(self, flow: Flow, step: Step, way: Way, env: Env, everywhere: bool) -> Env | None:
        """What the names hold after this way out; None when it cannot be taken in this world."""
        if way.kind in ("answer", "all", "none") and step.choose:
            items = self.items(step, env)
            can_be_empty = not items or step.choose.where or step.choose.without
            possible = can_be_empty if way.kind == "none" else items
            if not possible and not everywhere:
                return None
        changed = dict(env)
        answer = step.answer_name
        if answer and way.kind in ("answer", "all", "button"):
            changed[answer] = frozenset(self._answers(flow, step, way, env)) or frozenset([NOTHING])
        if way.call and (called := self.library.flows.get(way.call)):
            changed["outcome"] = frozenset(Sample(outcome) for outcome in outcomes(called))
        after: Env = changed
        for condition, wanted in _conditions(step, way):
            refined = self.refined(flow, after, condition, wanted=wanted)
            if refined is None and not everywhere:
                return None
            after = refined or after
        return after

    def items(self, step: Step, env: Env) -> list[Ref]:
        """What the step lets a person choose from."""
        if step.choose is None:
            return []
        source = step.choose.source
        own = [sample.value for sample in env.get(source, frozenset()) if isinstance(sample.value, tuple)]
        if own:
            return [one for one in dict.fromkeys(item for value in own for item in value) if isinstance(one, Ref)]
        return items_of(self.facts, Frame("", "", ""), source)

    def _answers(self, flow: Flow, step: Step, way: Way, env: Env) -> Iterator[Sample]:
        if way.kind == "button":
            yield Sample(way.what, self._label(flow, step.buttons[way.what].label, env))
        elif step.choose:
            frame = next(self.frames(flow, env, ()))
            scope = self.scope(flow, frame, html=False)
            for ref in self.items(step, env):
                try:
                    yield Sample(ref, render(step.choose.label, {"item": scope.item(ref)}, html=False))
                except (TemplateError, TypeError):
                    yield Sample(ref, "?")
        elif step.ask:
            yield from self._typed(flow, step, step.ask, env)

    def _typed(self, flow: Flow, step: Step, ask: Ask, env: Env) -> Iterator[Sample]:
        if "several" in ask.kind:
            labels = {name: self._label(flow, button.label, env) for name, button in step.buttons.items()}
            yield Sample((), "")
            for chosen in (list(labels)[:1], list(labels)):
                yield Sample(tuple(chosen), ", ".join(labels[name] for name in chosen))
        elif "scale" in ask.kind:
            for point in (ask.low, ask.high):
                words = ask.words or [str(one) for one in range(ask.low, ask.high + 1)]
                yield Sample(point, words[min(point - ask.low, len(words) - 1)])
        else:
            for kind in ask.kind:
                yield from _TYPED[kind]

    def _label(self, flow: Flow, label: str, env: Env) -> str:
        for frame in self.frames(flow, env, self.names(env, label)):
            try:
                return render(label, self.scope(flow, frame, html=False), html=False)
            except (TemplateError, TypeError):
                continue
        return label


def _conditions(step: Step, way: Way) -> Iterator[tuple[str, bool]]:
    """What must hold for this way, and what may not: the branches before it."""
    branches = step.next
    if way.kind == "button" and (button := step.buttons.get(way.what)):
        branches = button.next or branches
        if button.when:
            yield button.when, True
    if way.kind in ("silence", "none") or (way.kind == "skip" and step.skip.step):
        return
    for branch in branches:
        if branch.step == way.step and branch.when == way.when:
            break
        if branch.when:
            yield branch.when, False
    if way.when:
        yield way.when, True


def _frame(flow: Flow, names: list[str], samples: Iterable[Sample]) -> Frame:
    values: dict[str, Value] = {}
    said: dict[str, str] = {}
    for name, sample in zip(names, samples, strict=True):
        if sample.value is not None:
            value = list(sample.value) if isinstance(sample.value, tuple) else sample.value
            values[name] = cast(Value, value)
        if sample.said is not None:
            said[name] = sample.said
    return Frame(flow.flow, flow.start, "check.1", values, said)


def _sample(frame: Frame, name: str) -> Sample:
    value = frame.values.get(name)
    return Sample(tuple(value) if isinstance(value, list) else value, frame.said.get(name))


def _simple_first(sample: Sample) -> tuple[bool, int, str]:
    return sample.value is None, len(str(sample.value)), str(sample.value)


def _spread(choices: list[list[Sample]]) -> Iterator[tuple[Sample, ...]]:
    count = 1
    for choice in choices:
        count *= len(choice)
    if count <= MAX_TRIES:
        yield from product(*choices)
        return
    longest = max(map(len, choices))
    for number in range(longest):
        yield tuple(choice[number % len(choice)] for choice in choices)
    for number in range(longest):
        yield tuple(choice[(number * (place + 1) + place) % len(choice)] for place, choice in enumerate(choices))
    yield from islice(product(*choices), MAX_TRIES)
