"""Copies a whole database: out of one moment of it, into an empty one, and looks whether every row arrived.

Works from the tables as the database itself describes them, so that it fits each revision and both kinds of database.
Does not know what stands in the tables, but which values are sealed.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import field
from datetime import date, datetime
from itertools import zip_longest
from typing import Any

import orjson
from sqlalchemy import (
    BigInteger,
    Boolean,
    Connection,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    String,
    column,
    func,
    insert,
    inspect,
    select,
    table,
)
from sqlalchemy.types import TypeEngine

import migrations
from bot.store import schema
from bot.store.database import Database, DatabaseProblem
from bot.store.leases import Duty, FileLock
from bot.store.sealed import SEALED
from bot.store.types import UtcDateTime
from bot.store.vault import Unreadable, Vault
from flows.engine.values import dataclass

BATCH = 500
_NOT_OURS = "alembic_version"
_TYPES: Mapping[str, TypeEngine[Any]] = {
    "truth": Boolean(),
    "number": BigInteger(),
    "text": String(),
    "bytes": LargeBinary(),
    "instant": UtcDateTime(),
    "day": Date(),
}
_READ: Mapping[str, Callable[[Any], Any]] = {
    "bytes": lambda text: base64.b64decode(text, validate=True),
    "instant": datetime.fromisoformat,
    "day": date.fromisoformat,
}

Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Shape:
    """A table: its columns with their kinds, and the names of those that are its key."""

    name: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]

    def encode(self, row: Row) -> bytes:
        """A row as a line of JSON, without its end."""
        return orjson.dumps(list(row), default=_as_text)

    def decode(self, line: bytes) -> list[Any]:
        """The row in such a line. Raises ValueError."""
        row = orjson.loads(line)
        if len(row) != len(self.columns):
            raise ValueError("a row of another table")
        for place, (_, kind) in enumerate(self.columns):
            if kind in _READ and row[place] is not None:
                row[place] = _READ[kind](row[place])
        return list(row)


def _as_text(value: Any) -> str:
    return base64.b64encode(value).decode()


Rows = Iterable[tuple[Shape, Sequence[Row]]]
"""Rows of tables, some at a time. Those of a table come together, in the order of its key."""


@contextmanager
def one_moment(database: Database) -> Iterator[Connection]:
    """Sees the database as it is now, whatever others write meanwhile, and holds up nobody."""
    own = {"reads": True} if database.is_sqlite else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with database.engine.connect().execution_options(**own) as connection, connection.begin():
        yield connection


def shapes_of(connection: Connection) -> list[Shape]:
    """The tables of a database, by name."""
    seen = inspect(connection)
    return [
        Shape(
            name,
            tuple((one["name"], _kind(one["type"])) for one in seen.get_columns(name)),
            tuple(seen.get_pk_constraint(name)["constrained_columns"]),
        )
        for name in sorted(seen.get_table_names())
        if name != _NOT_OURS
    ]


def _kind(kind: TypeEngine[Any]) -> str:
    """By what it can be asked for again on the other kind of database."""
    for name, known in (
        ("truth", Boolean),
        ("number", Integer),
        ("text", String),
        ("bytes", LargeBinary),
        ("instant", DateTime),
        ("day", Date),
    ):
        if isinstance(kind, known):
            return name
    raise AssertionError(f"a column of a kind that copying.py does not know: {kind!r}")


def rows_of(connection: Connection, shapes: Iterable[Shape]) -> Iterator[tuple[Shape, Sequence[Row]]]:
    """All rows, in both kinds of database in the same order; only some are in memory."""
    streamed = connection.execution_options(stream_results=True, yield_per=BATCH)
    for shape in shapes:
        wanted = [column(name, _TYPES[kind]) for name, kind in shape.columns]
        kinds = dict(shape.columns)
        order = [
            column(name).collate("C")
            if kinds[name] == "text" and connection.dialect.name == "postgresql"
            else column(name)
            for name in shape.key
        ]
        with streamed.execute(select(*wanted).select_from(table(shape.name)).order_by(*order)) as found:
            for some in found.partitions(BATCH):
                yield shape, some


@dataclass(slots=True)
class Tally:
    """How many rows each table has, and a digest of each, by which two copies can be compared."""

    counts: dict[str, int] = field(default_factory=dict)
    _digests: dict[str, Any] = field(default_factory=dict, repr=False)

    def add(self, shape: Shape, lines: Sequence[bytes]) -> None:
        """Counts rows, as their shape encodes them."""
        self.counts[shape.name] = self.counts.get(shape.name, 0) + len(lines)
        digest = self._digests.setdefault(shape.name, hashlib.sha256())
        for line in lines:
            digest.update(line + b"\n")

    @property
    def digests(self) -> dict[str, str]:
        return {name: digest.hexdigest() for name, digest in self._digests.items()}

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def tally_of(connection: Connection, shapes: Iterable[Shape]) -> Tally:
    """Reads everything back."""
    tally = Tally()
    for shape, some in rows_of(connection, shapes):
        tally.add(shape, [shape.encode(row) for row in some])
    return tally


class Opener:
    """Tries every sealed value that comes by, so that nobody finds out later that the keys are the wrong ones."""

    def __init__(self, vault: Vault, shapes: Iterable[Shape]) -> None:
        self.opened, self.damaged = 0, 0
        self.missing: dict[int, int] = {}
        self._vault = vault
        self._places: dict[str, list[tuple[int, str, list[int]]]] = {}
        for shape in shapes:
            names = [name for name, _ in shape.columns]
            self._places[shape.name] = [
                (names.index(one.column.name), one.place, [names.index(named.name) for named in one.named_by])
                for one in SEALED
                if one.table.name == shape.name and one.column.name in names
            ]

    @property
    def is_wrong(self) -> bool:
        """Whether these keys open nothing at all of what is sealed."""
        return not self.opened and bool(self.damaged or self.missing)

    def look(self, shape: Shape, rows: Iterable[Row]) -> None:
        """Opens what is sealed in some rows. Afterwards `opened`, `damaged` (their key is known) and `missing` (by the
        number of the key that is not known) count them."""
        places = self._places[shape.name]
        for row in rows if places else ():
            for sealed, place, named_by in places:
                if row[sealed]:
                    self._open(place, "/".join(str(row[one]) for one in named_by), row[sealed])

    def _open(self, place: str, name: str, value: bytes) -> None:
        try:
            self._vault.open(place, name, value)
        except Unreadable:
            if value[0] in self._vault.numbers:
                self.damaged += 1
            else:
                self.missing[value[0]] = self.missing.get(value[0], 0) + 1
        else:
            self.opened += 1


def prepare(target: Database, revision: str, what: str) -> None:
    """Gives an empty database the tables of a revision; one that killed work left without rows is taken as it is.

    Raises DatabaseProblem. `what` is called so in its message.
    """
    if revision > migrations.HEAD:
        raise DatabaseProblem(f"this is of a newer version of Draaglicht (revision {revision}); use that version")
    found = target.do(_filled_tables)
    if found:
        raise DatabaseProblem(f"{what} is not empty (there are rows in {', '.join(found[:3])}); give an empty one")
    there = target.do(schema.revision_of)
    if there is None:
        schema.upgrade(target, revision)
    elif there != revision:
        raise DatabaseProblem(f"{what} has the tables of revision {there} and {revision} is needed; give an empty one")


def _filled_tables(connection: Connection) -> list[str]:
    names = (name for name in sorted(inspect(connection).get_table_names()) if name != _NOT_OURS)
    return [name for name in names if connection.execute(select(func.count()).select_from(table(name))).scalar_one()]


def write(connection: Connection, shape: Shape, rows: Sequence[Row]) -> None:
    """Puts in rows as they are. Inside `filling`."""
    names = [name for name, _ in shape.columns]
    into = table(shape.name, *(column(name, _TYPES[kind]) for name, kind in shape.columns))
    connection.execute(insert(into), [dict(zip(names, row, strict=True)) for row in rows])


@contextmanager
def filling(connection: Connection) -> Iterator[None]:
    """Rows may come in any order: what refers to what is looked at when all are there. Then the database goes on
    counting behind them. Raises DatabaseProblem, or a database error."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        yield
        if broken := connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise DatabaseProblem(f"a row of {broken[0]} refers to one that is not there")
        return
    references = connection.exec_driver_sql(
        "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype = 'f' AND connamespace = current_schema()::regnamespace"
    ).all()
    for name, constraint, _ in references:
        connection.exec_driver_sql(f"ALTER TABLE {name} DROP CONSTRAINT {constraint}")
    yield
    for name, constraint, meaning in references:
        connection.exec_driver_sql(f"ALTER TABLE {name} ADD CONSTRAINT {constraint} {meaning}")
    _count_on(connection)


