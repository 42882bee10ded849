"""The page in a real browser, with a tiny bot behind it."""

import re
from collections.abc import Iterator

import pytest
from playwright import sync_api as playwright_api

from bot.simulator import Emulator, SimulatorServer
from tests.simulator.echo_bot import EchoBot
from tests.support.browser import ARGUMENTS, CHROMIUM, needs_chromium

pytestmark = needs_chromium
expect = playwright_api.expect
expect.set_options(timeout=15_000)


@pytest.fixture(scope="module")
def browser() -> Iterator["playwright_api.Browser"]:
    with playwright_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def running(emulator: Emulator) -> Iterator[SimulatorServer]:
    emulator.set_start_links({"fatima": "gezin-1"})
    with SimulatorServer(emulator) as server, EchoBot(server.api_url, server.file_url):
        yield server


@pytest.fixture
def page(browser: "playwright_api.Browser", running: SimulatorServer) -> Iterator["playwright_api.Page"]:
    context = browser.new_context(viewport={"width": 1280, "height": 850}, locale="nl-NL", reduced_motion="reduce")
    opened = context.new_page()
    opened.set_default_timeout(15_000)
    troubles: list[str] = []
    opened.on("pageerror", lambda error: troubles.append(str(error)))
    opened.on("console", lambda line: troubles.append(line.text) if line.type in ("error", "warning") else None)
    opened.goto(running.address)
    yield opened
    context.close()
    assert troubles == []


def messages(page: "playwright_api.Page") -> "playwright_api.Locator":
    return page.get_by_test_id("message")


def say(page: "playwright_api.Page", text: str) -> None:
    page.get_by_test_id("composer").fill(text)
    page.get_by_test_id("composer").press("Enter")


def test_a_newcomer_starts_talks_and_taps(page: "playwright_api.Page") -> None:
    expect(page.locator("#bot-status")).to_have_text("bot is verbonden")
    page.get_by_test_id("persona-fatima").click()
    page.get_by_test_id("start").click()
    expect(messages(page).last).to_contain_text("Dag Fatima. Code: gezin-1")
    expect(messages(page).last.locator("strong")).to_have_text("Fatima")
    say(page, "Het is <b>druk</b> & <img src=x onerror=alert(1)>")
    expect(page.locator(".own").last).to_contain_text("Het is <b>druk</b> & <img src=x onerror=alert(1)>")
    expect(page.locator(".own img")).to_have_count(0)
    say(page, "Het is laat")
    expect(messages(page).last).to_contain_text("Je zei: Het is laat")
    page.get_by_test_id("button").filter(has_text="Nee").click()
    expect(page.get_by_test_id("toast")).to_have_text("Gekozen: no")
    expect(messages(page).last).to_contain_text("Antwoord: no")
    expect(messages(page).last).to_contain_text("bewerkt")
    expect(page.get_by_test_id("button")).to_have_count(0)


def test_an_alert_is_a_dialog(page: "playwright_api.Page", emulator: Emulator) -> None:
    emulator.person("joris").starts()
    page.get_by_test_id("persona-joris").click()
    say(page, "dag")
    page.get_by_test_id("button").filter(has_text="Sla over").click()
    expect(page.get_by_test_id("alert")).to_contain_text("Gekozen: skip")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("alert")).to_have_count(0)


def test_people_are_switched_with_one_click_and_counted(page: "playwright_api.Page", emulator: Emulator) -> None:
    emulator.person("joris").starts()
    expect(page.get_by_test_id("persona-joris").locator(".badge")).to_have_text("1")
    page.get_by_test_id("persona-joris").click()
    expect(messages(page).last).to_contain_text("Dag Joris")
    expect(page.get_by_test_id("persona-joris").locator(".badge")).to_have_count(0)
    page.get_by_test_id("persona-fatima").click()
    expect(page.get_by_test_id("start")).to_be_visible()
    page.get_by_test_id("persona-ingrid").click(modifiers=["Control"])
    expect(page.get_by_test_id("chat")).to_have_count(2)


def test_the_clock_goes_forward(page: "playwright_api.Page", emulator: Emulator) -> None:
    clock = page.get_by_test_id("clock")
    expect(clock).to_have_text(re.compile(r"ma\s2\smrt 10:00"))
    page.get_by_test_id("clock-19-30").click()
    expect(clock).to_have_text(re.compile(r"ma\s2\smrt 19:30"))
    page.get_by_test_id("clock-hour").click()
    expect(clock).to_have_text(re.compile(r"ma\s2\smrt 20:30"))
    page.get_by_test_id("clock-day").click()
    page.get_by_test_id("clock-week").click()
    expect(clock).to_have_text(re.compile(r"di\s10\smrt 20:30"))
    page.get_by_test_id("clock-choose").click()
    page.locator("input[type=datetime-local]").fill("2026-04-01T08:15")
    page.get_by_test_id("clock-set").click()
    expect(clock).to_have_text(re.compile(r"wo\s1\sapr 08:15"))


