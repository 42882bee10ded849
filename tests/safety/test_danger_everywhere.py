"""Words that point at danger at every step of every flow: asked about first, the words taken all the same, and back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Connection

from bot.care import families, people, records
from bot.care.people import Person, Role
from bot.conversation.danger import LULL_KEYS
from bot.conversation.turn import SAFETY_FLOWS
from bot.store import timers
from bot.store.tables import conversations
from bot.store.upsert import upsert
from flows.engine.definition import ABOUT_STEP
from flows.engine.library import Library, load
from flows.engine.state import Frame, Ref, Run, State, Value, dump_state, load_state
from tests.support.desk import Desk, Sent

MENTOR, COORDINATOR, PARENT = 401, 301, 501
WHO = {"parent": PARENT, "mentor": MENTOR, "coordinator": COORDINATOR}
ORDINARY = "Ze lachte vandaag."
SAID = {"explicit": "Ik wil dood.", "possible": "Ik kan niet meer."}
QUESTION = {"explicit": "Is er nu iemand in gevaar?", "possible": "Gaat het nu om gevaar?"}

Place = list[tuple[str, str]]


@pytest.fixture(scope="module")
def library(cache: Path) -> Library:
    return load(cache=cache)


@pytest.fixture
def desk(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path_factory.mktemp("desk"), cache, datetime(2027, 3, 1, 18, 30, tzinfo=UTC))
    guide = desk.add(MENTOR, Role.MENTOR, "Ingrid")
    desk.add(COORDINATOR, Role.COORDINATOR, "Petra")
    parent = desk.add(PARENT, Role.PARENT, "Fatima", guide)
    for name in ("Noor", "Milo"):
        desk.do(lambda connection, name=name: _child(connection, desk, parent, name))
    yield desk
    desk.database.close()


def _child(connection: Connection, desk: Desk, parent: Person, name: str) -> None:
    assert parent.family_id
    families.add_child(
        connection,
        desk.vault,
        family_id=parent.family_id,
        name=name,
        age=6,
        pronoun="she",
        today=desk.now.date(),
        now=desk.now,
    )


def _about(desk: Desk, chat_id: int, flow: str, step: str) -> dict[str, Value]:
    """Whom a flow is about, if that was asked already."""
    about = desk.host.library.flows[flow].about
    person = desk.do(lambda connection: people.present(connection, desk.vault, chat_id).person)
    if about is None or step == ABOUT_STEP or person is None or person.family_id is None:
        return {}
    found = desk.do(
        lambda connection: families.children_of(
            connection, desk.vault, person.family_id or 0, person.id, desk.now.date()
        )
    )
    return {about.name: Ref(about.source, str(found[0].id))}


def _is_at(desk: Desk, chat_id: int, flow: str, step: str) -> None:
    """Puts a chat in the middle of a conversation, as if nothing was ever said about danger."""
    run = Run("cafe", (Frame(flow, step, "cafe.1", _about(desk, chat_id, flow, step)),), turn=7)
    state = desk.vault.seal(people.STATE, chat_id, dump_state(State(turn=7, running=run)))

    def work(connection: Connection) -> None:
        put = upsert(connection, conversations, ("chat_id",), ("state_sealed", "active_at"))
        connection.execute(put, {"chat_id": chat_id, "state_sealed": state, "active_at": desk.now})
        timers.drop(connection, chat_id, *LULL_KEYS)

    desk.do(work)


def _place(desk: Desk, chat_id: int) -> Place:
    """Where somebody is: flow and step of what runs and of what waits."""
    present = desk.do(lambda connection: people.present(connection, desk.vault, chat_id))
    state = load_state(present.state) if present.state else State()
    return [(run.top.flow, run.top.step) for run in (state.running, *state.parked) if run]


def _steps(library: Library) -> list[tuple[str, str, int]]:
    """Every step at which a member can wait, but for those that are about danger.

    Those that change the children come last: a child called "Ik wil dood." would be chosen by typing that.
    """
    steps = [
        (flow.flow, name, WHO[flow.audience[0]])
        for flow in library.flows.values()
        for name, step in flow.steps.items()
        if (step.asks or step.pause) and flow.audience[0] in WHO and flow.flow not in SAFETY_FLOWS
    ]
    return sorted(steps, key=lambda one: one[0] in ("add_child", "change_child"))


def _answered_no(desk: Desk, chat_id: int, heard: list[Sent]) -> None:
    while token := heard[-1].tokens.get("Nee"):
        if "gevaar" not in heard[-1].text and "hulp zoekt" not in heard[-1].text:
            return
        heard = desk.taps(chat_id, token)
        if not heard:
            return


@pytest.mark.parametrize("tier", ["explicit", "possible"])
def test_asked_first_taken_all_the_same_and_back(desk: Desk, library: Library, tier: str) -> None:
    wrong = []
    for flow, step, chat_id in _steps(library):
        _is_at(desk, chat_id, flow, step)
        desk.says(chat_id, ORDINARY)
        ordinary = _place(desk, chat_id)

        _is_at(desk, chat_id, flow, step)
        heard = desk.says(chat_id, SAID[tier])
        card = [one for one in heard if one.priority_is_safety]
        said = [one for one in heard if not one.priority_is_safety]
        if len(card) != (tier == "explicit") or [QUESTION[tier] in one.text for one in said] != [True]:
            wrong.append((flow, step, [one.text[:60] for one in heard]))
            continue
        _answered_no(desk, chat_id, heard)
        if _place(desk, chat_id) != ordinary:
            wrong.append((flow, step, [*ordinary, ("instead", "of"), *_place(desk, chat_id)]))
    assert not wrong


def test_every_word_of_it_is_kept(desk: Desk, library: Library) -> None:
    """Where a question keeps what is typed, it keeps this too, before anything is asked."""
    tried = 0
    for flow in library.flows.values():
        for name, step in flow.steps.items():
            if not (flow.record and step.ask and "text" in step.ask.kind and len(step.keep) == 1):
                continue
            tried += 1
            _is_at(desk, PARENT, flow.flow, name)
            desk.says(PARENT, SAID["explicit"])
            parent = desk.do(lambda connection: people.present(connection, desk.vault, PARENT).person)
            assert parent
            kept = desk.do(lambda connection, own=parent.id: records.of_person(connection, desk.vault, own))
            assert SAID["explicit"] in [one.value(step.keep[0]) for one in kept], (flow.flow, name)
            desk.do(lambda connection, own=parent.id: records.throw_away(connection, own, "cafe.1"))
    assert tried >= 5
