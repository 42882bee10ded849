"""The book as a reader of PDFs finds it: words, tags, fonts, language, pages; and whatever people write in it."""

from __future__ import annotations

import io
import itertools
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pypdf
import pytest
from PIL import Image

from bot.pictures import PictureError
from bot.pictures.workbook import MAX_LETTERS, PHOTO_EDGE, workbook
from tests.pictures import books
from tests.pictures.examples import HOSTILE

ROOT = Path(__file__).parents[2]
SECRET = "Zoë slaapt slecht"


_OURS = ("block", "kind", "data", "tone", "photo")
"""What in a book are names of ours and no words."""


def _read(data: dict[str, Any], **photos: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(workbook(data, photos)))


def _words(book: pypdf.PdfReader) -> str:
    return " ".join(" ".join(page.extract_text().split()) for page in book.pages).replace("- ", "")


def _tags(book: pypdf.PdfReader) -> dict[str, list[Any]]:
    """Every tag of the book by its name."""
    found: dict[str, list[Any]] = {}

    def walk(node: Any) -> None:
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            for one in node:
                walk(one)
        elif isinstance(node, dict):
            if "/S" in node:
                found.setdefault(str(node["/S"]), []).append(node)
            if "/K" in node:
                walk(node["/K"])

    walk(book.root_object["/StructTreeRoot"])
    return found


@pytest.fixture(scope="module")
def usual() -> pypdf.PdfReader:
    return _read(books.usual(), p0=books.photo(0), p1=books.photo(1, (960, 1280)))


def test_all_of_it_is_there(usual: pypdf.PdfReader) -> None:
    words = _words(usual)
    for said in (
        *("Werkboek van Fatima", "Van Fatima. Gemaakt op 31 maart 2027.", "Wat erin staat", "Gepland en geweest"),
        *("Oudergesprek", "3 en 17 maart", "Vijf minuten op de bank", "Dit lukte 2 keer.", "Deze maand was licht."),
        *("Gesprek op dinsdag 3 maart", "Wie erbij was", "Dat van het slapen telde voor mij.", "Geen foto."),
        *("Ruimte om bij te schrijven", "Avond", "een zorg", "Jij mag spelen, ook nummer 2."),
    ):
        assert said in words


def test_it_is_tagged_for_screen_readers(usual: pypdf.PdfReader) -> None:
    root, tags = usual.root_object, _tags(usual)
    assert root["/Lang"] == "nl"
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    assert usual.metadata
    assert usual.metadata.title == "Werkboek van Fatima"
    assert {"/H1", "/H2", "/H3", "/P", "/TOC", "/Table", "/TH", "/TD"} <= tags.keys()
    figures = [str(one["/Alt"]) for one in tags["/Figure"]]
    assert "Foto bij Avond" in figures
    assert "In woorden: lines" in figures
    assert "Jij mag spelen, ook nummer 2." in figures
    assert all(figures)


def test_its_fonts_are_in_it(usual: pypdf.PdfReader) -> None:
    fonts = {}
    for page in usual.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            inside = font.get_object()["/DescendantFonts"][0].get_object()
            fonts[str(inside["/BaseFont"])] = inside["/FontDescriptor"].get_object().keys()
    assert any("Nunito" in name for name in fonts)
    assert all({"/FontFile2", "/FontFile3"} & keys for keys in fonts.values())


def test_each_page_says_something_and_has_its_number(usual: pypdf.PdfReader) -> None:
    assert list(usual.page_labels[1:4]) == ["1", "2", "3"]
    for page in usual.pages:
        assert page.extract_text().strip()
        assert (round(float(page.mediabox.width)), round(float(page.mediabox.height))) == (595, 842)


def test_one_finds_the_way_by_its_outline(usual: pypdf.PdfReader) -> None:
    outline = usual.outline
    assert [one.title for one in outline if not isinstance(one, list)] == [
        *("Maart 2027", "Hoe het ging", "Om te bewaren")
    ]
    contents = usual.pages[1].extract_text()
    for title in ("Maart 2027", "Gesprek op dinsdag 3 maart", "Om te bewaren"):
        assert title in contents


def test_photos_are_made_smaller(usual: pypdf.PdfReader) -> None:
    images = [image for page in usual.pages for image in page.images]
    assert len(images) == 2
    for image in images:
        assert image.image
        assert max(image.image.size) <= PHOTO_EDGE


def test_a_photo_that_is_none_is_left_out() -> None:
    heavy = io.BytesIO()
    Image.new("1", (8000, 8000)).save(heavy, "PNG")
    for nothing in (b"", b"not a photo", books.photo()[:300], heavy.getvalue()):
        data = books.book({"title": "Maart 2027", "blocks": [books.entry("Avond", photos=("p0",))]})
        assert "Geen foto." in _words(_read(data, p0=nothing))


