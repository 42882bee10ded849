"""Loading: the compiled copy is the same as the files, and is made anew when they change. Worlds as facts."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.engine.library import CONTENT, load, load_sources
from flows.engine.problems import ContentError
from flows.engine.worlds import facts, overlay, world
from tests.support.content import write

FLOW = """
about: {from: children, as: child, all: Allemaal}
record: note
start: a
steps:
  a:
    do: [{snooze: {minutes: "5"}, as: at}, {tell: "{{ at }}"}]
    pick: {deck: d, as: card, where: {size: big}, count: 2}
    say: [Een, {text: Twee, when: at}]
    ask: [text, voice]
    keep: what
    skip: {label: Nee, step: b}
    silence: {after: 2h, step: b}
    next: [{step: b, when: at}, b]
    was: [old, older]
  b: {say: Dag., pause: 10s, call: {flow: g, with: {what: x}}, end: d}
"""


def test_the_compiled_copy_is_the_same(tmp_path: Path) -> None:
    flows = {"f": FLOW, "g": "needs: what\nstart: a\nsteps:\n  a: {say: Dag., end: d}"}
    content = write(tmp_path / "nl", flows, decks={"d": "a: {text: A, size: big, kinds: [x, y]}\nb: B"})
    fresh = load(content)
    assert load(content, tmp_path / "cache") == fresh
    (copy,) = (tmp_path / "cache").iterdir()
    assert load(content, tmp_path / "cache") == fresh
    for broken in ("", "{}", copy.read_text().rpartition("\n")[0]):
        copy.write_text(broken)
        assert load(content, tmp_path / "cache") == fresh
    (content / "flows" / "g.yaml").write_text((content / "flows" / "g.yaml").read_text().replace("Dag", "Hoi"))
    assert load(content, tmp_path / "cache").flows["g"].steps["a"].say[0].text == "Hoi."
    assert len(list((tmp_path / "cache").iterdir())) == 1


def test_our_own_content_survives_compiling(tmp_path: Path) -> None:
    load(CONTENT, tmp_path)
    assert load(CONTENT, tmp_path) == load(CONTENT)


def test_all_problems_of_all_files_come_together(tmp_path: Path) -> None:
    content = write(tmp_path, {"f": FLOW, "g": FLOW})
    for name in "fg":
        (content / "flows" / f"{name}.yaml").write_text("format: 1\n")
    with pytest.raises(ContentError) as caught:
        load_sources(content)
    assert {problem.path.name for problem in caught.value.problems} == {"f.yaml", "g.yaml"}


def test_a_catalog_that_is_wrong_or_missing(tmp_path: Path) -> None:
    content = write(tmp_path, {"f": "a: {say: Dag., end: d}"})
    for text, code in (("format: 1\n", "E004"), (None, "E001")):
        path = content / "catalog.yaml"
        path.write_text(text) if text else path.unlink()
        with pytest.raises(ContentError) as caught:
            load_sources(content)
        assert {(problem.path.name, problem.code) for problem in caught.value.problems} == {("catalog.yaml", code)}


def test_worlds_as_facts(tmp_path: Path) -> None:
    library = load(write(tmp_path, {"f": "a: {say: Dag., end: d}"}))
    one = world(library.catalog, "one")
    assert one["children"] == [{"id": "1", "name": "Noor", "age": 6}]
    assert one["mentor"] == {"name": "Mieke", "known": True}
    assert facts({"a": "", "b": ["1", "no"], "id": "7", "c": "19:30"}) == {
        "a": False,
        "b": [1, False],
        "id": "7",
        "c": "19:30",
    }
    assert overlay(one, {"mentor": {"known": "no"}, "children": []}) == {
        **one,
        "mentor": {"name": "Mieke", "known": False},
        "children": [],
    }
    with pytest.raises(KeyError):
        world(library.catalog, "nowhere")
