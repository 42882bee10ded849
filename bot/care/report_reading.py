"""Puts one long message about a meeting into the parts of a report: by headings, by words that give a part away, and by
dates. Pure; `today` is the local day of who wrote it.

What it cannot place stands under what was discussed, and is counted as such: nothing that was typed is lost. Does not
know how a report is shown or corrected.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field
from datetime import date, time
from typing import Literal

from bot.care.meeting_words import DAY_WORD, day_in, held_day, time_in
from flows.engine.values import dataclass

Place = Literal["date", "present", "discussed", "attention", "resolutions", "next", "professional"]


@dataclass(frozen=True, slots=True)
class Reading:
    """A message in its parts. `next_at` and `next_day` are what is said of the next meeting, as far as that is clear;
    `next` says it in the writer's words. `unplaced` counts the sentences that stand under `discussed` for want of
    anything better."""

    held_on: date | None = None
    present: str = ""
    discussed: str = ""
    attention: str = ""
    resolutions: tuple[str, ...] = ()
    next: str = ""
    next_day: date | None = None
    next_at: time | None = None
    professional: str = ""
    unplaced: int = 0


# --- headings ---------------------------------------------------------------------------------------------------------

_LABELS: dict[Place, str] = {
    "date": r"datum|dag|wanneer",
    "present": r"aanwezig(?:en)?(?: waren| zijn)?|aanw\.?|wie(?: waren?| was)?(?: er)?(?: erbij)?|erbij(?: waren)?"
    r"|er waren|deelnemers|wie waren er",
    "discussed": r"besproken(?: is)?|wat is (?:er )?besproken|inhoud|verslag|gesprek|verloop|onderwerpen|bespreekpunten"
    r"|waar ging het over|wat er speelt|hoe het gaat|hoe gaat het|besproken punten|gesprekspunten",
    "attention": r"aandachts?punt(?:en|jes)?(?: zijn| is)?|aandacht(?: voor)?|let op|zorg(?:en|punten)?"
    r"|om op te letten|in de gaten houden|opletten",
    "resolutions": r"voornemens?(?: zijn| is)?|afspraken|afgesproken|acties?|actiepunten|to ?do|plan(?:nen)?|huiswerk"
    r"|wat gaan we doen|wat we gaan doen|oefenen thuis|om te proberen|uitproberen|voor de volgende keer",
    "next": r"volgende? (?:afspraak|keer|gesprek|contact|huisbezoek|bezoek|bijeenkomst)(?: is)?"
    r"|(?:vervolg|nieuwe )afspraak|volgende?|vervolg(?:gesprek)?|nieuwe datum",
    "professional": r"intern|alleen voor (?:mij|mezelf|ons team|het team)|voor mezelf|niet voor (?:de )?ouders?"
    r"|vertrouwelijk|(?:eigen|interne|professionele) notities?|notitie voor mezelf",
}
_BARE: frozenset[Place] = frozenset({"present", "attention", "resolutions", "next"})
"""Headings that count at the start of a line without a sign, in notes that are all in small letters."""
_LINE_START = r"^[\s#*_>•–—-]*(?:[0-9]{1,2}[.)]\s*)?[*_]*"
_HEADINGS = {
    place: re.compile(rf"{_LINE_START}(?P<label>{labels})[*_]*\s*(?:[:?=][*_]*(?P<rest>.*)|[*_]*)$", re.IGNORECASE)
    for place, labels in _LABELS.items()
}
_INSIDE = {
    place: re.compile(rf"^(?P<label>{labels})\s*:\s*(?P<rest>.+)$", re.IGNORECASE | re.DOTALL)
    for place, labels in _LABELS.items()
}
_SMALL = {
    place: re.compile(rf"^(?P<label>{labels}) (?P<rest>[a-z0-9].+)$")
    for place, labels in _LABELS.items()
    if place in _BARE
}
_ONE_LINE: frozenset[Place] = frozenset({"date", "present", "next"})
"""What follows on the same line is all there is to these, unless the heading stands alone."""
_WHOLE_LINES: frozenset[Place] = _ONE_LINE | {"attention", "professional"}
"""Under these headings a line is not looked into."""

# --- words that give a part away --------------------------------------------------------------------------------------

_NEXT = re.compile(
    r"^(?:de |het |onze |een )?(?:volgende?|nieuwe|vervolg) ?(?:afspraak|keer|gesprek|contact|huisbezoek|bezoek)\b"
    r"|^volgende week \w+dag\b"
    r"|^(?:we|wij) (?:zien|spreken|bellen) (?:elkaar|af)\b.*\b(?:op|om|over|weer)\b"
    rf"|^tot (?:over\b|{DAY_WORD}|volgende|ziens op|morgen|de [0-9]|[0-9])"
    rf"|^(?:we|wij) plann?en (?:een |de |op )?(?:{DAY_WORD}|[0-9]|nieuwe|volgende)"
    rf"|^ik kom (?:weer |terug )?(?:op|langs op) (?:{DAY_WORD}|[0-9])",
    re.IGNORECASE,
)
_ATTENTION = re.compile(
    r"\b(?:let op\b|aandachts?punt|in de gaten (?:te )?houden|blijven? (?:op)?letten|goed opletten"
    r"|oppassen (?:met|voor)|om op te letten|aandacht (?:houden )?voor|waakzaam)",
    re.IGNORECASE,
)
_RESOLUTION = re.compile(
    r"\b(?:we|wij|samen) (?:hebben )?(?:\w+ )?(?:spraken|spreken|afgesproken)\b(?: \w+){0,2}? ?(?:af\b|dat\b)?"
    r"|\bafgesproken (?:is|dat|om)\b|^afgesproken\b|\bvoornemen (?:is|wordt|om)\b"
    r"|\bneemt? zich voor\b|\bneem je (?:je )?voor\b|\bgaat? (?:dit |het )?(?:uit)?proberen\b",
    re.IGNORECASE,
)
_SPOKE_OF = re.compile(r"\b(?:we|wij|samen) (?:spraken|spreken)\b(?!.*\baf\b)", re.IGNORECASE)
_WILL_DO = re.compile(
    r"^(?:[A-Z]\w+|[Mm]ama|[Pp]apa|[Oo]ma|[Oo]pa|[Zz]e|[Hh]ij|[Hh]aar \w+|[Zz]ijn \w+|[Ww]e|[Zz]ij)"
    r" (?:gaat|gaan|probeert|proberen)\b.*\b(?:elke|iedere|deze week|dagelijks|mee|voortaan|vanaf|keer per)\b"
)
_IF_THEN = re.compile(r"^als\b.+?(?:, dan\b| dan\b|, )", re.IGNORECASE)
_PAST = re.compile(r"\b(?:was|waren|had|hadden|ging|gingen|werd|vond|zei|deed|kwam|lukte)\b", re.IGNORECASE)

_PRESENT = re.compile(
    r"^(?:aanwezig (?:waren|was|zijn)|erbij waren|er waren|aan tafel zaten)\b:?\s*(?P<who>.+?)[.!]?$", re.IGNORECASE
)
_WERE_THERE = re.compile(r"^(?P<who>[A-Z]\w+(?:, [A-Z]\w+)* en [A-Z]?\w+) waren (?:er|erbij|aanwezig)[.!]?$")
_MEETING = (
    r"(?i:(?:ouder|video|telefoon|kennismakings|evaluatie|hulpverlenings)?gesprek(?:je)?|ouderpraatje|verslag"
    r"|huisbezoek(?:je)?|afspraak|overleg|bezoek|contact|telefonisch contact|kort gebeld|gebeld|gezien|sessie)"
)
_NAMED = r"(?:[A-Z]\w*|mama|papa|oma|opa|tante|oom|de|haar|zijn|moeder|vader|broer|zus|juf|meester)"
_OPENING = re.compile(rf"\b{_MEETING}\b")
_WITH = re.compile(rf"\bmet (?P<who>{_NAMED}(?:(?:,? en |, | ?[&+] ?| ){_NAMED})*)")
_DAY_WITH = re.compile(r"^(?P<before>[\w ./-]{4,40}?),? met (?P<who>[\w, &+]{2,60})$")
_MET_ON = re.compile(
    rf"\b(?:{_MEETING}|datum|sprak|gesproken|bezocht|geweest|langs|bij|kwam|vandaag|gisteren|eergisteren)\b",
    re.IGNORECASE,
)

# --- sentences --------------------------------------------------------------------------------------------------------

_SHORTENED = r"(?<!\bbv)(?<!\bbijv)(?<!\bevt)(?<!\bdhr)(?<!\bmevr)(?<!\bmw)(?<!\bca)(?<!\bo\.a)(?<!\bi\.v\.m)(?<!\bnr)"
_SENTENCE_END = re.compile(rf"{_SHORTENED}(?<=[.!?…])[\"”’')]*\s+(?=[\"“‘'(]?[A-Z0-9ÀÉ“])")
_BULLET = re.compile(r"^\s*(?:[-*•–—+]|[0-9]{1,2}[.)])\s+")
_GOES_ON = re.compile(
    r"^(?:als het (?:niet|wel)|lukt|dan|dit|dat|zo|daarna|daarbij|en|maar|of|ook)\b", re.IGNORECASE
)  # fmt: skip


def read_report(message: str, today: date) -> Reading:
    """The message in its parts."""
    piles = _Piles()
    section: Place | None = None
    alone = False
    lines = message.replace("\r", "").split("\n")
    for line in lines:
        if not line.strip():
            section = None if section in _ONE_LINE and piles.has(section) else section
            piles.blank()
            continue
        heading = _heading(line)
        if heading:
            section, rest = heading
            alone = not rest
            if rest:
                _take_line(piles, section, rest, today, headed=True)
                section = None if section in _ONE_LINE else section
            continue
        if section in _ONE_LINE and not alone:
            section = None
        section = _take_line(piles, section, line, today, headed=section is not None)
    return piles.reading(today)


def _take_line(piles: _Piles, section: Place | None, line: str, today: date, *, headed: bool) -> Place | None:
    """Puts a line where it belongs; returns the part that the next lines are of."""
    bullet = _BULLET.match(line)
    if section == "resolutions" and bullet and not _NEXT.search(line[bullet.end() :].strip()):
        piles.resolutions.append(line[bullet.end() :].strip())
        return section
    of_next = section not in _ONE_LINE and _NEXT.search(line.strip())
    if headed and section in _WHOLE_LINES and not of_next:
        piles.add(section, _BULLET.sub("", line).strip())
        return section
    if section in (None, "discussed") and bullet:
        piles.add("discussed", line.rstrip(), headed=headed)
        return section
    piles.new_line()
    first = True
    for sentence in _sentences(line.strip()):
        section = _take_sentence(piles, section, sentence, today, first=first)
        first = False
    return section


def _take_sentence(piles: _Piles, section: Place | None, sentence: str, today: date, *, first: bool) -> Place | None:
    for place, pattern in _INSIDE.items():
        found = pattern.match(sentence)
        if found and not (place == "discussed" and not first):
            piles.add(place, found["rest"].strip(), headed=True)
            return section
    if _NEXT.search(sentence) and (section != "resolutions" or day_in(sentence, today)):
        piles.add("next", sentence)
        return section
    if section == "resolutions":
        piles.resolve(sentence)
        return section
    if piles.may_open and _opens(piles, sentence, today):
        return section
    if present := _PRESENT.match(sentence):
        piles.add("present", present["who"].strip())
    elif present := _WERE_THERE.match(sentence):
        piles.add("present", present["who"])
    elif _is_resolution(sentence):
        piles.resolutions.append(sentence)
        if sentence.endswith(":"):
            piles.resolutions.pop()
            return "resolutions"
    elif _ATTENTION.search(sentence):
        piles.add("attention", sentence)
    else:
        piles.add("discussed", sentence, headed=section == "discussed")
    return section


def _is_resolution(sentence: str) -> bool:
    if _SPOKE_OF.search(sentence):
        return False
    if _RESOLUTION.search(sentence) or _WILL_DO.search(sentence):
        return True
    return bool(_IF_THEN.search(sentence)) and not _PAST.search(sentence)


def _opens(piles: _Piles, sentence: str, today: date) -> bool:
    """Takes the sentence that says what meeting this was. True when that is all it says."""
    day = held_day(sentence, today) if _MET_ON.search(sentence) or _only_a_day(sentence, today) else None
    if day and piles.held_on is None:
        piles.held_on = day
    found = _DAY_WITH.match(sentence)
    if found and _only_a_day(found["before"], today):
        piles.held_on = piles.held_on or held_day(found["before"], today)
        piles.add("present", found["who"].strip())
        return True
    if _OPENING.search(sentence):
        found = _WITH.search(sentence)
        who = found["who"] if found else ""
        rest = _without_day(_OPENING.sub("", _WITH.sub("", sentence)))
        if who and not rest and not piles.has("present"):
            piles.add("present", who)
        return not rest and bool(day or who)
    return day is not None and _only_a_day(sentence, today)


_DAY_TALK = re.compile(
    rf"\b(?:{DAY_WORD}|vandaag|gisteren|eergisteren|afgelopen|vorige|week|op|van|de|het|bij|gezin|thuis|een|kort"
    r"|januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december|jan|feb|mrt|apr|jun|jul"
    r"|aug|sept?|okt|nov|dec|ochtend|middag|avond|telefonisch|dag|datum|om|uur)\b|[0-9]+|[^\w]",
    re.IGNORECASE,
)


def _without_day(text: str) -> str:
    """What is left of words about a meeting when the day is taken away."""
    return _DAY_TALK.sub("", text).strip()


def _only_a_day(sentence: str, today: date) -> bool:
    return not _without_day(sentence) and held_day(sentence, today) is not None


def _heading(line: str) -> tuple[Place, str] | None:
    """The part that a line opens, and what it says already."""
    for place, pattern in _HEADINGS.items():
        if found := pattern.match(line.strip()):
            rest = (found["rest"] or "").strip().strip("*_").strip()
            return place, rest
    if line == line.lower():
        for place, pattern in _SMALL.items():
            if found := pattern.match(line.strip()):
                return place, found["rest"].strip()
    return None


def _sentences(text: str) -> list[str]:
    return [one.strip() for one in _SENTENCE_END.split(text) if one.strip()]


# --- the parts while they are gathered --------------------------------------------------------------------------------


@dataclass
class _Piles:
    """What was placed so far. Blank lines between paragraphs of what was discussed stay."""

    found: dict[Place, list[str]] = field(default_factory=dict)
    resolutions: list[str] = field(default_factory=list)
    held_on: date | None = None
    unplaced: int = 0
    _joint: str = ""

    def has(self, place: Place) -> bool:
        return bool(self.found.get(place))

    @property
    def may_open(self) -> bool:
        """Whether what comes may still say what meeting this was."""
        return len(self.found.get("discussed", ())) < 4

    def blank(self) -> None:
        self._joint = "\n\n"

    def new_line(self) -> None:
        self._joint = self._joint or "\n"

    def add(self, place: Place, text: str, *, headed: bool = False) -> None:
        if place == "resolutions":
            for one in _apart(text):
                self.resolve(one)
            return
        pile = self.found.setdefault(place, [])
        if place == "discussed":
            self.unplaced += not headed
            joint = "\n" if _BULLET.match(text) else self._joint or " "
            pile.append(f"{joint if pile else ''}{text}")
            self._joint = ""
        else:
            pile.append(text)

    def resolve(self, text: str) -> None:
        """A resolution, or what goes on about the one before."""
        for one in _apart(text):
            if self.resolutions and _GOES_ON.match(one) and not _IF_THEN.match(one):
                self.resolutions[-1] += f" {one}"
            else:
                self.resolutions.append(one)

    def reading(self, today: date) -> Reading:
        said = " ".join(self.found.get("date", ()))
        after = "\n".join(self.found.get("next", ()))
        held_on = held_day(said, today) if said else self.held_on
        discussed = "".join(self.found.get("discussed", ()))
        if said and held_on is None:
            discussed = f"{said}\n{discussed}".strip()
        next_day = day_in(after, today)
        return Reading(
            held_on=held_on or self._day_of_words(discussed, today),
            present="\n".join(self.found.get("present", ())),
            discussed=discussed,
            attention="\n".join(self.found.get("attention", ())),
            resolutions=tuple(self.resolutions),
            next=after,
            next_day=next_day,
            next_at=time_in(after),
            professional="\n".join(self.found.get("professional", ())),
            unplaced=self.unplaced,
        )

    @staticmethod
    def _day_of_words(discussed: str, today: date) -> date | None:
        """Today or a day before it, when the first words say so."""
        for sentence in _sentences(discussed.replace("\n", " "))[:3]:
            if re.search(r"\b(?:vandaag|gisteren|eergisteren|afgelopen)\b", sentence, re.IGNORECASE):
                return held_day(sentence, today)
        return None


def _apart(text: str) -> Iterator[str]:
    """Resolutions with a semicolon between them, or one sentence each."""
    for piece in text.split(";"):
        yield from _sentences(piece.strip())
