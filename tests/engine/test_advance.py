"""What a flow file can say, one behaviour a test, on content of a few lines."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from flows.engine.advance import advance
from flows.engine.library import load
from flows.engine.scope import Scope
from flows.engine.state import (
    Answered,
    Asked,
    Back,
    Chosen,
    Corrected,
    Elapsed,
    Ended,
    Forget,
    Frame,
    Keep,
    Media,
    Parked,
    Ref,
    Remind,
    Resume,
    Retick,
    Say,
    Start,
    Started,
    State,
    Stop,
    Tap,
    Typed,
    Wake,
    dump_state,
    load_state,
)
from flows.engine.templates import render
from tests.support.content import NOW, chat, write

QUESTION = """
record: note
start: what
steps:
  what: {say: 'Wat?', ask: text, keep: what, next: how}
  how:
    say: Hoe?
    remember: how
    keep: how
    buttons: {well: {label: Goed}, badly: {label: Slecht, next: oh}}
    next: bye
  oh: {say: O., next: bye}
  bye: {say: "Dag. {{ said.how or 'niets' }}", end: done}
"""

# --- saying -----------------------------------------------------------------------------------------------------------


def test_steps_that_do_not_wait_join_the_next_message(tmp_path: Path) -> None:
    talk = chat(
        tmp_path, {"f": "a: {say: Een., next: b}\nb: {say: Twee., next: c}\nc: {say: 'Drie?', ask: text, end: d}"}
    )
    assert talk.start("f") == ["Een.\n\nTwee.\n\nDrie?"]


def test_joined_messages_hold_at_most_three_paragraphs(tmp_path: Path) -> None:
    steps = "\n".join(f"{one}: {{say: Deel {one}., next: {two}}}" for one, two in zip("abcd", "bcde", strict=True))
    talk = chat(tmp_path, {"f": steps + "\ne: {say: 'En?', ask: text, end: d}"})
    assert [text.count("\n\n") for text in talk.start("f")] == [2, 1]


def test_joined_messages_stay_short(tmp_path: Path) -> None:
    long = "woord " * 200
    talk = chat(tmp_path, {"f": f"a: {{say: {long}, next: b}}\nb: {{say: {long}, end: d}}"})
    assert len(talk.start("f")) == 2


def test_wordings_take_turns_and_the_next_time_goes_on_where_it_was(tmp_path: Path) -> None:
    talk = chat(tmp_path, {"f": "a: {say: [Een, Twee, Drie], end: d}"})
    assert [talk.start("f")[0] for _ in range(5)] == ["Een", "Twee", "Drie", "Een", "Twee"]


def test_wordings_by_age(tmp_path: Path) -> None:
    flow = """
    about: child
    start: a
    steps:
      a:
        say:
          - {text: "Klein {{ child.name }}.", when: child.age < 12}
          - {text: "Groot {{ child.name }}.", when: child.age >= 12}
        end: d
    """
    talk = chat(tmp_path, {"f": flow}, "two")
    talk.start("f")
    assert talk.tap("Milo") == ["Groot Milo."]
    talk.start("f")
    assert talk.tap("Fien") == ["Klein Fien."]


def test_facts_are_escaped_in_texts_and_plain_in_labels(tmp_path: Path) -> None:
    talk = chat(
        tmp_path, {"f": 'a: {say: "<b>{{ parent.name }}</b>?", buttons: {x: {label: "{{ parent.name }}", end: d}}}'}
    )
    talk.host.facts = {**talk.host.facts, "parent": {"name": "A<b> & co"}}
    assert talk.start("f") == ["<b>A&lt;b&gt; &amp; co</b>?"]
    assert talk.labels == ["A<b> & co"]


def test_an_asking_step_without_words_says_the_title(tmp_path: Path) -> None:
    talk = chat(tmp_path, {"f": "a: {say: {text: Ja, when: not children}, buttons: {x: {label: X, end: d}}}"})
    assert talk.start("f") == ["F"]


# --- answers ----------------------------------------------------------------------------------------------------------


def test_a_tap_answers_and_takes_the_buttons_away(tmp_path: Path) -> None:
    talk = chat(tmp_path, {"f": QUESTION})
    talk.start("f")
    talk.give(Typed("iets"))
    assert talk.kept == {"what": "iets"}
    assert talk.tap("Slecht") == ["O.\n\nDag. Slecht"]
    assert talk.seen(Chosen) == [Chosen("Slecht")]
    assert talk.kept == {"how": "badly"}
    assert talk.seen(Ended) == [Ended("f", "r1", "done")]


@pytest.mark.parametrize("typed", ["goed", "GOED!", " Goéd ", "  goed."])
def test_a_label_may_be_typed(tmp_path: Path, typed: str) -> None:
    talk = chat(tmp_path, {"f": QUESTION})
    talk.start("f")
    talk.tap("Sla over")
    assert talk.give(Typed(typed)) == ["Dag. Goed"]


FORK = "a: {say: 'Zo?', buttons: {y: {label: 'Ja, graag', end: yes}, n: {label: 'Nee, nu niet', end: no}%s}}"


@pytest.mark.parametrize(("typed", "outcome"), [("ja", "yes"), ("Ja!", "yes"), ("nee", "no"), ("Néé...", "no")])
def test_a_label_may_be_begun(tmp_path: Path, typed: str, outcome: str) -> None:
    talk = chat(tmp_path, {"f": FORK % ""})
    talk.start("f")
    talk.give(Typed(typed))
    assert talk.seen(Ended) == [Ended("f", "r1", outcome)]


@pytest.mark.parametrize("typed", ["nee", "ne", "nu niet", "nee nu", "bewaar", "nee maar hij huilt", "..."])
def test_what_may_mean_two_labels_or_none_chooses_nothing(tmp_path: Path, typed: str) -> None:
    talk = chat(tmp_path, {"f": FORK % ", m: {label: 'Nee, nooit', end: m}, k: {label: 'Bewaar niets', end: k}"})
    talk.start("f")
    talk.give(Typed(typed))
    assert talk.odd == ["loose"]


OPEN = """start: a
steps:
  a:
    say: Wie nog?
    ask: text
    remember: who
    buttons: {n: {label: 'Nee, verder', end: on, also: [Niemand]}}
    next: b
  b: {say: '{{ who }}.', end: done}"""


@pytest.mark.parametrize("typed", ["nee", "niemand!", "Nee, verder"])
def test_a_word_that_stands_for_a_label_is_no_answer_where_words_are_asked(tmp_path: Path, typed: str) -> None:
    talk = chat(tmp_path, {"f": OPEN})
    talk.start("f")
    assert talk.give(Typed(typed)) == []
    assert talk.seen(Ended) == [Ended("f", "r1", "on")]


def test_what_is_said_aside_chooses_a_label_and_is_no_answer(tmp_path: Path) -> None:
    talk = chat(tmp_path, {"f": OPEN})
    talk.start("f")
    talk.give(Typed("stop", aside=True))
    assert talk.odd == ["loose"]
    assert talk.give(Typed("oma")) == ["oma."]
    talk.start("f")
    talk.give(Typed("nee", aside=True))
    assert talk.seen(Ended)[-1].outcome == "on"


def test_a_label_in_another_script_may_be_typed(tmp_path: Path) -> None:
    talk = chat(tmp_path, {"f": "a: {say: 'Wie?', buttons: {x: {label: نور, end: d}, y: {label: שלום, end: e}}}"})
    talk.start("f")
    talk.give(Typed("שלום"))
    assert talk.seen(Ended) == [Ended("f", "r1", "e")]


def test_skipping_answers_nothing_and_goes_on(tmp_path: Path) -> None:
    talk = chat(tmp_path, {"f": QUESTION})
    talk.start("f")
    assert talk.tap("Sla over") == ["Hoe?"]
    assert talk.kept == {}
    assert talk.tap("Sla over") == ["Dag. niets"]


def test_skipping_goes_elsewhere_when_told_and_keeps_what_was_known(tmp_path: Path) -> None:
    flow = """
    record: note
    start: a
    steps:
      a: {say: 'Wat?', ask: text, remember: what, next: b}
      b: {say: 'Hoe?', ask: text, remember: how, keep: [what, how], skip: c, next: d}
      c: {say: Over., end: skipped}
      d: {say: Dag., end: done}
    """
    talk = chat(tmp_path, {"f": flow})
    talk.start("f")
    talk.give(Typed("dit"))
    assert talk.tap("Sla over") == ["Over."]
    assert talk.kept == {"what": "dit"}


def test_a_fork_offers_no_skip(tmp_path: Path) -> None:
    talk = chat(tmp_path, {"f": "a: {say: 'Nu?', buttons: {x: {label: Ja, end: d}, y: {label: Nee, end: d}}}"})
    talk.start("f")
    assert talk.labels == ["Ja", "Nee"]


def test_buttons_can_have_a_condition(tmp_path: Path) -> None:
    flow = "a: {say: 'Nu?', buttons: {x: {label: X, end: d}, y: {label: Y, end: d, when: mentor.known}}}"
    talk = chat(tmp_path, {"f": flow}, "two")
    talk.start("f")
    assert talk.labels == ["X"]
    hidden = talk.keys["X"].removesuffix("x") + "y"
    talk.give(Tap(hidden))
    assert talk.odd == ["dark"]


def test_scale_with_words_takes_taps_numbers_and_words(tmp_path: Path) -> None:
    flow = (
        "a: {say: 'Hoe vaak?', ask: {kind: scale, low: 1, high: 3, words: [nooit, soms, vaak]}, remember: x, next: b}\n"
    )
    flow += 'b: {say: "{{ x }} {{ said.x }}", end: d}'
    for given in (None, "2", "soms"):
        talk = chat(tmp_path, {"f": flow})
        talk.start("f")
        assert talk.labels == ["nooit", "soms", "vaak", "Sla over"]
        assert (talk.give(Typed(given)) if given else talk.tap("soms")) == ["2 soms"]


@pytest.mark.parametrize("typed", ["4", "0", "-1", "²", "9" * 5000, "veel"])
def test_scale_refuses_what_is_no_point(tmp_path: Path, typed: str) -> None:
    talk = chat(tmp_path, {"f": "a: {say: 'Hoe?', ask: {kind: scale, low: 1, high: 3}, remember: x, end: d}"})
    talk.start("f")
    assert talk.give(Typed(typed)) == ["Kies een knop."]
    assert talk.seen(Say)[0].again  # type: ignore[attr-defined]


def test_several_ticks_and_unticks(tmp_path: Path) -> None:
    flow = "record: note\nstart: a\nsteps:\n  a:\n    say: Welke?\n    ask: several\n    keep: many\n"
    flow += "    buttons: {x: {label: X}, y: {label: Y}, z: {label: Z}}\n    end: d"
    talk = chat(tmp_path, {"f": flow})
    talk.start("f")
    for label in ("X", "Y", "X", "Z"):
        talk.tap(label)
        assert len(talk.seen(Retick)) == 1
    (retick,) = talk.seen(Retick)
    assert isinstance(retick, Retick)
    assert [key.label for row in retick.rows for key in row] == ["X", "✓ Y", "✓ Z", "Klaar", "Sla over"]
    talk.tap("Klaar")
    assert talk.kept == {"many": ["y", "z"]}


def test_voice_and_photo_answer_where_they_may(tmp_path: Path) -> None:
    flow = "record: note\nstart: a\nsteps:\n  a: {say: 'Wat?', ask: [text, voice], keep: what, end: d}"
    talk = chat(tmp_path, {"f": flow})
    talk.start("f")
    talk.give(Media("photo", "7"))
    assert talk.odd == ["loose"]
    talk.give(Media("voice", "8"))
    assert talk.kept == {"what": "voice:8"}


def test_an_unreadable_answer_is_asked_again_in_the_steps_own_words(tmp_path: Path) -> None:
    flow = "a: {say: 'Wanneer?', ask: {kind: date, again: Zeg het anders.}, remember: x, end: d}"
    talk = chat(tmp_path, {"f": flow})
    talk.start("f")
    before = talk.host.state.turn
    assert talk.give(Typed("ooit")) == ["Zeg het anders."]
    assert talk.host.state.turn == before
    talk.give(Typed("3 augustus"))
    assert talk.seen(Ended)


def test_words_that_answer_nothing_are_loose(tmp_path: Path) -> None:
    talk = chat(tmp_path, {"f": "a: {say: 'Nu?', buttons: {x: {label: Ja, end: d}}}"})
    talk.start("f")
    before = talk.host.state
    talk.give(Typed("ik wil wat kwijt"))
    assert talk.odd == ["loose"]
    assert talk.host.state == before


# --- choosing from a list, about one, all of them ---------------------------------------------------------------------

ABOUT = """
about: {from: children, as: child, all: Allemaal, none: nobody}
record: note
start: ask
steps:
  nobody: {say: Er is geen kind., end: nobody}
  ask: {say: "Wat zei {{ child.name }}?", ask: text, keep: what, next: bye}
  bye: {say: "Dag {{ said.child }}.", end: done}
