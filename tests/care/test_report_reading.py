"""One long message about a meeting, put into the parts of a report; measured on messages of our own."""

from __future__ import annotations

from collections import Counter
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from bot.care import meeting_words
from bot.care.report_reading import Reading, read_report

TODAY = date(2026, 11, 24)
MESSAGES: list[dict[str, Any]] = YAML(typ="safe").load(Path(__file__).with_name("report_messages.yaml"))
AT_LEAST = {False: 0.98, True: 0.95}
"""Of the parts that are put right: of the messages that the reading was made with, and of those held back."""
_LABELS = """aanwezig aanwezigen waren aanw erbij wie was er deelnemers datum dag besproken wat is inhoud verslag met
verloop onderwerpen waar ging het over aandachtspunten aandachtspunt aandacht voor let op zorgen om te letten zijn
voornemens voornemen afspraken afgesproken actie acties actiepunten plan gaan we doen volgende volgend afspraak keer
contact oudergesprek gesprek vervolg vervolgafspraak nieuwe intern alleen voor mij eigen notitie"""
"""Words of headings, and of lines that say only which meeting it was."""


def _flat(text: object) -> str:
    return " ".join(str(text or "").split())


def _wanted(message: dict[str, Any]) -> dict[str, object]:
    texts = ("present", "discussed", "attention", "professional")
    return {
        "date": str(message.get("date", "")),
        "next": str(message.get("next", "")),
        "resolutions": [_flat(one) for one in message.get("resolutions", [])],
        **{name: _flat(message.get(name)) for name in texts},
    }


def _found(reading: Reading) -> dict[str, object]:
    after = "words" if reading.next else ""
    if reading.next_day:
        after = f"{reading.next_day}{reading.next_at:  %H:%M}" if reading.next_at else str(reading.next_day)
    return {
        "date": str(reading.held_on or ""),
        "next": _flat(after),
        "resolutions": [_flat(one) for one in reading.resolutions],
        "present": _flat(reading.present),
        "discussed": _flat(reading.discussed),
        "attention": _flat(reading.attention),
        "professional": _flat(reading.professional),
    }


def test_there_are_enough_messages() -> None:
    assert len(MESSAGES) >= 40
    assert sum(bool(one.get("held")) for one in MESSAGES) >= 12


@pytest.mark.parametrize("held", [False, True])
def test_the_share_of_parts_that_are_put_right(held: bool, capsys: pytest.CaptureFixture[str]) -> None:
    right: Counter[str] = Counter()
    messages = [one for one in MESSAGES if bool(one.get("held")) is held]
    for message in messages:
        wanted, found = _wanted(message), _found(read_report(message["text"], TODAY))
        right.update(name for name in wanted if wanted[name] == found[name])
    share = right.total() / (len(messages) * 7)
    with capsys.disabled():
        which = "held back" if held else "worked with"
        told = ", ".join(f"{name} {number}/{len(messages)}" for name, number in sorted(right.items()))
        print(f"\nparts of {len(messages)} messages {which} put right: {share:.1%} ({told})")
    assert share >= AT_LEAST[held]


@pytest.mark.parametrize("message", MESSAGES, ids=range(len(MESSAGES)))
def test_nothing_that_was_typed_is_lost(message: dict[str, Any]) -> None:
    reading = read_report(message["text"], TODAY)
    kept = {_bare(word) for word in _all_words(reading)}
    said = {_bare(word) for word in str(message["text"]).split()}
    lost = {word for word in said - kept - set(_LABELS.split()) if word and not word.isdigit()}
    if reading.held_on:
        lost -= _of_the_day(str(message["text"]))
    assert not lost


def _all_words(reading: Reading) -> list[str]:
    """Every word that stands in a part."""
    said = (reading.present, reading.discussed, reading.attention, *reading.resolutions, reading.next)
    return " ".join((*said, reading.professional)).split()


def _bare(word: str) -> str:
    return word.strip("*_-–:;.,!?()\"'“”‘’#").lower()


def _of_the_day(text: str) -> set[str]:
    """Words of the lines that say which meeting it was: they became the day."""
    lines = [line for line in text.replace(". ", ".\n").split("\n") if meeting_words.held_day(line, TODAY)]
    lines = [line for line in lines if len(line.split()) <= 12]
    return {_bare(word) for line in lines for word in line.split()}


_LINES = st.lists(
    st.sampled_from(
        [
            "Het ging goed vandaag met spelen.",
            "Ze lachte veel en vroeg om hulp.",
            "- een losse regel",
            "Intern: even nabellen",
            "Voornemens: samen lezen; oma bellen",
            "",
            "zomaar wat woorden zonder punt",
            "Volgende keer nemen we de kaart mee.",
            "Let op de zondag.",
        ]
    ),
    max_size=8,
)


@given(_LINES)
def test_every_sentence_stands_somewhere(lines: list[str]) -> None:
    reading = read_report("\n".join(lines), TODAY)
    everything = " ".join(_all_words(reading))
    for words in ("lachte veel", "losse regel", "nabellen", "oma bellen", "zomaar wat", "de kaart mee", "de zondag"):
        assert (words in everything) is any(words in line for line in lines)


def test_what_is_marked_as_internal_is_for_professionals_only() -> None:
    reading = read_report("Besproken: het eten.\nIntern: bellen met school\nen met de huisarts.", TODAY)
    assert reading.professional == "bellen met school\nen met de huisarts."
    assert "school" not in reading.discussed


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("dinsdag", date(2026, 11, 24)),
        ("maandag", date(2026, 11, 23)),
        ("afgelopen vrijdag", date(2026, 11, 20)),
        ("3 november", date(2026, 11, 3)),
        ("dinsdag 17 november", date(2026, 11, 17)),
        ("gisteren", date(2026, 11, 23)),
        ("30 november", None),
        ("morgen", None),
        ("geen idee", None),
    ],
)
def test_the_day_of_a_meeting_lies_behind(said: str, day: date | None) -> None:
    assert meeting_words.held_day(said, TODAY) == day


@pytest.mark.parametrize(
    ("said", "day", "at"),
    [
        ("over twee weken op vrijdag 4 december om 9 uur", date(2026, 12, 4), time(9)),
        ("wo 9 december om 11u", date(2026, 12, 9), time(11)),
        ("8/12, 19.00 uur", date(2026, 12, 8), time(19)),
        ("dinsdag half drie", date(2026, 12, 1), time(14, 30)),
        ("donderdag 10 december 9u30 bij Anna", date(2026, 12, 10), time(9, 30)),
        ("nog te plannen", None, None),
    ],
)
def test_the_next_meeting_lies_ahead(said: str, day: date | None, at: time | None) -> None:
    assert (meeting_words.day_in(said, TODAY), meeting_words.time_in(said)) == (day, at)
