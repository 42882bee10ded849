"""Facts about resolutions: what was resolved and tried, by month."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bot.care import records, resolutions
from bot.care.resolutions import Tried
from flows.engine.dutch.spoken import month_of_year
from flows.engine.templates import render

if TYPE_CHECKING:
    from bot.conversation.facts import Facts

_MONTHS = 12
_LINES = 12


def months(facts: Facts) -> list[dict[str, object]]:
    """The last months in which there was anything, the last first."""
    person = facts.person
    if person is None:
        return []
    kept, checks = (
        records.of_kind(facts.connection, facts.vault, person.id, kind)
        for kind in (resolutions.KIND, resolutions.CHECK_KIND)
    )
    return [
        {
            "id": month.first.strftime("%Y-%m"),
            "name": month_of_year(month.first),
            "lines": [line_of(facts.texts, one) for one in month.tried[-_LINES:]],
        }
        for month in resolutions.months(kept, checks)[:_MONTHS]
    ]


def line_of(texts: Mapping[str, str], tried: Tried) -> str:
    """A resolution and how it went in a month, as plain text."""
    scope = {
        "text": tried.text,
        "new": tried.new,
        "worked": tried.worked,
        "partly": tried.partly,
        "helped": tried.helped[-2:],
        "status": tried.status,
    }
    return render(texts["resolution_line"], scope, html=False)
