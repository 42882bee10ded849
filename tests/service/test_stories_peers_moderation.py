"""A conflict in a group, and words that point at danger: what moderators see and do, and what those concerned hear."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.care import groups, leaving, peer_reports, people, posts
from bot.care.dossiers import NOTHING_BY_LAW
from bot.conversation.danger import LULL
from bot.store import timers
from tests.service.peer_world import GROUP, Circle, joins, peer_group
from tests.service.story import Somebody, coordinator, mentor, parent, telling
from tests.service.town import Town

HARD = "Wie een kind zo laat huilen, is een slechte ouder."
EXPLICIT, POSSIBLE = "Ik wil dood.", "Ik kan niet meer."
CARD, ASKS_NOW, ASKS = "Hulp dichtbij", "Is er nu iemand in gevaar?", "Gaat het nu om gevaar?"
ONE, LOOK, QUEUE = "Groepen: 1 melding", "Bekijk", "Naar de meldingen"


@pytest.fixture
async def town(tmp_path: Path, cache: Path) -> AsyncIterator[Town]:
    async with telling(tmp_path, cache) as town:
        yield town


@pytest.fixture
async def circle(town: Town) -> Circle:
    circle = peer_group(town)
    for one in circle.everybody:
        await one.says("/menu")
    return circle


async def comes(who: Somebody) -> Somebody:
    """Somebody else who has a chat with us."""
    await who.says("/menu")
    return who


async def says(circle: Circle, who: str, text: str) -> str:
    """Somebody goes into the group and says something there, and the others look at it."""
    await circle[who].forges(f"p:x:{circle.group_id}")
    heard = await circle[who].says(text)
    for one in circle.everybody:
        if one.who != who:
            await one.reads()
    return heard


async def reports(circle: Circle, who: str) -> str:
    """Somebody reports what was said last: one tap, under what more there is."""
    await circle[who].forges(f"p:m:{circle.posts[-1].id}")
    return await circle[who].taps("Meld dit bericht")


def stands_in(circle: Circle, who: Somebody, **more: object) -> None:
    """Somebody stands in for the moderator."""
    guide, stand_in_id = circle.mentor.known.id, who.known.id
    circle.ask(lambda connection: people.change(connection, guide, stand_in_id=stand_in_id, **more))


async def opens(who: Somebody, label: str = f"Melding: {GROUP}") -> str:
    """A moderator opens what waits; returns the page, which stands in place of the message."""
    await who.taps(LOOK)
    await who.taps(label)
    return str(who.last.text)


async def does(who: Somebody, *labels: str) -> str:
    """Taps on a page; returns what then stands there."""
    await who.taps(*labels[:-1])
    own = [one for one in who.phone.from_bot if labels[-1] in [key["text"] for row in one.keyboard for key in row]]
    await who.taps(labels[-1])
    return str(who.phone.message(own[-1]).text)


def sees(who: Somebody, words: str) -> bool:
    """Whether these words stand anywhere in somebody's chat."""
    return any(words in (message.text or "") for message in who.phone.from_bot if not message.deleted)


# --- a conflict -------------------------------------------------------------------------------------------------------


