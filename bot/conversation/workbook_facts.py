"""Facts about the workbook: the months in which there is anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.care import workbook
from flows.engine.dutch.spoken import month_of_year

if TYPE_CHECKING:
    from bot.conversation.facts import Facts

_MOST = 60


def months(facts: Facts) -> list[dict[str, object]]:
    """The last first."""
    if facts.person is None:
        return []
    known = workbook.calendar(facts.connection, facts.vault, facts.person)
    return [{"id": f"{one:%Y-%m}", "name": month_of_year(one)} for one in reversed(known[-_MOST:])]
