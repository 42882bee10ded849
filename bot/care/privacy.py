"""What is kept of a person, all of it: to hand over, and to erase.

Does not know what Telegram keeps.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, func, not_, or_, select, update

from bot.care import families, letters, people, records
from bot.care.families import Child
from bot.care.people import Person, Role
from bot.store import tables
from bot.store.types import new_id
from bot.store.vault import Vault

CONSENT_VERSION = 1


def agree(connection: Connection, person_id: int, purpose: str, now: datetime) -> None:
    """Writes down a yes, with the version of the words it was said to."""
    connection.execute(
        tables.consents.insert().values(
            id=new_id(now), person_id=person_id, purpose=purpose, version=CONSENT_VERSION, given_at=now
        )
    )


def everything_of(connection: Connection, vault: Vault, person: Person, now: datetime) -> dict[str, Any]:
    """All that is kept of a person, as JSON values with Dutch names, instants in UTC."""
    children = _children_ever(connection, vault, person, now)
    mentor = people.by_id(connection, vault, person.mentor_id) if person.mentor_id else None
    consents = connection.execute(select(tables.consents).where(tables.consents.c.person_id == person.id))
    sent = connection.execute(
        select(tables.letters).where(
            or_(tables.letters.c.from_person == person.id, tables.letters.c.to_person == person.id)
        )
    )
    names = {child.id: child.name for child, _ in children}
    rhythms = connection.execute(select(tables.timers).where(tables.timers.c.chat_id == person.chat_id))
    return {
        "naam": person.name,
        "regio": person.region,
        "tijdzone": person.zone.key,
        "rollen": [role.name.lower() for role in Role if role in person.roles and role.name],
        "mentor": mentor.name if mentor else None,
        "pauze_tot": person.paused_until.isoformat() if person.paused_until else None,
        "naam_in_herinnering": person.named_reminder,
        "kinderen": [
            {
                "naam": child.name,
                "leeftijd": child.age,
                "noemt_jou": child.calls_me,
                "aangesproken_met": _PRONOUNS[child.pronoun],
                "in_de_lijst": listed,
            }
            for child, listed in children
        ],
        "toestemming": [
            {"waarvoor": row.purpose, "versie": row.version, "gegeven": row.given_at.isoformat()} for row in consents
        ],
        "herinneringen": [
            {"soort": row.key, "tijd": row.local_time, "dagen": row.days} for row in rhythms if row.local_time
        ],
        "bewaard": [
            {
                "soort": record.kind,
                "dag": record.local_day.isoformat(),
                "kind": names.get(record.child_id or 0),
                "antwoorden": {
                    name: {"waarde": field.value, "zoals_gezegd": field.said} for name, field in record.fields.items()
                },
            }
            for record in records.of_person(connection, vault, person.id)
        ],
        "berichten": [
            {
                "wanneer": row.sent_at.isoformat(),
                "van_jou": row.from_person == person.id,
                "tekst": vault.open_text(letters.TEXT, row.id, row.text_sealed),
            }
            for row in sent
        ],
    }


_PRONOUNS = {"he": "hij", "she": "zij", "name": "de naam"}


def _children_ever(connection: Connection, vault: Vault, person: Person, now: datetime) -> list[tuple[Child, bool]]:
    """The children of the family, and whether they are still in the list."""
    if person.family_id is None:
        return []
    today = person.local(now).date()
    known = families.children_of(connection, vault, person.family_id, person.id, today, removed=True)
    listed = {child.id for child in families.children_of(connection, vault, person.family_id, person.id, today)}
    return [(child, child.id in listed) for child in known]


def erase(connection: Connection, person: Person) -> None:
    """Deletes everything of a person, and of the family when nobody is left in it. Answers under way still go out."""
    own, invitations = person.id, tables.invitations
    if person.family_id:
        _hold_family(connection, person.family_id)
    forget_chat(connection, person.chat_id)
    _erase_alerts(connection, own)
    connection.execute(delete(tables.looks).where(tables.looks.c.owner_id == own))
    for table in (tables.records, tables.consents, tables.child_words):
        connection.execute(delete(table).where(table.c.person_id == own))
    connection.execute(
        delete(tables.letters).where(or_(tables.letters.c.from_person == own, tables.letters.c.to_person == own))
    )
    connection.execute(delete(invitations).where(invitations.c.made_by == own, invitations.c.used_at.is_(None)))
    connection.execute(update(invitations).where(invitations.c.made_by == own).values(made_by=None))
    connection.execute(delete(invitations).where(invitations.c.opened_by == person.chat_id))
    connection.execute(update(tables.families).where(tables.families.c.mentor_id == own).values(mentor_id=None))
    connection.execute(update(tables.people).where(tables.people.c.stand_in_id == own).values(stand_in_id=None))
    connection.execute(delete(tables.people).where(tables.people.c.id == own))
    if person.family_id and not _members(connection, person.family_id):
        _erase_family(connection, person.family_id)


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
    under_way = and_(outbox.c.status.in_(("waiting", "sending")), outbox.c.purpose.not_in(("ritual", "notice")))
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
    connection.execute(delete(tables.children).where(tables.children.c.family_id == family_id))
    connection.execute(delete(tables.families).where(tables.families.c.id == family_id))
