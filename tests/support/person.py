"""Somebody, for what is decided about a person without a database."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from bot.care.people import Person, Role

HOME = ZoneInfo("Europe/Amsterdam")


def person(**settings: object) -> Person:
    """A parent at home, but for these settings."""
    values: dict[str, object] = {
        "id": 1,
        "chat_id": 1,
        "roles": Role.PARENT,
        "name": "An",
        "family_id": 1,
        "mentor_id": None,
        "region": "nl",
        "zone": HOME,
    }
    return Person(**values | settings)  # type: ignore[arg-type]
