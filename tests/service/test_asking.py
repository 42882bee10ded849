"""How much is asked of the database: peer groups cost nothing of who is in none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event

from tests.service.peer_world import peer_group
from tests.service.story import Somebody, parent, telling
from tests.service.town import Town

NEXT_INPUT = "WITH head AS"


@contextmanager
def _of_groups(town: Town) -> Iterator[list[str]]:
    """What is asked of the tables of groups meanwhile, other than along with the input itself."""
    engine, asked = town.service.database.engine, []

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        words = statement.lstrip()
        if "peer_" in words and not words.startswith(NEXT_INPUT):
            asked.append(words)

    event.listen(engine, "before_cursor_execute", note)
    yield asked
    event.remove(engine, "before_cursor_execute", note)


async def _ordinary(town: Town, who: Somebody) -> None:
    """What parents do all day: a menu, a loose thought, its correction, a reply to the bot."""
    await who.says("/menu")
    said = who.phone.says("Ik ben moe vandaag.")
    await town.settle()
    who.phone.edits(said, "Ik ben zo moe vandaag.")
    await town.settle()
    who.phone.says("Bedankt.", who.phone.from_bot[-1])
    await town.settle()


async def test_who_is_in_no_group_pays_nothing_for_groups(tmp_path: Path, cache: Path) -> None:
    async with telling(tmp_path, cache, "2027-02-28T20:00") as town:
        circle = peer_group(town)
        outside = parent(town, "marleen", guide=circle.mentor, evening="")
        with _of_groups(town) as asked:
            await _ordinary(town, outside)
        assert asked == []
        with _of_groups(town) as asked:
            await _ordinary(town, circle["fatima"])
        assert asked
