"""The one sentence that a parent wants to remember."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.care import records, thoughts
from bot.care.people import Role
from bot.store.database import Database
from bot.store.vault import Vault
from tests.store.household import HANNE, JONAS, Household


@pytest.fixture
def household(database: Database, vault: Vault, now: datetime) -> Household:
    return Household(database, vault, now)


def _remembers(household: Household, person_id: int, key: str, sentence: str) -> None:
    household.passes(seconds=1)
    now = household.now
    household.database.do(
        lambda connection: thoughts.set_to_remember(
            connection, household.vault, person_id, key, sentence, now.date(), now
        )
    )


def _sentences(household: Household, person_id: int) -> list[str]:
    vault = household.vault
    found = household.database.do(
        lambda connection: records.of_kind(connection, vault, person_id, thoughts.TO_REMEMBER)
    )
    return [one.said("sentence") for one in found]


def test_a_new_one_takes_the_place_of_the_old_one(household: Household) -> None:
    hanne, jonas = (household.add(chat, Role.PARENT, "?").id for chat in (HANNE, JONAS))
    _remembers(household, jonas, "bbbb.1", "Van Jonas.")
    _remembers(household, hanne, "aaaa.1", "Eerst.")
    _remembers(household, hanne, "aaaa.1", "Dan.")
    _remembers(household, hanne, "aaaa.3", "Nu.")
    assert _sentences(household, hanne) == ["Nu."]
    assert _sentences(household, jonas) == ["Van Jonas."]


def test_it_can_go(household: Household) -> None:
    hanne = household.add(HANNE, Role.PARENT, "Hanne").id
    _remembers(household, hanne, "aaaa.1", "Eerst.")
    household.database.do(lambda connection: thoughts.forget_sentence(connection, household.vault, hanne))
    kept = household.database.do(lambda connection: thoughts.to_remember(connection, household.vault, hanne))
    assert kept is None
