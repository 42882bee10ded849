"""Reports of meetings: written by the mentor of a family, as a draft until they are given to the parents.

A report is the family's. Whoever guides the family writes it, so that a draft outlives a hand-over. Of two who write at
once the second hears what changed, and chooses. What is for professionals lies apart and is read by `for_mentor`
alone. Does not know how a report is said, nor who is told of it.
"""

from __future__ import annotations

from dataclasses import asdict, astuple, field, replace
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, Select, delete, insert, select, update

from bot.care import additions, proposals
from bot.care.additions import Addition
from bot.care.people import Person, Role
from bot.care.proposals import Proposed
from bot.store.tables import families, reports
from bot.store.types import new_id
from bot.store.vault import Vault
from flows.engine.values import dataclass

PARTS, PROFESSIONAL = "reports.parts", "reports.professional"

Part = Literal["date", "present", "discussed", "attention", "resolutions", "next", "professional"]
"""What can be changed by itself."""
DRAFT, GIVEN = "draft", "given"
MOST = 40
"""How many reports a mentor has at hand: the newest."""


@dataclass(frozen=True, slots=True)
class NextMeeting:
    """The next meeting as agreed: in words, and the local `day` and `time` ("14:00") as far as they were said."""

    words: str = ""
    day: date | None = None
    time: str = ""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a report says, in the order of reading. `held_on`: the local day of the meeting."""

    held_on: date | None = None
    present: str = ""
    discussed: str = ""
    attention: str = ""
    resolutions: tuple[str, ...] = ()
    next: NextMeeting = NextMeeting()


@dataclass(frozen=True, slots=True)
class Touch:
    """The last change to a part: at which version, and by whom."""

    version: int
    mentor_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Report:
    """A report as somebody may read it. `professional` is empty for parents. `mentor_id` wrote or gave it; `writer` is
    the name of who changed it last. `version` counts changes."""

    id: int
    family_id: int
    mentor_id: int | None
    appointment_id: int | None
    status: str
    version: int
    changed_at: datetime
    given_at: datetime | None
    parts: Parts
    writer: str = ""
    professional: str = ""
    touched: dict[str, Touch] = field(default_factory=dict)

    @property
    def is_given(self) -> bool:
        return self.status == GIVEN


@dataclass(frozen=True, slots=True)
class Given:
    """A report as it stands in the workbook. `writer`: the mentor's name, as far as still known. Resolutions carry how
    the parent decided, additions who wrote them."""

    id: int
    date: date
    writer: str
    present: str
    discussed: str
    attention: str
    resolutions: tuple[Proposed, ...]
    next_appointment: str
    additions: tuple[Addition, ...]
    given_at: datetime


# --- reading ----------------------------------------------------------------------------------------------------------


def for_mentor(connection: Connection, vault: Vault, mentor: Person, report_id: int) -> Report | None:
    """The report, with what is for professionals, if this mentor guides its family now."""
    if not mentor.roles & Role.MENTOR:
        return None
    row = connection.execute(_GUIDED.where(families.c.mentor_id == mentor.id, reports.c.id == report_id)).first()
    return _read(row, vault, professional=True) if row else None


def for_parent(connection: Connection, vault: Vault, parent: Person, report_id: int) -> Report | None:
    """The report as the parents of its family read it, once it was given."""
    if parent.family_id is None or not parent.roles & Role.PARENT:
        return None
    own = (reports.c.id == report_id, reports.c.family_id == parent.family_id, reports.c.status == GIVEN)
    row = connection.execute(select(reports).where(*own)).first()
    return _read(row, vault) if row else None


def of_mentor(connection: Connection, vault: Vault, mentor_id: int, most: int = MOST) -> list[Report]:
    """The reports of the families that this mentor guides now, drafts first, then the newest."""
    query = _GUIDED.where(families.c.mentor_id == mentor_id)
    in_order = query.order_by(reports.c.status, reports.c.held_on.desc(), reports.c.id.desc())
    return [_read(row, vault, professional=True) for row in connection.execute(in_order.limit(most))]


def of_parents(connection: Connection, vault: Vault, family_id: int, most: int = MOST) -> list[Report]:
    """The reports that the parents of this family got, the newest first."""
    given = select(reports).where(reports.c.family_id == family_id, reports.c.status == GIVEN)
    rows = connection.execute(given.order_by(reports.c.held_on.desc(), reports.c.id.desc()).limit(most))
    return [_read(row, vault) for row in rows]


def draft_of(connection: Connection, vault: Vault, family_id: int) -> Report | None:
    """The draft of this family, if there is one."""
    drafts = select(reports).where(reports.c.family_id == family_id, reports.c.status == DRAFT)
    row = connection.execute(drafts.order_by(reports.c.id.desc()).limit(1)).first()
    return _read(row, vault, professional=True) if row else None


def given_of_family(connection: Connection, vault: Vault, family_id: int) -> list[Given]:
    """The reports that the parents of this family got, with what became of each, the oldest first. What is for
    professionals is not in it."""
    rows = connection.execute(
        select(reports)
        .where(reports.c.family_id == family_id, reports.c.status == GIVEN)
        .order_by(reports.c.held_on, reports.c.id)
    ).all()
    found = [_read(row, vault) for row in rows]
    proposed = proposals.of_family(connection, vault, family_id)
    pages = additions.of_pages(connection, vault, family_id, [additions.report_page(one.id) for one in found])
    return [
        Given(
            id=one.id,
            date=one.parts.held_on or one.given_at.date(),
            writer=one.writer,
            present=one.parts.present,
            discussed=one.parts.discussed,
            attention=one.parts.attention,
            resolutions=tuple(proposed.get(one.id, ())),
            next_appointment=one.parts.next.words,
            additions=tuple(pages.get(additions.report_page(one.id), ())),
            given_at=one.given_at,
        )
        for one in found
        if one.given_at
    ]


_GUIDED: Select[Any] = select(reports).join(families, families.c.id == reports.c.family_id)


def _read(row: Row[Any], vault: Vault, *, professional: bool = False) -> Report:
    kept = vault.open_json(PARTS, row.id, row.parts_sealed)
    after = kept["next"]
    sealed = row.professional_sealed if professional else None
    return Report(
        id=row.id,
        family_id=row.family_id,
        mentor_id=row.mentor_id,
        appointment_id=row.appointment_id,
        status=row.status,
        version=row.version,
        changed_at=row.changed_at,
        given_at=row.given_at,
        parts=Parts(
            held_on=row.held_on,
            present=kept["present"],
            discussed=kept["discussed"],
            attention=kept["attention"],
            resolutions=tuple(kept["resolutions"]),
            next=NextMeeting(after["words"], date.fromisoformat(after["day"]) if after["day"] else None, after["time"]),
        ),
        writer=kept["writer"],
        professional=vault.open_text(PROFESSIONAL, row.id, sealed) if sealed else "",
        touched={part: Touch(*touch) for part, touch in kept["touched"].items()},
    )


# --- writing ----------------------------------------------------------------------------------------------------------


def begin(
    connection: Connection,
    vault: Vault,
    family_id: int,
    mentor: Person,
    now: datetime,
    *,
    parts: Parts | None = None,
    appointment_id: int | None = None,
) -> Report:
    """A new draft."""
    report = Report(
        id=new_id(now),
        family_id=family_id,
        mentor_id=mentor.id,
        appointment_id=appointment_id,
        status=DRAFT,
        version=0,
        changed_at=now,
        given_at=None,
        parts=parts or Parts(),
        writer=mentor.name,
    )
    connection.execute(insert(reports).values(id=report.id, made_at=now, **_row(report, vault)))
    return report


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody else changed the same part after it was seen: the report as it is now, and the name of who did."""

    report: Report
    part: Part
    writer: str


