"""The workbook in chat, a month at a time in place of the message that was tapped: a parent's own, and for the mentor
what of it is the family's or shared.

Each tap looks up anew whose it is. Does not know what is in a month: that is `care.workbook`; nor how it is bound as a
book: that is `bookbinding`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date

from bot.care import additions, families, pages, people, sharing, workbook
from bot.care.additions import Addition
from bot.care.families import spoken
from bot.care.months import month_of
from bot.care.people import Person
from bot.care.reports import Given
from bot.care.sharing import Entry
from bot.care.workbook import Activity, Month
from bot.conversation import outgoing, resolution_facts
from bot.conversation.report_facts import MY_REPORTS
from bot.conversation.report_pages import ANSWER_FLOW
from bot.conversation.turn import Turn
from bot.screens import entries, menus
from bot.screens.entries import GUIDED, Line, Rows
from bot.store.types import MAX_ID, read_id
from flows.engine.dutch.spoken import day_of_month, month_name, month_of_year
from flows.engine.state import Key, Ref
from flows.engine.templates import enumerate_dutch, excerpt, render

SCREEN, FAMILY_SCREEN = "workbook", "family_workbook"
OWN, FAMILY = "wb", "wf"
"""How the buttons of one's own workbook begin, and of that of a family one guides."""
ADD_FLOW = "workbook_add"
"""What one writes with a month; with a report it is an answer."""
LIST = "b"
"""The list of `kept` from which what is in the workbook is opened; its page is the month and the part: 2026110."""

_MONTH = re.compile(r"m:([0-9]{6}):([0-9])")
_REPORT = re.compile(r"r:([0-9]{1,19}):([0-9]{1,3})")
_ADD = re.compile(r"w:(month:[0-9]{4}-[0-9]{2}|report:[0-9]{1,19})")
_FILES = re.compile(r"f:(month:[0-9]{4}-[0-9]{2}|report:[0-9]{1,19})")
_OF_FAMILY = re.compile(r"([0-9]{1,19}):(.+)")
_MOST_PARTS = 9
_MOST_RESOLUTIONS, _MOST_ADDITIONS, _MOST_REPORTS = 8, 4, 8
_ROOM = 2000

LinesOf = Callable[[Sequence[Entry], str, int], list[Line]]
"""Of entries in a list, opened from a page of it, the buttons."""


# --- one's own --------------------------------------------------------------------------------------------------------


def tapped(turn: Turn, rest: str, message_id: int | None, show: Callable[[int], None]) -> bool:
    """Does what a button of one's own workbook asks; `show` shows a page of it."""
    if turn.person is None:
        return False
    if found := _MONTH.fullmatch(rest):
        show(int(found[1] + found[2]))
        return True
    if found := _REPORT.fullmatch(rest):
        return _show_report(turn, turn.person.family_id, int(found[1]), int(found[2]), message_id, OWN)
    if found := _ADD.fullmatch(rest):
        return _add(turn, turn.person, found[1])
    if found := _FILES.fullmatch(rest):
        return _send_files(turn, turn.person, found[1])
    return False


def page(turn: Turn, person: Person, number: int, lines_of: LinesOf) -> tuple[str, Rows]:
    """A month, as its number says it, or the nearest in which there is anything; without one that of today."""
    library, connection, vault = turn.host.library, turn.connection, turn.host.vault
    text, below = menus.show(library.screens[SCREEN], turn.facts, may_start=turn.may_start)
    known = workbook.calendar(connection, vault, person)
    wanted, part = _numbered(number, turn.facts.local.date())
    first = workbook.nearest(known, wanted)
    if first is None:
        today = month_of(turn.facts.local.date())
        return f"{text}\n\n{turn.text('workbook_none')}", [[_add_key(turn, additions.month_page(today))], *below]
    month = next(iter(workbook.of_parent(connection, vault, person, first, first)), Month(first))
    shown = pages.cut(list(reversed(month.entries)), min(part, _MOST_PARTS) if first == wanted else 0)
    rows = _report_rows(turn, month.reports, OWN)
    rows += entries.rows_of(library, lines_of(shown.items, LIST, _number(first, shown.number)), turn.facts.local.date())
    more = shown.more and shown.number < _MOST_PARTS
    rows += entries.page_rows(library, f"{OWN}:m:{first:%Y%m}", shown.number, more)
    rows += _month_rows(turn, OWN, known, first)
    rows.append([_add_key(turn, additions.month_page(first))])
    if any(one.file_id for one in month.additions):
        rows[-1].append(turn.key("kept_show_files", f"{OWN}:f:{additions.month_page(first)}"))
    return "\n\n".join((text, *_month_words(turn, month))), [*rows, *below]


