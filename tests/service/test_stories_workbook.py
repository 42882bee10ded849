"""The workbook: a month in the chat, what is written with it, the book that one keeps, and what a mentor sees of it."""

from __future__ import annotations

import asyncio
import io
from datetime import timedelta

import pypdf
import pytest
from sqlalchemy import Connection

from bot.care import appointment_rules, appointments, people, reports, sharing
from bot.care.appointment_rules import Details, Side
from bot.care.reports import Parts
from bot.care.sharing import With
from bot.simulator.world import Message
from tests.service.story import PARENT, Somebody, mentor, parent
from tests.service.town import HOME, Town


@pytest.fixture
def fatima(town: Town, ingrid: Somebody) -> Somebody:
    return parent(town, PARENT, guide=ingrid, evening="")


def _meets(town: Town, mentor: Somebody, parent: Somebody, days: int, *, held: bool = False) -> None:
    """A talk that is planned for so many days from now, and took place if `held`."""
    vault, now, family_id, mentor_id = town.service.vault, town.clock.now(), parent.known.family_id, mentor.known.id

    def work(connection: Connection) -> None:
        appointment_id = appointments.propose(
            connection,
            vault,
            family_id=family_id or 0,
            mentor_id=mentor_id,
            by=mentor_id,
            kind="talk",
            starts_at=now + timedelta(days=days),
            minutes=60,
            zone=HOME,
            details=Details(),
            now=now,
            status=appointment_rules.HAPPENED if held else appointment_rules.PROPOSED,
        )
        if not held:
            starts_at = now + timedelta(days=days)
            assert appointments.agree(connection, vault, appointment_id, Side.PARENT, starts_at, now)

    town.do(work)


def _gives_report(town: Town, mentor: Somebody, parent: Somebody, discussed: str = "Over slapen.") -> None:
    vault, now, reader, writer_id = town.service.vault, town.clock.now(), parent.known, mentor.known.id

    def work(connection: Connection) -> None:
        parts = Parts(
            reader.local(now).date(),
            "Fatima en Ingrid",
            discussed,
            "Noor speelt weer.",
            ("Vijf minuten op de bank",),
        )
        writer = people.by_id(connection, vault, writer_id)
        assert writer
        draft = reports.begin(connection, vault, reader.family_id or 0, writer, now, parts=parts)
        assert reports.give(connection, vault, draft, writer, now)

    town.do(work)


async def _notes(who: Somebody, words: str, *, inside: bool = True) -> None:
    await who.says(words)
    await who.taps("Bewaar als notitie")
    if inside:
        newest, own = who.kept("note")[-1], who.known.id
        who.town.do(lambda connection: sharing.put_in_workbook(connection, own, newest.id, inside=True))


def _book(who: Somebody) -> pypdf.PdfReader:
    """The last book that came."""
    return pypdf.PdfReader(io.BytesIO(_bytes(who)))


def _bytes(who: Somebody) -> bytes:
    message = next(one for one in reversed(who.phone.from_bot) if "document" in one.body)
    return who.town.emulator.world.files[message.body["document"]["file_id"]].content


def _words(book: pypdf.PdfReader) -> str:
    return "\n".join(page.extract_text() for page in book.pages)


# --- in the chat ------------------------------------------------------------------------------------------------------


async def test_an_empty_workbook_says_how_it_fills(fatima: Somebody) -> None:
    assert "Er staat nog niets in" in await fatima.says("/werkboek")
    assert "Er staat nog niets in je werkboek" in await fatima.taps("Als boek (PDF)")


async def test_a_month_is_read_and_turned_in_one_message(town: Town, fatima: Somebody, ingrid: Somebody) -> None:
    _meets(town, ingrid, fatima, 0, held=True)
    _meets(town, ingrid, fatima, 14)
    _gives_report(town, ingrid, fatima)
    await _notes(fatima, "Noor lachte om de hond.")
    await fatima.waits(days=62)
    await _notes(fatima, "Noor vroeg om een verhaal.")

    heard = await fatima.says("/werkboek")
    message = fatima.last
    assert "Mei 2027" in heard
    assert "April" not in str(fatima.buttons), "there is nothing in it"
    await fatima.taps("‹ Maart 2027")
    assert fatima.last is message
    assert "Oudergesprek: gepland op 1 en 15 maart, geweest op 1 maart." in fatima.last.text
    assert any("lachte" in label for label in fatima.buttons)
    assert "Mei 2027 ›" in fatima.buttons

    await fatima.taps("Gesprek op maandag 1 maart")
    assert fatima.last is message
    assert "Over slapen." in fatima.last.text
    assert "Vijf minuten op de bank" in fatima.last.text
    await fatima.taps("Terug")
    assert "Maart 2027" in fatima.last.text
    await fatima.taps(next(label for label in fatima.buttons if "lachte" in label), "Uit mijn werkboek", "Terug")
    assert "Maart 2027" in fatima.last.text, "the month has more than that"
    assert not any("lachte" in label for label in fatima.buttons)


