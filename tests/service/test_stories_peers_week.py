"""A theme week in a group, through the clock: four parts, a round, how it went; set hours, a digest, and the bridge."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from bot.care import groups, records, rituals
from bot.care.people import Person
from bot.care.records import Field
from tests.service.peer_world import Circle, peer_group
from tests.service.story import Somebody, telling
from tests.service.town import HOME

SUNDAY = "2027-02-28T20:00"
WEEK = "20270301"


@pytest.fixture
async def circle(tmp_path: Path, cache: Path) -> AsyncIterator[Circle]:
    async with telling(tmp_path, cache, SUNDAY) as town:
        group = peer_group(town)
        for one in group.parents.values():
            _hears_nothing_else(group, one.known)
        yield group


def _hears_nothing_else(circle: Circle, person: Person) -> None:
    now = circle.town.clock.now()
    circle.ask(lambda connection: rituals.set_look_back(connection, person, None, now))


async def _opens_weeks(circle: Circle) -> None:
    await circle.mentor.says("/menu")
    await circle.mentor.forges(f"p:e:{circle.group_id}")


async def _chooses(circle: Circle, theme: str = "making_up", week: str = WEEK) -> None:
    """The mentor chooses a theme for a week, from the list of weeks on."""
    await _opens_weeks(circle)
    await circle.mentor.forges(f"p:e:t:{circle.group_id}:{week}:{theme}")


def _wants(circle: Circle, who: str, wants: groups.Wants, at: str = "20:00") -> None:
    member, known = circle.member(who), circle[who].known
    now = circle.town.clock.now()
    circle.ask(lambda connection: groups.set_wants(connection, known, member, wants, at, now))


async def test_a_theme_week(circle: Circle) -> None:
    mentor, fatima, joris = circle.mentor, circle["fatima"], circle["joris"]
    await _opens_weeks(circle)
    assert "nog geen thema" in mentor.last.text
    assert "22 februari" not in mentor.last.text, "that week is as good as over"
    await mentor.taps("1 maart: kies een thema")
    assert "nog geen thema" in mentor.last.text
    await mentor.taps("Kies een thema", "Meer ›")
    await mentor.taps("Na de ruzie")
    assert "Iets kleins voor thuis" in mentor.last.text
    await mentor.taps("Neem dit thema")
    assert "Thema: Na de ruzie" in mentor.last.text
    await mentor.taps("Alle weken")
    assert "1 maart: Na de ruzie" in mentor.last.text
    assert await fatima.reads() == ""

    assert await fatima.until("2027-03-01T12:29") == ""
    heard = await fatima.until("2027-03-01T12:31")
    assert "Avondploeg" in heard
    assert "Thema van deze week: Na de ruzie" in heard
    assert "In elk huis botst het" in await joris.reads()
    assert "een oefening" in await fatima.until("2027-03-02T12:31")
    assert await fatima.until("2027-03-04T12:29") == ""
    assert "om over te praten" in await fatima.until("2027-03-04T12:31")
    assert "iets kleins voor thuis" in await fatima.until("2027-03-05T12:31")
    assert await fatima.until("2027-03-07T10:29") == ""

    assert "Hoe zit je erbij" in await fatima.until("2027-03-07T10:31")
    for who, label in (("fatima", "Zwaar"), ("joris", "Gaat wel"), ("shanice", "Zwaar")):
        await circle[who].reads()
        assert await circle[who].taps(label) == ""
        assert f"✓ {label}" in circle[who].buttons
    await joris.taps("✓ Gaat wel")
    await joris.taps("Licht")
    assert "✓ Licht" in joris.buttons

    picture = await fatima.until("2027-03-07T20:31")
    assert "photo" in fatima.last.body
    assert "zondag 7 maart" in picture
    assert "Zwaar: 2 keer" in picture
    assert "Licht: 1 keer" in picture
    assert "Gaat wel" not in picture
    for name in ("Vos", "Zeemeeuw", "Maan", "van de", " niet "):
        assert name not in picture
    late = circle.posts[4]
    assert "voorbij" in await joris.forges(f"p:c:{late.id}:1")

    assert await fatima.until("2027-03-10T16:59") == ""
    asked = await fatima.until("2027-03-10T17:01")
    assert "Kwam je ergens op terug?" in asked
    assert await fatima.until("2027-03-20T12:00") == ""


async def test_of_a_round_that_few_took_part_in_there_is_no_picture(circle: Circle) -> None:
    await _chooses(circle)
    fatima, joris = circle["fatima"], circle["joris"]
    await fatima.until("2027-03-07T10:31")
    await joris.reads()
    await fatima.taps("Licht")
    await joris.taps("Zwaar")
    told = await fatima.until("2027-03-08T12:00")
    assert "te weinig mee voor een plaatje van de ronde" in told
    assert "photo" not in fatima.last.body
    assert not any(word in told for word in ("Licht", "Zwaar", "2", "twee", "Zeemeeuw"))


async def test_the_heaviest_point_is_answered_alone(circle: Circle) -> None:
    await _chooses(circle)
    fatima, joris = circle["fatima"], circle["joris"]
    await fatima.until("2027-03-07T10:31")
    await joris.reads()
    heard = await fatima.taps("Heel zwaar")
    assert "Niemand daar ziet dat jij dit koos" in heard
    assert "Hulp dichtbij" in await fatima.taps("Iemand spreken")
    assert await joris.reads() == ""


async def test_a_week_is_moved_left_empty_and_filled(circle: Circle) -> None:
    mentor = circle.mentor
    await _chooses(circle)
    await mentor.forges(f"p:e:l:{circle.group_id}:{WEEK}")
    assert "8 maart: Na de ruzie" in mentor.last.text
    assert await circle["fatima"].until("2027-03-07T23:00") == ""
    assert "Thema van deze week" in await circle["fatima"].until("2027-03-08T12:31")
    await _opens_weeks(circle)
    await mentor.taps("8 maart: Na de ruzie", "Stop dit thema hier")
    assert await circle["fatima"].until("2027-03-14T23:00") == ""
    await _opens_weeks(circle)
    await mentor.taps("Zet er vier klaar")
    assert mentor.last.text.count("nog geen thema") <= 1
    assert "Thema van deze week: Wat je kind" in await circle["fatima"].until("2027-03-15T12:31")


async def test_a_theme_of_ones_own(circle: Circle) -> None:
    mentor = circle.mentor
    await mentor.says("/menu")
    await mentor.forges(f"p:e:w:{circle.group_id}:{WEEK}")
    await mentor.taps("Schrijf er zelf een")
    await mentor.says("Samen eten")
    await mentor.says("Aan tafel komt een dag voorbij.")
    await mentor.taps("Sla over", "Sla over")
    assert "staat bij de week van 1 maart" in await mentor.says("Eet een keer op de grond.")
    assert "Aan tafel komt een dag voorbij." in await circle["fatima"].until("2027-03-01T12:31")
    assert await circle["fatima"].until("2027-03-05T12:29") == ""
    assert "Eet een keer op de grond." in await circle["fatima"].until("2027-03-05T12:31")


async def test_set_hours_begin_and_end(circle: Circle) -> None:
    mentor = circle.mentor
    await _opens_weeks(circle)
    await mentor.taps("Vaste uren", "Kies een uur", "Dinsdag", "20.00")
    assert "dinsdag om 20.00 uur" in mentor.last.text
    assert "tot 21.00 uur" in await circle["joris"].until("2027-03-02T20:01")
    assert "Het uur is om" in await circle["joris"].until("2027-03-02T21:01")
    assert "tot 21.00 uur" in await circle["joris"].until("2027-03-09T20:01")
    await _opens_weeks(circle)
    await mentor.taps("Vaste uren", "Haal weg: dinsdag om 20.00 uur")
    await circle["joris"].until("2027-03-09T22:00")
    assert await circle["joris"].until("2027-03-17T12:00") == ""


async def test_what_was_missed_comes_the_next_day_and_never_at_night(circle: Circle) -> None:
    await _chooses(circle)
    circle.town.clock.move_to(datetime.fromisoformat("2027-03-01T23:00").replace(tzinfo=HOME))
    assert await circle["fatima"].reads() == ""
    assert await circle["fatima"].until("2027-03-02T12:29") == ""
    assert "Thema van deze week" in await circle["fatima"].until("2027-03-02T12:31")
    assert "een oefening" in await circle["fatima"].until("2027-03-03T12:31")


async def test_a_group_that_says_goodbye_gets_no_more_themes(circle: Circle) -> None:
    await _chooses(circle)
    until = circle.town.clock.now() + timedelta(days=7)
    circle.ask(lambda connection: groups.set_status(connection, circle.group_id, groups.CLOSING, until))
    assert await circle["fatima"].until("2027-03-05T12:31") == ""


async def test_a_digest_at_ones_own_hour(circle: Circle) -> None:
    _wants(circle, "joris", "digest", "21:30")
    await circle.speaks("fatima", "Het was een lange dag.")
    await circle.speaks("fatima", "Maar we hebben gelachen.")
    assert await circle["joris"].reads() == ""
    digest = await circle["joris"].until("2027-02-28T21:31")
    assert "De dag in Avondploeg" in digest
    assert digest.index("lange dag") < digest.index("gelachen")
    assert await circle["joris"].until("2027-03-02T12:00") == "", "there was nothing, so nothing came"

    first = next(one for one in circle.posts if "lange dag" in one.content.text)
    await circle["fatima"].forges(f"p:w:{first.id}")
    await circle.town.settle()
    shown = circle["joris"].phone.transcript()
    assert "lange dag" not in shown, "what is withdrawn is withdrawn from a digest too"
    assert "gelachen" in shown

    await circle.speaks("joris", "Dat lees ik graag.")
    assert "Dat lees ik graag" not in await circle["joris"].until("2027-03-03T12:00"), "the own words are not told"


async def test_something_of_ones_own_comes_to_the_group_after_a_look(circle: Circle) -> None:
    fatima, joris = circle["fatima"], circle["joris"]
    await fatima.says("Vandaag speelde Noor een uur buiten.")
    await fatima.taps("Bewaar als notitie")
    record = fatima.kept()[-1]
    await fatima.forges(f"e:o:{record.id}:l:0")
    preview = await fatima.taps("Breng naar een groep")
    assert "Avondploeg" in preview
    assert "Vos" in preview
    assert "mijn kind een uur buiten" in preview
    assert "Noor" not in preview
    assert await joris.reads() == ""
    await fatima.taps("Ja, naar de groep")
    assert "mijn kind een uur buiten" in await joris.reads()
    assert circle.shown == ["Vandaag speelde mijn kind een uur buiten."]

    private = next(one for one in fatima.phone.from_bot if "Een notitie" in one.text)
    await fatima.says("Dit is van mij alleen.", private)
    assert await joris.reads() == "", "an answer to what is kept alone is no answer to the group"
    assert len(circle.shown) == 1


def _keeps(circle: Circle, who: str, kind: str, **said: str) -> str:
    """Somebody kept this; returns the button that brings it to a group."""
    own, vault, now = circle[who].known.id, circle.town.service.vault, circle.town.clock.now()
    fields: dict[str, Field | None] = {name: Field(words, words) for name, words in said.items()}

    def keep(connection: Connection) -> None:
        given = {"person_id": own, "key": f"{kind}.1", "kind": kind, "child_id": None}
        records.keep(connection, vault, **given, fields=fields, today=now.date(), now=now)  # type: ignore[arg-type]

    circle.ask(keep)
    return f"p:j:o:{circle[who].kept(kind)[-1].id}"


async def test_of_a_reflection_a_scene_or_a_card_only_the_words_go(circle: Circle) -> None:
    fatima = circle["fatima"]
    await fatima.says("/menu")
    evening = _keeps(circle, "fatima", "reflection", what="Over oma.", answered="Ik zorg voor oma.", before="7")
    preview = await fatima.forges(evening)
    assert "Over oma." in preview
    assert "7" not in preview
    scene = _keeps(circle, "fatima", "scene", happened="Noor viel.", i_did="Troosten", yardstick="marked")
    preview = await fatima.forges(scene)
    assert "Mijn kind viel." in preview
    assert "marked" not in preview
    card = _keeps(circle, "fatima", "saying", sentence="Jij mag spelen. Ik let op.", situation="watches")
    preview = await fatima.forges(card)
    assert "Jij mag spelen. Ik let op." in preview
    assert "watches" not in preview
    for kind in ("measurement", "safety_plan", "signal"):
        assert "Er is nog niets gestuurd" not in await fatima.forges(
            _keeps(circle, "fatima", kind, care="3", calls="An")
        )
    assert circle.shown == []


async def test_danger_in_what_is_brought_comes_to_its_writer_first(circle: Circle) -> None:
    fatima = circle["fatima"]
    await fatima.says("/menu")
    await fatima.forges(_keeps(circle, "fatima", "note", text="Ik wil dood."))
    heard = await fatima.taps("Ja, naar de groep")
    assert "Hulp dichtbij" in heard
    assert "Is er nu iemand in gevaar?" in heard
    assert await circle["joris"].reads() == ""
    assert circle.shown == []
    await fatima.taps("Nee", "Nee")
    assert "Zet het in de groep" in fatima.buttons
    await fatima.taps("Zet het in de groep")
    assert circle.shown == ["Ik wil dood."]


async def test_what_came_loose_can_go_to_the_group_at_once(circle: Circle) -> None:
    fatima, joris = circle["fatima"], circle["joris"]
    await fatima.says("Hoe doen jullie dat met bedtijd?")
    look = await fatima.taps("Breng naar de groep")
    assert look.index("Hoe doen jullie dat met bedtijd?") < look.index("nog niets in de groep")
    assert await joris.reads() == ""
    await fatima.taps("Ja, naar de groep")
    assert "Hoe doen jullie dat met bedtijd?" in await joris.reads()
    assert fatima.kept("note"), "it stays with what is kept alone too"


async def test_what_came_loose_without_a_group_cannot_go_there(fatima: Somebody) -> None:
    await fatima.says("Hoe doen jullie dat met bedtijd?")
    assert "Bewaar als notitie" in fatima.buttons
    assert "Breng naar de groep" not in fatima.buttons


async def test_no_means_nothing_goes(circle: Circle) -> None:
    fatima = circle["fatima"]
    await fatima.says("Vandaag speelde Noor een uur buiten.")
    await fatima.taps("Bewaar als notitie")
    await fatima.forges(f"e:o:{fatima.kept()[-1].id}:l:0")
    await fatima.taps("Breng naar een groep", "Nee, niet sturen")
    assert await circle["joris"].reads() == ""
    assert circle.shown == []


async def test_the_words_of_a_post_are_kept_without_their_writer(circle: Circle) -> None:
    fatima, joris = circle["fatima"], circle["joris"]
    await circle.speaks("fatima", "Ik zeg elke avond: jij mag slapen, ik let op.")
    await joris.reads()
    post = circle.posts[-1]
    await joris.forges(f"p:m:{post.id}")
    assert "Bewaar als gedachte" in joris.buttons
    assert "niet wie ze schreef" in await joris.taps("Bewaar als gedachte")
    kept = joris.kept("thought")[-1]
    assert kept.said("helping") == "Ik zeg elke avond: jij mag slapen, ik let op."
    assert "Vos" not in str(kept)
    await joris.forges(f"p:m:{post.id}")
    await joris.taps("Bewaar als notitie")
    assert joris.kept("note")[-1].value("text") == kept.said("helping")
    assert "gedachte" not in await fatima.reads()


async def test_only_who_guides_the_group_changes_its_weeks(circle: Circle) -> None:
    fatima = circle["fatima"]
    await fatima.says("/menu")
    await fatima.forges(f"p:e:t:{circle.group_id}:{WEEK}:making_up")
    await fatima.forges(f"p:e:ht:{circle.group_id}:2:2000")
    await fatima.forges(f"p:e:f:{circle.group_id}")
    assert circle.group.settings.hours == ()
    assert await circle["joris"].until("2027-03-03T12:00") == ""
    await _chooses(circle, week="20270308")
    await fatima.until("2027-03-08T12:31")
    await fatima.forges(f"p:e:{circle.group_id}")
    assert "Een beetje weten" in fatima.last.text
    assert "Een oefening" not in fatima.last.text, "that is still to come"
