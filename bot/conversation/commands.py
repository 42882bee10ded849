"""What people can type behind a stroke, and who may. A command that is not for somebody brings the menu.

The word that asks for help is not here: it is looked for in front of everything.
"""

from __future__ import annotations

from collections.abc import Callable

from bot.care import invitations
from bot.care.people import Role
from bot.conversation import appointment_lists, closing, linked, peer_rooms, reacting, show, speaking
from bot.conversation.turn import LOOSE_FLOW, Turn
from bot.safety import attempts
from bot.safety.access import Who, audience
from flows.engine.state import Back, Resume, Stop
from flows.engine.values import dataclass

TO_FLOW = "doe-"
"""How a start link begins that leads to a flow: a mentor can send it, and it works for whoever may start the flow."""

_START_FLOWS = {
    Role.PARENT: "welcome",
    Role.MENTOR: "mentor_welcome",
    Role.COORDINATOR: "coordinator_welcome",
}


@dataclass(frozen=True, slots=True)
class Command:
    """`run` takes the turn and what follows the word."""

    who: Who
    run: Callable[[Turn, str], None]


def _starting(flow: str) -> Callable[[Turn, str], None]:
    return lambda turn, rest: show.flow(turn, flow)


def _showing(screen: str) -> Callable[[Turn, str], None]:
    return lambda turn, rest: show.screen(turn, screen)


def _start(turn: Turn, code: str) -> None:
    if code in ("", linked.FROM_THERE):
        show.menu(turn)
        return
    if code.startswith(TO_FLOW) and turn.person:
        show.flow(turn, code.removeprefix(TO_FLOW))
        return
    if not attempts.may_try(turn.connection, turn.chat_id, turn.now):
        _bad_code(turn, attempts.TOO_MANY)
        return
    if code.startswith(peer_rooms.LINK):
        _into_group(turn, code)
        return
    invitation = invitations.open_by_code(turn.connection, turn.host.vault, code, turn.chat_id, turn.now)
    if invitation is None and turn.person and invitations.was_used_by(turn.connection, code, turn.chat_id):
        turn.lead_in("already_in")
        turn.apply(Resume())
    elif invitation is None:
        _bad_code(turn, attempts.WRONG_CODE)
    elif turn.person and (invitation.role in turn.person.roles or invitation.made_by == turn.person.id):
        invitations.let_go(turn.connection, turn.chat_id)
        turn.say("own_invite" if invitation.made_by == turn.person.id else "already_in")
    else:
        turn.start(_START_FLOWS[invitation.role], invited=True)


def _into_group(turn: Turn, code: str) -> None:
    """By the link of a group; who is not in the service yet needs an invitation of their own first."""
    if turn.person is None:
        turn.say("peer_link_strangers")
    elif not peer_rooms.by_link(turn, code):
        _bad_code(turn, attempts.WRONG_CODE)


def _bad_code(turn: Turn, note: str) -> None:
    """One and the same answer, whatever is wrong with it; counted."""
    turn.note = note
    attempts.raise_alarm(turn.connection, turn.now)
    turn.say("bad_invite")


def _menu(turn: Turn, rest: str) -> None:
    show.menu(turn)


def _privacy(turn: Turn, rest: str) -> None:
    """What is kept and who sees it; whoever is not in yet gets the short of it, and the waiting question again."""
    if turn.person:
        show.screen(turn, "privacy")
    else:
        turn.lead_in("privacy_before")
        turn.apply(Resume())


def _appointments(turn: Turn, rest: str) -> None:
    appointment_lists.show_lists(turn)


def _groups(turn: Turn, rest: str) -> None:
    peer_rooms.show_any(turn)


def _link(turn: Turn, rest: str) -> None:
    """The code is typed in the group itself."""
    turn.say("peer_link_there")


def _stop(turn: Turn, rest: str) -> None:
    """Whoever talks in a group stops that first, and nothing else."""
    if turn.person and turn.person.speaks_in:
        speaking.stop(turn, "", None)
        return
    running = turn.state.running
    if running is None:
        turn.lead_in("nothing_to_stop")
    else:
        turn.lead_in("stopped", note=running.flow == LOOSE_FLOW, more=bool(turn.state.parked))
    turn.apply(Stop())


