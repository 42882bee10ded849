"""Who may do what: the table that `draaglicht access` prints, done through the whole service."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli import main
from bot.conversation import matrix
from bot.conversation.commands import COMMANDS
from bot.conversation.matrix import Actor, Door, Sort, as_table, doors
from bot.conversation.show import NOT_ON
from bot.conversation.taps import BUTTONS, OLD_BUTTON, Button
from bot.safety.access import REFUSED, Who
from bot.safety.help import load_help
from flows.engine.library import Library, load
from tests.safety.street import KEPT, MARK, NAMES, NOTED, PLACE, PLANNED, SWITCHED, Heard, Street, open_street

SEES_THE_NAMES = (Actor.PARENT, Actor.CO_PARENT, Actor.MENTOR)
LEADS_EVERYBODY_SOMEWHERE = ("/menu", "/start")
"""These bring everybody where they belong, so the answer does not tell whether it was refused."""
ROWS = doors(load(), load_help())


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Iterator[Street]:
    with open_street(tmp_path_factory.mktemp("street"), cache) as opened:
        yield opened


@pytest.fixture(scope="module")
def menus(street: Street) -> dict[Actor, str]:
    """What each is told who asks for what there is not."""
    told = {}
    for actor in Actor:
        street.restore()
        told[actor] = street.says(actor, "/bestaatniet").said
    return told


@pytest.mark.parametrize("number", range(len(ROWS)), ids=lambda number: f"{ROWS[number].sort} {ROWS[number].asks}")
def test_each_door_opens_for_whom_the_table_says(
    street: Street, menus: dict[Actor, str], number: int, full: bool
) -> None:
    """With `--full` every cell. As a rule those of one colour on a chessboard: of each door every other actor, and of
    the door below it the others."""
    door = ROWS[number]
    for place, actor in enumerate(Actor):
        if not full and (place + number) % 2:
            continue
        street.restore()
        if "without_yes" in door.asks:
            street.take_back_the_yes()
        before = street.of_the_family()
        heard = _does(street, actor, door)
        allowed = actor in door.allowed
        if door.asks not in LEADS_EVERYBODY_SOMEWHERE:
            assert _was_let_in(street, menus, actor, door, heard) is allowed, (actor, heard)
        _tells_no_more_than_it_may(actor, door, heard, allowed=allowed)
        looks = door.asks in OPENS_THE_RECORD and actor is Actor.MENTOR
        if actor is not Actor.PARENT and not looks and not (allowed and door.about):
            assert street.of_the_family() == before, actor
        if not allowed:
            assert heard.to_others == [], actor


def _does(street: Street, actor: Actor, door: Door) -> Heard:
    asks = door.asks.format_map(street.given)
    return street.says(actor, asks) if door.sort in (Sort.COMMAND, Sort.LINK) else street.taps(actor, asks)


def _was_let_in(street: Street, menus: dict[Actor, str], actor: Actor, door: Door, heard: Heard) -> bool:
    match door.sort:
        case Sort.COMMAND:
            return heard.said != menus[actor] and heard.note != NOT_ON
        case Sort.LINK:
            return street.running(actor).endswith("welcome")
        case _:
            return heard.note not in (REFUSED, OLD_BUTTON, NOT_ON)


OPENS_THE_RECORD = {"/kindreflex", "g:kindreflex"}
"""With one family the record is open at once, and that look is written down."""


def _tells_no_more_than_it_may(actor: Actor, door: Door, heard: Heard, *, allowed: bool) -> None:
    if actor is Actor.PARENT:
        return
    told = heard.said
    if actor in SEES_THE_NAMES or (allowed and door.asks == "/start {for_co_parent}"):
        for name in NAMES.values():
            told = told.replace(name, "")
    if actor is Actor.CO_PARENT or (allowed and door.sort is Sort.LINK):
        told = told.replace(f"{MARK}uitgenodigd", "").replace(SWITCHED, "")
    if allowed and "{appointment}" in door.asks:
        told = told.replace(PLACE, "")
    if actor is Actor.MENTOR:
        told = told.replace(NOTED, "").replace(PLANNED, "")
    if allowed and door.about:
        for name, words in KEPT.items():
            if f"{{{name}}}" in door.asks:
                told = told.replace(words, "")
    assert MARK not in told, (actor, told)


# --- the table itself -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def library() -> Library:
    return load()


def test_the_table_holds_every_door(library: Library) -> None:
    asks = {door.asks for door in ROWS}
    assert {f"/{word}" for word in COMMANDS} <= asks
    assert {f"g:{name}" for name in library.flows} <= asks
    assert {f"s:{name}" for name in library.screens} <= asks
    assert set(BUTTONS) <= {ask.partition(":")[0] for ask in asks}
    assert len(asks) == len(ROWS), "two doors answer to the same words"


def test_a_new_kind_of_button_needs_a_rule(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(matrix.BUTTONS, "zz", Button(Who.ANYONE, lambda turn, rest, message_id: None))
    with pytest.raises(KeyError, match="zz"):
        doors(library, load_help())


def test_the_table_as_it_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["access"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == as_table(ROWS).splitlines()
    assert lines[0].startswith("| what | about | stranger | parent |")
    assert len({line.count("|") for line in lines}) == 1
    assert "| command `/gezinnen` |  |  |  |  |  | yes | yes |  |" in lines
