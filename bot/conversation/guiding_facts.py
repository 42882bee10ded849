"""What texts may know of guiding a family: phases, the parenting interview, the course, recordings, what can be sent.

Of a mentor only about families that are theirs at this moment; of a parent only what that parent may read. What costs a
query for each family is looked up when a text uses it (`Lazy`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from bot.care import courses, guidance, interviews, people, phases, switches, videos
from bot.care.families import CHILD, names_guided, spoken
from bot.care.guidance import Entry
from bot.care.people import NAME, Person, Role, has
from bot.store import tables
from flows.engine.dutch.spoken import spoken_date
from flows.engine.templates import enumerate_dutch

if TYPE_CHECKING:
    from bot.conversation.facts import Facts

QUESTIONS, SESSIONS, FOCUS = "interview_questions", "course_sessions", "video_focus"
"""Decks."""
GOAL_OFFER = "goal_offer"
"""The kind of a note that a mentor thought of a goal; an answer amends it."""
TAKEN, DECLINED = "taken", "declined"
_CONSENT = {interviews.ASKED: "asked", interviews.YES: "given", interviews.NO: "refused"}


class Lazy(Mapping[str, object]):
    """What is known by name once a text asks for it."""

    def __init__(self, look_up: Callable[[], dict[str, object]]) -> None:
        self._look_up = look_up

    @cached_property
    def _known(self) -> dict[str, object]:
        return self._look_up()

    def __getitem__(self, name: str) -> object:
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


# --- of a mentor ------------------------------------------------------------------------------------------------------


def way(facts: Facts, family_id: int) -> Lazy:
    """Where a family is on its way through the phases."""

    def look_up() -> dict[str, object]:
        steps = phases.steps_of(_entries(facts, family_id, phases.KIND))
        gone = phases.way_of(steps)
        after = phases.next_of(gone)
        return {
            "phase": gone[-1],
            "since": _day(facts, steps[-1]) if steps else "",
            "agreed": str(steps[-1].entry.get(phases.AGREED, "")) if steps else "",
            "onward": max(after, default=0),
            "back": len(after) > 1,
            "round": phases.round_of(gone),
            "had_both": phases.had_both(gone),
        }

    return Lazy(look_up)


def guided_parents(facts: Facts) -> list[dict[str, object]]:
    """The parents of the families that this mentor guides now."""
    mentor = _mentor(facts)
    table, families = tables.people, tables.families
    query = (
        select(table.c.id, table.c.family_id, table.c.name_sealed)
        .join(families, families.c.id == table.c.family_id)
        .where(families.c.mentor_id == (mentor.id if mentor else 0), has(Role.PARENT))
        .order_by(families.c.id, table.c.id)
    )
    return [
        {
            "id": str(row.id),
            "family": str(row.family_id),
            "name": spoken(facts.vault.open_text(NAME, row.id, row.name_sealed)),
            "talk": Lazy(lambda row=row: _talk(facts, row.family_id, row.id)),  # type: ignore[misc]
        }
        for row in facts.connection.execute(query)
    ]


def _talk(facts: Facts, family_id: int, parent_id: int) -> dict[str, object]:
    """How the interview stands that belongs to the phase of now, and whether there is one to lay beside another."""
    round = phases.round_of(phases.way_of(_entries(facts, family_id, phases.KIND)))
    noted = _entries(facts, family_id, interviews.KIND)
    questions = list(facts.decks[QUESTIONS].entries)
    mentor = _mentor(facts)
    own = interviews.about(noted, parent_id, round)
    now = interviews.standing(own, questions, mentor.id if mentor else None)
    scenes = [interviews.scenes(interviews.about(noted, parent_id, one)) for one in (1, 2)]
    at = facts.decks[QUESTIONS].entries.get(now.at)
    return {
        "consent": _CONSENT.get(now.consent, ""),
        "at": now.at,
        "at_name": str(at.fields["name"]) if at else "",
        "kept": now.kept,
        "begun": now.begun,
        "told": len(scenes[0]) + len(scenes[1]),
    }


def interview_pairs(facts: Facts) -> list[dict[str, str]]:
    """What parents told in the first interview and in the second, for each question of which there is anything."""
    mentor = _mentor(facts)
    if mentor is None:
        return []
    noted = guidance.of_mentor(facts.connection, facts.vault, mentor.id, interviews.KIND)
    whom = dict.fromkeys(one.about_id for one in noted if one.about_id)
    return [pair for parent_id in whom for pair in _pairs(facts, [one for one in noted if one.about_id == parent_id])]


def _pairs(facts: Facts, noted: Sequence[Entry]) -> list[dict[str, str]]:
    """The scenes of one parent, in the order of the questions."""
    told = {
        (one.topic, one.round): one
        for round in (1, 2)
        for one in interviews.scenes([entry for entry in noted if entry.round == round])
    }
    return [
        {
            "id": f"{noted[0].about_id}.{question}",
            "whom": str(noted[0].about_id),
            "name": str(entry.fields["name"]),
            "first": _scene(told.get((question, 1))),
            "second": _scene(told.get((question, 2))),
        }
        for question, entry in facts.decks[QUESTIONS].entries.items()
        if (question, 1) in told or (question, 2) in told
    ]


def _scene(entry: Entry | None) -> str:
    if entry is None:
        return ""
    word, words = entry.entry.get(interviews.WORD), str(entry.entry.get(interviews.WORDS, ""))
    return f"{word}: {words}" if word else words


def guided_children(facts: Facts) -> list[dict[str, object]]:
    """The children of the families that this mentor guides now, and where each is in the course."""
    mentor = _mentor(facts)
    table, families = tables.children, tables.families
    query = (
        select(table)
        .join(families, families.c.id == table.c.family_id)
        .where(families.c.mentor_id == (mentor.id if mentor else 0), table.c.removed_at.is_(None))
        .order_by(families.c.id, table.c.id)
    )
    found: list[dict[str, object]] = []
    for row in facts.connection.execute(query):
        name = spoken(facts.vault.open_text(CHILD, row.id, row.name_sealed))
        subject = {"he": "hij", "she": "zij"}.get(row.pronoun, name)
        found.append(
            {
                "id": str(row.id),
                "family": str(row.family_id),
                "name": name,
                "subject": subject,
                "course": Lazy(lambda row=row: _course(facts, row.family_id, row.id)),  # type: ignore[misc]
            }
        )
    return found


def is_child_of(facts: Facts, family_id: int, child_id: str) -> bool:
    """Whether this is a child of that family, which the mentor guides now."""
    return any(one["id"] == child_id and one["family"] == str(family_id) for one in guided_children(facts))


def _course(facts: Facts, family_id: int, child_id: int) -> dict[str, object]:
    noted = [one for one in _entries(facts, family_id, courses.KIND) if one.child_id == child_id]
    done = {one.topic for one in noted}
    now = courses.next_up(done)
    names = facts.decks[SESSIONS].entries
    return {
        "next": now,
        "instead": courses.next_up({*done, courses.PARENT_TALK}) if now == courses.PARENT_TALK else "",
        "done": [str(names[one].fields["name"]) for one in courses.ORDER if one in done and one in names],
    }


def recordings(facts: Facts) -> list[dict[str, str]]:
    """The recordings of this mentor's families, the newest first."""
    mentor = _mentor(facts)
    if mentor is None:
        return []
    noted = guidance.of_mentor(facts.connection, facts.vault, mentor.id, videos.KIND)
    names = names_guided(facts.connection, facts.vault, mentor.id) if noted else {}
    return [
        {
            "id": str(one.id),
            "family": str(one.family_id),
            "name": enumerate_dutch(names.get(one.family_id, [])),
            "day": spoken_date(one.recorded_on, facts.local.date()),
            "focus": one.focus,
            "picked_by": spoken(one.picked_by) if one.focus else "",
            "status": "talked" if one.report else "open",
        }
        for one in videos.videos_of(noted)
    ]


