"""What people type for times."""

from datetime import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from flows.engine.dutch.clock import TimeReading, parse_time
from flows.engine.dutch.spoken import clock_time, spoken_time

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
    assert parse_time(text) == TimeReading((morning, evening))
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
@example(time(0), time(1))
def test_two_different_times_are_never_guessed(one: time, other: time) -> None:
    if one != other:
        assert parse_time(f"{clock_time(one)} of {clock_time(other)}") is None
        assert parse_time(f"{spoken_time(one)} of {spoken_time(other)}") is None
        assert parse_time(f"{clock_time(one)}, {spoken_time(other)}") is None
