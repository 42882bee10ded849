"""Every numbered problem: a sample that has it, with the file and line, and sound content that has none."""

from __future__ import annotations

import re
from pathlib import Path
from textwrap import dedent

import pytest

from flows.engine.checks import check
from flows.engine.checks import judge as judging
from flows.engine.library import CONTENT, load_sources
from flows.engine.problems import ContentError, Problem
from flows.engine.tone import broken_examples, read_tone
from tests.support.content import CATALOG, TEXTS, write

SOUND = """
record: note
start: what
steps:
  what:
    say: Wat zag je vandaag?
    ask: text
    keep: what
    next: how
  how:
    say: ["Hoe was dat voor jou?", "En hoe voelde dat?"]
    remember: how
    buttons: {well: {label: Goed}, badly: {label: Niet zo goed}}
    next: [{step: well, when: how == 'well'}, badly]
  well: {say: Fijn om te horen., end: done}
  badly: {say: Dat kan. Het is goed zo., end: done}
"""


def problems(folder: Path, flow: str = SOUND, **more: object) -> list[Problem]:
    written: dict[str, object] = {**more}
    flows = {"f": flow, **written.pop("flows", {})}  # type: ignore[dict-item]
    try:
        return check(load_sources(write(folder, flows, **written)))  # type: ignore[arg-type]
    except ContentError as error:
        return error.problems


def test_sound_content_has_no_problems(tmp_path: Path) -> None:
    assert problems(tmp_path) == []


def steps(text: str) -> str:
    """A flow of these steps, from the first."""
    text = dedent(text).strip("\n")
    first = text.split(":", 1)[0]
    body = "\n".join(f"  {row}" for row in text.split("\n"))
    return f"record: note\nstart: {first}\nsteps:\n{body}"


LONG_LABEL = "Dit is een knop met veel te veel woorden erop"
HARD = (
    "Een goede verantwoordelijkheidsoverdracht vereist onvermijdelijk systematische gedragsverandering binnen gezinnen."
)

