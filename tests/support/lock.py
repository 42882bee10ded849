"""Writes bot/operating/requirements.txt, what the image is made of: each library with the hashes of its files.

    .venv/bin/python -m tests.support.lock

To be run when constraints.txt changes; asks the registry that pip knows, and notes no address of it.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import tomllib
from collections import defaultdict
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "bot" / "operating" / "requirements.txt"
PYTHON = "3.11"
MACHINES = ("x86_64", "aarch64")
_WHEELS = ("manylinux_2_17_{}", "manylinux2014_{}", "manylinux_2_28_{}", "manylinux_2_34_{}")
_HEAD = f"""\
# What the image is made of: python -m tests.support.lock writes this anew.
# For Python {PYTHON} on Linux, {" and ".join(MACHINES)}.
"""


def wanted() -> list[str]:
    """What the service itself asks for."""
    return list(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"])


def _resolved(machine: str) -> dict[str, str]:
    """Each library's line for one kind of machine, with the hash of the file that it gets."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        platforms = [f"--platform={wheel.format(machine)}" for wheel in _WHEELS]
        python = ["--python-version", PYTHON, "--implementation", "cp", "--only-binary", ":all:", *platforms]
        target = ["--target", str(Path(folder) / "none"), "--dry-run", "--ignore-installed", "--report", str(report)]
        constraints = ["-c", str(ROOT / "constraints.txt")]
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "-q", *target, *python, *constraints, *wanted()], check=True
        )
        found = json.loads(report.read_text(encoding="utf-8"))["install"]
    return {f"{one['metadata']['name']}=={one['metadata']['version']}": _hash(one) for one in found}


def _hash(installed: dict[str, Any]) -> str:
    digest: str = installed["download_info"]["archive_info"]["hashes"]["sha256"]
    return digest


def main() -> None:
    """Writes the file."""
    hashes: defaultdict[str, set[str]] = defaultdict(set)
    for machine in MACHINES:
        for line, digest in _resolved(machine).items():
            hashes[line].add(digest)
    lines = [
        " \\\n".join([name, *(f"    --hash=sha256:{digest}" for digest in sorted(hashes[name]))])
        for name in sorted(hashes, key=str.lower)
    ]
    LOCK.write_text(_HEAD + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