def _numbered(number: int, today: date) -> tuple[date, int]:
    """The month and the part that a page number says."""
    first = workbook.read_month(f"{number // 1000:04}-{number // 10 % 100:02}")
    return (first, number % 10) if first else (month_of(today), 0)


def _number(first: date, part: int) -> int:
    return int(f"{first:%Y%m}{part}")


def _month_rows(turn: Turn, begin: str, known: Sequence[date], first: date) -> Rows:
    """To the month before and the month after, as far as there is anything in one."""
    before = max((one for one in known if one < first), default=None)
    after = min((one for one in known if one > first), default=None)
    row = [turn.key("workbook_before", f"{begin}:m:{before:%Y%m}:0", month=month_of_year(before))] if before else []
    row += [turn.key("workbook_after", f"{begin}:m:{after:%Y%m}:0", month=month_of_year(after))] if after else []
    return [row] if row else []


def _add_key(turn: Turn, page_: str) -> Key:
    return turn.key("workbook_add", f"{OWN}:w:{page_}")


def _add(turn: Turn, person: Person, page_: str) -> bool:
    """Begins to add to a page, if it is of this parent's workbook. With a report it is an answer, of which its mentor
    hears."""
    about = page_words(turn, person, page_)
    sort, _, which = page_.partition(":")
    if about and sort == "report":
        turn.start(ANSWER_FLOW, {"report": Ref(MY_REPORTS, which)})
    elif about:
        turn.start(ADD_FLOW, {"page": page_, "about": about})
    return bool(about) and turn.unexpected is None


def page_words(turn: Turn, person: Person, page_: str) -> str:
    """What a page is called; empty when this parent's workbook has no such page."""
    sort, _, which = page_.partition(":")
    if sort == "month":
        first = workbook.read_month(which)
        return month_of_year(first) if first else ""
    given = workbook.report_of(turn.connection, turn.host.vault, person.family_id, read_id(which))
    return day_of_month(given.date) if given else ""


def _send_files(turn: Turn, person: Person, page_: str) -> bool:
    """The photos and voice messages that were added to a page."""
    if not page_words(turn, person, page_) or person.family_id is None:
        return False
    found = additions.of_pages(turn.connection, turn.host.vault, person.family_id, [page_]).get(page_, [])
    mine = [one for one in found if page_.startswith("report:") or one.person_id == person.id]
    for one in mine:
        if one.file_id:
            kind: outgoing.FileKind = "photo" if one.kind == "photo" else "voice" if one.kind == "voice" else "document"
            turn.call(outgoing.file(kind, one.file_id, render("{{ text }}", {"text": excerpt(one.text, 500)})))
    return True


# --- that of a family one guides --------------------------------------------------------------------------------------


def tapped_of_family(turn: Turn, rest: str, message_id: int | None) -> bool:
    """Does what a button of a family's workbook asks; False when this mentor does not guide it now."""
    wish = _OF_FAMILY.fullmatch(rest)
    if wish is None or int(wish[1]) > MAX_ID:
        return False
    family_id = int(wish[1])
    if found := _MONTH.fullmatch(wish[2]):
        return show_family(turn, family_id, message_id, int(found[1] + found[2]))
    found = _REPORT.fullmatch(wish[2])
    if found is None or turn.person is None or not families.guided(turn.connection, turn.person.id, family_id):
        return False
    return _show_report(turn, family_id, int(found[1]), int(found[2]), message_id, f"{FAMILY}:{family_id}")


def show_family(turn: Turn, family_id: int, message_id: int | None, number: int = 0) -> bool:
    """A month of a family for its mentor: appointments, reports, and what parents put in their workbooks and share, by
    no more than day and kind. False when this mentor does not guide it now."""
    mentor, library = turn.person, turn.host.library
    if mentor is None or not families.guided(turn.connection, mentor.id, family_id):
        return False
    parents = people.parents_of(turn.connection, turn.host.vault, family_id)
    known = workbook.family_calendar(turn.connection, turn.host.vault, mentor, family_id, parents)
    back = [[turn.key("page_back", f"{GUIDED}:c:{family_id}:l0")]]
    head = turn.text("workbook_of_family", parents=[spoken(one.name) for one in parents])
    wanted, _ = _numbered(number, turn.facts.local.date())
    first = workbook.nearest(known, wanted)
    if first is None:
        turn.show(f"{head}\n\n{turn.text('workbook_of_family_none')}", back, message_id)
        return True
    begin = f"{FAMILY}:{family_id}"
    month = workbook.of_family(turn.connection, turn.host.vault, family_id, first)
    shared = sharing.workbook_headings(turn.connection, mentor, parents)
    whose = {one.id: spoken(one.name) for one in parents} if len(parents) > 1 else {}
    lines = [
        Line(
            token=f"{GUIDED}:v:{family_id}:{one.id}:0",
            kind=one.kind,
            day=one.local_day,
            whose=whose.get(one.owner_id, ""),
        )
        for one in reversed(shared)
        if month_of(one.local_day) == first
    ]
    rows = _report_rows(turn, month.reports, begin)
    rows += entries.rows_of(library, lines[: pages.SIZE], turn.facts.local.date())
    rows += _month_rows(turn, begin, known, first)
    turn.show("\n\n".join((head, *_month_words(turn, month))), [*rows, *back], message_id)
    return True


