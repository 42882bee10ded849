"""E1xx: whether every step leads somewhere, can be reached, and leaves a way out."""

from __future__ import annotations

from collections.abc import Iterator

from flows.engine import keyboards
from flows.engine.checks.report import Report
from flows.engine.definition import ABOUT_STEP, Ask, Branch, Flow, Step
from flows.engine.graph import always, leads_on, reachable, ways
from flows.engine.library import Library, Sources
from flows.engine.yaml_file import Document

_TOGETHER = {"text", "voice", "photo"}


def check_structure(sources: Sources, library: Library, report: Report) -> None:
    for name, document in sources.flows.items():
        _Flow(document, library.flows[name], report).check()
    _check_calls(sources, library, report)
    for screen in sources.screens.values():
        for number, item in enumerate(screen.value.items):
            if sum(map(bool, (item.flow, item.screen))) != 1:
                what = f"knop '{item.label}' heeft niet precies één van flow en screen"
                report.add(screen, ("items", number), "E103", what, "kies er één")


class _Flow:
    """The checks of one flow."""

    def __init__(self, document: Document[Flow], flow: Flow, report: Report) -> None:
        self.document, self.flow, self.report = document, flow, report

    def add(self, step: str, keys: tuple[str | int, ...], code: str, what: str, mend: str) -> None:
        place = ("about",) if step == ABOUT_STEP else ("steps", step, *keys)
        self.report.add(self.document, place, code, f"stap '{step}': {what}", mend)

    def check(self) -> None:
        for name, step in self.flow.steps.items():
            self._ends(name, step)
            self._branches(name, step)
            self._way_out(name, step)
            self._together(name, step)
        self._reached()
        self._circles()
        waits = any(step.asks or step.pause or step.call for step in self.flow.steps.values())
        if self.flow.momentary and not waits:
            what = "momentary zegt niets in een gesprek dat nergens wacht"
            self.report.add(self.document, ("momentary",), "E116", what, "haal momentary weg")

    def _ends(self, name: str, step: Step) -> None:
        onward = leads_on(step)
        several = bool(step.ask and "several" in step.ask.kind)
        for button_name, button in step.buttons.items():
            given = sum(map(bool, (button.next, button.flow, button.end)))
            keys = ("buttons", button_name)
            if several and given:
                what = f"knop '{button_name}' is een vinkje en kan zelf nergens heen gaan"
                self.add(name, keys, "E102", what, "haal next, flow of end weg; de stap zelf zegt wat volgt")
            elif given > 1:
                self.add(name, keys, "E102", f"knop '{button_name}' gaat op twee manieren verder", "houd er één over")
            elif not given and not onward and not several:
                what = f"knop '{button_name}' leidt nergens heen"
                self.add(name, keys, "E103", what, "geef de knop next, flow of end, of de stap een next of end")
        if onward:
            return
        if not step.asks:
            self.add(name, (), "E101", "hier loopt het gesprek dood", "geef de stap next, call of end")
        elif step.ask or step.choose:
            self.add(name, (), "E101", "na een antwoord loopt het gesprek dood", "geef de stap next, call of end")
        elif keyboards.offers_skip(step) and step.skip.offered and not step.skip.step:
            mend = "geef de stap next of end, of skip een stap, of skip: none"
            self.add(name, (), "E104", "overslaan leidt nergens heen", mend)

    def _branches(self, name: str, step: Step) -> None:
        lists: list[tuple[tuple[str, ...], list[Branch], bool]] = [(("next",), step.next, bool(step.end))]
        lists += [(("buttons", key, "next"), button.next or [], False) for key, button in step.buttons.items()]
        for keys, branches, end in lists:
            if branches and not always(branches) and not end:
                what = "het kan gebeuren dat geen enkele voorwaarde van next klopt"
                self.add(name, keys, "E105", what, "zet onderaan een stap zonder when")
            for number, branch in enumerate(branches[:-1]):
                if not branch.when:
                    what = f"wat na '{branch.step}' staat wordt nooit gekozen"
                    self.add(name, (*keys, number), "E105", what, "zet de stap zonder when onderaan")
        if always(step.next) and step.end:
            self.add(name, ("end",), "E112", "next gaat altijd voor, dus end gebeurt nooit", "haal een van de twee weg")

    def _way_out(self, name: str, step: Step) -> None:
        if not step.asks or name == ABOUT_STEP:
            return
        if step.skip.offered and keyboards.offers_skip(step):
            return
        leaves = any(button.end or button.flow for button in step.buttons.values())
        if step.ask or step.choose:
            free = bool(step.buttons) and not (step.ask and "several" in step.ask.kind)
        else:
            free = not step.answer_name
        if not (leaves or free):
            mend = "haal skip: none weg, of geef een knop waarmee je niet hoeft te antwoorden"
            self.add(name, (), "E108", "deze vraag kun je niet overslaan", mend)

    def _together(self, name: str, step: Step) -> None:
        for keys, what, mend in _clashes(step, name):
            self.add(name, keys, "E112", what, mend)
        if step.keep and not self.flow.record:
            self.add(name, ("keep",), "E114", "er is geen record om in te bewaren", "geef het gesprek een record")

    def _reached(self) -> None:
        found = reachable(self.flow)
        for name in self.flow.steps:
            if name not in found:
                self.add(name, (), "E106", "geen enkele weg leidt hierheen", "verwijs ernaar of haal de stap weg")

    def _circles(self) -> None:
        """Steps that follow each other in a circle without ever waiting."""
        done: set[str] = set()
        for start in self.flow.steps:
            trail: list[str] = []
            self._walk(start, trail, done)

    def _walk(self, name: str, trail: list[str], done: set[str]) -> None:
        if name in trail:
            circle = " → ".join([*trail[trail.index(name) :], name])
            self.add(name, (), "E107", f"een kring zonder wachten: {circle}", "laat een van de stappen iets vragen")
            return
        if name in done or name not in self.flow.steps:
            return
        done.add(name)
        for way in ways(self.flow.steps[name]):
            if way.step and not way.waits:
                self._walk(way.step, [*trail, name], done)


