"""Everything that is kept of a person, to hand over: values with Dutch names, for a page to read and a file to keep.

What somebody cannot find here, we do not have. Does not know what Telegram keeps, nor how it looks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from bot.care import (
    additions,
    coming,
    consents,
    families,
    follow_ups,
    groups,
    invitations,
    letters,
    looks,
    notes,
    own_guidance,
    people,
    posts,
    sharing,
    uses,
)
from bot.care.additions import Addition
from bot.care.families import Child
from bot.care.letters import Letter
from bot.care.own_guidance import instant
from bot.care.people import Person, Role
from bot.care.posts import Post
from bot.care.records import Record
from bot.care.sharing import Entry, With
from bot.store import tables, timers
from bot.store.vault import Vault
from flows.engine.values import dataclass

_PRONOUNS = {"he": "hij", "she": "zij", "name": "de naam"}
_WITH = {With.MENTOR: "mentor", With.CO_PARENT: "andere ouder", With.GROUP: "groep"}
_ANSWERS_WITH_FILES = ("voice", "photo")
_EVER_IN = (groups.IN, groups.LEFT, groups.REMOVED)
_IN_GROUPS = {groups.PARENT: "ouder", groups.MODERATOR: "begeleider"}
_STANDS = {groups.INVITED: "gevraagd", groups.IN: "erin", groups.LEFT: "weggegaan", groups.REMOVED: "weggehaald"}
_WANTS = {"each": "elk bericht", "digest": "een keer per dag", "quiet": "stil"}
_POSTS = {posts.TEXT: "tekst", posts.PHOTO: "foto", posts.VOICE: "stem", posts.STICKER: "sticker", posts.POLL: "poll"}


@dataclass(frozen=True, slots=True)
class Media:
    """A file that somebody sent or got: its id at Telegram, and its name in `everything_of`, to which Telegram knows
    the ending."""

    file_id: str
    name: str


Names = Mapping[str, str]
"""What the files are called, by their ids."""


def everything_of(connection: Connection, vault: Vault, person: Person, now: datetime) -> dict[str, Any]:
    """All that is kept of a person, as JSON values, instants in UTC. Lists are in order of time."""
    children = _children_ever(connection, vault, person, now)
    names = {child.id: child.name for child, _ in children}
    kept = sharing.all_of(connection, vault, person.id)
    posted = letters.of_person(connection, vault, person.id)
    added = additions.of_person(connection, vault, person.id)
    said = _said_in_groups(connection, vault, person)
    files = _names(kept, posted, added, said)
    return {
        "gemaakt_op": now.isoformat(),
        "naam": person.name,
        "rollen": [role.name.lower() for role in Role if role in person.roles and role.name],
        "mentor": people.name_of(connection, vault, person.mentor_id),
        "vervanger": people.name_of(connection, vault, person.stand_in_id),
        "instellingen": _settings(person),
        "herinneringen": _timers(connection, person),
        "kwam_vanzelf": [
            {"soort": one.what.flow, "wanneer": one.at.isoformat(), "kwam": one.outcome == coming.CAME}
            for one in coming.log_of(connection, person)
        ],
        "gebruikt": [{"soort": flow, "keren": times} for flow, times in sorted(uses.of(connection, person.id).items())],
        "aangezet": own_guidance.switches_of(connection, vault, person),
        "afspraken": own_guidance.appointments_of(connection, vault, person),
        "verslagen": own_guidance.reports_of(connection, vault, person),
        "toegevoegd": [_addition(one, files) for one in added],
        "begeleiding": own_guidance.guidance_of(connection, vault, person, names),
        "dossier": own_guidance.record_of(connection, vault, person),
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
            {
                "waarvoor": one.purpose,
                "versie": one.version,
                "gegeven": one.given_at.isoformat(),
                "ingetrokken": instant(one.withdrawn_at),
            }
            for one in consents.history(connection, person.id)
        ],
        "bewaard": [_entry(entry, names, files) for entry in kept],
        "berichten": [_letter(one, person, files) for one in posted],
        "geplande_berichten": [
            {
                "van_jou": one.mentor_id == person.id,
                "wanneer": instant(one.next_at),
                "tekst": one.content.words,
            }
            for one in follow_ups.concerning(connection, vault, person.id)
        ],
        "groepen": _groups(connection, vault, person, files),
        "hulpvragen": _alerts(connection, vault, person),
        "wie_keek": [
            {"wie": look.who, "als": look.role, "waarnaar": look.kind, "wanneer": look.at.isoformat()}
            for look in reversed(looks.read(connection, vault, person.id).looks)
        ],
        "uitnodigingen": _invitations(connection, vault, person),
    }


def media_of(connection: Connection, vault: Vault, person: Person) -> list[Media]:
    """The files in what a person keeps, wrote and got, the newest first: these are worth most when there are too
    many."""
    kept, posted = sharing.all_of(connection, vault, person.id), letters.of_person(connection, vault, person.id)
    added, said = additions.of_person(connection, vault, person.id), _said_in_groups(connection, vault, person)
    return [Media(file_id, name) for file_id, name in reversed(_names(kept, posted, added, said).items())]


def _said_in_groups(connection: Connection, vault: Vault, person: Person) -> list[Post]:
    """What this person wrote in groups, also in those that they left."""
    return [
        post
        for place in groups.places(connection, vault, person.id, *_EVER_IN)
        for post in posts.of_member(connection, vault, place.member.id)
    ]


def _groups(connection: Connection, vault: Vault, person: Person, files: Names) -> list[dict[str, Any]]:
    """The groups of this person, and what they wrote there: nothing of others."""
    return [
        {
            "groep": place.group.name,
            "waarover": place.group.settings.theme,
            "groepsnaam": place.member.name,
            "als": _IN_GROUPS[place.member.role],
            "hoe_staat_het": _STANDS[place.member.status],
            "gevraagd": place.member.invited_at.isoformat(),
            "binnen_sinds": instant(place.member.joined_at),
            "berichten": _WANTS[place.member.wants],
            "waarschuwingen": place.member.warnings,
            "alleen_lezen_tot": instant(place.member.muted_until),
            "geschreven": [
                {
                    "wanneer": post.made_at.isoformat(),
                    "soort": _POSTS.get(post.kind, post.kind),
                    "tekst": post.content.text,
                    "keuzes": list(post.content.options),
                    "in_de_groep": post.status == posts.SHOWN,
                    "bestanden": [files[post.content.file_id]] if post.content.file_id else [],
                }
                for post in posts.of_member(connection, vault, place.member.id)
            ],
        }
        for place in groups.places(connection, vault, person.id, groups.INVITED, *_EVER_IN)
    ]


def _settings(person: Person) -> dict[str, Any]:
    return {
        "regio": person.region,
        "tijdzone": person.zone.key,
        "pauze_tot": person.paused_until.isoformat() if person.paused_until else None,
        "herinneringen_per_dag": person.reminders_a_day,
        "naam_in_herinnering": person.named_reminder,
        "herinnering_zonder_geluid": person.silent_reminders,
        "herinneren_alleen": person.reminder_hours,
        "werktijden": person.office_hours,
        "verlof": [day.isoformat() for day in (person.away_from, person.away_until) if day],
    }


def _timers(connection: Connection, person: Person) -> list[dict[str, Any]]:
    """What is to come unasked, without what belongs to a question that waits."""
    known = timers.of_chat(connection, person.chat_id).values()
    return [
        {
            "soort": coming.read_key(one.key).flow,
            "tijd": one.local_time,
            "dagen": one.days,
            "komt": instant(one.due_at),
        }
        for one in sorted(known, key=lambda one: one.key)
        if one.turn is None
    ]


def _addition(one: Addition, files: Names) -> dict[str, Any]:
    return {
        "bij": one.page,
        "wanneer": one.made_at.isoformat(),
        "tekst": one.text,
        "bestanden": [files[one.file_id]] if one.file_id else [],
    }


def _children_ever(connection: Connection, vault: Vault, person: Person, now: datetime) -> list[tuple[Child, bool]]:
    """The children of the family, and whether they are still in the list."""
    if person.family_id is None:
        return []
    today = person.local(now).date()
    known = families.children_of(connection, vault, person.family_id, person.id, today, removed=True)
    listed = {child.id for child in families.children_of(connection, vault, person.family_id, person.id, today)}
    return [(child, child.id in listed) for child in known]


def _entry(entry: Entry, children: dict[int, str], files: Names) -> dict[str, Any]:
    record = entry.record
    return {
        "soort": record.kind,
        "dag": record.local_day.isoformat(),
        "kind": children.get(record.child_id or 0),
        "antwoorden": {
            name: {"waarde": field.value, "zoals_gezegd": field.said}
            for name, field in record.fields.items()
            if name != notes.PIECES
        },
        "bestanden": [files[one] for one in _file_ids(record)],
        "gedeeld_met": [word for who, word in _WITH.items() if who in entry.shared_with],
        "voor_de_afspraak": entry.for_appointment,
        "in_werkboek": entry.in_workbook,
    }


def _names(kept: list[Entry], posted: list[Letter], added: list[Addition], said: list[Post]) -> dict[str, str]:
    """A name for every file, in order of time. What was kept and passed on as well is one file."""
    found = [(entry.record.id, file_id) for entry in kept for file_id in _file_ids(entry.record)]
    found += [(letter.id, letter.file_id) for letter in posted if letter.file_id]
    found += [(one.id, one.file_id) for one in added if one.file_id]
    found += [(one.id, one.content.file_id) for one in said if one.content.file_id]
    in_order = dict.fromkeys(file_id for _, file_id in sorted(found, key=lambda one: one[0]))
    return {file_id: f"bestand-{number}" for number, file_id in enumerate(in_order, start=1)}


def _file_ids(record: Record) -> Iterator[str]:
    """Of a note's messages, and of answers that were spoken or photographed."""
    for piece in notes.pieces_of(record):
        if piece.file_id:
            yield piece.file_id
    for field in record.fields.values():
        kind, colon, file_id = str(field.value).partition(":")
        if colon and kind in _ANSWERS_WITH_FILES:
            yield file_id


