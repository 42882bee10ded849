"""Help cards: who to call, by region, read once at start, so that they are there with the database down.

Does not know who asks, only what may be offered to them.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import date, timedelta
from html import escape
from pathlib import Path
from typing import Annotated, Literal

from bot.safety.help_words import HelpWords
from flows.engine.compiled import Copy, fold, forms, unfold
from flows.engine.definition import Id, Text
from flows.engine.form import Limits, ShortForm, adapter, strict
from flows.engine.library import CONTENT
from flows.engine.state import Key
from flows.engine.values import dataclass
from flows.engine.yaml_file import read

HELP = "h"
"""What the buttons of the card begin with; what follows is a region, or the flow that is offered."""
MUST_BE_CHECKED_WITHIN = timedelta(days=100)
_REGIONS = ("nl", "be")
_STRICT = strict()


def _checked(value: object) -> object:
    return None if value == "never" else value


@dataclass(frozen=True, slots=True)
class HelpLine:
    """One place to turn to. `checked` is the day on which the facts were last seen at `source`; None if never."""

    __pydantic_config__ = strict(purpose="for")
    id: Id
    name: Text
    purpose: Text
    source: str
    checked: Annotated[date | None, ShortForm(_checked, date | Literal["never"])]
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
    lines: Annotated[list[HelpLine], Limits(min_length=1)]


@dataclass(frozen=True, slots=True)
class Offer:
    """A button of the card that begins a flow. `otherwise` is said when the flow cannot be had just now, as HTML."""

    __pydantic_config__ = _STRICT
    flow: Id
    label: Text
    otherwise: Text
    only: Literal["", "parent", "guided"] = ""


@dataclass(frozen=True, slots=True)
class CardFile:
    """What stands around the lines of every card, what it offers besides, and what asks for it."""

    __pydantic_config__ = _STRICT
    format: Literal["1"]
    title: Text
    closing: Text
    offers: list[Offer]
    words: Annotated[list[Text], Limits(min_length=1)]


@dataclass(frozen=True, slots=True)
class _Files:
    regions: dict[str, RegionFile]
    card: CardFile


_FORMS = forms(HelpLine, RegionFile, Offer, CardFile, _Files)


class Asker(enum.Enum):
    """Who asks for help, as far as it matters for what can be offered besides numbers."""

    GROUP = ()
    """Several people read along: nothing of one's own is offered."""
    SOMEBODY = ("",)
    PARENT = ("", "parent")
    GUIDED = ("", "parent", "guided")
    """A parent with a mentor, or who can be one: the database does not answer just now."""


class HelpCards:
    """The cards of all regions."""

    def __init__(self, regions: Mapping[str, RegionFile], around: CardFile) -> None:
        self.regions, self._around = regions, around
        self.title = around.title
        self._words = HelpWords(around.words)
        self._offers = {offer.flow: offer for offer in around.offers}

    def card(self, region: str, asker: Asker = Asker.GUIDED, first: Sequence[str] = ()) -> tuple[str, list[list[Key]]]:
        """The card of a region as HTML, with its buttons. An unknown region gives the first one.

        `first` are ids of lines that fit best, shown on top; those that the region does not have are passed over.
        """
        file = self.regions.get(region) or next(iter(self.regions.values()))
        title = f"<b>{escape(self._around.title)}</b> ({escape(file.name)})"
        rank = {line: number for number, line in enumerate(first)}
        lines = sorted(file.lines, key=lambda line: rank.get(line.id, len(rank)))
        text = "\n\n".join([title, *map(_line, lines), escape(self._around.closing)])
        offers = [offer for offer in self._offers.values() if offer.only in asker.value]
        others = [other for other in self.regions.values() if other is not file]
        keys = [Key(offer.label, f"{HELP}:{offer.flow}") for offer in offers]
        keys += [Key(other.name, f"{HELP}:{other.region}") for other in others]
        return text, [[key] for key in keys]

    def offers(self, flow: str) -> bool:
        """Whether a button of the card begins this flow."""
        return flow in self._offers

    def is_for_anybody(self, flow: str) -> bool:
        """Whether an offered flow is also of use to who did not come in."""
        return not self._offers[flow].only

    def otherwise(self, flow: str) -> str:
        """What to say, as HTML, when an offered flow cannot be had just now."""
        return self._offers[flow].otherwise.strip()

    def is_asked_by(self, text: str) -> bool:
        """Whether this text, or command with its stroke, is nothing but a call for help."""
        return self._words.is_asked_by(text)


def _line(line: HelpLine) -> str:
    numbers = " of ".join(number for number in line.numbers if number != line.name)
    head = " ".join(part for part in (f"<b>{escape(line.name)}</b>", escape(numbers)) if part)
    chat = f"chat op {line.chat}" if line.chat else line.site
    details = ", ".join(part for part in (line.hours, line.cost, chat) if part)
    return "\n".join(part for part in (head, escape(line.purpose), escape(details)) if part)


@dataclass(frozen=True, slots=True)
class Unverified:
    """A help line whose facts nobody saw at their source lately. `checked` is when they last did; None if never."""

    region: str
    line: str
    name: str
    checked: date | None


def unverified(cards: HelpCards, today: date) -> list[Unverified]:
    """The help lines that were never checked, or longer ago than MUST_BE_CHECKED_WITHIN, in the order of the cards."""
    return [
        Unverified(region, line.id, line.name, line.checked)
        for region, file in cards.regions.items()
        for line in file.lines
        if line.checked is None or today - line.checked > MUST_BE_CHECKED_WITHIN
    ]


def load_help(content: Path = CONTENT, cache: Path | None = None) -> HelpCards:
    """Reads the help lines. `cache` is a folder for a copy that loads fast. Raises ContentError."""
    files = {name: content / "help" / f"{name}.yaml" for name in (*_REGIONS, "card")}

    def made() -> _Files:
        regions = {name: read(files[name], adapter(RegionFile)).value for name in _REGIONS}
        return _Files(regions, read(files["card"], adapter(CardFile)).value)

    def opened(text: str) -> _Files:
        return unfold(text, _FORMS, _Files)

    found = Copy(cache, "help", [Path(__file__), *files.values()], opened, fold).value(made) if cache else made()
    return HelpCards(found.regions, found.card)
