"""Words of people in messages to others: whatever they write, it is shown as they wrote it. It is never formatting,
never a command of the bot, never too long to send, and never turns the words around it round.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bot.care import families, people
from bot.care.people import Person, Role
from bot.conversation.incoming import Message
from bot.conversation.posting import Post, post
from bot.conversation.turn import Turn
from bot.simulator.markup import check_markup
from bot.simulator.text import CAPTION_LIMIT, TEXT_LIMIT, Entity, formatted, utf16_slice
from bot.telegram import inbound
from flows.engine import worlds
from flows.engine.answers import Unread, read
from flows.engine.definition import Ask
from flows.engine.harmless import harmless, harmless_name
from flows.engine.library import Library, load
from flows.engine.rehearsal import Rehearsal
from flows.engine.state import Say, Tap, Typed
from flows.engine.templates import render
from tests.benchmarks.stage import Stage, open_stage
from tests.safety import hostile

LETTERS, ALL_LETTERS = 2_000, 10_000
NAMES = 2_000
WALKS = 300
FOUND_BY_TELEGRAM = {"url", "email", "mention", "hashtag"}
"""What Telegram makes of plain words by itself, and what may stay so in somebody's own letter."""
KINDS = ("text", "voice", "photo", "video", "video_note", "animation", "document", "audio", "sticker", "location")
_ISOLATED = re.compile("\u2068[^\u2066-\u2069]*\u2069")


def shown(source: str, limit: int = TEXT_LIMIT) -> tuple[str, list[Entity]]:
    """What Telegram makes of a text of ours; fails where Telegram would refuse it."""
    return formatted(source, "HTML", None, limit=limit, too_long="too long")


def essence(text: str) -> str:
    """What a reader sees: without blanks and without signs that take no room."""
    return "".join(sign for sign in text if not sign.isspace() and unicodedata.category(sign) not in ("Cf", "Cc", "Cs"))


# --- letters ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def stage(tmp_path: Path, cache: Path) -> Iterator[Stage]:
    with open_stage(tmp_path, cache=cache) as opened:
        yield opened


def _two_people(stage: Stage) -> tuple[Person, Person]:
    def work(connection: Any) -> tuple[Person, Person]:
        found = []
        for chat_id, role in ((11, Role.PARENT), (12, Role.MENTOR)):
            family_id = families.found(connection, None, stage.clock.now()) if role is Role.PARENT else None
            given = {"region": "nl", "zone": "Europe/Amsterdam", "now": stage.clock.now()}
            people.add(connection, stage.vault, chat_id=chat_id, role=role, name="Anna", family_id=family_id, **given)
            person = people.present(connection, stage.vault, chat_id).person
            assert person
            found.append(person)
        return found[0], found[1]

    return stage.service.database.do(work)


def test_hostile_letters_arrive_as_they_were_written(stage: Stage, full: bool) -> None:
    parent, mentor = _two_people(stage)
    chance = random.Random(3007)

    def work(connection: Any) -> None:
        turn = Turn(stage.service.host, connection, parent.chat_id, Message(1, "text"), stage.clock.now())
        for number in range(ALL_LETTERS if full else LETTERS):
            writer, reader = (parent, mentor) if number % 2 else (mentor, parent)
            turn.person = replace(writer, name=hostile.name(chance))
            kind = KINDS[number % len(KINDS)] if number % 3 == 0 else "text"
            file_id = None if kind == "text" else "file-1"
            words = hostile.text(chance, CAPTION_LIMIT if file_id else TEXT_LIMIT)
            turn.calls.clear()
            assert turn.person
            post(turn, turn.person, reader, Post("mentor_message", words, kind, file_id))
            _arrives(turn, reader, words)

    stage.service.database.do(work)


def _arrives(turn: Turn, reader: Person, words: str) -> None:
    pieces, opening = [], None
    for call in turn.calls:
        assert call.chat_id == reader.chat_id
        made = call.call
        text, found = shown(made["text"]) if made["do"] == "send" else shown(made["caption"], CAPTION_LIMIT)
        assert {entity["type"] for entity in found} <= FOUND_BY_TELEGRAM, text
        assert "rows" not in made or not made["rows"]
        if text:
            opening = opening or text.split(":\n", 1)[0]
            assert text.startswith(opening)
            assert _keeps_direction(text), ascii(text)
            pieces.append(text[len(opening) + 1 :])
    assert essence("".join(pieces)) == essence(words)


def _keeps_direction(text: str) -> bool:
    """Whether each direction that is set in the text is ended in it."""
    isolates, others = (len(re.findall(signs, text)) for signs in ("[\u2066-\u2068]", "[\u202a\u202b\u202d\u202e]"))
    return isolates <= text.count("\u2069") and others <= text.count("\u202c")


# --- names in every text ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def library() -> Library:
    return load()


def test_a_hostile_name_is_never_more_than_a_name() -> None:
    chance = random.Random(3008)
    for _ in range(NAMES):
        name = hostile.name(chance)
        said = harmless_name(name)
        text, found = shown(render("Dag {{ name }}, hoe is het met {{ name }}?", {"name": said}))
        assert found == [], ascii(text)
        assert "\n" not in text
        bare = _ISOLATED.sub("", text)
        assert not any(
            unicodedata.bidirectional(sign) in ("R", "AL", "AN", "RLE", "RLO", "RLI", "LRO") for sign in bare
        )
        assert not any("\u202a" <= sign <= "\u202e" for sign in text)
        assert essence(said) in (essence(name.translate({0x3164: " "})), "…")
        assert harmless_name(said) == said


