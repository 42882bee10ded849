"""The flow file format: what a practitioner may write, as types.

Every scalar in a file is text; pydantic turns it into the types below and refuses unknown keys. Where a file may use a
short form (`say: Dag.` for a list of one wording), a `ShortForm` makes it the long form, so the rest of the
engine meets one shape only.

Does not know: where files lie (`library`), whether a flow makes sense (`checks`), or how it runs (`advance`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import timedelta
from functools import lru_cache
from typing import Annotated, Any, Literal

from flows.engine import short_forms
from flows.engine.form import Limits, ShortForm, strict
from flows.engine.values import dataclass

FORMAT = 1

Id = Annotated[str, Limits(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
ButtonId = Annotated[str, Limits(pattern=r"^[a-z0-9][a-z0-9_]{0,23}$")]
Text = Annotated[str, Limits(min_length=1)]

AskKind = Literal["text", "name", "time", "date", "birth_date", "age", "scale", "several", "voice", "photo", "any"]
"""What an answer may be. `text`, `voice` and `photo` may be combined; `any` is all three."""

ABOUT_STEP = "about"
"""The step that the library puts in front of a flow with `about`."""

_STRICT = strict()


Duration = Annotated[timedelta, ShortForm(short_forms.as_duration, str)]


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


Wordings = Annotated[list[Wording], ShortForm(short_forms.as_wordings, str | Wording | list[str | Wording])]
Branches = Annotated[list[Branch], ShortForm(short_forms.as_branches, str | Branch | list[str | Branch])]


@dataclass(frozen=True, slots=True)
class Button:
    """A choice. Exactly one of `next`, `flow` (leave this flow for another) and `end` says what follows.

    `also` lists words that count as the label when somebody types them.
    """

    __pydantic_config__ = _STRICT
    label: Text
    next: Branches | None = None
    flow: Id | None = None
    end: Id | None = None
    when: str | None = None
    also: list[Text] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Ask:
    """What kind of answer the step waits for, apart from its buttons.

    `low` and `high` bound a scale; `words` names each point of it. `prefer: evening` reads "half acht" as 19:30.
    `again` is said when the answer cannot be read; without it a text of the library is used.
    """

    __pydantic_config__ = _STRICT
    kind: Annotated[list[AskKind], Limits(min_length=1)]
    low: int = 0
    high: int = 10
    words: list[str] | None = None
    prefer: Literal["evening"] | None = None
    again: str | None = None


@dataclass(frozen=True, slots=True)
class Choose:
    """One button for each item of a list among the facts or the remembered values.

    `where` leaves out items of which a field is not as wanted, `without` the one with this id. A list of one is taken
    without asking, unless `alone: ask`. `all` is the label of a button that runs the flow for every item in turn. An
    empty list goes to `none`, after what the step says. `to: flow` says that the items are flows: the person leaves for
    the chosen one.
    """

    __pydantic_config__ = strict(source="from")
    source: Id
    label: Text
    where: Mapping[str, str] = field(default_factory=dict)
    without: str | None = None
    all: str | None = None
    none: Id | None = None
    alone: Literal["take", "ask"] = "take"
    to: Literal["flow"] | None = None


@dataclass(frozen=True, slots=True)
class Pick:
    """Takes entries from a deck that were not shown recently and remembers them under `into` (`as` in the file).

    `first` names a fact, a list of ids: the first time that the step draws, those of them that fit go before the rest.
    """

    __pydantic_config__ = strict(into="as")
    deck: Id
    into: Id
    where: Mapping[str, str] = field(default_factory=dict)
    count: int = 1
    first: Id | None = None


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

    __pydantic_config__ = strict(values="with")
    flow: Id
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Skip:
    """Every question can be skipped. Without `step`, skipping goes where an answer would go. `also`: as of a button."""

    __pydantic_config__ = _STRICT
    offered: bool = True
    label: str | None = None
    step: Id | None = None
    also: list[Text] = field(default_factory=list)


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
    do: Annotated[list[Action], ShortForm(short_forms.as_actions, Any)] = field(default_factory=list)
    pick: Pick | None = None
    ask: Annotated[Ask | None, ShortForm(short_forms.as_ask, AskKind | list[AskKind] | Ask)] = None
    buttons: dict[ButtonId, Button] = field(default_factory=dict)
    choose: Choose | None = None
    remember: Id | None = None
    keep: Annotated[list[Id], ShortForm(short_forms.as_list, Id | list[Id])] = field(default_factory=list)
    skip: Annotated[Skip, ShortForm(short_forms.as_skip, str | Skip)] = field(default_factory=Skip)
    pause: Duration | None = None
    call: Annotated[Call | None, ShortForm(short_forms.as_call, Id | Call)] = None
    next: Branches = field(default_factory=list)
    end: Id | None = None
    silence: Silence | None = None
    was: Annotated[list[Id], ShortForm(short_forms.as_list, Id | list[Id])] = field(default_factory=list)

    @property
    def asks(self) -> bool:
        """Whether the step waits for a person."""
        return bool(self.ask or self.buttons or self.choose)

    @property
    def takes_typing(self) -> bool:
        """Whether words of one's own, or a number, are an answer."""
        return self.ask is not None and bool(set(self.ask.kind) - {"several", "voice", "photo"})

    @property
    def answer_name(self) -> str | None:
        """The name under which the answer is remembered, if it is."""
        if self.remember:
            return self.remember
        return self.keep[0] if self.asks and len(self.keep) == 1 else None