FLOWS: list[tuple[str, str, int, str]] = [
    # structure
    ("E101", "a: {say: Dag.}", 6, "loopt het gesprek dood"),
    ("E101", "a: {say: 'Wat?', ask: text}", 6, "na een antwoord"),
    ("E102", "a: {say: 'Wat?', buttons: {x: {label: X, next: b, end: d}}}\nb: {say: B., end: d}", 6, "twee manieren"),
    ("E102", "a: {say: 'Wat?', ask: several, keep: many, buttons: {x: {label: X, end: d}}, end: d}", 6, "vinkje"),
    ("E103", "a:\n  say: Wat?\n  buttons:\n    x: {label: X, end: d}\n    y: {label: Y}", 10, "knop 'y' leidt nergens"),
    ("E104", "a: {say: 'Wat?', remember: q, buttons: {x: {label: X, end: d}}}", 6, "overslaan"),
    ("E105", "a:\n  say: Dag.\n  next: [{step: b, when: children}]\nb: {say: B., end: d}", 8, "geen enkele voorwaarde"),
    (
        "E105",
        "a: {say: A., next: [b, {step: c, when: children}, b]}\nb: {say: B., end: d}\nc: {say: C., end: d}",
        6,
        "nooit",
    ),
    ("E106", "a: {say: Dag., end: d}\nb: {say: B., end: d}", 7, "geen enkele weg"),
    ("E107", "a: {say: A., next: b}\nb: {say: B., next: a}", 6, "a → b → a"),
    ("E108", "a: {say: 'Wat?', ask: text, skip: none, keep: what, end: d}", 6, "niet overslaan"),
    ("E108", "a: {say: 'Wat?', remember: q, skip: none, buttons: {x: {label: X}}, end: d}", 6, "niet overslaan"),
    ("E109", "a: {ask: text, keep: what, end: d}", 6, "zonder woorden"),
    ("E109", "a:\n  say: '{% if mentor.known %}Hoi{% endif %}'\n  ask: text\n  keep: what\n  end: d", 7, "zegt niets"),
    ("E110", "a:\n  say: [{text: Hoi, when: mentor.known}]\n  end: d", 7, "heeft geen zin in wereld 'two'"),
    (
        "E110",
        "a:\n  say: Wat?\n  remember: q\n  buttons: {x: {label: X}, y: {label: Y}}\n  next: b\n"
        "b: {say: [{text: X, when: q == 'x'}, {text: Y, when: q == 'y'}], end: d}",
        11,
        "geen zin",
    ),
    ("E112", "a: {say: A., next: b, end: d}\nb: {say: B., end: d}", 6, "end gebeurt nooit"),
    ("E112", "a: {say: 'Wat?', ask: text, keep: what, pause: 10s, end: d}", 6, "wacht al"),
    ("E112", "a: {say: A., silence: {after: 1h, step: b}, next: b}\nb: {say: B., end: d}", 6, "silence"),
    ("E112", "a: {say: A., remember: what, end: d}", 6, "geen antwoord om te onthouden"),
    ("E112", "a: {say: 'Wat?', ask: [text, scale], keep: what, end: d}", 6, "gaan niet samen"),
    ("E112", "a: {say: 'Wat?', ask: several, keep: what, end: d}", 6, "zonder knoppen"),
    ("E112", "a: {say: 'Wat?', ask: {kind: scale, low: 0, high: 50}, keep: what, end: d}", 6, "2 tot 11"),
    ("E112", "a: {say: 'Wat?', ask: {kind: scale, low: 0, high: 2, words: [a, b]}, keep: what, end: d}", 6, "woorden"),
    (
        "E112",
        "a: {say: 'Wie?', choose: {from: children, label: '{{ item.name }}', all: Alle}, keep: child, end: d}",
        6,
        "about",
    ),
    ("E112", "a: {say: 'Wie?', choose: {from: children, label: x}, ask: text, keep: child, end: d}", 6, "niet samen"),
    (
        "E115",
        "a: {say: 'Wie?', choose: {from: children, label: '{{ item.name }}', none: b}, remember: q, end: d}\n"
        "b: {say: B., end: d}",
        6,
        "niets te kiezen",
    ),
    # names
    ("E201", "a:\n  say: Dag.\n  next: nowhere", 8, "er is geen stap 'nowhere'"),
    ("E201", "a: {say: 'Wat?', buttons: {x: {label: X, next: nowhere}}}", 6, "nowhere"),
    ("E201", "a: {say: 'Wat?', ask: text, keep: what, skip: nowhere, end: d}", 6, "nowhere"),
    ("E201", "a: {say: 'Wat?', ask: text, keep: what, silence: {after: 1h, step: nowhere}, end: d}", 6, "nowhere"),
    ("E202", "a:\n  say: Dag.\n  call: nothing", 8, "er is geen gesprek 'nothing'"),
    ("E202", "a: {say: 'Wat?', buttons: {x: {label: X, flow: nothing}}}", 6, "nothing"),
    ("E203", "a: {pick: {deck: cards, as: card}, say: Dag., end: d}", 6, "er is geen verzameling 'cards'"),
    ("E204", "a: {say: 'Dag {{ nobody }}.', end: d}", 6, "'nobody' is niet bekend"),
    ("E204", "a: {say: 'Dag {{ parent.nickname }}.', end: d}", 6, "'parent.nickname'"),
    ("E204", "a: {say: '{% for one in children %}{{ one.nickname }}{% endfor %}', end: d}", 6, "'one.nickname'"),
    ("E204", "a: {say: Dag., next: [{step: b, when: nobody.there}, b]}\nb: {say: B., end: d}", 6, "'nobody'"),
    ("E204", "a: {say: 'Wie?', choose: {from: mentor, label: x}, remember: q, end: d}", 6, "geen lijst"),
    ("E205", "a: {do: dance, say: Dag., end: d}", 6, "er is geen actie 'dance'"),
    ("E206", "a: {do: {snooze: {hours: '2'}}, say: Dag., end: d}", 6, "kent geen 'hours'"),
    ("E206", "a: {do: {tell: x, as: told}, say: Dag., end: d}", 6, "geeft niets terug"),
    ("E208", "a: {say: 'Wat?', ask: text, keep: colour, end: d}", 6, "heeft geen 'colour'"),
    ("E208", "a: {say: Dag., keep: what, end: d}", 6, "nergens wordt 'what' gevraagd"),
    ("E209", "a: {say: 'Dag {{ parent.name', end: d}", 6, "invulling"),
    ("E209", "a: {say: 'Dag {{ parent.name | shout }}.', end: d}", 6, "shout"),
    ("E209", "a: {say: Dag., next: [{step: b, when: 'children ==='}, b]}\nb: {say: B., end: d}", 6, "invulling"),
    ("E210", "a: {say: 'Dag {{ children[0].name }}.', end: d}", 6, "in wereld 'none'"),
    ("E213", "a: {say: 'Dag {{ mentor.known }}.', end: d}", 6, "komt 'True'"),
    ("E216", "a: {say: 'Wat?', ask: text, remember: mentor, end: d}", 6, "'mentor' is ook de naam"),
    # Telegram
    (
        "E301",
        "a: {say: 'Wat?', ask: text, keep: what, next: b}\nb: {say: 'Dus: {{ what }}', end: d}",
        7,
        "Telegram neemt",
    ),
    ("E302", f"a: {{say: 'Wat?', buttons: {{x: {{label: {LONG_LABEL}, end: d}}}}}}", 6, "hoogstens 40"),
    ("E302", "a: {say: 'Wat?', buttons: {x: {label: \"{{ mentor.name or '' }}\", end: d}}}", 6, "leeg"),
    ("E305", "a: {say: 'Dag <u>jij</u>.', end: d}", 6, "'<u>'"),
    ("E305", "a: {say: 'Dag <b>jij.', end: d}", 6, "<b> zonder </b>"),
    ("E305", "a: {say: '<b><i>Dag</b></i>.', end: d}", 6, "'</b>'"),
    ("E305", "a: {say: Jij & ik., end: d}", 6, "'&'"),
    ("E305", "a: {say: 'Wat?', buttons: {x: {label: <b>X</b>, end: d}}}", 6, "staat opmaak"),
    ("E306", "a: {say: 'Wat?', buttons: {x: {label: X, end: d}, y: {label: X, end: e}}}", 6, "twee knoppen heten 'X'"),
    # reading and tone
    ("E401", f"a: {{say: {HARD}, end: d}}", 3, "gemiddeld te moeilijk"),
    ("E402", f"a: {{say: {HARD}, end: d}}", 6, "te moeilijk"),
    ("E403", "a:\n  say: |\n    Een.\n\n    Twee.\n\n    Drie.\n\n    Vier.\n  end: d", 7, "4 alinea's"),
    ("E404", "a: {say: 'Wat zag je? En wat deed je?', ask: text, keep: what, end: d}", 6, "2 vragen"),
    (
        "E404",
        "a: {say: 'Weet je nog?', next: b}\nb: {say: 'Wat zag je?', ask: text, keep: what, end: d}",
        6,
        "gaat meteen",
    ),
    ("E405", "a: {say: Wat lief dat hij zo goed helpt., end: d}", 6, "geprezen"),
    ("E406", "a: {say: Zet je kind op de gang., end: d}", 6, "op de gang"),
    ("E407", "a: {say: Dit is een trauma., end: d}", 6, "trauma"),
]


