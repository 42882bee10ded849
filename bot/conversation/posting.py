"""Letters on their way: the frame that says whose words they are, in parts if need be, each a copy that can be replied
to. Does not know why somebody writes, nor who may.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime
from types import MappingProxyType
from typing import Any, get_args

from bot.care import families, letters
from bot.care.letters import Sent
from bot.care.people import Person
from bot.conversation import outgoing
from bot.conversation.outgoing import Rows
from bot.conversation.turn import Turn
from flows.engine.harmless import harmless
from flows.engine.values import dataclass

FILES = frozenset(get_args(outgoing.FileKind))
_WITHOUT_CAPTION = {"sticker", "video_note"}


@dataclass(frozen=True, slots=True)
class Post:
    """What somebody writes to somebody else. `frame` names the text around it, filled in with the writer's `name`, the
    `text`, whether it is the `last` part, and what `scope` holds more; `rows` are buttons under it."""

    frame: str
    text: str
    kind: str = "text"
    file_id: str | None = None
    scope: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    rows: Rows = ()
    follow_up_id: int | None = None
    answers_id: int | None = None


def post(
    turn: Turn, writer: Person, to: Person, one: Post, not_before: datetime | None = None, *, bulk: bool = False
) -> int:
    """Passes a message on; returns the id of its first letter. `bulk` goes behind all else that there is to say."""
    own = _Post(turn, writer, to, one, not_before, bulk)
    file_id = one.file_id if one.kind in FILES else None
    framed = own.framed(one.text)
    apart = one.rows or one.kind in _WITHOUT_CAPTION or outgoing.length(framed) > outgoing.MAX_CAPTION
    first = 0
    if file_id is None or apart:
        added = len(harmless(one.text)) - len(one.text)
        parts = outgoing.in_parts(one.text, outgoing.MAX_TEXT - outgoing.length(own.framed(".")) - added)
        for number, part in enumerate(parts, start=1):
            last = number == len(parts)
            call = outgoing.send(own.framed(part, last=last), one.rows if last else ())
            letter_id = own.keep(part, call)
            first = first or letter_id
            framed = ""
    if file_id:
        call = outgoing.file(one.kind, file_id, framed)  # type: ignore[arg-type]
        letter_id = own.keep(one.text if framed else "", call, file_id)
        first = first or letter_id
    return first


def post_again(
    turn: Turn, writer: Person, to: Person, one: Post, earlier: Sequence[Sent], not_before: datetime | None = None
) -> None:
    """Puts letters that did not arrive on their way once more, each as the letter that it was. `one`: their frame, the
    kind of their file, and the buttons under the last of their words."""
    own = _Post(turn, writer, to, one, not_before, bulk=False)
    words = [letter.id for letter in earlier if letter.file_id is None]
    for letter in earlier:
        if letter.file_id:
            caption = "" if words or one.kind in _WITHOUT_CAPTION else own.framed(letter.text)
            call = outgoing.file(one.kind, letter.file_id, caption)  # type: ignore[arg-type]
        else:
            last = letter.id == words[-1]
            call = outgoing.send(own.framed(letter.text, last=last), one.rows if last else ())
        turn.call_elsewhere(to.chat_id, call, letter.id, not_before)


@dataclass(frozen=True, slots=True)
class _Post:
    turn: Turn
    writer: Person
    to: Person
    one: Post
    not_before: datetime | None
    bulk: bool

    def framed(self, text: str, *, last: bool = True) -> str:
        name = families.spoken(self.writer.name)
        return self.turn.text(self.one.frame, **{**self.one.scope, "name": name, "text": text, "last": last})

    def keep(self, text: str, call: dict[str, Any], file_id: str | None = None) -> int:
        """Keeps it as a letter and puts it on its way; returns the letter's id."""
        turn, one = self.turn, self.one
        letter_id = letters.write(
            turn.connection,
            turn.host.vault,
            self.writer.id,
            self.to.id,
            text,
            turn.now,
            file_id,
            one.follow_up_id,
            one.answers_id,
        )
        turn.call_elsewhere(self.to.chat_id, call, letter_id, self.not_before, bulk=self.bulk)
        return letter_id
