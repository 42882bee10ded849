"""The colours and the fonts, measured: readable, told apart by every eye, and free to share."""

from __future__ import annotations

import itertools
import math
import re
from pathlib import Path

import pytest

import bot.pictures

ROOM = Path(bot.pictures.__file__).parent
_BASE = (ROOM / "typ" / "base.typ").read_text(encoding="utf-8")
COLOURS = dict(re.findall(r'^#let ([\w-]+) = rgb\("(#[0-9A-Fa-f]{6})"\)', _BASE, re.MULTILINE))
GROUNDS = ["#FFFFFF", *re.findall(r'else \{ rgb\("(#[0-9A-Fa-f]{6})"\) \}', _BASE)]
PALE = [hue for name, hue in COLOURS.items() if name.startswith("pale-")]
MARKS = ("blue", "orange", "green", "plum", "ink")

# Machado, Oliveira and Fernandes (2009), severity 1.
EYES = {
    "all colours": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.01182, 0.04294, 0.968881)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
}
APART = 25
"""Distance in CIELAB; 2 can just be seen side by side."""


def _linear(hue: str) -> list[float]:
    parts = [int(hue[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def _light(linear: list[float]) -> float:
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    dark, bright = sorted((_light(_linear(one)), _light(_linear(other))))
    return (bright + 0.05) / (dark + 0.05)


def _lab(linear: list[float]) -> tuple[float, float, float]:
    def curve(part: float) -> float:
        return part ** (1 / 3) if part > 0.008856 else 7.787 * part + 16 / 116

    red, green, blue = linear
    x = curve((0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047)
    y = curve(_light(linear))
    z = curve((0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _seen(hue: str, eyes: str) -> tuple[float, float, float]:
    linear = _linear(hue)
    return _lab([min(1.0, max(0.0, sum(a * b for a, b in zip(row, linear, strict=True)))) for row in EYES[eyes]])


def test_the_colours_were_found() -> None:
    assert set(MARKS) < set(COLOURS)
    assert len(PALE) == 5
    assert len(GROUNDS) == 3


@pytest.mark.parametrize("ground", [*GROUNDS, *PALE])
def test_words_can_be_read(ground: str) -> None:
    assert _contrast(COLOURS["ink"], ground) >= 7
    assert _contrast(COLOURS["soft"], ground) >= 4.5


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("mark", MARKS)
def test_marks_can_be_seen(mark: str, ground: str) -> None:
    assert _contrast(COLOURS[mark], ground) >= 3


@pytest.mark.parametrize("eyes", EYES)
def test_every_eye_tells_the_colours_apart(eyes: str) -> None:
    for one, other in itertools.combinations(MARKS, 2):
        assert math.dist(_seen(COLOURS[one], eyes), _seen(COLOURS[other], eyes)) >= APART, (one, other)


def test_every_font_has_its_licence_beside_it() -> None:
    fonts = sorted((ROOM / "fonts").glob("*.ttf"))
    assert fonts
    for font in fonts:
        licence = font.with_name(f"OFL-{font.stem.split('-')[0]}.txt").read_text(encoding="utf-8")
        assert "SIL OPEN FONT LICENSE" in licence.upper()
