"""What came outside any question, and messages to the mentor."""

from __future__ import annotations

from bot.care import notes, people, records
from bot.conversation import answering, bridge
from bot.conversation.actions.common import me, named
from bot.conversation.posting import Post
from bot.conversation.turn import Turn
from flows.engine.state import Request, Value


def keep_note(turn: Turn, request: Request) -> Value | None:
    """The loose message stays as a note."""
    notes.decide_to_keep(turn.connection, me(turn).id, request.key)
    return None


def bring_note(turn: Turn, request: Request) -> Value | None:
    """The loose message stays as a note, and shows how it would stand in the group."""
    keep_note(turn, request)
    record = records.find(turn.connection, turn.host.vault, me(turn).id, request.key)
    if record:
        bridge.bring(turn, record)
    return None


def throw_away(turn: Turn, request: Request) -> Value | None:
    """The loose message is let go."""
    records.throw_away(turn.connection, me(turn).id, request.key)
    return None


def send_to_mentor(turn: Turn, request: Request) -> Value | None:
    """The loose message goes to the mentor, and stays as a note."""
    person = me(turn)
    record = records.find(turn.connection, turn.host.vault, person.id, request.key)
    mentor = people.by_id(turn.connection, turn.host.vault, person.mentor_id)
    if record is None or mentor is None:
        return None
    word = answering.when_read(turn, person, mentor)
    for piece in notes.pieces_of(record):
        one = Post("mentor_message", piece.text, piece.kind, piece.file_id)
        answering.to_mentor(turn, person, mentor, one)
    if word:
        turn.send(word)
    return keep_note(turn, request)


ACTIONS = named(keep_note, bring_note, throw_away, send_to_mentor)
