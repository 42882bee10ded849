"""What the doctor sees on real files and databases, and as it is run. It changes nothing, and names nobody."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, func, select, text, update

from bot.care.people import Role
from bot.doctor import looking
from bot.doctor.findings import Finding, Level, exit_code, report
from bot.doctor.looking import look
from bot.safety.access import REFUSED
from bot.safety.attempts import WRONG_CODE
from bot.settings import Settings
from bot.simulator import Emulator, SimulatedClock, SimulatorServer
from bot.store import inbox, outbox, tables, timers
from bot.store.database import Database
from bot.store.inbox import Arrival
from bot.store.outbox import Call
from bot.store.timers import Timer
from bot.store.vault import Vault, new_key, parse_keys
from flows.engine.library import CONTENT
from tests.service.test_settings_and_cli import draaglicht
from tests.store.household import Household

NOW = datetime(2027, 3, 1, 18, 30, tzinfo=UTC)
KEY = new_key(1)
OK, LOOK, WRONG = Level.OK, Level.LOOK, Level.WRONG


def vault() -> Vault:
    return Vault(parse_keys(KEY, "test"))


def settings(folder: Path, url: str | None = None, **more: str) -> Settings:
    given = {"keys": KEY, **more}
    return Settings(data_dir=folder, database_url=url, **given)  # type: ignore[arg-type]


def about(found: list[Finding], subject: str) -> Finding:
    """The worst that was found about something."""
    return max((one for one in found if one.about == subject), key=lambda one: one.level)


@pytest.fixture(autouse=True)
def quick_content(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reads all content only where a test is about it: it takes seconds."""
    monkeypatch.setattr(looking, "_content", lambda content: Finding(OK, "content", "not looked at"))


# --- a machine without anything ---------------------------------------------------------------------------------------


async def test_before_the_first_start(tmp_path: Path) -> None:
    found = await look(Settings(data_dir=tmp_path / "data"), NOW)
    assert exit_code(found) == 0
    assert [one.about for one in found if one.level is LOOK and one.about != "help numbers"] == [
        "data folder",
        "key file",
        "database",
    ]
    assert not (tmp_path / "data").exists()


