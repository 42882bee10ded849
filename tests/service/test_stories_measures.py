"""Stories of what is looked at again and again: the signals of a week, a parent's own measurements, and goals."""

from __future__ import annotations

from sqlalchemy import Connection

from bot.care import coming, measurements, people
from tests.service.story import Somebody, mentor, parent
from tests.service.town import Town

FIRST = ["Soms", "Zelden", "Op een paar dagen", "Vaak", "Zwaar", "Vaak", "Soms iemand", "Bijna niet", "Zelden"]
FIRST += ["Soms", "Een beetje", "Wat"]
DIP = ["Zelden", "Zelden", "Een enkele keer", "Vaak", "Zwaar", "Vaak", "Soms iemand", "Soms", "Soms"]
DIP += ["Zelden", "Een beetje", "Wat"]
LATER = ["Vaak", "Soms", "Op de meeste dagen", "Soms", "Nogal", "Soms", "Meestal wel", "Soms", "Soms"]
LATER += ["Vaak", "Half", "Veel"]


def _pictures(who: Somebody) -> list[str]:
    """The words under every picture that came, the oldest first."""
    return [str(one.body["caption"]) for one in who.phone.from_bot if "photo" in one.body]


async def test_two_weeks_of_signals_of_two_children(town: Town) -> None:
    fatima = parent(town, children=[("Noor", 6), ("Milo", 14)], evening="")
    await fatima.says("/signalen")
    await fatima.taps("Allemaal, om de beurt", "Vaak", "De hele week door", "Een klein moment", "Eén keer")
    await fatima.taps("Een paar keer", "Heel even", "Vaak", "Meestal")
    assert _pictures(fatima) == []
    await fatima.taps("Kies een dag", "Zondag", "20.00", "Nu niet")

    await fatima.until("2027-03-07T19:59")
    lit = await fatima.until("2027-03-07T20:00")
    assert lit
    assert not [name for name in ("Noor", "Milo", "kind") if name in lit]
    await fatima.taps("Deze week niet")

    assert await fatima.until("2027-03-14T20:00")
    await fatima.taps("Laat zien", "Allemaal, om de beurt")
    heard = await fatima.taps("Vaak", "Af en toe", "Een klein moment", "Sla over")
    assert "minder zorgen bij Milo" in heard or "De zorgen van Milo waren minder" in heard
    heard = await fatima.taps("Niet gezien", "Vaak", "Vaak", "Meestal")
    assert "Noor minder zorgen of helpen" in heard or "Er is iets van Noor af" in heard
    assert "veel zorgen bij Noor" in heard
    assert "Een helpende gedachte" in fatima.buttons

    milo, noor = _pictures(fatima)
    assert "Maakt zich zorgen: minder. Eerst “De hele week door”, nu “Af en toe”." in milo
    assert "Zorgt of helpt uit zichzelf: nu “Vaak”, net als eerst." in milo
    assert "Laat los:" not in milo
    assert "Maakt zich zorgen: meer. Eerst “Heel even”, nu “Vaak”." in noor
    assert [one.value("worry") for one in fatima.kept("signal")] == [4, 1, 2, 3]
    assert len({one.child_id for one in fatima.kept("signal")}) == 2


async def test_the_questions_of_the_week_wait_a_day_when_the_day_is_full(town: Town) -> None:
    fatima = parent(town, evening="")
    await fatima.says("/signalen")
    await fatima.taps("Vaak", "Af en toe", "Een klein moment", "Eén keer", "Kies een dag", "Woensdag", "20.00")
    await fatima.until("2027-03-03T09:00")

    known = fatima.known

    def something_came(connection: Connection) -> None:
        people.change(connection, known.id, reminders_a_day=1)
        coming.note(connection, known, "resolution_now:1", coming.CAME, town.clock.now())

    town.do(something_came)
    assert not await fatima.until("2027-03-03T23:00")
    assert "Morgen, acht uur 's avonds: De vragen van de week" in await fatima.says("/agenda")
    assert not await fatima.until("2027-03-04T19:59")
    assert await fatima.until("2027-03-04T20:00")
    assert "Laat zien" in fatima.buttons
    await fatima.until("2027-03-08T12:00")
    assert not await fatima.until("2027-03-10T19:59")
    assert await fatima.until("2027-03-10T20:00")


