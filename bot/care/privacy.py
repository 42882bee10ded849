"""Erasing: every row of a person, of a chat, or of a family that nobody is in any more.

Does not know what is in the rows, nor what Telegram keeps.
"""

from __future__ import annotations

from sqlalchemy import Connection, and_, delete, func, not_, or_, select, update

from bot.care import looks
from bot.care.alerts import hurry
from bot.care.people import Person
from bot.store import tables, traces


def erase(connection: Connection, person: Person) -> None:
    """Deletes everything of a person, and of the family when nobody is left in it. Answers under way still go out."""
    own, invitations = person.id, tables.invitations
    if person.family_id:
        _hold_family(connection, person.family_id)
    looks.hold(connection, own)  # Somebody may just now be opening something; their look goes too.
    forget_chat(connection, person.chat_id)
    hurry(connection, own)
    _erase_alerts(connection, own)
    connection.execute(delete(tables.looks).where(tables.looks.c.owner_id == own))
    for table in (tables.records, tables.consents, tables.child_words, tables.flow_uses, tables.reminder_log):
        connection.execute(delete(table).where(table.c.person_id == own))
    connection.execute(update(tables.switches).where(tables.switches.c.by_person == own).values(by_person=None))
    connection.execute(
        delete(tables.letters).where(or_(tables.letters.c.from_person == own, tables.letters.c.to_person == own))
    )
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
    connection.execute(delete(tables.invitations).where(tables.invitations.c.family_id == family_id))
    connection.execute(delete(tables.switches).where(tables.switches.c.family_id == family_id))
    connection.execute(delete(tables.children).where(tables.children.c.family_id == family_id))
    connection.execute(delete(tables.families).where(tables.families.c.id == family_id))
