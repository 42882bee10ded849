"""The outbox: order within a chat, Telegram's pace over all senders together, and who writes down what became of it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import func, select, update

from bot.care import letters, people
from bot.care.people import Role
from bot.store import outbox
from bot.store.database import Database
from bot.store.outbox import LEASE, WHOLE_BOT, Call, Pace, Priority, Settled, Taken
from bot.store.tables import letters as letters_table
from bot.store.tables import outbox as table
from bot.store.tables import paces
from bot.store.vault import Vault

HANNE, JONAS, GROUP = 501, 502, -601
UNPACED = Pace(bot_per_second=1e6, chat_seconds=0, group_seconds=0)
ANSWER, REMINDER, SAFETY, BULK = Priority.ANSWER, Priority.REMINDER, Priority.SAFETY, Priority.BULK


class Post:
    """The outbox of one database, at a moment that moves."""

    def __init__(self, database: Database, vault: Vault, now: datetime, pace: Pace = UNPACED) -> None:
        self.database, self.vault, self.now, self.pace = database, vault, now, pace

    def put(self, *calls: Call) -> None:
        self.database.do(lambda connection: outbox.put(connection, self.vault, calls, self.now))

    def says(self, chat_id: int, *words: str, **given: object) -> None:
        self.put(*(Call(chat_id, one, **given) for one in words))

    def take(self, sender: str = "a", most: int = 10) -> list[Taken]:
        return self.database.do(
            lambda connection: outbox.take(connection, self.vault, sender, self.pace, self.now, most)
        )

    def taken(self, sender: str = "a", most: int = 10) -> list[str]:
        return [one.call for one in self.take(sender, most)]

    def settle(self, *settled: Settled, sender: str = "a") -> None:
        self.database.do(lambda connection: outbox.settle(connection, sender, settled, self.now))

    def sends(self, sender: str = "a", most: int = 10) -> list[str]:
        """Takes and sends."""
        taken = self.take(sender, most)
        self.settle(*(Settled(one.id, "sent", 1) for one in taken), sender=sender)
        return [one.call for one in taken]

    def sends_all(self) -> list[str]:
        return [call for calls in iter(self.sends, []) for call in calls]

    def hold(self, chat_id: int, **time: float) -> None:
        self.database.do(lambda connection: outbox.hold(connection, [(chat_id, self.now + timedelta(**time))]))

    def passes(self, **time: float) -> None:
        self.now += timedelta(**time)

    def rows(self) -> Sequence[object]:
        return self.database.do(lambda connection: connection.execute(select(table).order_by(table.c.id)).all())

    def statuses(self) -> list[str]:
        return [row.status for row in self.rows()]

    def next_moment(self) -> datetime | None:
        return self.database.do(outbox.next_moment)

    def seconds_of(self, taken: Sequence[Taken]) -> list[float]:
        """When they go, from now."""
        return [round((one.send_at - self.now).total_seconds(), 3) for one in taken]


@pytest.fixture
def post(database: Database, vault: Vault, now: datetime) -> Post:
    return Post(database, vault, now)


@pytest.fixture
def paced(database: Database, vault: Vault, now: datetime) -> Post:
    """With Telegram's limits."""
    return Post(database, vault, now, Pace())


# --- order ------------------------------------------------------------------------------------------------------------


def test_a_chat_gets_its_messages_one_by_one_in_order(post: Post) -> None:
    post.says(HANNE, "een", "twee", "drie")
    assert post.taken() == ["een"]
    assert post.taken() == []
    assert post.taken("another") == []
    post.settle(Settled(post.rows()[0].id, "sent", 1))
    assert post.sends_all() == ["twee", "drie"]


def test_what_matters_more_goes_first(post: Post) -> None:
    post.says(HANNE, "bulk", priority=BULK)
    post.says(HANNE, "reminder", priority=REMINDER)
    post.says(HANNE, "answer 1", "answer 2", priority=ANSWER)
    post.says(HANNE, "safety", priority=SAFETY)
    assert post.sends_all() == ["safety", "answer 1", "answer 2", "reminder", "bulk"]