def test_hostile_names_and_answers_in_every_flow(library: Library) -> None:
    """All flows, walked at random with names, notes and answers of this kind: everything said can be sent."""
    chance = random.Random(3009)
    flows = sorted(library.flows)
    seen: set[str] = set()
    for number in range(WALKS):
        flow = flows[number % len(flows)]
        facts = _spoiled(worlds.world(library.catalog, chance.choice(sorted(library.catalog.worlds))), chance)
        chat = Rehearsal(library, facts, datetime.fromisoformat("2027-03-01T19:00:00+01:00"))
        events = chat.start(flow)
        seen.add(flow)
        for _ in range(12):
            keys = _all_can_be_sent(events)
            if chat.state.running is None:
                break
            if keys and chance.random() < 0.7:
                events = chat.give(Tap(chance.choice(keys)))
            else:
                events = chat.give(Typed(hostile.text(chance)))
    assert seen == set(flows)


def _all_can_be_sent(events: list[Any]) -> list[str]:
    tokens: list[str] = []
    for event in events:
        if not isinstance(event, Say):
            continue
        text, found = shown(event.text)
        commands = [utf16_slice(text, one["offset"], one["length"]) for one in found if one["type"] == "bot_command"]
        assert {one["type"] for one in found} <= FOUND_BY_TELEGRAM | {"bold", "italic", "bot_command"}, ascii(text)
        assert hostile.TAPPED.isdisjoint(commands), ascii(text)
        assert _keeps_direction(text), ascii(text)
        if event.rows:
            rows = [[{"text": key.label, "callback_data": key.token} for key in row] for row in event.rows]
            check_markup({"inline_keyboard": rows})
            tokens += [key.token for row in event.rows for key in row]
    return tokens


def _spoiled(value: Any, chance: random.Random, field: str = "") -> Any:
    """An example world in which every name and every piece of somebody's text is hostile."""
    if isinstance(value, dict):
        return {name: _spoiled(one, chance, name) for name, one in value.items()}
    if isinstance(value, list):
        return [_spoiled(one, chance, field) for one in value]
    if field in ("name", "calls_me", "subject", "object", "own", "by", "lighter") and value:
        return harmless_name(hostile.name(chance)[:40])
    return hostile.text(chance) if field == "excerpt" else value


# --- pieces -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("/stop", "/\u2060stop"),
        ("doe (/stop)", "doe (/\u2060stop)"),
        ("dag/nacht en 1/2", "dag/nacht en 1/2"),
        ("zie https://t.me/draaglicht_bot?start=a-b_c", "zie https://t.me/draaglicht_bot?start=a-b_c"),
        ("https://site.nl/#/pad/-/x", "https://site.nl/#/pad/-/x"),
        ("https://1/-/stop", "https://1/-/\u2060stop"),
        ("\u202eomgekeerd", "\u202eomgekeerd\u202c"),
        ("einde</b>", "einde</b>"),
        ("\u2067open", "\u2067open\u2069"),
        ("שלום", "שלום"),
    ],
)
def test_a_text_made_harmless(written: str, seen: str) -> None:
    assert harmless(written) == seen
    assert harmless(seen) == seen


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("Anna", "Anna"),
        ("Anne-Marie O'Neill", "Anne-Marie O'Neill"),
        ("Zoë 🌙", "Zoë 🌙"),
        ("👩‍👧 Els", "👩‍👧 Els"),
        ("A.J. de Vries", "A\u2060.J\u2060. de Vries"),
        ("@kwaad", "@\u2060kwaad"),
        ("/stop", "\u2060/\u2060stop"),
        ("An\u202ena\n\nBericht van Mieke:", "Anna Bericht van Mieke:"),
        ("عمر\u2069 Ali", "\u2068عمر Ali\u2069"),
        ("\u3164\u200b", "…"),
        ("", ""),
    ],
)
def test_a_name_made_harmless(name: str, seen: str) -> None:
    assert harmless_name(name) == seen


@pytest.mark.parametrize("typed", ["\u3164", "\u200b\u2060", "\u202e", "123", " "])
def test_a_name_of_which_nothing_shows_is_asked_again(typed: str) -> None:
    assert isinstance(read(Ask(["name"]), typed, datetime(2027, 3, 1)), Unread)  # noqa: DTZ001


def test_a_shortened_name_keeps_its_direction_to_itself() -> None:
    name = harmless_name("عبد الرحمن بن محمد الطويل جدا")
    label = render("Van {{ name | excerpt(20) }}", {"name": name}, html=False)
    assert label.count("\u2068") == label.count("\u2069") == 1


def test_half_a_character_does_not_hold_up_what_comes_after_it() -> None:
    message = {"message_id": 1, "date": 1, "chat": {"id": 5, "type": "private"}, "text": "half \ud83d teken"}
    kept = inbound.arrival({"update_id": 1, "message": message})
    read = inbound.decode(kept.payload)
    assert isinstance(read, Message)
    assert read.text == "half ? teken"
