"""A file of sealed pieces, written and read one after another: whoever cuts, changes, adds or swaps anything shows.

    "DRAAGLICHT BACKUP 1\\n", the key's fingerprint, 32 random bytes; then of each piece its length (4 bytes) and it

Each piece is sealed with AES-256-GCM under a key made for this file alone (HKDF-SHA256 of the backup key and the random
bytes). Its nonce is its number, and says whether it is the last; everything in front is bound to each piece. Does not
know what the pieces hold.
"""

from __future__ import annotations

import os
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.store.database import DatabaseProblem

_MAGIC = b"DRAAGLICHT BACKUP 1\n"
_FINGERPRINT, _SALT, _LENGTH, _TAG = 8, 32, 4, 16
_LONGEST = 64 * 1024 * 1024
"""No piece is longer, sealed."""


class BackupProblem(DatabaseProblem):
    """A backup cannot be made or used: the message says why, and what to do."""


def _derived(key: bytes, salt: bytes | None, what: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, b"draaglicht " + what).derive(key)


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes((last,))


def write_pieces(file: BinaryIO, key: bytes, pieces: Iterable[bytes]) -> None:
    """Seals pieces, at least one, into a file."""
    salt = os.urandom(_SALT)
    front = _MAGIC + _derived(key, None, b"fingerprint", _FINGERPRINT) + salt
    cipher = AESGCM(_derived(key, salt, b"backup", 32))
    file.write(front)
    rest = iter(pieces)
    piece, number = next(rest), 0
    for following in rest:
        _write_one(file, cipher.encrypt(_nonce(number, last=False), zlib.compress(piece, 1), front))
        piece, number = following, number + 1
    _write_one(file, cipher.encrypt(_nonce(number, last=True), zlib.compress(piece, 1), front))


def _write_one(file: BinaryIO, sealed: bytes) -> None:
    if len(sealed) > _LONGEST:
        raise BackupProblem("a row is too large for a backup")
    file.write(len(sealed).to_bytes(_LENGTH, "big") + sealed)


def read_pieces(file: BinaryIO, keys: Sequence[bytes]) -> Iterator[bytes]:
    """The pieces of a file, one in memory at a time. Whoever reads them must not trust that they are all before the end
    was reached. Raises BackupProblem."""
    front = file.read(len(_MAGIC) + _FINGERPRINT + _SALT)
    if not front.startswith(_MAGIC) or len(front) < len(_MAGIC) + _FINGERPRINT + _SALT:
        raise BackupProblem("this is no backup, or one of a newer version of Draaglicht")
    fingerprint, salt = front[len(_MAGIC) : -_SALT], front[-_SALT:]
    mine = (key for key in keys if _derived(key, None, b"fingerprint", _FINGERPRINT) == fingerprint)
    if (key := next(mine, None)) is None:
        raise BackupProblem("the backup was made with another backup key; name its file in DRAAGLICHT_BACKUP_KEY_FILE")
    cipher = AESGCM(_derived(key, salt, b"backup", 32))
    number, ahead = 0, file.read(_LENGTH)
    while True:
        length = int.from_bytes(ahead, "big")
        if len(ahead) < _LENGTH or not _TAG <= length <= _LONGEST:
            raise _damaged(number)
        sealed = file.read(length)
        ahead = file.read(_LENGTH)
        try:
            yield zlib.decompress(cipher.decrypt(_nonce(number, last=not ahead), sealed, front))
        except (InvalidTag, ValueError):
            raise _damaged(number) from None
        if not ahead:
            return
        number += 1


def _damaged(number: int) -> BackupProblem:
    return BackupProblem(f"the backup is cut off or was changed (at piece {number + 1}); take another one")


@contextmanager
def whole_or_not_at_all(path: Path) -> Iterator[BinaryIO]:
    """A file to write that only its owner can read, and that is there once everything is on the disk, or never. Raises
    OSError, and BackupProblem when there is one already."""
    if path.exists():
        raise BackupProblem(f"{path} is there already; choose another name")
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.rename(draft, path)
        _keep_folder(path.parent)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(draft)
        raise


def _keep_folder(folder: Path) -> None:
    """A new name is on the disk only when its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
