"""Everything that exists in the simulated Telegram: people, chats, messages, files, polls, taps."""

from dataclasses import dataclass, field
from typing import Any, Literal

from bot.simulator.text import utf16_slice

Json = dict[str, Any]
MemberStatus = Literal["creator", "administrator", "member", "restricted", "left", "kicked"]
PRESENT: tuple[MemberStatus, ...] = ("creator", "administrator", "member", "restricted")


@dataclass(slots=True)
class Message:
    """One message. `body` is the Bot API object and is replaced, never changed, on an edit. `silent`: it came without a
    sound."""

    chat_id: int
    message_id: int
    body: Json
    from_bot: bool
    deleted: bool = False
    reactions: dict[int, list[Json]] = field(default_factory=dict)
    revision: int = 0
    silent: bool = False

    @property
    def text(self) -> str:
        """Its text or caption; empty when it has neither."""
        return str(self.body.get("text") or self.body.get("caption") or "")

    @property
    def keyboard(self) -> list[list[Json]]:
        """The rows of its inline keyboard; no rows when it has none."""
        markup = self.body.get("reply_markup") or {}
        rows: list[list[Json]] = markup.get("inline_keyboard", [])
        return rows

    @property
    def labels(self) -> list[str]:
        """The labels of its buttons, row by row."""
        return [str(button["text"]) for row in self.keyboard for button in row]

    @property
    def links(self) -> list[str]:
        """The addresses in its text and on its buttons, in order."""
        found = []
        marks: list[Json] = self.body.get("entities") or self.body.get("caption_entities") or []
        for entity in marks:
            if entity["type"] == "url":
                found.append(utf16_slice(self.text, entity["offset"], entity["length"]))
            elif entity["type"] == "text_link":
                found.append(str(entity["url"]))
        return found + [str(button["url"]) for row in self.keyboard for button in row if "url" in button]

    @property
    def date(self) -> int:
        """When it was sent, in whole seconds of the simulated clock since 1970 UTC."""
        return int(self.body["date"])


@dataclass(slots=True)
class Chat:
    """A private chat (its id is the person's user id), a group or a supergroup."""

    chat_id: int
    kind: Literal["private", "group", "supergroup"]
    title: str = ""
    members: dict[int, MemberStatus] = field(default_factory=dict)
    bot_status: MemberStatus = "member"
    bot_lacks: list[str] = field(default_factory=list)
    """Rights that the bot does not have as an administrator here."""
    until: dict[int, float] = field(default_factory=dict)
    """Until when a member is restricted or banned, in seconds since 1970 UTC; not there: for good."""
    blocked: bool = False
    migrated_to: int | None = None
    next_message_id: int = 1
    messages: dict[int, Message] = field(default_factory=dict)
    pinned: list[int] = field(default_factory=list)
    keyboard: Json | None = None
    read_up_to: int = 0
    menu_button: Json | None = None

    @property
    def private(self) -> bool:
        """Whether this is a chat of one person with the bot."""
        return self.kind == "private"

    def visible(self) -> list[Message]:
        """The messages that have not been deleted, oldest first."""
        return [message for message in self.messages.values() if not message.deleted]

    def newest(self) -> Message | None:
        """The newest message that has not been deleted."""
        return next((message for message in reversed(self.messages.values()) if not message.deleted), None)


@dataclass(slots=True)
class StoredFile:
    """A file that was uploaded. `file_id` and `file_unique_id` are what the bot sees."""

    file_id: str
    file_unique_id: str
    path: str
    mime_type: str
    name: str
    size: int
    content: bytes = b""
    described: Json = field(default_factory=dict)
    kind: str = "document"


@dataclass(slots=True)
class Poll:
    """A poll and who chose what. `body` is the Bot API object."""

    body: Json
    votes: dict[int, list[int]] = field(default_factory=dict)
    by_bot: bool = True


@dataclass(slots=True)
class Tap:
    """One tap on a button: the callback query, when it was made, and the answer to it."""

    query_id: str
    user_id: int
    chat_id: int
    message_id: int
    data: str
    at: float
    answer: Json | None = None


@dataclass(slots=True)
class World:
    """All of it. The parts with the bot's profile hold what the bot set by the Bot API."""

    bot: Json
    people: dict[int, Json] = field(default_factory=dict)
    chats: dict[int, Chat] = field(default_factory=dict)
    files: dict[str, StoredFile] = field(default_factory=dict)
    polls: dict[str, Poll] = field(default_factory=dict)
    taps: dict[str, Tap] = field(default_factory=dict)
    commands: list[Json] = field(default_factory=list)
    descriptions: dict[str, str] = field(default_factory=dict)
    menu_button: Json | None = None
    next_group: int = 1
    world_id: str = ""
