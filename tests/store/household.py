"""A family with everything that can be kept of it, so that tests can look what stays and what goes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import partial

from sqlalchemy import Connection, insert

from bot.care import (
    additions,
    alerts,
    appointments,
    coming,
    consents,
    dossiers,
    families,
    follow_ups,
    groups,
    guidance,
    invitations,
    kindreflex_record,
    letters,
    looks,
    notes,
    peer_reports,
    peer_weeks,
    people,
    posts,
    proposals,
    records,
    reports,
    rituals,
    switches,
    uses,
    videos,
)
from bot.care.appointments import Details
from bot.care.dossiers import ByLaw
from bot.care.follow_up_rhythm import Rhythm
from bot.care.follow_ups import Content, Plan
from bot.care.kindreflex import Topic
from bot.care.looks import Look
from bot.care.notes import Piece
from bot.care.people import Person, Role
from bot.care.records import Field
from bot.care.reports import Parts
from bot.store import inbox, outbox, tables, timers
from bot.store.database import Database
from bot.store.inbox import Arrival
from bot.store.outbox import Call, Settled
from bot.store.timers import Timer
from bot.store.types import new_id
from bot.store.vault import Vault

UNPACED = outbox.Pace(bot_per_second=1e6, chat_seconds=0, group_seconds=0)
EVERY_KIND = ByLaw(dossiers.KINDS)
INGRID, HANNE, JONAS, STRANGER = 401, 501, 502, 999


@dataclass
class Household:
    """A database, its vault and a moment; each thing done takes a second, so that ids are in order."""

    database: Database
    vault: Vault
    now: datetime
    codes: dict[str, str] = field(default_factory=dict)

    def passes(self, **given: float) -> None:
        self.now += timedelta(**given)

    def add(self, chat_id: int, role: Role, name: str, family_id: int | None = None) -> Person:
        """Somebody comes in."""
        self.passes(seconds=1)

        def work(connection: Connection) -> Person:
            given = {"region": "nl", "zone": "Europe/Amsterdam", "now": self.now}
            people.add(connection, self.vault, chat_id=chat_id, role=role, name=name, family_id=family_id, **given)
            person = people.present(connection, self.vault, chat_id).person
            assert person
            return person

        return self.database.do(work)

    def found(self, mentor: Person) -> int:
        self.passes(seconds=1)
        return self.database.do(lambda connection: families.found(connection, mentor.id, self.now))

    def child(self, family_id: int, name: str) -> int:
        self.passes(seconds=1)
        return self.database.do(
            lambda connection: families.add_child(
                connection,
                self.vault,
                family_id=family_id,
                name=name,
                age=7,
                pronoun="he",
                today=self.now.date(),
                now=self.now,
            )
        )

    def invite(self, role: Role, name: str, made_by: Person | None = None, family_id: int | None = None) -> str:
        self.passes(seconds=1)
        return self.database.do(
            lambda connection: invitations.make(
                connection,
                self.vault,
                role=role,
                name=name,
                made_by=made_by.id if made_by else None,
                now=self.now,
                family_id=family_id,
            )
        )

    def keeps(self, person: Person, key: str, child_id: int | None = None, kind: str = "reflection") -> None:
        """A record with one answer."""
        self.database.do(
            lambda connection: records.keep(
                connection,
                self.vault,
                person_id=person.id,
                key=key,
                kind=kind,
                fields={"what": Field("Hij vroeg iets.", "Hij vroeg iets.")},
                child_id=child_id,
                today=self.now.date(),
                now=self.now,
            )
        )

    def writes(self, writer: Person, receiver: Person, text: str) -> int:
        self.passes(seconds=1)
        return self.database.do(
            lambda connection: letters.write(connection, self.vault, writer.id, receiver.id, text, self.now, "AgADfile")
        )

    def looks(self, viewer: Person, owner: Person) -> None:
        """Somebody opened something of the owner."""
        self.passes(seconds=1)

        def work(connection: Connection) -> None:
            assert looks.hold(connection, owner.id)
            looks.add(connection, self.vault, owner.id, Look(viewer.name, "mentor", "reflection", self.now))

        self.database.do(work)

    def lives(self, person: Person, child_id: int | None, message_id: int = 7) -> None:
        """One of everything that can be kept of a person."""
        self.keeps(person, "aaaa.1", child_id)
        code = self.invite(Role.PARENT, person.name)

        def work(connection: Connection) -> None:
            vault, today = self.vault, self.now.date()
            notes.add(connection, vault, person.id, "bbbb.1", Piece("text", "dag", None, message_id), today, self.now)
            records.note_answer(connection, person.chat_id, message_id, "bbbb", "bbbb.1", "pieces")
            consents.give(connection, person.id, "use", self.now)
            if child_id:
                families.set_calls_me(connection, vault, child_id, person.id, "mama")
            rituals.set_evening(connection, person, time(19, 30), rituals.EVERY_DAY, self.now)
            timers.put(connection, Timer(person.chat_id, "pause", self.now, 60, 3))
            connection.execute(
                insert(tables.conversations).values(
                    chat_id=person.chat_id,
                    state_sealed=vault.seal(people.STATE, person.chat_id, b"{}"),
                    active_at=self.now,
                )
            )
            came_in_by = invitations.open_by_code(connection, vault, code, person.chat_id, self.now)
            assert came_in_by
            invitations.use(connection, came_in_by.id, self.now)
            self._says_and_gets(connection, person.chat_id)
            uses.note(connection, person.id, "breathe", self.now)
            coming.note(connection, person, rituals.EVENING, coming.CAME, self.now)
            if person.mentor_id:
                self._asks_for_help(connection, person, person.mentor_id)
                self._gets_switched_on(connection, person)
                self._is_in_a_group(connection, person)
                self.works_with_mentor(connection, person, person.mentor_id, child_id)
            dossiers.put_away(connection, vault, EVERY_KIND, person, self.now)

        self.database.do(work)

    def works_with_mentor(self, connection: Connection, person: Person, mentor_id: int, child_id: int | None) -> None:
        """One of everything that a mentor and a parent do together, or that a mentor keeps."""
        self._makes_an_appointment(connection, person, mentor_id)
        self._is_to_get_a_message(connection, person, mentor_id)
        self._gets_a_report(connection, person)
        self._is_guided(connection, person, child_id)
        self._is_looked_after(connection, person, child_id)

    def _asks_for_help(self, connection: Connection, person: Person, mentor_id: int) -> None:
        """One question that the mentor took up, and one that waits."""
        for taken_up in (True, False):
            alert = alerts.make(connection, person.id, self.now)
            alerts.call(connection, alert.id, mentor_id, self.now)
            if taken_up:
                alerts.take_up(connection, alert.id, mentor_id, self.now)

    def _is_to_get_a_message(self, connection: Connection, person: Person, mentor_id: int) -> None:
        """One every week, which went out once and was answered."""
        mentor = people.by_id(connection, self.vault, mentor_id)
        assert mentor
        weekly, content = Rhythm("weeks", (1,)), Content("Dag [naam]. Hoe is het?", flow="breathe")
        plan = Plan(content, [person.id], weekly, self.now, time(9))
        planned = follow_ups.plan(connection, self.vault, mentor, plan, self.now)
        write = partial(letters.write, connection, self.vault)
        sent = write(mentor_id, person.id, "Dag. Hoe is het?", self.now, follow_up_id=planned)
        write(person.id, mentor_id, "Het gaat.", self.now, answers_id=sent)

    def _makes_an_appointment(self, connection: Connection, person: Person, mentor_id: int) -> None:
        """One that the parent asked for and that waits, with its timers."""
        assert person.family_id
        appointments.propose(
            connection,
            self.vault,
            family_id=person.family_id,
            mentor_id=mentor_id,
            by=person.id,
            kind="talk",
            starts_at=self.now + timedelta(days=3),
            minutes=60,
            zone=person.zone,
            details=Details("office", "Kerkstraat 1", "", "Het gaat over slapen."),
            now=self.now,
        )

    def _gets_a_report(self, connection: Connection, person: Person) -> None:
        """A report with a note for professionals and two proposals, of which the parent took one; and what the parent
        added. And a draft."""
        mentor = people.by_id(connection, self.vault, person.mentor_id or 0)
        assert mentor
        assert person.family_id
        begin = partial(reports.begin, connection, self.vault, person.family_id, mentor, self.now)
        wanted = ("Samen lezen", "Oma bellen")
        report = begin(parts=Parts(self.now.date(), person.name, "Hoe het slapen gaat.", "", wanted))
        change = partial(reports.change, connection, self.vault, mentor=mentor, now=self.now, seen=None)
        change(report, "professional", "Nog eens bellen met school.")
        assert reports.give(connection, self.vault, report, mentor, self.now)
        (first, _) = proposals.of_report(connection, self.vault, report.id)
        proposals.take(connection, self.vault, person, first, "Elke avond lezen", "Loopt", self.now)
        page = additions.report_page(report.id)
        add = partial(additions.add, connection, self.vault, family_id=person.family_id, person_id=person.id)
        add(page=page, text="Zo was het.", now=self.now)
        add(page=page, text="", now=self.now, kind="voice", file_id="AgADadded")
        begin(parts=Parts(discussed="Nog niet af."))

    def _gets_switched_on(self, connection: Connection, person: Person) -> None:
        mentor = people.by_id(connection, self.vault, person.mentor_id or 0)
        assert mentor
        assert person.family_id
        switches.switch_on(connection, self.vault, person.family_id, "limits", mentor, "We oefenen samen.", self.now)

    def _is_guided(self, connection: Connection, person: Person, child_id: int | None) -> None:
        """What the mentor noted: about the family, about this parent alone, and about a recording."""
        mentor = people.by_id(connection, self.vault, person.mentor_id or 0)
        assert mentor
        assert person.family_id
        recorded = {videos.RECORDED_ON: self.now.date().isoformat(), videos.FOCUS_IS: ""}
        for kind, topic, entry, about_id in (
            ("course", "joy", {"words": "Zij lachten samen."}, None),
            ("interview", "joy", {"words": "Zij lachten samen."}, person.id),
            (videos.KIND, videos.PLANNED, recorded, None),
        ):
            guidance.add(
                connection,
                self.vault,
                family_id=person.family_id,
                author=mentor,
                kind=kind,
                topic=topic,
                entry=entry,
                local_day=self.now.date(),
                now=self.now,
                child_id=child_id,
                about_id=about_id,
                for_parents=True,
            )

    def _is_looked_after(self, connection: Connection, person: Person, child_id: int | None) -> None:
        """A record of professionals: noted, added to, talked about with this parent, and looked at."""
        mentor = people.by_id(connection, self.vault, person.mentor_id or 0)
        assert mentor
        assert person.family_id
        family_id, vault, now = person.family_id, self.vault, self.now
        held = {"text": "Er is elke avond ruzie.", "choice": "Geeft zorgen", "choice_id": "risk"}
        noted = kindreflex_record.note(
            connection, vault, mentor, family_id, Topic.FACTOR, held, now, run="aaaa", child_id=child_id
        )
        assert noted
        kindreflex_record.add_to(connection, vault, mentor, family_id, noted, "Nu minder vaak.", now)
        kindreflex_record.talked_about(connection, vault, mentor, family_id, [noted], [person.id], now)
        assert kindreflex_record.open_record(connection, vault, mentor, family_id, "card", now)

    def _is_in_a_group(self, connection: Connection, person: Person) -> None:
        """A group of the mentor's, in which the parent wrote, was answered, reported and warned."""
        mentor = people.by_id(connection, self.vault, person.mentor_id or 0)
        assert mentor
        vault, now, chosen = self.vault, self.now, f"Kiezel {person.id}"
        group = groups.found(connection, vault, mentor, 8, groups.Settings("Rustige avonden", "Slapen"), now)
        member_id = groups.invite(connection, group.id, person.id, now)
        member = groups.member(connection, vault, member_id)
        assert member
        assert groups.join(connection, vault, group, member, chosen, now)
        (guide,) = groups.moderators(groups.members(connection, vault, group.id))
        first = self._says_in_group(connection, group.id, member_id, "Hoe doen jullie dat?", person.chat_id, None)
        again = self._says_in_group(connection, group.id, guide.id, "Vertel eens.", person.chat_id, first)
        posts.add(connection, vault, group.id, member_id, posts.TEXT, posts.Content("Nog niet."), now, message_id=9)
        for post_id, by in ((first, guide.id), (again, member_id)):
            posts.mark(connection, post_id, by, "h")
        report = {"post_id": first, "by_member": member_id, "why": "member", "made_at": now, "due_at": now}
        done = {"status": "done", "outcome": "left", "done_by": mentor.id, "done_at": now}
        connection.execute(insert(tables.peer_reports).values(id=new_id(now), **report, **done))
        entry = {"id": new_id(now), "group_id": group.id, "at": now, "by_person": mentor.id, "member_id": member_id}
        told = self.vault.seal_json(peer_reports.ENTRY, entry["id"], {})
        connection.execute(insert(tables.peer_log).values(**entry, action="warn", entry_sealed=told))
        week = {"id": new_id(now), "group_id": group.id, "starts_on": now.date(), "theme": "own"}
        own = self.vault.seal_json(peer_weeks.THEME, week["id"], {"name": "Samen eten"})
        connection.execute(insert(tables.peer_weeks).values(**week, parts=1, theme_sealed=own))

    def _says_in_group(
        self, connection: Connection, group_id: int, by: int, words: str, chat_id: int, answers: int | None
    ) -> int:
        content = posts.Content(words)
        add = partial(posts.add, connection, self.vault, group_id, by, posts.TEXT, content, self.now)
        post = add(reply_to=answers, message_id=8)
        posts.show(connection, post, self.now)
        posts.carry(connection, post.id, [(chat_id, post.id)])
        return post.id

    def _says_and_gets(self, connection: Connection, chat_id: int) -> None:
        """Messages handled and dead, calls made and refused, and the pace that they left."""
        inbox.accept(connection, self.vault, [Arrival(chat_id, "update", b"{}") for _ in range(2)], self.now)
        done = inbox.take(connection, self.vault, self.now)
        assert done
        inbox.finish(connection, done)
        dead = inbox.take(connection, self.vault, self.now)
        assert dead
        for _ in range(inbox.MAX_ATTEMPTS):
            inbox.fail(connection, dead.id, "x", self.now)
        outbox.put(connection, self.vault, [Call(chat_id, "sent"), Call(chat_id, "refused")], self.now)
        for result in ("sent", "refused"):
            (one,) = outbox.take(connection, self.vault, "a", UNPACED, self.now)
            outbox.settle(connection, "a", [Settled(one.id, result, 1)], self.now)
