"""The example worlds of the catalog as facts, the way the service would hand them over.

Everything that tries content out (checks, play, transcripts) fills texts with these. Does not know what is tried out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flows.engine.definition import Catalog, RecordKind
from flows.engine.memory import Ref, Value


def world(catalog: Catalog, name: str, typed: str | None = None) -> dict[str, object]:
    """The facts of one example world, with what was kept there. `typed` stands in for what people typed.

    Raises KeyError when the catalog has no such world.
    """
    known = facts(catalog.worlds[name])
    children = known.get("children")
    child = children[0] if isinstance(children, list) and children else None
    kept = {one.listed: _kept(one, child, typed) for one in catalog.records.values() if one.listed and child}
    none_kept = {one.listed: list[object]() for one in catalog.records.values() if one.listed}
    return {**none_kept, **kept, **known}


def _kept(kind: RecordKind, child: Any, typed: str | None) -> list[object]:
    """One thing of this kind as the facts tell of it."""
    raw: dict[str, object] = {}
    said: dict[str, object] = {}
    for name in kind.fields:
        example = kind.example.get(name, "")
        if isinstance(example, Mapping):
            raw[name], said[name] = _typed(example["raw"], name), str(example["said"])
        else:
            raw[name] = _typed(typed if typed and example and not example.isdigit() else example, name)
            said[name] = "" if raw[name] is False else str(raw[name])
    return [{"id": "1", "day": "maandag 1 maart", "child_id": child["id"], "child": child["name"], **said, "raw": raw}]


def facts(written: Mapping[str, Any]) -> dict[str, object]:
    """Facts as written in a file: digits become numbers (except where an id stands), `yes` and `no` become truth."""
    return {name: _typed(value, name) for name, value in written.items()}


_ITEM = re.compile(r"@([a-z_:]+)/(\S+)")


def as_value(gives: str | None) -> Value | None:
    """What an action gives, as written in a file: a text, or "@list/id" for an item of a list among the facts; several
    of those are a list."""
    items = [Ref(*found) for found in _ITEM.findall(gives)] if gives and gives.startswith("@") else []
    return (items if len(items) > 1 else items[0]) if items else gives


def overlay(below: Mapping[str, object], above: Mapping[str, Any]) -> dict[str, object]:
    """`below` with what is written in `above` laid over it: mappings are merged, anything else is replaced."""
    merged = dict(below)
    for name, value in above.items():
        own = merged.get(name)
        if isinstance(own, Mapping) and isinstance(value, Mapping):
            merged[name] = overlay(own, value)
        else:
            merged[name] = _typed(value, name)
    return merged


def _typed(value: Any, name: str) -> object:
    if isinstance(value, Mapping):
        return {str(key): _typed(item, str(key)) for key, item in value.items()}
    if isinstance(value, list):
        return [_typed(item, name) for item in value]
    if not isinstance(value, str) or name == "id" or name.endswith("_id"):
        return value
    if value.isascii() and value.isdigit():
        return int(value)
    return {"yes": True, "no": False, "": False}.get(value, value)
