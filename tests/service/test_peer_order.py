"""Two workers at once, on SQLite one: every member of a group gets what the others say in one and the same order."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot.care import consents, families, people, posts
from bot.care.groups import Group
from bot.care.people import Person, Role
from bot.care.posts import TEXT, Content
from bot.conversation import relay
from bot.conversation.handle import handle_next
from bot.conversation.incoming import Message
from bot.conversation.turn import Turn
from bot.store import outbox, tables
from bot.telegram import inbound
from tests.benchmarks.stage import Stage, open_stage
from tests.support.peer_groups import gather

FIRST, PARENTS, EACH = 6_100_000_000, 6, 6


@pytest.fixture(params=["sqlite", "postgresql"])
def stage(request: pytest.FixtureRequest, tmp_path: Path, cache: Path) -> Iterator[Stage]:
    url = None if request.param == "sqlite" else request.getfixturevalue("postgresql_url")
    with open_stage(tmp_path, url, cache=cache) as opened:
        yield opened


def test_all_get_the_same_order(stage: Stage) -> None:
    """Two groups with the same moderator: posts of both come to that one chat."""
    database = stage.service.database
    chats = [FIRST + number for number in range(2 * PARENTS + 1)]
    both = database.do(partial(_found, stage, chats))
    numbers, updates = count(1), []
    for round_ in range(EACH):
        for place, chat_id in enumerate(chats[1:]):
            message_id = 10_000 + next(numbers)
            who = {"id": chat_id, "first_name": "x", "is_bot": False}
            said = f"zin{round_}x{place}"
            message = {"message_id": message_id, "date": 1, "chat": {"id": chat_id, "type": "private"}, "from": who}
            updates.append({"update_id": message_id, "message": {**message, "text": said}})
    stage.take_in(updates)
    _work(stage)

    shown = database.do(partial(_shown, stage))
    assert len(shown) == len(updates) + len(both)
    for group in both:
        words = [(word, chat_id) for group_id, word, chat_id in shown if group_id == group.id]
        for chat_id in chats:
            got = [word for word in database.do(partial(_got, stage, chat_id)) if word in {one for one, _ in words}]
            inside = chat_id == chats[0] or chat_id in {writer for _, writer in words}
            assert got == ([word for word, writer in words if writer != chat_id] if inside else [])


def _work(stage: Stage) -> None:
    problems: list[BaseException] = []

    def worker() -> None:
        try:
            while handle_next(stage.service.database, stage.service.host, inbound.decode, stage.clock.now()):
                pass
        except BaseException as problem:
            problems.append(problem)

    threads = [
        threading.Thread(target=worker)
        for _ in range(1 if stage.service.database.engine.dialect.name == "sqlite" else 2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    worker()
    assert not problems
    dead = select(tables.inbox.c.problem).where(tables.inbox.c.attempts > 0)
    assert stage.service.database.do(lambda connection: connection.execute(dead).all()) == []


def _found(stage: Stage, chats: list[int], connection: Connection) -> list[Group]:
    now = stage.clock.now()
    mentor = _comes_in(stage, chats[0], Role.MENTOR, None, connection)
    found = []
    for number in range(2):
        some = chats[1 + number * PARENTS : 1 + (number + 1) * PARENTS]
        parents = {f"Naam {one}": _comes_in(stage, one, Role.PARENT, mentor.id, connection) for one in some}
        group = gather(connection, stage.vault, mentor, parents, now, name=f"Groep {number + 1}")
        turn = Turn(stage.service.host, connection, chats[0], Message(1, "text"), now)
        relay.say(turn, group, TEXT, Content(f"welkom{number}"))
        turn.finish()
        for person in parents.values():
            people.change(connection, person.id, speaks_in=group.id, speaks_until=now.replace(year=now.year + 1))
        found.append(group)
    _all_sent(connection, now)
    return found


def _all_sent(connection: Connection, now: Any) -> None:
    went = {"status": "sent", "message_id": 1 + tables.outbox.c.id % 5_000, "settled_at": now}
    connection.execute(tables.outbox.update().values(went))


def _comes_in(stage: Stage, chat_id: int, role: Role, mentor_id: int | None, connection: Connection) -> Person:
    now = stage.clock.now()
    family_id = families.found(connection, mentor_id, now) if role is Role.PARENT else None
    given = {"region": "nl", "zone": "Europe/Amsterdam", "now": now, "family_id": family_id}
    person_id = people.add(connection, stage.vault, chat_id=chat_id, role=role, name=f"Ouder {chat_id}", **given)
    consents.give(connection, person_id, "use", now)
    person = people.by_id(connection, stage.vault, person_id)
    assert person
    return person


def _shown(stage: Stage, connection: Connection) -> list[tuple[int, str, int | None]]:
    """Group, words and the chat of the writer of every post, in the order of the groups."""
    query = (
        select(tables.peer_posts.c.id, tables.people.c.chat_id)
        .outerjoin(tables.peer_members, tables.peer_members.c.id == tables.peer_posts.c.member_id)
        .outerjoin(tables.people, tables.people.c.id == tables.peer_members.c.person_id)
        .order_by(tables.peer_posts.c.group_id, tables.peer_posts.c.number)
    )
    found = [(posts.find(connection, stage.vault, row.id), row.chat_id) for row in connection.execute(query).all()]
    return [(post.group_id, post.content.text, chat_id) for post, chat_id in found if post]


def _got(stage: Stage, chat_id: int, connection: Connection) -> list[str]:
    """The words of posts that a chat gets, in the order in which its messages go."""
    own = select(tables.outbox).where(tables.outbox.c.chat_id == chat_id, tables.outbox.c.purpose == "group")
    rows = connection.execute(own.order_by(tables.outbox.c.status, tables.outbox.c.priority, tables.outbox.c.id)).all()
    texts = [stage.vault.open_json(outbox.PLACE, row.seal, row.call_sealed)["text"] for row in rows]
    return [line for text in texts for line in text.splitlines() if line.startswith(("zin", "welkom"))]