async def test_a_conflict_from_the_first_report_to_the_goodbye(town: Town, circle: Circle) -> None:
    fatima, joris, shanice, ingrid = circle["fatima"], circle["joris"], circle["shanice"], circle.mentor
    tag = circle.member("joris").tag(town.clock.now())

    # Somebody reports it. Nobody but the moderators hears of that, and on their screen stands no word of it.
    await says(circle, "joris", HARD)
    told = await reports(circle, "fatima")
    assert "gemeld" in told
    assert "Niemand in de groep ziet dat jij dat deed" in told
    assert "al" in await reports(circle, "fatima")
    waits = await ingrid.reads()
    assert ONE in waits
    assert "vandaag om 16.00 uur" in waits
    assert "huilen" not in waits
    assert (await joris.reads(), await shanice.reads()) == ("", "")

    await ingrid.says("/menu")
    await ingrid.taps(ONE, ONE)
    assert "gemeld door iemand" in str(ingrid.last.text)
    ingrid.skims()

    # The moderator sees the name that was chosen and a tag, and nothing of who it is.
    page = await opens(ingrid)
    assert f"Zeemeeuw ({tag})" in page
    assert HARD in page
    assert "Iemand meldde dit" in page
    assert not any(word in page for word in ("Joris", "Wouters", "Vos"))
    count = len(ingrid.phone.from_bot)

    # A word in private, with the reason and whom to ask. Everything so far stands in one message.
    page = await does(ingrid, "Geef een seintje", "Het kwam hard aan")
    assert "Zeemeeuw kreeg een seintje" in page
    assert len(ingrid.phone.from_bot) == count
    told = await joris.reads()
    assert "Ingrid" in told
    assert "Het kwam bij anderen hard aan." in told
    assert "slechte ouder" in told
    assert "Je hoort er nog gewoon bij" in told
    assert "Stuur naar Ingrid" in told
    assert "Ingrid weet dan wie je in de groep bent" in told
    heard = await fatima.reads()
    assert "Ingrid keek naar wat je meldde" in heard
    assert "Zeemeeuw" not in heard
    assert await shanice.reads() == ""
    assert "Er wacht niets" in await does(ingrid, QUEUE)

    # It goes on: the moderator takes a message away, everywhere.
    await says(circle, "joris", "Jij bent er zo een.")
    assert sees(shanice, "Jij bent er zo een.")
    await ingrid.forges(f"p:m:{circle.posts[-1].id}")
    await ingrid.taps("Begeleid dit")
    assert "kreeg 1 keer een seintje" in str(ingrid.last.text)
    await ingrid.taps("Haal het bericht weg")
    assert "Waarom haal je dit weg?" in str(ingrid.last.text)
    page = await does(ingrid, "Anders dan we afspraken")
    assert "is weg, ook bij de anderen" in page
    assert circle.posts[-1].status == posts.REMOVED
    assert circle.posts[-1].content.text == ""
    await town.settle()
    assert not any(sees(one, "Jij bent er zo een.") for one in (fatima, shanice))
    assert "haalde je bericht weg" in await joris.reads()

    # A day of reading only.
    await says(circle, "shanice", "Dag, samen.")
    page = await does(ingrid, "Nog iets met Zeemeeuw", "Even stil", "Een dag", "Het kwam hard aan")
    assert "leest alleen mee tot morgen om 12.00 uur" in page
    told = await joris.reads()
    assert "Tot morgen om 12.00 uur kun je meelezen" in told
    for heard in (
        await joris.forges(f"p:x:{circle.group_id}"),
        await joris.says("Hoor eens.", joris.phone.find("Dag, samen.")),
    ):
        assert "tot morgen om 12.00 uur" in heard
        assert "Vraag" in heard or "vraag" in heard
    assert "Hoor eens." not in circle.shown
    assert "Hoor eens." not in await shanice.reads()
    await joris.waits(days=1)
    await says(circle, "joris", "Sorry van gisteren.")
    assert circle.shown[-1] == "Sorry van gisteren."

    # In the end somebody has to go. What they wrote may stay.
    await ingrid.forges(f"p:b:{circle.posts[-1].id}")
    await ingrid.taps("Haal uit de groep", "Past niet bij de groep")
    assert "Wat doe ik met wat Zeemeeuw schreef?" in str(ingrid.last.text)
    assert "is uit de groep" in await does(ingrid, "Laat het staan")
    told = await joris.reads()
    assert "Je bent niet meer in deze groep" in told
    assert "Het past niet zo bij waar deze groep voor is." in told
    assert "Stuur naar Ingrid" in told
    assert circle.member("joris").status == groups.REMOVED
    await joris.forges(f"p:x:{circle.group_id}")
    await joris.says("Ben ik er nog?")
    assert circle.shown[-1] == "Sorry van gisteren."

    # What was done stands in the log, newest first.
    await ingrid.forges(f"p:z:{circle.group_id}")
    log = await does(ingrid, "Wat er gedaan is")
    assert log.index("uit de groep gehaald") < log.index("even stil gezet") < log.index("een seintje gegeven")
    assert "Joris" not in log
    for one in (fatima, shanice):
        assert not sees(one, "seintje")


