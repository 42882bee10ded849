"""E2xx: whether everything that content names is there: steps, flows, decks, facts, actions, records, texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from jinja2 import TemplateSyntaxError, nodes

from flows.engine import worlds
from flows.engine.checks.report import Report
from flows.engine.checks.written import FREE, Written, written_in
from flows.engine.definition import Branch, Catalog, DeckFile, Flow, Words
from flows.engine.library import ENGINE_TEXTS, Library, Sources
from flows.engine.scope import LATER, SAID, own_names
from flows.engine.templates import PLAIN, compile_condition, compile_text
from flows.engine.yaml_file import Document, Path_

Known = Callable[[str], list[object] | None]
"""Examples of a name's value; None when nothing is known of it but that it exists."""

MAX_COMING = 20
"""In characters: a timer is kept under the name of its flow and the id of what it is about."""
TRACED = ("source", "theme", "age")
"""What every entry of a deck has: the letter of its source, what it is about, and the ages that it is for."""
RESERVED = {SAID, LATER, "item", "outcome", "true", "false", "none"}


def check_names(sources: Sources, library: Library, report: Report) -> None:
    check_catalog(sources.catalog, report)
    for name in ENGINE_TEXTS:
        if name not in library.texts:
            place = sources.texts[0] if sources.texts else sources.catalog
            report.add(place, ("texts",), "E211", f"de tekst '{name}' ontbreekt", f"voeg '{name}:' toe bij texts")
    if not all(library.catalog.worlds.values()):
        return
    for document in sources.flows.values():
        _Flow(document, library, report).check()
    _check_commands(sources, report)
    for screen in sources.screens.values():
        for number, item in enumerate(screen.value.items):
            if item.flow and item.flow not in library.flows:
                report.add(screen, ("items", number), "E202", f"er is geen gesprek '{item.flow}'", _near(library.flows))
            if item.screen and item.screen not in library.screens:
                what = f"er is geen scherm '{item.screen}'"
                report.add(screen, ("items", number), "E215", what, _near(library.screens))
    if sources.words:
        _check_words(sources.words, library, report)
    for deck in sources.decks.values():
        _check_deck(deck, library, report)
    _check_templates(sources, library, report)


def _check_deck(document: Document[DeckFile], library: Library, report: Report) -> None:
    """Every entry says where it comes from, what it is about and for which age; the deck may say so for all."""
    for entry in library.decks[document.value.deck].entries.values():
        missing = [name for name in TRACED if name not in entry.fields]
        if missing:
            what = f"'{entry.id}' mist {', '.join(missing)}"
            report.add(document, ("entries", entry.id), "E223", what, "zet het erbij, of bij common voor alle stukken")


def _check_words(document: Document[Words], library: Library, report: Report) -> None:
    """Words lead to flows that are there, and no word counts as two others; what is only polite has an answer."""
    for kind in document.value.talk:
        name = f"talk_{kind}"
        if name not in library.texts:
            what = f"de tekst '{name}' ontbreekt"
            report.add(document, ("talk", kind), "E211", what, f"voeg '{name}:' toe bij texts")
    taken: dict[str, str] = {}
    for flow in document.value.flows.keys() - library.flows.keys():
        report.add(document, ("flows", flow), "E220", f"er is geen gesprek '{flow}'", _near(library.flows))
    for head, words in document.value.same.items():
        for number, word in enumerate(words):
            if word == head or word in document.value.same or word in taken:
                what = f"'{word}' telt al als '{taken.get(word, word)}'"
                report.add(document, ("same", head, number), "E221", what, "laat het op één plek staan")
            taken.setdefault(word, head)


def _check_commands(sources: Sources, report: Report) -> None:
    """No two flows may answer to the same word."""
    taken: dict[str, str] = {}
    for document in sources.flows.values():
        flow = document.value
        if flow.command and flow.command in taken:
            what = f"'/{flow.command}' hoort al bij '{taken[flow.command]}'"
            report.add(document, ("command",), "E218", what, "kies een ander woord")
        elif flow.command:
            taken[flow.command] = flow.flow


