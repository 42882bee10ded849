"""Groups as a test or the page sees them."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from bot.simulator.errors import PersonCannot
from bot.simulator.members import set_bot, set_member
from bot.simulator.world import PRESENT, Chat, Json, MemberStatus, Message

if TYPE_CHECKING:
    from bot.simulator.emulator import Emulator
    from bot.simulator.phone import Phone

_GROUP_BASE = -5_000_000
_SUPERGROUP_BASE = -1_002_000_000_000


def create(
    emulator: "Emulator",
    title: str,
    members: Iterable[str | int],
    *,
    bot: Literal["administrator", "member"] | None,
    supergroup: bool,
) -> "Group":
    """Make a group; see :meth:`Emulator.create_group`. Raises :class:`PersonCannot` without a title or a member."""
    user_ids = list(dict.fromkeys(emulator.persona(who).user_id for who in members))
    if not title.strip() or not user_ids:
        raise PersonCannot("a group needs a title and at least one member")
    with emulator.lock:
        owner = emulator.persona(user_ids[0]).as_user()
        places: dict[int, MemberStatus] = dict.fromkeys(user_ids, "member")
        places[user_ids[0]] = "creator"
        chat = Chat(
            _new_id(emulator, supergroup),
            "supergroup" if supergroup else "group",
            title=title.strip(),
            members=places,
            bot_status="left",
        )
        emulator.world.chats[chat.chat_id] = chat
        made = "supergroup_chat_created" if supergroup else "group_chat_created"
        if bot is not None:
            set_bot(emulator, chat, "member", owner, silently=True)
        emulator.tell_bot(emulator.post(chat, {made: True}, owner, from_bot=False))
        if bot == "administrator":
            set_bot(emulator, chat, "administrator", owner)
        emulator.touched()
    emulator.events.add("chat", chat_id=chat.chat_id)
    return Group(emulator, chat.chat_id)


def _new_id(emulator: "Emulator", supergroup: bool) -> int:
    number = emulator.world.next_group
    emulator.world.next_group += 1
    return (_SUPERGROUP_BASE if supergroup else _GROUP_BASE) - number


class Group:
    """The handle of a group: who comes in, who goes out, what becomes of the bot."""

    def __init__(self, emulator: "Emulator", chat_id: int) -> None:
        self.emulator = emulator
        self.chat_id = chat_id

    @property
    def chat(self) -> Chat:
        """The chat behind it."""
        return self.emulator.chat(self.chat_id)

    @property
    def messages(self) -> list[Message]:
        """What stands in the group, oldest first."""
        return self.chat.visible()

    def phone(self, who: str | int) -> "Phone":
        """The phone of a member, opened on this group."""
        return self.emulator.person(who).in_chat(self.chat_id)

    def _owner(self) -> Json:
        owner = next((user_id for user_id, status in self.chat.members.items() if status == "creator"), None)
        if owner is None:
            raise PersonCannot("the group has no owner")
        return self.emulator.persona(owner).as_user()

    def add(self, who: str | int) -> "Phone":
        """Let somebody in, added by the owner."""
        user_id = self.emulator.persona(who).user_id
        set_member(self.emulator, self.chat, user_id, "member", self._owner())
        return self.phone(user_id)

    def join(self, who: str | int) -> "Phone":
        """Somebody comes in by themselves, by a link."""
        persona = self.emulator.persona(who)
        if self.chat.members.get(persona.user_id) == "kicked":
            raise PersonCannot(f"{persona.full_name} was banned from this group")
        set_member(self.emulator, self.chat, persona.user_id, "member", persona.as_user())
        return self.phone(persona.user_id)

    def remove(self, who: str | int) -> None:
        """The owner puts somebody out."""
        set_member(self.emulator, self.chat, self.emulator.persona(who).user_id, "left", self._owner())

    def leave(self, who: str | int) -> None:
        """Somebody goes out by themselves."""
        persona = self.emulator.persona(who)
        set_member(self.emulator, self.chat, persona.user_id, "left", persona.as_user())

    def promote(self, who: str | int, status: Literal["administrator", "member"] = "administrator") -> None:
        """Make a member administrator, or an ordinary member again."""
        set_member(self.emulator, self.chat, self.emulator.persona(who).user_id, status, self._owner())

    def add_bot(self) -> None:
        """The owner adds the bot as an ordinary member."""
        if self.chat.bot_status not in PRESENT:
            set_bot(self.emulator, self.chat, "member", self._owner())

    def promote_bot(self, *, without: Iterable[str] = ()) -> None:
        """The owner makes the bot administrator, without some rights such as `can_delete_messages`."""
        set_bot(self.emulator, self.chat, "administrator", self._owner(), lacks=list(without))

    def demote_bot(self) -> None:
        """The owner makes the bot an ordinary member."""
        set_bot(self.emulator, self.chat, "member", self._owner())

    def remove_bot(self, *, banned: bool = True) -> None:
        """The owner puts the bot out; `banned` False is as if it was only removed."""
        set_bot(self.emulator, self.chat, "kicked" if banned else "left", self._owner())

    def rename(self, title: str) -> None:
        """The owner gives the group another name."""
        with self.emulator.lock:
            self.chat.title = title
            message = self.emulator.post(self.chat, {"new_chat_title": title}, self._owner(), from_bot=False)
            self.emulator.tell_bot(message)
        self.emulator.events.add("chat", chat_id=self.chat_id)

    def migrate(self) -> "Group":
        """Turn the group into a supergroup with another chat id; the old one then answers with `migrate_to_chat_id`."""
        emulator, old = self.emulator, self.chat
        if old.kind != "group" or old.migrated_to is not None:
            raise PersonCannot("only a group that was not migrated before can become a supergroup")
        with emulator.lock:
            new = Chat(_new_id(emulator, True), "supergroup", old.title, dict(old.members), bot_status=old.bot_status)
            new.bot_lacks = list(old.bot_lacks)
            emulator.world.chats[new.chat_id] = new
            old.migrated_to = new.chat_id
            owner = self._owner()
            emulator.tell_bot(emulator.post(old, {"migrate_to_chat_id": new.chat_id}, owner, from_bot=False))
            emulator.tell_bot(emulator.post(new, {"migrate_from_chat_id": old.chat_id}, owner, from_bot=False))
        emulator.events.add("chat", chat_id=old.chat_id)
        emulator.events.add("chat", chat_id=new.chat_id)
        return Group(emulator, new.chat_id)