async def test_what_they_wrote_goes_along(town: Town, circle: Circle) -> None:
    await says(circle, "joris", HARD)
    await says(circle, "fatima", "Dag.")
    await says(circle, "joris", "Nog iets.")
    await circle.mentor.forges(f"p:t:{circle.group_id}")
    tag = circle.member("joris").tag(town.clock.now())
    await circle.mentor.taps(f"Zeemeeuw ({tag})", "Haal uit de groep", "Het kwam hard aan", "Haal alles weg")
    assert circle.shown == ["", "Dag.", ""]
    await town.settle()
    assert not sees(circle["shanice"], HARD)
    assert sees(circle["shanice"], "Dag.")


async def test_it_may_stay(circle: Circle) -> None:
    await says(circle, "joris", "Ik snap het niet.")
    await reports(circle, "fatima")
    await reports(circle, "shanice")
    await circle.mentor.reads()
    assert "2 mensen meldden dit" in await opens(circle.mentor)
    assert "Er is niets veranderd" in await does(circle.mentor, "Laat staan")
    assert await circle["joris"].reads() == "", "nothing was done, so there is nothing to tell"
    for who in ("fatima", "shanice"):
        assert "Het bericht blijft staan" in await circle[who].reads()
    assert circle.shown == ["Ik snap het niet."]


async def test_a_tag_tells_nobody_next_week_who_it_was(town: Town, circle: Circle) -> None:
    before = circle.member("joris").tag(town.clock.now())
    await circle.mentor.waits(days=7)
    assert circle.member("joris").tag(town.clock.now()) != before


# --- who looks, and until when ----------------------------------------------------------------------------------------


async def test_who_does_not_look_in_time_is_followed_by_the_stand_in_and_the_coordinator(
    town: Town, circle: Circle
) -> None:
    ingrid, samir, petra = circle.mentor, await comes(mentor(town, "samir")), await comes(coordinator(town))
    stands_in(circle, samir)
    await says(circle, "joris", HARD)
    await reports(circle, "fatima")
    post = circle.posts[-1].id
    for who in (samir, petra):
        assert await who.reads() == ""
        await who.forges(f"p:b:{post}")
        assert not sees(who, HARD), "as long as it is not theirs to look at"

    await samir.until("2027-03-01T16:00")
    heard = await samir.reads() or str(samir.last.text)
    assert ONE in heard
    assert "Ingrid keek nog niet" in heard
    assert await petra.reads() == ""
    await petra.forges(f"p:b:{post}")
    assert not sees(petra, HARD)

    await petra.until("2027-03-02T12:00")
    assert ONE in str(petra.last.text)
    await samir.taps(LOOK, f"Melding: {GROUP}")
    assert HARD in str(samir.last.text)
    assert "is weg" in await does(samir, "Haal het bericht weg", "Het kwam hard aan")
    assert "Samir haalde je bericht weg" in await circle["joris"].reads()
    await samir.forges(f"p:z:{circle.group_id}")
    assert "woordenlijst" not in str(samir.last.text), "no more than this report"
    assert "Er wacht niets" in await does(ingrid, LOOK)


async def test_at_once_when_the_moderator_is_away(town: Town, circle: Circle) -> None:
    ingrid, samir = circle.mentor, await comes(mentor(town, "samir"))
    stands_in(circle, samir, away_from=date(2027, 3, 1), away_until=date(2027, 3, 5))
    await says(circle, "joris", HARD)
    await ingrid.reads()
    await reports(circle, "fatima")
    assert ONE in await samir.reads()
    assert await ingrid.reads() == ""
    assert HARD in await opens(samir)


async def test_a_moderator_alone_is_reminded(circle: Circle) -> None:
    await says(circle, "joris", HARD)
    await reports(circle, "fatima")
    await circle.mentor.reads()
    assert "Er keek nog niemand" in await circle.mentor.until("2027-03-01T16:00")
    await opens(circle.mentor)
    await circle.mentor.taps("Laat staan")
    assert "melding" not in await circle.mentor.until("2027-03-05T16:00")