@pytest.mark.parametrize(
    ("kind", "size"), [("PNG", (40, 3000)), ("WEBP", (3000, 40)), ("GIF", (1, 1)), ("JPEG", (9, 9))]
)
def test_a_photo_of_any_form_fits(kind: str, size: tuple[int, int]) -> None:
    data = books.book({"title": "Maart 2027", "blocks": [books.entry("Avond", photos=("p0",))]})
    (image,) = [image for page in _read(data, p0=books.photo(0, size, kind)).pages for image in page.images]
    assert image


def test_a_long_text_is_there_to_its_last_word() -> None:
    text = " ".join(f"woord{number}" for number in range(2200))[:19_990] + " SLOT"
    blocks = [books.meeting("Gesprek", text), books.entry("Avond", ("In eigen woorden", text)), books.note(text)]
    words = _words(_read(books.book({"title": "Maart 2027", "blocks": blocks})))
    assert words.count("SLOT") == 3
    cut = _words(_read(books.book({"title": "Maart 2027", "blocks": [books.note("x " * MAX_LETTERS)]})))
    assert "…" in cut


def test_any_words_make_a_whole_and_tagged_book() -> None:
    given_out = itertools.cycle(HOSTILE)

    def other(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: value[name] if name in _OURS else other(inside) for name, inside in value.items()}
        return [other(one) for one in value] if isinstance(value, list) else next(given_out)

    data = other(books.usual())
    for chapter in data["chapters"]:
        chapter["title"] = chapter["title"].strip() or "Maart"
    book = _read(data)
    assert b"pdfuaid:part" in book.root_object["/Metadata"].get_data()


@pytest.mark.parametrize("text", HOSTILE)
def test_words_are_never_markup(text: str) -> None:
    blocks = [books.heading(text), books.entry(text, (text, text)), books.note(text), books.meeting(text, text)]
    book = _read(books.book({"title": text.strip() or "Maart", "blocks": blocks}, title=text))
    assert b"pdfuaid:part" in book.root_object["/Metadata"].get_data()


def test_names_from_right_to_left_and_emoji_are_shown() -> None:
    data = books.book({"title": "مارس", "blocks": [books.entry("נועה 🦄", ("Avond", "نور الهدى"))]}, title="نور")
    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in _read(data).pages
        for font in page["/Resources"].get("/Font", {}).values()
    }
    for wanted in ("NotoSansArabic", "NotoSansHebrew", "NotoEmoji"):
        assert any(wanted in name for name in fonts)


def test_children_of_the_same_name_and_months_with_little() -> None:
    twice = [books.entry("Avond", ("", "een"), aside="Noor"), books.entry("Avond", ("", "twee"), aside="Noor")]
    data = books.book({"title": "Maart 2027", "blocks": twice}, {"title": "Mei 2027", "blocks": [books.note("x")]})
    words = _words(_read(data))
    assert words.count("· Noor") == 2
    assert "Mei 2027" in words


def test_the_same_book_gives_the_same_bytes() -> None:
    photos = {"p0": books.photo()}
    assert workbook(books.usual(), photos) == workbook(books.usual(), photos)


@pytest.mark.parametrize(
    "data",
    [
        {},
        {**books.usual(), SECRET: SECRET},
        books.book({"title": "x", "blocks": [{"block": SECRET}]}),
        books.book({"title": "x", "blocks": [{**books.chart("lines"), "data": {SECRET: SECRET}}]}),
        books.book({"title": "x", "blocks": [{**books.chart("lines"), "kind": "network"}]}),
    ],
)
def test_what_cannot_be_bound_is_refused_without_its_words(data: dict[str, Any]) -> None:
    with pytest.raises(PictureError) as refused:
        workbook(data, {})
    assert SECRET not in str(refused.value)


def test_a_process_of_its_own_makes_the_same() -> None:
    data, photos = books.usual(), {"p0": books.photo()}
    head = {"data": data, "photos": [[name, len(one)] for name, one in photos.items()]}
    sheets = json.dumps(head).encode() + b"\n" + b"".join(photos.values())

    def run(given: bytes) -> subprocess.CompletedProcess[bytes]:
        command = [sys.executable, "-m", "bot.pictures.workbook"]
        return subprocess.run(command, input=given, capture_output=True, cwd=ROOT, check=False)

    assert run(sheets).stdout == workbook(data, photos)
    refused = run(json.dumps({"data": {SECRET: SECRET}, "photos": []}).encode() + b"\n")
    assert refused.returncode == 1
    assert not refused.stdout
    assert SECRET not in refused.stderr.decode()
