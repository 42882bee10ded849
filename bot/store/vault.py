"""Encrypts free text: AES-256-GCM, bound to its table, column and row, with the key's number in front.

A ciphertext moved to another row does not open. Keys live outside the database; several may be known at once, the first
seals. A key that was added since is learnt when it is met. Does not know what it seals.
"""

from __future__ import annotations

import base64
import contextlib
import os
import secrets
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from flows.engine.values import dataclass

_NONCE = 12
_KEY_BYTES = 32
_TAG_BYTES = 16
SEALED_NOTHING = 1 + _NONCE + _TAG_BYTES
"""How many bytes nothing takes, sealed."""


class KeyProblem(Exception):
    """The keys cannot be used: the message says which setting, and how to mend it."""


class Unreadable(Exception):
    """A sealed value does not open here: other key, other row, or damaged. Carries table and row, never content."""


Keys = Sequence[tuple[int, bytes]]
"""Numbers (1 to 255) and 32 bytes each, the sealing key first."""


@dataclass(frozen=True, slots=True)
class _Ring:
    """The keys at one moment: a number and its cipher never come apart while another thread learns a key."""

    sealing: int
    ciphers: dict[int, AESGCM]


class Vault:
    """Seals and opens. Safe to share between threads."""

    def __init__(self, keys: Keys, reread: Callable[[], Keys] | None = None) -> None:
        """`reread` reads the keys again, where that can be done, when a key is met that is not known."""
        if not keys:
            raise KeyProblem("there is no key")
        self._ring = _Ring(keys[0][0], {number: AESGCM(key) for number, key in keys})
        self._reread = reread

    @property
    def sealing(self) -> int:
        """The number of the key that seals."""
        return self._ring.sealing

    @property
    def numbers(self) -> frozenset[int]:
        """The numbers of all keys that are known."""
        return frozenset(self._ring.ciphers)

    def seal(self, place: str, row: int | str, plain: bytes) -> bytes:
        """`place` is "table.column"."""
        ring, nonce = self._ring, os.urandom(_NONCE)
        sealed = ring.ciphers[ring.sealing].encrypt(nonce, plain, f"{place}/{row}".encode())
        return bytes((ring.sealing,)) + nonce + sealed

    def open(self, place: str, row: int | str, sealed: bytes | None) -> bytes:
        """Raises Unreadable."""
        if not sealed:
            raise Unreadable(f"{place} {row}: there is nothing")
        cipher = self._ring.ciphers.get(sealed[0]) or self._learnt(sealed[0])
        if cipher is None:
            raise Unreadable(f"{place} {row}: key {sealed[0]} is not known")
        try:
            return cipher.decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], f"{place}/{row}".encode())
        except (InvalidTag, ValueError):
            raise Unreadable(f"{place} {row}: does not open") from None

    def _learnt(self, number: int) -> AESGCM | None:
        """A key that was added since the start: somebody rotates while this process runs. It then seals as they do."""
        if self._reread is None:
            return None
        with contextlib.suppress(KeyProblem):
            keys = self._reread()
            self._ring = _Ring(keys[0][0], {**{number: AESGCM(key) for number, key in keys}, **self._ring.ciphers})
        return self._ring.ciphers.get(number)

    def seal_text(self, place: str, row: int | str, text: str) -> bytes:
        return self.seal(place, row, text.encode())

    def open_text(self, place: str, row: int | str, sealed: bytes) -> str:
        return self.open(place, row, sealed).decode()

    def seal_json(self, place: str, row: int | str, value: Any) -> bytes:
        return self.seal(place, row, orjson.dumps(value))

    def open_json(self, place: str, row: int | str, sealed: bytes) -> Any:
        return orjson.loads(self.open(place, row, sealed))


def parse_keys(text: str, source: str) -> list[tuple[int, bytes]]:
    """Keys as written: `1:base64`, separated by commas or lines, `#` for remarks; the first seals.

    `source` names the setting or file in the message of a KeyProblem.
    """
    keys: list[tuple[int, bytes]] = []
    for line_number, line in enumerate(text.replace(",", "\n").splitlines(), start=1):
        bare = line.split("#", 1)[0].strip()
        if not bare:
            continue
        number, colon, secret = bare.partition(":")
        try:
            key = base64.b64decode(secret, validate=True)
        except ValueError:
            key = b""
        if not colon or not number.isdecimal() or not 1 <= int(number) <= 255 or len(key) != _KEY_BYTES:
            raise KeyProblem(f"{source}, line {line_number}: not a key; write NUMBER:BASE64 with 32 bytes")
        if int(number) in dict(keys):
            raise KeyProblem(f"{source}, line {line_number}: key {number} is there twice")
        keys.append((int(number), key))
    if not keys:
        raise KeyProblem(f"{source}: there is no key; make one with 'draaglicht keys new'")
    return keys


def new_key(number: int) -> str:
    """A fresh key as written in a key file."""
    return f"{number}:{base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode()}"


def read_key_file(path: Path) -> list[tuple[int, bytes]]:
    """Raises KeyProblem."""
    try:
        return parse_keys(path.read_text(encoding="ascii"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise KeyProblem(f"{path}: cannot be read ({type(error).__name__})") from None


def make_key_file(path: Path) -> None:
    """Writes a file with one fresh key that only its owner can read; leaves an existing file alone.

    The file is there whole or not at all, and on the disk before anything is sealed with it.
    """
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(new_key(1) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        os.unlink(draft)
