"""The content that is shipped: no problems, every text readable, every button shown in a transcript."""

from __future__ import annotations

import pytest

from flows.engine.checks import check
from flows.engine.library import load_sources
from tests.support.transcripts import ROOT


def test_content_has_no_problems_and_every_way_is_in_a_transcript() -> None:
    problems = check(load_sources(), ROOT)
    if problems:
        pytest.fail("\n".join(map(str, problems)), pytrace=False)
