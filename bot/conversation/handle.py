"""Takes the next input and does all that follows from it, in one transaction: state, records, timers, outbox.

An input that fails is tried three times, then put with the dead letters; its lane goes on and the person is told.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import Connection

from bot.care import alerts, families, invitations, leaving, notes, people, records
from bot.care.notes import Piece
from bot.care.people import Role
from bot.care.records import AnsweredBy, Field
from bot.conversation import (
    answering,
    commands,
    danger,
    editing,
    following,
    linked,
    moderating,
    next_input,
    outgoing,
    reacting,
    reminders,
    show,
    small_talk,
    speaking,
    taps,
)
from bot.conversation.incoming import (
    IN_GROUP,
    AdminAnswer,
    Edited,
    Incoming,
    InGroup,
    Message,
    Moved,
    Nothing,
    Placed,
    Rang,
    Reachable,
    Reacted,
    Tapped,
    TappedInGroup,
)
from bot.conversation.next_input import NextInput
from bot.conversation.turn import LOOSE_FLOW, SAFETY_FLOWS, Host, Turn
from bot.schedule import ticker
from bot.store import inbox, outbox
from bot.store.database import Database
from bot.store.inbox import Item
from bot.store.outbox import Call
from flows.engine.answers import Reading, cleaned, read
from flows.engine.state import Corrected, Media, Resume, Run, State, Typed
from flows.engine.templates import render

log = structlog.get_logger()

HELPED = "helped"
"""An update that asked for help and got it at once, before it was kept."""

_NOBODY_LISTENS = "note:nobody_listens"
"""Under this name the state remembers in which run it was said."""

LEFT_TO_OTHERS, _LOOK_AGAIN = timedelta(seconds=20), timedelta(seconds=1)
"""How long an input waits for a process whose content has the step at which its conversation stands."""

Decode = Callable[[bytes], Incoming]


class _OfAnotherVersion(Exception):
    """While an older and a newer version run side by side, each goes on with the conversations that it knows."""


Waited = Callable[[timedelta], object]
"""Is told how long an input waited that was taken from the inbox."""


def handle_next(database: Database, host: Host, decode: Decode, now: datetime, waited: Waited | None = None) -> bool:
    """Handles the oldest input whose lane is free; False when there is none."""
    item: Item | None = None

    def work(connection: Connection) -> bool:
        nonlocal item
        found = next_input.take(connection, host.vault, now)
        if found is None:
            return False
        item = found.item
        turn = _handle(connection, host, found, _decoded(item, decode, now), now)
        with database.together(connection):
            if turn:
                speaking.end_if_private(turn)
                turn.finish()
            inbox.finish(connection, item, turn.note if turn else None)
        return True

    try:
        handled = database.do(work)
    except Exception as error:
        if item is None or database.is_gone(error):
            raise
        if isinstance(error, _OfAnotherVersion):
            row = item.id
            database.do(lambda connection: inbox.leave(connection, row, now + _LOOK_AGAIN))
            return True
        _failed(database, host, item, error, now)
        return True
    if item and waited:
        waited(now - item.came_at)
    return handled


def _decoded(item: Item, decode: Decode, now: datetime) -> Incoming:
    if item.kind != ticker.KIND:
        return decode(item.payload)
    given = json.loads(item.payload)
    due_at = datetime.fromisoformat(given["due_at"]).astimezone(UTC)
    useful_until = due_at + timedelta(seconds=given["late_after"])
    return Rang(given["key"], given["turn"], now > useful_until, due_at, useful_until)


def _failed(database: Database, host: Host, item: Item, error: Exception, now: datetime) -> None:
    problem = _where(error)
    log.error("input failed", inbox=item.id, kind=item.kind, problem=problem)

    def work(connection: Connection) -> None:
        gone = inbox.fail(connection, item.id, problem, now)
        if gone and item.kind not in (ticker.KIND, IN_GROUP) and item.chat_id > 0:
            text = render(host.library.texts["message_failed"], {})
            outbox.put(connection, host.vault, [Call(item.chat_id, outgoing.send(text))], now)

    database.do(work)


def _where(error: Exception) -> str:
    """The kind of an error and the place in our code, without its message, which may hold content."""
    trace, place = error.__traceback__, ""
    while trace:
        module = trace.tb_frame.f_globals.get("__name__", "")
        if module.startswith(("bot.", "flows.")):
            place = f"{module}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{type(error).__name__} at {place}"


def _handle(connection: Connection, host: Host, found: NextInput, incoming: Incoming, now: datetime) -> Turn | None:
    if isinstance(incoming, Nothing):
        return None
    item = found.item
    turn = Turn(host, connection, item.chat_id, incoming, now, found.present())
    if host.has_others and turn.is_of_another_version and now - item.came_at < LEFT_TO_OTHERS:
        raise _OfAnotherVersion
    if turn.person is None and turn.state.running:
        _check_link(turn)
    turn.let_go_of_what_is_off()
    if item.kind != HELPED and isinstance(incoming, Message | Tapped):
        _come_back(turn)
    match incoming:
        case Message():
            _message(turn, incoming, helped=item.kind == HELPED)
        case Tapped() if item.kind == HELPED:
            pass
        case Tapped():
            taps.tapped(turn, incoming)
        case Edited():
            if host.help.is_asked_by(incoming.text):
                show.help_card(turn)
            danger.look_first(turn, incoming.text, lambda: _edited(turn, incoming), aloud=True)
        case InGroup():
            if item.kind != HELPED and host.help.is_asked_by(incoming.text):
                show.help_card_in_group(turn, incoming.group_id)
            linked.said(turn, incoming)
            danger.look_in_group(turn, incoming)
        case TappedInGroup():
            linked.tapped_in_group(turn, incoming)
        case Placed():
            linked.placed(turn, incoming)
        case Moved():
            linked.moved(turn, incoming)
        case AdminAnswer():
            linked.admin_answered(turn, incoming)
        case Reacted():
            reacting.reacted(turn, incoming)
        case Reachable():
            _reachable(turn, incoming)
        case Rang():
            reminders.rang(turn, incoming)
    moderating.ask_when_danger_is_over(turn)
    return turn


def _come_back(turn: Turn) -> None:
    """Whoever stopped and says something again is back; to whoever looks for help now, it is not about that."""
    if turn.person and turn.person.has_stopped:
        leaving.come_back(turn.connection, turn.person, turn.now)
        turn.refresh_person()
        turn.say("come_back")


def _check_link(turn: Turn) -> None:
    """Ends the welcome of a guest whose link was withdrawn or taken back meanwhile."""
    if invitations.opened_by(turn.connection, turn.host.vault, turn.chat_id) is None:
        turn.state = State()


# --- messages ---------------------------------------------------------------------------------------------------------


def _greet_again(turn: Turn) -> None:
    """Who writes can be reached."""
    if turn.person and turn.person.blocked:
        following.is_back(turn, turn.person)
        people.change(turn.connection, turn.person.id, blocked_at=None)
        turn.refresh_person()


def _message(turn: Turn, message: Message, *, helped: bool) -> None:
    """`helped`: the help card was sent already."""
    _greet_again(turn)
    asks_help = helped or turn.host.help.is_asked_by(message.text)
    if asks_help and not helped:
        show.help_card(turn)
    if asks_help and message.kind == "text":
        answering.replied(turn, message)
    elif message.command:
        word, rest = message.command
        danger.look_first(turn, rest, lambda: commands.command(turn, word, rest), aloud=True)
    elif turn.person is None and turn.state.running is None:
        danger.look_first(turn, message.text, lambda: show.menu(turn))
    elif not asks_help and (speak := speaking.claim(turn, message)):
        danger.look_first(turn, message.text, speak, aloud=True)
    else:
        _private(turn, message, asks_help=asks_help)


def privately(turn: Turn, message: Message) -> None:
    """What may have been for a group is not: it is taken as if there were none."""
    _private(turn, message, asks_help=False)


def _private(turn: Turn, message: Message, *, asks_help: bool) -> None:
    if answering.replied(turn, message) or (not asks_help and answering.just_answered(turn, message)):
        danger.look_first(turn, message.text, lambda: None)
    else:
        danger.look_first(turn, message.text, lambda: _answer(turn, message))


def _answer(turn: Turn, message: Message) -> None:
    if message.kind == "text":
        turn.apply(Typed(message.text, aside=small_talk.interrupts(message)))
        if turn.unexpected and small_talk.answered(turn, message):
            return
    elif message.kind in ("voice", "photo") and message.file_id and not message.forwarded:
        _heard(turn, Media("voice" if message.kind == "voice" else "photo", message.file_id, message.text))
    else:
        _loose(turn, message)
        return
    if turn.unexpected:
        _loose(turn, message)


def _heard(turn: Turn, media: Media) -> None:
    """An answer that nobody hears or sees now, which is said once in a conversation."""
    run = turn.state.running
    told = run is None or turn.state.seen.get(_NOBODY_LISTENS) == (run.id,)
    if run and not told:
        turn.lead_in(f"{media.kind}_note_warning")
    turn.apply(media)
    if turn.unexpected:
        turn.no_lead_in()
    elif run and not told:
        turn.state = replace(turn.state, seen={**turn.state.seen, _NOBODY_LISTENS: (run.id,)})


def _loose(turn: Turn, message: Message) -> None:
    """Keeps what fits no question, and asks what to do with it."""
    if turn.person is None or Role.PARENT not in turn.person.roles:
        if turn.state.running:
            turn.apply(Resume())
        else:
            if turn.person and Role.MENTOR in turn.person.roles:
                turn.lead_in("parent_answered_only")
            show.menu(turn)
        return
    running = turn.state.running
    note = _waiting_note(turn)
    if note:
        _add_piece(turn, note.id, note.top.key, message)
    elif running is None or running.flow != LOOSE_FLOW:
        turn.start(LOOSE_FLOW, before=lambda run, key: _add_piece(turn, run, key, message))
    elif not _add_piece(turn, running.id, running.top.key, message):
        turn.apply(Resume())


def _waiting_note(turn: Turn) -> Run | None:
    """The note on which is still to be decided, when a conversation about danger came between."""
    if turn.state.running is None or turn.state.running.flow not in SAFETY_FLOWS:
        return None
    return next((run for run in turn.state.parked if run.flow == LOOSE_FLOW), None)


def _add_piece(turn: Turn, run: str, key: str, message: Message) -> bool:
    """Adds the message to the note `key`; True when it is one more part of an album that is there already."""
    if turn.person is None:
        return False
    piece = Piece(message.kind, message.text, message.file_id, message.message_id, message.album)
    today = turn.facts.local.date()
    known = notes.add(turn.connection, turn.host.vault, turn.person.id, key, piece, today, turn.now)
    if message.kind != "location":  # Telegram tells each step of somebody under way as an edit.
        records.note_answer(turn.connection, turn.chat_id, message.message_id, run, key, notes.PIECES)
    turn.facts.forget()
    return known


# --- taps, edits, being reached ---------------------------------------------------------------------------------------


def _edited(turn: Turn, edited: Edited) -> None:
    """An edit corrects the answer or the note that the message was, or what was said in a group."""
    person = turn.person
    if editing.edited(turn, edited):
        return
    answered = records.answered_by(turn.connection, turn.chat_id, edited.message_id) if person else None
    if person is None or answered is None:
        return
    today = turn.facts.local.date()
    vault, connection = turn.host.vault, turn.connection
    if answered.name == notes.PIECES:
        changed = notes.correct(
            connection, vault, person.id, answered.key, edited.message_id, edited.text, today, turn.now
        )
    else:
        before = turn.state
        changed = _correct_record(turn, person.id, answered, edited.text)
        turn.apply(Corrected(answered.run, answered.key, answered.name, edited.text))
        changed = changed or turn.state != before
    turn.say("corrected" if changed else "edit_not_used")


def _correct_record(turn: Turn, person_id: int, answered: AnsweredBy, text: str) -> bool:
    """Puts the edited answer in what is kept, if it can be read as an answer to that question."""
    connection, vault, library = turn.connection, turn.host.vault, turn.host.library
    record = records.find(connection, vault, person_id, answered.key)
    if record is None or answered.name not in record.fields:
        return False
    steps = (step for flow in library.flows.values() if flow.record == record.kind for step in flow.steps.values())
    ask = next((step.ask for step in steps if step.ask and step.answer_name == answered.name), None)
    reading = read(ask, cleaned(text), turn.facts.local) if ask else None
    if not isinstance(reading, Reading):
        return False
    field = Field(reading.value, reading.said)
    records.correct(connection, vault, person_id, answered.key, answered.name, field, turn.now)
    return True


def _reachable(turn: Turn, reachable: Reachable) -> None:
    if reachable.yes:
        _greet_again(turn)
    else:
        lost_touch(turn.connection, turn.host, turn.chat_id, turn.now)


def lost_touch(connection: Connection, host: Host, chat_id: int, now: datetime) -> None:
    """Nobody is there any more: reminders stop, and the person's mentor is told, once."""
    person = people.present(connection, host.vault, chat_id).person
    if person is None or person.blocked:
        return
    people.change(connection, person.id, blocked_at=now)
    alerts.hurry(connection, person.id)
    mentor = people.by_id(connection, host.vault, person.mentor_id)
    if mentor and mentor.id != person.id:
        text = render(host.library.texts["parent_unreachable"], {"name": families.spoken(person.name)})
        outbox.put(connection, host.vault, [Call(mentor.chat_id, outgoing.send(text))], now)