@dataclass(frozen=True, slots=True)
class About:
    """The flow is about one item of a list, asked first when there are several (`about: child`)."""

    __pydantic_config__ = strict(source="from", name="as")
    source: Id
    name: Id
    ask: str | None = None
    label: str = "{{ item.name }}"
    all: str | None = None
    none: Id | None = None


@dataclass(frozen=True, slots=True)
class Comes:
    """The flow comes by itself, at a time that the person set; `name` is what it is called among what is coming.

    After `useful` it is left out that time. What it is about was settled when it was set, and once that is gone it does
    not come any more.
    """

    __pydantic_config__ = _STRICT
    name: Text
    useful: Duration


@dataclass(frozen=True, slots=True)
class Flow:
    """One conversation. `record` is the kind of record that its kept answers form.

    `returns: yes` brings the person straight back to the question this flow interrupted; otherwise that is offered.
    `neutral: yes` promises that the first message names no child and no care, for a locked screen.
    `momentary: yes` says that it is about this one moment: left half-way, it is not offered again the next day.
    `for` lists who may start it; `needs` names what a caller must hand over. `command` starts it by a word behind a
    stroke. `gated: yes` keeps it from a family until its mentor switches it on.
    """

    __pydantic_config__ = strict(audience="for")
    format: Literal["1"]
    flow: Id
    title: Text
    start: Id
    steps: Annotated[dict[Id, Step], Limits(min_length=1)]
    about: Annotated[About | None, ShortForm(short_forms.as_about, Literal["child"] | About)] = None
    record: Id | None = None
    returns: bool = False
    neutral: bool = False
    momentary: bool = False
    command: Annotated[str, Limits(pattern=r"^[a-z0-9_]{1,32}$")] | None = None
    gated: bool = False
    comes: Comes | None = None
    audience: Annotated[
        list[Literal["parent", "mentor", "coordinator", "guest"]],
        Limits(min_length=1),
        ShortForm(short_forms.as_list, str | list[str]),
    ] = field(default_factory=lambda: ["parent"])
    needs: Annotated[list[Id], ShortForm(short_forms.as_list, Id | list[Id])] = field(default_factory=list)


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
        """Whether every wanted field is left out here or holds the wanted value. `id` is a field like any other."""
        return all(_fits(self.id if name == "id" else self.fields.get(name), wanted) for name, wanted in where.items())


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
    """A deck as written: `entries` maps a permanent id to a text or to a mapping with `text` and fields.

    `common` are fields of every entry that does not say otherwise.
    """

    __pydantic_config__ = _STRICT
    format: Literal["1"]
    deck: Id
    title: Text
    entries: Annotated[dict[Id, str | dict[str, str | list[str]]], Limits(min_length=1)]
    common: dict[Id, str | list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TextsFile:
    """Labels, notices and other sentences outside flows, by name."""

    __pydantic_config__ = _STRICT
    format: Literal["1"]
    texts: Annotated[dict[Id, Text], Limits(min_length=1)]


@dataclass(frozen=True, slots=True)
class Words:
    """How people say in their own words what they want: phrases for each flow.

    `same` maps a word to others that count as that word. `stop` lists words that say nothing by themselves, and count
    only beside another. `talk` lists what asks for nothing and tells nothing, word for word: what the person gets back
    is the text `talk_<its kind>`.
    """

    __pydantic_config__ = _STRICT
    format: Literal["1"]
    flows: dict[Id, Annotated[list[Text], Limits(min_length=1)]]
    same: dict[Text, list[Text]] = field(default_factory=dict)
    stop: list[Text] = field(default_factory=list)
    talk: dict[Id, list[Text]] = field(default_factory=dict)


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
    """A menu: a text with buttons that hold no conversation and may be tapped at any time.

    `used_first: yes` puts the flows that a person uses most before the others.
    """

    __pydantic_config__ = strict(audience="for")
    format: Literal["1"]
    screen: Id
    text: Text
    items: Annotated[list[ScreenItem], Limits(min_length=1)]
    used_first: bool = False
    audience: Annotated[
        list[Literal["parent", "mentor", "coordinator"]],
        Limits(min_length=1),
        ShortForm(short_forms.as_list, str | list[str]),
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
    """A kind of record, with its fields and what they mean.

    With `listed` (`list` in the file) what a person kept of this kind is a list of facts by that name, the newest
    first: each with `id`, `day`, `child_id`, `child` (a name), every field as it was said, and under `raw` as it was
    kept. `example` fills one in, for trying texts out: a field as typed, or `{raw, said}` as chosen.
    """

    __pydantic_config__ = strict(listed="list")
    about: Text
    fields: Annotated[dict[Id, Text], Limits(min_length=1)]
    listed: Id | None = None
    example: dict[Id, str | dict[Literal["raw", "said"], str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Catalog:
    """What flows may count on: facts, actions and records, each explained; and worlds, examples of all facts."""

    __pydantic_config__ = _STRICT
    format: Literal["1"]
    facts: dict[Id, Text]
    actions: dict[Id, ActionOffer]
    records: dict[Id, RecordKind]
    worlds: Annotated[dict[Id, dict[Id, Any]], Limits(min_length=1)]
