"""The example worlds of the catalog as facts, the way the service would hand them over.

Everything that tries content out (checks, play, transcripts) fills texts with these. Does not know what is tried out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flows.engine.definition import Catalog


def world(catalog: Catalog, name: str) -> dict[str, object]:
    """The facts of one example world. Raises KeyError when the catalog has no such world."""
    return facts(catalog.worlds[name])


def facts(written: Mapping[str, Any]) -> dict[str, object]:
    """Facts as written in a file: digits become numbers (except under `id`), `yes` and `no` become truth."""
    return {name: _typed(value, name) for name, value in written.items()}


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
    if not isinstance(value, str) or name == "id":
        return value
    if value.isascii() and value.isdigit():
        return int(value)
    return {"yes": True, "no": False, "": False}.get(value, value)
