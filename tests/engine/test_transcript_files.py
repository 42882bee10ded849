"""Transcripts: what a driver sees, what a difference looks like, and rewriting without touching the author's lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.engine.library import Library, load
from flows.engine.transcript import TranscriptError, difference, play_script, read_transcript
from flows.engine.transcript_driver import EngineDriver, touchable
from flows.engine.transcript_lines import Bot, Does, EndedAs, Kept, Odd, as_yaml, flow_style
from flows.engine.yaml_file import Document
from tests.support.content import write
from tests.support.transcripts import Transcript, rewritten, update

FLOW = """
about: child
record: note
start: what
steps:
  what: {say: "Wat zag je bij {{ child.name }}?", ask: [text, voice], keep: what, next: many}
  many:
    say: Wat nog meer?
    ask: several
    keep: many
    buttons: {x: {label: X}, y: {label: Y}}
    next: later
  later:
    say: Wanneer zal ik weer vragen?
    remember: minutes
    buttons: {15: {label: Over 15 minuten}}
    silence: {after: 2h, step: quiet}
    skip: quiet
    next: done
  quiet: {say: Dan niet., end: quiet}
  done:
    do: {snooze: {minutes: "{{ minutes }}"}, as: at}
    say: Goed, om {{ at }}. Je bent {{ parent.name }}.
    end: later
"""
OTHER = """
returns: yes
start: a
steps:
  a: {say: 'Kort iets?', buttons: {y: {label: Ja, end: y}, n: {label: Nee, end: n}}}
"""

STORY = """\
# Boven
scenario: Alles bij elkaar   # een regel
world: two
now: 2027-03-01T19:30
facts: {parent.name: Omar}
start: f
script:
  # eerst het kind
  - tap: Fien
  - says: "Iets: <b>dit</b>"   # met tekens
  - edits: {was: "Iets: <b>dit</b>", to: Iets anders}

  # dan vinken
  - tap: X
  - tap: X
  - tap: Y
  - tap: Klaar
  - command: terug
  - tap_old: Fien
  - starts: g
  - tap: Ja
  - tap: Klaar
  - tap_again: ja
  - says: hallo
  - tap: Over 15 minuten
  - does: {snooze: {minutes: "99"}}
    gives: "21:00"
    changes: {parent: {name: Jan}}
  - bot: Dit stond er eerst.
