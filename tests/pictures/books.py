"""Workbooks as families could have them, and photos to put in."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

from tests.pictures.examples import USUAL

_MONTHS = (
    *("januari", "februari", "maart", "april", "mei", "juni"),
    *("juli", "augustus", "september", "oktober", "november", "december"),
)
_SENTENCES = (
    "Noor kwam naast me zitten op de bank en vroeg of ik boos was.",
    "Ik zei dat grote mensen dat samen oplossen, en dat zij mag spelen.",
    "Toen pakte ze haar blokken weer, en later lachte ze om de hond.",
    "Het was een lange dag, met veel regen en een volle tas van school.",
    "Verantwoordelijkheidsgevoel is een lang woord voor zo'n klein kind.",
)


def words(seed: int, many: int) -> str:
    """Sentences that are not the same everywhere: what is set twice may be remembered."""
    return " ".join(f"{_SENTENCES[(seed + number) % len(_SENTENCES)]}" for number in range(many)) + f" ({seed})"


def photo(number: int = 0, size: tuple[int, int] = (1280, 960), kind: str = "JPEG") -> bytes:
    """A picture as a phone sends it."""
    layers = [Image.linear_gradient("L").resize(size).rotate(37 * (number + layer)).resize(size) for layer in range(3)]
    found = io.BytesIO()
    Image.merge("RGB", layers).save(found, kind)
    return found.getvalue()


def entry(title: str, *lines: tuple[str, str], photos: tuple[str, ...] = (), aside: str = "") -> dict[str, Any]:
    shown = [{"photo": name, "alt": f"Foto bij {title}", "caption": "", "missing": "Geen foto."} for name in photos]
    named = [{"name": name, "text": text} for name, text in lines]
    return {"block": "entry", "title": title, "aside": aside, "lines": named, "photos": shown}


def note(text: str) -> dict[str, Any]:
    return {"block": "note", "head": "Ik schreef erbij, 3 maart", "text": text, "photos": []}


def meeting(title: str, text: str) -> dict[str, Any]:
    return {
        "block": "meeting",
        "title": title,
        "facts": [
            {"name": "Wie erbij was", "text": "Fatima en Ingrid"},
            {"name": "Waar we over spraken", "text": text},
            {"name": "Voornemens", "text": "Vijf minuten samen op de bank\nOma bellen op zondag"},
            {"name": "Volgende afspraak", "text": "dinsdag 16 maart om 14.00 uur"},
        ],
        "notes": [note("Dat van het slapen telde voor mij.")],
        "photos": [],
        "room": "Ruimte om bij te schrijven",
    }


def overview(month: str) -> dict[str, Any]:
    rows = [["Oudergesprek", f"3 en 17 {month}", f"3 {month}"], ["Video", f"10 {month}", ""]]
    return {"block": "overview", "heads": ["Wat", "Gepland", "Geweest"], "rows": rows}


def heading(text: str) -> dict[str, Any]:
    return {"block": "heading", "text": text}


def chart(kind: str) -> dict[str, Any]:
    return {"block": "drawing", "kind": kind, "data": USUAL[kind], "alt": f"In woorden: {kind}"}


def cards(many: int) -> dict[str, Any]:
    tones = ("calm", "warm", "fresh")
    return {
        "block": "cards",
        "cards": [
            {"title": "Gedachte", "text": f"Jij mag spelen, ook nummer {n}.", "footer": "", "tone": tones[n % 3]}
            for n in range(many)
        ],
    }


def book(*chapters: dict[str, Any], title: str = "Werkboek van Fatima") -> dict[str, Any]:
    return {
        "title": title,
        "subtitle": "Maart 2027",
        "made": "Van Fatima. Gemaakt op 31 maart 2027.",
        "contents": "Wat erin staat",
        "chapters": list(chapters),
    }


def usual() -> dict[str, Any]:
    """One of everything."""
    march = {
        "title": "Maart 2027",
        "blocks": [
            heading("Gepland en geweest"),
            overview("maart"),
            heading("Voornemens"),
            entry("Vijf minuten op de bank", ("Hoe het ging", "Dit lukte 2 keer.")),
            note("Deze maand was licht."),
            meeting("Gesprek op dinsdag 3 maart", words(1, 9)),
            heading("Uit mijn dagen"),
            entry(
                "Avond", ("Wat er terugkwam", "een zorg"), ("", words(2, 2)), photos=("p0", "p1", "gone"), aside="Noor"
            ),
        ],
    }
    charts = {"title": "Hoe het ging", "blocks": [chart("lines"), chart("compare"), chart("hours")]}
    return book(march, charts, {"title": "Om te bewaren", "blocks": [cards(3)]})


def year() -> tuple[dict[str, Any], dict[str, bytes]]:
    """A year of entries: 365 evenings, 50 appointments, 40 reports and 60 photos."""
    photos = {f"p{n}": photo(n, (1280, 960) if n % 3 else (960, 1280)) for n in range(60)}
    left = iter(photos)
    chapters = []
    for number, month in enumerate(_MONTHS):
        blocks = [heading("Gepland en geweest"), overview(month), heading("Voornemens")]
        blocks += [entry(words(number, 1), ("Hoe het ging", "Dit lukte 2 keer.")), note(words(number, 3))]
        for report in range(4 if number < 4 else 3):
            blocks.append(meeting(f"Gesprek op dinsdag {3 + 7 * report} {month}", words(number * 7 + report, 14)))
        blocks.append(heading("Uit mijn dagen"))
        for day in range(30 if number else 35):
            seed = number * 31 + day
            taken = tuple(name for name in [next(left, "")] if name) if day % 6 == 0 else ()
            lines = (
                ("Wat er terugkwam", "een zorg over geld"),
                ("In eigen woorden", words(seed, 2)),
                ("Het antwoord", "“Dank je. Dat neem ik terug.”"),
                ("Zwaar voor het praten", "6 van 10"),
            )
            blocks.append(entry("Avond", *lines, photos=taken, aside=f"{day + 1} {month} · Noor"))
        chapters.append({"title": f"{month.capitalize()} 2027", "blocks": blocks})
    charts = {"title": "Hoe het ging", "blocks": [chart("lines"), chart("lines"), chart("compare"), chart("hours")]}
    return book(*chapters, charts, {"title": "Om te bewaren", "blocks": [cards(8)]}), photos