async def test_a_long_month_has_pages(fatima: Somebody) -> None:
    for number in range(10):
        await _notes(fatima, f"Moment {number}")
    await fatima.says("/werkboek")
    assert sum("Moment" in label for label in fatima.buttons) == 8
    await fatima.taps("Meer ›")
    assert sum("Moment" in label for label in fatima.buttons) == 2
    await fatima.taps(next(label for label in fatima.buttons if "Moment 0" in label), "Terug")
    assert sum("Moment" in label for label in fatima.buttons) == 2, "back to where it was opened"
    await fatima.taps("‹ Vorige")
    assert sum("Moment" in label for label in fatima.buttons) == 8


async def test_one_writes_with_a_month_and_only_oneself_reads_it(
    town: Town, fatima: Somebody, ingrid: Somebody
) -> None:
    _gives_report(town, ingrid, fatima)
    joris = parent(town, "joris", guide=ingrid, partner=fatima, evening="")
    await fatima.says("/werkboek")
    heard = await fatima.taps("Schrijf erbij")
    assert "bij maart 2027" in heard
    assert "Alleen jij ziet het." in heard
    await fatima.says("Deze maand was licht.")
    assert "Deze maand was licht." in await fatima.says("/werkboek")
    await fatima.taps("Schrijf erbij")
    await fatima.does(lambda phone: phone.sends_photo(caption="Aan zee"))
    await fatima.says("/werkboek")
    assert "<photo>" in await fatima.taps("Laat zien wat erbij hoort")
    await fatima.taps("Als boek (PDF)", "Alles", "Mijn werkboek")
    assert [image for page in _book(fatima).pages for image in page.images]
    assert "licht" not in await joris.says("/werkboek")
    await ingrid.says("/gezinnen")
    await ingrid.taps(next(label for label in ingrid.buttons if "Fatima" in label), "Werkboek")
    assert "licht" not in ingrid.last.text


async def test_what_one_writes_with_a_report_is_read_by_who_reads_the_report(
    town: Town, fatima: Somebody, ingrid: Somebody
) -> None:
    _gives_report(town, ingrid, fatima)
    await fatima.says("/werkboek")
    heard = await fatima.taps("Gesprek op maandag 1 maart", "Schrijf erbij")
    assert "Wie het verslag leest, leest dit ook." in heard
    await fatima.says("Dat van het slapen telde voor mij.")
    await ingrid.says("/gezinnen")
    await ingrid.taps(next(label for label in ingrid.buttons if "Fatima" in label), "Werkboek")
    await ingrid.taps("Gesprek op maandag 1 maart")
    assert "Fatima schreef erbij, 1 maart:" in ingrid.last.text
    assert "Dat van het slapen telde voor mij." in ingrid.last.text
    assert "Schrijf erbij" not in ingrid.buttons


async def test_a_mentor_sees_what_is_of_both_and_what_is_shared(town: Town, fatima: Somebody, ingrid: Somebody) -> None:
    _meets(town, ingrid, fatima, 1)
    await _notes(fatima, "Dit is van mij alleen.")
    await _notes(fatima, "Dit deel ik.")
    await _notes(fatima, "Gedeeld, maar niet in het werkboek.", inside=False)
    own = fatima.known.id
    mine, shared, outside = fatima.kept("note")
    assert mine.said("text") == "Dit is van mij alleen."

    def share(connection: Connection) -> None:
        for one in (shared, outside):
            sharing.share(connection, own, one.id, With.MENTOR, town.clock.now())

    await fatima.says("/bewaard")
    await fatima.taps(next(label for label in fatima.buttons if "Dit deel ik" in label))
    await fatima.taps("Deel met Ingrid", "Ja, deel het")
    town.do(share)
    await ingrid.says("/gezinnen")
    await ingrid.taps(next(label for label in ingrid.buttons if "Fatima" in label), "Werkboek")
    assert "Oudergesprek: gepland op 2 maart." in ingrid.last.text
    assert sum("notitie" in label.lower() for label in ingrid.buttons) == 1
    await ingrid.taps(next(label for label in ingrid.buttons if "notitie" in label.lower()))
    assert "Dit deel ik." in ingrid.last.text
    assert "Ingrid" in await fatima.says("/wiekeek")


