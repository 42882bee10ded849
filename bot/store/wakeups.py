"""Wakes who waits for work, in whatever process, by PostgreSQL's NOTIFY. Who hears nothing still looks now and then.

SQLite has one process, which wakes itself. Does not know who listens: that is `line`.
"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import Connection, func, select


class Channel(StrEnum):
    """What there is to hear. `CAME`: something is in the inbox. `HANDLED`: something was handled, so that there may be
    calls to make, and timers that are due sooner. `TABLES`: a newer program brought the tables further."""

    CAME = "draaglicht_came"
    HANDLED = "draaglicht_handled"
    TABLES = "draaglicht_tables"


def announce(connection: Connection, channel: Channel) -> None:
    """Wakes all who listen, when this transaction is committed; nothing on SQLite.

    Transactions that announce commit one after another, each with its own wait for the disk: only for those that do so
    anyway, or that write nothing.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_ANNOUNCE[channel])


_ANNOUNCE = {channel: select(func.pg_notify(str(channel), "")) for channel in Channel}
