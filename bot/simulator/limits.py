"""Telegram's sending limits, off until asked for, and the log of every call."""

import math
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

SENDING = frozenset(
    name.lower()
    for name in [
        "sendMessage",
        "sendPhoto",
        "sendVoice",
        "sendAudio",
        "sendVideo",
        "sendVideoNote",
        "sendAnimation",
        "sendDocument",
        "sendSticker",
        "sendLocation",
        "sendVenue",
        "sendContact",
        "sendPoll",
        "sendDice",
        "sendMediaGroup",
        "copyMessage",
        "copyMessages",
        "forwardMessage",
        "forwardMessages",
        "editMessageText",
        "editMessageCaption",
        "editMessageMedia",
        "editMessageReplyMarkup",
    ]
)


@dataclass(slots=True)
class LimitRules:
    """How much may be sent. A private chat refills at one a second, up to `private_burst` saved up."""

    overall_per_second: int = 30
    private_burst: int = 1
    private_per_second: float = 1.0
    group_per_minute: int = 20


@dataclass(slots=True)
class Limits:
    """Watches the limits once `enforced`. Times are in seconds of :meth:`SimulatedClock.pacing_seconds`."""

    enforced: bool = False
    rules: LimitRules = field(default_factory=LimitRules)
    breaches: int = 0
    _overall: deque[float] = field(default_factory=deque)
    _groups: dict[int, deque[float]] = field(default_factory=dict)
    _private: dict[int, tuple[float, float]] = field(default_factory=dict)

    def check(self, method: str, chat_id: int | None, weight: int, at: float) -> int | None:
        """Count a sending call; returns after how many whole seconds to retry when it breaks a limit, else None.

        A call that breaks a limit is not counted towards the limits, but is counted in `breaches`.
        """
        if not self.enforced or method.lower() not in SENDING or chat_id is None:
            return None
        wait = max(self._overall_wait(at), self._group_wait(chat_id, at), self._private_wait(chat_id, at))
        if wait > 0:
            self.breaches += 1
            return max(1, math.ceil(wait))
        self._overall.append(at)
        if chat_id < 0:
            self._groups.setdefault(chat_id, deque()).extend([at] * weight)
        else:
            saved, last = self._private.get(chat_id, (float(self.rules.private_burst), at))
            saved = min(float(self.rules.private_burst), saved + (at - last) * self.rules.private_per_second)
            self._private[chat_id] = (saved - 1.0, at)
        return None

    def _overall_wait(self, at: float) -> float:
        _forget_before(self._overall, at - 1.0)
        return self._overall[0] + 1.0 - at if len(self._overall) >= self.rules.overall_per_second else 0.0

    def _group_wait(self, chat_id: int, at: float) -> float:
        sent = self._groups.get(chat_id)
        if not sent:
            return 0.0
        _forget_before(sent, at - 60.0)
        return sent[0] + 60.0 - at if len(sent) >= self.rules.group_per_minute else 0.0

    def _private_wait(self, chat_id: int, at: float) -> float:
        if chat_id not in self._private:
            return 0.0
        saved, last = self._private[chat_id]
        saved = min(float(self.rules.private_burst), saved + (at - last) * self.rules.private_per_second)
        return (1.0 - saved) / self.rules.private_per_second if saved < 1.0 - 1e-9 else 0.0


def _forget_before(times: deque[float], moment: float) -> None:
    while times and times[0] <= moment:
        times.popleft()


@dataclass(frozen=True, slots=True)
class ApiCall:
    """One call of the bot. `monotonic` is real seconds (``time.monotonic``), `at` the simulated instant in UTC.

    `outcome` is "ok", "error CODE", "breach" for a broken sending limit, or "fault KIND"; `performed` tells whether
    it took effect. `message_id` is that of the message it made, if any.
    """

    monotonic: float
    at: datetime
    method: str
    chat_id: int | None
    outcome: str
    performed: bool
    message_id: int | None = None
    description: str = ""


class CallLog:
    """The last `keep` calls, and how many there were in all."""

    def __init__(self, keep: int = 100_000) -> None:
        self._calls: deque[ApiCall] = deque(maxlen=keep)
        self.total = 0
        self.last_monotonic = 0.0

    def add(self, call: ApiCall) -> None:
        """Note a call."""
        self.total += 1
        self.last_monotonic = call.monotonic
        self._calls.append(call)

    def all(self, method: str | None = None, chat_id: int | None = None) -> list[ApiCall]:
        """The calls that are kept, oldest first, of one method or one chat if given."""
        return [
            call
            for call in list(self._calls)
            if (method is None or call.method.lower() == method.lower())
            and (chat_id is None or call.chat_id == chat_id)
        ]

    def clear(self) -> None:
        """Forget the calls, not the total."""
        self._calls.clear()
