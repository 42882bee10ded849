"""What a text or a condition may name: the facts, and what the running flow remembers.

Everything a flow can remember is there from the start, as nothing (`none`) until it is answered, so that a text may ask
`{% if what %}`. Does not know which facts the host has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from markupsafe import Markup

from flows.engine.definition import Choose, Flow
from flows.engine.library import Library
from flows.engine.state import Facts, Frame, Ref, Value
from flows.engine.templates import render

SAID = "said"
LATER = "still_to_come"
"""How many of "all of them" still come after this one."""
DECK = "deck:"


def own_names(flow: Flow) -> frozenset[str]:
    """Every name that the flow can remember something under."""
    known = _names.get(id(flow))
    if known is None or known[0] is not flow:
        known = _names[id(flow)] = (flow, frozenset(_all_names(flow)))
    return known[1]


_names: dict[int, tuple[Flow, frozenset[str]]] = {}
"""By identity, since a flow holds dicts and cannot be hashed; the flow kept beside it keeps the identity its own."""


def _all_names(flow: Flow) -> Iterable[str]:
    yield from flow.needs
    if flow.about:
        yield flow.about.name
    for step in flow.steps.values():
        yield from step.keep
        if step.remember:
            yield step.remember
        if step.pick:
            yield step.pick.into
        for action in step.do:
            if action.into:
                yield action.into
        if step.call:
            yield "outcome"


class Scope(Mapping[str, object]):
    """The names for one rendering: first what the flow remembers, then the facts, each looked up only when used."""

    def __init__(self, library: Library, facts: Facts, frame: Frame, names: frozenset[str], *, html: bool) -> None:
        """`html` decides whether a deck's text comes escaped and marked as such."""
        self._library, self._facts, self._frame, self._names, self._html = library, facts, frame, names, html

    def __getitem__(self, name: str) -> object:
        if name == SAID:
            return {**dict.fromkeys(self._names), **self._frame.said}
        if name == LATER:
            return len(self._frame.later)
        if name in self._frame.values:
            return self._resolved(self._frame.values[name])
        if name in self._names:
            return None
        return self._facts[name]

    def __contains__(self, name: object) -> bool:
        return name in (SAID, LATER) or name in self._frame.values or name in self._names or name in self._facts

    def __iter__(self) -> Iterator[str]:
        return iter({SAID, LATER, *self._frame.values, *self._names, *self._facts})

    def __len__(self) -> int:
        return len(set(self))

    def item(self, ref: Ref) -> object:
        """The item of a fact list, or the deck's entry with its text filled in."""
        if not ref.source.startswith(DECK):
            found = _fact_item(self._facts, ref)
            return _Gone(self._frame, ref) if found is None else found
        deck = self._library.decks.get(ref.source.removeprefix(DECK))
        entry = deck.entries.get(ref.id) if deck else None
        if entry is None:
            return None
        fields = {name: self._filled(value) for name, value in entry.fields.items()}
        return {"id": entry.id, **fields, "text": self._filled(entry.text)}

    def _filled(self, value: str | list[str]) -> str | list[str]:
        if isinstance(value, list):
            return value
        text = render(value, self, html=self._html)
        return Markup(text) if self._html else text  # noqa: S704 - rendered with escaping

    def _resolved(self, value: Value) -> object:
        if isinstance(value, Ref):
            return self.item(value)
        if isinstance(value, list):
            return [self.item(one) if isinstance(one, Ref) else one for one in value]
        return value


class _Gone(dict[str, object]):
    """Stands in for an item that was removed while the flow ran: its name as the person last saw it, else nothing."""

    def __init__(self, frame: Frame, ref: Ref) -> None:
        said = next((frame.said.get(name, "") for name, value in frame.values.items() if value == ref), "")
        super().__init__(id=ref.id, name=said)

    def __missing__(self, name: str) -> object:
        return _NOTHING_KEPT if name == "raw" else _EMPTY


class _Empty(str):
    """A field of an item that is gone: empty, and so is all that was in it."""

    __slots__ = ()

    def __getitem__(self, name: object) -> str:
        return self


_EMPTY = _Empty()


class _NothingKept(dict[str, object]):
    """Stands in for what was kept of an item that is gone: every field is empty."""

    def __missing__(self, name: str) -> str:
        return ""


_NOTHING_KEPT = _NothingKept()


def build_scope(library: Library, facts: Facts, frame: Frame, flow: Flow, *, html: bool) -> Scope:
    """The names for one rendering of `frame`, which runs `flow`."""
    return Scope(library, facts, frame, own_names(flow), html=html)


def items_of(facts: Facts, frame: Frame, source: str, where: Mapping[str, str] = MappingProxyType({})) -> list[Ref]:
    """The items of a list among the facts, or of a remembered list. `where` holds for lists of facts."""
    own = frame.values.get(source)
    if isinstance(own, list):
        return [one for one in own if isinstance(one, Ref)]
    found = facts.get(source)
    if not isinstance(found, list):
        return []
    return [Ref(source, str(item["id"])) for item in found if isinstance(item, Mapping) and _fits(item, where)]


def choices_of(choose: Choose, scope: Scope, facts: Facts, frame: Frame) -> list[Ref]:
    """What a step lets a person choose from. `scope` holds plain text."""
    where = {name: wanted for name, text in choose.where.items() if (wanted := render(text, scope, html=False))}
    without = render(choose.without, scope, html=False) if choose.without else None
    return [ref for ref in items_of(facts, frame, choose.source, where) if ref.id != without]


def _fits(item: Mapping[str, object], where: Mapping[str, str]) -> bool:
    """Whether what was kept under these names is as wanted, whatever the words it was said in."""
    raw = item.get("raw")
    kept = {**item, **raw} if isinstance(raw, Mapping) else item
    return all(str(kept.get(name, "")) == wanted for name, wanted in where.items())


def refs_in(frame: Frame) -> dict[str, str]:
    """What the frame is about: remembered name -> id of the item of a fact list."""
    return {
        name: value.id
        for name, value in frame.values.items()
        if isinstance(value, Ref) and not value.source.startswith(DECK)
    }


def _fact_item(facts: Facts, ref: Ref) -> object:
    found = facts.get(ref.source)
    if isinstance(found, list):
        return next((item for item in found if isinstance(item, Mapping) and str(item["id"]) == ref.id), None)
    return None