async def test_what_nobody_looks_at_is_told_once_a_working_day(circle: Circle) -> None:
    ingrid, fatima = circle.mentor, circle["fatima"]
    for words in (EXPLICIT, f"{EXPLICIT} Echt.", f"{EXPLICIT} Nu."):
        await circle.speaks("fatima", words)
        await fatima.taps("Nee", "Nee", "Nee, gooi het weg") if words == EXPLICIT else None
        await ingrid.waits(minutes=1)
    await ingrid.reads()
    before = len(ingrid.phone.from_bot)
    told = await ingrid.until("2027-03-01T17:00")
    assert told.count("Groepen: 3 meldingen") == 1
    assert "Er keek nog niemand" in told
    assert "Ingrid keek" not in told
    assert "uiterlijk morgen om 9.00 uur" in told
    assert (await ingrid.until("2027-03-02T17:00")).count("Groepen: 3 meldingen") == 1
    await ingrid.until("2027-03-07T12:00")
    assert len(ingrid.phone.from_bot) - before == 5, "nothing at the weekend"


async def test_reports_of_a_group_are_told_to_the_next_together(town: Town, circle: Circle) -> None:
    ingrid, samir = circle.mentor, await comes(mentor(town, "samir"))
    stands_in(circle, samir)
    await says(circle, "joris", HARD)
    await reports(circle, "fatima")
    await ingrid.waits(minutes=5)
    await says(circle, "joris", "Jij bent er zo een.")
    await reports(circle, "fatima")
    samir.skims()
    told = await samir.until("2027-03-01T16:10")
    assert told.count("Ingrid keek nog niet") == 1
    assert "Groepen: 2 meldingen" in told
    await ingrid.until("2027-03-03T12:00")
    assert not sees(ingrid, "Ingrid keek")


async def test_who_wrote_it_was_erased(circle: Circle) -> None:
    await says(circle, "joris", HARD)
    await reports(circle, "fatima")
    await circle["joris"].says("/privacy")
    known, vault = circle["joris"].known, circle.town.service.vault
    circle.ask(lambda connection: leaving.erase(connection, vault, NOTHING_BY_LAW, known, circle.town.clock.now()))
    page = await opens(circle.mentor)
    assert "iemand die weg is" in page
    assert "huilen" not in page
    assert "Zeemeeuw" not in page
    await circle.mentor.taps("Ik heb het gezien")
    assert "Er wacht niets" in await does(circle.mentor, QUEUE)


async def test_nobody_judges_what_they_wrote(town: Town, circle: Circle) -> None:
    petra = await comes(coordinator(town))
    await says(circle, "ingrid", "Zo moet het niet.")
    await reports(circle, "fatima")
    assert ONE not in await circle.mentor.reads()
    assert ONE in await petra.reads()
    await circle.mentor.forges(f"p:b:{circle.posts[-1].id}:o")
    assert "Zo moet het niet." in await opens(petra)
    assert "Haal uit de groep" not in petra.buttons


@pytest.mark.parametrize(
    "act", ["k", "b:{post}", "b:{post}:o", "b:{post}:d:0", "t:{group}", "t:{group}:{member}:r:0:k"]
)
async def test_nobody_else_gets_in(town: Town, circle: Circle, act: str) -> None:
    samir, petra = await comes(mentor(town, "samir")), await comes(coordinator(town))
    await says(circle, "joris", HARD)
    given = {"post": circle.posts[-1].id, "group": circle.group_id, "member": circle.member("joris").id}
    for who in (circle["fatima"], circle["joris"], samir, petra):
        before = len(who.phone.from_bot)
        await who.forges(f"p:{act.format_map(given)}")
        assert "Begeleid" not in str(who.last.text)
        assert len(who.phone.from_bot) > before, "they get their menu"
    assert circle.shown == [HARD]
    assert circle.member("joris").is_in


# --- seen first, slowly -----------------------------------------------------------------------------------------------


async def test_the_first_posts_of_somebody_new_are_seen_first(town: Town, circle: Circle) -> None:
    ingrid = circle.mentor
    await ingrid.forges(f"p:z:{circle.group_id}")
    assert "lees je eerst: 1 bericht" in await does(ingrid, "Eerst kijken: 1")
    ingrid.skims()
    heard = await circle.speaks("joris", "Dag, ik ben nieuw.")
    assert "Ingrid leest het eerst" in heard
    assert "bij iedereen die nieuw is" in heard
    assert circle.shown == []
    assert ONE in await ingrid.reads()
    page = await opens(ingrid, f"Eerst kijken: {GROUP}")
    assert "De groep ziet dit nog niet" in page
    assert "Dag, ik ben nieuw." in page
    assert "staat nu in de groep" in await does(ingrid, "Zet in de groep")
    assert circle.shown == ["Dag, ik ben nieuw."]
    assert "Dag, ik ben nieuw." in await circle["shanice"].reads()
    await says(circle, "joris", "En nog iets.")
    assert circle.shown[-1] == "En nog iets."


