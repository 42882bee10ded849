"""The parameters of one call of the bot, however they travelled: JSON, a form, or a form with files."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.simulator.errors import bad_request


@dataclass(frozen=True, slots=True)
class Upload:
    """A file inside the request."""

    name: str
    content: bytes
    mime_type: str


class Params:
    """Typed access to parameters. Every getter raises ApiError 400 for a value of the wrong kind."""

    def __init__(self, values: Mapping[str, Any], uploads: Mapping[str, Upload] | None = None) -> None:
        self.values = values
        self.uploads = uploads or {}

    def has(self, name: str) -> bool:
        """Whether the parameter was given."""
        return self.values.get(name) is not None or name in self.uploads

    def text(self, name: str, default: str = "") -> str:
        """A string; numbers are taken as written."""
        value = self.values.get(name)
        if value is None:
            return default
        if isinstance(value, bool | list | dict):
            raise bad_request(f'field "{name}" must be of type String')
        return str(value)

    def integer(self, name: str) -> int | None:
        """A whole number, or None when it was not given."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        try:
            return int(value)
        except (TypeError, ValueError):
            raise bad_request(f'field "{name}" must be a valid Number') from None

    def number(self, name: str) -> float | None:
        """A number, or None when it was not given."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        try:
            return float(value)
        except (TypeError, ValueError):
            raise bad_request(f'field "{name}" must be a valid Number') from None

    def flag(self, name: str, default: bool = False) -> bool:
        """True or false; "true", "1" and "yes" count as true."""
        value = self.values.get(name)
        if value is None or value == "":
            return default
        return value if isinstance(value, bool) else str(value).lower() in ("true", "1", "yes")

    def structure(self, name: str) -> Any:
        """A JSON value, given as such or as a string with JSON in it; None when it was not given."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(f"can't parse {name} JSON object") from None

    def upload(self, name: str) -> Upload | None:
        """The file given as this parameter, directly or by attach://."""
        if name in self.uploads:
            return self.uploads[name]
        value = self.values.get(name)
        return self.attached(value) if isinstance(value, str) else None

    def attached(self, reference: str) -> Upload | None:
        """The file that an ``attach://name`` reference means; None for anything that is not such a reference."""
        if not reference.startswith("attach://"):
            return None
        upload = self.uploads.get(reference.removeprefix("attach://"))
        if upload is None:
            raise bad_request(f"attached file {reference!r} is not found in the request")
        return upload

    def chat_id(self) -> int | None:
        """The number in `chat_id`; None when it is left out or a @username, which the simulator does not know."""
        value = self.values.get("chat_id")
        try:
            return int(value) if value not in (None, "") else None
        except (TypeError, ValueError):
            return None
