"""Reads ages and lengths of time: "bijna 7", "anderhalf uur"."""

import re
from datetime import timedelta

from flows.engine.dutch.words import count_of, tokens_of, word_set

OLDEST_AGE = 25
"""In whole years: the method is for children and young people up to and including this age."""

_AGE_LEAD = (
    r"(?:(?:(?:[^\W\d_]+ )?(?:is|wordt|word|was)|hij|zij|ze|leeftijd|mijn kind|ik denk|ja|al|nu|net|pas|ongeveer|"
    r"circa|is|een kind van|van|inmiddels|ruim|maar)\s)*+"
)
_AGE_TAIL = r"(?: (?:jaar|jaren|jaartjes|j|jr))?(?: en [0-9]{1,2} (?:maand|maanden))?(?: (?:oud|geworden|nu|al|net))*"
_AGE = re.compile(
    rf"{_AGE_LEAD}(?P<almost>(?:(?:bijna|haast|net nog geen) )*)(?P<age>[0-9]{{1,2}}|een)"
    rf"(?:[.,][0-9])?(?: (?:en )?(?:een )?half)?{_AGE_TAIL}"
)
_ONE_AND_A_HALF = re.compile(rf"{_AGE_LEAD}anderhalf{_AGE_TAIL}")
_LESS_THAN_ONE = re.compile(rf"{_AGE_LEAD}(?:een )?(?:half jaar|halfjaar)(?: oud)?")
_YOUNG = re.compile(
    rf"{_AGE_LEAD}(?:bijna )?(?P<count>[0-9]{{1,3}}|een) (?P<unit>dag|dagen|week|weken|maand|maanden)(?: oud)?"
)
_UNITS_PER_YEAR = {"dag": 366, "dagen": 366, "week": 53, "weken": 53, "maand": 12, "maanden": 12}
_AGE_FILLER = word_set("hoor dus zo graag hoi hallo")


def parse_age(text: str) -> int | None:
    """The age in whole years that someone has reached ("bijna 7" is 6), from 0 up to and including ``OLDEST_AGE``."""
    spoken = " ".join(token for token in tokens_of(text) if token not in _AGE_FILLER)
    if _ONE_AND_A_HALF.fullmatch(spoken):
        return 1
    if _LESS_THAN_ONE.fullmatch(spoken):
        return 0
    young = _YOUNG.fullmatch(spoken)
    if young:
        age = count_of(young["count"]) // _UNITS_PER_YEAR[young["unit"]]
        return age if age <= OLDEST_AGE else None
    match = _AGE.fullmatch(spoken)
    if match is None:
        return None
    not_yet = bool(match["almost"]) or " wordt " in f" {spoken}" or " word " in f" {spoken}"
    age = count_of(match["age"]) - not_yet
    return age if 0 <= age <= OLDEST_AGE else None


_DURATION_UNITS = {
    word: unit
    for unit, words in (
        (timedelta(seconds=1), "s sec secs seconde seconden seconds tel tellen"),
        (timedelta(minutes=1), "m min mins minuut minuten minuutje minuutjes"),
        (timedelta(minutes=15), "kwartier kwartiertje"),
        (timedelta(hours=1), "u h uur uren uurtje uurtjes"),
        (timedelta(days=1), "d dag dagen dagje etmaal etmalen"),
        (timedelta(weeks=1), "w wk week weken weekje"),
    )
    for word in words.split()
}
_AMOUNT_OF_HALVES = {"half": 1, "halve": 1, "anderhalf": 3, "anderhalve": 3}
_DURATION_FILLER = word_set("ongeveer circa over na wacht graag maar doe zo n ja ok oke aub alsjeblieft svp bedankt")
_DURATION_PART = re.compile(
    r"(?:een )?(?:(?P<amount>[0-9]{1,4})(?:[.,](?P<five>50?)| en (?:een )?(?P<half>half|halve))?"
    r"|(?P<special>half|halve|anderhalf|anderhalve)|(?<=een )|(?=kwartier))"
    rf" ?(?P<unit>{'|'.join(sorted(_DURATION_UNITS, key=len, reverse=True))})(?: (?:en )?|$)"
)


def parse_duration(text: str) -> timedelta | None:
    """The length of time in a text ("10s", "anderhalf uur", "2 dagen en 3 uur"), or None. Days count 24 hours.

    A month or a year has no fixed length and is not understood.
    """
    spoken = " ".join(token for token in tokens_of(text) if token not in _DURATION_FILLER)
    spoken = spoken.replace("halfuur", "half uur").replace("driekwartier", "3 kwartier")
    spoken = re.sub(r"^([0-9]{1,4}) (u|h|uur) ([0-9]{2})$", r"\1 \2 \3 min", spoken)
    total, smallest, position = timedelta(), None, 0
    while position < len(spoken):
        match = _DURATION_PART.match(spoken, position)
        if match is None:
            return None
        unit = _DURATION_UNITS[match["unit"]]
        if smallest is not None and unit >= smallest:
            return None
        smallest, position = unit, match.end()
        total += _halves(match) * unit / 2
    return None if smallest is None else total


def _halves(match: re.Match[str]) -> int:
    if match["special"]:
        return _AMOUNT_OF_HALVES[match["special"]]
    if match["amount"] is None:
        return 2
    return 2 * int(match["amount"]) + bool(match["five"] or match["half"])
