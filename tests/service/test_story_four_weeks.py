"""Four weeks of one family, as they live them: two parents, a girl of six, a boy of fourteen, and their mentor.

Told through the whole service: real HTTP, the emulator, the database, and a clock that only moves when told. What comes
by itself is heard from the phone alone; over all four weeks it keeps to what the parent asked.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.care.people import Role
from bot.care.records import Record
from tests.service.story import Somebody, mentor, somebody, telling
from tests.service.town import HOME, Town

APART = timedelta(minutes=20)
OPENS, CLOSES = time(8), time(21, 30)
"""Outside these hours nothing may come to Fatima."""
MEASURED = ["Soms", "Zelden", "Op een paar dagen", "Vaak", "Zwaar", "Vaak", "Soms iemand", "Bijna niet", "Zelden"]
MEASURED += ["Soms", "Een beetje", "Wat"]
LATER = ["Vaak", "Soms", "Op de meeste dagen", "Soms", "Nogal", "Soms", "Meestal wel", "Soms", "Soms"]
LATER += ["Vaak", "Half", "Veel"]
NOTE = "Noor vroeg niet naar de huur vandaag."
SOUP = "Ik zet vooraf soep neer."
CONFLICT = "Eerste hulp bij ruzie"


@dataclass
class House:
    """The family and their mentor, and what came to each by itself."""

    town: Town
    ingrid: Somebody
    fatima: Somebody
    joris: Somebody
    came: dict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    allowed: dict[date, int] = field(default_factory=lambda: {date(2027, 3, 1): 3})
    """How many may come in a day to Fatima, from a day on."""

    async def until(self, local: str) -> str:
        """Nobody does anything until then. What came to Fatima on the way; for each it is written down when."""
        people = (self.fatima, self.joris)
        before = {who.who: {one.message_id for one in who.phone.from_bot} for who in people}
        await self.town.until(local)
        for who in people:
            new = [one for one in who.phone.from_bot if one.message_id not in before[who.who]]
            self.came[who.who] += sorted({datetime.fromtimestamp(one.date, UTC) for one in new})
        await self.joris.reads()
        return await self.fatima.reads()

    def comes_at(self, day: str, who: str = "fatima") -> list[str]:
        """The local times at which something came by itself on a day."""
        local = (one.astimezone(HOME) for one in self.came[who])
        return [f"{one:%H:%M}" for one in local if one.date() == date.fromisoformat(day)]

    def the(self, kind: str) -> Record:
        """The only thing of a kind that Fatima kept."""
        (one,) = self.fatima.kept(kind)
        return one

    async def evening(self, day: str, child: str, *labels: str) -> str:
        """The evening's question comes at half past seven, and is taken up for one child."""
        await self.until(f"{day}T19:30")
        assert "19:30" in self.comes_at(day)
        return await self.fatima.taps("Nu", child, "Ik heb het gevraagd", *labels)

    def pictures(self) -> list[str]:
        """The words under every picture that Fatima got, the oldest first."""
        return [str(one.body["caption"]) for one in self.fatima.phone.from_bot if "photo" in one.body]


@pytest.fixture
async def town(tmp_path: Path, cache: Path) -> AsyncIterator[Town]:
    async with telling(tmp_path, cache) as town:
        yield town


async def test_four_weeks_of_one_family(town: Town) -> None:
    house = await _coming_in(town)
    await _week_of_finding(house)
    await _week_of_trying(house)
    await _week_of_little(house)


# --- Monday the first: coming in --------------------------------------------------------------------------------------


