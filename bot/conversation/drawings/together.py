"""What parent and child did together: the heavy backpack, and where a child feels what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.care import backpacks, child_body, records
from bot.care.backpacks import BACK, MINE, SHARE, Backpack
from bot.care.records import Record
from bot.conversation.actions.common import me
from bot.conversation.actions.keeping import THIS
from bot.conversation.drawings.common import Drawing, Drawn
from bot.conversation.turn import Turn
from bot.store.types import read_id
from flows.engine.dutch.spoken import full_date
from flows.engine.state import Request
from flows.engine.templates import capital, enumerate_dutch, excerpt

_MOST_ITEMS = 40
_MOST_MARKS = 12
"""More spots than this hide the figure."""
_WORDS = 120
"""In characters, of one thing on a picture."""
_COLOUR = "grey"
"""Of a spot that got none."""


def backpack(turn: Turn, request: Request) -> Drawn | None:
    """The backpack of this very run, or the one that holds the thing with this id: before and after."""
    items = records.of_kind(turn.connection, turn.host.vault, me(turn).id, backpacks.ITEM)
    wanted = request.arguments.get("about", "")
    found = backpacks.of_run(items, request.run) if wanted == THIS else backpacks.with_item(items, read_id(wanted))
    child = _child(turn, str(found.child_id)) if found else None
    if found is None or child is None:
        return None
    places = [
        {"title": turn.plain(f"picture_backpacks_{place}", **child), "tone": place, "items": _short(things)}
        for place in (MINE, BACK, SHARE)
        if (things := found.in_place(place))
    ]
    data = {
        "title": turn.plain("picture_backpacks_title", **child),
        "left_title": turn.plain("picture_backpacks_before"),
        "right_title": turn.plain("picture_backpacks_after"),
        "before": _short(found.words),
        "places": places,
        "footer": full_date(found.day),
    }
    return Drawn("backpacks", data, _backpack_in_words(turn, found, child))


def _backpack_in_words(turn: Turn, found: Backpack, child: dict[str, Any]) -> str:
    told = {place: enumerate_dutch(_short(found.in_place(place))) for place in backpacks.PLACES}
    return turn.text("picture_backpacks_words", **child, **told, before=enumerate_dutch(_short(found.words)))


def _short(things: Sequence[str]) -> list[str]:
    return [capital(excerpt(one, _WORDS)) for one in things[:_MOST_ITEMS]]


def child_body_map(turn: Turn, request: Request) -> Drawn | None:
    """The spots that the child with this id felt today."""
    return _body(turn, request, "picture_body_today", today_only=True)


def child_body_weeks(turn: Turn, request: Request) -> Drawn | None:
    """The spots of the last weeks: each feeling in each part once, as it was the last time."""
    return _body(turn, request, "picture_body_weeks", today_only=False)


def _body(turn: Turn, request: Request, footer: str, *, today_only: bool) -> Drawn | None:
    child, today = _child(turn, request.arguments.get("about", "")), turn.facts.local.date()
    if child is None:
        return None
    kept = records.of_kind(turn.connection, turn.host.vault, me(turn).id, child_body.FEELING, today - child_body.LATELY)
    choose = child_body.on_day if today_only else child_body.lately
    felt = child_body.each_once(choose(reversed(kept), int(child["id"]), today))
    spots = [one for one in felt if one.value("part")][:_MOST_MARKS]
    if not spots:
        return None
    data = {
        "title": turn.plain("picture_body_title", **child),
        "part_labels": {str(one.value("part")): capital(one.said("part")) for one in spots},
        "marks": [_mark(turn, one) for one in spots],
        "footer": turn.plain(footer, day=full_date(today)),
    }
    lines = [_in_words(turn, one) for one in spots]
    return Drawn("body", data, turn.text("picture_body_words", **child, lines=lines, today=today_only))


def _mark(turn: Turn, spot: Record) -> dict[str, object]:
    size = spot.value("size")
    return {
        "part": spot.value("part"),
        "label": capital(excerpt(spot.said("feeling"), _WORDS)) or turn.plain("picture_body_no_feeling"),
        "size": size if isinstance(size, int) else None,
        "colour": spot.value("colour") or _COLOUR,
    }


def _in_words(turn: Turn, spot: Record) -> str:
    size = spot.value("size")
    told = {name: excerpt(spot.said(name), _WORDS) for name in ("part", "feeling", "colour")}
    return turn.plain("picture_body_line", **told, size=size if isinstance(size, int) else "")


def _child(turn: Turn, child_id: str) -> dict[str, Any] | None:
    listed = turn.facts["children"]
    found = next((one for one in listed if one["id"] == child_id), None) if isinstance(listed, list) else None
    return dict(found) if found else None


DRAWINGS: dict[str, Drawing] = {
    "backpacks": backpack,
    "child_body_map": child_body_map,
    "child_body_weeks": child_body_weeks,
}
