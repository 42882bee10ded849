"""The content that is shipped: no problems, every text readable, every button shown in a transcript."""

from __future__ import annotations

import time

import pytest

from flows.engine.checks import check
from flows.engine.library import load_sources
from tests.support.transcripts import ROOT


def test_content_has_no_problems() -> None:
    problems = check(load_sources())
    if problems:
        pytest.fail("\n".join(map(str, problems)), pytrace=False)


def test_every_button_and_silence_is_in_a_transcript() -> None:
    problems = [problem for problem in check(load_sources(), ROOT) if problem.code.startswith("E5")]
    if problems:
        pytest.fail("\n".join(map(str, problems)), pytrace=False)


def test_checking_takes_seconds() -> None:
    sources = load_sources()
    start = time.process_time()
    check(sources, ROOT)
    assert time.process_time() - start < 15