def _clashes(step: Step, name: str) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Keys that have no meaning together."""
    if step.asks and step.pause:
        yield ("pause",), "een stap die iets vraagt wacht al", "haal pause weg of splits de stap"
    if step.silence and not step.asks:
        yield ("silence",), "silence hoort bij een stap die iets vraagt", "haal silence weg"
    if step.remember and not step.asks:
        yield ("remember",), "er is geen antwoord om te onthouden", "haal remember weg"
    if step.choose and step.ask:
        yield ("choose",), "choose en ask gaan niet samen", "splits de stap"
    if step.choose and step.choose.all and name != ABOUT_STEP:
        yield ("choose", "all"), "'allemaal' kan alleen bij about", "gebruik about of haal all weg"
    if step.ask:
        yield from _ask_clashes(step, step.ask)


def _ask_clashes(step: Step, ask: Ask) -> Iterator[tuple[tuple[str, ...], str, str]]:
    kinds = set(ask.kind)
    if len(kinds) > 1 and not kinds <= _TOGETHER:
        yield ("ask",), f"{', '.join(ask.kind)} gaan niet samen", "alleen text, voice en photo kunnen samen"
    if "several" in kinds and not step.buttons:
        yield ("ask",), "several zonder knoppen", "geef de stap buttons"
    if "scale" in kinds:
        points = ask.high - ask.low + 1
        if not 2 <= points <= 11:
            yield ("ask",), "een schaal heeft 2 tot 11 punten", "kies low en high dichter bij elkaar"
        elif ask.words and len(ask.words) != points:
            yield ("ask", "words"), f"{len(ask.words)} woorden voor {points} punten", "geef elk punt een woord"


def _check_calls(sources: Sources, library: Library, report: Report) -> None:
    """Flows that call each other in a circle would never end."""
    calls = {
        name: {step.call.flow for step in flow.steps.values() if step.call} for name, flow in library.flows.items()
    }

    def below(flow: str, found: set[str]) -> set[str]:
        for called in calls.get(flow, set()) - found:
            below(called, found | {called})
            found.add(called)
            found |= below(called, found)
        return found

    for name, document in sources.flows.items():
        for step_name, step in document.value.steps.items():
            if step.call and name in below(step.call.flow, {step.call.flow}):
                what = f"stap '{step_name}': '{name}' roept zo zichzelf weer aan"
                report.add(
                    document, ("steps", step_name, "call"), "E107", what, "laat het gesprek via een knop verdergaan"
                )
