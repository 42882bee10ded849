"""What a bot can be seen to do in a transcript, and how each is written in YAML."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any, ClassVar

from flows.engine.values import dataclass

_PLAIN = re.compile(r"""(?:✓ )?[^\W_][^,\[\]{}\n\r\t:?#"]*""")
_WIDTH = 116

Grid = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """What was kept, by record and name."""

    rank: ClassVar[int] = 0
    records: Mapping[str, Mapping[str, str | list[str]]]


@dataclass(frozen=True, slots=True)
class Forgot:
    """What was taken out of a record again."""

    rank: ClassVar[int] = 1
    records: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Does:
    """What the engine asked the host. `gives` and `changes` are an author's: the answer, and what facts become."""

    rank: ClassVar[int] = 2
    action: str
    arguments: Mapping[str, str]
    gives: str | None = field(default=None, compare=False)
    changes: Mapping[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Ticks:
    """The keyboard that was tapped, with other ticks."""

    rank: ClassVar[int] = 3
    buttons: Grid


@dataclass(frozen=True, slots=True)
class Bot:
    """A message, HTML as sent, and the labels under it."""

    rank: ClassVar[int] = 3
    text: str
    buttons: Grid = ()


@dataclass(frozen=True, slots=True)
class EndedAs:
    """The conversation is over."""

    rank: ClassVar[int] = 4
    outcome: str


@dataclass(frozen=True, slots=True)
class Odd:
    """The input did not fit, and why."""

    rank: ClassVar[int] = 5
    why: str


Line = Kept | Forgot | Does | Ticks | Bot | EndedAs | Odd


def as_yaml(line: Line) -> str:
    """The line as an item of a script, without indentation."""
    match line:
        case Bot(text, buttons):
            head = "- bot: |\n" + "\n".join(f"    {part}".rstrip() for part in text.split("\n"))
            return head + (f"\n  buttons: {_grid(buttons, 11)}" if buttons else "")
        case Ticks(buttons):
            return f"- ticks: {_grid(buttons, 9)}"
        case Does(action, arguments, gives, changes):
            text = f"- does: {{{action}: {flow_style(arguments)}}}"
            text += f"\n  gives: {flow_style(gives)}" if gives is not None else ""
            return text + (f"\n  changes: {flow_style(changes)}" if changes else "")
        case Kept(records) | Forgot(records):
            return f"- {'kept' if isinstance(line, Kept) else 'forgot'}: {flow_style(records)}"
        case EndedAs(outcome):
            return f"- ended: {flow_style(outcome)}"
        case Odd(why):
            return f"- odd: {why}"


def _grid(buttons: Grid, indent: int) -> str:
    flat = flow_style(buttons)
    if len(flat) + indent <= _WIDTH:
        return flat
    return "\n" + "\n".join(f"    - {flow_style(row)}" for row in buttons)


def flow_style(value: Any) -> str:
    """A value as YAML on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{flow_style(name)}: {flow_style(item)}" for name, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(flow_style, value)) + "]"
    text = str(value)
    plain = _PLAIN.fullmatch(text) and not text.endswith(" ")
    return text if plain and text.isprintable() else json.dumps(text, ensure_ascii=False)