def change(
    connection: Connection,
    vault: Vault,
    report: Report,
    part: Part,
    value: Any,
    *,
    seen: int | None,
    mentor: Person,
    now: datetime,
) -> Report | Conflict:
    """Puts a value in a part. `seen` is the version that the writer had before them; with None it is written whatever
    happened since. Other parts that changed meanwhile stay as they are now. Raises LookupError when it is gone."""
    current = _held(connection, vault, report.id)
    if current is None:
        raise LookupError("the report is gone")
    touch = current.touched.get(part)
    if seen is not None and touch and touch.version > seen and touch.mentor_id != mentor.id:
        return Conflict(current, part, touch.name)
    version = current.version + 1
    changed = replace(
        current,
        version=version,
        changed_at=now,
        writer=mentor.name,
        touched={**current.touched, part: Touch(version, mentor.id, mentor.name)},
    )
    if part == "professional":
        changed = replace(changed, professional=str(value))
    else:
        parts = replace(current.parts, **{"held_on" if part == "date" else part: value})
        changed = replace(changed, parts=parts)
    connection.execute(update(reports).where(reports.c.id == report.id).values(**_row(changed, vault)))
    if changed.is_given and part == "resolutions":
        proposals.align(connection, vault, report.id, report.family_id, changed.parts.resolutions, now)
    return changed


