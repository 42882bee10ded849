"""The words of what is noted in a Kindreflex record, for a message or on paper. Works on what was opened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.care.families import spoken
from bot.care.kindreflex import FIELDS, STEPS, Note, Topic
from bot.care.people import Person
from bot.screens.sizes import in_parts, length
from flows.engine.dutch.spoken import full_date
from flows.engine.library import Library
from flows.engine.templates import enumerate_dutch, render

_ROOM = 2600
"""How much is read at once; words grow when they are made harmless."""
_PIECE = 900
_TOPICS = [topic for step in STEPS for topic in step]


def in_order(notes: Iterable[Note]) -> list[Note]:
    """By topic, as it is asked; the table of factors first with what makes it risky; then by time."""
    return sorted(notes, key=lambda note: (_TOPICS.index(note.topic), note["choice_id"] == "protects", note.id))


def title_of(library: Library, note: Note) -> str:
    """What a note is about, as plain text."""
    if note.topic is Topic.FACTOR and note["choice"]:
        return note["choice"]
    return library.texts[f"reflex_topic_{note.topic}"].strip()


def lines_of(library: Library, note: Note) -> list[tuple[str, str]]:
    """What a note holds, as pairs of what it is called (it may be empty) and what was said."""
    found = []
    for name in FIELDS:
        if note[name] and not (note.topic is Topic.FACTOR and name == "choice"):
            called = library.texts.get(f"reflex_field_{name}_{note.topic}", library.texts[f"reflex_field_{name}"])
            found.append((called.strip(), note[name]))
    return found


def plain(library: Library, note: Note) -> str:
    """A note in one line, by which its author knows it again."""
    return f"{title_of(library, note)}: {'; '.join(value for _, value in lines_of(library, note))}"


def parts(library: Library, notes: Sequence[Note], parents: Sequence[Person], numbered: bool = True) -> list[str]:
    """Notes as HTML, in parts that each fit in a message; at least one. `parents` names those who know of a note."""
    found: list[str] = []
    for number, note in enumerate(notes, start=1):
        pieces = list(_pieces(library, note, parents, number if numbered and len(notes) > 1 else 0))
        for at, piece in enumerate(pieces):
            glue = "\n" if at else "\n\n"
            if found and length(found[-1]) + length(piece) < _ROOM:
                found[-1] = f"{found[-1]}{glue}{piece}"
            else:
                found.append(piece)
    return found or [""]


def _pieces(library: Library, note: Note, parents: Sequence[Person], number: int) -> Iterable[str]:
    texts, day = library.texts, full_date(note.day)
    title = title_of(library, note)
    yield render(texts["reflex_note"], {"number": number, "title": title, "day": day, "by": spoken(note.author)})
    for name, value in lines_of(library, note):
        first, *rest = in_parts(value, _PIECE)
        yield render(texts["reflex_line"], {"name": name, "value": first})
        yield from (render(texts["reflex_line"], {"name": "", "value": more}) for more in rest)
    for one in note.additions:
        first, *rest = in_parts(one.text, _PIECE)
        told = {"day": full_date(one.day), "by": spoken(one.author), "text": first}
        yield render(texts["reflex_addition"], told)
        yield from (render(texts["reflex_line"], {"name": "", "value": more}) for more in rest)
    knowing = [spoken(one.name) for one in parents if one.id in note.talked]
    if knowing:
        yield render(texts["reflex_knowing"], {"names": enumerate_dutch(knowing)})
