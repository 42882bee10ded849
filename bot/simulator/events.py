"""The stream of everything that happens in the simulated world, for the page and for tests that wait."""

import asyncio
import contextlib
import threading
import uuid
from collections import deque
from collections.abc import Callable
from typing import Any

Json = dict[str, Any]
Listener = Callable[[], None]


class Events:
    """Numbered events, of which the last `keep` are remembered.

    Each event is `{"seq": n, "type": ..., ...}`. Listeners are called without arguments in the thread that caused the
    event, must be quick, and must not call back into the emulator.
    """

    def __init__(self, keep: int = 4000) -> None:
        self._kept: deque[Json] = deque(maxlen=keep)
        self._listeners: list[Listener] = []
        self._changed = threading.Condition()
        self.seq = 0
        self.run = uuid.uuid4().hex

    def add(self, kind: str, **details: Any) -> None:
        """Record an event and wake who listens."""
        with self._changed:
            self.seq += 1
            self._kept.append({"seq": self.seq, "type": kind, **details})
            self._changed.notify_all()
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener()

    def since(self, seq: int) -> list[Json] | None:
        """The events after number `seq`; None when some of those are no longer remembered."""
        with self._changed:
            if seq > self.seq or (self._kept and seq < self._kept[0]["seq"] - 1):
                return None
            missed = self.seq - seq
            return list(self._kept)[len(self._kept) - missed :] if missed else []

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` after each event. Returns how to stop that."""
        with self._changed:
            self._listeners.append(listener)

        def stop() -> None:
            with self._changed:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return stop

    def listen_in_loop(self, loop: asyncio.AbstractEventLoop, changed: asyncio.Event) -> Callable[[], None]:
        """Set `changed`, which belongs to `loop`, after each event. Returns how to stop that."""

        def wake() -> None:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(changed.set)

        return self.listen(wake)

    def wait(self, seq: int, timeout: float) -> bool:
        """Block this thread until there is an event after `seq`, or `timeout` seconds have passed."""
        with self._changed:
            return self._changed.wait_for(lambda: self.seq > seq, timeout)
