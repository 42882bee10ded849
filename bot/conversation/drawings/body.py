"""The parent's own body by hour and weekday."""

from __future__ import annotations

from bot.care import body, records
from bot.care.body import Cell
from bot.conversation.actions.common import me
from bot.conversation.drawings.common import Drawing, Drawn
from bot.conversation.turn import Turn
from flows.engine.dutch.words import WEEKDAYS
from flows.engine.state import Request

_MOST = 400
_TONES = {"safe": "safe", "fight_or_flight": "fight", "shut_down": "shut"}


def body_hours(turn: Turn, request: Request) -> Drawn | None:
    """What was felt when, over all check-ins."""
    person = me(turn)
    checks = records.newest(turn.connection, turn.host.vault, person.id, "body_check", _MOST)
    if len(checks) < body.ENOUGH:
        return None
    cells = body.by_hour(checks, person.zone)
    top = body.busiest(cells)
    hours = [f"{start}-{end}" for start, end in body.HOURS]
    data = {
        "title": turn.plain("picture_body_hours_title"),
        "subtitle": turn.plain("picture_body_hours_subtitle", count=len(checks)),
        "day_names": [day[:2] for day in WEEKDAYS],
        "hour_labels": hours,
        "cells": [[_cell(one) for one in row] for row in cells],
        "legend": [{"tone": tone, "label": turn.plain(f"picture_rung_{rung}")} for rung, tone in _TONES.items()],
        "footer": "",
    }
    told = {"count": len(checks), "day": WEEKDAYS[top[1]] if top else "", "hours": hours[top[0]] if top else ""}
    return Drawn("hours", data, turn.text("picture_body_hours_words", **told))


def _cell(cell: Cell) -> dict[str, object]:
    return {"count": cell.count, "level": cell.level, "tone": _TONES.get(cell.rung)}


DRAWINGS: dict[str, Drawing] = {"body_hours": body_hours}