async def test_what_is_shown_is_what_the_moderator_saw(circle: Circle) -> None:
    circle.change(seen_first=1)
    await circle.speaks("joris", "Dag.")
    await opens(circle.mentor, f"Eerst kijken: {GROUP}")
    joris = circle["joris"].phone
    own = next(one for one in joris.messages if one.text == "Dag.")
    joris.edits(own, "Dag, stelletje idioten.")
    await circle["joris"].reads()
    page = await does(circle.mentor, "Zet in de groep")
    assert "stelletje idioten" in page
    assert circle.shown == []
    await does(circle.mentor, "Zet in de groep")
    assert circle.shown == ["Dag, stelletje idioten."]


async def test_a_photo_is_looked_at_first(circle: Circle) -> None:
    circle.change(seen_first=1)
    joris, ingrid = circle["joris"], circle.mentor
    await joris.forges(f"p:x:{circle.group_id}")
    await joris.does(lambda phone: phone.sends_photo("Kijk eens."))
    await joris.forges(f"p:y:{circle.posts[-1].id}")
    ingrid.skims()
    assert "Kijk eens." in await opens(ingrid, f"Eerst kijken: {GROUP}")
    await ingrid.taps("Bekijk de foto")
    assert "photo" in ingrid.last.body
    assert not ingrid.last.keyboard
    assert circle.shown == []
    await ingrid.taps("Zet in de groep")
    await circle["shanice"].reads()
    assert "photo" in circle["shanice"].last.body


async def test_a_word_of_the_list(town: Town, circle: Circle) -> None:
    ingrid = circle.mentor
    await ingrid.forges(f"p:z:{circle.group_id}")
    await ingrid.taps("Woordenlijst", "Typ een nieuwe lijst")
    assert "2 woorden staan op de lijst" in await ingrid.says("stomme koe, idioot")
    assert circle.group.settings.words == ("stomme koe", "idioot")
    heard = await circle.speaks("joris", "Mijn baas is een IDIOOT!")
    assert "een woord in waar we hier extra op letten" in heard
    assert circle.shown == []
    ingrid.skims()
    await ingrid.taps(LOOK, f"Eerst kijken: {GROUP}")
    assert "komt niet in de groep" in await does(ingrid, "Niet plaatsen", "Het kwam hard aan")
    told = await circle["joris"].reads()
    assert "komt niet in de groep" in told
    assert "Je mag het anders zeggen" in told
    assert circle.posts[-1].status == posts.REMOVED
    assert await circle["shanice"].reads() == ""


async def test_slowly(town: Town, circle: Circle) -> None:
    ingrid, joris = circle.mentor, circle["joris"]
    await ingrid.forges(f"p:z:{circle.group_id}")
    await ingrid.taps("Wacht 5 min")
    assert "Vanaf nu wachten we 5 minuten" in await circle["shanice"].reads()
    await says(circle, "joris", "Een.")
    heard = await circle.speaks("joris", "Twee.")
    assert "Vanaf vandaag om 12.05 uur" in heard
    assert "Twee." not in circle.shown
    await joris.waits(minutes=5)
    await says(circle, "joris", "Drie.")
    assert circle.shown[-1] == "Drie."


async def test_what_is_sent_too_early_is_not_marked_as_sent(circle: Circle) -> None:
    circle.change(slow_seconds=300)
    joris = circle["joris"]
    await circle.speaks("joris", "Een.")
    await joris.says("Twee.")
    await joris.taps("Ja, verstuur")
    assert not sees(joris, "Versturen.")
    assert sees(joris, "Nog niet verstuurd.")
    assert circle.shown == ["Een."]
    await joris.waits(minutes=5)
    await joris.taps("Ja, verstuur")
    assert sees(joris, "Versturen.")
    assert circle.shown == ["Een.", "Twee."]


# --- danger -----------------------------------------------------------------------------------------------------------


