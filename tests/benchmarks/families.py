"""What the list of a mentor's families costs: sixty families with ten thousand entries.

Measured: `caseload.of_mentor` in its transaction, in one hop to a database thread, which is all but the words of the
list. The floor is the bare database transaction: the same queries, each row fetched and nothing made of it. Beside it
the same with six families and as many entries for each: what comes with the number of families.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from sqlalchemy import Connection, event

from bot.care import caseload, people
from bot.care.people import Person, Role
from bot.store.database import Database
from tests.benchmarks.places import Place
from tests.benchmarks.stage import NOW, Stage, know_sizes, open_stage
from tests.benchmarks.table import Aim, Result, Watch, in_turns, milliseconds
from tests.support.caseload import fill

NAME = "list of families"
AIM: Aim = ("at least", 0.2)
_SIZES = ((6, 1_000), (60, 10_000))
_QUICK_SIZES = ((2, 40), (6, 120))
_FIRST_MENTOR = 401

Statement = tuple[str, Any]


async def run(place: Place, *, quick: bool) -> list[Result]:
    """Each size is another mentor's, in one database."""
    folder, url = place.fresh()
    sizes = _QUICK_SIZES if quick else _SIZES
    results = []
    with open_stage(folder, url, cache=place.cache) as stage:
        mentors = [
            stage.service.database.do(partial(_move_in, stage, number, *size)) for number, size in enumerate(sizes)
        ]
        stage.service.database.do(know_sizes)
        for mentor, (households, entries) in zip(mentors, sizes, strict=True):
            statements = _asked(stage.service.database, partial(_list, stage, mentor))
            measured = partial(_timed, stage.service.database, partial(_list, stage, mentor), households)
            floor = partial(_timed, stage.service.database, partial(_bare, statements), len(statements))
            pair = await in_turns(3 if quick else 41, measured, floor)
            name = f"{NAME}, {households} with {entries:,} entries"
            aim = AIM if (households, entries) == sizes[-1] else None
            results.append(
                Result(name, place.kind, milliseconds(pair.measured), milliseconds(pair.floor), pair.ratio, aim)
            )
    return results


def _move_in(stage: Stage, number: int, households: int, entries: int, connection: Connection) -> Person:
    given = {"region": "nl", "zone": "Europe/Amsterdam", "now": NOW}
    chat_id = _FIRST_MENTOR + number
    people.add(connection, stage.vault, chat_id=chat_id, role=Role.MENTOR, name="Ingrid", family_id=None, **given)
    mentor = people.present(connection, stage.vault, chat_id).person
    if mentor is None:
        raise SystemExit("the mentor did not come in; mend tests/benchmarks/families.py")
    fill(connection, stage.vault, mentor.id, households, entries, NOW)
    return mentor


def _list(stage: Stage, mentor: Person, connection: Connection) -> int:
    return len(caseload.of_mentor(connection, stage.vault, mentor, NOW))


def _bare(statements: list[Statement], connection: Connection) -> int:
    for text, parameters in statements:
        connection.exec_driver_sql(text, parameters).all()
    return len(statements)


async def _timed(database: Database, work: Callable[[Connection], int], wanted: int) -> float:
    watch = Watch()
    found = await database.run(work)
    seconds = watch.seconds
    if found != wanted:
        raise SystemExit(f"{found} instead of {wanted}; mend tests/benchmarks/families.py")
    return seconds


def _asked(database: Database, work: Callable[[Connection], int]) -> list[Statement]:
    """The queries that this asks the database, as the driver gets them."""
    with _listening(database) as statements:
        database.do(work)
    return statements


@contextmanager
def _listening(database: Database) -> Iterator[list[Statement]]:
    found: list[Statement] = []

    def note(connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            found.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    yield found
    event.remove(database.engine, "before_cursor_execute", note)