@pytest.mark.parametrize(("code", "text", "line", "words"), FLOWS, ids=[f"{one[0]}-{n}" for n, one in enumerate(FLOWS)])
def test_a_flow_with_a_problem(tmp_path: Path, code: str, text: str, line: int, words: str) -> None:
    found = problems(tmp_path, steps(text))
    line += 1 if code != "E401" else 0
    line = 2 if code == "E401" else line
    hits = [problem for problem in found if problem.code == code and words in problem.what]
    assert hits, "\n".join(map(str, found))
    assert (hits[0].path.name, hits[0].line) == ("f.yaml", line), hits[0]
    assert hits[0].mend
    assert str(hits[0]).startswith(f"{hits[0].path}:{line}:")


def test_each_problem_is_said_once(tmp_path: Path) -> None:
    found = problems(tmp_path, steps("a: {say: 'Dag {{ nobody }} en {{ nobody }}.', end: d}"))
    assert [problem.code for problem in found] == ["E204"]


def test_unknown_record(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, SOUND.replace("record: note", "record: poem"))
    assert (found.code, found.line) == ("E207", 4)


def test_keeping_without_a_record(tmp_path: Path) -> None:
    assert "E114" in {one.code for one in problems(tmp_path, SOUND.replace("record: note\n", ""))}