async def _coming_in(town: Town) -> House:
    ingrid, fatima, joris = mentor(town), somebody(town, "fatima"), somebody(town, "joris")
    await ingrid.says("/menu")
    await ingrid.taps("Nodig een ouder uit")
    await ingrid.says("Fatima")
    link = ingrid.last.links[0]
    await fatima.does(lambda phone: phone.opens(link))
    await fatima.taps("Ja, dat is goed")
    for name, age, pronoun, more in (("Noor", "6", "Zij", "Ja, nog een kind"), ("Milo", "14", "Hij", "Nee, dit is het")):
        await fatima.says(name)
        await fatima.says(age)
        await fatima.taps(pronoun, "Mama", more)
    await fatima.taps("Nederland", "Ja, maak een link", "Maak de link")
    link = next(one.links[0] for one in reversed(fatima.phone.from_bot) if one.links)
    await fatima.taps("Ik stuur het door", "19.30")
    assert "Ik kom vanavond om 19.30 uur" in await fatima.taps("Ja, elke avond")

    await joris.does(lambda phone: phone.opens(link))
    await joris.taps("Ja, dat is goed", "Papa", "Nederland", "20.30", "Ja, elke avond")

    await fatima.says("/instellingen")
    await fatima.taps("Meekijken", "Vaste uren", "Ik kies zelf")
    await fatima.says("8 uur 's ochtends")
    await fatima.says("21.30")
    assert fatima.known.family_id == joris.known.family_id
    assert fatima.known.reminders_a_day == 3
    return House(town, ingrid, fatima, joris)


# --- the first week: what comes back, and when it is hot --------------------------------------------------------------


async def _week_of_finding(house: House) -> None:
    fatima = house.fatima
    # Where one stands at the start.
    await fatima.says("/meting")
    await fatima.taps("Begin", *MEASURED, "Alleen voor mij")

    # In the moment: the third sentence fits.
    await house.until("2027-03-01T15:00")
    await fatima.says("/nu")
    await fatima.taps("Noor")
    await fatima.waits(seconds=10)
    await fatima.taps("Van Noor")
    said = _quoted(await fatima.taps("Andere zin", "Andere zin"))
    await fatima.taps("Gezegd", "Ja")
    assert house.the("moment").said("sentence") == said

    # The first evening, something comes back; it leads to a helping thought that is to come again.
    await house.evening("2027-03-01", "Noor", "Over geld", "Dit zei ik")
    await fatima.says("Ze vroeg of de huur betaald is.")
    await fatima.taps("8", "5")
    assert "Een helpende gedachte" in fatima.buttons
    await fatima.taps("Een helpende gedachte")
    await fatima.taps(fatima.buttons[0])
    await fatima.taps(fatima.buttons[0])
    thought = house.the("thought")
    assert (thought.value("whose"), thought.value("theme")) == ("of_child", "money")
    await fatima.taps("Laat terugkomen", "Elke dag", "07.30", "Klaar")

    # It comes at half past seven, which is too early for this house; the hours begin at eight.
    knock = await house.until("2027-03-02T09:00")
    assert house.comes_at("2027-03-02") == ["08:00"]
    assert not {"Noor", "huur", "gedachte"} & set(knock.replace(".", " ").split())
    assert thought.said("helping") in await fatima.taps("Laat zien")
    await fatima.taps("Dit helpt")

    # Ingrid switches on what is for arguments; three dinners are written down.
    await house.ingrid.says("/gezinnen")
    await house.ingrid.taps(house.ingrid.buttons[0], "Zet iets aan of uit", CONFLICT)
    await house.ingrid.says("Jullie vroegen wat je aan tafel kunt doen.")
    await house.ingrid.taps("Ja, zet het aan")
    for who in (fatima, house.joris):
        assert "aan tafel kunt doen" in await who.reads()
    await _conflict_at_dinner(house, "2027-03-02T18:05")
    # The second evening is missed; nothing is said of it.
    await house.until("2027-03-03T15:00")
    assert house.comes_at("2027-03-02") == ["08:00", "19:30"]

    # The sentence that helped comes first, and so does the thought.
    await fatima.says("/nu")
    await fatima.taps("Noor")
    await fatima.waits(seconds=10)
    assert said == _quoted(await fatima.taps("Van Noor"))
    assert thought.said("helping") in await fatima.taps("Mijn helpende gedachte")
    await fatima.taps("Gezegd", "Een beetje")

    await _conflict_at_dinner(house, "2027-03-03T18:20")
    await house.evening("2027-03-03", "Milo", "Niets vanavond")
    await _conflict_at_dinner(house, "2027-03-04T18:05")
    assert "rond zes uur 's avonds" in await fatima.taps("De ruzie voor zijn")
    await fatima.taps("Maak een plan", "Ik typ het zelf")
    await fatima.says(SOUP)
    assert "morgen om half zes 's middags" in await fatima.taps("Ja, graag")

    # Half an hour ahead, on a locked screen without a word of it.
    sign = await house.until("2027-03-05T17:31")
    assert house.comes_at("2027-03-05") == ["08:00", "17:30"]
    assert "soep" not in sign
    assert SOUP in await fatima.taps("Laat zien")
    await fatima.taps("Goed, dat doe ik")

    # What comes back that evening leads to a resolution at the very moment that was found.
    await house.evening("2027-03-05", "Noor", "Over ruzie", "Dit zei ik", "Sla over", "Sla over")
    assert "Een voornemen voor dat moment" in fatima.buttons
    heard = await fatima.taps("Een voornemen voor dat moment")
    assert "rond zes uur 's avonds" in heard
    await fatima.taps(fatima.buttons[0])
    await fatima.taps("Klaar")
    assert house.the("resolution").value("when") == "12345 17:30"

    # The week in four questions, for each child; from now on on Sundays.
    await house.until("2027-03-06T11:00")
    await fatima.says("/signalen")
    await fatima.taps("Allemaal, om de beurt", "Vaak", "De hele week door", "Een klein moment", "Eén keer")
    await fatima.taps("Een paar keer", "Heel even", "Vaak", "Meestal")
    await fatima.taps("Kies een dag", "Zondag", "20.00", "Nu niet")
    await house.until("2027-03-07T12:00")
    assert "10:00" in house.comes_at("2027-03-07")
    heard = await fatima.taps("Kijk terug")
    assert "drie avonden" in heard.lower()
    assert "geld en ruzie" in heard
    assert "Bij Noor werd het na het praten lichter" in heard


