"""An appointment as a file that calendars read (iCalendar, RFC 5545). Pure.

Instants are in UTC, so that no calendar needs to know a zone. A later file with the same UID and a higher SEQUENCE
replaces the earlier one. Does not know what an appointment is called: a calendar lies open, so as little as helps.
"""

from __future__ import annotations

from datetime import UTC, datetime

from flows.engine.values import dataclass

NAME = "afspraak.ics"
_NO_ADDRESS = "invalid:nomail"
"""A calendar wants an organizer with an address; ours has none to write to."""
_LINE = 75
"""The most octets of a line; longer ones are folded."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What a calendar hears. `uid` is the same for ever; `sequence` goes up with each change that it hears of."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    summary: str
    place: str
    organizer: str
    cancelled: bool = False


def written(entry: Entry, now: datetime) -> bytes:
    """The file. Instants must be aware."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Draaglicht//NL",
        "CALSCALE:GREGORIAN",
        f"METHOD:{'CANCEL' if entry.cancelled else 'PUBLISH'}",
        "BEGIN:VEVENT",
        f"UID:{entry.uid}",
        f"SEQUENCE:{entry.sequence}",
        f"DTSTAMP:{_instant(now)}",
        f"DTSTART:{_instant(entry.starts_at)}",
        f"DTEND:{_instant(entry.ends_at)}",
        f"SUMMARY:{_text(entry.summary)}",
        *([f"LOCATION:{_text(entry.place)}"] if entry.place else []),
        f'ORGANIZER;CN="{_quoted(entry.organizer)}":{_NO_ADDRESS}',
        f"STATUS:{'CANCELLED' if entry.cancelled else 'CONFIRMED'}",
        "TRANSP:OPAQUE",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines).encode()


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(words: str) -> str:
    """Words as a value: with strokes before what has a meaning of its own, and nothing that ends a line."""
    plain = _printable(words.replace("\r\n", "\n").replace("\r", "\n"), but="\n")
    for sign in ("\\", ";", ","):
        plain = plain.replace(sign, f"\\{sign}")
    return plain.replace("\n", "\\n")


def _quoted(words: str) -> str:
    """Words between quotes, in which nothing can be said with a stroke."""
    return _printable(words).replace('"', "'")


def _printable(words: str, but: str = "") -> str:
    return "".join(sign if sign in but or sign.isprintable() else " " for sign in words)


def _folded(line: str) -> str:
    """A line in pieces of at most 75 octets, none of which ends within a sign."""
    pieces, room = [""], _LINE
    for sign in line:
        size = len(sign.encode())
        if size > room:
            pieces.append(" ")
            room = _LINE - 1
        pieces[-1] += sign
        room -= size
    return "\r\n".join(pieces)