def test_a_deck_that_has_nothing_for_somebody(tmp_path: Path) -> None:
    flow = steps("a: {pick: {deck: d, as: card, where: {size: '{{ parent.name }}'}}, say: '{{ card.text }}', end: d}")
    found = problems(tmp_path, flow, decks={"d": "a: {text: Dag., size: Anna}\nb: {text: Hoi., size: Wim}"})
    assert {one.code for one in found} == {"E113", "E210"}
    assert all("'none'" in one.what for one in found)


def test_a_deck_is_filled_in_with_names_of_the_flow(tmp_path: Path) -> None:
    flow = steps(
        "a: {say: 'Wat?', ask: text, remember: what, next: b}\n"
        "b: {pick: {deck: d, as: card}, say: '{{ card.text }}', end: d}"
    )
    assert problems(tmp_path / "1", flow, decks={"d": "a: {text: 'Dus {{ what | excerpt(50) }}.'}"}) == []
    found = problems(tmp_path / "2", flow, decks={"d": "a: {text: 'Dus {{ whatever }}.'}"})
    assert [(one.code, one.path.name, one.line) for one in found] == [("E204", "d.yaml", 5)]


@pytest.mark.parametrize(
    ("entries", "code", "line"),
    [
        ("a: {size: big}", "E214", 5),
        ("a: {text: A}\nb: {text: B}\nc: {text: C}\nd: {text: D}\ne: {text: E, siez: big}", "E214", 9),
        ("a: {text: 'Wat een flinke meid.'}", "E405", 5),
        (f"a: {{text: {HARD}}}", "E402", 5),
        ("a: {text: '<u>A</u>'}", "E305", 5),
        ("a: {text: '{{ child.nickname }}'}", "E204", 5),
    ],
)
def test_decks(tmp_path: Path, entries: str, code: str, line: int) -> None:
    flow = "about: child\nstart: a\nsteps:\n  a: {pick: {deck: d, as: card}, say: '{{ card.text }}', end: d}"
    found = [one for one in problems(tmp_path, flow, decks={"d": entries}) if one.path.name == "d.yaml"]
    assert (code, line) in {(one.code, one.line) for one in found}, found


def test_a_where_that_no_entry_has(tmp_path: Path) -> None:
    flow = steps("a: {pick: {deck: d, as: card, where: {size: big}}, say: '{{ card.text }}', end: d}")
    assert {one.code for one in problems(tmp_path, flow, decks={"d": "a: {text: A}"})} == {"E214"}


@pytest.mark.parametrize(
    ("screen", "code", "line"),
    [
        ("text: Kies.\nitems:\n  - {label: X, flow: nothing}", "E202", 5),
        ("text: Kies.\nitems:\n  - {label: X, screen: nothing}", "E215", 5),
        ("text: Kies.\nitems:\n  - {label: X}", "E103", 5),
        ("text: Kies.\nitems:\n  - {label: X, flow: f, screen: s}", "E103", 5),
        ("text: 'Dag {{ nobody }}.'\nitems:\n  - {label: X, flow: f}", "E204", 3),
        ("text: 'Dag <u>.'\nitems:\n  - {label: X, flow: f}", "E305", 3),
        (f"text: Kies.\nitems:\n  - {{label: {LONG_LABEL}, flow: f}}", "E302", 5),
        ("text: Kies.\nfor: mentor\nitems:\n  - {label: X, flow: f}", "E217", 6),
        ("text: Kies.\nitems:\n  - {label: X, flow: f, when: nobody}", "E204", 5),
    ],
)
def test_screens(tmp_path: Path, screen: str, code: str, line: int) -> None:
    found = problems(tmp_path, screens={"s": screen})
    assert (code, "s.yaml", line) in {(one.code, one.path.name, one.line) for one in found}, found


def test_texts(tmp_path: Path) -> None:
    found = problems(tmp_path, texts=TEXTS.replace("  skip: Sla over\n", ""))
    assert [(one.code, one.path.name) for one in found] == [("E211", "engine.yaml")]
    found = problems(tmp_path, texts=TEXTS + "  more: Zet je kind op de gang.")
    assert [(one.code, one.line) for one in found] == [("E406", 20)]
    assert problems(tmp_path, texts=TEXTS + '  more: "Dag {{ whoever }}."') == []


