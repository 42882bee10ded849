"""The flow file format: what a practitioner may write, as types.

Every scalar in a file is text; pydantic turns it into the types below and refuses unknown keys. Where a file may use a
short form (`say: Dag.` for a list of one wording), a `BeforeValidator` makes it the long form, so the rest of the
engine meets one shape only.

Does not know: where files lie (`library`), whether a flow makes sense (`checks`), or how it runs (`advance`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field

from flows.engine import short_forms

FORMAT = 1

Id = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
ButtonId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_]{0,23}$")]
Text = Annotated[str, Field(min_length=1)]

AskKind = Literal["text", "name", "time", "date", "birth_date", "age", "scale", "several", "voice", "photo", "any"]
"""What an answer may be. `text`, `voice` and `photo` may be combined; `any` is all three."""

ABOUT_STEP = "about"
"""The step that the library puts in front of a flow with `about`."""

_STRICT = ConfigDict(extra="forbid")


Duration = Annotated[timedelta, BeforeValidator(short_forms.as_duration, json_schema_input_type=str)]


@dataclass(frozen=True, slots=True)
class Wording:
    """One way to say it. Of the wordings whose `when` holds, the engine takes one not used recently."""

    __pydantic_config__ = _STRICT
    text: Text
    when: str | None = None


@dataclass(frozen=True, slots=True)
class Branch:
    """Go to `step` when `when` holds (always, if left out). The first that holds is taken."""

    __pydantic_config__ = _STRICT
    step: Id
    when: str | None = None


Wordings = Annotated[
    list[Wording], BeforeValidator(short_forms.as_wordings, json_schema_input_type=str | Wording | list[str | Wording])
]
Branches = Annotated[
    list[Branch], BeforeValidator(short_forms.as_branches, json_schema_input_type=str | Branch | list[str | Branch])
]


@dataclass(frozen=True, slots=True)
class Button:
    """A choice. Exactly one of `next`, `flow` (leave this flow for another) and `end` says what follows."""

    __pydantic_config__ = _STRICT
    label: Text
    next: Branches | None = None
    flow: Id | None = None
    end: Id | None = None
    when: str | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """What kind of answer the step waits for, apart from its buttons.

    `low` and `high` bound a scale; `words` names each point of it. `prefer: evening` reads "half acht" as 19:30.
    `again` is said when the answer cannot be read; without it a text of the library is used.
    """

    __pydantic_config__ = _STRICT
    kind: Annotated[list[AskKind], Field(min_length=1)]
    low: int = 0
    high: int = 10
    words: list[str] | None = None
    prefer: Literal["evening"] | None = None
    again: str | None = None

    @property
    def takes_typing(self) -> bool:
        return bool(set(self.kind) - {"scale", "several", "voice", "photo"})


@dataclass(frozen=True, slots=True)
class Choose:
    """One button for each item of a list among the facts or the remembered values.

    A list of one is taken without asking, unless `alone: ask`. `all` is the label of a button that runs the flow for
    every item in turn. An empty list goes to `none`, after what the step says.
    """

    __pydantic_config__ = _STRICT
    source: Annotated[Id, Field(alias="from")]
    label: Text
    all: str | None = None
    none: Id | None = None
    alone: Literal["take", "ask"] = "take"


@dataclass(frozen=True, slots=True)
class Pick:
    """Takes entries from a deck that were not shown recently and remembers them under `into` (`as` in the file)."""

    __pydantic_config__ = _STRICT
    deck: Id
    into: Annotated[Id, Field(alias="as")]
    where: Mapping[str, str] = field(default_factory=dict)
    count: int = 1


@dataclass(frozen=True, slots=True)
class Action:
    """Something the host does before the step speaks. Its answer is remembered under `into` (`as` in the file)."""

    __pydantic_config__ = _STRICT
    name: Id
    arguments: Mapping[str, str] = field(default_factory=dict)
    into: Id | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """Run another flow and come back. `values` (`with` in the file) are remembered there from the start."""

    __pydantic_config__ = _STRICT
    flow: Id
    values: Annotated[Mapping[str, str], Field(alias="with")] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Skip:
    """Every question can be skipped. Without `step`, skipping goes where an answer would go."""

    __pydantic_config__ = _STRICT
    offered: bool = True
    label: str | None = None
    step: Id | None = None


@dataclass(frozen=True, slots=True)
class Silence:
    """Where to go when nobody answers for a while."""

    __pydantic_config__ = _STRICT
    after: Duration
    step: Id


@dataclass(frozen=True, slots=True)
class Step:
    """One turn of a conversation.

    In order: `do`, `pick`, `say`, then wait if it asks (`ask`, `buttons`, `choose`) or pauses, then `call`, `next` or
    `end`. `remember` names the answer for as long as the flow runs; `keep` also writes it (or remembered values, by
    name) to the flow's record. Free text is stored only where a step says `keep`.
    """

    __pydantic_config__ = _STRICT
    say: Wordings = field(default_factory=list)
    do: Annotated[list[Action], BeforeValidator(short_forms.as_actions, json_schema_input_type=Any)] = field(
        default_factory=list
    )
    pick: Pick | None = None
    ask: Annotated[
        Ask | None, BeforeValidator(short_forms.as_ask, json_schema_input_type=AskKind | list[AskKind] | Ask)
    ] = None
    buttons: dict[ButtonId, Button] = field(default_factory=dict)
    choose: Choose | None = None
    remember: Id | None = None
    keep: Annotated[list[Id], BeforeValidator(short_forms.as_list, json_schema_input_type=Id | list[Id])] = field(
        default_factory=list
    )
    skip: Annotated[Skip, BeforeValidator(short_forms.as_skip, json_schema_input_type=str | Skip)] = field(
        default_factory=Skip
    )
    pause: Duration | None = None
    call: Annotated[Call | None, BeforeValidator(short_forms.as_call, json_schema_input_type=Id | Call)] = None
    next: Branches = field(default_factory=list)
    end: Id | None = None
    silence: Silence | None = None
    was: Annotated[list[Id], BeforeValidator(short_forms.as_list, json_schema_input_type=Id | list[Id])] = field(
        default_factory=list
    )

    @property
    def asks(self) -> bool:
        """Whether the step waits for a person."""
        return bool(self.ask or self.buttons or self.choose)

    @property
    def answer_name(self) -> str | None:
        """The name under which the answer is remembered, if it is."""
        if self.remember:
            return self.remember
        return self.keep[0] if self.asks and len(self.keep) == 1 else None


@dataclass(frozen=True, slots=True)
class About:
    """The flow is about one item of a list, asked first when there are several (`about: child`)."""

    __pydantic_config__ = _STRICT
    source: Annotated[Id, Field(alias="from")]
    name: Annotated[Id, Field(alias="as")]
    ask: str | None = None
    label: str = "{{ item.name }}"
    all: str | None = None
    none: Id | None = None


@dataclass(frozen=True, slots=True)
class Flow:
    """One conversation. `record` is the kind of record that its kept answers form.

    `returns: yes` brings the person straight back to the question this flow interrupted; otherwise that is offered.
    `neutral: yes` promises that the first message names no child and no care, for a locked screen.
    `for` lists who may start it; `facts` names what a caller must hand over.
    """

    __pydantic_config__ = _STRICT
    format: Literal["1"]
    flow: Id
    title: Text
    start: Id
    steps: Annotated[dict[Id, Step], Field(min_length=1)]
    about: Annotated[
        About | None, BeforeValidator(short_forms.as_about, json_schema_input_type=Literal["child"] | About)
    ] = None
    record: Id | None = None
    returns: bool = False
    neutral: bool = False
    audience: Annotated[
        list[Literal["parent", "mentor", "coordinator", "guest"]],
        Field(alias="for", min_length=1),
        BeforeValidator(short_forms.as_list, json_schema_input_type=str | list[str]),
    ] = field(default_factory=lambda: ["parent"])
    needs: Annotated[list[Id], BeforeValidator(short_forms.as_list, json_schema_input_type=Id | list[Id])] = field(
        default_factory=list
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a deck: its text, and the fields it is chosen by. A value such as `2-7` is a range."""

    id: str
    text: str
    fields: Mapping[str, str | list[str]]

    @property
    def templates(self) -> list[str]:
        """Its text, and those of its fields in which something is filled in."""
        return [self.text, *(field for field in self.fields.values() if isinstance(field, str) and "{" in field)]

    def fits(self, where: Mapping[str, str]) -> bool:
        """Whether every wanted field is left out here or holds the wanted value."""
        return all(_fits(self.fields.get(name), wanted) for name, wanted in where.items())


