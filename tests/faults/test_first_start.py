"""Killed again and again while it starts for the very first time, it starts in the end."""

from __future__ import annotations

import random
import time
from pathlib import Path

from tests.faults.village import open_village


def test_the_first_start_may_be_interrupted_anywhere(empty_url: str, tmp_path: Path) -> None:
    chance = random.Random(11)
    with open_village(empty_url, tmp_path) as village:
        for _ in range(6):
            service = village.begin(KEYS="")
            time.sleep(chance.uniform(0.4, 1.8))
            service.kill()
        village.start(KEYS="")
        village.emulator.person(1_000_000).says("lang verhaal")
        village.comes_to_rest()
        assert len(village.got(0)) == 1
