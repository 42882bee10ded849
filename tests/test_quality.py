"""What must hold of all code: types, style, who may import whom. What content may say: test_settings_and_cli.py."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
_BIN = Path(sys.executable).parent


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["ruff", "check", "."], id="style"),
        pytest.param(["ruff", "format", "--check", "."], id="layout"),
        pytest.param(["mypy"], id="types"),
        pytest.param(["lint-imports", "--no-cache"], id="imports"),
    ],
)
def test_tool_is_content(command: list[str]) -> None:
    result = subprocess.run([_BIN / command[0], *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_no_room_has_grown_too_large() -> None:
    large = [
        f"{path.relative_to(ROOT)}: {lines} lines"
        for room in ("bot", "flows")
        for path in (ROOT / room).rglob("*.py")
        if (lines := path.read_text(encoding="utf-8").count("\n")) > 600
    ]
    assert large == []


def test_readme_and_ci_run_the_same_tests() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len([line for line in readme.splitlines() if "bin/pytest" in line]) == 1
