"""A professional record on paper: every word is there, and a refusal says nothing."""

from __future__ import annotations

import io
from typing import Any

import pypdf
import pytest

from bot.pictures import PictureError, draw

LONG = "De kinderen slapen samen op een matras in de woonkamer. " * 60


def _note(text: str, *additions: str) -> dict[str, Any]:
    return {
        "title": "Thuis",
        "signed": "3 maart 2027, Ingrid",
        "lines": [{"name": "Waardoor:", "text": text}],
        "additions": [{"head": "Aangevuld op 9 maart 2027 door Samir", "text": one} for one in additions],
        "known": "Besproken met Fatima.",
    }


def _record(*texts: str) -> dict[str, Any]:
    table = {"title": "De tabel", "heads": ["Geeft zorgen", "Beschermt"], "columns": [[_note("Ruzie.")], []]}
    empty: dict[str, Any] = {"title": "Stap 3", "nothing": "Hier is nog niets genoteerd.", "table": None, "notes": []}
    notes = [_note(text, "Nu rustiger.") for text in texts]
    step = {"title": "Stap 2", "nothing": "", "table": None, "notes": notes}
    risks = {"title": "Stap 4", "nothing": "", "table": table, "notes": []}
    words = {"title": "Kindreflex", "made": "Gemaakt voor Ingrid", "rules": "Niets verandert.", "page": "Bladzij"}
    return {**words, "of": "van", "steps": [step, empty, risks]}


def _read(drawn: bytes) -> tuple[int, str]:
    book = pypdf.PdfReader(io.BytesIO(drawn))
    return len(book.pages), " ".join(" ".join(page.extract_text() for page in book.pages).split())


def test_every_word_is_there_with_its_day_and_its_name() -> None:
    pages, text = _read(draw("record", _record("Er is rust."), "pdf"))
    for words in (
        "Er is rust.",
        "Nu rustiger.",
        "Aangevuld op 9 maart 2027 door Samir",
        "3 maart 2027, Ingrid",
        "Ruzie.",
    ):
        assert words in text
    assert f"Bladzij 1 van {pages}" in text
    assert "Hier is nog niets genoteerd." in text


def test_a_long_note_goes_on_over_pages_and_is_not_cut() -> None:
    pages, text = _read(draw("record", _record(LONG + "Einde van deze tekst.", "شكرا\nשלום", "[*_#$x$ <b>"), "pdf"))
    assert pages > 1
    assert "Einde van deze tekst." in text
    assert "[*_#$x$ <b>" in text, "no markup"


def test_a_refusal_does_not_tell_what_was_in_it() -> None:
    wrong = {**_record("Geheim."), "steps": [{"title": "Geheim."}]}
    with pytest.raises(PictureError) as refused:
        draw("record", wrong, "pdf")
    assert "Geheim" not in str(refused.value)
