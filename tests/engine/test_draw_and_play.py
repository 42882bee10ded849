"""Drawing and playing flows, on the real content."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest

from flows.engine.draw import mermaid, svg
from flows.engine.layout import Line, arrange
from flows.engine.library import Library, load
from flows.engine.play import play

LIBRARY = load()


@pytest.fixture(scope="module")
def library() -> Library:
    return LIBRARY


@pytest.mark.parametrize("name", sorted(LIBRARY.flows))
def test_every_flow_can_be_drawn(library: Library, name: str) -> None:
    flow = library.flows[name]
    root = ElementTree.fromstring(svg(flow, library))
    texts = ["".join(part.itertext()) for part in root.iter("{http://www.w3.org/2000/svg}text")]
    assert flow.title in texts
    assert set(flow.steps) <= set(texts)
    rows = mermaid(flow, library).splitlines()
    assert rows[0] == "flowchart TD"
    assert all(any(row.startswith(f"  s_{step}[") for row in rows) for step in flow.steps)
    for row in rows[2:]:
        assert row.count('"') % 2 == 0
        assert (
            re.fullmatch(r'  \w+(\[+"[^"]*"\]+|\(\["[^"]*"\]\)| -\.?->(\|"[^"]*"\|)? \w+)', row)
            or "[[" in row
            or "([" in row
        )


def test_cards_do_not_overlap(library: Library) -> None:
    for flow in library.flows.values():
        boxes = [
            tuple(float(part.attrib[name]) for name in ("x", "y", "width", "height"))
            for part in ElementTree.fromstring(svg(flow, library)).iter("{http://www.w3.org/2000/svg}rect")
            if "box" in part.attrib.get("class", "")
        ]
        assert len(boxes) == len(flow.steps)
        for number, (x, y, width, height) in enumerate(boxes):
            for other_x, other_y, other_width, other_height in boxes[number + 1 :]:
                apart = x + width <= other_x or other_x + other_width <= x
                assert apart or y + height <= other_y or other_y + other_height <= y


def test_lines_go_from_left_to_right() -> None:
    lines = [Line("a", 10, "b"), Line("b", 10, "c"), Line("a", 20, "c")]
    boxes, routed = arrange({"a": 40, "b": 40, "c": 40}, lines, 10, 5)
    assert [boxes[name].column for name in "abc"] == [0, 1, 2]
    assert [len(line.via) for line in routed] == [0, 0, 1]
    assert arrange({}, [], 10, 5) == ({}, [])


def played(library: Library, flow: str, *lines: str) -> str:
    shown: list[str] = []
    left: Iterator[str] = iter(lines)

    def ask(prompt: str) -> str:
        try:
            line = next(left)
        except StopIteration:
            raise EOFError from None
        shown.append(prompt + line)
        return line

    play(library, flow, "noor", ask, shown.append)
    return "\n".join(shown)


def test_playing_in_a_terminal(library: Library) -> None:
    shown = played(library, "in_the_moment", "1", "gezegd", "/terug", "/wacht", "blablabla", "/stop")
    assert "(10 seconden later)" in shown
    assert "1 [Van Noor]" in shown
    assert "er staat niets te gebeuren" in shown
    assert "dit past niet als antwoord" in shown
    assert "[einde van in_the_moment: stopped]" in shown


def test_playing_shows_what_is_kept_and_done(library: Library) -> None:
    assert "[doet snooze(minutes: 15) → 20:00]" in played(library, "evening_reminder", "Straks", "1")
    assert "[bewaart reflection.came_back: " in played(library, "evening_ritual", "1", "2", "/einde")


def test_playing_what_is_not_there(library: Library) -> None:
    with pytest.raises(KeyError):
        played(library, "no_such_flow")
