"""What people type for times, dates, ages and durations, and how it is said back."""

from datetime import date, time, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from flows.engine.dutch_time import (
    BirthDateProblem,
    TimeReading,
    clock_time,
    month_name,
    parse_age,
    parse_birth_date,
    parse_date,
    parse_duration,
    parse_time,
    spoken_date,
    spoken_time,
    weekday_name,
)

TODAY = date(2026, 7, 22)
"""A Wednesday."""

ALL_MINUTES = [time(hour, minute) for hour in range(24) for minute in range(60)]

EITHER_HALF_OF_THE_DAY = {
    "half acht": "07:30",
    "half 8": "07:30",
    "Half Acht": "07:30",
    "HALF ACHT!!": "07:30",
    "  half   acht  ": "07:30",
    "half acht.": "07:30",
    "🙂 half acht 🌙✨": "07:30",
    "half acht <3": "07:30",
    "half acht :)": "07:30",
    "een over acht": "08:01",
    "een minuut voor half acht": "07:29",
    "halfacht": "07:30",
    "half8": "07:30",
    "hal acht": "07:30",
    "hafl acht": "07:30",
    "half zeve": "06:30",
    "half acth": "07:30",
    "rond half acht": "07:30",
    "half acht graag": "07:30",
    "doe maar half acht": "07:30",
    "Doe maar half acht, dan ligt ze in bed": "07:30",
    "half acht ofzo": "07:30",
    "half acht of zo": "07:30",
    "half acht uur": "07:30",
    "half een": "00:30",
    "half één": "00:30",
    "half 1": "00:30",
    "half twaalf": "11:30",
    "7:30": "07:30",
    "7.30": "07:30",
    "7,30": "07:30",
    "7.30 uur": "07:30",
    "7u30": "07:30",
    "7 u 30": "07:30",
    "7h30": "07:30",
    "7 uur 30": "07:30",
    "7 uur en 30 minuten": "07:30",
    "zeven uur dertig": "07:30",
    "zeven dertig": "07:30",
    "7 30": "07:30",
    "7 uur": "07:00",
    "7u": "07:00",
    "7 u": "07:00",
    "7 u.": "07:00",
    "7 h": "07:00",
    "7uur": "07:00",
    "zeven uur": "07:00",
    "zevenuur": "07:00",
    "zeven": "07:00",
    "Zeven.": "07:00",
    "7": "07:00",
    "7️⃣": "07:00",
    "om 7": "07:00",
    "doe maar 7": "07:00",
    "om één uur": "01:00",
    "om een uur": "01:00",
    "een uur": "01:00",
    "1 uur": "01:00",
    "om 8 uur": "08:00",
    "tegen acht uur": "08:00",
    "acht ur": "08:00",
    "acht uru": "08:00",
    "een uur of acht": "08:00",
    "om een uurtje of 8": "08:00",
    "8 uur voor mij": "08:00",
    "8 uur is prima": "08:00",
    "ze gaat om 8 uur slapen": "08:00",
    "rond de klok van acht uur": "08:00",
    "12 uur": "00:00",
    "twaalf": "00:00",
    "kwart voor acht": "07:45",
    "Kwart vóór acht": "07:45",
    "kwart vor acht": "07:45",
    "kwrat voor acht": "07:45",
    "kwart voor ach": "07:45",
    "kwart over 7": "07:15",
    "kwart ovr 7": "07:15",
    "kwart na zeven": "07:15",
    "kwartier over zeven": "07:15",
    "een kwartier na zeven": "07:15",
    "kwart over twaalf": "00:15",
    "kwart voor een": "00:45",
    "tien voor acht": "07:50",
    "tien minuten voor acht": "07:50",
    "10 min voor 8": "07:50",
    "10 over half 8": "07:40",
    "tien over half acht": "07:40",
    "vijf voor half acht": "07:25",
    "5 voor half 8 graag": "07:25",
    "5 na 8": "08:05",
    "vijf na acht": "08:05",
    "om vijf over acht": "08:05",
    "tien over half 12": "11:40",
    "elke dag om 8 uur": "08:00",
    "morgen om 8 uur": "08:00",
    "half acht na het eten": "07:30",
    "half acht, dus 7:30": "07:30",
}