@pytest.mark.parametrize(
    ("was", "now", "words"),
    [
        ("    mentor: {name: Mieke, known: yes}\n", "", "mist 'mentor'"),
        ("  one:\n", "  one:\n    colour: blue\n", "heeft 'colour'"),
        ("{name: Mieke, known: yes}", "{name: Mieke}", "mist 'mentor.known'"),
        ('{id: "1", name: Noor, age: 6}', '{id: "1", name: Noor}', "mist 'children[].age'"),
    ],
)
def test_worlds_show_every_fact(tmp_path: Path, was: str, now: str, words: str) -> None:
    found = problems(tmp_path, catalog=CATALOG.replace(was, now))
    assert [one for one in found if one.code == "E212" and words in one.what and one.path.name == "catalog.yaml"], found


def test_calls(tmp_path: Path) -> None:
    called = {"g": "needs: what\nstart: a\nsteps:\n  a: {say: '{{ what }}', end: d}"}
    found = problems(tmp_path / "1", steps("a: {say: Dag., call: g, end: d}"), flows=called)
    assert [(one.code, one.line) for one in found] == [("E206", 7)]
    flow = steps("a: {say: Dag., call: {flow: g, with: {what: x, more: y}}, end: d}")
    assert [one.code for one in problems(tmp_path / "2", flow, flows=called)] == ["E206"]
    circle = {"g": "a: {say: Dag., call: f, end: d}"}
    found = problems(tmp_path / "3", steps("a: {say: Dag., call: g, end: d}"), flows=circle)
    assert {(one.code, one.path.name) for one in found} == {("E107", "f.yaml"), ("E107", "g.yaml")}


def test_a_neutral_flow_names_nobody_and_no_care(tmp_path: Path) -> None:
    for number, text in enumerate(("Dag Anna.", "Tijd voor je kind.", "Een bericht van {{ mentor.name }}.")):
        flow = f"neutral: yes\nstart: a\nsteps:\n  a: {{say: '{text}', next: b}}\n  b: {{say: Past het., end: d}}"
        assert ("E408", 7) in {(one.code, one.line) for one in problems(tmp_path / str(number), flow)}
    chosen = (
        "neutral: yes\nstart: a\nsteps:\n  a: {say: 'Dag{% if evening.named %} {{ parent.name }}{% endif %}.', end: d}"
    )
    assert problems(tmp_path / "named", chosen) == []
    later = "neutral: yes\nstart: a\nsteps:\n  a: {say: 'Past het?', ask: text, next: b}\n  b: {say: Dag Anna., end: d}"
    assert problems(tmp_path / "later", later) == []


def test_what_comes_by_itself_is_neutral_and_shortly_named(tmp_path: Path) -> None:
    rest = "start: a\nsteps:\n  a: {say: Dag., end: d}"
    comes = "comes: {name: Een plan, useful: 2h}\n"
    assert [(one.code, one.line) for one in problems(tmp_path / "1", comes + rest)] == [("E219", 4)]
    assert problems(tmp_path / "2", "neutral: yes\n" + comes + rest) == []
    found = problems(tmp_path / "3", flows={"a_flow_with_a_long_name": "neutral: yes\n" + comes + rest})
    assert [(one.code, one.line) for one in found] == [("E219", 2)]


def test_a_button_to_a_gated_flow_asks_whether_it_is_on(tmp_path: Path) -> None:
    gated = {"g": "gated: yes\nstart: a\nsteps:\n  a: {say: Dag., end: d}"}
    button = "a: {say: 'Wat nu?', buttons: {x: {label: Daarheen, flow: g%s}, y: {label: Niets, end: d}}}"
    assert [one.code for one in problems(tmp_path / "1", steps(button % ""), flows=gated)] == ["E222"]
    assert problems(tmp_path / "2", steps(button % ", when: evening.named"), flows=gated) == []


