"""The workbook as a PDF that one keeps: a cover, contents, a chapter for each month, photos. Data in, bytes out.

Tagged for screen readers (PDF/UA-1), its fonts in it, made to be printed in black and white as well. Knows no families
and no Dutch. Takes up to a second or two: call it from a thread of its own. It holds up no other picture.
"""

from __future__ import annotations

import base64
import contextlib
import io
import json
import sys
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Annotated, Any, Literal, cast

import typst
from fontTools.ttLib import TTFont
from PIL import Image, ImageOps
from pydantic import Field, TypeAdapter, ValidationError
from typing_extensions import TypedDict

from bot.pictures import drawing, words
from bot.pictures.data import SHAPES, Card, whole
from bot.pictures.drawing import MARK, PictureError

MAX_LETTERS = 25_000
"""Of one text; the rest is an ellipsis."""
PHOTO_EDGE = 800
"""The longest side of a photo in the book, in pixels: about 220 to an inch as it is printed."""
_GOOD_ENOUGH = 640
_QUALITY = 82
_AT_ONCE = 2
_MAX_PIXELS = 40_000_000
_INSTEAD = {"→": "➡", "←": "⬅", "✓": "✔", "✗": "✘"}
_UNKNOWN = "⬜"
_STANDARDS: tuple[Literal["ua-1"] | None, ...] = ("ua-1", None)
"""A book that cannot be had with all that screen readers ask for is better than none."""


@whole
class Heading(TypedDict):
    """Begins a part of a chapter."""

    block: Literal["heading"]
    text: str


@whole
class Words(TypedDict):
    """A quiet paragraph."""

    block: Literal["words"]
    text: str


@whole
class Overview(TypedDict):
    """A table of three columns."""

    block: Literal["overview"]
    heads: Annotated[list[str], Field(min_length=3, max_length=3)]
    rows: list[Annotated[list[str], Field(min_length=3, max_length=3)]]


@whole
class NamedLine(TypedDict):
    """Words, and what they are called; without a name they stand alone."""

    name: str
    text: str


@whole
class Photo(TypedDict):
    """A photo by its name among those given. `alt` is read aloud; `missing` stands there when it is not given."""

    photo: str
    alt: str
    caption: str
    missing: str


@whole
class Entry(TypedDict):
    """Something that was kept, under a heading. `aside` stands smaller beside its title."""

    block: Literal["entry"]
    title: str
    aside: str
    lines: list[NamedLine]
    photos: list[Photo]


@whole
class Note(TypedDict):
    """What was written with a page, under who and when."""

    block: Literal["note"]
    head: str
    text: str
    photos: list[Photo]


@whole
class Meeting(TypedDict):
    """A page of one meeting. `room` names the lines to write on in what is left of its paper; empty for none."""

    block: Literal["meeting"]
    title: str
    facts: list[NamedLine]
    notes: list[Note]
    photos: list[Photo]
    room: str


@whole
class Drawing(TypedDict):
    """A chart, by its kind and data as `pictures.draw` takes them. `alt` says the same in words."""

    block: Literal["drawing"]
    kind: Literal["lines", "compare", "hours"]
    data: dict[str, Any]
    alt: str


@whole
class Cards(TypedDict):
    """Cards with a sentence each, two beside each other."""

    block: Literal["cards"]
    cards: list[Card]


Block = Annotated[Heading | Words | Overview | Entry | Note | Meeting | Drawing | Cards, Field(discriminator="block")]


@whole
class Chapter(TypedDict):
    """Begins on a new page."""

    title: str
    blocks: list[Block]


@whole
class Book(TypedDict):
    """A whole book. `subtitle`: the period; `made`: by whom and when; `contents`: what the list of contents is
    called."""

    title: str
    subtitle: str
    made: str
    contents: str
    chapters: list[Chapter]


_BOOK = TypeAdapter(Book)
_one_at_a_time = threading.Lock()
_typesetter: typst.Compiler | None = None