async def test_another_mentor_and_another_parent_get_nowhere(town: Town, fatima: Somebody, ingrid: Somebody) -> None:
    _gives_report(town, ingrid, fatima)
    await fatima.says("/werkboek")
    report = fatima.token("Gesprek op maandag 1 maart")
    family = fatima.known.family_id
    samir = mentor(town, "samir")
    bart = parent(town, "bart", guide=samir, evening="")
    for who in (samir, bart):
        await who.says("/menu")
    assert "slapen" not in await samir.forges(f"wf:{family}:{report.partition(':')[2]}")
    assert "maart" not in await samir.forges(f"wf:{family}:m:202703:0")
    assert "slapen" not in await bart.forges(report)
    number = report.split(":")[2]
    assert "schrijven" not in await bart.forges(f"wb:w:report:{number}")
    assert "schrijven" not in await fatima.forges("wb:w:month:2027-13")
    for forged in (
        "wb:m:999999:0",
        "wb:r:9999999999999999999:0",
        "wb:w:report:9999999999999999999",
        "wb:x",
        "wb:m:000000:9",
    ):
        await fatima.forges(forged)


# --- as a book --------------------------------------------------------------------------------------------------------


async def test_a_book_of_all_that_is_in_it(town: Town, fatima: Somebody, ingrid: Somebody) -> None:
    _meets(town, ingrid, fatima, 0, held=True)
    _gives_report(town, ingrid, fatima)
    await _notes(fatima, "Noor lachte om de hond.")
    await _notes(fatima, "Dit staat er niet in.", inside=False)
    await fatima.does(lambda phone: phone.sends_photo(caption="In het bos"))
    await fatima.taps("Bewaar als notitie")
    await fatima.says("/bewaard")
    await fatima.taps(next(label for label in fatima.buttons if "bos" in label), "In mijn werkboek")
    await fatima.says("/werkboek")
    await fatima.taps("Schrijf erbij")
    await fatima.says("Deze maand was licht.")

    await fatima.says("/werkboek")
    await fatima.taps("Als boek (PDF)", "Alles")
    await fatima.says("Noor en ik")
    book = _book(fatima)
    words = _words(book)
    for said in (
        "Noor en ik",
        "Maart 2027",
        "Oudergesprek",
        "Over slapen.",
        "lachte om de hond",
        "Deze maand was licht.",
    ):
        assert said in words
    assert "Dit staat er niet in." not in words
    assert book.metadata
    assert book.metadata.title == "Noor en ik"
    assert any(page.images for page in book.pages)


async def test_each_parent_has_a_book_of_their_own(town: Town, fatima: Somebody, ingrid: Somebody) -> None:
    _gives_report(town, ingrid, fatima)
    joris = parent(town, "joris", guide=ingrid, partner=fatima, evening="")
    await _notes(fatima, "Van Fatima.")
    await _notes(joris, "Van Joris.")
    for who, own, other in ((fatima, "Van Fatima.", "Van Joris."), (joris, "Van Joris.", "Van Fatima.")):
        await who.says("/werkboek")
        await who.taps("Als boek (PDF)", "Eén maand", "Mijn werkboek")
        words = _words(_book(who))
        assert own in words
        assert other not in words
        assert "Over slapen." in words


async def test_a_photo_that_is_gone_is_named(town: Town, fatima: Somebody) -> None:
    await fatima.does(lambda phone: phone.sends_photo(caption="In het bos"))
    await fatima.taps("Bewaar als notitie")
    (note,) = fatima.kept("note")
    own = fatima.known.id
    town.do(lambda connection: sharing.put_in_workbook(connection, own, note.id, inside=True))
    town.emulator.world.files.clear()
    await fatima.says("/werkboek")
    await fatima.taps("Als boek (PDF)", "Alles", "Mijn werkboek")
    assert "Hier hoort een foto." in _words(_book(fatima)).replace("\n", " ")


async def test_a_book_holds_up_nobody(town: Town, fatima: Somebody, ingrid: Somebody) -> None:
    """While one parent's book is set, another parent is answered."""
    for number in range(20):
        _gives_report(town, ingrid, fatima, f"Gesprek {number}. " + "Noor speelde en wij keken. " * 60)
    gul = parent(town, "gul", guide=ingrid, evening="")
    await fatima.says("/werkboek")
    await fatima.taps("Als boek (PDF)", "Alles")
    fatima.phone.taps("Mijn werkboek")
    running = asyncio.create_task(town.settle())
    gul.phone.says("/menu")
    came: list[Message] = []
    while not running.done():
        await asyncio.sleep(0)
        if gul.phone.last and not came:
            came = list(gul.phone.from_bot)
            assert not [one for one in fatima.phone.from_bot if "document" in one.body], "the book was not ready yet"
    assert came
    assert _book(fatima).pages
