"""What is said when a parent asks for a person: to those who are asked, and to the parent about where it stands.

Only what the parent saw goes out: one sentence, without a word of what they wrote. Does not know whom to ask when: that
is `care.alerts`.
"""

from __future__ import annotations

from bot.care import alerts, families, letters, people
from bot.care.alerts import Alert, Seen
from bot.care.families import names_in_words
from bot.care.people import Person
from bot.conversation import outgoing, show
from bot.conversation.outgoing import Rows
from bot.conversation.safety_facts import sentence_of
from bot.conversation.turn import Turn
from bot.safety.access import REFUSED
from bot.store.outbox import Call, Priority
from bot.store.types import read_id

ALERT_BUTTON = "alert"
"""What the buttons about an alert begin with; its id follows, and `_OVER` under a message to the parent."""
_OVER = "over"


def begin(turn: Turn, parent: Person) -> None:
    """Asks for a person in the parent's name. While there is still somebody to ask, nobody is asked twice."""
    earlier, turns = alerts.open_of(turn.connection, parent.id, hold=True), _turns(turn, parent)
    if earlier and earlier.waits and not alerts.decide(turns, earlier.called, turn.now).all_asked:
        carry_on(turn, parent, earlier)
        return
    if earlier:
        alerts.end(turn.connection, earlier.id, turn.now)
    if turns:
        carry_on(turn, parent, alerts.make(turn.connection, parent.id, turn.now))


def carry_on(turn: Turn, parent: Person, alert: Alert) -> list[Person]:
    """Asks those whose turn it is, and sets when to look again; returns who was asked now."""
    step = alerts.decide(_turns(turn, parent), alert.called, turn.now)
    asked = [one for one in step.ask if alerts.call(turn.connection, alert.id, one.id, turn.now)]
    before = names_in_words(_still_asked(turn, parent, alert))
    for one in asked:
        _ask(turn, parent, alert, one, before)
    alerts.look_again(turn.connection, parent.chat_id, step.look_at)
    return asked


def rang(turn: Turn) -> None:
    """The time for the next ones has come, or somebody who was asked cannot be reached any more."""
    parent = turn.person
    alert = alerts.open_of(turn.connection, parent.id, hold=True) if parent else None
    if parent is None or alert is None or not alert.waits:
        turn.note = "not wanted"
        return
    turns = _turns(turn, parent)
    silent = [one for together in turns for one in together if one.id in alert.called]
    asked = carry_on(turn, parent, alert)
    if asked:
        called = alert.called | {one.id: turn.now for one in asked}
        last = alerts.decide(turns, called, turn.now).all_asked
        others_before = not alert.called.keys() <= {one.id for together in turns for one in together}
        handed_over = others_before and parent.mentor_id in {one.id for one in asked}
        names, before = names_in_words(asked), names_in_words(silent)
        text = turn.text("alert_next", silent=before, names=names, last=last, handed_over=handed_over)
        _tell(turn, parent, text, _over_row(turn, alert))
    elif not silent:
        alerts.end(turn.connection, alert.id, turn.now)
        show.help_card(turn)
        _tell(turn, parent, turn.text("alert_nobody"))
    else:
        turn.note = "not yet"


def tapped(turn: Turn, rest: str, message_id: int | None) -> None:
    """Somebody who was asked takes it up, or the parent says that it is over; anybody else is refused."""
    number, _, what = rest.partition(":")
    found = alerts.find(turn.connection, read_id(number))
    me = turn.person
    if me and found and what == _OVER and found.person_id == me.id:
        _is_over(turn, me, found)
    elif me and found and not what and me.id in found.called:
        _take_up(turn, me, found.id, message_id)
    else:
        turn.note = REFUSED
        show.menu(turn)


def end(turn: Turn, parent: Person) -> str:
    """The parent says that it is over; returns the names of those who are told so."""
    alert = alerts.open_of(turn.connection, parent.id, hold=True)
    if alert is None:
        return ""
    alerts.end(turn.connection, alert.id, turn.now)
    alerts.look_again(turn.connection, parent.chat_id, None)
    told = _still_asked(turn, parent, alert)
    for one in told:
        _tell(turn, one, turn.text("alert_over_sentence", name=families.spoken(parent.name)))
    return names_in_words(told)


