"""Content that was checked, kept as text that loads at once: JSON in which every object tells its own form.

Reading it checks nothing and loads no pydantic. A start may not take longer the more there is to say, so most of it
stays folded up until somebody comes to it. Does not know what the content is.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Generic, TypeVar

from flows.engine.values import dataclass

T = TypeVar("T")
Forms = Mapping[str, Callable[..., Any]]

_FORM = "="
"""The key under which an object tells its form; what an author names is never called so."""
_FORMS: Forms = {"timedelta": timedelta, "date": date}


def forms(*types: Callable[..., Any]) -> Forms:
    """These, and what they hold besides text, lists and mappings, by the names that they are written with."""
    return {**_FORMS, **{one.__name__: one for one in types}}


def fold(value: Any) -> str:
    """The text of a value: one line, in ASCII, since Python keeps a text with one emoji in it at four bytes a letter.

    Raises ValueError when it holds what does not come back the same.
    """
    return json.dumps(_plain(value), separators=(",", ":"))


def unfold(text: str, known: Forms, wanted: type[T]) -> T:
    """The value of a text. Raises ValueError, KeyError or TypeError when it was not folded from these forms."""

    def formed(given: dict[str, Any]) -> Any:
        return known[given.pop(_FORM)](**given) if _FORM in given else given

    value = json.loads(text, object_hook=formed)
    if not isinstance(value, wanted):
        raise ValueError(f"not a {wanted.__name__}")
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        if _FORM in value:
            raise ValueError(f"a key may not be {_FORM}")
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, timedelta):
        return {_FORM: "timedelta", "days": value.days, "seconds": value.seconds, "microseconds": value.microseconds}
    if isinstance(value, date):
        return {_FORM: "date", "year": value.year, "month": value.month, "day": value.day}
    if is_dataclass(value):
        given = {one.name: getattr(value, one.name) for one in fields(value)}
        told = {one.name: _plain(given[one.name]) for one in fields(value) if given[one.name] != _default(one)}
        return {_FORM: type(value).__name__, **told}
    if value is None or isinstance(value, str | int | float):
        return value
    raise ValueError(f"a {type(value).__name__} cannot be folded")


def _default(one: Field[Any]) -> Any:
    return one.default_factory() if one.default_factory is not MISSING else one.default


class Folded(Mapping[str, T]):
    """Values by name, each unfolded when it is first asked for. Safe to share between threads."""

    def __init__(self, folded: Mapping[str, str], known: Forms, wanted: type[T]) -> None:
        self._folded, self._known, self._wanted = folded, known, wanted
        self._open: dict[str, T] = {}

    def __getitem__(self, name: str) -> T:
        if name not in self._open:
            self._open[name] = unfold(self._folded[name], self._known, self._wanted)
        return self._open[name]

    def __contains__(self, name: object) -> bool:
        return name in self._folded

    def __iter__(self) -> Iterator[str]:
        return iter(self._folded)

    def __len__(self) -> int:
        return len(self._folded)


@dataclass(frozen=True, slots=True)
class Copy(Generic[T]):
    """Where a compiled copy lies and how it is read and written. `sources` are all files that it depends on."""

    folder: Path
    name: str
    sources: Iterable[Path]
    read: Callable[[str], T]
    write: Callable[[T], str]

    def value(self, make: Callable[[], T]) -> T:
        """From the copy of the very same sources; else it is made, and the copy with it."""
        path = self.folder / f"{self.name}-{self._fingerprint()}.json"
        if path.exists():
            try:
                return self.read(path.read_text(encoding="utf-8"))
            except (ValueError, KeyError, TypeError):
                path.unlink(missing_ok=True)
        value = make()
        self._put(path, self.write(value))
        return value

    def _fingerprint(self) -> str:
        digest = hashlib.blake2b(digest_size=16)
        for path in (Path(__file__), *self.sources):
            with contextlib.suppress(FileNotFoundError), open(path, "rb", buffering=0) as file:
                digest.update(path.name.encode() + b"\0" + file.read() + b"\0")
        return digest.hexdigest()

    def _put(self, path: Path, text: str) -> None:
        """Whole or not at all, in place of the copies of earlier sources."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for old in self.folder.glob(f"{self.name}-*.json"):
            old.unlink(missing_ok=True)
        part = path.with_suffix(f".{os.getpid()}")
        part.write_text(text, encoding="utf-8")
        part.replace(path)
