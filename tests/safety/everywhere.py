"""Conversations put at any step of any flow, for people who keep some of everything and find no gate closed.

What a conversation would remember by then is made up from the flow: what it is about, what was chosen and what was
drawn. Does not know in which order people come to the steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from functools import partial
from itertools import count, product

from sqlalchemy import Connection, select

from bot.care import coming, families, follow_ups, groups, people, records, rituals, switches
from bot.care.coming import Coming
from bot.care.follow_up_rhythm import Rhythm
from bot.care.follow_ups import Content, Plan
from bot.care.people import Person, Role
from bot.care.records import Field
from bot.conversation.incoming import Message
from bot.conversation.turn import Turn
from bot.store import tables
from bot.store.upsert import upsert
from flows.engine import answers
from flows.engine.answers import Reading
from flows.engine.definition import ABOUT_STEP, Flow, Step
from flows.engine.library import Library
from flows.engine.scope import DECK
from flows.engine.state import Frame, Ref, Run, State, Value, dump_state
from flows.engine.worlds import as_value
from tests.store.household import Household
from tests.support.desk import Desk

CHILDREN = ("Noor", "Milo")
EARLIER_MENTOR = 409
TURN, RUN = 7, "cafe"
COMES = Coming("body_now")
_NUMBERS = count(1)
_TYPED = {"age": "6", "time": "14.30", "date": "morgen", "birth_date": "3 mei 2020"} | dict.fromkeys(
    ("name", "text", "any", "voice", "photo"), "Mila"
)
"""What somebody would type, by what is asked."""


def settle(desk: Desk, mentor: Person, parent: Person) -> None:
    """Two children, every gate open, and two things of every kind that has a list: of one alone it is never asked
    which."""
    desk.do(partial(_settle, desk, mentor, parent))


def _settle(desk: Desk, mentor: Person, parent: Person, connection: Connection) -> None:
    family, vault, now = parent.family_id or 0, desk.vault, desk.now
    given = {"family_id": family, "age": 6, "pronoun": "she", "today": now.date(), "now": now}
    children = [families.add_child(connection, vault, name=name, **given) for name in CHILDREN]
    for name, flow in desk.host.library.flows.items():
        if flow.gated:
            switches.switch_on(connection, vault, family, name, mentor, "We spraken erover.", now)
    coming.every(connection, parent, COMES, time(10), rituals.EVERY_DAY, timedelta(hours=2), now)
    household = Household(desk.database, vault, now)
    for _ in range(2):
        household.works_with_mentor(connection, parent, mentor.id, children[0])
    groups.found(connection, vault, mentor, groups.LARGEST, groups.Settings("Zondagrust"), now)
    _take_over(connection, desk, mentor, parent)
    listed = [(kind, one) for kind, one in desk.host.library.catalog.records.items() if one.listed]
    for number, person, (kind, one) in product((1, 2), (parent, mentor), listed):
        records.keep(
            connection,
            vault,
            person_id=person.id,
            key=f"{kind[:30]}.{number}",
            kind=kind,
            fields={name: _field(example) for name, example in one.example.items() if example},
            child_id=children[0] if person is parent else None,
            today=now.date(),
            now=now,
        )


def _take_over(connection: Connection, desk: Desk, mentor: Person, parent: Person) -> None:
    """The family comes from another mentor, who had planned a message."""
    earlier_id = people.add(
        connection,
        desk.vault,
        chat_id=EARLIER_MENTOR,
        role=Role.MENTOR,
        name="Samir",
        family_id=None,
        region="nl",
        zone="Europe/Amsterdam",
        now=desk.now,
    )
    earlier = people.by_id(connection, desk.vault, earlier_id)
    assert earlier
    assert parent.family_id
    plan = Plan(Content("Hoe ging het?"), [parent.id], Rhythm("weeks", (1,)), desk.now, time(9))
    follow_ups.plan(connection, desk.vault, earlier, plan, desk.now)
    follow_ups.hand_over(connection, desk.vault, parent.family_id, earlier, mentor, desk.now)


def _field(example: str | Mapping[str, str]) -> Field:
    raw, said = (example["raw"], example["said"]) if isinstance(example, Mapping) else (example, example)
    return Field(int(raw) if raw.isdecimal() else raw, said)


def is_at(desk: Desk, chat_id: int, flow: str, step: str) -> None:
    """Puts a chat in the middle of a conversation, each time another, of which nothing was kept yet."""
    desk.do(partial(_is_at, desk, chat_id, flow, step))


def _is_at(desk: Desk, chat_id: int, flow: str, step: str, connection: Connection) -> None:
    person = people.present(connection, desk.vault, chat_id).person
    assert person
    _forget(connection, desk, person.id)
    turn = Turn(desk.host, connection, chat_id, Message(1, "text"), desk.now)
    values = _remembered(desk, turn, flow, step)
    run_id = f"{RUN}{next(_NUMBERS)}"
    run = Run(run_id, (Frame(flow, step, f"{run_id}.1", values),), turn=TURN)
    state = desk.vault.seal(people.STATE, chat_id, dump_state(State(turn=TURN, running=run)))
    put = upsert(connection, tables.conversations, ("chat_id",), ("state_sealed", "active_at"))
    connection.execute(put, {"chat_id": chat_id, "state_sealed": state, "active_at": desk.now})


def _forget(connection: Connection, desk: Desk, person_id: int) -> None:
    """Else what was typed before could be chosen by typing it again, or a group have spoken after the question."""
    said_by_a_group = tables.outbox.c.purpose == "group"
    connection.execute(tables.outbox.delete().where(said_by_a_group))
    rows = tables.records.c
    here = select(rows.key).where(rows.person_id == person_id, rows.key.startswith(RUN))
    for key in connection.execute(here).scalars().all():
        records.throw_away(connection, person_id, key)


def _remembered(desk: Desk, turn: Turn, name: str, step: str) -> dict[str, Value]:
    library = desk.host.library
    flow = library.flows[name]
    if step == ABOUT_STEP:
        return {}
    drawn = _drawn(library, flow, step)
    chosen = _answered(library, flow, turn.facts.local) | _handed_over(library, name) | drawn
    if flow.about and (about := _first(turn, flow.about.source)):
        chosen[flow.about.name] = about
    if "child" in flow.needs and (child := _first(turn, "children")):
        chosen["child"] = child
    for one in flow.steps.values():
        if one.choose and one.remember:
            listed = drawn.get(one.choose.source) or _first(turn, one.choose.source)
            if listed:
                chosen[one.remember] = listed[0] if isinstance(listed, list) else listed
    return chosen


def _first(turn: Turn, source: str) -> Ref | None:
    """The first item of a list of facts, if it is one and there is any."""
    found = turn.facts.get(source)
    return Ref(source, str(found[0]["id"])) if isinstance(found, list | tuple) and found else None


def _answered(library: Library, flow: Flow, now: datetime) -> dict[str, Value]:
    """What people answer, and what the service answered, as the flow remembers it: any answer that fits."""
    found: dict[str, Value] = {}
    for one in flow.steps.values():
        for action in one.do:
            gives = as_value(library.catalog.actions[action.name].gives)
            if action.into and gives is not None:
                found[action.into] = gives
        if one.answer_name and (one.ask or one.buttons):
            found[one.answer_name] = _answer(one, now)
    return found


def _answer(step: Step, now: datetime) -> Value:
    ask = step.ask
    if ask is None or "several" in ask.kind:
        return next(iter(step.buttons))
    read = answers.read(ask, _TYPED.get(ask.kind[0], str(ask.low)), now)
    assert isinstance(read, Reading)
    return read.value


def _handed_over(library: Library, name: str) -> dict[str, Value]:
    """What another flow gives to this one, where that is written out."""
    calls = (step.call for flow in library.flows.values() for step in flow.steps.values() if step.call)
    given = (item for call in calls if call.flow == name for item in call.values.items())
    return {key: value for key, value in given if "{" not in value}


def _drawn(library: Library, flow: Flow, name: str) -> dict[str, Ref | list[Ref]]:
    """What the flow draws, by the name that it is remembered under; last what this very step draws."""
    drawn: dict[str, Ref | list[Ref]] = {}
    for pick in (step.pick for step in (*flow.steps.values(), flow.steps[name]) if step.pick):
        fixed = {field: value for field, value in pick.where.items() if "{" not in value}
        fitting = [
            Ref(f"{DECK}{pick.deck}", entry.id)
            for entry in library.decks[pick.deck].entries.values()
            if all(value in ({"id": entry.id} | dict(entry.fields)).get(field, "") for field, value in fixed.items())
        ]
        if fitting:
            drawn[pick.into] = fitting[: pick.count] if pick.count > 1 else fitting[0]
    return drawn
