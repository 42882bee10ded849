"""The file for calendars, read back by a calendar's own parser."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from bot.care.calendar_file import Entry, written

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
STARTS = datetime(2027, 3, 28, 14, 30, tzinfo=ZoneInfo("Europe/Amsterdam"))
ENTRY = Entry("7@draaglicht", 0, STARTS, STARTS + timedelta(hours=1), "Afspraak met Ingrid", "op kantoor", "Ingrid")
WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


def test_an_appointment_as_a_calendar_reads_it() -> None:
    calendar = Calendar.from_ical(written(ENTRY, NOW))
    (event,) = calendar.walk("VEVENT")
    assert calendar["METHOD"] == "PUBLISH"
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == ("7@draaglicht", 0, "CONFIRMED")
    assert event.decoded("DTSTART") == datetime(2027, 3, 28, 12, 30, tzinfo=UTC)
    assert event.decoded("DTEND") - event.decoded("DTSTART") == timedelta(hours=1)
    assert event.decoded("DTSTAMP") == NOW
    assert (str(event["SUMMARY"]), str(event["LOCATION"])) == ("Afspraak met Ingrid", "op kantoor")
    assert event["ORGANIZER"].params["CN"] == "Ingrid"


def test_one_that_does_not_take_place() -> None:
    gone = written(replace(ENTRY, cancelled=True, sequence=2), NOW)
    calendar = Calendar.from_ical(gone)
    (event,) = calendar.walk("VEVENT")
    assert (calendar["METHOD"], event["STATUS"], event["SEQUENCE"]) == ("CANCEL", "CANCELLED", 2)
    assert event["UID"] == "7@draaglicht"


@given(WORDS, WORDS, WORDS)
def test_whatever_words_stand_in_it(summary: str, place: str, organizer: str) -> None:
    file = written(replace(ENTRY, summary=summary, place=place, organizer=organizer), NOW)
    lines = file.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    for line in lines:
        line.decode()  # No sign was cut in two.
    (event,) = Calendar.from_ical(file).walk("VEVENT")
    assert str(event["SUMMARY"]) == _as_kept(summary)
    if place:
        assert str(event["LOCATION"]) == _as_kept(place)
    assert set(event) == {
        *("UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "ORGANIZER", "STATUS", "TRANSP"),
        *(["LOCATION"] if place else []),
    }


def _as_kept(words: str) -> str:
    lines = words.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(sign if sign == "\n" or sign.isprintable() else " " for sign in lines)
