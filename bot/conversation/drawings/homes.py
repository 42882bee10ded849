"""The three houses and the three columns, with what a parent put in them, alone or together with a child."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from bot.care import families, records
from bot.care.families import spoken
from bot.care.records import Record
from bot.conversation.actions.common import me
from bot.conversation.drawings.common import Drawing, Drawn
from bot.conversation.turn import Turn
from flows.engine.state import Request

KIND = "house_note"
_MOST = 400
_IN_ONE = 14
"""What still can be read in one house: the newest."""
_PLACES = {
    "house": ("house_worries", "house_good", "house_dreams"),
    "column": ("column_worries", "column_good", "column_next"),
}
_PICTURES = {"house": "houses", "column": "columns"}
_TOGETHER, _ALONE = "child", "parent"


def _homes(turn: Turn, request: Request, form: str, whose: str) -> Drawn | None:
    """The houses or columns of one child, or of the parent alone; nothing while all of them are empty."""
    child = request.refs.get("child", "")
    notes = _notes(turn, child, whose)
    said = {"name": _name(turn, child), "together": whose == _TOGETHER}
    homes = [
        {"name": turn.plain(f"picture_homes_{place}", **said), "items": _lines(notes, place)[-_IN_ONE:]}
        for place in _PLACES[form]
    ]
    if not any(home["items"] for home in homes):
        return None
    title = turn.plain(f"picture_homes_{form}_title", **said)
    words = turn.text("picture_homes_words", homes=homes)
    return Drawn(_PICTURES[form], {"title": title, "houses": homes, "footer": ""}, words)


def _notes(turn: Turn, child: str, whose: str) -> Sequence[Record]:
    """What this child, or the parent alone, put in any of them, the oldest first."""
    kept = records.newest(turn.connection, turn.host.vault, me(turn).id, KIND, _MOST)
    return [one for one in reversed(kept) if one.value("whose") == whose and str(one.child_id or "") == child]


def _lines(notes: Sequence[Record], place: str) -> list[str]:
    """What stands in one of them: each line that was put in is a thing of its own."""
    lines = [line for note in notes if note.value("place") == place for line in note.said("text").splitlines()]
    return [bare for line in lines if (bare := line.strip().lstrip("-•* "))]


def _name(turn: Turn, child: str) -> str:
    """What the child is called; empty when there is none."""
    person = me(turn)
    if not child or person.family_id is None:
        return ""
    known = families.children_of(turn.connection, turn.host.vault, person.family_id, person.id, turn.facts.local.date())
    return next((spoken(one.name) for one in known if str(one.id) == child), "")


DRAWINGS: dict[str, Drawing] = {
    "three_houses": partial(_homes, form="house", whose=_ALONE),
    "three_houses_together": partial(_homes, form="house", whose=_TOGETHER),
    "three_columns": partial(_homes, form="column", whose=_ALONE),
    "three_columns_together": partial(_homes, form="column", whose=_TOGETHER),
}
