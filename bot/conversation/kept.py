"""What a person keeps, to read again, share, take back and throw away; and what the other parent shares with them.

Every tap looks up anew what it is about. Does not know how it is shown: that is `screens.entries`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.care import consents, families, people, records, sharing
from bot.care.consents import Purpose
from bot.care.families import spoken
from bot.care.people import Person, Role
from bot.care.sharing import Entry, Opened, With
from bot.conversation import outgoing
from bot.conversation.turn import Turn
from bot.screens import entries, menus
from bot.screens.entries import KEPT, Circle, Line, Place, Rows, Ways
from flows.engine.dutch.spoken import spoken_date
from flows.engine.state import Key
from flows.engine.templates import render

SCREEN = "kept"
ALL, MARKED, SHARED = "l", "m", "s"
"""The lists: everything of one's own, what is for the appointment, and what the other parent shares."""

_LIST = re.compile(rf"(?P<list>[{ALL}{MARKED}{SHARED}]):(?P<page>[0-9]{{1,4}})")
_ONE = re.compile(
    rf"(?P<act>[a-z]{{1,2}}[0-9]?):(?P<record>[0-9]{{1,19}}):(?P<list>[{ALL}{MARKED}{SHARED}]):(?P<page>[0-9]{{1,4}})"
    r"(:(?P<part>[0-9]{1,3}))?"
)
MAX_ID = 2**63 - 1


def tapped(turn: Turn, rest: str, message_id: int | None) -> bool:
    """Does what a button of these lists asks; False when it is about nothing of this person's."""
    if found := _LIST.fullmatch(rest):
        show_list(turn, message_id, found["list"], int(found["page"]))
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
    else:
        text, rows = _own_list(turn, turn.person, number, marked=which == MARKED)
    if lead:
        text = f"{turn.text(lead)} {text}"
    turn.show(text, rows, message_id)


def _own_list(turn: Turn, person: Person, number: int, *, marked: bool) -> tuple[str, Rows]:
    connection, library = turn.connection, turn.host.library
    page = sharing.own_page(connection, turn.host.vault, person.id, number, marked=marked)
    which = MARKED if marked else ALL
    circles = _circles(turn, person)
    lines = [
        Line(
            token=Place(entry.record.id, which, page.number).token("o"),
            kind=entry.record.kind,
            day=entry.record.local_day,
            words=entries.words_of(library, entry.record),
            shared=any(circle.sees(entry) for circle in circles),
            marked=entry.for_appointment and not marked,
        )
        for entry in page.items
    ]
    rows = entries.rows_of(library, lines, turn.facts.local.date())
    rows += entries.page_rows(library, f"{KEPT}:{which}", page.number, page.more)
    text, below = menus.show(library.screens[SCREEN], turn.facts)
    if marked:
        text = turn.text("kept_marked" if lines else "kept_marked_none")
        below = [[_key(turn, "kept_to_all", f"{KEPT}:{ALL}:0")]]
    elif not lines:
        text = turn.text("kept_none")
    signs = turn.text(
        "kept_signs", shared=any(line.shared for line in lines), marked=any(line.marked for line in lines)
    )
    if not marked:
        rows += _ways_to_other_lists(turn, person)
    return "\n\n".join(filter(None, (text, signs))), [*rows, *below]


def _ways_to_other_lists(turn: Turn, person: Person) -> Rows:
    rows: Rows = []
    count = sharing.marked_count(turn.connection, person.id)
    if count:
        rows.append([_key(turn, "kept_to_marked", f"{KEPT}:{MARKED}:0", count=count)])
    sharers = _sharers(turn, person)
    if sharers:
        rows.append([_key(turn, "kept_to_shared", f"{KEPT}:{SHARED}:0", names=_names(sharers))])
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
    return text, [*rows, [_key(turn, "kept_to_all", f"{KEPT}:{ALL}:0")]]


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
    mentor = people.by_id(turn.connection, turn.host.vault, person.mentor_id) if person.mentor_id else None
    circles = [(With.MENTOR, [mentor] if mentor else []), (With.CO_PARENT, _co_parents(turn, person))]
    return [_Near(way, members, person, agreed) for way, members in circles if members]


def _co_parents(turn: Turn, person: Person) -> list[Person]:
    if person.family_id is None:
        return []
    family = people.in_family(turn.connection, turn.host.vault, person.family_id)
    return [one for one in family if one.id != person.id and Role.PARENT in one.roles]


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
            case "d":
                self._ask("throw_away", "dd", "o")
                return True
            case "dd":
                records.throw_away(turn.connection, own, record.key)
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
            part=self.part,
            place=self.place,
        )
        turn.show(text, rows, self.message_id)


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


def _key(turn: Turn, name: str, token: str, **scope: object) -> Key:
    return Key(render(turn.host.library.texts[name], scope, html=False), token)
