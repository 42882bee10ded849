"""What people type for dates and birth dates."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.engine.dutch.dates import BirthDateProblem, parse_birth_date, parse_date
from flows.engine.dutch.spoken import month_name, spoken_date, weekday_name

TODAY = date(2026, 7, 22)
"""A Wednesday."""

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
    "31-12-9999",
    "1 januari 0001",
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