"""


def test_about_one_child_asks_nothing(tmp_path: Path) -> None:
    talk = chat(tmp_path, {"f": ABOUT})
    assert talk.start("f") == ["Wat zei Noor?"]
    talk.give(Typed("dag"))
    assert [effect.refs for effect in talk.seen(Keep)] == [{"child": "1"}]  # type: ignore[attr-defined]
    assert talk.seen(Say)[-1].text == "Dag Noor."  # type: ignore[attr-defined]


def test_about_several_children_one_after_another(tmp_path: Path) -> None:
    talk = chat(tmp_path, {"f": ABOUT}, "two")
    talk.start("f")
    assert talk.labels == ["Milo", "Fien", "Allemaal"]
    assert talk.tap("Allemaal") == ["Wat zei Milo?"]
    assert talk.give(Typed("een")) == ["Dag Milo.\n\nWat zei Fien?"]
    first = talk.seen(Keep)[0]
    assert talk.give(Typed("twee")) == ["Dag Fien."]
    second = talk.seen(Keep)[0]
    assert first.key != second.key  # type: ignore[attr-defined]
    assert (first.refs, second.refs) == ({"child": "1"}, {"child": "2"})  # type: ignore[attr-defined]
    assert len(talk.seen(Ended)) == 1


def test_about_nobody(tmp_path: Path) -> None:
    talk = chat(
        tmp_path,
        {
            "f": ABOUT,
            "g": ABOUT.replace(", none: nobody", "").replace("  nobody: {say: Er is geen kind., end: nobody}\n", ""),
        },
        "none",
    )
    assert talk.start("f") == ["Om welk kind gaat het?\n\nEr is geen kind."]
    talk.start("g")
    assert talk.seen(Ended) == [Ended("g", "r2", "nobody")]


def test_all_of_them_hands_on_what_was_handed_over(tmp_path: Path) -> None:
    flow = ABOUT.replace("record: note", "record: note\nneeds: how").replace("Wat zei", "{{ how }} zei")
    talk = chat(tmp_path, {"f": flow}, "two")
    talk.start("f", {"how": "Hoe"})
    talk.tap("Allemaal")
    assert talk.give(Typed("een"))[-1].endswith("Hoe zei Fien?")


def test_an_item_is_tapped_by_its_own_id(tmp_path: Path) -> None:
    """A list that changed between showing and tapping must not give another child."""
    talk = chat(tmp_path, {"f": ABOUT}, "two")
    talk.start("f")
    children = talk.host.facts["children"]
    assert isinstance(children, list)
    talk.host.facts = {**talk.host.facts, "children": [{"id": "9", "name": "Bo", "age": 1}, *children]}
    assert talk.tap("Milo") == ["Wat zei Milo?"]


CHOOSE = """
record: note
start: a
steps:
  a: {say: 'Wie?', choose: {from: children, label: "{{ item.name }}"%s}, keep: child, next: b}
  b: {say: "Dus {{ said.child or 'niemand' }}.", end: done}
  c: {say: Geen., end: none}
