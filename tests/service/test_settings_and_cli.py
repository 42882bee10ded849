"""The command as an operator runs it: what is wrong is one line that says what to mend, and exit code 2."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import ssl
import stat
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.app import trust_for
from bot.care.people import Role
from bot.settings import SettingsProblem, read_settings
from bot.store.vault import parse_keys
from flows.engine.library import CONTENT
from tests.service.story import mentor, parent, telling
from tests.support.forked import Forked

ROOT = Path(__file__).parents[2]


def draaglicht(folder: Path, *arguments: str, typed: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """Runs the command in a folder, with nothing in its environment but these settings."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DRAAGLICHT_")}
    environment |= {"PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error::DeprecationWarning:bot"}
    environment |= {f"DRAAGLICHT_{name}": value for name, value in settings.items()}
    with tempfile.TemporaryDirectory() as own:
        out, err = Path(own) / "out", Path(own) / "err"
        running = Forked("bot", arguments, folder=folder, environment=environment, out=out, err=err, typed=typed)
        code = running.wait(300)
        return subprocess.CompletedProcess(arguments, code, out.read_text(), err.read_text())


def is_one_line(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode == 2, done.stderr
    lines = [line for line in done.stderr.splitlines() if line]
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("draaglicht: ")
    for word in words:
        assert word in lines[0], lines[0]


# --- settings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("token", "geen token", ["not a bot token", "BotFather"]),
        ("api_url", "api.telegram.org/bot", ["not an address", "https://"]),
        ("file_url", "ftp://x", ["not an address"]),
        ("webhook_url", "example.org", ["not an address"]),
        ("webhook_url", "https://example.org/metrics", ["cannot end in /metrics", "another path"]),
        ("webhook_secret", "mag dit?", ["letters, digits"]),
        ("listen", "8080", ["HOST:PORT"]),
        ("listen", "localhost:http", ["HOST:PORT"]),
        ("listen", "localhost:99999", ["HOST:PORT"]),
        ("timezone", "Nederland", ["not a time zone", "Europe/Amsterdam"]),
        ("timezone", "../../etc/passwd", ["not a time zone"]),
        ("region", "fr", ["'nl', 'be'"]),
        ("role", "baas", ["'all'", "'worker'"]),
        ("log_level", "hard", ["'debug'"]),
        ("keep_by_law", "letters, dagboek", ["'letters'", "'consents'"]),
        ("keep_years", "0", ["from 1 to 100"]),
    ],
)
def test_a_wrong_setting_is_named_and_explained(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str, words: Sequence[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(f"DRAAGLICHT_{name.upper()}", value)

    with pytest.raises(SettingsProblem) as problem:
        read_settings()

    said = str(problem.value)
    assert f"DRAAGLICHT_{name.upper()}" in said
    assert "\n" not in said
    assert all(word in said for word in words), said


def test_several_wrong_settings_are_all_named(tmp_path: Path) -> None:
    done = draaglicht(tmp_path, "migrate", REGION="fr", TIMEZONE="Mars/Olympus")
    is_one_line(done, "DRAAGLICHT_REGION", "DRAAGLICHT_TIMEZONE")


def test_an_own_server_needs_to_know_where_files_are(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DRAAGLICHT_API_URL", "http://localhost:8081/telegram")
    with pytest.raises(SettingsProblem, match="DRAAGLICHT_FILE_URL is needed"):
        read_settings()
    monkeypatch.setenv("DRAAGLICHT_API_URL", "http://localhost:8081/bot")
    assert read_settings().file_base == "http://localhost:8081/file/bot"


@pytest.mark.parametrize(
    ("addresses", "checked"),
    [
        (("http://127.0.0.1:1/bot", "http://127.0.0.1:1/file/bot"), False),
        (("https://api.telegram.org/bot", "https://api.telegram.org/file/bot"), True),
        (("http://127.0.0.1:1/bot", "https://files.example/file/bot"), True),
    ],
)
def test_certificates_are_checked_wherever_one_address_has_them(addresses: tuple[str, str], checked: bool) -> None:
    trust = trust_for(*addresses)
    assert isinstance(trust, ssl.SSLContext) == checked
    assert not checked or trust.verify_mode is ssl.CERT_REQUIRED


def test_an_empty_setting_is_no_setting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("TOKEN", "KEY_FILE", "REGION", "TIMEZONE", "DATABASE_URL", "LISTEN"):
        monkeypatch.setenv(f"DRAAGLICHT_{name}", "")
    settings = read_settings()
    assert (settings.token, settings.key_file, settings.region, settings.database_url) == (None, None, "nl", None)


def test_the_file_with_settings_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DRAAGLICHT_DATA_DIR=elders\nDRAAGLICHT_LOG_LEVEL=WARNING\nOTHER=1\n")
    assert draaglicht(tmp_path, "migrate").returncode == 0
    assert (tmp_path / "elders" / "draaglicht.sqlite3").exists()

    (tmp_path / ".env").write_text("DRAAGLICHT_REGION=fr\n")
    is_one_line(draaglicht(tmp_path, "migrate"), "DRAAGLICHT_REGION")
    (tmp_path / ".env").write_bytes(b"DRAAGLICHT_REGION=\xff\xfe")
    is_one_line(draaglicht(tmp_path, "migrate"), ".env", "UTF-8")


def test_a_data_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("x")
    is_one_line(draaglicht(tmp_path, "migrate"), "DRAAGLICHT_DATA_DIR", "choose a folder")


# --- database and keys ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://u:geheim@127.0.0.1:1/x", ["cannot be reached", "DRAAGLICHT_DATABASE_URL"]),
        ("mysql://localhost/x", ["mysql is not supported"]),
        ("nonsens", ["DRAAGLICHT_DATABASE_URL", "sqlite:///FILE"]),
        ("sqlite:////bestaat/niet/x.db", ["DRAAGLICHT_DATABASE_URL"]),
    ],
)
def test_a_database_that_cannot_be_used(tmp_path: Path, url: str, words: Sequence[str]) -> None:
    done = draaglicht(tmp_path, "migrate", DATABASE_URL=url)
    is_one_line(done, *words)
    assert "geheim" not in done.stderr


def test_a_database_of_a_newer_program(tmp_path: Path) -> None:
    assert draaglicht(tmp_path, "migrate").returncode == 0
    database = sqlite3.connect(tmp_path / "data" / "draaglicht.sqlite3")
    with database:
        database.execute("update alembic_version set version_num = '9999', oldest = '9998'")
    database.close()

    is_one_line(draaglicht(tmp_path, "migrate"), "does not fit this version", "or newer")


async def test_keys_that_do_not_belong_to_the_database(tmp_path: Path, cache: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    async with telling(data, cache) as town:
        petra = town.phone("petra")
        petra.says(f"/start {town.invite(Role.COORDINATOR, 'Petra')}")
        await town.settle()
        await town.taps("petra", "Ja, dat is goed")
    keys = data / "draaglicht.keys"
    right = keys.read_text()

    keys.unlink()
    is_one_line(draaglicht(tmp_path, "invite", "mentor", "An"), "draaglicht.keys is missing", "put back the key file")
    assert not keys.exists()
    keys.write_text(draaglicht(tmp_path, "keys", "new").stdout)
    is_one_line(draaglicht(tmp_path, "invite", "mentor", "An"), "key file that belongs to this database")
    keys.write_text("1:kort\n")
    is_one_line(draaglicht(tmp_path, "invite", "mentor", "An"), "draaglicht.keys, line 1", "NUMBER:BASE64")
    keys.write_text("# leeg\n")
    is_one_line(draaglicht(tmp_path, "invite", "mentor", "An"), "there is no key", "draaglicht keys new")
    is_one_line(draaglicht(tmp_path, "invite", "mentor", "An", KEYS="1:x"), "DRAAGLICHT_KEYS")
    is_one_line(draaglicht(tmp_path, "invite", "mentor", "An", KEY_FILE="weg"), "weg is missing")
    keys.write_text(right)
    done = draaglicht(tmp_path, "invite", "mentor", "An <Jansen>")
    assert done.returncode == 0, done.stderr
    assert "https://t.me/draaglicht_bot?start=" in done.stdout
    assert "An <Jansen>, mentor" in done.stdout


def test_the_first_invitation_makes_a_key_that_only_its_owner_reads(tmp_path: Path) -> None:
    done = draaglicht(tmp_path, "invite", "coordinator", "Petra")

    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    keys = tmp_path / "data" / "draaglicht.keys"
    assert stat.S_IMODE(keys.stat().st_mode) == 0o600
    code = done.stdout.split("code: ")[1].split()[0]
    assert code.encode() not in (tmp_path / "data" / "draaglicht.sqlite3").read_bytes()


async def test_dossiers_are_listed_and_shown(tmp_path: Path, cache: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    assert draaglicht(tmp_path, "dossiers").stdout == "There are no dossiers.\n"
    async with telling(data, cache, keep_by_law=("letters",), keep_years=30) as town:
        fatima = parent(town, guide=mentor(town))
        await fatima.says("Kunnen we bellen?")
        await fatima.taps("Stuur naar Ingrid")
        await fatima.says("/verwijder")
        await fatima.taps("Ik wil alles wissen", "Ja, wis alles")

    [line] = draaglicht(tmp_path, "dossiers").stdout.splitlines()
    number, _, kept_until = line.partition("  kept until ")
    assert kept_until == "2057-03-01"
    shown = json.loads(draaglicht(tmp_path, "dossiers", "show", number).stdout)
    assert shown["berichten"][0]["tekst"] == "Kunnen we bellen?"
    is_one_line(draaglicht(tmp_path, "dossiers", "show", "1"), "there is no dossier 1")


def test_without_a_connection_there_is_no_link(tmp_path: Path) -> None:
    done = draaglicht(tmp_path, "invite", "mentor", "An", TOKEN="1:x", API_URL="http://127.0.0.1:1/bot")
    is_one_line(done, "Telegram does not answer", "DRAAGLICHT_TOKEN")


def test_a_fresh_key(tmp_path: Path) -> None:
    [(number, key)] = parse_keys(draaglicht(tmp_path, "keys", "new", "7").stdout, "stdout")
    assert (number, len(key)) == (7, 32)
    is_one_line(draaglicht(tmp_path, "keys", "new", "300"), "1 to 255")
    assert "rotate" in draaglicht(tmp_path, "keys").stdout
    assert list(tmp_path.iterdir()) == []


def test_changing_to_another_key(tmp_path: Path) -> None:
    """As the help of the command tells it, with one detour: the old key is taken away too early."""
    assert draaglicht(tmp_path, "invite", "coordinator", "Petra").returncode == 0
    keys = tmp_path / "data" / "draaglicht.keys"
    old, new = keys.read_text(), draaglicht(tmp_path, "keys", "new", "2").stdout
    keys.write_text(new)
    done = draaglicht(tmp_path, "keys", "rotate")
    assert done.returncode == 1, done.stderr
    assert "Key 1 is not here and is needed by 1 values; put it back" in done.stdout

    keys.write_text(new + old)
    done = draaglicht(tmp_path, "keys", "rotate")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "Sealed anew with key 2: 1 values.",
        "Key 1 is not used any more: it may be removed.",
    ]
    keys.write_text(new)
    done = draaglicht(tmp_path, "keys", "rotate")
    assert (done.returncode, done.stdout) == (0, "Sealed anew with key 2: 0 values.\n")


def test_migrating_twice(tmp_path: Path) -> None:
    for _ in range(2):
        done = draaglicht(tmp_path, "migrate")
        assert (done.returncode, done.stderr) == (0, "")
        assert "newest tables" in done.stdout


# --- content ----------------------------------------------------------------------------------------------------------


def test_the_flows_are_checked(tmp_path: Path) -> None:
    """All content that comes along, with its transcripts: nowhere else is it checked whole."""
    done = draaglicht(tmp_path, "flows", "check", "--transcripts", str(ROOT / "tests" / "transcripts"))
    assert done.returncode == 0, done.stdout
    assert "niets te mopperen" in done.stdout


@pytest.mark.parametrize(("form", "start"), [("text", "gesprek  "), ("markdown", "| gesprek |"), ("csv", "gesprek,")])
def test_the_flows_are_listed(tmp_path: Path, form: str, start: str) -> None:
    done = draaglicht(tmp_path, "flows", "list", "--as", form)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(start)
    assert "evening_ritual" in done.stdout


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ("format: 1\nflow: pause\n  title: x\n", ["pause.yaml", ":3"]),
        ("format: 1\nflow: pause\ntitle: Pauze\nstart: nergens\nsteps: {a: {say: Dag., end: done}}\n", ["nergens"]),
        ("format: 9\n", ["pause.yaml"]),
        ("", ["pause.yaml"]),
        ("\x00", ["pause.yaml"]),
    ],
)
def test_a_broken_flow_is_shown_with_file_and_line(tmp_path: Path, broken: str, words: Sequence[str]) -> None:
    content = tmp_path / "nl"
    shutil.copytree(CONTENT, content)
    (content / "flows" / "pause.yaml").write_text(broken)

    done = draaglicht(tmp_path, "flows", "check", "--content", str(content))

    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stdout + done.stderr


