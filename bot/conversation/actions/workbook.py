"""The workbook: to write with a page of it, and to get it as a book."""

from __future__ import annotations

from bot.care import additions, workbook
from bot.conversation import bookbinding, outgoing
from bot.conversation.actions.common import me, named
from bot.conversation.turn import Turn
from flows.engine.state import Request, Value

_MOST = 20_000
"""In characters, of what is written with a page."""
_FILES = ("photo", "voice")


def add_to_workbook(turn: Turn, request: Request) -> Value | None:
    """Keeps what a parent writes with a month of their workbook, for themselves; answers `yes`, or nothing when it is
    no month or there is nothing to keep."""
    parent, page = me(turn), request.arguments["page"]
    month = workbook.read_month(page.removeprefix("month:"))
    kind, _, file_id = request.arguments.get("text", "").partition(":")
    if kind not in _FILES or not file_id:
        kind, file_id = "", ""
    text = "" if file_id else request.arguments.get("text", "")[:_MOST].strip()
    if parent.family_id is None or not (text or file_id) or month is None:
        return None
    additions.add(
        turn.connection,
        turn.host.vault,
        family_id=parent.family_id,
        person_id=parent.id,
        page=additions.month_page(month),
        text=text,
        now=turn.now,
        kind=kind,
        file_id=file_id,
    )
    return "yes"


def make_workbook(turn: Turn, request: Request) -> Value | None:
    """Sends the workbook as a PDF, made when it is sent; answers `yes`, or nothing when there is nothing in it."""
    wanted = [workbook.read_month(request.arguments.get(end, "")) for end in ("first", "last")]
    first, last = sorted(wanted) if all(wanted) else wanted  # type: ignore[type-var]
    book = bookbinding.bind(turn, me(turn), first, last, request.arguments.get("title", ""))
    if book is None:
        return None
    turn.call_last(outgoing.book(book.file_name, book.data, book.photos, otherwise=turn.text("workbook_book_not_made")))
    return "yes"


ACTIONS = named(add_to_workbook, make_workbook)
