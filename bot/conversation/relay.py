"""What a peer group sees, in everybody's chat: a post goes to all members in the same order, an edit and a withdrawal
reach every copy.

One member who cannot be reached holds nobody up: each chat has a queue of its own. What waits there is said together.
Does not know who may say what: that is `speaking`, and `care.moderation`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.care import groups, people, posts, quiet
from bot.care.groups import Group, Member
from bot.care.people import Person
from bot.care.posts import Content, Copy, Post
from bot.conversation import outgoing
from bot.conversation.closing import LETS_GO
from bot.conversation.peer_words import LONGEST_BUNDLE, MOST, Answered, Look
from bot.conversation.turn import Turn
from bot.store import outbox
from bot.store.outbox import Call, Priority, Purpose, Waiting

PURPOSE: Purpose = "group"
COUNTS_AFTER = timedelta(seconds=5)
"""How long the others wait for a new count of marks: many taps in a row are one change."""
_EVERYBODY = (groups.IN, groups.LEFT, groups.REMOVED)
_OF_FILES = (posts.PHOTO, posts.VOICE, posts.STICKER)

_Place = tuple[int, int]
"""A message with posts: its bundle and its chat."""
_Sending = tuple[int, dict[str, Any], Priority, datetime | None]
"""What goes to which chat, how soon, and not before when."""


# --- what goes out ----------------------------------------------------------------------------------------------------


def say(turn: Turn, group: Group, kind: str, content: Content) -> Post:
    """The bot itself says something in the group."""
    post = posts.add(turn.connection, turn.host.vault, group.id, None, kind, content, turn.now)
    shown = posts.show(turn.connection, post, turn.now)
    fan_out(turn, group, shown)
    return shown


def show_draft(turn: Turn, post: Post) -> None:
    """A draft or a held post goes to the group now, and its writer reads that it did."""
    group = groups.by_id(turn.connection, turn.host.vault, post.group_id)
    if group is None:
        return
    shown = posts.show(turn.connection, post, turn.now)
    fan_out(turn, group, shown)
    _tell_writer(turn, group, shown)


def fan_out(turn: Turn, group: Group, post: Post) -> None:
    """A post was shown: it goes to every member but its writer, behind what waits there, with it where that fits."""
    if group.kind == groups.LINKED:
        if group.telegram_id and not group.settings.away:
            only = replace_buttons(_look(turn, group, _names(turn, group)).alone(post))
            only |= {"pin": True} if post.kind == posts.THEME and only["do"] == "send" else {}
            _put(turn, [(group.telegram_id, only, Priority.REMINDER, None)], post)
        return
    names = _names(turn, group)
    receivers = _receivers(turn, names, post)
    chats = [person.chat_id for _, person in receivers]
    waiting = outbox.waiting_posts(turn.connection, turn.host.vault, chats)
    there = {(one.post_id, chat_id) for chat_id, one in waiting.items()}
    carried = posts.together_in(turn.connection, turn.host.vault, there)
    looks = _Looks(turn, group, names, [post, *(one for some in carried.values() for one in some)])
    alone: list[_Sending] = []
    joined: list[_Place] = []
    for member, person in receivers:
        before, look = waiting.get(person.chat_id), looks.of(member, person.chat_id)
        some = carried.get((before.post_id, person.chat_id), []) if before else []
        call = _joined(look, group, some, post)
        if before and call and before.call["do"] == "send":
            outbox.say_instead(turn.connection, turn.host.vault, before, call)
            joined.append((person.chat_id, before.post_id))
        else:
            not_before = quiet.waits_until(person, turn.now)
            alone.append((person.chat_id, look.alone(post), _behind(before, not_before), not_before))
    posts.carry(turn.connection, post.id, joined)
    _put(turn, alone, post)
    posts.told(turn.connection, [member.id for member, _ in receivers], post.number or 0)


def replace_buttons(call: dict[str, Any]) -> dict[str, Any]:
    """A call for a chat in which the buttons of the relay lead nowhere."""
    kept = [row for row in call.get("rows", []) if row and row[0][1].startswith("p:c:")]
    return {**call, "rows": kept} if "rows" in call else call


def _put(turn: Turn, calls: Sequence[_Sending], post: Post) -> None:
    made = [
        Call(chat_id, call, priority, PURPOSE, not_before=not_before, post_id=post.id)
        for chat_id, call, priority, not_before in calls
    ]
    posts.carry(turn.connection, post.id, [(call.chat_id, post.id) for call in made])
    outbox.put(turn.connection, turn.host.vault, made, turn.now)


def _behind(before: Waiting | None, not_before: datetime | None) -> Priority:
    """What waits for its hour holds up nothing else in that chat; what comes later is behind what came before."""
    own = Priority.BULK if not_before else Priority.REMINDER
    return max(own, before.priority) if before else own


def _receivers(turn: Turn, names: Mapping[int, Member], post: Post) -> list[tuple[Member, Person]]:
    """Who gets each post, and can be reached. Who cannot, or wants to hear nothing now, finds it in the group later."""
    inside = [one for one in names.values() if one.is_in and one.wants == "each" and one.id != post.member_id]
    ids = {one.person_id for one in inside if one.person_id}
    known = {one.id: one for one in people.by_ids(turn.connection, turn.host.vault, ids)}
    found = [(one, known[one.person_id]) for one in inside if one.person_id in known]
    return [
        (member, person)
        for member, person in found
        if not (person.blocked or person.is_paused(turn.now) or person.is_away(turn.now))
    ]


def _joined(look: Look, group: Group, some: Sequence[Post], post: Post) -> dict[str, Any] | None:
    """What the message that waits says with the post in it; None when the post stands by itself."""
    both = [*some, post]
    if not some or len(both) > MOST or any(not _is_plain(one, group) for one in both):
        return None
    call = look.together(both)
    return call if outgoing.length(call["text"]) <= LONGEST_BUNDLE else None


def _is_plain(post: Post, group: Group) -> bool:
    return post.group_id == group.id and post.kind == posts.TEXT and post.status == posts.SHOWN


def _tell_writer(turn: Turn, group: Group, post: Post) -> None:
    """The writer reads that it stands in the group, with the way to take it back: a copy of its own kind."""
    member = groups.member(turn.connection, turn.host.vault, post.member_id) if post.member_id else None
    writer = people.by_id(turn.connection, turn.host.vault, member.person_id) if member and member.person_id else None
    if member is None or writer is None or writer.blocked or group.kind == groups.LINKED:
        return
    look = _look(turn, group, {member.id: member})
    text, rows = look.sent(post, speaking=is_speaking(writer, group, turn.now))
    call = outgoing.replying(outgoing.send(text, rows, quiet=True), post.message_id)
    _put(turn, [(writer.chat_id, call, Priority.ANSWER, None)], post)


def is_speaking(person: Person, group: Group, now: datetime) -> bool:
    """Whether what this person says next goes to this group."""
    return person.speaks_in == group.id and person.speaks_until is not None and person.speaks_until > now


# --- what changes -----------------------------------------------------------------------------------------------------


def change(turn: Turn, group: Group, post: Post, *, counts: bool = False) -> None:
    """An edit, or with `counts` a new count of marks, reaches every copy; a count reaches the others a little later."""
    _renew(turn, group, posts.copies(turn.connection, post.id), counts=counts)


def take_back(turn: Turn, group: Group, gone: Sequence[Post], status: str) -> None:
    """Posts were withdrawn or removed: nobody sees any more what they said, as far as Telegram lets go of it."""
    ids = [post.id for post in gone]
    copies = [copy for post_id in ids for copy in posts.copies(turn.connection, post_id)]
    posts.take_away(turn.connection, ids, status)
    _renew(turn, group, copies, deleting=True)


def _renew(turn: Turn, group: Group, copies: Sequence[Copy], *, counts: bool = False, deleting: bool = False) -> None:
    """Every message that holds one of these copies says what there is to say now."""
    places = {(copy.bundle, copy.chat_id): copy for copy in copies}
    if not places:
        return
    names = _names(turn, group)
    carried = posts.together_in(turn.connection, turn.host.vault, places.keys())
    looks = _Looks(turn, group, names, [one for some in carried.values() for one in some])
    bundles = {bundle for bundle, _ in places}
    held = outbox.drop_changes(turn.connection, bundles)
    waits = {bundle: outbox.waiting_bundle(turn.connection, turn.host.vault, bundle) for bundle in bundles}
    calls: list[Call] = []
    for (bundle, chat_id), copy in places.items():
        some, member = carried[bundle, chat_id], looks.members.get(chat_id)
        look = looks.of(member, chat_id)
        waiting = waits[bundle].get(chat_id)
        is_own = member is not None and some[0].member_id == member.id
        if waiting and copy.message_id is None:
            _renew_waiting(turn, group, look, some, waiting, is_own=is_own)
            continue
        call = _own(turn, group, look, some[0], chat_id) if is_own else _changed(turn, look, some, deleting=deleting)
        if chat_id < 0:
            call = replace_buttons(call)
        mine = chat_id == turn.chat_id
        later = None if mine or not counts else held.get((bundle, chat_id)) or turn.now + COUNTS_AFTER
        priority = Priority.BULK if later else Priority.ANSWER if mine else Priority.REMINDER
        calls.append(Call(chat_id, call, priority, "edit", not_before=later, post_id=bundle))
    outbox.put(turn.connection, turn.host.vault, calls, turn.now)


def _renew_waiting(
    turn: Turn, group: Group, look: Look, some: Sequence[Post], waiting: Waiting, *, is_own: bool
) -> None:
    """A message that is still to go says what there is to say now, or does not go at all."""
    if all(one.status != posts.SHOWN for one in some):
        outbox.drop_waiting(turn.connection, [waiting.id])
        return
    if is_own:
        call = outgoing.send(*look.sent(some[0], speaking=_speaks(turn, group, waiting.chat_id)), quiet=True)
    else:
        call = look.alone(some[0]) if len(some) == 1 else look.together(some)
    outbox.say_instead(turn.connection, turn.host.vault, waiting, call)


def _own(turn: Turn, group: Group, look: Look, post: Post, chat_id: int) -> dict[str, Any]:
    """What the writer reads under the own message."""
    if post.status == posts.SHOWN:
        return outgoing.edit(0, *look.sent(post, speaking=_speaks(turn, group, chat_id)))
    name = "peer_taken_back" if post.status == posts.WITHDRAWN else "peer_taken_by_moderator"
    old = post.kind in _OF_FILES and turn.now - post.made_at > LETS_GO
    return outgoing.edit(0, turn.text(name, group=group.name, old=old))


def _speaks(turn: Turn, group: Group, chat_id: int) -> bool:
    person = people.present(turn.connection, turn.host.vault, chat_id).person
    return person is not None and is_speaking(person, group, turn.now)


def _changed(turn: Turn, look: Look, some: Sequence[Post], *, deleting: bool) -> dict[str, Any]:
    """What becomes of a message in the chat of somebody else. Telegram lets a bot delete for two days; after that its
    words are taken out."""
    if deleting and all(one.status != posts.SHOWN for one in some):
        if all(turn.now - one.made_at <= LETS_GO for one in some):
            return outgoing.take_away([])
        if len(some) == 1 and some[0].kind in _OF_FILES:
            if some[0].kind == posts.STICKER:
                return outgoing.edit_rows(0)
            return outgoing.edit_caption(0, look.post(some[0]))
    return look.edited(some[0]) if len(some) == 1 else look.edited_together(some)


# --- for whom it is written -------------------------------------------------------------------------------------------


class _Looks:
    """How the group looks to each who reads it."""

    def __init__(self, turn: Turn, group: Group, names: Mapping[int, Member], some: Sequence[Post]) -> None:
        """`some` are all posts that are to be written."""
        self._turn, self._group, self._names = turn, group, names
        wanted = {one.reply_to for one in some if one.reply_to}
        found = (posts.find(turn.connection, turn.host.vault, one) for one in wanted)
        self._answered = {one.id: one for one in found if one}
        self._alone = {one: posts.stands_alone(turn.connection, one) for one in self._answered}
        self._marks = posts.marks_of(turn.connection, {one.id for one in some})
        ids = {one.person_id for one in names.values() if one.person_id}
        known = {one.id: one for one in people.by_ids(turn.connection, turn.host.vault, ids)}
        self.members = {known[one.person_id].chat_id: one for one in names.values() if one.person_id in known}
        self._speaking = {one.chat_id for one in known.values() if is_speaking(one, group, turn.now)}

    def of(self, member: Member | None, chat_id: int) -> Look:
        """For this member, in this chat; somebody who left reads it as a parent."""
        moderates = member is not None and member.is_in and member.moderates
        answered = {one.id: self._as_answered(one, member, chat_id) for one in self._answered.values()}
        return replace(
            _look(self._turn, self._group, self._names),
            moderates=moderates,
            speaking=chat_id in self._speaking,
            answered=answered,
            marks=self._marks,
        )

    def _as_answered(self, post: Post, member: Member | None, chat_id: int) -> Answered:
        if post.status != posts.SHOWN:
            return Answered(post)
        if member is not None and post.member_id == member.id:
            return Answered(post, reader=True, message_id=post.message_id)
        return Answered(post, message_id=self._alone[post.id].get(chat_id))


def look_of(turn: Turn, group: Group, member: Member, some: Sequence[Post]) -> Look:
    """How these posts look to this member, in this chat."""
    return _Looks(turn, group, _names(turn, group), some).of(member, turn.chat_id)


def _look(turn: Turn, group: Group, names: Mapping[int, Member]) -> Look:
    return Look(turn.host, group, names, turn.now)


def _names(turn: Turn, group: Group) -> dict[int, Member]:
    """Everybody who is or was in the group."""
    return {one.id: one for one in groups.members(turn.connection, turn.host.vault, group.id, *_EVERYBODY)}
