"""Wrong codes are counted by person and in all, from what the inbox notes."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy import Connection
from structlog.testing import capture_logs

from bot.safety import attempts
from bot.safety.attempts import ALARM_AT, TOO_MANY, TRIES, WRONG_CODE
from bot.store import inbox
from bot.store.database import Database
from bot.store.inbox import Arrival
from bot.store.vault import Vault
from tests.store.household import HANNE, JONAS, Household


@pytest.fixture
def household(database: Database, vault: Vault, now: datetime) -> Household:
    return Household(database, vault, now)


def _tries(household: Household, chat_id: int, note: str | None = WRONG_CODE) -> None:
    def work(connection: Connection) -> None:
        inbox.accept(connection, household.vault, [Arrival(chat_id, "update", b"{}")], household.now)
        item = inbox.take(connection, household.vault, household.now)
        assert item
        if note == WRONG_CODE:
            attempts.raise_alarm(connection, household.now)
        inbox.finish(connection, item, note)

    household.database.do(work)


def _may(household: Household, chat_id: int) -> bool:
    return household.database.do(lambda connection: attempts.may_try(connection, chat_id, household.now))


def _in_all(household: Household) -> int:
    return household.database.do(lambda connection: attempts.wrong_codes_last_hour(connection, household.now))


def test_somebody_may_be_wrong_five_times_an_hour(household: Household) -> None:
    for _ in range(TRIES):
        assert _may(household, HANNE)
        _tries(household, HANNE)
        household.passes(minutes=5)
    assert not _may(household, HANNE)
    assert _may(household, JONAS)
    household.passes(minutes=36)
    assert _may(household, HANNE), "the first was more than an hour ago"


def test_what_was_not_even_tried_does_not_make_it_longer(household: Household) -> None:
    for _ in range(TRIES):
        _tries(household, HANNE)
    household.passes(minutes=59)
    _tries(household, HANNE, TOO_MANY)
    household.passes(minutes=2)
    assert _may(household, HANNE)
    assert _in_all(household) == 1


def test_other_notes_do_not_count(household: Household) -> None:
    for note in ("refused", "late", None):
        _tries(household, HANNE, note)
    assert _in_all(household) == 0


def test_many_in_all_are_told_to_the_operator_once(household: Household) -> None:
    with capture_logs() as logs:
        for number in range(ALARM_AT - 1):
            _tries(household, 9000 + number)
        assert logs == []
        _tries(household, 9900)
        _tries(household, 9901)
    [alarm] = logs
    assert (alarm["log_level"], alarm["count"]) == ("error", ALARM_AT)
    assert alarm.keys() == {"event", "log_level", "count"}
