"""What a professional does in a conversation about a Kindreflex record: note, add, tell with whom it was talked about.

Each asks anew whether this mentor may; the flows say kindly that a family is another's now.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from bot.care import kindreflex, kindreflex_record, people
from bot.care.kindreflex import Note, Topic
from bot.conversation import own_notes, reflex
from bot.conversation.actions.common import NotAllowed, me, named
from bot.conversation.turn import Turn
from bot.store.types import read_id
from flows.engine.dutch.spoken import full_date
from flows.engine.state import Request, Value
from flows.engine.templates import enumerate_dutch

_DAYS = ("born", "told", "report", "advice")
"""Arguments `<name>_day` that hold a day: as an ISO date, or `today` or `yesterday`."""
_WORDS = ("count", "name", "choice", "choice_id", "who", "consent", "consent_id", "text", "why")


def show_kindreflex(turn: Turn, request: Request) -> Value | None:
    """Shows the card of a record, or a step of it, beside the conversation."""
    step = request.arguments.get("step", "")
    return "yes" if reflex.show(turn, _family(request), int(step) if step.isdecimal() else None) else None


def next_kindreflex(turn: Turn, request: Request) -> Value | None:
    """The next thing to ask in a step, behind another one; nothing when there is no more."""
    given, notes = request.arguments, _notes(turn, request)
    stage = given["stage"]
    if notes is None or not stage.isdecimal() or int(stage) not in range(1, len(kindreflex.STEPS) + 1):
        return None
    return kindreflex.next_topic(notes, int(stage), given.get("after", ""))


def noted_in_kindreflex(turn: Turn, request: Request) -> Value | None:
    """Whether anything was noted in this conversation: `yes`, or nothing."""
    notes = _notes(turn, request) or ()
    return "yes" if any(one["run"] == request.run for one in notes) else None


def note_kindreflex(turn: Turn, request: Request) -> Value | None:
    """Adds a note; answers `yes`, or nothing when that may not be."""
    given = request.arguments
    child = given.get("child", "")
    held = {name: given[name] for name in _WORDS if given.get(name)}
    for name in _DAYS:
        if given.get(f"{name}_day"):
            day = _day(turn, given[f"{name}_day"])
            held[f"{name}_day"] = day.isoformat()
            held["born" if name == "born" else "day"] = full_date(day)
    noted = kindreflex_record.note(
        turn.connection,
        turn.host.vault,
        me(turn),
        _family(request),
        Topic(given["topic"]),
        held,
        turn.now,
        run=request.run,
        child_id=read_id(child) or None,
    )
    return "yes" if noted else None


def add_to_kindreflex(turn: Turn, request: Request) -> Value | None:
    """Adds to a note, which itself stays as it was; answers the number of its step, or nothing when that may not be."""
    note_id, notes = request.arguments["note"], _notes(turn, request)
    note = next((one for one in notes or () if str(one.id) == note_id), None)
    added = note is not None and kindreflex_record.add_to(
        turn.connection, turn.host.vault, me(turn), _family(request), note.id, request.arguments["text"], turn.now
    )
    return str(note.step) if note and added else None


def talked_kindreflex(turn: Turn, request: Request) -> Value | None:
    """What was noted in this conversation was talked about with a parent, or with all; answers their names."""
    wanted, family_id = request.arguments["with"], _family(request)
    parents = [
        one.id
        for one in people.parents_of(turn.connection, turn.host.vault, family_id)
        if wanted in ("all", str(one.id))
    ]
    own = [one.id for one in _notes(turn, request) or () if one["run"] == request.run]
    names = kindreflex_record.talked_about(
        turn.connection, turn.host.vault, me(turn), family_id, own, parents, turn.now
    )
    return enumerate_dutch(names) or None


def age_in_record(turn: Turn, request: Request) -> Value | None:
    """Whether a child decides itself on what is noted: `own` from 12 on, `young` before, nothing when its age is not
    known."""
    child, family_id = request.arguments["child"], _family(request)
    if _notes(turn, request) is None or not child.isdecimal():
        return None
    age = kindreflex_record.age_of(turn.connection, turn.host.vault, family_id, int(child), me(turn), turn.now)
    return None if age is None else "own" if age >= kindreflex.OWN_SAY_FROM else "young"


def parent_knew(turn: Turn, request: Request) -> Value | None:
    """Whether it may be noted that a report was made on this day: `yes`, or nothing when a reason is still asked for
    because no parent knew by then."""
    notes = _notes(turn, request)
    if notes is None:
        return None
    day = _day(turn, request.arguments["day"])
    return "yes" if kindreflex.may_note_report(notes, day, "") else None


def show_overviews(turn: Turn, request: Request) -> Value | None:
    """Shows this mentor what they wrote for nobody else."""
    own_notes.show_list(turn)
    return None


def _family(request: Request) -> int:
    family = request.refs["family"]
    if not family.isdecimal():
        raise NotAllowed("a record is of a family")
    return int(family)


def _notes(turn: Turn, request: Request) -> Sequence[Note] | None:
    """The notes, to decide by; None when this person may not open the record now."""
    person, family_id = me(turn), _family(request)
    if kindreflex_record.way_in(turn.connection, turn.host.vault, person, family_id, turn.now) is None:
        return None
    return kindreflex_record.notes_of(turn.connection, turn.host.vault, family_id)


def _day(turn: Turn, said: str) -> date:
    """A day that is over, or today: what is noted as done is never in the future."""
    today = turn.facts.local.date()
    words = {"today": today, "yesterday": today - timedelta(days=1)}
    return min(words.get(said) or date.fromisoformat(said), today)


ACTIONS = named(
    show_kindreflex,
    next_kindreflex,
    noted_in_kindreflex,
    note_kindreflex,
    add_to_kindreflex,
    talked_kindreflex,
    show_overviews,
    age_in_record,
    parent_knew,
)