def _back(turn: Turn, rest: str) -> None:
    turn.apply(Back())
    if turn.unexpected and turn.unexpected.why == "idle":
        turn.lead_in("nothing_to_go_on")
        show.menu(turn)
    elif turn.unexpected:
        turn.lead_in("first_step")
        turn.apply(Resume())


def _go_on(turn: Turn, rest: str) -> None:
    turn.apply(Resume())
    if turn.unexpected:
        turn.lead_in("nothing_to_go_on")
        show.menu(turn)


COMMANDS: dict[str, Command] = {
    "start": Command(Who.ANYONE, _start),
    "menu": Command(Who.ANYONE, _menu),
    "verder": Command(Who.MEMBER, _go_on),
    "terug": Command(Who.ANYONE, _back),
    "stop": Command(Who.ANYONE, _stop),
    "pauze": Command(Who.PARENT, _starting("pause")),
    "instellingen": Command(Who.PARENT, _showing("settings")),
    "bewaard": Command(Who.PARENT, _showing("kept")),
    "werkboek": Command(Who.PARENT, _showing("workbook")),
    "agenda": Command(Who.PARENT, _showing("coming_up")),
    "afspraken": Command(Who.PARENT | Who.MENTOR, _appointments),
    "groepen": Command(Who.MEMBER, _groups),
    "koppel": Command(Who.MENTOR | Who.COORDINATOR, _link),
    "wiekeek": Command(Who.PARENT, _showing("looked")),
    "gezinnen": Command(Who.MENTOR, _showing("families")),
    "vandaag": Command(Who.MENTOR, _showing("today")),
    "mijngegevens": Command(Who.MEMBER, _starting("my_data")),
    "verwijder": Command(Who.MEMBER, _starting("erase")),
    "privacy": Command(Who.ANYONE, _privacy),
    "dicht": Command(Who.ANYONE, closing.close),
    "weg": Command(Who.MEMBER, reacting.take_back),
}
OFFERED = (
    "nu",
    "menu",
    "hulp",
    "verder",
    "terug",
    "stop",
    "pauze",
    "bewaard",
    "werkboek",
    "agenda",
    "afspraken",
    "groepen",
    "wiekeek",
    "instellingen",
    "privacy",
    "dicht",
    "mijngegevens",
    "verwijder",
)
"""What Telegram's own menu offers, in order; some are commands of flows."""


def _of_flow(turn: Turn, word: str) -> Command | None:
    """The command of the flow that answers to this word."""
    flows = turn.host.library.flows.values()
    found = next((flow for flow in flows if flow.command == word), None)
    return Command(audience(found.audience), _starting(found.flow)) if found else None


_ONLY_WITH_STROKE = ("start", "koppel", "weg")
INTERRUPTING = ("menu", "nu", "stop", "terug", "verder")
"""What works by its word alone also where something is asked; other words may be what somebody wants to say there."""


def bare(turn: Turn, word: str) -> bool:
    """Does what a word asks that is a command but for its stroke; False when it is none for this person now. While
    something runs the word of a flow ("samen") rather belongs there."""
    may_begin = turn.state.running is None or word in INTERRUPTING
    known = COMMANDS.get(word) or (_of_flow(turn, word) if may_begin else None)
    if known is None or word in _ONLY_WITH_STROKE or not turn.who & known.who:
        return False
    known.run(turn, "")
    return True


ALSO_BEFORE = ("start", "privacy", "dicht")
"""What works for whoever is not in yet."""


def command(turn: Turn, word: str, rest: str) -> None:
    """Does what the word asks, or shows the menu."""
    known = COMMANDS.get(word) or _of_flow(turn, word) or COMMANDS["menu"]
    always = word in ALSO_BEFORE or (word in ("stop", "terug") and turn.state.running)
    if not turn.who & known.who or (turn.person is None and not always):
        show.menu(turn)
    else:
        known.run(turn, rest)
