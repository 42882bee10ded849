"""The short forms that a file may use, made into the long form that the types of `definition` have.

Does not check anything: what makes no sense is passed on as it is, for the types to refuse.
"""

from __future__ import annotations

from typing import Any

from flows.engine.dutch.spans import parse_duration


def as_list(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


def as_wordings(value: Any) -> Any:
    return [{"text": item} if isinstance(item, str) else item for item in as_list(value)]


def as_branches(value: Any) -> Any:
    return [{"step": item} if isinstance(item, str) else item for item in as_list(value)]


def as_ask(value: Any) -> Any:
    if isinstance(value, str | list):
        return {"kind": as_list(value)}
    if isinstance(value, dict) and "kind" in value:
        return {**value, "kind": as_list(value["kind"])}
    return value


def as_skip(value: Any) -> Any:
    if value == "none":
        return {"offered": False}
    return {"step": value} if isinstance(value, str) else value


def as_call(value: Any) -> Any:
    return {"flow": value} if isinstance(value, str) else value


def as_actions(value: Any) -> Any:
    return [as_action(item) for item in as_list(value)]


def as_action(item: Any) -> Any:
    if isinstance(item, str):
        return {"name": item}
    if isinstance(item, dict) and "name" not in item:
        named = [key for key in item if key != "as"]
        if len(named) == 1:
            arguments = item[named[0]]
            if isinstance(arguments, str):
                arguments = {"value": arguments}
            return {"name": named[0], "arguments": arguments, **({"into": item["as"]} if "as" in item else {})}
    return item


def as_duration(value: Any) -> Any:
    if isinstance(value, str) and not value.startswith("P"):
        return parse_duration(value) or value
    return value


def as_about(value: Any) -> Any:
    return {"from": "children", "as": "child"} if value == "child" else value
