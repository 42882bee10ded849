"""Many drills: a parent asks for a person, and those who should answer do what people do. Nobody is left alone."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.care import alerts, office, privacy
from bot.care.alerts import Alert
from bot.care.people import Person, Role
from bot.conversation.handle import lost_touch
from tests.support.desk import Desk, Sent

DRILLS, AS_A_RULE = 100, 50
PARENT = 501
MENTOR, STAND_IN, COORDINATORS = 401, 402, (301, 302)
DAY = timedelta(days=1)
WEEKS = timedelta(days=22)
MONDAYS = [datetime(2027, month, day, tzinfo=UTC) for month, day in ((3, 22), (6, 7), (10, 25))]
"""Of an ordinary week, and of those in which the clocks change."""
HOURS = (None, None, "12345 09:00-17:00", "124 08:30-12:30", "35 13:00-21:00", "1234567 00:00-23:59", "2 10:00-11:00")


@dataclass
class Cast:
    """Who takes part in a drill, and what they will do, by chat: after how long."""

    parent: Person
    staff: list[Person]
    takes_up: dict[int, timedelta] = field(default_factory=dict)
    leaves: dict[int, timedelta] = field(default_factory=dict)
    erased: set[int] = field(default_factory=set)
    over: timedelta | None = None


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def _cast(desk: Desk, chance: random.Random) -> Cast:
    def hours() -> str | None:
        return chance.choice(HOURS)

    staff = []
    stand_in = None
    if chance.random() < 0.6:
        stand_in = desk.add(STAND_IN, Role.MENTOR, "Samir", office_hours=hours())
        staff.append(stand_in)
    own = {"stand_in_id": stand_in.id} if stand_in else {}
    mentor = desk.add(MENTOR, Role.MENTOR, "Ingrid", office_hours=hours(), **own)
    staff.insert(0, mentor)
    for number in range(chance.choice((0, 1, 1, 2))):
        staff.append(desk.add(COORDINATORS[number], Role.COORDINATOR, f"Petra {number}", office_hours=hours()))
    cast = Cast(desk.add(PARENT, Role.PARENT, "Fatima", mentor), staff)
    for one in staff:
        dice = chance.random()
        soon = timedelta(minutes=chance.choice((0, 1, 14, 15, 16, 59, 60, 300, 3000)))
        if dice < 0.2:
            cast.takes_up[one.chat_id] = soon
        elif dice < 0.35:
            cast.leaves[one.chat_id] = soon
        elif dice < 0.45:
            cast.leaves[one.chat_id] = soon
            cast.erased.add(one.chat_id)
        elif dice < 0.55:
            desk.blocked.add(one.chat_id)
    if chance.random() < 0.1:
        cast.over = timedelta(minutes=chance.randint(1, 5000))
    return cast


class Drill:
    """One drill, played to its end."""

    def __init__(self, folder: Path, cache: Path, seed: int) -> None:
        self.chance = random.Random(seed)
        start = self.chance.choice(MONDAYS) + timedelta(minutes=self.chance.randint(0, 7 * 24 * 60))
        self.desk = Desk(folder, cache, start)
        self.cast = _cast(self.desk, self.chance)
        self.start = start
        self.alert: Alert | None = None

    def play(self) -> None:
        self._asks()
        moments: list[tuple[timedelta, int, str]] = []
        moments += [(after, chat, "takes up") for chat, after in self.cast.takes_up.items()]
        moments += [(after, chat, "leaves") for chat, after in self.cast.leaves.items()]
        moments += [(self.cast.over, PARENT, "is over")] if self.cast.over else []
        moments += [(timedelta(minutes=self.chance.randint(1, 9000)), 0, "restarts") for _ in range(4)]
        for after, chat, what in sorted(moments):
            self.desk.until(self.start + after)
            self._does(chat, what)
        self.desk.until(self.start + WEEKS)
        self.alert = self.desk.do(lambda connection: alerts.find(connection, self.alert_id))

    def _asks(self) -> None:
        self.desk.taps(PARENT, "h:tell_mentor")
        token = self.desk.sent[-1].tokens.get("Ja, stuur dit")
        assert token
        self.desk.taps(PARENT, token)
        found = self.desk.do(lambda connection: alerts.open_of(connection, self.cast.parent.id))
        self.alert_id = found.id if found else 0

    def _does(self, chat: int, what: str) -> None:
        if what == "restarts":
            self.desk.restart()
        elif what == "is over":
            self.desk.taps(PARENT, f"alert:{self.alert_id}:over")
        elif what == "leaves" and chat in self.cast.erased:
            person = next(one for one in self.cast.staff if one.chat_id == chat)
            self.desk.do(lambda connection: privacy.erase(connection, person))
            self.desk.settle()
        elif what == "leaves":
            self.desk.blocked.add(chat)
            self.desk.do(lambda connection: lost_touch(connection, self.desk.host, chat, self.desk.now))
            self.desk.settle()
        elif self.asked(chat):
            for _ in range(2):  # People tap twice.
                self.desk.taps(chat, self.asked(chat)[0].tokens["Ik pak dit op"])

    # --- what came of it ----------------------------------------------------------------------------------------------

    def asked(self, chat: int) -> list[Sent]:
        return [one for one in self.desk.sent if one.chat_id == chat and "Ik pak dit op" in one.tokens]

    def told(self, words: str) -> list[Sent]:
        return [one for one in self.desk.sent if one.chat_id == PARENT and words in one.text]

    @property
    def reachable(self) -> list[Person]:
        gone = self.desk.blocked | set(self.cast.leaves)
        return [one for one in self.cast.staff if one.chat_id not in gone and self._in_turn(one)]

    def _in_turn(self, one: Person) -> bool:
        """A stand-in is known by way of the mentor."""
        return one.chat_id != STAND_IN or MENTOR not in self.cast.erased or bool(self.asked(STAND_IN))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A hundred drills with `--full`, and as a rule the first fifty of them."""
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(DRILLS if metafunc.config.getoption("--full") else AS_A_RULE))


