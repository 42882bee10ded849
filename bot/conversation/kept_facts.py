"""What a person kept, as lists among the facts: one for each kind of record that the catalog gives a list.

Does not know what the kinds mean.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.care import body, coming, records, resolutions
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


def helped_sentences(facts: Facts) -> list[str]:
    """The sentences that helped in the moment, the last one first."""
    if facts.person is None:
        return []
    found = records.newest(facts.connection, facts.vault, facts.person.id, "moment", MOST)
    return list(dict.fromkeys(str(one.value("sentence")) for one in found if one.value("helped") == "yes"))


def resolution_to_ask(facts: Facts) -> dict[str, str]:
    """The resolution of which the person would be asked today how it went."""
    today = facts.local.date()
    due = [
        coming.read_key(timer.key).item
        for timer in facts.timers.values()
        if coming.read_key(timer.key).flow == resolutions.CHECK
        and timer.due_at
        and timer.due_at.astimezone(facts.local.tzinfo).date() <= today
    ]
    for one in facts["resolutions"] if due else ():  # type: ignore[attr-defined]
        if one["id"] in due:
            return {"id": one["id"], "child_id": one["child_id"]}
    return {"id": "", "child_id": ""}
