"""What an operator does with everything at once: a backup, bringing it back, moving to another database, dead letters.

Puts together settings, keys and databases, and says how it went in plain lines. Knows none of what is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy.exc import OperationalError

import migrations
from bot.settings import PREFIX, Settings, SettingsProblem
from bot.store import backups, copying, dead_letters, schema
from bot.store.copying import Opener
from bot.store.database import Database, DatabaseProblem
from bot.store.vault import KeyProblem, Vault, make_key_file, parse_keys, read_key_file

ALL = "all"


def make_backup(settings: Settings, path: Path, now: datetime) -> list[str]:
    """Writes a backup, with a key of its own that is made where there is none. Raises BackupProblem, KeyProblem,
    OSError, or a database error."""
    key_file = settings.backup_key_path
    is_new = not key_file.exists()
    if is_new:
        make_key_file(key_file)
    number, key = read_key_file(key_file)[0]
    database = Database(settings.database)
    try:
        made = backups.make(database, settings.data_dir, path, key, now)
    finally:
        database.close()
    said = [f"{path}: {made.total} rows of {len(made.counts)} tables, sealed with backup key {number}."]
    said += [f"With it: {name}." for name in made.files]
    if is_new:
        said.append(f"A backup key was made: {key_file}. Copy it elsewhere now, not beside the backups.")
    said.append(
        f"To read it again you need {key_file} and the keys of {_keys_of(settings)}; neither is in it. "
        "Keep a backup for at most 30 days."
    )
    return said


def restore(settings: Settings, path: Path, *, look: bool) -> tuple[list[str], bool]:
    """Brings a backup back into the empty database of the settings; with `look` it only tries whether that would go.
    Returns what to say, and whether all is well. Raises as `backups.restore`."""
    keys = [key for _, key in read_key_file(settings.backup_key_path)]
    vault = _vault_of(settings)
    settings.make_data_dir()
    target = None if look else Database(settings.database)
    try:
        found = backups.restore(target, settings.data_dir, path, keys, vault)
    finally:
        if target is not None:
            target.close()
    made = _at(settings, found.made_at)
    said = [f"{path}, of {made}, is whole and opens." if look else f"Restored {path}, of {made}:"]
    said += _counted(found.counts, found.opener)
    if not look:
        said += [f"With it: {name}." for name in found.files]
        if found.waiting:
            said.append(f"{found.waiting} messages waited to be sent then, and go when you start; some may go twice.")
        said.append(
            f"Not in it: what came in or was erased after {made}. Who erased everything since must do it again."
        )
    return said, _is_well(found.opener)


def move(settings: Settings, url: str) -> tuple[list[str], bool]:
    """Copies the database of the settings into an empty one. Returns what to say, and whether all is well. Raises
    DatabaseProblem, KeyProblem, or a database error."""
    vault = _vault_of(settings)
    target = _target(url)
    source = Database(settings.database)
    try:
        moved = copying.move(source, target, vault)
    finally:
        source.close()
        target.close()
    said = _counted(moved.counts, moved.opener)
    said.append(
        f"Every row was read back and compared. Now set {PREFIX}DATABASE_URL to the new database and start; "
        "the old one was not changed. Throw it away once all is well."
    )
    return said, _is_well(moved.opener)


def _target(url: str) -> Database:
    """Raises DatabaseProblem, which speaks of --to."""
    try:
        target = Database(url)
    except DatabaseProblem as problem:
        raise DatabaseProblem(str(problem).replace(f"{PREFIX}DATABASE_URL", "--to")) from None
    try:
        with target.engine.connect():
            return target
    except OperationalError as error:
        target.close()
        raise DatabaseProblem(
            f"the database of --to cannot be reached ({type(error.orig).__name__}); check the address and its server"
        ) from None


def _vault_of(settings: Settings) -> Vault:
    """The keys that are there: none is made. Raises KeyProblem."""
    if settings.keys:
        return Vault(parse_keys(settings.keys, f"{PREFIX}KEYS"))
    if not settings.key_path.exists():
        raise KeyProblem(f"{settings.key_path} is missing; put there the key file that belongs to what was sealed")
    return Vault(read_key_file(settings.key_path))


def _keys_of(settings: Settings) -> str:
    return f"{PREFIX}KEYS" if settings.keys else str(settings.key_path)


def _counted(counts: Mapping[str, int], opener: Opener) -> list[str]:
    said = [f"  {name}: {count}" for name, count in sorted(counts.items())]
    said.append(f"{sum(counts.values())} rows; {opener.opened} sealed values opened.")
    said += [
        f"{count} values need key {number}, which is not here." for number, count in sorted(opener.missing.items())
    ]
    if opener.damaged:
        said.append(f"{opener.damaged} values are damaged: they open with no key, as where they came from.")
    return said


def _is_well(opener: Opener) -> bool:
    return not opener.damaged and not opener.missing


# --- dead letters -----------------------------------------------------------------------------------------------------


def list_dead(settings: Settings) -> list[str]:
    """One line each."""
    with _opened(settings) as database:
        found = database.do(dead_letters.all_of_them)
    return [
        f"{one.name}  {_at(settings, one.at)}  {one.kind}  {one.attempts} tries  {one.problem or 'no reason is known'}"
        for one in found
    ] or ["There are no dead letters."]


def show_dead(settings: Settings, name: str) -> list[str]:
    """What is known of one. Raises SettingsProblem."""
    which = _named(name)
    with _opened(settings) as database:
        found = database.do(lambda connection: dead_letters.all_of_them(connection, which))
    if not found:
        raise SettingsProblem(f"there is no dead letter {name}; draaglicht dead lists them")
    one = found[0]
    is_input = one.side == dead_letters.INPUT
    return [
        f"{one.name}: {'an input that could not be handled' if is_input else 'a call that Telegram refused'}",
        f"  kind: {one.kind}",
        f"  {'came' if is_input else 'refused'}: {_at(settings, one.at)}",
        f"  tries: {one.attempts}",
        f"  problem: {one.problem or 'not known'}",
        f"  lane: {f'row {one.lane} of people' if one.lane else 'of nobody who came in'}",
        *([f"  waiting behind it: {one.behind}", f"  size, sealed: {one.size} bytes"] if is_input else []),
        f"  kept: {'sealed, until 30 days after it came' if is_input else 'nothing; what was in it is gone'}",
    ]


def retry_dead(settings: Settings, names: Sequence[str]) -> tuple[list[str], bool]:
    """Puts inputs behind what waits. Returns what to say, and whether all could be. Raises SettingsProblem."""
    said, well = [], True
    with _opened(settings) as database:
        for side, row in _meant(database, names):
            if side == dead_letters.CALL:
                if list(names) != [ALL]:
                    said.append(f"{side}{row}: what was in a refused call is gone; it can only be dropped")
                    well = False
                continue
            new = database.do(partial(dead_letters.retry, row=row))
            said.append(
                f"{side}{row} waits again, as row {new}." if new else f"{side}{row} is no dead letter (any more)."
            )
            well = well and new is not None
    return said or ["There is nothing to try again."], well


def drop_dead(settings: Settings, names: Sequence[str], *, sure: bool) -> tuple[list[str], bool]:
    """Throws some away. Returns what to say, and whether all were there. Raises SettingsProblem."""
    with _opened(settings) as database:
        meant = _meant(database, names)
        if meant and not sure:
            raise SettingsProblem(f"this throws away {len(meant)} for good; add --yes")
        gone = [(f"{side}{row}", database.do(partial(dead_letters.drop, side=side, row=row))) for side, row in meant]
    said = [f"{name} is thrown away." if there else f"{name} is no dead letter (any more)." for name, there in gone]
    return said or ["There are no dead letters."], all(there for _, there in gone)


def _meant(database: Database, names: Sequence[str]) -> list[tuple[str, int]]:
    if list(names) == [ALL]:
        return [(one.side, one.row) for one in database.do(dead_letters.all_of_them)]
    return [_named(name) for name in names]


def _named(name: str) -> tuple[str, int]:
    which = dead_letters.named(name)
    if which is None:
        raise SettingsProblem(f"{name} is no name of a dead letter; write for instance in12, as draaglicht dead lists")
    return which


@contextmanager
def _opened(settings: Settings) -> Iterator[Database]:
    """The database as it is. Raises DatabaseProblem when its tables are of another version."""
    database = Database(settings.database)
    try:
        revision = database.do(schema.revision_of)
        if revision != migrations.HEAD:
            raise DatabaseProblem(
                f"the database has tables of revision {revision}, not {migrations.HEAD}; migrate it first"
            )
        yield database
    finally:
        database.close()


def _at(settings: Settings, moment: datetime) -> str:
    return f"{moment.astimezone(settings.timezone):%Y-%m-%d %H:%M}"