async def test_a_danger_word(town: Town, circle: Circle) -> None:
    fatima, ingrid = circle["fatima"], circle.mentor

    # The writer first, and alone. The group sees nothing of it.
    heard = await circle.speaks("fatima", EXPLICIT)
    assert (
        heard.index(CARD) < heard.index("Ingrid hoort van mij dat je iets schreef over gevaar") < heard.index(ASKS_NOW)
    )
    assert "Je bericht staat niet in Avondploeg." in heard
    assert circle.shown == []
    assert (await circle["joris"].reads(), await circle["shanice"].reads()) == ("", "")

    # The moderator hears that somebody wrote something, as everybody was told beforehand; not the words.
    told = await ingrid.reads()
    assert "iets dat over gevaar kan gaan" in told
    assert "dood" not in told
    await ingrid.taps(LOOK)
    page = str(ingrid.last.text)
    assert "Vos" in page
    assert "Het staat niet in de groep" in page
    assert "dood" not in page
    assert "Fatima" not in page
    assert ingrid.buttons == ["Ik heb het gezien", "Bied een gesprek aan", QUEUE]
    await ingrid.forges(f"p:b:{circle.posts[-1].id}:r:0:t")
    assert circle.member("fatima").is_in

    # When the talk about danger is over, it is asked what becomes of the post.
    heard = await fatima.taps("Nee", "Nee")
    assert f"staat niet in de groep: “{EXPLICIT}”" in heard
    assert "Ingrid leest je woorden alleen als je ze plaatst" in heard
    assert fatima.buttons == ["Zet het in de groep", "Nee, gooi het weg"]

    # The moderator offers to talk, and hears who it is when the writer wants that.
    assert "een gesprek met jou" in await does(ingrid, "Bied een gesprek aan")
    heard = await fatima.reads()
    assert "Ingrid weet niet wie je bent" in heard
    assert "Ik weet niet wanneer je iets hoort" in await fatima.taps("Ja, zeg Ingrid wie ik ben")
    assert "Vos is Fatima" in await ingrid.reads()

    # The writer decides.
    assert "niet" in await fatima.taps("Nee, gooi het weg") or "niet" in str(fatima.last.text)
    assert circle.posts[-1].content.text == ""
    await ingrid.forges(f"p:b:{circle.posts[-1].id}")
    assert "Ik heb het gezien" in ingrid.buttons
    await ingrid.taps("Ik heb het gezien")
    assert (await circle["joris"].reads(), circle.shown) == ("", [])


async def test_it_may_go_to_the_group_after_all(circle: Circle) -> None:
    fatima, ingrid = circle["fatima"], circle.mentor
    await circle.speaks("fatima", EXPLICIT)
    await fatima.taps("Nee", "Nee")
    await fatima.taps("Zet het in de groep")
    assert circle.shown == [EXPLICIT]
    assert EXPLICIT in await circle["joris"].reads()
    await ingrid.forges(f"p:b:{circle.posts[-1].id}")
    page = str(ingrid.last.text)
    assert EXPLICIT in page
    assert "Dit kan over gevaar gaan" in page


async def test_what_may_be_meant_otherwise_is_told_when_the_group_sees_it(circle: Circle) -> None:
    fatima, ingrid = circle["fatima"], circle.mentor
    heard = await circle.speaks("fatima", POSSIBLE)
    assert ASKS in heard
    assert "Je bericht staat niet in Avondploeg." in heard
    assert CARD not in heard
    assert "Ingrid" not in heard
    assert circle.shown == []
    assert await ingrid.reads() == ""
    assert "staat niet in de groep" in await fatima.taps("Nee")
    assert "Ingrid" not in str(fatima.last.text)
    await fatima.taps("Zet het in de groep")
    assert circle.shown == [POSSIBLE]
    assert "iets dat over gevaar kan gaan" in await ingrid.reads()


async def test_within_the_lull_the_post_is_asked_about_at_once(circle: Circle) -> None:
    fatima = circle["fatima"]
    await circle.speaks("fatima", POSSIBLE)
    await fatima.taps("Nee")
    await fatima.taps("Nee, gooi het weg")
    heard = await circle.speaks("fatima", f"{POSSIBLE} Echt.")
    assert ASKS not in heard
    assert "staat niet in de groep" in heard
    assert circle.shown == []
    await fatima.waits(seconds=LULL.total_seconds())
    assert ASKS in await circle.speaks("fatima", POSSIBLE)


