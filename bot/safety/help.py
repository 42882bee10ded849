"""Help cards: who to call, by region, read once at start, so that they are there with the database down.

Does not know who asks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from html import escape
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field, TypeAdapter

from flows.engine.definition import Id, Text
from flows.engine.library import CONTENT
from flows.engine.state import Key
from flows.engine.yaml_file import read

HELP = "h"
_STRICT = ConfigDict(extra="forbid")


def _checked(value: object) -> object:
    return None if value == "never" else value


@dataclass(frozen=True, slots=True)
class HelpLine:
    """One place to turn to. `checked` is the day on which the facts were last seen at `source`; None if never."""

    __pydantic_config__ = _STRICT
    id: Id
    name: Text
    purpose: Annotated[Text, Field(alias="for")]
    source: str
    checked: Annotated[date | None, BeforeValidator(_checked)]
    numbers: list[Text] = field(default_factory=list)
    cost: str = ""
    hours: str = ""
    chat: str = ""
    site: str = ""
    emergency: bool = False
    remark: str = ""


@dataclass(frozen=True, slots=True)
class RegionFile:
    """The help lines of a region, in the order in which they are shown."""

    __pydantic_config__ = _STRICT
    format: Literal["1"]
    region: Literal["nl", "be"]
    name: Text
    lines: Annotated[list[HelpLine], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class CardFile:
    """What stands around the lines of every card, and the words that ask for one, without capitals and signs."""

    __pydantic_config__ = _STRICT
    format: Literal["1"]
    title: Text
    closing: Text
    words: Annotated[list[Text], Field(min_length=1)]


class HelpCards:
    """The cards of all regions."""

    def __init__(self, regions: Mapping[str, RegionFile], around: CardFile) -> None:
        self.regions, self._around = regions, around
        self.title = around.title
        self._words = frozenset(around.words)
        self._cards = {region: self._make(region) for region in regions}

    def card(self, region: str) -> tuple[str, list[list[Key]]]:
        """The card of a region as HTML, with buttons to the others. An unknown region gives the first one."""
        return self._cards.get(region) or next(iter(self._cards.values()))

    def is_asked_by(self, text: str) -> bool:
        """Whether this text, or command without its stroke, is nothing but a call for help."""
        return " ".join(re.findall(r"\w+", text.casefold())) in self._words

    def _make(self, region: str) -> tuple[str, list[list[Key]]]:
        file = self.regions[region]
        title = f"<b>{escape(self._around.title)}</b> ({escape(file.name)})"
        text = "\n\n".join([title, *map(_line, file.lines), escape(self._around.closing)])
        others = [Key(other.name, f"{HELP}:{other.region}") for other in self.regions.values() if other is not file]
        return text, [[other] for other in others]


def _line(line: HelpLine) -> str:
    numbers = " of ".join(number for number in line.numbers if number != line.name)
    head = " ".join(part for part in (f"<b>{escape(line.name)}</b>", escape(numbers)) if part)
    chat = f"chat op {line.chat}" if line.chat else line.site
    details = ", ".join(part for part in (line.hours, line.cost, chat) if part)
    return "\n".join(part for part in (head, escape(line.purpose), escape(details)) if part)


def load_help(content: Path = CONTENT) -> HelpCards:
    """Reads the help lines. Raises flows.engine.problems.ContentError."""
    folder, region_form = content / "help", TypeAdapter(RegionFile)
    regions = {region: read(folder / f"{region}.yaml", region_form).value for region in ("nl", "be")}
    return HelpCards(regions, read(folder / "card.yaml", TypeAdapter(CardFile)).value)
