"""How well flows are found by sentences whose answer is known.

A line of a file is `flow, other flow | sentence`: the flows that fit, or `-` where nothing does. What goes wrong in a
file with `held_out` or `others` in its name is counted and not shown: no phrase is written for it. Shows sentences, so
it is for sentences that somebody made up, never for those of parents.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from flows.engine.matching import Matcher, Offer
from flows.engine.values import dataclass

NOTHING = "-"
_COUNTED_ONLY = ("held_out", "others")


@dataclass(frozen=True, slots=True)
class Case:
    """A sentence, and the flows that fit it, the first the one it was written for; none where nothing fits."""

    fits: tuple[str, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class Result:
    """What the sentences of one file came to. `left_out` are those for flows without phrases."""

    name: str
    found: list[tuple[Case, list[Offer]]]
    left_out: list[Case]

    @property
    def hits(self) -> Counter[str]:
        """How often a fitting flow was among the offers, by the flow that the sentence was written for."""
        return Counter(case.fits[0] for case, offers in self.found if _is_hit(case, offers))

    @property
    def wanted(self) -> Counter[str]:
        """How many sentences something fits, by the flow that they were written for."""
        return Counter(case.fits[0] for case, _ in self.found if case.fits)

    @property
    def false_offers(self) -> list[Case]:
        """The sentences that nothing fits and that got an offer."""
        return [case for case, offers in self.found if offers and not case.fits]

    @property
    def ordinary(self) -> int:
        """How many sentences nothing fits."""
        return sum(not case.fits for case, _ in self.found)


def _is_hit(case: Case, offers: list[Offer]) -> bool:
    return any(offer.flow in case.fits for offer in offers)


def cases(path: Path) -> list[Case]:
    """The sentences of a file; lines that begin with # are remarks. Raises OSError when it cannot be read."""
    rows = (row.strip() for row in path.read_text(encoding="utf-8").splitlines())
    parts = (row.partition("|") for row in rows if row and not row.startswith("#"))
    return [
        Case(tuple(flow.strip() for flow in flows.split(",") if flow.strip() != NOTHING), sentence.strip())
        for flows, _, sentence in parts
    ]


def measure(matcher: Matcher, path: Path) -> Result:
    """The offers for every sentence of a file, with every flow allowed that has phrases."""
    counted: list[Case] = []
    left_out: list[Case] = []
    for case in cases(path):
        known = not case.fits or case.fits[0] in matcher.flows
        (counted if known else left_out).append(case)
    return Result(path.stem, [(case, matcher.offers(case.sentence, matcher.flows)) for case in counted], left_out)


def table(results: Sequence[Result]) -> str:
    """Hits by flow and in all, false offers, and what went wrong."""
    hits = sum((result.hits for result in results), Counter[str]())
    wanted = sum((result.wanted for result in results), Counter[str]())
    rows = [f"{flow:<20} {hits[flow]:>4} of {count:>4}" for flow, count in sorted(wanted.items())]
    for result in results:
        found, asked, false = result.hits.total(), result.wanted.total(), len(result.false_offers)
        share = f"{found / asked:.1%}" if asked else "-"
        rows.append(
            f"{result.name}: {found} of {asked} have a right offer ({share}); "
            f"{false} of {result.ordinary} that nothing fits have one; {len(result.left_out)} left out"
        )
        if not any(mark in result.name for mark in _COUNTED_ONLY):
            rows += (
                f"  {case.sentence}  -> {_said(offers)}"
                for case, offers in result.found
                if (not _is_hit(case, offers) if case.fits else offers)
            )
    total, asked = hits.total(), wanted.total()
    false, ordinary = sum(len(one.false_offers) for one in results), sum(one.ordinary for one in results)
    rows.append(f"in all: {total} of {asked} right ({total / max(1, asked):.1%}), {false} of {ordinary} false offers")
    return "\n".join(rows)


def _said(offers: list[Offer]) -> str:
    return ", ".join(f"{offer.flow} {offer.score:.2f}" for offer in offers) or "nothing"
