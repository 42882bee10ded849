"""What people write back to each other: a reply to a letter goes to its writer, and what a parent says right after a
letter of the mentor goes to that mentor.

It is strict: a text that may have been meant for something else stays with the parent. Does not know how a letter looks
in the receiver's chat: that is `posting`.
"""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

from bot.care import alerts, letters, notes, office, people, quiet, records
from bot.care.families import spoken
from bot.care.letters import Carried, Sent
from bot.care.notes import Piece
from bot.care.people import Person, Role
from bot.conversation import outgoing, safety_facts
from bot.conversation.incoming import Message
from bot.conversation.posting import Post, post
from bot.conversation.turn import Turn
from bot.schedule.local_time import instant_on
from bot.store import outbox
from bot.store.outbox import Call
from bot.store.types import MAX_ID
from flows.engine.dutch.spoken import spoken_date
from flows.engine.templates import excerpt

NOT_FOR = "n"
"""What the button begins with that takes an answer back; the letter's id and the kind of message follow."""
WITHIN = timedelta(days=3)
"""For how long after a letter what a parent says is an answer to it."""
GOES_ON = timedelta(minutes=2)
"""For how long after such an answer what comes next belongs to it."""
_ANSWERS = ("text", "voice", "photo")
_A_WISH = 3
"""In words: so short is what people type to get something of the bot."""
_TAKEN = re.compile(rf"([0-9]{{1,19}}):({'|'.join(_ANSWERS)})")


# --- replies ----------------------------------------------------------------------------------------------------------


def replied(turn: Turn, message: Message) -> bool:
    """A reply to somebody's letter goes to its writer, or to who is the mentor now; False when it is no such reply."""
    person = turn.person
    if message.reply_to is None or person is None or not (message.text or message.file_id):
        return False
    letter = letters.carried_by(turn.connection, person.id, message.reply_to)
    writer = people.by_id(turn.connection, turn.host.vault, letter.from_person) if letter else None
    if letter is None or writer is None:
        return False
    if Role.PARENT in person.roles and Role.MENTOR in writer.roles:
        return _parent_replied(turn, person, writer, letter, message)
    if Role.PARENT in writer.roles and not alerts.is_theirs(turn.connection, turn.host.vault, writer, person):
        turn.say("letter_not_yours", name=spoken(writer.name))
    elif writer.has_stopped:
        turn.say("has_stopped", name=spoken(writer.name))
    else:
        frame = "mentor_reply" if Role.MENTOR in person.roles else "mentor_message"
        one = Post(frame, message.text, message.kind, message.file_id, answers_id=letter.id)
        post(turn, person, writer, one, quiet.waits_until(writer, turn.now))
        turn.say("mentor_reply_sent", name=spoken(writer.name))
    return True


def _parent_replied(turn: Turn, parent: Person, writer: Person, letter: Carried, message: Message) -> bool:
    """A parent's reply to a mentor who is that no more goes to the mentor of now, and the parent is told so."""
    handed = not alerts.is_theirs(turn.connection, turn.host.vault, parent, writer)
    if handed:
        mentor = people.by_id(turn.connection, turn.host.vault, parent.mentor_id)
        if mentor is None:
            return False
        before, writer = writer, mentor
    if writer.has_stopped:
        turn.say("has_stopped", name=spoken(writer.name))
        return True
    word = when_read(turn, parent, writer)
    to_mentor(turn, parent, writer, _answer_to(turn, letter, message, handed=handed))
    if handed:
        told = turn.text("letter_handed_over", before=spoken(before.name), name=spoken(writer.name))
    else:
        told = turn.text("answer_replied", name=spoken(writer.name))
    turn.send("\n\n".join(part for part in (told, word) if part))
    return True


def _answer_to(turn: Turn, letter: Carried, message: Message, *, handed: bool) -> Post:
    """What a parent answers, in a frame that says to which message."""
    frame, scope = "mentor_message", {}
    if letter.follow_up_id:
        words = letters.text_of(turn.connection, turn.host.vault, letter.id)
        frame, scope = "follow_up_answer", {"on": excerpt(words, 60)}
    answers_id = None if handed else letter.id
    return Post(frame, message.text, message.kind, message.file_id, scope, answers_id=answers_id)


def to_mentor(turn: Turn, parent: Person, mentor: Person, one: Post) -> int:
    """A parent's message goes to the mentor, and while the mentor is on leave to the stand-in as well; returns the id
    of the mentor's letter."""
    letter_id = post(turn, parent, mentor, one, quiet.waits_until(mentor, turn.now))
    stand_in = reads_along(turn, parent, mentor)
    if stand_in:
        scope = {"mentor": spoken(mentor.name)}
        also = Post("mentor_message_for", one.text, one.kind, one.file_id, scope, answers_id=None)
        post(turn, parent, stand_in, also, quiet.waits_until(stand_in, turn.now))
    return letter_id


def reads_along(turn: Turn, parent: Person, mentor: Person) -> Person | None:
    """Who gets what is written to the parent's own mentor as well, while that one is on leave."""
    if parent.mentor_id != mentor.id or not mentor.is_away(turn.now) or mentor.stand_in_id is None:
        return None
    found = people.by_id(turn.connection, turn.host.vault, mentor.stand_in_id)
    return found if found and Role.MENTOR in found.roles and not found.blocked else None


