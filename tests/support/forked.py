"""Python programs in processes of their own, forked from one that has our modules loaded already.

Loading them takes a second each time, and tests start hundreds. Everything else is as it is: a process with its own
environment, folder, output and exit code, which can be killed.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import signal
import sys
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    ["bot.app", "bot.cli", "bot.conversation.actions", "bot.doctor", "alembic.command", "psycopg"]
)


class Forked:
    """`python -m MODULE ARGUMENTS`, running."""

    def __init__(
        self,
        module: str,
        arguments: Sequence[str],
        *,
        folder: Path,
        environment: Mapping[str, str],
        out: Path,
        err: Path,
        typed: str = "",
    ) -> None:
        """What it says goes to the files `out` and `err`; `typed` is what it can read."""
        for path in (out, err):
            path.write_bytes(b"")
        given = (module, list(arguments), str(folder), dict(environment), str(out), str(err), typed)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            self._process = _CONTEXT.Process(target=_become, args=given)
            self._process.start()

    @property
    def pid(self) -> int:
        assert self._process.pid
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; below 0 for the signal that ended it."""
        return self._process.exitcode

    def signal(self, number: signal.Signals) -> None:
        if self.exit_code is None:
            os.kill(self.pid, number)

    def wait(self, seconds: float) -> int:
        """Its exit code. Raises TimeoutError."""
        self._process.join(seconds)
        if self.exit_code is None:
            raise TimeoutError(f"still runs after {seconds} seconds")
        return self.exit_code


def _become(
    module: str, arguments: list[str], folder: str, environment: dict[str, str], out: str, err: str, typed: str
) -> None:
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    reading, writing = os.pipe()
    os.write(writing, typed.encode())
    os.close(writing)
    os.dup2(reading, 0)
    for number, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_APPEND), number)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False, buffering=1)  # noqa: SIM115
    sys.argv = [module, *arguments]
    sys.path[:0] = [part for part in environment.get("PYTHONPATH", "").split(os.pathsep) if part]
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
