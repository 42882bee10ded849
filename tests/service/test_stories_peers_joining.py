"""How a group begins, how parents are asked into it, and how they come in under names of their own."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.care import consents, groups
from bot.care.consents import Purpose
from tests.service.peer_world import Circle, peer_group
from tests.service.story import Somebody, coordinator, mentor, parent, somebody, telling
from tests.service.town import Town

LINK = re.compile(r"start=(groep-\S+)")


@pytest.fixture
async def town(tmp_path: Path, cache: Path) -> AsyncIterator[Town]:
    async with telling(tmp_path, cache) as town:
        yield town


@pytest.fixture
def circle(town: Town) -> Circle:
    return peer_group(town, size=6)


async def _begins(ingrid: Somebody, name: str = "Rustige avonden") -> None:
    """A mentor begins a group, alone."""
    await ingrid.says("/groepen")
    await ingrid.taps("Begin een groep")
    await ingrid.says(name)
    await ingrid.says("slapen en opstaan")
    await ingrid.taps("6", "Elke dag")
    assert f"De groep heet {name}. Het gaat over: slapen en opstaan. Er is plaats voor 6 ouders." in ingrid.last.text
    await ingrid.taps("Ja, begin de groep", "Ik doe het alleen")


async def test_from_the_first_plan_to_the_first_parents(town: Town) -> None:
    ingrid = mentor(town)
    samir, petra = mentor(town, "samir"), coordinator(town)
    fatima = parent(town, "fatima", guide=ingrid, evening="", children=[("Yassin", 7)])
    joris = parent(town, "joris", guide=ingrid, evening="")
    await ingrid.says("/menu")
    await ingrid.taps("Groepen")
    assert "Een groep is voor vijf tot vijftien ouders." in ingrid.last.text
    await _begins(ingrid)
    assert set(ingrid.buttons) >= {"Fatima", "Joris", "Maak een link", "Klaar"}
    await ingrid.taps("Fatima")
    told = await fatima.reads()
    assert "Ingrid nodigt je uit voor een groep met andere ouders: Rustige avonden." in told
    assert "naam die je zelf kiest" in told
    assert "Joris" in ingrid.buttons
    assert "Fatima" not in ingrid.buttons
    await ingrid.taps("Joris", "Klaar")

    await fatima.taps("Vertel me meer")
    assert "De andere ouders zien alleen een naam die jij kiest." in fatima.last.text
    assert "Ingrid begeleidt." in fatima.last.text
    rules = await fatima.taps("Ja, laat zien")
    assert "niet dag en nacht" in rules
    await fatima.taps("Ja, dat is goed")
    assert len(fatima.buttons) >= 6
    heard = await fatima.taps("Ik bedenk er een")
    assert "Niet je eigen naam" in heard
    assert "Aan die naam kan iemand je herkennen." in await fatima.says("Fatima84")
    assert "Aan die naam kan iemand je herkennen." in await fatima.says("mama van yassin")
    assert "Die naam is heel kort." in await fatima.says("x")
    assert "Die naam kan hier niet." in await fatima.says("bel 0612345678")
    assert "Die naam kan hier niet." in await fatima.says("De begeleider")
    assert "Aan die naam kan iemand je herkennen." not in await fatima.says("Kiezel")
    assert "Je bent erin." in fatima.last.text
    card = "\n".join(message.text for message in fatima.phone.from_bot[-3:])
    assert "Groep Rustige avonden" in card
    assert "Je heet hier Kiezel." in card
    assert "Kiezel is erbij gekomen. Welkom." in await ingrid.reads()

    await joris.reads()
    await joris.taps("Vertel me meer", "Ja, laat zien", "Ja, dat is goed")
    assert "Kiezel" not in joris.buttons
    await joris.taps("Ik bedenk er een")
    assert "Die naam is hier al van iemand." in await joris.says("kiezel")
    await joris.says("Lantaarn")
    assert "Lantaarn is erbij gekomen. Welkom." in await fatima.reads()
    everything = "\n".join(message.text for message in fatima.phone.from_bot)
    assert "Joris" not in everything
    assert samir.phone.last is None
    assert petra.phone.last is None


async def test_names_to_choose_from_are_free_and_others_each_time(circle: Circle) -> None:
    gul = circle.parents["marleen"] = parent(circle.town, "marleen", guide=circle.mentor, evening="")
    own = gul.known.id
    circle.ask(lambda connection: groups.invite(connection, circle.group_id, own, circle.town.clock.now()))
    await gul.says("/menu")
    await gul.forges(f"p:u:{circle.group_id}:j")
    await gul.taps("Ja, laat zien", "Ja, dat is goed")
    first = gul.buttons
    await gul.waits(seconds=5)
    await gul.taps("Andere namen")
    assert first != gul.buttons
    name = gul.buttons[0]
    await gul.taps(name)
    assert circle.member("marleen").name == name
    assert f"{name} is erbij gekomen" in await circle["fatima"].reads()
    assert circle.ask(lambda connection: consents.holds(connection, own, Purpose.GROUP))


async def test_not_now_is_fine_and_the_invitation_stays_in_the_menu(circle: Circle) -> None:
    marleen = parent(circle.town, "marleen", guide=circle.mentor, evening="")
    await circle.mentor.says("/groepen")
    await circle.mentor.taps("Nodig uit", "Marleen", "Klaar")
    await marleen.reads()
    await marleen.taps("Nu niet")
    assert "in het menu, bij De groep" in marleen.last.text
    await marleen.says("/menu")
    await marleen.taps("De groep", "Avondploeg (uitnodiging)")
    assert "Avondploeg is een groep met andere ouders" in marleen.last.text
    await marleen.taps("Nu niet")
    assert circle.shown == []


async def test_an_invitation_is_taken_back(circle: Circle) -> None:
    marleen = parent(circle.town, "marleen", guide=circle.mentor, evening="")
    await circle.mentor.says("/groepen")
    await circle.mentor.taps("Nodig uit", "Marleen", "Klaar")
    await circle.mentor.says("/groepen")
    await circle.mentor.taps("Wie er zijn")
    told = circle.mentor.last.text
    assert "Nog geen antwoord: Marleen." in told
    assert "Vos (" in told
    assert "Fatima" not in told
    await circle.mentor.taps("Trek in: Marleen")
    assert "De uitnodiging voor Marleen is ingetrokken." in circle.mentor.last.text
    await marleen.reads()
    await marleen.taps("Vertel me meer")
    assert "Waar heb je nu iets aan?" in marleen.last.text


async def test_a_full_group_and_a_group_that_stops_let_nobody_in(circle: Circle) -> None:
    late = parent(circle.town, "marleen", guide=circle.mentor, evening="")
    own = late.known.id
    circle.ask(lambda connection: groups.invite(connection, circle.group_id, own, circle.town.clock.now()))
    await late.says("/menu")
    await late.forges(f"p:u:{circle.group_id}:j")
    await late.taps("Ja, laat zien", "Ja, dat is goed")
    for who, name in (("annelies", "Duin"), ("bart", "Otter"), ("gul", "Egel")):
        circle.adds(who, name)
    await late.taps(late.buttons[0])
    assert "De groep is net vol." in late.last.text
    assert "marleen" not in circle.parents


async def test_by_a_link_for_parents_of_others_too(circle: Circle) -> None:
    town, ingrid = circle.town, circle.mentor
    samir = mentor(town, "samir")
    other = parent(town, "marleen", guide=samir, evening="")
    await ingrid.says("/groepen")
    given = await ingrid.taps("Nodig uit", "Maak een link")
    code = LINK.search(given)
    assert code
    stranger = somebody(town, "gul")
    assert "voor ouders die al met Draaglicht werken" in await stranger.says(f"/start {code[1]}")
    assert stranger.person is None
    assert "Deze link is voor ouders." in await samir.says(f"/start {code[1]}")
    assert "Avondploeg is een groep" in await other.says(f"/start {code[1]}")
    await other.taps("Ja, laat zien", "Ja, dat is goed")
    await other.taps(other.buttons[0])
    assert "is erbij gekomen" in await circle["fatima"].reads()
    assert "Je zit al in deze groep." in await other.says(f"/start {code[1]}")

    bart = parent(town, "bart", guide=samir, evening="")
    wrong = code[1][:-4] + "AAAA"
    assert "Deze link werkt niet meer." in await bart.says(f"/start {wrong}")
    await ingrid.taps("Nog iemand", "Maak een link")
    assert "Deze link werkt niet meer." in await bart.says(f"/start {code[1]}")
    await town.passes(timedelta(days=4))
    newest = LINK.search(ingrid.last.text)
    assert newest
    assert "Deze link werkt niet meer." in await bart.says(f"/start {newest[1]}")


async def test_a_coordinator_begins_a_group_and_a_colleague_guides_it_too(town: Town) -> None:
    petra, ingrid = coordinator(town), mentor(town)
    await petra.says("/menu")
    await petra.taps("Groepen", "Begin een groep")
    await petra.says("Samen verder")
    await petra.taps("Alles mag", "8", "Ik kies de dagen", "Dinsdag", "Donderdag", "Klaar", "Ja, begin de groep")
    await petra.taps("Een begeleider erbij", "Ingrid")
    assert "Petra zette je als begeleider bij de groep Samen verder." in await ingrid.reads()
    await petra.taps("Klaar")
    await petra.says("/groepen")
    assert "Open op dinsdag en donderdag." in petra.last.text
    assert "Jij begeleidt hier, met je eigen naam: Petra." in petra.last.text
    await ingrid.says("/groepen")
    assert "Jij begeleidt hier, met je eigen naam: Ingrid." in ingrid.last.text


async def test_a_group_changes_and_its_members_read_that(circle: Circle) -> None:
    ingrid, fatima = circle.mentor, circle["fatima"]
    await ingrid.says("/groepen")
    await ingrid.taps("Verander de groep", "De naam")
    assert "De groep ziet dat het anders is." in await ingrid.says("Nachtploeg")
    assert "De groep heet voortaan Nachtploeg." in await fatima.reads()
    await ingrid.says("/groepen")
    await ingrid.taps("Verander de groep", "De naam")
    await ingrid.says("kom naar t.me/hier")
    assert "Dat kan zo niet." in ingrid.last.text
    assert circle.group.name == "Nachtploeg"


# --- how posts come ---------------------------------------------------------------------------------------------------


async def test_each_wants_it_in_their_own_way(circle: Circle) -> None:
    fatima = circle["fatima"]
    await fatima.says("/groepen")
    assert "Elk bericht komt meteen bij jou." in fatima.last.text
    await fatima.taps("Hoe berichten komen", "Eén keer per dag")
    assert "Nu komt alles samen, om 20.00 uur." in fatima.last.text
    assert f"peer_digest:{circle.member('fatima').id}" in fatima.timers
    await fatima.taps("18.00")
    timer = fatima.timers[f"peer_digest:{circle.member('fatima').id}"]
    assert timer.local_time == "18:00"
    await fatima.taps("Stil, ik kijk zelf")
    assert circle.member("fatima").wants == "quiet"
    assert not any(key.startswith("peer_digest") for key in fatima.timers)
    await circle.speaks("joris", "Goedenavond allemaal")
    assert "Goedenavond" not in await fatima.reads()
    await fatima.says("/groepen")
    assert "Goedenavond allemaal" in await fatima.taps("Lees bij")
    await fatima.says("/groepen")
    assert "Lees bij" not in fatima.buttons
    await fatima.taps("Hoe berichten komen", "Elk bericht meteen")
    assert circle.member("fatima").wants == "each"


async def test_the_card_tells_who_is_there_and_by_which_rules(circle: Circle) -> None:
    joris = circle["joris"]
    await joris.says("/groepen")
    assert "Je heet hier Zeemeeuw." in joris.last.text
    assert "Wie er zijn: Vos, Zeemeeuw en Maan." in joris.last.text
    assert "Ingrid begeleidt." in joris.last.text
    await joris.taps("De regels")
    assert "Noem geen namen van kinderen" in joris.last.text
    await joris.taps("Terug")
    assert "Je heet hier Zeemeeuw." in joris.last.text


async def test_nobody_else_gets_to_a_group(circle: Circle) -> None:
    town = circle.town
    marleen, samir = parent(town, "marleen", evening=""), mentor(town, "samir")
    for who in (marleen, samir, circle["fatima"]):
        await who.says("/menu")
    for token in ("o:{}", "o:{}:r", "d:{}", "d:{}:quiet", "u:{}:w", "u:{}:i", "u:{}:s", "u:{}:j", "u:{}:n", "v:{}"):
        for who in (marleen, samir):
            await who.forges(f"p:{token.format(circle.group_id)}")
            assert "Avondploeg" not in "".join(message.text for message in who.phone.from_bot)
    fatima = circle["fatima"]
    for token in ("u:{}:w", "u:{}:i", "u:{}:c", "u:{}:g", "u:{}:s"):
        told = await fatima.forges(f"p:{token.format(circle.group_id)}")
        assert "Avondploeg" not in told
    assert circle.group.status == groups.OPEN
