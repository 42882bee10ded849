"""The settings of the service: the only place that reads the environment.

Every value has the prefix DRAAGLICHT_ and may also stand in a file `.env`. A wrong one gives a SettingsProblem whose
message says which, and how to mend it.
"""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX = "DRAAGLICHT_"
TELEGRAM_API, TELEGRAM_FILES = "https://api.telegram.org/bot", "https://api.telegram.org/file/bot"
_TOKEN = re.compile(r"\d+:[\w-]+")


class SettingsProblem(Exception):
    """A setting is wrong: the message names it and says how to mend it."""


class Role(StrEnum):
    """Which part of the work a process does."""

    ALL = "all"
    INTAKE = "intake"
    WORKER = "worker"
    SENDER = "sender"
    TICKER = "ticker"


def _zone(value: Any) -> Any:
    if isinstance(value, ZoneInfo):
        return value
    try:
        return ZoneInfo(str(value))
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError("is not a time zone; write for instance Europe/Amsterdam") from None


def _token(value: Any) -> Any:
    if value and not _TOKEN.fullmatch(str(value)):
        raise ValueError("is not a bot token; copy it whole from BotFather, such as 123456:ABC-def")
    return value or None


def _base(value: Any) -> Any:
    if value and not str(value).startswith(("http://", "https://")):
        raise ValueError("is not an address; start it with https:// or http://")
    return str(value).rstrip("/") if value else None


def _kinds(value: Any) -> Any:
    """A list of words, also as written in the environment: with commas or blanks between them."""
    return tuple(dict.fromkeys(value.replace(",", " ").split())) if isinstance(value, str) else value


Zone = Annotated[ZoneInfo, BeforeValidator(_zone)]
Address = Annotated[str | None, BeforeValidator(_base)]


class Settings(BaseSettings):
    """All settings. Without a token the service talks to its own simulator."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        arbitrary_types_allowed=True,
        frozen=True,
    )

    token: Annotated[str | None, BeforeValidator(_token)] = None
    api_url: Address = None
    file_url: Address = None
    database_url: str | None = None
    data_dir: Path = Path("data")
    keys: str | None = None
    key_file: Path | None = None
    webhook_url: Address = None
    webhook_secret: str | None = None
    listen: str = "127.0.0.1:8080"
    timezone: Zone = ZoneInfo("Europe/Amsterdam")
    region: Literal["nl", "be"] = "nl"
    keep_by_law: Annotated[
        tuple[Literal["letters", "alerts", "looks", "consents"], ...], NoDecode, BeforeValidator(_kinds)
    ] = ()
    keep_years: Annotated[int, Field(ge=1, le=100)] = 20
    role: Role = Role.ALL
    log_level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(lambda v: str(v).lower())] = (
        Field("info")
    )

    def make_data_dir(self) -> None:
        """Sees to it that there is a folder for files. Raises SettingsProblem."""
        try:
            self.data_dir.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            problem = f"{PREFIX}DATA_DIR {self.data_dir} cannot be used ({error.strerror})"
            raise SettingsProblem(f"{problem}; choose a folder that can be written to") from None

    def check(self) -> None:
        """Looks at what else is read only when it is needed. Raises SettingsProblem."""
        _ = self.file_base, self.listen_host_and_port

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
    def listen_host_and_port(self) -> tuple[str, int]:
        """Raises SettingsProblem."""
        host, colon, port = self.listen.rpartition(":")
        if not colon or not port.isdecimal() or int(port) > 65535:
            raise SettingsProblem(f"{PREFIX}LISTEN is not HOST:PORT; write for instance 127.0.0.1:8080")
        return host.strip("[]") or "127.0.0.1", int(port)


def read_settings(**given: Any) -> Settings:
    """The settings of the environment; `given` ones go first. Raises SettingsProblem."""
    try:
        settings = Settings(**given)
        settings.check()
        return settings
    except ValidationError as error:
        raise SettingsProblem("; ".join(_said(detail["loc"], detail["msg"]) for detail in error.errors())) from None
    except UnicodeDecodeError:
        raise SettingsProblem(".env cannot be read; save it as UTF-8") from None


def _said(place: tuple[int | str, ...], message: str) -> str:
    name = f"{PREFIX}{place[0]}".upper() if place else "a setting"
    message = message.removeprefix("Value error, ")
    return f"{name} {message if message.startswith('is ') else f'is wrong: {message}'}"