ONE_TIME = {
    "19.30": "19:30",
    "19:30": "19:30",
    "19,30": "19:30",
    "19u30": "19:30",
    "19 u 30": "19:30",
    "19 u. 30": "19:30",
    "19h30": "19:30",
    "19H30": "19:30",
    "1930": "19:30",
    "doe maar 1930": "19:30",
    "19 30": "19:30",
    "19": "19:00",
    "19.30u": "19:30",
    "19.30 h": "19:30",
    "0730": "07:30",
    "07:30": "07:30",
    "07u30": "07:30",
    "07 uur": "07:00",
    "7 pm": "19:00",
    "7pm": "19:00",
    "7.30pm": "19:30",
    "7:30 p.m.": "19:30",
    "7 a.m.": "07:00",
    "12 pm": "12:00",
    "12 am": "00:00",
    "middernacht": "00:00",
    "om middernacht": "00:00",
    "twaalf uur middernacht": "00:00",
    "24:00": "00:00",
    "24 uur": "00:00",
    "0:30": "00:30",
    "0 uur": "00:00",
    "twaalf uur 's middags": "12:00",
    "12 uur 's nachts": "00:00",
    "12:00": "12:00",
    "12:30": "12:30",
    "10:30": "10:30",
    "20 uur": "20:00",
    "20:00 uur": "20:00",
    "20.00 uur.": "20:00",
    "twintig uur": "20:00",
    "negentien uur dertig": "19:30",
    "negentien dertig": "19:30",
    "eenentwintig uur": "21:00",
    "tweeëntwintig uur": "22:00",
    "half 20": "19:30",
    "kwart voor 20 uur": "19:45",
    "kwart over 19": "19:15",
    "acht uur 's avonds": "20:00",
    "acht uur ’s avonds": "20:00",
    "acht uur savonds": "20:00",
    "acht uur s avonds": "20:00",
    "'s avonds om 8": "20:00",
    "‘s Avonds 8 uur": "20:00",
    "8 uur in de avond": "20:00",
    "8 in de avond": "20:00",
    "vanavond om 8 uur": "20:00",
    "elke avond om acht uur": "20:00",
    "zondagavond half acht": "19:30",
    "half acht ’s ochtends": "07:30",
    "half acht in de ochtend": "07:30",
    "half acht in de morgen": "07:30",
    "half acht 's morgens": "07:30",
    "8 uur in de voormiddag": "08:00",
    "vier uur in de namiddag": "16:00",
    "half vijf 's middags": "16:30",
    "kwart over vijf 's middags": "17:15",
    "twaalf uur 's avonds": "00:00",
    "half een 's nachts": "00:30",
    "half een 's middags": "12:30",
    "drie uur 's nachts": "03:00",
    "elf uur 's nachts": "23:00",
    "morgenavond half 8": "19:30",
    "07:30 's avonds": "19:30",
    "19.30 (half acht)": "19:30",
    "half acht, dus 19:30": "19:30",
}

NO_TIME = [
    "",
    " ",
    "25:00",
    "19:75",
    "24:30",
    "7 uur 75",
    "half 25",
    "25 uur",
    "26",
    "0",
    "straks",
    "na het eten",
    "geen idee",
    "Ik weet het niet",
    "half",
    "half uur",
    "een half uur",
    "over een half uur",
    "over 2 uur",
    "over acht uur",
    "anderhalf uur",
    "een uur voor het slapen",
    "2 uur voor het slapen",
    "8 uur lang",
    "ze slaapt 9 uur",
    "ze slaapt 's nachts 9 uur",
    "ik heb 2 uur gewacht",
    "een uur of acht slapen",
    "elke 2 uur",
    "om de 2 uur",
    "om de 2",
    "8 uur per nacht",
    "2 uur geleden",
    "voor acht uur",
    "na half acht",
    "voor acht",
    "tot 8 uur",
    "niet om half acht",
    "liever niet, half acht is te laat",
    "half acht of later",
    "later dan 8 uur",
    "7 uur of 8 uur",
    "7 of 8 uur",
    "7 of 8",
    "7-8 uur",
    "tussen 7 en 8 uur",
    "19:00-20:00",
    "19:30 tot 20:00",
    "half acht, nee acht uur",
    "7 uur of 19 uur",
    "half acht of 19:30",
    "half acht 's ochtends of 's avonds",
    "19:30 's ochtends",
    "kwart voor half acht",
    "zes en half acht",
    "50 voor 8",
    "mijn kind is zeven",
    "ze is 7 jaar",
    "ik heb 2 kinderen",
    "12-03-2019",
    "12.03.2019",
    "19:30:15",
    "06-12345678",
    "0612345678",
    "112",
    "113",
    "100",
    "1813",
    "1712",
    "2019",
    "7%",
    "€7",
    "-7",
    "7 20",
    "7, 8",
    "٧",
    "७ uur",
    "echt niet",
    "een",
    "nacht",
    "'s avonds",
    "x" * 5000,
    "half acht " * 500,
]


