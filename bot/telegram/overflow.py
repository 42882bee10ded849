"""Where updates wait while the database is away and Telegram has more of them than it hands out at once: a sealed file.

Telegram gives at most 100, and further ones only after those were confirmed. A call for help behind them would not be
heard. So the first are written down here, on the disk, before they are confirmed, and come in the inbox in their order
as soon as the database is back. Does not know what updates mean.
"""

from __future__ import annotations

import base64
import contextlib
import os
import threading
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import structlog

from bot.store.vault import Unreadable, Vault

log = structlog.get_logger()

_PLACE = "overflow.update"
_BATCH = 500

Update = dict[str, Any]
WithKind = tuple[Update, str]
"""A raw update and the kind under which it goes into the inbox."""


class Overflow:
    """Updates that were confirmed and are not in the inbox yet, oldest first. For one process at a time."""

    def __init__(self, file: Path, vault: Vault) -> None:
        """What a process that was killed left behind is taken up, but for a line that it did not finish, which it did
        not confirm either. Raises OSError."""
        self._file, self._vault, self._lock = file, vault, threading.Lock()
        self._read = self._brought = 0
        self.is_empty = True
        with contextlib.suppress(FileNotFoundError), file.open("r+b") as lines:
            lines.truncate(lines.read().rfind(b"\n") + 1)
            self.is_empty = lines.tell() == 0

    def add(self, updates: Sequence[WithKind]) -> None:
        """Returns once they are on the disk. Raises OSError."""
        with self._lock, os.fdopen(os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab") as lines:
            start = lines.tell()
            try:
                lines.writelines(self._line(update, kind) for update, kind in updates)
                lines.flush()
                os.fsync(lines.fileno())
            except OSError:
                os.ftruncate(lines.fileno(), start)
                raise
            self.is_empty = False

    def batches(self) -> Iterator[list[WithKind]]:
        """All of them since the last `clear`, so many at a time. What does not open is said in the log, and kept beside
        them for whoever finds the key."""
        with self._file.open("rb") as lines:
            lines.seek(self._brought)
            while some := list(islice(lines, _BATCH)):
                yield [opened for line in some if (opened := self._opened(line)) is not None]
            self._read = lines.tell()

    def clear(self) -> None:
        """What `batches` gave is in the inbox now, and goes with the file, unless more came meanwhile: that is given
        next."""
        with self._lock:
            self._brought = self._read
            if self._file.stat().st_size == self._read:
                self._file.unlink()
                self._read = self._brought = 0
                self.is_empty = True

    def _line(self, update: Update, kind: str) -> bytes:
        number = update["update_id"]
        sealed = self._vault.seal_json(_PLACE, number, [update, kind])
        return b"%d %s\n" % (number, base64.b64encode(sealed))

    def _opened(self, line: bytes) -> WithKind | None:
        number, _, sealed = line.partition(b" ")
        try:
            update, kind = self._vault.open_json(_PLACE, int(number), base64.b64decode(sealed))
        except (Unreadable, ValueError) as error:
            log.error("a waiting update does not open", problem=type(error).__name__)
            with self._file.with_suffix(".unreadable").open("ab") as lines:
                lines.write(line)
            return None
        return update, kind
