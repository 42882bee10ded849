"""What can come in from a chat, in our own words. Knows no Telegram: `telegram.inbound` makes these."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from flows.engine.values import dataclass

MessageKind = Literal[
    "text",
    "voice",
    "photo",
    "video",
    "video_note",
    "animation",
    "document",
    "audio",
    "sticker",
    "location",
    "contact",
    "poll",
    "other",
]


@dataclass(frozen=True, slots=True)
class Message:
    """Somebody sent something. `text` is the text or the caption; `album` is the same for the parts of one album;
    `borrowed`: it was forwarded, or it comes from or shows another chat or bot; `options`: those of a poll."""

    message_id: int
    kind: MessageKind
    text: str = ""
    file_id: str | None = None
    reply_to: int | None = None
    album: str | None = None
    forwarded: bool = False
    borrowed: bool = False
    first_name: str = ""
    options: tuple[str, ...] = ()

    @property
    def command(self) -> tuple[str, str] | None:
        """The command and what follows it, without the bot's name."""
        return _command(self.text) if self.kind == "text" else None


def _command(text: str) -> tuple[str, str] | None:
    if not text.startswith("/"):
        return None
    word, _, rest = text[1:].partition(" ")
    return word.partition("@")[0].lower(), rest.strip()


@dataclass(frozen=True, slots=True)
class Edited:
    """Somebody changed the text or caption of an earlier message."""

    message_id: int
    text: str


IN_GROUP = "group"
"""The kind of an input that was said in a group. It waits in the lane of who said it; nobody is told if it fails."""


@dataclass(frozen=True, slots=True)
class InGroup:
    """Somebody said something in a group, or changed what they said. Nothing of it is kept. `as_group`: by an
    administrator who shows no name; `reply_author`: the person whose message `reply_to` is answered, if it is one."""

    group_id: int
    text: str
    message_id: int | None = None
    title: str = ""
    edited: bool = False
    as_group: bool = False
    reply_to: int | None = None
    reply_author: int | None = None

    @property
    def command(self) -> tuple[str, str] | None:
        """The command and what follows it, without the bot's name."""
        return None if self.edited else _command(self.text)


@dataclass(frozen=True, slots=True)
class TappedInGroup:
    """Somebody tapped a button of the bot in a group. `query_id` is what the tap is answered by, to them alone."""

    group_id: int
    token: str
    query_id: str


@dataclass(frozen=True, slots=True)
class Placed:
    """The bot's place in a group changed. What it may do there, and could before; None: it is, or was, not there."""

    group_id: int
    before: frozenset[str] | None
    rights: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Moved:
    """A group became a supergroup, which has another number."""

    old: int
    new: int


ADMIN = "draaglicht_admin"
"""By this an answer of Telegram's is known among its updates, none of which are called so."""


@dataclass(frozen=True, slots=True)
class AdminAnswer:
    """What Telegram told when it was asked whether who typed a code is an administrator of the group."""

    group_id: int
    title: str
    code: str
    yes: bool


@dataclass(frozen=True, slots=True)
class Tapped:
    """Somebody tapped a button. `html` is the text of the message that holds it, as far as Telegram still knows it."""

    token: str
    message_id: int | None
    html: str | None
    first_name: str = ""


@dataclass(frozen=True, slots=True)
class Reacted:
    """Somebody set a sign of Telegram's own under a message, or with none took it off."""

    message_id: int
    emoji: str


@dataclass(frozen=True, slots=True)
class Reachable:
    """Somebody blocked the bot, or let it in again."""

    yes: bool


@dataclass(frozen=True, slots=True)
class Rang:
    """A timer went off, that was set for `due_at`. `late`: it is past its use, which it had until `useful_until`."""

    key: str
    turn: int | None
    late: bool
    due_at: datetime
    useful_until: datetime


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nothing that concerns anybody."""


Incoming = (
    Message
    | Edited
    | InGroup
    | TappedInGroup
    | Placed
    | Moved
    | AdminAnswer
    | Tapped
    | Reacted
    | Reachable
    | Rang
    | Nothing
)
