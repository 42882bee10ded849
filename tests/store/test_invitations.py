"""Invitations: one person, once, for a while."""

from __future__ import annotations

from base64 import urlsafe_b64decode
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from sqlalchemy import Connection, select

from bot.care import invitations
from bot.care.invitations import Invitation
from bot.care.people import Role
from bot.store import tables
from bot.store.database import Database
from bot.store.vault import Vault
from tests.store.household import HANNE, INGRID, JONAS, Household


@pytest.fixture
def household(database: Database, vault: Vault, now: datetime) -> Household:
    return Household(database, vault, now)


def _open(household: Household, code: str, chat_id: int) -> Invitation | None:
    return household.database.do(
        lambda connection: invitations.open_by_code(connection, household.vault, code, chat_id, household.now)
    )


def _use(household: Household, invitation: Invitation) -> bool:
    return household.database.do(lambda connection: invitations.use(connection, invitation.id, household.now))


def test_who_opens_it_first_holds_it(household: Household) -> None:
    mentor = household.add(INGRID, Role.MENTOR, "Ingrid")
    family = household.found(mentor)
    code = household.invite(Role.PARENT, "Hanne", mentor, family)
    mine = _open(household, code, HANNE)
    assert mine
    assert (mine.role, mine.name, mine.made_by, mine.family_id) == (Role.PARENT, "Hanne", mentor.id, family)
    assert _open(household, code, JONAS) is None
    assert _open(household, code, HANNE) == mine


def test_it_is_used_once(household: Household) -> None:
    code = household.invite(Role.MENTOR, "Ingrid")
    invitation = _open(household, code, INGRID)
    assert invitation
    assert _use(household, invitation)
    assert not _use(household, invitation)
    assert _open(household, code, INGRID) is None


def test_who_does_not_want_it_leaves_it_to_another(household: Household) -> None:
    code = household.invite(Role.PARENT, "Hanne")
    _open(household, code, HANNE)
    household.database.do(lambda connection: invitations.let_go(connection, HANNE))
    assert _open(household, code, JONAS)


def test_it_opens_for_72_hours(household: Household) -> None:
    code, other = household.invite(Role.PARENT, "Hanne"), household.invite(Role.PARENT, "Jonas")
    household.passes(hours=72, seconds=-2)
    assert _open(household, code, HANNE)
    household.passes(seconds=2)
    assert _open(household, other, JONAS) is None


def test_a_code_holds_128_bits(household: Household) -> None:
    codes = {household.invite(Role.PARENT, "Hanne") for _ in range(50)}
    assert len(codes) == 50
    assert {len(urlsafe_b64decode(f"{code}==")) * 8 for code in codes} == {128}


def test_an_unknown_code_opens_nothing(household: Household) -> None:
    household.invite(Role.PARENT, "Hanne")
    assert _open(household, "unknown", HANNE) is None
    assert _open(household, "", HANNE) is None


def test_neither_code_nor_name_can_be_read_in_the_table(household: Household) -> None:
    code = household.invite(Role.PARENT, "Hanneke")
    row = household.database.do(lambda connection: connection.execute(select(tables.invitations)).one())
    assert code.encode() not in row.code_hash
    assert b"Hanneke" not in row.name_sealed
    assert len(row.code_hash) == 32


def test_of_many_who_open_it_at_once_one_holds_it(household: Household) -> None:
    code = household.invite(Role.PARENT, "Hanne")
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda chat_id: _open(household, code, chat_id), range(601, 613)))
    assert sum(one is not None for one in opened) == 1


def test_of_a_hundred_who_open_and_use_it_at_once_one_comes_in(household: Household) -> None:
    code = household.invite(Role.PARENT, "Hanne")

    def redeem(chat_id: int) -> bool:
        def work(connection: Connection) -> bool:
            opened = invitations.open_by_code(connection, household.vault, code, chat_id, household.now)
            return opened is not None and invitations.use(connection, opened.id, household.now)

        return household.database.do(work)

    with ThreadPoolExecutor(6) as pool:
        came_in = list(pool.map(redeem, range(1000, 1100)))
    assert sum(came_in) == 1
    winner = 1000 + came_in.index(True)
    row = household.database.do(lambda connection: connection.execute(select(tables.invitations)).one())
    assert row.opened_by == winner
    assert row.used_at == household.now


def test_of_many_who_use_it_at_once_one_does(household: Household) -> None:
    invitation = _open(household, household.invite(Role.PARENT, "Hanne"), HANNE)
    assert invitation
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(lambda _: _use(household, invitation), range(8))) == 1
