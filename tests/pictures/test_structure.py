"""Nothing overlaps, leaves the page, or is cut without an ellipsis: in every picture, whatever is in it."""

from __future__ import annotations

import random
from typing import Any

import pytest

from bot.pictures import KINDS, rings
from tests.pictures.examples import HOSTILE, LARGEST, SMALL, USUAL, hostile, network
from tests.pictures.structure import Picture, overlaps, picture

CASES = {"small": SMALL, "usual": USUAL, "largest": LARGEST}


def _sound(seen: Picture) -> None:
    assert seen.wide == 1080
    for text in seen.texts:
        assert text.size >= 28, text
        assert text.widest_word <= text.room + 0.01, text
        assert text.x >= 20, text
        assert text.x + text.wide <= 1080 - 20, text
        assert text.y >= 20, text
        assert text.y + text.high <= seen.high - 20, text
        shown = text.set.replace("\u00ad", "").replace("\u200b", "")
        assert shown == text.text or (text.cut and shown.endswith("…") and text.text.startswith(shown[:-1].strip()))
    boxes = [(text.x, text.y, text.wide, text.high) for text in seen.texts]
    assert [(seen.texts[a].text, seen.texts[b].text) for a, b in overlaps(boxes)] == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", [*CASES, "hostile"])
def test_every_text_has_its_place(kind: str, case: str) -> None:
    data = hostile(kind, USUAL[kind]) if case == "hostile" else CASES[case][kind]
    _sound(picture(kind, data))


@pytest.mark.parametrize("kind", KINDS)
def test_ordinary_words_are_never_cut(kind: str) -> None:
    cut = [text.text for text in picture(kind, USUAL[kind]).texts if text.cut]
    assert cut == []


@pytest.mark.parametrize("closeness", [(1,), (2,), (3,), (1, 2, 3), (1, 1, 1, 1, 3)])
@pytest.mark.parametrize("many", [1, 4, 13, 30])
def test_people_on_the_map_stand_apart(many: int, closeness: tuple[int, ...]) -> None:
    chance = random.Random(many)
    people = [
        {
            "name": "x" * chance.randint(1, 40),
            "who": "buurvrouw",
            "closeness": closeness[n % len(closeness)],
            "ask": True,
        }
        for n in range(many)
    ]
    plan = rings.layout(people)
    boxes = [(x - wide / 2, y - high / 2, wide, high) for x, y, wide, high in plan["places"]]
    wide, high = plan["centre"]
    boxes.append((-wide / 2, -high / 2, wide, high))
    assert overlaps(boxes, slack=0) == []
    for x, y, wide, high in boxes:
        assert abs(x + wide / 2) + wide / 2 <= plan["width"] / 2
        assert abs(y + high / 2) + high / 2 <= plan["height"] / 2
    assert rings.layout(people) == plan


def test_nearer_people_stand_nearer() -> None:
    people = LARGEST["network"]["people"]
    plan = rings.layout(people)
    for person, (x, y, *_) in zip(people, plan["places"], strict=True):
        across, along = plan["rings"][person["closeness"] - 1]
        assert (x / across) ** 2 + (y / along) ** 2 <= 1


def test_everybody_is_on_the_map_by_name() -> None:
    seen = picture("network", LARGEST["network"])
    assert len(seen.labels) == 30
    assert overlaps(seen.labels) == []
    for x, y, wide, high in seen.labels:
        assert min(x, y) > 0
        assert x + wide < seen.wide
        assert y + high < seen.high


def test_the_newest_week_is_always_named() -> None:
    for weeks in (LARGEST, USUAL):
        labels = weeks["lines"]["x_labels"]
        shown = {text.text for text in picture("lines", weeks["lines"]).texts} & set(labels)
        assert labels[-1] in shown
        assert len(shown) > 3


def test_a_value_outside_its_scale_stays_in_the_panel() -> None:
    data: dict[str, Any] = {**USUAL["lines"], "series": [{"name": "x", "good": "high", "points": []}]}
    data["series"][0]["points"] = [{"label": "", "value": 900.0}, {"label": "", "value": -900.0}]
    _sound(picture("lines", data))


def test_any_name_is_shown_on_the_map() -> None:
    people = [
        {"name": name, "who": "", "closeness": 1 + n % 3, "gives": [name], "ask": True}
        for n, name in enumerate(HOSTILE)
    ]
    _sound(picture("network", network(people)))
