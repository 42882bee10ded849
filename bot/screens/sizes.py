"""What fits in a message, as Telegram counts it: in UTF-16 units."""

from __future__ import annotations

MAX_TEXT, MAX_CAPTION = 4096, 1024
"""The longest text and caption that Telegram takes."""


def length(text: str) -> int:
    """How long Telegram finds a text."""
    return len(text.encode("utf-16-le")) // 2


def in_parts(text: str, room: int) -> list[str]:
    """The text in pieces no longer than `room`, cut between words where there are any."""
    parts = []
    while length(text) > room:
        end = room
        while length(text[:end]) > room:
            end -= 1
        between = max(text.rfind("\n", room // 2, end), text.rfind(" ", room // 2, end))
        end = between if between > 0 else end
        parts.append(text[:end].rstrip())
        text = text[end:].lstrip()
    return [*parts, text]