"""


PLANS = """
start: a
steps:
  a:
    say: Welk?
    choose: {from: plans, where: {status: open, child_id: "{{ 1 }}"}, label: "{{ item.text }}", alone: ask, none: b}
    remember: plan
    next: c
  b: {say: Er is niets., end: none}
  c: {say: "Dus {{ plan.text }}", end: done}
"""


def _plan(number: int, status: str, child_id: str = "1") -> dict[str, object]:
    return {"id": str(number), "child_id": child_id, "text": f"Plan {number}.", "raw": {"status": status}}


def test_choosing_only_from_what_fits(tmp_path: Path) -> None:
    talk = chat(tmp_path, {"f": PLANS})
    talk.host.facts = {**talk.host.facts, "plans": [_plan(1, "open"), _plan(2, "let_go"), _plan(3, "open", "2")]}
    talk.start("f")
    assert talk.labels == ["Plan 1.", "Sla over"]
    assert talk.tap("Plan 1.") == ["Dus Plan 1."]
    talk.host.facts = {**talk.host.facts, "plans": [_plan(2, "let_go")]}
    assert talk.start("f") == ["Welk?\n\nEr is niets."]


def test_choosing_a_flow_leaves_for_it(tmp_path: Path) -> None:
    choose = "a: {say: 'Wat past?', choose: {from: offers, label: '{{ item.name }}', to: flow, alone: ask}, end: d}"
    talk = chat(tmp_path, {"f": choose, "g": "a: {say: Hier is g., end: d}"})
    talk.host.facts = {**talk.host.facts, "offers": [{"id": "g", "name": "Naar g"}, {"id": "gone", "name": "Weg"}]}
    talk.start("f")
    assert talk.tap("Naar g") == ["Hier is g."]
    assert [effect.flow for effect in talk.seen(Ended)] == ["f", "g"]  # type: ignore[attr-defined]
    talk.start("f")
    assert talk.tap("Weg") == []
    assert [effect.outcome for effect in talk.seen(Ended)] == ["d"]  # type: ignore[attr-defined]


def test_a_pick_begins_with_what_goes_first(tmp_path: Path) -> None:
    pick, more = "{deck: d, as: card, first: liked}", "{more: {label: Nog een, next: a}}"
    flow = f"a: {{pick: {pick}, say: '{{{{ card.text }}}}', buttons: {more}}}"
    talk = chat(tmp_path, {"f": flow}, decks={"d": "{one: Een., two: Twee., three: Drie.}"})
    talk.host.facts = {**talk.host.facts, "liked": ["three", "gone"]}
    assert talk.start("f") == ["Drie."]
    assert talk.tap("Nog een") == ["Een."]
    assert talk.tap("Nog een") == ["Twee."]


def test_choosing_from_none_one_and_many(tmp_path: Path) -> None:
    flows = {"f": CHOOSE % "", "g": CHOOSE % ", alone: ask", "h": CHOOSE % ", none: c"}
    nobody = chat(tmp_path / "0", flows, "none")
    assert nobody.start("f") == ["Dus niemand."]
    assert nobody.start("h") == ["Wie?\n\nGeen."]
    one = chat(tmp_path / "1", flows, "one")
    assert one.start("f") == ["Dus Noor."]
    assert one.kept == {"child": Ref("children", "1")}
    assert one.start("g") == ["Wie?"]
    many = chat(tmp_path / "2", flows, "two")
    assert many.start("f") == ["Wie?"]
    assert many.tap("Fien") == ["Dus Fien."]
    assert many.kept == {"child": Ref("children", "2")}


def test_a_choice_taken_by_itself_still_calls(tmp_path: Path) -> None:
    flow = "a: {say: 'Wie?', choose: {from: children, label: '{{ item.name }}'}, remember: who, call: g, end: d}"
    talk = chat(tmp_path, {"f": flow, "g": "x: {say: Hier., end: d}"})
    assert talk.start("f") == ["Hier."]


# --- decks ------------------------------------------------------------------------------------------------------------

DECK = {"d": "a: {text: A, kind: x, age: 2-7}\nb: {text: B, kind: x}\nc: {text: C, kind: y}\ne: {text: E, kind: x}"}
PICK = """
a:
  pick: {deck: d, as: one, where: {kind: "%s", age: "%s"}}
  say: "{{ one.text if one else 'niets' }}"
  buttons: {more: {label: Meer, next: a}, stop: {label: Stop, end: d}}
