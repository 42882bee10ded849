"""Sets up, for a transcript, what a mentor had planned: messages, appointments to go by, leave, and who guides whom.

An item of the facts says besides what texts may know when it is: `due` (a local moment), and for a message its rhythm
as it is `kept`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, update

from bot.care import appointments, consents, families, follow_up_rhythm, follow_ups, people
from bot.care.appointment_rules import AGREED, Details
from bot.care.follow_ups import Content, Plan
from bot.care.people import Person
from bot.store import tables
from bot.store.vault import Vault


class PlannedWorld:
    """What is there for one mentor or coordinator."""

    def __init__(self, connection: Connection, vault: Vault, person: Person, now: datetime) -> None:
        self.connection, self.vault, self.person, self.now = connection, vault, person, now

    def of_family(self, family: Mapping[str, Any], family_id: int, parent_id: int, facts: Mapping[str, Any]) -> None:
        """A parent said yes; appointments and messages of this family."""
        if facts["receivers"]:
            consents.give(self.connection, parent_id, consents.Purpose.USE, self.now)
        for one in facts["anchors"]:
            if one["family_id"] == family["id"] and "due" in one:
                self._meets(family_id, self._moment(one))
        for one in facts["follow_ups"]:
            if one["family_id"] == family["id"] and "due" in one:
                self._plans(one, parent_id)
        for one in facts["offered_follow_ups"]:
            if one["to"] == family["name"] and "due" in one:
                self._plans(one, parent_id, follow_ups.OFFERED)

    def of_person(self, facts: Mapping[str, Any], mentors: Mapping[str, int], parents: list[int]) -> None:
        """Leave, and for a coordinator the families of the mentors, by the names of the parents in these people."""
        if facts["leave"].get("begin"):
            first, last = (date.fromisoformat(facts["leave"][name]) for name in ("begin", "stop"))
            people.change(self.connection, self.person.id, away_from=first, away_until=last)
        for one, parent_id in zip(facts["guided_families"], parents, strict=False):
            family_id = families.found(self.connection, mentors[one["mentor_id"]], self.now)
            people.change(self.connection, parent_id, family_id=family_id)

    def _moment(self, one: Mapping[str, Any]) -> datetime:
        return datetime.fromisoformat(one["due"]).replace(tzinfo=self.person.zone)

    def _meets(self, family_id: int, starts_at: datetime) -> None:
        appointments.propose(
            self.connection,
            self.vault,
            family_id=family_id,
            mentor_id=self.person.id,
            by=None,
            kind="talk",
            starts_at=starts_at,
            minutes=60,
            zone=self.person.zone,
            details=Details("office", "", "", ""),
            now=self.now,
            status=AGREED,
        )

    def _plans(self, one: Mapping[str, Any], parent_id: int, status: str = follow_ups.OPEN) -> None:
        moment, rhythm = self._moment(one), follow_up_rhythm.read(str(one.get("kept", "once")))
        assert rhythm
        content = Content(one["words"])
        plan = Plan(content, [parent_id], rhythm, moment, moment.time())
        planned = follow_ups.plan(self.connection, self.vault, self.person, plan, self.now)
        own = update(tables.follow_ups).where(tables.follow_ups.c.id == planned)
        self.connection.execute(own.values(status=status))
