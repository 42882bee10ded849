"""Who may do what, as a table: every command, button, flow, screen and link, for every sort of person.

Made from the tables and the content that the service itself works by. Only for what a button is about (something that
somebody keeps, a family, an alert) the table needs words of its own: `ABOUT`. A kind of button without a rule there
cannot be printed, and a test does every cell of the table and sees that it is so.

Does not decide anything: that is done where the tap is handled.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum

from bot.care.people import Role
from bot.conversation import alerting, answering, appointing, following, guided, peer_rooms, workbook
from bot.conversation.appointment_news import MEETING
from bot.conversation.commands import ALSO_BEFORE, COMMANDS
from bot.conversation.taps import BUTTONS
from bot.conversation.turn import LOOSE_FLOW
from bot.safety.access import Who, audience
from bot.safety.help import HELP, HelpCards
from bot.screens import entries, menus
from flows.engine.definition import Flow
from flows.engine.library import Library
from flows.engine.values import dataclass


class Actor(StrEnum):
    """Somebody, seen from one family: the parent and the other parent of it, its mentor, and everybody else."""

    STRANGER = "stranger"
    PARENT = "parent"
    CO_PARENT = "co-parent"
    OTHER_PARENT = "other parent"
    MENTOR = "mentor"
    OTHER_MENTOR = "other mentor"
    COORDINATOR = "coordinator"


ROLES = {
    Actor.STRANGER: None,
    Actor.PARENT: Role.PARENT,
    Actor.CO_PARENT: Role.PARENT,
    Actor.OTHER_PARENT: Role.PARENT,
    Actor.MENTOR: Role.MENTOR,
    Actor.OTHER_MENTOR: Role.MENTOR,
    Actor.COORDINATOR: Role.COORDINATOR,
}
_IS = {
    actor: Who.STRANGER
    if role is None
    else {Role.PARENT: Who.PARENT, Role.MENTOR: Who.MENTOR}.get(role, Who.COORDINATOR)
    for actor, role in ROLES.items()
}
EVERYBODY = frozenset(Actor)
NOBODY: frozenset[Actor] = frozenset()


class Sort(StrEnum):
    """What sort of door."""

    COMMAND = "command"
    FLOW = "flow"
    SCREEN = "screen"
    BUTTON = "button"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Door:
    """One row. `asks` is what is typed or tapped; braces stand for what a test fills in, such as `{record}`.

    `about`: whose it is, and how it is shared; empty where it is about whoever asks.
    """

    sort: Sort
    asks: str
    allowed: frozenset[Actor]
    about: str = ""


def _who(who: Who) -> frozenset[Actor]:
    return frozenset(actor for actor, one in _IS.items() if one & who)


@dataclass(frozen=True, slots=True)
class _About:
    """A button of the kind `verb` with `rest` behind it, about something of the family."""

    rest: str
    about: str
    allowed: frozenset[Actor]


_OWN_ACTS = ("o", "p", "w1", "w2", "y1", "x1", "x2", "n", "a", "u", "b", "v", "e", "d", "dd")
_COMING_ACTS = ("o", "m", "q", "d", "dd")
_PARENT, _MENTOR = (
    frozenset({Actor.PARENT}),
    frozenset({Actor.MENTOR}),
)
_SHARED = {
    "only_me": ("shared with nobody", NOBODY, NOBODY),
    "with_mentor": ("shared with the mentor", _MENTOR, NOBODY),
    "with_mentor_without_yes": ("shared with the mentor, the yes taken back", NOBODY, NOBODY),
    "with_co_parent": ("shared with the other parent", NOBODY, frozenset({Actor.CO_PARENT})),
}
"""Something that the parent keeps: how it is shared, and who may then open it as the mentor and as the other parent."""


def _records() -> Iterator[tuple[str, _About]]:
    for act in _OWN_ACTS:
        yield entries.KEPT, _About(f"{act}:{{only_me}}:l:0", "something that the parent keeps", _PARENT)
    yield entries.KEPT, _About("t:{only_me}:l:0:0", "something that the parent keeps", _PARENT)
    for name, (shared, _, as_co_parent) in _SHARED.items():
        yield entries.KEPT, _About(f"o:{{{name}}}:s:0", f"something of the parent, {shared}", as_co_parent)
        yield entries.KEPT, _About(f"p:{{{name}}}:s:0", f"files of the parent, {shared}", as_co_parent)
    for name, (shared, as_mentor, _) in _SHARED.items():
        yield entries.GUIDED, _About(f"v:{{family}}:{{{name}}}:0", f"something of the parent, {shared}", as_mentor)
        yield entries.GUIDED, _About(f"p:{{family}}:{{{name}}}:0", f"files of the parent, {shared}", as_mentor)


def _coming() -> Iterator[tuple[str, _About]]:
    for act in _COMING_ACTS:
        about = "something that comes to the parent"
        yield entries.COMING, _About(f"{act}:resolution_now:{{only_me}}", about, _PARENT)
    yield entries.COMING, _About("n:resolution_check:{only_me}", "something of the parent that rests", _PARENT)
    for which in ("l", "a"):
        yield entries.COMING, _About(f"{which}:0", "", _who(Who.PARENT))


def _kindreflex() -> Iterator[tuple[str, _About]]:
    """The record of a family is its mentor's alone, as long as no stand-in was let in."""
    for act in ("c:{family}", "s:{family}:2", "f:{family}:2:home", "p:{family}", "l:{family}:0", "b:{family}"):
        yield entries.RECORD, _About(act, "the record of the family", _MENTOR)
    for act in ("n:{family}:{noted}", "a:{family}:{noted}"):
        yield entries.RECORD, _About(act, "a note in the record of the family", _MENTOR)
    yield entries.KNOWN, _About("l:0", "", _who(Who.PARENT))
    yield entries.OWN, _About("l:0", "", _who(Who.MENTOR))
    for act in ("o", "d", "dd"):
        yield entries.OWN, _About(f"{act}:{{from_above}}:0", "what the mentor wrote for nobody else", _MENTOR)


