"""What buttons lead to, by the first part of what they carry, and who may tap them.

Callback data may be forged. Whatever a button names is looked up anew, from the person who taps; what is not theirs is
refused without a word about why, and counted.
"""

from __future__ import annotations

from collections.abc import Callable

from bot.conversation import (
    alerting,
    answering,
    appointing,
    following,
    guided,
    kept,
    looked,
    organising,
    own_notes,
    peers,
    record_of_us,
    reflex,
    report_pages,
    show,
    upcoming,
    workbook,
)
from bot.conversation.appointment_news import MEETING
from bot.conversation.incoming import Tapped
from bot.conversation.turn import LOOSE_FLOW, Turn
from bot.safety.access import REFUSED, Who
from bot.safety.help import HELP
from bot.screens import entries, menus
from flows.engine import keyboards
from flows.engine.state import Resume, Tap
from flows.engine.values import dataclass

OLD_BUTTON = "old button"
"""The note of a tap on a button of an earlier question, or of somebody else's: these look the same."""


@dataclass(frozen=True, slots=True)
class Button:
    """`run` takes the turn, what follows the verb, and the message to edit in place, if Telegram still has it."""

    who: Who
    run: Callable[[Turn, str, int | None], None]


def _help(turn: Turn, rest: str, message_id: int | None) -> None:
    """Another region, or what the card offers besides numbers."""
    if not turn.host.help.offers(rest):
        show.help_card(turn, rest)
    elif turn.may_start(rest):
        turn.start(rest)
    elif turn.host.help.is_for_anybody(rest):
        turn.send(turn.host.help.otherwise(rest))
    else:
        refuse(turn)


def _screen(turn: Turn, rest: str, message_id: int | None) -> None:
    if show.may_see(turn, rest):
        show.screen(turn, rest, message_id)
    else:
        refuse(turn)


def _flow(turn: Turn, rest: str, message_id: int | None) -> None:
    if rest == LOOSE_FLOW:
        turn.note = OLD_BUTTON
        old_button(turn)
    elif turn.may_start(rest) or turn.is_off(rest):
        show.flow(turn, rest)
    else:
        refuse(turn)


def _looked_up(tapped: Callable[[Turn, str, int | None], bool]) -> Callable[[Turn, str, int | None], None]:
    """`tapped` says whether what the button names is this person's."""

    def run(turn: Turn, rest: str, message_id: int | None) -> None:
        if not tapped(turn, rest, message_id):
            refuse(turn)

    return run


BUTTONS: dict[str, Button] = {
    HELP: Button(Who.ANYONE, _help),
    alerting.ALERT_BUTTON: Button(Who.MEMBER, alerting.tapped),
    menus.SHOW_SCREEN: Button(Who.ANYONE, _screen),
    menus.START_FLOW: Button(Who.ANYONE, _flow),
    answering.NOT_FOR: Button(Who.PARENT, _looked_up(answering.tapped)),
    following.AGAIN: Button(Who.MENTOR, _looked_up(following.tapped_again)),
    entries.KEPT: Button(Who.PARENT, _looked_up(kept.tapped)),
    workbook.OWN: Button(Who.PARENT, _looked_up(kept.workbook_tapped)),
    workbook.FAMILY: Button(Who.MENTOR, _looked_up(workbook.tapped_of_family)),
    entries.GUIDED: Button(Who.MENTOR, _looked_up(guided.tapped)),
    entries.LOOKED: Button(Who.PARENT, _looked_up(looked.tapped)),
    entries.ORGANISED: Button(Who.COORDINATOR, _looked_up(organising.tapped)),
    entries.COMING: Button(Who.PARENT, _looked_up(upcoming.tapped)),
    MEETING: Button(Who.PARENT | Who.MENTOR, _looked_up(appointing.tapped)),
    entries.RECORD: Button(Who.MENTOR, _looked_up(reflex.tapped)),
    entries.KNOWN: Button(Who.PARENT, _looked_up(record_of_us.tapped)),
    entries.OWN: Button(Who.MENTOR, _looked_up(own_notes.tapped)),
    entries.REPORTS: Button(Who.PARENT | Who.MENTOR, _looked_up(report_pages.tapped)),
    entries.PEERS: Button(Who.MEMBER, _looked_up(peers.tapped)),
}
"""All buttons but those of the questions of a flow, which the engine knows. Screens and flows say themselves whom they
are for."""


def tapped(turn: Turn, tap: Tapped) -> None:
    """Does what a button asks."""
    verb, _, rest = tap.token.partition(":")
    known = BUTTONS.get(verb)
    if known and not turn.who & known.who:
        refuse(turn)
    elif known:
        known.run(turn, rest, tap.message_id if tap.html is not None else None)
    elif turn.off and (token := keyboards.parse(tap.token)) and token.run in turn.off:
        show.not_on(turn)
    else:
        turn.apply(Tap(tap.token))
        if turn.unexpected and turn.unexpected.why != "double":
            turn.note = REFUSED if turn.unexpected.why == "dark" else OLD_BUTTON
            old_button(turn)


def refuse(turn: Turn) -> None:
    """What was asked is not for this person: it is counted, and the menu comes without a word about why."""
    turn.note = REFUSED
    show.menu(turn)


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
