"""What a person keeps, to read again, share, take back and throw away; and what the other parent shares with them.

Every tap looks up anew what it is about. Does not know how it is shown: that is `screens.entries`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.care import coming, consents, families, pages, people, records, sharing
from bot.care.consents import Purpose
from bot.care.families import spoken
from bot.care.people import Person
from bot.care.sharing import Entry, Opened, With
from bot.conversation import outgoing, workbook
from bot.conversation.turn import Turn
from bot.screens import entries, menus
from bot.screens.entries import KEPT, Circle, Line, Place, Rows, Ways
from bot.store.types import MAX_ID
from flows.engine.dutch.spoken import spoken_date
from flows.engine.state import Key
from flows.engine.templates import excerpt
from flows.engine.values import dataclass

SCREEN = "kept"
WORKBOOK = workbook.SCREEN
"""The screen of what is in the workbook."""
EDIT_FLOW = "edit_kept"
ALL, MARKED, SHARED, IN_WORKBOOK, KINDS = "l", "m", "s", workbook.LIST, "k"
"""The lists: everything of one's own, what is for the appointment, what the other parent shares, what is in the
workbook, and the kinds there are. A kind has a list of its own, named "k.<kind>"."""
MAX_KIND = 24
"""The longest name of a kind that still fits in a button, in characters."""

_LISTS = rf"(?P<list>[{ALL}{MARKED}{SHARED}{IN_WORKBOOK}]|{KINDS}\.[a-z_]{{1,{MAX_KIND}}})"
_LIST = re.compile(rf"(?:{_LISTS}|(?P<kinds>{KINDS})):(?P<page>[0-9]{{1,7}})")
_ONE = re.compile(
    rf"(?P<act>[a-z]{{1,2}}[0-9]?):(?P<record>[0-9]{{1,19}}):{_LISTS}:(?P<page>[0-9]{{1,7}})(:(?P<part>[0-9]{{1,3}}))?"
)
_WAS = 300
"""How much of what is edited is shown again, in characters."""


def tapped(turn: Turn, rest: str, message_id: int | None) -> bool:
    """Does what a button of these lists asks; False when it is about nothing of this person's."""
    if found := _LIST.fullmatch(rest):
        show_list(turn, message_id, found["list"] or KINDS, int(found["page"]))
        return True
    wish = _ONE.fullmatch(rest)
    if turn.person is None or wish is None or int(wish["record"]) > MAX_ID:
        return False
    place, part = Place(int(wish["record"]), wish["list"], int(wish["page"])), int(wish["part"] or 0)
    if place.list == SHARED:
        return _read_shared(turn, wish["act"], place, part, message_id)
    entry = sharing.own_entry(turn.connection, turn.host.vault, turn.person.id, place.record)
    if entry is None:
        return False
    return _Own(turn, turn.person, entry, place, part, message_id).does(wish["act"])


def show_one(turn: Turn, record_id: int) -> bool:
    """Shows one thing of this person's own in a new message, with what can be done with it; False when it is gone."""
    return tapped(turn, Place(record_id, ALL, 0).token("o").removeprefix(f"{KEPT}:"), None)


# --- lists ------------------------------------------------------------------------------------------------------------


def show_list(turn: Turn, message_id: int | None = None, which: str = ALL, number: int = 0, lead: str = "") -> None:
    """A page of a list. `lead`: the name of a text to say first."""
    if turn.person is None:
        return
    if which == SHARED:
        text, rows = _shared_list(turn, turn.person, number)
    elif which == IN_WORKBOOK:
        text, rows = _workbook(turn, turn.person, number)
    elif which == KINDS:
        text, rows = _kinds(turn, turn.person, number)
    else:
        text, rows = _own_list(turn, turn.person, number, which)
    if lead:
        text = f"{turn.text(lead)} {text}"
    turn.show(text, rows, message_id)


def show_workbook(turn: Turn, message_id: int | None = None) -> None:
    """The last month of the workbook."""
    show_list(turn, message_id, IN_WORKBOOK)


