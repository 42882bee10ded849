"""Loads all content: flows, decks and texts, from files or from a compiled copy of the very same files.

Parsing YAML takes seconds where a start may take one, so what was parsed is kept as JSON under the hash of the files
and of this format. From that copy a flow is made when somebody first comes to it, so that a start costs the same
however many there are. Does not know whether flows make sense: that is `checks`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field, is_dataclass, replace
from pathlib import Path
from typing import Any

from flows.engine import definition, form, short_forms
from flows.engine.compiled import Copy, Folded, fold, forms, unfold
from flows.engine.definition import (
    ABOUT_STEP,
    Branch,
    Catalog,
    Choose,
    Deck,
    DeckFile,
    Entry,
    Flow,
    Screen,
    Skip,
    Step,
    TextsFile,
    Wording,
    Words,
)
from flows.engine.form import adapter
from flows.engine.problems import ContentError, Problem
from flows.engine.values import dataclass
from flows.engine.yaml_file import Document, read

CONTENT = Path(__file__).parent.parent / "content" / "nl"

ENGINE_TEXTS = (
    "about_child",
    "again_age",
    "again_birth_date",
    "again_choice",
    "again_date",
    "again_future",
    "again_name",
    "again_time",
    "again_time_twice",
    "all_of_them",
    "done",
    "half_way",
    "half_way_drop",
    "half_way_go_on",
    "photo",
    "skip",
    "voice",
)
"""The texts that the engine itself says; `checks` sees that they are there."""


@dataclass(frozen=True, slots=True)
class Library:
    """All content, by id. Immutable, safe to share between threads."""

    flows: Mapping[str, Flow]
    decks: Mapping[str, Deck]
    texts: Mapping[str, str]
    screens: Mapping[str, Screen]
    catalog: Catalog
    renamed: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    words: Words = field(default_factory=lambda: Words("1", {}))

    def step(self, flow: str, step: str) -> tuple[str, Step] | None:
        """The step and its present name; None when the flow or the step is gone."""
        steps = self.flows[flow].steps if flow in self.flows else {}
        name = step if step in steps else self.renamed.get(flow, {}).get(step, step)
        return (name, steps[name]) if name in steps else None


@dataclass(frozen=True, slots=True)
class Sources:
    """The files behind a library, for checks that must name a line."""

    flows: Mapping[str, Document[Flow]]
    decks: Mapping[str, Document[DeckFile]]
    texts: tuple[Document[TextsFile], ...]
    screens: Mapping[str, Document[Screen]]
    catalog: Document[Catalog]
    words: Document[Words] | None = None


def load(content: Path = CONTENT, cache: Path | None = None) -> Library:
    """All content of a language folder. `cache` is a folder for the compiled copy.

    Raises ContentError with everything that is wrong in form.
    """

    def compiled() -> Library:
        return compile_library(load_sources(content))

    if cache is None:
        return compiled()
    code = (Path(module.__file__) for module in (definition, form, short_forms) if module.__file__)
    sources = [Path(__file__), *code, *sorted(content.rglob("*.yaml"))]
    return Copy(cache, "library", sources, _unfolded, _folded).value(compiled)


def load_sources(content: Path = CONTENT) -> Sources:
    """Reads every file. Raises ContentError with all problems of all files together."""
    problems: list[Problem] = []

    def documents(folder: str, kind: Any, name: str = "*.yaml") -> Iterator[Document[Any]]:
        for path in sorted((content / folder).glob(name)):
            try:
                yield read(path, adapter(kind))
            except ContentError as error:
                problems.extend(error.problems)

    def by_id(found: Iterator[Document[Any]], name: str) -> dict[str, Document[Any]]:
        named: dict[str, Document[Any]] = {}
        for document in found:
            own = getattr(document.value, name)
            line, column = document.place(name)
            if own != document.path.stem:
                what = f"'{own}' staat in {document.path.name}"
                problems.append(Problem(document.path, line, column, "E005", what, f"noem het bestand {own}.yaml"))
            named[own] = document
        return named

    flows = by_id(documents("flows", Flow), "flow")
    decks = by_id(documents("decks", DeckFile), "deck")
    texts = tuple(documents("texts", TextsFile))
    screens = by_id(documents("screens", Screen), "screen")
    catalog = next(documents(".", Catalog, "catalog.yaml"), None)
    words = next(documents(".", Words, "words.yaml"), None)
    if problems or catalog is None:
        place = Problem(content / "catalog.yaml", 1, 1, "E001", "bestand ontbreekt", "zet het terug")
        raise ContentError(problems or [place])
    return Sources(flows, decks, texts, screens, catalog, words)


def compile_library(sources: Sources) -> Library:
    """The library of these files. Raises ContentError when a text is named twice."""
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    for document in sources.texts:
        for name, text in document.value.texts.items():
            if name in texts:
                line, column = document.place("texts", name)
                what = f"de tekst '{name}' staat ook in een ander bestand"
                problems.append(Problem(document.path, line, column, "E006", what, "geef hem een andere naam"))
            texts[name] = text
    if problems:
        raise ContentError(problems)
    flows = {name: _with_about(document.value, texts) for name, document in sources.flows.items()}
    return Library(
        flows=flows,
        decks={name: _deck(document.value) for name, document in sources.decks.items()},
        texts=texts,
        screens={name: document.value for name, document in sources.screens.items()},
        catalog=sources.catalog.value,
        renamed={
            name: {old: new for new, step in flow.steps.items() for old in step.was} for name, flow in flows.items()
        },
        words=sources.words.value if sources.words else Words("1", {}),
    )


def _with_about(flow: Flow, texts: Mapping[str, str]) -> Flow:
    """Puts the question "about which one?" in front of a flow that is about one of several."""
    if not flow.about or ABOUT_STEP in flow.steps:
        return flow
    about = flow.about
    step = Step(
        say=[Wording(about.ask or texts.get("about_child", ""))],
        choose=Choose(source=about.source, label=about.label, all=about.all, none=about.none),
        remember=about.name,
        skip=Skip(offered=False),
        next=[Branch(flow.start)],
    )
    return replace(flow, start=ABOUT_STEP, steps={ABOUT_STEP: step, **flow.steps})


def _deck(file: DeckFile) -> Deck:
    entries: dict[str, Entry] = {}
    for name, entry in file.entries.items():
        fields = {**file.common, **({"text": entry} if isinstance(entry, str) else entry)}
        entries[name] = Entry(id=name, text=str(fields.pop("text", "")), fields=fields)
    return Deck(id=file.deck, title=file.title, entries=entries)


_FORMS = forms(*(value for value in vars(definition).values() if isinstance(value, type) and is_dataclass(value)))


def _folded(library: Library) -> str:
    """What a start needs in the first line, and then each flow, deck and screen in a line of its own, so that a start
    need not even read them."""
    apart = (library.flows, library.decks, library.screens)
    kept = {
        "names": [[*values] for values in apart],
        "texts": library.texts,
        "catalog": library.catalog,
        "renamed": library.renamed,
        "words": library.words,
    }
    return "\n".join(map(fold, (kept, *(value for values in apart for value in values.values()))))


def _unfolded(text: str) -> Library:
    first, *rest = text.split("\n")
    kept: dict[str, Any] = unfold(first, _FORMS, dict)
    if len(rest) != sum(map(len, kept["names"])):
        raise ValueError("lines are missing")
    lines = iter(rest)
    flows, decks, screens = ({name: next(lines) for name in names} for names in kept["names"])
    return Library(
        flows=Folded(flows, _FORMS, Flow),
        decks=Folded(decks, _FORMS, Deck),
        texts=kept["texts"],
        screens=Folded(screens, _FORMS, Screen),
        catalog=kept["catalog"],
        renamed=kept["renamed"],
        words=kept["words"],
    )
