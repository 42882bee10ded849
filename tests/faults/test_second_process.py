"""SQLite is for one process: a second one says so and ends, and there is room again as soon as the first is gone."""

from __future__ import annotations

from tests.databases import wait_until
from tests.faults.village import Village

WRONG = 2


def test_a_second_process_over_the_same_file_is_refused(sqlite_village: Village) -> None:
    first = sqlite_village.start()
    second = sqlite_village.begin()
    wait_until(lambda: not second.is_running, 60)
    assert second.terminate() == WRONG
    assert [line for line in second.log.splitlines() if line.startswith("draaglicht: another process runs over ")]
    assert "Traceback" not in second.log
    assert first.is_running
    first.kill()
    assert sqlite_village.start().is_running