async def test_the_second_time_everybody_hears_what_is_so(circle: Circle) -> None:
    fatima, ingrid = circle["fatima"], circle.mentor
    await circle.speaks("fatima", EXPLICIT)
    assert "met de vraag of er gevaar is" in await ingrid.reads()
    await fatima.taps("Nee", "Nee", "Nee, gooi het weg")
    heard = await circle.speaks("fatima", f"{EXPLICIT} Echt.")
    assert ASKS_NOW not in heard
    assert "Ingrid hoort van mij dat je iets schreef over gevaar" in heard
    told = await ingrid.reads()
    assert "met de vraag of er gevaar is" not in told
    assert "vroeg ik kort daarvoor al" in told


async def test_nobody_hears_who_it_is_without_an_offer_and_a_tap(circle: Circle) -> None:
    fatima, ingrid = circle["fatima"], circle.mentor
    token = f"p:t:y:{circle.member('fatima').id}:{ingrid.known.id}"
    await fatima.forges(token)
    assert "Vos is" not in await ingrid.reads()
    await circle.speaks("fatima", "Dag.")
    await ingrid.forges(f"p:b:{circle.posts[-1].id}:h")
    await fatima.reads()
    await circle["joris"].forges(token)
    await ingrid.forges(token)
    assert not sees(ingrid, "Vos is Fatima")
    await fatima.taps("Ja, zeg Ingrid wie ik ben")
    assert sees(ingrid, "Vos is Fatima")
    await ingrid.says(
        "Dag Fatima, ik bel je morgen.", next(m for m in ingrid.phone.from_bot if "Vos is Fatima" in m.text)
    )
    assert "ik bel je morgen" in await fatima.reads()


async def test_who_it_is_tells_not_who_guides_them(town: Town, circle: Circle) -> None:
    ingrid, samir = circle.mentor, await comes(mentor(town, "samir"))
    bart = circle.parents["bart"] = await comes(parent(town, "bart", guide=samir, evening=""))
    circle.ask(lambda connection: joins(connection, town, circle.group_id, bart, "Roos"))
    await says(circle, "bart", "Dag.")
    await ingrid.forges(f"p:b:{circle.posts[-1].id}:h")
    await bart.reads()
    await bart.taps("Ja, zeg Ingrid wie ik ben")
    told = await ingrid.reads()
    assert "Roos is Bart" in told
    assert "Samir" not in told
    assert "Spreek samen af" not in told


async def test_an_edit_brings_in_neither_danger_nor_a_word_of_the_list(circle: Circle) -> None:
    circle.change(words=("idioot",))
    for who, first, words in (("joris", "Goed zo.", "Jij idioot."), ("fatima", "Dank je.", EXPLICIT)):
        await says(circle, who, first)
        phone = circle[who].phone
        phone.edits(next(one for one in phone.messages if one.text == first), words)
        heard = await circle[who].reads()
        assert (CARD in heard) is (who == "fatima")
        await circle.town.settle()
        assert not sees(circle["shanice"], words)
        assert circle.shown[-1] == first


async def test_danger_in_an_edit_is_told_as_in_a_new_post(circle: Circle) -> None:
    await says(circle, "fatima", "Dank je.")
    phone = circle["fatima"].phone
    phone.edits(next(one for one in phone.messages if one.text == "Dank je."), EXPLICIT)
    assert CARD in await circle["fatima"].reads()
    assert sees(circle.mentor, "gevaar")
    assert not sees(circle.mentor, EXPLICIT)
    waiting = circle.ask(lambda connection: peer_reports.open_in(connection, [circle.group_id]))
    assert [report.why for _, report in waiting] == ["danger"]
    assert circle.shown == ["Dank je."]

    draft = waiting[0][1].post_id
    await circle["fatima"].forges(f"p:y:{draft}")
    await circle.town.settle()
    assert circle.shown == [EXPLICIT]
    assert sees(circle["shanice"], EXPLICIT)
    waiting = circle.ask(lambda connection: peer_reports.open_in(connection, [circle.group_id]))
    assert [report.why for _, report in waiting] == ["danger"]
    assert waiting[0][1].post_id != draft
    await circle.mentor.taps(LOOK)
    assert sees(circle.mentor, EXPLICIT)


