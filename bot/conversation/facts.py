"""What texts and conditions may know of a person: the facts of the flows' catalog, each looked up only when used.

Does not know which flow asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import field
from datetime import datetime, time, timedelta
from functools import cached_property
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot.care import (
    consents,
    counting,
    dossiers,
    families,
    invitations,
    notes,
    people,
    quiet,
    records,
    retention,
    rituals,
)
from bot.care.consents import Purpose
from bot.care.counting import Count
from bot.care.dossiers import NOTHING_BY_LAW, ByLaw
from bot.care.families import Child, spoken
from bot.care.groups import RELAY
from bot.care.people import Person, Role
from bot.conversation import (
    appointment_words,
    coming_facts,
    conflict_facts,
    follow_facts,
    gate_facts,
    guiding_facts,
    kept_facts,
    measure_facts,
    peer_facts,
    play_facts,
    preparation_facts,
    record_facts,
    report_facts,
    resolution_facts,
    safety_facts,
    thought_facts,
    workbook_facts,
)
from bot.schedule.local_time import part_of_day
from bot.store import timers
from bot.store.timers import Timer
from bot.store.vault import Vault
from flows.engine.definition import Deck, Flow, RecordKind
from flows.engine.dutch.spoken import dotted_time, spoken_date, spoken_time, weekday_name
from flows.engine.library import Library
from flows.engine.matching import MOST_OFFERS
from flows.engine.templates import enumerate_dutch, excerpt, possessive, render
from flows.engine.values import dataclass

_DAY_NAMES = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
_ZONE_NAMES = {"Europe/Amsterdam": "Nederland", "Europe/Brussels": "België"}
_DAY_SETS = {
    rituals.EVERY_DAY: "days_all",
    "".join(sorted(rituals.SCHOOL_NIGHTS)): "days_school",
    rituals.WEEKEND: "days_weekend",
}
_PRONOUNS = {"he": ("hij", "hem", "zijn"), "she": ("zij", "haar", "haar")}
_LOOKED_AT = 2
"""So many of the loose texts that wait for a decision say what somebody wants now."""
_LOOSE_KINDS = dict.fromkeys(("video", "video_note", "animation", "audio"), "document")
_ROLE_WORDS = {Role.MENTOR: "mentor", Role.COORDINATOR: "coordinator"}


@dataclass
class Facts(Mapping[str, object]):
    """The facts for one person at one moment. `loose_key` names the note being decided on, if any; `law` says what the
    organisation must keep of who leaves; `fitting` finds flows for what somebody typed; `children_at_hand` are rows
    that were read just before, and hold until something is changed; `knows_groups`: whether there can be a peer group
    of theirs to look for: who never was in one does not wait for that."""

    connection: Connection
    vault: Vault
    chat_id: int
    person: Person | None
    now: datetime
    default_zone: ZoneInfo
    library: Library
    loose_key: str | None = None
    law: ByLaw = NOTHING_BY_LAW
    fitting: Callable[[str], Sequence[str]] = lambda text: ()
    children_at_hand: Sequence[Any] | None = None
    knows_groups: bool = True
    _known: dict[str, object] = field(default_factory=dict)

    def __getitem__(self, name: str) -> object:
        if name not in self._known:
            self._known[name] = _FACTS[name](self) if name in _FACTS else kept_facts.listed(self, name)
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter({*_FACTS, *(kind.listed for kind in self.kinds.values() if kind.listed)})

    @property
    def texts(self) -> Mapping[str, str]:
        return self.library.texts

    @property
    def kinds(self) -> Mapping[str, RecordKind]:
        """The kinds of records that the catalog has."""
        return self.library.catalog.records

    @property
    def flows(self) -> Mapping[str, Flow]:
        return self.library.flows

    @property
    def decks(self) -> Mapping[str, Deck]:
        return self.library.decks

    def __len__(self) -> int:
        return len(set(self))

    def forget(self) -> None:
        """Looks everything up anew from here on: something was changed."""
        self.forget_but_children()
        self.children_at_hand = None

    def forget_but_children(self) -> None:
        """As `forget`, when an answer was kept, which changes no child."""
        self._known.clear()
        self.__dict__.pop("timers", None)

    @property
    def local(self) -> datetime:
        """This moment on the person's own clock."""
        return self.here(self.now)

    def here(self, moment: datetime) -> datetime:
        """An instant on the person's own clock."""
        return moment.astimezone(self.person.zone if self.person else self.default_zone)

    def moment_in_words(self, moment: datetime) -> str:
        """An instant as it stands in a text: "maandag 3 augustus om 9.00 uur"."""
        at = self.here(moment)
        scope = {"day": spoken_date(at.date(), self.local.date()), "time": dotted_time(at.time())}
        return render(self.texts["day_and_time"], scope, html=False)

    @cached_property
    def timers(self) -> dict[str, Timer]:
        """The person's timers, by key."""
        return timers.of_chat(self.connection, self.chat_id)