def test_between_chats_answers_go_ahead_of_bulk(post: Post) -> None:
    for number in range(20):
        post.says(1000 + number, "bulk", priority=BULK)
    post.says(HANNE, "answer")
    assert post.taken(most=2) == ["answer", "bulk"]


def test_chats_do_not_wait_for_each_other(post: Post) -> None:
    post.says(HANNE, "h1", "h2")
    post.says(JONAS, "j1")
    assert post.taken() == ["h1", "j1"]


def test_what_is_put_off_waits_with_all_that_comes_after_it_in_the_chat(post: Post) -> None:
    post.put(Call(HANNE, "een", not_before=post.now + timedelta(seconds=5)), Call(HANNE, "twee"), Call(JONAS, "j"))
    assert post.sends() == ["j"]
    post.passes(seconds=4.9)
    assert post.sends() == []
    post.passes(seconds=0.1)
    assert post.sends_all() == ["een", "twee"]


def test_what_matters_more_passes_what_is_put_off(post: Post) -> None:
    post.put(Call(HANNE, "een", not_before=post.now + timedelta(seconds=5)))
    post.says(HANNE, "help", priority=SAFETY)
    assert post.sends() == ["help"]


# --- pace -------------------------------------------------------------------------------------------------------------


def test_a_chat_gets_one_message_a_second(paced: Post) -> None:
    paced.says(HANNE, "een", "twee")
    assert paced.sends() == ["een"]
    paced.passes(seconds=0.6)
    assert paced.sends() == []
    paced.passes(seconds=0.2)
    taken = paced.take()
    assert paced.seconds_of(taken) == [0.2]


def test_a_group_gets_twenty_messages_a_minute(paced: Post) -> None:
    paced.says(GROUP, *(str(number) for number in range(30)))
    sent = 0
    for _ in range(60):
        sent += len(paced.sends())
        paced.passes(seconds=1)
    assert sent <= 20


def test_the_whole_bot_keeps_its_pace_over_all_senders(paced: Post) -> None:
    for chat in range(1, 91):
        paced.says(chat, "text")
    moments: list[datetime] = []
    for turn in range(40):
        taken = paced.take(f"sender{turn % 2}")
        moments += [one.send_at for one in taken]
        paced.passes(seconds=0.1)
    assert len(moments) == 90
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert min(gaps) >= timedelta(seconds=0.033)
    assert moments[-1] - moments[0] < timedelta(seconds=3.2)


def test_a_call_that_goes_a_little_later_still_leaves_room_behind_it(paced: Post) -> None:
    """Two calls must not fall on one moment because the first waits for its chat."""
    paced.hold(HANNE, seconds=0.2)
    paced.says(HANNE, "held", priority=SAFETY)
    paced.says(JONAS, "free")
    first, second = paced.seconds_of(paced.take())
    assert second - first >= 0.033


def test_an_edit_waits_for_no_pace_but_for_its_turn(paced: Post) -> None:
    paced.says(HANNE, "een")
    paced.says(HANNE, "edit 1", "edit 2", purpose="edit")
    assert paced.sends() == ["een"]
    assert paced.sends() == ["edit 1"]
    assert paced.sends() == ["edit 2"]
    paced.says(HANNE, "twee")
    assert paced.sends() == []
    paced.passes(seconds=1)
    assert paced.sends() == ["twee"]


def test_a_chat_that_is_held_holds_up_nobody_else(paced: Post) -> None:
    paced.hold(HANNE, seconds=30)
    paced.says(HANNE, "held")
    paced.says(JONAS, "free")
    assert paced.sends() == ["free"]
    paced.passes(seconds=30)
    assert paced.sends() == ["held"]


def test_a_hold_is_never_shortened_by_another(post: Post) -> None:
    post.says(HANNE, "held")
    post.hold(HANNE, seconds=30)
    post.hold(HANNE, seconds=5)
    post.passes(seconds=6)
    assert post.sends() == []
    post.passes(seconds=24)
    assert post.sends() == ["held"]