def _fits(own: str | list[str] | None, wanted: str) -> bool:
    if own is None:
        return True
    return wanted in own if isinstance(own, list) else _is_or_holds(own, wanted)


@lru_cache(maxsize=4096)
def _is_or_holds(own: str, wanted: str) -> bool:
    low, dash, high = own.partition("-")
    if dash and low.isdecimal() and high.isdecimal():
        return wanted.isdecimal() and len(wanted) < 10 and int(low) <= int(wanted) <= int(high)
    return own == wanted


@dataclass(frozen=True, slots=True)
class Deck:
    """A set to choose from."""

    id: str
    title: str
    entries: dict[str, Entry]

    def __hash__(self) -> int:
        return hash(self.id)

    def fitting(self, where: Mapping[str, str]) -> list[str]:
        """The ids of the entries that fit, in order."""
        return list(_fitting(self, tuple(where.items())))


@lru_cache(maxsize=4096)
def _fitting(deck: Deck, where: tuple[tuple[str, str], ...]) -> tuple[str, ...]:
    wanted = dict(where)
    return tuple(entry.id for entry in deck.entries.values() if entry.fits(wanted))


@dataclass(frozen=True, slots=True)
class DeckFile:
    """A deck as written: `entries` maps a permanent id to a text or to a mapping with `text` and fields."""

    __pydantic_config__ = _STRICT
    format: Literal["1"]
    deck: Id
    title: Text
    entries: Annotated[dict[Id, str | dict[str, str | list[str]]], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class TextsFile:
    """Labels, notices and other sentences outside flows, by name."""

    __pydantic_config__ = _STRICT
    format: Literal["1"]
    texts: Annotated[dict[Id, Text], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class ScreenItem:
    """One button of a screen: exactly one of `flow` (start it) and `screen` (show it in place)."""

    __pydantic_config__ = _STRICT
    label: Text
    flow: Id | None = None
    screen: Id | None = None
    when: str | None = None


@dataclass(frozen=True, slots=True)
class Screen:
    """A menu: a text with buttons that hold no conversation and may be tapped at any time."""

    __pydantic_config__ = _STRICT
    format: Literal["1"]
    screen: Id
    text: Text
    items: Annotated[list[ScreenItem], Field(min_length=1)]
    audience: Annotated[
        list[Literal["parent", "mentor", "coordinator"]],
        Field(alias="for", min_length=1),
        BeforeValidator(short_forms.as_list, json_schema_input_type=str | list[str]),
    ] = field(default_factory=lambda: ["parent"])


@dataclass(frozen=True, slots=True)
class ActionOffer:
    """Something the service can do for a flow. `gives` is an example of what it answers, if it answers."""

    __pydantic_config__ = _STRICT
    about: Text
    arguments: dict[Id, Text] = field(default_factory=dict)
    gives: str | None = None


@dataclass(frozen=True, slots=True)
class RecordKind:
    """A kind of record, with its fields and what they mean."""

    __pydantic_config__ = _STRICT
    about: Text
    fields: Annotated[dict[Id, Text], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Catalog:
    """What flows may count on: facts, actions and records, each explained; and worlds, examples of all facts."""

    __pydantic_config__ = _STRICT
    format: Literal["1"]
    facts: dict[Id, Text]
    actions: dict[Id, ActionOffer]
    records: dict[Id, RecordKind]
    worlds: Annotated[dict[Id, dict[Id, Any]], Field(min_length=1)]