async def test_a_measurement_at_the_start_halfway_and_at_the_end(town: Town) -> None:
    ingrid = mentor(town)
    fatima = parent(town, guide=ingrid, evening="")
    await fatima.says("/meting")
    await fatima.taps("Begin", *FIRST, "Alleen voor mij")
    assert _pictures(fatima) == []
    assert "Zo kort erna" in await fatima.says("/meting")
    await fatima.taps("Ik wacht nog")

    lit = await fatima.until("2027-04-12T20:00")
    assert "meting" not in lit.casefold()
    await fatima.taps("Laat zien")
    heard = await fatima.taps("Begin", *DIP)
    assert "halverwege" in heard.casefold()
    [halfway] = _pictures(fatima)
    assert "Merken en erbij zijn: 1,7, dan 1,0. Dat is minder dan eerst." in halfway
    assert "Steun: 1,3, dan 2,0. Dat is meer dan eerst." in halfway
    assert "Halverwege zakt er vaak iets." in halfway
    assert await ingrid.reads() == ""
    await fatima.taps("Alleen voor mij")

    await fatima.until("2027-05-24T20:00")
    await fatima.taps("Laat zien")
    await fatima.taps("Begin", *LATER)
    assert "Hoe zwaar het is: 3,0, dan 3,0, dan 2,0. Dat is lichter dan eerst." in _pictures(fatima)[-1]
    assert "measuring_now" not in fatima.timers
    await fatima.taps("Deel het met Ingrid")
    assert "Deel met Ingrid" in str([message.keyboard for message in fatima.phone.from_bot])
    assert [one.value("moment") for one in fatima.kept("measurement")] == list(measurements.MOMENTS)


async def test_a_measurement_may_wait_be_taken_up_and_refused(town: Town) -> None:
    fatima = parent(town, evening="")
    await fatima.says("/meting")
    await fatima.taps("Over een week")
    assert await fatima.until("2027-03-08T20:00")
    await fatima.taps("Laat zien", "Begin", *FIRST[:5])
    await fatima.says("/nu")
    await fatima.says("/stop")
    assert "6 van 12" in await fatima.says("/verder")
    await fatima.taps(*FIRST[5:])
    [kept] = fatima.kept("measurement")
    assert (kept.value("moment"), kept.value("head_on"), kept.value("comes_right")) == ("start", 3, 2)

    await fatima.until("2027-04-19T20:00")
    await fatima.taps("Deze keer niet")
    await fatima.until("2027-05-31T20:00")
    await fatima.taps("Laat zien", "Begin", *LATER)
    assert [one.value("moment") for one in fatima.kept("measurement")] == ["start", "end"]
    assert len(_pictures(fatima)) == 1


async def test_a_goal_is_looked_at_after_four_weeks(town: Town) -> None:
    fatima = parent(town, evening="")
    await fatima.says("/doelen")
    await fatima.taps("Kies een doel", "Voor mij", "Taken delen en steun", "Durven vragen")
    await fatima.says("Ik bel mijn zus voor ik op ben.")
    await fatima.taps("3", "Goed zo", "Genoeg zo")
    [goal] = fatima.kept("goal")
    assert (goal.value("status"), goal.value("began"), goal.value("goal")) == ("open", 3, "support_ask")

    await fatima.until("2027-03-29T19:59")
    lit = await fatima.until("2027-03-29T20:00")
    assert lit
    assert "zus" not in lit
    await fatima.taps("Laat zien", "5")
    assert _pictures(fatima) == ["Ik bel mijn zus voor ik op ben.: eerst 3, nu 5."]
    await fatima.taps("Ja, het past nog")


async def test_a_goal_comes_again_after_silence_and_rests_once_it_is_good_enough(town: Town) -> None:
    fatima = parent(town, evening="")
    await fatima.says("/doelen")
    await fatima.taps("Kies een doel", "Voor Noor", "Op pad durven", "Vrij spelen", "Deze zin is goed", "2", "Goed zo")
    await fatima.taps("Genoeg zo")
    await fatima.until("2027-03-29T20:00")
    await fatima.until("2027-04-26T20:00")
    await fatima.taps("Laat zien", "8")
    await fatima.taps("Kijk naar mijn doelen", "Noor gaat op in iets dat leuk is.", "Zeg het anders")
    await fatima.says("Noor speelt weer buiten.")
    await fatima.taps("Noor speelt weer buiten.", "Het is goed genoeg")

    [goal] = fatima.kept("goal")
    assert (goal.value("status"), goal.value("words")) == ("reached", "Noor speelt weer buiten.")
    assert _pictures(fatima)[-1] == "Noor speelt weer buiten.: eerst 2, nu 8."
    assert not [key for key in fatima.timers if key.startswith("goal_rating")]
    fatima.skims()
    assert "Laat zien" not in await fatima.until("2027-06-05T12:00") + str(fatima.buttons)
