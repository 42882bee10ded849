"""What the doctor makes of what it saw, line by line."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.doctor import findings
from bot.doctor.findings import Finding, Level, Tries, Updates, exit_code, report
from bot.safety.help import Unverified
from bot.store.backlog import Backlog, Waiting
from bot.store.outbox import Priority

NOW = datetime(2027, 3, 1, 18, 30, tzinfo=UTC)
OK, LOOK, WRONG = Level.OK, Level.LOOK, Level.WRONG


@pytest.mark.parametrize(
    ("levels", "code", "end"),
    [
        ([OK], 0, "All is well."),
        ([OK, LOOK], 0, "Nothing is wrong, 1 to look at."),
        ([LOOK, WRONG, WRONG], 1, "2 wrong, 1 to look at."),
    ],
)
def test_the_end_of_a_report(levels: list[Level], code: int, end: str) -> None:
    found = [Finding(level, "disk", "is so", "do this") for level in levels]
    assert exit_code(found) == code
    assert report(found).splitlines()[-1] == end
    assert report(found).splitlines()[0].startswith(levels[0].name.lower())
    assert report(found).splitlines()[0].endswith("is so; do this")


@pytest.mark.parametrize(("megabytes", "level"), [(5000, OK), (1024, OK), (1023, LOOK), (200, LOOK), (199, WRONG)])
def test_disk(megabytes: int, level: Level) -> None:
    assert findings.disk(megabytes * 1024 * 1024).level is level


@pytest.mark.parametrize(
    ("now", "newest", "server", "level"),
    [
        (NOW, None, None, OK),
        (NOW, NOW - timedelta(days=9), NOW, OK),
        (NOW, NOW + timedelta(minutes=4), None, OK),
        (NOW, NOW + timedelta(minutes=6), None, WRONG),
        (datetime(2026, 1, 1, tzinfo=UTC), None, None, WRONG),
        (NOW, None, NOW + timedelta(seconds=29), OK),
        (NOW, None, NOW - timedelta(seconds=31), LOOK),
        (NOW, None, NOW - timedelta(minutes=5), WRONG),
    ],
)
def test_clock(now: datetime, newest: datetime | None, server: datetime | None, level: Level) -> None:
    assert findings.clock(now, newest, server).level is level


def test_time_zones() -> None:
    assert findings.time_zones([]).level is OK
    wrong = findings.time_zones(["Europe/Brussels"])
    assert (wrong.level, "Europe/Brussels" in wrong.is_so, "tzdata" in wrong.remedy) == (WRONG, True, True)


@pytest.mark.parametrize(("mode", "level"), [(0o100600, OK), (None, OK), (0o100640, WRONG), (0o100604, WRONG)])
def test_key_file(mode: int | None, level: Level) -> None:
    assert findings.key_file(mode).level is level
    assert findings.key_file(mode, beside_the_data=True).level is max(level, LOOK)


def inputs(age: timedelta, count: int = 1) -> Backlog:
    return Backlog(inbox=Waiting(count, age))


def calls(priority: Priority, age: timedelta) -> Backlog:
    return Backlog(outbox={Priority.ANSWER: Waiting(1, timedelta(0)), priority: Waiting(2, age)})


@pytest.mark.parametrize(
    ("seen", "levels"),
    [
        (Backlog(), [OK, OK, OK]),
        (inputs(timedelta(seconds=59)), [OK, OK, OK]),
        (inputs(timedelta(minutes=1)), [LOOK, OK, OK]),
        (inputs(timedelta(minutes=10)), [WRONG, OK, OK]),
        (calls(Priority.SAFETY, timedelta(seconds=30)), [OK, LOOK, OK]),
        (calls(Priority.ANSWER, timedelta(seconds=59)), [OK, OK, OK]),
        (calls(Priority.ANSWER, timedelta(minutes=10)), [OK, WRONG, OK]),
        (calls(Priority.REMINDER, timedelta(minutes=5)), [OK, LOOK, OK]),
        (calls(Priority.REMINDER, timedelta(minutes=30)), [OK, WRONG, OK]),
        (calls(Priority.BULK, timedelta(minutes=29)), [OK, OK, OK]),
        (calls(Priority.BULK, timedelta(hours=1)), [OK, LOOK, OK]),
        (Backlog(timer_late=timedelta(minutes=2)), [OK, OK, LOOK]),
        (Backlog(timer_late=timedelta(days=3)), [OK, OK, WRONG]),
    ],
)
def test_queues(seen: Backlog, levels: list[Level]) -> None:
    assert [one.level for one in findings.queues(seen)] == levels


def test_a_queue_says_how_long_and_how_much() -> None:
    line = str(findings.queues(inputs(timedelta(hours=3), 41))[0])
    assert "41 waiting, the oldest for 3 hours" in line
    assert "draaglicht run" in line
    assert "the oldest for 3 days" in str(findings.queues(Backlog(timer_late=timedelta(days=3)))[2])
    assert findings.queues(calls(Priority.BULK, timedelta(hours=1)))[1].about == "bulk"


def test_what_waits_on_the_disk() -> None:
    assert findings.set_aside(0, 0) == []
    assert [one.level for one in findings.set_aside(3, 1)] == [WRONG, LOOK]
    assert "3 updates wait on the disk" in str(findings.set_aside(3, 0)[0])


def test_the_clock_of_telegram() -> None:
    assert findings.clock_of_telegram(timedelta(seconds=29)).level is OK
    behind, ahead = (findings.clock_of_telegram(timedelta(minutes=minutes)) for minutes in (-1, 5))
    assert (behind.level, "1 minutes behind Telegram's" in behind.is_so) == (LOOK, True)
    assert (ahead.level, "5 minutes ahead of Telegram's" in ahead.is_so) == (WRONG, True)


SOON = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("seen", "level", "word"),
    [
        (Updates(), OK, "asks for them"),
        (Updates(waiting=99), OK, "asks for them"),
        (Updates(waiting=100), WRONG, "100 wait"),
        (Updates(brought=True, elsewhere=True), WRONG, "a start of the bot"),
        (Updates(expected=True), WRONG, "start the bot"),
        (Updates(expected=True, brought=True), OK, "brings them"),
        (Updates(expected=True, brought=True, elsewhere=True), WRONG, "restart the bot"),
        (Updates(expected=True, brought=True, failed="Connection refused", failed_since=60 * SOON), OK, "brings"),
        (Updates(expected=True, brought=True, failed="Connection refused", failed_since=SOON), LOOK, "proxy and bot"),
        (Updates(True, True, False, 3, "Wrong response from the webhook: 403 Forbidden", SOON), WRONG, "SECRET"),
        (Updates(True, True, False, 3, "Wrong response from the webhook: 404 Not Found", SOON), WRONG, "pass the path"),
        (Updates(True, True, False, 3, "Wrong response from the webhook: 502 Bad Gateway", SOON), WRONG, "LISTEN"),
        (Updates(True, True, False, 3, "Wrong response from the webhook: 503 x", SOON), WRONG, "database"),
        (Updates(True, True, False, 3, "SSL error {certificate verify failed}", SOON), WRONG, "renew the certificate"),
        (Updates(True, True, False, 3, "Failed to resolve host: x", SOON), WRONG, "not known on the internet"),
    ],
)
def test_the_way_in(seen: Updates, level: Level, word: str) -> None:
    found = findings.updates(seen)
    assert found.level is level
    assert word in str(found)


def test_dead_letters() -> None:
    assert findings.dead_letters({}).level is OK
    found = findings.dead_letters({"KeyError at bot.x:1": 1, "ValueError at bot.y:2": 4})
    assert found.level is LOOK
    assert "5 inputs put aside (4 x ValueError at bot.y:2, 1 x KeyError at bot.x:1)" in found.is_so


def test_blocking_the_bot_is_not_a_fault() -> None:
    assert findings.not_sent({"blocked": 3, "unreachable": 9}).level is OK
    found = findings.not_sent({"blocked": 3, "message is too long": 2})
    assert (found.level, "2 messages in the last day" in found.is_so) == (LOOK, True)


def test_refused_and_guessed() -> None:
    assert findings.refused(Tries(49, 60)).level is OK
    assert findings.refused(Tries(50, 60)).level is LOOK
    assert findings.wrong_codes(Tries(49, 99)).level is OK
    assert findings.wrong_codes(Tries(50, 99)).level is WRONG
    assert "50 in the last hour and 99 in the last week" in findings.wrong_codes(Tries(50, 99)).is_so


def test_content() -> None:
    assert findings.content(0).level is OK
    assert findings.content(2).level is WRONG


def test_help_numbers() -> None:
    assert [one.level for one in findings.help_numbers([])] == [OK]
    old, never = findings.help_numbers(
        [Unverified("be", "children", "Awel", date(2023, 12, 5)), Unverified("nl", "doctor", "je huisarts", None)]
    )
    assert "Awel (be) was last checked on 2023-12-05; look it up" in str(old)
    assert "be.yaml" in old.remedy
    assert "je huisarts (nl) was never checked" in str(never)
    assert {old.level, never.level} == {LOOK}
