"""What flows may have done, asked for with other people's ids, as if the conversation that is kept had been forged.
Each action works on what is of the person who asks, and on nothing else.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from itertools import product
from pathlib import Path

import pytest
from sqlalchemy import Connection

from bot.care import invitations
from bot.conversation.actions import ACTIONS
from bot.conversation.actions.common import NotAllowed
from bot.conversation.drawings import DRAWINGS
from bot.conversation.incoming import Tapped
from bot.conversation.matrix import Actor
from bot.conversation.turn import Turn
from bot.store.outbox import Call
from flows.engine.library import load
from flows.engine.state import Request
from tests.safety.street import CHATS, MARK, NAMES, NOTED, PLACE, PLANNED, SWITCHED, Rows, Street, open_street

LIBRARY = load()
CATALOG = LIBRARY.catalog
GATED = next(one for one, flow in LIBRARY.flows.items() if flow.gated)
VALUES = {
    "what": ("name", "age", "called", "pronoun"),
    "value": ("3", "yes", "nl", "Europe/Brussels", "none"),
    "time": ("19:30",),
    "start": ("09:00",),
    "from": ("18:00", ""),
    "until": ("21:00",),
    "end": ("17:00",),
    "day": ("week", "2027-02-03"),
    "days": ("12345", ""),
    "date": ("7", "2027-08-03", ""),
    "minutes": ("15",),
    "purpose": ("use", "share"),
    "hours": ("18:00-21:00", ""),
    "name": ("Piet",),
    "age": ("7",),
    "picture": tuple(DRAWINGS),
    "flow": ("resolution_now", GATED),
    "when": ("19:30", ""),
    "in_minutes": ("15", ""),
    "in_days": ("3",),
    "each": ("16:30", ""),
    "status": ("kept",),
    "after": ("",),
    "on": ("yes", "no"),
    "moment": ("now",),
    "first": ("today",),
    "last": ("week",),
    "take": ("yes", "no"),
    "page": ("month:2027-03",),
    "letters": ("an",),
    "words": ("over zeven dagen om tien uur",),
    "part": ("discussed",),
    "how": ("replace",),
    "seen": ("0",),
    "to": ("2", "me", "parents"),
    "sheet": ("lights",),
    "stage": ("1",),
    "size": ("8",),
    "round": ("week", "now"),
    "posts": ("stay", "withdraw"),
    "week": ("20270308",),
    "step": ("1", ""),
    "with": ("all",),
    "topic": ("feeling",),
    "goal": tuple(list(LIBRARY.decks["goals"].entries)[:1]),
    "question": tuple(list(LIBRARY.decks["interview_questions"].entries)[:1]),
    "session": tuple(list(LIBRARY.decks["course_sessions"].entries)[:1]),
    "focus": tuple(list(LIBRARY.decks["video_focus"].entries)[:1]),
}
IDS = {
    "record": "{}",
    "beside": "{}",
    "about": "{}",
    "receivers": "{}",
    "coming": "resolution_now:{}",
    "group": "{}",
}
"""Arguments that hold the id of what an action is about."""
KEYS = ("plan.1", "plan.2")
"""Of records: one that the parent has, and one that nobody has."""
OF_THE_FAMILY = {"families", "children", "child_words", "invitations"}
"""What the other parent may change as well."""
GOES = {
    (Actor.MENTOR, "erase_me"),
    (Actor.COORDINATOR, "hand_over_family"),
    (Actor.MENTOR, "show_kindreflex"),
    (Actor.CO_PARENT, "move_appointment"),
    (Actor.MENTOR, "add_guide"),
    (Actor.MENTOR, "change_group"),
    (Actor.MENTOR, "close_group"),
}
"""A mentor who leaves leaves the families too, and a coordinator gives one another mentor. Who opens a record leaves a
look with the parents, an appointment of the family moves for both of them, and what changes in a group is said to all
who are in it."""
HANGS_ON_A_CONVERSATION = {
    "add_to_kindreflex",
    "age_in_record",
    "answer_goal",
    "answer_interview",
    "ask_interview",
    "check_group_name",
    "find_families",
    "join_group",
    "leave_interview",
    "note_kindreflex",
    "note_scene",
    "note_session",
    "note_video",
    "noted_in_kindreflex",
    "offer_goal",
    "offered_child",
    "parent_knew",
    "pick_focus",
    "read_long_report",
    "send_from_library",
    "show_preparation",
    "suggest_group_names",
    "talked_kindreflex",
    "throw_away_report",
    "undo_phase",
}
"""What was asked or offered before in the same conversation is not on the street, so that nobody can do these here;
that nobody else gets in is then all that this test sees of them."""
OF_THE_MENTOR = {"follow_up_people", "timers"}
"""To whom a message of the mentor goes: of the mentor's own messages; and when parents hear of an appointment."""


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Iterator[Street]:
    with open_street(tmp_path_factory.mktemp("street"), cache) as opened:
        yield opened


