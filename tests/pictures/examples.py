"""What families could have drawn: little, the usual, the most that fits. Their hostile sisters are made of these."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from bot.pictures.data import CODES

HOSTILE = (
    '#eval("x")',
    "$x$ _y_ *z* `w`",
    "<b>vet</b>",
    "\\#[](){}@<label>",
    "Verantwoordelijkheidsgevoelensoverdrachtsplan",
    "x" * 40,
    "نور الهدى بنت محمد",
    "שרה לוי",
    "👩‍👧‍👦❤️🦄",
    "日本 ሰላም ไทย",
    "a\u0301\u200f\u202eevil\u0000",
    "",
    "   \n\n ",
    "Łukasz Žižek Øst-Ñandú",
    "een zin die maar door blijft gaan " * 40,
    "😀" * 40,
)


def change(data: Any, text: Callable[[str], str]) -> Any:
    """The same data with other texts; what is a name of ours stays."""
    if isinstance(data, str):
        return text(data)
    if isinstance(data, dict):
        return {key: value if key in CODES else change(value, text) for key, value in data.items()}
    if isinstance(data, list):
        return [change(value, text) for value in data]
    return data


def hostile(kind: str, data: Any) -> Any:
    """The data with a hostile text in every place for words, the same ones each time."""
    chance = random.Random(kind)
    return change(data, lambda _: chance.choice(HOSTILE))


def _series(name: str, good: str, values: list[float | None]) -> dict[str, Any]:
    return {"name": name, "good": good, "points": [{"label": "", "value": value} for value in values]}


def _lines(weeks: int, names: tuple[str, ...]) -> dict[str, Any]:
    chance = random.Random(weeks)
    levels: list[float | None] = [0, 1, 2, 3, 4, None]
    return {
        "title": "Wat je zag bij Noor",
        "subtitle": "Van begin september tot nu",
        "scale": {"low": 0, "high": 4, "low_word": "nooit", "high_word": "heel vaak"},
        "series": [
            _series(name, "low" if order < 2 else "high", [chance.choice(levels) for _ in range(weeks)])
            for order, name in enumerate(names)
        ],
        "x_labels": [f"week {week}" for week in range(1, weeks + 1)],
        "good_word": "zo is het fijn",
        "footer": "Ingevuld door jou",
    }


def _person(number: int) -> dict[str, Any]:
    names = ("Oma Leen", "Karim", "Bartholomeus", "Jan-Willem", "An", "Fatoumata", "Juf Els van groep vier")
    return {
        "name": names[number % 7],
        "who": ("mijn moeder", "buurman", "vriendin van vroeger", "")[number % 4],
        "closeness": (1, 2, 3, 3, 2)[number % 5],
        "gives": (["luisteren"], [], ["praktisch", "zorg voor Noor"])[number % 3],
        "ask": number % 2 == 0,
    }


def network(people: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "title": "Wie staat er om je heen?",
        "centre": "Fatima",
        "people": people,
        "legend": {"near": "dichtbij", "middle": "in de buurt", "far": "verder weg", "ask": "Hier durf je te vragen"},
        "footer": "",
    }


def _cell(number: int) -> dict[str, Any]:
    count = number % 4
    return {
        "count": count,
        "level": (None, 2, 6.5, 10)[number % 4] if count else None,
        "tone": ("safe", "fight", "shut")[number % 3] if count else None,
    }


def _hours(hours: int) -> dict[str, Any]:
    return {
        "title": "Jouw lijf door de week",
        "subtitle": "Hoe groter het teken, hoe meer je voelde.",
        "day_names": ["ma", "di", "wo", "do", "vr", "za", "zo"],
        "hour_labels": [f"{hour} uur" for hour in range(hours)],
        "cells": [[_cell(hour * 5 + day * 3) for day in range(7)] for hour in range(hours)],
        "legend": [
            {"tone": "safe", "label": "rustig en verbonden"},
            {"tone": "fight", "label": "gejaagd of boos"},
            {"tone": "shut", "label": "leeg of verdoofd"},
        ],
        "footer": "",
    }


def _houses(items: int) -> dict[str, Any]:
    names = ("Huis van de zorgen", "Huis van wat goed gaat", "Huis van de dromen")
    return {
        "title": "Drie huizen van Noor",
        "houses": [{"name": name, "items": [f"samen pannenkoeken bakken {n}" for n in range(items)]} for name in names],
        "footer": "12 november",
    }


def _card(text: str, tone: str) -> dict[str, Any]:
    return {"title": "Een zin om te onthouden", "text": text, "footer": "Voor Noor, van mama", "tone": tone}


def _thoughts(pairs: int) -> dict[str, Any]:
    pair = {"worry": "Als ik er niet ben, gaat het mis.", "helping": "De grote mensen letten op. Ik mag naar school."}
    return {"title": "Onze gedachten", "left": "Als ik denk", "right": "Dan ook", "pairs": [pair] * pairs, "footer": ""}


def _backpacks(items: int) -> dict[str, Any]:
    things = ["zorgen om mama", "de ruzie van zondag", "oppassen op Sem"]
    return {
        "title": "De rugzak van Noor",
        "left_title": "Zo zwaar was het",
        "right_title": "Zo is het nu",
        "before": [things[number % 3] for number in range(items)],
        "places": [
            {"title": "Blijft van mij", "tone": "mine", "items": things[:1] * (items // 3)},
            {"title": "Terug naar mama", "tone": "back", "items": things[1:2] * (items // 3)},
            {"title": "Dat doen we samen", "tone": "share", "items": things[2:] * (items // 3)},
        ],
        "footer": "",
    }


def _body(marks: int) -> dict[str, Any]:
    parts = ("belly", "throat", "hands", "heart", "legs", "head", "eyes", "chest", "back", "feet", "arms", "everywhere")
    more = ("mouth", "neck", "skin")
    colours = ("purple", "blue", "red", "yellow", "green", "black", "grey", "pink", "brown", "orange", "white")
    return {
        "title": "Waar voelt Noor het?",
        "part_labels": {"belly": "buik", "throat": "keel", "neck": "nek en schouders", "hands": "handen"},
        "marks": [
            {"part": (*parts, *more)[n % 15], "label": "een beetje bang", "size": n % 11, "colour": colours[n % 11]}
            for n in range(marks)
        ],
        "footer": "",
    }


def _compare(rows: int) -> dict[str, Any]:
    return {
        "title": "Hoe het met jou gaat",
        "subtitle": "Drie metingen naast elkaar",
        "columns": ["Begin", "Halverwege", "Einde"],
        "scale": {"low": 0, "high": 4},
        "rows": [{"name": "Ik merk mijn lijf", "values": [row % 5, None, (row * 2) % 5]} for row in range(rows)],
        "note": "Halverwege even lager? Dat zie je vaak.",
        "footer": "",
    }


def _steps(steps: int) -> dict[str, Any]:
    return {
        "title": "Een antwoord in vier stappen",
        "steps": [{"name": "Zeg wat je ziet", "text": "Je schoenen staan nog in de gang."}] * steps,
        "spoken_title": "Hardop klinkt het zo",
        "spoken": "Over tien minuten begint school. Links eerst of rechts eerst?",
        "footer": "",
    }


def picture_age(stage: str, needs: int) -> dict[str, Any]:
    return {
        "title": "Hoe oud voelt Noor zich nu?",
        "text": "De wil is groot, de woorden zijn nog klein.",
        "years": "2–3 jaar",
        "needs": ["Dat jij dichtbij blijft, ook als er geschreeuwd wordt."] * needs,
        "footer": "",
        "stage": stage,
    }


def _week(rows: int) -> dict[str, Any]:
    row = {"name": "Samen iets kleins gedaan", "days": [True, False, True, True, False, False, True]}
    return {
        "title": "De week",
        "day_names": ["ma", "di", "wo", "do", "vr", "za", "zo"],
        "rows": [row] * rows,
        "footer": "",
    }


_SIGNALS = ("Zorgt uit zichzelf", "Maakt zich zorgen", "Speelt ontspannen", "Kan taken loslaten")


def worksheet(sheet: str, *labels: str) -> dict[str, Any]:
    return {
        "title": "Wie is er om mij heen?",
        "subtitle": "Zet jezelf in het midden. Wie staat dichtbij, wie wat verder?",
        "sheet": sheet,
        "labels": list(labels),
        "footer": "Er is geen fout antwoord.",
    }


def _round(*counts: int) -> dict[str, Any]:
    names = ("Heel licht", "Licht", "Gaat wel", "Zwaar", "Heel zwaar", "Geen idee", "Het ligt eraan hoe laat het is")
    return {
        "title": "Zo zitten we erbij",
        "subtitle": "Avondploeg, zondag 7 maart",
        "points": [{"label": name, "count": count} for name, count in zip(names, counts, strict=False)],
        "footer": "Niemand ziet wie wat koos",
    }


SMALL: dict[str, dict[str, Any]] = {
    "card": _card("Jij mag spelen.", "fresh"),
    "thoughts": _thoughts(1),
    "backpacks": _backpacks(0),
    "body": _body(0),
    "network": network([_person(0)]),
    "lines": _lines(1, _SIGNALS[:1]),
    "compare": _compare(1),
    "hours": _hours(1),
    "houses": _houses(0),
    "columns": _houses(0),
    "steps": _steps(0),
    "picture_age": picture_age("baby", 0),
    "worksheet": worksheet("thoughts", "Dit denk ik", "Dit mag ook"),
    "week": {key: value for key, value in _week(1).items() if key != "day_names"},
    "round": _round(1),
}
USUAL: dict[str, dict[str, Any]] = {
    "card": _card("Mama zorgt voor mama. Jij mag spelen, leren en boos zijn.", "calm"),
    "thoughts": _thoughts(6),
    "backpacks": _backpacks(6),
    "body": _body(5),
    "network": network([_person(number) for number in range(9)]),
    "lines": _lines(8, _SIGNALS),
    "compare": _compare(7),
    "hours": _hours(6),
    "houses": _houses(3),
    "columns": _houses(3),
    "steps": _steps(4),
    "picture_age": picture_age("toddler", 3),
    "worksheet": worksheet("lights", "Groen: voor mij", "Oranje: samen", "Rood: voor grote mensen"),
    "week": _week(3),
    "round": _round(3, 0, 4, 1, 0),
}
LARGEST: dict[str, dict[str, Any]] = {
    "card": _card("Het is niet jouw schuld als grote mensen ruzie maken. " * 10, "warm"),
    "thoughts": _thoughts(48),
    "backpacks": _backpacks(18),
    "body": _body(20),
    "network": network([_person(number) for number in range(30)]),
    "lines": _lines(26, _SIGNALS),
    "compare": _compare(24),
    "hours": _hours(24),
    "houses": _houses(30),
    "columns": _houses(30),
    "steps": _steps(8),
    "picture_age": picture_age("teen", 8),
    "worksheet": worksheet("backpack", *(f"Dit draag ik mee {number}" for number in range(4))),
    "week": _week(14),
    "round": _round(15, 40, 0, 11, 12, 1, 40),
}
