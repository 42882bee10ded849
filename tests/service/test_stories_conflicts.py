"""Conflicts: what a mentor switches on, what a parent writes down, the moment found in it, and the sign ahead of it."""

from __future__ import annotations

from sqlalchemy import func, select

from bot.care import families
from bot.conversation.show import NOT_ON
from bot.store import tables
from tests.service.story import OTHER, Somebody, mentor, parent
from tests.service.town import Town

TITLE = "Eerste hulp bij ruzie"
WHY = "Jullie vroegen wat je aan tafel kunt doen."
NOT_YET = "Dit zet je mentor voor je aan, als het past."
FAMILY = "Zet iets aan of uit"


async def _switches_on(ingrid: Somebody, title: str = TITLE, why: str = WHY) -> str:
    await ingrid.says("/gezinnen")
    await ingrid.taps(ingrid.buttons[0], "Begeleiding", FAMILY, title)
    await ingrid.says(why)
    return await ingrid.taps("Ja, zet het aan")


async def _switches_off(ingrid: Somebody, title: str = TITLE) -> str:
    await ingrid.says("/aanzetten")
    return await ingrid.taps(title, "Het is niet meer nodig")


async def _keeps_a_conflict_at_dinner(who: Somebody) -> str:
    await who.says("/grens")
    await who.taps("Opstaan, eten, wassen, slapen", "Bewaar dit moment", "Eten", "Keuken of tafel", "Nu net")
    return await who.taps("Gewoon")


def _noted(town: Town, note: str) -> int:
    counted = select(func.count()).select_from(tables.inbox).where(tables.inbox.c.problem == note)
    return town.do(lambda connection: connection.execute(counted).scalar_one())


def _is_not_on(heard: str, who: Somebody) -> None:
    assert NOT_YET in heard
    assert TITLE not in heard
    assert "Vanavond" in who.buttons


async def test_from_switching_on_to_the_sign_ahead_and_off_again(
    town: Town, ingrid: Somebody, fatima: Somebody
) -> None:
    # Not there yet, by whatever way one comes.
    for heard in (
        await fatima.says("/grens"),
        await fatima.says("/start doe-limits"),
        await fatima.forges("g:limits"),
    ):
        _is_not_on(heard, fatima)
    assert _noted(town, NOT_ON) == 3
    await fatima.says("/instellingen")
    await fatima.taps("Wat je mentor aanzette")
    assert "Er staat nu niets extra aan" in fatima.last.text

    # The parent hears at once who switched on what and why.
    assert "Het staat aan. Fatima weet het nu" in await _switches_on(ingrid)
    told = await fatima.reads()
    assert f"Ingrid zette dit voor jullie aan: {TITLE}. Waarom: “{WHY}”" in told
    assert "eerst wat drukker" in told
    assert "je mag er altijd mee stoppen" in told
    await fatima.taps("Wat je mentor aanzette")
    assert f"{TITLE}, vandaag door Ingrid. Waarom: “{WHY}”" in fatima.last.text

    # Three dinners, and not before the third there is anything to see.
    for day in ("2027-03-01", "2027-03-02"):
        await fatima.until(f"{day}T18:05")
        assert "alleen" in (await _keeps_a_conflict_at_dinner(fatima)).lower()
        assert "De ruzie voor zijn" not in fatima.buttons
    assert "te weinig" in await fatima.says("/voorzijn")
    await fatima.until("2027-03-04T18:20")
    await _keeps_a_conflict_at_dinner(fatima)
    assert [one.value("about") for one in fatima.kept("conflict")] == ["eating"] * 3

    found = await fatima.taps("De ruzie voor zijn")
    assert "De drie keren die je bewaarde waren op doordeweekse dagen, rond zes uur 's avonds" in found
    assert "aan tafel of in de keuken" in found
    assert "eten" in found
    assert "Noor" not in found
    await fatima.taps("Maak een plan", "Ik typ het zelf")
    await fatima.says("Ik zet vooraf soep neer.")
    assert "morgen om half zes 's middags" in await fatima.taps("Ja, graag")

    # Half an hour before, on those days only; on a locked screen it tells nothing.
    await fatima.until("2027-03-05T17:29")
    sign = await fatima.until("2027-03-05T17:31")
    assert sign
    assert "soep" not in sign
    assert "Noor" not in sign
    assert "Ik zet vooraf soep neer." in await fatima.taps("Laat zien")
    await fatima.taps("Goed, dat doe ik")
    await fatima.until("2027-03-06T17:00")
    assert await fatima.until("2027-03-06T18:30") == ""
    await fatima.until("2027-03-08T17:29")
    assert await fatima.until("2027-03-08T17:31")
    assert fatima.buttons == ["Laat zien", "Nu niet"]
    await fatima.taps("Nu niet")

    # Off again: told, and gone, also under a question that was still open.
    await fatima.says("/grens")
    open_question = fatima.last
    token = fatima.token("Iets anders")
    assert "Het staat uit. Fatima weet het nu" in await _switches_off(ingrid)
    told = await fatima.reads()
    assert f"Ingrid zette dit weer uit: {TITLE}. Waarom: “Het is niet meer nodig”" in told
    _is_not_on(await fatima.forges(token, open_question), fatima)
    _is_not_on(await fatima.says("/grens"), fatima)
    await fatima.says("/instellingen")
    await fatima.taps("Wat je mentor aanzette")
    assert TITLE not in fatima.last.text
    assert len(fatima.kept("conflict")) == 3

    # The parent's own sign is the parent's to stop.
    await fatima.until("2027-03-09T17:29")
    await fatima.until("2027-03-09T17:31")
    assert "komt niet meer" in await fatima.taps("Laat zien", "Geen seintje meer")
    await fatima.until("2027-03-10T17:00")
    assert await fatima.until("2027-03-10T18:30") == ""


