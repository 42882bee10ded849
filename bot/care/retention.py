"""How long each kind of thing is kept: the one table that the sweeping works by, that `/privacy` tells and that
CONTRIBUTING.md prints. What is not in it is kept until its person erases it, or is erased.

Does not know how to delete anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum

from bot.store import inbox, outbox
from flows.engine.values import dataclass

YEAR = timedelta(days=365)


class Kind(StrEnum):
    """What goes by itself."""

    UNDECIDED = "undecided"
    LETTERS = "letters"
    LOOKS = "looks"
    ALERTS = "alerts"
    INBOX = "inbox"
    OUTBOX = "outbox"
    DEAD = "dead"
    INVITATIONS = "invitations"
    GROUPS = "groups"
    REMINDERS = "reminders"
    GUESTS = "guests"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Rule:
    """How long a kind is kept, counted from when; `what` and `since` are for people who judge the service."""

    period: timedelta
    what: str
    since: str


RULES: Mapping[Kind, Rule] = {
    Kind.UNDECIDED: Rule(timedelta(days=30), "loose messages that nobody decided on", "last change"),
    Kind.LETTERS: Rule(2 * YEAR, "messages between parent and mentor", "sending"),
    Kind.LOOKS: Rule(2 * YEAR, "who looked at what", "the look"),
    Kind.ALERTS: Rule(2 * YEAR, "calls for a mentor", "the call"),
    Kind.INBOX: Rule(inbox.KEPT, "that something came in, its content wiped when handled", "arrival"),
    Kind.OUTBOX: Rule(outbox.KEPT, "that something was sent, its content wiped when sent", "sending"),
    Kind.DEAD: Rule(timedelta(days=30), "inputs that could not be handled", "arrival"),
    Kind.INVITATIONS: Rule(timedelta(days=7), "invitations that nobody used", "expiry"),
    Kind.GROUPS: Rule(timedelta(days=30), "what was said in a peer group, and who was in it", "closing of the group"),
    Kind.REMINDERS: Rule(timedelta(days=30), "what came unasked or was left out, without its words", "that moment"),
    Kind.GUESTS: Rule(timedelta(days=30), "conversations of guests who never said yes", "last sign"),
    Kind.SILENT: Rule(2 * YEAR, "everything of a parent who gave no sign", "last message or tap"),
}

ASK_BEFORE_ERASING = timedelta(days=30)
"""How long before all of a silent parent goes, the parent is asked."""


def period(kind: Kind) -> timedelta:
    """How long a kind is kept."""
    return RULES[kind].period


def in_dutch(kind: Kind) -> str:
    """The period as a Dutch sentence names it: "2 jaar", "30 dagen"."""
    years, days = divmod(RULES[kind].period, YEAR)
    return f"{years} jaar" if years and not days else f"{RULES[kind].period.days} dagen"


def as_table() -> str:
    """The table for a page in English, in Markdown."""
    lines = ["| what | kept for | counted from |", "| --- | --- | --- |"]
    for rule in RULES.values():
        years, rest = divmod(rule.period, YEAR)
        spoken = f"{years} years" if years and not rest else f"{rule.period.days} days"
        lines.append(f"| {rule.what} | {spoken} | {rule.since} |")
    return "\n".join(lines)
