"""Which buttons a waiting step has just now, their tokens, and how they are laid out.

A token is `a:<run>:<turn>:<button>`, at most 64 bytes. Does not know Telegram.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from flows.engine.definition import Ask, Step
from flows.engine.library import Library
from flows.engine.scope import Scope, choices_of
from flows.engine.state import Facts, Frame, Key, Ref
from flows.engine.templates import holds, render
from flows.engine.values import dataclass

SEPARATOR = ":"
ANSWER, RESUME, FORGET = "a", "r", "x"
SKIP, DONE, ALL = "_skip", "_done", "_all"
POINT, ITEM = "_p", "_i"
TICKED = "_ticked"
ROW_WIDTH = 30
"""About as many characters as stand side by side on a small phone, all buttons of a row together."""
WORDY_POINTS = 8
MAX_TOKEN = 64


@dataclass(frozen=True, slots=True)
class KeyFor:
    """One button of the waiting step. `plain` is its label without a tick; `ref` the item it stands for; `also` are
    words that count as its label when they are typed."""

    button: str
    label: str
    plain: str
    ref: Ref | None = None
    apart: bool = False
    also: tuple[str, ...] = ()


def keys_for(
    library: Library,
    step: Step,
    scope: Scope,
    facts: Facts,
    frame: Frame,
    ticked: Sequence[str],
) -> Iterator[KeyFor]:
    """The buttons that the step has with these facts, in order; the way past the question last. One by one: who looks
    for one of them need not find out about those after it."""
    if step.ask and "scale" in step.ask.kind:
        yield from _scale(step.ask)
    if step.choose:
        refs = choices_of(step.choose, scope, facts, frame)
        for ref in refs:
            label = render(step.choose.label, {"item": scope.item(ref)}, html=False)
            yield KeyFor(f"{ITEM}{ref.id}", label, label, ref)
        if step.choose.all and len(refs) > 1:
            label = render(step.choose.all, scope, html=False)
            yield KeyFor(ALL, label, label, apart=True)
    for name, button in step.buttons.items():
        if button.when and not holds(button.when, scope):
            continue
        label = render(button.label, scope, html=False)
        yield KeyFor(name, f"✓ {label}" if name in ticked else label, label, also=tuple(button.also))
    if step.ask and "several" in step.ask.kind:
        label = library.texts["done"]
        yield KeyFor(DONE, label, label, apart=True)
    if step.skip.offered and offers_skip(step):
        label = render(step.skip.label or library.texts["skip"], scope, html=False)
        yield KeyFor(SKIP, label, label, apart=True, also=tuple(step.skip.also))


def offers_skip(step: Step) -> bool:
    """Whether the engine adds a way past the question: to each that wants an answer, not to a mere fork."""
    return bool(step.ask or step.answer_name or step.skip.label or step.skip.step)


def _scale(ask: Ask) -> list[KeyFor]:
    points = range(ask.low, ask.high + 1)
    words = ask.words or [str(point) for point in points]
    return [KeyFor(f"{POINT}{point}", word, word) for point, word in zip(points, words, strict=False)]


@dataclass(frozen=True, slots=True)
class Token:
    """What a tap brings back. An offer's has no button."""

    verb: str
    run: str
    turn: int
    button: str = ""


_TOKEN = re.compile(rf"({ANSWER}):([^:]+):([0-9]{{1,9}}):(.+)|({RESUME}|{FORGET}):([^:]+):([0-9]{{1,9}})", re.DOTALL)


def parse(token: str) -> Token | None:
    """None for what is not a token of ours."""
    match = _TOKEN.fullmatch(token) if len(token) <= MAX_TOKEN else None
    if match is None:
        return None
    verb, run, turn, button, offer, offered, at = match.groups()
    return Token(verb, run, int(turn), button) if verb else Token(offer, offered, int(at))


def rows(keys: Sequence[KeyFor], run: str, turn: int) -> tuple[tuple[Key, ...], ...]:
    """The keyboard: as many side by side as a small phone shows whole; numbers in even rows."""
    laid: list[tuple[Key, ...]] = []
    row: list[Key] = []
    width = 0
    per_row = _per_row(keys)
    for key in keys:
        made = Key(key.label, SEPARATOR.join((ANSWER, run, str(turn), key.button)))
        wide = len(key.label) + 4
        if row and (key.apart or width + wide > ROW_WIDTH or len(row) >= per_row):
            laid.append(tuple(row))
            row, width = [], 0
        row.append(made)
        width += 0 if per_row > 4 else wide
        if key.apart:
            laid.append(tuple(row))
            row, width = [], 0
    if row:
        laid.append(tuple(row))
    return tuple(laid)


def _per_row(keys: Sequence[KeyFor]) -> int:
    points = sum(key.button.startswith(POINT) for key in keys)
    if points and max(len(key.label) for key in keys if key.button.startswith(POINT)) <= 2:
        return 6 if points > WORDY_POINTS else points
    return 3


def offer_rows(run: str, turn: int, go_on: str, drop: str) -> tuple[tuple[Key, ...], ...]:
    """The two buttons under an offer to take up what was left."""
    return tuple(
        (Key(label, SEPARATOR.join((verb, run, str(turn)))),) for label, verb in ((go_on, RESUME), (drop, FORGET))
    )


def matching(keys: Iterable[KeyFor], text: str) -> str | None:
    """The button whose label was typed instead of tapped: same letters, whatever the capitals and signs.

    A number must be typed as it is. The only label of which these are the words before the comma will do too: "ja" for
    "Ja, graag". Other beginnings will not, as the rest may turn them round: "Nu niet", "Bewaar niets".
    """
    typed, exact = letters(text), text.strip()
    if not typed:
        return None
    begins: list[str] = []
    for key in keys:
        label = letters(key.plain)
        if key.plain == exact or (typed in (label, *map(letters, key.also)) and not key.plain.isdecimal()):
            return key.button
        beginning, comma, _ = key.plain.partition(",")
        if comma and letters(beginning) == typed and not typed.isdecimal():
            begins.append(key.button)
    return begins[0] if len(begins) == 1 else None


def letters(text: str) -> str:
    """The words of a text, without capitals, accents and signs."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(re.findall(r"[^\W_]+", "".join(c for c in plain if not unicodedata.combining(c))))
