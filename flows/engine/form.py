"""What a file may hold, said in the types of its values and told to pydantic only when a file is checked.

A service that starts from the compiled copy checks no files. It then never loads pydantic, which would take a good part
of its start and of its memory. So modules with such types import this one, and never pydantic itself.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import ConfigDict, GetCoreSchemaHandler, TypeAdapter
    from pydantic_core import CoreSchema


class Limits:
    """How a text is written (`pattern`), or how much there is at least of a text, list or mapping (`min_length`)."""

    def __init__(self, **limits: str | int) -> None:
        self._limits = limits

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return {**handler(source), **self._limits}


class ShortForm:
    """A file may also use a short form: `lengthen` makes it the long one, `written` is the type of both."""

    def __init__(self, lengthen: Callable[[Any], Any], written: Any) -> None:
        self._lengthen, self._written = lengthen, written

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic import BeforeValidator

        check = BeforeValidator(self._lengthen, json_schema_input_type=self._written)
        return check.__get_pydantic_core_schema__(source, handler)


def strict(**in_file: str) -> ConfigDict:
    """No unknown keys. `in_file` names the fields that a file calls otherwise, such as by a word of Python's own."""
    return {"extra": "forbid", "alias_generator": lambda name: in_file.get(name, name)}


@cache
def adapter(form: Any) -> TypeAdapter[Any]:
    """What checks a value of this form."""
    from pydantic import TypeAdapter

    return TypeAdapter(form)