_ITS_PARENTS = frozenset({Actor.PARENT, Actor.CO_PARENT})


def _appointments() -> Iterator[tuple[str, _About]]:
    for act in appointing.ACTS:
        yield MEETING, _About(f"{act}:{{appointment}}", "an appointment of the family", _ITS_PARENTS | _MENTOR)
    yield MEETING, _About("l:0", "", _who(Who.PARENT))
    yield MEETING, _About("n:202703:0", "", _who(Who.MENTOR))


def _reports() -> Iterator[tuple[str, _About]]:
    """A report that was given: its parents read and answer it, its mentor corrects it."""
    about, proposed = "a report of the family", "a proposal in a report of the family"
    for act in ("o:{report}:0", "a:{report}"):
        yield entries.REPORTS, _About(act, about, _ITS_PARENTS)
    for act in ("m:{report}:0", "c:{report}"):
        yield entries.REPORTS, _About(act, about, _MENTOR)
    yield entries.REPORTS, _About("f:{report}", about, _ITS_PARENTS | _MENTOR)
    for act in ("y", "s", "n"):
        yield entries.REPORTS, _About(f"{act}:{{proposal}}", proposed, _ITS_PARENTS)


def _peers() -> Iterator[tuple[str, _About]]:
    """A group in which the parent is, which the mentor guides: what the parent said there, and what still waits."""
    inside, about = _PARENT | _MENTOR, "a group in which the parent is"
    yield entries.PEERS, _About("q", "", _who(Who.MEMBER))
    yield entries.PEERS, _About("x:{peer_group}", about, inside)
    for act in ("m:{peer_post}", "m:{peer_post}:1", "a:{peer_post}", "a:{peer_post}:1", "r:{peer_post}:h"):
        yield entries.PEERS, _About(act, "something said in a group in which the parent is", inside)
    yield entries.PEERS, _About("w:{peer_post}", "something that the parent said in a group", _PARENT)
    yield entries.PEERS, _About("f:{peer_post}", "something that the parent said in a group", _MENTOR)
    about = "something for a group that the parent did not send"
    for act in ("y", "n", "g", "h", "w"):
        yield entries.PEERS, _About(f"{act}:{{peer_draft}}", about, _PARENT)


def _weeks_and_bridge() -> Iterator[tuple[str, _About]]:
    """The weeks and rounds of a group, and what goes between it and what the parent keeps alone."""
    yield entries.PEERS, _About("e:{peer_group}", "a group in which the parent is", _PARENT | _MENTOR)
    for act in ("e:h:{peer_group}", "e:hw:{peer_group}", "e:f:{peer_group}"):
        yield entries.PEERS, _About(act, "the weeks of a group of the mentor's", _MENTOR)
    yield entries.PEERS, _About("c:{peer_checkin}:3", "a round in a group in which the parent is", _PARENT)
    yield entries.PEERS, _About("j:t:{peer_post}", "something said in a group in which the parent is", _PARENT)
    yield entries.PEERS, _About("j:o:{only_me}", "something that the parent keeps", _PARENT)
    yield entries.PEERS, _About("j:y:{peer_draft}", "something for a group that the parent did not send", _PARENT)


