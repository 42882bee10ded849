"""What texts may know of thoughts and sentences that a parent kept: the one to remember, and those that helped.

Does not know which flow asks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.care import thoughts
from bot.care.records import Record
from flows.engine.dutch.spoken import spoken_date

if TYPE_CHECKING:
    from bot.conversation.facts import Facts


def own_sentence(facts: Facts) -> object:
    """The sentence to remember; its text is empty when there is none."""
    kept = thoughts.to_remember(facts.connection, facts.vault, facts.person.id) if facts.person else None
    if kept is None:
        return {"text": "", "day": ""}
    return {"text": kept.said("sentence"), "day": spoken_date(kept.local_day, facts.local.date())}


def helped_thoughts(facts: Facts) -> object:
    """The thoughts that help this parent, the newest first."""
    if facts.person is None:
        return []
    return [_helped(one) for one in thoughts.helped(thoughts.of_person(facts.connection, facts.vault, facts.person.id))]


def _helped(thought: Record) -> dict[str, str]:
    text, kept = thought.said("helping"), thought.value("helping")
    return {
        "id": str(thought.id),
        "text": text,
        "whose": str(thought.value("whose") or ""),
        "child_id": str(thought.child_id or ""),
        "entry": "" if kept == text else str(kept),
    }