def test_while_the_whole_bot_is_held_nothing_is_taken(post: Post) -> None:
    """A call taken now for in a minute would outlive its lease, and be made by another sender as well."""
    post.says(HANNE, "held")
    post.says(JONAS, "edit", purpose="edit")
    post.hold(WHOLE_BOT, seconds=100)
    assert post.take() == []
    post.passes(seconds=97)
    assert post.take() == []
    assert post.statuses() == ["waiting", "waiting"]
    post.passes(seconds=3)
    assert post.sends() == ["held", "edit"]


@pytest.mark.parametrize("pace", [Pace(), Pace(bot_per_second=0.2), Pace(chat_seconds=40, group_seconds=300)])
def test_nothing_is_taken_long_before_it_goes(post: Post, pace: Pace) -> None:
    post.pace = pace
    for chat in range(1, 30):
        post.says(chat, "een", "twee")
    for _ in range(30):
        taken = post.take()
        assert all(one.send_at - post.now < LEASE / 10 for one in taken)
        post.settle(*(Settled(one.id, "sent", 1) for one in taken))
        post.passes(seconds=1)


# --- expiry -----------------------------------------------------------------------------------------------------------


def test_what_is_of_no_use_any_more_is_not_sent_and_holds_up_nothing(post: Post) -> None:
    post.put(Call(HANNE, "stale", expires_at=post.now + timedelta(hours=2)), Call(HANNE, "fresh"))
    post.passes(hours=2, seconds=1)
    assert post.sends() == ["fresh"]
    row = post.rows()[0]
    assert (row.status, row.call_sealed, row.settled_at) == ("expired", None, post.now)


def test_until_then_it_is_sent(post: Post) -> None:
    post.put(Call(HANNE, "just in time", expires_at=post.now + timedelta(hours=2)))
    post.passes(hours=2)
    taken = post.take()
    assert [one.call for one in taken] == ["just in time"]
    assert taken[0].expires_at == post.now


# --- what became of it ------------------------------------------------------------------------------------------------


def test_what_was_sent_lets_go_of_its_content(post: Post) -> None:
    post.says(HANNE, "heel persoonlijk")
    assert b"persoonlijk" not in post.rows()[0].call_sealed
    (one,) = post.take()
    assert one.attempts == 0
    post.settle(Settled(one.id, "sent", 77))
    row = post.rows()[0]
    assert (row.status, row.message_id, row.call_sealed, row.attempts) == ("sent", 77, None, 1)
    assert row.settled_at == post.now


@pytest.mark.parametrize("result", ["unknown", "refused", "expired"])
def test_what_ended_otherwise_says_so(post: Post, result: str) -> None:
    post.says(HANNE, "een", "twee")
    (one,) = post.take()
    post.settle(Settled(one.id, result, problem="why"))
    row = post.rows()[0]
    assert (row.status, row.problem, row.call_sealed) == (result, "why", None)
    assert post.taken() == ["twee"]


def test_what_is_tried_again_stays_in_front(post: Post) -> None:
    post.says(HANNE, "een", "twee")
    (one,) = post.take()
    post.settle(Settled(one.id, "waiting", again_at=post.now + timedelta(seconds=4), problem="500"))
    assert post.taken() == []
    post.passes(seconds=4)
    (again,) = post.take()
    assert (again.call, again.attempts, again.problem) == ("een", 1, "500")


def test_only_its_sender_settles_a_call(post: Post) -> None:
    post.says(HANNE, "een")
    (one,) = post.take("dead")
    post.passes(seconds=61)
    assert post.database.do(lambda connection: outbox.recover(connection, post.now)) == 1
    (same,) = post.take("heir")
    assert same.id == one.id
    for late in ("sent", "waiting", "refused"):
        post.settle(Settled(one.id, late, again_at=post.now), sender="dead")
        assert post.rows()[0].status == "sending"
        assert post.rows()[0].sender == "heir"
    post.settle(Settled(one.id, "sent", 5), sender="heir")
    post.settle(Settled(one.id, "refused"), sender="heir")
    assert post.statuses() == ["sent"]


