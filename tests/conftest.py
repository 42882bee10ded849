"""Options that all tests share."""

import os

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="write the bot's lines in the transcripts anew (not in CI)")


@pytest.fixture
def updating(request: pytest.FixtureRequest) -> bool:
    """Whether transcripts may be rewritten."""
    asked = bool(request.config.getoption("--update"))
    if asked and os.environ.get("CI"):
        pytest.fail("--update is refused where CI is set: look at the difference and commit it yourself")
    return asked