"""


def test_a_deck_gives_what_was_not_shown_lately(tmp_path: Path) -> None:
    talk = chat(tmp_path, {"f": PICK % ("x", "")}, decks=DECK)
    seen = talk.start("f") + [talk.tap("Meer")[0] for _ in range(5)]
    assert seen == ["A", "B", "E", "A", "B", "E"]


def test_a_deck_is_filtered_by_value_and_range(tmp_path: Path) -> None:
    talk = chat(tmp_path, {"f": PICK % ("x", "9")}, decks=DECK)
    assert talk.start("f") + [talk.tap("Meer")[0] for _ in range(2)] == ["B", "E", "B"]


def test_a_deck_without_a_fit_gives_nothing(tmp_path: Path) -> None:
    talk = chat(tmp_path, {"f": PICK % ("z", "")}, decks=DECK)
    assert talk.start("f") == ["niets"]


def test_back_shows_the_same_entry(tmp_path: Path) -> None:
    talk = chat(tmp_path, {"f": PICK % ("x", "")}, decks=DECK)
    talk.start("f")
    talk.tap("Meer")
    assert talk.give(Back()) == ["A"]


def test_what_was_seen_stays_small(tmp_path: Path) -> None:
    entries = "\n".join(f"e{number}: {{text: E}}" for number in range(200))
    decks = {f"d{number}": entries for number in range(8)}
    flows = {f"f{number}": f"a: {{pick: {{deck: d{number}, as: x}}, say: Dag, end: d}}" for number in range(8)}
    talk = chat(tmp_path, flows, decks=decks)
    for number in range(8):
        for _ in range(200):
            talk.start(f"f{number}")
    assert sum(map(len, talk.host.state.seen.values())) <= 300
    assert len(dump_state(talk.host.state)) < 5_000


def test_entries_may_be_kept_and_have_more_texts(tmp_path: Path) -> None:
    flow = """
    about: child
    record: note
    start: a
    steps:
      a: {pick: {deck: d, as: what}, say: "{{ what.text }} {{ what.act }}", keep: what, end: d}
    """
    talk = chat(
        tmp_path,
        {"f": flow},
        decks={"d": 'a: {text: "Voor {{ child.name }}.", act: "Geef {{ child.name }} een <b>kus</b>."}'},
    )
    assert talk.start("f") == ["Voor Noor. Geef Noor een <b>kus</b>."]
    (kept,) = talk.seen(Keep)
    assert (kept.value, kept.said) == ("a", "Voor Noor.")  # type: ignore[attr-defined]


# --- calling, leaving, interrupting -----------------------------------------------------------------------------------

CALLER = """
about: child
start: a
steps:
  a: {say: 'Wat?', ask: text, remember: what, next: b}
  b: {call: {flow: g, with: {what: what, how: "zo, {{ parent.name }}"}}, next: [{step: c, when: outcome == 'good'}, d]}
  c: {say: "Goed. {{ what }}", end: done}
  d: {say: "Niet. {{ what or 'niets' }}", end: done}
