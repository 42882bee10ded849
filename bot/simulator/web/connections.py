"""Open connections: noticing that the other side went away, letting it wait, and cutting it off."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol


class Connections:
    """The transports of one server, by the address of the other side; `closing` is set when the server stops."""

    def __init__(self) -> None:
        self.transports: dict[tuple[str, int], asyncio.BaseTransport] = {}
        self.closing = asyncio.Event()

    def protocol(self) -> type[asyncio.Protocol]:
        """The HTTP protocol class for uvicorn that keeps `transports` up to date."""
        transports = self.transports

        class TrackedProtocol(H11Protocol):
            def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
                super().connection_made(transport)
                if self.client is not None:
                    transports[self.client] = transport

            def connection_lost(self, exc: Exception | None) -> None:
                if self.client is not None:
                    transports.pop(self.client, None)
                super().connection_lost(exc)

        return TrackedProtocol

    async def gone(self, request: Request) -> None:
        """Return once the other side has closed the connection, or the server stops."""
        closing = asyncio.ensure_future(self.closing.wait())
        leaving = asyncio.ensure_future(_disconnected(request))
        try:
            await asyncio.wait([closing, leaving], return_when=asyncio.FIRST_COMPLETED)
        finally:
            closing.cancel()
            leaving.cancel()

    async def pause(self, request: Request, seconds: float | None) -> None:
        """Let the other side wait for so many real seconds, or, with None, until it gives up."""
        gone = asyncio.ensure_future(self.gone(request))
        try:
            await asyncio.wait([gone], timeout=seconds)
        finally:
            gone.cancel()

    async def cut(self, request: Request) -> Response:
        """Close the connection without an answer."""
        client = request.client
        transport = self.transports.get((client.host, client.port)) if client else None
        if transport is not None:
            transport.close()
            await _disconnected(request)
        return NoResponse()


class NoResponse(Response):
    """Says nothing; for a connection that is already closed."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        return


async def _disconnected(request: Request) -> None:
    while True:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            return
