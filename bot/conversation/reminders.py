"""What happens when a timer of a person goes off. Late ones are dropped; what they were for comes again by itself."""

from __future__ import annotations

from datetime import datetime

from bot.care import (
    alerts,
    announcements,
    coming,
    follow_ups,
    group_ends,
    group_links,
    leaving,
    peer_reports,
    people,
    preparation,
    quiet,
    rituals,
    sweeping,
)
from bot.care.coming import Coming, Verdict
from bot.care.people import Person
from bot.care.rituals import EVENING_LATER, EveningCall
from bot.conversation import (
    alerting,
    announcing,
    appointment_rings,
    danger,
    following,
    moderating,
    peer_leaving,
    rhythm,
    show,
    speaking,
)
from bot.conversation.incoming import Rang
from bot.conversation.turn import LOOK_BACK_FLOW, QUIET_FLOW, REMINDER_FLOW, STILL_THERE_FLOW, Turn
from bot.store import timers
from bot.store.outbox import Priority
from bot.store.timers import Timer
from flows.engine.state import Elapsed, Ref, Remind, Run, State, Value

_UNASKED = {
    rituals.EVENING: EVENING_LATER,
    EVENING_LATER: EVENING_LATER,
    rituals.LOOK_BACK: rituals.LOOK_BACK_LATER,
    rituals.LOOK_BACK_LATER: rituals.LOOK_BACK_LATER,
    rituals.HALF_WAY: rituals.HALF_WAY,
    sweeping.STILL_THERE: sweeping.STILL_THERE,
}
"""What comes without being asked for, and the timer that brings it when its hour is not one of the person's hours."""
_HELD_USEFUL = int(rituals.RITUAL_USEFUL.total_seconds())


def rang(turn: Turn, timer: Rang) -> None:
    """Does what the timer was set for, if it is still of use."""
    if appointment_rings.rang(turn, timer) or rhythm.rang(turn, timer):
        return
    if timer.late:
        _left_out(turn, timer)
        return
    if timer.key in _UNASKED and _is_held(turn, timer.key):
        return
    match timer.key:
        case "pause" | "silence":
            if timer.turn is not None:
                turn.apply(Elapsed(timer.key, timer.turn))
        case "evening" | "evening_later":
            _evening(turn, timer)
        case "look_back" | "look_back_later":
            _look_back(turn, timer)
        case "half_way":
            _half_way(turn, timer)
        case alerts.ALERT:
            alerting.rang(turn)
        case key if key in danger.LULL_KEYS:
            pass
        case speaking.SILENT:
            speaking.fell_silent(turn, timer)
        case sweeping.STILL_THERE:
            _still_there(turn)
        case sweeping.GOODBYE:
            _goodbye(turn)
        case show.ASKED_AGAIN:
            pass
        case key if key.startswith(group_links.CODE):
            pass
        case key if key.startswith(group_ends.CLOSE):
            peer_leaving.round_over(turn, key)
        case key if key.startswith(peer_reports.DUE):
            moderating.rang(turn, key)
        case key if key.startswith(follow_ups.TIMER):
            following.rang(turn, key)
        case key if key.startswith(announcements.TIMER):
            announcing.rang(turn, key)
        case key:
            _flow_comes(turn, timer, coming.read_key(key))


def _flow_comes(turn: Turn, timer: Rang, what: Coming) -> None:
    """A flow comes by itself, if this is a moment for it."""
    person, flow = turn.person, turn.host.library.flows.get(what.flow)
    if person is None or flow is None or flow.comes is None:
        turn.note = "unknown timer"
        return
    about = flow.about
    values: dict[str, Value] = {about.name: Ref(about.source, what.item)} if about and what.item else {}
    if not turn.may_start(what.flow) or (about and what.item and not _is_there(turn, about.source, what.item)):
        coming.stop(turn.connection, person, what)
        turn.note = "gone"
        return
    verdict = _verdict(turn, person, timer, however_full=what.flow in preparation.FLOWS)
    if verdict.comes:
        coming.note(turn.connection, person, what.key, coming.CAME, turn.now)
        _speak_as_reminder(turn, purpose_is_ritual=True)
        turn.expires_at = timer.useful_until
        turn.start(what.flow, values)
    elif verdict.later:
        _hold(turn, what, verdict.later, timer.useful_until)
    else:
        turn.note = verdict.why or "not wanted"
        if verdict.why:
            coming.note(turn.connection, person, what.key, verdict.why, turn.now)


def _verdict(turn: Turn, person: Person, timer: Rang, *, however_full: bool = False) -> Verdict:
    """Whether this is a moment for what the timer brings, beside all else that came today or is still to come."""
    came = coming.came_today(turn.connection, person, turn.now)
    return coming.decide(
        person,
        due_at=timer.due_at,
        useful_until=timer.useful_until,
        came=came,
        evening=coming.evening_to_come(person, turn.facts.timers, came, turn.now),
        talking=_is_talking(turn),
        now=turn.now,
        however_full=however_full,
    )


def _is_there(turn: Turn, source: str, item: str) -> bool:
    found = turn.facts[source]
    return isinstance(found, list) and any(one["id"] == item for one in found)