def when_read(turn: Turn, parent: Person, mentor: Person) -> str:
    """What a parent is told, once a day, of when somebody reads what was written: who is on leave and who reads along,
    or when the mentor works. Empty when the mentor is at work. Asked before the letter is written."""
    midnight = instant_on(parent.local(turn.now).date(), time.min, parent.zone)
    earlier = letters.sent_since(turn.connection, parent.id, midnight)
    if mentor.is_away(turn.now) and mentor.away_until:
        if earlier:
            return ""
        stand_in = reads_along(turn, parent, mentor)
        until = spoken_date(mentor.away_until, parent.local(turn.now).date())
        by = spoken(stand_in.name) if stand_in else ""
        return turn.text("mentor_is_away", name=spoken(mentor.name), until=until, stand_in=by)
    hours = office.hours(mentor.office_hours, mentor.zone)
    if hours.is_at_work(turn.now) or any(not hours.is_at_work(one) for one in earlier):
        return ""
    told = safety_facts.hours_in_words(turn.host.library.texts, hours)
    return turn.text("mentor_works", name=spoken(mentor.name), hours=told)


# --- just answering ---------------------------------------------------------------------------------------------------


def just_answered(turn: Turn, message: Message) -> bool:
    """What a parent says when the last thing that came is a letter of the mentor goes to that mentor."""
    parent = turn.person
    letter = _letter_answered(turn, message)
    writer = people.by_id(turn.connection, turn.host.vault, letter.from_person) if letter else None
    if parent is None or letter is None or writer is None or Role.MENTOR not in writer.roles or writer.has_stopped:
        return False
    if not alerts.is_theirs(turn.connection, turn.host.vault, parent, writer):
        return False
    word = when_read(turn, parent, writer)
    letter_id = to_mentor(turn, parent, writer, _answer_to(turn, letter, message, handed=False))
    name = spoken(writer.name)
    button = turn.key("answer_not_for", f"{NOT_FOR}:{letter_id}:{message.kind}", name=excerpt(name, 24))
    text = "\n\n".join(part for part in (turn.text("answer_sent", name=name), word) if part)
    turn.send(text, [[button]])
    return True


def _letter_answered(turn: Turn, message: Message) -> Carried | None:
    """The letter to which this is the answer; None when it may have been meant for anything else."""
    parent = turn.person
    if parent is None or Role.PARENT not in parent.roles or turn.state.running or message.reply_to is not None:
        return None
    if message.kind not in _ANSWERS or message.forwarded or not (message.text or message.file_id):
        return None
    if message.kind == "text" and len(message.text.split()) <= _A_WISH and turn.facts.fitting(message.text):
        return None
    last = outbox.last_in(turn.connection, turn.chat_id, turn.now)
    if last is None or message.message_id <= last.message_id:
        return None
    if last.letter_id is None:
        return _letter_answered_before(turn, parent, last.created_at)
    did_something = turn.active_at is not None and turn.active_at > last.settled_at
    if did_something or turn.now - last.settled_at > WITHIN:
        return None
    return letters.got(turn.connection, parent.id, last.letter_id)


def _letter_answered_before(turn: Turn, parent: Person, said_at: datetime) -> Carried | None:
    """The letter that was answered a moment ago, if what was said last is that the answer went."""
    if turn.active_at != said_at or turn.now - said_at > GOES_ON:
        return None
    answered = letters.answered_at(turn.connection, parent.id, said_at)
    return letters.got(turn.connection, parent.id, answered) if answered else None


# --- taking back ------------------------------------------------------------------------------------------------------


def tapped(turn: Turn, rest: str, message_id: int | None) -> bool:
    """An answer was not meant for the mentor: their copy goes where Telegram lets go of it, and it stays as a note.
    False when it is no answer of this person's."""
    found, parent = _TAKEN.fullmatch(rest), turn.person
    if found is None or parent is None or int(found[1]) > MAX_ID:
        return False
    sent, key = letters.sent_together(turn.connection, turn.host.vault, parent.id, int(found[1])), _key(found[1])
    if not sent and records.find(turn.connection, turn.host.vault, parent.id, key):
        turn.show(turn.text("answer_taken_back_before"), [], message_id)
        return True
    if not sent:
        return False
    mentor = people.by_id(turn.connection, turn.host.vault, sent[0].to_person)
    _keep_as_note(turn, parent, key, sent, found[2])
    for one in sent:
        if one.message_id is not None:
            turn.calls.append(Call(one.chat_id, outgoing.take_away([one.message_id]), purpose="edit"))
    letters.take_back(turn.connection, sent)
    name = spoken(mentor.name) if mentor else ""
    turn.show(turn.text("answer_taken_back", name=name), [], message_id)
    return True


def _key(letter_id: str) -> str:
    """Of the note that an answer becomes: by it a second tap knows that this was done."""
    return f"back.{int(letter_id)}"


def _keep_as_note(turn: Turn, parent: Person, key: str, sent: list[Sent], kind: str) -> None:
    """Once, though a stand-in may have got it as well."""
    today = turn.facts.local.date()
    for one in sent:
        if one.to_person == sent[0].to_person:
            piece = Piece(kind if one.file_id else "text", one.text, one.file_id)
            notes.add(turn.connection, turn.host.vault, parent.id, key, piece, today, turn.now)
    notes.decide_to_keep(turn.connection, parent.id, key)
