"""Nothing that was accepted is lost, whenever the service is killed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.databases import KINDS
from tests.faults import kill


@pytest.mark.parametrize("kind", KINDS)
def test_fifty_kills_lose_nothing(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    report = kill.run(kills=50, updates=2000, reminders=2000, kind=kind, seed=7, folder=tmp_path)
    with capsys.disabled():
        print(f"\n{report}")
    assert report.wrong == {}