def test_broken_safety_content_is_shown_with_file_and_line(tmp_path: Path) -> None:
    """Beside a flow that leads nowhere, which hides nothing of it."""
    content = tmp_path / "nl"
    shutil.copytree(CONTENT, content)
    for file, old, new in (
        ("help/danger", "  - id: swallowed\n", "  - id: not_breathing\n"),
        ("help/nl", "  - id: suicide\n", "  - id: suicide\n    ids: 3\n"),
        ("flows/pause", "\nstart: ", "\nstart: nergens_"),
    ):
        path = content / f"{file}.yaml"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")

    done = draaglicht(tmp_path, "flows", "check", "--content", str(content))

    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    for words in (("danger.yaml:", "E604", "not_breathing"), ("nl.yaml:", "ids"), ("pause.yaml:", "nergens_")):
        assert any(all(word in line for word in words) for line in done.stdout.splitlines()), (words, done.stdout)


def test_a_flow_is_played_drawn_and_described(tmp_path: Path) -> None:
    played = draaglicht(tmp_path, "flows", "play", "pause", typed="1\n")
    assert played.returncode == 0, played.stderr
    assert "Tot wanneer" in played.stdout
    assert draaglicht(tmp_path, "flows", "play", "pause").returncode == 0
    is_one_line(draaglicht(tmp_path, "flows", "play", "nope"), "there is no flow nope", "pause")
    is_one_line(draaglicht(tmp_path, "flows", "play", "pause", "--world", "mars"), "mars", "noor")
    assert "flowchart" in draaglicht(tmp_path, "flows", "draw", "pause").stdout
    done = draaglicht(tmp_path, "flows", "draw", "pause", "--svg", "pause.svg")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "pause.svg").read_text().startswith("<svg")
    is_one_line(draaglicht(tmp_path, "flows", "draw", "nope"), "there is no flow nope")
    is_one_line(draaglicht(tmp_path, "flows", "draw", "pause", "--svg", "weg/x.svg"), "weg/x.svg")
    for kind in ("flow", "deck", "texts", "screen"):
        assert json.loads(draaglicht(tmp_path, "flows", "schema", kind).stdout)["$schema"]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["run"],
        ["demo"],
        ["invite"],
        ["keys"],
        ["keys", "new"],
        ["keys", "rotate"],
        ["migrate"],
        ["flows"],
        ["flows", "check"],
        ["flows", "play"],
        ["flows", "draw"],
        ["flows", "schema"],
    ],
)
def test_help_needs_nothing(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    from bot.cli import main

    with pytest.raises(SystemExit) as ended:
        main([*arguments, "--help"])
    assert ended.value.code == 0
    assert "usage: draaglicht" in capsys.readouterr().out


def test_a_command_that_is_none(tmp_path: Path) -> None:
    done = draaglicht(tmp_path, "dans")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert draaglicht(tmp_path, "invite", "baas", "x").returncode == 2
    assert "play" in draaglicht(tmp_path, "flows").stdout
