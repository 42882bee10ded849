"""What all drawings share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from bot.conversation.turn import Turn
from flows.engine.state import Request
from flows.engine.values import dataclass


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture: its kind and data as `pictures` takes them, the same in words (HTML), and a file name for a PDF."""

    kind: str
    data: Mapping[str, Any]
    words: str
    document: str = ""


Drawing = Callable[[Turn, Request], Drawn | None]