"""
CALLED = """
about: child
needs: [what, how]
record: note
start: x
steps:
  x:
    say: "{{ child.name }}: {{ what or 'niets' }} {{ how }}?"
    buttons: {good: {label: Goed, next: y}, bad: {label: Slecht, end: bad}}
  y: {say: 'Wat dan?', ask: text, keep: what, end: good}
"""


def test_a_called_flow_gets_values_and_gives_an_outcome(tmp_path: Path) -> None:
    talk = chat(tmp_path, {"f": CALLER, "g": CALLED})
    talk.start("f")
    assert talk.give(Typed("iets")) == ["Noor: iets zo, Anna?"]
    talk.tap("Goed")
    assert talk.give(Typed("dit")) == ["Goed. iets"]
    assert [effect.key for effect in talk.seen(Keep)] == ["r1.2"]  # type: ignore[attr-defined]
    assert talk.seen(Ended) == [Ended("f", "r1", "done")]


def test_what_was_skipped_is_handed_over_as_nothing(tmp_path: Path) -> None:
    talk = chat(tmp_path, {"f": CALLER, "g": CALLED})
    talk.start("f")
    assert talk.tap("Sla over") == ["Noor: niets zo, Anna?"]
    assert talk.tap("Slecht") == ["Niet. niets"]


def test_back_into_a_called_flow_takes_back_what_it_kept(tmp_path: Path) -> None:
    talk = chat(tmp_path, {"f": CALLER.replace("c: {say:", "c: {buttons: {ok: {label: Ok}}, say:"), "g": CALLED})
    talk.start("f")
    talk.give(Typed("iets"))
    talk.tap("Goed")
    talk.give(Typed("dit"))
    assert talk.give(Back()) == ["Wat dan?"]
    assert talk.unkept == ["what"]


def test_leaving_for_another_flow_ends_this_one(tmp_path: Path) -> None:
    flows = {
        "f": "about: child\nstart: a\nsteps:\n  a: {say: 'Nu?', buttons: {x: {label: Anders, flow: g}}}",
        "g": "about: child\nstart: a\nsteps:\n  a: {say: 'Hier, {{ child.name }}?', ask: text, end: d}",
    }
    talk = chat(tmp_path, flows, "two")
    talk.start("f")
    talk.tap("Fien")
    assert talk.tap("Anders") == ["Hier, Fien?"]
    assert talk.seen(Ended) == [Ended("f", "r1", "left")]
    assert talk.seen(Started) == [Started("g", "r1")]


def test_an_interrupted_flow_is_offered_afterwards(tmp_path: Path) -> None:
    talk = chat(tmp_path, {"f": QUESTION, "g": "a: {say: 'Nu?', ask: text, end: d}"})
    talk.start("f")
    talk.give(Typed("iets"))
    talk.start("g")
    assert talk.seen(Parked) == [Parked("f", "r1")]
    assert talk.give(Typed("ja")) == ["Je was bezig met: F. Ga je verder?"]
    assert talk.tap("Ga verder") == ["Hoe?"]
    assert talk.seen(Chosen) == [Chosen("Ga verder")]
    talk.tap("Ga verder")
    assert talk.odd == ["double"]


def test_what_was_only_asked_is_not_offered(tmp_path: Path) -> None:
    talk = chat(tmp_path, {"f": QUESTION, "g": "a: {say: 'Nu?', ask: text, end: d}"})
    talk.start("f")
    talk.start("g")
    assert talk.give(Typed("ja")) == []
    assert talk.give(Resume()) == ["Wat?"]


def test_an_offer_can_be_let_go(tmp_path: Path) -> None:
    talk = chat(tmp_path, {"f": QUESTION, "g": "a: {say: 'Nu?', ask: text, end: d}"})
    talk.start("f")
    talk.give(Typed("iets"))
    talk.start("g")
    talk.give(Typed("ja"))
    talk.tap("Laat het los")
    assert talk.seen(Ended) == [Ended("f", "r1", "left")]
    assert talk.host.state.parked == ()
    talk.tap("Ga verder")
    assert talk.odd == ["stale"]


def test_a_flow_that_returns_asks_the_interrupted_question_once(tmp_path: Path) -> None:
    talk = chat(
        tmp_path,
        {
            "f": QUESTION,
            "g": "returns: yes\nstart: a\nsteps:\n  a: {say: 'Nu?', ask: text, next: b}\n  b: {say: Dag., end: d}",
        },
    )
    talk.start("f")
    talk.start("g")
    assert talk.give(Typed("ja")) == ["Dag.", "Wat?"]
    talk.give(Typed("antwoord"))
    assert talk.kept == {"what": "antwoord"}


def test_an_old_keyboard_of_an_interrupted_flow_takes_it_up(tmp_path: Path) -> None:
    talk = chat(tmp_path, {"f": QUESTION, "g": "a: {say: 'Nu?', ask: text, end: d}"})
    talk.start("f")
    skip = talk.keys["Sla over"]
    talk.start("g")
    assert talk.give(Tap(skip)) == ["Hoe?"]
    assert talk.host.state.running
    assert [run.flow for run in talk.host.state.parked] == ["g"]


def test_starting_anew_lets_go_of_the_earlier_run(tmp_path: Path) -> None:
    talk = chat(tmp_path, {"f": QUESTION})
    talk.start("f")
    talk.start("f")
    assert talk.seen(Ended) == [Ended("f", "r1", "left")]
    assert talk.host.state.parked == ()


def test_only_a_few_flows_wait(tmp_path: Path) -> None:
    talk = chat(tmp_path, {f"f{number}": QUESTION for number in range(6)})
    for number in range(6):
        talk.start(f"f{number}")
    assert [run.flow for run in talk.host.state.parked] == ["f2", "f3", "f4"]
    assert talk.seen(Ended) == [Ended("f1", "r2", "left")]


def test_what_is_half_way_is_offered_again(tmp_path: Path) -> None:
    talk = chat(tmp_path, {"f": QUESTION})
    talk.start("f")
    talk.give(Typed("iets"))
    assert talk.give(Remind()) == ["Je was bezig met: F. Ga je verder?"]
    assert talk.give(Resume()) == ["Hoe?"]
    run = talk.host.state.running
    assert run
    talk.give(Remind())
    talk.give(Forget(run.id))
    assert talk.host.state.parked == ()
    assert talk.give(Remind()) == []


def test_what_was_about_one_moment_is_not_offered_again(tmp_path: Path) -> None:
    talk = chat(tmp_path, {"f": QUESTION, "g": f"momentary: yes\n{QUESTION}"})
    for flow in "fg":
        talk.start(flow)
        talk.give(Typed("iets"))
    assert talk.give(Remind()) == ["Je was bezig met: F. Ga je verder?"]


# --- back, stop, resume -----------------------------------------------------------------------------------------------


def test_back_asks_the_earlier_question_and_takes_the_answer_out(tmp_path: Path) -> None:
    talk = chat(tmp_path, {"f": QUESTION})
    talk.start("f")
    talk.give(Back())
    assert talk.odd == ["first"]
    talk.give(Typed("iets"))
    assert talk.give(Back()) == ["Wat?"]
    assert talk.unkept == ["what"]
    talk.give(Typed("anders"))
    assert talk.kept == {"what": "anders"}


def test_back_does_not_do_actions_again(tmp_path: Path) -> None:
    flow = "a: {do: {tell: hoi}, say: 'Wat?', ask: text, next: b}\nb: {say: 'Hoe?', ask: text, end: d}"
    talk = chat(tmp_path, {"f": flow})
    talk.start("f")
    talk.give(Typed("x"))
    talk.give(Back())
    assert talk.done == [("tell", {"value": "hoi"})]


def test_back_puts_an_overwritten_answer_back(tmp_path: Path) -> None:
    flow = "record: note\nstart: a\nsteps:\n  a: {say: 'Wat?', ask: text, keep: what, next: a}"
    talk = chat(tmp_path, {"f": flow})
    talk.start("f")
    talk.give(Typed("een"))
    talk.give(Typed("twee"))
    talk.give(Back())
    assert talk.kept == {"what": "een"}
    talk.give(Back())
    assert talk.unkept == ["what"]


def test_back_takes_out_what_was_remembered_long_before_it_was_kept(tmp_path: Path) -> None:
    flow = """
    record: note
    start: a
    steps:
      a: {say: 'Wat?', ask: text, remember: what, next: b}
      b: {say: 'Hoe?', ask: text, remember: how, keep: [what, how], next: c}
      c: {say: 'Nog iets?', ask: text, end: d}
    """
    talk = chat(tmp_path, {"f": flow})
    talk.start("f")
    talk.give(Typed("dit"))
    assert talk.kept == {}
    talk.give(Typed("zo"))
    assert talk.kept == {"what": "dit", "how": "zo"}
    talk.give(Back())
    assert sorted(talk.unkept) == ["how", "what"]


def test_stop_ends_and_idle_is_idle(tmp_path: Path) -> None:
    talk = chat(tmp_path, {"f": QUESTION})
    talk.start("f")
    talk.give(Stop())
    assert talk.seen(Ended) == [Ended("f", "r1", "stopped")]
    for given in (Stop(), Back(), Resume(), Typed("hoi"), Media("voice", "1")):
        talk.give(given)
        assert talk.odd == ["idle"]


def test_resume_asks_again_at_a_new_turn(tmp_path: Path) -> None:
    talk = chat(tmp_path, {"f": QUESTION})
    talk.start("f")
    old = talk.keys["Sla over"]
    assert talk.give(Resume()) == ["Wat?"]
    talk.give(Tap(old))
    assert talk.odd == ["stale"]
    talk.tap("Sla over")
    assert talk.odd == []


def test_double_and_stale_and_dark_taps(tmp_path: Path) -> None:
    talk = chat(tmp_path, {"f": QUESTION})
    talk.start("f")
    first = talk.keys["Sla over"]
    talk.give(Tap(first))
    talk.give(Tap(first))
    assert talk.odd == ["double"]
    talk.tap("Goed")
    talk.give(Tap(first))
    assert talk.odd == ["stale"]
    for token in ("", "a:r1", "a:r1:²:x", "a:r1:" + "9" * 5000 + ":x", "q:r1:1:x", "a:r1:1:_skip" + "y" * 60):
        talk.give(Tap(token))
        assert talk.odd == ["dark"]


# --- time -------------------------------------------------------------------------------------------------------------


def test_a_pause_goes_on_by_itself_and_keeps(tmp_path: Path) -> None:
    flow = "record: note\nstart: a\nsteps:\n  a: {say: 'Wat?', ask: text, remember: what, next: b}\n"
    flow += "  b: {say: Adem., pause: 10s, keep: what, next: c}\n  c: {say: Dag., end: d}"
    talk = chat(tmp_path, {"f": flow})
    talk.start("f")
    assert talk.give(Typed("iets")) == ["Adem."]
    assert talk.seen(Wake) == [Wake("pause", timedelta(seconds=10), 2)]
    talk.give(Typed("wat zeg je"))
    assert talk.odd == ["loose"]
    assert talk.saw(talk.host.wait(timedelta(seconds=10))) == ["Dag."]
    assert talk.kept == {"what": "iets"}


def test_a_silent_pause_says_nothing(tmp_path: Path) -> None:
    talk = chat(tmp_path, {"f": "a: {pause: 10s, next: b}\nb: {say: Dag., end: d}"})
    assert talk.start("f") == []
    assert talk.saw(talk.host.wait(timedelta(seconds=10))) == ["Dag."]


def test_silence_leads_on_and_an_answer_forestalls_it(tmp_path: Path) -> None:
    flow = "a: {say: 'Nu?', ask: text, silence: {after: 1h, step: b}, next: c}\nb: {say: Later., end: late}\n"
    flow += "c: {say: 'En?', ask: text, end: d}"
    talk = chat(tmp_path, {"f": flow})
    talk.start("f")
    assert talk.saw(talk.host.wait(timedelta(hours=2))) == ["Later."]
    talk.start("f")
    talk.give(Typed("ja"))
    assert talk.saw(talk.host.wait(timedelta(hours=2))) == []


def test_a_timer_of_an_earlier_turn_means_nothing(tmp_path: Path) -> None:
    talk = chat(tmp_path, {"f": "a: {say: Adem., pause: 10s, next: b}\nb: {say: 'Nu?', ask: text, end: d}"})
    talk.start("f")
    before = talk.host.state
    talk.give(Elapsed("pause", 99))
    talk.give(Elapsed("silence", 1))
    assert talk.host.state == before


# --- actions ----------------------------------------------------------------------------------------------------------


def test_actions_are_done_in_order_and_their_answers_remembered(tmp_path: Path) -> None:
    flow = """
    a:
      do:
        - {snooze: {minutes: "15"}, as: at}
        - tell: "om {{ at }}"
      say: Om {{ at }}.
      end: d
    """
    talk = chat(tmp_path, {"f": flow})
    assert talk.start("f") == ["Om 20:00."]
    assert talk.done == [("snooze", {"minutes": "15"}), ("tell", {"value": "om 20:00"})]


def test_an_action_may_give_nothing(tmp_path: Path) -> None:
    flow = (
        "a: {say: x, ask: text, next: b}\nb: {do: {snooze: {minutes: '1'}, as: at}, next: [{step: c, when: at}, d]}\n"
    )
    flow += "c: {say: 'Om {{ at }}.', next: a}\nd: {say: Nee., end: d}"
    talk = chat(tmp_path, {"f": flow})
    talk.start("f")
    assert talk.give(Typed("x")) == ["Om 20:00.\n\nx"]
    talk.gives["snooze"] = None
    assert talk.give(Typed("x")) == ["Nee."]


def test_what_was_said_before_an_action_waits_for_it(tmp_path: Path) -> None:
    library = load(write(tmp_path, {"f": "a: {say: Een., next: b}\nb: {do: {tell: x}, say: Twee., end: d}"}))
    first = advance(library, State(), Start("f", "r1"), {}, NOW)
    assert first.request
    assert [effect for effect in first.effects if isinstance(effect, Say)] == []
    state = load_state(dump_state(first.state))
    assert state == first.state
    second = advance(library, state, Answered(), {}, NOW)
    assert [effect.text for effect in second.effects if isinstance(effect, Say)] == ["Een.\n\nTwee."]


def test_an_answer_of_the_host_that_nobody_asked_for_changes_nothing(tmp_path: Path) -> None:
    talk = chat(tmp_path, {"f": QUESTION})
    talk.start("f")
    before = talk.host.state
    talk.give(Answered("x"))
    assert talk.host.state == before


# --- corrections ------------------------------------------------------------------------------------------------------


def test_an_edited_message_corrects_what_was_kept_and_remembered(tmp_path: Path) -> None:
    flow = QUESTION.replace("niets' }}", "niets' }} {{ what }}")
    talk = chat(tmp_path, {"f": flow})
    talk.start("f")
    talk.give(Typed("iest"))
    (asked,) = talk.seen(Asked)
    assert asked == Asked("r1", "r1.1", "what")
    talk.give(Corrected("r1", "r1.1", "what", "iets"))
    assert talk.kept == {"what": "iets"}
    assert talk.tap("Goed") == ["Dag. Goed iets"]
    talk.give(Corrected("r1", "r1.1", "what", "te laat"))
    assert talk.kept == {}


def test_a_correction_is_read_as_its_question_was(tmp_path: Path) -> None:
    flow = "record: note\nstart: a\nsteps:\n"
    flow += "  a: {say: 'Hoe laat?', ask: {kind: time, prefer: evening}, keep: what, next: b}\n"
    flow += "  b: {say: 'En?', ask: text, end: d}"
    talk = chat(tmp_path, {"f": flow})
    talk.start("f")
    talk.give(Typed("half acht"))
    assert talk.kept == {"what": "19:30"}
    talk.give(Corrected("r1", "r1.1", "what", "acht uur"))
    assert talk.kept == {"what": "20:00"}
    talk.give(Corrected("r1", "r1.1", "what", "ooit"))
    assert talk.odd == ["loose"]


def test_a_correction_survives_a_step_back(tmp_path: Path) -> None:
    flow = "a: {say: 'Wat?', ask: text, remember: what, next: b}\nb: {say: 'Hoe?', ask: text, remember: how, next: c}\n"
    flow += "c: {say: 'En {{ what }}?', ask: text, end: d}"
    talk = chat(tmp_path, {"f": flow})
    talk.start("f")
    talk.give(Typed("iest"))
    talk.give(Typed("zo"))
    talk.give(Corrected("r1", "r1.1", "what", "iets"))
    talk.give(Back())
    assert talk.give(Typed("zo")) == ["En iets?"]


# --- content and facts that change ------------------------------------------------------------------------------------


def test_a_renamed_step_is_found(tmp_path: Path) -> None:
    talk = chat(tmp_path, {"f": QUESTION})
    talk.start("f")
    talk.give(Typed("iets"))
    renamed = QUESTION.replace("  how:\n", "  manner:\n    was: how\n").replace("next: how", "next: manner")
    talk.host.library = load(write(tmp_path, {"f": renamed}))
    assert talk.tap("Goed") == ["Dag. Goed"]


def test_a_flow_or_step_that_is_gone_ends_kindly(tmp_path: Path) -> None:
    for flows in ({"g": QUESTION}, {"f": QUESTION.replace("what:", "why:", 1).replace("start: what", "start: why")}):
        talk = chat(tmp_path / str(len(flows)), {"f": QUESTION, "g": QUESTION})
        talk.start("f")
        skip = talk.keys["Sla over"]
        folder = tmp_path / f"new{len(flows)}{'f' in flows}"
        talk.host.library = load(write(folder, flows))
        for given, odd in ((Tap(skip), ["stale"]), (Typed("x"), ["idle"])):
            state = talk.host.state
            talk.give(given)
            assert talk.seen(Ended) == [Ended("f", "r1", "gone")]
            assert talk.odd == odd
            talk.host.state = state


def test_all_that_was_kept_of_an_item_that_is_gone_is_empty() -> None:
    """Thrown away from another message, while the flow about it waits."""
    frame = Frame("f", "a", "r1.1", {"thing": Ref("things", "1")})
    scope = Scope(load(), {"things": []}, frame, frozenset({"thing"}), html=False)
    assert render("{{ thing.what }}/{{ thing.raw.status }}/{{ thing.raw.status == 'open' }}", scope) == "//False"


def test_a_called_flow_returns_to_a_caller_that_is_gone(tmp_path: Path) -> None:
    talk = chat(tmp_path, {"f": CALLER, "g": CALLED})
    talk.start("f")
    talk.give(Typed("iets"))
    talk.host.library = load(write(tmp_path / "new", {"g": CALLED}))
    talk.tap("Slecht")
    assert talk.seen(Ended) == [Ended("f", "r1", "gone")]


def test_a_child_that_was_removed_does_not_break_the_flow(tmp_path: Path) -> None:
    flow = "a: {say: 'Wie?', choose: {from: children, label: '{{ item.name }}', alone: ask}, remember: who, next: b}\n"
    flow += "b: {do: {tell: weg}, say: '{{ who.name }} is weg. {{ who.age }}', end: d}"
    talk = chat(tmp_path, {"f": flow, "g": ABOUT, "h": "a: {say: 'Nu?', ask: text, end: d}"})
    talk.start("f")
    tell = talk.host._perform

    def remove(request: object) -> None:
        tell(request)  # type: ignore[arg-type]
        talk.host.facts = {**talk.host.facts, "children": []}

    talk.host._perform = remove  # type: ignore[assignment]
    assert talk.tap("Noor") == ["Noor is weg."]


def test_a_flow_about_a_child_that_was_removed_is_not_taken_up(tmp_path: Path) -> None:
    talk = chat(tmp_path, {"g": ABOUT, "h": "a: {say: 'Nu?', ask: text, end: d}"})
    talk.start("g")
    skip = talk.keys["Sla over"]
    talk.start("h")
    talk.host.facts = {**talk.host.facts, "children": []}
    state = talk.host.state
    talk.give(Tap(skip))
    assert talk.odd == ["stale"]
    talk.host.state = state
    assert talk.give(Typed("ja")) == []
    assert talk.seen(Ended) == [Ended("h", "r2", "d"), Ended("g", "r1", "gone")]


# --- storing ----------------------------------------------------------------------------------------------------------


def test_signs_that_cannot_be_stored_are_left_out(tmp_path: Path) -> None:
    talk = chat(tmp_path, {"f": QUESTION})
    talk.start("f")
    talk.give(Typed("a\ud800b\x00c\nd"))
    assert talk.kept == {"what": "abc\nd"}


def test_a_long_answer_is_stored_once(tmp_path: Path) -> None:
    steps = "\n".join(
        f"s{number}: {{say: 'Wat?', ask: text, remember: x{number}, next: s{number + 1}}}" for number in range(8)
    )
    talk = chat(tmp_path, {"f": steps + "\ns8: {say: 'En?', ask: text, end: d}"})
    talk.start("f")
    talk.give(Typed("z" * 4000))
    for _ in range(6):
        talk.give(Typed("kort"))
    assert len(dump_state(talk.host.state)) < 11_000


def test_a_state_with_more_in_it_than_is_known_still_loads() -> None:
    frame = b'{"flow":"f","step":"a","key":"r1/0"}'
    state = load_state(
        b'{"format":1,"turn":4,"running":{"id":"r1","frames":[%s],"turn":4,"born":1,"misses":2}}' % frame
    )
    assert state.running
    assert (state.running.id, state.running.turn, state.running.top.step) == ("r1", 4, "a")


def test_what_is_no_state_is_refused() -> None:
    for data in (b"", b"{", b"[]", b"{}", b'{"format":1}', b'{"format":1,"turn":1,"running":{}}'):
        with pytest.raises(ValueError, match=r"state|JSON|[Ee]xpect"):
            load_state(data)
