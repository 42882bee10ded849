"""Words that point at danger at every step of every flow: asked about first, the words taken all the same, and back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.care import people, records
from bot.care.people import Role
from bot.conversation.danger import LULL_KEYS
from bot.conversation.turn import SAFETY_FLOWS
from bot.store import timers
from flows.engine.definition import ABOUT_STEP
from flows.engine.library import Library, load
from flows.engine.state import State, load_state
from tests.safety import everywhere
from tests.support.desk import Desk, Sent

MENTOR, COORDINATOR, PARENT = 401, 301, 501
WHO = {"parent": PARENT, "mentor": MENTOR, "coordinator": COORDINATOR}
ORDINARY = {"explicit": "Ik wil soep.", "possible": "Ik ben moe."}
"""Words of the same form, so that where they lead tells where the others would have led."""
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
    everywhere.settle(desk, guide, parent)
    yield desk
    desk.database.close()


def _is_at(desk: Desk, chat_id: int, flow: str, step: str) -> None:
    """Puts a chat in the middle of a conversation, as if nothing was ever said about danger."""
    everywhere.is_at(desk, chat_id, flow, step)
    desk.do(lambda connection: timers.drop(connection, chat_id, *LULL_KEYS))


def _place(desk: Desk, chat_id: int) -> Place:
    """Where somebody is: flow and step of what runs and of what waits."""
    present = desk.do(lambda connection: people.present(connection, desk.vault, chat_id))
    state = load_state(present.state) if present.state else State()
    return [(run.top.flow, run.top.step) for run in (state.running, *state.parked) if run]


def _steps(library: Library) -> list[tuple[str, str, int]]:
    """Every step at which a member can wait, but for those that are about danger.

    Those that change the children come last: a child called "Ik wil dood." would be chosen by typing that. What
    asks which thing it is about comes first, while there still is more than one.
    """
    steps = [
        (flow.flow, name, WHO[flow.audience[0]])
        for flow in library.flows.values()
        for name, step in flow.steps.items()
        if (step.asks or step.pause) and flow.audience[0] in WHO and flow.flow not in SAFETY_FLOWS
    ]
    return sorted(steps, key=lambda one: (one[0] in ("add_child", "change_child"), one[1] != ABOUT_STEP))


def _answered_no(desk: Desk, chat_id: int, heard: list[Sent]) -> None:
    """Says no to what is asked about danger, wherever that stands among what came: a group may be told in between."""
    while asked := [one for one in heard if "Nee" in one.tokens and ("gevaar" in one.text or "hulp zoekt" in one.text)]:
        heard = desk.taps(chat_id, asked[-1].tokens["Nee"])


TOLD_IN_GROUP = "voortaan"
"""How a group is told that its guide changed it, which the guide reads there too."""


@pytest.mark.parametrize("tier", ["explicit", "possible"])
def test_asked_first_taken_all_the_same_and_back(desk: Desk, library: Library, tier: str, full: bool) -> None:
    """At every step of every flow. As a rule at every fourth, the one and the other at different ones."""
    wrong = []
    steps = _steps(library)
    for flow, step, chat_id in steps if full else steps[2 * (tier == "possible") :: 4]:
        _is_at(desk, chat_id, flow, step)
        desk.says(chat_id, ORDINARY[tier])
        ordinary = _place(desk, chat_id)

        _is_at(desk, chat_id, flow, step)
        heard = desk.says(chat_id, SAID[tier])
        card = [one for one in heard if one.priority_is_safety]
        said = [one for one in heard if not one.priority_is_safety and TOLD_IN_GROUP not in one.text]
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
            for one in kept:
                if SAID["explicit"] in [one.value(step.keep[0])]:
                    desk.do(lambda connection, own=parent.id, key=one.key: records.throw_away(connection, own, key))
    assert tried >= 5
