"""Input that fails: it is tried three times and put aside, the lane goes on, the person is told, and nothing of what
was said gets into a log, an error or a table as it stands.
"""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.conversation.commands import COMMANDS, OFFERED
from bot.conversation.turn import Turn
from bot.store import tables
from bot.telegram import inbound
from flows.engine.library import load
from tests.service.story import Somebody, parent, telling, went_well
from tests.service.town import Town, open_town

SECRET = "Geheim dat niemand mag lezen"


async def _fails_three_times(town: Town, who: Somebody) -> str:
    heard = await who.reads()
    for _ in range(3):
        town.clock.advance(timedelta(seconds=10))
        heard += await who.reads()
    return heard


async def test_an_input_that_fails_is_put_aside_without_its_words(
    tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    async with open_town(tmp_path, "2027-03-01T12:00", cache=cache) as town:
        fatima, joris = parent(town), parent(town, "joris")
        kept = Turn.finish

        def breaks(turn: Turn) -> None:
            if SECRET in str(turn.incoming):
                raise ValueError(f"cannot do {turn.incoming}")
            kept(turn)

        # What breaks here stands for a fault of our own that nobody knows yet.
        monkeypatch.setattr(Turn, "finish", breaks)
        fatima.phone.says(f"{SECRET} 1")
        fatima.phone.says("/menu")
        joris.phone.says("/menu")
        structlog.reset_defaults()
        with capture_logs() as logs:
            heard = await _fails_three_times(town, fatima)

        assert heard.index("Er ging iets mis, en dat ligt niet aan jou") < heard.index("Waar heb je nu iets aan")
        assert "Waar heb je nu iets aan" in await joris.reads() + joris.phone.screen
        assert len([entry for entry in logs if entry["event"] == "input failed"]) == 3
        assert SECRET not in json.dumps(logs, default=str)
        captured = capfd.readouterr()
        assert SECRET not in captured.out + captured.err

        def rows(connection: Any) -> list[Any]:
            return list(connection.execute(select(tables.inbox).where(tables.inbox.c.status == "dead")))

        [dead] = town.do(rows)
        assert dead.problem.startswith("ValueError at ")
        assert SECRET.encode() not in dead.payload_sealed

        # Who leaves takes the dead letter along.
        await fatima.says("/verwijder")
        await fatima.taps("Ik wil alles wissen", "Ja, wis alles")
        assert town.do(rows) == []


@pytest.mark.parametrize(
    "update",
    [
        {"message": {"message_id": 900, "date": 1, "chat": {"id": 1201, "type": "private"}}},
        {"message": {"message_id": 900, "date": 1, "chat": {"id": 1201, "type": "private"}, "new_sort": {"a": 1}}},
        {"message": {"message_id": 900, "date": 1, "chat": {"id": -5, "type": "group"}, "text": "hallo"}},
        {"edited_message": {"message_id": 900, "date": 1, "chat": {"id": 1201, "type": "private"}, "text": "x"}},
        {"callback_query": {"id": "1", "from": {"id": 1201, "first_name": "F"}, "inline_message_id": "z", "data": "a"}},
        {
            "callback_query": {
                "id": "1",
                "from": {"id": 1201, "first_name": "F"},
                "message": {"message_id": 3, "date": 0, "chat": {"id": 1201, "type": "private"}},
                "game_short_name": "x",
            }
        },
        {"channel_post": {"message_id": 1, "chat": {"id": -100, "type": "channel"}, "text": "x"}},
        {"something_new": {"chat": {"id": 1201}}},
        {"poll": {"id": "1"}},
        {},
    ],
    ids=str,
)
async def test_an_update_of_a_form_that_nobody_foresaw_does_no_harm(
    tmp_path: Path, cache: Path, update: dict[str, Any]
) -> None:
    async with telling(tmp_path, cache) as town:
        fatima = parent(town)
        await fatima.says("/menu")
        await town.service.intake.keep([{"update_id": 5_000_000, **update}])
        await town.service.intake.keep([{"update_id": 5_000_000, **update}])
        await fatima.reads()
        assert fatima.kept() == []
        went_well(town)


def test_every_command_that_is_offered_is_known() -> None:
    of_flows = {flow.command for flow in load().flows.values()}
    assert set(OFFERED) - {"hulp"} <= set(COMMANDS) | of_flows


def test_a_photo_is_its_largest_size() -> None:
    photo = [{"file_id": "small"}, {"file_id": "large"}]
    message = {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}, "photo": photo, "caption": "x"}
    read = inbound.decode(json.dumps({"update_id": 1, "message": message}).encode())
    assert (read.file_id, read.text) == ("large", "x")  # type: ignore[union-attr]
