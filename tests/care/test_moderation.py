"""What may be said in a group, and who looks at a report when: decided purely."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.care import groups, moderation
from bot.care.groups import Group, Member, Settings
from bot.care.moderation import Ask, Verdict
from bot.care.people import Person, Role
from bot.care.posts import Content

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MONDAY = datetime(2027, 3, 1, 12, tzinfo=AMSTERDAM)
_EVER = datetime(2027, 1, 1, tzinfo=UTC)
_moments = st.datetimes(datetime(2027, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - with a zone
_days = st.sets(st.sampled_from("1234567"), max_size=7).map(lambda days: "".join(sorted(days)))


def group(**settings: object) -> Group:
    own = Settings(**{"name": "Woensdag", **settings})  # type: ignore[arg-type]
    return Group(1, groups.RELAY, groups.OPEN, 9, None, 8, AMSTERDAM, _EVER, None, own)


def member(**given: object) -> Member:
    return Member(**{**_MEMBER, **given})  # type: ignore[arg-type]


_MEMBER = {
    "id": 1,
    "group_id": 1,
    "person_id": 2,
    "role": groups.PARENT,
    "status": groups.IN,
    "name": "Roos",
    "invited_at": _EVER,
    "shown": 10,
}


def person(number: int, **given: object) -> Person:
    own = {"id": number, "chat_id": number, "roles": Role.MENTOR, "name": "X", "family_id": None, "mentor_id": None}
    return Person(**{**own, "region": "nl", "zone": AMSTERDAM, **given})  # type: ignore[arg-type]


def said(text: str, *options: str) -> Content:
    return Content(text, options=options)


# --- what may be said -------------------------------------------------------------------------------------------------


def test_what_nothing_speaks_against_is_shown() -> None:
    assert moderation.may_show(group(), member(), said("Dag allemaal"), MONDAY) == Verdict("show")


@pytest.mark.parametrize("status", [groups.INVITED, groups.LEFT, groups.REMOVED])
def test_who_is_not_in_it_says_nothing(status: str) -> None:
    assert moderation.may_show(group(), member(status=status), said("Dag"), MONDAY).act == "closed"
    assert moderation.may_change(group(), member(status=status), said("Dag"), MONDAY).act == "closed"


def test_a_mute_ends_by_itself() -> None:
    until = MONDAY + timedelta(hours=1)
    muted = member(muted_until=until)
    assert moderation.may_show(group(), muted, said("Dag"), MONDAY) == Verdict("muted", until=until)
    assert moderation.may_change(group(), muted, said("Dag"), MONDAY) == Verdict("muted", until=until)
    assert moderation.may_show(group(), muted, said("Dag"), until).shows


def test_on_a_closed_day_it_is_said_when_the_group_opens() -> None:
    found = moderation.may_show(group(days="3"), member(), said("Dag"), MONDAY)
    assert found == Verdict("closed", until=datetime(2027, 3, 3, tzinfo=AMSTERDAM))
    assert moderation.may_show(group(days="1"), member(), said("Dag"), MONDAY).shows
    weekly = moderation.may_show(group(days="1"), member(), said("Dag"), MONDAY + timedelta(days=1))
    assert weekly.until == datetime(2027, 3, 8, tzinfo=AMSTERDAM)


def test_the_goodbye_round_minds_no_days() -> None:
    closing = replace(group(days="3"), status=groups.CLOSING)
    assert moderation.may_show(closing, member(), said("Dag"), MONDAY).shows
    assert moderation.may_show(replace(closing, status=groups.CLOSED), member(), said("Dag"), MONDAY).act == "closed"


def test_slow_mode() -> None:
    slow, own = group(slow_seconds=300), member(posted_at=MONDAY)
    later = MONDAY + timedelta(minutes=5)
    assert moderation.may_show(slow, own, said("Dag"), MONDAY + timedelta(minutes=2)) == Verdict("wait", until=later)
    assert moderation.may_show(slow, own, said("Dag"), later).shows
    assert moderation.may_show(slow, member(), said("Dag"), MONDAY).shows
    assert moderation.may_change(slow, own, said("Dag"), MONDAY).shows


def test_the_first_posts_are_seen_first() -> None:
    careful = group(seen_first=3)
    assert moderation.may_show(careful, member(shown=2), said("Dag"), MONDAY) == Verdict("hold", "first")
    assert moderation.may_show(careful, member(shown=3), said("Dag"), MONDAY).shows


def test_a_word_of_the_list_is_seen_first_also_in_an_edit() -> None:
    strict = group(words=("domme koe", "idioot"))
    for text in ("Wat een IDIOOT!", "domme  koe", "Jij dómme, koe."):
        assert moderation.may_show(strict, member(), said(text), MONDAY) == Verdict("hold", "word")
        assert moderation.may_change(strict, member(), said(text), MONDAY) == Verdict("hold", "word")
    assert moderation.may_show(strict, member(), said("Een idiootje op de koe"), MONDAY).shows
    assert moderation.may_show(strict, member(), said("Wie?", "Niemand", "De idioot"), MONDAY).act == "hold"


@given(st.text(max_size=40), _moments, _days, st.integers(0, 5), st.integers(0, 900))
def test_a_moderator_of_an_open_group_is_never_held_back(
    text: str, now: datetime, days: str, first: int, slow: int
) -> None:
    strict = group(days=days, seen_first=first, slow_seconds=slow, words=(text,))
    guide = member(role=groups.MODERATOR, shown=0, posted_at=now, muted_until=now + timedelta(days=1))
    assert moderation.may_show(strict, guide, said(text), now).shows


@given(
    _moments,
    _days,
    st.none() | _moments,
    st.none() | _moments,
    st.integers(0, 5),
    st.integers(0, 4),
    st.sampled_from(moderation.SLOW),
)
def test_what_waits_is_in_the_future_and_then_comes(
    now: datetime,
    days: str,
    muted: datetime | None,
    posted: datetime | None,
    first: int,
    shown: int,
    slow: int,
) -> None:
    """Who comes back at the moment they were told meets something else that holds them back, or nothing."""
    own = group(days=days, seen_first=first, slow_seconds=slow)
    who = member(muted_until=muted, posted_at=posted, shown=shown)
    found, text, seen = moderation.may_show(own, who, said("Dag"), now), said("Dag"), set()
    at = now
    while found.until:
        assert found.until > at
        assert found.act in ("muted", "wait", "closed")
        assert (found.act, found.until) not in seen
        seen.add((found.act, found.until))
        at = found.until
        found = moderation.may_show(own, who, text, at)
        assert len(seen) <= 4
    assert found.act in ("show", "hold") or not days
    assert bool(found.why) is (found.act == "hold")


@given(_moments, _days.filter(bool))
def test_the_group_opens_at_the_first_instant_of_an_open_day(now: datetime, days: str) -> None:
    own = group(days=days)
    at = moderation.opens_at(own, now)
    assert at is not None
    assert moderation.is_open(own, at)
    before = at - timedelta(seconds=1)
    assert moderation.is_open(own, before) is (str(before.astimezone(AMSTERDAM).isoweekday()) in days)


# --- the word list ----------------------------------------------------------------------------------------------------


def test_the_list_as_it_is_typed() -> None:
    typed = "Kut, kut ;  domme   Koe\n\n,één, " + "x" * 60
    assert moderation.word_list(typed) == ("Kut", "domme Koe", "één")
    assert moderation.word_list(" , !, ") == ()
    assert len(moderation.word_list(",".join(f"woord{number}" for number in range(200)))) == moderation.MOST_WORDS


@given(st.text(max_size=200))
def test_what_is_on_the_list_is_found(typed: str) -> None:
    words = moderation.word_list(typed)
    assert moderation.word_list(", ".join(words)) == words
    for word in words:
        assert len(word) <= moderation.LONGEST_WORD
        assert moderation.listed(words, said(f"Ja, {word.upper()}!"))
    assert not moderation.listed(words, said(""))


# --- who looks --------------------------------------------------------------------------------------------------------


def test_the_moderators_have_their_office_time() -> None:
    ingrid, samir = person(1), person(2)
    assert moderation.whom("member", [[ingrid], [samir], []], 0, MONDAY) == Ask(
        0, (ingrid,), MONDAY + timedelta(hours=4)
    )
    evening = MONDAY + timedelta(hours=8)
    assert moderation.whom("member", [[ingrid], [], []], 0, evening).due_at == datetime(
        2027, 3, 2, 13, tzinfo=AMSTERDAM
    )
    assert moderation.whom("danger", [[ingrid], [], []], 0, MONDAY).due_at == MONDAY + timedelta(minutes=30)


def test_who_is_away_or_cannot_be_reached_is_passed_over() -> None:
    away = person(1, away_from=MONDAY.date(), away_until=MONDAY.date())
    blocked, petra = person(2, blocked=True), person(3)
    assert moderation.whom("member", [[away], [blocked], [petra]], 0, MONDAY).people == (petra,)
    assert moderation.whom("member", [[away], [blocked], [petra]], 0, MONDAY).stage == moderation.COORDINATORS
    assert moderation.whom("member", [[away, petra], [blocked], []], 0, MONDAY).people == (petra,)
    assert moderation.whom("member", [[away], [], []], 0, MONDAY) == Ask(2, (), None)


_people = st.lists(st.builds(person, st.integers(1, 9), blocked=st.booleans()), max_size=3)


@given(
    st.tuples(_people, _people, _people), st.integers(0, 3), st.sampled_from(["member", "danger", "first"]), _moments
)
def test_whoever_is_asked_can_be_reached_and_has_time(
    turns: tuple[list[Person], ...], stage: int, why: str, now: datetime
) -> None:
    found = moderation.whom(why, turns, stage, now)
    if found.people:
        assert stage <= found.stage
        assert found.due_at is not None
        assert found.due_at > now
        assert all(one in turns[found.stage] and not one.blocked for one in found.people)
    else:
        assert found.due_at is None
        assert all(one.blocked for several in turns[stage:] for one in several)
