"""Files that are odd, too big or gone. What Telegram does not take is said to whoever sent it or asked for it, never
lost without a word.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.simulator.faults import Fault
from bot.simulator.phone import Phone
from tests.service.story import Somebody, mentor, parent, telling, went_well
from tests.service.town import Town, open_town

TOO_BIG = "file is too big"
GONE = "wrong file identifier/HTTP URL specified"
FORBIDDEN = "VOICE_MESSAGES_FORBIDDEN"


@pytest.fixture
async def town(tmp_path: Path, cache: Path) -> AsyncIterator[Town]:
    async with open_town(tmp_path, "2027-03-01T12:00", cache=cache) as opened:
        yield opened


def _refuses(town: Town, method: str, why: str) -> None:
    town.emulator.faults.add(Fault("bad_request", method=method, description=why))


@pytest.mark.parametrize(
    ("sends", "method", "why"),
    [
        (lambda phone: phone.sends_video("Kijk eens"), "sendVideo", TOO_BIG),
        (lambda phone: phone.sends_document("Het verslag", name="verslag.pdf"), "sendDocument", GONE),
        (lambda phone: phone.sends_voice(), "sendVoice", FORBIDDEN),
        (lambda phone: phone.sends_photo("Haar tekening"), "sendPhoto", "PHOTO_INVALID_DIMENSIONS"),
    ],
    ids=["too big", "gone", "forbidden", "odd"],
)
async def test_a_file_that_does_not_reach_the_mentor_is_told_to_the_parent(
    town: Town, ingrid: Somebody, fatima: Somebody, sends: Callable[[Phone], object], method: str, why: str
) -> None:
    await fatima.does(sends)
    _refuses(town, method, why)
    heard = await fatima.taps("Stuur naar Ingrid")
    assert "kwam niet aan bij Ingrid" in heard + await fatima.reads()
    assert "kwam niet aan" not in await ingrid.reads()
    assert fatima.kept("note")

    await fatima.does(sends)
    assert "kwam niet aan" not in await fatima.taps("Stuur naar Ingrid") + await fatima.reads()
    assert await ingrid.reads()
    went_well(town, refused=(why.lower(), "bad request", "wrong file identifier"))


async def test_a_file_that_does_not_reach_the_parent_is_told_to_the_mentor(
    town: Town, ingrid: Somebody, fatima: Somebody
) -> None:
    await fatima.says("Hoe moet dit?")
    await fatima.taps("Stuur naar Ingrid")
    await ingrid.reads()
    letter = ingrid.last
    _refuses(town, "sendDocument", TOO_BIG)
    ingrid.phone.sends_document("Lees dit", name="oefening.pdf", reply_to=letter)
    assert "kwam niet aan bij Fatima" in await ingrid.reads() + await ingrid.reads()


async def test_a_text_that_telegram_refuses_is_told_too(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    await fatima.says("Dag Ingrid")
    town.emulator.faults.add(Fault("bad_request", method="sendMessage", chat_id=ingrid.phone.user_id, description="x"))
    assert "kwam niet aan bij Ingrid" in await fatima.taps("Stuur naar Ingrid") + await fatima.reads()


async def test_a_file_of_ones_own_that_is_gone(town: Town, fatima: Somebody) -> None:
    await fatima.does(lambda phone: phone.sends_video("Eerste stapjes"))
    await fatima.taps("Bewaar als notitie")
    await fatima.says("/bewaard")
    await fatima.taps(fatima.buttons[0])
    _refuses(town, "sendVideo", GONE)
    assert "kan ik je niet meer sturen" in await fatima.taps(fatima.buttons[0]) + await fatima.reads()


@pytest.mark.parametrize(
    ("name", "mime"),
    [
        ("tekening.jpg.exe", "image/jpeg"),
        ("<b>x</b>.pdf", "application/pdf"),
        ("../../etc/passwd", "text/plain"),
        ("\u202egpj.exe", "application/x-msdownload"),
        ("x" * 250 + ".zip", "application/zip"),
        ("", ""),
    ],
)
async def test_odd_documents_are_carried_as_they_are(tmp_path: Path, cache: Path, name: str, mime: str) -> None:
    async with telling(tmp_path, cache) as town:
        ingrid = mentor(town)
        fatima = parent(town, guide=ingrid)
        await fatima.does(lambda phone: phone.sends_document("Kijk", b"MZ\x90", name=name, mime_type=mime))
        await fatima.taps("Stuur naar Ingrid")
        assert "Bericht van Fatima" in await ingrid.reads()
        assert "document" in ingrid.last.body
