"""Telegram's limits hold, people get their answers meanwhile, and what is not sure is not sent twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults import limits


def test_limits_hold_and_nobody_waits_for_another_ones_429(
    full: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With `--full`: 10,000 messages and 200 times 429, as `python -m tests.faults.limits` does."""
    messages, floods = (10_000, 200) if full else (400, 8)
    kept = limits.limits(tmp_path, messages=messages, floods=floods)
    with capsys.disabled():
        print(f"\n{kept}")
    assert (kept.breaches, kept.lost, kept.doubled, kept.held) == (0, 0, 0, 0)
    assert kept.told_to_wait == floods
    assert kept.answers > 20
    assert kept.answer_p99 < 3
    assert kept.longest_pause < 1.5


def test_what_was_taken_and_never_answered_is_classified(full: bool, tmp_path: Path) -> None:
    many = 500 if full else 100
    found = limits.ambiguity(tmp_path, many=many)
    assert found.open == 0
    assert found.outcomes == {
        ("ritual", "unknown"): many * 3 // 5,
        ("answer", "sent"): many // 5,
        ("safety", "sent"): many // 5,
    }
    assert found.arrived == {"ritual": 1, "answer": 2, "safety": 2}
