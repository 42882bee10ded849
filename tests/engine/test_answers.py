"""Reading typed answers."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from flows.engine.answers import Reading, Unread, read
from flows.engine.definition import Ask

NOW = datetime(2027, 3, 1, 19, 30, tzinfo=ZoneInfo("Europe/Amsterdam"))


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("12 maart 2019", Reading("2019-03-12", "dinsdag 12 maart 2019")),
        ("12 maart 2031", Unread("again_future")),
        ("12 maart", Unread("again_birth_date")),
        ("geen idee", Unread("again_birth_date")),
    ],
)
def test_birth_date(typed: str, expected: Reading | Unread) -> None:
    assert read(Ask(["birth_date"]), typed, NOW) == expected