def test_the_letter_learns_which_message_carried_it(post: Post) -> None:
    def write(connection: object) -> int:
        both = [
            people.add(
                connection,
                post.vault,
                chat_id=chat_id,
                role=Role.PARENT,
                name="x",
                family_id=None,
                region="nl",
                zone="Europe/Amsterdam",
                now=post.now + timedelta(seconds=chat_id),
            )
            for chat_id in (HANNE, JONAS)
        ]
        return letters.write(connection, post.vault, both[0], both[1], "dag", post.now)

    letter_id = post.database.do(write)
    post.says(JONAS, "dag", letter_id=letter_id)
    (one,) = post.take()
    assert one.letter_id == letter_id
    post.settle(Settled(one.id, "sent", 88))
    assert post.database.do(lambda c: c.execute(select(letters_table.c.message_id)).scalar_one()) == 88


def test_a_chat_that_is_gone_gets_nothing_more(post: Post) -> None:
    post.says(HANNE, "een", "twee", "drie")
    post.says(JONAS, "j")
    post.take()
    post.database.do(lambda connection: outbox.refuse_all(connection, HANNE, "blocked", post.now))
    assert post.statuses() == ["sending", "refused", "refused", "sending"]
    assert [row.call_sealed for row in post.rows()[1:3]] == [None, None]
    assert post.database.do(outbox.waiting) == 2


def test_a_call_that_does_not_open_is_refused_and_holds_up_nothing(post: Post) -> None:
    """Nobody could ever make it; were it an error here, nothing at all would be sent any more."""
    post.says(HANNE, "damaged", "fine")
    post.says(JONAS, "fine too")
    damaged = post.rows()[0].id
    post.database.do(lambda c: c.execute(update(table).where(table.c.id == damaged).values(call_sealed=b"\1damaged")))
    assert sorted(post.sends_all()) == ["fine", "fine too"]
    row = post.rows()[0]
    assert (row.status, row.problem, row.settled_at) == ("refused", "Unreadable", post.now)


# --- senders that die -------------------------------------------------------------------------------------------------


def _recover(post: Post, **given: object) -> int:
    return post.database.do(lambda connection: outbox.recover(connection, post.now, **given))


def test_calls_of_a_dead_sender_are_taken_over_after_the_lease(post: Post) -> None:
    post.says(HANNE, "een")
    post.take("dead")
    post.passes(seconds=LEASE.total_seconds())
    assert _recover(post) == 0
    post.passes(seconds=1)
    assert _recover(post) == 1
    assert post.sends("heir") == ["een"]


def test_calls_that_are_being_made_here_are_not_taken_over(post: Post) -> None:
    post.says(HANNE, "mine")
    post.says(JONAS, "of the dead")
    mine, _ = post.take("a")
    post.passes(seconds=61)
    assert _recover(post, mine={mine.id}) == 1
    assert post.statuses() == ["sending", "waiting"]


def test_a_sole_process_takes_over_at_once(post: Post) -> None:
    post.says(HANNE, "een")
    post.take("dead")
    assert _recover(post, all_senders=True) == 1
    assert post.sends("heir") == ["een"]


# --- two senders ------------------------------------------------------------------------------------------------------


def test_two_senders_book_one_after_another(postgresql: Database, vault: Vault, now: datetime) -> None:
    post = Post(postgresql, vault, now, Pace())
    post.says(HANNE, "h1", "h2")
    post.says(JONAS, "j1")
    engine = postgresql.engine
    with ThreadPoolExecutor(1) as pool, engine.begin() as one:
        first = outbox.take(one, vault, "a", post.pace, now, 1)
        second = pool.submit(post.take, "b")
        one.commit()
        assert [call.call for call in first] == ["h1"]
        assert [call.call for call in second.result()] == ["j1"]
        assert second.result()[0].send_at > first[0].send_at


def test_the_very_first_booking_is_not_undone_by_one_at_the_same_time(
    postgresql: Database, vault: Vault, now: datetime
) -> None:
    post = Post(postgresql, vault, now, Pace())
    for chat in range(1, 11):
        post.says(chat, "text")
    with ThreadPoolExecutor(5) as pool:
        taken = [one for calls in pool.map(lambda number: post.take(f"s{number}", 2), range(5)) for one in calls]
    moments = sorted(one.send_at for one in taken)
    assert len(moments) == 10
    assert all(later > earlier for earlier, later in pairwise(moments))