# onder
"""


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return load(write(tmp_path / "nl", {"f": FLOW, "g": OTHER}))


def story(folder: Path, text: str = STORY) -> Document[Transcript]:
    path = folder / "one.yaml"
    path.write_text(text, encoding="utf-8")
    return read_transcript(path)


def test_rewriting_keeps_the_authors_lines_and_comments(tmp_path: Path, library: Library) -> None:
    document = story(tmp_path)
    made = rewritten(document, play_script(document.value, EngineDriver(library)))
    for line in STORY.splitlines():
        if line.strip() and not line.lstrip().startswith(("- does", "- bot")):
            assert line in made.splitlines(), line
    assert "Dit stond er eerst" not in made
    assert '- does: {snooze: {minutes: 15}}\n    gives: "21:00"\n    changes: {parent: {name: Jan}}' in made
    assert "Goed, om 21:00. Je bent Jan." in made
    order = [made.index(part) for part in ("# Boven", "# eerst", "tap: Fien", "# dan vinken", "tap: X", "# onder")]
    assert order == sorted(order)
    assert made.endswith("# onder\n")


def test_rewriting_twice_changes_nothing_and_then_it_plays_as_written(tmp_path: Path, library: Library) -> None:
    document = story(tmp_path)
    assert difference(document.value.beats(), play_script(document.value, EngineDriver(library)))
    update(document, play_script(document.value, EngineDriver(library)))
    again = read_transcript(document.path)
    seen = play_script(again.value, EngineDriver(library))
    assert difference(again.value.beats(), seen) == ""
    assert rewritten(again, seen) == document.path.read_text(encoding="utf-8")


def test_a_new_script_may_be_empty(tmp_path: Path, library: Library) -> None:
    head = "scenario: Leeg\nworld: one\nnow: 2027-03-01T19:30\nstart: f\n"
    for text in (head, head + "script:\n", head + "script: []\n"):
        document = story(tmp_path, text)
        made = rewritten(document, play_script(document.value, EngineDriver(library)))
        assert "script:\n  - bot: |\n      Wat zag je bij Noor?\n    buttons: [[Sla over]]\n" in made


def test_what_the_driver_sees(tmp_path: Path, library: Library) -> None:
    document = story(tmp_path)
    beats = play_script(document.value, EngineDriver(library))
    lines = {(beat.act.verb, str(beat.act.value)): beat.lines for beat in beats if beat.act}
    assert lines["says", "Iets: <b>dit</b>"][0] == Kept({"note": {"what": "Iets: <b>dit</b>"}})
    assert Kept({"note": {"what": "Iets anders"}}) in next(
        beat.lines for beat in beats if beat.act and beat.act.verb == "edits"
    )
    assert lines["tap_again", "ja"] == [Odd("double")]
    assert lines["says", "hallo"] == [Odd("loose")]
    assert lines["tap_old", "Fien"] == [Odd("stale")]
    assert lines["tap", "Ja"][0] == EndedAs("y")
    assert lines["tap", "Over 15 minuten"][0] == Does("snooze", {"minutes": "15"})


def test_what_was_touched(tmp_path: Path, library: Library) -> None:
    document = story(tmp_path)
    driver = EngineDriver(library)
    play_script(document.value, driver)
    left = {touch for flow in ("f", "g") for touch in touchable(library, flow)} - driver.touched
    assert left == {
        ("f", "what", "_skip"),
        ("f", "many", "_skip"),
        ("f", "later", "_skip"),
        ("f", "later", "_silence"),
        ("g", "a", "n"),
    }


def test_silence_in_a_script(tmp_path: Path, library: Library) -> None:
    text = STORY.split("script:")[0] + "script:\n  - tap: Milo\n  - sends: voice\n  - tap: Sla over\n  - waits: 3h\n"
    document = story(tmp_path, text)
    driver = EngineDriver(library)
    beats = play_script(document.value, driver)
    assert beats[2].lines[0] == Kept({"note": {"what": "voice"}})
    assert beats[-1].lines == [Bot("Dan niet."), EndedAs("quiet")]
    assert ("f", "later", "_silence") in driver.touched


@pytest.mark.parametrize(
    ("line", "what"),
    [("tap: Nergens", "er is geen knop 'Nergens', wel: Milo / Fien"), ("starts: h", "er is geen gesprek 'h'")],
)
def test_a_script_that_cannot_be_played(tmp_path: Path, library: Library, line: str, what: str) -> None:
    document = story(tmp_path, STORY.split("  # eerst")[0] + f"  - {line}\n")
    with pytest.raises(TranscriptError, match=what) as caught:
        play_script(document.value, EngineDriver(library))
    assert caught.value.item == 0


def test_a_difference_is_readable(tmp_path: Path, library: Library) -> None:
    text = STORY.split("  # eerst")[0] + "  - bot: Welk kind?\n    buttons: [[Milo], [Fien]]\n  - tap: Milo\n"
    document = story(tmp_path, text)
    shown = difference(document.value.beats(), play_script(document.value, EngineDriver(library)))
    assert "-    Welk kind?" in shown
    assert "+    Om welk kind gaat het?" in shown
    assert " > tap: Milo" in shown


def test_order_within_a_beat_can_be_left_out_of_it() -> None:
    from flows.engine.transcript import Beat

    one = [Bot("Dag."), Kept({"note": {"what": "x"}})]
    assert difference([Beat(None, -1, one)], [Beat(None, -1, one[::-1])])  # type: ignore[arg-type]
    assert not difference([Beat(None, -1, one)], [Beat(None, -1, one[::-1])], any_order=True)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "✓ X",
        "19:30",
        "a: b",
        "# c",
        "'t is",
        "-",
        "",
        " x",
        "[y",
        "ja, nee",
        "“q”",
        "نور\u202e",
        "1",
        "😀",
        "x\ty",
    ],
)
def test_what_is_written_is_read_back(tmp_path: Path, text: str) -> None:
    lines = [
        Bot("Dag.\n\nZo.", ((text, "b"), ("c",))),
        Does("snooze", {"minutes": text}, text),
        Kept({"note": {"what": [text]}}),
    ]
    body = "".join("\n".join(f"  {row}" for row in as_yaml(line).splitlines()) + "\n" for line in lines)
    document = story(tmp_path, STORY.split("script:")[0] + "script:\n" + body)
    assert [item.line for item in document.value.script] == lines
    assert document.value.script[1].gives == text


def test_numbers_and_words_stay_bare() -> None:
    assert flow_style([["0", "10"], ["Nu", "Een uur"], {"a": "19:30"}]) == '[[0, 10], [Nu, Een uur], {a: "19:30"}]'
