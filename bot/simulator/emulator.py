"""The state machine behind the simulated Telegram. Knows no HTTP: calls of the bot arrive through `bot.simulator.api`,
what people do through `bot.simulator.phone` and `bot.simulator.groups`."""

import asyncio
import itertools
import threading
import time
import uuid
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from bot.simulator.clock import SimulatedClock
from bot.simulator.errors import ApiError, PersonCannot
from bot.simulator.events import Events
from bot.simulator.faults import Fault, FaultKind, Faults
from bot.simulator.files import store
from bot.simulator.limits import ApiCall, CallLog, LimitRules, Limits
from bot.simulator.personas import PERSONAS, Persona, stranger
from bot.simulator.updates import UpdateQueue
from bot.simulator.world import PRESENT, Chat, Json, Message, Poll, StoredFile, World

if TYPE_CHECKING:
    from bot.simulator.groups import Group
    from bot.simulator.phone import Phone

DEFAULT_BOT_ID = 7_000_000_001


class Emulator:
    """One simulated Telegram with one bot, its people and their chats.

    Every public method may be called from any thread; `lock` guards the world for who needs several steps at once.
    With a `state_file` the world is read from it at the start and kept in it (see :mod:`bot.simulator.snapshot`).
    """

    def __init__(
        self,
        clock: SimulatedClock | None = None,
        *,
        state_file: Path | str | None = None,
        personas: Iterable[Persona] = PERSONAS,
        start_links: Mapping[str, str] | None = None,
        bot_username: str = "draaglicht_bot",
        bot_name: str = "Draaglicht",
        enforce_limits: bool = False,
        limit_rules: LimitRules | None = None,
        privacy_mode: bool = True,
        callback_lifetime_seconds: float = 900.0,
    ) -> None:
        """Build the world, or read it back.

        `start_links` maps a persona's key to the deep-link payload behind its START button. `privacy_mode` hides from
        the bot what people say to each other in a group, unless it is an administrator. A tap can be answered for
        `callback_lifetime_seconds` of the simulated clock.
        """
        self.clock = clock or SimulatedClock()
        self.lock = threading.RLock()
        self.events = Events()
        self.updates = UpdateQueue()
        self.faults = Faults()
        self.limits = Limits(enforced=enforce_limits, rules=limit_rules or LimitRules())
        self.calls = CallLog()
        self.personas: dict[int, Persona] = {persona.user_id: persona for persona in personas}
        self.start_links: dict[str, str] = dict(start_links or {})
        self.travel: Callable[[datetime], Awaitable[None]] | None = None
        """How to get to a later moment; when set, the page's clock buttons live through the time between."""
        self.callback_lifetime_seconds = callback_lifetime_seconds
        self.webhook: Json = {}
        self.closed_until = 0.0
        self.polls_waiting = 0
        self.world = World(
            bot={
                "id": DEFAULT_BOT_ID,
                "is_bot": True,
                "first_name": bot_name,
                "username": bot_username,
                "can_join_groups": True,
                "can_read_all_group_messages": not privacy_mode,
                "supports_inline_queries": False,
                "can_connect_to_business": False,
                "has_main_web_app": False,
            },
            world_id=uuid.uuid4().hex,
        )
        self._query_ids = itertools.count(time.time_ns() // 1000)
        self._dirty = 0
        self.state_file = Path(state_file) if state_file else None
        if self.state_file is not None:
            from bot.simulator import snapshot

            snapshot.load(self, self.state_file)
        self.clock.on_move(self._clock_moved)

    def _clock_moved(self, _now: datetime) -> None:
        self.touched()
        self.events.add("clock")

    # -- time and identity ------------------------------------------------------------------------------------------

    def timestamp(self) -> int:
        """The simulated present in whole seconds since 1970 UTC, as messages carry it."""
        return int(self.clock.now().timestamp())

    def new_query_id(self) -> str:
        """An id for a tap, a poll or an album that was not used before, also over restarts."""
        return str(next(self._query_ids))

    @property
    def bot_id(self) -> int:
        """The Telegram user id of the bot."""
        return int(self.world.bot["id"])

    @property
    def bot_username(self) -> str:
        """Without the @."""
        return str(self.world.bot["username"])

    def bot_user(self) -> Json:
        """The bot as sender of a message."""
        return {key: self.world.bot[key] for key in ("id", "is_bot", "first_name", "username")}

    def adopt_token(self, token: str) -> None:
        """Take the bot's id from its token: the number before the colon."""
        bot_id = int(token.split(":", 1)[0])
        if bot_id != self.world.bot["id"]:
            with self.lock:
                self.world.bot = {**self.world.bot, "id": bot_id}
                self.touched()

    @property
    def dirty(self) -> int:
        """A number that grows with each change that belongs in the state file."""
        return self._dirty

    def touched(self) -> None:
        """Note that the state file is behind."""
        self._dirty += 1

    # -- people -----------------------------------------------------------------------------------------------------

    def persona(self, who: str | int) -> Persona:
        """The persona with this key or user id; an unknown user id becomes a stranger. Raises :class:`PersonCannot`."""
        with self.lock:
            if isinstance(who, str) and not who.lstrip("-").isdigit():
                for persona in self.personas.values():
                    if persona.key == who:
                        return persona
                raise PersonCannot(
                    f"nobody is called {who!r}; known are {', '.join(p.key for p in self.personas.values())}"
                )
            user_id = int(who)
            if user_id <= 0:
                raise PersonCannot(f"{user_id} is not a person")
            if user_id not in self.personas:
                self.personas[user_id] = stranger(user_id)
                self.touched()
                self.events.add("people")
            return self.personas[user_id]

    def add_persona(self, persona: Persona) -> "Phone":
        """Let a new person move in, or change an existing one with the same user id."""
        with self.lock:
            self.personas[persona.user_id] = persona
            self.touched()
        self.events.add("people")
        return self.person(persona.user_id)

    def person(self, who: str | int) -> "Phone":
        """The phone of the persona with this key or user id, in the private chat with the bot."""
        from bot.simulator.phone import Phone

        return Phone(self, self.persona(who))

    def set_start_links(self, links: Mapping[str, str]) -> None:
        """Set the deep-link payload behind the START button of some personas, by key; the rest stays as it was."""
        with self.lock:
            self.start_links.update(links)
            self.touched()
        self.events.add("people")

    # -- chats ------------------------------------------------------------------------------------------------------

    def chat(self, chat_id: int) -> Chat:
        """An existing chat. Raises :class:`PersonCannot` when there is none."""
        chat = self.world.chats.get(chat_id)
        if chat is None:
            raise PersonCannot(f"there is no chat {chat_id}")
        return chat

    def private_chat(self, user_id: int) -> Chat:
        """The chat of this person with the bot, opened when it was not yet there: from now on the bot may write."""
        with self.lock:
            chat = self.world.chats.get(user_id)
            if chat is None:
                chat = Chat(user_id, "private", members={user_id: "member"})
                self.world.chats[user_id] = chat
                self.touched()
            return chat

    def create_group(
        self,
        title: str,
        members: Iterable[str | int],
        *,
        bot: Literal["administrator", "member"] | None = "member",
        supergroup: bool = False,
    ) -> "Group":
        """Make a group; the first member owns it. With `bot` None the bot stays out."""
        from bot.simulator.groups import create

        return create(self, title, members, bot=bot, supergroup=supergroup)

    def group(self, chat_id: int) -> "Group":
        """The handle of an existing group. Raises :class:`PersonCannot`."""
        from bot.simulator.groups import Group

        if self.chat(chat_id).private:
            raise PersonCannot(f"{chat_id} is not a group")
        return Group(self, chat_id)

    def chat_json(self, chat: Chat) -> Json:
        """The Bot API `Chat` object."""
        if chat.private:
            user = self.persona(chat.chat_id).as_user()
            named: Json = {key: user[key] for key in ("first_name", "last_name", "username") if key in user}
            return {"id": chat.chat_id, **named, "type": "private"}
        extra = {"all_members_are_administrators": False} if chat.kind == "group" else {}
        return {"id": chat.chat_id, "title": chat.title, "type": chat.kind, **extra}

    # -- messages ---------------------------------------------------------------------------------------------------

    def post(self, chat: Chat, content: Json, sender: Json, *, from_bot: bool, markup: Json | None = None) -> Message:
        """Put a message in a chat, without telling the bot."""
        with self.lock:
            message_id = chat.next_message_id
            chat.next_message_id += 1
            body: Json = {
                "message_id": message_id,
                "from": sender,
                "chat": self.chat_json(chat),
                "date": self.timestamp(),
                **content,
            }
            if markup and "inline_keyboard" in markup:
                body["reply_markup"] = markup
            elif markup and "keyboard" in markup:
                chat.keyboard = {**markup, "message_id": message_id}
            elif markup:
                chat.keyboard = None if "remove_keyboard" in markup else {**markup, "message_id": message_id}
            message = Message(chat.chat_id, message_id, body, from_bot)
            chat.messages[message_id] = message
            self.touched()
        self.events.add("message", chat_id=chat.chat_id, message_id=message_id)
        return message

    def replace(self, message: Message, changes: Mapping[str, Any], *, edited: bool = True) -> None:
        """Change a message; a value of None takes that field out."""
        with self.lock:
            body = {**message.body, **changes}
            message.body = {key: value for key, value in body.items() if value is not None}
            if edited:
                message.body["edit_date"] = self.timestamp()
            message.revision += 1
            self.touched()
        self.events.add("edited", chat_id=message.chat_id, message_id=message.message_id)

    def remove(self, message: Message) -> None:
        """Let a message vanish for everyone."""
        with self.lock:
            message.deleted = True
            chat = self.world.chats[message.chat_id]
            if message.message_id in chat.pinned:
                chat.pinned.remove(message.message_id)
            self.touched()
        self.events.add("deleted", chat_id=message.chat_id, message_id=message.message_id)

    def render(self, message: Message) -> Json:
        """The message as the bot sees it now."""
        poll = message.body.get("poll")
        return {**message.body, "poll": dict(self.world.polls[poll["id"]].body)} if poll else message.body

    def keep_file(self, kind: str, content: bytes, name: str = "", mime_type: str = "") -> StoredFile:
        """Store a file that somebody sends. Raises :class:`ApiError` for what Telegram would refuse."""
        with self.lock:
            self.touched()
            return store(self.world.files, kind, content, name, mime_type)

    def keep_poll(self, body: Json, *, by_bot: bool) -> Poll:
        """Register a new poll."""
        with self.lock:
            poll = Poll(body, by_bot=by_bot)
            self.world.polls[body["id"]] = poll
            self.touched()
            return poll

    def poll_changed(self, poll: Poll) -> None:
        """Show new totals wherever the poll stands."""
        self.touched()
        for chat in self.world.chats.values():
            for message in chat.messages.values():
                if message.body.get("poll", {}).get("id") == poll.body["id"]:
                    self.events.add("edited", chat_id=chat.chat_id, message_id=message.message_id)

    # -- what the bot hears -----------------------------------------------------------------------------------------

    def emit(self, kind: str, content: Json) -> None:
        """Queue an update for the bot."""
        with self.lock:
            update = self.updates.add(kind, content)
            self.touched()
        if update is not None:
            self.events.add("update", update=kind, update_id=update["update_id"])

    def tell_bot(self, message: Message, kind: str = "message") -> None:
        """Queue an update about a message, if the bot may see it."""
        if self.bot_sees(message):
            self.emit(kind, self.render(message))

    def bot_sees(self, message: Message) -> bool:
        """Whether the bot is told of this message: always in private, in a group by its rights and privacy mode."""
        chat = self.world.chats[message.chat_id]
        if chat.private:
            return True
        if chat.bot_status not in PRESENT:
            return False
        if chat.bot_status == "administrator" or self.world.bot["can_read_all_group_messages"]:
            return True
        body = message.body
        if not (body.keys() & {"text", "caption"}) and not body.keys() & CONTENT:
            return True
        if body.get("reply_to_message", {}).get("from", {}).get("id") == self.bot_id:
            return True
        text = message.text
        for entity in body.get("entities", []):
            if entity["type"] == "bot_command":
                addressed = text.encode("utf-16-le")[entity["offset"] * 2 :].decode("utf-16-le", "ignore").split()[0]
                name = addressed.partition("@")[2]
                if not name or name.lower() == self.bot_username.lower():
                    return True
        return False

    # -- faults, limits, calls --------------------------------------------------------------------------------------

    def add_fault(
        self,
        kind: FaultKind,
        times: int = 1,
        *,
        method: str | None = None,
        chat_id: int | None = None,
        seconds: float = 0.0,
        description: str = "",
    ) -> Fault:
        """Let the next `times` calls go wrong; see :class:`bot.simulator.faults.Fault`. Raises ``ValueError``."""
        with self.lock:
            fault = self.faults.add(Fault(kind, times, method, chat_id, seconds, description))
        self.events.add("faults")
        return fault

    def clear_faults(self, fault_id: int | None = None) -> None:
        """Call off one fault, or all."""
        with self.lock:
            self.faults.clear(fault_id)
        self.events.add("faults")

    def enforce_limits(self, on: bool = True, rules: LimitRules | None = None) -> None:
        """Switch Telegram's sending limits on or off, with other numbers if given; counting starts anew."""
        with self.lock:
            self.limits = Limits(enforced=on, rules=rules or self.limits.rules, breaches=self.limits.breaches)
        self.events.add("faults")

    def log_call(
        self,
        method: str,
        chat_id: int | None,
        outcome: str,
        *,
        performed: bool,
        result: object = None,
        error: ApiError | None = None,
    ) -> None:
        """Note a call of the bot."""
        message_id = result.get("message_id") if isinstance(result, dict) else None
        description = error.description if error else ""
        call = ApiCall(time.monotonic(), self.clock.now(), method, chat_id, outcome, performed, message_id, description)
        with self.lock:
            self.calls.add(call)
        self.events.add("call", method=method, chat_id=chat_id, outcome=outcome)

    # -- waiting ----------------------------------------------------------------------------------------------------

    def wait_until(self, condition: Callable[[], object], timeout: float = 10.0) -> bool:
        """Block this thread until `condition()` is true, looking again after each event; False after `timeout` seconds.

        Only for a thread other than that of the server's event loop; there, await :meth:`until`.
        """
        deadline = time.monotonic() + timeout
        while True:
            seq = self.events.seq
            if condition():
                return True
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            self.events.wait(seq, left)

    async def until(self, condition: Callable[[], object], timeout: float = 10.0) -> bool:  # noqa: ASYNC109
        """As :meth:`wait_until`, for the event loop."""
        loop = asyncio.get_running_loop()
        changed = asyncio.Event()
        stop = self.events.listen_in_loop(loop, changed)
        deadline = loop.time() + timeout
        try:
            while True:
                changed.clear()
                if condition():
                    return True
                left = deadline - loop.time()
                if left <= 0:
                    return False
                try:
                    await asyncio.wait_for(changed.wait(), left)
                except TimeoutError:
                    return bool(condition())
        finally:
            stop()


CONTENT = frozenset(
    [
        "photo",
        "voice",
        "audio",
        "video",
        "video_note",
        "animation",
        "document",
        "sticker",
        "location",
        "venue",
        "contact",
        "poll",
        "dice",
    ]
)
