"""The little web server: whether the service is alive and ready, its metrics, and the address for Telegram's updates.

Loaded only where it listens. It believes nothing that a proxy says of who asks. Does not know what it serves.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Iterator

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from flows.engine.values import dataclass

FINISH_SECONDS = 2
"""How long requests that came in may still take when it closes."""
_MOST_AT_ONCE = 200
_LOOK_SECONDS = 0.005

Receive = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Hook:
    """The path to which updates are brought, and who takes them."""

    path: str
    receive: Receive


def make_app(
    troubles: Callable[[], Awaitable[list[str]]],
    measure: Callable[[], Awaitable[tuple[bytes, str]]],
    hook: Hook | None = None,
) -> Starlette:
    """`troubles`: why no work can be given to this process now, in a word each. `measure`: the metrics and the kind of
    text they are."""

    async def live(_: Request) -> Response:
        return PlainTextResponse("alive\n")

    async def ready(_: Request) -> Response:
        found = await troubles()
        return PlainTextResponse("".join(f"{one}\n" for one in found) or "ready\n", 503 if found else 200)

    async def metrics(_: Request) -> Response:
        text, kind = await measure()
        return Response(text, headers={"content-type": kind})

    routes = [Route("/live", live), Route("/ready", ready), Route("/metrics", metrics)]
    if hook:
        routes.append(Route(hook.path, hook.receive, methods=["POST"]))
    return Starlette(routes=routes)


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the service's."""
        yield


class Web:
    """A server that listens at one address, in the running loop."""

    def __init__(self, app: Starlette) -> None:
        self._server = _Server(
            uvicorn.Config(
                app,
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                limit_concurrency=_MOST_AT_ONCE,
                timeout_keep_alive=75,
                timeout_graceful_shutdown=FINISH_SECONDS,
            )
        )
        self._task: asyncio.Task[None] | None = None
        self._socket: socket.socket | None = None

    @property
    def port(self) -> int:
        """On which it listens, once it does; 0 before."""
        return int(self._socket.getsockname()[1]) if self._socket else 0

    async def open(self, host: str, port: int) -> None:
        """Listens from now on; port 0 picks a free one. Raises OSError."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.socket(family, socket.SOCK_STREAM)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((host, port))
        except OSError:
            listening.close()
            raise
        listening.setblocking(False)
        self._socket = listening
        self._task = asyncio.create_task(self._server.serve(sockets=[listening]))
        while not self._server.started and not self._task.done():  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(_LOOK_SECONDS)

    async def close(self) -> None:
        """Takes no more requests, and lets those that came in end."""
        if self._task:
            self._server.should_exit = True
            await self._task
            self._task = None
        if self._socket:
            self._socket.close()
            self._socket = None
