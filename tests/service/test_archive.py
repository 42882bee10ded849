"""The zip with somebody's own data: whatever is in it, it is whole, small enough, and safe to open."""

from __future__ import annotations

import io
import json
import zipfile
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversation import archive
from bot.conversation.archive import MAX_ZIP, Fetched

MEGABYTE = 1024 * 1024
MOMENT = "2027-03-01T18:30:00+00:00"


def _data(word: str = "dag") -> dict[str, Any]:
    """One of everything, with this word in every place for words."""
    return {
        "gemaakt_op": MOMENT,
        "naam": word,
        "rollen": ["parent"],
        "mentor": word,
        "instellingen": {
            "regio": "nl",
            "tijdzone": "Europe/Amsterdam",
            "pauze_tot": "9999-12-31",
            "herinneringen_per_dag": 3,
            "naam_in_herinnering": False,
            "herinnering_zonder_geluid": True,
            "herinneren_alleen": "18:00-21:00",
        },
        "herinneringen": [
            {"soort": "evening", "tijd": "19:30", "dagen": "1234567", "komt": MOMENT},
            {"soort": "thought_back", "tijd": "10:00", "dagen": None, "komt": None},
        ],
        "kwam_vanzelf": [{"soort": "evening", "wanneer": MOMENT, "kwam": True}],
        "gebruikt": [{"soort": "breathe", "keren": 2}],
        "aangezet": [{"soort": "limits", "door": None, "sinds": MOMENT, "waarom": word}],
        "kinderen": [
            {"naam": word, "leeftijd": 6, "noemt_jou": word, "aangesproken_met": "zij", "in_de_lijst": True},
        ],
        "toestemming": [{"waarvoor": "use", "versie": 1, "gegeven": MOMENT, "ingetrokken": None}],
        "bewaard": [
            {
                "soort": "reflection",
                "dag": "2027-03-01",
                "kind": word,
                "antwoorden": {"what": {"waarde": word, "zoals_gezegd": None}},
                "bestanden": ["bestand-1", "bestand-2"],
                "gedeeld_met": ["mentor"],
                "voor_de_afspraak": True,
                "in_werkboek": True,
            }
        ],
        "berichten": [{"wanneer": MOMENT, "van_jou": True, "tekst": word, "bestanden": ["bestand-3"]}],
        "hulpvragen": [
            {
                "wanneer": MOMENT,
                "opgepakt_door": word,
                "opgepakt": MOMENT,
                "voorbij": MOMENT,
                "wie_het_kreeg": [{"wie": word, "wanneer": MOMENT}],
            }
        ],
        "wie_keek": [{"wie": word, "als": "mentor", "waarnaar": "reflection", "wanneer": MOMENT}],
        "uitnodigingen": [{"voor": word, "geldig_tot": MOMENT, "gebruikt": None}],
    }


def _opened(data: dict[str, Any], *files: Fetched) -> zipfile.ZipFile:
    whole = archive.build(data, {"reflection": {"about": "Een avond.", "what": "wat het was"}}, files)
    assert len(whole) <= MAX_ZIP
    opened = zipfile.ZipFile(io.BytesIO(whole))
    assert opened.testzip() is None
    return opened


def _page(opened: zipfile.ZipFile) -> str:
    return opened.read("lees-mij.html").decode()


class _Reader(HTMLParser):
    """The text of a page, and its tags."""

    def __init__(self) -> None:
        super().__init__()
        self.text, self.tags, self.depth = "", list[str](), list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        if tag not in ("meta", "br"):
            self.depth.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.depth.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def _read(page: str) -> _Reader:
    reader = _Reader()
    reader.feed(page)
    reader.close()
    assert reader.depth == []
    return reader


_plain_tags = len(_read(_page(_opened(_data()))).tags)


@settings(max_examples=60)
@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1))
def test_words_stay_words(word: str) -> None:
    opened = _opened(_data(word))
    page = _read(_page(opened))
    assert len(page.tags) == _plain_tags
    assert word in page.text
    assert json.loads(opened.read("gegevens.json"))["naam"] == word


@pytest.mark.parametrize("word", ["<script>x</script>", '" onload="x', "{{ 7 * 7 }}", "{% raise %}", "</dd></article>"])
def test_no_word_becomes_a_tag_or_an_order(word: str) -> None:
    page = _read(_page(_opened(_data(word))))
    assert len(page.tags) == _plain_tags
    assert page.text.count(word) >= 8


def test_files_are_there_under_the_names_that_the_page_tells() -> None:
    opened = _opened(
        _data(),
        Fetched("bestand-1", b"geluid", ".oga"),
        Fetched("bestand-2", None, missing="gone"),
        Fetched("bestand-3", b"plaatje", ".jpg"),
    )
    assert 'href="bestanden/bestand-3.jpg"' in _page(opened)
    assert opened.read("bestanden/bestand-1.oga") == b"geluid"
    assert 'href="bestanden/bestand-1.oga"' in _page(opened)
    assert _page(opened).count("staat niet meer bij Telegram") == 2
    assert json.loads(opened.read("gegevens.json"))["bestanden"] == {
        "bestand-1": "bestanden/bestand-1.oga",
        "bestand-2": None,
        "bestand-3": "bestanden/bestand-3.jpg",
    }


def test_what_does_not_fit_is_left_out_and_named() -> None:
    files = [Fetched(f"bestand-{number}", bytes([number]) * 18 * MEGABYTE, ".mp4") for number in (1, 2, 3)]
    fitting = archive.what_fits(files, _data())
    assert [one.missing for one in fitting] == ["", "", "too_big"]
    small = Fetched("bestand-4", b"klein", ".jpg")
    assert archive.what_fits([*files, small], _data())[-1].content == b"klein"


def test_times_are_those_of_the_persons_own_clock() -> None:
    assert "1 maart 2027, 19.30 uur" in _page(_opened(_data()))
