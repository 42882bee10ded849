"""Every text and condition in the content, with the place where it is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flows.engine.definition import Branch, Flow, Step
from flows.engine.library import Library, Sources
from flows.engine.scope import LATER, SAID, own_names
from flows.engine.values import dataclass
from flows.engine.yaml_file import Document, Path_


@dataclass(frozen=True, slots=True)
class Written:
    """A text or condition. `flow` says whose names it may use; `extra` names what it gets besides facts."""

    document: Document[Any]
    keys: Path_
    source: str
    condition: bool = False
    flow: Flow | None = None
    extra: tuple[str, ...] = ()
    item_of: str | None = None

    def own_values(self, library: Library, facts: Mapping[str, list[object]]) -> dict[str, list[object] | None]:
        """Examples of every name that is not a fact; None for a name of which only is known that it exists."""
        own: dict[str, list[object] | None] = dict.fromkeys(self.extra)
        if "child" in own:
            own["child"] = _items("children", {}, facts)
        if self.flow:
            names = own_names(self.flow)
            own |= {name: _remembered(self.flow, name, library, facts) for name in names}
            own |= {SAID: [dict.fromkeys(names, "")], LATER: [0, 1]}
        if self.item_of is not None:
            own["item"] = _items(self.item_of, own, facts)
        return own


def _remembered(flow: Flow, name: str, library: Library, facts: Mapping[str, list[object]]) -> list[object] | None:
    """Examples with the parts that the value has, when that can be told from the flow."""
    if flow.about and name == flow.about.name:
        return _items(flow.about.source, {}, facts)
    for step in flow.steps.values():
        if step.pick and step.pick.into == name and (deck := library.decks.get(step.pick.deck)):
            entries: list[object] = [{"id": one.id, "text": one.text, **one.fields} for one in deck.entries.values()]
            return [entries] if step.pick.count > 1 else entries
        if step.choose and step.remember == name and step.choose.source in facts:
            return _items(step.choose.source, {}, facts)
    if name in flow.needs or any(step.choose and step.remember == name for step in flow.steps.values()):
        return None
    return [""]


def _items(
    source: str, own: Mapping[str, list[object] | None], facts: Mapping[str, list[object]]
) -> list[object] | None:
    lists = own.get(source) or facts.get(source)
    return [item for one in lists if isinstance(one, list) for item in one] if lists else None


def written_in(sources: Sources) -> Iterator[Written]:
    """All of it, in the order of the files."""
    for flow in sources.flows.values():
        yield from _in_flow(flow)
    own = {name for flow in sources.flows.values() for name in own_names(flow.value)}
    for deck in sources.decks.values():
        pickers = {
            name
            for flow in sources.flows.values()
            if any(step.pick and step.pick.deck == deck.value.deck for step in flow.value.steps.values())
            for name in own_names(flow.value)
        }
        extra = tuple(sorted(pickers | {"child", "said"} if pickers else own | {"child", "said"}))
        for name, entry in deck.value.entries.items():
            fields = {"": entry} if isinstance(entry, str) else entry
            for field, text in fields.items():
                if isinstance(text, str):
                    yield Written(deck, ("entries", name, field), text, extra=extra)
    for texts in sources.texts:
        for name, text in texts.value.texts.items():
            yield Written(texts, ("texts", name), text, extra=FREE)
    for screen in sources.screens.values():
        yield Written(screen, ("text",), screen.value.text)
        for number, item in enumerate(screen.value.items):
            yield Written(screen, ("items", number, "label"), item.label)
            if item.when:
                yield Written(screen, ("items", number, "when"), item.when, condition=True)


FREE = ("*",)
"""Marks texts that the service fills with names of its own."""


def _in_flow(document: Document[Flow]) -> Iterator[Written]:
    flow = document.value

    def text(
        keys: Path_, source: str | None, *, condition: bool = False, item_of: str | None = None
    ) -> Iterator[Written]:
        if source:
            yield Written(document, keys, source, condition, flow, item_of=item_of)

    if flow.about:
        yield from text(("about", "ask"), flow.about.ask)
        yield from text(("about", "label"), flow.about.label, item_of=flow.about.source)
        yield from text(("about", "all"), flow.about.all)
    for name, step in flow.steps.items():
        for keys, source, condition, item_of in _in_step(step):
            yield from text(("steps", name, *keys), source, condition=condition, item_of=item_of)


def _in_step(step: Step) -> Iterator[tuple[Path_, str | None, bool, str | None]]:
    for number, wording in enumerate(step.say):
        yield ("say", number, "text"), wording.text, False, None
        yield ("say", number, "when"), wording.when, True, None
    for number, action in enumerate(step.do):
        for name, argument in action.arguments.items():
            yield ("do", number, name), argument, False, None
    if step.pick:
        for name, wanted in step.pick.where.items():
            yield ("pick", "where", name), wanted, False, None
    if step.ask:
        yield ("ask", "again"), step.ask.again, False, None
    for name, button in step.buttons.items():
        yield ("buttons", name, "label"), button.label, False, None
        yield ("buttons", name, "when"), button.when, True, None
        yield from _in_branches(("buttons", name, "next"), button.next or [])
    if step.choose:
        yield ("choose", "label"), step.choose.label, False, step.choose.source
        for name, wanted in step.choose.where.items():
            yield ("choose", "where", name), wanted, False, None
        yield ("choose", "without"), step.choose.without, False, None
        yield ("choose", "all"), step.choose.all, False, None
    if step.call:
        for name, value in step.call.values.items():
            yield ("call", "with", name), value, False, None
    yield ("skip", "label"), step.skip.label, False, None
    yield from _in_branches(("next",), step.next)


def _in_branches(keys: Path_, branches: list[Branch]) -> Iterator[tuple[Path_, str | None, bool, str | None]]:
    for number, branch in enumerate(branches):
        yield (*keys, number, "when"), branch.when, True, None