# --- the second week: trying something, and seeing how it goes ----------------------------------------------------------


async def _week_of_trying(house: House) -> None:
    fatima = house.fatima
    # Sunday and Monday are full: what had no room is told in the settings, and there more room can be made.
    await house.until("2027-03-08T08:30")
    assert house.comes_at("2027-03-07") == ["08:00", "10:00", "19:30"]
    await fatima.taps("Laat zien", "Dit helpt")
    await house.until("2027-03-08T18:30")
    await fatima.taps("Laat zien", "Goed, dat doe ik")
    # How the resolution went is asked inside the ritual, and not once more afterwards.
    heard = await house.evening("2027-03-08", "Noor", "Niets vanavond")
    assert "Kijk terug" in fatima.buttons, heard
    await fatima.taps("Kijk terug", "Deze keer niet", "Zo houden")
    await house.until("2027-03-08T22:00")
    assert house.comes_at("2027-03-08") == ["08:00", "17:30", "19:30"]
    await fatima.says("/instellingen")
    await fatima.taps("Hoe vaak ik kom")
    assert "Vandaag liet ik dit weg: een voornemen." in fatima.last.text
    assert "Gisteren liet ik dit weg: De vragen van de week." in fatima.last.text
    await fatima.taps("Kies hoe vaak", "Vijf keer")
    house.allowed[date(2027, 3, 9)] = 5

    # Now there is room for it, twenty minutes after the sign ahead; and it works.
    await house.until("2027-03-09T08:30")
    await fatima.taps("Laat zien", "Niet meer", "Hoeft niet")
    await house.until("2027-03-09T17:35")
    await fatima.taps("Laat zien", "Goed, dat doe ik")
    await house.until("2027-03-09T18:10")
    assert house.the("resolution").said("text") in await fatima.taps("Laat zien")
    await fatima.taps("Dit ga ik doen")
    await house.evening("2027-03-09", "Noor", "Niets vanavond")
    await fatima.taps("Kijk terug", "Het lukte", "Dat het klein was", "Het gaat nu vanzelf")
    await house.until("2027-03-09T22:00")
    assert house.comes_at("2027-03-09") == ["08:00", "17:30", "17:50", "19:30"]
    assert [one.value("how") for one in fatima.kept("resolution_check")] == ["not_now", "worked"]

    # Something to try, and on its last day how it was.
    await fatima.says("/experiment")
    await fatima.taps("Eerst water", "Dit probeer ik", "'s Ochtends")
    days = int(house.the("experiment").value("days"))
    await house.until("2027-03-10T08:30")
    assert house.the("experiment").said("what") in await fatima.taps("Laat zien")
    await fatima.taps("Ik doe het")
    await house.evening("2027-03-10", "Milo", "Over broer of zus", "Dit zei ik", "Sla over", "4", "4")
    await fatima.taps("Klaar voor vandaag")
    ends = date(2027, 3, 9) + timedelta(days=days)
    await house.until("2027-03-11T20:00")
    await fatima.taps("Vandaag niet")

    # The body, at five moments: a picture of when it is busy.
    for at in ("2027-03-13T09:00", "2027-03-13T13:05", "2027-03-13T16:10"):
        await house.until(at)
        await _body(house, "6")
        await fatima.taps("Klaar")
    await house.evening("2027-03-13", "Noor", "Niets vanavond")
    print(ends, fatima.last.text, fatima.buttons)
    await house.until("2027-03-14T12:30")
    await _body(house, "7")
    await fatima.taps("Klaar")
    await house.until("2027-03-14T16:30")
    await _body(house, "8")
    before = len(house.pictures())
    await fatima.taps("Laat zien")
    assert len(house.pictures()) == before + 1
    assert "Hoe groter de stip" in house.pictures()[-1]

    # The second week in four questions draws the first line, for each child.
    await house.until("2027-03-14T20:05")
    assert house.comes_at("2027-03-14")[-2:] == ["19:30", "20:00"]
    await fatima.taps("Laat zien", "Allemaal, om de beurt")
    await fatima.taps("Vaak", "Af en toe", "Een klein moment", "Sla over")
    await fatima.taps("Niet gezien", "Vaak", "Vaak", "Meestal")
    milo, noor = house.pictures()[-2:]
    assert "Milo, 2 weken" in milo
    assert "minder. Eerst “De hele week door”, nu “Af en toe”." in milo
    assert "Noor, 2 weken" in noor
    await fatima.taps("Nu niet")


# --- the third week: hardly anything ----------------------------------------------------------------------------------


async def _week_of_little(house: House) -> None:
    fatima = house.fatima
    if (ends := fatima.timers.keys()):
        print(ends)
    await house.until("2027-03-15T08:30")
    print(fatima.last.text, house.comes_at("2027-03-15"))
    await house.until("2027-03-19T22:00")
    for day in range(15, 20):
        print(day, house.comes_at(f"2027-03-{day}"))
    print(fatima.phone.screen[-1500:])


async def _body(house: House, size: str) -> None:
    """A look at one's own body."""
    await house.fatima.says("/lijf")
    await house.fatima.taps("Buik", size, "Opgejaagd of boos", "Nu niet")


async def _conflict_at_dinner(house: House, at: str) -> None:
    """A conflict at the table, written down at once."""
    await house.until(at)
    await house.fatima.says("/grens")
    await house.fatima.taps("Noor", "Opstaan, eten, wassen, slapen", "Bewaar dit moment", "Eten", "Keuken of tafel")
    await house.fatima.taps("Nu net", "Gewoon")


def _quoted(text: str) -> str:
    """What stands between quotation marks."""
    return text.partition("“")[2].partition("”")[0]
