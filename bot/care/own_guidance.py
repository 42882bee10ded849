"""What is kept of the guidance of a person's family, as far as that person may read it: the part of `own_data` that
mentors and parents made together."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.care import appointments, guidance, kindreflex, kindreflex_record, people, reports, switches
from bot.care.appointment_rules import Appointment
from bot.care.people import Person, Role
from bot.store.vault import Vault


def switches_of(connection: Connection, vault: Vault, person: Person) -> list[dict[str, Any]]:
    """What the mentor switched on for the family."""
    if person.family_id is None:
        return []
    return [
        {
            "soort": one.flow,
            "door": people.name_of(connection, vault, one.by_person),
            "sinds": one.on_at.isoformat(),
            "waarom": one.why,
        }
        for one in switches.of_family(connection, vault, person.family_id)
    ]


def guidance_of(connection: Connection, vault: Vault, person: Person, children: dict[int, str]) -> list[dict[str, Any]]:
    """What a mentor noted that this parent may read."""
    return [
        {
            "soort": one.kind,
            "onderdeel": one.topic,
            "keer": one.round,
            "door": one.author,
            "dag": one.local_day.isoformat(),
            "kind": children.get(one.child_id or 0),
            "wat_er_staat": dict(one.entry),
        }
        for one in guidance.of_parent(connection, vault, person)
    ]


def record_of(connection: Connection, vault: Vault, person: Person) -> dict[str, Any]:
    """Whether professionals keep a record about the family, and what of it was talked about with this parent."""
    if person.family_id is None or Role.PARENT not in person.roles:
        return {"is_er": False, "besproken": []}
    return {
        "is_er": kindreflex_record.exists(connection, person.family_id),
        "besproken": [
            {
                "onderwerp": note.topic.value,
                "dag": note.day.isoformat(),
                "door": note.author,
                "wat_er_staat": [note[name] for name in kindreflex.FIELDS if note[name]],
                "aangevuld": [
                    {"dag": one.day.isoformat(), "door": one.author, "wat": one.text} for one in note.additions
                ],
            }
            for note in kindreflex_record.known_to(connection, vault, person)
        ],
    }


def appointments_of(connection: Connection, vault: Vault, person: Person) -> list[dict[str, Any]]:
    """The family's appointments with its mentor, or those of the families that a mentor guides."""
    found: list[Appointment] = []
    if person.family_id:
        found += appointments.of_family(connection, vault, person.family_id)
    if Role.MENTOR in person.roles:
        found += appointments.of_mentor(connection, vault, person.id)
    return [
        {
            "wanneer": one.starts_at.isoformat(),
            "minuten": one.minutes,
            "soort": one.kind,
            "met": people.name_of(connection, vault, one.mentor_id),
            "hoe_staat_het": one.status,
            "gevraagd_moment": instant(one.move_to),
            "door_jou_gevraagd": one.asked_by == person.id,
            "waar": one.details.where,
            "plek": one.details.place,
            "in_eigen_woorden": one.details.kind,
            "erbij_gezegd": one.details.note,
            "ouder_zei": one.details.parents_say,
        }
        for one in found
    ]


def reports_of(connection: Connection, vault: Vault, person: Person) -> list[dict[str, Any]]:
    """The reports that this parent may read; what is for professionals is not among them."""
    if person.family_id is None or Role.PARENT not in person.roles:
        return []
    return [
        {
            "dag": one.date.isoformat(),
            "geschreven_door": one.writer,
            "gegeven": one.given_at.isoformat(),
            "erbij": one.present,
            "besproken": one.discussed,
            "om_op_te_letten": one.attention,
            "voornemens": [
                {"wat": each.words, "hoe_staat_het": each.status, "door_jou": each.person_id == person.id}
                for each in one.resolutions
            ],
            "volgende_afspraak": one.next_appointment,
        }
        for one in reports.given_of_family(connection, vault, person.family_id)
    ]


def instant(moment: datetime | None) -> str | None:
    """A moment as it is handed over, in UTC."""
    return moment.isoformat() if moment else None
