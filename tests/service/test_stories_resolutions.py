"""Resolutions, what comes by itself, and the workbook: lived through the whole service and the moved clock."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, select

from bot.care import coming, people, resolutions
from bot.care.resolutions import Proposal, read_moment
from bot.store import tables
from tests.service.story import PARENT, Somebody, file_of, mentor, parent
from tests.service.town import Town

CURTAIN = "… dan doe ik het gordijn open en zeg…"


@pytest.fixture
def fatima(town: Town) -> Somebody:
    return parent(town, PARENT, guide=mentor(town))


def _status(who: Somebody) -> list[str]:
    return [str(one.value("status")) for one in who.kept("resolution")]


# --- resolutions ------------------------------------------------------------------------------------------------------


async def test_a_proposal_is_kept_within_three_taps(fatima: Somebody) -> None:
    await fatima.says("/voornemen")
    taps = 0
    for label in (CURTAIN, "Klaar"):
        await fatima.taps(label)
        taps += 1
    assert taps <= 3
    (one,) = fatima.kept("resolution")
    assert one.said("text") == "Als de wekker gaat, dan doe ik het gordijn open en zeg ik dag."
    assert (one.value("status"), one.value("when")) == ("open", "12345 07:00")
    assert one.said("moment") == "Bij het opstaan"
    assert one.child_id


async def test_from_a_proposal_to_its_month(fatima: Somebody) -> None:
    await fatima.says("/voornemen")
    heard = await fatima.taps(CURTAIN)
    assert "Morgen om zeven uur 's ochtends" in heard
    await fatima.taps("Klaar")

    # At the moment itself, and nothing of it on a locked screen.
    await fatima.until("2027-03-02T06:59")
    assert "Laat zien" not in fatima.buttons
    heard = await fatima.until("2027-03-02T07:01")
    assert "wekker" not in heard
    assert "Noor" not in heard
    assert "Laat zien" in fatima.buttons
    assert "gordijn" in await fatima.taps("Laat zien")
    assert "rest mag stil" in await fatima.taps("Er komt iets tussen")

    # In the evening it is asked how it went; the evening's own question came first.
    await fatima.until("2027-03-02T20:10")
    await fatima.until("2027-03-02T20:31")
    assert "Kijk terug" in fatima.buttons
    await fatima.taps("Kijk terug", "Een stukje", "Dat het klein was", "Iets aanpassen", "Het moment")
    assert "Aangepast. Morgen om tien voor half acht 's ochtends" in await fatima.says("7.20 's ochtends")
    (check,) = fatima.kept("resolution_check")
    (one,) = fatima.kept("resolution")
    assert check.value("resolution") == one.id
    assert (check.value("how"), check.said("helped"), check.value("then")) == ("partly", "Dat het klein was", "adjust")
    assert one.value("when") == "07:20"

    await fatima.until("2027-03-03T07:21")
    await fatima.taps("Laat zien", "Dit ga ik doen")
    await fatima.until("2027-03-03T20:31")
    await fatima.taps("Kijk terug", "Het lukte", "Een rustig moment", "Het gaat nu vanzelf")
    assert _status(fatima) == ["kept"]
    assert not [key for key in fatima.timers if key.startswith("resolution")]

    await fatima.says("/voornemens")
    await fatima.taps("Per maand")
    if "maart 2027" in fatima.buttons:
        await fatima.taps("maart 2027")
    told = fatima.last.text
    assert "Dit lukte 1 keer." in told
    assert "1 keer een stukje." in told
    assert "Wat hielp: Dat het klein was en Een rustig moment." in told
    assert "Dit gaat nu vanzelf." in told


async def test_this_time_not_is_no_failure_and_is_not_counted(fatima: Somebody) -> None:
    await fatima.says("/voornemen")
    await fatima.taps("In eigen woorden")
    await fatima.says("Als Noor roept, dan loop ik erheen")
    await fatima.taps("Bij het eten", "Klaar")
    await fatima.until("2027-03-01T17:31")
    await fatima.taps("Over een half uur")
    await fatima.until("2027-03-01T18:01")
    assert "Laat zien" in fatima.buttons
    await fatima.taps("Nu niet")
    await fatima.until("2027-03-02T20:31")
    await fatima.taps("Kijk terug", "Deze keer niet", "Loslaten")
    assert _status(fatima) == ["let_go"]
    await fatima.says("/voornemens")
    await fatima.taps("Per maand")
    if "maart 2027" in fatima.buttons:
        await fatima.taps("maart 2027")
    assert "Losgelaten." in fatima.last.text
    assert "keer" not in fatima.last.text.split("Losgelaten")[0]


async def test_several_are_open_at_once_and_one_thrown_away_does_not_come(fatima: Somebody) -> None:
    for words in ("Als we eten, dan zet ik de radio uit", "Als het licht uitgaat, dan zing ik"):
        await fatima.says("/voornemen")
        await fatima.taps("In eigen woorden")
        await fatima.says(words)
        await fatima.taps("Na school", "Klaar")
    assert _status(fatima) == ["open", "open"]
    gone = fatima.kept("resolution")[0].id
    assert f"resolution_now:{gone}" in fatima.timers
    await fatima.forges(f"e:dd:{gone}:l:0")
    assert len(fatima.kept("resolution")) == 1
    assert not [key for key in fatima.timers if str(gone) in key]


async def test_a_report_hands_one_in(town: Town, fatima: Somebody) -> None:
    vault, now, own = town.service.vault, town.clock.now(), fatima.known.id
    proposal = Proposal("Als het maandag is, dan bel ik Lies.", read_moment("1 18:00"), whom="Lies")

    def work(connection: Connection) -> None:
        person = people.by_id(connection, vault, own)
        assert person
        resolutions.hand_in(connection, vault, person, proposal, "Loopt", now)

    town.do(work)
    await fatima.until("2027-03-01T18:01")
    assert "bel ik Lies" in await fatima.taps("Laat zien")
    await fatima.says("/voornemens")
    assert any("maandag" in label for label in fatima.buttons)


# --- what comes by itself ---------------------------------------------------------------------------------------------


async def test_the_calendar_moves_silences_and_throws_away(town: Town, fatima: Somebody) -> None:
    await fatima.says("/voornemen")
    await fatima.taps(CURTAIN, "Klaar")
    heard = await fatima.says("/agenda")
    assert "Vandaag, half acht 's avonds: De avondvraag (elke dag)" in heard
    assert "Morgen, zeven uur 's ochtends: een voornemen" in heard
    assert "De terugblik" in heard
    assert heard.index("De avondvraag") < heard.index("een voornemen") < heard.index("De terugblik")

    # Moved to the day after tomorrow, at another hour.
    key = next(key for key in fatima.timers if key.startswith("resolution_now"))
    await fatima.taps(next(label for label in fatima.buttons if fatima.token(label) == f"c:o:{key}"))
    await fatima.taps("Verzet het", "Een andere dag")
    await fatima.says("woensdag")
    assert "overmorgen om kwart over acht 's ochtends" in await fatima.says("8.15 's ochtends")
    due = fatima.timers[key].due_at
    assert due
    assert due.astimezone(fatima.known.zone).strftime("%d %H:%M") == "03 08:15"

    # The evening rests, and comes again.
    await fatima.says("/agenda")
    await fatima.taps(next(label for label in fatima.buttons if "De avondvraag" in label), "Laat het rusten")
    assert fatima.evening_at == ""
    assert "Dit rust nu" in fatima.last.text
    await fatima.taps("Laat het weer komen")
    assert fatima.evening_at == "Mon 19:30"

    # The look-back does not have to come at all.
    await fatima.taps("Terug")
    await fatima.taps(next(label for label in fatima.buttons if "De terugblik" in label), "Gooi weg")
    await fatima.taps("Ja, het hoeft niet meer")
    assert "look_back" not in fatima.timers

    # Somebody else's timer, or none, is refused without a word.
    await fatima.forges("c:dd:resolution_now:1")
    await fatima.forges("c:q:silence")
    assert key in fatima.timers


async def test_the_evening_later_today_and_the_rhythm_goes_on(fatima: Somebody) -> None:
    await fatima.says("/agenda")
    await fatima.taps(
        next(label for label in fatima.buttons if "De avondvraag" in label), "Verzet het", "Later vandaag"
    )
    await fatima.says("21.00")
    await fatima.until("2027-03-01T20:30")
    assert "Vandaag niet" not in fatima.buttons
    await fatima.until("2027-03-01T21:01")
    assert "Vandaag niet" in fatima.buttons
    assert fatima.evening_at == "Tue 19:30"


async def test_what_was_left_out_stands_in_the_settings(town: Town, fatima: Somebody) -> None:
    await fatima.says("/instellingen")
    await fatima.taps("Hoe vaak ik kom")
    assert "hooguit 3 keer per dag" in fatima.last.text
    assert "liet ik niets weg" in fatima.last.text
    await fatima.taps("Kies hoe vaak", "Eén keer")
    assert fatima.known.reminders_a_day == 1
    await fatima.says("/voornemen")
    await fatima.taps(CURTAIN, "Klaar")
    # The evening is that one time.
    await fatima.until("2027-03-02T07:01")
    assert "Laat zien" not in fatima.buttons
    await fatima.says("/instellingen")
    await fatima.taps("Hoe vaak ik kom")
    assert "Vandaag liet ik dit weg: een voornemen. Het was genoeg voor die dag." in fatima.last.text

    def logged(connection: Connection) -> list[str]:
        log = tables.reminder_log.c
        return list(connection.execute(select(log.outcome).where(log.key.like("resolution_now%"))).scalars())

    assert town.do(logged) == [coming.FULL]
    await fatima.says("/mijngegevens")
    if "document" not in fatima.last.body:
        await fatima.taps(fatima.buttons[0])
    told = file_of(town, next(one for one in reversed(fatima.phone.from_bot) if "document" in one.body))
    assert told["instellingen"]["herinneringen_per_dag"] == 1
    assert [one["kwam"] for one in told["kwam_vanzelf"] if one["soort"] == "resolution_now"] == [False]
    assert {"soort": "resolution", "keren": 1} in told["gebruikt"]
    assert any(one["soort"] == "resolution_check" and one["komt"] for one in told["herinneringen"])


async def test_two_at_the_same_hour_as_the_evening_keep_apart(town: Town, fatima: Somebody) -> None:
    for words in ("Als het stil is, dan zit ik", "Als het laat is, dan drink ik thee"):
        await fatima.says("/voornemen")
        await fatima.taps("In eigen woorden")
        await fatima.says(words)
        await fatima.says("half acht 's avonds")
        await fatima.taps("Klaar")
    await fatima.until("2027-03-01T19:31")
    assert "Vandaag niet" in fatima.buttons
    await fatima.until("2027-03-01T19:49")
    assert "Laat zien" not in fatima.buttons
    await fatima.until("2027-03-01T20:20")

    def times(connection: Connection) -> list[tuple[str, datetime]]:
        log = tables.reminder_log.c
        rows = connection.execute(select(log.key, log.at).where(log.outcome == coming.CAME).order_by(log.at))
        return [(row.key, row.at) for row in rows]

    came = town.do(times)
    assert [key.split(":")[0] for key, _ in came] == ["evening", "resolution_now", "resolution_now"]
    moments = [at for _, at in came]
    assert all(b - a >= coming.APART - timedelta(minutes=1) for a, b in itertools.pairwise(moments))


@pytest.mark.parametrize("evening_rests", [False, True])
async def test_what_was_left_half_way_counts_for_the_day(fatima: Somebody, evening_rests: bool) -> None:
    await fatima.says("/instellingen")
    await fatima.taps("Hoe vaak ik kom", "Kies hoe vaak", "Eén keer")
    if evening_rests:
        await fatima.says("/agenda")
        await fatima.taps(next(label for label in fatima.buttons if "De avondvraag" in label), "Laat het rusten")
    await fatima.says("/lijf")
    await fatima.taps("Buik")
    await fatima.until("2027-03-02T11:59")
    assert "Laat het los" not in fatima.buttons
    # The evening, if it comes, is that one time.
    await fatima.until("2027-03-02T12:01")
    assert ("Laat het los" in fatima.buttons) is evening_rests


# --- the workbook, and writing anew -----------------------------------------------------------------------------------


async def test_into_the_workbook_and_out_again(fatima: Somebody) -> None:
    await fatima.says("Noor lachte om de hond.")
    await fatima.taps("Bewaar als notitie")
    await fatima.waits(days=35)
    await fatima.says("Noor vroeg om een verhaal.")
    await fatima.taps("Bewaar als notitie")
    for words in ("lachte", "vroeg"):
        await fatima.says("/bewaard")
        await fatima.taps(next(label for label in fatima.buttons if words in label), "In mijn werkboek")
        assert "Het staat in je werkboek" in fatima.last.text
    heard = await fatima.says("/werkboek")
    assert "April 2027" in heard
    assert any("vroeg" in label for label in fatima.buttons)
    assert not any("lachte" in label for label in fatima.buttons)
    await fatima.taps("‹ Maart 2027")
    assert "Maart 2027" in fatima.last.text
    await fatima.taps(next(label for label in fatima.buttons if "lachte" in label), "Uit mijn werkboek", "Terug")
    assert "Maart 2027" not in fatima.last.text
    assert "April 2027" in fatima.last.text


async def test_a_kept_answer_is_typed_anew(fatima: Somebody) -> None:
    await fatima.says("Ze vroeg of ik wel at.")
    await fatima.taps("Bewaar als notitie")
    await fatima.says("/bewaard")
    await fatima.taps(fatima.buttons[0])
    heard = await fatima.taps("Pas aan")
    assert "“Ze vroeg of ik wel at.”" in heard
    await fatima.says("Ze vroeg of ik al gegeten had.")
    (note,) = fatima.kept("note")
    assert note.said("text") == "Ze vroeg of ik al gegeten had."
    # What was chosen is not to be typed, and what is not there is refused.
    await fatima.forges(f"e:t:{note.id}:l:0:7")
    assert fatima.kept("note") == [note]


async def test_lists_by_kind(fatima: Somebody) -> None:
    await fatima.says("Een notitie.")
    await fatima.taps("Bewaar als notitie")
    await fatima.says("/voornemen")
    await fatima.taps(CURTAIN, "Klaar")
    await fatima.says("/bewaard")
    await fatima.taps("Per soort")
    assert {"Notitie (1)", "Voornemen (1)"} <= set(fatima.buttons)
    await fatima.taps("Voornemen (1)")
    assert [label for label in fatima.buttons if "voornemen" in label]
    assert not [label for label in fatima.buttons if "notitie" in label]
    await fatima.taps(fatima.buttons[0], "Terug", "Alles wat ik bewaarde")
    assert [label for label in fatima.buttons if "notitie" in label]


def test_buttons_of_every_kind_fit(town: Town) -> None:
    for kind in town.service.library.catalog.records:
        assert len(f"e:dd:{2**63 - 1}:k.{kind}:9999:999") <= 64