def test_many_senders_make_each_call_once_and_in_order(database_url: str, vault: Vault, now: datetime) -> None:
    chats, each, senders = 6, 15, 4
    whole = Database(database_url)
    post = Post(whole, vault, now)
    for number in range(each):
        for chat in range(1, chats + 1):
            post.says(chat, str(number))
    sent: dict[int, list[int]] = {chat: [] for chat in range(1, chats + 1)}
    guard = threading.Lock()

    def sender(name: str) -> None:
        own = Post(Database(database_url), vault, now)
        while own.database.do(outbox.waiting):
            for one in own.take(name, 3):
                with guard:
                    sent[one.chat_id].append(int(one.call))
                own.settle(Settled(one.id, "sent", 1), sender=name)
        own.database.close()

    with ThreadPoolExecutor(senders) as pool:
        list(pool.map(sender, "abcd"))
    assert sent == {chat: list(range(each)) for chat in sent}
    whole.close()


# --- waiting ----------------------------------------------------------------------------------------------------------


def test_without_anything_held_back_there_is_no_next_moment(post: Post) -> None:
    assert post.next_moment() is None
    post.says(HANNE, "een")
    assert post.next_moment() is None


def test_the_next_moment_is_when_the_first_call_may_go(post: Post) -> None:
    post.put(Call(HANNE, "later", not_before=post.now + timedelta(seconds=50)))
    post.put(Call(JONAS, "sooner", not_before=post.now + timedelta(seconds=20)))
    assert post.next_moment() == post.now + timedelta(seconds=20)


@pytest.mark.parametrize("put_off", [20, 40])
def test_a_call_goes_when_it_may_and_its_chat_is_free(post: Post, put_off: int) -> None:
    post.put(Call(HANNE, "x", not_before=post.now + timedelta(seconds=put_off)))
    post.hold(HANNE, seconds=30)
    assert post.next_moment() == post.now + timedelta(seconds=max(put_off, 30))


def test_a_call_goes_when_the_bot_is_free(post: Post) -> None:
    post.says(HANNE, "x")
    post.hold(WHOLE_BOT, seconds=30)
    assert post.next_moment() == post.now + timedelta(seconds=30)


def test_a_call_does_not_go_before_the_one_in_front_of_it(post: Post) -> None:
    post.put(Call(HANNE, "een", not_before=post.now + timedelta(seconds=50)), Call(HANNE, "twee"))
    post.hold(HANNE, seconds=1)
    assert post.next_moment() == post.now + timedelta(seconds=50)


def test_an_edit_goes_although_its_chat_is_held(post: Post) -> None:
    post.says(HANNE, "edit", purpose="edit")
    post.hold(HANNE, seconds=30)
    post.hold(WHOLE_BOT, seconds=3)
    assert post.next_moment() == post.now + timedelta(seconds=3)


def test_at_the_next_moment_something_goes(paced: Post) -> None:
    """So whoever waits for it always gets on."""
    for number in range(4):
        paced.says(HANNE, f"h{number}")
        paced.says(GROUP, f"g{number}")
        paced.put(Call(JONAS, f"j{number}", not_before=paced.now + timedelta(seconds=number * 2)))
    sent: list[str] = []
    for _ in range(40):
        sent += paced.sends()
        moment = paced.next_moment()
        if moment is None:
            break
        paced.now = max(paced.now, moment)
    assert len(sent) == 12


# --- keeping tidy -----------------------------------------------------------------------------------------------------


def test_what_was_settled_is_swept_after_a_week_with_the_traces_of_pacing(paced: Post) -> None:
    paced.says(HANNE, "sent", "waits")
    paced.sends()
    for days, calls, traces in ((6.9, 2, 2), (0.2, 1, 0)):
        paced.passes(days=days)
        paced.database.do(lambda connection: outbox.sweep(connection, paced.now))
        counts = paced.database.do(
            lambda c: [c.execute(select(func.count()).select_from(one)).scalar() for one in (table, paces)]
        )
        assert counts == [calls, traces]
    assert paced.sends() == ["waits"]
