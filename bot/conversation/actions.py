"""What flows may have done, by the name that their catalog gives it.

Each action takes the turn and the engine's request, does its work in the turn's transaction, and may be asked again for
the same run (after a step back), so it must be safe to repeat. Does not know what is said before or after.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any, get_args
from zoneinfo import ZoneInfo, available_timezones

from bot.care import families, invitations, letters, notes, people, privacy, records, rituals
from bot.care.people import Person, Role
from bot.conversation import outgoing
from bot.conversation.incoming import Message, Tapped
from bot.conversation.turn import Turn
from bot.store import timers
from bot.store.outbox import Call, Priority
from flows.engine.answers import MAX_NAME
from flows.engine.dutch.spoken import spoken_date
from flows.engine.state import Ref, Request, Value

Action = Callable[[Turn, Request], Value | None]

REGIONS = {"nl": "Europe/Amsterdam", "be": "Europe/Brussels"}
_DAYS = {"all": rituals.EVERY_DAY, "school": rituals.SCHOOL_NIGHTS, "weekend": rituals.WEEKEND}
_FILES = frozenset(get_args(outgoing.FileKind))
_WITHOUT_CAPTION = {"sticker", "video_note"}


class NotAllowed(Exception):
    """A flow asked for something that this person cannot do: a fault in content, not of the person."""


def _me(turn: Turn) -> Person:
    if turn.person is None:
        raise NotAllowed("nobody has come in here")
    return turn.person


# --- coming in --------------------------------------------------------------------------------------------------------


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
    return None


def _first_name(turn: Turn) -> str:
    """What Telegram calls who comes in by a link without a name."""
    came = turn.incoming
    return " ".join(came.first_name.split())[:MAX_NAME] if isinstance(came, Message | Tapped) else ""


def agree(turn: Turn, request: Request) -> Value | None:
    """Writes down the parent's yes; a guest comes in by it."""
    if turn.person is None:
        join(turn, request)
    privacy.agree(turn.connection, _me(turn).id, request.arguments.get("purpose", "use"), turn.now)
    return None


def _link(turn: Turn, role: Role, name: str, family_id: int | None = None) -> str:
    code = invitations.make(
        turn.connection,
        turn.host.vault,
        role=role,
        name=name,
        made_by=_me(turn).id,
        now=turn.now,
        family_id=family_id,
    )
    return turn.host.link(code)


def invite_co_parent(turn: Turn, request: Request) -> Value | None:
    """A link into this parent's own family."""
    return _link(turn, Role.PARENT, "", _me(turn).family_id)


def invite_parent(turn: Turn, request: Request) -> Value | None:
    """A link for a new family, guided by this mentor."""
    if Role.MENTOR not in _me(turn).roles:
        raise NotAllowed("invite_parent")
    return _link(turn, Role.PARENT, request.arguments.get("name", ""))


def invite_mentor(turn: Turn, request: Request) -> Value | None:
    """A link for a new mentor."""
    if Role.COORDINATOR not in _me(turn).roles:
        raise NotAllowed("invite_mentor")
    return _link(turn, Role.MENTOR, request.arguments.get("name", ""))


# --- family -----------------------------------------------------------------------------------------------------------


def _family(turn: Turn) -> int:
    family_id = _me(turn).family_id
    if family_id is None:
        raise NotAllowed("no family")
    return family_id


def add_child(turn: Turn, request: Request) -> Value | None:
    """A child joins the family."""
    given = request.arguments
    child_id = families.add_child(
        turn.connection,
        turn.host.vault,
        family_id=_family(turn),
        name=given["name"],
        age=int(given["age"]) if given.get("age", "").isdecimal() else None,
        pronoun=given.get("pronoun") or "name",
        today=turn.facts.local.date(),
        now=turn.now,
    )
    if given.get("called"):
        families.set_calls_me(turn.connection, turn.host.vault, child_id, _me(turn).id, given["called"])
    return Ref("children", str(child_id))


def change_child(turn: Turn, request: Request) -> Value | None:
    """One thing about a child becomes different."""
    child_id, value = int(request.refs["child"]), request.arguments["value"]
    connection, vault, family_id = turn.connection, turn.host.vault, _family(turn)
    match request.arguments["what"]:
        case "name":
            families.rename_child(connection, vault, family_id, child_id, value)
        case "age":
            families.set_child_age(connection, family_id, child_id, int(value), turn.facts.local.date())
        case "pronoun":
            families.set_child_pronoun(connection, family_id, child_id, value)
        case "called":
            if any(str(child_id) == child["id"] for child in _children(turn)):
                families.set_calls_me(connection, vault, child_id, _me(turn).id, value)
    return None


