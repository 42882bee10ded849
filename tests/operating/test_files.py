"""The image, the containers and the unit: as far as can be seen without running them."""

from __future__ import annotations

import re
from dataclasses import fields
from importlib.metadata import requires
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from ruamel.yaml import YAML

from bot.settings import OWN_PATHS, PREFIX, Settings
from tests.operating.places import ROOT
from tests.support.lock import LOCK, wanted

KNOWN = {f"{PREFIX}{one.name}".upper() for one in fields(Settings)}


def named_settings(path: Path) -> set[str]:
    """Each of our settings that a file speaks of."""
    return set(re.findall(rf"\b{PREFIX}[A-Z_]+", path.read_text(encoding="utf-8")))


def test_no_setting_is_named_that_there_is_not() -> None:
    files = ["Dockerfile", "compose.yaml", ".env.example", "README.md", "bot/operating/alerts.yaml"]
    for name in (*files, "bot/operating/draaglicht.service"):
        assert named_settings(ROOT / name) <= KNOWN, name
    assert named_settings(ROOT / ".env.example") == KNOWN


# --- libraries --------------------------------------------------------------------------------------------------------


def locked() -> dict[str, str]:
    """Each library of the image and its version."""
    found = re.findall(r"^([\w.-]+)==(\S+)", LOCK.read_text(encoding="utf-8"), re.MULTILINE)
    return {canonicalize_name(name): version for name, version in found}


def test_the_image_has_the_libraries_that_are_tested() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    constraints = {canonicalize_name(name): version for name, _, version in (line.partition("==") for line in lines)}
    assert locked().items() <= constraints.items()


def test_the_image_has_all_that_is_needed_and_nothing_else() -> None:
    needed: set[str] = set()
    asked = [Requirement(one) for one in wanted()]
    while asked:
        one = asked.pop()
        needed.add(canonicalize_name(one.name))
        for further in map(Requirement, requires(one.name) or ()):
            extras = one.extras or {""}
            holds = further.marker is None or any(further.marker.evaluate({"extra": extra}) for extra in extras)
            if holds and canonicalize_name(further.name) not in needed:
                asked.append(further)
    assert set(locked()) == needed


def test_every_library_is_checked_and_none_has_an_address() -> None:
    text = LOCK.read_text(encoding="utf-8")
    entries = re.split(r"^(?=[\w.-]+==)", text, flags=re.MULTILINE)[1:]
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}$", entry, re.MULTILINE) for entry in entries)
    assert "://" not in text


# --- the image --------------------------------------------------------------------------------------------------------


def instructions() -> list[tuple[str, str]]:
    """What the Dockerfile says, word and rest, with lines that go on put together."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    whole = re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines()
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in whole)]


def test_the_image() -> None:
    given = instructions()
    assert dict(given)["USER"] == "10001"
    assert "--require-hashes" in next(rest for word, rest in given if word == "RUN")
    copied = [rest.split()[0] for word, rest in given if word == "COPY" and "--from" not in rest]
    allowed = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    for source in copied:
        assert (ROOT / source).exists()
        assert source.partition("/")[0] in allowed
    asked = re.findall(r"127\.0\.0\.1:8080(/\w+)", dict(given)["HEALTHCHECK"])
    assert asked == ["/live"]
    assert asked[0] in OWN_PATHS


def test_the_containers() -> None:
    compose: dict[str, Any] = YAML(typ="safe").load(ROOT / "compose.yaml")
    services = compose["services"]
    assert {name: service.get("profiles") for name, service in services.items()} == {
        "polling": ["polling"],
        "webhook": ["webhook"],
        "postgres": None,
    }
    for name in ("polling", "webhook"):
        service = services[name]
        assert set(service["environment"]) <= KNOWN
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert ("DRAAGLICHT_WEBHOOK_URL" in service["environment"]) == (name == "webhook")
        volumes = dict(volume.split(":", 1) for volume in service["volumes"])
        assert volumes == {"data": "/data", "./keys": "/keys:ro"}
        assert service["environment"]["DRAAGLICHT_KEY_FILE"].startswith("/keys/")
        assert int(service["stop_grace_period"].removesuffix("s")) > 10
    assert services["webhook"]["ports"] == ["127.0.0.1:8080:8080"]
    assert set(compose["volumes"]) == {"data", "postgres"}


def test_the_unit() -> None:
    text = (ROOT / "bot" / "operating" / "draaglicht.service").read_text(encoding="utf-8")
    given = dict(line.split("=", 1) for line in text.splitlines() if "=" in line and not line.startswith("#"))
    assert given["ExecStart"].endswith("/bin/draaglicht run")
    assert int(given["TimeoutStopSec"]) > 10
    assert given["ProtectSystem"] == "strict"
    assert f"/var/lib/{given['StateDirectory']}" == given["WorkingDirectory"]
    assert f"DRAAGLICHT_DATA_DIR={given['WorkingDirectory']}" in given["Environment"]
