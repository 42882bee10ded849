"""Who looked at something of a parent, in plain words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import field
from datetime import date, datetime

from bot.care import looks, pages, people
from bot.care.families import spoken
from bot.care.looks import Look
from bot.care.people import Role
from bot.conversation.turn import Turn
from bot.screens import entries, menus
from bot.screens.entries import LOOKED
from flows.engine.dutch.spoken import spoken_date
from flows.engine.values import dataclass

SCREEN = "looked"

_LIST = re.compile(r"l:([0-9]{1,4})")


def tapped(turn: Turn, rest: str, message_id: int | None) -> bool:
    """Does what a button of this list asks; False for what there is not."""
    found = _LIST.fullmatch(rest)
    if found:
        show_looks(turn, message_id, int(found[1]))
    return found is not None


def show_looks(turn: Turn, message_id: int | None = None, number: int = 0) -> None:
    """A page of who looked, the newest first. Says so when the list is not as it was written."""
    if turn.person is None:
        return
    library = turn.host.library
    log = looks.read(turn.connection, turn.host.vault, turn.person.id)
    page = pages.cut(_together(log.looks, turn), number)
    text, below = menus.show(library.screens[SCREEN], turn.facts)
    lines = "\n".join(_line(turn, one) for one in page.items)
    told = [f"{text}\n\n{lines}" if lines else turn.text("looked_none")]
    if log.broken is not None:
        told = [turn.text("looked_broken", name=_whom_to_ask(turn)), *([told[0]] if lines else [])]
    rows = entries.page_rows(library, f"{LOOKED}:l", page.number, page.more)
    turn.show("\n\n".join(told), [*rows, *below], message_id)


@dataclass(slots=True)
class _Sitting:
    """The looks of one person at one kind of record on one day of the parent's."""

    who: str
    role: str
    kind: str
    day: date
    times: list[datetime] = field(default_factory=list)


def _together(found: Iterable[Look], turn: Turn) -> list[_Sitting]:
    together: dict[tuple[str, str, str, date], _Sitting] = {}
    for look in found:
        at = look.at.astimezone(turn.facts.local.tzinfo)
        key = (look.who, look.role, look.kind, at.date())
        together.setdefault(key, _Sitting(*key)).times.insert(0, at)
    return list(together.values())


def _line(turn: Turn, sitting: _Sitting) -> str:
    texts, count = turn.host.library.texts, len(sitting.times)
    return turn.text(
        "looked_once" if count == 1 else "looked_often",
        who=spoken(sitting.who),
        role=texts[f"looked_role_{sitting.role}"].strip(),
        day=spoken_date(sitting.day, turn.facts.local.date()),
        first=sitting.times[0].strftime("%H.%M"),
        last=sitting.times[-1].strftime("%H.%M"),
        count=count,
        kind=entries.one(turn.host.library, sitting.kind),
    )


def _whom_to_ask(turn: Turn) -> str:
    """A coordinator: not the mentor, whose looks these are."""
    coordinators = people.with_role(turn.connection, turn.host.vault, Role.COORDINATOR)
    return spoken(coordinators[0].name) if coordinators else turn.host.library.texts["looked_ask"].strip()
