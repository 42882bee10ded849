"""The groups of somebody: the list, the card of each, how posts come, and for who guides one its people.

Everything is shown in place of the message that was tapped. Each tap looks up anew whether this person is in that group
at that moment. Does not know what is said in it, nor how somebody leaves: that is `peer_leaving`.
"""

from __future__ import annotations

import hmac
import re
from datetime import datetime

from bot.care import groups, people, posts
from bot.care.families import spoken
from bot.care.groups import CLOSED, CLOSING, IN, INVITED, LEFT, LINKED, OPEN, Group, Member, Place, Wants
from bot.care.people import Person, Role
from bot.care.posts import Post
from bot.conversation import digests, linked, moderating, peer_facts, relay
from bot.conversation.turn import Turn
from bot.screens import menus
from bot.screens.entries import MAX_LABEL, PEERS, Rows
from bot.store.types import MAX_ID, read_id
from flows.engine.dutch.spoken import spoken_date
from flows.engine.state import Key, Ref
from flows.engine.templates import enumerate_dutch, excerpt, render

MINE, GUIDED = "groups", "guided_groups"
"""The lists: of a parent, and of a mentor or coordinator."""
LINK = "groep-"
"""How the code of a link begins by which parents come into a group, before the group's id and its secret."""
JOIN, REMINDER_HOURS = "peer_join", "reminder_hours"
ABOUT_A_GROUP = {"i": "peer_invite", "c": "peer_group_change", "g": "peer_guide", "s": "peer_close"}
"""The flows about a group that start from its card, by the letter of their button."""
TIMES = ("08:00", "12:00", "18:00", "20:00", "21:30")
"""When everything may come together."""
_WANTED: dict[str, Wants] = {"each": "each", "digest": "digest", "quiet": "quiet"}
_CARD = re.compile(r"([0-9]{1,19})(?::([rn]))?")
_WANTS = re.compile(r"([0-9]{1,19})(?::([a-z]{4,6}|t[0-9]{4}))?")
_PEOPLE = re.compile(r"([0-9]{1,19}):([wigcsjn])")
_UNINVITE = re.compile(r"t:([0-9]{1,19})")


# --- lists ------------------------------------------------------------------------------------------------------------


def show_mine(turn: Turn, message_id: int | None = None) -> None:
    """The groups that this parent is in or may come into, and those they left whose words still stand there."""
    if turn.person is None:
        return
    inside = _places(turn, turn.person, IN, INVITED, LEFT)
    found = [one for one in inside if not one.member.moderates and _is_of_use(turn, one)]
    _show_list(turn, MINE, "peer_list_none", found, message_id)


def _is_of_use(turn: Turn, place: Place) -> bool:
    """Whether there is something to do with it: a group that is over, or was left, as long as own words stand there."""
    status = place.member.status
    if status == INVITED:
        return place.group.status == OPEN
    if status == LEFT:
        return groups.wrote(turn.connection, place.member.id)
    return True


def show_guided(turn: Turn, message_id: int | None = None) -> None:
    """The groups that this person guides."""
    if turn.person is None:
        return
    found = [one for one in _places(turn, turn.person, IN) if one.member.moderates and one.group.status != CLOSED]
    _show_list(turn, GUIDED, "peer_list_none_guided", found, message_id)


def _places(turn: Turn, person: Person, *statuses: str) -> list[Place]:
    return groups.places(turn.connection, turn.host.vault, person.id, *statuses)


def _show_list(turn: Turn, screen: str, none: str, found: list[Place], message_id: int | None) -> None:
    text, below = menus.show(turn.host.library.screens[screen], turn.facts, may_start=turn.may_start)
    rows = [[_list_key(turn, one)] for one in found]
    if screen == GUIDED:
        rows = [*map(list, moderating.queue_row(turn)), *rows]
    if screen == GUIDED and turn.person:
        menu = "menu_mentor" if Role.MENTOR in turn.person.roles else "menu_coordinator"
        rows.append([_key(turn, "peer_key_link", linked.LINK)])
        below = [*below, [_key(turn, "page_back", f"{menus.SHOW_SCREEN}:{menu}")]]
    turn.show(text if found else turn.text(none), [*rows, *below], message_id)


def _list_key(turn: Turn, place: Place) -> Key:
    group, status = place.group, place.member.status
    if status == LEFT:
        return _key(turn, "peer_left_label", f"{PEERS}:v:{group.id}:o", name=spoken(group.name))
    scope = {"name": spoken(group.name), "invited": status == INVITED, "status": group.status}
    token = f"{PEERS}:u:{group.id}:j" if status == INVITED else f"{PEERS}:o:{group.id}"
    return _key(turn, "peer_list_label", token, **scope)