async def test_the_other_parent_of_the_family_hears_it_too_and_nobody_else(
    town: Town, ingrid: Somebody, fatima: Somebody
) -> None:
    joris = parent(town, OTHER, partner=fatima)
    other = parent(town, "shanice", guide=ingrid)
    assert "Fatima en Joris weten het nu" in await _switches_on(ingrid)
    assert WHY in await joris.reads()
    assert await other.reads() == ""
    _is_not_on(await other.says("/grens"), other)
    assert NOT_YET not in await joris.says("/grens")


async def test_leaving_it_as_it_is_tells_nobody(ingrid: Somebody, fatima: Somebody) -> None:
    await _switches_on(ingrid)
    await fatima.reads()
    await ingrid.says("/aanzetten")
    await ingrid.taps(TITLE, "Laat het aan")
    assert await fatima.reads() == ""


async def test_the_cards_of_a_conflict_are_drawn(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    await _switches_on(ingrid, "Vier stappen in één antwoord")
    fatima.skims()
    await fatima.says("/asso")
    await fatima.taps("Maak er zelf een")
    for words in ("je jas ligt <op> de grond", "Misschien wil je nog niet weg.", "We gaan zo naar oma", "Kom maar"):
        await fatima.says(words)
    assert "“Je jas ligt <op> de grond. Misschien wil je nog niet weg. We gaan zo naar oma. Kom maar.”" in (
        fatima.last.text
    )
    await fatima.taps("Maak er een kaart van")
    picture = next(one for one in reversed(fatima.phone.from_bot) if "photo" in one.body)
    assert "Wat ik zie: Je jas ligt <op> de grond." in str(picture.body["caption"])

    await fatima.says("/goedmaken")
    await fatima.taps("Volgende stap", "Volgende stap", "Volgende stap", "Bewaar deze vier")
    pictures = [one for one in fatima.phone.from_bot if "photo" in one.body]
    assert len(pictures) == 2
    assert "Mijn stuk:" in str(pictures[-1].body["caption"])

    await _switches_on(ingrid, "Zo groot voelt het nu")
    fatima.skims()
    await fatima.says("/hoeoud")
    await fatima.taps("Nee roepen, stampen, zelf willen", "Ja, dat past", "Sla over", "Sla over")
    pictures = [one for one in fatima.phone.from_bot if "photo" in one.body]
    assert len(pictures) == 3
    assert "Zo groot als een peuter" in str(pictures[-1].body["caption"])


async def test_who_wants_quiet_hours_is_told_when_they_are_over(ingrid: Somebody, fatima: Somebody) -> None:
    await fatima.says("/instellingen")
    await fatima.taps("Meekijken", "Vaste uren")
    hours = fatima.buttons[0]
    await fatima.taps(hours)
    fatima.skims()
    await _switches_on(ingrid)
    assert await fatima.reads() == ""
    assert WHY in await fatima.until("2027-03-02T12:00")


async def test_another_mentors_family_is_out_of_reach(town: Town, ingrid: Somebody, fatima: Somebody) -> None:
    samir = mentor(town, "samir")
    family_id = fatima.known.family_id
    await samir.says("/menu")
    await samir.forges(f"f:d:{family_id}:switch_flow")
    assert FAMILY not in samir.buttons
    assert "Voor welk gezin" not in await samir.says("/aanzetten")

    # A family that was handed over while the mentor was choosing is left as it was.
    await ingrid.says("/aanzetten")
    await ingrid.taps(TITLE, "We spraken hier samen over")
    new = samir.known.id
    town.do(lambda connection: families.hand_over(connection, family_id or 0, new))
    await ingrid.taps("Ja, zet het aan")
    _is_not_on(await fatima.says("/grens"), fatima)
