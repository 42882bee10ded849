"""What a person kept, as lists among the facts: one for each kind of record that the catalog gives a list.

Does not know what the kinds mean.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.care import body, coming, records
from flows.engine.dutch.spoken import spoken_date

if TYPE_CHECKING:
    from bot.conversation.facts import Facts

MOST = 40
"""How many of a kind are facts: the newest."""


def listed(facts: Facts, name: str) -> list[dict[str, object]]:
    """The list of that name, the newest first. Raises KeyError when there is none."""
    kind = next((kind for kind, one in facts.kinds.items() if one.listed == name), None)
    if kind is None:
        raise KeyError(name)
    if facts.person is None:
        return []
    children = facts["children"]
    names = {child["id"]: child["name"] for child in children} if isinstance(children, list) else {}
    today = facts.local.date()
    return [
        {
            "id": str(one.id),
            "day": spoken_date(one.local_day, today),
            "child_id": str(one.child_id or ""),
            "child": names.get(str(one.child_id), ""),
            **{field: one.said(field) for field in facts.kinds[kind].fields},
            "raw": {field: _raw(one.value(field)) for field in facts.kinds[kind].fields},
        }
        for one in records.newest(facts.connection, facts.vault, facts.person.id, kind, MOST)
    ]


def _raw(value: object) -> object:
    return "" if value is None else value


def by_itself(facts: Facts) -> list[str]:
    """The flows that come by themselves, each once."""
    return list(dict.fromkeys(coming.read_key(key).flow for key in facts.timers))


def helped_exercises(facts: Facts) -> list[str]:
    """The exercises after which the body was lighter."""
    if facts.person is None:
        return []
    return body.helped(records.newest(facts.connection, facts.vault, facts.person.id, "body_check", MOST))
