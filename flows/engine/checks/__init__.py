"""Sees whether content is fit to use: numbered problems, each with a place and a way out.

E0xx form (found while loading), E1xx structure, E2xx names, E3xx Telegram's limits, E4xx reading and tone, E5xx
transcripts. Does not change anything.
"""

from __future__ import annotations

from pathlib import Path

from flows.engine.checks.coverage import check_transcripts
from flows.engine.checks.names import check_names
from flows.engine.checks.report import Report
from flows.engine.checks.structure import check_structure
from flows.engine.checks.texts import check_texts
from flows.engine.library import Sources, compile_library
from flows.engine.problems import ContentError, Problem
from flows.engine.tone import broken_examples, read_tone

__all__ = ["check"]

_STOPPERS = ("E0", "E20", "E211", "E212", "E215")
"""With these, filling texts in would only repeat what was said."""


def check(sources: Sources, transcripts: Path | None = None, *, texts: bool = True) -> list[Problem]:
    """Everything that is wrong with the content, by file and line. `transcripts` is the folder of conversations.

    Filling every text in takes nearly all the time: without `texts`, only whether the content can be run.
    """
    report = Report()
    try:
        library = compile_library(sources)
        tone = read_tone(sources.catalog.path.parent)
    except ContentError as error:
        return error.problems
    for kind, part, number, example in broken_examples(tone.value):
        what = f"'{example}' past niet bij de patronen van {kind}"
        report.add(tone, ("tone", kind, part, number), "E409", what, "pas het patroon of het voorbeeld aan")
    check_structure(sources, library, report)
    check_names(sources, library, report)
    problems = report.problems
    if not texts or any(problem.code == "E409" or problem.code.startswith(_STOPPERS) for problem in problems):
        return problems
    check_texts(sources, library, tone.value, report)
    extra = check_transcripts(sources, library, transcripts, report) if transcripts else []
    return sorted([*report.problems, *extra])
