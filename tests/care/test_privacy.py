"""What is kept of a person: every table that points at people is known to the erasing."""

from __future__ import annotations

from sqlalchemy import LargeBinary

from bot.store import tables

SEALED_OF_NOBODY_ELSE = {
    "people",
    "children",
    "child_words",
    "invitations",
    "records",
    "letters",
    "looks",
    "conversations",
    "switches",
    "appointments",
    "reports",
    "proposals",
    "additions",
    "follow_ups",
    "guidance",
    "peer_groups",
    "peer_members",
    "peer_posts",
    "peer_log",
    "peer_weeks",
}
DELIVERY = {"inbox", "outbox"}
KEPT_BY_LAW = {"dossiers"}


def test_no_table_with_words_was_added_without_thinking_of_erasing() -> None:
    """Fails when a table with sealed columns appears: let `privacy.erase` empty it, tell it in `own_data`, and add it
    here."""
    sealed = {
        table.name
        for table in tables.metadata.sorted_tables
        if any(isinstance(column.type, LargeBinary) and column.name.endswith("_sealed") for column in table.columns)
    }
    assert sealed == SEALED_OF_NOBODY_ELSE | DELIVERY | KEPT_BY_LAW