def set_called(turn: Turn, request: Request) -> Value | None:
    """What all children of the family call this parent."""
    for child in _children(turn):
        families.set_calls_me(
            turn.connection, turn.host.vault, int(str(child["id"])), _me(turn).id, request.arguments["value"]
        )
    return None


def _children(turn: Turn) -> list[dict[str, object]]:
    found = turn.facts["children"]
    return found if isinstance(found, list) else []


def remove_child(turn: Turn, request: Request) -> Value | None:
    """A child leaves the list."""
    families.remove_child(turn.connection, _family(turn), int(request.refs["child"]), turn.now)
    return None


# --- settings ---------------------------------------------------------------------------------------------------------


def set_region(turn: Turn, request: Request) -> Value | None:
    """The region, and its time zone if the parent's was that of the other region."""
    region = request.arguments["value"]
    if region in REGIONS:
        people.change(turn.connection, _me(turn).id, region=region)
        if _me(turn).zone.key in REGIONS.values():
            rituals.move_to_zone(turn.connection, _me(turn), ZoneInfo(REGIONS[region]), turn.now)
        turn.refresh_person()
    return None


def set_zone(turn: Turn, request: Request) -> Value | None:
    """The time zone; an unknown name changes nothing. Answers the zone that now holds."""
    name = request.arguments["value"]
    if name in available_timezones():
        rituals.move_to_zone(turn.connection, _me(turn), ZoneInfo(name), turn.now)
        turn.refresh_person()
    return _me(turn).zone.key


def set_evening(turn: Turn, request: Request) -> Value | None:
    """Time and days of the evening ritual; what is not given stays as it was."""
    given = request.arguments
    before = timers.of_chat(turn.connection, turn.chat_id).get(rituals.EVENING)
    at = given.get("time") or (before.local_time if before else None)
    wanted = given.get("days") or ""
    days = _DAYS.get(wanted) or "".join(sorted(sign for sign in set(wanted) if sign in rituals.EVERY_DAY))
    days = days or (before.days if before else None) or rituals.EVERY_DAY
    if at:
        rituals.set_evening(turn.connection, _me(turn), time.fromisoformat(at), days, turn.now)
        turn.refresh_person()
    return None


def rest_evening(turn: Turn, request: Request) -> Value | None:
    """The evening ritual rests."""
    rituals.rest_evening(turn.connection, _me(turn))
    return None


def set_named_reminder(turn: Turn, request: Request) -> Value | None:
    """Whether the reminder may name somebody."""
    people.change(turn.connection, _me(turn).id, named_reminder=request.arguments["value"] == "yes")
    turn.refresh_person()
    return None


def set_look_back(turn: Turn, request: Request) -> Value | None:
    """The day of the look-back, or none."""
    value = request.arguments["value"]
    rituals.set_look_back(turn.connection, _me(turn), value if value in rituals.EVERY_DAY else None, turn.now)
    return None


def snooze(turn: Turn, request: Request) -> Value | None:
    """Asks again later tonight; answers the local time, or nothing when that is over for tonight."""
    given, person = request.arguments, _me(turn)
    if given.get("time"):
        until = rituals.later_tonight(person, time.fromisoformat(given["time"]), turn.now)
    else:
        until = turn.now + timedelta(minutes=int(given.get("minutes") or 15))
    if until is None:
        return None
    rituals.snooze(turn.connection, person, until)
    turn.refresh_person()
    return person.local(until).strftime("%H:%M")


def skip_tonight(turn: Turn, request: Request) -> Value | None:
    """Nothing more about the ritual tonight."""
    rituals.done_for_tonight(turn.connection, _me(turn), turn.now)
    turn.refresh_person()
    return None


def pause_until(turn: Turn, request: Request) -> Value | None:
    """All reminders are silent until the day given, or so many days on; answers that day in words, if it is to come."""
    given, today = request.arguments["date"], turn.facts.local.date()
    until = today + timedelta(days=int(given)) if given.isdecimal() else date.fromisoformat(given)
    if until <= today:
        return None
    people.change(turn.connection, _me(turn).id, paused_until=until)
    turn.refresh_person()
    return spoken_date(until, today)


