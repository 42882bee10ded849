"""The Kindreflex record of a family in the database: who may open it, who did, and what is added to it.

Whoever reads or adds is looked up anew at that moment, and each look is written down in the same transaction: for the
professionals by whom and at what, and for every parent of the family that somebody looked. Nothing is ever changed or
taken out; it goes with the family, unless the law keeps it. Does not know how it is shown.
"""

from __future__ import annotations

import enum
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from bot.care import families, guidance, kindreflex, looks, people
from bot.care.guidance import Entry
from bot.care.kindreflex import ADDITION, KIND, TALKED_ABOUT, Note, Topic
from bot.care.looks import Look
from bot.care.people import Person, Role
from bot.store import tables
from bot.store.vault import Vault
from flows.engine.values import dataclass

OPENING, LOOKED = "kindreflex_open", "kindreflex_look"
"""Kinds of rows: that the record was opened to a stand-in, and that somebody looked."""
CARD, EVERYTHING = "card", "pdf"
"""What somebody can look at, besides a step by its number."""
_MOST = 4000
"""Of one text, in characters: as much as one message holds."""


class Way(enum.StrEnum):
    """By which way somebody may open a record, as a parent reads it among who looked."""

    MENTOR = "mentor"
    STAND_IN = "stand_in"


@dataclass(frozen=True, slots=True)
class Opened:
    """A record that somebody opened just now."""

    notes: list[Note]
    way: Way


@dataclass(frozen=True, slots=True)
class LookedAt:
    """One line of the log: who looked at what, or let whom look."""

    who: str
    at: datetime
    what: str
    whom: str = ""


@dataclass(frozen=True, slots=True)
class Leave:
    """Until which day a mentor is away, and who stands in. `opened`: the record is open to that one meanwhile."""

    stand_in: Person
    until: date
    opened: bool


# --- who may ----------------------------------------------------------------------------------------------------------


def way_in(connection: Connection, vault: Vault, viewer: Person, family_id: int, now: datetime) -> Way | None:
    """How this person may open the record of the family at this moment; None when not at all."""
    if Role.MENTOR not in viewer.roles:
        return None
    mentor_id = _mentor_of(connection, family_id)
    if mentor_id is None or viewer.family_id == family_id:
        return None
    if mentor_id == viewer.id:
        return Way.MENTOR
    away = _leave(connection, vault, mentor_id, family_id, now)
    return Way.STAND_IN if away and away[1] and away[0].opened and away[0].stand_in.id == viewer.id else None


def leave_of(connection: Connection, vault: Vault, mentor: Person, family_id: int, now: datetime) -> Leave | None:
    """The leave of a family's mentor that is now or to come, with somebody who stands in; None without."""
    if _mentor_of(connection, family_id) != mentor.id:
        return None
    found = _leave(connection, vault, mentor.id, family_id, now)
    return found[0] if found else None


def open_to_others(connection: Connection, vault: Vault, stand_in: Person, now: datetime) -> list[int]:
    """The families of colleagues on leave whose record is open to this stand-in now."""
    if Role.MENTOR not in stand_in.roles:
        return []
    guided, rows = tables.families, tables.guidance
    ever = select(rows.c.family_id).where(rows.c.family_id == guided.c.id, rows.c.kind == OPENING).exists()
    of_colleagues = select(guided.c.id).join(tables.people, tables.people.c.id == guided.c.mentor_id)
    query = of_colleagues.where(tables.people.c.stand_in_id == stand_in.id, ever).order_by(guided.c.id)
    return [
        family_id
        for family_id in connection.execute(query).scalars()
        if way_in(connection, vault, stand_in, family_id, now)
    ]


def exists(connection: Connection, family_id: int) -> bool:
    """Whether there is a record: all that a coordinator may know."""
    rows = tables.guidance
    query = select(rows.c.id).where(rows.c.family_id == family_id, rows.c.kind == KIND).limit(1)
    return connection.execute(query).first() is not None


def _mentor_of(connection: Connection, family_id: int) -> int | None:
    return connection.execute(select(tables.families.c.mentor_id).where(tables.families.c.id == family_id)).scalar()


