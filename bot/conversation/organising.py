"""What a coordinator looks at: mentors, open invitations, numbers, and what does not arrive. A link can be taken back.

Shown in place of the message that was tapped. Does not know where it is known from: that is `care.organisation`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from bot.care import office, organisation, pages
from bot.care.families import spoken
from bot.care.organisation import Colleague, Waiting
from bot.care.pages import Page
from bot.care.people import Person, Role
from bot.conversation import announcing, outgoing, safety_facts
from bot.conversation.turn import Turn
from bot.screens import entries, menus
from bot.screens.entries import ORGANISED, Rows
from bot.store.types import MAX_ID
from flows.engine.dutch.spoken import month_name, spoken_date
from flows.engine.templates import render

MENTORS, INVITATIONS, NUMBERS, TROUBLE = "mentors", "invitations", "numbers", "trouble"

_PAGE = re.compile(r"([mi]):([0-9]{1,4})")
_LINK = re.compile(r"([wy]):([0-9]{1,19}):([0-9]{1,4})")
_STOP = re.compile(rf"{announcing.STOP}:([0-9]{{1,19}})")
_ROLES = {Role.MENTOR: "mentor", Role.COORDINATOR: "coordinator"}


def tapped(turn: Turn, rest: str, message_id: int | None) -> bool:
    """Does what a button of these lists asks; False when there is no such button."""
    if found := _PAGE.fullmatch(rest):
        show = show_mentors if found[1] == "m" else show_invitations
        show(turn, message_id, int(found[2]))
        return True
    if found := _STOP.fullmatch(rest):
        return announcing.tapped_stop(turn, found[1])
    found = _LINK.fullmatch(rest)
    if found is None or int(found[2]) > MAX_ID or turn.person is None:
        return False
    if found[1] == "w":
        _ask_to_withdraw(turn, int(found[2]), int(found[3]), message_id)
    else:
        _withdraw(turn, turn.person, int(found[2]), int(found[3]), message_id)
    return True


def show_mentors(turn: Turn, message_id: int | None = None, number: int = 0) -> None:
    """A page of the mentors: how many families each has, who stands in, who is away, who works when."""
    page = pages.cut(organisation.mentors(turn.connection, turn.host.vault), number)
    lines = [_mentor_line(turn, one) for one in page.items]
    _show(turn, MENTORS, lines or [turn.text("mentors_none")], _page_rows(turn, "m", page), message_id)


def _mentor_line(turn: Turn, one: Colleague) -> str:
    person, hours = one.person, office.hours(one.person.office_hours, one.person.zone)
    return turn.text(
        "mentors_line",
        name=spoken(person.name),
        families=one.families,
        stand_in=spoken(one.stand_in),
        away=_away(turn, person),
        blocked=person.blocked,
        hours=safety_facts.hours_in_words(turn.host.library.texts, hours),
    )


def _away(turn: Turn, person: Person) -> str:
    """The leave of a mentor that is not over, in words."""
    today = person.local(turn.now).date()
    if person.away_until is None or person.away_until < today:
        return ""
    later = person.away_from is not None and person.away_from > today
    scope = {
        "from": spoken_date(person.away_from, today) if later and person.away_from else "",
        "until": spoken_date(person.away_until, today),
    }
    return turn.plain("mentors_away", **scope)


def show_invitations(turn: Turn, message_id: int | None = None, number: int = 0, lead: str = "") -> None:
    """A page of the links that can be used now. `lead`: the name of a text to say first."""
    page = pages.cut(organisation.waiting(turn.connection, turn.host.vault, turn.now), number)
    lines = [turn.text("invitation_line", **_described(turn, one)) for one in page.items]
    rows: Rows = [
        [turn.key("invitation_label", f"{ORGANISED}:w:{one.id}:{page.number}", **_described(turn, one))]
        for one in page.items
    ]
    rows += _page_rows(turn, "i", page)
    leading = [turn.text(lead)] if lead else []
    if lines:
        _show(turn, INVITATIONS, lines, rows, message_id, leading)
    else:
        _, below = menus.show(turn.host.library.screens[INVITATIONS], turn.facts)
        turn.show("\n\n".join((*leading, turn.text("invitations_none"))), below, message_id)


def _described(turn: Turn, one: Waiting) -> dict[str, object]:
    texts = turn.host.library.texts
    what = render(texts[f"invitation_{_ROLES.get(one.role, 'parent')}"], {"name": spoken(one.name)}, html=False)
    return {
        "what": what.strip(),
        "by": spoken(one.by),
        "opened": one.opened,
        "until": turn.facts.moment_in_words(one.expires_at),
    }


def _ask_to_withdraw(turn: Turn, invitation_id: int, number: int, message_id: int | None) -> None:
    found = organisation.waiting(turn.connection, turn.host.vault, turn.now)
    one = next((one for one in found if one.id == invitation_id), None)
    if one is None:
        show_invitations(turn, message_id, number, "invitation_was_used")
        return
    yes, no = f"{ORGANISED}:y:{one.id}:{number}", f"{ORGANISED}:i:{number}"
    turn.show(*entries.question(turn.host.library, "invitation_withdraw", yes, no, _described(turn, one)), message_id)


def _withdraw(turn: Turn, person: Person, invitation_id: int, number: int, message_id: int | None) -> None:
    """Takes a link back; who made it hears so, and so does a guest who was coming in by it."""
    gone = organisation.withdraw(turn.connection, turn.host.vault, invitation_id)
    if gone and gone.maker and gone.maker.id != person.id and not gone.maker.blocked:
        text = turn.text("invitation_withdrawn", by=spoken(person.name), name=spoken(gone.name))
        turn.call_elsewhere(gone.maker.chat_id, outgoing.send(text))
    if gone and gone.guest:
        turn.call_elsewhere(gone.guest, outgoing.send(turn.text("invitation_withdrawn_guest")))
    show_invitations(turn, message_id, number, "invitation_gone" if gone else "invitation_was_used")


def show_numbers(turn: Turn, message_id: int | None = None) -> None:
    """How much there is, as far as the numbers are not small."""
    today, zone = turn.facts.local.date(), turn.person.zone if turn.person else turn.host.default_zone
    found = organisation.numbers(turn.connection, today, zone)
    month = month_name(today)
    said = {name: _number(turn, getattr(found, name)) for name in ("families", "rituals", "appointments")}
    _show(turn, NUMBERS, [turn.text("numbers", month=month, **said)], [], message_id)


def _number(turn: Turn, number: int) -> str:
    if number >= organisation.HIDDEN_BELOW:
        return str(number)
    return turn.plain("numbers_few", below=organisation.HIDDEN_BELOW)


def show_trouble(turn: Turn, message_id: int | None = None) -> None:
    """What does not arrive, by mentor."""
    found = organisation.trouble(turn.connection, turn.host.vault)
    lines = [
        turn.text("trouble_line", name=spoken(one.mentor), closed=one.closed, refused=one.refused, own=one.own)
        for one in found
    ]
    if lines:
        _show(turn, TROUBLE, lines, [], message_id)
    else:
        _, below = menus.show(turn.host.library.screens[TROUBLE], turn.facts)
        turn.show(turn.text("trouble_none"), below, message_id)


def _show(
    turn: Turn, screen: str, lines: Sequence[str], rows: Rows, message_id: int | None, lead: Sequence[str] = ()
) -> None:
    text, below = menus.show(turn.host.library.screens[screen], turn.facts, may_start=turn.may_start)
    turn.show("\n\n".join((*lead, text, *lines)), [*rows, *below], message_id)


def _page_rows(turn: Turn, which: str, page: Page[Any]) -> Rows:
    return entries.page_rows(turn.host.library, f"{ORGANISED}:{which}", page.number, page.more)
