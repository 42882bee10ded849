"""Where the files of an operator lie."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