def _requests(street: Street, name: str, *, full: bool) -> Iterator[Request]:
    """The action with everything it could be given, and with every id there is for what it is about. With `--full` in
    every combination; as a rule each value once at least, with the others taking turns."""
    wanted = list(CATALOG.actions[name].arguments)
    ids = [
        *(street.given[one] for one in ("child", "family", "alert", "only_me", "with_mentor", "peer_group")),
        *(str(one.id) for one in street.people.values()),
    ]
    for own in ids:
        possible = [(IDS[one].format(own),) if one in IDS else VALUES.get(one, ("iets",)) for one in wanted]
        for values in product(*possible) if full else _in_turn(possible):
            arguments = dict(zip(wanted, values, strict=True))
            refs = {**dict.fromkeys(("child", "stand_in", "item", "family"), own), "module": GATED}
            refs |= {one: street.given[one] for one in ("planned", "offer", "appointment", "report", "proposal")}
            refs |= {"meeting": street.given["appointment"], "whom": str(street.people[Actor.PARENT].id)}
            group = street.given["peer_group"]
            refs |= {"group": group, "asked": f"{group}-{street.people[Actor.CO_PARENT].id}"}
            refs |= {"colleague": f"{group}-{street.people[Actor.OTHER_MENTOR].id}"}
            refs |= {"before": str(street.people[Actor.MENTOR].id), "after": str(street.people[Actor.OTHER_MENTOR].id)}
            for key in KEYS:
                yield Request(action=name, arguments=arguments, refs=refs, key=key, run="plan", flow="x")


def _in_turn(possible: list[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    for number in range(max(map(len, possible), default=1)):
        yield tuple(values[number % len(values)] for values in possible)


@pytest.mark.parametrize("name", sorted(ACTIONS))
def test_an_action_keeps_to_whoever_asks(street: Street, name: str, full: bool) -> None:
    street.restore()
    done = [street.stage.service.database.do(partial(_done, street, actor, name, full)) for actor in Actor]
    assert bool(sum(done)) is not (name in HANGS_ON_A_CONVERSATION), "nobody could do it: the test sees nothing"


def _done(street: Street, actor: Actor, name: str, full: bool, connection: Connection) -> int:
    """How often the action did something: wrote, sent or answered; each time as if nothing had been done before."""
    if actor is Actor.STRANGER:
        code, now = street.given["for_mentor"], street.stage.clock.now()
        invitations.open_by_code(connection, street.stage.vault, code, CHATS[actor], now)
    before, done = _rows(street, connection, actor), 0
    for request in _requests(street, name, full=full):
        trial = connection.begin_nested()
        tapped = Tapped("x", None, None, "Iemand")
        turn = Turn(street.stage.service.host, connection, CHATS[actor], tapped, street.stage.clock.now())
        answer, written = None, _written(connection)
        with suppress(NotAllowed, ValueError, KeyError):
            answer = ACTIONS[name](turn, request)
        changed = _written(connection) > written
        done += bool(answer or turn.calls or changed)
        if changed and actor is not Actor.PARENT and (actor, name) not in GOES:
            assert _rows(street, connection, actor) == before, (actor, request)
        _tells_nothing(actor, turn.calls)
        trial.rollback()
    return done


def _written(connection: Connection) -> int:
    """Counts the rows that were written or deleted until now."""
    held = connection.connection.dbapi_connection
    assert isinstance(held, sqlite3.Connection)
    return held.total_changes


def _rows(street: Street, connection: Connection, actor: Actor) -> Rows:
    own = street.people[actor].id if actor in street.people else 0
    rows = street.rows(connection, whole=actor is not Actor.CO_PARENT)
    return {
        table: [row for row in found if own not in row and CHATS[actor] not in row]
        for table, found in rows.items()
        if (actor is not Actor.CO_PARENT or table not in OF_THE_FAMILY)
        and (actor is not Actor.MENTOR or table not in OF_THE_MENTOR)
    }


def _tells_nothing(actor: Actor, calls: list[Call]) -> None:
    if actor is Actor.PARENT:
        return
    told = str([call.call for call in calls])
    own = (f"{MARK}brief", f"{MARK}bestand", NOTED, PLANNED) if actor is Actor.MENTOR else (SWITCHED,)
    known = (*NAMES.values(), PLACE, *own)
    if actor in (Actor.CO_PARENT, Actor.MENTOR):
        for words in known:
            told = told.replace(words, "")
    elif actor is Actor.COORDINATOR:
        for words in NAMES.values():
            told = told.replace(words, "")
    at = told.find(MARK)
    assert at < 0, (actor, told[max(at - 300, 0) : at + 300])
