"""What flows do with peer groups: begin one, invite, come in under a chosen name, close.

Each action looks up anew which groups this person guides, or may come into, at that moment.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import timedelta

from bot.care import consents, groups, peer_names, peer_weeks, people, quiet
from bot.care.consents import Purpose
from bot.care.families import spoken
from bot.care.groups import CLOSED, INVITED, LARGEST, OPEN, RELAY, SMALLEST, Place, Settings
from bot.care.people import Person, Role
from bot.care.rituals import EVERY_DAY
from bot.conversation import outgoing, peer_facts, peer_leaving, peer_rooms
from bot.conversation.actions.common import NotAllowed, me, named
from bot.conversation.incoming import Message, Tapped
from bot.conversation.turn import Turn
from bot.screens.entries import PEERS
from flows.engine.dutch.spoken import spoken_date
from flows.engine.state import Key, Ref, Request, Value
from flows.engine.templates import enumerate_dutch

LONGEST_NAME, LONGEST_THEME = 40, 80
"""In characters."""
LINK_FOR = timedelta(hours=72)
NAMES = "peer_names"
_IDEAS = 5
_EVERYBODY = (groups.IN, groups.LEFT, groups.REMOVED)
_DAYS = {"all": EVERY_DAY, "week": peer_facts.WEEKDAYS}
_LINKS = ("://", "@", "t.me", "www.")
_SECRET_BYTES = 16


# --- beginning and changing one ---------------------------------------------------------------------------------------


def found_group(turn: Turn, request: Request) -> Value | None:
    """A new group, guided by who asks; nothing when its name cannot be."""
    maker, given = _professional(turn), request.arguments
    name, theme = _line(given["name"], LONGEST_NAME), _line(given.get("theme", ""), LONGEST_THEME, may_be_empty=True)
    size, days = _size(given["size"]), _days(given["days"])
    if not name or theme is None or not size or not days:
        return None
    settings = Settings(name, theme, days)
    group = groups.found(turn.connection, turn.host.vault, maker, size, settings, turn.now)
    turn.facts.knows_groups = True
    return Ref("guided_groups", str(group.id))


def change_group(turn: Turn, request: Request) -> Value | None:
    """Another name, theme, size or days for a group; its members read it there."""
    place, given = _guided(turn, request), request.arguments
    if place is None or place.group.status != OPEN:
        return None
    what, value, group = given["what"], given["value"], place.group
    settings = group.settings
    if what == "size":
        size = _size(value)
        if not size:
            return None
        groups.set_size(turn.connection, group.id, size)
        turn.facts.forget()
        peer_leaving.say(turn, group, "peer_changed_size", size=size)
        return "yes"
    if what == "days" and (days := _days(value)):
        settings = replace(settings, days=days)
    elif what == "name" and (name := _line(value, LONGEST_NAME)):
        settings = replace(settings, name=name)
    elif what == "theme" and (theme := _line(value, LONGEST_THEME)):
        settings = replace(settings, theme=theme)
    else:
        return None
    groups.change(turn.connection, turn.host.vault, group, settings)
    peer_weeks.set_timers(turn.connection, turn.host.vault, replace(group, settings=settings), turn.now)
    told = {"name": settings.name, "theme": settings.theme, "days": peer_facts.days_in_words(settings.days)}
    if group.kind == RELAY:
        peer_leaving.say(turn, replace(group, settings=settings), f"peer_changed_{what}", **told)
    return "yes"


def add_guide(turn: Turn, request: Request) -> Value | None:
    """A colleague guides the group too, and hears of it; answers the name, or nothing when that cannot be."""
    place, other = _guided(turn, request), _other(turn, request.refs.get("colleague", ""), "group_colleagues")
    if place is None or other is None or place.group.status != OPEN:
        return None
    if other.blocked or not other.roles & (Role.MENTOR | Role.COORDINATOR):
        return None
    if place.group.kind == RELAY:
        peer_leaving.say(turn, place.group, "peer_guide_added", name=other.name)
    groups.moderate(turn.connection, turn.host.vault, place.group.id, other, turn.now)
    by = spoken(me(turn).name)
    rows = [[Key(turn.plain("gated_open"), f"{PEERS}:o:{place.group.id}")]]
    peer_leaving.tell(turn, other, turn.text("peer_you_guide", by=by, name=spoken(place.group.name)), rows)
    return spoken(other.name)


def _size(written: str) -> int:
    size = int(written) if written.isascii() and written.isdecimal() and len(written) < 3 else 0
    return size if SMALLEST <= size <= LARGEST else 0


def _days(written: str) -> str:
    """The days as they are kept; empty when there are none."""
    days = "".join(sorted(set(_DAYS.get(written, written))))
    return days if set(days) <= set(EVERY_DAY) else ""


def _line(typed: str, most: int, *, may_be_empty: bool = False) -> str | None:
    """One line that leads nowhere; None when it cannot be."""
    line = peer_names.cleaned(typed)
    if len(line) > most or any(sign in line.casefold() for sign in _LINKS):
        return None
    return line if line or may_be_empty else None


# --- inviting ---------------------------------------------------------------------------------------------------------


def invite_to_group(turn: Turn, request: Request) -> Value | None:
    """Asks a parent of this mentor's into a group; answers the name, or nothing when that cannot be."""
    place, parent = _guided(turn, request), _other(turn, request.refs.get("asked", ""), "group_parents")
    if place is None or parent is None or place.group.status != OPEN or parent.has_stopped or parent.blocked:
        return None
    groups.invite(turn.connection, place.group.id, parent.id, turn.now)
    group = place.group
    scope = {"by": spoken(me(turn).name), "name": spoken(group.name), "theme": spoken(group.settings.theme)}
    rows = [
        [Key(turn.plain("peer_asks_in_yes"), f"{PEERS}:u:{group.id}:j")],
        [Key(turn.plain("peer_asks_in_no"), f"{PEERS}:u:{group.id}:n")],
    ]
    call = outgoing.send(turn.text("peer_asks_in", **scope), rows)
    turn.call_elsewhere(parent.chat_id, call, not_before=quiet.rests_until(parent, turn.now))
    return spoken(parent.name)


