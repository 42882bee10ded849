"""A start loads only what an idle bot needs: each of these would make it slower and larger."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
NOT_AT_START = {
    "alembic": "the database has its tables",
    "bot.care.demo": "there is no example to furnish",
    "bot.doctor": "nobody asked how it goes",
    "bot.operating.front": "nobody connects to us",
    "bot.simulator": "there is a token",
    "dotenv": "there is no file with settings",
    "prometheus_client": "nobody asks how it goes",
    "pydantic": "no file is checked",
    "pydantic_core": "no file is checked",
    "pydantic_settings": "settings are read by hand",
    "psycopg": "the database is SQLite",
    "ruamel": "content comes from the compiled copy",
    "sqlalchemy.dialects.postgresql": "the database is SQLite",
    "starlette": "nobody connects to us",
    "uvicorn": "nobody connects to us",
}
START = """
import sys
from bot.cli import main
from bot.app import Service
from bot.settings import read_settings
Service(read_settings())
print(*sys.modules)
"""


def test_what_a_start_does_not_load(tmp_path: Path) -> None:
    def start() -> set[str]:
        told = {name: value for name, value in os.environ.items() if not name.startswith("DRAAGLICHT_")}
        told |= {"PYTHONPATH": str(ROOT), "DRAAGLICHT_TOKEN": "1000:test", "DRAAGLICHT_DATA_DIR": str(tmp_path)}
        command = [sys.executable, "-c", START]
        done = subprocess.run(command, cwd=tmp_path, env=told, capture_output=True, text=True, check=True)
        return set(done.stdout.split())

    first = start()
    assert {"alembic", "pydantic", "ruamel"} <= first
    loaded = start()
    assert "bot.conversation.handle" in loaded
    assert {name: why for name, why in NOT_AT_START.items() if name in loaded} == {}
