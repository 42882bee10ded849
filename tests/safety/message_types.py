"""Messages with everything that the Bot API library knows, made from its own types, each word and number in them a
canary.

What the library adds is in here by itself.
"""

from __future__ import annotations

import datetime as dtm
import inspect
import sys
import types
import typing
import warnings
from collections.abc import Callable, Iterator, Sequence
from itertools import count
from typing import Any

import telegram
from telegram import Message, MessageEntity, TelegramObject
from telegram._utils.defaultvalue import DefaultValue

Json = dict[str, Any]

WORD, NUMBER, PLACE = "Zwaluwnest", 7_131_313_130_000, "50.93071"
"""How each canary begins; what nobody else's number or place begins with."""
BESIDE = frozenset({"message_id", "date", "chat", "from_user"})
"""What every message has, which the emulator fills in: canaries there are those of the sender."""
_DEEP = 3
_EXTRA = {
    "dtm": dtm,
    "datetime": dtm.datetime,
    "JSONDict": dict[str, Any],
    "TimePeriod": dtm.timedelta,
    "Sequence": Sequence,
    "Final": typing.Final,
    "Optional": typing.Optional,
    "Union": typing.Union,
}


def attributes() -> list[str]:
    """All that a message can carry, by the library's names."""
    slots = [name for one in Message.__mro__ if one is not TelegramObject for name in getattr(one, "__slots__", ())]
    return sorted(name for name in slots if not name.startswith("_"))


class Canaries:
    """Words and numbers that stand nowhere else."""

    def __init__(self) -> None:
        self._numbers = count(1)
        self.made: list[str] = []

    def word(self) -> str:
        self.made.append(f"{WORD}{next(self._numbers):05d}")
        return self.made[-1]

    def number(self) -> int:
        self.made.append(str(NUMBER + next(self._numbers)))
        return int(self.made[-1])

    def place(self) -> float:
        self.made.append(f"{PLACE}{next(self._numbers):05d}1")
        return float(self.made[-1])

    def phone(self) -> str:
        self.made.append(f"+316{NUMBER + next(self._numbers)}")
        return self.made[-1]


class Maker:
    """Makes what a message can carry."""

    def __init__(self, canaries: Canaries) -> None:
        self._canaries = canaries
        self._simple: dict[Any, Callable[[], Any]] = {
            str: canaries.word,
            int: canaries.number,
            float: canaries.place,
            bool: lambda: True,
            dtm.datetime: lambda: dtm.datetime(2027, 3, 1, tzinfo=dtm.UTC),
            dtm.timedelta: lambda: dtm.timedelta(seconds=7),
        }

    def variants(self, name: str) -> Iterator[Json]:
        """What a message holds with this attribute, as Telegram sends it; once for each form that it can have."""
        hint = _plain(_hints(Message)[name])
        for form in self._forms(hint):
            with warnings.catch_warnings(action="ignore"):  # What is deprecated can still be sent.
                value = self._value(name, form, 0)
                when, chat = dtm.datetime(2027, 3, 1, tzinfo=dtm.UTC), telegram.Chat(1, "private")
                found = Message(1, when, chat, **{name: value}).to_dict()
            yield {key: one for key, one in found.items() if key not in BESIDE and one is not False}

    def _forms(self, hint: Any) -> list[Any]:
        """All kinds of what is of several kinds, also in a list."""
        inner = _inside(hint)
        kinds = _kinds(inner)
        return [tuple[one, ...] for one in kinds] if inner is not hint else list(kinds)  # type: ignore[valid-type]

    def _value(self, name: str, hint: Any, deep: int) -> Any:
        hint = _plain(hint)
        if hint in self._simple:
            return self._canaries.phone() if "phone" in name else self._simple[hint]()
        inner = _inside(hint)
        if inner is MessageEntity:
            return [self._made(inner, deep, type=one) for one in MessageEntity.ALL_TYPES]
        if inner is not hint:
            return [self._value(name, inner, deep)]
        if isinstance(hint, type) and issubclass(hint, TelegramObject):
            return self._made(_kinds(hint)[0], deep)
        if typing.get_origin(hint) is dict or hint is Any:
            return {}
        if typing.get_origin(hint) is typing.Literal:
            return typing.get_args(hint)[0]
        raise TypeError(f"{name}: nobody knows how to make a {hint!r}; teach tests/safety/message_types.py")

    def _made(self, kind: type[TelegramObject], deep: int, **fixed: Any) -> TelegramObject:
        hints, given = _hints(kind), dict(fixed)
        for parameter in inspect.signature(kind.__init__).parameters.values():
            own = parameter.name
            if own in ("self", "api_kwargs", *fixed) or parameter.kind in (
                parameter.VAR_KEYWORD,
                parameter.VAR_POSITIONAL,
            ):
                continue
            if parameter.default is not parameter.empty and deep >= _DEEP:
                continue
            if kind is Message and own not in (*BESIDE, "text", "forward_origin", "contact"):
                continue
            given[own] = self._value(own, hints[own], deep + 1)
        if kind is MessageEntity:
            given |= {"offset": 0, "length": 3}
        return kind(**given)


def _kinds(hint: Any) -> Sequence[Any]:
    """The kinds of a type that only comes as one of them; else the type itself."""
    if isinstance(hint, type) and issubclass(hint, TelegramObject) and hint is not Message:
        below = [one for one in hint.__subclasses__() if one.__module__.startswith("telegram.")]
        if below and hint is telegram.MaybeInaccessibleMessage:
            return [Message]
        told = inspect.signature(hint.__init__).parameters
        if below and told.keys() & {"type", "source", "status"} and hint is not telegram.Chat:
            return below
    return [hint]


def _inside(hint: Any) -> Any:
    """What a list is of; anything else itself."""
    origin = typing.get_origin(hint)
    if isinstance(origin, type) and issubclass(origin, Sequence):
        return _plain(typing.get_args(hint)[0])
    return hint


def _plain(hint: Any) -> Any:
    """A type that may be left out, as it is when it is there."""
    if typing.get_origin(hint) is DefaultValue:
        return _plain(typing.get_args(hint)[0])
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return _plain(next(one for one in typing.get_args(hint) if one is not type(None)))
    return hint


def _hints(kind: type[TelegramObject]) -> dict[str, Any]:
    names = {name: one for name, one in vars(telegram).items() if isinstance(one, type)}
    found = {**_EXTRA, **names, **vars(sys.modules[kind.__module__])}
    return typing.get_type_hints(kind.__init__, globalns=found)