def library_on(facts: Facts) -> list[dict[str, str]]:
    """The gated flows that are on, for each family of this mentor."""
    mentor = _mentor(facts)
    if mentor is None:
        return []
    on = switches.on_by_family(facts.connection, mentor.id)
    return [
        {"id": f"{family_id}.{name}", "family": str(family_id), "title": facts.flows[name].title, "flow": name}
        for family_id, names in on.items()
        for name in sorted(names)
        if name in facts.flows
    ]


# --- of a parent ------------------------------------------------------------------------------------------------------


def our_way(facts: Facts) -> dict[str, object]:
    """Where this parent's family is on its way, and whether anything of the interview is kept."""
    person = facts.person
    if person is None or person.family_id is None:
        return {"known": False, "phase": 1, "since": "", "agreed": "", "by": "", "told": False, "recordings": False}
    noted = guidance.of_parent(facts.connection, facts.vault, person)
    steps = phases.steps_of([one for one in noted if one.kind == phases.KIND])
    last = steps[-1] if steps else None
    return {
        "known": person.mentor_id is not None or bool(steps),
        "phase": phases.way_of(steps)[-1],
        "since": _day(facts, last) if last else "",
        "agreed": str(last.entry.get(phases.AGREED, "")) if last else "",
        "by": spoken(last.author) if last else "",
        "told": any(one.kind == interviews.KIND for one in noted),
        "recordings": any(one.kind == videos.KIND for one in noted),
    }


