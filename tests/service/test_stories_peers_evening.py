"""A first evening in a group: talking in it, answering, and never being in doubt who reads what."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.care import people
from bot.simulator.world import Message
from tests.service.peer_world import GROUP, Circle, joins, peer_group
from tests.service.story import parent, telling, went_well
from tests.service.town import open_town


@pytest.fixture
async def circle(tmp_path: Path, cache: Path) -> AsyncIterator[Circle]:
    async with telling(tmp_path, cache) as town:
        yield peer_group(town)


async def test_what_is_said_in_the_group_reaches_everybody_under_the_own_name(circle: Circle) -> None:
    told = await circle.begins("fatima")
    assert GROUP in told
    assert "als Vos" in told
    said = await circle["fatima"].says("Wat een avond was dat.")
    assert "Staat in Avondploeg" in said
    heard = await circle.heard()
    for who in ("joris", "shanice"):
        assert heard[who].startswith("Vos · Avondploeg\nWat een avond was dat.")
    assert "Vos · Avondploeg · " in heard["ingrid"]
    assert "Fatima" not in str(heard)


async def test_a_reply_stays_a_reply_in_every_chat(circle: Circle) -> None:
    await circle.speaks("fatima", "Ik ben zo moe vandaag.")
    await circle.heard()
    copy = circle["joris"].last
    told = await circle["joris"].says("Dat herken ik.", reply_to=copy)
    assert "Staat in Avondploeg" in told
    heard = await circle.heard()
    assert heard["shanice"].startswith("Zeemeeuw antwoordt Vos · Avondploeg\nDat herken ik.")
    assert circle["shanice"].last.body["reply_to_message"]["text"].endswith("Ik ben zo moe vandaag.")
    assert heard["fatima"].startswith("Zeemeeuw antwoordt jou · Avondploeg")
    assert circle["fatima"].last.body["reply_to_message"]["text"] == "Ik ben zo moe vandaag."


async def test_without_the_copy_a_reply_quotes_the_first_words(circle: Circle) -> None:
    circle.change_member("shanice", wants="quiet")
    await circle.speaks("fatima", "Ik ben zo moe vandaag.")
    circle.change_member("shanice", wants="each")
    await circle["joris"].reads()
    await circle["joris"].says("Dat herken ik.", reply_to=circle["joris"].last)
    heard = await circle["shanice"].reads()
    assert heard == "Zeemeeuw antwoordt Vos · Avondploeg\n“Ik ben zo moe vandaag.”\nDat herken ik."


async def test_an_edit_follows_everywhere(circle: Circle) -> None:
    await circle.speaks("fatima", "Het ging goed vandag.")
    await circle.heard()
    await circle["fatima"].does(lambda phone: phone.edits(_own(circle, "fatima"), "Het ging goed vandaag."))
    for who in ("joris", "shanice"):
        assert circle[who].last.text == "Vos · Avondploeg\nHet ging goed vandaag. (gewijzigd)"


def _own(circle: Circle, who: str) -> Message:
    return next(one for one in reversed(circle[who].phone.messages) if not one.from_bot)


async def test_taking_back_takes_it_away_everywhere(circle: Circle) -> None:
    await circle.speaks("fatima", "Dit wil ik niet zeggen.")
    await circle.heard()
    await circle["fatima"].taps("Haal weg")
    assert "Je bericht is weg" in circle["fatima"].last.text
    for who in ("joris", "shanice", "ingrid"):
        assert "Dit wil ik niet zeggen." not in circle[who].phone.screen


async def test_the_word_to_take_back(circle: Circle) -> None:
    await circle.speaks("fatima", "Dit ook niet.")
    await circle.heard()
    await circle["fatima"].says("/weg", reply_to=_own(circle, "fatima"))
    assert "Dit ook niet." not in circle["joris"].phone.screen
    await circle.speaks("fatima", "En dit.")
    assert "En dit." in await circle["fatima"].says("/weg")
    await circle["fatima"].taps("Haal weg")
    assert "En dit." not in circle["joris"].phone.screen
    assert "Antwoord op jouw bericht met /weg" in await circle["fatima"].says("/weg")


async def test_after_two_days_the_words_are_taken_out(circle: Circle) -> None:
    await circle.speaks("fatima", "Oud en spijt.")
    await circle.heard()
    own = _own(circle, "fatima")
    await circle["fatima"].waits(hours=49)
    await circle["fatima"].says("/weg", reply_to=own)
    assert circle["joris"].last.text == "Vos · Avondploeg\nDit bericht is teruggetrokken."
    assert circle["joris"].buttons == []
    assert "Oud en spijt." not in circle["shanice"].phone.screen


async def test_signs_are_counted_under_every_copy(circle: Circle) -> None:
    await circle.speaks("fatima", "Hij zei sorry.")
    await circle.heard()
    await circle["joris"].taps("❤️")
    assert "❤️ 1" in circle["joris"].buttons
    await circle["shanice"].taps("❤️")
    await circle["ingrid"].waits(seconds=6)
    for who in ("joris", "shanice", "ingrid"):
        assert "❤️ 2" in circle[who].buttons
    assert "❤️ 2" in circle["fatima"].last.text
    await circle["joris"].taps("❤️ 2")
    assert "❤️ 1" in circle["joris"].buttons


async def test_a_sign_of_telegrams_own_counts_too(circle: Circle) -> None:
    await circle.speaks("fatima", "Hij zei sorry.")
    await circle.heard()
    await circle["joris"].does(lambda phone: phone.reacts(circle["joris"].last, "❤"))
    await circle["shanice"].does(lambda phone: phone.reacts(circle["shanice"].last, "🤡"))
    await circle["ingrid"].waits(seconds=6)
    assert "❤️ 1" in circle["ingrid"].buttons


async def test_a_poll_is_voted_on_with_buttons(circle: Circle) -> None:
    await circle.begins("fatima")
    await circle["fatima"].does(lambda phone: phone.sends_poll("Wanneer slapen ze?", ["Om zeven uur", "Later"]))
    await circle.heard()
    assert circle["joris"].last.text == "Vos · Avondploeg\nWanneer slapen ze?"
    assert circle["joris"].buttons[:2] == ["Om zeven uur", "Later"]
    await circle["joris"].taps("Later")
    await circle["shanice"].taps("Later")
    await circle["ingrid"].waits(seconds=6)
    assert "Later · 2" in circle["ingrid"].buttons
    assert "Later: 2" in circle["fatima"].last.text
    await circle["joris"].taps("Om zeven uur")
    assert {"Om zeven uur · 1", "Later · 1"} <= set(circle["joris"].buttons)


# --- who reads what ---------------------------------------------------------------------------------------------------


async def test_what_was_not_said_in_the_group_never_lands_there(circle: Circle) -> None:
    await circle["fatima"].says("/menu")
    await circle["fatima"].says("Dit is alleen van mij.")
    assert circle.posts == []
    assert [one.kind for one in circle["fatima"].kept()] == ["loose"]


async def test_under_a_post_it_is_asked_for_whom_it_is(circle: Circle) -> None:
    await circle.speaks("fatima", "Hoe doen jullie dat?")
    await circle["joris"].reads()
    asked = await circle["joris"].says("Wij zingen een liedje.")
    assert asked.startswith("Voor wie is dit?")
    assert circle["joris"].buttons == ["Voor Avondploeg", "Niet voor de groep"]
    assert "Staat in Avondploeg" in await circle["joris"].taps("Voor Avondploeg")
    assert circle.shown[-1] == "Wij zingen een liedje."


async def test_what_is_not_for_the_group_is_taken_as_ever(circle: Circle) -> None:
    await circle.speaks("fatima", "Hoe doen jullie dat?")
    await circle["joris"].reads()
    await circle["joris"].says("Ik moet nog brood halen.")
    told = await circle["joris"].taps("Niet voor de groep")
    assert circle.shown == ["Hoe doen jullie dat?"]
    assert len(circle.posts) == 1
    assert "Ik moet nog brood halen." in told
    assert "Ik moet nog brood halen." in str(circle["joris"].kept()[0].fields)


async def test_talking_ends_by_itself_and_then_it_is_asked(circle: Circle) -> None:
    await circle.speaks("fatima", "Tot later.")
    told = await circle["fatima"].waits(minutes=15)
    assert "Je praat nu niet meer in Avondploeg" in told
    assert (await circle["fatima"].says("Nog iets.")).startswith("Voor wie is dit?")
    assert circle.shown == ["Tot later."]


async def test_talking_ends_when_anything_private_is_asked(circle: Circle) -> None:
    await circle.speaks("fatima", "Dag allemaal.")
    told = await circle["fatima"].says("/menu")
    assert told.startswith("Je praat nu niet meer in Avondploeg.")
    await circle["fatima"].says("Dit is van mij.")
    assert circle.shown == ["Dag allemaal."]
    assert circle["fatima"].known.speaks_in is None


async def test_a_button_of_before_ends_it_too(circle: Circle) -> None:
    await circle["fatima"].says("/menu")
    menu = circle["fatima"].last
    await circle.speaks("fatima", "Dag allemaal.")
    circle["fatima"].phone.taps(circle_button(menu), menu)
    await circle["fatima"].reads()
    asked = await circle["fatima"].says("En dit?")
    assert circle.shown == ["Dag allemaal."], asked
    assert circle["fatima"].known.speaks_in is None


def circle_button(message: Message) -> str:
    return str(message.keyboard[0][0]["text"])


async def test_stopping_is_one_tap(circle: Circle) -> None:
    await circle.speaks("fatima", "Dag allemaal.")
    assert "weer van jou alleen" in await circle["fatima"].taps("Stop met praten")
    await circle["fatima"].says("Dit is van mij.")
    assert circle.shown == ["Dag allemaal."]


@pytest.mark.parametrize("word", ["stop", "Stop.", "STOP!"])
async def test_stopping_is_one_word(circle: Circle, word: str) -> None:
    assert "weer van jou alleen" in await circle.speaks("fatima", word)
    await circle["fatima"].says("Dit is van mij.")
    assert circle.posts == []


async def test_the_menu_is_one_word_too(circle: Circle) -> None:
    assert (await circle.speaks("fatima", "Menu")).startswith("Je praat nu niet meer in Avondploeg.")
    assert circle.posts == []
    assert circle["fatima"].known.speaks_in is None


async def test_stop_as_a_reply_is_said_in_the_group(circle: Circle) -> None:
    await circle.speaks("joris", "Wat roepen jullie?")
    await circle["fatima"].reads()
    await circle.begins("fatima")
    await circle["fatima"].says("Stop", circle["fatima"].phone.find("Wat roepen jullie?"))
    assert circle.shown == ["Wat roepen jullie?", "Stop"]


async def test_a_message_of_the_mentor_comes_between(circle: Circle) -> None:
    """What stands last in the chat is private, so it is asked."""
    from bot.care import letters
    from bot.conversation import outgoing
    from bot.store import outbox
    from bot.store.outbox import Call

    await circle.speaks("fatima", "Dag allemaal.")
    town, fatima, ingrid = circle.town, circle["fatima"].known, circle["ingrid"].known

    def write(connection: object) -> None:
        now, vault = town.clock.now(), town.service.vault
        letter = letters.write(connection, vault, ingrid.id, fatima.id, "Hoe gaat het?", now)  # type: ignore[arg-type]
        call = Call(fatima.chat_id, outgoing.send("Hoe gaat het?"), purpose="letter", letter_id=letter)
        outbox.put(connection, vault, [call], now)  # type: ignore[arg-type]

    circle.ask(write)
    await circle["fatima"].reads()
    assert (await circle["fatima"].says("Niet zo goed.")).startswith("Voor wie is dit?")
    told = await circle["fatima"].taps("Niet voor de groep")
    assert circle.shown == ["Dag allemaal."]
    assert told


# --- before it goes ---------------------------------------------------------------------------------------------------


async def test_a_name_or_place_is_asked_about_first(circle: Circle) -> None:
    asked = await circle.speaks("fatima", "Noor slaapt slecht sinds we in Gent wonen.")
    assert "Noor en Gent" in asked
    assert circle.shown == []
    await circle["fatima"].taps("Nee, niet versturen")
    assert circle.shown == []
    assert circle.posts == []
    await circle["fatima"].says("noor slaapt slecht")
    assert "Staat in Avondploeg" in await circle["fatima"].taps("Ja, verstuur")
    assert circle.shown == ["noor slaapt slecht"]


async def test_the_names_of_the_group_are_no_secret(circle: Circle) -> None:
    assert "Staat in" in await circle.speaks("fatima", "Dag Zeemeeuw en Maan, en dag Ingrid!")


async def test_adjusting_a_draft_is_enough(circle: Circle) -> None:
    await circle.speaks("fatima", "Noor slaapt slecht.")
    told = await circle["fatima"].does(lambda phone: phone.edits(_own(circle, "fatima"), "Mijn kind slaapt slecht."))
    assert "Staat in Avondploeg" in told
    assert circle.shown == ["Mijn kind slaapt slecht."]


async def test_an_edit_brings_in_no_name(circle: Circle) -> None:
    await circle.speaks("fatima", "Mijn kind slaapt slecht.")
    await circle.heard()
    told = await circle["fatima"].does(lambda phone: phone.edits(_own(circle, "fatima"), "Noor slaapt slecht."))
    assert "Noor" in told
    assert "Noor" not in circle["joris"].phone.screen
    assert circle.shown == ["Mijn kind slaapt slecht."]
    await circle["fatima"].taps("Laat staan wat er stond")
    assert "ziet nog wat er stond" in circle["fatima"].last.text
    assert circle.shown == ["Mijn kind slaapt slecht."]


async def test_an_edit_with_a_name_goes_when_its_writer_says_so(circle: Circle) -> None:
    await circle.speaks("fatima", "Mijn kind slaapt slecht.")
    await circle.heard()
    edits = circle["fatima"].does
    await edits(lambda phone: phone.edits(_own(circle, "fatima"), "Willem slaapt slecht."))
    first = circle["fatima"].phone.last
    await edits(lambda phone: phone.edits(_own(circle, "fatima"), "Noor slaapt slecht."))
    assert "nieuwe tekst" in await circle["fatima"].taps("Zo toch wijzigen")
    assert circle.shown == ["Noor slaapt slecht."]
    assert "Noor slaapt slecht." in circle["joris"].phone.screen
    assert "Mijn kind" not in circle["joris"].phone.screen

    # The question about the words in between asks nothing any more.
    assert first
    circle["fatima"].phone.taps_forged(first.keyboard[0][0]["callback_data"], first.message_id)
    await circle.town.settle()
    assert circle.shown == ["Noor slaapt slecht."]
    assert "Willem" not in circle["joris"].phone.screen


async def test_a_photo_is_asked_about_and_comes_clean(circle: Circle) -> None:
    await circle.begins("fatima")
    asked = await circle["fatima"].does(lambda phone: phone.sends_photo("Onze hut."))
    assert "haal ik eruit" in asked
    await circle["fatima"].taps("Ja, verstuur")
    heard = await circle.heard()
    assert heard["joris"].startswith("Vos · Avondploeg\nOnze hut.")
    sent = circle["joris"].last.body["photo"][-1]["file_id"]
    assert sent != _own(circle, "fatima").body["photo"][-1]["file_id"]
    await circle["fatima"].taps("Haal weg")
    assert circle["joris"].phone.from_bot == []


async def test_a_voice_can_be_recognised_and_that_is_said(circle: Circle) -> None:
    await circle.begins("fatima")
    asked = await circle["fatima"].does(lambda phone: phone.sends_voice())
    assert "stem" in asked
    assert circle.shown == []
    await circle["fatima"].taps("Ja, verstuur")
    assert "voice" in circle["joris"].last.body


async def test_a_sticker_carries_the_name_on_a_button(circle: Circle) -> None:
    await circle.begins("fatima")
    await circle["fatima"].does(lambda phone: phone.sends_sticker())
    await circle.heard()
    assert "sticker" in circle["joris"].last.body
    assert circle["joris"].buttons[0] == "Vos · Avondploeg"


async def test_what_tells_too_much_is_held_back_with_a_reason(circle: Circle) -> None:
    await circle.begins("fatima")
    for send in (
        lambda phone: phone.sends_contact(),
        lambda phone: phone.sends_location(),
        lambda phone: phone.forwards("Van een ander", "joris"),
        lambda phone: phone.sends_document("brief"),
    ):
        assert "ging niet naar Avondploeg" in await circle["fatima"].does(send)
    assert circle.shown == []
    assert circle["fatima"].known.speaks_in == circle.group_id


# --- nobody waits for somebody else -----------------------------------------------------------------------------------


async def test_answering_with_the_button(circle: Circle) -> None:
    await circle.speaks("fatima", "Hoe doen jullie dat?")
    await circle["joris"].reads()
    asked = await circle["joris"].taps("Antwoord")
    assert "Je antwoordt Vos in Avondploeg" in asked
    await circle["joris"].says("Met een liedje.")
    assert (await circle["shanice"].reads()).endswith("Zeemeeuw antwoordt Vos · Avondploeg\nMet een liedje.")
    await circle["joris"].says("En een knuffel.")
    assert (await circle["shanice"].reads()).startswith("Zeemeeuw · Avondploeg")


async def test_one_who_blocked_the_bot_holds_nobody_up(tmp_path: Path, cache: Path) -> None:
    async with open_town(tmp_path, "2027-03-01T20:00", cache=cache) as town:
        circle = peer_group(town)
        circle["joris"].phone.blocks()
        await circle.speaks("fatima", "Is er iemand?")
        assert "Is er iemand?" in await circle["shanice"].reads()
        await circle["fatima"].says("Nog iemand?")
        assert "Nog iemand?" in await circle["shanice"].reads()
        circle["joris"].phone.unblocks()
        await circle["fatima"].says("Daar ben je weer.")
        assert (await circle["joris"].reads()).endswith("Vos · Avondploeg\nDaar ben je weer.")
        went_well(town, refused=["blocked", "unreachable"])


async def test_who_wants_a_digest_or_quiet_gets_none_of_it(circle: Circle) -> None:
    circle.change_member("joris", wants="digest")
    circle.change_member("shanice", wants="quiet")
    await circle.speaks("fatima", "Dag allemaal.")
    assert await circle["joris"].reads() == ""
    assert await circle["shanice"].reads() == ""
    assert (circle.member("joris").read_number, circle.member("ingrid").read_number) == (0, 1)


async def test_outside_the_own_hours_posts_wait_and_come_together(circle: Circle) -> None:
    own = circle["joris"].known.id
    circle.ask(lambda connection: people.change(connection, own, reminder_hours="07:00-21:00"))
    await circle["fatima"].until("2027-03-01T22:00")
    await circle.speaks("fatima", "Slaapt er nog iemand niet?")
    await circle["fatima"].says("Ik ook niet.")
    await circle["shanice"].says("Ik ook.", reply_to=circle["shanice"].last)
    assert await circle["joris"].reads() == ""
    heard = await circle["joris"].until("2027-03-02T07:00")
    assert heard == (
        "Avondploeg: 3 berichten\n\nVos\nSlaapt er nog iemand niet?\n\nVos\nIk ook niet.\n\n"
        "Maan antwoordt Vos\n“Ik ook niet.”\nIk ook."
    )
    assert circle["joris"].buttons == ["Antwoord", "Meer"]


async def test_of_several_posts_in_one_message_it_is_asked_which(circle: Circle) -> None:
    await _two_together(circle)
    assert "Op welk bericht" in await circle["joris"].says("Dat herken ik.", reply_to=circle["joris"].last)
    assert circle["joris"].buttons == ["Vos: Een.", "Vos: Twee.", "Op geen van deze"]
    await circle["joris"].taps("Vos: Een.")
    assert (await circle["shanice"].reads()).endswith("Zeemeeuw antwoordt Vos · Avondploeg\nDat herken ik.")
    assert circle["shanice"].last.body["reply_to_message"]["text"].endswith("Een.")
    together = next(one for one in circle["joris"].phone.from_bot if "2 berichten" in one.text)
    circle["joris"].phone.taps("Antwoord", together)
    assert "Op welk bericht" in await circle["joris"].reads()
    assert "Je antwoordt Vos" in await circle["joris"].taps("Vos: Twee.")
    await circle["joris"].says("Dat ook.")
    assert circle.posts[-1].reply_to == circle.posts[1].id


async def test_one_of_several_is_changed_and_taken_back_alone(circle: Circle) -> None:
    await _two_together(circle)
    first, second = [
        one for one in circle["fatima"].phone.messages if not one.from_bot and one.text in ("Een.", "Twee.")
    ]
    await circle["fatima"].does(lambda phone: phone.edits(second, "Drie."))
    assert "Vos\nEen.\n\nVos\nDrie. (gewijzigd)" in circle["joris"].last.text
    await circle["fatima"].says("/weg", reply_to=first)
    assert "Vos\nDit bericht is teruggetrokken.\n\nVos\nDrie. (gewijzigd)" in circle["joris"].last.text
    await circle["fatima"].says("/weg", reply_to=second)
    assert "berichten" not in circle["joris"].phone.screen


async def _two_together(circle: Circle) -> None:
    own = circle["joris"].known.id
    circle.ask(lambda connection: people.change(connection, own, reminder_hours="07:00-21:00"))
    await circle["fatima"].until("2027-03-01T22:00")
    await circle.speaks("fatima", "Een.")
    await circle["fatima"].says("Twee.")
    await circle["fatima"].until("2027-03-02T07:00")
    await circle.heard()
    assert "2 berichten" in circle["joris"].last.text


async def test_what_still_waits_is_changed_where_it_waits(circle: Circle) -> None:
    own = circle["joris"].known.id
    circle.ask(lambda connection: people.change(connection, own, reminder_hours="07:00-21:00"))
    await circle["fatima"].until("2027-03-01T22:00")
    await circle.speaks("fatima", "Een.")
    await circle["fatima"].does(lambda phone: phone.edits(_own(circle, "fatima"), "Eén."))
    await circle["fatima"].says("Twee.")
    await circle["fatima"].says("/weg", reply_to=_own_said(circle, "Twee."))
    heard = await circle["joris"].until("2027-03-02T07:00")
    assert "Eén. (gewijzigd)" in heard
    assert "Twee." not in heard


async def test_what_was_taken_back_before_it_went_never_goes(circle: Circle) -> None:
    own = circle["joris"].known.id
    circle.ask(lambda connection: people.change(connection, own, reminder_hours="07:00-21:00"))
    await circle["fatima"].until("2027-03-01T22:00")
    await circle.speaks("fatima", "Een.")
    await circle["fatima"].taps("Haal weg")
    assert await circle["joris"].until("2027-03-02T08:00") == ""


def _own_said(circle: Circle, text: str) -> Message:
    return next(one for one in circle["fatima"].phone.messages if not one.from_bot and one.text == text)


async def test_a_button_of_a_group_is_no_use_to_others(circle: Circle) -> None:
    stranger = parent(circle.town, "wim", evening="")
    await stranger.says("/menu")
    await circle.speaks("fatima", "Alleen voor ons.")
    post = circle.posts[0].id
    for act in (f"x:{circle.group_id}", f"m:{post}", f"a:{post}", f"r:{post}:h", f"w:{post}", f"y:{post}", f"g:{post}"):
        heard = await stranger.forges(f"p:{act}")
        assert GROUP not in heard
        assert "Alleen voor ons." not in heard
    await circle["joris"].forges(f"p:w:{post}")
    assert circle.shown == ["Alleen voor ons."]


async def test_a_question_that_waits_goes_on_after_stopping(circle: Circle) -> None:
    await circle["fatima"].says("/menu")
    await circle["fatima"].forges("g:resolution")
    waiting = circle["fatima"].last.text
    await circle.speaks("fatima", "Even dit.")
    assert waiting.splitlines()[-1] in await circle["fatima"].taps("Stop met praten")


async def test_an_answer_to_the_bot_never_lands_in_the_group(circle: Circle) -> None:
    """A question waits, and a post comes below it: what is said then may be for either."""
    await circle["joris"].says("/menu")
    await circle["joris"].forges("g:contact")
    waiting = circle["joris"].last.text
    await circle.speaks("fatima", "Hoe is het met iedereen?")
    await circle["joris"].reads()
    asked = await circle["joris"].says("Bel mijn zus.")
    assert asked.startswith("Voor wie is dit?")
    told = await circle["joris"].taps("Niet voor de groep")
    assert circle.shown == ["Hoe is het met iedereen?"]
    assert told
    assert waiting


async def test_words_of_danger_do_not_go_to_the_group_and_end_talking_in_it(circle: Circle) -> None:
    told = await circle.speaks("fatima", "Ik wil dood.")
    assert "Hulp dichtbij" in told
    assert "Is er nu iemand in gevaar?" in told
    assert circle.shown == []
    assert circle["fatima"].known.speaks_in is None
    await circle["fatima"].says("Nee hoor")
    assert circle.shown == []
    assert "dood" not in circle["joris"].phone.screen


async def test_asking_for_help_is_private(circle: Circle) -> None:
    await circle.begins("fatima")
    assert "Hulp dichtbij" in await circle["fatima"].says("hulp")
    assert circle.posts == []


async def test_too_long_is_not_cut(circle: Circle) -> None:
    await circle.begins("fatima")
    assert "te lang" in await circle["fatima"].says("zin " * 900)
    assert circle.shown == []
    long = "/a" * 999
    assert "Staat in" in await circle["fatima"].says(f"x{long}")
    assert len(await circle["joris"].reads()) > 1900


async def test_in_two_groups_what_is_said_goes_where_it_should(circle: Circle) -> None:
    other = peer_group(circle.town, {"wim": "Steen"}, guide="samir", name="Ochtendploeg")
    circle.ask(lambda connection: joins(connection, circle.town, other.group_id, circle["fatima"], "Egel"))
    await circle.speaks("fatima", "Voor de avond.")
    await other.speaks("wim", "Voor de ochtend.")
    await circle["fatima"].reads()
    asked = await circle["fatima"].says("En dit?")
    assert asked.startswith("Voor wie is dit?")
    assert circle["fatima"].buttons[:3] == ["Voor Avondploeg", "Voor Ochtendploeg", "Niet voor de groep"]
    await circle["fatima"].taps("Voor Ochtendploeg")
    assert "Egel · Ochtendploeg\nEn dit?" in await other["wim"].reads()
    assert circle.shown == ["Voor de avond."]
    assert [one.status for one in circle.posts] == ["shown"]


async def test_while_talking_every_message_of_the_group_tells_how_to_stop(circle: Circle) -> None:
    await circle.begins("fatima")
    assert circle["fatima"].buttons[-1] == "Stop met praten"
    for text in ("Dag.", "Noor is boos.", "zin " * 900):
        await circle["fatima"].says(text)
        assert circle["fatima"].buttons[-1] == "Stop met praten"
    await circle["fatima"].does(lambda phone: phone.sends_contact())
    assert circle["fatima"].buttons[-1] == "Stop met praten"
    await circle["joris"].reads()
    assert "Stop met praten" not in circle["joris"].buttons
    await circle["joris"].says("Dag terug.", reply_to=circle["joris"].last)
    await circle["fatima"].reads()
    assert circle["fatima"].buttons[-1] == "Stop met praten"
    assert "weer van jou alleen" in await circle["fatima"].says("/stop")
    await circle["fatima"].says("Dit is van mij.")
    assert circle.shown == ["Dag.", "Dag terug."]
