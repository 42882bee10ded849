"""What somebody gets of their own data: one zip with a page to read, the same as JSON, and the files. Pure.

The page is content (`pages/my_data.html`). Does not know where the files come from.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import StrictUndefined, Template
from jinja2.sandbox import ImmutableSandboxedEnvironment

from flows.engine.dutch.spoken import full_date
from flows.engine.library import CONTENT
from flows.engine.values import dataclass

MAX_FILE = 20 * 1024 * 1024
"""The largest file that Telegram gives to a bot, in bytes."""
MAX_ZIP = 50 * 1024 * 1024
"""The largest file that Telegram takes from a bot, in bytes."""
_ROOM_FOR_THE_REST = 4 * 1024 * 1024
_FOLDER = "bestanden"
_PAGE, _DATA = "lees-mij.html", "gegevens.json"


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that was asked for, under the name that the data gives it. `ending` as ".oga"; without content,
    `missing` says why: too_big, gone or later."""

    name: str
    content: bytes | None
    ending: str = ""
    missing: str = ""


def what_fits(files: Iterable[Fetched], data: Mapping[str, Any]) -> list[Fetched]:
    """The files with no more content than one zip can carry; what comes first goes first."""
    room = MAX_ZIP - _ROOM_FOR_THE_REST - 4 * len(_as_json(data))
    fitting = []
    for one in files:
        size = len(one.content or b"")
        if size > room:
            one = Fetched(one.name, None, one.ending, "too_big")
        room -= len(one.content or b"")
        fitting.append(one)
    return fitting


def build(data: Mapping[str, Any], labels: Mapping[str, Mapping[str, str]], files: Iterable[Fetched]) -> bytes:
    """The zip. `labels` explains kinds of records and their fields, as the catalog of the flows does."""
    fetched = what_fits(files, data)
    places = {one.name: f"{_FOLDER}/{one.name}{one.ending}" for one in fetched if one.content is not None}
    missing = {one.name: one.missing for one in fetched if one.content is None}
    page = _page().render(data=data, labels=labels, places=places, missing=missing)
    told = {**data, "bestanden": {one.name: places.get(one.name) for one in sorted(fetched, key=lambda one: one.name)}}
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_PAGE, page)
        archive.writestr(_DATA, _as_json(told))
        for one in fetched:
            if one.content is not None:
                archive.writestr(places[one.name], one.content)
    return whole.getvalue()


def _as_json(data: Mapping[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False, indent=2).encode()


@cache
def _page() -> Template:
    environment = ImmutableSandboxedEnvironment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"moment": _moment, "day": _day}
    return environment.from_string((CONTENT / "pages" / "my_data.html").read_text(encoding="utf-8"))


def _moment(instant: str, zone: str) -> str:
    """An instant on the clock of `zone`: "1 maart 2027, 19.30 uur"."""
    local = datetime.fromisoformat(instant).astimezone(ZoneInfo(zone))
    return f"{full_date(local.date())}, {local:%H.%M} uur"


def _day(day: str) -> str:
    """A day: "1 maart 2027"."""
    return full_date(datetime.fromisoformat(day).date())
