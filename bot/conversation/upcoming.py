"""What comes by itself, as one list to look into; each thing can be moved, silenced and thrown away.

Every tap looks up anew what it is about, among the person's own timers. Does not know when anything should come:
that is `care.agenda`.
"""

from __future__ import annotations

import re

from bot.care import agenda, pages
from bot.care.agenda import Ahead
from bot.conversation import appointment_lists, coming_facts
from bot.conversation.turn import Turn
from bot.screens import entries, menus
from bot.screens.entries import COMING, Rows
from flows.engine.state import Ref

SCREEN = "coming_up"
MOVE_FLOW = "move_coming"
SOON, LATER = "l", "a"
"""The lists: the days ahead with what rests, and what comes after that."""

_LIST = re.compile(rf"([{SOON}{LATER}]):([0-9]{{1,4}})")
_ONE = re.compile(r"([a-z]{1,2}):([a-z0-9_]{1,20}(?::[0-9]{1,19})?)")


def tapped(turn: Turn, rest: str, message_id: int | None) -> bool:
    """Does what a button of these lists asks; False when it is about nothing of this person's."""
    if found := _LIST.fullmatch(rest):
        show_coming(turn, message_id, found[1], int(found[2]))
        return True
    wish = _ONE.fullmatch(rest)
    one = next((one for one in coming_facts.ahead(turn.facts) if wish and one.key == wish[2]), None)
    return wish is not None and one is not None and _does(turn, wish[1], one, message_id)


def show_coming(turn: Turn, message_id: int | None = None, which: str = SOON, number: int = 0, lead: str = "") -> None:
    """A page of what comes, the soonest first. `lead`: the name of a text to say first."""
    if turn.person is None:
        return
    library, found = turn.host.library, coming_facts.ahead(turn.facts)
    after = agenda.later(found, turn.now)
    page = pages.cut(agenda.soon(found, turn.now) if which == SOON else after, number)
    told = [coming_facts.described(turn.facts, one) for one in page.items]
    text, below = menus.show(library.screens[SCREEN], turn.facts)
    lines = "\n".join(turn.text("coming_line", **one) for one in told)
    parts = [turn.text(lead)] if lead else []
    parts += [text, lines] if told else [turn.text("coming_none")]
    rows: Rows = []
    if which == SOON and number == 0 and (planned := appointment_lists.planned(turn)):
        parts.insert(len(parts) - 1 if told else 0, planned)
        rows.append([turn.key("appointment_all", appointment_lists.MINE_TOKEN)])
    rows += [[turn.key("coming_label", f"{COMING}:o:{one['id']}", **one)] for one in told]
    rows += entries.page_rows(library, f"{COMING}:{which}", page.number, page.more)
    if which == SOON and after:
        rows.append([turn.key("coming_to_later", f"{COMING}:{LATER}:0", count=len(after))])
    if which == LATER:
        rows.append([turn.key("page_back", f"{COMING}:{SOON}:0")])
    turn.show("\n\n".join(parts), [*rows, *below], message_id)


def _does(turn: Turn, act: str, one: Ahead, message_id: int | None) -> bool:
    person, known = turn.person, turn.facts.timers
    if person is None:
        return False
    match act:
        case "o":
            _show(turn, one, message_id)
        case "m" if one.at is not None:
            turn.start(MOVE_FLOW, {"thing": Ref("coming", one.key)})
        case "q" if one.at is not None:
            agenda.silence(turn.connection, person, known, one)
            _show_again(turn, one.key, message_id)
        case "n" if one.at is None:
            agenda.wake(turn.connection, person, known, one, turn.now)
            _show_again(turn, one.key, message_id)
        case "d":
            scope = coming_facts.described(turn.facts, one)
            yes, no = f"{COMING}:dd:{one.key}", f"{COMING}:o:{one.key}"
            text, rows = entries.question(turn.host.library, "coming_throw_away", yes, no, scope)
            turn.show(text, rows, message_id)
        case "dd":
            agenda.throw_away(turn.connection, person, one)
            turn.facts.forget()
            show_coming(turn, message_id, lead="coming_gone")
        case _:
            return False
    return True


def _show_again(turn: Turn, key: str, message_id: int | None) -> None:
    """The same thing, after a change."""
    turn.refresh_person()
    turn.facts.forget()
    _show(turn, next(one for one in coming_facts.ahead(turn.facts) if one.key == key), message_id)


def _show(turn: Turn, one: Ahead, message_id: int | None) -> None:
    told = coming_facts.described(turn.facts, one)
    rows: Rows = []
    if one.at is None:
        rows.append([turn.key("coming_wake", f"{COMING}:n:{one.key}")])
    else:
        rows.append([turn.key("coming_move", f"{COMING}:m:{one.key}")])
        rows.append([turn.key("coming_silence", f"{COMING}:q:{one.key}")])
    rows.append([turn.key("coming_drop", f"{COMING}:d:{one.key}"), turn.key("page_back", f"{COMING}:{SOON}:0")])
    turn.show(turn.text("coming_one", **told), rows, message_id)
