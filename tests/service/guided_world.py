"""What a world says of guiding a family, as rows: phases, interviews, sessions, recordings, offered goals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, update

from bot.care import courses, guidance, interviews, phases, videos
from bot.care.people import Person
from bot.store import tables
from bot.store.vault import Vault
from flows.engine.dutch.dates import parse_date
from flows.engine.dutch.spoken import spoken_date

_WAYS = {1: [], 2: [2], 3: [2, 3], 4: [2, 3, 4], 5: [2, 3, 4, 5]}
_DONE = {"": 5, "parent_talk": 2, **{name: number for number, name in enumerate(courses.SESSIONS)}}
_BOTH = [2, 3, 4, 3]
_ANSWERS = {"given": interviews.YES, "refused": interviews.NO}


class GuidedWorld:
    """Writes what a mentor noted about one family."""

    def __init__(self, connection: Connection, vault: Vault, mentor: Person, family_id: int, now: datetime) -> None:
        self.connection, self.vault, self.mentor, self.family_id = connection, vault, mentor, family_id
        self.today, self.now = mentor.local(now).date(), now

    def of_mentor(
        self, family: Mapping[str, Any], facts: Mapping[str, Any], parents: Mapping[str, int], children: list[int]
    ) -> None:
        """All of a family, as its mentor knows it."""
        self.phase(family["way"])
        own = [one for one in facts["guided_children"] if str(one["family"]) == str(family["id"])]
        for child, child_id in zip(own, children, strict=True):
            self.course(child_id, _DONE[str(child["course"]["next"] or "")])
        for parent in facts["guided_parents"]:
            parent_id = parents.get(str(parent["id"]))
            if parent_id:
                pairs = [one for one in facts["interview_pairs"] if str(one["whom"]) == str(parent["id"])]
                self.interview(parent_id, int(family["way"]["round"]), parent["talk"], pairs)
        for one in facts["recordings"]:
            if str(one["family"]) == str(family["id"]):
                self.recording(one)

    def of_parent(self, facts: Mapping[str, Any], parent_id: int, children: Mapping[str, int]) -> None:
        """All that a parent knows of it."""
        self.phase(facts["our_way"])
        asked = facts["interview_asked"]
        if asked["by"]:
            talk = {"consent": asked["answer"] or "asked"}
            self.interview(parent_id, int(asked["round"]), talk, facts["own_interview"])
        for one in reversed(facts["own_recordings"]):
            self.recording(one)
        for offer in reversed(facts["goal_offers"]):
            self.goal(parent_id, children[str(offer["child"])], offer)

    def phase(self, way: Mapping[str, Any]) -> None:
        """The steps that lead to where the world says that the family is."""
        phase = int(way["phase"])
        steps = _BOTH if phase == phases.WORK_FLOOR and way.get("had_both") else _WAYS[phase]
        day = self._day(str(way["since"]))
        for step in steps:
            self._note(phases.KIND, str(step), {phases.AGREED: str(way["agreed"])}, day=day, for_parents=True)
        since = day if steps else None
        family = tables.families
        self.connection.execute(
            update(family).where(family.c.id == self.family_id).values(phase=phase, phase_since=since)
        )

    def interview(self, parent_id: int, round: int, talk: Mapping[str, Any], pairs: list[Any]) -> None:
        """The yes or no, what was told, and where it was left."""
        given = {"about_id": parent_id, "for_parents": True}
        if talk["consent"]:
            self._note(interviews.KIND, interviews.ASKED, {}, round=round, **given)
        if talk["consent"] in _ANSWERS:
            self._note(interviews.KIND, _ANSWERS[talk["consent"]], {}, round=round, **given)
        for pair in pairs:
            for number, words in ((1, pair["first"]), (2, pair["second"])):
                if words:
                    topic = str(pair["id"]).partition(".")[2]
                    self._note(interviews.KIND, topic, _scene(topic, str(words)), round=number, **given)
        if talk.get("begun"):
            self._note(interviews.KIND, interviews.PLACE, {interviews.AT: str(talk["at"])}, round=round, **given)

    def course(self, child_id: int, done: int) -> None:
        """The first sessions of a child."""
        for topic in courses.SESSIONS[:done]:
            self._note(courses.KIND, topic, {}, child_id=child_id, for_parents=True)

    def recording(self, one: Mapping[str, Any]) -> None:
        """A recording, with what came of it."""
        day = self._day(str(one["day"])) or self.today
        entry = {videos.RECORDED_ON: day.isoformat(), videos.FOCUS_IS: str(one["focus"] or "")}
        planned = self._note(videos.KIND, videos.PLANNED, entry, for_parents=True)
        if one.get("report"):
            noted = {videos.REPORT: str(one["report"])}
            self._note(videos.KIND, videos.TALKED, noted, for_parents=True, amends_id=planned)

    def goal(self, parent_id: int, child_id: int, offer: Mapping[str, Any]) -> None:
        """A goal that waits for an answer."""
        line = {"line": str(offer["line"] or "")}
        self._note("goal_offer", str(offer["goal"]), line, about_id=parent_id, child_id=child_id, for_parents=True)

    def _day(self, words: str) -> date | None:
        """A day as the facts say it: mostly one of the last days."""
        told = next((one for one in _lately(self.today) if spoken_date(one, self.today) == words), None)
        return told or (parse_date(words, self.today) if words else None)

    def _note(self, kind: str, topic: str, entry: dict[str, str], day: date | None = None, **given: Any) -> int:
        return guidance.add(
            self.connection,
            self.vault,
            family_id=self.family_id,
            author=self.mentor,
            kind=kind,
            topic=topic,
            entry=entry,
            local_day=day or self.today,
            now=self.now,
            **given,
        )


def _lately(today: date) -> Iterator[date]:
    return (today - timedelta(days=ago) for ago in range(60))


def _scene(topic: str, words: str) -> dict[str, str]:
    word, colon, rest = words.partition(": ")
    if topic.startswith("word_") and colon:
        return {interviews.WORD: word, interviews.WORDS: rest}
    return {interviews.WORDS: words}
