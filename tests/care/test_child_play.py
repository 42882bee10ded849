"""Backpacks and what a child feels, worked out from what was kept."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from bot.care import backpacks, child_body
from bot.care.records import Field, Record

TODAY = date(2027, 3, 1)
NOW = datetime(2027, 3, 1, 18, tzinfo=UTC)


def _thing(number: int, key: str, what: str, place: str | None = None, child: int = 1) -> Record:
    fields = {"what": Field(what)} | ({"place": Field(place)} if place else {})
    return Record(number, key, backpacks.ITEM, child, TODAY, NOW, fields)


def _felt(size: object, feeling: str = "scared", part: str = "belly", days: int = 0, child: int = 1) -> Record:
    fields = {"size": Field(size), "feeling": Field(feeling), "part": Field(part)}
    return Record(1, "a.2", child_body.FEELING, child, TODAY - timedelta(days=days), NOW, fields)


def test_things_of_one_run_are_one_backpack_the_latest_first() -> None:
    things = [_thing(1, "a.2", "one"), _thing(2, "a.3", "two"), _thing(3, "b.2", "three")]
    assert [one.words for one in backpacks.together(things)] == [["three"], ["one", "two"]]
    assert [one.id for one in backpacks.together(things)] == [3, 1]


def test_a_run_for_two_children_is_two_backpacks() -> None:
    things = [_thing(1, "a.2", "one"), _thing(2, "a.3", "two", child=2)]
    assert [(one.child_id, one.words) for one in backpacks.together(things)] == [(2, ["two"]), (1, ["one"])]


def test_runs_whose_names_begin_alike_are_apart() -> None:
    things = [_thing(1, "a.2", "one"), _thing(2, "ab.2", "two")]
    found = backpacks.of_run(things, "a")
    assert found
    assert found.words == ["one"]
    assert backpacks.of_run(things, "c") is None


def test_any_of_its_things_finds_a_backpack() -> None:
    things = [_thing(1, "a.2", "one"), _thing(2, "a.3", "two")]
    found = backpacks.with_item(things, 2)
    assert found
    assert found.id == 1
    assert backpacks.with_item(things, 9) is None


def test_what_has_no_place_stays() -> None:
    things = [_thing(1, "a.2", "one", "back"), _thing(2, "a.3", "two"), _thing(3, "a.4", "three", "share")]
    (found,) = backpacks.together(things)
    assert {place: found.in_place(place) for place in backpacks.PLACES} == {
        "mine": ["two"],
        "back": ["one"],
        "share": ["three"],
    }


def test_three_heavy_ones_in_four_weeks_weigh() -> None:
    assert child_body.weighed_down([_felt(8), _felt(9), _felt(10)], TODAY) == [1]
    assert child_body.weighed_down([_felt(8), _felt(9), _felt(7)], TODAY) == []
    assert child_body.weighed_down([_felt(8), _felt(9), _felt(9, days=28)], TODAY) == []
    assert child_body.weighed_down([_felt(8), _felt(9), _felt(9, days=27)], TODAY) == [1]


def test_each_child_is_counted_apart_and_joy_is_not_heavy() -> None:
    assert child_body.weighed_down([_felt(8), _felt(9), _felt(9, child=2)], TODAY) == []
    assert child_body.weighed_down([_felt(10, "happy"), _felt(10, "proud"), _felt(9)], TODAY) == []
    assert child_body.weighed_down([_felt(None), _felt("10"), _felt(9)], TODAY) == []


def test_the_same_feeling_in_the_same_part_shows_once_as_it_was_last() -> None:
    newest_first = [_felt(3), _felt(9), _felt(5, part="head")]
    assert [one.value("size") for one in child_body.each_once(newest_first)] == [3, 5]


def test_a_day_and_the_last_weeks_of_one_child() -> None:
    found = [_felt(1), _felt(2, days=5), _felt(3, days=28), _felt(4, child=2)]
    assert [one.value("size") for one in child_body.on_day(found, 1, TODAY)] == [1]
    assert [one.value("size") for one in child_body.lately(found, 1, TODAY)] == [1, 2]
