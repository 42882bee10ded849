"""The settings of the service: the only place that reads the environment.

Every value has the prefix DRAAGLICHT_ and may also stand in a file `.env`. A wrong one gives a SettingsProblem whose
message says which, and how to mend it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import field, fields
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flows.engine.values import dataclass

PREFIX = "DRAAGLICHT_"
TELEGRAM_API, TELEGRAM_FILES = "https://api.telegram.org/bot", "https://api.telegram.org/file/bot"
LISTEN = "127.0.0.1:8080"
"""Where a process listens that must, and was not told where."""
OWN_PATHS = ("/live", "/ready", "/metrics")
_TOKEN, _SECRET = re.compile(r"\d+:[\w-]+"), re.compile(r"[A-Za-z0-9_-]{1,256}")


class SettingsProblem(Exception):
    """A setting is wrong: the message names it and says how to mend it."""


class Role(StrEnum):
    """Which part of the work a process does."""

    ALL = "all"
    INTAKE = "intake"
    WORKER = "worker"
    SENDER = "sender"
    TICKER = "ticker"


def _zone(text: str) -> ZoneInfo:
    try:
        return ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError("is not a time zone; write for instance Europe/Amsterdam") from None


def _token(text: str) -> str:
    if not _TOKEN.fullmatch(text):
        raise ValueError("is not a bot token; copy it whole from BotFather, such as 123456:ABC-def")
    return text


def _address(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise ValueError("is not an address; start it with https:// or http://")
    return text.rstrip("/")


def _secret(text: str) -> str:
    if not _SECRET.fullmatch(text):
        raise ValueError("is wrong: use letters, digits, _ and -, at most 256")
    return text


def _one_of(*words: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text.lower() not in words:
            raise ValueError(f"is wrong: choose from {', '.join(map(repr, words))}")
        return text.lower()

    return read


def _some_of(*words: str) -> Callable[[str], tuple[str, ...]]:
    """Reads a list with commas or blanks between them."""
    one = _one_of(*words)
    return lambda text: tuple(dict.fromkeys(map(one, text.replace(",", " ").split())))


def _years(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 100:
        raise ValueError("is wrong: write a number from 1 to 100")
    return int(text)


def _read(read: Callable[[str], Any], default: Any = None) -> Any:
    """A setting, and how its value is read from text; `read` raises ValueError with what is wrong."""
    return field(default=default, metadata={"read": read})


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings. Without a token the service talks to its own simulator."""

    token: str | None = _read(_token)
    api_url: str | None = _read(_address)
    file_url: str | None = _read(_address)
    database_url: str | None = _read(str)
    data_dir: Path = _read(Path, Path("data"))
    keys: str | None = _read(str)
    key_file: Path | None = _read(Path)
    backup_key_file: Path | None = _read(Path)
    webhook_url: str | None = _read(_address)
    webhook_secret: str | None = _read(_secret)
    listen: str | None = _read(str)
    timezone: ZoneInfo = _read(_zone, ZoneInfo("Europe/Amsterdam"))
    region: Literal["nl", "be"] = _read(_one_of("nl", "be"), "nl")
    keep_by_law: tuple[str, ...] = _read(_some_of("letters", "alerts", "looks", "consents", "kindreflex"), ())
    keep_years: int = _read(_years, 20)
    role: Role = _read(lambda text: Role(_one_of(*Role)(text)), Role.ALL)
    log_level: str = _read(_one_of("debug", "info", "warning", "error"), "info")

    def make_data_dir(self) -> None:
        """Sees to it that there is a folder for files. Raises SettingsProblem."""
        try:
            self.data_dir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            problem = f"{PREFIX}DATA_DIR {self.data_dir} cannot be used ({error.strerror})"
            raise SettingsProblem(f"{problem}; choose a folder that can be written to") from None

    def check(self) -> None:
        """Looks at what else is read only when it is needed. Raises SettingsProblem."""
        _ = self.file_base, self.listen_host_and_port, self.webhook_path

    @property
    def api_base(self) -> str:
        """The Bot API, up to and including `/bot`."""
        return self.api_url or TELEGRAM_API

    @property
    def file_base(self) -> str:
        """Downloads, up to and including `/file/bot`. Raises SettingsProblem when it cannot be derived."""
        if self.file_url:
            return self.file_url
        if self.api_url is None:
            return TELEGRAM_FILES
        if not self.api_url.endswith("/bot"):
            raise SettingsProblem(f"{PREFIX}FILE_URL is needed, since {PREFIX}API_URL does not end in /bot")
        return f"{self.api_url.removesuffix('/bot')}/file/bot"

    @property
    def database(self) -> str:
        """The database's address."""
        return self.database_url or f"sqlite:///{self.data_dir.resolve()}/draaglicht.sqlite3"

    @property
    def key_path(self) -> Path:
        """The file with the keys, when they are not in the environment."""
        return self.key_file or self.data_dir / "draaglicht.keys"

    @property
    def backup_key_path(self) -> Path:
        """The file with the keys of backups, which is none of those that seal what people wrote."""
        return self.backup_key_file or self.data_dir / "draaglicht.backup-keys"

    @property
    def webhook_path(self) -> str:
        """Where updates are brought, on the address that we listen on. Raises SettingsProblem."""
        path = urlsplit(self.webhook_url or "").path or "/"
        if path in OWN_PATHS:
            raise SettingsProblem(f"{PREFIX}WEBHOOK_URL cannot end in {path}, which is ours; choose another path")
        return path

    @property
    def listen_host_and_port(self) -> tuple[str, int]:
        """Raises SettingsProblem."""
        host, colon, port = (self.listen or LISTEN).rpartition(":")
        if not colon or not port.isdecimal() or int(port) > 65535:
            raise SettingsProblem(f"{PREFIX}LISTEN is not HOST:PORT; write for instance 127.0.0.1:8080")
        return host.strip("[]") or "127.0.0.1", int(port)


def read_settings() -> Settings:
    """The settings of the environment and of the file `.env`. Raises SettingsProblem, with all that are wrong."""
    given, values, wrong = _given(), {}, []
    for one in fields(Settings):
        if text := given.get(f"{PREFIX}{one.name}".upper()):
            try:
                values[one.name] = one.metadata["read"](text)
            except ValueError as error:
                wrong.append(f"{PREFIX}{one.name.upper()} {error}")
    if wrong:
        raise SettingsProblem("; ".join(wrong))
    settings = Settings(**values)
    settings.check()
    return settings


def _given() -> Mapping[str, str]:
    """All that is set, by name in capitals. The environment goes before the file; an empty setting is none."""
    return {name.upper(): text for said in (_in_file(), os.environ) for name, text in said.items() if text}


def _in_file(path: Path = Path(".env")) -> Mapping[str, str | None]:
    if not path.is_file():
        return {}
    from dotenv import dotenv_values

    try:
        return dotenv_values(path, encoding="utf-8")
    except UnicodeDecodeError:
        raise SettingsProblem(".env cannot be read; save it as UTF-8") from None