def group_link(turn: Turn, request: Request) -> Value | None:
    """A new link by which parents come into a group, in place of the one before."""
    place = _guided(turn, request)
    if place is None or place.group.status != OPEN or place.group.kind != RELAY:
        return None
    secret, until = secrets.token_urlsafe(_SECRET_BYTES), (turn.now + LINK_FOR).isoformat()
    settings = replace(place.group.settings, link=secret, link_until=until)
    groups.change(turn.connection, turn.host.vault, place.group, settings)
    return turn.host.link(f"{peer_rooms.LINK}{place.group.id}-{secret}")


# --- coming in --------------------------------------------------------------------------------------------------------


def suggest_group_names(turn: Turn, request: Request) -> Value | None:
    """Some names that nobody in the group has, in the order of the deck, after the one that was offered before; from
    another place for each who comes in."""
    place = _invited(turn, request)
    if place is None:
        return None
    deck = {name: str(one.fields["name"]) for name, one in turn.host.library.decks[NAMES].entries.items()}
    everybody = groups.members(turn.connection, turn.host.vault, place.group.id, *_EVERYBODY)
    free = groups.free_names(turn.connection, turn.host.vault, place.group.id, deck.values())
    own, order, after = peer_facts.own_names(turn.facts), list(deck), request.arguments.get("after", "")
    start = order.index(after) + 1 if after in deck else _IDEAS * len(groups.parents(everybody))
    turned = [order[(start + step) % len(order)] for step in range(len(order))]
    fits = [name for name in turned if deck[name] in free and not peer_names.problem_with(deck[name], own)]
    return [Ref(f"deck:{NAMES}", name) for name in fits[:_IDEAS]] or None


def check_group_name(turn: Turn, request: Request) -> Value | None:
    """Why a name cannot be had in the group; nothing when it can."""
    place = _invited(turn, request)
    return _problem(turn, place, request.arguments["name"]) if place else None


