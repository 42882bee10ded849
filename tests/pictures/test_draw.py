"""Data in, bytes out: sizes, pages, what is in a PDF, what is refused and what a refusal says."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.pictures import KINDS, MARK, PictureError, draw
from bot.pictures.words import MOST_LETTERS, words
from tests.pictures.examples import HOSTILE, LARGEST, SMALL, USUAL, change, hostile, picture_age, worksheet
from tests.pictures.structure import size_of

SECRET = "Zoë slaapt slecht"


def _pages(pdf: bytes) -> int:
    return max(int(count) for count in re.findall(rb"/Count (\d+)", pdf))


def _paper(pdf: bytes) -> tuple[int, int]:
    """Width and height in millimetres."""
    box = re.search(rb"/MediaBox\s?\[\s?0 0 ([\d.]+) ([\d.]+)", pdf)
    assert box is not None
    return round(float(box[1]) / 72 * 25.4), round(float(box[2]) / 72 * 25.4)


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_fits_a_phone(kind: str) -> None:
    for data in (SMALL[kind], USUAL[kind]):
        wide, high = size_of(draw(kind, data))
        assert wide == 1080
        assert high <= 2000
    wide, high = size_of(draw(kind, LARGEST[kind]))
    assert wide + high <= 10_000, "the most that can be sent as a photo"


def test_a_card_has_one_size() -> None:
    for case in (SMALL, USUAL, LARGEST):
        assert size_of(draw("card", case["card"])) == (1080, 1350)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", [SMALL, USUAL, LARGEST], ids=["small", "usual", "largest"])
def test_a_picture_can_be_printed(kind: str, case: dict[str, Any]) -> None:
    pdf = draw(kind, case[kind], "pdf")
    assert pdf.startswith(b"%PDF-")
    assert _paper(pdf) == ((105, 148) if kind == "card" else (210, 297))
    if kind not in ("thoughts", "network"):
        assert _pages(pdf) == 1


def test_a_long_poster_has_more_pages() -> None:
    assert _pages(draw("thoughts", USUAL["thoughts"], "pdf")) == 1
    assert 3 <= _pages(draw("thoughts", LARGEST["thoughts"], "pdf")) <= 8
    assert _pages(draw("network", LARGEST["network"], "pdf")) == 3


def test_a_pdf_is_tagged_titled_and_carries_its_fonts() -> None:
    data = {**USUAL["card"], "text": "Jij mag spelen, نور en שרה 🦄"}
    pdf = draw("card", data, "pdf")
    assert b"/StructTreeRoot" in pdf
    assert b"/Lang(nl)" in pdf
    assert re.search(rb"/Title\s*\(", pdf)
    fonts = {name.decode() for name in re.findall(rb"/BaseFont/[A-Z]{6}\+([\w-]+)", pdf)}
    assert fonts <= {"Nunito-ExtraBold", "Nunito-SemiBold", "Nunito-Regular", "NotoSansArabic-Bold"} | {
        "NotoSansHebrew-Bold",
        "NotoEmoji-Medium",
        "NotoEmoji-Regular",
    }
    assert {"Nunito-ExtraBold", "NotoSansArabic-Bold", "NotoSansHebrew-Bold"} <= fonts
    assert len(re.findall(rb"/FontFile[23]?", pdf)) >= len(fonts)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_data_gives_the_same_bytes(kind: str) -> None:
    assert draw(kind, USUAL[kind]) == draw(kind, USUAL[kind])
    assert draw(kind, USUAL[kind], "pdf") == draw(kind, USUAL[kind], "pdf")


@pytest.mark.parametrize(
    ("hostile_text", "if_it_were_read"), [('#("a" + "b")', "ab"), ("$x$", "x"), ("*Noor*", "Noor")]
)
def test_words_are_never_markup(hostile_text: str, if_it_were_read: str) -> None:
    card = USUAL["card"]
    assert draw("card", {**card, "text": hostile_text}) != draw("card", {**card, "text": if_it_were_read})


@pytest.mark.parametrize("kind", KINDS)
def test_hostile_words_break_nothing(kind: str) -> None:
    assert draw(kind, hostile(kind, LARGEST[kind]), "pdf")


_texts = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=60), st.text(st.characters(), max_size=300))


@settings(max_examples=10, derandomize=True)
@given(st.data())
def test_any_words_can_be_drawn(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(KINDS))
    size = data.draw(st.sampled_from([SMALL, USUAL]))
    some = data.draw(st.lists(_texts, min_size=3, max_size=8))
    given_out = iter(some * 100)
    changed = change(size[kind], lambda _: next(given_out))
    assert draw(kind, changed, data.draw(st.sampled_from(["png", "pdf"])))


@given(st.text(st.characters(), max_size=400))
def test_words_keep_what_can_be_seen(text: str) -> None:
    ready = words(text)
    assert words(ready) == ready
    assert len(ready) <= 2 * MOST_LETTERS
    ready.encode()


def test_a_direction_mark_cannot_turn_other_words() -> None:
    assert words("Noor\u202e ron\u0000") == "Noor ron"
    assert words("\ud800") == ""


@pytest.mark.parametrize("stage", ["baby", "crawler", "toddler", "preschool", "school", "young", "older", "teen"])
def test_each_age_has_its_figure(stage: str) -> None:
    others = draw("picture_age", picture_age("teen" if stage == "baby" else "baby", 1))
    assert draw("picture_age", picture_age(stage, 1)) != others


def _without(kind: str, key: str) -> dict[str, Any]:
    return {name: value for name, value in USUAL[kind].items() if name != key}


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("poster", USUAL["card"]),
        ("card", {}),
        ("card", _without("card", "tone")),
        ("card", {**USUAL["card"], SECRET: SECRET}),
        ("card", {**USUAL["card"], "tone": SECRET}),
        ("card", {**USUAL["card"], "text": None}),
        ("body", {**USUAL["body"], "part_labels": {SECRET: "x"}}),
        ("body", {**USUAL["body"], "marks": [{"part": "belly", "label": SECRET, "size": 11, "colour": "red"}]}),
        ("network", {**USUAL["network"], "people": USUAL["network"]["people"] * 4}),
        ("lines", {**USUAL["lines"], "scale": {"low": 4, "high": 4, "low_word": "", "high_word": ""}}),
        (
            "lines",
            {
                **USUAL["lines"],
                "series": [{"name": SECRET, "good": "high", "points": [{"label": "", "value": float("nan")}]}],
            },
        ),
        ("week", {**USUAL["week"], "rows": [{"name": SECRET, "days": [True]}]}),
        ("hours", {**USUAL["hours"], "day_names": ["ma"]}),
    ],
)
def test_what_cannot_be_drawn_is_refused_in_one_line_without_its_words(kind: str, data: dict[str, Any]) -> None:
    with pytest.raises(PictureError) as refused:
        draw(kind, data)
    said = str(refused.value)
    assert "\n" not in said
    assert SECRET not in said
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__ or refused.value.__context__ is None


def test_a_refusal_says_where() -> None:
    data = {**USUAL["body"], "marks": [{"part": "belly", "label": SECRET, "size": 11, "colour": "red"}]}
    with pytest.raises(PictureError, match=r"kind body has another shape at marks\.0\.size$"):
        draw("body", data)
    with pytest.raises(PictureError, match="png or a pdf"):
        draw("card", USUAL["card"], "gif")  # type: ignore[arg-type]


def test_the_typesetter_is_loaded_only_to_draw() -> None:
    look = "import sys, bot.pictures; print('typst' in sys.modules, [m for m in sys.modules if m.startswith('bot.')])"
    found = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True).stdout
    loaded, _, rooms = found.partition(" ")
    assert loaded == "False"
    assert {room.split(".")[1] for room in re.findall(r"'(bot\.[\w.]+)'", rooms)} == {"pictures"}
    assert MARK == "Draaglicht"


@pytest.mark.parametrize(
    ("sheet", "labels"), [("lights", 3), ("backpack", 4), ("body", 6), ("thoughts", 2), ("circle", 4)]
)
def test_a_worksheet_is_one_page_without_a_colour_to_print(sheet: str, labels: int) -> None:
    """Its lines are ink and grey; a sheet with one word too few is refused, not half drawn."""
    whole = worksheet(sheet, *(f"Dit hier {number}" for number in range(labels)))
    assert _pages(draw("worksheet", whole, "pdf")) == 1
    if labels > 2:
        with pytest.raises(PictureError):
            draw("worksheet", {**whole, "labels": whole["labels"][:1]})
