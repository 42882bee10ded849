"""Coming in: the yes of a guest, and links for others."""

from __future__ import annotations

from bot.care import coming, consents, families, invitations, measurements, people, rituals
from bot.care.coming import Coming
from bot.care.consents import Purpose
from bot.care.people import Person, Role
from bot.conversation.actions.common import me, me_as, named
from bot.conversation.incoming import Message, Tapped
from bot.conversation.measure_facts import MEASURING_COMES
from bot.conversation.turn import Turn
from flows.engine.answers import MAX_NAME
from flows.engine.state import Request, Value


def join(turn: Turn, request: Request) -> Value | None:
    """Uses the open invitation: the guest becomes parent, co-parent, mentor or coordinator."""
    invitation = invitations.opened_by(turn.connection, turn.host.vault, turn.chat_id)
    if invitation is None or not invitations.use(turn.connection, invitation.id, turn.now):
        return None
    family_id = turn.person.family_id if turn.person else None
    if invitation.role is Role.PARENT and family_id is None:
        family_id = invitation.family_id or families.found(turn.connection, invitation.made_by, turn.now)
    if turn.person:
        roles = int(turn.person.roles | invitation.role)
        people.change(turn.connection, turn.person.id, roles=roles, family_id=family_id)
    else:
        people.add(
            turn.connection,
            turn.host.vault,
            chat_id=turn.chat_id,
            role=invitation.role,
            name=invitation.name or _first_name(turn),
            family_id=family_id,
            region=turn.host.default_region,
            zone=turn.host.default_zone.key,
            now=turn.now,
        )
    turn.refresh_person()
    if turn.person and turn.person.family_id:
        after = turn.now + rituals.FIRST_LOOK_BACK_AFTER
        rituals.set_look_back(turn.connection, turn.person, rituals.LOOK_BACK_DAY, after)
        _offer_measuring(turn, turn.person)
    return None


def _offer_measuring(turn: Turn, person: Person) -> None:
    """The first of a parent's own measurements is offered some days after coming in."""
    flow = turn.host.library.flows[MEASURING_COMES]
    if flow.comes:
        day = (person.local(turn.now) + measurements.FIRST_AFTER).date()
        at = coming.moment(person, day, measurements.AT)
        coming.once(turn.connection, person, Coming(MEASURING_COMES), at, flow.comes.useful)


def _first_name(turn: Turn) -> str:
    """What Telegram calls who comes in by a link without a name."""
    came = turn.incoming
    return " ".join(came.first_name.split())[:MAX_NAME] if isinstance(came, Message | Tapped) else ""


def agree(turn: Turn, request: Request) -> Value | None:
    """Writes down the parent's yes; a guest comes in by it."""
    if turn.person is None:
        join(turn, request)
    consents.give(turn.connection, me(turn).id, request.arguments.get("purpose", Purpose.USE), turn.now)
    return None


def _link(turn: Turn, role: Role, name: str, family_id: int | None = None) -> str:
    code = invitations.make(
        turn.connection,
        turn.host.vault,
        role=role,
        name=name,
        made_by=me(turn).id,
        now=turn.now,
        family_id=family_id,
    )
    return turn.host.link(code)


def invite_co_parent(turn: Turn, request: Request) -> Value | None:
    """A link into this parent's own family."""
    return _link(turn, Role.PARENT, "", me(turn).family_id)


def invite_parent(turn: Turn, request: Request) -> Value | None:
    """A link for a new family, guided by this mentor."""
    me_as(turn, Role.MENTOR)
    return _link(turn, Role.PARENT, request.arguments.get("name", ""))


def invite_mentor(turn: Turn, request: Request) -> Value | None:
    """A link for a new mentor."""
    me_as(turn, Role.COORDINATOR)
    return _link(turn, Role.MENTOR, request.arguments.get("name", ""))


ACTIONS = named(join, agree, invite_co_parent, invite_parent, invite_mentor)