def test_nobody_is_left_unanswered(tmp_path: Path, cache: Path, seed: int) -> None:
    drill = Drill(tmp_path, cache, seed)
    drill.play()

    for one in drill.cast.staff:
        assert len(drill.asked(one.chat_id)) <= 1, "asked twice"
    seen, ended = drill.told("pakt het op"), drill.told("laat weten dat het voorbij is")
    assert len(seen) <= 1
    last_word = min((one.at for one in (*seen, *ended)), default=None)
    if last_word is None:
        missed = [one.name for one in drill.reachable if not drill.asked(one.chat_id)]
        assert not missed, "somebody could have been asked"
        assert drill.reachable or drill.told("Ik kan nu niemand voor je bereiken")
    else:
        calls = [one for staff in drill.cast.staff for one in drill.asked(staff.chat_id)]
        assert all(call.at <= last_word for call in calls), "asked after it was settled"
    _was_in_time(drill)
    _was_told(drill)


def _was_in_time(drill: Drill) -> None:
    """Whoever was there all along was asked within an hour in which any of them was at work."""
    first = min((one.at for staff in drill.cast.staff for one in drill.asked(staff.chat_id)), default=None)
    for one in drill.reachable:
        for call in drill.asked(one.chat_id):
            assert first
            waited = office.passed(alerts.hours_of(drill.reachable), first, call.at)
            assert waited <= alerts.WAITS[-1], f"{one.name} was asked after {waited} of office time"


def _was_told(drill: Drill) -> None:
    """The parent hears of everybody who is asked later than at once."""
    for staff in drill.cast.staff:
        for call in drill.asked(staff.chat_id):
            told = [one for one in drill.told(staff.name) if one.at == call.at]
            assert told, f"the parent was not told of {staff.name}"