def _problem(turn: Turn, place: Place, typed: str) -> str | None:
    came = turn.incoming
    told = came.first_name if isinstance(came, Message | Tapped) else ""
    problem = peer_names.problem_with(typed, peer_facts.own_names(turn.facts, told))
    if problem:
        return problem
    name, besides = peer_names.cleaned(typed), place.member.id
    free = groups.is_free(turn.connection, turn.host.vault, place.group.id, name, besides=besides)
    return None if free else "taken"


def join_group(turn: Turn, request: Request) -> Value | None:
    """The parent comes in under this name, with a yes to the rules; answers yes, taken, full, or nothing when the
    group is not open to them."""
    place = _invited(turn, request)
    if place is None:
        return None
    own, group = me(turn), place.group
    before = place.member.name
    name = before or peer_names.cleaned(request.arguments["name"])
    if not before and (problem := _problem(turn, place, name)):
        return "taken" if problem == "taken" else None
    if why := groups.may_join(turn.connection, turn.host.vault, group, place.member, name):
        return None if why == "closed" else why
    peer_leaving.say(turn, group, "peer_joined", name=name)  # To the others: who comes in reads the card.
    groups.join(turn.connection, turn.host.vault, group, place.member, name, turn.now)
    consents.give(turn.connection, own.id, Purpose.GROUP, turn.now)
    turn.facts.forget()
    return "yes"


def show_group(turn: Turn, request: Request) -> Value | None:
    """The card of a group, as a message of its own."""
    place = peer_rooms.place_of(turn, _number(request.refs.get("group", "")))
    if place:
        peer_rooms.show_card(turn, place)
    return None


# --- leaving and closing ----------------------------------------------------------------------------------------------


def leave_groups(turn: Turn, request: Request) -> Value | None:
    """Out of every group; answers what these are called, or nothing."""
    withdraw = request.arguments["posts"] == "withdraw"
    return enumerate_dutch(peer_leaving.leave_all(turn, me(turn), withdraw=withdraw)) or None


def close_group(turn: Turn, request: Request) -> Value | None:
    """Begins the goodbye round of a group, or closes it at once; answers until when the round is or when its content
    goes, in words, or nothing when it was closed."""
    place = _guided(turn, request)
    moment = peer_leaving.close(turn, place.group, request.arguments["round"]) if place else None
    if moment is None:
        return None
    return spoken_date(moment.astimezone(turn.facts.local.tzinfo).date(), turn.facts.local.date())


# --- shared -----------------------------------------------------------------------------------------------------------


def _professional(turn: Turn) -> Person:
    person = me(turn)
    if not person.roles & (Role.MENTOR | Role.COORDINATOR):
        raise NotAllowed("only mentors and coordinators begin a group")
    return person


def _guided(turn: Turn, request: Request) -> Place | None:
    """The place of who asks in the group, if they guide it and it is not over."""
    _professional(turn)
    place = peer_rooms.place_of(turn, _number(request.refs.get("group", "")))
    return place if place and place.member.moderates and place.group.status != CLOSED else None


def _invited(turn: Turn, request: Request) -> Place | None:
    """The place that somebody may take in the group."""
    own, group_id = me(turn), _number(request.refs.get("group", ""))
    if Role.PARENT not in own.roles:
        raise NotAllowed("only parents come into a group by an invitation")
    found = groups.places(turn.connection, turn.host.vault, own.id, INVITED)
    return next((one for one in found if one.group.id == group_id and one.group.status == OPEN), None)


def _other(turn: Turn, written: str, source: str) -> Person | None:
    """Somebody from a list that holds them by group: "12-3"; None when they are not in it (any more)."""
    listed = turn.facts[source]
    there = isinstance(listed, list) and any(one["id"] == written for one in listed)
    number = _number(written.partition("-")[2])
    return people.by_id(turn.connection, turn.host.vault, number) if there and number else None


def _number(written: str) -> int:
    """An id as written; 0 when it is none."""
    number = int(written) if written.isascii() and written.isdecimal() and len(written) <= 19 else 0
    return number if number < 2**63 else 0


ACTIONS = named(
    found_group,
    change_group,
    add_guide,
    invite_to_group,
    group_link,
    suggest_group_names,
    check_group_name,
    join_group,
    show_group,
    leave_groups,
    close_group,
)
