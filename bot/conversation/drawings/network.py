"""The people around a parent, ring by ring."""

from __future__ import annotations

from bot.care import records
from bot.care.families import spoken
from bot.care.records import Record
from bot.conversation.actions.common import me
from bot.conversation.drawings.common import Drawing, Drawn
from bot.conversation.turn import Turn
from flows.engine.state import Request

_MOST = 30
_MIDDLE = 2
_RINGS = ("near", "middle", "far")


def network_map(turn: Turn, request: Request) -> Drawn | None:
    """Everybody that the parent named, the first named first."""
    person = me(turn)
    found = records.newest(turn.connection, turn.host.vault, person.id, "network_person", _MOST)[::-1]
    people = [one for one in found if one.said("name")]
    if not people:
        return None
    data = {
        "title": turn.plain("picture_network_title"),
        "centre": spoken(person.name),
        "people": [
            {
                "name": one.said("name"),
                "who": one.said("who"),
                "closeness": _closeness(one),
                "gives": _gives(turn, one),
                "ask": _would_ask(one),
            }
            for one in people
        ],
        "legend": {name: turn.plain(f"picture_network_{name}") for name in (*_RINGS, "ask")},
        "footer": "",
    }
    told: dict[str, list[str]] = {
        ring: [one.said("name") for one in people if _closeness(one) == number]
        for number, ring in enumerate(_RINGS, start=1)
    }
    told["ask"] = [one.said("name") for one in people if _would_ask(one)]
    return Drawn("network", data, turn.text("picture_network_words", **told))


def _closeness(one: Record) -> int:
    value = one.value("closeness")
    return int(value) if str(value) in ("1", "2", "3") else _MIDDLE


def _gives(turn: Turn, one: Record) -> list[str]:
    value = one.value("gives")
    return [turn.plain(f"picture_network_gives_{name}") for name in value] if isinstance(value, list) else []


def _would_ask(one: Record) -> bool:
    return bool(one.value("ask") == "yes")


DRAWINGS: dict[str, Drawing] = {"network_map": network_map}
