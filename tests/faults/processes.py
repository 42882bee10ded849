"""The service as real processes, which can be killed and started again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

PREFIX = "DRAAGLICHT_"
ROOT = Path(__file__).parents[2]
_COMPILED = Path(tempfile.gettempdir()) / f"draaglicht-compiled-{os.geteuid()}"


class Process:
    """One process of the service. What it prints and logs goes to files in `folder`."""

    def __init__(self, command: Sequence[str], settings: Mapping[str, str], folder: Path, name: str) -> None:
        """`settings` are those of the service, without their prefix; those of our own environment do not count."""
        self.name = name
        self._said, self._logged = folder / f"{name}.out", folder / f"{name}.log"
        with self._said.open("wb") as said, self._logged.open("wb") as logged:
            self._process = subprocess.Popen(
                [sys.executable, *command],
                cwd=folder,
                env=_environment() | {PREFIX + key: value for key, value in settings.items()},
                stdout=said,
                stderr=logged,
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
        return self._process.poll() is None

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        self._process.kill()
        self._process.wait()

    def terminate(self, seconds: float = 10) -> int:
        """SIGTERM; returns the exit code. Raises subprocess.TimeoutExpired when it goes on for longer than that."""
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(seconds)

    def end(self) -> None:
        """Whatever becomes of it: for the end of a test."""
        if self.is_running:
            self.kill()


def _environment() -> dict[str, str]:
    """Ours, without settings of the service; compiled modules are kept, or every start would take seconds."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(PREFIX) and name != "PYTHONDONTWRITEBYTECODE"
    }
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONPYCACHEPREFIX": str(_COMPILED)}
