"""The schema for editors takes the content we ship, and refuses what the loader refuses."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from flows.engine.library import CONTENT
from flows.engine.schema import schema
from tests.support.transcripts import all_paths

FILES = [
    *(("flow", path) for path in sorted((CONTENT / "flows").glob("*.yaml"))),
    *(("deck", path) for path in sorted((CONTENT / "decks").glob("*.yaml"))),
    *(("screen", path) for path in sorted((CONTENT / "screens").glob("*.yaml"))),
    *(("texts", path) for path in sorted((CONTENT / "texts").glob("*.yaml"))),
    *(("transcript", path) for path in all_paths()),
]
TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
    "array": list,
    "object": dict,
}


def faults(value: Any, part: Any, root: dict[str, Any], at: str = "") -> list[str]:
    """As much of JSON Schema as our schemas use. An unknown keyword is a fault, so that nothing is passed over."""
    known = {"type", "properties", "required", "additionalProperties", "anyOf", "oneOf", "$ref", "enum", "pattern"}
    known |= {"patternProperties", "items", "minItems", "minLength", "minProperties", "maxProperties", "propertyNames"}
    about = {"title", "description", "default", "$defs", "$schema", "$id"}
    if part is True or part == {}:
        return []
    if unknown := part.keys() - known - about:
        return [f"{at}: unknown keyword {unknown}"]
    found: list[str] = []
    if ref := part.get("$ref"):
        found += faults(value, root["$defs"][ref.rsplit("/", 1)[1]], root, at)
    for key in ("anyOf", "oneOf"):
        if key in part and all(faults(value, one, root, at) for one in part[key]):
            found.append(f"{at}: fits none of {key}")
    value = value.isoformat() if isinstance(value, date) else value
    if "type" in part:
        names = part["type"] if isinstance(part["type"], list) else [part["type"]]
        wrong_bool = isinstance(value, bool) and "boolean" not in names
        if wrong_bool or not any(isinstance(value, TYPES[name]) for name in names):
            return [*found, f"{at}: {value!r} is no {names}"]
    if "enum" in part and value not in part["enum"]:
        found.append(f"{at}: {value!r} is not one of {part['enum']}")
    if isinstance(value, str) and "pattern" in part and not re.search(part["pattern"], value):
        found.append(f"{at}: {value!r} does not match {part['pattern']}")
    if isinstance(value, str) and len(value) < part.get("minLength", 0):
        found.append(f"{at}: too short")
    if isinstance(value, list):
        if len(value) < part.get("minItems", 0):
            found.append(f"{at}: too few")
        for number, item in enumerate(value):
            found += faults(item, part.get("items", True), root, f"{at}[{number}]")
    if isinstance(value, dict):
        found += _object_faults({str(key): item for key, item in value.items()}, part, root, at)
    return found


def _object_faults(value: dict[str, Any], part: dict[str, Any], root: dict[str, Any], at: str) -> list[str]:
    found = [f"{at}: {name} is missing" for name in part.get("required", ()) if name not in value]
    if not part.get("minProperties", 0) <= len(value) <= part.get("maxProperties", 1_000):
        found.append(f"{at}: {len(value)} keys")
    for name, item in value.items():
        if "propertyNames" in part:
            found += faults(name, part["propertyNames"], root, f"{at}.{name}")
        own = part.get("properties", {}).get(name)
        patterns = [one for pattern, one in part.get("patternProperties", {}).items() if re.search(pattern, name)]
        if own is not None:
            found += faults(item, own, root, f"{at}.{name}")
        elif patterns:
            found += faults(item, patterns[0], root, f"{at}.{name}")
        elif (rest := part.get("additionalProperties", True)) is False:
            found.append(f"{at}: {name} is not a key")
        else:
            found += faults(item, rest, root, f"{at}.{name}")
    return found


def _read(text: str) -> Any:
    reader = YAML(typ="safe", pure=True)
    reader.version = (1, 2)
    return reader.load(text)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every file with `--full`. As a rule all but transcripts, and every fourth of those: the loader reads them all."""
    if "kind" in metafunc.fixturenames:
        files = FILES
        if not metafunc.config.getoption("--full"):
            transcripts = [file for file in FILES if file[0] == "transcript"]
            files = [*(file for file in FILES if file[0] != "transcript"), *transcripts[::4]]
        metafunc.parametrize(
            ("kind", "path"), files, ids=lambda value: value.stem if isinstance(value, Path) else value
        )


def test_takes_our_content(kind: str, path: Path) -> None:
    made = schema(kind)
    assert faults(_read(path.read_text()), made, made) == []


@pytest.mark.parametrize(
    "text",
    [
        "{format: 1, flow: x, title: X, start: a}",
        "{format: 2, flow: x, title: X, start: a, steps: {a: {say: Dag, end: done}}}",
        "{format: 1, flow: x, title: X, start: a, steps: {a: {zeg: Dag, end: done}}}",
        "{format: 1, flow: x, title: X, start: a, steps: {A: {say: Dag, end: done}}}",
        "{format: 1, flow: x, title: X, start: a, steps: {a: {say: Dag, ask: dance, end: done}}}",
    ],
)
def test_refuses_what_is_no_flow(text: str) -> None:
    made = schema("flow")
    assert faults(_read(text), made, made)


def test_short_and_long_forms_are_both_taken() -> None:
    made = schema("flow")
    for say in ("Dag", "[Dag, Hallo]", "{text: Dag, when: children}", "[{text: Dag, when: children}, Hallo]", "12"):
        for do in ("join", "{agree: {purpose: use}}", "[join, {set_region: nl, as: region}]"):
            text = f"{{format: 1, flow: x, title: X, start: a, steps: {{a: {{say: {say}, do: {do}, end: done}}}}}}"
            assert faults(_read(text), made, made) == []
