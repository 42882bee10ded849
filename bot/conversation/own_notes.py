"""What a mentor wrote for nobody else after a hard contact: to read again and to throw away.

Every tap looks up anew what is this mentor's own. Nobody else comes here by any way.
"""

from __future__ import annotations

import re

from bot.care import records, sharing
from bot.care.people import Person
from bot.care.sharing import Entry
from bot.conversation.turn import Turn
from bot.screens import entries, menus
from bot.screens.entries import OWN, Line
from bot.store.types import MAX_ID
from flows.engine.dutch.spoken import spoken_date

SCREEN = "overviews"
KIND = "overview_position"

_LIST = re.compile(r"l:([0-9]{1,4})")
_ONE = re.compile(r"(o|d|dd):([0-9]{1,19}):([0-9]{1,4})(?::([0-9]{1,3}))?")


def tapped(turn: Turn, rest: str, message_id: int | None) -> bool:
    """Does what a button of this list asks; False when it is about nothing of this person's."""
    if found := _LIST.fullmatch(rest):
        show_list(turn, message_id, int(found[1]))
        return True
    wish = _ONE.fullmatch(rest)
    if turn.person is None or wish is None or int(wish[2]) > MAX_ID:
        return False
    entry = sharing.own_entry(turn.connection, turn.host.vault, turn.person.id, int(wish[2]))
    if entry is None or entry.record.kind != KIND:
        return False
    _one(turn, turn.person, entry, wish[1], int(wish[3]), int(wish[4] or 0), message_id)
    return True


def show_list(turn: Turn, message_id: int | None = None, number: int = 0, lead: str = "") -> None:
    """A page of what this mentor wrote, the newest first. `lead`: the name of a text to say first."""
    if turn.person is None:
        return
    library = turn.host.library
    page = sharing.own_page(turn.connection, turn.host.vault, turn.person.id, number, kind=KIND)
    lines = [
        Line(
            token=_token("o", entry, page.number),
            kind=KIND,
            day=entry.record.local_day,
            words=entries.words_of(library, entry.record),
        )
        for entry in page.items
    ]
    text, below = menus.show(library.screens[SCREEN], turn.facts, may_start=turn.may_start)
    told = [turn.text(lead) if lead else "", text if lines else turn.text("overviews_none")]
    rows = entries.rows_of(library, lines, turn.facts.local.date())
    rows += entries.page_rows(library, f"{OWN}:l", page.number, page.more)
    turn.show("\n\n".join(filter(None, told)), [*rows, *below], message_id)


def _one(turn: Turn, person: Person, entry: Entry, act: str, page: int, part: int, message_id: int | None) -> None:
    library = turn.host.library
    if act == "dd":
        records.throw_away(turn.connection, person.id, entry.record.key)
        show_list(turn, message_id, page, lead="kept_gone")
    elif act == "d":
        yes, no = _token("dd", entry, page), _token("o", entry, page)
        turn.show(*entries.question(library, "throw_away", yes, no, {}), message_id)
    else:
        body = entries.body_of(library, entry.record)
        part = min(part, len(body) - 1)
        rows = entries.part_rows(library, _token("o", entry, page), part, len(body))
        rows.append([turn.key("kept_throw_away", _token("d", entry, page)), turn.key("page_back", f"{OWN}:l:{page}")])
        day = spoken_date(entry.record.local_day, turn.facts.local.date())
        scope = {"kind": entries.one(library, KIND), "day": day, "child": "", "whose": ""}
        turn.show(f"{turn.text('kept_heading', **scope)}\n\n{body[part]}", rows, message_id)


def _token(act: str, entry: Entry, page: int) -> str:
    return f"{OWN}:{act}:{entry.record.id}:{page}"
