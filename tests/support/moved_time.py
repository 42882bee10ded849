"""An event loop in which waiting takes no time: when nothing can be done, its clock jumps to what is next.

Threads are waited for, so that what a database does falls within one moment. With the clock and the wire that go with
it, the sender, its Bot and Telegram's emulator live minutes in seconds, and every pause is exactly as long as it says.
"""

from __future__ import annotations

import asyncio
import random
import selectors
from collections.abc import Callable, Coroutine
from concurrent.futures import Executor
from datetime import datetime, timedelta
from typing import Any, TypeVar

import httpx

from bot.simulator import Emulator, SimulatedClock
from bot.simulator.web.server import create_app

T = TypeVar("T")


class _Jumping(selectors.DefaultSelector):
    """Waits for nothing but threads: the time that it was to wait is added to `passed`."""

    def __init__(self) -> None:
        super().__init__()
        self.passed, self.threads = 0.0, 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or (timeout > 0 and self.threads):
            return super().select(1)
        if not (ready := super().select(0)):
            self.passed += timeout
        return ready


class MovedLoop(asyncio.SelectorEventLoop):
    """The loop; its time is what `_Jumping` has passed."""

    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.passed

    def run_in_executor(self, executor: Executor | None, func: Callable[..., Any], *args: Any) -> Any:
        self._jumping.threads += 1
        running = super().run_in_executor(executor, func, *args)
        running.add_done_callback(self._landed)
        return running

    def _landed(self, _: object) -> None:
        self._jumping.threads -= 1


class MovedClock(SimulatedClock):
    """The time of the running loop, from `start` on."""

    def __init__(self, start: datetime) -> None:
        super().__init__(start, frozen=True)
        self._start = start

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.pacing_seconds())

    def pacing_seconds(self) -> float:
        return asyncio.get_running_loop().time()


class Wire(httpx.AsyncBaseTransport):
    """From a Bot to the emulator and back without a socket; each way takes up to so many seconds."""

    def __init__(self, emulator: Emulator, seconds: float, seed: int) -> None:
        self._app, self._seconds = httpx.ASGITransport(create_app(emulator)), seconds
        self._random = random.Random(seed)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Raises httpx.ReadTimeout as a real one does."""
        await self._takes_a_while()
        try:
            async with asyncio.timeout(request.extensions["timeout"]["read"]):
                response = await self._app.handle_async_request(request)
        except TimeoutError:
            raise httpx.ReadTimeout("no answer", request=request) from None
        await self._takes_a_while()
        return response

    async def _takes_a_while(self) -> None:
        await asyncio.sleep(self._random.uniform(0, self._seconds))


def live(story: Coroutine[Any, Any, T]) -> T:
    """Runs a story in moved time."""
    with asyncio.Runner(loop_factory=MovedLoop) as runner:
        return runner.run(story)