def show_any(turn: Turn) -> None:
    """What somebody means who asks for the groups: the one card, or the list."""
    if turn.person is None:
        return
    inside = _places(turn, turn.person, IN, INVITED)
    there = [one for one in inside if one.group.status != CLOSED]
    if len(there) == 1 and there[0].member.is_in:
        show_card(turn, there[0])
        return
    guides = bool(turn.person.roles & (Role.MENTOR | Role.COORDINATOR))
    if guides:
        show_guided(turn)
    if Role.PARENT in turn.person.roles:
        show_mine(turn)


def list_tapped(turn: Turn, rest: str, message_id: int | None) -> bool:
    """Back to the list, of those groups that somebody came from."""
    if rest not in ("", "g") or turn.person is None:
        return False
    guides = bool(turn.person.roles & (Role.MENTOR | Role.COORDINATOR))
    if guides and (rest == "g" or Role.PARENT not in turn.person.roles):
        show_guided(turn, message_id)
    else:
        show_mine(turn, message_id)
    return True


# --- the card ---------------------------------------------------------------------------------------------------------


def card_tapped(turn: Turn, rest: str, message_id: int | None) -> bool:
    """The card of a group, its rules, or what was said since; False when this person is not in it now."""
    found = _CARD.fullmatch(rest)
    place = place_of(turn, int(found[1])) if found else None
    if found is None or place is None:
        return False
    if found[2] == "n":
        _catch_up(turn, place)
    elif found[2]:
        _show_rules(turn, place, message_id)
    else:
        show_card(turn, place, message_id)
    return True


def show_card(turn: Turn, place: Place, message_id: int | None = None) -> None:
    """What somebody wants to know of a group at a glance, and what they can do there."""
    group, member = place.group, place.member
    inside = groups.members(turn.connection, turn.host.vault, group.id)
    text = turn.text(
        "peer_card",
        name=spoken(group.name),
        theme=spoken(group.settings.theme),
        guide=member.moderates,
        own=spoken(member.name),
        linked=group.kind == LINKED,
        names=enumerate_dutch([spoken(one.name) for one in groups.parents(inside)]),
        guides=peer_facts.guides_of(turn.facts, inside),
        closing=_day(turn, group.closes_at) if group.status == CLOSING else "",
        closed=group.status == CLOSED,
        gone=_day(turn, group.closes_at) if group.status == CLOSED else "",
        days=peer_facts.days_in_words(group.settings.days) if group.status == OPEN else "",
        wants=member.wants,
        at=member.digest_time.replace(":", "."),
    )
    turn.show(text, _card_rows(turn, place), message_id)


def _card_rows(turn: Turn, place: Place) -> Rows:
    group, member = place.group, place.member
    back = f"{PEERS}:l:g" if member.moderates else f"{PEERS}:l"
    rows: Rows = []
    if group.status != CLOSED and group.kind != LINKED:
        rows.append([_key(turn, "peer_key_speak", f"{PEERS}:x:{group.id}")])
    if group.kind != LINKED and _unread(turn, place):
        rows.append([_key(turn, "peer_key_catch_up", f"{PEERS}:o:{group.id}:n")])
    how = []
    if group.status != CLOSED and group.kind != LINKED:
        how.append(_key(turn, "peer_key_wants", f"{PEERS}:d:{group.id}"))
    if group.kind != LINKED and not member.moderates:
        how.append(_key(turn, "peer_key_rules", f"{PEERS}:o:{group.id}:r"))
    if how:
        rows.append(how)
    if member.moderates:
        rows += _guide_rows(turn, group)
    elif group.status == OPEN:
        rows.append([_key(turn, "peer_key_this_week", f"{PEERS}:e:{group.id}")])
    if group.kind != LINKED:
        rows.append([_key(turn, "peer_key_leave", f"{PEERS}:v:{group.id}")])
    return [*rows, [_key(turn, "page_back", back)]]


def _guide_rows(turn: Turn, group: Group) -> Rows:
    keys = []
    if group.kind != LINKED:
        keys.append(_key(turn, "peer_key_people", f"{PEERS}:u:{group.id}:w"))
    if group.status == OPEN:
        if group.kind != LINKED:
            keys.append(_key(turn, "peer_key_invite", f"{PEERS}:u:{group.id}:i"))
            keys.append(_key(turn, "peer_key_change", f"{PEERS}:u:{group.id}:c"))
        keys.append(_key(turn, "peer_key_guide", f"{PEERS}:u:{group.id}:g"))
        keys.append(_key(turn, "peer_key_weeks", f"{PEERS}:e:{group.id}"))
    if group.status != CLOSED:
        keys.append(_key(turn, "peer_key_watch", f"{PEERS}:z:{group.id}"))
        keys.append(_key(turn, "peer_key_close", f"{PEERS}:u:{group.id}:s"))
    return [keys[at : at + 2] for at in range(0, len(keys), 2)]


