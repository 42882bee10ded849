"""E5xx: whether transcripts show every button and every silence of every flow."""

from __future__ import annotations

from pathlib import Path

from flows.engine import keyboards
from flows.engine.checks.report import Report
from flows.engine.library import Library, Sources
from flows.engine.problems import ContentError, Problem
from flows.engine.transcript import TranscriptError, play_script, read_transcript
from flows.engine.transcript_driver import ANSWER, ITEM, SILENCE, EngineDriver, Touch, touchable

_SPOKEN = {
    keyboards.SKIP: "overslaan",
    keyboards.DONE: "klaar met vinken",
    keyboards.ALL: "allemaal",
    ITEM: "een keuze uit de lijst",
    ANSWER: "een antwoord",
    SILENCE: "geen antwoord",
}


def check_transcripts(sources: Sources, library: Library, transcripts: Path, report: Report) -> list[Problem]:
    """Adds what is not covered; gives back the problems in form of the transcripts themselves."""
    touched, problems = play_all(library, transcripts, report)
    for name, document in sources.flows.items():
        if not any((transcripts / name).glob("*.yaml")):
            what = f"'{name}' heeft geen transcript"
            report.add(document, ("flow",), "E501", what, f"schrijf een gesprek in {transcripts.name}/{name}/")
            continue
        mend = f"voeg een gesprek toe in {transcripts.name}/{name}/"
        places: dict[tuple[str, ...], list[str]] = {}
        for touch in touchable(library, name):
            _, step, button = touch
            if touch not in touched:
                own = ("buttons", button) if button in library.flows[name].steps[step].buttons else ()
                places.setdefault(("steps", step, *own), []).append(_SPOKEN.get(button, f"knop '{button}'"))
        for keys, missing in places.items():
            what = f"geen enkel transcript komt bij stap '{keys[1]}': {', '.join(missing)}"
            report.add(document, keys, "E502", what, mend)
    return problems


def play_all(library: Library, transcripts: Path, report: Report) -> tuple[set[Touch], list[Problem]]:
    """Plays every transcript; what they touch, and what is wrong with them."""
    touched: set[Touch] = set()
    problems: list[Problem] = []
    for path in sorted(transcripts.glob("*/*.yaml")):
        try:
            document = read_transcript(path)
        except ContentError as error:
            problems += error.problems
            continue
        driver = EngineDriver(library)
        try:
            play_script(document.value, driver)
        except TranscriptError as error:
            keys = ("script", error.item) if error.item >= 0 else ("start",)
            report.add(document, keys, "E503", error.what, "pas het transcript aan")
        touched |= driver.touched
    return touched, problems
