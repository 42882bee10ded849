"""Faults on request: the next calls of the bot go wrong in a chosen way."""

import itertools
from dataclasses import dataclass
from typing import Any, Literal

from bot.simulator.errors import ApiError, bad_request, forbidden, too_many_requests

FaultKind = Literal[
    "too_many_requests",
    "blocked",
    "bad_request",
    "unauthorized",
    "server_error",
    "bad_gateway",
    "slow",
    "lost_answer",
    "hang",
    "closed",
    "closed_after",
]
KINDS: tuple[FaultKind, ...] = (
    "too_many_requests",
    "blocked",
    "bad_request",
    "unauthorized",
    "server_error",
    "bad_gateway",
    "slow",
    "lost_answer",
    "hang",
    "closed",
    "closed_after",
)
PERFORMED = frozenset({"slow", "lost_answer", "closed_after"})


@dataclass(slots=True)
class Fault:
    """What goes wrong with the next `times` calls that fit.

    - `too_many_requests`: 429, retry after `seconds`; `blocked`: 403; `bad_request`: 400 with `description`;
      `unauthorized`: 401; `server_error`: 500; `bad_gateway`: 502 with an HTML page. None of these performs the call.
    - `slow`: performed, answered after `seconds`. `lost_answer`: performed, never answered.
    - `hang`: never performed nor answered; with `seconds` it is answered 504 after those.
    - `closed`: the connection is cut before the call is performed; `closed_after`: after it.

    `method` None means every method but getUpdates, `"*"` means every method. `chat_id` None means every chat.
    """

    kind: FaultKind
    times: int = 1
    method: str | None = None
    chat_id: int | None = None
    seconds: float = 0.0
    description: str = ""
    fault_id: int = 0

    def fits(self, method: str, chat_id: int | None) -> bool:
        """Whether a call of `method` for `chat_id` is hit."""
        if self.method is None:
            if method.lower() == "getupdates":
                return False
        elif self.method != "*" and self.method.lower() != method.lower():
            return False
        return self.chat_id is None or self.chat_id == chat_id

    def error(self) -> ApiError | None:
        """The Bot API error it answers with; None for the kinds that go wrong below that level."""
        if self.kind == "too_many_requests":
            return too_many_requests(max(1, round(self.seconds)))
        if self.kind == "blocked":
            return forbidden(self.description or "bot was blocked by the user")
        if self.kind == "bad_request":
            return bad_request(self.description or "chat not found")
        if self.kind == "unauthorized":
            return ApiError(401, "Unauthorized")
        if self.kind == "server_error":
            return ApiError(500, self.description or "Internal Server Error")
        return None

    def to_json(self) -> dict[str, Any]:
        """For the control API and the page."""
        return {
            "fault_id": self.fault_id,
            "kind": self.kind,
            "times": self.times,
            "method": self.method,
            "chat_id": self.chat_id,
            "seconds": self.seconds,
            "description": self.description,
        }


class Faults:
    """The faults that still have to happen, in the order they were asked for."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []
        self._ids = itertools.count(1)

    def add(self, fault: Fault) -> Fault:
        """Let `fault` hit the coming calls. Raises ``ValueError`` for an unknown kind or a senseless count."""
        if fault.kind not in KINDS:
            raise ValueError(f"unknown kind of fault {fault.kind!r}; known are {', '.join(KINDS)}")
        if fault.times < 1 or fault.seconds < 0:
            raise ValueError("a fault happens at least once, and its seconds are not negative")
        fault.fault_id = next(self._ids)
        self.waiting.append(fault)
        return fault

    def take(self, method: str, chat_id: int | None) -> Fault | None:
        """The fault that hits this call, counted down by one; None when the call is spared."""
        for fault in self.waiting:
            if fault.fits(method, chat_id):
                fault.times -= 1
                if fault.times <= 0:
                    self.waiting.remove(fault)
                return fault
        return None

    def clear(self, fault_id: int | None = None) -> None:
        """Call off one fault, or all of them."""
        self.waiting = [fault for fault in self.waiting if fault_id is not None and fault.fault_id != fault_id]