def set_appointment(connection: Connection, report_id: int, appointment_id: int) -> None:
    """The meeting that the report is of."""
    connection.execute(update(reports).where(reports.c.id == report_id).values(appointment_id=appointment_id))


def give(connection: Connection, vault: Vault, report: Report, mentor: Person, now: datetime) -> Report | None:
    """From now on the parents read it, and each resolution is a proposal to them. None when it has no day yet, or was
    given already. Raises LookupError when it is gone."""
    current = _held(connection, vault, report.id)
    if current is None:
        raise LookupError("the report is gone")
    if current.is_given or current.parts.held_on is None:
        return None
    given = replace(
        current, status=GIVEN, given_at=now, changed_at=now, version=current.version + 1, mentor_id=mentor.id,
        writer=mentor.name,
    )  # fmt: skip
    connection.execute(update(reports).where(reports.c.id == report.id).values(**_row(given, vault)))
    proposals.align(connection, vault, report.id, report.family_id, given.parts.resolutions, now)
    return given


def throw_away(connection: Connection, report: Report) -> None:
    """Deletes a draft; what was given stays."""
    connection.execute(delete(reports).where(reports.c.id == report.id, reports.c.status == DRAFT))


def _held(connection: Connection, vault: Vault, report_id: int) -> Report | None:
    """The report as it is now, which nobody else changes until this transaction ends."""
    row = connection.execute(select(reports).where(reports.c.id == report_id).with_for_update()).first()
    return _read(row, vault, professional=True) if row else None


def _row(report: Report, vault: Vault) -> dict[str, Any]:
    parts = {
        "present": report.parts.present,
        "discussed": report.parts.discussed,
        "attention": report.parts.attention,
        "resolutions": list(report.parts.resolutions),
        "next": {
            **asdict(report.parts.next),
            "day": report.parts.next.day.isoformat() if report.parts.next.day else "",
        },
        "writer": report.writer,
        "touched": {part: list(astuple(touch)) for part, touch in report.touched.items()},
    }
    sealed = vault.seal_text(PROFESSIONAL, report.id, report.professional) if report.professional else None
    return {
        "family_id": report.family_id,
        "mentor_id": report.mentor_id,
        "appointment_id": report.appointment_id,
        "held_on": report.parts.held_on,
        "status": report.status,
        "version": report.version,
        "changed_at": report.changed_at,
        "given_at": report.given_at,
        "parts_sealed": vault.seal_json(PARTS, report.id, parts),
        "professional_sealed": sealed,
    }