def _hold(turn: Turn, what: Coming, until: datetime, useful_until: datetime) -> None:
    useful = int((useful_until - until).total_seconds())
    timers.put(turn.connection, Timer(turn.chat_id, what.key + coming.HELD, until, useful))
    turn.note = "held"


def _is_held(turn: Turn, key: str) -> bool:
    """Whether this is no hour at which the person wants to hear anything; it then comes when such hours begin."""
    until = quiet.waits_until(turn.person, turn.now)
    if until is None:
        return False
    timers.put(turn.connection, Timer(turn.chat_id, _UNASKED[key], until, _HELD_USEFUL))
    turn.note = "held"
    return True


def _comes(turn: Turn, key: str) -> bool:
    """Whether this is the timer of a flow that comes by itself."""
    flow = turn.host.library.flows.get(coming.read_key(key).flow)
    return flow is not None and flow.comes is not None


def _left_out(turn: Turn, timer: Rang) -> None:
    turn.note = "late"
    if turn.person and _comes(turn, timer.key):
        coming.note(turn.connection, turn.person, timer.key, coming.LATE, turn.now)


def _still_there(turn: Turn) -> None:
    """Asks somebody who gave no sign for long whether everything may stay."""
    person = turn.person
    if person is None or person.blocked or person.has_stopped:
        turn.note = "not wanted"
    elif later := quiet.by_day(person, turn.now):
        timers.put(turn.connection, Timer(turn.chat_id, sweeping.STILL_THERE, later, _HELD_USEFUL))
        turn.note = "held"
    else:
        _speak_as_reminder(turn, purpose_is_ritual=False)
        turn.start(STILL_THERE_FLOW)


def _goodbye(turn: Turn) -> None:
    """Erases somebody who still gave no sign."""
    person = turn.person
    if person is None or not sweeping.is_silent(turn.connection, person, turn.now):
        turn.note = "not wanted"
        return
    _speak_as_reminder(turn, purpose_is_ritual=False)
    peer_leaving.erases(turn, person)
    leaving.erase(turn.connection, turn.host.vault, turn.host.law, person, turn.now)
    turn.forget_person()
    turn.state = State()
    if not (person.blocked or person.has_stopped):
        turn.say("erased_after_silence")


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
            coming.note(turn.connection, turn.person, rituals.EVENING, coming.CAME, turn.now)
            rituals.rest_evening(turn.connection, turn.person)
            turn.start(QUIET_FLOW)
        case EveningCall.ASK:
            _speak_as_reminder(turn, purpose_is_ritual=True)
            coming.note(turn.connection, turn.person, rituals.EVENING, coming.CAME, turn.now)
            if not again:
                silent = turn.person.evenings_silent + 1
                people.change(turn.connection, turn.person.id, evenings_silent=silent)
            turn.expires_at = turn.now + rituals.RITUAL_USEFUL
            turn.start(REMINDER_FLOW)


def _look_back(turn: Turn, timer: Rang) -> None:
    person = turn.person
    if person is None or person.blocked or person.is_paused(turn.now):
        turn.note = "not wanted"
    elif _is_talking(turn):
        rituals.look_back_a_little_later(turn.connection, person, turn.now)
        turn.note = "talking"
    elif later := _verdict(turn, person, timer, however_full=True).later:
        timers.put(turn.connection, Timer(turn.chat_id, rituals.LOOK_BACK_LATER, later, _HELD_USEFUL))
        turn.note = "held"
    else:
        coming.note(turn.connection, person, rituals.LOOK_BACK, coming.CAME, turn.now)
        _speak_as_reminder(turn, purpose_is_ritual=False)
        turn.start(LOOK_BACK_FLOW)


def _half_way(turn: Turn, timer: Rang) -> None:
    """Offers to go on with what was left half-way; it counts for the day and keeps apart like all that comes."""
    person = turn.person
    runs = (run for run in (*turn.state.parked, turn.state.running) if run)
    if person is None or _is_talking(turn) or not any(_is_left_half_way(turn, run) for run in runs):
        return
    verdict = _verdict(turn, person, timer)
    if verdict.comes:
        coming.note(turn.connection, person, rituals.HALF_WAY, coming.CAME, turn.now)
        _speak_as_reminder(turn, purpose_is_ritual=False)
        turn.apply(Remind())
    elif verdict.later:
        useful = int((timer.useful_until - verdict.later).total_seconds())
        timers.put(turn.connection, Timer(turn.chat_id, rituals.HALF_WAY, verdict.later, useful))
        turn.note = "held"
    else:
        turn.note = verdict.why or "not wanted"


def _is_left_half_way(turn: Turn, run: Run) -> bool:
    """Whether this is something to go on with: begun, not offered before, and not about one moment that is over."""
    flow = turn.host.library.flows.get(run.flow)
    return bool(run.trail) and not run.rests and flow is not None and not flow.momentary


def _is_talking(turn: Turn) -> bool:
    """Whether the person is in the middle of something just now."""
    return (
        turn.state.running is not None
        and turn.active_at is not None
        and turn.now - turn.active_at < rituals.STILL_TALKING
    )
