"""Checks the data, hands it to the typesetter, gives back the bytes. Knows the typesetter, not what is drawn."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from pydantic import ValidationError
from typing_extensions import is_typeddict

from bot.pictures import data as data_shapes
from bot.pictures import rings, words
from bot.pictures.data import SHAPES

if TYPE_CHECKING:
    import typst

MARK = "Draaglicht"
PIXELS_PER_INCH = 72
"""One pixel for one point: a picture is 1080 points wide."""
ROOM = Path(__file__).parent
TEMPLATES = ROOM / "typ"
FONTS = ROOM / "fonts"
_one_at_a_time = threading.Lock()
_typesetter: typst.Compiler | None = None


class PictureError(Exception):
    """A picture that cannot be drawn. Says the kind and where in the data, never what stands there."""


def request(kind: str, data: Mapping[str, Any], format: str) -> dict[str, str]:
    """What the typesetter is told, checked. Raises PictureError for what cannot be drawn."""
    shape = SHAPES.get(kind)
    if shape is None:
        raise PictureError("there is no such kind of picture")
    if format not in ("png", "pdf"):
        raise PictureError(f"a picture of kind {kind} is a png or a pdf")
    try:
        checked = cast(dict[str, Any], shape.validate_python(dict(data)))
    except (ValidationError, TypeError, ValueError) as wrong:
        raise PictureError(f"the data of a picture of kind {kind} has another shape{where(wrong)}") from None
    ready = words.ready(checked)
    told = {"kind": kind, "format": format, "mark": MARK, "title": ready["title"].replace("\u00ad", ""), "data": ready}
    if kind == "network":
        told["layout"] = rings.layout(ready["people"])
    return {"picture": json.dumps(told, ensure_ascii=False)}


def drawn(told: dict[str, str], format: str) -> bytes:
    """The picture as bytes."""
    with _one_at_a_time:
        try:
            bytes_or_pages = typesetter().compile(
                format="png" if format == "png" else "pdf",
                ppi=PIXELS_PER_INCH if format == "png" else None,
                sys_inputs=told,
                timestamp=0,
            )
        except RuntimeError:
            raise PictureError("the typesetter could not draw this picture") from None
    return bytes_or_pages[0] if isinstance(bytes_or_pages, list) else cast(bytes, bytes_or_pages)


def typesetter() -> typst.Compiler:
    """The typesetter, loaded when it is first needed; it keeps its fonts and what it has worked out before."""
    global _typesetter
    if _typesetter is None:
        _typesetter = typesetter_of("main.typ")
    return _typesetter


def typesetter_of(template: str) -> typst.Compiler:
    """A typesetter of its own for this template, with our fonts and no others."""
    import typst

    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
    return typst.Compiler(str(TEMPLATES / template), root=str(TEMPLATES), font_paths=fonts)


def where(wrong: Exception) -> str:
    """The first place that is wrong, by names of ours and numbers only: a key of the data may be somebody's words."""
    if not isinstance(wrong, ValidationError):
        return ""
    first = wrong.errors(include_url=False, include_context=False, include_input=False)[0]
    place = [str(step) for step in first["loc"] if isinstance(step, int) or step in _NAMES]
    return f" at {'.'.join(place)}" if place else ""


_NAMES = frozenset(name for kind in vars(data_shapes).values() if is_typeddict(kind) for name in kind.__annotations__)
