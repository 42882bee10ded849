"""The families of a mentor: the list, the card of each, what they share, and what can be done for them.

Everything is shown in place of the message that was tapped. Each tap looks up anew whose families they are at that
moment. Does not know how it is said, nor who may see what: that is `sharing`.
"""

from __future__ import annotations

import re
from datetime import timedelta

from bot.care import caseload, families, pages, people, sharing
from bot.care.attention import FOR_TODAY, Why
from bot.care.caseload import Case
from bot.care.families import Guided, spoken
from bot.care.pages import Page
from bot.care.people import Person
from bot.conversation import family_words, kept, shared_goals, workbook
from bot.conversation.turn import Turn
from bot.screens import entries, menus
from bot.screens.entries import GUIDED, Line, Rows, Ways
from bot.store.types import MAX_ID
from flows.engine.dutch.spoken import spoken_date
from flows.engine.state import Key, Ref

SCREEN, TODAY = "families", "today"
CARD_SCREEN, SHARED_SCREEN, OF_A_FAMILY = "family", "family_shared", "family_"
"""The screens under a family: its card, what it shares, and how the names of others begin."""
LISTS_OF_FAMILIES = frozenset({"families", "open_records"})
"""The lists that a flow is about which a mentor starts from the card of a family: its items have the family's id."""

_LISTS = re.compile(r"([lt])([0-9]{1,4})")
"""A page of all families, or of those that ask for something today."""
_LIST = re.compile(r"([lt]):([0-9]{1,4})")
_CARD = re.compile(r"c:([0-9]{1,19}):([lt][0-9]{1,4})")
_FAMILY = re.compile(r"o:([0-9]{1,19}):([0-9]{1,4})")
_GOALS = re.compile(r"g:([0-9]{1,19})")
_DO = re.compile(r"d:([0-9]{1,19}):([a-z0-9_]{1,40})")
_SCREEN = re.compile(r"s:([0-9]{1,19}):([a-z0-9_]{1,40})")
_ONE = re.compile(r"([vp]):([0-9]{1,19}):([0-9]{1,19}):([0-9]{1,4})(?::([0-9]{1,3}))?")
_FIRST_PAGE = "l0"


def tapped(turn: Turn, rest: str, message_id: int | None) -> bool:
    """Does what a button of these lists asks; False when it is about no family of this mentor's."""
    if turn.person is None:
        return False
    if found := _LIST.fullmatch(rest):
        show = show_families if found[1] == "l" else show_today
        show(turn, message_id, int(found[2]))
        return True
    if found := _CARD.fullmatch(rest):
        return _show_card(turn, turn.person, int(found[1]), found[2], message_id)
    if found := _FAMILY.fullmatch(rest):
        case = _case(turn, turn.person, int(found[1]))
        if case:
            _show_shared(turn, turn.person, case, int(found[2]), message_id)
        return case is not None
    if found := _GOALS.fullmatch(rest):
        family = _family(turn, turn.person, int(found[1]))
        if family:
            shared_goals.show(turn, turn.person, family.id)
        return family is not None
    if found := _DO.fullmatch(rest):
        return _do(turn, turn.person, int(found[1]), found[2])
    if found := _SCREEN.fullmatch(rest):
        return _show_screen(turn, turn.person, int(found[1]), found[2], message_id)
    found = _ONE.fullmatch(rest)
    return found is not None and _read(turn, turn.person, found, message_id)


def show_families(turn: Turn, message_id: int | None = None, number: int = 0) -> None:
    """A page of the families that this mentor guides now; who asks for attention comes first."""
    if turn.person is None:
        return
    cases = caseload.of_mentor(turn.connection, turn.host.vault, turn.person, turn.now)
    page = pages.cut(cases, number)
    text, below = menus.show(turn.host.library.screens[SCREEN], turn.facts)
    parts = [turn.text("families_none")]
    if cases:
        asking = sum(bool(one.reasons) for one in cases)
        summed_up = turn.text("families_asking", count=len(cases), asking=asking)
        parts = [f"{text} {summed_up}", *(family_words.line(turn, one) for one in page.items)]
    rows = _rows(turn, page, "l")
    turn.show("\n\n".join(parts), [*rows, *below], message_id)


