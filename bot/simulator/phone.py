"""A person's phone: what tests let people do, and what the page does on behalf of who sits behind it."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from bot.simulator import files
from bot.simulator.api.sending import copied_content, forwarded_content, poll_body
from bot.simulator.clock import HOME_ZONE
from bot.simulator.errors import ApiError, PersonCannot
from bot.simulator.members import let_go, set_blocked
from bot.simulator.personas import Persona
from bot.simulator.text import CAPTION_LIMIT, TEXT_LIMIT, find_entities, utf16_length
from bot.simulator.world import PRESENT, Chat, Json, Message, Tap

if TYPE_CHECKING:
    from bot.simulator.emulator import Emulator

Expected = str | Callable[[Message], object]
SAMPLE_FILES = {
    "photo": "foto-1.png",
    "voice": "stem-1.ogg",
    "audio": "stem-2.ogg",
    "video": "stem-1.ogg",
    "video_note": "stem-1.ogg",
    "sticker": "sticker-1.png",
    "document": "brief.pdf",
}


class Phone:
    """One person, looking at one chat: the private one with the bot, or a group through :meth:`in_chat`.

    What a phone would refuse (an unknown button, writing in a group one is not in) raises :class:`PersonCannot`. What
    people send is returned as a :class:`Message`; the bot gets the update at once.
    """

    def __init__(self, emulator: "Emulator", persona: Persona, chat_id: int | None = None) -> None:
        self.emulator = emulator
        self.persona = persona
        self.chat_id = persona.user_id if chat_id is None else chat_id

    def __repr__(self) -> str:
        return f"<Phone {self.persona.key} in {self.chat_id}>"

    @property
    def user_id(self) -> int:
        """The person's Telegram user id."""
        return self.persona.user_id

    def in_chat(self, chat_id: int) -> "Phone":
        """The same phone with another chat open."""
        return Phone(self.emulator, self.persona, chat_id)

    # -- looking ----------------------------------------------------------------------------------------------------

    @property
    def chat(self) -> Chat:
        """The open chat; a private one is opened by looking at it, which lets the bot write."""
        if self.chat_id == self.user_id:
            return self.emulator.private_chat(self.user_id)
        return self.emulator.chat(self.chat_id)

    @property
    def messages(self) -> list[Message]:
        """Everything in the chat that was not deleted, oldest first. Does not open the chat."""
        chat = self.emulator.world.chats.get(self.chat_id)
        with self.emulator.lock:
            return chat.visible() if chat else []

    @property
    def from_bot(self) -> list[Message]:
        """The bot's messages, oldest first."""
        return [message for message in self.messages if message.from_bot]

    @property
    def last(self) -> Message | None:
        """The newest message of the bot, or None."""
        return next((message for message in reversed(self.messages) if message.from_bot), None)

    @property
    def screen(self) -> str:
        """The chat as text, with the labels of every keyboard."""
        return "\n".join(line for message in self.messages for line in _lines(message))

    def transcript(self) -> str:
        """The chat as text with local times, for reading in a failing test."""
        shown = []
        for message in self.messages:
            at = datetime.fromtimestamp(message.date, UTC).astimezone(HOME_ZONE)
            shown.append(f"[{at:%a %d %b %H:%M}] #{message.message_id}")
            shown += [f"    {line}" for line in _lines(message)]
        return "\n".join(shown)

    def message(self, message: "Message | int") -> Message:
        """A message in this chat by number, also a deleted one. Raises :class:`PersonCannot`."""
        if isinstance(message, Message):
            return message
        found = self.chat.messages.get(message)
        if found is None:
            raise PersonCannot(f"there is no message {message} in chat {self.chat_id}")
        return found

    def find(self, expected: Expected) -> Message | None:
        """The newest message of the bot that contains the text, or for which the function is true."""
        return next(
            (message for message in reversed(self.messages) if message.from_bot and _fits(message, expected)), None
        )

    def waits_for(self, expected: Expected, timeout: float = 10.0) -> Message:
        """Block until the bot's message is there (`timeout` in real seconds); raises ``TimeoutError`` with the screen.

        Only in a thread other than that of the event loop; there, await :meth:`sees`.
        """
        self.emulator.wait_until(lambda: self.find(expected), timeout)
        return self._found(expected, timeout)

    async def sees(self, expected: Expected, timeout: float = 10.0) -> Message:  # noqa: ASYNC109
        """Wait until the bot's message is there; raises ``TimeoutError`` with what is on the screen."""
        await self.emulator.until(lambda: self.find(expected), timeout)
        return self._found(expected, timeout)

    def _found(self, expected: Expected, timeout: float) -> Message:
        found = self.find(expected)
        if found is None:
            shown = self.screen or "(nothing)"
            raise TimeoutError(
                f"{self.persona.key} saw nothing like {expected!r} in {timeout:g} s; on screen:\n{shown}"
            )
        return found

    # -- writing ----------------------------------------------------------------------------------------------------

    def starts(self, payload: str = "") -> Message:
        """Press START, or open a deep link: lets the bot in again when it was blocked, and sends /start."""
        if self.chat.private and self.chat.blocked:
            set_blocked(self.emulator, self.chat, False)
        return self.says(f"/start {payload}".strip())

    def opens(self, link: str) -> Message:
        """Open a start link such as ``https://t.me/draaglicht_bot?start=PAYLOAD``, and send /start with its payload."""
        address = urlsplit(link)
        wanted = parse_qs(address.query)
        name = address.path.strip("/") if address.hostname == "t.me" else wanted.get("domain", [""])[0]
        if name.lower() != self.emulator.bot_username.lower():
            raise PersonCannot(f"{link!r} does not lead to @{self.emulator.bot_username}")
        return self.starts(wanted.get("start", [""])[0])

    def says(self, text: str, reply_to: "Message | int | None" = None) -> Message:
        """Send a text."""
        text = text.strip()
        if not text or utf16_length(text) > TEXT_LIMIT:
            raise PersonCannot("a text is 1 to 4096 characters long")
        content: Json = {"text": text}
        entities = find_entities(text)
        if entities:
            content["entities"] = entities
        return self._sends(content, reply_to)

    def _sends(self, content: Json, reply_to: "Message | int | None" = None) -> Message:
        with self.emulator.lock:
            chat = self._writable()
            if reply_to is not None:
                original = self.message(reply_to)
                quoted = {k: v for k, v in self.emulator.render(original).items() if k != "reply_to_message"}
                content = {"reply_to_message": quoted, **content}
            message = self.emulator.post(chat, content, self.persona.as_user(), from_bot=False)
            if chat.keyboard and (chat.keyboard.get("one_time_keyboard") or chat.keyboard.get("force_reply")):
                chat.keyboard = None
            self.emulator.tell_bot(message)
            return message

    def _writable(self) -> Chat:
        chat = self.chat
        if chat.private and chat.blocked:
            raise PersonCannot(f"{self.persona.full_name} has blocked the bot; unblock it first")
        let_go(self.emulator, chat)
        if not chat.private and chat.members.get(self.user_id) not in PRESENT:
            raise PersonCannot(f"{self.persona.full_name} is not in this group")
        if not chat.private and chat.members.get(self.user_id) == "restricted":
            raise PersonCannot(f"{self.persona.full_name} may not write in this group")
        if chat.migrated_to is not None:
            raise PersonCannot(f"this group has moved to {chat.migrated_to}")
        return chat

    def edits(self, message: "Message | int", text: str) -> Message:
        """Change one's own text or caption; the bot gets `edited_message`."""
        with self.emulator.lock:
            own = self._own(message)
            field, marks = ("text", "entities") if "text" in own.body else ("caption", "caption_entities")
            text = text.strip()
            limit = TEXT_LIMIT if field == "text" else CAPTION_LIMIT
            if utf16_length(text) > limit or (field == "text" and not text):
                raise PersonCannot(f"the new text is 1 to {limit} characters long")
            if own.body.get(field, "") == text:
                return own
            self.emulator.replace(own, {field: text or None, marks: find_entities(text) or None})
            self.emulator.tell_bot(own, "edited_message")
            return own

    def deletes(self, *messages: "Message | int") -> None:
        """Take away messages for everyone. As at Telegram, the bot is not told."""
        for message in messages:
            found = self.message(message)
            if not found.from_bot or self.chat.private:
                if not found.from_bot:
                    self._own(found)
                self.emulator.remove(found)
            else:
                raise PersonCannot("only an own message can be deleted in a group")

    def _own(self, message: "Message | int") -> Message:
        found = self.message(message)
        if found.from_bot or found.body.get("from", {}).get("id") != self.user_id or found.deleted:
            raise PersonCannot("only an own message that is still there can be changed")
        return found

    # -- tapping ----------------------------------------------------------------------------------------------------

    def taps(self, button: str, message: "Message | int | None" = None) -> Tap:
        """Tap a button by its label or callback data: in `message`, or in the newest message that has it.

        An old keyboard can be tapped by giving its message. Raises :class:`PersonCannot` with what is on the screen.
        """
        candidates = [self.message(message)] if message is not None else list(reversed(self.messages))
        buttons = [(one, found) for one in candidates for row in one.keyboard for found in row]
        for one, found in buttons:
            if button in (found["text"], found.get("callback_data")):
                return self._press(one, found)
        for one, found in buttons:
            if button.casefold() == str(found["text"]).casefold():
                return self._press(one, found)
        raise PersonCannot(f"{self.persona.key} sees no button {button!r}; on screen:\n{self.screen or '(nothing)'}")

    def _press(self, message: Message, button: Json) -> Tap:
        if "callback_data" not in button:
            raise PersonCannot(f"the button {button['text']!r} sends nothing to the bot")
        return self.taps_forged(str(button["callback_data"]), message)

    def taps_forged(self, data: str, message: "Message | int | None" = None) -> Tap:
        """Send callback data that need not stand on any button; in `message`, or in the bot's newest one.

        A deleted message travels as an inaccessible one.
        """
        with self.emulator.lock:
            chat = self._writable()
            found = self.message(message) if message is not None else self.last
            if found is None:
                raise PersonCannot("there is no message to tap in")
            tap = Tap(
                self.emulator.new_query_id(),
                self.user_id,
                chat.chat_id,
                found.message_id,
                data,
                self.emulator.clock.now().timestamp(),
            )
            self.emulator.world.taps[tap.query_id] = tap
            while len(self.emulator.world.taps) > 5_000:
                del self.emulator.world.taps[next(iter(self.emulator.world.taps))]
            shown: Json = self.emulator.render(found)
            if found.deleted:
                shown = {"message_id": found.message_id, "chat": self.emulator.chat_json(chat), "date": 0}
            self.emulator.emit(
                "callback_query",
                {
                    "id": tap.query_id,
                    "from": self.persona.as_user(),
                    "message": shown,
                    "chat_instance": str(-abs(hash((self.emulator.bot_id, chat.chat_id))) % 2**62),
                    "data": data,
                },
            )
            return tap

    # -- sending other things ---------------------------------------------------------------------------------------

    def sends_file(
        self,
        kind: str,
        content: bytes | None = None,
        *,
        caption: str = "",
        name: str = "",
        mime_type: str = "",
        reply_to: "Message | int | None" = None,
        **extra: Any,
    ) -> Message:
        """Send a photo, voice, audio, video, video_note, document or sticker; a sample when `content` is left out.

        `extra` may hold `duration` in seconds, and of a sticker `emoji` and `set_name`, the set that it is of. Raises
        :class:`PersonCannot` for a file Telegram refuses.
        """
        return self._sends({**self._file(kind, content, name, mime_type, extra), **_caption(caption)}, reply_to)

    def _file(self, kind: str, content: bytes | None, name: str, mime_type: str, extra: Json) -> Json:
        if kind not in SAMPLE_FILES:
            raise PersonCannot(f"nobody can send a {kind!r}")
        if content is None:
            name = name or SAMPLE_FILES[kind]
            content = files.sample(SAMPLE_FILES[kind])
        self._writable()
        try:
            stored = self.emulator.keep_file(kind, content, name, mime_type)
        except ApiError as error:
            raise PersonCannot(error.description) from error
        if extra.get("set_name"):
            stored.described["set_name"] = extra["set_name"]
        return {kind: files.describe(stored, extra)}

    def sends_photo(self, caption: str = "", content: bytes | None = None, **more: Any) -> Message:
        """Send a photo."""
        return self.sends_file("photo", content, caption=caption, **more)

    def sends_voice(self, duration: int | None = None, content: bytes | None = None, **more: Any) -> Message:
        """Send a voice note; `duration` in seconds, told by the recording when left out."""
        return self.sends_file("voice", content, duration=duration, **more)

    def sends_audio(self, caption: str = "", content: bytes | None = None, **more: Any) -> Message:
        """Send a sound file."""
        return self.sends_file("audio", content, caption=caption, **more)

    def sends_video(self, caption: str = "", content: bytes | None = None, **more: Any) -> Message:
        """Send a video. The sample is no real film: it only has the form of one."""
        return self.sends_file(
            "video", content, caption=caption, **{"name": "film.mp4", "mime_type": "video/mp4"} | more
        )

    def sends_video_note(self, content: bytes | None = None, **more: Any) -> Message:
        """Send a round video; of the sample the same holds as for :meth:`sends_video`."""
        return self.sends_file("video_note", content, **{"name": "film.mp4", "mime_type": "video/mp4"} | more)

    def sends_document(self, caption: str = "", content: bytes | None = None, name: str = "", **more: Any) -> Message:
        """Send a document."""
        return self.sends_file("document", content, caption=caption, name=name, **more)

    def sends_sticker(self, emoji: str = "🙂", content: bytes | None = None, **more: Any) -> Message:
        """Send a sticker that stands for `emoji`; `set_name` is the set that it is of."""
        return self.sends_file("sticker", content, emoji=emoji, **more)

    def sends_location(self, latitude: float = 50.9307, longitude: float = 5.3378) -> Message:
        """Send a place."""
        return self._sends({"location": {"latitude": latitude, "longitude": longitude}})

    def sends_contact(
        self, first_name: str = "Opa Jan", phone_number: str = "+31600000000", *, own: bool = False
    ) -> Message:
        """Send a contact; with `own` the person's own card, as a button that asks for it does."""
        contact: Json = {"phone_number": phone_number, "first_name": first_name}
        if own:
            contact |= {"first_name": self.persona.first_name, "user_id": self.user_id}
        return self._sends({"contact": contact})

    def sends_poll(
        self, question: str, options: Sequence[str], *, anonymous: bool = False, several: bool = False
    ) -> Message:
        """Send a poll of one's own."""
        try:
            body = poll_body(self.emulator, question, list(options), anonymous=anonymous, several=several)
        except ApiError as error:
            raise PersonCannot(error.description) from error
        self._writable()
        self.emulator.keep_poll(body, by_bot=False)
        return self._sends({"poll": body})

    def sends_album(
        self, contents: Sequence[bytes] | int = 3, caption: str = "", kind: str = "photo", names: Sequence[str] = ()
    ) -> list[Message]:
        """Send two to ten files as an album, or that many samples; the caption stands under the first."""
        several: list[bytes | None] = [None] * contents if isinstance(contents, int) else list(contents)
        if not 2 <= len(several) <= 10 or kind not in ("photo", "video", "document", "audio"):
            raise PersonCannot("an album has two to ten photos, videos, documents or sound files")
        group_id = self.emulator.new_query_id()
        sent = []
        for number, content in enumerate(several):
            name = names[number] if number < len(names) else ""
            if content is None and kind == "photo":
                name = f"foto-{number % 3 + 1}.png"
                content = files.sample(name)
            item = {"media_group_id": group_id, **self._file(kind, content, name, "", {})}
            sent.append(self._sends({**item, **(_caption(caption) if number == 0 else {})}))
        return sent

    def forwards(self, what: "Message | str", origin: "str | int | None" = None) -> Message:
        """Forward a message from anywhere to this chat, or a text that `origin` once wrote.

        `origin` is a name (somebody who hides their account) or the key or user id of a persona.
        """
        if isinstance(what, Message):
            if what.body.get("has_protected_content"):
                raise PersonCannot("this message is protected against forwarding")
            return self._sends(forwarded_content(what))
        written = self.emulator.timestamp() - 3600
        if origin is None or (
            isinstance(origin, str) and origin not in {p.key for p in self.emulator.personas.values()}
        ):
            source: Json = {"type": "hidden_user", "date": written, "sender_user_name": str(origin or "Oma Riet")}
        else:
            source = {"type": "user", "date": written, "sender_user": self.emulator.persona(origin).as_user()}
        entities = find_entities(what)
        return self._sends({"text": what, **({"entities": entities} if entities else {}), "forward_origin": source})

    def copies(self, what: Message) -> Message:
        """Send the same content again as one's own."""
        return self._sends(copied_content(what))

    # -- answering otherwise ----------------------------------------------------------------------------------------

    def reacts(self, message: "Message | int", emoji: str | None) -> None:
        """Put an emoji under a message, or take one's own away with None."""
        with self.emulator.lock:
            chat, found = self._writable(), self.message(message)
            before = found.reactions.get(self.user_id, [])
            after: list[Json] = [{"type": "emoji", "emoji": emoji}] if emoji else []
            if before == after:
                return
            found.reactions[self.user_id] = after
            if not after:
                del found.reactions[self.user_id]
            self.emulator.touched()
            if chat.private or chat.bot_status == "administrator":
                self.emulator.emit(
                    "message_reaction",
                    {
                        "chat": self.emulator.chat_json(chat),
                        "message_id": found.message_id,
                        "user": self.persona.as_user(),
                        "date": self.emulator.timestamp(),
                        "old_reaction": before,
                        "new_reaction": after,
                    },
                )
        self.emulator.events.add("edited", chat_id=chat.chat_id, message_id=found.message_id)

    def votes(self, message: "Message | int", *options: "int | str") -> None:
        """Choose options of a poll by number (from 0) or text; none takes the vote back."""
        with self.emulator.lock:
            self._writable()
            found = self.message(message)
            if "poll" not in found.body:
                raise PersonCannot("there is no poll in this message")
            poll = self.emulator.world.polls[found.body["poll"]["id"]]
            texts = [option["text"] for option in poll.body["options"]]
            try:
                chosen = sorted(
                    {
                        texts.index(option) if isinstance(option, str) else range(len(texts))[option]
                        for option in options
                    }
                )
            except (ValueError, IndexError):
                raise PersonCannot(f"no such option; there are {', '.join(texts)}") from None
            if poll.body["is_closed"] or (len(chosen) > 1 and not poll.body["allows_multiple_answers"]):
                raise PersonCannot("the poll is closed, or takes one answer only")
            if self.user_id in poll.votes and not poll.body["allows_revoting"]:
                raise PersonCannot("a vote in this poll cannot be changed")
            poll.votes[self.user_id] = chosen
            if not chosen:
                del poll.votes[self.user_id]
            counts = [sum(number in vote for vote in poll.votes.values()) for number in range(len(texts))]
            poll.body = {
                **poll.body,
                "options": [
                    {**option, "voter_count": count} for option, count in zip(poll.body["options"], counts, strict=True)
                ],
                "total_voter_count": len(poll.votes),
            }
            if poll.by_bot:
                self.emulator.emit("poll", poll.body)
                if not poll.body["is_anonymous"]:
                    answer: Json = {
                        "poll_id": poll.body["id"],
                        "user": self.persona.as_user(),
                        "option_ids": chosen,
                        "option_persistent_ids": [poll.body["options"][number]["persistent_id"] for number in chosen],
                    }
                    self.emulator.emit("poll_answer", answer)
            self.emulator.poll_changed(poll)

    def blocks(self) -> None:
        """Block the bot: it is told, and gets 403 from then on."""
        set_blocked(self.emulator, self.emulator.private_chat(self.user_id), True)

    def unblocks(self) -> None:
        """Let the bot in again, without writing to it."""
        set_blocked(self.emulator, self.emulator.private_chat(self.user_id), False)


