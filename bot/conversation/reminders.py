"""What happens when a timer of a person goes off. Late ones are dropped; what they were for comes again by itself."""

from __future__ import annotations

from bot.care import people, rituals
from bot.care.rituals import EVENING_LATER, EveningCall
from bot.conversation.incoming import Rang
from bot.conversation.turn import LOOK_BACK_FLOW, QUIET_FLOW, REMINDER_FLOW, Turn
from bot.store.outbox import Priority
from flows.engine.state import Elapsed, Remind


def rang(turn: Turn, timer: Rang) -> None:
    """Does what the timer was set for, if it is still of use."""
    if timer.late:
        turn.note = "late"
        return
    match timer.key:
        case "pause" | "silence":
            if timer.turn is not None:
                turn.apply(Elapsed(timer.key, timer.turn))
        case "evening" | "evening_later":
            _evening(turn, timer)
        case "look_back" | "look_back_later":
            _look_back(turn)
        case "half_way":
            _half_way(turn)
        case _:
            turn.note = "unknown timer"


def _speak_as_reminder(turn: Turn, *, purpose_is_ritual: bool) -> None:
    turn.priority = Priority.REMINDER
    turn.purpose = "ritual" if purpose_is_ritual else "notice"


def _evening(turn: Turn, timer: Rang) -> None:
    if turn.person is None:
        return
    again = timer.key == EVENING_LATER
    match rituals.decide_evening(turn.person, again_tonight=again, talking=_is_talking(turn), now=turn.now):
        case EveningCall.SILENT:
            turn.note = "not wanted"
        case EveningCall.WAIT:
            rituals.wait_a_little(turn.connection, turn.person, turn.now)
            turn.note = "talking"
        case EveningCall.ASK_WHAT_FITS:
            _speak_as_reminder(turn, purpose_is_ritual=True)
            rituals.rest_evening(turn.connection, turn.person)
            turn.start(QUIET_FLOW)
        case EveningCall.ASK:
            _speak_as_reminder(turn, purpose_is_ritual=True)
            if not again:
                silent = turn.person.evenings_silent + 1
                people.change(turn.connection, turn.person.id, evenings_silent=silent)
            turn.expires_at = turn.now + rituals.RITUAL_USEFUL
            turn.start(REMINDER_FLOW)


def _look_back(turn: Turn) -> None:
    if turn.person is None or turn.person.blocked or turn.person.is_paused(turn.now):
        turn.note = "not wanted"
    elif _is_talking(turn):
        rituals.look_back_a_little_later(turn.connection, turn.person, turn.now)
        turn.note = "talking"
    else:
        _speak_as_reminder(turn, purpose_is_ritual=False)
        turn.start(LOOK_BACK_FLOW)


def _half_way(turn: Turn) -> None:
    if turn.person and (turn.person.blocked or turn.person.is_paused(turn.now)):
        return
    half_way = [run for run in (*turn.state.parked, turn.state.running) if run and run.trail]
    if half_way and not _is_talking(turn):
        _speak_as_reminder(turn, purpose_is_ritual=False)
        turn.apply(Remind())


def _is_talking(turn: Turn) -> bool:
    """Whether the person is in the middle of something just now."""
    return (
        turn.state.running is not None
        and turn.active_at is not None
        and turn.now - turn.active_at < rituals.STILL_TALKING
    )
