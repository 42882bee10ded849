"""Looks into a picture without eyes: which texts stand where, as the typesetter itself says."""

from __future__ import annotations

import itertools
import json
import struct
from dataclasses import dataclass
from typing import Any

import typst

from bot.pictures import drawing


@dataclass(frozen=True)
class Text:
    """A text in the picture. All lengths in pixels of a picture 1080 wide."""

    text: str
    set: str
    cut: bool
    size: float
    x: float
    y: float
    wide: float
    high: float
    room: float
    widest_word: float


@dataclass(frozen=True)
class Picture:
    """What is in a picture."""

    texts: list[Text]
    labels: list[tuple[float, float, float, float]]
    wide: int
    high: int


def picture(kind: str, data: dict[str, Any]) -> Picture:
    """The picture, taken apart."""
    told = drawing.request(kind, data, "png")
    setter: typst.Compiler = drawing.typesetter()
    drawn = setter.compile(format="png", ppi=drawing.PIXELS_PER_INCH, sys_inputs=told)
    assert isinstance(drawn, bytes)
    shown = json.loads(setter.eval("query(<shown>).map(it => (it.value, it.location().position()))"))
    people = json.loads(setter.eval("query(<person>).map(it => (it.value, it.location().position()))"))
    texts = {
        Text(
            text=value["text"],
            set=value["broken"],
            cut=value["cut"],
            size=value["size"],
            x=_points(place["x"]) + value["before"],
            y=_points(place["y"]),
            wide=value["narrow"],
            high=value["used"],
            room=value["width"],
            widest_word=value["widest"],
        )
        for value, place in shown
    }
    labels = [(_points(place["x"]), _points(place["y"]), value["wide"], value["high"]) for value, place in people]
    wide, high = size_of(drawn)
    return Picture([text for text in texts if text.text], labels, wide, high)


def size_of(png: bytes) -> tuple[int, int]:
    """Width and height, from the header of a PNG."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    wide, high = struct.unpack(">II", png[16:24])
    return int(wide), int(high)


def overlaps(boxes: list[tuple[float, float, float, float]], slack: float = 1.0) -> list[tuple[int, int]]:
    """Which boxes (x, y, width, height) lie over each other by more than `slack`."""
    return [
        (one, other)
        for one, other in itertools.combinations(range(len(boxes)), 2)
        if boxes[one][0] + boxes[one][2] - slack > boxes[other][0]
        and boxes[other][0] + boxes[other][2] - slack > boxes[one][0]
        and boxes[one][1] + boxes[one][3] - slack > boxes[other][1]
        and boxes[other][1] + boxes[other][3] - slack > boxes[one][1]
    ]


def _points(length: str) -> float:
    assert length.endswith("pt")
    return float(length[:-2])
