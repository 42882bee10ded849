"""Processes that work on demand: a line in, a line out."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

OWN = Path(__file__).parent
ROOT = OWN.parents[2]


class Child:
    """One that runs."""

    def __init__(self, process: Process) -> None:
        self._process = process

    async def ask(self, line: str) -> str:
        """Its next line, after this one."""
        assert self._process.stdin
        self._process.stdin.write(f"{line}\n".encode())
        return await self.said()

    async def said(self) -> str:
        """Its next line. Raises SystemExit when it ended instead."""
        assert self._process.stdout
        line = (await self._process.stdout.readline()).decode().strip()
        if not line:
            raise SystemExit("a process of tests/benchmarks/others ended; it says above why")
        return line


@asynccontextmanager
async def child(*arguments: str | Path, python: str = sys.executable) -> AsyncIterator[Child]:
    """A Python that runs this, until it is not needed any more."""
    process = await asyncio.create_subprocess_exec(python, *map(str, arguments), stdin=PIPE, stdout=PIPE, cwd=ROOT)
    try:
        yield Child(process)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def told(arguments: Sequence[str | Path]) -> str:
    """The one line that it prints."""
    async with child(*arguments) as one:
        return await one.said()