def show_today(turn: Turn, message_id: int | None = None, number: int = 0) -> None:
    """The appointments of this day, and a page of the families that ask for something today."""
    if turn.person is None:
        return
    cases = caseload.of_mentor(turn.connection, turn.host.vault, turn.person, turn.now)
    asking = [one for one in cases if any(reason.why in FOR_TODAY for reason in one.reasons)]
    page = pages.cut(asking, number)
    meetings = family_words.meetings_today(turn, cases)
    text, below = menus.show(turn.host.library.screens[TODAY], turn.facts)
    day = spoken_date(turn.facts.local.date(), turn.facts.local.date() - timedelta(days=30))
    parts = [turn.text("today_head", day=day), "\n".join(meetings) or turn.text("today_no_meetings")]
    if others := [line for one in page.items if (line := _for_today(turn, one))]:
        parts += [turn.text("today_asking"), *others]
    elif not asking:
        parts.append(turn.text("today_quiet"))
    if asking:
        parts.append(text)
    turn.show("\n\n".join(parts), [*_rows(turn, page, "t"), *below], message_id)


def _for_today(turn: Turn, case: Case) -> str:
    """A family's line among what asks for attention; empty when it has an appointment and nothing else."""
    wanted = FOR_TODAY - {Why.TODAY}
    return family_words.line(turn, case, wanted) if any(one.why in wanted for one in case.reasons) else ""


def show_found(turn: Turn, mentor: Person, letters: str) -> bool:
    """The families in which somebody has such a name: the card at once when there is one; False when there is none."""
    cases = caseload.of_mentor(turn.connection, turn.host.vault, mentor, turn.now)
    found = caseload.matching(cases, letters)
    if len(found) == 1:
        return _show_card(turn, mentor, found[0].id, _FIRST_PAGE, None)
    shown = pages.cut(found, 0)
    if found:
        head = turn.text("families_found", count=len(shown.items), more=shown.more)
        lines = [family_words.line(turn, one) for one in shown.items]
        _, below = menus.show(turn.host.library.screens[SCREEN], turn.facts)
        turn.show("\n\n".join((head, *lines)), [*_keys(turn, shown, _FIRST_PAGE), *below])
    return bool(found)


def _rows(turn: Turn, page: Page[Case], which: str) -> Rows:
    rows = _keys(turn, page, f"{which}{page.number}")
    return [*rows, *entries.page_rows(turn.host.library, f"{GUIDED}:{which}", page.number, page.more)]


def _keys(turn: Turn, page: Page[Case], back: str) -> Rows:
    return [[family_words.key(turn, one, f"{GUIDED}:c:{one.id}:{back}")] for one in page.items]


def _show_card(turn: Turn, mentor: Person, family_id: int, back: str, message_id: int | None) -> bool:
    """The card of a family. `back`: the list and page from which it was opened."""
    case = _case(turn, mentor, family_id)
    if case is None:
        return False
    _, below = menus.show(turn.host.library.screens[CARD_SCREEN], turn.facts, may_start=turn.may_start)
    rows = _about(turn, case.id, below)
    if case.shared.get(family_words.GOAL):
        rows = [*rows, [turn.key("family_goals_show", f"{GUIDED}:g:{case.id}")]]
    list_of = _LISTS.fullmatch(back)
    where = f"{list_of[1]}:{list_of[2]}" if list_of else "l:0"
    turn.show(family_words.card(turn, case), [*rows, [_back(turn, f"{GUIDED}:{where}")]], message_id)
    return True


def _case(turn: Turn, mentor: Person, family_id: int) -> Case | None:
    if family_id > MAX_ID:
        return None
    return caseload.of_family(turn.connection, turn.host.vault, mentor, family_id, turn.now)


