"""That the benchmarks run and measure what they say; the numbers themselves are for `python -m tests.benchmarks`."""

from __future__ import annotations

import pytest

from tests.benchmarks import __main__ as benchmarks
from tests.benchmarks.places import SQLITE
from tests.benchmarks.table import Result, show


@pytest.mark.parametrize("name", benchmarks.BENCHMARKS)
def test_each_runs_in_small(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A benchmark checks itself what was handled; its aims are not met or missed by a run this short."""
    assert benchmarks.main(["--quick", "--database", SQLITE, "--only", name]) in (0, 1)
    rows = capsys.readouterr().out.splitlines()[2:]
    assert rows
    assert all(SQLITE in row for row in rows)


@pytest.mark.parametrize(("ratio", "word"), [(0.5, "yes"), (0.39, "NO")])
def test_the_table_says_whether_an_aim_is_met(ratio: float, word: str) -> None:
    table = show([Result("whole update", SQLITE, "1/s", "2/s", ratio, ("at least", 0.4))])
    assert table.splitlines()[-1].split()[-1] == word
