"""What people type for ages and durations."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.engine.dutch.spans import parse_age, parse_duration


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("6", 6),
        (" 6! ", 6),
        ("zes", 6),
        ("Zes 🙂", 6),
        ("6 jaar", 6),
        ("6j", 6),
        ("zes jaar oud", 6),
        ("ze is 6", 6),
        ("Noor is zes", 6),
        ("hij is nu 6 jaar", 6),
        ("bijna 7", 6),
        ("bijna zeven jaar", 6),
        ("ze is bijna 7", 6),
        ("hij wordt 7", 6),
        ("wordt bijna 7", 6),
        ("net 7", 7),
        ("7 geworden", 7),
        ("zes en een half", 6),
        ("6 en half", 6),
        ("6½", 6),
        ("2,5", 2),
        ("2.5 jaar", 2),
        ("6,5", 6),
        ("anderhalf", 1),
        ("anderhalf jaar", 1),
        ("een half jaar", 0),
        ("één", 1),
        ("een jaar", 1),
        ("bijna 1", 0),
        ("0", 0),
        ("8 maanden", 0),
        ("18 maanden", 1),
        ("10 weken", 0),
        ("6 jaar en 3 maanden", 6),
        ("25", 25),
        ("vijfentwintig", 25),
        ("bijna 26", 25),
        ("26", None),
        ("-3", None),
        ("bijna 0", None),
        ("999 maanden", None),
        ("6 of 7", None),
        ("6-7", None),
        ("6 en 8", None),
        ("ze is 6 en haar broer is 8", None),
        ("ik heb 2 kinderen", None),
        ("12 maart 2019", None),
        ("2019", None),
        ("geen idee", None),
        ("", None),
    ],
)
def test_ages(text: str, age: int | None) -> None:
    assert parse_age(text) == age


@pytest.mark.parametrize("age", range(26))
def test_every_age_is_understood(age: int) -> None:
    assert parse_age(str(age)) == parse_age(f"{age} jaar") == age
    assert parse_age(f"bijna {age + 1}") == age


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("10s", 10),
        ("10 s", 10),
        ("10 seconden", 10),
        ("tien seconden", 10),
        ("0s", 0),
        ("15m", 15 * 60),
        ("15 min", 15 * 60),
        ("15 min.", 15 * 60),
        ("15 minuten", 15 * 60),
        ("een minuutje", 60),
        ("kwartier", 15 * 60),
        ("een kwartier", 15 * 60),
        ("kwartiertje", 15 * 60),
        ("drie kwartier", 45 * 60),
        ("half uur", 30 * 60),
        ("een half uur", 30 * 60),
        ("halfuur", 30 * 60),
        ("half uurtje", 30 * 60),
        ("anderhalf uur", 90 * 60),
        ("1½ uur", 90 * 60),
        ("1u30", 90 * 60),
        ("1 uur en 30 minuten", 90 * 60),
        ("een uur en een kwartier", 75 * 60),
        ("2 uur", 2 * 3600),
        ("2u", 2 * 3600),
        ("2h", 2 * 3600),
        ("een uur", 3600),
        ("over een uurtje", 3600),
        ("zo'n 2 uur", 2 * 3600),
        ("2,5 uur", 9000),
        ("twee en een half uur", 9000),
        ("3 dagen", 3 * 86400),
        ("3d", 3 * 86400),
        ("een dag", 86400),
        ("2 dagen en 3 uur", 2 * 86400 + 3 * 3600),
        ("een week", 7 * 86400),
        ("1w", 7 * 86400),
        ("anderhalve week", 7 * 86400 * 3 // 2),
        ("2 weken", 14 * 86400),
    ],
)
def test_durations(text: str, seconds: int) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "lang",
        "10",
        "een",
        "half",
        "een maand",
        "1:30",
        "-5 min",
        "2 uur of 3 uur",
        "2 uur 3 uur",
        "99999 uur",
        "uur",
    ],
)
def test_no_duration(text: str) -> None:
    assert parse_duration(text) is None


@given(st.integers(0, 9999), st.sampled_from([("s", 1), ("m", 60), ("u", 3600), ("d", 86400), ("w", 604800)]))
def test_short_durations_are_exact(count: int, unit: tuple[str, int]) -> None:
    assert parse_duration(f"{count}{unit[0]}") == timedelta(seconds=count * unit[1])
