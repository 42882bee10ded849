"""Plays a flow in a terminal: one world, the person's answers typed, time passing in a blink.

Does not know the terminal: it is given how to read a line and how to print one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from flows.engine import keyboards
from flows.engine.library import Library
from flows.engine.reading_level import plain
from flows.engine.rehearsal import Did, Event, Rehearsal
from flows.engine.state import (
    Back,
    Ended,
    Input,
    Keep,
    Key,
    Media,
    Ref,
    Resume,
    Retick,
    Say,
    Stop,
    Tap,
    Typed,
    Unexpected,
    Unkeep,
    Value,
)
from flows.engine.worlds import world as facts_of

DIM, BOLD, PLAIN = "\x1b[2m", "\x1b[1m", "\x1b[0m"
_COMMANDS = "/terug /stop /verder /wacht /spraak /foto /einde"
_ODD = {
    "stale": "een knop van een eerdere vraag",
    "double": "dezelfde knop nog eens",
    "idle": "er loopt niets",
    "loose": "dit past niet als antwoord",
    "first": "dit is het begin",
    "dark": "zo'n knop is er niet",
}


def play(
    library: Library,
    flow: str,
    world: str,
    ask: Callable[[str], str],
    show: Callable[[str], object],
    *,
    now: datetime | None = None,
) -> None:
    """Plays until the flow is over, or the input is. Raises KeyError for an unknown flow or world.

    `ask` gets a prompt and gives a line; `show` gets a line to print.
    """
    if flow not in library.flows:
        raise KeyError(flow)
    host = Rehearsal(library, facts_of(library.catalog, world), now or datetime.fromisoformat("2027-03-01T19:30"))
    _Table(host, show).run(flow, ask)


class _Table:
    """What lies on the table: the last keyboard, numbered."""

    def __init__(self, host: Rehearsal, show: Callable[[str], object]) -> None:
        self.host, self.show = host, show
        self.keys: list[Key] = []

    def run(self, flow: str, ask: Callable[[str], str]) -> None:
        self.show(f"{DIM}{self.host.library.flows[flow].title}. {_COMMANDS}{PLAIN}")
        self._print(self.host.start(flow))
        while self.host.state.running or self.keys:
            if self._let_pause_pass():
                continue
            try:
                line = ask("› ")
            except (EOFError, KeyboardInterrupt):
                return
            if line.strip() == "/einde":
                return
            self._take(line.strip())

    def _let_pause_pass(self) -> bool:
        """A pause goes by on its own; silence waits for `/wacht`."""
        timer = self.host.next_timer()
        if timer is None or timer.wake.kind != "pause":
            return False
        self._wait(timer.due - self.host.now)
        return True

    def _wait(self, time: timedelta) -> None:
        self.show(f"{DIM}({_spoken(time)} later){PLAIN}")
        self._print(self.host.wait(time))

    def _take(self, line: str) -> None:
        if line == "/wacht":
            timer = self.host.next_timer()
            if timer is None:
                self.show(f"{DIM}er staat niets te gebeuren{PLAIN}")
            else:
                self._wait(timer.due - self.host.now)
        elif line:
            self._print(self.host.give(self._input(line)))

    def _input(self, line: str) -> Input:
        commands: dict[str, Input] = {
            "/terug": Back(),
            "/stop": Stop(),
            "/verder": Resume(),
            "/spraak": Media("voice", "1"),
            "/foto": Media("photo", "1"),
        }
        if line in commands:
            return commands[line]
        if said := next((key for key in self.keys if key.label == line), None):
            return Tap(said.token)
        if line.isdecimal() and len(line) < 4 and 1 <= int(line) <= len(self.keys):
            return Tap(self.keys[int(line) - 1].token)
        return Typed(line.removeprefix("'"))

    def _print(self, events: list[Event]) -> None:
        for event in events:
            match event:
                case Say(text, rows):
                    self.show("")
                    self.show(plain(text.replace("<b>", BOLD).replace("</b>", PLAIN)))
                    self._keyboard(rows)
                case Retick(rows):
                    self._keyboard(rows)
                case Did(request, gave):
                    arguments = ", ".join(f"{name}: {value}" for name, value in request.arguments.items())
                    answer = f" → {gave}" if gave is not None else ""
                    self.show(f"{DIM}[doet {request.action}({arguments}){answer}]{PLAIN}")
                case Keep(record, _, name, value):
                    self.show(f"{DIM}[bewaart {record}.{name}: {_shown(value)}]{PLAIN}")
                case Unkeep(record, _, name):
                    self.show(f"{DIM}[haalt {record}.{name} weg]{PLAIN}")
                case Ended(ended, _, outcome):
                    self.show(f"{DIM}[einde van {ended}: {outcome}]{PLAIN}")
                    self.keys = [key for key in self.keys if not key.token.startswith(keyboards.ANSWER)]
                case Unexpected(why):
                    self.show(f"{DIM}[{_ODD[why]}]{PLAIN}")

    def _keyboard(self, rows: tuple[tuple[Key, ...], ...]) -> None:
        self.keys = [key for row in rows for key in row]
        number = 0
        for row in rows:
            parts = []
            for key in row:
                number += 1
                parts.append(f"{number} [{key.label}]")
            self.show("  " + "  ".join(parts))


def _shown(value: Value) -> str:
    if isinstance(value, list):
        return ", ".join(map(_shown, value))
    return value.id if isinstance(value, Ref) else str(value)


def _spoken(time: timedelta) -> str:
    seconds = int(time.total_seconds())
    for size, one, many in ((86_400, "dag", "dagen"), (3_600, "uur", "uur"), (60, "minuut", "minuten")):
        if seconds >= size:
            count = round(seconds / size)
            return f"{count} {one if count == 1 else many}"
    return f"{seconds} seconden"
