"""The families of a mentor, and what they share. Each tap looks up anew whose families they are at that moment.

Does not know how it is shown, nor who may see what: that is `sharing`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.care import families, people, sharing
from bot.care.families import Guided, spoken
from bot.care.people import Person, Role
from bot.conversation import kept
from bot.conversation.turn import Turn
from bot.screens import entries, menus
from bot.screens.entries import GUIDED, Line, Rows, Ways
from flows.engine.state import Key, Ref
from flows.engine.templates import render

SCREEN = "families"
CARD_SCREEN = "family"
FAMILIES = "families"
"""The list that a flow is about which a mentor starts from the card of a family."""

_LIST = re.compile(r"l:([0-9]{1,4})")
_FAMILY = re.compile(r"o:([0-9]{1,19}):([0-9]{1,4})")
_DO = re.compile(r"d:([0-9]{1,19}):([a-z0-9_]{1,40})")
_SCREEN = re.compile(r"s:([0-9]{1,19}):([a-z0-9_]{1,40})")
_ONE = re.compile(r"([vp]):([0-9]{1,19}):([0-9]{1,19}):([0-9]{1,4})(?::([0-9]{1,3}))?")


def tapped(turn: Turn, rest: str, message_id: int | None) -> bool:
    """Does what a button of these lists asks; False when it is about no family of this mentor's."""
    if turn.person is None:
        return False
    if found := _LIST.fullmatch(rest):
        show_families(turn, message_id, int(found[1]))
        return True
    if found := _FAMILY.fullmatch(rest):
        family = _family(turn, turn.person, int(found[1]))
        if family:
            _show_family(turn, turn.person, family, int(found[2]), message_id)
        return family is not None
    if found := _DO.fullmatch(rest):
        return _do(turn, turn.person, int(found[1]), found[2])
    if found := _SCREEN.fullmatch(rest):
        return _show_screen(turn, turn.person, int(found[1]), found[2], message_id)
    found = _ONE.fullmatch(rest)
    return found is not None and _read(turn, turn.person, found, message_id)


def show_families(turn: Turn, message_id: int | None = None, number: int = 0) -> None:
    """A page of the families that this mentor guides now."""
    if turn.person is None:
        return
    library = turn.host.library
    page = families.guided_by(turn.connection, turn.person.id, number)
    told = [_told(turn, turn.person, family) for family in page.items]
    rows = [[one.key] for one in told]
    rows += entries.page_rows(library, f"{GUIDED}:l", page.number, page.more)
    text, below = menus.show(library.screens[SCREEN], turn.facts)
    lines = "\n".join(one.line for one in told)
    turn.show(f"{text}\n\n{lines}" if told else turn.text("families_none"), [*rows, *below], message_id)


@dataclass(frozen=True, slots=True)
class _Told:
    """A family in the list: its line and its button."""

    line: str
    key: Key


def _told(turn: Turn, mentor: Person, family: Guided) -> _Told:
    parents = _parents(turn, family)
    names = [spoken(one.name) for one in parents]
    known = families.children_of(turn.connection, turn.host.vault, family.id, mentor.id, turn.facts.local.date())
    new = sharing.count_shared(turn.connection, mentor, parents, family.looked_at)
    children = [spoken(child.name) for child in known]
    label = render(turn.host.library.texts["family_label"], {"parents": names, "new": new}, html=False)
    line = turn.text("family_line", parents=names, children=children, new=new)
    return _Told(line, Key(label, f"{GUIDED}:o:{family.id}:0"))


def _show_family(turn: Turn, mentor: Person, family: Guided, number: int, message_id: int | None) -> None:
    """What the parents of a family share with their mentor: no more than day and kind, until it is opened."""
    parents = _parents(turn, family)
    page = sharing.headings(turn.connection, mentor, parents, number)
    whose = {one.id: spoken(one.name) for one in parents} if len(parents) > 1 else {}
    lines = [
        Line(
            token=f"{GUIDED}:v:{family.id}:{heading.id}:{page.number}",
            kind=heading.kind,
            day=heading.local_day,
            whose=whose.get(heading.owner_id, ""),
        )
        for heading in page.items
    ]
    told = _told(turn, mentor, Guided(family.id, turn.now))
    rows: Rows = entries.rows_of(turn.host.library, lines, turn.facts.local.date())
    rows += entries.page_rows(turn.host.library, f"{GUIDED}:o:{family.id}", page.number, page.more)
    rows += _about(family, menus.show(turn.host.library.screens[CARD_SCREEN], turn.facts, may_start=turn.may_start)[1])
    back = Key(turn.host.library.texts["page_back"].strip(), f"{GUIDED}:l:0")
    text = turn.text("family_shared" if lines else "family_none")
    turn.show(f"{told.line}\n\n{text}", [*rows, [back]], message_id)
    families.mentor_looked(turn.connection, family.id, turn.now)


def _do(turn: Turn, mentor: Person, family_id: int, name: str) -> bool:
    """Starts a flow about this family; False when it is not theirs, or the flow is not about families."""
    family, flow = _family(turn, mentor, family_id), turn.host.library.flows.get(name)
    if family is None or flow is None or flow.about is None or flow.about.source != FAMILIES:
        return False
    turn.start(name, {flow.about.name: Ref(FAMILIES, str(family.id))})
    return turn.unexpected is None


def _show_screen(turn: Turn, mentor: Person, family_id: int, name: str, message_id: int | None) -> bool:
    """A screen of what can be done for this family."""
    family, screen = _family(turn, mentor, family_id), turn.host.library.screens.get(name)
    if family is None or screen is None or "mentor" not in screen.audience:
        return False
    text, rows = menus.show(screen, turn.facts, may_start=turn.may_start)
    back = Key(turn.host.library.texts["page_back"].strip(), f"{GUIDED}:o:{family.id}:0")
    turn.show(f"{_told(turn, mentor, family).line}\n\n{text}", [*_about(family, rows), [back]], message_id)
    return True


def _about(family: Guided, rows: Rows) -> Rows:
    """The buttons of a screen, for this family."""
    verbs = {menus.START_FLOW: "d", menus.SHOW_SCREEN: "s"}
    return [
        [
            Key(key.label, f"{GUIDED}:{verbs[verb]}:{family.id}:{name}")
            for key in row
            for verb, name in [key.token.split(":")]
        ]
        for row in rows
    ]


def _read(turn: Turn, mentor: Person, wish: re.Match[str], message_id: int | None) -> bool:
    family, record_id = _family(turn, mentor, int(wish[2])), int(wish[3])
    if family is None or record_id > kept.MAX_ID:
        return False
    opened = sharing.open_for(turn.connection, turn.host.vault, mentor, record_id, turn.now)
    if opened is None:
        return False
    where = f"{family.id}:{record_id}:{wish[4]}"
    ways = Ways(f"{GUIDED}:v:{where}", f"{GUIDED}:p:{where}", f"{GUIDED}:o:{family.id}:{wish[4]}")
    kept.read_out(turn, opened, int(wish[5] or 0), ways, message_id, only_files=wish[1] == "p")
    return True


def _family(turn: Turn, mentor: Person, family_id: int) -> Guided | None:
    return families.guided(turn.connection, mentor.id, family_id) if family_id <= kept.MAX_ID else None


def _parents(turn: Turn, family: Guided) -> list[Person]:
    found = people.in_family(turn.connection, turn.host.vault, family.id)
    return [one for one in found if Role.PARENT in one.roles]