async def test_the_data_folder_cannot_be_written_to(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    found = await look(settings(tmp_path / "data"), NOW)
    assert about(found, "data folder").level is WRONG


async def test_key_files(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    given = Settings(data_dir=tmp_path, key_file=path)
    path.write_text(KEY)
    path.chmod(0o644)
    assert about(await look(given, NOW), "key file").level is WRONG
    path.chmod(0o600)
    assert about(await look(given, NOW), "key file").level is OK
    path.write_text("1:nonsense")
    spoiled = about(await look(given, NOW), "key file")
    assert spoiled.level is WRONG
    assert "nonsense" not in str(spoiled)


async def test_a_key_beside_a_database_that_people_use(tmp_path: Path) -> None:
    (tmp_path / "draaglicht.keys").write_text(KEY)
    (tmp_path / "draaglicht.keys").chmod(0o600)
    given = {"data_dir": tmp_path, "api_url": "http://127.0.0.1:1/bot"}
    assert about(await look(Settings(**given), NOW), "key file").level is OK
    live = about(await look(Settings(token="1000:live", **given), NOW), "key file")
    assert (live.level, "DRAAGLICHT_KEY_FILE" in live.remedy) == (LOOK, True)


async def test_time_zone_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(looking._KNOWN_TIMES, "Europe/Brussels", (0, 0))
    monkeypatch.setitem(looking._KNOWN_TIMES, "Europe/Atlantis", (1, 2))
    found = about(await look(settings(tmp_path), NOW), "time zones")
    assert found.level is WRONG
    assert "Europe/Brussels, Europe/Atlantis" in found.is_so


# --- Telegram ---------------------------------------------------------------------------------------------------------


async def test_the_token(tmp_path: Path) -> None:
    async with SimulatorServer(Emulator(SimulatedClock(NOW))) as server:
        known = await look(settings(tmp_path, token="1000:known", api_url=server.api_url), NOW)
    gone = await look(settings(tmp_path, token="1000:secret", api_url=server.api_url), NOW)
    assert about(known, "token").level is OK
    assert about(gone, "token").level is WRONG
    assert "secret" not in report(gone)


HOOK = "http://127.0.0.1:1/geheim"


@pytest.mark.parametrize(
    ("known", "wanted", "level"),
    [({}, None, OK), ({}, HOOK, WRONG), ({"url": HOOK}, HOOK, OK), ({"url": HOOK}, None, WRONG)],
)
async def test_where_updates_go(tmp_path: Path, known: dict[str, str], wanted: str | None, level: Level) -> None:
    emulator = Emulator(SimulatedClock(NOW))
    async with SimulatorServer(emulator) as server:
        emulator.webhook = {"secret_token": "", "max_connections": 1, **known} if known else {}
        given = {"token": "1000:known", "api_url": server.api_url} | ({"webhook_url": wanted} if wanted else {})
        found = await look(settings(tmp_path, **given), NOW)
    assert about(found, "updates").level is level
    assert "geheim" not in report(found)


async def test_what_telegram_could_not_bring(tmp_path: Path) -> None:
    """The emulator tries, and nobody listens there."""
    emulator = Emulator(SimulatedClock(NOW, frozen=True))
    async with SimulatorServer(emulator) as server:
        emulator.webhook = {"url": HOOK, "secret_token": "", "max_connections": 1}
        emulator.person("fatima").says("lang verhaal")
        assert await emulator.until(lambda: "last_error_message" in emulator.webhook)
        found = await look(settings(tmp_path, token="1000:known", api_url=server.api_url, webhook_url=HOOK), NOW)
    line = about(found, "updates")
    assert (line.level, "1 wait" in line.is_so, "from the internet" in line.remedy) == (WRONG, True, True)


@pytest.mark.parametrize(("wrong", "level"), [(0, OK), (-2, LOOK), (10, WRONG)])
async def test_the_clock_beside_that_of_telegram(tmp_path: Path, wrong: int, level: Level) -> None:
    async with SimulatorServer(Emulator()) as server:
        now = datetime.now(UTC) + timedelta(minutes=wrong)
        found = await look(settings(tmp_path, token="1000:known", api_url=server.api_url), now)
    assert max(one.level for one in found if one.about == "clock" and "Telegram" in one.is_so) is level


async def test_what_waits_on_the_disk(tmp_path: Path) -> None:
    (tmp_path / "overflow-8080").write_bytes(b"1 x\n2 y\n")
    assert about(await look(settings(tmp_path), NOW), "overflow").level is LOOK
    (tmp_path / "overflow.unreadable").write_bytes(b"1 x\n")
    worst = about(await look(settings(tmp_path), NOW), "overflow")
    assert (worst.level, "1 updates" in worst.is_so) == (WRONG, True)


# --- the database -----------------------------------------------------------------------------------------------------


async def test_a_database_that_is_away(tmp_path: Path) -> None:
    found = await look(settings(tmp_path, "postgresql://u:geheim@127.0.0.1:1/x"), NOW)
    assert about(found, "database").level is WRONG
    assert "geheim" not in report(found)
    assert about(await look(settings(tmp_path, "mysql://localhost/x"), NOW), "database").level is WRONG


async def test_tables_of_another_version(tmp_path: Path, database: Database, database_url: str) -> None:
    for revision, word in (("0001", "migrate"), ("9999", "newer")):
        with database.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :it, oldest = :it"), {"it": revision})
        found = about(await look(settings(tmp_path, database_url), NOW), "database")
        assert (found.level, word in found.remedy) == (WRONG, True)


async def test_an_empty_database(tmp_path: Path, empty_url: str) -> None:
    assert about(await look(settings(tmp_path, empty_url), NOW), "database").level is LOOK


async def test_keys_that_do_not_belong_to_the_database(tmp_path: Path, database: Database, database_url: str) -> None:
    Household(database, vault(), NOW).add(1, Role.MENTOR, "Ingrid")
    assert about(await look(settings(tmp_path, database_url), NOW), "keys").level is OK
    other = await look(settings(tmp_path, database_url, keys=new_key(1)), NOW)
    assert about(other, "keys").level is WRONG
    none = await look(Settings(data_dir=tmp_path, database_url=database_url), NOW)
    assert about(none, "keys").level is WRONG


async def test_who_looked(tmp_path: Path, database: Database, database_url: str) -> None:
    home = Household(database, vault(), NOW)
    mentor = home.add(1, Role.MENTOR, "Ingrid")
    parent = home.add(2, Role.PARENT, "Hanne", home.found(mentor))
    for _ in range(3):
        home.looks(mentor, parent)
    whole = about(await look(settings(tmp_path, database_url), NOW), "who looked")
    assert (whole.level, whole.is_so) == (OK, "1 logs, as they were written")

    other = await look(settings(tmp_path, database_url, keys=new_key(1)), NOW)
    assert "who looked" not in {one.about for one in other}, "with other keys nothing can be told of it"

    last = select(func.max(tables.looks.c.id)).scalar_subquery()
    database.do(lambda connection: connection.execute(delete(tables.looks).where(tables.looks.c.id == last)))
    cut = about(await look(settings(tmp_path, database_url), NOW), "who looked")
    assert (cut.level, cut.is_so) == (WRONG, "1 of 1 logs were changed or cut off")


async def test_logs_from_before_their_end_was_kept(tmp_path: Path, database: Database, database_url: str) -> None:
    Household(database, vault(), NOW).add(1, Role.MENTOR, "Ingrid")
    database.do(lambda connection: connection.execute(update(tables.people).values(looks_end_sealed=None)))
    assert about(await look(settings(tmp_path, database_url), NOW), "who looked").level is LOOK


Work = Callable[[Connection], object]


def _dead(connection: Connection) -> None:
    inbox.accept(connection, vault(), [Arrival(5, "update", b"{}")], NOW)
    item = inbox.take(connection, vault(), NOW)
    assert item
    for _ in range(inbox.MAX_ATTEMPTS):
        inbox.fail(connection, item.id, "ValueError at bot.x:1", NOW)


def _refused(connection: Connection) -> None:
    outbox.put(connection, vault(), [Call(5, "x")], NOW)
    connection.execute(outbox.outbox.update().values(status="refused", problem="message is too long", settled_at=NOW))


def _noted(note: str, times: int) -> Work:
    def work(connection: Connection) -> None:
        inbox.accept(connection, vault(), [Arrival(5, "update", b"{}") for _ in range(times)], NOW)
        connection.execute(inbox.inbox.update().values(status="done", payload_sealed=None, problem=note))

    return work


@pytest.mark.parametrize(
    ("work", "subject", "later", "level"),
    [
        (lambda c: inbox.accept(c, vault(), [Arrival(5, "u", b"{}")], NOW), "inputs", timedelta(minutes=11), WRONG),
        (lambda c: outbox.put(c, vault(), [Call(5, "x")], NOW), "answers", timedelta(minutes=31), WRONG),
        (
            lambda c: outbox.put(c, vault(), [Call(5, "x", not_before=NOW + timedelta(hours=2))], NOW),
            "messages out",
            timedelta(hours=1),
            OK,
        ),
        (lambda c: timers.put(c, Timer(5, "pause", NOW, 60)), "reminders", timedelta(minutes=16), WRONG),
        (lambda c: timers.put(c, Timer(5, "pause", None, 60)), "reminders", timedelta(days=16), OK),
        (_dead, "dead letters", timedelta(days=1), LOOK),
        (_refused, "not sent", timedelta(hours=23), LOOK),
        (_refused, "not sent", timedelta(hours=25), OK),
        (_noted(REFUSED, 50), "refused", timedelta(minutes=59), LOOK),
        (_noted(REFUSED, 50), "refused", timedelta(minutes=61), OK),
        (_noted(WRONG_CODE, 50), "invitations", timedelta(minutes=59), WRONG),
        (lambda c: inbox.accept(c, vault(), [Arrival(5, "u", b"{}")], NOW), "clock", -timedelta(minutes=6), WRONG),
    ],
)
async def test_what_it_sees_of_the_work(
    tmp_path: Path,
    sqlite_url: str,
    work: Work,
    subject: str,
    later: timedelta,
    level: Level,
) -> None:
    database = Database(sqlite_url)
    database.do(work)
    database.close()
    assert about(await look(settings(tmp_path, sqlite_url), NOW + later), subject).level is level


async def test_it_names_nobody_and_changes_nothing(tmp_path: Path, database: Database, database_url: str) -> None:
    home = Household(database, vault(), NOW)
    mentor = home.add(401401, Role.MENTOR, "Ingridnaam")
    parent = home.add(501501, Role.PARENT, "Hannenaam", home.found(mentor))
    assert parent.family_id
    home.lives(parent, home.child(parent.family_id, "Kindnaam"))
    before = _everything(database)

    found = await look(settings(tmp_path, database_url), NOW + timedelta(hours=2))

    said = report(found)
    for hidden in ("401401", "501501", "naam", str(parent.id), KEY.partition(":")[2]):
        assert hidden not in said
    assert _everything(database) == before


def _everything(database: Database) -> list[object]:
    from bot.store.tables import metadata

    return database.do(lambda c: [list(c.execute(table.select())) for table in metadata.sorted_tables])


# --- content ----------------------------------------------------------------------------------------------------------


async def test_content_and_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    content = shutil.copytree(CONTENT, tmp_path / "nl")
    help_file = content / "help" / "nl.yaml"
    help_file.write_text(help_file.read_text().replace('checked: "2019-09-05"', "checked: never"))
    flow = content / "flows" / "pause.yaml"
    flow.write_text(flow.read_text().replace("next: ", "next: nowhere_", 1))

    found = await look(settings(tmp_path), NOW, content)

    assert about(found, "content").level is WRONG
    numbers = [str(one) for one in found if one.about == "help numbers"]
    assert any("Kindertelefoon (nl) was never checked" in line for line in numbers)


# --- as it is run -----------------------------------------------------------------------------------------------------


def test_as_an_operator_runs_it(tmp_path: Path) -> None:
    assert draaglicht(tmp_path, "migrate").returncode == 0
    os.chmod(tmp_path / "data", 0o755)
    done = draaglicht(tmp_path, "doctor")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[0].startswith("ok     settings")
    assert "ok     content       as it should be" in done.stdout
    assert "Nothing is wrong" in done.stdout.splitlines()[-1]

    wrong = draaglicht(tmp_path, "doctor", REGION="fr")
    assert wrong.returncode == 1
    assert wrong.stdout.startswith("wrong  settings      DRAAGLICHT_REGION")
