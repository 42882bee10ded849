"""All families of one mentor at once, with what `attention` wants to know of each: as many queries for sixty families
as for one.

Of what parents keep it counts what they share, and looks at nothing but whether a resolution that they share, or took
from a report, is open still. Does not know how it is shown.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Integer, and_, case, func, literal_column, or_, select

from bot.care import attention, people, records, resolutions
from bot.care.appointment_rules import AGREED, HAPPENED, PROPOSED, Side, waits_for
from bot.care.attention import Asked, Meeting, Reason, Signs, Wrote
from bot.care.consents import Purpose
from bot.care.families import CHILD, age_on, spoken
from bot.care.people import Person, Role
from bot.care.proposals import OPEN
from bot.care.reports import DRAFT
from bot.care.sharing import With
from bot.store.tables import (
    alerts,
    appointments,
    children,
    consents,
    conversations,
    families,
    follow_ups,
    letters,
    proposals,
    reports,
)
from bot.store.tables import people as people_table
from bot.store.tables import records as record_table
from bot.store.vault import Vault
from flows.engine.templates import enumerate_dutch
from flows.engine.values import dataclass

_ONLY_ME = literal_column("0", Integer())
"""In the statement itself, so that a database sees that the index of what is shared is enough."""
_MEETINGS_BACK = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Parent:
    """A parent, by a name that may stand in a sentence."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Child:
    """A child; `age` in years, if known."""

    name: str
    age: int | None


@dataclass(frozen=True, slots=True)
class Case:
    """A family as its mentor has it. `phase_since` a local day; `reasons` the most pressing first; `shared`: how much
    of each kind the mentor may open now. `running`: resolutions that are open and came from a report; of a family that
    is looked at by itself also those that are shared."""

    id: int
    phase: int
    phase_since: date | None
    parents: Sequence[Parent]
    children: Sequence[Child]
    signs: Signs
    reasons: Sequence[Reason]
    shared: Mapping[str, int]
    running: int

    @property
    def name(self) -> str:
        """The names of the parents, as a text speaks of them."""
        return enumerate_dutch([one.name for one in self.parents])

    def names_of(self, who: Iterable[int]) -> list[str]:
        """The names of these parents."""
        wanted = set(who)
        return [one.name for one in self.parents if one.id in wanted]


def of_mentor(connection: Connection, vault: Vault, mentor: Person, now: datetime) -> list[Case]:
    """Every family with somebody in it that this mentor guides now; who asks for attention first, then by name."""
    cases = _gather(connection, vault, mentor, now, families.c.mentor_id == mentor.id)
    return sorted(cases, key=lambda one: attention.order(one.reasons, one.name))


def of_family(connection: Connection, vault: Vault, mentor: Person, family_id: int, now: datetime) -> Case | None:
    """One of them; None when this mentor does not guide it now, or nobody is in it."""
    mine = and_(families.c.mentor_id == mentor.id, families.c.id == family_id)
    return next(iter(_gather(connection, vault, mentor, now, mine, closely=True)), None)


def matching(cases: Iterable[Case], typed: str) -> list[Case]:
    """Those with a parent or a child whose name, or a word of it, begins with these letters; then those that hold them
    elsewhere. Capitals and accents make no difference."""
    wanted = _plain(typed)
    if not wanted:
        return []
    begins: list[Case] = []
    holds: list[Case] = []
    for one in cases:
        names = [_plain(name) for name in (*(who.name for who in one.parents), *(who.name for who in one.children))]
        if any(word.startswith(wanted) for name in names for word in (name, *name.split())):
            begins.append(one)
        elif any(wanted in name for name in names):
            holds.append(one)
    return begins + holds


def _plain(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(letter for letter in apart if not unicodedata.combining(letter)).split())


# --- gathering --------------------------------------------------------------------------------------------------------


_Mine = ColumnElement[bool]
"""Which families, said of their rows."""


def _gather(
    connection: Connection, vault: Vault, mentor: Person, now: datetime, mine: _Mine, *, closely: bool = False
) -> list[Case]:
    households = _households(connection, vault, mentor, now, mine)
    if not households:
        return []
    meetings = _meetings(connection, now, mine)
    asked, wrote = _asked(connection, mine), _wrote(connection, mentor, now, mine)
    drafts, waiting = _drafts(connection, mine), _proposals(connection, mine)
    shared, running = _shared(connection, mine), _running(connection, vault, mine, closely=closely)
    cases = []
    for family_id, home in households.items():
        kinds = shared[family_id]
        signs = Signs(
            asked=asked[family_id],
            unreachable=home.unreachable,
            wrote=[one for one in wrote[family_id] if not _met_since(meetings[family_id], one.at, now)],
            meetings=meetings[family_id],
            drafts=drafts.get(family_id, 0),
            proposals=waiting[family_id],
            running=[one.taken_at for one in running[family_id] if one.taken_at],
            new=sum(one.new for one in kinds),
            last_sign=home.last_sign,
            resting=home.resting,
        )
        cases.append(
            Case(
                id=family_id,
                phase=home.phase,
                phase_since=home.phase_since,
                parents=home.parents,
                children=home.children,
                signs=signs,
                reasons=attention.reasons(signs, now, mentor.zone),
                shared={one.kind: one.number for one in kinds},
                running=len(running[family_id]),
            )
        )
    return cases