def _letter(letter: Letter, person: Person, files: Names) -> dict[str, Any]:
    return {
        "wanneer": letter.sent_at.isoformat(),
        "van_jou": letter.from_person == person.id,
        "tekst": letter.text,
        "bestanden": [files[letter.file_id]] if letter.file_id else [],
    }


def _alerts(connection: Connection, vault: Vault, person: Person) -> list[dict[str, Any]]:
    table, calls = tables.alerts, tables.alert_calls
    rows = connection.execute(select(table).where(table.c.person_id == person.id).order_by(table.c.id)).all()
    told = connection.execute(
        select(calls).join(table, table.c.id == calls.c.alert_id).where(table.c.person_id == person.id)
    ).all()
    return [
        {
            "wanneer": row.made_at.isoformat(),
            "opgepakt_door": people.name_of(connection, vault, row.seen_by),
            "opgepakt": instant(row.seen_at),
            "voorbij": instant(row.ended_at),
            "wie_het_kreeg": [
                {"wie": people.name_of(connection, vault, call.person_id), "wanneer": call.called_at.isoformat()}
                for call in told
                if call.alert_id == row.id
            ],
        }
        for row in rows
    ]


def _invitations(connection: Connection, vault: Vault, person: Person) -> list[dict[str, Any]]:
    table = tables.invitations
    rows = connection.execute(select(table).where(table.c.made_by == person.id).order_by(table.c.id)).all()
    return [
        {
            "voor": vault.open_text(invitations.NAME, row.id, row.name_sealed),
            "geldig_tot": row.expires_at.isoformat(),
            "gebruikt": instant(row.used_at),
        }
        for row in rows
    ]
