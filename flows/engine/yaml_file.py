"""Reads one YAML file into a typed value, and knows the line of everything in it.

YAML 1.2 with every scalar as text, so `19:30` and `nee` stay what they are. Does not know what the files mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from flows.engine.problems import ContentError, Problem
from flows.engine.values import dataclass

if TYPE_CHECKING:
    from pydantic import TypeAdapter
    from pydantic_core import ErrorDetails
    from ruamel.yaml import YAML

T = TypeVar("T")
Place = tuple[int, int]
Path_ = tuple[str | int, ...]

_SAID: Mapping[str, tuple[str, str]] = {
    "missing": ("'{name}' ontbreekt", "voeg '{name}:' toe"),
    "extra_forbidden": ("'{name}' is geen bekende sleutel", "haal '{name}' weg of kijk hoe je het schrijft"),
    "unexpected_keyword_argument": (
        "'{name}' is geen bekende sleutel",
        "haal '{name}' weg of kijk hoe je het schrijft",
    ),
    "string_pattern_mismatch": (
        "'{value}' is geen geldige naam",
        "gebruik kleine letters, cijfers en _ , beginnend met een letter",
    ),
    "literal_error": ("'{value}' kan hier niet staan", "kies uit: {expected}"),
    "string_too_short": ("'{name}' is leeg", "schrijf er een tekst"),
}


@dataclass(frozen=True, slots=True)
class Document(Generic[T]):
    """A file's value, and where each part of it stands: path of keys -> (line, column), counted from 1."""

    path: Path
    value: T
    places: Mapping[Path_, Place]

    def place(self, *keys: str | int) -> Place:
        """Where `keys` stands, or the nearest part around it."""
        return _nearest(self.places, keys)


def read(path: Path, adapter: TypeAdapter[T]) -> Document[T]:
    """Raises ContentError with numbered problems: E001 not readable, E002 no YAML, E003 double key, E004 wrong form."""
    from pydantic import ValidationError

    try:
        source = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ContentError(
            [Problem(path, 1, 1, "E001", f"bestand niet te lezen ({type(error).__name__})", "bewaar het als UTF-8")]
        ) from None
    places: dict[Path_, Place] = {}
    data = _compose(path, source, places)
    try:
        return Document(path, adapter.validate_python(data), places)
    except ValidationError as error:
        raise ContentError([_problem(path, places, detail) for detail in error.errors()]) from None


def _compose(path: Path, source: str, places: dict[Path_, Place]) -> Any:
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        node = _yaml().compose(source)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        what = f"geen geldige YAML: {error.problem or error.context or 'onbekende fout'}"
        mend = "kijk naar het inspringen; zet een tekst met : of ? tussen { } in aanhalingstekens"
        raise ContentError([Problem(path, line, column, "E002", what, mend)]) from None
    except YAMLError:
        what, mend = "er staat een teken in dat hier niet mag", "haal onzichtbare tekens weg"
        raise ContentError([Problem(path, 1, 1, "E002", what, mend)]) from None
    problems: list[Problem] = []
    data = _value(node, (), places, path, problems)
    if problems:
        raise ContentError(problems)
    return data


def _yaml() -> YAML:
    from ruamel.yaml import YAML
    from ruamel.yaml.resolver import VersionedResolver

    class AllText(VersionedResolver):
        """Looks at no scalar whether it could be a number or a date, which takes as long as reading the file."""

        def descend_resolver(self, current_node: object, current_index: object) -> None: ...

        def ascend_resolver(self) -> None: ...

        def resolve(self, kind: object, value: object, implicit: object) -> object:
            return self.DEFAULT_SCALAR_TAG

    yaml = YAML(typ="base", pure=False)
    yaml.Resolver = AllText
    return yaml


def _value(node: Any, keys: Path_, places: dict[Path_, Place], path: Path, problems: list[Problem]) -> Any:
    if node is None:
        return None
    places.setdefault(keys, (node.start_mark.line + 1, node.start_mark.column + 1))
    if node.id == "mapping":
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key, line, column = key_node.value, key_node.start_mark.line + 1, key_node.start_mark.column + 1
            if key in mapping:
                what = f"'{key}' staat er twee keer"
                problems.append(Problem(path, line, column, "E003", what, "geef een van de twee een andere naam"))
            places[(*keys, key)] = (line, column)
            mapping[key] = _value(value_node, (*keys, key), places, path, problems)
        return mapping
    if node.id == "sequence":
        return [_value(item, (*keys, number), places, path, problems) for number, item in enumerate(node.value)]
    return node.value


def _problem(path: Path, places: Mapping[Path_, Place], detail: ErrorDetails) -> Problem:
    keys = tuple(detail["loc"])
    line, column = _nearest(places, keys)
    name = str(keys[-1]) if keys else "het bestand"
    what, mend = _SAID.get(detail["type"], ("'{name}': {message}", "kijk in de uitleg van het formaat"))
    words = {
        "name": name,
        "value": detail["input"],
        "message": detail["msg"],
        "expected": detail.get("ctx", {}).get("expected", ""),
    }
    return Problem(path, line, column, "E004", what.format(**words), mend.format(**words))


def _nearest(places: Mapping[Path_, Place], keys: Path_) -> Place:
    """The place of the longest known start of `keys`; parts that are not in the file (union tags) are passed over."""
    known: Path_ = ()
    for key in keys:
        if (*known, key) in places:
            known = (*known, key)
    return places.get(known, (1, 1))