def _show_shared(turn: Turn, mentor: Person, case: Case, number: int, message_id: int | None) -> None:
    """What the parents of a family share with their mentor: no more than day and kind, until it is opened."""
    library = turn.host.library
    parents = people.parents_of(turn.connection, turn.host.vault, case.id)
    page = sharing.headings(turn.connection, mentor, parents, number)
    whose = {one.id: spoken(one.name) for one in parents} if len(parents) > 1 else {}
    lines = [
        Line(
            token=f"{GUIDED}:v:{case.id}:{heading.id}:{page.number}",
            kind=heading.kind,
            day=heading.local_day,
            whose=whose.get(heading.owner_id, ""),
        )
        for heading in page.items
    ]
    rows: Rows = entries.rows_of(library, lines, turn.facts.local.date())
    rows += entries.page_rows(library, f"{GUIDED}:o:{case.id}", page.number, page.more)
    text = turn.text("family_shared" if lines else "family_none")
    turn.show(f"{family_words.name(turn, case)}\n\n{text}", [*rows, [_to_card(turn, case.id)]], message_id)
    families.mentor_looked(turn.connection, case.id, turn.now)


def _do(turn: Turn, mentor: Person, family_id: int, name: str) -> bool:
    """Starts a flow about this family; False when it is not theirs, or the flow is not about families."""
    family, flow = _family(turn, mentor, family_id), turn.host.library.flows.get(name)
    if family is None or flow is None or flow.about is None or flow.about.source not in LISTS_OF_FAMILIES:
        return False
    turn.start(name, {flow.about.name: Ref(flow.about.source, str(family.id))})
    return turn.unexpected is None


def _show_screen(turn: Turn, mentor: Person, family_id: int, name: str, message_id: int | None) -> bool:
    """A screen of what can be done for this family."""
    case, screen = _case(turn, mentor, family_id), turn.host.library.screens.get(name)
    if case is None or screen is None or "mentor" not in screen.audience or not name.startswith(OF_A_FAMILY):
        return False
    if name == SHARED_SCREEN:
        _show_shared(turn, mentor, case, 0, message_id)
        return True
    if name == workbook.FAMILY_SCREEN:
        return workbook.show_family(turn, family_id, message_id)
    text, rows = menus.show(screen, turn.facts, may_start=turn.may_start)
    below = [*_about(turn, case.id, rows), [_to_card(turn, case.id)]]
    turn.show(f"{family_words.name(turn, case)}\n\n{text}", below, message_id)
    return True


def _about(turn: Turn, family_id: int, rows: Rows) -> Rows:
    """The buttons of a screen, for this family; those that are about no family stay as they are."""
    return [[Key(key.label, _token_about(turn, family_id, key.token)) for key in row] for row in rows]


def _token_about(turn: Turn, family_id: int, token: str) -> str:
    verb, _, name = token.partition(":")
    if verb == menus.SHOW_SCREEN:
        return f"{GUIDED}:s:{family_id}:{name}" if name.startswith(OF_A_FAMILY) else token
    about = turn.host.library.flows[name].about
    return f"{GUIDED}:d:{family_id}:{name}" if about and about.source in LISTS_OF_FAMILIES else token


def _back(turn: Turn, token: str) -> Key:
    return turn.key("page_back", token)


def _to_card(turn: Turn, family_id: int) -> Key:
    return _back(turn, f"{GUIDED}:c:{family_id}:{_FIRST_PAGE}")


def _read(turn: Turn, mentor: Person, wish: re.Match[str], message_id: int | None) -> bool:
    family, record_id = _family(turn, mentor, int(wish[2])), int(wish[3])
    if family is None or record_id > MAX_ID:
        return False
    opened = sharing.open_for(turn.connection, turn.host.vault, mentor, record_id, turn.now)
    if opened is None:
        return False
    where = f"{family.id}:{record_id}:{wish[4]}"
    ways = Ways(f"{GUIDED}:v:{where}", f"{GUIDED}:p:{where}", f"{GUIDED}:o:{family.id}:{wish[4]}")
    kept.read_out(turn, opened, int(wish[5] or 0), ways, message_id, only_files=wish[1] == "p")
    return True


def _family(turn: Turn, mentor: Person, family_id: int) -> Guided | None:
    return families.guided(turn.connection, mentor.id, family_id) if family_id <= MAX_ID else None
