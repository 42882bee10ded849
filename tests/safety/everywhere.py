"""Conversations put at any step of any flow, for people who keep some of everything and find no gate closed.

What a conversation would remember by then is made up from the flow: what it is about, what was chosen and what was
drawn. Does not know in which order people come to the steps.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time, timedelta
from functools import partial
from itertools import count

from sqlalchemy import Connection, select

from bot.care import coming, families, people, records, rituals, switches
from bot.care.coming import Coming
from bot.care.people import Person
from bot.care.records import Field
from bot.store import tables
from bot.store.upsert import upsert
from flows.engine.definition import ABOUT_STEP, Flow
from flows.engine.library import Library
from flows.engine.scope import DECK
from flows.engine.state import Frame, Ref, Run, State, Value, dump_state
from tests.support.desk import Desk

CHILDREN = ("Noor", "Milo")
TURN, RUN = 7, "cafe"
COMES = Coming("body_now")
_NUMBERS = count(1)


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
    listed = [(kind, one) for kind, one in desk.host.library.catalog.records.items() if one.listed]
    for number in (1, 2):
        for kind, one in listed:
            records.keep(
                connection,
                vault,
                person_id=parent.id,
                key=f"{kind[:30]}.{number}",
                kind=kind,
                fields={name: _field(example) for name, example in one.example.items() if example},
                child_id=children[0],
                today=now.date(),
                now=now,
            )


def _field(example: str | Mapping[str, str]) -> Field:
    raw, said = (example["raw"], example["said"]) if isinstance(example, Mapping) else (example, example)
    return Field(int(raw) if raw.isdecimal() else raw, said)


def is_at(desk: Desk, chat_id: int, flow: str, step: str) -> None:
    """Puts a chat in the middle of a conversation, each time another, of which nothing was kept yet."""
    desk.do(partial(_is_at, desk, chat_id, flow, step))


def _is_at(desk: Desk, chat_id: int, flow: str, step: str, connection: Connection) -> None:
    person = people.present(connection, desk.vault, chat_id).person
    values = _remembered(desk.host.library, flow, step, _first_ids(connection, desk, person)) if person else {}
    if person:
        _forget(connection, desk, person.id)
    run_id = f"{RUN}{next(_NUMBERS)}"
    run = Run(run_id, (Frame(flow, step, f"{run_id}.1", values),), turn=TURN)
    state = desk.vault.seal(people.STATE, chat_id, dump_state(State(turn=TURN, running=run)))
    put = upsert(connection, tables.conversations, ("chat_id",), ("state_sealed", "active_at"))
    connection.execute(put, {"chat_id": chat_id, "state_sealed": state, "active_at": desk.now})


def _forget(connection: Connection, desk: Desk, person_id: int) -> None:
    """Else what was typed before could be chosen by typing it again."""
    rows = tables.records.c
    here = select(rows.key).where(rows.person_id == person_id, rows.key.startswith(RUN))
    for key in connection.execute(here).scalars().all():
        records.throw_away(connection, person_id, key)


def _first_ids(connection: Connection, desk: Desk, person: Person) -> dict[str, str]:
    """The id of the first item of each list that this person has."""
    ids = {"gated": next(name for name, flow in desk.host.library.flows.items() if flow.gated)}
    guided = (
        connection.execute(select(tables.families.c.id).where(tables.families.c.mentor_id == person.id))
        .scalars()
        .first()
    )
    if guided:
        ids["families"] = str(guided)
    if person.family_id:
        found = families.children_of(connection, desk.vault, person.family_id, person.id, desk.now.date())
        ids["children"] = str(found[0].id)
        ids["coming"] = COMES.key
    for kind, one in desk.host.library.catalog.records.items():
        kept = records.newest(connection, desk.vault, person.id, kind, 1) if one.listed else []
        ids.update({str(one.listed): str(record.id) for record in kept})
    return ids


def _remembered(library: Library, name: str, step: str, ids: Mapping[str, str]) -> dict[str, Value]:
    flow = library.flows[name]
    if step == ABOUT_STEP:
        return {}
    drawn = _drawn(library, flow, step)
    chosen: dict[str, Value] = {}
    if flow.about and flow.about.source in ids:
        chosen[flow.about.name] = Ref(flow.about.source, ids[flow.about.source])
    if "child" in flow.needs and "children" in ids:
        chosen["child"] = Ref("children", ids["children"])
    for one in flow.steps.values():
        if one.choose and one.remember and one.remember not in chosen:
            if one.choose.source in ids:
                chosen[one.remember] = Ref(one.choose.source, ids[one.choose.source])
            elif one.choose.source in drawn:
                found = drawn[one.choose.source]
                chosen[one.remember] = found[0] if isinstance(found, list) else found
    return {**drawn, **chosen}


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
