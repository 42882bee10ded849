"""Migrations: from nothing to the newest tables, from every revision with people in it, and nothing left half-way."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, event, inspect, text

import migrations
from bot.store import schema
from bot.store.database import Database, DatabaseProblem
from bot.store.tables import metadata
from tests.store import filled

_CONFIG = Config()
_CONFIG.set_main_option("script_location", str(Path(migrations.__file__).parent))
SCRIPTS = ScriptDirectory.from_config(_CONFIG)
REVISIONS: list[Script] = list(reversed(list(SCRIPTS.walk_revisions())))


@pytest.fixture
def empty(empty_url: str) -> Iterator[Database]:
    database = Database(empty_url)
    yield database
    database.close()


def _differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
    return list(compare_metadata(context, metadata))


def test_the_newest_revision_is_known_without_alembic() -> None:
    assert SCRIPTS.get_heads() == [migrations.HEAD]


def test_the_history_is_one_line_and_each_step_says_what_it_does() -> None:
    numbers = [script.revision for script in REVISIONS]
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]
    assert all(script.doc.strip().endswith(".") for script in REVISIONS)


def test_from_nothing_the_tables_are_as_the_program_knows_them(empty: Database) -> None:
    schema.upgrade(empty)
    assert empty.do(_differences) == []
    assert empty.do(schema.revision_of) == migrations.HEAD
    assert set(metadata.tables) == set(empty.do(filled.tables_of))


def test_the_comparison_sees_a_difference(empty: Database) -> None:
    """So that the test above means something."""
    schema.upgrade(empty)
    before = empty.do(_differences)

    def spoil(connection: Connection) -> list[object]:
        connection.execute(text("DROP INDEX ix_timers_due"))
        connection.execute(text("ALTER TABLE children DROP COLUMN age"))
        connection.execute(text("ALTER TABLE paces ADD COLUMN extra INTEGER"))
        return _differences(connection)

    assert len(empty.do(spoil)) == len(before) + 3


@pytest.mark.parametrize("script", REVISIONS, ids=[script.revision for script in REVISIONS])
def test_each_step_goes_well_with_people_in_it(empty: Database, script: Script) -> None:
    if script.down_revision:
        schema.upgrade(empty, str(script.down_revision))
        empty.do(filled.fill)
    before = empty.do(filled.contents)
    schema.upgrade(empty, script.revision)
    assert empty.do(schema.revision_of) == script.revision
    after = empty.do(filled.contents)
    for name in before.keys() & after.keys():
        assert len(after[name]) == len(before[name]), name
        for old, new in zip(before[name], after[name], strict=True):
            kept = old.keys() & new.keys()
            assert {column: new[column] for column in kept} == {column: old[column] for column in kept}, name
    schema.upgrade(empty)
    assert empty.do(_differences) == []


def test_the_newest_tables_can_be_filled(empty: Database) -> None:
    """The machinery of the test above knows all types and references."""
    schema.upgrade(empty)
    empty.do(filled.fill)
    assert empty.do(filled.counts) == dict.fromkeys(metadata.tables, filled.COPIES)
    rows = empty.do(filled.contents)
    assert all(value is not None for group in rows.values() for row in group for value in row.values())


def test_upgrading_again_changes_nothing(empty: Database) -> None:
    schema.upgrade(empty)
    empty.do(filled.fill)
    before = empty.do(filled.contents)
    schema.upgrade(empty)
    assert empty.do(filled.contents) == before


def test_a_step_that_fails_leaves_everything_as_it_was(empty: Database) -> None:
    def fail(connection: object, cursor: object, statement: str, *rest: object) -> None:
        if "CREATE TABLE records" in statement:
            raise LookupError("the plug is pulled")

    event.listen(empty.engine, "before_cursor_execute", fail)
    with pytest.raises(LookupError):
        schema.upgrade(empty)
    event.remove(empty.engine, "before_cursor_execute", fail)
    assert empty.do(lambda connection: inspect(connection).get_table_names()) == []
    schema.upgrade(empty)
    assert empty.do(_differences) == []


def test_several_processes_may_start_at_once(empty_url: str, empty: Database) -> None:
    problems: list[BaseException] = []

    def start() -> None:
        database = Database(empty_url)
        try:
            schema.upgrade(database)
        except BaseException as error:
            problems.append(error)
        finally:
            database.close()

    threads = [threading.Thread(target=start) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert empty.do(_differences) == []


def test_a_newer_database_gives_one_clear_line(empty: Database) -> None:
    schema.upgrade(empty)
    empty.do(lambda connection: connection.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    with pytest.raises(DatabaseProblem, match="the database does not fit this version of Draaglicht") as caught:
        schema.upgrade(empty)
    assert "\n" not in str(caught.value)
    assert empty.do(schema.revision_of) == "9999"