@dataclass(slots=True)
class _Household:
    """A family while it is being put together."""

    phase: int
    phase_since: date | None
    parents: list[Parent] = field(default_factory=list)
    children: list[Child] = field(default_factory=list)
    unreachable: list[int] = field(default_factory=list)
    last_sign: datetime | None = None
    resting: bool = True


def _households(
    connection: Connection, vault: Vault, mentor: Person, now: datetime, mine: _Mine
) -> dict[int, _Household]:
    """Who lives there, by family, in order of coming in."""
    found: dict[int, _Household] = {}
    query = (
        select(
            families.c.id.label("family"),
            families.c.phase,
            families.c.phase_since,
            people_table.c.id,
            people_table.c.name_sealed,
            people_table.c.blocked_at,
            people_table.c.paused_until,
            conversations.c.active_at,
        )
        .join(people_table, people_table.c.family_id == families.c.id)
        .outerjoin(conversations, conversations.c.chat_id == people_table.c.chat_id)
        .where(mine, people.has(Role.PARENT))
        .order_by(families.c.id, people_table.c.id)
    )
    today = mentor.local(now).date()
    for row in connection.execute(query):
        home = found.setdefault(row.family, _Household(row.phase, row.phase_since))
        home.parents.append(Parent(row.id, spoken(vault.open_text(people.NAME, row.id, row.name_sealed))))
        if row.blocked_at:
            home.unreachable.append(row.id)
        if row.active_at and (home.last_sign is None or row.active_at > home.last_sign):
            home.last_sign = row.active_at
        home.resting = home.resting and row.paused_until is not None and row.paused_until > today
    known = (
        select(children.c.family_id, children.c.id, children.c.name_sealed, children.c.age, children.c.age_on)
        .join(families, families.c.id == children.c.family_id)
        .where(mine, children.c.removed_at.is_(None))
        .order_by(children.c.id)
    )
    for child in connection.execute(known):
        if child.family_id in found:
            age = None if child.age is None else age_on(child.age, child.age_on, today)
            name = spoken(vault.open_text(CHILD, child.id, child.name_sealed))
            found[child.family_id].children.append(Child(name, age))
    for home in found.values():
        home.children.sort(key=lambda one: -(one.age or 0))
    return found


def _asked(connection: Connection, mine: _Mine) -> Mapping[int, list[Asked]]:
    query = (
        select(people_table.c.family_id, alerts.c.person_id, alerts.c.made_at, alerts.c.seen_at)
        .join(people_table, people_table.c.id == alerts.c.person_id)
        .join(families, families.c.id == people_table.c.family_id)
        .where(mine, alerts.c.ended_at.is_(None))
        .order_by(alerts.c.id)
    )
    found: dict[int, list[Asked]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.family_id].append(Asked(row.person_id, row.made_at, row.seen_at is not None))
    return found


def _wrote(connection: Connection, mentor: Person, now: datetime, mine: _Mine) -> Mapping[int, list[Wrote]]:
    """The last letter of each parent to which the mentor wrote nothing back. What was planned before it and went out
    later is no answer."""
    since = now - attention.LETTER_FOR
    written = (
        select(people_table.c.family_id, letters.c.from_person, func.max(letters.c.sent_at).label("at"))
        .join(people_table, people_table.c.id == letters.c.from_person)
        .join(families, families.c.id == people_table.c.family_id)
        .where(mine, letters.c.to_person == mentor.id, letters.c.sent_at > since)
        .group_by(people_table.c.family_id, letters.c.from_person)
    )
    begun = func.coalesce(follow_ups.c.made_at, letters.c.sent_at, type_=letters.c.sent_at.type)
    answered = (
        select(letters.c.to_person, func.max(begun).label("at"))
        .outerjoin(follow_ups, follow_ups.c.id == letters.c.follow_up_id)
        .where(letters.c.from_person == mentor.id, letters.c.sent_at > since)
        .group_by(letters.c.to_person)
    )
    last: dict[int, datetime] = {row.to_person: row.at for row in connection.execute(answered)}
    found: dict[int, list[Wrote]] = defaultdict(list)
    for row in connection.execute(written):
        if row.from_person not in last or last[row.from_person] < row.at:
            found[row.family_id].append(Wrote(row.from_person, row.at))
    return found


