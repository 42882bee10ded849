"""Draws a flow, as Mermaid text or as SVG.

Does not know whether the flow is sound; what leads nowhere is drawn as leading nowhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from flows.engine import reading_level
from flows.engine.definition import Flow, Step
from flows.engine.graph import Way, reachable, ways
from flows.engine.layout import Box, Line, arrange
from flows.engine.library import Library
from flows.engine.overview import size_of
from flows.engine.values import dataclass

_FILL = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}", re.DOTALL)
_BLOCK = re.compile(r"\{%.*?%\}", re.DOTALL)
_DOTTED = ("skip", "silence")


def first_words(step: Step, length: int = 90) -> str:
    """How the step begins to speak; what is filled in stands between brackets."""
    return _shortened(_raw(step.say[0].text), length) if step.say else ""


def _raw(text: str) -> str:
    filled = _FILL.sub(lambda found: f"[{found[1].split('|')[0].strip()}]", _BLOCK.sub(" ", text))
    return " ".join(reading_level.plain(filled).split())


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rsplit(" ", 1)[0].rstrip(",.;:") + "…"


def label_of(way: Way, library: Library) -> str:
    """What a person does to take this way; empty when it is taken by itself."""
    match way.kind:
        case "skip":
            label = way.label or library.texts.get("skip", "overslaan")
        case "silence":
            label = "geen antwoord"
        case "pause":
            label = "na de pauze"
        case "none":
            label = "als er niets te kiezen is"
        case "next":
            label = ""
        case "answer":
            label = _ANSWERS.get(way.what, "een antwoord" if not way.label else "een keuze")
        case _:
            label = way.label or way.what
    return _raw(" · ".join(part for part in (label, f"als {way.when}" if way.when else "") if part))


_ANSWERS = {
    "_done": "klaar met vinken",
    "scale": "een getal",
    "time": "een tijd",
    "date": "een dag",
    "birth_date": "een geboortedag",
    "age": "een leeftijd",
    "name": "een naam",
    "text": "eigen woorden",
    "voice": "een spraakbericht",
    "photo": "een foto",
}


# --- Mermaid ----------------------------------------------------------------------------------------------------------


def mermaid(flow: Flow, library: Library) -> str:
    """The flow as a Mermaid flowchart."""
    rows = ["flowchart TD", f"  %% {flow.flow}: {flow.title}"]
    ends: dict[str, str] = {}
    for name, step in flow.steps.items():
        words = first_words(step, 60)
        words = f"<br/>{_mermaid(words)}" if words else ""
        rows.append(f'  s_{name}["<b>{name}</b>{words}"]')
    for name, step in flow.steps.items():
        for way in ways(step):
            label = label_of(way, library)
            if way.call:
                label = " · ".join(part for part in (label, f"roept {way.call} aan") if part)
            if way.step:
                target = f"s_{way.step}"
            elif way.flow:
                target = f"f_{way.flow}"
                ends[target] = f'  {target}[["gesprek {way.flow}"]]'
            else:
                target = f"e_{way.end}"
                ends[target] = f'  {target}(["einde: {way.end}"])'
            arrow = "-.->" if way.kind in _DOTTED else "-->"
            said = f'|"{_mermaid(label)}"|' if label else ""
            rows.append(f"  s_{name} {arrow}{said} {target}")
    return "\n".join([*rows, *ends.values()]) + "\n"


def _mermaid(text: str) -> str:
    return "".join(one if one.isalnum() or one in " .,!?…·’'-" else f"#{ord(one)};" for one in text)


# --- SVG -------------------------------------------------------------------------------------------------------------

_WIDTH, _GUTTER, _GAP, _MARGIN = 250.0, 120.0, 26.0, 32.0
_PAD, _ROW, _TEXT, _HEAD = 12.0, 24.0, 18.0, 30.0
_CHARS = 36
_STYLE = """
text { font: 13px 'Source Sans 3', 'Segoe UI', 'Helvetica Neue', Arial, sans-serif; fill: #23303a }
.title { font-size: 22px; font-weight: 600 } .under { font-size: 13px; fill: #5d6b76 }
.name { font-size: 11.5px; font-weight: 600; letter-spacing: .04em; fill: #2f6f6a } .way { font-size: 12.5px }
.soft { font-style: italic; fill: #5d6b76 }
.tag { font-size: 11.5px; fill: #5d6b76; stroke: #f7f4ee; stroke-width: 5; stroke-linejoin: round; paint-order: stroke }
.end { fill: #a2542b }
.box { fill: #fffdf9; stroke: #b9c4c9; stroke-width: 1 } .first { stroke: #2f6f6a; stroke-width: 2 }
.rule { stroke: #e4e2db; stroke-width: 1 } .line { fill: none; stroke: #7f939d; stroke-width: 1.4 }
.dotted { stroke-dasharray: 2 4; stroke-linecap: round } .tip { fill: #7f939d }
"""


@dataclass(slots=True)
class _Card:
    """A step as it is drawn: its words in lines, and its ways as rows."""

    step: Step
    words: list[str]
    ways: list[Way]

    @property
    def top(self) -> float:
        return _HEAD + len(self.words) * _TEXT + (6 if self.words else 0)

    @property
    def height(self) -> float:
        return self.top + max(len(self.ways), 1) * _ROW + 4

    def port(self, row: int) -> float:
        return self.top + row * _ROW + _ROW / 2


def svg(flow: Flow, library: Library) -> str:
    """The flow as a drawing of its own: a card for each step, read from left to right.

    A line leads from a way out to the step it goes to; a way back, an end or another flow is named beside its row.
    """
    cards = {
        name: _Card(step, _lines(first_words(step, 3 * _CHARS), _CHARS, 3), ways(step))
        for name, step in flow.steps.items()
    }
    order = _order(flow)
    drawn: list[tuple[Line, str]] = []
    for name, card in cards.items():
        for row, way in enumerate(card.ways):
            if way.step in order and order[way.step] > order[name]:
                drawn.append((Line(name, card.port(row), way.step), "line dotted" if way.kind in _DOTTED else "line"))
    heights = {name: card.height for name, card in cards.items()}
    boxes, routed = arrange(heights, [line for line, _ in drawn], _GAP, _HEAD / 2)
    width = max((_x(box) + _WIDTH for box in boxes.values()), default=0.0) + _MARGIN + _GUTTER
    height = max((_y(box) + box.height for box in boxes.values()), default=0.0) + _MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-label="{escape(flow.title)}">',
        f"<style>{_STYLE}</style>",
        '<rect width="100%" height="100%" fill="#f7f4ee"/>',
        _text(_MARGIN, 40, "title", flow.title),
        _text(_MARGIN, 60, "under", _summary(flow)),
    ]
    parts += [_path(line, boxes, kind) for line, (_, kind) in zip(routed, drawn, strict=True)]
    for name, card in cards.items():
        parts += _drawn_card(name, card, boxes[name], order, library, first=name == flow.start)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _order(flow: Flow) -> dict[str, int]:
    """A number for each step such that, but for ways back, every way leads to a higher one."""
    done: list[str] = []
    seen: set[str] = set()

    def visit(name: str) -> None:
        if name in seen or name not in flow.steps:
            return
        seen.add(name)
        for way in reversed(ways(flow.steps[name])):
            if way.step:
                visit(way.step)
        done.append(name)

    for name in (flow.start, *flow.steps):
        visit(name)
    done.reverse()
    reached = reachable(flow)
    return {name: number for number, name in enumerate(sorted(done, key=lambda name: name not in reached))}


def _summary(flow: Flow) -> str:
    size = size_of(flow)
    about = f", over één van {flow.about.source}" if flow.about else ""
    return f"{flow.flow}: {len(flow.steps)} stappen, leesniveau {size.level:.0f}{about}"


def _x(box: Box) -> float:
    return _MARGIN + box.column * (_WIDTH + _GUTTER)


def _y(box: Box) -> float:
    return 84 + box.y


def _path(line: Line, boxes: dict[str, Box], kind: str) -> str:
    source, target = boxes[line.source], boxes[line.target]
    x, y = _x(source) + _WIDTH, _y(source) + line.port
    path = [f"M {x:.1f} {y:.1f}"]
    for name in (*line.via, line.target):
        box = boxes[name]
        to_x, to_y = _x(box), _y(box) + (_HEAD / 2 if box is target else box.height / 2)
        end = to_x - 6 if box is target else to_x
        bend = (end - x) / 2
        path.append(f"C {x + bend:.1f} {y:.1f} {end - bend:.1f} {to_y:.1f} {end:.1f} {to_y:.1f}")
        x, y = end, to_y
        if box is not target:
            x = to_x + _WIDTH
            path.append(f"L {x:.1f} {y:.1f}")
    tip = f'<path class="tip" d="M {x - 1:.1f} {y - 4:.1f} l 7 4 l -7 4 z"/>'
    return f'<path class="{kind}" d="{" ".join(path)}"/>{tip}'


def _drawn_card(
    name: str, card: _Card, box: Box, order: dict[str, int], library: Library, *, first: bool
) -> Iterator[str]:
    x, y = _x(box), _y(box)
    kind = "box first" if first else "box"
    yield f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{_WIDTH:.0f}" height="{card.height:.1f}" rx="8"/>'
    yield _text(x + _PAD, y + 20, "name", name)
    for number, words in enumerate(card.words):
        yield _text(x + _PAD, y + _HEAD + 10 + number * _TEXT, "", words)
    for row, way in enumerate(card.ways):
        line = y + card.top + row * _ROW
        yield f'<path class="rule" d="M {x + 1:.1f} {line:.1f} h {_WIDTH - 2:.1f}"/>'
        label = label_of(way, library) or "verder"
        soft = "way" if way.kind in ("button", "all") else "way soft"
        if way.call:
            label = f"{label}, eerst {way.call}"
        yield _text(x + _PAD, line + 16, soft, _shortened(label, _CHARS), full=label)
        tag = _tag(name, way, order)
        if tag:
            yield _text(x + _WIDTH + 8, line + 16, "tag end" if way.end else "tag", tag)


def _tag(name: str, way: Way, order: dict[str, int]) -> str:
    if way.end:
        return f"● {way.end}"
    if way.flow:
        return f"⇒ {way.flow}"
    if way.step not in order:
        return f"? {way.step}"
    return "" if order[way.step] > order[name] else f"↩ {way.step}"


def _text(x: float, y: float, kind: str, text: str, *, full: str = "") -> str:
    more = f"<title>{escape(full)}</title>" if full and full != text else ""
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{more}{escape(text)}</text>'


def _lines(text: str, width: int, most: int) -> list[str]:
    """The text in lines of at most `width` characters, the last shortened."""
    lines: list[str] = []
    for word in text.split():
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word[:width])
    if len(lines) > most:
        lines = [*lines[: most - 1], _shortened(f"{lines[most - 1]} {lines[most]}", width)]
    return lines
