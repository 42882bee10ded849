"""Makes of somebody's file one that tells no more than what is to be seen or heard: no camera, place, day, maker, name
or tag. Bytes in, bytes out.

What is kept is listed, not what is thrown away: pixels are painted on an empty picture, of a recording only the pages
with sound go along, of a moving sticker only the shapes, of one that is a film only the pictures.
"""

from __future__ import annotations

import gzip
import io
import re
import struct
import zlib
from collections.abc import Iterator
from typing import Any

import orjson

from bot.telegram import webm
from flows.engine.values import dataclass

LARGEST_SIDE = 2560
"""As large as Telegram shows a photo."""
_MOST_BYTES = 10_000_000
_MOST_PIXELS = 30_000_000
_MOST_UNPACKED = 5_000_000


class NotClean(Exception):
    """A file of which it cannot be said that nothing is left in it. Holds nothing of it."""


def clean(kind: str, content: bytes) -> tuple[str, bytes]:
    """A name of ours and the clean content of a photo, voice note or sticker. Raises NotClean."""
    if len(content) > _MOST_BYTES:
        raise NotClean
    if kind == "photo":
        return "foto.jpg", _photo(content)
    if kind == "voice":
        return "stem.ogg", _voice(content)
    if kind == "sticker" and content.startswith(b"\x1f\x8b"):
        return "sticker.tgs", _moving(content)
    if kind == "sticker" and content.startswith(b"\x1aE\xdf\xa3"):
        return "sticker.webm", _film(content)
    if kind == "sticker":
        return "sticker.webp", _still(content)
    raise NotClean


# --- pictures ---------------------------------------------------------------------------------------------------------


def _photo(content: bytes) -> bytes:
    return _painted(content, ("JPEG", "PNG", "WEBP"), "RGB", {"format": "JPEG", "quality": 88})


def _still(content: bytes) -> bytes:
    return _painted(content, ("WEBP", "PNG"), "RGBA", {"format": "WEBP", "quality": 90})


def _painted(content: bytes, formats: tuple[str, ...], mode: str, how: dict[str, Any]) -> bytes:
    """Its pixels, upright, on a picture that knows nothing else."""
    from PIL import Image, ImageOps  # Large, and most processes never clean a picture.

    try:
        with Image.open(io.BytesIO(content), formats=formats) as found:
            if found.width * found.height > _MOST_PIXELS:
                raise NotClean
            upright = ImageOps.exif_transpose(found).convert("RGBA")
        upright.thumbnail((LARGEST_SIDE, LARGEST_SIDE))
        empty = Image.new(mode, upright.size, "white" if mode == "RGB" else (0, 0, 0, 0))
        empty.paste(upright, mask=upright if mode == "RGB" else None)
        out = io.BytesIO()
        empty.save(out, **how)
    except Exception:  # Whatever a decoder says of bytes that somebody else made.
        raise NotClean from None
    return out.getvalue()


# --- voices -----------------------------------------------------------------------------------------------------------

_PAGE = struct.Struct("<4sBBqIIIB")
_CONTINUED, _FIRST, _LAST = 1, 2, 4
_HEAD_BYTES = 19
_NO_TAGS = b"OpusTags" + bytes(8)
"""No maker, and no tags."""
_OURS = 1
"""The serial number of the stream: a recorder draws one of its own."""
_MIRROR = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


@dataclass(frozen=True, slots=True)
class _Page:
    flags: int
    granule: int
    serial: int
    lacing: bytes
    body: bytes


def _voice(content: bytes) -> bytes:
    """The sound of an Ogg Opus file, under a head and tags of ours. Other streams, and all after the end, stay behind.

    RFC 7845: the head fills the first page, the tags fill the next ones, sound begins on a page of its own.
    """
    pages = _pages(content)
    first = next(pages, None)
    if first is None or not first.flags & _FIRST or not first.body.startswith(b"OpusHead"):
        raise NotClean
    if len(first.body) < _HEAD_BYTES or first.body[_HEAD_BYTES - 1] != 0:
        raise NotClean  # More than two channels: no voice note.
    head = first.body[:_HEAD_BYTES]
    own = (page for page in pages if page.serial == first.serial)
    for page in own:
        if page.lacing[-1:] != b"\xff":
            break
    sound: list[_Page] = []
    for page in own:
        sound.append(page)
        if page.flags & _LAST:
            break
    if not sound:
        raise NotClean
    out = [_page(_FIRST, 0, 0, bytes([_HEAD_BYTES]), head), _page(0, 0, 1, bytes([len(_NO_TAGS)]), _NO_TAGS)]
    for number, page in enumerate(sound, 2):
        last = _LAST if page is sound[-1] else 0
        out.append(_page(page.flags & _CONTINUED | last, page.granule, number, page.lacing, page.body))
    return b"".join(out)


def _pages(content: bytes) -> Iterator[_Page]:
    """Its pages; what is no page ends them."""
    at = 0
    while len(content) - at >= _PAGE.size:
        mark, version, flags, granule, serial, _, _, count = _PAGE.unpack_from(content, at)
        lacing = content[at + _PAGE.size : at + _PAGE.size + count]
        start = at + _PAGE.size + count
        at = start + sum(lacing)
        if mark != b"OggS" or version or at > len(content):
            return
        yield _Page(flags, granule, serial, lacing, content[start:at])


def _page(flags: int, granule: int, number: int, lacing: bytes, body: bytes) -> bytes:
    def page(checksum: int) -> bytes:
        return _PAGE.pack(b"OggS", 0, flags, granule, _OURS, number, checksum, len(lacing)) + lacing + body

    return page(_checksum(page(0)))


def _checksum(page: bytes) -> int:
    """Ogg's: zlib's with its bits the other way round, from nothing."""
    mirrored = zlib.crc32(page.translate(_MIRROR), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int(f"{mirrored:032b}"[::-1], 2)


# --- moving stickers --------------------------------------------------------------------------------------------------


def _film(content: bytes) -> bytes:
    try:
        return webm.only_pictures(content)
    except webm.NotRead:
        raise NotClean from None


_LONG_NAMES = frozenset({"layers", "shapes", "assets", "parent", "refId", "hasMask", "masksProperties"})
_SHORT = 4
"""What a Lottie animation calls its parts: a few by words, all others by a few letters."""
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


def _moving(content: bytes) -> bytes:
    """The shapes of a TGS sticker, which is a packed Lottie animation."""
    unpacking = zlib.decompressobj(wbits=31)
    try:
        drawn = orjson.loads(unpacking.decompress(content, _MOST_UNPACKED))
    except (zlib.error, orjson.JSONDecodeError):
        raise NotClean from None
    if not isinstance(drawn, dict) or not drawn.get("layers"):
        raise NotClean
    return gzip.compress(orjson.dumps(_shapes(drawn, {}) | {"v": "5.5.2", "tgs": 1}), mtime=0)


def _shapes(value: Any, ids: dict[str, str]) -> Any:
    """Numbers, and lists and maps of them; of words only colours, and under which number something is found again."""
    if isinstance(value, list):
        return [_shapes(one, ids) for one in value if not isinstance(one, str)]
    if not isinstance(value, dict):
        return value
    shapes: dict[str, Any] = {}
    for name, one in value.items():
        if len(name) > _SHORT and name not in _LONG_NAMES:
            continue
        if not isinstance(one, str):
            shapes[name] = _shapes(one, ids)
        elif name in ("id", "refId"):
            shapes[name] = ids.setdefault(one, str(len(ids)))
        elif name == "sc" and _COLOUR.fullmatch(one):
            shapes[name] = one
    return shapes
