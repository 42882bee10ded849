"""A house with a mentor at the door: what is kept there is shared, and can be opened."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Row, select, update

from bot.care import consents, looks, sharing
from bot.care.consents import Purpose
from bot.care.people import Person, Role
from bot.care.sharing import Opened, With
from bot.store import tables
from tests.store.household import HANNE, INGRID, JONAS, Household

TABLE = tables.looks


class House:
    """A mentor, two parents of one family, and things that one of them keeps."""

    def __init__(self, household: Household) -> None:
        self.household, self.database, self.vault = household, household.database, household.vault
        self.mentor = household.add(INGRID, Role.MENTOR, "Ingrid")
        self.family = household.found(self.mentor)
        self.hanne = household.add(HANNE, Role.PARENT, "Hanne", self.family)
        self.jonas = household.add(JONAS, Role.PARENT, "Jonas", self.family)
        for number in range(3):
            household.passes(seconds=1)
            household.keeps(self.hanne, f"aaaa.{number}")
        self.records = [entry.record.id for entry in self.own(self.hanne)]
        self.database.do(lambda connection: consents.give(connection, self.hanne.id, Purpose.SHARE, household.now))
        for record_id in self.records:
            self.share(record_id, With.MENTOR)
            self.share(record_id, With.CO_PARENT)

    def own(self, person: Person) -> list[sharing.Entry]:
        return self.database.do(lambda connection: sharing.all_of(connection, self.vault, person.id))

    def share(self, record_id: int, who: With) -> None:
        now = self.household.now
        self.database.do(lambda connection: sharing.share(connection, self.hanne.id, record_id, who, now))

    def opens(self, viewer: Person, record_id: int, now: datetime | None = None) -> Opened | None:
        self.household.passes(seconds=1)
        at = now or self.household.now
        return self.database.do(lambda connection: sharing.open_for(connection, self.vault, viewer, record_id, at))

    def log(self, owner: Person) -> looks.Log:
        return self.database.do(lambda connection: looks.read(connection, self.vault, owner.id))

    def broken(self) -> int | None:
        return self.database.do(lambda connection: looks.verify(connection, self.vault, self.hanne.id))

    def rows(self) -> list[Row]:
        return self.database.do(lambda connection: list(connection.execute(select(TABLE).order_by(TABLE.c.id))))

    def writes(self, row_id: int, **values: object) -> None:
        self.database.do(
            lambda connection: connection.execute(update(TABLE).where(TABLE.c.id == row_id).values(values))
        )
