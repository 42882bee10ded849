"""Files of members tell no more than what is to be seen or heard."""

from __future__ import annotations

import gzip
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.simulator import files
from bot.telegram import cleaning
from bot.telegram.cleaning import LARGEST_SIDE, NotClean, clean
from tests.safety.leaks import found_in
from tests.support import dirty

WORD = "Zwaluwnest12"


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_photo_keeps_its_pixels_and_nothing_else(form: str) -> None:
    before = dirty.photo(WORD, form)
    assert found_in(before, [WORD]), "a photo without anything in it shows nothing"
    name, after = clean("photo", before)
    assert not found_in(after, [WORD])
    with Image.open(io.BytesIO(after)) as picture:
        assert name == "foto.jpg"
        assert picture.format == "JPEG"
        assert picture.size == (160, 90), "it is not upright"
        assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert not picture.getexif()
        left, right = picture.getpixel((20, 45)), picture.getpixel((140, 45))
    assert isinstance(left, tuple)
    assert isinstance(right, tuple)
    assert max(abs(a - b) for a, b in zip(left + right, dirty.RED + dirty.BLUE, strict=True)) < 12


def test_a_photo_is_no_larger_than_telegram_shows() -> None:
    _, after = clean("photo", dirty.photo(WORD, "PNG", (4000, 1000)))
    with Image.open(io.BytesIO(after)) as picture:
        assert picture.size == (LARGEST_SIDE, LARGEST_SIDE // 4)


def test_a_still_sticker_keeps_what_is_seen_through() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (512, 400), (1, 2, 3, 0)).save(out, "WEBP", lossless=True, xmp=WORD.encode())
    name, after = clean("sticker", out.getvalue())
    assert name == "sticker.webp"
    assert not found_in(after, [WORD])
    with Image.open(io.BytesIO(after)) as picture:
        assert (picture.format, picture.size) == ("WEBP", (512, 400))
        assert picture.convert("RGBA").getpixel((9, 9)) == (0, 0, 0, 0)


def test_a_moving_sticker_keeps_its_shapes() -> None:
    before = dirty.moving_sticker(WORD)
    assert found_in(before, [WORD])
    name, after = clean("sticker", before)
    drawn = json.loads(gzip.decompress(after))
    assert name == "sticker.tgs"
    assert not found_in(after, [WORD])
    assert after[3] == 0, "the packing names a file"
    assert (drawn["tgs"], drawn["op"], drawn["w"]) == (1, 180, 512)
    assert drawn["layers"][0]["refId"] == drawn["assets"][0]["id"] == "0"
    assert drawn["layers"][0]["shapes"][0]["ks"]["k"]["v"] == [[1, 2]]
    assert drawn["layers"][0]["ks"]["s"]["k"] == [{"i": {"x": 1}}]


def test_a_sticker_that_is_a_film_keeps_its_pictures() -> None:
    before = dirty.film_sticker(WORD)
    assert found_in(before, [WORD])
    name, after = clean("sticker", before)
    assert name == "sticker.webm"
    assert len(after) == len(before), "what points at a place in it would not find it"
    assert not found_in(after, [WORD, WORD[:7], "ARTIST"])
    assert after.count(dirty.PICTURES) == before.count(dirty.PICTURES) == 3
    for kept in (b"webm", b"V_VP9", b"\x0fB@", b"@Y\0\0", b"\x53\xc0\x81\1", b"\xb0\x82\2\0"):
        assert kept in after
    assert clean("sticker", after) == (name, after)


def test_a_voice_keeps_its_sound() -> None:
    before = dirty.voice(WORD)
    assert found_in(before, [WORD])
    name, after = clean("voice", before)
    assert name == "stem.ogg"
    assert not found_in(after, [WORD])
    sample = files.sample("stem-1.ogg")
    assert files.ogg_seconds(after) == files.ogg_seconds(sample) > 0
    assert _sound(after) == _sound(sample)
    assert clean("voice", after) == (name, after)


@pytest.mark.parametrize("sample", ["stem-1.ogg", "stem-2.ogg"])
def test_pages_have_the_checksum_that_players_look_at(sample: str) -> None:
    """Of a recording of somebody else's making."""
    for content in (files.sample(sample), clean("voice", files.sample(sample))[1]):
        at = 0
        for page in cleaning._pages(content):
            size = 27 + len(page.lacing) + len(page.body)
            whole = content[at : at + size]
            assert int.from_bytes(whole[22:26], "little") == cleaning._checksum(whole[:22] + bytes(4) + whole[26:])
            at += size
        assert at == len(content)


def _sound(content: bytes) -> list[tuple[int, bytes]]:
    return [(page.granule, page.body) for page in cleaning._pages(content)][2:]


@pytest.mark.parametrize("kind", ["photo", "voice", "sticker", "document", "video"])
@pytest.mark.parametrize("content", [b"", b"\xff\xd8", b"OggS", b"\x1f\x8b", b"RIFF", b"\x1aE\xdf\xa3 webm"])
def test_what_cannot_be_read_does_not_go(kind: str, content: bytes) -> None:
    with pytest.raises(NotClean):
        clean(kind, content + WORD.encode())


def test_what_is_far_too_large_does_not_go() -> None:
    with pytest.raises(NotClean):
        clean("voice", files.sample("stem-1.ogg") + bytes(10_000_000))


@pytest.mark.filterwarnings("ignore")
@given(st.data())
def test_a_broken_file_is_clean_or_does_not_go(data: st.DataObject) -> None:
    """Never another error, never with the word in it."""
    kind, whole = data.draw(
        st.sampled_from(
            [
                ("photo", dirty.photo(WORD)),
                ("voice", dirty.voice(WORD)[:9000]),
                ("sticker", dirty.moving_sticker(WORD)),
                ("sticker", dirty.film_sticker(WORD)),
            ]
        )
    )
    at = data.draw(st.integers(0, len(whole) - 1))
    broken = whole[:at] + data.draw(st.binary(max_size=40)) + whole[at + data.draw(st.integers(0, 40)) :]
    try:
        _, after = clean(kind, broken)
    except NotClean:
        return
    assert not found_in(after, [WORD])
