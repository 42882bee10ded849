"""Erasing: every row of a person, of a chat, or of a family that nobody is in any more.

Does not know what is in the rows, nor what Telegram keeps.
"""

from __future__ import annotations

from sqlalchemy import Connection, and_, delete, func, not_, or_, select, update

from bot.care import group_ends, looks
from bot.care.alerts import hurry
from bot.care.people import Person
from bot.store import tables, traces

_OF_PERSON = (
    tables.records,
    tables.consents,
    tables.child_words,
    tables.flow_uses,
    tables.reminder_log,
    tables.additions,
    tables.follow_up_people,
)
_OF_FAMILY = (
    tables.proposals,
    tables.reports,
    tables.additions,
    tables.guidance,
    tables.appointments,
    tables.invitations,
    tables.switches,
    tables.children,
)
"""In this order: what points at another comes first."""


def erase(connection: Connection, person: Person) -> None:
    """Deletes everything of a person, and of the family when nobody is left in it. Answers under way still go out."""
    own, invitations = person.id, tables.invitations
    if person.family_id:
        _hold_family(connection, person.family_id)
    looks.hold(connection, own)  # Somebody may just now be opening something; their look goes too.
    group_ends.erase(connection, own, person.chat_id)
    forget_chat(connection, person.chat_id)
    hurry(connection, own)
    _erase_alerts(connection, own)
    connection.execute(delete(tables.looks).where(tables.looks.c.owner_id == own))
    for table in _OF_PERSON:
        connection.execute(delete(table).where(table.c.person_id == own))
    _erase_guidance_about(connection, own)
    _leave_guidance(connection, own)
    connection.execute(update(tables.switches).where(tables.switches.c.by_person == own).values(by_person=None))
    _erase_letters(connection, own)
    connection.execute(delete(invitations).where(invitations.c.made_by == own, invitations.c.used_at.is_(None)))
    connection.execute(update(invitations).where(invitations.c.made_by == own).values(made_by=None))
    connection.execute(delete(invitations).where(invitations.c.opened_by == person.chat_id))
    guided = tables.families.c.mentor_id == own
    connection.execute(update(tables.families).where(guided).values(mentor_id=None, mentor_looked_at=None))
    connection.execute(update(tables.people).where(tables.people.c.stand_in_id == own).values(stand_in_id=None))
    connection.execute(delete(tables.people).where(tables.people.c.id == own))
    if person.family_id and not _members(connection, person.family_id):
        _erase_family(connection, person.family_id)
    traces.note(connection)


def _erase_letters(connection: Connection, person_id: int) -> None:
    letters, follow_ups, receivers = tables.letters, tables.follow_ups, tables.follow_up_people
    own = select(letters.c.id).where(or_(letters.c.from_person == person_id, letters.c.to_person == person_id))
    connection.execute(update(letters).where(letters.c.answers_id.in_(own)).values(answers_id=None))
    connection.execute(delete(letters).where(or_(letters.c.from_person == person_id, letters.c.to_person == person_id)))
    sent = select(follow_ups.c.id).where(follow_ups.c.mentor_id == person_id)
    connection.execute(delete(receivers).where(receivers.c.follow_up_id.in_(sent)))
    connection.execute(delete(follow_ups).where(follow_ups.c.mentor_id == person_id))


def _erase_guidance_about(connection: Connection, person_id: int) -> None:
    """What was noted about this one parent, such as the scenes of an interview."""
    guidance = tables.guidance
    own = select(guidance.c.id).where(guidance.c.about_id == person_id)
    connection.execute(update(guidance).where(guidance.c.amends_id.in_(own)).values(amends_id=None))
    connection.execute(delete(guidance).where(guidance.c.about_id == person_id))


def _leave_guidance(connection: Connection, person_id: int) -> None:
    """What a professional noted belongs to the family, and stays there without them."""
    for column in (
        tables.appointments.c.mentor_id,
        tables.appointments.c.asked_by,
        tables.reports.c.mentor_id,
        tables.proposals.c.person_id,
        tables.guidance.c.author_id,
    ):
        connection.execute(update(column.table).where(column == person_id).values({column.name: None}))


def _erase_alerts(connection: Connection, person_id: int) -> None:
    alerts, calls = tables.alerts, tables.alert_calls
    own = select(alerts.c.id).where(alerts.c.person_id == person_id)
    connection.execute(delete(calls).where(or_(calls.c.alert_id.in_(own), calls.c.person_id == person_id)))
    connection.execute(delete(alerts).where(alerts.c.person_id == person_id))
    connection.execute(update(alerts).where(alerts.c.seen_by == person_id).values(seen_by=None))


def forget_chat(connection: Connection, chat_id: int) -> None:
    """Deletes what is kept of a conversation, and what was to be said unasked; a link opened in it is free again."""
    for table in (tables.timers, tables.answers, tables.conversations):
        connection.execute(delete(table).where(table.c.chat_id == chat_id))
    inbox, outbox, invitations = tables.inbox, tables.outbox, tables.invitations
    connection.execute(delete(inbox).where(inbox.c.chat_id == chat_id, inbox.c.status == "dead"))
    unasked = outbox.c.purpose.in_(("ritual", "notice", "letter"))
    under_way = and_(outbox.c.status.in_(("waiting", "sending")), not_(unasked))
    connection.execute(delete(outbox).where(outbox.c.chat_id == chat_id, not_(under_way)))
    opened = and_(invitations.c.opened_by == chat_id, invitations.c.used_at.is_(None))
    connection.execute(update(invitations).where(opened).values(opened_by=None))


def _hold_family(connection: Connection, family_id: int) -> None:
    """Makes the other members wait: of two who leave at once, the last must see that nobody is left."""
    families = tables.families
    connection.execute(select(families.c.id).where(families.c.id == family_id).with_for_update())


def _members(connection: Connection, family_id: int) -> int:
    return connection.execute(
        select(func.count()).select_from(tables.people).where(tables.people.c.family_id == family_id)
    ).scalar_one()


def _erase_family(connection: Connection, family_id: int) -> None:
    own_children = select(tables.children.c.id).where(tables.children.c.family_id == family_id)
    connection.execute(delete(tables.child_words).where(tables.child_words.c.child_id.in_(own_children)))
    own_meetings = select(tables.appointments.c.id).where(tables.appointments.c.family_id == family_id)
    around = tables.follow_ups.c.appointment_id.in_(own_meetings)
    connection.execute(update(tables.follow_ups).where(around).values(appointment_id=None, status="cancelled"))
    connection.execute(update(tables.guidance).where(tables.guidance.c.family_id == family_id).values(amends_id=None))
    for table in _OF_FAMILY:
        connection.execute(delete(table).where(table.c.family_id == family_id))
    connection.execute(delete(tables.families).where(tables.families.c.id == family_id))