def end_pause(turn: Turn, request: Request) -> Value | None:
    """Reminders come again."""
    people.change(turn.connection, _me(turn).id, paused_until=None)
    turn.refresh_person()
    return None


# --- loose messages ---------------------------------------------------------------------------------------------------


def keep_note(turn: Turn, request: Request) -> Value | None:
    """The loose message stays as a note."""
    notes.decide_to_keep(turn.connection, turn.host.vault, _me(turn).id, request.key, turn.facts.local.date(), turn.now)
    return None


def throw_away(turn: Turn, request: Request) -> Value | None:
    """The loose message is let go."""
    records.throw_away(turn.connection, _me(turn).id, request.key)
    return None


def send_to_mentor(turn: Turn, request: Request) -> Value | None:
    """The loose message goes to the mentor, and stays as a note."""
    person = _me(turn)
    record = records.find(turn.connection, turn.host.vault, person.id, request.key)
    mentor = people.by_id(turn.connection, turn.host.vault, person.mentor_id) if person.mentor_id else None
    if record is None or mentor is None:
        return None
    for piece in notes.pieces_of(record):
        send_letter(turn, mentor, "mentor_message", piece.text, piece.kind, piece.file_id)
    return keep_note(turn, request)


def tell_mentor(turn: Turn, request: Request) -> Value | None:
    """One sentence to the mentor, in the parent's name."""
    mentor_id = _me(turn).mentor_id
    mentor = people.by_id(turn.connection, turn.host.vault, mentor_id) if mentor_id else None
    if mentor:
        send_letter(turn, mentor, "mentor_message", request.arguments["value"], "text", None)
    return None


def send_letter(turn: Turn, to: Person, text_name: str, text: str, kind: str, file_id: str | None) -> None:
    """Passes a message on to somebody, in a frame that says whose it is; each copy can be replied to."""
    name = families.spoken(_me(turn).name)
    framed = turn.text(text_name, name=name, text=text)
    if not file_id or kind not in _FILES:
        file_id = None
    if file_id is None or kind in _WITHOUT_CAPTION or outgoing.length(framed) > outgoing.MAX_CAPTION:
        room = outgoing.MAX_TEXT - outgoing.length(turn.text(text_name, name=name, text="."))
        for part in outgoing.in_parts(text, room):
            _post(turn, to, part, outgoing.send(turn.text(text_name, name=name, text=part)))
        framed = text = ""
    if file_id:
        _post(turn, to, text, outgoing.file(kind, file_id, framed))  # type: ignore[arg-type]


def _post(turn: Turn, to: Person, text: str, call: dict[str, Any]) -> None:
    letter_id = letters.write(turn.connection, turn.host.vault, _me(turn).id, to.id, text, turn.now)
    turn.call_elsewhere(to.chat_id, call, letter_id)


# --- one's own data and help ------------------------------------------------------------------------------------------


def send_my_data(turn: Turn, request: Request) -> Value | None:
    """Everything that is kept, as a file in the chat."""
    everything = privacy.everything_of(turn.connection, turn.host.vault, _me(turn), turn.now)
    data = json.dumps(everything, ensure_ascii=False, indent=2).encode()
    turn.call(outgoing.document(f"{turn.host.library.texts['my_data_file'].strip()}.json", data))
    return None


def erase_me(turn: Turn, request: Request) -> Value | None:
    """Everything of this person is deleted, what is still said in this turn excepted."""
    privacy.erase(turn.connection, _me(turn))
    turn.forget_person()
    return None


def show_help(turn: Turn, request: Request) -> Value | None:
    """The help card of the person's region, ahead of everything else."""
    region = turn.person.region if turn.person else turn.host.default_region
    text, rows = turn.host.help.card(region)
    turn.calls.append(Call(turn.chat_id, outgoing.send(text, rows), Priority.SAFETY, "safety"))
    return None


ACTIONS: dict[str, Action] = {
    action.__name__: action
    for action in (
        add_child,
        agree,
        change_child,
        end_pause,
        erase_me,
        invite_co_parent,
        invite_mentor,
        invite_parent,
        join,
        keep_note,
        pause_until,
        remove_child,
        rest_evening,
        send_my_data,
        send_to_mentor,
        set_called,
        set_evening,
        set_look_back,
        set_named_reminder,
        set_region,
        set_zone,
        show_help,
        skip_tonight,
        snooze,
        tell_mentor,
        throw_away,
    )
}
"""Every action there is, by name; the catalog of the flows must name the same."""
