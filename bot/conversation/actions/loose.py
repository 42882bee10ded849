"""What came outside any question, and messages to the mentor."""

from __future__ import annotations

from typing import Any, get_args

from bot.care import families, letters, notes, people, quiet, records
from bot.care.people import Person
from bot.conversation import outgoing
from bot.conversation.actions.common import me, named
from bot.conversation.turn import Turn
from flows.engine.harmless import harmless
from flows.engine.state import Request, Value

_FILES = frozenset(get_args(outgoing.FileKind))
_WITHOUT_CAPTION = {"sticker", "video_note"}


def keep_note(turn: Turn, request: Request) -> Value | None:
    """The loose message stays as a note."""
    notes.decide_to_keep(turn.connection, me(turn).id, request.key)
    return None


def throw_away(turn: Turn, request: Request) -> Value | None:
    """The loose message is let go."""
    records.throw_away(turn.connection, me(turn).id, request.key)
    return None


def send_to_mentor(turn: Turn, request: Request) -> Value | None:
    """The loose message goes to the mentor, and stays as a note."""
    person = me(turn)
    record = records.find(turn.connection, turn.host.vault, person.id, request.key)
    mentor = people.by_id(turn.connection, turn.host.vault, person.mentor_id) if person.mentor_id else None
    if record is None or mentor is None:
        return None
    for piece in notes.pieces_of(record):
        send_letter(turn, mentor, "mentor_message", piece.text, piece.kind, piece.file_id)
    return keep_note(turn, request)


def send_letter(turn: Turn, to: Person, text_name: str, text: str, kind: str, file_id: str | None) -> None:
    """Passes a message on to somebody, in a frame that says whose it is; each copy can be replied to."""
    name = families.spoken(me(turn).name)
    framed = turn.text(text_name, name=name, text=text)
    if not file_id or kind not in _FILES:
        file_id = None
    if file_id is None or kind in _WITHOUT_CAPTION or outgoing.length(framed) > outgoing.MAX_CAPTION:
        added = len(harmless(text)) - len(text)
        room = outgoing.MAX_TEXT - outgoing.length(turn.text(text_name, name=name, text=".")) - added
        for part in outgoing.in_parts(text, room):
            _post(turn, to, part, outgoing.send(turn.text(text_name, name=name, text=part)))
        framed = text = ""
    if file_id:
        _post(turn, to, text, outgoing.file(kind, file_id, framed), file_id)  # type: ignore[arg-type]


def _post(turn: Turn, to: Person, text: str, call: dict[str, Any], file_id: str | None = None) -> None:
    letter_id = letters.write(turn.connection, turn.host.vault, me(turn).id, to.id, text, turn.now, file_id)
    turn.call_elsewhere(to.chat_id, call, letter_id, quiet.waits_until(to, turn.now))


ACTIONS = named(keep_note, throw_away, send_to_mentor)