def test_every_entry_of_a_deck_can_be_traced(tmp_path: Path) -> None:
    decks = {"d": "one: Een.\ntwo: {text: Twee., source: A1}"}
    assert [one.code for one in problems(tmp_path / "1", decks=decks, common="{}")] == ["E223"] * 2
    assert problems(tmp_path / "2", decks=decks) == []


def test_two_flows_with_one_command(tmp_path: Path) -> None:
    flow = "command: plan\nstart: a\nsteps:\n  a: {say: Dag., end: d}"
    found = problems(tmp_path, flow, flows={"g": flow})
    assert [(one.code, one.path.name, one.line) for one in found] == [("E218", "g.yaml", 4)]


def test_lists_of_what_was_kept(tmp_path: Path) -> None:
    source = "{from: plans, label: '{{ item.%s | excerpt(30) }}', where: {%s}}"
    choose = f"a: {{say: 'Welk plan?', choose: {source}, remember: plan, end: d}}"
    assert problems(tmp_path / "1", steps(choose % ("text", "status: open"))) == []
    assert "E204" in {one.code for one in problems(tmp_path / "2", steps(choose % ("colour", "status: open")))}
    found = problems(tmp_path / "3", steps("a: {say: '{% for one in plans %}{{ one.text }}{% endfor %} Dag.', end: d}"))
    assert "E301" in {one.code for one in found}, "what people typed may be as long as a message"


def test_a_momentary_flow_waits_somewhere(tmp_path: Path) -> None:
    found = problems(tmp_path / "1", "momentary: yes\nstart: a\nsteps:\n  a: {say: Dag., end: d}")
    assert [(one.code, one.line) for one in found] == [("E116", 4)]
    assert problems(tmp_path / "2", "momentary: yes\nstart: a\nsteps:\n  a: {say: 'Dag?', ask: text, end: d}") == []


