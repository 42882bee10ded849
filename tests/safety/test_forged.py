"""Forged buttons, borrowed buttons, other people's ids, replies and edits: whatever anybody sends, nothing of the
family gets out, nothing of it changes, nothing fails, and what is refused is counted.
"""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.care import families
from bot.conversation.matrix import ABOUT, Actor
from bot.conversation.taps import BUTTONS, OLD_BUTTON
from bot.safety.access import REFUSED
from bot.store import tables
from flows.engine.library import load
from tests.safety import hostile
from tests.safety.street import (
    CHATS,
    KEPT,
    MARK,
    NAMES,
    NOTED,
    PLACE,
    PLANNED,
    SOMEBODY,
    SWITCHED,
    Heard,
    Street,
    open_street,
)

TRIES = 2_500
AGAIN_AFTER = 120
MAX_DATA = 64
OUTSIDERS = (Actor.STRANGER, Actor.OTHER_PARENT, Actor.OTHER_MENTOR, Actor.COORDINATOR)
NEAR = (Actor.CO_PARENT, Actor.MENTOR)
LIBRARY = load()


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Iterator[Street]:
    with open_street(tmp_path_factory.mktemp("street"), cache) as opened:
        yield opened


class Forger:
    """Makes up what somebody could send who knows how the bot works, and every id there is."""

    def __init__(self, street: Street, seed: int) -> None:
        self.street, self.chance = street, random.Random(seed)
        self.ids = [*(street.given[name] for name in ("family", "child", "alert", *KEPT))]
        self.ids += [str(person.id) for person in street.people.values()]
        self.borrowed = [*(f"{verb}:{one.rest}" for verb, one in ABOUT), "h:nl"]
        self.own: list[str] = []

    def token(self) -> str:
        """An answer to somebody else's question, another button of theirs, one of one's own, a spoiled one, or
        nonsense."""
        ways = (self._answer, self._borrowed, self._own, self._spoiled, self._content, self._nonsense)
        make = self.chance.choice(ways)
        made = make()
        return made.encode()[:MAX_DATA].decode("utf-8", "ignore")

    def _answer(self) -> str:
        return self.street.given["answer"]

    def _borrowed(self) -> str:
        return self.chance.choice(self.borrowed).format_map(self.street.given)

    def _own(self) -> str:
        return self.chance.choice(self.own) if self.own else self._borrowed()

    def _spoiled(self) -> str:
        parts = self.chance.choice((self._borrowed, self._own))().split(":")
        for _ in range(self.chance.randint(1, 3)):
            at = self.chance.randrange(len(parts))
            parts[at] = self.chance.choice(
                (
                    self.chance.choice(self.ids),
                    str(self.chance.choice((-1, 0, 1, 9999, 2**31, 2**63 - 1, 2**63, 10**19))),
                    self.chance.choice(string.ascii_lowercase) + self.chance.choice(("", "1", "d")),
                    f"_i{self.chance.choice(self.ids)}",
                    self.chance.choice(("", "_skip", "_done", "_all", "_p99", "٣", "1e3", "0x1", " 1", "../..")),
                    self.chance.choice(parts),
                )
            )
        if self.chance.random() < 0.3:
            parts.insert(self.chance.randrange(len(parts) + 1), self.chance.choice(self.ids))
        return ":".join(parts)

    def _content(self) -> str:
        names = [*LIBRARY.flows, *LIBRARY.screens, "nl", "be", "fr", ""]
        return f"{self.chance.choice([*BUTTONS])}:{self.chance.choice(names)}"

    def _nonsense(self) -> str:
        return self.chance.choice((hostile.text(self.chance, MAX_DATA), "", ":", "a:::", "a:" * 20, "\u0000"))

    def does(self, actor: Actor) -> Heard:
        """One try."""
        street, chance = self.street, self.chance
        message_id = chance.choice((77, 601, 602, 501, chance.randint(1, 2000)))
        ways: list[Callable[[], Heard]] = [
            lambda: street.says(actor, hostile.text(chance, 300)),
            lambda: street.says(
                actor, f"/{chance.choice(('start', 'menu', 'verder', 'bewaard'))} {chance.choice(self.ids)}"
            ),
            lambda: street.says(actor, "Wat staat er?", reply_to_message={"message_id": message_id}),
            lambda: street.edits(actor, message_id, "anders"),
        ]
        heard = (
            ways[chance.randrange(len(ways))]()
            if chance.random() < 0.25
            else street.taps(actor, self.token(), message_id)
        )
        self.own = heard.buttons or self.own
        return heard


