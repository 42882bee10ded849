"""The reading level, against counts by hand."""

from __future__ import annotations

import pytest

from flows.engine import reading_level
from flows.engine.reading_level import Size


@pytest.mark.parametrize(
    ("word", "count"),
    [("kind", 1), ("kinderen", 3), ("zorgen", 2), ("ouderbegeleiding", 6), ("half-acht", 2), ("19:30", 2), ("x", 1)],
)
def test_syllables(word: str, count: int) -> None:
    assert reading_level.syllables(word) == count


@pytest.mark.parametrize(
    ("text", "sentences", "words"),
    [
        ("Dag. Hoe gaat het?", 2, 4),
        ("“Kom je?” vroeg hij. Ja!", 3, 5),
        ("Om 19.30 uur kom ik… Goed", 2, 6),
        ("Kies:\n\nEen\nTwee", 3, 3),
        ("Mama's jas, en die van papa.", 1, 6),
        ("", 0, 0),
        ("👋 … !", 0, 0),
    ],
)
def test_sentences_and_words(text: str, sentences: int, words: int) -> None:
    size = reading_level.measure(text)
    assert (size.sentences, size.words) == (sentences, words)


def test_the_formula_of_douma() -> None:
    assert Size(2, 20, 30).level == pytest.approx(206.84 - 0.93 * 10 - 77 * 1.5)
    assert Size().level == 100
    assert Size(1, 2, 3) + Size(4, 5, 6) == Size(5, 7, 9)


def test_easy_text_scores_higher_than_hard_text() -> None:
    easy = reading_level.measure("Je kind is boos. Dat mag. Blijf dichtbij en zeg wat je ziet.")
    hard = reading_level.measure(
        "Ouderlijke beschikbaarheid bevordert emotieregulatie gedurende conflictsituaties aanzienlijk."
    )
    assert easy.level > 100
    assert hard.level < 20


@pytest.mark.parametrize(
    ("text", "count"),
    [("Wat?", 1), ("Wat? En hoe?", 2), ("Zeg: “Wil je iets?” Doe je dat?", 1), ("Wat?!", 1), ("Zo.", 0)],
)
def test_questions_to_the_reader(text: str, count: int) -> None:
    assert reading_level.questions(text) == count