def twelve_hours_on(at: time) -> time:
    return time((at.hour + 12) % 24, at.minute)


@pytest.mark.parametrize(("text", "clock"), EITHER_HALF_OF_THE_DAY.items())
def test_an_open_half_of_the_day_gives_both_readings_or_the_evening_when_asked(text: str, clock: str) -> None:
    morning = time.fromisoformat(clock)
    evening = twelve_hours_on(morning)
    reading = parse_time(text)
    assert reading == TimeReading((morning, evening))
    assert reading.sure is None
    assert parse_time(text, evening=True) == TimeReading((evening,))


@pytest.mark.parametrize(("text", "clock"), ONE_TIME.items())
def test_a_clear_time(text: str, clock: str) -> None:
    assert parse_time(text) == TimeReading((time.fromisoformat(clock),))


@pytest.mark.parametrize("text", NO_TIME)
def test_no_time_or_a_doubtful_one(text: str) -> None:
    assert parse_time(text) is None
    assert parse_time(text, evening=True) is None


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("19:30", "19:30"),
        ("07:30", "19:30"),
        ("10:30", "22:30"),
        ("half acht 's ochtends", "07:30"),
        ("twaalf uur 's avonds", "00:00"),
        ("0:30", "00:30"),
        ("middernacht", "00:00"),
        ("half een", "12:30"),
    ],
)
def test_in_the_evening_what_the_person_says_goes_first(text: str, clock: str) -> None:
    assert parse_time(text, evening=True) == TimeReading((time.fromisoformat(clock),))


def test_every_time_comes_back_from_how_it_is_said() -> None:
    for at in ALL_MINUTES:
        assert parse_time(clock_time(at)) == TimeReading((at,))
        assert parse_time(spoken_time(at)) == TimeReading((at,))
        assert parse_time(spoken_time(at), evening=True) == TimeReading((at,))


@given(st.sampled_from(ALL_MINUTES), st.sampled_from(["{}!", "om {}", "Doe maar {} graag", "🌙 {} 🌙", "  {}\n"]))
def test_words_around_a_time_change_nothing(at: time, frame: str) -> None:
    assert parse_time(frame.format(clock_time(at))) == TimeReading((at,))
    assert parse_time(frame.format(spoken_time(at).upper())) == TimeReading((at,))


@given(st.sampled_from(ALL_MINUTES), st.sampled_from(ALL_MINUTES))
def test_two_different_times_are_never_guessed(one: time, other: time) -> None:
    if one != other:
        assert parse_time(f"{clock_time(one)} of {clock_time(other)}") is None
        assert parse_time(f"{spoken_time(one)} of {spoken_time(other)}") is None
        assert parse_time(f"{clock_time(one)}, {spoken_time(other)}") is None


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


@settings(max_examples=500, deadline=None)
@given(any_text, any_day, st.booleans())
@example("over 999 jaar", date.max, False)
@example("morgen", date.max, False)
@example("eind volgende maand", date.max, False)
@example("deze week maandag", date.min, False)
@example("gisteren", date.min, False)
@example("0-0-0000", TODAY, False)
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
        assert parse_date(day.isoformat(), today) == day
        assert spoken_date(day, today)
    born = parse_birth_date(text, today)
    assert isinstance(born, BirthDateProblem) or born <= today
    age = parse_age(text)
    assert age is None or (0 <= age <= 25 and parse_age(str(age)) == age)
    duration = parse_duration(text)
    assert duration is None or duration >= timedelta()


