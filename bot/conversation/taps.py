"""What buttons lead to, by the first part of what they carry, and who may tap them.

Callback data may be forged. Whatever a button names is looked up anew, from the person who taps; what is not theirs is
refused without a word about why, and counted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.conversation import show
from bot.conversation.incoming import Tapped
from bot.conversation.turn import LOOSE_FLOW, Turn
from bot.safety.access import Who
from bot.safety.help import HELP
from bot.screens import menus
from flows.engine.state import Resume, Tap


@dataclass(frozen=True, slots=True)
class Button:
    """`run` takes the turn, what follows the verb, and the message to edit in place, if Telegram still has it."""

    who: Who
    run: Callable[[Turn, str, int | None], None]


def _help(turn: Turn, rest: str, message_id: int | None) -> None:
    show.help_card(turn, rest)


def _screen(turn: Turn, rest: str, message_id: int | None) -> None:
    show.screen(turn, rest, message_id)


def _flow(turn: Turn, rest: str, message_id: int | None) -> None:
    if rest == LOOSE_FLOW:
        old_button(turn)
    else:
        show.flow(turn, rest)


BUTTONS: dict[str, Button] = {
    HELP: Button(Who.ANYONE, _help),
    menus.SHOW_SCREEN: Button(Who.ANYONE, _screen),
    menus.START_FLOW: Button(Who.ANYONE, _flow),
}
"""All buttons but those of the questions of a flow, which the engine knows. Screens and flows say themselves whom they
are for."""


def tapped(turn: Turn, tap: Tapped) -> None:
    """Does what a button asks."""
    verb, _, rest = tap.token.partition(":")
    known = BUTTONS.get(verb)
    if known and not turn.who & known.who:
        turn.note = "refused"
        show.menu(turn)
    elif known:
        known.run(turn, rest, tap.message_id if tap.html is not None else None)
    else:
        turn.apply(Tap(tap.token))
        if turn.unexpected and turn.unexpected.why != "double":
            old_button(turn)


def old_button(turn: Turn) -> None:
    """A button of an earlier question: says so, and brings the person to where they are."""
    if turn.state.running:
        turn.lead_in("old_button")
        turn.apply(Resume())
    elif turn.person is None and turn.began.running is None:
        turn.say("button_gone")
    elif turn.person is None:
        show.menu(turn)
    else:
        turn.lead_in("old_button_idle")
        show.menu(turn)
