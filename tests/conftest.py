"""Options that all tests share."""

import os
import shutil
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine
from sqlalchemy.engine import Dialect
from sqlalchemy.engine.default import DefaultDialect

_IN_MEMORY = Path("/dev/shm")
_ENOUGH = 4 << 30

if os.access(_IN_MEMORY, os.W_OK) and shutil.disk_usage(_IN_MEMORY).free > _ENOUGH:
    # What a test keeps is gone after it, so nothing of it has to wait for a disk. Only the power going off would show.
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_IN_MEMORY))


_dialects: dict[str, Dialect] = {}
_compiled: dict[Any, Any] = {}


def _compile_once(engine: Engine) -> None:
    engine.dialect = _dialects.setdefault(engine.dialect.name, engine.dialect)
    engine.update_execution_options(compiled_cache=_compiled)


# Each test has a database of its own, and each engine would compile all statements anew: a quarter of what tests do.
DefaultDialect.engine_created = staticmethod(_compile_once)  # type: ignore[method-assign]


# How long an example takes says more of the machine, and of what else it does, than of us.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="the longest tests at their full length")
    parser.addoption("--update", action="store_true", help="write the bot's lines in the transcripts anew (not in CI)")


@pytest.fixture
def full(request: pytest.FixtureRequest) -> bool:
    """Whether the longest tests are to run at full length, which takes minutes more."""
    return bool(request.config.getoption("--full"))


@pytest.fixture
def updating(request: pytest.FixtureRequest) -> bool:
    """Whether transcripts may be rewritten."""
    asked = bool(request.config.getoption("--update"))
    if asked and os.environ.get("CI"):
        pytest.fail("--update is refused where CI is set: look at the difference and commit it yourself")
    return asked


LONGEST = ("test_kills_lose_nothing", "tests/faults/", "test_no_canary_comes_out", "test_at_every_step_of_every")
"""What takes longest, by a part of its name."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest tests begin first, half of them at the middle, where a second worker begins: none is left alone at
    the end."""
    longest = [item for part in LONGEST for item in items if part in item.nodeid]
    first = list(dict.fromkeys(longest))
    others = [item for item in items if item not in set(first)]
    half = len(others) // 2
    items[:] = [*first[::2], *others[:half], *first[1::2], *others[half:]]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where CI is set everything is there that a test needs: one that is skipped has failed."""
    report = yield
    if report.skipped and os.environ.get("CI"):
        report.outcome, report.longrepr = "failed", f"skipped where CI is set: {report.longrepr}"
    return report