async def edits(circle: Circle, who: str, text: str, words: str) -> str:
    """Somebody changes what they said; returns what they then read."""
    phone = circle[who].phone
    phone.edits(next(one for one in phone.messages if one.text == text), words)
    return await circle[who].reads()


async def test_an_edit_brings_no_danger_to_who_looks_first(circle: Circle) -> None:
    circle.change(seen_first=1)
    fatima, ingrid = circle["fatima"], circle.mentor
    await circle.speaks("fatima", "Dag, ik ben nieuw.")
    await ingrid.reads()
    heard = await edits(circle, "fatima", "Dag, ik ben nieuw.", EXPLICIT)
    assert CARD in heard
    assert "Ingrid hoort van mij dat je iets schreef over gevaar" in heard
    assert "iets dat over gevaar kan gaan" in await ingrid.reads()
    await does(ingrid, LOOK, QUEUE, f"Eerst kijken: {GROUP}")
    assert sees(ingrid, "Dag, ik ben nieuw.")
    assert not sees(ingrid, EXPLICIT)

    assert f"staat niet in de groep: “{EXPLICIT}”" in await fatima.taps("Nee", "Nee")
    assert "Ingrid leest je nieuwe tekst eerst" in await fatima.taps("Zet het in de groep")
    assert circle.shown == []
    page = await does(ingrid, "Zet in de groep")
    assert EXPLICIT in page
    assert "Dit kan over gevaar gaan" in page
    await does(ingrid, "Zet in de groep")
    assert circle.shown == [EXPLICIT]


async def test_an_edit_of_what_waits_may_be_left_out(circle: Circle) -> None:
    circle.change(seen_first=1)
    await circle.speaks("fatima", "Dag.")
    await edits(circle, "fatima", "Dag.", POSSIBLE)
    await circle["fatima"].taps("Nee", "Nee, gooi het weg")
    assert "Je bericht wacht zoals het was" in str(circle["fatima"].last.text)
    await opens(circle.mentor, f"Eerst kijken: {GROUP}")
    await does(circle.mentor, "Zet in de groep")
    assert circle.shown == ["Dag."]


async def test_a_name_in_an_edit_of_what_waits_is_asked_about_first(circle: Circle) -> None:
    circle.change(seen_first=1)
    await circle.speaks("fatima", "Mijn kind slaapt slecht.")
    asked = await edits(circle, "fatima", "Mijn kind slaapt slecht.", "Noor slaapt slecht.")
    assert "Noor" in asked
    assert "ziet nog wat er stond" not in asked
    await opens(circle.mentor, f"Eerst kijken: {GROUP}")
    assert not sees(circle.mentor, "Noor")
    assert "Ingrid leest je nieuwe tekst eerst" in await circle["fatima"].taps("Zo toch wijzigen")
    assert "Noor slaapt slecht." in await does(circle.mentor, "Zet in de groep")


async def test_who_is_muted_hears_why_an_edit_does_not_go_through(circle: Circle) -> None:
    await says(circle, "joris", "Goed zo.")
    circle.change_member("joris", muted_until=circle.town.clock.now() + timedelta(days=1))
    heard = await edits(circle, "joris", "Goed zo.", "Goed zo, allemaal.")
    assert "alleen meelezen, tot morgen om" in heard
    assert "Er staat nog wat er stond" in heard
    assert "Pas het nog eens aan" not in heard
    assert circle.shown == ["Goed zo."]


async def test_the_stand_in_hears_of_danger_sooner(town: Town, circle: Circle) -> None:
    samir = await comes(mentor(town, "samir"))
    stands_in(circle, samir)
    await circle.speaks("fatima", EXPLICIT)
    await samir.waits(minutes=29)
    assert not sees(samir, "gevaar")
    await samir.waits(minutes=2)
    assert sees(samir, "Ingrid keek nog niet")


async def test_the_deadline_is_gone_when_somebody_looked(circle: Circle) -> None:
    await says(circle, "joris", HARD)
    await reports(circle, "fatima")
    await opens(circle.mentor)
    await circle.mentor.taps("Laat staan")
    await circle.mentor.until("2027-03-01T18:00")
    chat = circle.mentor.phone.user_id
    kept = circle.ask(lambda connection: timers.of_chat(connection, chat))
    assert not any(key.startswith("peer_due:") for key in kept)
