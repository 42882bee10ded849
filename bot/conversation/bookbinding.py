"""Makes of the months of a workbook the data of a book, in words: what stands where, and which photos belong in it.

Does not know how a book looks, nor gets the photos: that is done when it is sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field
from datetime import date
from html import unescape
from typing import Any

from bot.care import thoughts, workbook
from bot.care.additions import Addition
from bot.care.families import spoken
from bot.care.people import Person
from bot.care.records import Record
from bot.care.reports import Given
from bot.care.resolutions import Tried
from bot.care.workbook import Month
from bot.conversation import workbook as in_chat
from bot.conversation.drawings import DRAWINGS
from bot.conversation.turn import Turn
from bot.screens import entries
from bot.screens.entries import File
from flows.engine.dutch.spoken import day_of_month, full_date, month_name, month_of_year
from flows.engine.state import Request
from flows.engine.templates import excerpt
from flows.engine.values import dataclass

SCENE = "scene"
_CARDS = {thoughts.THOUGHT: "warm", thoughts.SAYING: "fresh", thoughts.TO_REMEMBER: "calm"}
"""What stands on cards at the end of the book, and the tone of each."""
_CHARTS = ("goals_chart", "measuring_chart", "body_hours")
_MOST_TITLE = 80
_MOST_FACTS = 600
_TAG = re.compile(r"<[^>]+>")

Block = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Book:
    """What is to be bound: its data, the photos in it as pairs of Telegram's id and the name in the data, and what the
    file is called."""

    data: dict[str, Any]
    photos: list[list[str]]
    file_name: str


def bind(turn: Turn, parent: Person, first: date | None, last: date | None, title: str) -> Book | None:
    """The workbook of this parent from month to month, or all of it; None when there is nothing in it."""
    known = workbook.calendar(turn.connection, turn.host.vault, parent)
    within = [one for one in known if (first is None or one >= first) and (last is None or one <= last)]
    if not within:
        return None
    months = workbook.of_parent(turn.connection, turn.host.vault, parent, within[0], within[-1])
    binder = _Binder(turn, parent)
    chapters = [chapter for month in months if (chapter := binder.month(month))]
    chapters += [chapter for chapter in (binder.charts(), binder.cards(months)) if chapter]
    if not chapters:
        return None
    data = {
        "title": excerpt(title, _MOST_TITLE) or turn.plain("workbook_book_title", name=spoken(parent.name)),
        "subtitle": turn.plain("workbook_book_period", first=month_of_year(within[0]), last=month_of_year(within[-1])),
        "made": turn.plain("workbook_book_made", name=spoken(parent.name), day=full_date(turn.facts.local.date())),
        "contents": turn.plain("workbook_book_contents"),
        "chapters": chapters,
    }
    period = f"{within[0]:%Y-%m}" if within[0] == within[-1] else f"{within[0]:%Y-%m}-{within[-1]:%Y-%m}"
    return Book(data, binder.wanted, f"{turn.plain('workbook_book_file')}-{period}.pdf")


@dataclass
class _Binder:
    """Puts together the blocks of one book. `names` are those of the photos by Telegram's id, each wanted once."""

    turn: Turn
    parent: Person
    names: dict[str, str] = field(default_factory=dict)

    @property
    def wanted(self) -> list[list[str]]:
        return [[file_id, name] for file_id, name in self.names.items()]

    # --- a month ------------------------------------------------------------------------------------------------------

    def month(self, month: Month) -> dict[str, Any] | None:
        """The chapter of a month; None when all that it has stands elsewhere in the book."""
        kept = [one.record for one in month.entries if one.record.kind not in _CARDS]
        scenes = [one for one in kept if one.kind == SCENE]
        others = [one for one in kept if one.kind != SCENE]
        blocks = [
            *self._under("workbook_book_overview", self._overview(month)),
            *self._under("workbook_book_resolutions", map(self._resolution, month.resolutions)),
            *map(self._note, month.additions),
            *map(self._meeting, month.reports),
            *self._under("workbook_book_scenes", map(self._entry, scenes)),
            *self._under("workbook_book_kept", map(self._entry, others)),
        ]
        return {"title": month_of_year(month.first).capitalize(), "blocks": blocks} if blocks else None

    def _under(self, heading: str, blocks: Iterable[Block]) -> list[Block]:
        found = list(blocks)
        return [{"block": "heading", "text": self.turn.plain(heading)}, *found] if found else []

    def _overview(self, month: Month) -> list[Block]:
        told = [in_chat.activity_words(self.turn, one) for one in month.activities]
        if not told:
            return []
        heads = [self.turn.plain(f"workbook_book_{name}") for name in ("what", "planned", "held")]
        rows = [[f"{one['what'][:1].upper()}{one['what'][1:]}", one["planned"], one["held"]] for one in told]
        return [{"block": "overview", "heads": heads, "rows": rows}]

    def _resolution(self, tried: Tried) -> Block:
        scope = {"worked": tried.worked, "partly": tried.partly, "status": tried.status, "new": tried.new}
        went = self.turn.plain("workbook_book_went", **scope)
        lines = [(self.turn.plain("workbook_book_how"), went)] if went else []
        if tried.helped:
            lines.append((self.turn.plain("workbook_book_helped"), "\n".join(tried.helped)))
        return _block("entry", title=tried.text, aside="", lines=_lines(lines), photos=[])

    def _meeting(self, given: Given) -> Block:
        return _block(
            "meeting",
            title=self.turn.plain("workbook_meeting", day=day_of_month(given.date)),
            facts=_lines(in_chat.meeting_parts(self.turn, given)),
            notes=[self._note(one) for one in given.additions],
            photos=[],
            room=self.turn.plain("workbook_book_room"),
        )

    def _note(self, one: Addition) -> Block:
        day = self.parent.local(one.made_at).date()
        name = "" if one.person_id == self.parent.id else spoken(one.writer)
        head = self.turn.plain("workbook_book_note", name=name, day=f"{day.day} {month_name(day)}")
        file = [File(one.kind, one.file_id)] if one.file_id else []
        elsewhere = self._elsewhere(file)
        text = "\n\n".join(part for part in (one.text, elsewhere) if part)
        return _block("note", head=head, text=text, photos=self._photos(file, head))

    def _entry(self, record: Record) -> Block:
        library = self.turn.host.library
        name = entries.name_of(library, record.kind)
        title = f"{name[:1].upper()}{name[1:]}"
        aside = " · ".join(part for part in (day_of_month(record.local_day), self._child(record)) if part)
        files = entries.files_of(record)
        lines = entries.said_of(library, record)
        if elsewhere := self._elsewhere(files):
            lines.append(("", elsewhere))
        photos = self._photos(files, f"{title}, {aside}")
        return _block("entry", title=title, aside=aside, lines=_lines(lines), photos=photos)

    def _child(self, record: Record) -> str:
        listed = self.turn.facts["children"]
        children = listed if isinstance(listed, list) else []
        return next((str(one["name"]) for one in children if one["id"] == str(record.child_id)), "")

    def _photos(self, files: Iterable[File], about: str) -> list[Block]:
        alt, missing = (
            self.turn.plain("workbook_book_photo", about=about),
            self.turn.plain("workbook_book_photo_missing"),
        )
        return [
            {
                "photo": self.names.setdefault(file.file_id, f"p{len(self.names)}"),
                "alt": alt,
                "caption": "",
                "missing": missing,
            }
            for file in files
            if file.kind == "photo"
        ]

    def _elsewhere(self, files: Iterable[File]) -> str:
        """That something cannot be printed, and where it is."""
        others = [file for file in files if file.kind != "photo"]
        words = entries.file_words(self.turn.host.library, others)
        return self.turn.plain("workbook_book_elsewhere", files=words) if others else ""

    # --- what is of no month ------------------------------------------------------------------------------------------

    def charts(self) -> dict[str, Any] | None:
        """The chapter of how things went through time; None when there is too little to draw."""
        listed = self.turn.facts["children"]
        children = listed if isinstance(listed, list) else []
        wanted = [("signals_chart", str(child["id"])) for child in children] + [(name, "") for name in _CHARTS]
        blocks = [block for name, about in wanted if (block := self._chart(name, about))]
        return {"title": self.turn.plain("workbook_book_charts"), "blocks": blocks} if blocks else None

    def _chart(self, name: str, about: str) -> Block | None:
        drawn = DRAWINGS[name](self.turn, Request("draw", {"picture": name, "about": about}, {}, "", "", ""))
        if drawn is None:
            return None
        return _block("drawing", kind=drawn.kind, data=dict(drawn.data), alt=unescape(_TAG.sub("", drawn.words)))

    def cards(self, months: Sequence[Month]) -> dict[str, Any] | None:
        """The chapter of sentences to keep; None without any."""
        found = [card for month in months for one in month.entries if (card := self._card(one.record))]
        if not found:
            return None
        return {"title": self.turn.plain("workbook_book_cards"), "blocks": [_block("cards", cards=list(_once(found)))]}

    def _card(self, record: Record) -> dict[str, str] | None:
        text = record.said("helping") or record.said("sentence")
        if record.kind not in _CARDS or not text:
            return None
        name = entries.name_of(self.turn.host.library, record.kind)
        title = " · ".join(part for part in (f"{name[:1].upper()}{name[1:]}", self._child(record)) if part)
        return {"title": title, "text": excerpt(text, _MOST_FACTS), "footer": "", "tone": _CARDS[record.kind]}


def _block(sort: str, /, **data: Any) -> Block:
    return {"block": sort, **data}


def _lines(named: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"name": name, "text": text} for name, text in named]


def _once(cards: Iterable[dict[str, str]]) -> Iterator[dict[str, str]]:
    seen: set[tuple[str, ...]] = set()
    for card in cards:
        if (key := tuple(card.values())) not in seen:
            seen.add(key)
            yield card
