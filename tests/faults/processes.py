"""The service as real processes, which can be killed and started again."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.support.forked import Forked

PREFIX = "DRAAGLICHT_"
ROOT = Path(__file__).parents[2]


class Process:
    """One process of the service. What it prints and logs goes to files in `folder`."""

    def __init__(self, command: Sequence[str], settings: Mapping[str, str], folder: Path, name: str) -> None:
        """`command` is `-m`, a module and arguments. `settings` are those of the service, without their prefix; those
        of our own environment do not count."""
        self.name = name
        self._said, self._logged = folder / f"{name}.out", folder / f"{name}.log"
        _, module, *arguments = command
        environment = _environment() | {PREFIX + key: value for key, value in settings.items()}
        self._process = Forked(
            module, arguments, folder=folder, environment=environment, out=self._said, err=self._logged
        )

    @property
    def said(self) -> str | None:
        """The first line that it printed, once it is whole."""
        text = self._said.read_text(encoding="utf-8")
        return text.partition("\n")[0] if "\n" in text else None

    @property
    def log(self) -> str:
        """Everything that it logged."""
        return self._logged.read_text(encoding="utf-8")

    @property
    def is_ready(self) -> bool:
        """Whether `draaglicht run` says so."""
        return '"ready"' in self.log

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process.exit_code is None

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        self._process.signal(signal.SIGKILL)
        self._process.wait(10)

    def terminate(self, seconds: float = 10) -> int:
        """SIGTERM; returns the exit code. Raises TimeoutError when it goes on for longer than that."""
        self._process.signal(signal.SIGTERM)
        return self._process.wait(seconds)

    def end(self) -> None:
        """Whatever becomes of it: for the end of a test."""
        if self.is_running:
            self.kill()


def _environment() -> dict[str, str]:
    """Ours, without settings of the service."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return {**kept, "PYTHONPATH": str(ROOT)}
