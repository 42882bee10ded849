"""What texts may know of what a parent did together with a child: earlier backpacks, and what weighed often.

Does not know which flow asks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.care import backpacks, child_body, records
from flows.engine.dutch.spoken import spoken_date
from flows.engine.templates import enumerate_dutch

if TYPE_CHECKING:
    from bot.conversation.facts import Facts


def earlier_backpacks(facts: Facts) -> list[dict[str, object]]:
    """The backpacks that were unpacked, the latest first."""
    if facts.person is None:
        return []
    today = facts.local.date()
    items = records.of_kind(facts.connection, facts.vault, facts.person.id, backpacks.ITEM)
    return [
        {
            "id": str(one.id),
            "day": spoken_date(one.day, today),
            "child_id": str(one.child_id or ""),
            "count": len(one.items),
            "words": enumerate_dutch(one.words),
        }
        for one in backpacks.together(items)
    ]


def heavy_feelings(facts: Facts) -> list[dict[str, str]]:
    """The children for whom something heavy came often lately."""
    if facts.person is None:
        return []
    today = facts.local.date()
    since = today - child_body.LATELY
    found = records.of_kind(facts.connection, facts.vault, facts.person.id, child_body.FEELING, since)
    return [{"id": str(one)} for one in child_body.weighed_down(found, today)]
