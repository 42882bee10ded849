"""A professional record as a PDF: steps, notes with who signed them and when, a table, page numbers. Data in, bytes
out.

Tagged for screen readers (PDF/UA-1), its fonts in it. Knows no families and no Dutch. The same data gives the same
bytes.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

from pydantic import Field, TypeAdapter, ValidationError
from typing_extensions import TypedDict

from bot.pictures import drawing, words
from bot.pictures.data import whole
from bot.pictures.drawing import MARK, PictureError

if TYPE_CHECKING:
    import typst

MAX_LETTERS = 25_000
"""Of one text; the rest is an ellipsis."""


@whole
class Line(TypedDict):
    """Something that was noted, and what it is called; without a name it stands alone."""

    name: str
    text: str


@whole
class Addition(TypedDict):
    """What was added later: who and when, and what."""

    head: str
    text: str


@whole
class Note(TypedDict):
    """A note. `signed`: by whom and when; `known`: who knows of it, or nothing."""

    title: str
    signed: str
    lines: list[Line]
    additions: list[Addition]
    known: str


@whole
class Table(TypedDict):
    """Two columns of notes beside each other, each with its own number of them; their titles are not shown."""

    title: str
    heads: Annotated[list[str], Field(min_length=2, max_length=2)]
    columns: Annotated[list[list[Note]], Field(min_length=2, max_length=2)]


@whole
class Step(TypedDict):
    """A step. `nothing` stands there when it is empty."""

    title: str
    nothing: str
    table: Table | None
    notes: list[Note]


@whole
class Record(TypedDict):
    """A whole record. `made`: for whom and when; `page` and `of` are the words around page numbers."""

    title: str
    made: str
    rules: str
    page: str
    of: str
    steps: list[Step]


_RECORD = TypeAdapter(Record)
_one_at_a_time = threading.Lock()
_typesetter: typst.Compiler | None = None


def record(data: Mapping[str, Any]) -> bytes:
    """The record as a PDF. Raises PictureError, without the data in it, for data of another shape."""
    try:
        checked = _RECORD.validate_python(dict(data))
    except (ValidationError, TypeError, ValueError) as wrong:
        raise PictureError(f"the data of a record has another shape{drawing.where(wrong)}") from None
    ready = cast(dict[str, Any], _ready(checked))
    told = {"kind": "record", "format": "book", "mark": MARK, "title": ready["title"], "data": ready}
    inputs = {"picture": json.dumps(told, ensure_ascii=False)}
    with _one_at_a_time:
        standards: Literal["ua-1"] | None
        for standards in ("ua-1", None):
            try:
                made = _setter().compile(format="pdf", sys_inputs=inputs, timestamp=0, pdf_standards=standards)
                return cast(bytes, made)
            except RuntimeError:
                continue
    raise PictureError("the typesetter could not set this record")


def _setter() -> typst.Compiler:
    global _typesetter
    if _typesetter is None:
        _typesetter = drawing.typesetter_of("record.typ")
    return _typesetter


def _ready(value: Any) -> Any:
    if isinstance(value, str):
        return words.seen(value, MAX_LETTERS)
    if isinstance(value, dict):
        return {key: _ready(inside) for key, inside in value.items()}
    if isinstance(value, list):
        return [_ready(inside) for inside in value]
    return value