def _parent(facts: Facts) -> object:
    return {"name": spoken(facts.person.name) if facts.person else ""}


def _children(facts: Facts) -> object:
    person = facts.person
    if person is None or person.family_id is None:
        return []
    today = facts.local.date()
    if facts.children_at_hand is None:
        found = families.children_of(facts.connection, facts.vault, person.family_id, person.id, today)
    else:
        found = families.of_rows(facts.children_at_hand, facts.vault, person.id, today)
    return [child_fact(child, person) for child in found]


def child_fact(child: Child, parent: Person) -> dict[str, object]:
    """A child as texts to this parent speak of it."""
    name = spoken(child.name)
    subject, reference, own = _PRONOUNS.get(child.pronoun, (name, name, possessive(name)))
    return {
        "id": str(child.id),
        "name": name,
        "age": child.age,
        "calls_me": spoken(child.calls_me or parent.name),
        "subject": subject,
        "object": reference,
        "own": own,
    }


def _mentor(facts: Facts) -> object:
    mentor_id = facts.person.mentor_id if facts.person else None
    mentor = people.by_id(facts.connection, facts.vault, mentor_id)
    return {"known": mentor is not None, "name": spoken(mentor.name) if mentor else ""}


def _region(facts: Facts) -> object:
    return facts.person.region if facts.person else ""


def _zone(facts: Facts) -> object:
    key = facts.person.zone.key if facts.person else facts.default_zone.key
    return _ZONE_NAMES.get(key, key.rpartition("/")[2].replace("_", " "))


def _evening(facts: Facts) -> object:
    timer = facts.timers.get(rituals.EVENING)
    days = timer.days if timer and timer.days else ""
    return {
        "time": timer.local_time if timer else "",
        "spoken": spoken_time(time.fromisoformat(timer.local_time)) if timer and timer.local_time else "",
        "days": _days_in_words(facts, days),
        "next": _next_evening(facts, timer),
        "few": bool(days) and days != rituals.EVERY_DAY,
        "rests": timer is not None and timer.due_at is None,
        "named": bool(facts.person and facts.person.named_reminder),
    }


def _days_in_words(facts: Facts, days: str) -> str:
    known = _DAY_SETS.get("".join(sorted(days)))
    if not days or known:
        return facts.texts[known] if known else ""
    return render(facts.texts["days_own"], {"days": day_names(days)}, html=False)


def day_names(days: str) -> str:
    """Days as kept (1 is Monday), by their names."""
    return enumerate_dutch([_DAY_NAMES[int(day) - 1] for day in sorted(days)])


def _next_evening(facts: Facts, timer: Timer | None) -> str:
    if timer is None or timer.due_at is None:
        return ""
    today = facts.local.date()
    day = timer.due_at.astimezone(facts.local.tzinfo).date()
    if day == today:
        return facts.texts["next_tonight"]
    if day == today + timedelta(days=1):
        return facts.texts["next_tomorrow"]
    return render(facts.texts["next_day"], {"day": weekday_name(day)}, html=False)


def _look_back_day(facts: Facts) -> object:
    timer = facts.timers.get(rituals.LOOK_BACK)
    return day_names(timer.days) if timer and timer.days else ""


def _paused(facts: Facts) -> object:
    person = facts.person
    if person is None or person.paused_until is None or not person.is_paused(facts.now):
        return {"active": False, "until": ""}
    return {"active": True, "until": spoken_date(person.paused_until, facts.local.date())}


def _today(facts: Facts) -> object:
    local = facts.local
    return {"part": str(part_of_day(local.time())), "weekday": weekday_name(local.date()), "hour": local.hour}


def _week(facts: Facts) -> object:
    person = facts.person
    if person is None:
        return {"evenings": 0, "given_back": 0, "kinds": [], "lighter": "", "moments": 0}
    week = rituals.week_of(facts.connection, facts.vault, person.id, facts.local.date())
    children = facts["children"]
    names = {child["id"]: child["name"] for child in children} if isinstance(children, list) else {}
    return {
        "evenings": week.evenings,
        "given_back": week.given_back,
        "kinds": [facts.texts[f"kind_{kind}"] for kind in week.kinds],
        "lighter": names.get(str(week.lighter_child), ""),
        "moments": week.moments,
    }


def _loose(facts: Facts) -> object:
    pieces = _loose_pieces(facts)
    if not pieces:
        return {"kind": "text", "excerpt": "", "count": 0, "can_go": False}
    kinds = {_LOOSE_KINDS.get(piece.kind, piece.kind) for piece in pieces}
    words_only = kinds == {"text"}
    return {
        "kind": kinds.pop() if len(kinds) == 1 else "several",
        "excerpt": excerpt(next((piece.text for piece in reversed(pieces) if piece.text), "")),
        "count": len(pieces),
        "can_go": words_only and any(one["kind"] == RELAY and not one["closing"] for one in peer_facts.mine(facts)),
    }


