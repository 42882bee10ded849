"""The three houses and the three columns, with what a parent put in them, alone or together with a child."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from bot.care import families, records
from bot.care.families import spoken
from bot.care.records import Record
from bot.conversation.actions.common import me
from bot.conversation.drawings.common import Drawing, Drawn, plain
from bot.conversation.turn import Turn
from flows.engine.state import Request

KIND = "house_note"
_MOST = 400
_IN_ONE = 14
"""What still can be read in one house: the newest."""
_THEMES = {"house": ("worries", "good", "dreams"), "column": ("worries", "good", "next")}
_PICTURES = {"house": "houses", "column": "columns"}
_TOGETHER, _ALONE = "child", "parent"


def _homes(turn: Turn, request: Request, form: str, whose: str) -> Drawn | None:
    """The houses or columns of one child, or of the parent alone; nothing while all of them are empty."""
    child = request.refs.get("child", "")
    notes = _notes(turn, child, form, whose)
    if not notes:
        return None
    said = {"name": _name(turn, child), "together": whose == _TOGETHER}
    homes = [
        {
            "name": plain(turn, f"picture_homes_{form}_{theme}", **said),
            "items": [note.said("text") for note in notes if note.value("theme") == theme][-_IN_ONE:],
        }
        for theme in _THEMES[form]
    ]
    title = plain(turn, f"picture_homes_{form}_title", **said)
    words = turn.text("picture_homes_words", homes=homes)
    return Drawn(_PICTURES[form], {"title": title, "houses": homes, "footer": ""}, words)


def _notes(turn: Turn, child: str, form: str, whose: str) -> Sequence[Record]:
    """What stands in them, the oldest first."""
    kept = records.newest(turn.connection, turn.host.vault, me(turn).id, KIND, _MOST)
    return [
        one
        for one in reversed(kept)
        if (one.value("form"), one.value("whose")) == (form, whose)
        and str(one.child_id or "") == child
        and one.said("text")
    ]


def _name(turn: Turn, child: str) -> str:
    """What the child is called; empty when there is none."""
    person = me(turn)
    if not child or person.family_id is None:
        return ""
    known = families.children_of(
        turn.connection, turn.host.vault, person.family_id, person.id, turn.facts.local.date()
    )
    return next((spoken(one.name) for one in known if str(one.id) == child), "")


DRAWINGS: dict[str, Drawing] = {
    "three_houses": partial(_homes, form="house", whose=_ALONE),
    "three_houses_together": partial(_homes, form="house", whose=_TOGETHER),
    "three_columns": partial(_homes, form="column", whose=_ALONE),
    "three_columns_together": partial(_homes, form="column", whose=_TOGETHER),
}