def _leave(
    connection: Connection, vault: Vault, mentor_id: int, family_id: int, now: datetime
) -> tuple[Leave, bool] | None:
    """The mentor's leave, and whether it has begun."""
    mentor = people.by_id(connection, vault, mentor_id)
    if mentor is None or mentor.stand_in_id is None or mentor.away_until is None:
        return None
    today = mentor.local(now).date()
    stand_in = people.by_id(connection, vault, mentor.stand_in_id)
    if stand_in is None or mentor.away_until < today:
        return None
    opened = _opened_by(connection, vault, mentor_id, family_id)
    is_open = opened.get("to") == str(stand_in.id) and opened.get("until") == mentor.away_until.isoformat()
    return Leave(stand_in, mentor.away_until, is_open), mentor.away_from is None or mentor.away_from <= today


def _opened_by(connection: Connection, vault: Vault, mentor_id: int, family_id: int) -> Mapping[str, Any]:
    """What this mentor last said about who may open the record."""
    said = [one for one in guidance.of_family(connection, vault, family_id, OPENING) if one.author_id == mentor_id]
    return said[-1].entry if said else {}


# --- reading ----------------------------------------------------------------------------------------------------------


def open_record(
    connection: Connection, vault: Vault, viewer: Person, family_id: int, what: str, now: datetime
) -> Opened | None:
    """The notes of a record, and the look at `what` written down; None when this person may not see it now."""
    way = way_in(connection, vault, viewer, family_id, now)
    if way is None:
        return None
    _add(connection, vault, viewer, family_id, LOOKED, what, {}, now)
    for parent in people.parents_of(connection, vault, family_id):
        if looks.hold(connection, parent.id):
            looks.add(connection, vault, parent.id, Look(viewer.name, way, KIND, now))
    return Opened(notes_of(connection, vault, family_id), way)


def notes_of(connection: Connection, vault: Vault, family_id: int) -> list[Note]:
    """The notes, for what is decided by them. Whoever shows one has asked `open_record`."""
    return kindreflex.read(guidance.of_family(connection, vault, family_id, KIND))


def log_of(connection: Connection, vault: Vault, viewer: Person, family_id: int) -> list[LookedAt] | None:
    """Who looked at the record and who was let in, the newest first; for the family's mentor alone."""
    if Role.MENTOR not in viewer.roles or _mentor_of(connection, family_id) != viewer.id:
        return None
    rows: list[Entry] = []
    for kind in (LOOKED, OPENING):
        rows += guidance.of_family(connection, vault, family_id, kind)
    rows.sort(key=lambda one: one.id, reverse=True)
    return [LookedAt(one.author, one.made_at, one.topic, str(one.entry.get("name", ""))) for one in rows]


def known_to(connection: Connection, vault: Vault, parent: Person) -> list[Note]:
    """What a parent may read of the record of their own family: what was talked about with this very parent."""
    if parent.family_id is None or Role.PARENT not in parent.roles:
        return []
    return kindreflex.known_to(notes_of(connection, vault, parent.family_id), parent.id)


def everything(connection: Connection, vault: Vault, family_id: int) -> list[dict[str, Any]]:
    """The whole record as JSON values, the oldest first, for what the law keeps."""
    found = guidance.of_family(connection, vault, family_id, KIND)
    return [
        {
            "nummer": str(one.id),
            "vult_aan": str(one.amends_id) if one.amends_id else None,
            "onderwerp": one.topic,
            "dag": one.local_day.isoformat(),
            "genoteerd": one.made_at.isoformat(),
            "door": one.author,
            "inhoud": {name: value for name, value in one.entry.items() if name != "run"},
        }
        for one in found
    ]


# --- adding -----------------------------------------------------------------------------------------------------------


def note(
    connection: Connection,
    vault: Vault,
    author: Person,
    family_id: int,
    topic: Topic,
    given: Mapping[str, str],
    now: datetime,
    *,
    run: str,
    child_id: int | None = None,
) -> int | None:
    """Notes something; returns its id, or None when this person may not or its rules are not met. `run` names the
    conversation: what it noted already in the same words is not noted twice."""
    if way_in(connection, vault, author, family_id, now) is None:
        return None
    held = {name: value.strip()[:_MOST] for name, value in given.items() if value.strip()}
    notes = notes_of(connection, vault, family_id)
    if topic is Topic.REPORT and not kindreflex.may_note_report(
        notes, date.fromisoformat(held["report_day"]), held.get("why", "")
    ):
        return None
    known = {child.id for child in _children(connection, vault, family_id, author, now)}
    child_id = child_id if child_id in known else None
    if topic is Topic.HEARD:
        age = _age(connection, vault, family_id, notes, child_id, author, now)
        if not kindreflex.may_be_written_down(held.get("choice_id", ""), age, held.get("consent_id", "")):
            held.pop("text", None)
    held["run"] = run
    again = next((one for one in notes if one.topic is topic and one.child_id == child_id and one.held == held), None)
    if again:
        return again.id
    return _add(connection, vault, author, family_id, KIND, topic, held, now, child_id=child_id)


