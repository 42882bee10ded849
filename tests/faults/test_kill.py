"""Nothing that was accepted is lost, whenever the service is killed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.databases import KINDS
from tests.faults import kill


@pytest.mark.parametrize("kind", KINDS)
def test_kills_lose_nothing(kind: str, full: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With `--full`: 50 kills, 2,000 updates and 2,000 reminders, as `python -m tests.faults.kill` does."""
    kills, many = (50, 2000) if full else (8, 320)
    report = kill.run(kills=kills, updates=many, reminders=many, kind=kind, seed=7, folder=tmp_path)
    with capsys.disabled():
        print(f"\n{report}")
    assert report.wrong == {}
