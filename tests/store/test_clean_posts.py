"""The clean file of a post, as it is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import Connection

from bot.care import people, posts
from bot.care.people import Role
from bot.care.posts import PHOTO, WITHDRAWN, Content, Post
from bot.store.database import Database
from bot.store.vault import Vault
from tests.support.peer_groups import gather


@pytest.fixture
def post(database: Database, vault: Vault, now: datetime) -> Post:
    """A photo that its group sees."""

    def work(connection: Connection) -> Post:
        given = {"region": "nl", "zone": "Europe/Amsterdam", "now": now, "family_id": None}
        mentor_id = people.add(connection, vault, chat_id=5, role=Role.MENTOR, name="Ingrid", **given)
        mentor = people.by_id(connection, vault, mentor_id)
        assert mentor
        group = gather(connection, vault, mentor, {}, now)
        draft = posts.add(connection, vault, group.id, None, PHOTO, Content("Kijk", "AgACown"), now)
        return posts.show(connection, draft, now)

    return database.do(work)


def _found(database: Database, vault: Vault, post: Post) -> Post | None:
    return database.do(lambda connection: posts.find(connection, vault, post.id))


def test_a_post_remembers_its_clean_file(database: Database, vault: Vault, post: Post) -> None:
    database.do(lambda connection: posts.note_clean(connection, vault, post.id, "AgACclean"))
    assert _found(database, vault, post) == replace(post, content=replace(post.content, clean_id="AgACclean"))


def test_what_was_withdrawn_meanwhile_stays_empty(database: Database, vault: Vault, post: Post) -> None:
    database.do(lambda connection: posts.take_away(connection, [post.id], WITHDRAWN))
    database.do(lambda connection: posts.note_clean(connection, vault, post.id, "AgACclean"))
    found = _found(database, vault, post)
    assert found
    assert (found.status, found.content) == (WITHDRAWN, Content())


def test_a_post_that_is_gone_is_nobodys_trouble(database: Database, vault: Vault) -> None:
    database.do(lambda connection: posts.note_clean(connection, vault, 12, "AgACclean"))
