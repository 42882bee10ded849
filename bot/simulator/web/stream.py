"""The stream of events under `/sim/events`, as Server-Sent Events or as one long poll."""

import asyncio
import time
from collections.abc import AsyncIterator

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from bot.simulator.emulator import Emulator
from bot.simulator.web.connections import Connections
from bot.simulator.web.control import as_event
from bot.simulator.web.views import bot_connected, event_view
from bot.simulator.world import Json

HEARTBEAT_SECONDS = 5.0


class Stream:
    """Tells the page what happens."""

    def __init__(self, emulator: Emulator, connections: Connections) -> None:
        self.emulator = emulator
        self.connections = connections

    async def handle(self, request: Request) -> Response:
        """Events after `since` (or the header Last-Event-ID): as a stream, or with `poll=1` one JSON answer.

        The long poll waits for at most `timeout` seconds (25) and answers `{"seq": n, "events": [...]}`.
        """
        since = request.headers.get("last-event-id") or request.query_params.get("since") or ""
        seq = int(since) if since.isdigit() else self.emulator.events.seq
        if request.query_params.get("poll"):
            limit = float(request.query_params.get("timeout", "25"))
            await self._wait(seq, limit)
            reached = self.emulator.events.seq
            return JSONResponse({"seq": reached, "events": self._views(seq)})
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(self._events(seq), headers=headers, media_type="text/event-stream")

    async def _events(self, seq: int) -> AsyncIterator[bytes]:
        yield self._heartbeat()
        last_beat = time.monotonic()
        while not self.connections.closing.is_set():
            await self._wait(seq, HEARTBEAT_SECONDS)
            reached = self.emulator.events.seq
            views = self._views(seq)
            if views:
                yield b"".join(map(as_event, views))
            seq = reached
            if time.monotonic() - last_beat >= HEARTBEAT_SECONDS:
                yield self._heartbeat()
                last_beat = time.monotonic()

    def _views(self, seq: int) -> list[Json]:
        events = self.emulator.events.since(seq)
        if events is None:
            return [{"seq": self.emulator.events.seq, "type": "reset"}]
        return [view for event in events if (view := event_view(self.emulator, event)) is not None]

    def _heartbeat(self) -> bytes:
        events = self.emulator.events
        beat = {
            "seq": events.seq,
            "type": "heartbeat",
            "run": events.run,
            "bot_connected": bot_connected(self.emulator),
        }
        return as_event(beat)

    async def _wait(self, seq: int, limit: float) -> None:
        closing = asyncio.ensure_future(self.connections.closing.wait())
        waiting = asyncio.ensure_future(self.emulator.until(lambda: self.emulator.events.seq > seq, limit))
        try:
            await asyncio.wait([closing, waiting], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (closing, waiting):
                task.cancel()
            await asyncio.gather(closing, waiting, return_exceptions=True)
