"""Which columns hold ciphertext, and by what name each row is bound into it. One list: to rotate keys, and to look
whether everything is as it says.

Does not know what stands in the columns. A test sees that the use cases seal as it says here, and that none is missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Column, RowMapping, Table

from bot.store import tables
from flows.engine.values import dataclass

SUFFIX = "_sealed"


@dataclass(frozen=True, slots=True)
class Sealed:
    """A column of ciphertext. `named_by`: the columns whose values name the row, with strokes between them."""

    column: Column[Any]
    named_by: tuple[Column[Any], ...]

    @property
    def table(self) -> Table:
        return self.column.table

    @property
    def place(self) -> str:
        """ "table.column", as the vault takes it."""
        return f"{self.table.name}.{self.column.name.removesuffix(SUFFIX)}"

    def row_name(self, row: RowMapping) -> str:
        """What a row of the table, with at least the columns that name it, is called in the ciphertext."""
        return "/".join(str(row[column]) for column in self.named_by)


def _by_key(*columns: Column[Any]) -> Iterable[Sealed]:
    return (Sealed(column, tuple(column.table.primary_key.columns)) for column in columns)


SEALED: tuple[Sealed, ...] = (
    *_by_key(
        tables.people.c.name_sealed,
        tables.people.c.looks_end_sealed,
        tables.children.c.name_sealed,
        tables.child_words.c.calls_me_sealed,
        tables.invitations.c.name_sealed,
        tables.records.c.fields_sealed,
        tables.letters.c.text_sealed,
        tables.letters.c.file_sealed,
        tables.looks.c.look_sealed,
        tables.switches.c.why_sealed,
        tables.appointments.c.details_sealed,
        tables.follow_ups.c.content_sealed,
        tables.reports.c.parts_sealed,
        tables.reports.c.professional_sealed,
        tables.proposals.c.words_sealed,
        tables.additions.c.addition_sealed,
        tables.guidance.c.entry_sealed,
        tables.peer_groups.c.settings_sealed,
        tables.peer_members.c.name_sealed,
        tables.peer_posts.c.post_sealed,
        tables.peer_log.c.entry_sealed,
        tables.peer_weeks.c.theme_sealed,
        tables.dossiers.c.dossier_sealed,
        tables.conversations.c.state_sealed,
    ),
    Sealed(tables.inbox.c.payload_sealed, (tables.inbox.c.seal,)),
    Sealed(tables.outbox.c.call_sealed, (tables.outbox.c.seal,)),
)
"""Inbox and outbox count their rows themselves, so a row has no number yet when it is sealed: it has a `seal`."""
