"""Makes what was kept before a transcript begins: people, families, and the rows behind each fact of its world."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection

from bot.care import (
    alerts,
    appointments,
    coming,
    consents,
    families,
    invitations,
    kindreflex_record,
    people,
    records,
    rituals,
    sharing,
    switches,
)
from bot.care.appointment_rules import HAPPENED, PROPOSED, Details, Side
from bot.care.coming import Coming
from bot.care.kindreflex import Topic
from bot.care.people import Person, Role
from bot.care.records import Field
from bot.conversation.actions.settings import REGIONS
from bot.store import timers
from flows.engine.dutch.dates import parse_date
from flows.engine.graph import ways
from flows.engine.library import Library
from flows.engine.transcript import Transcript
from tests.service.actor_messages import PlannedWorld
from tests.service.group_world import GroupWorld
from tests.service.guided_world import GuidedWorld
from tests.service.report_world import ReportWorld
from tests.service.town import Town

WHO = "annelies"
_HELPER = "ingrid"
_PRONOUN = {"hij": "he", "zij": "she"}
_DAYS = {
    "elke avond": rituals.EVERY_DAY,
    "op schoolavonden": rituals.SCHOOL_NIGHTS,
    "op vrijdag en zaterdag": rituals.WEEKEND,
    "op maandag en woensdag": "13",
}
_HOURS = {
    "dinsdag en donderdag, van 10.00 tot 15.00 uur": "24 10:00-15:00",
    "maandag, van 09.00 tot 12.00 uur": "1 09:00-12:00",
}
_GUIDED = ("joris", "gul", "bart")
"""The parents of the families that a mentor guides."""
_BESIDE_THEM = ("marleen", "shanice")
"""The other parents of such a family."""
_CO_PARENT = "shanice"
_HANDED = ("fatima",)
"""The parents of families that a coordinator can hand over."""
_OTHERS = 77_001
"""The chats of mentors who do not take part; nothing is sent there."""
_WEEK = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
_ROLES = {"mentor": Role.MENTOR, "coordinator": Role.COORDINATOR}
_BEHIND = {
    "hot_moment": "conflicts",
    "resolution_to_ask": "resolutions",
    "measured": "measurements",
    "signal_news": "signals",
    "goals_chart": "goal_ratings",
    "backpacks": "backpack_items",
    "heavy_feelings": "body_feelings",
}
"""What is computed from a list that the flow itself does not name."""


class World:
    """The town before a transcript. `person_id` is who it is about."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.person_id: int | None = None
        self._child_ids: dict[str, int] = {}
        self._family_ids: dict[str, int] = {}

    def lived(self, connection: Connection, facts: Mapping[str, Any], role: Role, transcript: Transcript) -> None:
        """Somebody who came in before, with all that these facts say."""
        self._live(connection, facts, role, transcript.now.date())
        self._keep_before(connection, facts, transcript)
        self._comes_before(connection, facts, transcript)
        if transcript.start == "workbook_pdf":
            self._in_workbook(connection, facts["workbook_months"])
        self._meets_before(connection, facts)
        self._in_groups(connection, facts, transcript)

    def note_to_edit(self, connection: Connection, values: Mapping[str, Any]) -> int:
        """A note that says what it was before; its id."""
        vault, own = self.town.service.vault, self.person_id or 0
        said = Field(str(values["was"]), str(values["was"]))
        today = self.town.clock.now().date()
        self._record(connection, own, "note", 0, {str(values["field"]): said}, None, today)
        found = records.find(connection, vault, own, "world.note.0")
        assert found
        return found.id

    def note_in_record(self, connection: Connection, values: Mapping[str, Any]) -> tuple[int, int | None]:
        """A note in the record of a family, that says what it was before; the family's id and its own."""
        family_id, vault = self._family_ids[str(values["family"])], self.town.service.vault
        topic, _, text = str(values["was"]).partition(": ")
        assert topic == "Thuis"
        mentor = people.by_id(connection, vault, self.person_id)
        assert mentor
        now = self.town.clock.now()
        return family_id, kindreflex_record.note(
            connection, vault, mentor, family_id, Topic.HOME, {"text": text}, now, run="world"
        )

    def invited(self, connection: Connection, facts: Mapping[str, Any], role_word: str) -> str:
        """The code of the invitation with which somebody comes in."""
        invited, vault, now = facts["invited"], self.town.service.vault, self.town.clock.now()
        role = _ROLES.get(role_word, Role.PARENT)
        joins = role is Role.PARENT and invited["role"] == "co_parent"
        by_role = Role.PARENT if joins else Role.MENTOR if role is Role.PARENT else Role.COORDINATOR
        family_id = families.found(connection, None, now) if joins else None
        by = self._add(connection, _HELPER, by_role, str(invited["by"] or "?"), family_id, "nl")
        if family_id:
            self._children(connection, facts, family_id, by)
        return invitations.make(
            connection, vault, role=role, name=str(invited["name"] or ""), made_by=by, now=now, family_id=family_id
        )

    def _in_workbook(self, connection: Connection, months: Sequence[Mapping[str, str]]) -> None:
        """Something in the workbook in each of these months."""
        vault, own = self.town.service.vault, self.person_id or 0
        for number, month in enumerate(months):
            day = date.fromisoformat(f"{month['id']}-01")
            self._record(connection, own, "note", 1000 + number, {"text": Field("Een mooie dag.")}, None, day)
            found = records.find(connection, vault, own, f"world.note.{1000 + number}")
            assert found
            sharing.put_in_workbook(connection, own, found.id, inside=True)

    def _live(self, connection: Connection, facts: Mapping[str, Any], role: Role, today: date) -> None:
        vault, now, region = self.town.service.vault, self.town.clock.now(), str(facts["region"])
        mentor = facts["mentor"]
        mentor_id = (
            self._add(connection, _HELPER, Role.MENTOR, mentor["name"], None, region)
            if mentor["known"] and role is Role.PARENT
            else None
        )
        family_id = families.found(connection, mentor_id, now) if role is Role.PARENT else None
        person_id = self._add(connection, WHO, role, facts["parent"]["name"], family_id, region)
        self.person_id = person_id
        if family_id is None:
            self._works(connection, facts, person_id)
            return
        children = self._children(connection, facts, family_id, person_id)
        self._child_ids = dict(children)
        mentor_found = people.by_id(connection, vault, mentor_id) if mentor_id else None
        if mentor_found:
            guided = GuidedWorld(connection, vault, mentor_found, family_id, now)
            guided.of_parent(facts, person_id, self._child_ids)
            PlannedWorld(connection, vault, mentor_found, now).of_person({**facts, "guided_families": []}, {}, [])
        evening, person = facts["evening"], people.by_id(connection, vault, person_id)
        assert person
        rituals.set_evening(connection, person, time.fromisoformat(evening["time"]), _DAYS[evening["days"]], now)
        if evening["rests"]:
            rituals.rest_evening(connection, person)
        if facts["look_back_day"]:
            rituals.set_look_back(connection, person, str(_WEEK.index(str(facts["look_back_day"])) + 1), now)
        people.change(connection, person_id, named_reminder=bool(evening["named"]))
        self._choices(connection, facts, person_id)
        if facts["paused"]["active"]:
            people.change(connection, person_id, paused_until=_day_in(str(facts["paused"]["until"]), today))
        self._week(connection, facts["week"], person_id, dict(children), today)
        plan = {name: Field(text) for name, text in facts["plan"].items() if name != "made" and text}
        if plan:
            self._record(connection, person_id, "safety_plan", 0, {**plan}, None, today)
        if facts["own_sentence"]["text"]:
            sentence = {"sentence": Field(facts["own_sentence"]["text"])}
            self._record(connection, person_id, "sentence_kept", 0, {**sentence}, None, today)
        if facts["alert"]["open"] and mentor_id:
            made = alerts.make(connection, person_id, now)
            alerts.call(connection, made.id, mentor_id, now)
            if facts["alert"]["seen"]:
                alerts.take_up(connection, made.id, mentor_id, now)

    def _keep_before(self, connection: Connection, facts: Mapping[str, Any], transcript: Transcript) -> None:
        """What the world says was kept, as far as the flows of this transcript know of it; and gated flows are on."""
        library = self.town.service.library
        person = people.by_id(connection, self.town.service.vault, self.person_id or 0)
        flows = _within_reach(library, transcript.start)
        known = " ".join(str(library.flows[name]) for name in flows)
        known += " ".join(listed for fact, listed in _BEHIND.items() if re.search(rf"\b{fact}\b", known))
        if person:
            self._reported(connection, facts, person, known)
        for kind, listed in ((kind, one.listed) for kind, one in library.catalog.records.items()):
            kept = facts[listed] if listed and re.search(rf"\b{listed}\b", known) else []
            for number, item in enumerate(reversed(kept)):
                raw = item.get("raw", {})
                fields: dict[str, Field | None] = {
                    name: Field(raw.get(name, item.get(name)), str(item.get(name) or ""))
                    for name in library.catalog.records[kind].fields
                    if item.get(name)
                }
                child = self._child_ids.get(str(item.get("child", "")))
                day = _day_in(str(item["day"]), transcript.now.date())
                self._record(connection, person.id if person else 0, kind, number, fields, child, day)
                if person and item.get("shared"):
                    self._share(connection, person.id, f"world.{kind}.{number}")
        for number, item in enumerate(facts["helped_thoughts"] if "helped_thoughts" in known else ()):
            told = {"whose": item["whose"], "helping": item["entry"] or item["text"], "helped": "yes"}
            helping: dict[str, Field | None] = {name: Field(value) for name, value in told.items()}
            helping["helping"] = Field(told["helping"], item["text"])
            child = next((one["name"] for one in facts["children"] if one["id"] == item["child_id"]), "")
            child_id, today = self._child_ids.get(str(child)), transcript.now.date()
            self._record(connection, person.id if person else 0, "thought", 100 + number, helping, child_id, today)
        if person and facts["resolution_to_ask"]["id"]:
            record = records.newest(connection, self.town.service.vault, person.id, "resolution", 1)[0]
            at = self.town.clock.now() + timedelta(hours=1)
            coming.once(connection, person, Coming("resolution_check", str(record.id)), at, timedelta(hours=3))
        for name in facts["by_itself"] if person else ():
            useful = timedelta(hours=2)
            coming.every(
                connection, person, Coming(name), time(8, 30), rituals.EVERY_DAY, useful, self.town.clock.now()
            )
        for name in {transcript.start, *(one["id"] for one in facts["switched"])}:
            if person and person.family_id and library.flows[name].gated:
                now, vault = self.town.clock.now(), self.town.service.vault
                switches.switch_on(connection, vault, person.family_id, name, person, "", now)

    def _share(self, connection: Connection, person_id: int, key: str) -> None:
        """The mentor may read what was kept."""
        now = self.town.clock.now()
        found = records.find(connection, self.town.service.vault, person_id, key)
        assert found
        consents.give(connection, person_id, consents.Purpose.SHARE, now)
        sharing.share(connection, person_id, found.id, sharing.With.MENTOR, now)

    def _reported(self, connection: Connection, facts: Mapping[str, Any], person: Person, known: str) -> None:
        """Reports and near meetings, as far as these flows know of them."""
        vault, now = self.town.service.vault, self.town.clock.now()
        mentor = people.by_id(connection, vault, person.mentor_id) if person.mentor_id else None
        if mentor and person.family_id:
            ReportWorld(connection, vault, mentor, person.family_id, now, known).of_parent(facts)
        if Role.MENTOR in person.roles:
            found = families.guided_by(connection, person.id, 0).items
            for one, family in zip(sorted(found, key=lambda one: one.id), facts["families"], strict=False):
                ReportWorld(connection, vault, person, one.id, now, known).of_mentor(family, facts)

    def _in_groups(self, connection: Connection, facts: Mapping[str, Any], transcript: Transcript) -> None:
        """The groups of the world, as far as the flows of this transcript know of them."""
        library, vault = self.town.service.library, self.town.service.vault
        person = people.by_id(connection, vault, self.person_id)
        known = " ".join(str(library.flows[name]) for name in _within_reach(library, transcript.start))
        if person:
            GroupWorld(connection, vault, person, self.town.clock.now()).of(facts, known)

    def _comes_before(self, connection: Connection, facts: Mapping[str, Any], transcript: Transcript) -> None:
        """What is to come by itself, besides the evening and the look-back: what has `due` and, of a rhythm, `on`."""
        person = people.by_id(connection, self.town.service.vault, self.person_id or 0)
        for item in facts["coming"]:
            if person and "due" in item:
                due = datetime.fromisoformat(item["due"]).replace(tzinfo=person.zone)
                rhythm = (due.strftime("%H:%M"), str(item["on"]), person.zone.key) if item.get("on") else ()
                at = None if item["rests"] else due
                timers.put(connection, timers.Timer(person.chat_id, item["id"], at, 7200, None, *rhythm))

    def _meets_before(self, connection: Connection, facts: Mapping[str, Any]) -> None:
        """Appointments: those that have `starts`, a local time; agreed on a minute before this transcript."""
        vault, now = self.town.service.vault, self.town.clock.now() - timedelta(minutes=1)
        person = people.by_id(connection, vault, self.person_id or 0)
        for item in facts["appointments"]:
            if person is None or "starts" not in item:
                continue
            is_mentor = Role.MENTOR in person.roles
            starts_at = datetime.fromisoformat(item["starts"]).replace(tzinfo=person.zone).astimezone(UTC)
            made = appointments.propose(
                connection,
                vault,
                family_id=self._family_ids[str(item["family"])] if is_mentor else person.family_id or 0,
                mentor_id=person.id if is_mentor else person.mentor_id,
                by=None,
                kind="talk",
                starts_at=starts_at,
                minutes=60,
                zone=person.zone,
                details=Details("office"),
                now=now,
                status=HAPPENED if starts_at < now else PROPOSED,
            )
            if starts_at > now:
                appointments.agree(connection, vault, made, Side.MENTOR, starts_at, now)

    def _works(self, connection: Connection, facts: Mapping[str, Any], person_id: int) -> None:
        """A mentor's hours and families, and the other mentors."""
        for who, family in zip(_GUIDED, facts["families"], strict=False):
            self._guides(connection, who, family, person_id, facts)
        stand_in, wanted = None, facts["work"]["stand_in"]
        mentors: dict[str, int] = {}
        for number, other in enumerate(facts["mentors"]):
            added = people.add(
                connection,
                self.town.service.vault,
                chat_id=_OTHERS + number,
                role=Role.MENTOR,
                name=other["name"],
                family_id=None,
                region="nl",
                zone="Europe/Amsterdam",
                now=self.town.clock.now(),
            )
            stand_in = added if other["name"] == wanted else stand_in
            mentors[str(other["id"])] = added
        hours = _HOURS.get(facts["work"]["hours"])
        people.change(connection, person_id, office_hours=hours, stand_in_id=stand_in)
        handed = [
            self._add(connection, who, Role.PARENT, one["name"], None, "nl")
            for who, one in zip(_HANDED, facts["guided_families"], strict=False)
        ]
        person = people.by_id(connection, self.town.service.vault, person_id)
        assert person
        now = self.town.clock.now()
        PlannedWorld(connection, self.town.service.vault, person, now).of_person(facts, mentors, handed)

    def _guides(
        self, connection: Connection, who: str, family: Mapping[str, Any], mentor_id: int, facts: Mapping[str, Any]
    ) -> None:
        now, vault = self.town.clock.now(), self.town.service.vault
        family_id = self._family_ids[str(family["id"])] = families.found(connection, mentor_id, now)
        first = next((one for one in facts["guided_parents"] if str(one["family"]) == family["id"]), family)
        parent_id = self._add(connection, who, Role.PARENT, first["name"], family_id, "nl")
        beside = [one for one in facts["record_parents"] if str(one["family"]) == family["id"]][1:]
        for other, one in zip(_BESIDE_THEM, beside, strict=False):
            self._add(connection, other, Role.PARENT, one["name"], family_id, "nl")
        mentor = people.by_id(connection, vault, mentor_id)
        if mentor is None:
            return
        PlannedWorld(connection, vault, mentor, now).of_family(family, family_id, parent_id, facts)
        for one in family["on"]:
            switches.switch_on(connection, vault, family_id, one["id"], mentor, "", now)
        record = next((one for one in facts["open_records"] if one["id"] == family["id"]), {})
        if record.get("noted"):
            self._notes_everything(connection, mentor, family_id)
        guided = GuidedWorld(connection, vault, mentor, family_id, now)
        ages = {one["name"]: one["age"] for one in facts["record_children"]}
        own = [
            {"age": ages.get(one["name"]), **one}
            for one in facts["guided_children"]
            if str(one["family"]) == family["id"]
        ]
        children = self._children(connection, {"children": own}, family_id, parent_id)
        names = [one for one in facts["guided_parents"] if str(one["family"]) == family["id"]]
        parents = {str(one["id"]): parent_id for one in names[:1]}
        for one in names[1:]:
            parents[str(one["id"])] = self._add(connection, _CO_PARENT, Role.PARENT, one["name"], family_id, "nl")
        guided.of_mentor(family, facts, parents, [child_id for _, child_id in children])

    def _notes_everything(self, connection: Connection, mentor: Person, family_id: int) -> None:
        """A record in which nothing is missing any more."""
        now = self.town.clock.now()
        held = {"text": "Al eens genoteerd.", "choice_id": "cannot_wait", "why": "Gevaar.", "report_day": "2026-11-20"}
        for topic in Topic:
            kindreflex_record.note(
                connection, self.town.service.vault, mentor, family_id, topic, held, now, run="world"
            )

    def _choices(self, connection: Connection, facts: Mapping[str, Any], person_id: int) -> None:
        for purpose in consents.Purpose:
            if facts["consents"][purpose]:
                consents.give(connection, person_id, purpose, self.town.clock.now())
        quiet = facts["quiet"]
        hours = f"{quiet['from']}-{quiet['until']}".replace(".", ":") if quiet["from"] else None
        people.change(connection, person_id, silent_reminders=bool(quiet["silent"]), reminder_hours=hours)

    def _add(self, connection: Connection, who: str, role: Role, name: str, family_id: int | None, region: str) -> int:
        assert self.town.phone(who).chat
        return people.add(
            connection,
            self.town.service.vault,
            chat_id=self.town.phone(who).user_id,
            role=role,
            name=name,
            family_id=family_id,
            region=region,
            zone=REGIONS[region],
            now=self.town.clock.now(),
        )

    def _children(
        self, connection: Connection, facts: Mapping[str, Any], family_id: int, person_id: int
    ) -> list[tuple[str, int]]:
        made = []
        for child in facts["children"]:
            child_id = families.add_child(
                connection,
                self.town.service.vault,
                family_id=family_id,
                name=child["name"],
                age=child.get("age") or None,
                pronoun=_PRONOUN.get(child["subject"], "name"),
                today=self.town.clock.now().date(),
                now=self.town.clock.now(),
            )
            called = str(child.get("calls_me", ""))
            families.set_calls_me(connection, self.town.service.vault, child_id, person_id, called)
            made.append((child["name"], child_id))
        return made

    def _week(
        self, connection: Connection, week: Mapping[str, Any], person_id: int, children: Mapping[str, int], today: date
    ) -> None:
        texts = self.town.service.library.texts
        kinds = [name.removeprefix("kind_") for name, text in texts.items() if text in week["kinds"]]
        lighter = children.get(str(week["lighter"]))
        for number in range(int(week["evenings"])):
            back = kinds[min(number, len(kinds) - 1)] if number < int(week["given_back"]) else "nothing"
            fields: dict[str, Field | None] = {"came_back": Field(back)}
            if number == 0 and lighter:
                fields |= {"before": Field(7), "after": Field(3)}
            ago = today - timedelta(days=int(week["evenings"]) - 1 - number)
            self._record(connection, person_id, "reflection", number, fields, lighter, ago)
        for number in range(int(week["moments"])):
            day = today - timedelta(days=number)
            self._record(connection, person_id, "moment", number, {"owner": Field("child")}, None, day)

    def _record(
        self,
        connection: Connection,
        person_id: int,
        kind: str,
        number: int,
        fields: dict[str, Field | None],
        child_id: int | None,
        day: date,
    ) -> None:
        records.keep(
            connection,
            self.town.service.vault,
            person_id=person_id,
            key=f"world.{kind}.{number}",
            kind=kind,
            fields=fields,
            child_id=child_id,
            today=day,
            now=self.town.clock.now() - timedelta(days=30 - number),
        )


def _within_reach(library: Library, start: str) -> list[str]:
    """The flows that `start` leads to, itself first."""
    found = [start]
    for name in found:
        on = [way.flow or way.call for step in library.flows[name].steps.values() for way in ways(step)]
        found += [one for one in dict.fromkeys(on) if one and one in library.flows and one not in found]
    return found


def _day_in(words: str, today: date) -> date:
    return parse_date(words, today) or today + timedelta(days=90)
