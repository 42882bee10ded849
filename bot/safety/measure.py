"""How well the danger words do on sentences whose answer is known: `python -m bot.safety.measure FOLDER`.

A folder holds `explicit*.txt` and `indirect*.txt` (a line: category | sentence) and `ordinary*.txt` (a line: sentence).
What goes wrong with those that have `held_out` in their name is counted and not shown: no rule is written for it.
Shows sentences, so it is for sentences that somebody made up, never for those of parents.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from bot.safety.danger import DangerWords, Finding, load_danger
from flows.engine.values import dataclass

ORDINARY, HELD_OUT = "ordinary", "held_out"


@dataclass(frozen=True, slots=True)
class Case:
    """A sentence, and what it should be found as; the category is empty where nothing should be found."""

    category: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Result:
    """What one file came to."""

    name: str
    found: list[tuple[Case, Finding | None]]

    @property
    def ordinary(self) -> bool:
        """Whether nothing should be found here."""
        return self.name.startswith(ORDINARY)

    def share(self, tier: str, category: str | None = None) -> float:
        """Which part of the sentences (of a category) was found in this tier; `any` is either tier."""
        those = [finding for case, finding in self.found if category in (None, case.category)]
        hits = [one for one in those if one and tier in ("any", one.tier)]
        return len(hits) / len(those) if those else 0.0

    def named(self) -> float:
        """Which part of what was found was given its own category."""
        hits = [(case, one) for case, one in self.found if one]
        return sum(case.category == one.category for case, one in hits) / len(hits) if hits else 0.0

    def wrong(self) -> Iterator[tuple[Case, Finding | None]]:
        """What was missed (an explicit sentence also when found as possible), or found where nothing was."""
        for case, finding in self.found:
            if self.ordinary:
                bad = finding is not None
            else:
                bad = finding is None or (self.name.startswith("explicit") and finding.tier != "explicit")
            if bad:
                yield case, finding

    def categories(self) -> list[str]:
        """The categories, in order of appearance."""
        return list(dict.fromkeys(case.category for case, _ in self.found))


def cases(path: Path) -> list[Case]:
    """The sentences of a file; lines that begin with # are remarks."""
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    kept = [line for line in lines if line and not line.startswith("#")]
    if path.name.startswith(ORDINARY):
        return [Case("", line) for line in kept]
    return [
        Case(category.strip(), sentence.strip()) for category, _, sentence in (line.partition("|") for line in kept)
    ]


def measure(words: DangerWords, folder: Path) -> list[Result]:
    """Every file of a folder, measured."""
    return [
        Result(path.stem, [(case, words.look(case.sentence)) for case in cases(path)])
        for path in sorted(folder.glob("*.txt"))
    ]


def table(results: list[Result]) -> str:
    """The results as lines to read: per file the shares, per category, then what went wrong in those not held out."""
    lines = [f"{'file':<24}{'category':<18}{'sentences':>9}{'explicit':>10}{'possible':>10}{'either':>10}{'named':>8}"]
    for result in results:
        lines.append(_line(result, None))
        lines += [_line(result, category) for category in result.categories() if category]
    for result in results:
        if HELD_OUT in result.name:
            continue
        lines += ["", f"{result.name}: {'found where nothing is' if result.ordinary else 'missed'}"]
        for case, finding in result.wrong():
            told = f"{finding.tier} {finding.category} {finding.rule}" if finding else "nothing"
            lines.append(f"  {case.category or '-':<16} {case.sentence}  -> {told}")
    return "\n".join(lines)


def _line(result: Result, category: str | None) -> str:
    count = sum(category in (None, case.category) for case, _ in result.found)
    shares = "".join(f"{result.share(tier, category):>10.1%}" for tier in ("explicit", "possible", "any"))
    named = f"{result.named():>8.0%}" if category is None and not result.ordinary else ""
    return f"{result.name if category is None else '':<24}{category or 'all':<18}{count:>9}{shares}{named}"


if __name__ == "__main__":
    sys.stdout.write(table(measure(load_danger(), Path(sys.argv[1]))) + "\n")
