"""Reports about posts of a peer group, and the log of what moderators did, as rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

import pytest
from sqlalchemy import Connection

from bot.care import groups, peer_reports, people, posts
from bot.care.groups import Settings
from bot.care.people import Person, Role
from bot.care.posts import Content, Post
from bot.store import timers
from bot.store.database import Database
from bot.store.vault import Vault
from tests.store.household import HANNE, INGRID, JONAS, Household

SAMIR, PETRA = 402, 403
T = TypeVar("T")


class Circle:
    """A group of two parents with one moderator, who has a stand-in."""

    def __init__(self, household: Household) -> None:
        self.household, self.vault = household, household.vault
        self.samir = household.add(SAMIR, Role.MENTOR, "Samir")
        self.ingrid = household.add(INGRID, Role.MENTOR, "Ingrid")
        self.petra = household.add(PETRA, Role.COORDINATOR, "Petra")
        self.do(lambda connection: people.change(connection, self.ingrid.id, stand_in_id=self.samir.id))
        settings = Settings("Woensdag")
        self.group = self.do(
            lambda connection: groups.found(connection, self.vault, self.ingrid, 8, settings, household.now)
        )
        self.roos = self.comes_in(household.add(HANNE, Role.PARENT, "Hanne"))
        self.wolk = self.comes_in(household.add(JONAS, Role.PARENT, "Jonas"))

    def comes_in(self, person: Person) -> int:
        return self.do(lambda connection: groups.invite(connection, self.group.id, person.id, self.now))

    def do(self, work: Callable[[Connection], T]) -> T:
        return self.household.database.do(work)

    @property
    def now(self) -> datetime:
        return self.household.now

    def post(self, text: str, *, shown: bool = True) -> Post:
        self.household.passes(seconds=1)

        def work(connection: Connection) -> Post:
            draft = posts.add(connection, self.vault, self.group.id, self.roos, posts.TEXT, Content(text), self.now)
            return posts.show(connection, draft, self.now) if shown else draft

        return self.do(work)

    def reports(self, post: Post, by: int | None, why: str = "member", **given: object) -> bool:
        self.household.passes(seconds=1)
        due_at = self.now + timedelta(hours=4)
        return self.do(
            lambda connection: bool(
                peer_reports.add(connection, post.id, by, why, due_at, 0, self.now, **given)  # type: ignore[arg-type]
            )
        )

    def waits(self) -> list[int]:
        found = self.do(lambda connection: peer_reports.open_in(connection, [self.group.id]))
        assert all(group_id == self.group.id for group_id, _ in found)
        return [report.post_id for _, report in found]

    def reach(self, person: Person) -> set[int]:
        coordinates = Role.COORDINATOR in person.roles
        return self.do(lambda connection: peer_reports.groups_in_reach(connection, person.id, coordinates=coordinates))


@pytest.fixture
def circle(database: Database, vault: Vault, now: datetime) -> Circle:
    return Circle(Household(database, vault, now))


def test_a_member_reports_a_post_once(circle: Circle) -> None:
    post = circle.post("Dag")
    assert circle.reports(post, circle.wolk)
    assert not circle.reports(post, circle.wolk)
    assert circle.reports(post, None, "word")
    assert not circle.reports(post, None, "word")
    assert circle.waits() == [post.id, post.id]


def test_one_look_closes_all_that_waits_for_a_post(circle: Circle) -> None:
    post, other = circle.post("Dag"), circle.post("Hoi")
    circle.reports(post, circle.wolk)
    circle.reports(post, None, "word")
    circle.reports(other, circle.wolk)
    ended = circle.do(
        lambda connection: peer_reports.close(connection, post.id, circle.ingrid.id, "removed", circle.now)
    )
    assert [one.why for one in ended] == ["member", "word"]
    assert circle.waits() == [other.id]
    (first, _) = circle.do(lambda connection: peer_reports.of_post(connection, post.id))
    assert (first.status, first.outcome, first.done_by, first.done_at) == (
        "done",
        "removed",
        circle.ingrid.id,
        circle.now,
    )
    assert not circle.reports(post, circle.wolk), "the same member does not report it anew"
    assert circle.reports(post, None, "word"), "after an edit it may have a word of the list again"


def test_what_is_due_first_comes_first(circle: Circle) -> None:
    first, second = circle.post("Dag"), circle.post("Hoi")
    circle.reports(first, circle.wolk)
    circle.reports(second, circle.wolk)
    (report,) = circle.do(lambda connection: peer_reports.of_post(connection, first.id))
    later = circle.now + timedelta(days=1)
    circle.do(lambda connection: peer_reports.go_on(connection, report.id, 1, later))
    assert circle.waits() == [second.id, first.id]
    found = circle.do(lambda connection: peer_reports.find(connection, report.id))
    assert found
    assert (found.stage, found.due_at) == (1, later)


def test_what_nobody_is_told_of_waits_for_nobody(circle: Circle) -> None:
    post = circle.post("Ik kan niet meer", shown=False)
    circle.reports(post, None, "danger", status=peer_reports.KEPT)
    assert circle.waits() == []
    assert circle.reach(circle.petra) == set()
    own = circle.do(lambda connection: peer_reports.drafts_in_danger(connection, [circle.roos]))
    assert own == [post.id]
    circle.do(lambda connection: posts.show(connection, post, circle.now))
    assert circle.do(lambda connection: peer_reports.drafts_in_danger(connection, [circle.roos])) == []


def test_whose_reach_it_is_in(circle: Circle) -> None:
    circle.reports(circle.post("Dag"), circle.wolk)
    assert circle.reach(circle.samir) == {circle.group.id}
    assert circle.reach(circle.petra) == {circle.group.id}
    assert circle.reach(circle.ingrid) == set(), "a moderator has it by being one"


def test_a_draft_that_was_told_of_is_emptied_and_stays(circle: Circle) -> None:
    told, other = circle.post("Ik wil dood", shown=False), circle.post("Dag", shown=False)
    circle.reports(told, None, "danger")
    circle.do(lambda connection: posts.forget_drafts(connection, circle.now + timedelta(hours=1)))
    found = circle.do(lambda connection: posts.find(connection, circle.vault, told.id))
    assert found
    assert (found.status, found.content.text) == ("withdrawn", "")
    assert circle.do(lambda connection: posts.find(connection, circle.vault, other.id)) is None


def test_the_deadline_stands_in_a_lane(circle: Circle) -> None:
    circle.do(lambda connection: peer_reports.look_again(connection, INGRID, 77, circle.now))
    assert "peer_due:77" in circle.do(lambda connection: timers.of_chat(connection, INGRID))


def test_a_deadline_that_went_with_somebody_is_set_anew(circle: Circle) -> None:
    post = circle.post("Dag")
    circle.reports(post, circle.wolk)
    (report,) = circle.do(lambda connection: peer_reports.of_post(connection, post.id))
    key = f"peer_due:{report.id}"
    circle.household.passes(hours=4.5)
    circle.do(lambda connection: peer_reports.wake(connection, circle.now))
    assert key not in circle.do(lambda connection: timers.of_chat(connection, INGRID)), "it may be about to go off"
    circle.household.passes(hours=1)
    circle.do(lambda connection: peer_reports.wake(connection, circle.now))
    assert key in circle.do(lambda connection: timers.of_chat(connection, INGRID))


def test_the_log_is_only_added_to(circle: Circle) -> None:
    for number in range(5):
        circle.household.passes(seconds=1)
        told = {"why": "kind", "number": number}
        circle.do(
            lambda connection, told=told: peer_reports.write_down(  # type: ignore[misc]
                connection, circle.vault, circle.group.id, circle.ingrid.id, circle.roos, "warned", told, circle.now
            )
        )
    found = circle.do(lambda connection: peer_reports.log(connection, circle.vault, circle.group.id, 2, skip=1))
    assert [entry.told["number"] for entry in found] == [3, 2]
    assert (found[0].by_person, found[0].member_id, found[0].action) == (circle.ingrid.id, circle.roos, "warned")
