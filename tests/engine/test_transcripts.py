"""Every transcript, played against the engine alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.engine.library import Library, load
from flows.engine.transcript import TranscriptError, difference, play_script, read_transcript
from flows.engine.transcript_driver import EngineDriver
from tests.support import transcripts


@pytest.fixture(scope="module")
def library() -> Library:
    return load()


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("path", transcripts.all_paths(), ids=_name)
def test_plays_as_written(path: Path, library: Library, updating: bool) -> None:
    document = read_transcript(path)
    seen, fault = None, ""
    try:
        seen = play_script(document.value, EngineDriver(library))
    except TranscriptError as error:
        line, column = document.place("script", error.item)
        fault = f"{path}:{line}:{column}: {error.what}"
    if seen is None:
        pytest.fail(fault, pytrace=False)
    if updating:
        transcripts.update(document, seen)
        return
    changed = difference(document.value.beats(), seen)
    if changed:
        pytest.fail(f"{path}\n{changed}\n(--update schrijft de regels van de bot opnieuw)", pytrace=False)
