"""E3xx and E4xx: every text in every world: Telegram's limits, HTML, reading level and tone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from flows.engine import keyboards, reading_level, worlds
from flows.engine.checks.judge import FAILS, Judge, Judged, reason
from flows.engine.checks.report import Report
from flows.engine.checks.values import LONG_TEXT, Env, Sample, Samples, World
from flows.engine.definition import ABOUT_STEP, Flow, Screen, Step
from flows.engine.graph import reachable
from flows.engine.library import Library, Sources
from flows.engine.reading_level import plain
from flows.engine.templates import render
from flows.engine.tone import Tone
from flows.engine.yaml_file import Document, Path_

MAX_BUTTONS = 100
LONGEST_RUN, LONGEST_TURN = "r" * 10, 9_999_999

_FILL = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_BLOCK = re.compile(r"\{%.*?%\}", re.DOTALL)


def check_texts(sources: Sources, library: Library, tone: Tone, report: Report) -> None:
    catalog = library.catalog
    places = [World(library, name, worlds.world(catalog, name)) for name in catalog.worlds]
    for name in list(catalog.worlds)[:1]:
        places.append(World(library, f"{name}, lang", worlds.world(catalog, name, LONG_TEXT)))
    judge = Judge(tone, report)
    handed = _handed_over(library)
    for name, document in sources.flows.items():
        _FlowTexts(document, library.flows[name], places, judge).check(handed.get(name, {}))
    _check_decks(sources, places, judge)
    for texts in sources.texts:
        for name, text in texts.value.texts.items():
            spoken = _BLOCK.sub("", _FILL.sub("Noor", text))
            Judged(judge, texts).message(("texts", name), spoken)
    for screen in sources.screens.values():
        _check_screen(screen, places, judge)
        _check_audience(screen, library, report)


def _check_screen(screen: Document[Screen], places: list[World], judge: Judge) -> None:
    judged = Judged(judge, screen)
    for world in places:
        shown = judged.rendered(("text",), screen.value.text, world.facts, world)
        if shown is not None:
            judged.message(("text",), shown)
        labels: list[str] = []
        for number, item in enumerate(screen.value.items):
            keys = ("items", number)
            if judged.holds(keys, item.when, world.facts, world):
                label = judged.rendered(keys, item.label, world.facts, world, html=False)
                labels += [label] if label is not None and judged.label(keys, label, labels, world) else []


def _check_audience(screen: Document[Screen], library: Library, report: Report) -> None:
    for number, item in enumerate(screen.value.items):
        for target in (library.flows.get(item.flow or ""), library.screens.get(item.screen or "")):
            left_out = set(screen.value.audience) - set(target.audience) if target else set()
            if left_out:
                what = f"knop '{item.label}' gaat naar iets dat niet voor {', '.join(sorted(left_out))} is"
                report.add(screen, ("items", number), "E217", what, "pas for: aan, of zet de knop elders")


def _handed_over(library: Library) -> dict[str, dict[str, Samples]]:
    """What flows hand over to the flows they call, as far as it is written out."""
    handed: dict[str, dict[str, set[Sample]]] = {}
    for flow in library.flows.values():
        for step in flow.steps.values():
            for name, value in step.call.values.items() if step.call else ():
                example = Sample(None if "{" in value else value, value)
                handed.setdefault(step.call.flow if step.call else "", {}).setdefault(name, set()).add(example)
    made: dict[str, dict[str, Samples]] = {}
    for flow in library.flows.values():
        known = handed.get(flow.flow, {})
        made[flow.flow] = {
            name: frozenset(known.get(name) or {Sample("voorbeeld", "voorbeeld")}) for name in flow.needs
        }
    return made


class _FlowTexts:
    """All texts of one flow."""

    def __init__(self, document: Document[Flow], flow: Flow, places: list[World], judge: Judge) -> None:
        self.document, self.flow, self.places = document, flow, places
        self.judged = Judged(judge, document)

    def check(self, handed: Mapping[str, Samples]) -> None:
        reached: set[str] = set()
        for world in self.places:
            spoken = world.follow(self.flow, handed)
            for name, env in spoken.items():
                reached.add(name)
                self._step(world, name, env)
        missed = reachable(self.flow) - reached
        if missed:
            for world in self.places:
                for name, env in world.follow(self.flow, handed, everywhere=True).items():
                    if name in missed:
                        self._step(world, name, env)
        self._asked_twice()
        if self.flow.neutral:
            self._neutral(handed)
        self.judged.average(("flow",))

    def keys(self, name: str, *keys: str | int) -> Path_:
        return ("about", "ask") if name == ABOUT_STEP else ("steps", name, *keys)

    def _step(self, world: World, name: str, env: Env) -> None:
        step = self.flow.steps[name]
        empty = bool(step.choose) and not world.items(step, env)
        if empty and not step.buttons and not (step.choose and step.choose.none):
            return
        self._variants(world, name, step, env)
        for number, text in self._texts(world, name, step, env):
            if text:
                self.judged.message(self.keys(name, "say", number), text)
                if empty and not step.buttons and reading_level.questions(plain(text)):
                    what = f"stap '{name}' vraagt om een keuze terwijl er in wereld '{world.name}' niets te kiezen is"
                    mend = "vraag het alleen als er iets is: {% if … %}"
                    self.judged.add(self.keys(name, "say", number), "E115", what, mend)
            elif step.asks and not empty:
                what = f"stap '{name}' zegt niets in wereld '{world.name}'"
                self.judged.add(self.keys(name, "say", number), "E109", what, "zorg dat er altijd een tekst overblijft")
        if step.asks and not step.say:
            self.judged.add(self.keys(name), "E109", f"stap '{name}' vraagt iets zonder woorden", "geef de stap say")
        if step.ask and step.ask.again:
            for scope in self._scopes(world, env, step.ask.again):
                again = self.judged.rendered(self.keys(name, "ask", "again"), step.ask.again, scope, world)
                if again:
                    self.judged.message(self.keys(name, "ask", "again"), again)
        if step.pick and None in world.picks(self.flow, step, env):
            what = f"stap '{name}': in wereld '{world.name}' past er soms niets uit '{step.pick.deck}'"
            self.judged.add(self.keys(name, "pick"), "E113", what, "voeg stukken toe of maak where ruimer")
        for number, action in enumerate(step.do):
            for argument in action.arguments.values():
                for scope in self._scopes(world, env, argument, html=False):
                    self.judged.rendered(self.keys(name, "do", number), argument, scope, world, html=False)
        if not empty or step.buttons:
            self._labels(world, name, step, env)

    def _scopes(
        self, world: World, env: Env, source: str, when: str | None = None, *, html: bool = True
    ) -> Iterator[Mapping[str, object]]:
        for frame in world.frames(self.flow, env, world.names(env, source, when=[when])):
            yield world.scope(self.flow, frame, html=html)

    def _texts(self, world: World, name: str, step: Step, env: Env) -> Iterator[tuple[int, str]]:
        for number, wording in enumerate(step.say):
            keys = self.keys(name, "say", number)
            for scope in self._scopes(world, env, wording.text, wording.when):
                if self.judged.holds(keys, wording.when, scope, world):
                    spoken = self.judged.rendered(keys, wording.text, scope, world)
                    if spoken is not None:
                        yield number, spoken

    def _variants(self, world: World, name: str, step: Step, env: Env) -> None:
        if not step.say or not all(wording.when for wording in step.say):
            return
        conditions = [wording.when for wording in step.say]
        for frame in world.frames(self.flow, env, world.names(env, when=conditions)):
            scope = world.scope(self.flow, frame, html=True)
            if not any(self.judged.holds(self.keys(name, "say"), when, scope, world) for when in conditions):
                given = ", ".join(f"{key} = {value}" for key, value in frame.values.items())
                what = f"stap '{name}' heeft geen zin in wereld '{world.name}'" + (f" met {given}" if given else "")
                self.judged.add(self.keys(name, "say"), "E110", what, "geef één zin geen when, of vul de gevallen aan")
                return

    def _labels(self, world: World, name: str, step: Step, env: Env) -> None:
        if not step.asks:
            return
        sources = [*(button.label for button in step.buttons.values()), step.skip.label]
        sources += [step.choose.all] if step.choose else []
        for source in filter(None, sources):
            if "<" in _FILL.sub("", source):
                self.judged.add(self.keys(name), "E305", f"in de knop '{source}' staat opmaak", "haal de tekens weg")
        conditions = [button.when for button in step.buttons.values()]
        where = [*step.choose.where.values(), step.choose.without or ""] if step.choose else []
        for frame in world.frames(self.flow, env, world.names(env, *sources, *where, when=conditions)):
            scope = world.scope(self.flow, frame, html=False)
            try:
                keys = list(keyboards.keys_for(world.library, step, scope, world.facts, frame, []))
            except FAILS as error:
                what = f"stap '{name}': knoppen niet in te vullen in wereld '{world.name}': {reason(error)}"
                self.judged.add(self.keys(name, "buttons"), "E210", what, "vraag eerst of het er is: {% if … %}")
                return
            others: list[str] = []
            for key in keys:
                place = self.keys(name, "buttons", key.button) if key.button in step.buttons else self.keys(name)
                if self.judged.label(place, key.label, others, world):
                    others.append(key.label)
            if len(keys) > MAX_BUTTONS:
                self.judged.add(self.keys(name), "E303", f"{len(keys)} knoppen", f"hoogstens {MAX_BUTTONS}")
            for row in keyboards.rows(keys, LONGEST_RUN, LONGEST_TURN):
                for made in row:
                    if len(made.token.encode()) > keyboards.MAX_TOKEN:
                        what = f"knop '{made.label}' heeft een te lange naam"
                        self.judged.add(self.keys(name), "E304", what, "maak de naam korter")

    def _asked_twice(self) -> None:
        """A question in a step that does not wait stands in one message with the next question."""
        for name, step in self.flow.steps.items():
            if step.asks or step.pause or not any("?" in _unquoted(wording.text) for wording in step.say):
                continue
            for branch in step.next:
                following = self.flow.steps.get(branch.step)
                if following and following.asks and any("?" in _unquoted(one.text) for one in following.say):
                    what = f"stap '{name}' vraagt iets en gaat meteen door naar de vraag van '{branch.step}'"
                    self.judged.add(self.keys(name, "say"), "E404", what, "stel één vraag per bericht")

    def _neutral(self, handed: Mapping[str, Samples]) -> None:
        """What a locked screen shows of the first message, unless the parent chose to see names there."""
        for world in self.places:
            discreet = World(world.library, world.name, worlds.overlay(world.facts, {"evening": {"named": "no"}}))
            spoken = discreet.follow(self.flow, handed)
            secret = set(_names(world.facts))
            for name in self._first_steps():
                for number, text in self._texts(discreet, name, self.flow.steps[name], spoken.get(name, {})):
                    keys, said = self.keys(name, "say", number), plain(text)
                    self.judged.wrong_words(keys, said, "care")
                    for one in secret:
                        if re.search(rf"(?<!\w){re.escape(one)}(?!\w)", said):
                            mend = "noem in het eerste bericht geen namen"
                            self.judged.add(keys, "E408", f"op een vergrendeld scherm staat '{one}'", mend)

    def _first_steps(self) -> list[str]:
        found: list[str] = []
        waiting = [self.flow.start]
        while waiting:
            name = waiting.pop()
            step = self.flow.steps.get(name)
            if step is None or name in found:
                continue
            found.append(name)
            if not (step.asks or step.pause):
                waiting += [branch.step for branch in step.next]
        return found


def _unquoted(text: str) -> str:
    return re.sub(r"“[^”]*”|\{[{%].*?[%}]\}", "", text)


def _names(facts: Mapping[str, object]) -> Iterator[str]:
    people = [facts.get("parent"), facts.get("mentor")]
    children = facts.get("children")
    people += children if isinstance(children, list) else []
    for person in people:
        if isinstance(person, Mapping):
            for part in ("name", "calls_me"):
                if isinstance(name := person.get(part), str) and name:
                    yield name


def _check_decks(sources: Sources, places: list[World], judge: Judge) -> None:
    for document in sources.decks.values():
        judged = Judged(judge, document, quoted=True)
        entries = document.value.entries
        counts: dict[str, int] = {}
        for entry in entries.values():
            for name in entry if isinstance(entry, Mapping) else ():
                counts[name] = counts.get(name, 0) + 1
        for name, entry in entries.items():
            fields: Mapping[str, Any] = {"text": entry} if isinstance(entry, str) else entry
            if not fields.get("text"):
                judged.add(("entries", name), "E214", f"'{name}' heeft geen text", "schrijf er een tekst")
            for one in fields:
                if counts.get(one, len(entries)) * 4 < len(entries):
                    what = f"'{one}' staat maar bij {counts[one]} van de {len(entries)}"
                    judged.add(
                        ("entries", name, one), "E214", what, "is het een tikfout? Geef anders alle stukken dit veld"
                    )
            for one, text in fields.items():
                if isinstance(text, str) and (one == "text" or " " in text):
                    _check_entry(judged, ("entries", name, one), text, places)
        judged.average(("deck",))


def _check_entry(judged: Judged, keys: Path_, text: str, places: list[World]) -> None:
    for world in places:
        children = world.facts.get("children")
        for child in children if isinstance(children, list) and children else [None]:
            scope = {**world.facts, "child": child, "said": {}}
            if child is None and "child" in text:
                continue
            try:
                judged.message(keys, render(text, scope))
            except FAILS:
                continue  # filled with names of a flow: judged there
