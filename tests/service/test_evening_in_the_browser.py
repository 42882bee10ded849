"""An evening ritual in the simulator's page, from the reminder to the closing sentence, as somebody would see it.

`--update` writes the pictures that the README shows.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.browser import ARGUMENTS, CHROMIUM, needs_chromium

PICTURES = Path(__file__).parent / "pictures"
pytestmark = needs_chromium


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """The address of a freshly started `draaglicht` without a token."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        listen = f"127.0.0.1:{free.getsockname()[1]}"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DRAAGLICHT_")}
    environment |= {"DRAAGLICHT_DATA_DIR": str(tmp_path / "data"), "DRAAGLICHT_LISTEN": listen}
    with subprocess.Popen(
        [sys.executable, "-m", "bot"], cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        line = process.stdout.readline()
        assert listen in line, "it should say where to look"
        yield f"http://{listen}"
        process.terminate()
        assert process.wait(15) == 0


def test_from_the_invitation_to_the_closing_sentence(address: str, tmp_path: Path, updating: bool) -> None:
    from playwright.sync_api import expect, sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_page(viewport={"width": 390, "height": 844}, locale="nl-NL", device_scale_factor=2)
        page.goto(address)
        page.get_by_test_id("persona-annelies").click()

        def sees(text: str) -> None:
            expect(page.get_by_test_id("message").filter(has_text=text).last).to_be_visible(timeout=15_000)

        def taps(label: str, under: str) -> None:
            question = page.get_by_test_id("message").filter(has_text=under).last
            question.get_by_role("button", name=label, exact=True).click()

        def says(text: str) -> None:
            page.get_by_test_id("composer").fill(text)
            page.get_by_test_id("send").click()

        page.get_by_test_id("start").click()
        taps("Ja, dat is goed", "Is dit goed voor jou?")
        sees("Hoe heet je kind?")
        says("Noor")
        sees("Hoe oud is Noor?")
        says("zes")
        taps("Zij", "hij of zij")
        taps("Mama", "Hoe noemt Noor jou?")
        taps("Nee, dit is het", "Is er nog een kind?")
        taps("Nederland", "Waar woon je?")
        taps("Nu niet", "andere ouder")
        sees("Hoe laat")
        says("half acht")
        taps("Ja, elke avond", "Klopt dat?")
        sees("Je bent klaar.")

        page.set_viewport_size({"width": 390, "height": 1500})
        page.get_by_test_id("clock-19-30").click()
        sees("Past het nu?")
        shots = [page.screenshot()]
        taps("Nu", "Past het nu?")
        taps("Ik heb het gevraagd", "Vraag het op jouw manier")
        taps("Zorg over mij", "Kwam er iets terug")
        taps("Dit zei ik", "Dit kun je nu zeggen")
        sees("Wat zei")
        says("Ze vroeg of ik wel genoeg sliep.")
        taps("7", "voor jullie praatten")
        taps("3", "na het praten")
        sees("Noor is een kind.")
        shots.append(page.screenshot())
        assert page.get_by_test_id("message").count() > 15
        browser.close()
    if updating:
        PICTURES.mkdir(exist_ok=True)
        for name, shot in zip(("reminder", "evening_ritual"), shots, strict=True):
            (PICTURES / f"{name}.png").write_bytes(shot)
    else:
        assert all(len(shot) > 20_000 for shot in shots)