def add_to(
    connection: Connection, vault: Vault, author: Person, family_id: int, note_id: int, text: str, now: datetime
) -> bool:
    """Adds to a note, or sets it right; the note itself stays as it was. False when this person may not."""
    notes = notes_of(connection, vault, family_id) if way_in(connection, vault, author, family_id, now) else []
    found = next((one for one in notes if one.id == note_id), None)
    if found is None or not text.strip():
        return False
    text = text.strip()[:_MOST]
    if not any(one.text == text for one in found.additions):
        _add(connection, vault, author, family_id, KIND, ADDITION, {"text": text}, now, amends_id=note_id)
    return True


def talked_about(
    connection: Connection,
    vault: Vault,
    author: Person,
    family_id: int,
    note_ids: Collection[int],
    parent_ids: Collection[int],
    now: datetime,
    *,
    talked: bool = True,
) -> list[str]:
    """From now on these parents may read these notes, as they are now; or not any more, when it was said by mistake.
    Returns the names of the parents, none when this person may not say so."""
    if way_in(connection, vault, author, family_id, now) is None:
        return []
    parents = [one for one in people.parents_of(connection, vault, family_id) if one.id in parent_ids]
    ids = [str(one.id) for one in parents]
    said = {"with": ids, "not_with": []} if talked else {"with": [], "not_with": ids}
    found = [one for one in notes_of(connection, vault, family_id) if one.id in note_ids]
    for one in found if parents else ():
        _add(connection, vault, author, family_id, KIND, TALKED_ABOUT, said, now, amends_id=one.id)
    return [one.name for one in parents] if found else []


def let_in(
    connection: Connection, vault: Vault, mentor: Person, family_id: int, now: datetime, *, open_: bool = True
) -> Leave | None:
    """Opens the record to the mentor's stand-in for as long as this leave lasts, or closes it; None when there is no
    leave with a stand-in, or this is not the family's mentor."""
    away = leave_of(connection, vault, mentor, family_id, now)
    if away is None:
        return None
    if away.opened is not open_:
        said = {"to": str(away.stand_in.id), "until": away.until.isoformat()} if open_ else {}
        said["name"] = away.stand_in.name
        _add(connection, vault, mentor, family_id, OPENING, "opened" if open_ else "closed", said, now)
    return Leave(away.stand_in, away.until, open_)


def age_of(
    connection: Connection, vault: Vault, family_id: int, child_id: int | None, author: Person, now: datetime
) -> int | None:
    """The age of a child of the family, by the day of birth in the record or else as a parent said it."""
    notes = notes_of(connection, vault, family_id)
    return _age(connection, vault, family_id, notes, child_id, author, now)


def _age(
    connection: Connection,
    vault: Vault,
    family_id: int,
    notes: list[Note],
    child_id: int | None,
    author: Person,
    now: datetime,
) -> int | None:
    if child_id is None:
        return None
    noted = kindreflex.age_of(notes, child_id, author.local(now).date())
    said = (one.age for one in _children(connection, vault, family_id, author, now) if one.id == child_id)
    return noted if noted is not None else next(said, None)


def _children(
    connection: Connection, vault: Vault, family_id: int, author: Person, now: datetime
) -> list[families.Child]:
    return families.children_of(connection, vault, family_id, author.id, author.local(now).date(), removed=True)


def _add(
    connection: Connection,
    vault: Vault,
    author: Person,
    family_id: int,
    kind: str,
    topic: str,
    entry: Mapping[str, Any],
    now: datetime,
    *,
    child_id: int | None = None,
    amends_id: int | None = None,
) -> int:
    return guidance.add(
        connection,
        vault,
        family_id=family_id,
        author=author,
        kind=kind,
        topic=topic,
        entry=entry,
        local_day=author.local(now).date(),
        now=now,
        child_id=child_id,
        amends_id=amends_id,
    )
