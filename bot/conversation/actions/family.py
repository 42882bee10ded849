"""The children of a family."""

from __future__ import annotations

from bot.care import families
from bot.conversation.actions.common import NotAllowed, me, named
from bot.conversation.turn import Turn
from flows.engine.state import Ref, Request, Value


def _family(turn: Turn) -> int:
    family_id = me(turn).family_id
    if family_id is None:
        raise NotAllowed("no family")
    return family_id


def add_child(turn: Turn, request: Request) -> Value | None:
    """A child joins the family."""
    given = request.arguments
    child_id = families.add_child(
        turn.connection,
        turn.host.vault,
        family_id=_family(turn),
        name=given["name"],
        age=int(given["age"]) if given.get("age", "").isdecimal() else None,
        pronoun=given.get("pronoun") or "name",
        today=turn.facts.local.date(),
        now=turn.now,
    )
    if given.get("called"):
        families.set_calls_me(turn.connection, turn.host.vault, child_id, me(turn).id, given["called"])
    return Ref("children", str(child_id))


def change_child(turn: Turn, request: Request) -> Value | None:
    """One thing about a child becomes different."""
    child_id, value = int(request.refs["child"]), request.arguments["value"]
    connection, vault, family_id = turn.connection, turn.host.vault, _family(turn)
    match request.arguments["what"]:
        case "name":
            families.rename_child(connection, vault, family_id, child_id, value)
        case "age":
            families.set_child_age(connection, family_id, child_id, int(value), turn.facts.local.date())
        case "pronoun":
            families.set_child_pronoun(connection, family_id, child_id, value)
        case "called":
            if any(str(child_id) == child["id"] for child in _children(turn)):
                families.set_calls_me(connection, vault, child_id, me(turn).id, value)
    return None


def set_called(turn: Turn, request: Request) -> Value | None:
    """What all children of the family call this parent."""
    for child in _children(turn):
        families.set_calls_me(
            turn.connection, turn.host.vault, int(str(child["id"])), me(turn).id, request.arguments["value"]
        )
    return None


def _children(turn: Turn) -> list[dict[str, object]]:
    found = turn.facts["children"]
    return found if isinstance(found, list) else []


def remove_child(turn: Turn, request: Request) -> Value | None:
    """A child leaves the list."""
    families.remove_child(turn.connection, _family(turn), int(request.refs["child"]), turn.now)
    return None


ACTIONS = named(add_child, change_child, set_called, remove_child)
