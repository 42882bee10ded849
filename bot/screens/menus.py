"""Shows a screen of the library with the person's facts. Does not know who may see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from flows.engine.definition import Screen
from flows.engine.state import Key
from flows.engine.templates import holds, render

START_FLOW, SHOW_SCREEN = "g", "s"
_HALF_A_ROW = 14
"""In characters: what stays on one line of a narrow phone when two buttons share a row."""


def show(
    screen: Screen,
    facts: Mapping[str, object],
    *,
    may_start: Callable[[str], bool] = lambda flow: True,
    uses: Mapping[str, int] = MappingProxyType({}),
) -> tuple[str, list[list[Key]]]:
    """The screen's text as HTML, and its buttons, short ones two in a row. Flows that may not be started are not there;
    `uses` counts how often each was begun."""
    items = [item for item in screen.items if not item.flow or may_start(item.flow)]
    if screen.used_first:
        flows = iter(sorted((item for item in items if item.flow), key=lambda item: -uses.get(item.flow or "", 0)))
        items = [next(flows) if item.flow else item for item in items]
    buttons: list[Key] = []
    for item in items:
        if item.when and not holds(item.when, facts):
            continue
        label = render(item.label, facts, html=False)
        token = f"{START_FLOW}:{item.flow}" if item.flow else f"{SHOW_SCREEN}:{item.screen}"
        buttons.append(Key(label, token))
    return render(screen.text, facts), _in_rows(buttons)


def _in_rows(buttons: list[Key]) -> list[list[Key]]:
    rows: list[list[Key]] = []
    for button in buttons:
        last = rows[-1] if rows else None
        if last and len(last) == 1 and max(len(last[0].label), len(button.label)) <= _HALF_A_ROW:
            last.append(button)
        else:
            rows.append([button])
    return rows
