"""Four weeks of one family, as they live them: two parents, a girl of six, a boy of fourteen, and their mentor.

Told through the whole service: real HTTP, the emulator, the database, and a clock that only moves when told. What comes
by itself is heard from the phone alone; over all four weeks it keeps to what the parent asked.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from bot.care.records import Record
from tests.service.story import Somebody, mentor, somebody
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


async def test_four_weeks_of_one_family(town: Town) -> None:
    house = await _coming_in(town)
    await _week_of_finding(house)
    await _week_of_trying(house)
    await _week_of_little(house)
    await _week_of_looking(house)
    _what_came_kept_to_what_was_asked(house)
    await _what_is_kept_and_who_sees_it(house)


# --- Monday the first: coming in --------------------------------------------------------------------------------------


async def _coming_in(town: Town) -> House:
    ingrid, fatima, joris = mentor(town), somebody(town, "fatima"), somebody(town, "joris")
    await ingrid.says("/menu")
    await ingrid.taps("Nodig een ouder uit")
    await ingrid.says("Fatima")
    link = ingrid.last.links[0]
    await fatima.does(lambda phone: phone.opens(link))
    await fatima.taps("Ja, dat is goed")
    for name, age, pronoun, more in (
        ("Noor", "6", "Zij", "Ja, nog een kind"),
        ("Milo", "14", "Hij", "Nee, dit is het"),
    ):
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
    await house.ingrid.taps(house.ingrid.buttons[0], "Begeleiding", "Zet iets aan of uit", CONFLICT)
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


# --- the second week: trying something, and seeing how it goes --------------------------------------------------------


async def _week_of_trying(house: House) -> None:
    fatima = house.fatima
    # Sunday and Monday are full: what has no room waits or is told in the settings, where more room can be made.
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
    # And for the questions of the week, which waited since Sunday.
    assert house.comes_at("2027-03-09") == ["08:00", "17:30", "17:50", "19:30", "20:00"]
    await fatima.taps("Deze week niet")
    assert [one.value("how") for one in fatima.kept("resolution_check")] == ["not_now", "worked"]

    # Something to try. What is asked on its last day is not answered; the sign of every day has ended all the same.
    await fatima.says("/experiment")
    await fatima.taps("Eerst water", "Dit probeer ik", "'s Ochtends")
    assert house.the("experiment").value("days") == 3
    await house.until("2027-03-10T08:30")
    assert house.the("experiment").said("what") in await fatima.taps("Laat zien")
    await fatima.taps("Ik doe het")
    await house.evening("2027-03-10", "Milo", "Over broer of zus", "Dit zei ik", "Sla over", "4", "4")
    await fatima.taps("Klaar voor vandaag")
    await house.until("2027-03-11T20:00")
    await fatima.taps("Vandaag niet")

    # The body, at five moments: a picture of when it is busy.
    for at in ("2027-03-13T09:00", "2027-03-13T13:05", "2027-03-13T16:10"):
        await house.until(at)
        await _body(house, "6")
        await fatima.taps("Klaar")
    assert house.comes_at("2027-03-12") == ["08:00", "17:30", "19:30", "20:15"]
    assert house.comes_at("2027-03-13") == []
    await fatima.says("/experiment")
    await fatima.taps("Vertel hoe het gaat", "Goed", "Een beetje")
    await fatima.says("Mijn schouders zakten vaker.")
    await fatima.says("Water eerst.")
    await fatima.taps("Zo is het goed")
    assert (house.the("experiment").value("status"), house.the("experiment_check").value("how")) == ("done", "bit")
    await house.evening("2027-03-13", "Noor", "Niets vanavond")
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
    await house.until("2027-03-19T12:00")
    for day in ("2027-03-15", "2027-03-16", "2027-03-17"):
        assert house.comes_at(day) == ["17:30", "19:30"]
    # After three silent evenings, from Sunday on, it was asked once what fits; since then the evening rests.
    assert house.comes_at("2027-03-18") == ["17:30"]
    assert fatima.evening_at == ""
    await house.until("2027-03-20T11:00")
    assert house.comes_at("2027-03-19") == ["17:30"]

    # One good moment, and own words that lead to it.
    await fatima.says("we willen iets leuks samen doen")
    await fatima.taps("Samen iets kleins", "Noor", "Dit deden we")
    await fatima.says("Ze lachte de hele tijd.")
    await fatima.taps("Sla over")
    assert house.the("together_moment").said("line") == "Ze lachte de hele tijd."

    # A note that Ingrid may see.
    await fatima.says(NOTE)
    await fatima.taps("Bewaar als notitie")
    await fatima.says("/bewaard")
    await fatima.taps(next(label for label in fatima.buttons if NOTE[:8] in label), "Deel met Ingrid")
    await fatima.taps("Ja, deel het")
    await house.until("2027-03-21T12:00")
    assert house.comes_at("2027-03-21") == ["10:00"]
    await fatima.taps("Kijk terug")


# --- the fourth week: looking where one is ----------------------------------------------------------------------------


async def _week_of_looking(house: House) -> None:
    fatima = house.fatima
    await house.until("2027-03-21T20:10")
    assert house.comes_at("2027-03-21") == ["10:00", "20:00"]
    await fatima.taps("Deze week niet")

    # The evening again; the sign ahead is not needed any more.
    await fatima.says("/instellingen")
    await fatima.taps("De avondvraag", "De tijd", "19.30", "Ja, elke avond")
    await house.until("2027-03-22T18:00")
    assert "komt niet meer" in await fatima.taps("Laat zien", "Geen seintje meer")
    for day, child in (("2027-03-22", "Noor"), ("2027-03-23", "Milo"), ("2027-03-24", "Noor")):
        await house.evening(day, child, "Niets vanavond")
    assert house.comes_at("2027-03-23") == house.comes_at("2027-03-24") == ["19:30"]

    # What is left half-way is offered the next day, once, and keeps apart from the evening as well.
    await house.until("2027-03-24T19:40")
    await fatima.says("/lijf")
    await fatima.taps("Buik")
    await house.until("2027-03-25T20:30")
    assert house.comes_at("2027-03-25") == ["19:30", "19:50"]
    assert "Laat het los" in fatima.buttons
    await fatima.taps("Laat het los")

    # Where one stands now, beside where one stood.
    await house.until("2027-03-26T21:00")
    before = len(house.pictures())
    await fatima.says("/meting")
    await fatima.taps("Begin", *LATER, "Alleen voor mij")
    (drawn,) = house.pictures()[before:]
    assert "Hoe zwaar het is: 3,0, dan 2,0. Dat is lichter dan eerst." in drawn
    assert "Steun: 1,3, dan 2,3. Dat is meer dan eerst." in drawn

    # The clocks went forward in the night; the look-back keeps to ten o'clock.
    await house.until("2027-03-28T12:00")
    assert house.comes_at("2027-03-28") == ["10:00"]
    assert "drie avonden" in (await fatima.taps("Kijk terug")).lower()
    await house.until("2027-03-28T22:30")
    assert house.comes_at("2027-03-28") == ["10:00", "19:30", "20:00"]


# --- at the end -------------------------------------------------------------------------------------------------------


def _what_came_kept_to_what_was_asked(house: House) -> None:
    """Over all four weeks: no more in a day than was wanted, never two at once, nothing outside the hours. And the
    look-back on each Sunday."""
    local = [one.astimezone(HOME) for one in house.came["fatima"]]
    assert len(local) > 40
    by_day: dict[date, list[datetime]] = defaultdict(list)
    for one in local:
        by_day[one.date()].append(one)
    for day, moments in by_day.items():
        most = next(number for since, number in sorted(house.allowed.items(), reverse=True) if since <= day)
        assert len(moments) <= most, (day, moments)
    assert max(map(len, by_day.values())) > 3
    for a, b in itertools.pairwise(house.came["fatima"]):
        assert b - a >= APART, (a, b)
    assert all(OPENS <= one.time() < CLOSES for one in local)
    sundays = [f"2027-03-{day:02}" for day in (7, 14, 21, 28)]
    assert all("10:00" in house.comes_at(day) for day in sundays)
    # Joris, who never answered: four evenings, once the question how he is, and the look-backs.
    others = Counter(f"{one.astimezone(HOME):%H:%M}" for one in house.came["joris"])
    assert others == {"20:30": 4, "20:00": 1, "10:00": 4}


async def _what_is_kept_and_who_sees_it(house: House) -> None:
    town, ingrid, fatima, joris = house.town, house.ingrid, house.fatima, house.joris
    kept = Counter(one.kind for one in fatima.kept())
    assert kept == {
        "reflection": 10,
        "body_check": 6,
        "signal": 4,
        "conflict": 3,
        "measurement": 2,
        "moment": 2,
        "resolution_check": 2,
        "note": 2,
        "thought": 1,
        "plan_ahead": 1,
        "resolution": 1,
        "experiment": 1,
        "experiment_check": 1,
        "together_moment": 1,
    }
    assert joris.kept() == []
    assert house.the("thought").value("helped") == "no"
    assert house.the("resolution").value("status") == "kept"
    assert house.the("plan_ahead").said("idea") == SOUP
    noor = house.the("thought").child_id
    came_back = [one.value("came_back") for one in fatima.kept("reflection") if one.child_id == noor]
    assert came_back == ["money", "arguments", *["nothing"] * 5]

    # Ingrid sees the note that was shared and nothing else; Fatima sees that she looked.
    await fatima.says("/wiekeek")
    assert "Niemand keek" in fatima.last.text
    await ingrid.says("/gezinnen")
    await ingrid.taps(ingrid.buttons[0], "Wat gedeeld is")
    assert [one for one in ingrid.buttons if "Fatima" in one] == ["20 maart, notitie van Fatima"]
    await ingrid.taps("20 maart, notitie van Fatima")
    assert NOTE in ingrid.last.text
    await fatima.says("/wiekeek")
    assert "Ingrid" in fatima.last.text + str(fatima.buttons)

    # Nobody else sees even that.
    for who in (joris, mentor(town, "samir")):
        for word in ("/bewaard", "/gezinnen", "/werkboek"):
            heard = await who.says(word)
            assert "Fatima" not in heard + str(who.buttons)
            assert NOTE[:8] not in heard + str(who.buttons)


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
