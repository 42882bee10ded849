"""Takes away what deleted rows leave behind in a SQLite file, sealed as it is: whoever has the key could still open it.

Deleted bytes are written over (see `database`), but copies stay in the log of writing until that is emptied, and in the
free room of pages, where SQLite has moved rows about, until the whole file is written anew. The first is done again and
again, the second after somebody was erased. On PostgreSQL old versions of rows, all of them sealed, go at its own time;
after `draaglicht keys rotate` no key in use opens them. Does not know who was erased.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from bot.store.database import PATIENCE, Database

_HASTE = "busy_timeout=200"
"""Milliseconds: who reads the file for long must not hold us up; there is a next time."""


def note(connection: Connection) -> None:
    """Somebody was erased in this transaction. Counted in the number that SQLite keeps for programs in the file."""
    if connection.dialect.name == "sqlite":
        erased = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        connection.exec_driver_sql(f"PRAGMA user_version={erased + 1}")


def remove(database: Database) -> bool:
    """Leaves nothing of what was deleted before; False when that has to wait, as somebody reads the file or nothing can
    be written now. Nobody else can write meanwhile: after an erasing about a second for each 100 MB.
    """
    if not database.is_sqlite:
        return True
    import sqlite3  # Beside PostgreSQL it need not be loaded.

    connection = database.engine.raw_connection()
    cursor = connection.cursor()
    try:
        cursor.execute(f"PRAGMA {_HASTE}")
        _write_anew(cursor)
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        told = cursor.fetchone()
        return told is not None and not told[0]
    except sqlite3.Error:
        return False
    finally:
        cursor.execute(f"PRAGMA {PATIENCE}")
        cursor.close()
        connection.close()


def _write_anew(cursor: Any) -> None:
    """If anybody was erased since the last time; who is erased meanwhile counts for the next."""
    (erased,) = cursor.execute("PRAGMA user_version").fetchone()
    if not erased:
        return
    cursor.execute("VACUUM")
    cursor.execute("BEGIN IMMEDIATE")
    (now,) = cursor.execute("PRAGMA user_version").fetchone()
    cursor.execute(f"PRAGMA user_version={now - erased}")
    cursor.execute("COMMIT")
