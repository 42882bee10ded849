"""JSON Schema of the content files, so that an editor can complete and check while somebody writes.

The short forms are allowed, and so is what an editor reads as a number or a truth where we read text. Does not check
more than form: that is `checks`.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import TypeAdapter

from flows.engine.definition import DeckFile, Flow, Screen, TextsFile
from flows.engine.transcript import Transcript

Kind = Literal["flow", "deck", "screen", "texts", "transcript"]

_TYPES: dict[str, TypeAdapter[Any]] = {
    "flow": TypeAdapter(Flow),
    "deck": TypeAdapter(DeckFile),
    "screen": TypeAdapter(Screen),
    "texts": TypeAdapter(TextsFile),
    "transcript": TypeAdapter(Transcript),
}
_ACTION = {
    "description": "Een actie: de naam, of {naam: waarde}, of {naam: {argument: waarde}}, met as: om het te onthouden.",
    "anyOf": [{"type": "string"}, {"type": "object", "minProperties": 1, "maxProperties": 3}],
}
_LOOSE = ["string", "number", "boolean", "null"]


def schema(kind: str) -> dict[str, Any]:
    """The schema of one kind of file. Raises KeyError for a kind that is not there."""
    made: dict[str, Any] = _loosened(_TYPES[kind].json_schema(mode="validation"))
    types = made.get("$defs", {})
    if "Step" in types:
        types["Step"]["properties"]["do"] = _one_or_more(_ACTION)
        types["Ask"]["properties"]["kind"] = _one_or_more(types["Ask"]["properties"]["kind"]["items"])
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"draaglicht-{kind}", **made}


def _one_or_more(part: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [part, {"type": "array", "items": part, "minItems": 1}]}


def _loosened(part: Any) -> Any:
    """With every scalar as an editor may read it."""
    if isinstance(part, list):
        return [_loosened(one) for one in part]
    if not isinstance(part, dict):
        return part
    if "const" in part:
        return {**_described(part), "enum": _readings(part["const"])}
    if part.get("type") == "boolean":
        return {**_described(part), "enum": [True, False, "yes", "no"]}
    if part.get("type") == "integer":
        return {**_described(part), "type": ["integer", "string"]}
    loose = {
        key: {name: _loosened(one) for name, one in value.items()}
        if key in ("properties", "$defs", "patternProperties") and isinstance(value, dict)
        else value
        if key in ("enum", "required", "default")
        else _loosened(value)
        for key, value in part.items()
    }
    if "patternProperties" in part:
        loose["additionalProperties"] = False
    if part.get("type") == "string" and not {"enum", "pattern", "format"} & part.keys():
        loose["type"] = _LOOSE
        loose.pop("minLength", None)
    if part.get("type") == "string" and "format" in part:
        loose.pop("format")
    return loose


def _described(part: dict[str, Any]) -> dict[str, Any]:
    return {key: part[key] for key in ("title", "description", "default") if key in part}


def _readings(value: Any) -> list[Any]:
    return [value, int(value)] if isinstance(value, str) and value.isdecimal() else [value]
