"""Backups: everything of one moment in one sealed file, and back into an empty database of either kind.

A file holds what the tables and their columns are, the rows, the files beside the database, and at the end how many
rows there are with a digest of each table. The keys that open what people wrote are never in it: whoever has only the
backup and its key reads no more than whoever has the database.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, nullcontext
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, func, select

from bot.store import schema, tables
from bot.store.copying import (
    Opener,
    Shape,
    Tally,
    filling,
    one_moment,
    prepare,
    rows_of,
    shapes_of,
    tally_of,
    write,
)
from bot.store.database import Database
from bot.store.sealed_file import BackupProblem, read_pieces, whole_or_not_at_all, write_pieces
from bot.store.vault import Vault
from flows.engine.values import dataclass

FILES = ("overflow", "overflow.unreadable")
"""What lies in the folder of the data and is nowhere else."""
_PIECE = 256 * 1024
"""About how many bytes of rows go in one piece."""


@dataclass(frozen=True, slots=True)
class Made:
    """What a backup holds."""

    counts: Mapping[str, int]
    files: Sequence[str]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def make(database: Database, data_dir: Path, path: Path, key: bytes, now: datetime) -> Made:
    """Writes a backup of this moment to `path`, while the service runs. Raises BackupProblem, OSError, or a database
    error; then there is no file.

    Files come first: what is in them may since have come into the database, where it is known, but is never left out.
    """
    files = [(name, found) for name in FILES if (found := _read(data_dir / name))]
    with one_moment(database) as connection, whole_or_not_at_all(path) as file:
        revision = schema.revision_of(connection)
        if revision is None:
            raise BackupProblem("there are no tables in the database that DRAAGLICHT_DATABASE_URL names")
        shapes, tally = shapes_of(connection), Tally()
        front = {
            "revision": revision,
            "made_at": now.isoformat(),
            "tables": [{"name": one.name, "columns": one.columns, "key": one.key} for one in shapes],
        }
        write_pieces(file, key, _pieces(front, files, connection, shapes, tally))
    return Made(tally.counts, [name for name, _ in files])


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _pieces(
    front: Mapping[str, Any],
    files: Sequence[tuple[str, bytes]],
    connection: Connection,
    shapes: Sequence[Shape],
    tally: Tally,
) -> Iterator[bytes]:
    yield b"front\n" + orjson.dumps(front)
    for name, content in files:
        for start in range(0, len(content), _PIECE):
            yield f"file {name}\n".encode() + content[start : start + _PIECE]
    lines: list[bytes] = []
    last: Shape | None = None
    size = 0
    for shape, some in rows_of(connection, shapes):
        for line in map(shape.encode, some):
            if last is not None and (shape is not last or size > _PIECE):
                yield _rows_piece(last, lines, tally)
                lines, size = [], 0
            last = shape
            lines.append(line)
            size += len(line)
    if last is not None:
        yield _rows_piece(last, lines, tally)
    yield b"end\n" + orjson.dumps({"counts": tally.counts, "digests": tally.digests})


def _rows_piece(shape: Shape, lines: Sequence[bytes], tally: Tally) -> bytes:
    tally.add(shape, lines)
    return f"rows {shape.name}\n".encode() + b"\n".join(lines)


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back. `made_at`: the moment of the backup. `waiting`: how many messages waited to be sent then.
    `opener`: how what is sealed opened."""

    made_at: datetime
    counts: Mapping[str, int]
    files: Sequence[str]
    opener: Opener
    waiting: int


def restore(target: Database | None, data_dir: Path, path: Path, keys: Sequence[bytes], vault: Vault) -> Restored:
    """Puts a backup into an empty database and the files beside it, and reads every row back. Without `target` it only
    looks whether the backup is whole and opens. In one transaction: killed half way there are no rows.

    Raises BackupProblem, DatabaseProblem, OSError, or a database error; then nothing was restored.
    """
    with path.open("rb") as file, ExitStack() as stack:
        pieces = _split(read_pieces(file, keys))
        kind, first = next(pieces)
        if kind != "front":
            raise BackupProblem("the backup does not begin as one")
        front = orjson.loads(first)
        shapes = {
            one["name"]: Shape(one["name"], tuple(map(tuple, one["columns"])), tuple(one["key"]))
            for one in front["tables"]
        }
        opener, tally, files, waiting = Opener(vault, shapes.values()), Tally(), dict[str, list[bytes]](), 0
        connection = None
        if target is not None:
            _refuse_files(data_dir)
            prepare(target, front["revision"], "the database to restore into")
            connection = stack.enter_context(target.engine.begin())
        said: dict[str, Any] = {}
        with filling(connection) if connection is not None else nullcontext():
            for kind, content in pieces:
                if kind == "end":
                    said = orjson.loads(content)
                elif kind.startswith("file "):
                    files.setdefault(kind.removeprefix("file "), []).append(content)
                else:
                    shape, lines = shapes[kind.removeprefix("rows ")], content.split(b"\n")
                    rows = [shape.decode(line) for line in lines]
                    tally.add(shape, lines)
                    opener.look(shape, rows)
                    if connection is not None:
                        write(connection, shape, rows)
        _agree(said, tally, "what the backup says it holds is not what is in it")
        if opener.is_wrong:
            raise BackupProblem(
                "no sealed value of the backup opens: this is not the key file that belongs to it; put that one in its "
                "place and begin again. Nothing was restored"
            )
        if connection is not None:
            _agree(said, tally_of(connection, shapes.values()), "the database does not give back what was put in it")
            waiting = _waiting(connection)
            _put_files(data_dir, files)
    if target is not None:
        schema.upgrade(target)
    return Restored(datetime.fromisoformat(front["made_at"]), tally.counts, sorted(files), opener, waiting)


def _split(pieces: Iterator[bytes]) -> Iterator[tuple[str, bytes]]:
    for piece in pieces:
        kind, _, content = piece.partition(b"\n")
        yield kind.decode(), content


def _agree(said: Mapping[str, Any], tally: Tally, problem: str) -> None:
    if said.get("counts") != tally.counts or said.get("digests") != tally.digests:
        raise BackupProblem(f"{problem}. Nothing was restored; take another backup")


def _waiting(connection: Connection) -> int:
    is_open = tables.outbox.c.status.in_(("waiting", "sending"))
    return connection.execute(select(func.count()).where(is_open)).scalar_one()


def _refuse_files(data_dir: Path) -> None:
    for name in FILES:
        if (data_dir / name).exists():
            raise BackupProblem(f"{data_dir / name} is there already; restore into a folder without it")


def _put_files(data_dir: Path, files: Mapping[str, Sequence[bytes]]) -> None:
    """The rows are committed right after: killed in between, the files are refused the next time, and say so."""
    for name, parts in files.items():
        if name not in FILES:
            raise BackupProblem(f"the backup holds a file that does not belong in one: {os.path.basename(name)}")
        with whole_or_not_at_all(data_dir / name) as file:
            file.writelines(parts)