def check_catalog(document: Document[Catalog], report: Report) -> None:
    """Every world must show every fact, in one shape."""
    catalog = document.value
    shape: dict[str, set[str]] = {}
    for world in catalog.worlds.values():
        for name, value in world.items():
            shape.setdefault(name, set()).update(_paths(name, value, any))
    for name, world in catalog.worlds.items():
        for fact in catalog.facts.keys() - world.keys():
            report.add(document, ("worlds", name), "E212", f"wereld '{name}' mist '{fact}'", "vul het feit in")
        for fact in world.keys() - catalog.facts.keys():
            what = f"wereld '{name}' heeft '{fact}', maar dat is geen feit"
            report.add(document, ("worlds", name, fact), "E212", what, "leg het uit bij facts of haal het weg")
        for fact in world.keys() & catalog.facts.keys():
            for path in sorted(shape[fact] - set(_paths(fact, world[fact], all))):
                if "[]." not in path or world[fact]:
                    report.add(document, ("worlds", name, fact), "E212", f"wereld '{name}' mist '{path}'", "vul het in")


def _paths(name: str, value: object, how_many: Callable[[Iterator[bool]], bool]) -> Iterator[str]:
    """The names under a fact; under a list those that `how_many` (any or all) of its items have."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _paths(f"{name}.{key}", item, how_many)
    elif isinstance(value, list):
        yield f"{name}[]"
        items = [item for item in value if isinstance(item, Mapping)]
        for key in dict.fromkeys(key for item in items for key in item):
            if how_many(key in item for item in items):
                yield f"{name}[].{key}"
    else:
        yield name


class _Flow:
    def __init__(self, document: Document[Flow], library: Library, report: Report) -> None:
        self.document, self.flow, self.library, self.report = document, document.value, library, report

    def add(self, keys: Path_, code: str, what: str, mend: str) -> None:
        self.report.add(self.document, keys, code, what, mend)

    def check(self) -> None:
        flow, catalog = self.flow, self.library.catalog
        record = catalog.records.get(flow.record) if flow.record else None
        if flow.record and record is None:
            self.add(("record",), "E207", f"er is geen record '{flow.record}'", _near(catalog.records))
        self._step(("start",), flow.start)
        if flow.comes and not flow.neutral:
            what = "dit gesprek komt vanzelf, dus op een vergrendeld scherm"
            self.add(("comes",), "E219", what, "zet neutral: yes, en noem in het eerste bericht geen naam")
        if flow.comes and len(flow.flow) > MAX_COMING:
            what = f"'{flow.flow}' is {len(flow.flow)} tekens"
            self.add(("flow",), "E219", what, f"wat vanzelf komt heeft een naam van hoogstens {MAX_COMING} tekens")
        if flow.about:
            self._list(("about", "from"), flow.about.source)
            self._step(("about", "none"), flow.about.none)
        lists = {kind.listed for kind in catalog.records.values() if kind.listed}
        for name in sorted(own_names(flow) & (catalog.facts.keys() | lists | RESERVED) - {"outcome"}):
            what = f"'{name}' is ook de naam van een feit of van iets van het gesprek zelf"
            self.add(self._remembers(name), "E216", what, "onthoud het onder een andere naam")
        for name in flow.steps:
            self._check_step(name, set(record.fields) if record else None)

    def _remembers(self, name: str) -> Path_:
        for step_name, step in self.flow.steps.items():
            if step.remember == name:
                return ("steps", step_name, "remember")
            if name in step.keep:
                return ("steps", step_name, "keep")
        return ()

    def _check_step(self, name: str, fields: set[str] | None) -> None:
        step, keys = self.flow.steps[name], ("steps", name)
        self._branches((*keys, "next"), step.next)
        for button_name, button in step.buttons.items():
            self._branches((*keys, "buttons", button_name, "next"), button.next or [])
            self._flow((*keys, "buttons", button_name, "flow"), button.flow)
            led_to = self.library.flows.get(button.flow or "")
            if led_to and led_to.gated and not button.when and not self.flow.gated:
                what = f"'{button.flow}' is er pas als de mentor het aanzet"
                mend = f"when: \"'{button.flow}' in (switched | map(attribute='id') | list)\""
                self.add((*keys, "buttons", button_name), "E222", what, mend)
        self._step((*keys, "skip"), step.skip.step)
        if step.silence:
            self._step((*keys, "silence", "step"), step.silence.step)
        if step.choose:
            self._list((*keys, "choose", "from"), step.choose.source)
            self._step((*keys, "choose", "none"), step.choose.none)
        if step.pick:
            deck = self.library.decks.get(step.pick.deck)
            if deck is None:
                what = f"er is geen verzameling '{step.pick.deck}'"
                self.add((*keys, "pick", "deck"), "E203", what, _near(self.library.decks))
            else:
                for field in step.pick.where.keys() - {"id"}:
                    if not any(field in entry.fields for entry in deck.entries.values()):
                        what = f"geen enkel stuk van '{deck.id}' heeft '{field}'"
                        self.add((*keys, "pick", "where", field), "E214", what, "kies een veld dat er is")
            if step.pick.first:
                self._list((*keys, "pick", "first"), step.pick.first)
        for field in step.keep:
            if fields is not None and field not in fields:
                what = f"record '{self.flow.record}' heeft geen '{field}'"
                self.add((*keys, "keep"), "E208", what, _near(fields))
            if field not in own_names_without_keep(self.flow) and not (step.asks and step.keep == [field]):
                self.add((*keys, "keep"), "E208", f"nergens wordt '{field}' gevraagd", "onthoud het eerst met remember")
        self._call((*keys, "call"), name)
        self._actions((*keys, "do"), name)

    def _call(self, keys: Path_, name: str) -> None:
        call = self.flow.steps[name].call
        if not call or not self._flow(keys, call.flow):
            return
        called = self.library.flows[call.flow]
        wanted = {*called.needs, *([called.about.name] if called.about else [])}
        for value in call.values.keys() - wanted:
            what = f"'{call.flow}' vraagt niet om '{value}'"
            self.add((*keys, "with", value), "E206", what, f"haal het weg of zet '{value}' daar bij needs")
        for value in set(called.needs) - call.values.keys():
            self.add(keys, "E206", f"'{call.flow}' heeft '{value}' nodig", f"geef het mee: with: {{{value}: …}}")

    def _actions(self, keys: Path_, name: str) -> None:
        for number, action in enumerate(self.flow.steps[name].do):
            offer = self.library.catalog.actions.get(action.name)
            if offer is None:
                mend = _near(self.library.catalog.actions)
                self.add((*keys, number), "E205", f"er is geen actie '{action.name}'", mend)
                continue
            for argument in action.arguments.keys() - offer.arguments.keys():
                what = f"'{action.name}' kent geen '{argument}'"
                self.add((*keys, number), "E206", what, _near(offer.arguments))
            if action.into and offer.gives is None:
                what = f"'{action.name}' geeft niets terug"
                self.add((*keys, number), "E206", what, "haal as weg, of zet gives bij de actie in catalog.yaml")

    def _branches(self, keys: Path_, branches: list[Branch]) -> None:
        for number, branch in enumerate(branches):
            self._step((*keys, number), branch.step)

    def _step(self, keys: Path_, name: str | None) -> None:
        if name and name not in self.flow.steps:
            self.add(keys, "E201", f"er is geen stap '{name}'", _near(self.flow.steps))

    def _flow(self, keys: Path_, name: str | None) -> bool:
        if name and name not in self.library.flows:
            self.add(keys, "E202", f"er is geen gesprek '{name}'", _near(self.library.flows))
            return False
        return bool(name)

    def _list(self, keys: Path_, name: str) -> None:
        if name in own_names(self.flow):
            return
        catalog = self.library.catalog
        values = [worlds.world(catalog, world).get(name) for world in catalog.worlds]
        if not any(isinstance(value, list) for value in values):
            self.add(
                keys, "E204", f"'{name}' is geen lijst", "kies een feit dat een lijst is, of een naam uit dit gesprek"
            )


def own_names_without_keep(flow: Flow) -> set[str]:
    """What a flow remembers by asking, picking or doing, or is handed."""
    names = set(flow.needs) | ({flow.about.name} if flow.about else set())
    for step in flow.steps.values():
        names |= {name for name in (step.answer_name, step.pick.into if step.pick else None) if name}
        names |= {action.into for action in step.do if action.into}
        names |= {"outcome"} if step.call else set()
    return names


# --- templates ----------------------------------------------------------------------------------------------------


def _check_templates(sources: Sources, library: Library, report: Report) -> None:
    facts = _facts(library)
    for text in written_in(sources):
        try:
            if text.condition:
                compile_condition(text.source)
            else:
                compile_text(text.source)
        except TemplateSyntaxError as error:
            mend = "kijk naar de accolades en de namen van filters"
            report.add(text.document, text.keys, "E209", f"invulling klopt niet: {error.message}", mend)
            continue
        known = _known(text, library, facts)
        source = "{{ " + text.source + " }}" if text.condition else text.source
        for path in unknown_paths(source, known):
            report.add(text.document, text.keys, "E204", f"'{path}' is niet bekend", "kijk in catalog.yaml bij facts")


def _facts(library: Library) -> dict[str, list[object]]:
    catalog = library.catalog
    found: dict[str, list[object]] = {name: [] for name in catalog.facts}
    for name in catalog.worlds:
        for fact, value in worlds.world(catalog, name).items():
            found.setdefault(fact, []).append(value)
    return found


def _known(text: Written, library: Library, facts: Mapping[str, list[object]]) -> Known:
    own: Mapping[str, list[object] | None] = text.own_values(library, facts)

    def known(name: str) -> list[object] | None:
        if name in own:
            return own[name]
        if name in facts:
            return facts[name]
        if text.extra == FREE:
            return None
        raise KeyError(name)

    return known


def unknown_paths(source: str, known: Known) -> list[str]:
    """Every name and `a.b` in the template that the examples do not have. Raises TemplateSyntaxError."""
    if "{" not in source:
        return []
    return list(dict.fromkeys(_Paths(known).walk(PLAIN.parse(source), {})))


class _Paths:
    """Walks the template's tree with examples instead of values."""

    def __init__(self, known: Known) -> None:
        self.known = known

    def walk(self, node: nodes.Node, bound: dict[str, list[object] | None]) -> Iterator[str]:
        if isinstance(node, nodes.For):
            problems, items = self.examples(node.iter, bound)
            yield from problems
            flat = None if items is None else [one for item in items if isinstance(item, list) for one in item]
            names = {name.name: flat for name in node.target.find_all(nodes.Name)} | (
                {node.target.name: flat} if isinstance(node.target, nodes.Name) else {}
            )
            inner = {**bound, **names, "loop": None}
            for child in [*node.body, *node.else_, *([node.test] if node.test else [])]:
                yield from self.walk(child, inner)
        elif isinstance(node, nodes.Assign):
            yield from self.walk(node.node, bound)
            for name in [node.target] if isinstance(node.target, nodes.Name) else node.target.find_all(nodes.Name):
                bound[name.name] = None
        elif isinstance(node, nodes.Expr):
            yield from self.examples(node, bound)[0]
        else:
            for child in node.iter_child_nodes():
                yield from self.walk(child, bound)

    def examples(
        self, node: nodes.Node, bound: Mapping[str, list[object] | None]
    ) -> tuple[list[str], list[object] | None]:
        """Problems in an expression, and examples of what it gives; None when nothing is known of that."""
        if isinstance(node, nodes.Name):
            if node.name in bound:
                return [], bound[node.name]
            try:
                return [], self.known(node.name)
            except KeyError:
                return [node.name], None
        if isinstance(node, nodes.Getattr):
            return self._part(node.node, node.attr, bound)
        if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
            return self._part(node.node, node.arg.value, bound)
        problems: list[str] = []
        for child in node.iter_child_nodes():
            if isinstance(child, nodes.Expr):
                problems += self.examples(child, bound)[0]
        if isinstance(node, nodes.Filter) and node.name in ("first", "last") and isinstance(node.node, nodes.Expr):
            items = self.examples(node.node, bound)[1]
            return problems, None if items is None else [
                one for item in items if isinstance(item, list) for one in item
            ]
        return problems, None

    def _part(
        self, node: nodes.Node, part: str, bound: Mapping[str, list[object] | None]
    ) -> tuple[list[str], list[object] | None]:
        problems, examples = self.examples(node, bound)
        if problems or examples is None:
            return problems, None
        real = [example for example in examples if example is not None and example is not False]
        if not real:
            return [], None
        values = [example[part] for example in real if isinstance(example, Mapping) and part in example]
        if values:
            return [], values
        return [f"{_spelled(node)}.{part}"], None


def _spelled(node: nodes.Node) -> str:
    if isinstance(node, nodes.Getattr):
        return f"{_spelled(node.node)}.{node.attr}"
    return node.name if isinstance(node, nodes.Name) else "(…)"


def _near(known: object) -> str:
    names = sorted(known) if isinstance(known, Mapping | set) else []
    return f"kies uit: {', '.join(names[:12])}{'…' if len(names) > 12 else ''}" if names else "maak het eerst"