def _lines(turn: Turn, person: Person, found: Sequence[Entry], which: str, number: int) -> list[Line]:
    circles = _circles(turn, person)
    return [
        Line(
            token=Place(entry.record.id, which, number).token("o"),
            kind=entry.record.kind,
            day=entry.record.local_day,
            words=entries.words_of(turn.host.library, entry.record),
            shared=any(circle.sees(entry) for circle in circles),
            marked=entry.for_appointment and which != MARKED,
        )
        for entry in found
    ]


def workbook_tapped(turn: Turn, rest: str, message_id: int | None) -> bool:
    """Does what a button of this person's own workbook asks; False when it is about nothing of theirs."""
    return workbook.tapped(turn, rest, message_id, lambda number: show_list(turn, message_id, IN_WORKBOOK, number))


def _workbook(turn: Turn, person: Person, number: int) -> tuple[str, Rows]:
    """A month of the workbook, and the ways to the other lists."""

    def lines_of(found: Sequence[Entry], which: str, page: int) -> list[Line]:
        return _lines(turn, person, found, which, page)

    text, rows = workbook.page(turn, person, number, lines_of)
    return text, [*rows[:-1], *_ways_from_workbook(turn, person), rows[-1]]


def _ways_from_workbook(turn: Turn, person: Person) -> Rows:
    rows: Rows = [[turn.key("kept_to_all", f"{KEPT}:{ALL}:0")], [turn.key("kept_to_kinds", f"{KEPT}:{KINDS}:0")]]
    count = sharing.marked_count(turn.connection, person.id)
    if count:
        rows.append([turn.key("kept_to_marked", f"{KEPT}:{MARKED}:0", count=count)])
    return rows


def _kinds(turn: Turn, person: Person, number: int) -> tuple[str, Rows]:
    """The kinds of what is kept, each with how many there are."""
    library = turn.host.library
    page = pages.cut(sharing.kinds_of(turn.connection, person.id), number)
    rows: Rows = [
        [turn.key("kept_kind_label", f"{KEPT}:{KINDS}.{kind}:0", kind=entries.name_of(library, kind), count=count)]
        for kind, count in page.items
    ]
    rows += entries.page_rows(library, f"{KEPT}:{KINDS}", page.number, page.more)
    rows.append([turn.key("kept_to_all", f"{KEPT}:{ALL}:0")])
    return turn.text("kept_kinds" if page.items else "kept_none"), rows


def _own_list(turn: Turn, person: Person, number: int, which: str) -> tuple[str, Rows]:
    connection, library = turn.connection, turn.host.library
    marked, kind = which == MARKED, which.partition(".")[2]
    page = sharing.own_page(connection, turn.host.vault, person.id, number, marked=marked, kind=kind)
    lines = _lines(turn, person, page.items, which, page.number)
    rows = entries.rows_of(library, lines, turn.facts.local.date())
    rows += entries.page_rows(library, f"{KEPT}:{which}", page.number, page.more)
    text, below = menus.show(library.screens[SCREEN], turn.facts)
    if marked:
        text = turn.text("kept_marked" if lines else "kept_marked_none")
        below = [[turn.key("kept_to_all", f"{KEPT}:{ALL}:0")]]
    elif kind:
        text = turn.text("kept_of_kind", kind=entries.name_of(library, kind)) if lines else turn.text("kept_none")
        below = [[turn.key("kept_to_kinds", f"{KEPT}:{KINDS}:0")], [turn.key("kept_to_all", f"{KEPT}:{ALL}:0")]]
    elif not lines:
        text = turn.text("kept_none")
    signs = turn.text(
        "kept_signs", shared=any(line.shared for line in lines), marked=any(line.marked for line in lines)
    )
    if which == ALL:
        rows += _ways_to_other_lists(turn, person)
    return "\n\n".join(filter(None, (text, signs))), [*rows, *below]


def _ways_to_other_lists(turn: Turn, person: Person) -> Rows:
    rows: Rows = []
    if len(sharing.kinds_of(turn.connection, person.id)) > 1:
        rows.append([turn.key("kept_to_kinds", f"{KEPT}:{KINDS}:0")])
    count = sharing.marked_count(turn.connection, person.id)
    if count:
        rows.append([turn.key("kept_to_marked", f"{KEPT}:{MARKED}:0", count=count)])
    sharers = _sharers(turn, person)
    if sharers:
        rows.append([turn.key("kept_to_shared", f"{KEPT}:{SHARED}:0", names=_names(sharers))])
    return rows


