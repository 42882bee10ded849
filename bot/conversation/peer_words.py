"""How posts of a peer group look in somebody's chat: one alone, several in one message, and what their writer reads of
them. A name stands above every post, and the group's beside it.

Does not know where posts go, nor what the buttons under them do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from bot.care import posts
from bot.care.groups import Group, Member
from bot.care.posts import Post
from bot.conversation import outgoing
from bot.conversation.outgoing import Rows
from bot.conversation.turn import Host
from bot.screens.entries import PEERS
from flows.engine.harmless import harmless_name
from flows.engine.state import Key
from flows.engine.templates import excerpt, render
from flows.engine.values import dataclass

STOP = f"{PEERS}:q"
"""What the button carries with which somebody stops talking in a group."""
MARKS = ("h", "k", "s")
"""What can be set under a post: their signs are the texts `peer_mark_<mark>`."""
LONGEST, LONGEST_CAPTION = 3000, 600
"""How long a post may be, as its writer counts, so that what stands around it fits in the same message."""
MOST, LONGEST_BUNDLE = 8, 3400
"""How many posts, and how much of them, stand in one message."""
_FILES = (posts.PHOTO, posts.VOICE, posts.STICKER)
_OF_THE_BOT = (posts.THEME, posts.CHECKIN)
_QUOTED = 60
_LABEL = 40


@dataclass(frozen=True, slots=True)
class Answered:
    """The post that another one answers. `reader`: it is the reader's own; `message_id`: where it stands in the
    reader's chat, alone in its message."""

    post: Post
    reader: bool = False
    message_id: int | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What is needed to write posts of one group for a reader. `moderates`: the reader does; `speaking`: what the
    reader says next goes to the group, and every message tells how to stop that."""

    host: Host
    group: Group
    names: Mapping[int, Member]
    now: datetime
    moderates: bool = False
    speaking: bool = False
    answered: Mapping[int, Answered] = field(default_factory=lambda: MappingProxyType({}))
    """What posts answer, by the id of the post that is answered."""
    marks: Mapping[int, Counter[str]] = field(default_factory=lambda: MappingProxyType({}))

    # --- one post -----------------------------------------------------------------------------------------------------

    def alone(self, post: Post) -> dict[str, Any]:
        """The call that shows a post in a message of its own."""
        rows = self.rows(post)
        answered = self._answered(post)
        native = answered.message_id if answered else None
        content = post.content
        if content.picture and post.status == posts.SHOWN:
            called = self.post(post, native=native is not None)
            call = outgoing.picture(content.picture["kind"], content.picture["data"], called, rows=rows)
        elif post.kind in _FILES and content.file_id:
            called = self.post(post, native=native is not None)
            words = self._text("peer_file_missing", above=self.heading(post), kind=post.kind)
            call = outgoing.clean_file(
                post.kind,  # type: ignore[arg-type]
                content.file_id,
                "" if post.kind == posts.STICKER else called,
                rows,
                otherwise=words,
                clean_id=content.clean_id,
                post_id=post.id,
            )
        else:
            call = outgoing.send(self.post(post, native=native is not None), rows)
        return outgoing.replying(call, native)

    def edited(self, post: Post) -> dict[str, Any]:
        """The call that shows a post anew where it stands alone; which message that is follows when it is made."""
        rows = self.rows(post)
        if post.kind == posts.STICKER and post.content.file_id:
            return outgoing.edit_rows(0, rows)
        native = self._answered(post) is not None
        if (post.kind in _FILES and post.content.file_id) or post.content.picture:
            return outgoing.edit_caption(0, self.post(post, native=native), rows)
        return outgoing.edit(0, self.post(post, native=native), rows)

    def post(self, post: Post, *, native: bool = False, within: bool = False) -> str:
        """A post with what stands above it, as HTML. `native`: Telegram shows what it answers; `within`: among others
        under the group's name."""
        parts = [self.heading(post, within=within)]
        answered = self._answered(post)
        if answered and not native and answered.post.status == posts.SHOWN:
            parts.append(self._text("peer_quote", text=self.excerpt(answered.post, _QUOTED)))
        parts.append(self.words(post))
        return "\n".join(part for part in parts if part)

    def heading(self, post: Post, *, within: bool = False) -> str:
        """Who says it, to whom, and in which group."""
        writer = self.names.get(post.member_id or 0)
        answered = self._answered(post)
        return self._text(
            "peer_heading",
            name=harmless_name(writer.name) if writer else "",
            moderates=writer is not None and writer.moderates,
            answers=self._answers(answered) if answered else "",
            group=self.group.name,
            tag=writer.tag(self.now) if writer and self.moderates and not writer.moderates else "",
            within=within,
        )

    def _answers(self, answered: Answered) -> str:
        if answered.reader:
            return render(self.host.library.texts["peer_you"], {}, html=False)
        writer = self.names.get(answered.post.member_id or 0)
        return harmless_name(writer.name) if writer else self.group.name

    def words(self, post: Post) -> str:
        """What a post says, as HTML."""
        if post.status == posts.WITHDRAWN:
            return self._text("peer_was_withdrawn")
        if post.status == posts.REMOVED:
            return self._text("peer_was_removed")
        return self._text("peer_words", text=post.content.text, edited=post.content.edited)

    def excerpt(self, post: Post, length: int) -> str:
        """A few words of a post, as plain text; what kind it is when it has none."""
        if post.status != posts.SHOWN and not post.content.text:
            return self._plain("peer_gone")
        return excerpt(post.content.text, length) or self._plain(f"peer_kind_{post.kind}")

    # --- several ------------------------------------------------------------------------------------------------------

    def together(self, some: Sequence[Post]) -> dict[str, Any]:
        """The call that shows several posts in one message."""
        return outgoing.send(self.bundle(some), self.bundle_rows(some))

    def edited_together(self, some: Sequence[Post]) -> dict[str, Any]:
        """The call that shows several posts anew."""
        return outgoing.edit(0, self.bundle(some), self.bundle_rows(some))

    def bundle(self, some: Sequence[Post]) -> str:
        """Several posts under the group's name, as HTML."""
        above = self._text("peer_bundle", group=self.group.name, number=len(some))
        return "\n\n".join([above, *(self.post(one, within=True) for one in some)])

    # --- buttons ------------------------------------------------------------------------------------------------------

    def rows(self, post: Post) -> Rows:
        """The buttons under a post that stands alone."""
        if post.status != posts.SHOWN:
            return []
        counts = self.marks.get(post.id, Counter())
        rows: list[list[Key]] = []
        if post.kind == posts.STICKER:
            rows.append([Key(self._sticker_label(post), f"{PEERS}:m:{post.id}")])
        if post.kind == posts.POLL:
            rows += [[self._option(post, number, counts)] for number in range(len(post.content.options))]
        elif post.kind == posts.CHECKIN:
            options = enumerate(() if self.moderates else post.content.options, start=1)
            rows += [[Key(label, f"{PEERS}:c:{post.id}:{number}")] for number, label in options]
        elif post.kind != posts.HOUR:
            rows.append([self._mark(post, mark, counts) for mark in MARKS])
        return [*rows, self._about(post.id), *self._stop()]

    def bundle_rows(self, some: Sequence[Post]) -> Rows:
        """The buttons under several posts: which of them is meant is asked then."""
        shown = [one for one in some if one.status == posts.SHOWN]
        return [self._about(shown[0].id), *self._stop()] if shown else []

    def _stop(self) -> list[list[Key]]:
        return [[Key(self._plain("peer_stop"), STOP)]] if self.speaking else []

    def _about(self, post_id: int) -> list[Key]:
        return [
            Key(self._plain("peer_answer"), f"{PEERS}:a:{post_id}"),
            Key(self._plain("peer_more"), f"{PEERS}:m:{post_id}"),
        ]

    def _mark(self, post: Post, mark: str, counts: Counter[str]) -> Key:
        sign = self._plain(f"peer_mark_{mark}")
        return Key(f"{sign} {counts[mark]}" if counts[mark] else sign, f"{PEERS}:r:{post.id}:{mark}")

    def _option(self, post: Post, number: int, counts: Counter[str]) -> Key:
        label, count = excerpt(post.content.options[number], _LABEL), counts[str(number)]
        return Key(f"{label} · {count}" if count else label, f"{PEERS}:r:{post.id}:{number}")

    def _sticker_label(self, post: Post) -> str:
        """Under a sticker there can be no words: who sent it stands on a button."""
        writer = self.names.get(post.member_id or 0)
        return excerpt(f"{harmless_name(writer.name) if writer else ''} · {self.group.name}", _LABEL)

    # --- what its writer reads ----------------------------------------------------------------------------------------

    def sent(self, post: Post, *, speaking: bool) -> tuple[str, Rows]:
        """What the writer reads of a post that the group sees. `speaking`: what they say next goes there too."""
        counts = self.marks.get(post.id, Counter())
        if post.kind == posts.POLL:
            options = [(one, counts[str(number)]) for number, one in enumerate(post.content.options)]
            set_ = [f"{excerpt(label, _LABEL)}: {count}" for label, count in options if count]
        else:
            set_ = [f"{self._plain(f'peer_mark_{mark}')} {counts[mark]}" for mark in MARKS if counts[mark]]
        own = self.names.get(post.member_id or 0)
        name = harmless_name(own.name) if own else ""
        text = self._text("peer_sent", group=self.group.name, name=name, marks=" · ".join(set_), speaking=speaking)
        take_back = Key(self._plain("peer_take_back"), f"{PEERS}:w:{post.id}")
        if speaking:
            return text, [[take_back, Key(self._plain("peer_stop"), STOP)]]
        return text, [[take_back], [Key(self._plain("peer_go_on"), f"{PEERS}:x:{self.group.id}")]]

    # --- texts --------------------------------------------------------------------------------------------------------

    def _answered(self, post: Post) -> Answered | None:
        return self.answered.get(post.reply_to) if post.reply_to else None

    def _text(self, name: str, /, **scope: object) -> str:
        return render(self.host.library.texts[name], scope)

    def _plain(self, name: str, /, **scope: object) -> str:
        return render(self.host.library.texts[name], scope, html=False)