def _rooms() -> Iterator[tuple[str, _About]]:
    """The list and card of a group, how its posts come, its people, and the way out."""
    inside, about = _PARENT | _MENTOR, "a group in which the parent is"
    yield entries.PEERS, _About("l", "", _who(Who.MEMBER))
    yield entries.PEERS, _About("i:n", "", _who(Who.MENTOR | Who.COORDINATOR))
    for act in ("o:{peer_group}", "o:{peer_group}:r", "d:{peer_group}", "d:{peer_group}:quiet", "v:{peer_group}"):
        yield entries.PEERS, _About(act, about, inside)
    for act in ("w", "s", "b"):
        yield entries.PEERS, _About(f"v:{{peer_group}}:{act}", "a group that nobody left", NOBODY)
    for act in ("w", *peer_rooms.ABOUT_A_GROUP):
        yield entries.PEERS, _About(f"u:{{peer_group}}:{act}", "a group that the mentor guides", _MENTOR)
    for act in ("j", "n"):
        yield entries.PEERS, _About(f"u:{{peer_group}}:{act}", "a group into which nobody is asked", NOBODY)
    yield entries.PEERS, _About("u:t:{peer_member}", "a member who came in already", NOBODY)


def _moderation() -> Iterator[tuple[str, _About]]:
    """What a moderator does; a stand-in and a coordinator only with what nobody looked at in time."""
    yield entries.PEERS, _About("k", "what waits in a group of the mentor's", _MENTOR)
    for act in ("b:{peer_post}", "b:{peer_post}:w:0", "b:{peer_post}:d:0", "b:{peer_post}:h"):
        yield entries.PEERS, _About(act, "something that the parent said in a group of the mentor's", _MENTOR)
    for act in ("t:{peer_group}", "z:{peer_group}", "z:{peer_group}:s:60", "z:{peer_group}:wt", "z:{peer_group}:l:0"):
        yield entries.PEERS, _About(act, "a group of the mentor's", _MENTOR)
    for act in ("", ":u", ":m:d:0", ":r:1:t"):
        about = f"t:{{peer_group}}:{{peer_member}}{act}"
        yield entries.PEERS, _About(about, "a member of a group of the mentor's", _MENTOR)


ABOUT: tuple[tuple[str, _About], ...] = (
    *_records(),
    *_coming(),
    *_kindreflex(),
    *_appointments(),
    *_reports(),
    *_peers(),
    *_weeks_and_bridge(),
    *_rooms(),
    *_moderation(),
    *((entries.KEPT, _About(f"{which}:0", "", _who(Who.PARENT))) for which in ("b", "k", "k.note")),
    (entries.KEPT, _About("l:0", "", _who(Who.PARENT))),
    (entries.KEPT, _About("m:0", "", _who(Who.PARENT))),
    (entries.KEPT, _About("s:0", "", _who(Who.PARENT))),
    (entries.GUIDED, _About("l:0", "", _who(Who.MENTOR))),
    (entries.GUIDED, _About("t:0", "", _who(Who.MENTOR))),
    (entries.GUIDED, _About("c:{family}:l0", "the family", _MENTOR)),
    (entries.GUIDED, _About("o:{family}:0", "the family", _MENTOR)),
    (entries.GUIDED, _About("g:{family}", "the family", _MENTOR)),
    *((entries.ORGANISED, _About(f"{which}:0", "", _who(Who.COORDINATOR))) for which in ("m", "i")),
    (entries.ORGANISED, _About("s:{announcement}", "a message of one's own to everybody", _who(Who.COORDINATOR))),
    (entries.ORGANISED, _About("w:{invitation}:0", "a link that a mentor made", _who(Who.COORDINATOR))),
    (entries.ORGANISED, _About("y:{invitation}:0", "a link that a mentor made", _who(Who.COORDINATOR))),
    (workbook.OWN, _About("m:202703:0", "", _who(Who.PARENT))),
    (workbook.OWN, _About("w:month:2027-03", "", _who(Who.PARENT))),
    (workbook.FAMILY, _About("{family}:m:202703:0", "the family", _MENTOR)),
    (entries.LOOKED, _About("l:0", "", _who(Who.PARENT))),
    (answering.NOT_FOR, _About("{letter}:text", "a letter of the parent to the mentor", _PARENT)),
    (following.AGAIN, _About("{missed}:0", "a message of the mentor that did not arrive", _MENTOR)),
    (alerting.ALERT_BUTTON, _About("{alert}", "the parent's call for a person", _MENTOR)),
    (alerting.ALERT_BUTTON, _About("{alert}:over", "the parent's call for a person", _PARENT)),
)
"""What buttons are about, by kind. Flows, screens and the help card have rows by what the content holds."""
_BY_CONTENT = frozenset({menus.SHOW_SCREEN, menus.START_FLOW, HELP})


@dataclass(frozen=True, slots=True)
class _Link:
    """An invitation: for which role, made by whom."""

    role: Role
    maker: Actor | None
    asks: str
    about: str