def _met_since(meetings: Iterable[Meeting], at: datetime, now: datetime) -> bool:
    return any(at < one.starts_at <= now and one.status == HAPPENED for one in meetings)


def _meetings(connection: Connection, now: datetime, mine: _Mine) -> Mapping[int, list[Meeting]]:
    wanted = (PROPOSED, AGREED, HAPPENED)
    query = (
        select(appointments)
        .join(families, families.c.id == appointments.c.family_id)
        .where(mine, appointments.c.status.in_(wanted), appointments.c.starts_at > now - _MEETINGS_BACK)
        .order_by(appointments.c.starts_at)
    )
    found: dict[int, list[Meeting]] = defaultdict(list)
    for row in connection.execute(query):
        ends_at = row.starts_at + timedelta(minutes=row.minutes)
        for_mentor = waits_for(row.status, row.move_to, row.asked_by, row.mentor_id) is Side.MENTOR
        found[row.family_id].append(Meeting(row.starts_at, ends_at, row.status, for_mentor))
    return found


def _drafts(connection: Connection, mine: _Mine) -> dict[int, int]:
    """How many reports were begun and not given."""
    query = (
        select(reports.c.family_id, func.count().label("number"))
        .join(families, families.c.id == reports.c.family_id)
        .where(mine, reports.c.status == DRAFT)
        .group_by(reports.c.family_id)
    )
    return {row.family_id: row.number for row in connection.execute(query)}


def _proposals(connection: Connection, mine: _Mine) -> Mapping[int, list[datetime]]:
    """When the proposals were given on which no parent decided yet."""
    query = (
        select(proposals.c.family_id, reports.c.given_at)
        .join(reports, reports.c.id == proposals.c.report_id)
        .join(families, families.c.id == proposals.c.family_id)
        .where(mine, proposals.c.status == OPEN, reports.c.given_at.is_not(None))
    )
    found: dict[int, list[datetime]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.family_id].append(row.given_at)
    return found


@dataclass(frozen=True, slots=True)
class _Shared:
    """How many of a kind a family shares, and how many of those since the mentor looked."""

    kind: str
    number: int
    new: int


def _may_be_seen() -> ColumnElement[bool]:
    """What `sharing` lets the mentor of a family see of its parents, said of rows of records and people."""
    agreed = select(consents.c.person_id).where(
        consents.c.purpose == Purpose.SHARE.value, consents.c.withdrawn_at.is_(None)
    )
    with_mentor = record_table.c.shared_with.op("&")(int(With.MENTOR)) != 0
    shared = and_(record_table.c.shared_with != _ONLY_ME, with_mentor)
    return and_(people.has(Role.PARENT), shared, people_table.c.id.in_(agreed))


def _shared(connection: Connection, mine: _Mine) -> Mapping[int, list[_Shared]]:
    is_new = or_(families.c.mentor_looked_at.is_(None), record_table.c.shared_at > families.c.mentor_looked_at)
    query = (
        select(
            people_table.c.family_id,
            record_table.c.kind,
            func.count().label("number"),
            func.sum(case((is_new, 1), else_=0)).label("new"),
        )
        .join(people_table, people_table.c.id == record_table.c.person_id)
        .join(families, families.c.id == people_table.c.family_id)
        .where(mine, _may_be_seen())
        .group_by(people_table.c.family_id, record_table.c.kind)
    )
    found: dict[int, list[_Shared]] = defaultdict(list)
    for row in connection.execute(query):
        found[row.family_id].append(_Shared(row.kind, row.number, int(row.new)))
    return found


@dataclass(frozen=True, slots=True)
class _Running:
    """A resolution that is open. `taken_at`: when a parent took it from a report; None of one that is just shared."""

    taken_at: datetime | None


def _running(connection: Connection, vault: Vault, mine: _Mine, *, closely: bool) -> Mapping[int, list[_Running]]:
    """Of those that came from a report; `closely`: and of those that are shared."""
    from_report = and_(proposals.c.record_id == record_table.c.id, proposals.c.family_id == families.c.id)
    query = (
        select(record_table, people_table.c.family_id.label("family"), proposals.c.decided_at)
        .join(people_table, people_table.c.id == record_table.c.person_id)
        .join(families, families.c.id == people_table.c.family_id)
        .join(proposals, from_report, isouter=closely)
        .where(mine, record_table.c.kind == resolutions.KIND)
        .order_by(record_table.c.id)
    )
    if closely:
        query = query.where(or_(proposals.c.id.is_not(None), _may_be_seen()))
    found: dict[int, list[_Running]] = defaultdict(list)
    for row in connection.execute(query):
        if resolutions.is_open(records.of_row(row, vault)):
            found[row.family].append(_Running(row.decided_at))
    return found
