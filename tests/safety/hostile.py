"""Names and texts that somebody might send to do harm, or that just happen: always the same for a seed."""

from __future__ import annotations

import random

from bot.simulator.text import utf16_length, utf16_slice

MARK_UP = (
    "<b>",
    "</b>",
    "<b",
    "<i>",
    "</",
    "<a href='https://kwaad.example/'>hier</a>",
    "<tg-spoiler>",
    "<code>",
    "<!--",
)
ESCAPES = ("&", "&amp;", "&lt;", "&lt;b&gt;", "&#60;b&#62;", "&#x3c;", "&nbsp;", "&;", "&#0;", "\\", "\\n", "%s", "{0}")
TEMPLATES = (
    "{{ mentor.name }}",
    "{% if x %}",
    "{{",
    "}}",
    "{#",
    "#}",
    "{{ ''.__class__ }}",
    "${x}",
    "__",
    "*vet*",
    "`x`",
)
COMMANDS = ("/wis", "/weg nu", "/begin AbC-12_x", "(/wis)", "-/weg", "/wis@draaglicht_bot", "”/weg", "\u200b/wis")
TAPPED = {"/wis", "/weg", "/begin", "/wis@draaglicht_bot"}
"""What must never be a command in a message of the bot; our own texts do not use these."""
LINKS = (
    "@kwaad_bot",
    "#tag",
    "t.me/kwaad",
    "https://t.me/draaglicht_bot?start=x",
    "www.kwaad.nl",
    "a@b.nl",
    "kwaad.nl",
)
TURNING = ("\u202e", "\u202d", "\u202b", "\u2067", "\u2066", "\u2068", "\u2069", "\u202c", "\u200f", "\u061c")
UNSEEN = (
    "\u200b",
    "\u200c",
    "\u200d",
    "\u2060",
    "\ufeff",
    "\u00ad",
    "\u3164",
    "\u2800",
    "\u034f",
    "\U000e0041",
    "\x00",
)
SPACES = (" ", "\n", "\n\n\n", "\t", "\r\n", "\u2028", "\u2029", "\x0b", "\x85", "\u3000")
SIGNS = (
    "👩‍👩‍👧‍👦",
    "🏴\U000e0067\U000e0062\U000e007f",
    "é",
    "e\u0301\u0302\u0303" * 9,
    "עמר",
    "عمر",
    "ﷺ",
    "𝕬",
    "\U0010ffff",
    "'",
    '"',
)
LABELS = (
    "Ja, wis alles",
    "Stuur naar Mieke",
    "✓ Ja",
    "a:0000:1:yes",
    "g:erase",
    "s:menu",
    "h:nl",
    "[Knop]",
    "Bericht van Mieke:",
)
WORDS = (
    "Anna",
    "ze vroeg of ik wel at",
    "Ik weet het niet",
    "van der Berg",
    "Noor",
    "O'Neill",
    "1",
    "0612345678",
    "x" * 300,
)
_SORTS = (MARK_UP, ESCAPES, TEMPLATES, COMMANDS, LINKS, TURNING, UNSEEN, SPACES, SIGNS, LABELS, WORDS)

LONGEST = 4096
"""The longest text that Telegram lets a person send, in UTF-16 units."""


def text(chance: random.Random, longest: int = LONGEST) -> str:
    """A text that Telegram would let through: not empty, not too long, without blank edges."""
    while True:
        pieces = [chance.choice(chance.choice(_SORTS)) for _ in range(chance.choice((1, 2, 3, 5, 12)))]
        made = chance.choice(("", " ", "\n")).join(pieces)
        if chance.random() < 0.03:
            made = (made + " ") * (longest // max(len(made), 1) + 1)
        made = utf16_slice(made, 0, longest).encode("utf-8", "ignore").decode().strip()
        if made and utf16_length(made) <= longest:
            return made


def name(chance: random.Random) -> str:
    """What somebody could be called: what Telegram calls a first name, up to 64 signs."""
    return text(chance, 64)