_LINKS = (
    _Link(Role.PARENT, Actor.MENTOR, "{for_parent}", "a fresh link for a parent"),
    _Link(Role.PARENT, Actor.PARENT, "{for_co_parent}", "a fresh link for the other parent"),
    _Link(Role.MENTOR, Actor.COORDINATOR, "{for_mentor}", "a fresh link for a mentor"),
    _Link(Role.COORDINATOR, None, "{for_coordinator}", "a fresh link for a coordinator"),
)
_SPENT = (
    ("{used}", "a link that was used"),
    ("{expired}", "a link that is too old"),
    ("{held}", "a link that somebody else opened"),
    ("{guessed}", "a code that was never given out"),
)


def doors(library: Library, cards: HelpCards) -> list[Door]:
    """Every row, in order. Raises KeyError for a kind of button without a rule."""
    unruled = BUTTONS.keys() - {verb for verb, _ in ABOUT} - _BY_CONTENT
    if unruled:
        raise KeyError(f"buttons without a rule: {', '.join(sorted(unruled))}")
    return [
        *_commands(library),
        *_flows(library),
        *_screens(library),
        *_help(library, cards),
        *_buttons(),
        *_of_a_family(library),
        *_links(),
    ]


def _commands(library: Library) -> Iterator[Door]:
    yield Door(Sort.COMMAND, "/hulp", EVERYBODY)
    for word, command in COMMANDS.items():
        allowed = _who(command.who)
        yield Door(Sort.COMMAND, f"/{word}", allowed if word in ALSO_BEFORE else allowed - {Actor.STRANGER})
    for _, flow in sorted(library.flows.items()):
        if flow.command:
            yield Door(Sort.COMMAND, f"/{flow.command}", *_of_flow(flow))


def _flows(library: Library) -> Iterator[Door]:
    for name, flow in sorted(library.flows.items()):
        yield Door(Sort.FLOW, f"{menus.START_FLOW}:{name}", *_of_flow(flow))


def _of_flow(flow: Flow) -> tuple[frozenset[Actor], str]:
    """Who may start a flow, and what it is about; a gated one is on for the family."""
    allowed = NOBODY if flow.flow == LOOSE_FLOW else _who(audience(flow.audience))
    return (allowed & _ITS_PARENTS, "gated, on for the family") if flow.gated else (allowed, "")


def _screens(library: Library) -> Iterator[Door]:
    for name, screen in sorted(library.screens.items()):
        yield Door(Sort.SCREEN, f"{menus.SHOW_SCREEN}:{name}", _who(audience(screen.audience)))


def _help(library: Library, cards: HelpCards) -> Iterator[Door]:
    for region in cards.regions:
        yield Door(Sort.BUTTON, f"{HELP}:{region}", EVERYBODY)
    for name in filter(cards.offers, sorted(library.flows)):
        allowed = EVERYBODY if cards.is_for_anybody(name) else _who(audience(library.flows[name].audience))
        yield Door(Sort.BUTTON, f"{HELP}:{name}", allowed)


def _buttons() -> Iterator[Door]:
    for verb, one in ABOUT:
        yield Door(Sort.BUTTON, f"{verb}:{one.rest}", one.allowed & _who(BUTTONS[verb].who), one.about)
    yield Door(Sort.BUTTON, "{answer}", _PARENT, "a button under a question to the parent")


def _of_a_family(library: Library) -> Iterator[Door]:
    """What a mentor does for a family from its card: its screens, and the flows that are about families."""
    for name in sorted(library.screens):
        if name.startswith(guided.OF_A_FAMILY):
            yield Door(Sort.BUTTON, f"{entries.GUIDED}:s:{{family}}:{name}", _MENTOR, "the family")
    for name, flow in sorted(library.flows.items()):
        if flow.about and flow.about.source in guided.LISTS_OF_FAMILIES:
            yield Door(Sort.BUTTON, f"{entries.GUIDED}:d:{{family}}:{name}", _MENTOR, "the family")


def _links() -> Iterator[Door]:
    for link in _LINKS:
        allowed = (actor for actor, role in ROLES.items() if role != link.role and actor != link.maker)
        yield Door(Sort.LINK, f"/start {link.asks}", frozenset(allowed), link.about)
    for asks, about in _SPENT:
        yield Door(Sort.LINK, f"/start {asks}", NOBODY, about)


def as_table(rows: Iterable[Door]) -> str:
    """The rows as a Markdown table."""
    lines = [
        f"| what | about | {' | '.join(Actor)} |",
        f"| --- | --- |{' --- |' * len(Actor)}",
    ]
    for door in rows:
        cells = ("yes" if actor in door.allowed else "" for actor in Actor)
        lines.append(f"| {door.sort} `{door.asks}` | {door.about} | {' | '.join(cells)} |")
    return "\n".join(lines)