@pytest.mark.parametrize("actor", [*OUTSIDERS, *NEAR])
def test_nothing_gets_out_and_nothing_changes(street: Street, actor: Actor) -> None:
    forger = Forger(street, seed=len(actor))
    notes: dict[str | None, int] = {}
    for number in range(TRIES // 6):
        if number % AGAIN_AFTER == 0:
            street.restore()
            before = street.of_the_family(whole=actor in OUTSIDERS)
        heard = forger.does(actor)
        _nothing_of_the_family(actor, heard)
        notes[heard.note] = notes.get(heard.note, 0) + 1
        if number % 20 == 19:
            now = street.of_the_family(whole=actor in OUTSIDERS)
            assert _without_words_of(actor, street, now) == _without_words_of(actor, street, before)
    assert notes.get(REFUSED, 0) > 20, notes
    assert notes.get(OLD_BUTTON), notes


def _nothing_of_the_family(actor: Actor, heard: Heard) -> None:
    told = heard.said
    if actor in NEAR:
        own = (KEPT["with_co_parent"],) if actor is Actor.CO_PARENT else (KEPT["with_mentor"], NOTED, PLANNED)
        for words in (*NAMES.values(), PLACE, *own):
            told = told.replace(words, "")
    if actor is Actor.COORDINATOR:
        told = told.replace(NAMES["parent"], "")
    if actor is Actor.CO_PARENT:
        told = told.replace(f"{MARK}uitgenodigd", "").replace(SWITCHED, "")
    assert MARK not in told, told
    allowed = {CHATS[Actor.PARENT], CHATS[Actor.MENTOR], CHATS[Actor.CO_PARENT]} if actor in NEAR else set()
    if actor is Actor.OTHER_PARENT:
        allowed = {CHATS[Actor.OTHER_MENTOR]}
    if actor is Actor.OTHER_MENTOR:
        allowed = {CHATS[Actor.OTHER_PARENT]}
    if actor is Actor.COORDINATOR:
        # Whoever made or opened a link hears that it is taken back, and a whole family that it is handed over.
        allowed = {*CHATS.values(), SOMEBODY}
    assert {int(call.partition(" ")[0]) for call in heard.to_others} <= allowed, heard.to_others


def _without_words_of(actor: Actor, street: Street, rows: object) -> object:
    """Near ones may write to the parent, look (which moves the end of the chain of looks), move or cancel what they
    meet for and, as the other parent, change what the family shares: not looked at here."""
    assert isinstance(rows, dict)
    own = street.people[actor].id if actor in street.people else 0
    if actor not in NEAR:
        return {name: [row for row in found if own not in row] for name, found in rows.items()}
    end, key = (list(table.c).index(column) for table, column in _TOUCHED)
    shared = {
        "people": [(*row[:end], *row[end + 1 :]) for row in rows["people"]],
        "timers": [row for row in rows["timers"] if not row[key].startswith("appointment")],
    }
    return {
        name: [row for row in found if own not in row]
        for name, found in {**rows, **shared}.items()
        if name not in _OF_BOTH
    }


_OF_BOTH = {"families", "children", "child_words", "invitations", "looks", "peer_copies", "peer_members"}
"""Of the family and of the groups that both are in."""
_TOUCHED = (
    (tables.people, tables.people.c.looks_end_sealed),
    (tables.timers, tables.timers.c.key),
)


def test_a_tap_that_is_done_again_does_nothing_again(street: Street) -> None:
    """The same button of a question, tapped twice, and once more after the next question was answered."""
    street.restore()
    token = street.given["answer"]
    next_question = street.taps(Actor.PARENT, token)
    once = street.of_the_family()
    assert street.taps(Actor.PARENT, token).said == ""
    assert _kept(street.of_the_family()) == _kept(once)
    assert street.taps(Actor.PARENT, next_question.buttons[0]).said
    later = street.of_the_family()
    assert street.taps(Actor.PARENT, token).note == OLD_BUTTON
    assert _kept(street.of_the_family()) == _kept(later)


def _kept(rows: object) -> object:
    assert isinstance(rows, dict)
    return rows["records"], rows["letters"], rows["timers"]


def test_a_mentor_who_is_one_no_longer_is_out_at_the_next_tap(street: Street) -> None:
    street.restore()
    read = "f:v:{family}:{with_mentor}:0".format_map(street.given)
    assert KEPT["with_mentor"] in street.taps(Actor.MENTOR, read).said

    family, other = int(street.given["family"]), street.people[Actor.OTHER_MENTOR].id
    street.stage.service.database.do(lambda connection: families.hand_over(connection, family, other))

    for token in (read, f"f:o:{family}:0", f"f:c:{family}:l0", f"f:s:{family}:family_shared"):
        heard = street.taps(Actor.MENTOR, token)
        assert heard.note == REFUSED
        assert MARK not in heard.said
    assert KEPT["with_mentor"] in street.taps(Actor.OTHER_MENTOR, read).said