def _unread(turn: Turn, place: Place) -> list[Post]:
    """What others said since this member last heard of the group: the newest of it."""
    since = place.member.read_number
    fresh = posts.since(turn.connection, turn.host.vault, place.group.id, since, digests.AT_MOST)
    return [one for one in fresh if one.member_id != place.member.id and one.kind != posts.HOUR]


def _catch_up(turn: Turn, place: Place) -> None:
    some = _unread(turn, place)
    last = posts.last_number(turn.connection, place.group.id)
    posts.told(turn.connection, [place.member.id], last)
    if some:
        digests.send(turn, relay.look_of(turn, place.group, place.member, some), some)
    else:
        turn.say("peer_nothing_new", name=spoken(place.group.name))


def _show_rules(turn: Turn, place: Place, message_id: int | None) -> None:
    inside = groups.members(turn.connection, turn.host.vault, place.group.id)
    guides = peer_facts.guides_of(turn.facts, inside)
    text = turn.text("peer_rules", name=spoken(place.group.name), guides=guides)
    turn.show(text, [[_to_card(turn, place.group)]], message_id)


# --- how posts come ---------------------------------------------------------------------------------------------------


def wants_tapped(turn: Turn, rest: str, message_id: int | None) -> bool:
    """How somebody wants to hear what is said: shows the choice, or sets it."""
    found = _WANTS.fullmatch(rest)
    place = place_of(turn, int(found[1])) if found else None
    if found is None or place is None or turn.person is None:
        return False
    if found[2]:
        wish = _wish(found[2], place.member)
        if wish is None:
            return False
        groups.set_wants(turn.connection, turn.person, place.member, *wish, turn.now)
        place = place_of(turn, place.group.id) or place
    _show_wants(turn, place, message_id)
    return True


def _wish(chosen: str, member: Member) -> tuple[Wants, str] | None:
    """What a button asks for: how posts come, and at what time together; None when there is no such choice."""
    if chosen[1:].isdecimal():
        at = f"{chosen[1:3]}:{chosen[3:]}"
        return ("digest", at) if at in TIMES else None
    wants = _WANTED.get(chosen)
    return (wants, member.digest_time) if wants else None


def _show_wants(turn: Turn, place: Place, message_id: int | None) -> None:
    group, member = place.group, place.member
    at = member.digest_time.replace(":", ".")
    parent = turn.may_start(REMINDER_HOURS)
    text = turn.text("peer_wants", name=spoken(group.name), wants=member.wants, at=at, parent=parent)
    others = [one for one in _WANTED if one != member.wants]
    rows: Rows = [[_key(turn, f"peer_wants_{one}", f"{PEERS}:d:{group.id}:{one}")] for one in others]
    if member.wants == "digest":
        times = [one for one in TIMES if one != member.digest_time]
        rows.append([Key(one.replace(":", "."), f"{PEERS}:d:{group.id}:t{one.replace(':', '')}") for one in times])
    if parent:
        rows.append([_key(turn, "peer_wants_hours", f"{menus.START_FLOW}:{REMINDER_HOURS}")])
    turn.show(text, [*rows, [_to_card(turn, group)]], message_id)


# --- who is there, and who may come in --------------------------------------------------------------------------------


def people_tapped(turn: Turn, rest: str, message_id: int | None) -> bool:
    """Who is in a group, flows about it, and the answer to an invitation; False for who may not."""
    if turn.person is None:
        return False
    if found := _UNINVITE.fullmatch(rest):
        return _uninvite(turn, turn.person, int(found[1]), message_id)
    found = _PEOPLE.fullmatch(rest)
    if found is None or int(found[1]) > MAX_ID:
        return False
    if found[2] in "jn":
        return _answer_invitation(turn, turn.person, int(found[1]), found[2] == "j", message_id)
    place = place_of(turn, int(found[1]))
    if place is None or not place.member.moderates:
        return False
    if found[2] == "w":
        _show_people(turn, turn.person, place, message_id)
        return True
    return start_about(turn, ABOUT_A_GROUP[found[2]], place.group.id)


def start_about(turn: Turn, name: str, group_id: int) -> bool:
    """Starts a flow about this group; False when this person may not."""
    flow = turn.host.library.flows.get(name)
    if flow is None or flow.about is None:
        return False
    turn.start(name, {flow.about.name: Ref(flow.about.source, str(group_id))})
    return turn.unexpected is None


def _answer_invitation(turn: Turn, person: Person, group_id: int, yes: bool, message_id: int | None) -> bool:
    there = _places(turn, person, INVITED)
    if not any(one.group.id == group_id and one.group.status == OPEN for one in there):
        return False
    if yes:
        return start_about(turn, JOIN, group_id)
    turn.show(turn.text("peer_asks_in_later"), (), message_id)
    return True


