"""Files that tell where they come from, in every place that their form has for it."""

from __future__ import annotations

import gzip
import io
import json
import struct
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from bot.simulator import files
from bot.telegram import cleaning

ORIENTATION = 0x0112
_SIDEWAYS = 6
RED, BLUE = (200, 30, 30), (20, 40, 190)


def photo(word: str, form: str = "JPEG", size: tuple[int, int] = (160, 90), *, noise: int = 0) -> bytes:
    """Red to the left and blue to the right when held upright; turned by its EXIF if it is a JPEG. `noise` makes two
    photos different."""
    picture = _halves(size, noise)
    exif = picture.getexif()
    for tag in (0x010E, 0x010F, 0x0110, 0x0131, 0x013B, 0x8298):  # Description, make, model, software, artist, rights.
        exif[tag] = word
    exif.get_ifd(0x8769)[0x9286] = f"ASCII\0\0\0{word}"  # The user's comment.
    exif.get_ifd(0x8825).update({1: "N", 2: (50.0, 55.0, 1.0), 3: "E", 4: (5.0, 20.0, 2.0), 29: word})  # The place.
    how: dict[str, Any] = {"icc_profile": f"ICC {word}".encode(), "xmp": f"<x>{word}</x>".encode()}
    out = io.BytesIO()
    if form == "JPEG":
        exif[ORIENTATION] = _SIDEWAYS
        picture = picture.transpose(Image.Transpose.ROTATE_90)
        picture.save(out, "JPEG", exif=exif, comment=word.encode(), quality=95, **how)
    elif form == "PNG":
        text = PngInfo()
        text.add_text("Author", word)
        text.add_itxt("XML:com.adobe.xmp", f"<x>{word}</x>")
        picture.save(out, "PNG", exif=exif, pnginfo=text, icc_profile=how["icc_profile"])
    else:
        picture.save(out, "WEBP", exif=exif, lossless=True, **how)
    return out.getvalue() + word.encode()


def _halves(size: tuple[int, int], noise: int) -> Image.Image:
    picture = Image.new("RGB", size, RED)
    picture.paste(BLUE, (size[0] // 2, 0, *size))
    picture.putpixel((0, 0), (noise % 256, noise // 256 % 256, noise // 65536))
    return picture


def voice(word: str) -> bytes:
    """A recording with tags that fill two pages, of a maker who is named, between pages of another stream, with another
    recording behind it."""
    pages = [*cleaning._pages(files.sample("stem-1.ogg"))]
    sound = [page for page in pages if page.body[:8] not in (b"OpusHead", b"OpusTags")]
    marked = word.encode()
    tags = b"OpusTags" + struct.pack("<I", len(marked)) + marked
    comments = [b"ARTIST=" + marked, b"METADATA_BLOCK_PICTURE=" + marked * 10_000]
    tags += struct.pack("<I", len(comments)) + b"".join(struct.pack("<I", len(one)) + one for one in comments)
    out = [_page(pages[0].flags, 0, pages[0].body, 0), *_spread(tags)]
    out += [_page(2, 0, b"fishead\0" + marked, 0, serial=999)]
    for number, page in enumerate(sound, 10):
        out.append(_page(page.flags, page.granule, page.body, number, lacing=page.lacing))
    again = [_page(2, 0, pages[0].body, 0, serial=5), *_spread(tags, serial=5)]
    return b"".join([*out, *again]) + marked


def _spread(packet: bytes, serial: int = 0x5EED) -> list[bytes]:
    """A packet over as many pages as it needs."""
    lacing = b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255])
    out = []
    for number, start in enumerate(range(0, len(lacing), 255)):
        part = lacing[start : start + 255]
        body = packet[start * 255 : start * 255 + sum(part)]
        out.append(_page(1 if number else 0, 0, body, 1 + number, lacing=part, serial=serial))
    return out


def _page(
    flags: int, granule: int, body: bytes, number: int, *, lacing: bytes | None = None, serial: int = 0x5EED
) -> bytes:
    lacing = bytes([len(body)]) if lacing is None else lacing
    head = cleaning._PAGE.pack(b"OggS", 0, flags, granule, serial, number, 0, len(lacing)) + lacing
    whole = head + body
    return whole[:22] + struct.pack("<I", cleaning._checksum(whole)) + whole[26:]


def sticker(word: str) -> bytes:
    """A still one."""
    return photo(word, "WEBP", (512, 512))


def moving_sticker(word: str) -> bytes:
    """A moving one, packed with a name."""
    shape = {"ty": "sh", "nm": word, "mn": word, "ks": {"a": 0, "k": {"i": [[0, 0]], "o": [[0, 0]], "v": [[1, 2]]}}}
    layer = {"ty": 4, "nm": word, "ln": word, "cl": word, "refId": word, "sc": "#ff0000", "shapes": [shape]}
    layer |= {"ks": {"o": {"a": 0, "k": 100, "x": f"var name = '{word}'"}, "s": {"a": 1, "k": [{"i": {"x": 1}}]}}}
    drawn = {"tgs": 1, "v": word, "fr": 60, "ip": 0, "op": 180, "w": 512, "h": 512, "nm": word, word: 3}
    drawn |= {"meta": {"a": word, "g": word}, "markers": [{"cm": word}], "layers": [layer, word]}
    drawn |= {"assets": [{"id": word, "p": word, "u": word, "layers": [layer]}]}
    out = io.BytesIO()
    with gzip.GzipFile(word, "wb", fileobj=out) as packing:
        packing.write(json.dumps(drawn).encode())
    return out.getvalue()


PICTURES = b"no real picture of a film"


def film_sticker(word: str) -> bytes:
    """A film with its maker, title, tags, track name, language, an attached file and unknown parts."""
    marked = word.encode()
    head = _part("1A45DFA3", _part("4286", b"\1"), _part("4282", b"webm"), _part("4287", b"\4"), _part("EC", marked))
    made = _part("4D80", marked), _part("5741", marked), _part("7BA9", marked), _part("73A4", marked)
    info = _part("1549A966", _part("2AD7B1", b"\x0fB@"), *made, _part("4489", b"@Y\0\0"))
    video = _part("E0", _part("B0", b"\2\0"), _part("BA", b"\2\0"), _part("53C0", b"\1"))
    named = _part("536E", marked), _part("22B59C", marked), _part("63A2", marked), _part("73C5", marked[:8])
    track = _part("AE", _part("D7", b"\1"), _part("83", b"\1"), _part("86", b"V_VP9"), *named, video)
    tags = _part("1254C367", _part("7373", _part("67C8", _part("45A3", b"ARTIST"), _part("4487", marked))))
    attached = _part("1941A469", _part("61A7", _part("466E", marked), _part("465C", marked * 50)))
    seen_through = _part(
        "A0", _part("A1", PICTURES), _part("75A1", _part("A6", _part("EE", b"\1"), _part("A5", PICTURES)))
    )
    cluster = _part("1F43B675", _part("E7", b"\0"), _part("A3", PICTURES), seen_through, _part("B0", marked))
    return head + _part("18538067", info, _part("1654AE6B", track), tags, attached, cluster, _part("42FF", marked))


def _part(name: str, *inside: bytes) -> bytes:
    body = b"".join(inside)
    size = bytes([0x80 | len(body)]) if len(body) < 127 else b"\1" + len(body).to_bytes(7, "big")
    return bytes.fromhex(name) + size + body
