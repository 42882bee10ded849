"""A WebM film of which nothing is left but its pictures: what is not on the list of what a player needs is blotted out,
where it stands, so that all else stays in its place."""

from __future__ import annotations

from flows.engine.values import dataclass

_HOLDERS = frozenset(
    {
        0x1A45DFA3,  # The head of the file.
        0x18538067,  # Segment: all the rest.
        0x1549A966,  # Info
        0x1654AE6B,  # Tracks
        0xAE,  # Track
        0xE0,  # Video
        0x55B0,  # Colour
        0x1F43B675,  # Cluster
        0xA0,  # Block group
        0x75A1,  # Block additions: what can be seen through.
        0xA6,
    }
)
_NUMBERS = frozenset(
    {
        *(0x4286, 0x42F7, 0x42F2, 0x42F3, 0x4287, 0x4285),  # Versions, and how long numbers are.
        *(0x2AD7B1, 0x4489),  # How fast, how long.
        *(0xD7, 0x83, 0xB9, 0x88, 0x55AA, 0x9C, 0x6DE7, 0x6DF8, 0x55EE, 0xAA, 0x23E383, 0x56AA, 0x56BB),  # A track.
        *(0xB0, 0xBA, 0x54B0, 0x54BA, 0x54B2, 0x54AA, 0x54BB, 0x54CC, 0x54DD, 0x9A, 0x9D, 0x53B8, 0x53C0),  # Video
        *(0x55B1, 0x55B2, 0x55B3, 0x55B4, 0x55B5, 0x55B6, 0x55B7, 0x55B8, 0x55B9, 0x55BA, 0x55BB),  # Colour
        *(0xE7, 0xA7, 0xAB, 0x9B, 0xFB, 0x75A2, 0xEE),  # When each picture is.
    }
)
_LONGEST_NUMBER = 8
_PICTURES = frozenset({0xA3, 0xA1, 0xA5})
_KINDS = {0x4282: (b"webm",), 0x86: (b"V_VP9", b"V_VP8")}
"""The kind of file and of film: only these words."""
_REQUIRED = {0x4D80: 0x20, 0x5741: 0x20, 0x73C5: 0x01}
"""What has to be there, filled with nothing: the programs that made it, and the number of a track."""
_VOID = 0xEC
_SEGMENT, _DEEPEST = 0x18538067, 8


class NotRead(Exception):
    """No film, or one that is told in a way that we do not know. Holds nothing of it."""


@dataclass(frozen=True, slots=True)
class _Element:
    name: int
    begin: int
    body: int
    end: int


def only_pictures(content: bytes) -> bytes:
    """The film without anything else. Raises NotRead."""
    film = bytearray(content)
    end = _blot(film, 0, len(film), 0)
    if not content.startswith(b"\x1aE\xdf\xa3") or end != len(film):
        raise NotRead
    return bytes(film)


def _blot(film: bytearray, at: int, end: int, deep: int) -> int:
    """Blots out what is not needed between two places; returns where the last element ends."""
    while at < end:
        one = _element(film, at, end)
        size = one.end - one.body
        if one.name in _HOLDERS and deep < _DEEPEST:
            _blot(film, one.body, one.end, deep + 1)
        elif one.name in _REQUIRED:
            film[one.body : one.end] = bytes([_REQUIRED[one.name]]) * size
        elif one.name in _KINDS:
            if bytes(film[one.body : one.end]) not in _KINDS[one.name]:
                raise NotRead
        elif one.name not in _PICTURES and not (one.name in _NUMBERS and size <= _LONGEST_NUMBER):
            _empty(film, one)
        at = one.end
    return at


def _element(film: bytearray, at: int, end: int) -> _Element:
    name_bytes = _width(film, at, end, 4)
    size_bytes = _width(film, at + name_bytes, end, 8)
    name = int.from_bytes(film[at : at + name_bytes], "big")
    body = at + name_bytes + size_bytes
    most = (1 << 7 * size_bytes) - 1
    size = int.from_bytes(film[at + name_bytes : body], "big") & most
    if size == most:  # Not told: for the whole that is all there is.
        if name != _SEGMENT:
            raise NotRead
        size = end - body
    if body + size > end:
        raise NotRead
    return _Element(name, at, body, body + size)


def _width(film: bytearray, at: int, end: int, most: int) -> int:
    """Of how many bytes a number is, which its first byte tells."""
    if at >= end or not film[at]:
        raise NotRead
    width = 9 - film[at].bit_length()
    if width > most or at + width > end:
        raise NotRead
    return width


def _empty(film: bytearray, one: _Element) -> None:
    """Puts nothing in its place, as long as it was."""
    length = one.end - one.begin
    size = bytes([0x80 | length - 2]) if length < 9 else b"\x01" + (length - 9).to_bytes(7, "big")
    head = bytes([_VOID]) + size
    film[one.begin : one.end] = head + bytes(length - len(head))