# --- the words of a month and of a meeting ----------------------------------------------------------------------------


def _month_words(turn: Turn, month: Month) -> list[str]:
    """As HTML, what a month says before its buttons."""
    parts = [turn.text("workbook_month", month=month_of_year(month.first))]
    if month.activities:
        parts.append("\n".join(turn.text("workbook_activity", **activity_words(turn, one)) for one in month.activities))
    if month.resolutions:
        lines = [resolution_facts.line_of(turn.host.library.texts, one) for one in month.resolutions]
        parts.append(turn.text("workbook_resolutions", lines=lines[-_MOST_RESOLUTIONS:]))
    if month.additions:
        told = [turn.text("workbook_added", **_added(turn, one)) for one in month.additions[-_MOST_ADDITIONS:]]
        parts.append("\n".join(told))
    return parts


def activity_words(turn: Turn, one: Activity) -> dict[str, str]:
    """What was planned and took place, as texts say it: `what`, and the days `planned` and `held`."""
    what = one.words or turn.plain(f"appointment_kind_{one.kind}")
    return {"what": excerpt(what, 80), "planned": _days(one.planned), "held": _days(one.held)}


def _days(days: Sequence[date]) -> str:
    """Days of one month: "3 en 17 november"."""
    return f"{enumerate_dutch([str(day.day) for day in dict.fromkeys(days)])} {month_name(days[0])}" if days else ""


def _added(turn: Turn, one: Addition, most: int = 300) -> dict[str, str]:
    mine = turn.person is not None and one.person_id == turn.person.id
    day = turn.person.local(one.made_at).date() if turn.person else one.made_at.date()
    name = "" if mine else spoken(one.writer)
    return {"name": name, "day": f"{day.day} {month_name(day)}", "text": excerpt(one.text, most), "file": one.kind}


def _report_rows(turn: Turn, given: Sequence[Given], begin: str) -> Rows:
    return [
        [turn.key("workbook_meeting", f"{begin}:r:{one.id}:0", day=day_of_month(one.date))]
        for one in reversed(given[-_MOST_REPORTS:])
    ]


def _show_report(
    turn: Turn, family_id: int | None, report_id: int, part: int, message_id: int | None, begin: str
) -> bool:
    """The page of a meeting; False when this family has none."""
    given = None
    if report_id <= MAX_ID:
        given = workbook.report_of(turn.connection, turn.host.vault, family_id, report_id)
    if given is None:
        return False
    pieces = [turn.text("workbook_report_head", day=day_of_month(given.date), name=spoken(given.writer))]
    for name, said in meeting_parts(turn, given):
        first, *rest = outgoing.in_parts(said, _ROOM // 2)
        pieces.append(turn.text("workbook_report_part", name=name, text=first))
        pieces += [render("{{ value }}", {"value": more}) for more in rest]
    pieces += [turn.text("workbook_added", **_added(turn, one, _ROOM // 4)) for one in given.additions]
    parts = entries.packed(pieces)
    part = min(part, len(parts) - 1)
    rows = entries.part_rows(turn.host.library, f"{begin}:r:{report_id}", part, len(parts))
    if begin == OWN:
        rows.append([_add_key(turn, additions.report_page(report_id))])
        if any(one.file_id for one in given.additions):
            rows[-1].append(turn.key("kept_show_files", f"{OWN}:f:{additions.report_page(report_id)}"))
    rows.append([turn.key("page_back", f"{begin}:m:{given.date:%Y%m}:0")])
    turn.show(parts[part], rows, message_id)
    return True


def meeting_parts(turn: Turn, given: Given) -> list[tuple[str, str]]:
    """The parts of a report that say something, each with its name, as plain text."""
    texts = turn.host.library.texts
    said = {
        "present": given.present,
        "discussed": given.discussed,
        "attention": given.attention,
        "resolutions": "\n".join(one.words for one in given.resolutions),
        "next": given.next_appointment,
    }
    return [(texts[f"workbook_part_{name}"].strip(), words) for name, words in said.items() if words.strip()]
