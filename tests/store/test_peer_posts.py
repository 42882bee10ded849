"""Posts of a peer group as rows, on both databases: bundles, drafts, and what stands above a message."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, select, update

from bot.care import groups, peer_reports, people, posts
from bot.care.groups import Member, Settings
from bot.care.people import Role
from bot.care.posts import TEXT, Content, Post
from bot.conversation import outgoing
from bot.store import outbox, tables
from bot.store.database import Database
from bot.store.outbox import Call, Pace, Priority, Settled
from bot.store.vault import Vault

CHAT, OTHER = 4_000_001, 4_000_002


@pytest.fixture
def member(database: Database, vault: Vault, now: datetime) -> Member:
    def work(connection: Connection) -> Member:
        given = {"region": "nl", "zone": "Europe/Amsterdam", "now": now, "family_id": None}
        person_id = people.add(connection, vault, chat_id=CHAT, role=Role.MENTOR, name="Ingrid", **given)
        person = people.by_id(connection, vault, person_id)
        assert person
        group = groups.found(connection, vault, person, 5, Settings("Avondploeg"), now)
        return groups.members(connection, vault, group.id)[0]

    return database.do(work)


def _post(connection: Connection, vault: Vault, member: Member, text: str, now: datetime, message_id: int = 0) -> Post:
    content = Content(text)
    return posts.add(connection, vault, member.group_id, member.id, TEXT, content, now, message_id=message_id or None)


def test_posts_of_one_message_are_found_together(
    database: Database, vault: Vault, member: Member, now: datetime
) -> None:
    def work(connection: Connection) -> None:
        first, second, third = (
            posts.show(connection, _post(connection, vault, member, text, now), now) for text in ("een", "twee", "drie")
        )
        posts.carry(connection, first.id, [(CHAT, first.id), (OTHER, first.id)])
        posts.carry(connection, second.id, [(CHAT, first.id), (OTHER, second.id)])
        posts.carry(connection, third.id, [(CHAT, third.id)])
        connection.execute(update(tables.peer_copies).values(message_id=tables.peer_copies.c.bundle % 1000 + 1))
        where = [(first.id, CHAT), (first.id, OTHER), (third.id, CHAT), (7, CHAT)]
        found = posts.together_in(connection, vault, where)
        texts = {place: [one.content.text for one in some] for place, some in found.items()}
        assert texts == {(first.id, CHAT): ["een", "twee"], (first.id, OTHER): ["een"], (third.id, CHAT): ["drie"]}
        assert posts.together_in(connection, vault, []) == {}
        assert set(posts.stands_alone(connection, first.id)) == {OTHER}
        assert set(posts.stands_alone(connection, second.id)) == {OTHER}
        assert set(posts.stands_alone(connection, third.id)) == {CHAT}

    database.do(work)


def test_a_draft_that_was_reported_leaves_its_trace(
    database: Database, vault: Vault, member: Member, now: datetime
) -> None:
    def work(connection: Connection) -> None:
        told, quiet = (_post(connection, vault, member, text, now, 8) for text in ("een", "twee"))
        peer_reports.add(connection, told.id, None, "danger", now, 0, now)
        drafts = posts.drafts_of(connection, vault, member.person_id or 0, 8)
        assert [one.id for one in drafts] == [told.id, quiet.id]
        posts.drop(connection, drafts)
        rows = connection.execute(select(tables.peer_posts.c.id, tables.peer_posts.c.post_sealed)).all()
        assert rows == [(told.id, None)]
        assert posts.forget_drafts(connection, now + timedelta(days=1)) == 0

    database.do(work)


def test_what_stands_above_a_message(database: Database, vault: Vault, now: datetime) -> None:
    def put(purpose: outbox.Purpose, post_id: int | None = None) -> None:
        call = Call(CHAT, outgoing.send("x"), Priority.ANSWER, purpose, post_id=post_id)
        database.do(lambda connection: outbox.put(connection, vault, [call], now))

    def take() -> int:
        pace = Pace(1e9, 0, 0)
        return database.do(lambda connection: outbox.take(connection, vault, "s", pace, now))[0].id

    def sent(row: int, message_id: int) -> None:
        database.do(lambda connection: outbox.settle(connection, "s", [Settled(row, "sent", message_id)], now))

    def above(message_id: int) -> outbox.Above | None:
        return database.do(lambda connection: outbox.above(connection, CHAT, message_id))

    assert above(5) is None
    put("answer")
    assert above(5) is None
    sent(take(), 10)
    assert above(11) == outbox.Above("answer", ())
    assert above(10) is None
    put("group", 77)
    row = take()
    assert above(11) == outbox.Above("answer", (77,))
    sent(row, 12)
    assert above(13) == outbox.Above("group", (77,))
    assert above(11) == outbox.Above("answer", ())
    put("letter")
    assert above(13) == outbox.Above("group", (77,))
    take()
    assert above(13) is None


def test_newer_changes_take_the_place_of_those_that_wait(database: Database, vault: Vault, now: datetime) -> None:
    def work(connection: Connection) -> None:
        later = now + timedelta(seconds=5)
        edit = {"do": "edit", "message_id": 0, "text": "x", "rows": []}
        calls = [Call(chat, edit, Priority.BULK, "edit", not_before=later, post_id=5) for chat in (CHAT, OTHER)]
        other = Call(CHAT, edit, Priority.BULK, "edit", post_id=6)
        said = Call(CHAT, outgoing.send("x"), purpose="group", post_id=5)
        outbox.put(connection, vault, [*calls, other, said], now)
        assert outbox.drop_changes(connection, [5]) == {(5, CHAT): later, (5, OTHER): later}
        left = connection.execute(select(tables.outbox.c.purpose, tables.outbox.c.post_id)).all()
        assert left == [("edit", 6), ("group", 5)]
        waiting = outbox.waiting_bundle(connection, vault, 5)
        assert set(waiting) == {CHAT}
        outbox.drop_waiting(connection, [waiting[CHAT].id])
        assert outbox.waiting_bundle(connection, vault, 5) == {}

    database.do(work)
