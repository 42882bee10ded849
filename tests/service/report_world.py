"""What a world says of reports and of meetings that are near, as rows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection

from bot.care import appointment_rules, appointments, meeting_words, people, reports
from bot.care.appointment_rules import Details
from bot.care.people import Person, Role
from bot.care.reports import NextMeeting, Parts
from bot.schedule.local_time import instant_on
from bot.store.vault import Vault
from flows.engine.dutch.dates import parse_date
from tests.service.town import Town


class ReportWorld:
    """Writes what there is for one family and its mentor. `known`: the words of the flows that are about to run."""

    def __init__(
        self, connection: Connection, vault: Vault, mentor: Person, family_id: int, now: datetime, known: str
    ) -> None:
        self.connection, self.vault, self.mentor, self.family_id = connection, vault, mentor, family_id
        self.now, self.today, self.known = now, mentor.local(now).date(), known

    def of_mentor(self, family: Mapping[str, Any], facts: Mapping[str, Any]) -> None:
        """The reports of a family as its mentor has them, and the meetings without one."""
        for one in reversed(facts["reports"] if self._asked("reports") else ()):
            if str(one["family"]) == str(family["id"]):
                self._report(one)
        for one in facts["report_meetings"] if self._asked("report_meetings") else ():
            if str(one["family"]) == str(family["id"]):
                self._meeting(instant_on(datetime.fromisoformat(one["date"]).date(), time(14), self.mentor.zone))
        self.near(facts, str(family["name"]))

    def of_parent(self, facts: Mapping[str, Any]) -> None:
        """The reports that a parent got, with what is proposed in them."""
        words = [str(one["words"]) for one in facts["open_proposals"]]
        for one in reversed(facts["my_reports"] if self._asked("my_reports", "open_proposals") else ()):
            self._report({**one, "status": "given", "resolutions": words, "discussed": "Het slapen."})
        self.near(facts, str(facts["mentor"]["name"]))

    def near(self, facts: Mapping[str, Any], whom: str) -> None:
        """The agreed meetings of the coming days, each with a report of the last one to look at."""
        for one in facts["preparations"] if self._asked("preparations") else ():
            day, at = parse_date(str(one["day"]), self.today), meeting_words.time_in(str(one["time"]))
            if one["with"] == whom and day and at:
                self._report({"status": "given", "day": "dinsdag 17 november", "discussed": "Het slapen."})
                self._meeting(instant_on(day, at, self.mentor.zone))

    def _asked(self, *names: str) -> bool:
        return any(re.search(rf"\b{name}\b", self.known) for name in names)

    def _report(self, told: Mapping[str, Any]) -> None:
        words, day = str(told.get("next") or ""), str(told["day"])
        after = meeting_words.day_in(words, self.today)
        at = meeting_words.time_in(words)
        parts = Parts(
            held_on=meeting_words.held_day(day, self.today) if day else None,
            present=str(told.get("present") or ""),
            discussed=str(told.get("discussed") or ""),
            attention=str(told.get("attention") or ""),
            resolutions=tuple(told.get("resolutions") or ()),
            next=NextMeeting(words, after, at.strftime("%H:%M") if at else ""),
        )
        begun = reports.begin(self.connection, self.vault, self.family_id, self.mentor, self.now, parts=parts)
        if told.get("professional"):
            reports.change(
                self.connection,
                self.vault,
                begun,
                "professional",
                told["professional"],
                seen=None,
                mentor=self.mentor,
                now=self.now,
            )
        if told["status"] == "given":
            reports.give(self.connection, self.vault, begun, self.mentor, self.now)

    def _meeting(self, at: datetime) -> None:
        appointments.propose(
            self.connection,
            self.vault,
            family_id=self.family_id,
            mentor_id=self.mentor.id,
            by=self.mentor.id,
            kind="talk",
            starts_at=at,
            minutes=int(timedelta(hours=1).total_seconds() // 60),
            zone=self.mentor.zone,
            details=Details(),
            now=self.now,
            status=appointment_rules.AGREED,
        )


def written_meanwhile(connection: Connection, town: Town) -> None:
    """Another mentor writes in every draft there is, in the same words."""
    vault, now = town.service.vault, town.clock.now()
    for mentor in people.with_role(connection, vault, Role.MENTOR):
        for report in reports.of_mentor(connection, vault, mentor.id):
            other = next(one for one in people.with_role(connection, vault, Role.MENTOR) if one.id != mentor.id)
            words = report.parts.discussed
            reports.change(connection, vault, report, "discussed", words, seen=None, mentor=other, now=now)
