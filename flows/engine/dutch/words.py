"""The words and numbers in what a person types, and the names of days. Does not know what they mean together."""

import re
import unicodedata
from collections.abc import Iterator

WEEKDAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
"""Dutch weekday names, Monday first, as ``date.weekday`` counts."""

MONTHS = (
    "januari",
    "februari",
    "maart",
    "april",
    "mei",
    "juni",
    "juli",
    "augustus",
    "september",
    "oktober",
    "november",
    "december",
)
"""Dutch month names: January at index 0."""

DAY_WORDS = {"eergisteren": -2, "gisteren": -1, "vandaag": 0, "morgen": 1, "overmorgen": 2}
"""How many days after today the day is that the word names."""

_UNITS = ("nul", "een", "twee", "drie", "vier", "vijf", "zes", "zeven", "acht", "negen", "tien", "elf", "twaalf")
_TEENS = ("dertien", "veertien", "vijftien", "zestien", "zeventien", "achttien", "negentien")
_TENS = ("twintig", "dertig", "veertig", "vijftig", "zestig", "zeventig", "tachtig", "negentig")
BELOW_TWENTY = (*_UNITS, *_TEENS)
NUMBERS = {word: number for number, word in enumerate(BELOW_TWENTY) if word != "een"} | {
    (f"{_UNITS[unit]}en{ten}" if unit else ten): 20 + 10 * index + unit
    for index, ten in enumerate(_TENS)
    for unit in range(10)
}
"""Dutch number words without accents. "Een" is left out, because it is mostly the article "a"."""

_UNKNOWN_SIGN = "¤"
GONE_SIGN = "§"
"""In place of words that were read. Like every sign, it is in no token."""

_LONGEST_ANSWER = 300
"""In characters: nobody answers a question about time with more than this."""

_NUMBER_CHUNK = r"[0-9]+(?:[:.,;/\-–][0-9]+)*"
_TOKEN = re.compile(rf"{_NUMBER_CHUNK}|[^\W\d_]+|\w|[%€$£#@&+=*/\\⁄<>]|(?<!\w)-(?=[0-9])")
_EMOTICON = re.compile(r"(?<!\S)(?:<3|[:;=]-?[()dop3]|xd)(?!\w)")


def tokens_of(text: str) -> list[str]:
    """The words and numbers of a text: lower case, no accents, no emoji, number words as digits."""
    if len(text) > _LONGEST_ANSWER:
        return []
    plain = unicodedata.normalize("NFC", text).lower().replace("½", " en een half ")
    plain = re.sub(r"\b(?:één|éen|eén)\b", "1", plain)
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(sign)).lower()
    plain = "".join(sign for sign in plain if unicodedata.category(sign) not in ("Mn", "Me", "Cf"))
    plain = re.sub(r"\b([ap])\.\s?m\b\.?", r"\1m", plain)
    plain = re.sub(r"\ba\.s\.", "aanstaande", plain)
    plain = _EMOTICON.sub(" ", plain)
    return [part for token in _TOKEN.findall(plain) for part in _split_glued(token)]


def _split_glued(token: str) -> Iterator[str]:
    """The parts of a token that people write as one word: "halfacht", "achtuur"."""
    head, tail = token[:4], token[4:]
    if head == "half" and (tail in NUMBERS or tail == "een"):
        yield head
        yield str(NUMBERS.get(tail, "een"))
    elif token.endswith("uur") and token[:-3] in NUMBERS:
        yield str(NUMBERS[token[:-3]])
        yield "uur"
    elif token in NUMBERS:
        yield str(NUMBERS[token])
    elif token[0].isalnum() and (token.isalpha() or token[0] in "0123456789"):
        yield token
    else:
        yield _UNKNOWN_SIGN


def hours_written_out(tokens: list[str]) -> list[str]:
    """The tokens with the "u" and "h" after a number as "uur"."""
    return [
        "uur" if token in ("u", "h") and index and is_number(tokens[index - 1]) else token
        for index, token in enumerate(tokens)
    ]


def one_slip_apart(typed: str, word: str) -> bool:
    """Whether one letter too many, too few, wrong or swapped makes ``typed`` of ``word``; the first letter is right."""
    if typed == word or typed[:1] != word[:1] or abs(len(typed) - len(word)) > 1:
        return False
    start = 0
    while start < min(len(typed), len(word)) and typed[start] == word[start]:
        start += 1
    end = 0
    while end < min(len(typed), len(word)) - start and typed[-1 - end] == word[-1 - end]:
        end += 1
    left_typed, left_word = typed[start : len(typed) - end], word[start : len(word) - end]
    swapped = len(left_typed) == 2 and left_typed == left_word[::-1]
    return swapped or (len(left_typed) <= 1 and len(left_word) <= 1)


def word_set(names: str) -> frozenset[str]:
    return frozenset(names.split())


def is_number(token: str) -> bool:
    return token[:1] in tuple("0123456789")


def has_number(tokens: list[str]) -> bool:
    return any(map(is_number, tokens))


def count_of(digits: str) -> int:
    return 1 if digits == "een" else int(digits)


def phrase(pattern: str) -> re.Pattern[str]:
    """A pattern of whole tokens in a text whose tokens are separated by single spaces."""
    return re.compile(rf"(?<!\S)(?:{pattern})(?!\S)")