def _is_over(turn: Turn, parent: Person, alert: Alert) -> None:
    turn.show_choice(turn.host.library.texts["alert_over_button"])
    if alert.ended_at:
        return
    names = end(turn, parent)
    sentence = sentence_of(turn.host.library.texts, parent, "alert_over_sentence")
    turn.say("alert_ended" if names else "alert_ended_quietly", names=names, sentence=sentence)


def _take_up(turn: Turn, me: Person, alert_id: int, message_id: int | None) -> None:
    asked = alerts.find(turn.connection, alert_id, hold=True)
    parent = people.by_id(turn.connection, turn.host.vault, asked.person_id) if asked else None
    if parent is None:
        return
    newer = alerts.open_of(turn.connection, parent.id) if asked and asked.ended_at else None
    alert_id = newer.id if newer else alert_id
    asked_now = newer is None or me.id in newer.called
    if not asked_now or not alerts.is_theirs(turn.connection, turn.host.vault, parent, me):
        if message_id is not None:
            turn.call(outgoing.edit_rows(message_id), "edit")
        turn.say("alert_not_yours")
        return
    seen, alert = alerts.take_up(turn.connection, alert_id, me.id, turn.now)
    if alert is None or seen is Seen.AGAIN:
        return
    turn.show_choice(turn.host.library.texts["alert_take_up"])
    name, mine = families.spoken(parent.name), families.spoken(me.name)
    match seen:
        case Seen.OVER:
            turn.say("alert_is_over", name=name)
        case Seen.BY_ANOTHER:
            other = people.by_id(turn.connection, turn.host.vault, alert.seen_by)
            turn.say("alert_taken_by_other", by=families.spoken(other.name) if other else "")
        case Seen.FIRST:
            alerts.look_again(turn.connection, parent.chat_id, None)
            turn.say("alert_taken", name=name)
            _tell(turn, parent, turn.text("alert_seen", by=mine), _over_row(turn, alert))
            for one in _still_asked(turn, parent, alert):
                if one.id != me.id:
                    _tell(turn, one, turn.text("alert_taken_for_you", by=mine, name=name))


# --- to whom ----------------------------------------------------------------------------------------------------------


def _turns(turn: Turn, parent: Person) -> list[list[Person]]:
    return alerts.in_turn(turn.connection, turn.host.vault, parent, turn.now)


def _still_asked(turn: Turn, parent: Person, alert: Alert) -> list[Person]:
    """Those who were asked and still may be: who guides the family no more hears no more of it."""
    found = (people.by_id(turn.connection, turn.host.vault, one) for one in alert.called)
    return [one for one in found if one and alerts.is_theirs(turn.connection, turn.host.vault, parent, one)]


def _ask(turn: Turn, parent: Person, alert: Alert, one: Person, before: str) -> None:
    """The one sentence, with a button to take it up. A reply to it goes to the parent."""
    name = families.spoken(parent.name)
    sentence = sentence_of(turn.host.library.texts, parent)
    letter_id = letters.write(turn.connection, turn.host.vault, parent.id, one.id, sentence, turn.now)
    text = turn.text("alert_to_somebody", sentence=sentence, before=before, name=name)
    rows = [[turn.key("alert_take_up", f"{ALERT_BUTTON}:{alert.id}")]]
    call = outgoing.send(text, rows)
    turn.calls.append(Call(one.chat_id, call, Priority.SAFETY, "safety", letter_id=letter_id))


def _tell(turn: Turn, one: Person, text: str, rows: Rows = ()) -> None:
    turn.calls.append(Call(one.chat_id, outgoing.send(text, rows), Priority.SAFETY, "safety"))


def _over_row(turn: Turn, alert: Alert) -> Rows:
    return [[turn.key("alert_over_button", f"{ALERT_BUTTON}:{alert.id}:{_OVER}")]]