def _shared_list(turn: Turn, person: Person, number: int) -> tuple[str, Rows]:
    library, sharers = turn.host.library, _sharers(turn, person)
    page = sharing.headings(turn.connection, person, sharers, number)
    whose = {one.id: spoken(one.name) for one in sharers} if len(sharers) > 1 else {}
    lines = [
        Line(
            token=Place(heading.id, SHARED, page.number).token("o"),
            kind=heading.kind,
            day=heading.local_day,
            whose=whose.get(heading.owner_id, ""),
        )
        for heading in page.items
    ]
    text = turn.text("kept_shared", names=_names(sharers)) if lines else turn.text("kept_shared_none")
    rows = entries.rows_of(library, lines, turn.facts.local.date())
    rows += entries.page_rows(library, f"{KEPT}:{SHARED}", page.number, page.more)
    return text, [*rows, [turn.key("kept_to_all", f"{KEPT}:{ALL}:0")]]


# --- with whom --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Near:
    """People with whom this person may share, all by one way of sharing."""

    way: With
    people: Sequence[Person]
    owner: Person
    agreed: frozenset[Purpose]

    def sees(self, entry: Entry) -> bool:
        """Whether they see this now."""
        return any(sharing.may_see(one, self.owner, entry.shared_with & self.way, self.agreed) for one in self.people)


def _circles(turn: Turn, person: Person) -> list[_Near]:
    agreed = consents.standing(turn.connection, person.id)
    mentor = people.by_id(turn.connection, turn.host.vault, person.mentor_id)
    circles = [(With.MENTOR, [mentor] if mentor else []), (With.CO_PARENT, _co_parents(turn, person))]
    return [_Near(way, members, person, agreed) for way, members in circles if members]


def _co_parents(turn: Turn, person: Person) -> list[Person]:
    if person.family_id is None:
        return []
    parents = people.parents_of(turn.connection, turn.host.vault, person.family_id)
    return [one for one in parents if one.id != person.id]


def _sharers(turn: Turn, person: Person) -> list[Person]:
    """The other parents who share something with this person now."""
    return [one for one in _co_parents(turn, person) if sharing.count_shared(turn.connection, person, [one])]


def _names(persons: Sequence[Person]) -> list[str]:
    return [spoken(one.name) for one in persons]


