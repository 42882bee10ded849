"""A street with one family that is looked at, and everybody else who could try its door. Every field of the family
holds a marked word, so that whatever gets out is seen.

The whole service but Telegram: inputs go into the inbox, what would be sent is read from the outbox.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import time, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select
from telegram import User

from bot.care import (
    alerts,
    announcements,
    appointments,
    consents,
    families,
    follow_ups,
    groups,
    invitations,
    kindreflex_record,
    letters,
    looks,
    notes,
    people,
    posts,
    proposals,
    records,
    reports,
    rituals,
    sharing,
    switches,
)
from bot.care.appointments import Details
from bot.care.coming import Coming
from bot.care.follow_up_rhythm import Rhythm
from bot.care.kindreflex import Topic
from bot.care.looks import Look
from bot.care.notes import Piece
from bot.care.people import Person, Role
from bot.care.records import Field
from bot.care.reports import Parts
from bot.care.sharing import With
from bot.conversation.matrix import ROLES, Actor
from bot.store import outbox, tables, timers
from bot.store.timers import Timer
from flows.engine.state import State, load_state
from tests.benchmarks.stage import Stage, open_stage
from tests.support.peer_groups import gather

CHATS = {actor: 7_000_000 + number for number, actor in enumerate(Actor)}
SOMEBODY = 7_999_999
"""A chat of nobody above, who opened a link first."""
MARK = "QXMERK"
NAMES = {"parent": f"{MARK}ouder", "child": f"{MARK}kind"}
"""What the other parent and the mentor know anyway."""
SWITCHED = f"{MARK}waarom"
"""Why the mentor switched flows on for the family: written to every parent of it, and the mentor is told so before."""
SHARED = {
    "only_me": With(0),
    "with_mentor": With.MENTOR,
    "with_mentor_without_yes": With.MENTOR,
    "with_co_parent": With.CO_PARENT,
}
CARDS = {
    "game_situation": {"text": f"{MARK}kaart"},
    "network_person": {"name": f"{MARK}iemand", "closeness": "1"},
    "sentence_kept": {"sentence": f"{MARK}zin"},
}
"""What the parent keeps that is shown or drawn as a card, by kind: its fields."""
PLACE = f"{MARK}plek"
"""Where an appointment of the family is, which its parents and its mentor may read."""
NOTED = f"{MARK}dossier"
PLANNED = f"{MARK}gepland"
"""What the mentor noted, which is read by nobody but the mentor."""
KEPT = {name: f"{MARK}{name.replace('_', '')}" for name in SHARED}
DELIVERY = {"inbox", "outbox", "paces"}

Rows = Mapping[str, list[Any]]


@dataclass
class Heard:
    """What came of one input: its note, the calls to whoever gave it, and those to others."""

    note: str | None
    said: str
    buttons: list[str]
    to_others: list[str]


@dataclass
class Street:
    """The service, everybody's chat, and the way back to how it was."""

    stage: Stage
    path: Path
    people: dict[Actor, Person] = field(default_factory=dict)
    given: dict[str, str] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _before: sqlite3.Connection | None = None

    # --- doing ------------------------------------------------------------------------------------------------------

    def says(self, actor: Actor, text: str, **more: Any) -> Heard:
        message = self._message(actor, text=text, **more)
        return self._handle(actor, {"message": message})

    def edits(self, actor: Actor, message_id: int, text: str) -> Heard:
        return self._handle(actor, {"edited_message": {**self._message(actor, text=text), "message_id": message_id}})

    def taps(self, actor: Actor, token: str, message_id: int | None = None) -> Heard:
        held = self._message(actor, text="Wat wil je doen?")
        if message_id:
            held["message_id"] = message_id
        query = {"id": "1", "from": held["from"], "data": token, "message": held}
        return self._handle(actor, {"callback_query": query})

    def _message(self, actor: Actor, **content: Any) -> dict[str, Any]:
        chat_id = CHATS[actor]
        who = {"id": chat_id, "first_name": str(actor), "is_bot": False}
        return {
            "message_id": next(self._numbers) + 500,
            "date": 1,
            "chat": {"id": chat_id, "type": "private"},
            "from": who,
            **content,
        }

    def _handle(self, actor: Actor, update: dict[str, Any]) -> Heard:
        update_id = next(self._numbers) + 90_000
        self.stage.take_in([{"update_id": update_id, **update}])
        asyncio.run(self.stage.drain())
        return self.stage.service.database.do(lambda connection: self._heard(connection, actor, update_id))

    def _heard(self, connection: Connection, actor: Actor, update_id: int) -> Heard:
        row = connection.execute(select(tables.inbox).where(tables.inbox.c.update_id == update_id)).one()
        assert row.status == "done", row.problem
        assert row.attempts == 0, row.problem
        mine, others, buttons = [], [], []
        waiting = select(tables.outbox).where(tables.outbox.c.status == "waiting").order_by(tables.outbox.c.id)
        for call in connection.execute(waiting).all():
            made = self.stage.vault.open_json(outbox.PLACE, call.seal, call.call_sealed)
            if call.chat_id == CHATS[actor]:
                mine.append(str(made))
                buttons += [token for line in made.get("rows", []) for _, token in line]
            else:
                others.append(f"{call.chat_id} {made}")
        gone = {
            "status": "sent",
            "message_id": tables.outbox.c.id,
            "call_sealed": None,
            "settled_at": self.stage.clock.now(),
        }
        connection.execute(tables.outbox.update().where(tables.outbox.c.status == "waiting").values(gone))
        return Heard(row.problem, "\n".join(mine), buttons, others)

    # --- looking ----------------------------------------------------------------------------------------------------

    def running(self, actor: Actor) -> str:
        """The flow that runs in somebody's chat."""

        def work(connection: Connection) -> str:
            state = people.present(connection, self.stage.vault, CHATS[actor]).state
            running = (load_state(state) if state else State()).running
            return running.flow if running else ""

        return self.stage.service.database.do(work)

    def of_the_family(self, *, whole: bool = True) -> Rows:
        """Every row about the parent; with `whole` also those of the family and its child, and what others do with
        them."""
        return self.stage.service.database.do(lambda connection: self.rows(connection, whole=whole))

    def rows(self, connection: Connection, *, whole: bool = True) -> Rows:
        """As `of_the_family`, in a transaction that goes on; as the database has them, which is read soonest."""
        parent = self.people[Actor.PARENT]
        ids = {parent.id, parent.chat_id}
        if whole:
            ids |= {parent.family_id, int(self.given["child"])}
        held = connection.connection.dbapi_connection
        assert isinstance(held, sqlite3.Connection)
        found: dict[str, list[Any]] = {}
        for table in tables.metadata.sorted_tables:
            if table.name not in DELIVERY and (whole or table.name not in ("looks", "alerts", "alert_calls")):
                names = ", ".join(column.name for column in table.primary_key)
                rows = held.execute(f"SELECT * FROM {table.name} ORDER BY {names}")
                about = {parent.id} if table is tables.people else ids
                found[table.name] = [row for row in rows if about & {one for one in row if isinstance(one, int)}]
        return found

    # --- the way back -----------------------------------------------------------------------------------------------

    def remember(self) -> None:
        self._before = sqlite3.connect(":memory:", check_same_thread=False)
        with sqlite3.connect(self.path) as now:
            now.backup(self._before)

    def restore(self) -> None:
        """Everything as it was when it was remembered."""
        assert self._before
        now = sqlite3.connect(self.path)
        self._before.backup(now)
        now.close()

    # --- moving in --------------------------------------------------------------------------------------------------

    def move_in(self) -> None:
        self.stage.service.database.do(self._move_in)
        question = self.taps(Actor.PARENT, "g:evening_ritual")
        self.given["answer"] = question.buttons[0]

    def _move_in(self, connection: Connection) -> None:
        for actor in (Actor.MENTOR, Actor.OTHER_MENTOR, Actor.COORDINATOR):
            self._comes(connection, actor, str(actor), None)
        family_id = families.found(connection, self.people[Actor.MENTOR].id, self._now)
        self._comes(connection, Actor.PARENT, NAMES["parent"], family_id)
        self._comes(connection, Actor.CO_PARENT, "Joris", family_id)
        other = families.found(connection, self.people[Actor.OTHER_MENTOR].id, self._now)
        self._comes(connection, Actor.OTHER_PARENT, "Gul", other)
        self._child(connection, other, "Bo", Actor.OTHER_PARENT)
        self.given["family"] = str(family_id)
        self.given["child"] = str(self._child(connection, family_id, NAMES["child"], Actor.PARENT))
        for name, flow in self.stage.service.library.flows.items():
            if flow.gated:
                mentor, why = self.people[Actor.MENTOR], SWITCHED
                switches.switch_on(connection, self.stage.vault, family_id, name, mentor, why, self._now)
        self._keeps(connection)
        self._talks(connection)
        self._announces(connection)
        self._links(connection)

    @property
    def _now(self) -> Any:
        self.stage.clock.move(timedelta(seconds=1))
        return self.stage.clock.now()

    def _comes(self, connection: Connection, actor: Actor, name: str, family_id: int | None) -> None:
        role, safe = ROLES[actor], self.stage.vault
        assert role
        people.add(
            connection,
            safe,
            chat_id=CHATS[actor],
            role=role,
            name=name,
            family_id=family_id,
            region="nl",
            zone="Europe/Amsterdam",
            now=self._now,
        )
        person = people.present(connection, safe, CHATS[actor]).person
        assert person
        consents.give(connection, person.id, "use", self._now)
        if role is Role.PARENT:
            rituals.set_evening(connection, person, time(21, 30), rituals.EVERY_DAY, self._now)
        self.people[actor] = person

    def _child(self, connection: Connection, family_id: int, name: str, parent: Actor) -> int:
        today, safe = self._now.date(), self.stage.vault
        given = {"family_id": family_id, "age": 7, "pronoun": "he", "today": today, "now": self._now}
        child_id = families.add_child(connection, safe, name=name, **given)
        word = f"{MARK}noemt" if parent is Actor.PARENT else "mama"
        families.set_calls_me(connection, safe, child_id, self.people[parent].id, word)
        return child_id

    def _is_reported(self, connection: Connection, mentor: Person) -> None:
        """A report of a meeting, with a note that no parent may read and something proposed."""
        safe, family_id = self.stage.vault, int(self.given["family"])
        said = Parts(self._now.date(), "", "Het ging over slapen.", "", ("Samen lezen",))
        report = reports.begin(connection, safe, family_id, mentor, self._now, parts=said)
        reports.change(connection, safe, report, "professional", NOTED, seen=None, mentor=mentor, now=self._now)
        reports.give(connection, safe, report, mentor, self._now)
        self.given["report"] = str(report.id)
        self.given["proposal"] = str(proposals.of_report(connection, safe, report.id)[0].id)

    def _is_noted(self, connection: Connection, mentor: Person) -> None:
        """What the mentor noted in the record of the family, and for nobody else."""
        safe, now, family_id = self.stage.vault, self._now, int(self.given["family"])
        held = {"text": NOTED}
        noted = kindreflex_record.note(connection, safe, mentor, family_id, Topic.HOME, held, now, run="street")
        fields = {"did": Field(NOTED)}
        records.keep(
            connection,
            safe,
            person_id=mentor.id,
            key="above.1",
            kind="overview_position",
            fields={**fields},
            child_id=None,
            today=now.date(),
            now=now,
        )
        above = records.find(connection, safe, mentor.id, "above.1")
        assert above
        self.given |= {"noted": str(noted), "from_above": str(above.id)}

    def _keeps(self, connection: Connection) -> None:
        parent, mentor, safe = self.people[Actor.PARENT], self.people[Actor.MENTOR], self.stage.vault
        consents.give(connection, parent.id, "share", self._now)
        for name, shared in SHARED.items():
            key = f"{name[:30]}.1"
            fields = {"what": Field(KEPT[name], KEPT[name]), "answered": Field(f"photo:{KEPT[name]}", "een foto")}
            now = self._now
            records.keep(
                connection,
                safe,
                person_id=parent.id,
                key=key,
                kind="reflection",
                fields=fields,
                child_id=int(self.given["child"]),
                today=now.date(),
                now=now,
            )
            record = records.find(connection, safe, parent.id, key)
            assert record
            for one in With:
                if shared & one:
                    sharing.share(connection, parent.id, record.id, one, now)
            self.given[name] = str(record.id)
        for flow, due in (("resolution_now", self._now + timedelta(days=3)), ("resolution_check", None)):
            key = Coming(flow, self.given["only_me"]).key
            timers.put(connection, Timer(parent.chat_id, key, due, 3600, None, None if due else "10:00"))
        plan = {name: Field(f"{MARK}plan{name}", f"{MARK}plan{name}") for name in ("calls", "helps", "keeps_safe")}
        spot = {"part": Field("belly", "buik"), "feeling": Field(f"{MARK}gevoel")}
        for kind, together in (("game_situation", {"text": Field(f"{MARK}kaart")}), ("body_feeling", spot)):
            records.keep(
                connection,
                safe,
                person_id=parent.id,
                key=f"{kind}.1",
                kind=kind,
                fields=together,
                child_id=int(self.given["child"]),
                today=self._now.date(),
                now=self._now,
            )
        records.keep(
            connection,
            safe,
            person_id=parent.id,
            key="plan.1",
            kind="safety_plan",
            fields=plan,
            child_id=None,
            today=self._now.date(),
            now=self._now,
        )
        for kind, fields in CARDS.items():
            marked = {name: Field(value, f"{MARK}{kind}") for name, value in fields.items()}
            records.keep(
                connection,
                safe,
                person_id=parent.id,
                key=f"{kind}.1",
                kind=kind,
                fields=marked,
                child_id=int(self.given["child"]),
                today=self._now.date(),
                now=self._now,
            )
        notes.add(
            connection,
            safe,
            parent.id,
            "note.1",
            Piece("text", f"{MARK}notitie", None, 77),
            self._now.date(),
            self._now,
        )
        records.note_answer(connection, parent.chat_id, 77, "note", "note.1", "pieces")
        for writer, reader, message_id in ((parent, mentor, 601), (mentor, parent, 602)):
            letter = letters.write(connection, safe, writer.id, reader.id, f"{MARK}brief", self._now, f"{MARK}bestand")
            connection.execute(
                tables.letters.update().where(tables.letters.c.id == letter).values(message_id=message_id)
            )
            if writer is parent:
                self.given["letter"] = str(letter)
            else:
                self.given["missed"] = str(letter)
        self._is_noted(connection, mentor)
        meeting = appointments.propose(
            connection,
            safe,
            family_id=int(self.given["family"]),
            mentor_id=mentor.id,
            by=mentor.id,
            kind="talk",
            starts_at=self._now + timedelta(days=3),
            minutes=60,
            zone=parent.zone,
            details=Details("office", PLACE, "", PLACE),
            now=self._now,
        )
        self.given["appointment"] = str(meeting)
        self._is_reported(connection, mentor)
        weekly, soon = Rhythm("weeks", (1,)), self._now + timedelta(days=1)
        for name, status in (("planned", follow_ups.OPEN), ("offer", follow_ups.OFFERED)):
            plan = follow_ups.Plan(follow_ups.Content(PLANNED), [parent.id], weekly, soon, soon.time())
            planned = follow_ups.plan(connection, safe, mentor, plan, self._now)
            own = tables.follow_ups.update().where(tables.follow_ups.c.id == planned)
            connection.execute(own.values(status=status))
            self.given[name] = str(planned)
        alert = alerts.make(connection, parent.id, self._now)
        alerts.call(connection, alert.id, mentor.id, self._now)
        self.given["alert"] = str(alert.id)
        assert looks.hold(connection, parent.id)
        looks.add(connection, safe, parent.id, Look(f"{MARK}kijker", "mentor", "reflection", self._now))

    def _talks(self, connection: Connection) -> None:
        """A group of the mentor's in which the parent is, with something said there and something not sent."""
        parent, mentor, safe, now = self.people[Actor.PARENT], self.people[Actor.MENTOR], self.stage.vault, self._now
        group = gather(connection, safe, mentor, {"Vos": parent}, now)
        place = groups.place_of(connection, safe, parent.id, group.id)
        assert place
        for name, number in (("peer_post", 701), ("peer_draft", 702)):
            said = posts.Content("Zo gaat het hier.")
            post = posts.add(
                connection, safe, group.id, place.member.id, posts.TEXT, said, self._now, message_id=number
            )
            if name == "peer_post":
                post = posts.show(connection, post, self._now)
                posts.carry(connection, post.id, [(mentor.chat_id, post.id)])
            self.given[name] = str(post.id)
        round_ = posts.Content("Hoe zit je erbij?", options=("Licht", "Gaat wel", "Zwaar"))
        asked = posts.add(connection, safe, group.id, None, posts.CHECKIN, round_, self._now)
        self.given["peer_checkin"] = str(posts.show(connection, asked, self._now).id)
        self.given |= {"peer_group": str(group.id), "peer_member": str(place.member.id)}

    def _announces(self, connection: Connection) -> None:
        coordinator = self.people[Actor.COORDINATOR]
        words = "Het kantoor is dicht."
        going = announcements.begin(connection, self.stage.vault, coordinator, "mentors", words, self._now)
        self.given["announcement"] = str(going.id)

    def _links(self, connection: Connection) -> None:
        safe, by = self.stage.vault, {actor: person.id for actor, person in self.people.items()}
        family_id = self.people[Actor.PARENT].family_id
        wanted = {
            "for_parent": (Role.PARENT, by[Actor.MENTOR], None),
            "for_co_parent": (Role.PARENT, by[Actor.PARENT], family_id),
            "for_mentor": (Role.MENTOR, by[Actor.COORDINATOR], None),
            "for_coordinator": (Role.COORDINATOR, None, None),
            "used": (Role.MENTOR, by[Actor.COORDINATOR], None),
            "expired": (Role.COORDINATOR, None, None),
            "held": (Role.COORDINATOR, None, None),
        }
        for name, (role, made_by, family) in wanted.items():
            given = {"role": role, "made_by": made_by, "family_id": family, "now": self._now}
            self.given[name] = invitations.make(connection, safe, name=f"{MARK}uitgenodigd" if family else "", **given)
        for_parent = invitations._hash(self.given["for_parent"])
        made = select(tables.invitations.c.id).where(tables.invitations.c.code_hash == for_parent)
        self.given["invitation"] = str(connection.execute(made).scalar_one())
        self.given["guessed"] = "A" * 22
        for name, chat_id in (("used", CHATS[Actor.MENTOR]), ("held", SOMEBODY)):
            opened = invitations.open_by_code(connection, safe, self.given[name], chat_id, self._now)
            assert opened
            if name == "used":
                invitations.use(connection, opened.id, self._now)
        long_ago = {"expires_at": self._now - timedelta(days=1)}
        late = tables.invitations.c.code_hash == invitations._hash(self.given["expired"])
        connection.execute(tables.invitations.update().where(late).values(long_ago))

    def take_back_the_yes(self) -> None:
        """The parent's mentor sees nothing any more from here on."""
        own = self.people[Actor.PARENT].id
        now = self.stage.clock.now()
        self.stage.service.database.do(lambda connection: consents.withdraw(connection, own, "share", now))


@contextmanager
def open_street(folder: Path, cache: Path) -> Iterator[Street]:
    """A street where everybody lives, remembered as it is."""
    with open_stage(folder, cache=cache) as stage:
        stage.service.bot._bot_user = User(
            1000, "Draaglicht", is_bot=True, username="draaglicht_bot"
        )  # as Telegram says
        street = Street(stage, folder / "draaglicht.sqlite3")
        street.move_in()
        street.remember()
        yield street
