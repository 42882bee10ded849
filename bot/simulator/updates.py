"""The queue of updates that wait for the bot, and the numbers they carry."""

import time
from collections import deque
from collections.abc import Sequence
from typing import Any

Json = dict[str, Any]

UPDATE_TYPES = (
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "inline_query",
    "chosen_inline_result",
    "callback_query",
    "shipping_query",
    "pre_checkout_query",
    "poll",
    "poll_answer",
    "my_chat_member",
    "chat_member",
    "chat_join_request",
    "message_reaction",
    "message_reaction_count",
)
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
_ERA = 1_735_689_600
_IDS_A_SECOND = 8
AFTER_A_CRASH = 5_000


def first_update_id() -> int:
    """A number above any that an earlier emulator gave out, as long as it gave fewer than eight a second.

    Counted from the real clock, in eighths of a second since 1 January 2025, so it fits 31 bits until 2033.
    """
    return int((time.time() - _ERA) * _IDS_A_SECOND)


class UpdateQueue:
    """Updates in order, kept until the bot confirms them."""

    def __init__(self, next_id: int | None = None) -> None:
        self.next_id = first_update_id() if next_id is None else next_id
        self.waiting: deque[Json] = deque()
        self.allowed: tuple[str, ...] | None = None
        self.produced = 0

    def wants(self, kind: str) -> bool:
        """Whether the bot asked for updates of this kind."""
        return kind in self.allowed if self.allowed else kind not in NOT_BY_DEFAULT

    def allow(self, kinds: Sequence[str] | None) -> None:
        """Remember which kinds the bot wants from now on; None leaves it as it was, empty means the default."""
        if kinds is not None:
            self.allowed = tuple(kind for kind in kinds if kind in UPDATE_TYPES) or None

    def add(self, kind: str, content: Json) -> Json | None:
        """Queue an update, unless the bot does not want its kind. Returns what was queued."""
        if not self.wants(kind):
            return None
        update = {"update_id": self.next_id, kind: content}
        self.next_id += 1
        self.produced += 1
        self.waiting.append(update)
        return update

    def confirm(self, offset: int) -> None:
        """Forget updates before `offset`; a negative offset keeps only that many of the newest."""
        if offset < 0:
            while len(self.waiting) > -offset:
                self.waiting.popleft()
            return
        while self.waiting and self.waiting[0]["update_id"] < offset:
            self.waiting.popleft()

    def first(self, limit: int) -> list[Json]:
        """The oldest `limit` updates that wait."""
        return [self.waiting[index] for index in range(min(limit, len(self.waiting)))]