def own_interview(facts: Facts) -> list[dict[str, str]]:
    """What this parent told in both interviews, as far as it is kept."""
    person = facts.person
    if person is None:
        return []
    noted = [one for one in guidance.of_parent(facts.connection, facts.vault, person) if one.about_id == person.id]
    scenes = [one for one in noted if one.kind == interviews.KIND]
    return _pairs(facts, scenes) if scenes else []


def interview_asked(facts: Facts) -> dict[str, object]:
    """The question to this parent whether scenes of the interview may be kept, and the answer so far. Whoever guides
    the family now is who may; what a mentor before asked and was not answered is not there any more."""
    person = facts.person
    if person is None or person.family_id is None:
        return {"by": "", "answer": "", "kept": 0, "round": 0}
    noted = _entries(facts, person.family_id, interviews.KIND)
    mentor = people.by_id(facts.connection, facts.vault, person.mentor_id)
    questions = list(facts.decks[QUESTIONS].entries)
    for last in reversed(noted):
        if last.about_id == person.id and last.topic == interviews.ASKED:
            own = interviews.about(noted, person.id, last.round)
            now = interviews.standing(own, questions, person.mentor_id)
            if now.consent:
                answer = "" if now.consent == interviews.ASKED else _CONSENT[now.consent]
                by = spoken(mentor.name if mentor else last.author)
                return {"by": by, "answer": answer, "kept": now.kept, "round": last.round}
    return {"by": "", "answer": "", "kept": 0, "round": 0}


def goal_offers(facts: Facts) -> list[dict[str, str]]:
    """Goals that the mentor thought of for this parent, and that wait for an answer, the newest first."""
    person = facts.person
    if person is None or person.family_id is None:
        return []
    noted = [one for one in _entries(facts, person.family_id, GOAL_OFFER) if one.about_id == person.id]
    answered = {one.amends_id for one in noted}
    goals, children = facts.decks["goals"].entries, facts["children"]
    names = {child["id"]: child["name"] for child in children} if isinstance(children, list) else {}
    return [
        {
            "id": str(one.id),
            "goal": one.topic,
            "name": str(goals[one.topic].fields["name"]),
            "child": names[str(one.child_id)],
            "by": spoken(one.author),
            "line": str(one.entry.get("line", "")),
        }
        for one in reversed(noted)
        if one.id not in answered and one.topic in goals and str(one.child_id) in names
    ]


def own_recordings(facts: Facts) -> list[dict[str, str]]:
    """The recordings of this parent's family, the newest first."""
    person = facts.person
    if person is None or person.family_id is None:
        return []
    noted = [one for one in guidance.of_parent(facts.connection, facts.vault, person) if one.kind == videos.KIND]
    return [
        {
            "id": str(one.id),
            "day": spoken_date(one.recorded_on, facts.local.date()),
            "by": spoken(one.made_by),
            "focus": one.focus,
            "report": one.report,
            "focus_is": "chosen" if one.focus or one.report else "open",
        }
        for one in videos.videos_of(noted)
    ]


# ----------------------------------------------------------------------------------------------------------------------


def _entries(facts: Facts, family_id: int, kind: str) -> list[Entry]:
    return guidance.of_family(facts.connection, facts.vault, family_id, kind)


def _mentor(facts: Facts) -> Person | None:
    return facts.person if facts.person and Role.MENTOR in facts.person.roles else None


def _day(facts: Facts, entry: Entry) -> str:
    return spoken_date(entry.local_day, facts.local.date())


FACTS: dict[str, Callable[[Facts], Any]] = {
    "guided_parents": guided_parents,
    "interview_pairs": interview_pairs,
    "guided_children": guided_children,
    "recordings": recordings,
    "library_on": library_on,
    "our_way": our_way,
    "own_interview": own_interview,
    "interview_asked": interview_asked,
    "goal_offers": goal_offers,
    "own_recordings": own_recordings,
}