DATES = {
    "vandaag": "2026-07-22",
    "Morgen!": "2026-07-23",
    "morgen graag": "2026-07-23",
    "morgenavond": "2026-07-23",
    "morgenvroeg": "2026-07-23",
    "morgen avond": "2026-07-23",
    "morgen om 8 uur 's avonds": "2026-07-23",
    "vanavond": "2026-07-22",
    "overmorgen": "2026-07-24",
    "gisteren": "2026-07-21",
    "maandag": "2026-07-27",
    "Maandag 🙂": "2026-07-27",
    "op maandag graag": "2026-07-27",
    "maandagavond": "2026-07-27",
    "maandag morgen": "2026-07-27",
    "woensdag": "2026-07-29",
    "donderdag": "2026-07-23",
    "za": "2026-07-25",
    "Zo.": "2026-07-26",
    "op vr graag": "2026-07-24",
    "a.s. maandag": "2026-07-27",
    "komende vrijdag": "2026-07-24",
    "deze vrijdag": "2026-07-24",
    "volgende week maandag": "2026-07-27",
    "maandag volgende week": "2026-07-27",
    "volgende week vrijdag": "2026-07-31",
    "vrijdag volgende week": "2026-07-31",
    "volgende vrijdag": "2026-07-31",
    "eerstvolgende vrijdag": "2026-07-24",
    "deze week zondag": "2026-07-26",
    "3 augustus": "2026-08-03",
    "3 Augustus.": "2026-08-03",
    "drie augustus": "2026-08-03",
    "maandag 3 augustus": "2026-08-03",
    "ma 3 aug": "2026-08-03",
    "ma 3/8": "2026-08-03",
    "maandag 3 augustus om 19.30": "2026-08-03",
    "maandag 3 augustus om half acht 's avonds": "2026-08-03",
    "3 augustsu": "2026-08-03",
    "3 agustus": "2026-08-03",
    "2 febuari": "2027-02-02",
    "3e augustus": "2026-08-03",
    "de 3de van augustus": "2026-08-03",
    "3/8": "2026-08-03",
    "3-8": "2026-08-03",
    "3.8": "2026-08-03",
    "03-08-2027": "2027-08-03",
    "03/08/27": "2027-08-03",
    "3.8.2027": "2027-08-03",
    "2027-08-03": "2027-08-03",
    "3 aug 2027": "2027-08-03",
    "3 aug. '27": "2027-08-03",
    "3 8 2027": "2027-08-03",
    "03082027": "2027-08-03",
    "1 mei": "2027-05-01",
    "22 juli": "2026-07-22",
    "21 juli": "2027-07-21",
    "29 februari": "2028-02-29",
    "over een week": "2026-07-29",
    "over 2 weken": "2026-08-05",
    "over twee weken": "2026-08-05",
    "over 3 dagen": "2026-07-25",
    "over een maand": "2026-08-22",
    "over een jaar": "2027-07-22",
    "maandag over een week": "2026-08-03",
    "morgen over een week": "2026-07-30",
    "eind augustus": "2026-08-31",
    "eind juni": "2027-06-30",
    "eind juli": "2026-07-31",
    "eind februari": "2027-02-28",
    "eind van de maand": "2026-07-31",
    "eind deze maand": "2026-07-31",
    "eind volgende maand": "2026-08-31",
    "5 juni 2020": "2020-06-05",
}

NO_DATE = [
    "",
    "later",
    "ooit",
    "volgende week",
    "het weekend",
    "augustus",
    "half augustus",
    "begin augustus",
    "31 juni",
    "30 februari",
    "29-02-2027",
    "32/1",
    "3/13",
    "0/0",
    "dinsdag 3 augustus",
    "maandag of dinsdag",
    "maandag dinsdag",
    "morgen of overmorgen",
    "3 of 4 augustus",
    "3 augustus of 4 augustus",
    "3/8 4/8",
    "niet maandag",
    "elke maandag",
    "na maandag",
    "voor maandag",
    "goedemorgen",
    "Goede morgen",
    "'s morgens",
    "in de morgen",
    "over een uur",
    "over 2 uur",
    "zo ja",
    "mijn ma",
    "ik denk zo",
    "doe maar zo",
    "zo is goed",
    "7",
    "3 kinderen",
    "19:30",
    "maandag 15",
    "overmorgen over 3 augustus",
]


@pytest.mark.parametrize(("text", "expected"), DATES.items())
def test_a_clear_date(text: str, expected: str) -> None:
    assert parse_date(text, TODAY) == date.fromisoformat(expected)


@pytest.mark.parametrize("text", NO_DATE)
def test_no_date_or_a_doubtful_one(text: str) -> None:
    assert parse_date(text, TODAY) is None


def test_a_month_later_keeps_to_the_length_of_the_month() -> None:
    assert parse_date("over een maand", date(2027, 1, 31)) == date(2027, 2, 28)
    assert parse_date("over 13 maanden", date(2026, 12, 31)) == date(2028, 1, 31)


@given(st.dates(date(2020, 1, 1), date(2090, 1, 1)), st.integers(0, 700))
def test_every_coming_date_comes_back_from_how_it_is_said(today: date, days: int) -> None:
    day = today + timedelta(days=days)
    assert parse_date(spoken_date(day, today), today) == day
    assert parse_date(f"{day:%d-%m-%Y}", today) == day
    assert parse_date(f"{day.day} {month_name(day)} {day.year}", today) == day


