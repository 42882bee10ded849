"""What all tables are part of, and how their constraints are called."""

from __future__ import annotations

from sqlalchemy import ColumnElement, MetaData

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

OF_ROWS = "of rows"


def of_rows(condition: ColumnElement[bool]) -> dict[str, ColumnElement[bool]]:
    """As the `info` of an index: it is of such rows only. The migrations make it so, and a test compares them: an index
    that says it to each database in its own words loads what both of them need."""
    return {OF_ROWS: condition}
