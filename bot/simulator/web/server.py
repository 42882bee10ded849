"""The simulator as a web application, and the server that runs it."""

import asyncio
import contextlib
import logging
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.simulator.clock import SimulatedClock
from bot.simulator.emulator import Emulator
from bot.simulator.snapshot import Keeper
from bot.simulator.web.bot_api import BotApi
from bot.simulator.web.connections import Connections
from bot.simulator.web.control import Control
from bot.simulator.web.stream import Stream
from bot.simulator.web.webhook import WebhookDelivery

STATIC = Path(__file__).with_name("static")
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_log = logging.getLogger(__name__)


def create_app(
    emulator: Emulator, clock: SimulatedClock | None = None, connections: Connections | None = None
) -> Starlette:
    """The whole simulator as a Starlette application. `clock` is the emulator's own, and may be left out.

    Run it with :class:`SimulatorServer`: the faults that cut connections need its protocol.
    """
    if clock is not None and clock is not emulator.clock:
        raise ValueError("the clock is that of the emulator")
    links = connections or Connections()
    bot_api, control, stream = BotApi(emulator, links), Control(emulator), Stream(emulator, links)

    async def page(request: Request) -> Response:
        return Response(
            (STATIC / "index.html").read_bytes(),
            media_type="text/html",
            headers={
                "Content-Security-Policy": POLICY,
                "X-Content-Type-Options": "nosniff",
                "Referrer-Policy": "no-referrer",
                "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
                "Cache-Control": "no-cache",
            },
        )

    async def method_not_given(request: Request) -> Response:
        return JSONResponse({"ok": False, "error_code": 404, "description": "Not Found"}, 404)

    routes = [
        Route("/", page),
        Route("/bot{token}/{method}", bot_api.call, methods=["GET", "POST"]),
        Route("/file/bot{token}/{path:path}", bot_api.download, methods=["GET"]),
        Route("/bot{token}", method_not_given),
        Route("/sim/events", stream.handle, methods=["GET"]),
        *control.routes(),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]
    return Starlette(routes=routes, lifespan=_background(emulator), middleware=[Middleware(SameSiteOnly)])


def _background(emulator: Emulator) -> Callable[[Starlette], contextlib.AbstractAsyncContextManager[None]]:
    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        keeper = Keeper(emulator, emulator.state_file) if emulator.state_file else None
        jobs: list[Awaitable[None]] = [WebhookDelivery(emulator).run()]
        if keeper is not None:
            jobs.append(keeper.run())
        tasks = [asyncio.ensure_future(job) for job in jobs]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            if keeper is not None:
                await asyncio.to_thread(keeper.finish)

    return lifespan


class SameSiteOnly:
    """Refuses requests that another web site makes through somebody's browser."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or answer 403."""
        if scope["type"] == "http" and not _same_site(scope):
            await PlainTextResponse("Forbidden", 403)(scope, receive, send)
            return
        await self.app(scope, receive, send)


def _same_site(scope: Scope) -> bool:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    host = headers.get("host", "")
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != host:
        return False
    if headers.get("sec-fetch-site") == "cross-site" and scope["path"] != "/":
        return False
    if scope["path"].startswith("/bot") or scope["path"].startswith("/file/"):
        return True
    name = urlsplit(f"//{host}").hostname or ""
    return "." not in name or name.endswith(".localhost") or name.replace(".", "").isdigit()


class SimulatorServer:
    """Runs the simulator on uvicorn: in this event loop, or in a thread of its own.

    In a loop: ``await server.start()``, then `address`, then ``await server.stop()``; or ``async with``.
    In a thread: ``server.start_in_thread()`` and ``server.stop_thread()``; or ``with``.
    """

    def __init__(self, emulator: Emulator, *, host: str = "127.0.0.1", port: int = 0) -> None:
        """`host` and `port` hold when :meth:`start` is not told otherwise; port 0 picks a free one."""
        self.emulator = emulator
        self._host, self._port = host, port
        self._address = ""
        self._connections = Connections()
        self._server: uvicorn.Server | None = None
        self._task: asyncio.Task[None] | None = None
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def address(self) -> str:
        """Such as ``http://127.0.0.1:8081``, without a slash. Empty before the start."""
        return self._address

    @property
    def api_url(self) -> str:
        """The base of the Bot API, up to and including ``/bot``."""
        return f"{self._address}/bot"

    @property
    def file_url(self) -> str:
        """The base of downloads, up to and including ``/file/bot``."""
        return f"{self._address}/file/bot"

    async def start(self, host: str | None = None, port: int | None = None) -> str:
        """Start in the running loop and return the address once requests are taken. Raises ``OSError``."""
        self._connections = Connections()
        host, port = host or self._host, self._port if port is None else port
        self._socket = _bind(host, port)
        shown = f"[{host}]" if ":" in host else host
        self._address = f"http://{shown}:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(
            create_app(self.emulator, connections=self._connections),
            http=self._connections.protocol(),
            ws="none",
            lifespan="on",
            log_config=None,
            access_log=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=2,
        )
        self._server = uvicorn.Server(config)
        self._task = asyncio.create_task(self._serve(self._server, self._socket))
        while not self._server.started:
            if self._task.done():
                await self._task
                raise RuntimeError("the simulator stopped while starting")
            await asyncio.sleep(0.005)
        return self._address

    async def _serve(self, server: uvicorn.Server, listening: socket.socket) -> None:
        with contextlib.ExitStack() as stack:
            server.capture_signals = lambda: contextlib.nullcontext()  # type: ignore[method-assign,assignment,return-value]
            stack.callback(listening.close)
            await server.serve(sockets=[listening])

    async def stop(self) -> None:
        """Close what is open, save the state and stop."""
        self._connections.closing.set()
        if self._server is not None and self._task is not None:
            self._server.should_exit = True
            await self._task
        self._server = self._task = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.stop()

    def start_in_thread(self) -> str:
        """Start in a thread of its own and return the address."""
        ready = threading.Event()
        trouble: list[BaseException] = []

        async def main() -> None:
            try:
                self._loop = asyncio.get_running_loop()
                await self.start()
            except BaseException as error:
                trouble.append(error)
                raise
            finally:
                ready.set()
            if self._task is not None:
                await self._task

        def run() -> None:
            with contextlib.suppress(OSError, RuntimeError):
                asyncio.run(main())

        self._thread = threading.Thread(target=run, name="simulator", daemon=True)
        self._thread.start()
        ready.wait()
        if trouble:
            raise trouble[0]
        return self._address

    def stop_thread(self) -> None:
        """Stop what :meth:`start_in_thread` started."""
        if self._thread is not None and self._loop is not None and self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self.stop(), self._loop).result(15)
            self._thread.join(15)
        self._thread = None

    def __enter__(self) -> Self:
        self.start_in_thread()
        return self

    def __exit__(self, *_exc: object) -> None:
        self.stop_thread()


def _bind(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
    except OSError:
        listening.close()
        raise
    listening.setblocking(False)
    return listening