@given(st.dates(date(2020, 1, 1), date(2090, 1, 1)), st.integers(1, 7))
def test_a_weekday_is_the_first_one_after_today(today: date, days: int) -> None:
    day = today + timedelta(days=days)
    assert parse_date(weekday_name(day), today) == day
    assert parse_date(f"komende {weekday_name(day)}", today) == day


@pytest.mark.parametrize(
    "text",
    [
        "12 maart 2019",
        "12-3-2019",
        "12-03-2019",
        "12/03/19",
        "12.03.2019",
        "12 3 2019",
        "12032019",
        "2019-03-12",
        "12 mrt '19",
        "12 maart 19",
        "12 maaart 2019",
        "Geboren op 12 maart 2019!",
        "dinsdag 12 maart 2019",
        "12 maart 2019, ze is 7 jaar",
    ],
)
def test_birth_dates(text: str) -> None:
    assert parse_birth_date(text, TODAY) == date(2019, 3, 12)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("vandaag", TODAY),
        ("gisteren geboren", date(2026, 7, 21)),
        ("22-7-2026", TODAY),
        ("12-3-98", date(1998, 3, 12)),
        ("12-3-00", date(2000, 3, 12)),
        ("29-2-2020", date(2020, 2, 29)),
        ("morgen", BirthDateProblem.IN_FUTURE),
        ("23-7-2026", BirthDateProblem.IN_FUTURE),
        ("12 maart 2027", BirthDateProblem.IN_FUTURE),
        ("12-3-27", BirthDateProblem.IN_FUTURE),
        ("12-3-2190", BirthDateProblem.IN_FUTURE),
        ("12 maart", BirthDateProblem.YEAR_MISSING),
        ("12/3", BirthDateProblem.YEAR_MISSING),
        ("", BirthDateProblem.NOT_UNDERSTOOD),
        ("2019", BirthDateProblem.NOT_UNDERSTOOD),
        ("maart 2019", BirthDateProblem.NOT_UNDERSTOOD),
        ("maandag", BirthDateProblem.NOT_UNDERSTOOD),
        ("29-2-2019", BirthDateProblem.NOT_UNDERSTOOD),
        ("31 april", BirthDateProblem.NOT_UNDERSTOOD),
        ("25/13/2019", BirthDateProblem.NOT_UNDERSTOOD),
        ("maandag 12 maart 2019", BirthDateProblem.NOT_UNDERSTOOD),
        ("12-3-2019 of 13-3-2019", BirthDateProblem.NOT_UNDERSTOOD),
        ("12-3-2019 en 4-5-2021", BirthDateProblem.NOT_UNDERSTOOD),
        ("niet 12-3-2019", BirthDateProblem.NOT_UNDERSTOOD),
        ("zeg ik liever niet", BirthDateProblem.NOT_UNDERSTOOD),
    ],
)
def test_birth_dates_and_why_not(text: str, expected: date | BirthDateProblem) -> None:
    assert parse_birth_date(text, TODAY) == expected


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


@pytest.mark.parametrize(
    ("clock", "spoken"),
    [
        ("19:30", "half acht 's avonds"),
        ("20:00", "acht uur 's avonds"),
        ("07:15", "kwart over zeven 's ochtends"),
        ("07:25", "vijf voor half acht 's ochtends"),
        ("07:40", "tien over half acht 's ochtends"),
        ("19:45", "kwart voor acht 's avonds"),
        ("12:00", "twaalf uur 's middags"),
        ("12:50", "tien voor een 's middags"),
        ("00:00", "middernacht"),
        ("00:05", "vijf over twaalf 's nachts"),
        ("23:46", "veertien voor twaalf 's avonds"),
    ],
)
def test_spoken_times(clock: str, spoken: str) -> None:
    at = time.fromisoformat(clock)
    assert spoken_time(at) == spoken
    assert clock_time(at) == clock


@pytest.mark.parametrize(
    ("day", "spoken"),
    [
        (date(2026, 7, 22), "vandaag"),
        (date(2026, 7, 23), "morgen"),
        (date(2026, 7, 24), "overmorgen"),
        (date(2026, 7, 21), "gisteren"),
        (date(2026, 8, 3), "maandag 3 augustus"),
        (date(2027, 1, 4), "maandag 4 januari"),
        (date(2027, 8, 3), "dinsdag 3 augustus 2027"),
        (date(2019, 3, 12), "dinsdag 12 maart 2019"),
    ],
)
def test_spoken_dates(day: date, spoken: str) -> None:
    assert spoken_date(day, TODAY) == spoken