def _show_people(turn: Turn, person: Person, place: Place, message_id: int | None, lead: str = "") -> None:
    """Names of their own choosing, in order of the alphabet, so that nobody can tell who came in when."""
    group = place.group
    everybody = groups.members(turn.connection, turn.host.vault, group.id)
    lines = [turn.plain("peer_person_guide", name=spoken(one.name)) for one in groups.moderators(everybody)]
    parents = sorted(groups.parents(everybody), key=lambda one: one.name.casefold())
    lines += [turn.plain("peer_person", name=spoken(one.name), tag=one.tag(turn.now)) for one in parents]
    asked = _asked_by(turn, person, group)
    waiting = groups.members(turn.connection, turn.host.vault, group.id, INVITED)
    text = turn.text(
        "peer_people",
        name=spoken(group.name),
        lines=lines,
        size=group.size,
        asked=enumerate_dutch([spoken(one.name) for _, one in asked]),
        others=len(waiting) - len(asked),
    )
    rows = [[_key(turn, "peer_uninvite", f"{PEERS}:u:t:{one.id}", name=spoken(who.name))] for one, who in asked]
    if parents:
        rows.insert(0, [_key(turn, "peer_key_members", f"{PEERS}:t:{group.id}")])
    turn.show("\n\n".join(part for part in (lead, text) if part), [*rows, [_to_card(turn, group)]], message_id)


def _asked_by(turn: Turn, person: Person, group: Group) -> list[tuple[Member, Person]]:
    """Who was asked and did not answer yet, of the parents whom this mentor guides: nobody else learns their names."""
    if Role.MENTOR not in person.roles:
        return []
    guided = {one.id: one for one in people.guided_by(turn.connection, turn.host.vault, person.id)}
    waiting = groups.members(turn.connection, turn.host.vault, group.id, INVITED)
    return [(one, guided[one.person_id]) for one in waiting if one.person_id in guided]


def _uninvite(turn: Turn, person: Person, member_id: int, message_id: int | None) -> bool:
    member = groups.member(turn.connection, turn.host.vault, member_id) if member_id <= MAX_ID else None
    place = place_of(turn, member.group_id) if member else None
    if member is None or place is None or not place.member.moderates:
        return False
    asked = {one.id: who for one, who in _asked_by(turn, person, place.group)}
    if member.id not in asked:
        return False
    groups.uninvite(turn.connection, member, turn.now)
    lead = turn.text("peer_uninvited", name=spoken(asked[member.id].name))
    _show_people(turn, person, place, message_id, lead)
    return True


# --- by a link --------------------------------------------------------------------------------------------------------


def by_link(turn: Turn, code: str) -> bool:
    """Somebody opened a link of a group; False when it opens nothing."""
    number, _, secret = code.removeprefix(LINK).partition("-")
    group = groups.by_id(turn.connection, turn.host.vault, read_id(number))
    if turn.person is None or group is None or not _opens(group, secret, turn.now):
        return False
    found = groups.places(turn.connection, turn.host.vault, turn.person.id, IN, LEFT, groups.REMOVED)
    known = next((one.member.status for one in found if one.group.id == group.id), "")
    if known == groups.REMOVED:
        return False
    if known == IN:
        turn.say("peer_link_in_already")
    elif Role.PARENT not in turn.person.roles:
        turn.say("peer_link_not_you")
    else:
        groups.invite(turn.connection, group.id, turn.person.id, turn.now)
        turn.facts.knows_groups = True
        turn.facts.forget()
        start_about(turn, JOIN, group.id)
    return True


def _opens(group: Group, secret: str, now: datetime) -> bool:
    settings = group.settings
    if not settings.link or group.status != OPEN:
        return False
    same = hmac.compare_digest(settings.link.encode(), secret.encode())
    return same and datetime.fromisoformat(settings.link_until) > now


# --- shared -----------------------------------------------------------------------------------------------------------


def place_of(turn: Turn, group_id: int) -> Place | None:
    """This person's place in the group, if they are in it now."""
    if turn.person is None or group_id > MAX_ID:
        return None
    return groups.place_of(turn.connection, turn.host.vault, turn.person.id, group_id)


def _day(turn: Turn, moment: datetime | None) -> str:
    local = turn.facts.local
    return spoken_date(moment.astimezone(local.tzinfo).date(), local.date()) if moment else ""


def _to_card(turn: Turn, group: Group) -> Key:
    return _key(turn, "page_back", f"{PEERS}:o:{group.id}")


def _key(turn: Turn, name: str, token: str, /, **scope: object) -> Key:
    return Key(excerpt(render(turn.host.library.texts[name], scope, html=False), MAX_LABEL), token)


HANDLES = {"o": card_tapped, "l": list_tapped, "d": wants_tapped, "u": people_tapped}
"""What the buttons of a group do that are of this module, by their letter."""
