"""What the doctor looks at: settings, files, clock, database, Telegram and content. What cannot be looked at is a
finding too, never an error.

Changes nothing: makes no database, no table and no key.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import SQLAlchemyError

import migrations
from bot.care import looks, people
from bot.doctor import findings, telegram
from bot.doctor.findings import Finding, Level, Tries
from bot.safety import attempts
from bot.safety.access import REFUSED
from bot.safety.checks import check_safety
from bot.safety.help import load_help, unverified
from bot.settings import PREFIX, Settings
from bot.store import backlog, schema
from bot.store.database import Database, DatabaseProblem
from bot.store.inbox import noted_since
from bot.store.tables import inbox, outbox
from bot.store.vault import KeyProblem, Unreadable, Vault, parse_keys, read_key_file
from flows.engine.checks import check
from flows.engine.library import CONTENT, load_sources
from flows.engine.problems import ContentError

_HOUR, _DAY, _WEEK = timedelta(hours=1), timedelta(days=1), timedelta(days=7)
_KNOWN_TIMES = {"Europe/Amsterdam": (1, 2), "Europe/Brussels": (1, 2)}
"""Hours ahead of UTC, in winter and in summer."""


async def look(settings: Settings, now: datetime, content: Path = CONTENT) -> list[Finding]:
    """Everything, in order. `now` is the machine's own time."""
    found = [Finding(Level.OK, "settings", "can be read")]
    found += await telegram.ask(settings, now)
    found += _folder(settings.data_dir)
    found.append(findings.time_zones(_wrong_zones()))
    vault = _keys(settings, found)
    found += _database(settings, vault, now)
    found.append(_content(content))
    found += _help(content, now)
    return found


# --- this machine -----------------------------------------------------------------------------------------------------


def _folder(folder: Path) -> list[Finding]:
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".doctor-") as trial:
            trial.write(b"x")
            trial.flush()
    except FileNotFoundError:
        return [Finding(Level.LOOK, "data folder", "is not there yet", "it is made at the first start")]
    except OSError as error:
        remedy = f"give the bot's user the right to write there, or set {PREFIX}DATA_DIR"
        return [Finding(Level.WRONG, "data folder", f"cannot be written to ({error.strerror})", remedy)]
    return [
        Finding(Level.OK, "data folder", "can be written to"),
        findings.disk(shutil.disk_usage(folder).free),
        *findings.set_aside(**_overflows(folder)),
    ]


def _overflows(folder: Path) -> dict[str, int]:
    counted = {"waiting": 0, "unreadable": 0}
    for path in folder.glob("overflow*"):
        counted["unreadable" if path.suffix == ".unreadable" else "waiting"] += path.read_bytes().count(b"\n")
    return counted


def _wrong_zones() -> list[str]:
    return [zone for zone, hours in _KNOWN_TIMES.items() if _hours_of(zone) != hours]


def _hours_of(zone: str) -> tuple[float, ...] | None:
    try:
        place = ZoneInfo(zone)
    except ZoneInfoNotFoundError:
        return None
    noons = (datetime(2027, month, 1, 12, tzinfo=place) for month in (1, 7))
    return tuple((noon.utcoffset() or timedelta(0)) / _HOUR for noon in noons)


def _keys(settings: Settings, found: list[Finding]) -> Vault | None:
    """The vault, if there are keys. Says what it found."""
    try:
        if settings.keys:
            vault = Vault(parse_keys(settings.keys, f"{PREFIX}KEYS"))
            found.append(findings.key_file(None))
            return vault
        if not settings.key_path.exists():
            remedy = (
                "one is made at the first start; if the bot ran before, put back the file that belongs to its database"
            )
            found.append(Finding(Level.LOOK, "key file", "is not there", remedy))
            return None
        vault = Vault(read_key_file(settings.key_path))
        folder, data = settings.key_path.resolve().parent, settings.data_dir.resolve()
        beside = settings.token is not None and settings.database_url is None and folder.is_relative_to(data)
        found.append(findings.key_file(settings.key_path.stat().st_mode, beside_the_data=beside))
    except (KeyProblem, OSError) as error:
        found.append(Finding(Level.WRONG, "key file", str(error)))
        return None
    return vault


# --- the database -----------------------------------------------------------------------------------------------------


