"""A Kindreflex record on paper, to whoever may open it: dated, signed, what was added under what it is about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from bot.care import kindreflex
from bot.care.families import names_in_words, spoken
from bot.care.kindreflex import STEPS, Note, Topic
from bot.care.people import Person
from bot.conversation import outgoing
from bot.screens import reflex_words
from flows.engine.dutch.spoken import full_date
from flows.engine.library import Library
from flows.engine.templates import render


def call(
    library: Library, notes: Sequence[Note], parents: Sequence[Person], by: str, local: datetime
) -> dict[str, Any]:
    """The message with the PDF. `by`: for whom it is made; `local`: when, on that person's clock."""
    data = data_of(library, notes, parents, by, local)
    name = render(library.texts["reflex_pdf_name"], {"day": f"{local:%Y-%m-%d}"}, html=False)
    return outgoing.picture("record", data, render(library.texts["reflex_pdf_caption"], {}), document=name)


def data_of(
    library: Library, notes: Sequence[Note], parents: Sequence[Person], by: str, local: datetime
) -> dict[str, Any]:
    """What `pictures.record` sets."""
    texts = library.texts
    names = names_in_words(parents)
    made = {"by": by, "day": full_date(local.date()), "time": f"{local:%H.%M}"}
    return {
        "title": render(texts["reflex_pdf_title"], {"names": names}, html=False),
        "made": render(texts["reflex_pdf_made"], made, html=False),
        "rules": texts["reflex_pdf_rules"].strip(),
        "page": texts["reflex_pdf_page"].strip(),
        "of": texts["reflex_pdf_of"].strip(),
        "steps": [_step(library, notes, parents, number) for number in range(1, len(STEPS) + 1)],
    }


def _step(library: Library, notes: Sequence[Note], parents: Sequence[Person], number: int) -> dict[str, Any]:
    texts = library.texts
    heading = {"step": number, "name": texts[f"reflex_name_{number}"].strip()}
    own = reflex_words.in_order([one for one in notes if one.step == number])
    factors = [one for one in own if one.topic is Topic.FACTOR]
    rest = [one for one in own if one.topic is not Topic.FACTOR]
    return {
        "title": render(texts["reflex_pdf_step"], heading, html=False),
        "nothing": "" if own else texts["reflex_nothing_yet"].strip(),
        "table": _table(library, factors, parents) if factors else None,
        "notes": [_note(library, one, parents) for one in rest],
    }


def _table(library: Library, factors: Sequence[Note], parents: Sequence[Person]) -> dict[str, Any]:
    """What makes it risky beside what protects."""
    risks, protecting = kindreflex.factors(factors)
    texts = library.texts
    return {
        "title": texts["reflex_pdf_table"].strip(),
        "heads": [texts["reflex_pdf_risks"].strip(), texts["reflex_pdf_protects"].strip()],
        "columns": [[_note(library, one, parents) for one in column] for column in (risks, protecting)],
    }


def _note(library: Library, note: Note, parents: Sequence[Person]) -> dict[str, Any]:
    texts = library.texts
    knowing = names_in_words(one for one in parents if one.id in note.talked)
    signed = {"day": full_date(note.day), "by": spoken(note.author)}
    return {
        "title": reflex_words.title_of(library, note),
        "signed": render(texts["reflex_pdf_signed"], signed, html=False),
        "lines": [{"name": name, "text": text} for name, text in reflex_words.lines_of(library, note)],
        "additions": [
            {
                "head": render(
                    texts["reflex_pdf_addition"],
                    {"day": full_date(one.day), "by": spoken(one.author)},
                    html=False,
                ),
                "text": one.text,
            }
            for one in note.additions
        ],
        "known": render(texts["reflex_knowing"], {"names": knowing}, html=False) if knowing else "",
    }