def test_own_messages_are_edited_deleted_and_answered(page: "playwright_api.Page", emulator: Emulator) -> None:
    emulator.person("fatima").starts()
    page.get_by_test_id("persona-fatima").click()
    expect(messages(page)).to_have_count(2)
    first = messages(page).first
    first.hover()
    first.locator(".message-more").click()
    page.get_by_role("menuitem", name="Bewerken").click()
    say(page, "iets anders")
    expect(first).to_contain_text("iets anders")
    first.locator(".message-more").click()
    page.get_by_role("menuitem", name="Beantwoorden").click()
    say(page, "een antwoord")
    expect(page.locator(".message .quote")).to_contain_text("iets anders")
    first.locator(".message-more").click()
    page.get_by_role("menuitem", name="Reageer met ❤️").click()
    expect(first.locator(".reaction")).to_have_text("❤️")
    first.locator(".message-more").click()
    page.get_by_role("menuitem", name="Verwijderen").click()
    expect(page.locator(".message", has_text="iets anders").filter(has_not_text="antwoord")).to_have_count(0)


def test_a_start_link_is_opened_as_somebody_else(page: "playwright_api.Page", emulator: Emulator) -> None:
    ingrid = emulator.person("ingrid")
    ingrid.starts()
    ingrid.says("https://t.me/draaglicht_bot?start=gezin-9")
    page.get_by_test_id("persona-ingrid").click()
    page.locator(".own a").click()
    page.get_by_test_id("open-as-shanice").click()
    expect(messages(page).last).to_contain_text("Dag Shanice. Code: gezin-9")


def test_photos_voice_and_commands(page: "playwright_api.Page", emulator: Emulator) -> None:
    emulator.person("fatima").starts()
    page.get_by_test_id("persona-fatima").click()
    page.get_by_test_id("attach").click()
    page.get_by_role("menuitem", name="Foto").click()
    page.get_by_role("button", name="Voorbeeldfoto 2 sturen").click()
    expect(page.locator(".own .photo img")).to_have_js_property("naturalWidth", 960)
    page.get_by_test_id("attach").click()
    page.get_by_role("menuitem", name="Spraakbericht").click()
    page.get_by_role("button", name="Kort gemompel").click()
    expect(page.locator(".own .voice")).to_contain_text("0:04")
    page.get_by_test_id("composer").fill("/h")
    expect(page.get_by_role("option")).to_have_count(1)
    page.get_by_role("option").click()
    expect(messages(page).last).to_contain_text("Je zei: /hulp")


def test_a_fault_is_set_on_the_page(page: "playwright_api.Page", emulator: Emulator) -> None:
    page.get_by_test_id("troubles").click()
    page.get_by_test_id("fault-kind").select_option("blocked")
    page.get_by_test_id("fault-add").click()
    expect(page.get_by_test_id("fault")).to_contain_text("403")
    assert emulator.faults.waiting[0].kind == "blocked"


def test_a_narrow_page_goes_from_list_to_chat_and_back(page: "playwright_api.Page", emulator: Emulator) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    emulator.person("fatima").starts()
    expect(page.get_by_test_id("composer")).to_be_hidden()
    page.get_by_test_id("persona-fatima").click()
    expect(messages(page).last).to_contain_text("Dag Fatima")
    expect(page.get_by_test_id("persona-fatima")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_test_id("back").click()
    expect(page.get_by_test_id("persona-fatima")).to_be_visible()


def test_thousands_of_messages_stay_quick(page: "playwright_api.Page", emulator: Emulator) -> None:
    phone = emulator.person("wim")
    chat = phone.chat
    for number in range(3000):
        emulator.post(chat, {"text": f"bericht {number}"}, phone.persona.as_user(), from_bot=False)
    page.get_by_test_id("persona-wim").click()
    expect(messages(page).last).to_contain_text("bericht 2999")
    expect(messages(page)).to_have_count(80)
    page.get_by_role("log").evaluate("log => { log.scrollTop = 0; }")
    expect(messages(page)).to_have_count(160)