def _caption(caption: str) -> Json:
    caption = caption.strip()
    if utf16_length(caption) > CAPTION_LIMIT:
        raise PersonCannot("a caption is at most 1024 characters long")
    entities = find_entities(caption)
    return {**({"caption": caption} if caption else {}), **({"caption_entities": entities} if entities else {})}


def _fits(message: Message, expected: Expected) -> bool:
    return expected in message.text if isinstance(expected, str) else bool(expected(message))


def _lines(message: Message) -> list[str]:
    who = "bot" if message.from_bot else str(message.body.get("from", {}).get("first_name", "?"))
    kind = next((kind for kind in _KINDS if kind in message.body), "")
    text = message.text or str(message.body.get("poll", {}).get("question", ""))
    lines = [f"{who}: {f'<{kind}> ' if kind else ''}{text}".rstrip()]
    lines += ["  " + " ".join(f"[{button['text']}]" for button in row) for row in message.keyboard]
    return lines


_KINDS = [
    "photo",
    "voice",
    "audio",
    "video_note",
    "video",
    "animation",
    "document",
    "sticker",
    "location",
    "contact",
    "poll",
    "dice",
    "new_chat_members",
    "left_chat_member",
    "group_chat_created",
    "supergroup_chat_created",
    "migrate_to_chat_id",
    "migrate_from_chat_id",
    "new_chat_title",
    "pinned_message",
]
