"""How a family is told of to its mentor: one line of a list, the card, and in words why it asks for attention.

Says of what parents keep no more than kinds, numbers and days. Does not know what a tap does.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from datetime import datetime

from bot.care import attention
from bot.care.appointment_rules import AGREED
from bot.care.attention import Meeting, Reason, Why
from bot.care.caseload import Case
from bot.conversation.turn import Turn
from flows.engine.dutch.spoken import dotted_time, spoken_date
from flows.engine.state import Key
from flows.engine.templates import render

GOAL = "goal"
PHASES = "phases"
"""The deck with what each phase is called."""
_MOST = 2
"""Why a family asks for attention is said in so many sentences, and the others are counted."""
_HELP = frozenset({Why.HELP, Why.HELP_SEEN})
_ON_CARD_ANYWAY = frozenset({Why.TODAY, Why.TOMORROW, Why.SHARED, Why.SILENT})


def line(turn: Turn, case: Case, only: Set[Why] = frozenset(Why)) -> str:
    """One line of a list, as HTML. `only`: the reasons that count there. What is new is on the button anyway."""
    sentences = said(turn, case, only - {Why.SHARED} if len(case.reasons) > 1 else only)
    return turn.text(
        "family_line",
        parents=_parents(case),
        children=[one.name for one in case.children],
        reasons=sentences[:_MOST],
        more=max(len(sentences) - _MOST, 0),
    )


def key(turn: Turn, case: Case, token: str) -> Key:
    """The button to a family."""
    scope = {"parents": _parents(case), "new": case.signs.new}
    return turn.key("family_label", token, **scope)


def name(turn: Turn, case: Case) -> str:
    """Who lives there, as HTML."""
    texts = turn.host.library.texts
    children = [render(texts["family_child"], {"name": one.name, "age": one.age}, html=False) for one in case.children]
    return turn.text("family_name", parents=_parents(case), children=children)


def card(turn: Turn, case: Case) -> str:
    """All that a mentor wants to see at a glance, as HTML."""
    texts, signs = turn.host.library.texts, case.signs
    since = spoken_date(case.phase_since, turn.facts.local.date()) if case.phase_since else ""
    phases = turn.host.library.decks[PHASES].entries
    phase = {"phase": case.phase, "name": phases[f"phase_{case.phase}"].fields["name"], "since": since}
    sentences = said(turn, case, frozenset(Why) - _ON_CARD_ANYWAY)
    lately, weeks = attention.lately(signs.last_sign, turn.now)
    sign = render(texts[f"family_sign_{lately}"], {"weeks": weeks}, html=False)
    facts = [
        turn.text("family_meeting", **_when(turn, attention.next_meeting(signs.meetings, turn.now))),
        turn.text("family_resolutions", running=case.running, waiting=len(signs.proposals)),
        turn.text("family_goals", goals=case.shared.get(GOAL, 0)) if case.shared.get(GOAL) else "",
        turn.text("family_entries", count=sum(case.shared.values()), new=signs.new),
        turn.text("family_sign", lately=sign),
    ]
    parts = [
        "\n".join((name(turn, case), turn.text("family_phase", **phase))),
        turn.text("family_said", sentences=sentences) if sentences else "",
        "\n".join(one for one in facts if one),
    ]
    return "\n\n".join(part for part in parts if part)


def said(turn: Turn, case: Case, only: Set[Why] = frozenset(Why)) -> list[str]:
    """Why it asks for attention, a sentence for each reason, as plain text, the most pressing first. A call for
    help is the first or the second, so that it is never only counted."""
    found = [one for one in case.reasons if one.why in only]
    found[1:] = sorted(found[1:], key=lambda one: one.why not in _HELP)
    return [_sentence(turn, case, one) for one in found]


def meetings_today(turn: Turn, cases: Sequence[Case]) -> list[str]:
    """The appointments of this day in order of time, a line for each, as HTML."""
    today = turn.facts.local.date()
    found = [
        (one.starts_at, turn.text("today_meeting", **_when(turn, one), parents=_parents(case)))
        for case in cases
        for one in case.signs.meetings
        if turn.facts.here(one.starts_at).date() == today
    ]
    return [text for _, text in sorted(found)]


def _sentence(turn: Turn, case: Case, reason: Reason) -> str:
    day = _day(turn, reason.at) if reason.at else ""
    scope = {
        "names": [] if len(reason.who) == len(case.parents) else case.names_of(reason.who),
        "count": reason.count,
        "day": day,
        "on_day": f"op {day}" if " " in day else day,
        "time": _clock(turn, reason.at) if reason.at else "",
        "sure": reason.sure,
    }
    return turn.plain(f"attention_{reason.why}", **scope)


def _when(turn: Turn, meeting: Meeting | None) -> dict[str, object]:
    if meeting is None:
        return {"day": "", "time": "", "sure": False}
    at = meeting.starts_at
    return {"day": _day(turn, at), "time": _clock(turn, at), "sure": meeting.status == AGREED}


def _parents(case: Case) -> list[str]:
    return [one.name for one in case.parents]


def _day(turn: Turn, at: datetime) -> str:
    return spoken_date(turn.facts.here(at).date(), turn.facts.local.date())


def _clock(turn: Turn, at: datetime) -> str:
    return dotted_time(turn.facts.here(at).time())