# --- one thing of one's own -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Own:
    """A tap about one thing of this person's own."""

    turn: Turn
    person: Person
    entry: Entry
    place: Place
    part: int
    message_id: int | None

    def does(self, act: str) -> bool:
        """Does `act`; False for what there is not."""
        turn, own, record = self.turn, self.person.id, self.entry.record
        ways = {near.way: near for near in _circles(turn, self.person)}
        match act:
            case "o":
                pass
            case "p":
                send_files(turn, record)
                return True
            case "w1" if With.MENTOR in ways and not consents.holds(turn.connection, own, Purpose.SHARE):
                self._ask("share_consent", "y1", "o", name=_names(ways[With.MENTOR].people)[0])
                return True
            case "y1" if With.MENTOR in ways:
                consents.give(turn.connection, own, Purpose.SHARE, turn.now)
                sharing.share(turn.connection, own, record.id, With.MENTOR, turn.now)
            case "w1" | "w2" if With(int(act[1])) in ways:
                sharing.share(turn.connection, own, record.id, With(int(act[1])), turn.now)
            case "x1" | "x2":
                sharing.stop_sharing(turn.connection, own, With(int(act[1])), record.id)
            case "n":
                sharing.only_me(turn.connection, own, record.id)
            case "a" | "u":
                sharing.mark(turn.connection, own, record.id, for_appointment=act == "a")
            case "b" | "v":
                sharing.put_in_workbook(turn.connection, own, record.id, inside=act == "b")
            case "e":
                self._ask_which_field()
                return True
            case "t":
                return self._edit()
            case "d":
                self._ask("throw_away", "dd", "o")
                return True
            case "dd":
                records.throw_away(turn.connection, own, record.key)
                coming.stop_about(turn.connection, self.person, str(record.id))
                show_list(turn, self.message_id, self.place.list, self.place.page, lead="kept_gone")
                return True
            case _:
                return False
        self._show()
        return True

    def _ask(self, question: str, yes: str, no: str, **scope: object) -> None:
        place = self.place
        text, rows = entries.question(self.turn.host.library, question, place.token(yes), place.token(no), scope)
        self.turn.show(text, rows, self.message_id)

    def _ask_which_field(self) -> None:
        """Which of its answers to type anew; the only one is taken at once."""
        turn, library = self.turn, self.turn.host.library
        typed = entries.typed_fields(library, self.entry.record)
        if len(typed) == 1:
            self._edit()
            return
        rows: Rows = [
            [Key(entries.field_label(library, self.entry.record, name), f"{self.place.token('t')}:{number}")]
            for number, name in enumerate(typed)
        ]
        rows.append([turn.key("page_back", self.place.token("o"))])
        turn.show(turn.text("edit_which"), rows, self.message_id)

    def _edit(self) -> bool:
        """Asks for one of its answers anew; False when there is no such answer that was typed."""
        record = self.entry.record
        typed = entries.typed_fields(self.turn.host.library, record)
        if self.part >= len(typed):
            return False
        name = typed[self.part]
        was = excerpt(record.said(name), _WAS)
        self.turn.start(EDIT_FLOW, {"record": str(record.id), "field": name, "was": was})
        return True

    def _show(self) -> None:
        turn = self.turn
        entry = sharing.own_entry(turn.connection, turn.host.vault, self.person.id, self.entry.record.id)
        if entry is None:
            return
        circles = [Circle(int(one.way), _names(one.people), one.sees(entry)) for one in _circles(turn, self.person)]
        text, rows = entries.own(
            turn.host.library,
            entry.record,
            about=about(turn, entry, self.person),
            circles=circles,
            marked=entry.for_appointment,
            in_workbook=entry.in_workbook,
            part=self.part,
            place=self.place,
        )
        from bot.conversation import bridge  # It leads to all that groups do.

        turn.show(text, [*rows[:-1], *bridge.rows_of(turn, entry.record), rows[-1]], self.message_id)


# --- one thing of somebody else ---------------------------------------------------------------------------------------


def _read_shared(turn: Turn, act: str, place: Place, part: int, message_id: int | None) -> bool:
    if turn.person is None or act not in ("o", "p"):
        return False
    opened = sharing.open_for(turn.connection, turn.host.vault, turn.person, place.record, turn.now)
    if opened is None:
        return False
    read_out(turn, opened, part, place.ways, message_id, only_files=act == "p")
    return True


def read_out(
    turn: Turn, opened: Opened, part: int, ways: Ways, message_id: int | None, *, only_files: bool = False
) -> None:
    """Shows what was opened just now, or sends its files."""
    if only_files:
        send_files(turn, opened.record)
        return
    told = {**about(turn, opened, opened.owner), "whose": spoken(opened.owner.name)}
    text, rows = entries.others(turn.host.library, opened.record, about=told, part=part, ways=ways)
    turn.show(text, rows, message_id)


def about(turn: Turn, of: Entry | Opened, owner: Person) -> dict[str, object]:
    """The day of a record, and the child that it is about, as texts say them."""
    today, record = turn.facts.local.date(), of.record
    known = (
        families.children_of(turn.connection, turn.host.vault, owner.family_id, owner.id, today, removed=True)
        if owner.family_id and record.child_id
        else []
    )
    child = next((spoken(one.name) for one in known if one.id == record.child_id), "")
    return {"day": spoken_date(record.local_day, today), "child": child}


def send_files(turn: Turn, record: records.Record) -> None:
    """The files that belong to a record, each as a message."""
    for file in entries.files_of(record):
        turn.call(outgoing.file(file.kind, file.file_id))  # type: ignore[arg-type]
