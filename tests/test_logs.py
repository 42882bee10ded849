"""Whatever way a secret takes to the logs, at every level: what is said is that something happened, and where."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from bot.logs import FACTS

ROOT = Path(__file__).parent.parent
SECRET = "kanarie-12:AAsecret"

BEFORE = """
import asyncio, gc, logging, sqlite3, sys, threading, warnings
import httpx, structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from bot import logs
from bot.store.database import Database

SECRET = sys.argv[1]
own = logging.getLogger("brings.its.own")
own.addHandler(logging.StreamHandler(sys.stderr))
own.propagate = False
logs.set_up(sys.argv[2])

def fails():
    try:
        raise KeyError(SECRET)
    except KeyError as error:
        raise ValueError(f"cannot do {SECRET}") from error

class Breaks:
    def __init__(self):
        self.secret = SECRET
    def __del__(self):
        fails()
"""

ROUTES = {
    "a line": "logging.getLogger('httpx').error('HTTP Request: POST https://x/bot%s/getMe', SECRET)",
    "a line put together before": "logging.getLogger('telegram').error(f'update {SECRET}')",
    "a line that cannot be put together": "logging.getLogger('some').error('%d %d', SECRET)",
    "a line with an error": """
        try:
            fails()
        except ValueError:
            logging.getLogger('telegram').exception('job %s', SECRET)
        """,
    "a level of its own": "logging.getLogger('some').log(35, SECRET)",
    "a handler of its own": "own.error(SECRET)",
    "an address that cannot be reached": """
        try:
            httpx.get(f'http://127.0.0.1:1/bot{SECRET}/getMe')
        except httpx.ConnectError:
            logging.getLogger('httpx').error('%s', SECRET)
        """,
    "a statement that fails": """
        database = Database('sqlite://')
        thread = threading.Thread(
            target=lambda: database.do(
                lambda connection: connection.execute(text('select * from nowhere where a = :b'), {'b': SECRET})
            )
        )
        thread.start()
        thread.join()
        """,
    "a warning": "warnings.warn(SECRET, RuntimeWarning)",
    "a thread": "thread = threading.Thread(target=fails); thread.start(); thread.join()",
    "something thrown away": "Breaks(); gc.collect()",
    "a task nobody waits for": """
        async def main():
            async def lost():
                fails()
            task = asyncio.create_task(lost(), name=SECRET)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            del task
            gc.collect()
        asyncio.run(main())
        """,
    "trouble of the loop itself": """
        async def main():
            asyncio.get_running_loop().call_exception_handler({'message': SECRET, 'handle': SECRET})
        asyncio.run(main())
        """,
    "a fact that is not on the list": "structlog.get_logger().error('event', text=SECRET, chat_id=SECRET)",
    "the program's end": "fails()",
}


def _said(script: str, level: str) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-W", "always", "-c", BEFORE + textwrap.dedent(script), SECRET, level],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert SECRET not in done.stderr + done.stdout
    assert done.stdout == ""
    return [json.loads(line) for line in done.stderr.splitlines()]


@pytest.mark.parametrize("route", ROUTES)
def test_no_route_leads_a_secret_out(route: str) -> None:
    said = _said(ROUTES[route], "debug")
    assert said, "nobody would notice that something is wrong"
    assert all(entry.keys() <= FACTS for entry in said)
    assert any(entry["level"] in ("warning", "error") for entry in said)


def test_an_error_is_told_by_its_kind_and_its_way() -> None:
    [entry] = _said("fails()", "info")
    assert entry["problem"] == "ValueError from KeyError"
    assert [step.split()[-1] for step in entry["trace"]] == ["<module>", "fails"]


def test_a_library_is_told_by_its_line() -> None:
    [entry] = _said("logging.getLogger('httpx').warning(SECRET)", "info")
    assert entry["logger"] == "httpx"
    assert entry["where"].startswith("<string>:")
    assert entry.keys() == {"event", "level", "timestamp", "logger", "where"}


@pytest.mark.parametrize(("level", "lines"), [("debug", 4), ("info", 2), ("warning", 2), ("error", 1)])
def test_libraries_are_quiet_unless_one_wants_to_hear_everything(level: str, lines: int) -> None:
    script = "for level in (10, 20, 30, 40): logging.getLogger('some').log(level, SECRET)"
    assert len(_said(script, level)) == lines


def test_breaking_off_is_no_error() -> None:
    assert _said("raise KeyboardInterrupt", "debug") == []


def test_logging_never_stops_the_work(tmp_path: Path) -> None:
    """Nobody listens any more: the reader of the logs has gone."""
    script = "sys.stderr.close(); logging.getLogger('some').error(SECRET); open(sys.argv[1][-3:], 'w').close()"
    done = subprocess.run(
        [sys.executable, "-c", BEFORE + script, "secret/ret", "info"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert (tmp_path / "ret").exists(), done.stderr
