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
from sqlalchemy import Connection, Table, event, inspect, text

import migrations
from bot.store import schema
from bot.store.database import Database, DatabaseProblem
from bot.store.metadata import OF_ROWS
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


def test_the_same_indexes_are_of_some_rows_only(empty: Database) -> None:
    """Alembic does not compare that."""
    schema.upgrade(empty)

    def work(connection: Connection) -> set[str | None]:
        found = inspect(connection).get_multi_indexes().values()
        kind = connection.dialect.name
        return {
            one["name"] for indexes in found for one in indexes if f"{kind}_where" in one.get("dialect_options", {})
        }

    declared = {one.name for table in metadata.tables.values() for one in table.indexes if OF_ROWS in one.info}
    assert empty.do(work) == declared
    assert "ix_inbox_waiting" in declared


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
    empty.do(
        lambda connection: connection.execute(text("UPDATE alembic_version SET version_num = '9999', oldest = '9998'"))
    )
    with pytest.raises(DatabaseProblem, match="the database does not fit this version of Draaglicht") as caught:
        schema.upgrade(empty)
    assert "\n" not in str(caught.value)
    assert empty.do(schema.revision_of) == "9999"


# --- an older and a newer version side by side ------------------------------------------------------------------------


def _of_the_next_version(connection: Connection, oldest: str) -> None:
    """As a newer program leaves it."""
    values = {"oldest": oldest}
    connection.execute(text("UPDATE alembic_version SET version_num = '9999', oldest = :oldest"), values)


def test_a_newer_database_that_this_version_can_work_with_stays_as_it_is(empty: Database) -> None:
    schema.upgrade(empty)
    empty.do(lambda connection: _of_the_next_version(connection, migrations.HEAD))
    schema.upgrade(empty)
    assert empty.do(schema.revision_of) == "9999"
    assert empty.do(schema.check)


def test_what_this_version_writes_down_is_how_old_a_program_may_be(empty: Database) -> None:
    schema.upgrade(empty)
    oldest = empty.do(lambda connection: connection.execute(text("SELECT oldest FROM alembic_version")).scalar())
    assert oldest == migrations.OLDEST <= migrations.HEAD


@pytest.mark.parametrize("script", [script for script in REVISIONS if script.revision > migrations.OLDEST], ids=str)
def test_steps_since_then_leave_all_that_an_older_program_uses(empty: Database, script: Script) -> None:
    """Expand, and contract a release later: every table and column stays, of the same type, and what the older program
    does not know may be left out."""

    def tables(connection: Connection) -> dict[str, Table]:
        return filled.tables_of(connection)

    schema.upgrade(empty, str(script.down_revision))
    before = empty.do(tables)
    schema.upgrade(empty, script.revision)
    after = empty.do(tables)
    for name, table in before.items():
        assert name in after, f"{name} is gone"
        assert {*table.c.keys()} <= {*after[name].c.keys()}, f"columns of {name} are gone"
        for column in after[name].c:
            old = table.c.get(column.name)
            if old is None:
                assert column.nullable or column.server_default is not None, f"{column} is compulsory"
            else:
                assert str(old.type) == str(column.type), f"{column} is of another type"
                assert column.nullable or not old.nullable, f"{column} became compulsory"