def workbook(data: Mapping[str, Any], photos: Mapping[str, bytes]) -> bytes:
    """The book as a PDF. `photos`: pictures as they were sent, by name; one that cannot be read counts as not given.

    The same data gives the same bytes. Raises PictureError, without the data in it, for data of another shape.
    """
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        drawn = threads.map(as_svg, photos.values())
        told = _told(data)
        told |= {f"photo {name}": svg for name, svg in zip(photos, drawn, strict=True) if svg}
    with _one_at_a_time:
        for standards in _STANDARDS:
            with contextlib.suppress(RuntimeError):
                pdf = _setter().compile(format="pdf", sys_inputs=told, timestamp=0, pdf_standards=standards)
                return cast(bytes, pdf)
    raise PictureError("the typesetter could not set this workbook")


def _told(data: Mapping[str, Any]) -> dict[str, str]:
    try:
        book = cast(dict[str, Any], _BOOK.validate_python(dict(data)))
        for chapter in book["chapters"]:
            for block in chapter["blocks"]:
                if block["block"] == "drawing":
                    SHAPES[block["kind"]].validate_python(block["data"])
    except (ValidationError, TypeError, ValueError) as wrong:
        raise PictureError(f"the data of a workbook has another shape{drawing.where(wrong)}") from None
    ready = _ready(book)
    ready["title"] = ready["title"] or MARK
    told = {"kind": "workbook", "format": "book", "mark": MARK, "title": ready["title"], "data": ready}
    return {"picture": json.dumps(told, ensure_ascii=False)}


def _setter() -> typst.Compiler:
    global _typesetter
    if _typesetter is None:
        _typesetter = drawing.typesetter_of("workbook.typ")
    return _typesetter


def main() -> int:
    """Sets the book that comes in: a line of JSON with its data and the name and size of each photo, then these one
    after the other. The PDF goes out; without one, only what was wrong, in words of ours."""
    head = json.loads(sys.stdin.buffer.readline())
    photos = {name: sys.stdin.buffer.read(size) for name, size in head["photos"]}
    try:
        sys.stdout.buffer.write(workbook(head["data"], photos))
    except PictureError as wrong:
        sys.stderr.write(f"{wrong}\n")
        return 1
    return 0


# --- words ------------------------------------------------------------------------------------------------------------


def _ready(value: Any) -> Any:
    """The same data with all words made ready."""
    if isinstance(value, str):
        return _known(words.seen(value, MAX_LETTERS))
    if isinstance(value, dict):
        return {key: _ready(inside) for key, inside in value.items()}
    if isinstance(value, list):
        return [_ready(inside) for inside in value]
    return value


def _known(text: str) -> str:
    """The text in letters that our fonts have: one that they have not would make the whole book a lesser one."""
    if text.isascii() or _letters("Nunito-*").issuperset(text):
        return text
    letters = _letters("*")
    return "".join(letter if letter in letters else _INSTEAD.get(letter, _UNKNOWN) for letter in text)


@cache
def _letters(fonts: str) -> frozenset[str]:
    """Every letter of these fonts."""
    found = {"\n", "\u00ad"}
    for path in drawing.FONTS.glob(f"{fonts}.ttf"):
        with TTFont(path, lazy=True) as font:
            found.update(map(chr, font.getBestCmap()))
    return frozenset(found)


# --- photos -----------------------------------------------------------------------------------------------------------


def as_svg(photo: bytes) -> str:
    """The photo upright and no larger than it is printed, as an SVG around a JPEG; empty when it is no picture."""
    try:
        with Image.open(io.BytesIO(photo)) as opened:
            if opened.width * opened.height > _MAX_PIXELS:
                return ""
            fold = max(opened.size) // _GOOD_ENOUGH
            if fold > 1:  # A JPEG is read at a half or a quarter of its size, which takes as much less time.
                opened.draft("RGB", (opened.width // fold, opened.height // fold))
            image: Image.Image = ImageOps.exif_transpose(opened)
            image.thumbnail((PHOTO_EDGE, PHOTO_EDGE))
            if image.mode in ("RGBA", "LA", "P"):
                white = Image.new("RGBA", image.size, "white")
                image = Image.alpha_composite(white, image.convert("RGBA"))
            whole_ = io.BytesIO()
            image.convert("RGB").save(whole_, "JPEG", quality=_QUALITY)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return ""
    inside = base64.b64encode(whole_.getvalue()).decode()
    wide, high = image.size
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="{wide}"'
        f' height="{high}" viewBox="0 0 {wide} {high}"><image width="{wide}" height="{high}"'
        f' xlink:href="data:image/jpeg;base64,{inside}"/></svg>'
    )


if __name__ == "__main__":
    sys.exit(main())
