"""The heavy backpack of a child (method A6): which things were in one, and where each of them went. Pure.

Things of one time belong together by the beginning of their keys. Does not know how it is drawn.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from bot.care.records import Record
from flows.engine.values import dataclass

ITEM = "backpack_item"
MINE, BACK, SHARE = PLACES = ("mine", "back", "share")


@dataclass(frozen=True, slots=True)
class Backpack:
    """The things of one time, in the order in which they came out; never empty."""

    items: tuple[Record, ...]

    @property
    def id(self) -> int:
        """The record by which it is found again."""
        return self.items[0].id

    @property
    def child_id(self) -> int | None:
        return self.items[0].child_id

    @property
    def day(self) -> date:
        return self.items[0].local_day

    def in_place(self, place: str) -> list[str]:
        """What went to this place, in words. What nobody gave a place is still in the backpack."""
        return [one.said("what") for one in self.items if (one.value("place") or MINE) == place]

    @property
    def words(self) -> list[str]:
        """All that was in it."""
        return [one.said("what") for one in self.items]


def together(items: Iterable[Record]) -> list[Backpack]:
    """The backpacks that these things, the oldest first, were in; the latest backpack first."""
    found: dict[tuple[str, int | None], list[Record]] = {}
    for item in items:
        if item.said("what"):
            found.setdefault((run_of(item.key), item.child_id), []).append(item)
    return [Backpack(tuple(own)) for own in reversed(found.values())]


def of_run(items: Iterable[Record], run: str) -> Backpack | None:
    """The backpack of this very run."""
    return next(iter(together(one for one in items if run_of(one.key) == run)), None)


def with_item(items: Iterable[Record], record_id: int) -> Backpack | None:
    """The backpack that holds this thing."""
    return next((one for one in together(items) if any(item.id == record_id for item in one.items)), None)


def run_of(key: str) -> str:
    """The run that a key begins with."""
    return key.rpartition(".")[0]