def _count_on(connection: Connection) -> None:
    counted = connection.exec_driver_sql(
        "SELECT quote_ident(table_name), quote_ident(column_name), pg_get_serial_sequence(table_name, column_name)"
        " FROM information_schema.columns WHERE table_schema = current_schema()"
        " AND pg_get_serial_sequence(table_name, column_name) IS NOT NULL"
    ).all()
    for name, number, sequence in counted:
        highest = f"SELECT coalesce(max({number}), 0) + 1 FROM {name}"  # noqa: S608 - names of the database's own
        connection.exec_driver_sql(f"SELECT setval('{sequence}', ({highest}), false)")


@contextmanager
def nobody_runs(database: Database) -> Iterator[None]:
    """Takes what a running service has and a stopped one has not, so that none begins meanwhile either. A process that
    only handles or sends, over PostgreSQL, is not seen. Raises DatabaseProblem when somebody has it."""
    problem = "the service runs over the database to move from; stop every process of it, and begin again"
    with ExitStack() as held:
        if database.is_sqlite:
            try:
                held.callback(FileLock(database, Duty).close)
            except DatabaseProblem:
                raise DatabaseProblem(problem) from None
        else:
            connection = held.enter_context(database.engine.connect())
            for duty in (Duty.INTAKE, Duty.TICKER):
                if not connection.execute(select(func.pg_try_advisory_xact_lock(duty.key))).scalar_one():
                    raise DatabaseProblem(problem)
        yield


