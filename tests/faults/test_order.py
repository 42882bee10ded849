"""Each chat is handled in order by whichever process, and nobody waits for another one's handler."""

from __future__ import annotations

from pathlib import Path

from tests.faults import order


def test_nothing_changes_places_and_nobody_waits_for_one_that_hangs(tmp_path: Path) -> None:
    """At full size, with times: `python -m tests.faults.order`."""
    roles = ("all", "worker", "worker")
    report = order.run(chats=12, texts=8, beside=24, a_second=0, folder=tmp_path, roles=roles)
    assert report.texts == 12 * 8 + 2 + 24
    assert report.wrong == {}