def _database(settings: Settings, vault: Vault | None, now: datetime) -> list[Finding]:
    if settings.database_url is None and not (settings.data_dir / "draaglicht.sqlite3").exists():
        return [
            findings.clock(now, None, None),
            Finding(Level.LOOK, "database", "is not there yet", "it is made at the first start"),
        ]
    try:
        database = Database(settings.database)
    except DatabaseProblem as error:
        return [findings.clock(now, None, None), Finding(Level.WRONG, "database", str(error))]
    try:
        return database.do(lambda connection: _tables(connection, vault, now))
    except SQLAlchemyError as error:
        cause = type(getattr(error, "orig", None) or error).__name__
        remedy = f"check {PREFIX}DATABASE_URL and its server"
        return [
            findings.clock(now, None, None),
            Finding(Level.WRONG, "database", f"cannot be used ({cause})", remedy),
        ]
    finally:
        database.close()


def _tables(connection: Connection, vault: Vault | None, now: datetime) -> list[Finding]:
    try:
        fits = schema.check(connection)
    except DatabaseProblem:
        fits = False
    if not fits:
        other = _other_tables(schema.revision_of(connection))
        return [findings.clock(now, None, _server_time(connection)), other]
    newest = connection.execute(select(func.max(inbox.c.received_at))).scalar()
    keys = _sample(connection, vault)
    return [
        findings.clock(now, newest, _server_time(connection)),
        Finding(Level.OK, "database", "can be reached, with the newest tables"),
        keys,
        *findings.queues(backlog.look(connection, now)),
        findings.dead_letters(_dead(connection)),
        findings.not_sent(_not_sent(connection, now)),
        findings.refused(_tries(connection, now, REFUSED)),
        findings.wrong_codes(_tries(connection, now, attempts.WRONG_CODE, attempts.TOO_MANY)),
        *([findings.looks(**asdict(looks.survey(connection, vault)))] if vault and keys.level is Level.OK else []),
    ]


def _other_tables(revision: str | None) -> Finding:
    if revision is None:
        return Finding(Level.LOOK, "database", "is empty", "tables are made at the first start")
    if revision < migrations.HEAD:
        remedy = "run draaglicht migrate; starting the bot does so too"
        return Finding(Level.WRONG, "database", "has tables of an older version", remedy)
    remedy = "run the version of the bot that last used it, or a newer one"
    return Finding(Level.WRONG, "database", "has tables of a newer version", remedy)


def _server_time(connection: Connection) -> datetime | None:
    if connection.dialect.name != "postgresql":
        return None
    found: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    return found.astimezone(UTC)


def _sample(connection: Connection, vault: Vault | None) -> Finding:
    sealed = people.sealed_sample(connection)
    if sealed is None:
        return Finding(Level.OK, "keys", "nothing is sealed yet")
    remedy = "put back the key file that belongs to this database; without it nothing in it can be read"
    if vault is None:
        return Finding(Level.WRONG, "keys", "there is none, and the database holds sealed words", remedy)
    try:
        vault.open(*sealed)
    except Unreadable:
        return Finding(Level.WRONG, "keys", "they do not open what the database holds", remedy)
    return Finding(Level.OK, "keys", "they open what the database holds")


def _dead(connection: Connection) -> Mapping[str, int]:
    query = select(inbox.c.problem, func.count()).where(inbox.c.status == "dead").group_by(inbox.c.problem)
    return {problem or "unknown": count for problem, count in connection.execute(query)}


def _not_sent(connection: Connection, now: datetime) -> Mapping[str, int]:
    query = (
        select(outbox.c.problem, func.count())
        .where(outbox.c.status.in_(("refused", "unknown")), outbox.c.settled_at > now - _DAY)
        .group_by(outbox.c.problem)
    )
    return {problem or "unknown": count for problem, count in connection.execute(query)}


def _tries(connection: Connection, now: datetime, *notes: str) -> Tries:
    return Tries(*(sum(noted_since(connection, note, now - span) for note in notes) for span in (_HOUR, _WEEK)))


# --- content ----------------------------------------------------------------------------------------------------------


def _content(content: Path) -> Finding:
    """Whether the content can be run, and keeps safe; how it reads is for its author."""
    try:
        return findings.content(len(check(load_sources(content), texts=False)) + len(check_safety(content)))
    except ContentError as error:
        return findings.content(len(error.problems))


def _help(content: Path, now: datetime) -> list[Finding]:
    try:
        return findings.help_numbers(unverified(load_help(content), now.date()))
    except ContentError as error:
        remedy = "the bot does not start without it; mend the file that this names"
        return [Finding(Level.WRONG, "help numbers", str(error).replace("\n", " "), remedy)]