@dataclass(frozen=True, slots=True)
class Moved:
    """What a move brought over: how many rows of each table, and how its sealed values opened."""

    counts: Mapping[str, int]
    opener: Opener


def move(source: Database, target: Database, vault: Vault) -> Moved:
    """Copies everything of `source` into `target`, which must be empty, and then compares every row with the source as
    it is by then. In one transaction of the target: killed half way it has no rows. The source is only read.

    Raises DatabaseProblem.
    """
    revision = source.do(schema.revision_of)
    if revision is None:
        raise DatabaseProblem("there are no tables in the database that DRAAGLICHT_DATABASE_URL names")
    prepare(target, revision, "the database to move to")
    tally = Tally()
    with nobody_runs(source), target.engine.begin() as writing:
        with one_moment(source) as reading:
            shapes = shapes_of(reading)
            opener = Opener(vault, shapes)
            with filling(writing):
                for shape, some in rows_of(reading, shapes):
                    opener.look(shape, some)
                    write(writing, shape, some)
                    tally.counts[shape.name] = tally.counts.get(shape.name, 0) + len(some)
        if opener.is_wrong:
            raise DatabaseProblem("no sealed value opens; is this the key file that belongs to this database?")
        with one_moment(source) as reading:
            _compare(rows_of(reading, shapes), rows_of(writing, shapes))
    schema.upgrade(target)
    return Moved(tally.counts, opener)


def _compare(ours: Rows, theirs: Rows) -> None:
    """Row by row, each value. Raises DatabaseProblem."""
    for mine, other in zip_longest(_one_by_one(ours), _one_by_one(theirs)):
        if mine != other:
            where = (mine or other or ("?",))[0]
            raise DatabaseProblem(
                f"rows of {where} changed while they were copied: stop every process of the service, and begin again; "
                "nothing was moved"
            )


def _one_by_one(rows: Rows) -> Iterator[tuple[str, list[Any]]]:
    return ((shape.name, list(row)) for shape, some in rows for row in some)
