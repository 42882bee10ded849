"""Pictures: cards, posters, charts and maps, as PNG for a phone or PDF to print. Data in, bytes out.

Knows no families, no flows and no Dutch: every word comes in with the data (`bot.pictures.data`), and is shown as it
is, never read as markup. The same data gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from bot.pictures.data import SHAPES
from bot.pictures.drawing import MARK, PictureError, drawn, request

__all__ = ["KINDS", "MARK", "PictureError", "draw"]

KINDS = tuple(SHAPES)
"""The names of all pictures."""


def draw(kind: str, data: Mapping[str, Any], format: Literal["png", "pdf"] = "png") -> bytes:
    """The picture of this kind, 1080 pixels wide, or on paper: A6 for a card, A4 for all else.

    Long texts wrap, then shrink, then end in an ellipsis. Raises PictureError, without the data in it, for an unknown
    kind or format and for data of another shape. The kind `record` is no picture but a text, on as many pages of A4 as
    it needs.
    """
    if kind == "record":
        from bot.pictures.record import record

        return record(data)
    return drawn(request(kind, data, format), format)
