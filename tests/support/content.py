"""Small content for tests: what a test does not write has a plain default."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from textwrap import dedent, indent

from flows.engine.library import CONTENT, Library, load
from flows.engine.rehearsal import Event, Rehearsal
from flows.engine.state import Keep, Key, Request, Say, Tap, Unexpected, Unkeep, Value
from flows.engine.worlds import world

NOW = datetime.fromisoformat("2027-03-01T19:30")

CATALOG = """
format: 1
facts:
  parent: "De ouder: name."
  children: "De kinderen: id, name, age."
  mentor: "De mentor: name en known."
  evening: "De avond: named."
actions:
  snooze: {about: Later nog eens., arguments: {minutes: hoeveel}, gives: "20:00"}
  tell: {about: Vertelt het., arguments: {value: wat}}
records:
  note:
    about: Een notitie.
    fields: {what: wat, how: hoe, child: wie, many: welke}
  plan:
    about: Een plan.
    fields: {text: wat, status: hoe het staat}
    list: plans
    example: {text: Ik haal adem., status: {raw: open, said: Loopt nog}}
worlds:
  one:
    parent: {name: Anna}
    children: [{id: "1", name: Noor, age: 6}]
    mentor: {name: Mieke, known: yes}
    evening: {named: no}
  two:
    parent: {name: Wim}
    children: [{id: "1", name: Milo, age: 14}, {id: "2", name: Fien, age: 5}]
    mentor: {name: "", known: no}
    evening: {named: yes}
  none:
    parent: {name: Joris}
    children: []
    mentor: {name: "", known: no}
    evening: {named: no}
"""

TEXTS = """
format: 1
texts:
  about_child: Om welk kind gaat het?
  all_of_them: Allemaal
  skip: Sla over
  done: Klaar
  voice: een spraakbericht
  photo: een foto
  half_way: "Je was bezig met: {{ title }}. Ga je verder?"
  half_way_go_on: Ga verder
  half_way_drop: Laat het los
  again_age: Die leeftijd snap ik niet.
  again_birth_date: Die dag snap ik niet.
  again_future: Die dag moet nog komen.
  again_date: Die datum snap ik niet.
  again_time: Die tijd snap ik niet.
  again_time_twice: Bedoel je de ochtend of de avond?
  again_name: Dat is geen naam.
  again_choice: Kies een knop.
"""


def write(
    folder: Path,
    flows: Mapping[str, str],
    *,
    decks: Mapping[str, str] | None = None,
    screens: Mapping[str, str] | None = None,
    texts: str = TEXTS,
    catalog: str = CATALOG,
    tone: str | None = None,
    common: str = "{source: A1, theme: play, age: 0-99}",
) -> Path:
    """A content folder. A flow's text begins after `flow:`; a title and a start at its first step are put in."""
    for name in ("flows", "decks", "texts", "screens"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for name, text in flows.items():
        (folder / "flows" / f"{name}.yaml").write_text(_flow(name, dedent(text).strip("\n")), encoding="utf-8")
    for name, text in (decks or {}).items():
        entries = indent(dedent(text).strip("\n"), "  ")
        whole = f"format: 1\ndeck: {name}\ntitle: {name}\nentries:\n{entries}\ncommon: {common}\n"
        (folder / "decks" / f"{name}.yaml").write_text(whole, encoding="utf-8")
    for name, text in (screens or {}).items():
        whole = f"format: 1\nscreen: {name}\n{dedent(text).strip()}\n"
        (folder / "screens" / f"{name}.yaml").write_text(whole, encoding="utf-8")
    (folder / "texts" / "engine.yaml").write_text(texts.strip() + "\n", encoding="utf-8")
    (folder / "catalog.yaml").write_text(catalog.strip() + "\n", encoding="utf-8")
    if tone is None:
        shutil.copy(CONTENT / "tone.yaml", folder / "tone.yaml")
    else:
        (folder / "tone.yaml").write_text(tone, encoding="utf-8")
    return folder


def _flow(name: str, text: str) -> str:
    head = "" if "title:" in text else f"title: {name.capitalize()}\n"
    steps = text
    if "steps:" not in text:
        first = text.split(":", 1)[0].strip()
        steps = f"start: {first}\nsteps:\n{indent(text, '  ')}"
    return f"format: 1\nflow: {name}\n{head}{steps}\n"


class Chat:
    """A person and a pretend host, with short words for what tests do."""

    def __init__(self, library: Library, facts: str = "one") -> None:
        self.library = library
        self.done: list[tuple[str, dict[str, str]]] = []
        self.gives: dict[str, Value | None] = {}
        self.host = Rehearsal(library, world(library.catalog, facts), NOW, self._perform)
        self.events: list[Event] = []
        self.keys: dict[str, str] = {}

    def _perform(self, request: Request) -> Value | None:
        self.done.append((request.action, dict(request.arguments)))
        return self.gives[request.action] if request.action in self.gives else self.host.example(request)

    def start(self, flow: str, values: Mapping[str, Value] | None = None) -> list[str]:
        return self.saw(self.host.start(flow, values))

    def give(self, given: object) -> list[str]:
        return self.saw(self.host.give(given))  # type: ignore[arg-type]

    def tap(self, label: str) -> list[str]:
        """Taps a button by its label, of whatever message showed it last."""
        return self.give(Tap(self.keys[label]))

    def saw(self, events: list[Event]) -> list[str]:
        """The texts that were said."""
        self.events = events
        for event in events:
            if isinstance(event, Say):
                self.keys |= {key.label: key.token for row in event.rows for key in row}
        return [event.text for event in events if isinstance(event, Say)]

    @property
    def labels(self) -> list[str]:
        """The labels under the last message."""
        rows: tuple[tuple[Key, ...], ...] = next(
            (event.rows for event in reversed(self.events) if isinstance(event, Say)), ()
        )
        return [key.label for row in rows for key in row]

    @property
    def kept(self) -> dict[str, Value]:
        return {event.name: event.value for event in self.events if isinstance(event, Keep)}

    @property
    def unkept(self) -> list[str]:
        return [event.name for event in self.events if isinstance(event, Unkeep)]

    @property
    def odd(self) -> list[str]:
        return [event.why for event in self.events if isinstance(event, Unexpected)]

    def seen(self, kind: type) -> list[Event]:
        return [event for event in self.events if isinstance(event, kind)]


def chat(folder: Path, flows: Mapping[str, str], facts: str = "one", **more: object) -> Chat:
    """A chat about small content."""
    return Chat(load(write(folder, flows, **more)), facts)  # type: ignore[arg-type]
