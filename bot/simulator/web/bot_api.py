"""The Bot API over HTTP: envelopes, long polls, and everything that can go wrong on the way."""

import asyncio
import json
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from bot.simulator.api import Params, check_token, method_name, perform
from bot.simulator.emulator import Emulator
from bot.simulator.errors import ApiError
from bot.simulator.faults import PERFORMED, Fault
from bot.simulator.web.connections import Connections
from bot.simulator.web.forms import read_params

LONGEST_POLL = 50
BAD_GATEWAY = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>502 Bad Gateway</body>\r\n</html>\r\n"


class BotApi:
    """Answers `/bot<TOKEN>/<method>` and `/file/bot<TOKEN>/<path>`."""

    def __init__(self, emulator: Emulator, connections: Connections) -> None:
        self.emulator = emulator
        self.connections = connections
        self._poller: asyncio.Event | None = None

    async def call(self, request: Request) -> Response:
        """One call of the bot."""
        try:
            check_token(request.path_params["token"])
            self.emulator.adopt_token(request.path_params["token"])
            name = method_name(request.path_params["method"])
            params = await read_params(request)
        except ApiError as error:
            return envelope(error)
        except ClientDisconnect:
            return Response(status_code=499)
        with self.emulator.lock:
            fault = self.emulator.faults.take(name, params.chat_id())
        if fault is not None:
            return await self._faulty(request, fault, name, params)
        return await self._answer(request, name, params)

    async def _answer(self, request: Request, name: str, params: Params) -> Response:
        try:
            result = (
                await self._updates(request, params) if name == "getUpdates" else perform(self.emulator, name, params)
            )
        except ApiError as error:
            return envelope(error)
        return JSONResponse({"ok": True, "result": result})

    async def _updates(self, request: Request, params: Params) -> Any:
        """A long poll: waits for updates, makes an older poll give way, and gives way to a newer one."""
        updates = perform(self.emulator, "getUpdates", params)
        if self._poller is not None:
            self._poller.set()
        wait = min(max(params.integer("timeout") or 0, 0), LONGEST_POLL)
        if updates or not wait:
            self._log_poll("ok")
            return updates
        loop = asyncio.get_running_loop()
        overtaken, changed = asyncio.Event(), asyncio.Event()
        self._poller = overtaken
        self.emulator.polls_waiting += 1
        self.emulator.events.add("polling")
        stop = self.emulator.events.listen_in_loop(loop, changed)
        gone = asyncio.ensure_future(self.connections.gone(request))
        deadline = loop.time() + wait
        try:
            while not updates and loop.time() < deadline and not gone.done():
                changed.clear()
                if overtaken.is_set():
                    raise ApiError(
                        409,
                        "Conflict: terminated by other getUpdates request; "
                        "make sure that only one bot instance is running",
                    )
                updates = perform(self.emulator, "getUpdates", params)
                if not updates:
                    waits = [asyncio.ensure_future(event.wait()) for event in (changed, overtaken)]
                    await asyncio.wait(
                        [*waits, gone], timeout=deadline - loop.time(), return_when=asyncio.FIRST_COMPLETED
                    )
                    for task in waits:
                        task.cancel()
            self._log_poll("ok")
            return updates
        except ApiError as error:
            self._log_poll(f"error {error.code}")
            raise
        finally:
            stop()
            gone.cancel()
            self.emulator.polls_waiting -= 1
            if self._poller is overtaken:
                self._poller = None

    def _log_poll(self, outcome: str) -> None:
        self.emulator.log_call("getUpdates", None, outcome, performed=outcome == "ok")

    async def _faulty(self, request: Request, fault: Fault, name: str, params: Params) -> Response:
        emulator, chat_id = self.emulator, params.chat_id()
        emulator.events.add("faults")
        if fault.kind in PERFORMED:
            answer = await self._answer(request, name, params)
            emulator.log_call(name, chat_id, f"fault {fault.kind}", performed=True)
            if fault.kind == "slow":
                await self.connections.pause(request, fault.seconds)
                return answer
            if fault.kind == "lost_answer":
                await self.connections.pause(request, None)
            return await self.connections.cut(request)
        error = fault.error()
        emulator.log_call(name, chat_id, f"fault {fault.kind}", performed=False, error=error)
        if error is not None:
            return envelope(error)
        if fault.kind == "bad_gateway":
            return Response(BAD_GATEWAY, 502, media_type="text/html")
        if fault.kind == "hang":
            await self.connections.pause(request, fault.seconds or None)
            if fault.seconds:
                return envelope(ApiError(504, "Gateway Timeout"))
        return await self.connections.cut(request)

    async def download(self, request: Request) -> Response:
        """The content of a file, by the path that getFile gave."""
        try:
            check_token(request.path_params["token"])
        except ApiError as error:
            return envelope(error)
        path = request.path_params["path"]
        with self.emulator.lock:
            fault = self.emulator.faults.take("download", None)
            stored = next((kept for kept in self.emulator.world.files.values() if kept.path == path), None)
        if fault is not None:
            return await self._faulty_download(request, fault)
        if stored is None:
            return envelope(ApiError(404, "Not Found"))
        self.emulator.log_call("download", None, "ok", performed=True)
        return Response(stored.content, media_type="application/octet-stream")

    async def _faulty_download(self, request: Request, fault: Fault) -> Response:
        error = fault.error()
        self.emulator.log_call("download", None, f"fault {fault.kind}", performed=False, error=error)
        if error is not None:
            return envelope(error)
        if fault.kind == "bad_gateway":
            return Response(BAD_GATEWAY, 502, media_type="text/html")
        if fault.kind in ("slow", "lost_answer", "hang"):
            await self.connections.pause(request, fault.seconds or None)
        return await self.connections.cut(request)


def envelope(error: ApiError) -> Response:
    """An error as Telegram answers it."""
    return Response(json.dumps(error.envelope()), error.code, media_type="application/json")
