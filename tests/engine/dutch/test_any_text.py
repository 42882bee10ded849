"""Whatever people type where a time, date, age or duration is asked, nothing breaks."""

from datetime import date, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from flows.engine.dutch.clock import TimeReading, parse_time
from flows.engine.dutch.dates import YEARS, BirthDateProblem, parse_birth_date, parse_date
from flows.engine.dutch.spans import parse_age, parse_duration
from flows.engine.dutch.spoken import spoken_date, spoken_time

WORDS_AND_SIGNS = """
    half kwart voor over na uur u h acht zeven een 8 19 30 0 24 25 99 1930 : . - / , ½ 's avonds morgens pm of
    niet eind week maandag zo morgen augustus mei 29 februari 2019 0000 jaar bijna maanden anderhalf min
    volgende deze over gisteren 31 999 9999 € <3 ¹ ٣ é § @ ¤ d dagen kwartier
"""
PIECES = WORDS_AND_SIGNS.split()
any_text = st.one_of(
    st.text(max_size=80),
    st.lists(st.sampled_from(PIECES), max_size=9).map(" ".join),
    st.lists(st.sampled_from(PIECES), max_size=6).map("".join),
)
any_day = st.dates()


@settings(max_examples=500)
@given(any_text, any_day, st.booleans())
@example("over 999 jaar", date.max, False)
@example("morgen", date.max, False)
@example("eind volgende maand", date.max, False)
@example("deze week maandag", date.min, False)
@example("gisteren", date.min, False)
@example("0-0-0000", date(2026, 7, 22), False)
@example("12 maart 99", date.min, False)
def test_nothing_that_people_type_raises(text: str, today: date, evening: bool) -> None:
    reading = parse_time(text, evening=evening)
    if reading is not None:
        assert 1 <= len(reading.times) <= (1 if evening else 2)
        assert list(reading.times) == sorted(set(reading.times))
        for at in reading.times:
            assert parse_time(spoken_time(at), evening=evening) == TimeReading((at,))
    day = parse_date(text, today)
    if day is not None:
        assert parse_date(day.isoformat(), today) == (day if day.year in YEARS else None)
        assert spoken_date(day, today)
    born = parse_birth_date(text, today)
    assert isinstance(born, BirthDateProblem) or born <= today
    age = parse_age(text)
    assert age is None or (0 <= age <= 25 and parse_age(str(age)) == age)
    duration = parse_duration(text)
    assert duration is None or duration >= timedelta()
