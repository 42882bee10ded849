"""Whether a text is nothing but a call for help, as somebody types it who is in a hurry. Does not know who types."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from itertools import groupby

_Runs = list[tuple[str, int]]
"""A word as its letters, and how often each stands there in a row: "help" and "heeelp" differ in one number."""

_SIGNS = {"🆘": " sos "}
_COMMAND = re.compile(r"\s*/\s*(\w+)(@\w+)?")
_PLAIN_PHRASE = 6
"""Texts of more words than this are never a mere call for help; they are looked at for danger instead."""


class HelpWords:
    """The words and phrases that ask for help.

    Capitals, accents, signs and little pictures do not count, nor does saying the same more than once. Letters may
    stand apart ("s.o.s"). A letter of a word may be repeated, three times or more ("heeeelp") or at its end ("hulpp");
    twice in the middle may make another word, so that is only found when it is in the list.
    """

    def __init__(self, phrases: Iterable[str]) -> None:
        self._phrases = [[_runs(word) for word in phrase.casefold().split()] for phrase in phrases]

    def is_asked_by(self, text: str) -> bool:
        """Whether this text, or command with its stroke, asks for help and says nothing else."""
        command = _COMMAND.match(text)
        words = _words(command[1] if command else text)
        return any(_are(list(map(_runs, part)), phrase) for part in _once(words) for phrase in self._phrases)


def _runs(word: str) -> _Runs:
    return [(sign, len(list(same))) for sign, same in groupby(word)]


def _is(word: _Runs, meant: _Runs) -> bool:
    """Any letter of a word may be held; a number is only itself."""
    if word == meant:
        return True
    if [sign for sign, _ in word] != [sign for sign, _ in meant] or all(sign.isdecimal() for sign, _ in meant):
        return False
    last = len(word) - 1
    return all(
        held == once or held >= 3 or (at == last and held > once)
        for at, ((_, held), (_, once)) in enumerate(zip(word, meant, strict=True))
    )


def _words(text: str) -> list[str]:
    for sign, word in _SIGNS.items():
        text = text.replace(sign, word)
    plain = unicodedata.normalize("NFKD", text.casefold())
    shown = "".join(c for c in plain if unicodedata.category(c) not in ("Mn", "Cf"))
    words = re.findall(r"[^\W_]+", shown)
    if len(words) > 1 and all(len(word) == 1 for word in words):
        return ["".join(words)]
    return words


def _once(words: list[str]) -> Iterable[list[str]]:
    """What is said, without saying it again: "help help help" is "help"."""
    for size in range(1, min(len(words), _PLAIN_PHRASE) + 1):
        if len(words) % size == 0 and words == words[:size] * (len(words) // size):
            yield words[:size]


def _are(words: list[_Runs], phrase: list[_Runs]) -> bool:
    return len(words) == len(phrase) and all(map(_is, words, phrase))