def test_too_many_buttons_and_tokens_that_are_too_long(tmp_path: Path) -> None:
    many = ", ".join(f'{{id: "{number}", name: Kind {number}, age: 6}}' for number in range(101))
    catalog = CATALOG.replace('{id: "1", name: Noor, age: 6}', many)
    flow = steps("a: {say: 'Wie?', choose: {from: children, label: '{{ item.name }}'}, keep: child, end: d}")
    assert "E303" in {one.code for one in problems(tmp_path / "1", flow, catalog=catalog)}
    catalog = CATALOG.replace('{id: "2"', f'{{id: "{"i" * 50}"')
    assert "E304" in {one.code for one in problems(tmp_path / "2", flow, catalog=catalog)}


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("format: 1\nflow: f\ntitle: [", "E002", 4),
        ("format: 1\nflow: f\nflow: f\n", "E003", 3),
        ("format: 1\nflow: f\ntitle: F\nstart: a\nsteps:\n  a: {zeg: Dag}\n", "E004", 6),
        ("format: 1\nflow: g\ntitle: F\nstart: a\nsteps:\n  a: {say: Dag., end: d}\n", "E005", 2),
    ],
)
def test_form(tmp_path: Path, text: str, code: str, line: int) -> None:
    folder = write(tmp_path, {"f": SOUND})
    (folder / "flows" / "f.yaml").write_text(text)
    with pytest.raises(ContentError) as caught:
        load_sources(folder)
    assert (code, line) in {(one.code, one.line) for one in caught.value.problems}


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    folder = write(tmp_path, {"f": SOUND})
    (folder / "flows" / "f.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ContentError, match="E001"):
        load_sources(folder)


def test_a_text_named_twice(tmp_path: Path) -> None:
    folder = write(tmp_path, {"f": SOUND})
    (folder / "texts" / "more.yaml").write_text("format: 1\ntexts:\n  skip: Ga door\n")
    assert [(one.code, one.path.name) for one in check(load_sources(folder))] == [("E006", "more.yaml")]


# --- tone -------------------------------------------------------------------------------------------------------------


def test_the_tone_we_ship_agrees_with_its_examples() -> None:
    tone = read_tone(CONTENT).value
    assert list(broken_examples(tone)) == []
    assert all(len(wrong.finds) >= 4 and len(wrong.passes) >= 3 for wrong in tone.tone.values())


def test_tone_that_contradicts_itself(tmp_path: Path) -> None:
    tone = "format: 1\ntone:\n  praise: {what: w, mend: m, patterns: [knap], finds: [Goed zo.], passes: [Knap zo.]}\n"
    found = problems(tmp_path, tone=tone)
    assert [(one.code, one.path.name) for one in found] == [("E409", "tone.yaml"), ("E409", "tone.yaml")]
    found = problems(tmp_path, tone="format: 1\ntone:\n  praise: {what: w, mend: m, patterns: ['(']}\n")
    assert [one.code for one in found] == ["E409"]
    (tmp_path / "tone.yaml").unlink()
    assert [one.code for one in check(load_sources(tmp_path))] == ["E001"]


# --- transcripts ------------------------------------------------------------------------------------------------------

SAID = """
scenario: Iets
world: one
now: 2027-03-01T19:30
start: f
script:
  - says: iets
  - tap: Goed
"""


def test_transcripts_must_show_everything(tmp_path: Path) -> None:
    folder = write(tmp_path / "nl", {"f": SOUND})
    stories = tmp_path / "transcripts"
    stories.mkdir()
    found = check(load_sources(folder), stories)
    assert [(one.code, one.line) for one in found] == [("E501", 2)]
    (stories / "f").mkdir()
    (stories / "f" / "one.yaml").write_text(SAID.strip() + "\n")
    found = check(load_sources(folder), stories)
    assert {one.code for one in found} == {"E502"}
    missing = [one.what for one in found]
    assert len(missing) == 3, missing
    assert "stap 'what': overslaan" in missing[0]
    assert any("knop 'badly'" in what for what in missing)


def test_silence_must_be_shown(tmp_path: Path) -> None:
    flow = SOUND.replace("    next: how\n", "    silence: {after: 1h, step: badly}\n    next: how\n")
    folder = write(tmp_path / "nl", {"f": flow})
    (tmp_path / "t" / "f").mkdir(parents=True)
    path = tmp_path / "t" / "f" / "one.yaml"
    path.write_text(SAID.strip() + "\n")
    assert any("geen antwoord" in one.what for one in check(load_sources(folder), tmp_path / "t"))
    path.write_text(SAID.split("script:")[0].strip() + "\nscript:\n  - waits: 2h\n")
    assert not any("geen antwoord" in one.what for one in check(load_sources(folder), tmp_path / "t"))


def test_a_transcript_that_cannot_be_played_or_read(tmp_path: Path) -> None:
    folder = write(tmp_path / "nl", {"f": SOUND})
    (tmp_path / "t" / "f").mkdir(parents=True)
    path = tmp_path / "t" / "f" / "one.yaml"
    path.write_text(SAID.strip().replace("tap: Goed", "tap: Beter") + "\n")
    found = [one for one in check(load_sources(folder), tmp_path / "t") if one.code == "E503"]
    assert [(one.path.name, one.line) for one in found] == [("one.yaml", 7)]
    assert "Niet zo goed" in found[0].what
    path.write_text(SAID.strip().replace("says", "zegt") + "\n")
    assert "E004" in {one.code for one in check(load_sources(folder), tmp_path / "t")}


def test_words_lead_to_flows_that_are_there_and_count_as_one_other(tmp_path: Path) -> None:
    content = write(tmp_path, {"f": "a: {say: Dag., end: done}"})
    rows = "format: 1\nflows:\n  f: [hallo]\n  g: [dag]\nsame:\n  kat: [poes, hond]\n  dier: [poes]\n"
    rows += "talk:\n  greeting: [hoi]\n"
    (content / "words.yaml").write_text(rows)
    found = [one for one in check(load_sources(content)) if one.path.name == "words.yaml"]
    assert [(one.code, one.line) for one in found] == [("E220", 4), ("E221", 7), ("E211", 9)]
    assert "er is geen gesprek 'g'" in found[0].what
    assert "'poes' telt al als 'kat'" in found[1].what


def test_every_code_has_a_sample() -> None:
    root = Path(judging.__file__).parent
    files = [*root.glob("*.py"), root.parent / "tone.py", root.parent / "library.py", root.parent / "yaml_file.py"]
    used = {code for path in files for code in re.findall(r'"(E\d{3})"', path.read_text())}
    own = Path(__file__).read_text()
    assert {code for code in used if f'"{code}"' not in own and f"{code}" not in own} == set()