def _offers(facts: Facts) -> object:
    """What was sent last weighs most: it is what somebody wants now."""
    pieces = _loose_pieces(facts)
    if any(piece.kind != "text" for piece in pieces):
        return []
    latest = reversed(pieces[-_LOOKED_AT:])
    fitting = dict.fromkeys(name for piece in latest for name in facts.fitting(piece.text))
    return [{"id": name, "title": facts.flows[name].title} for name in islice(fitting, MOST_OFFERS)]


def _loose_pieces(facts: Facts) -> list[notes.Piece]:
    person = facts.person
    record = (
        records.find(facts.connection, facts.vault, person.id, facts.loose_key) if person and facts.loose_key else None
    )
    return notes.pieces_of(record) if record else []


def _invited(facts: Facts) -> object:
    invitation = invitations.last_of(facts.connection, facts.vault, facts.chat_id)
    if invitation is None:
        return {"name": "", "by": "", "role": ""}
    maker = people.by_id(facts.connection, facts.vault, invitation.made_by)
    role = _ROLE_WORDS.get(invitation.role, "co_parent" if invitation.family_id else "parent")
    return {"name": spoken(invitation.name), "by": spoken(maker.name) if maker else "", "role": role}


def _consents(facts: Facts) -> object:
    given = consents.standing(facts.connection, facts.person.id) if facts.person else frozenset()
    asked = facts.person is not None and Role.PARENT in facts.person.roles
    return {"asked": asked, **{purpose.value: purpose in given for purpose in Purpose}}


def _keeping(facts: Facts) -> object:
    return {kind.value: retention.in_dutch(kind) for kind in retention.Kind}


def _leaving(facts: Facts) -> object:
    person, law = facts.person, facts.law
    words = [facts.texts[f"law_{kind}"] for kind in law.kinds]
    return {
        "can_stop": person is not None and person.roles == Role.PARENT,
        "things": counted(facts.texts, counting.of_person(facts.connection, person)) if person else "",
        "law": enumerate_dutch(words),
        "until": str(dossiers.ends_on(law, facts.local.date()).year) if words else "",
    }


def counted(texts: Mapping[str, str], counts: Sequence[Count]) -> str:
    """Counts as a sentence tells them: "2 kinderen, 24 avonden en 1 notitie"."""
    said = [render(texts[f"count_{one.sort}"], {"number": one.number}, html=False) for one in counts]
    return enumerate_dutch(said)


def _quiet(facts: Facts) -> object:
    person = facts.person
    hours = person.reminder_hours if person else None
    start, end = (f"{one:%H.%M}" for one in quiet.read(hours)) if hours else ("", "")
    return {"silent": bool(person and person.silent_reminders), "from": start, "until": end}


_FACTS: dict[str, Callable[[Facts], Any]] = {
    "parent": _parent,
    "children": _children,
    "mentor": _mentor,
    "region": _region,
    "zone": _zone,
    "evening": _evening,
    "look_back_day": _look_back_day,
    "paused": _paused,
    "today": _today,
    "week": _week,
    "loose": _loose,
    "offers": _offers,
    "invited": _invited,
    "consents": _consents,
    "keeping": _keeping,
    "leaving": _leaving,
    "quiet": _quiet,
    "by_itself": kept_facts.by_itself,
    "helped_exercises": kept_facts.helped_exercises,
    "helped_sentences": kept_facts.helped_sentences,
    "resolution_to_ask": kept_facts.resolution_to_ask,
    "backpacks": play_facts.earlier_backpacks,
    "heavy_feelings": play_facts.heavy_feelings,
    "own_sentence": thought_facts.own_sentence,
    "helped_thoughts": thought_facts.helped_thoughts,
    "alert": safety_facts.alert,
    "coming": coming_facts.coming_up,
    "reminders": coming_facts.reminders,
    "resolution_months": resolution_facts.months,
    "workbook_months": workbook_facts.months,
    "plan": safety_facts.plan,
    "work": safety_facts.work,
    "mentors": safety_facts.mentors,
    "families": gate_facts.families,
    "gated": gate_facts.gated,
    **guiding_facts.FACTS,
    "signal_news": measure_facts.signal_news,
    "measured": measure_facts.measured,
    "switched": gate_facts.switched,
    "hot_moment": conflict_facts.hot_moment,
    **report_facts.FACTS,
    "preparations": preparation_facts.preparations,
    "open_records": record_facts.open_records,
    "record_parents": record_facts.record_parents,
    "record_children": record_facts.record_children,
    "appointments": appointment_words.to_change,
    "appointment_moments": appointment_words.moments,
    **follow_facts.FACTS,
    **peer_facts.FACTS,
}

FACT_NAMES = frozenset(_FACTS)
"""Every fact there is; the catalog of the flows must name the same."""
