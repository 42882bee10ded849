"""The list of all flows, in each of its forms."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from flows.engine import overview, reading_level
from flows.engine.library import Library, load
from tests.support.content import write

HARD = "Verantwoordelijkheidsgevoelens veroorzaken vermoeidheidsverschijnselen bij alle betrokken gezinsleden tegelijk."
EASY = "Dag. Hoe is het met {{ parent.name }}? Fijn dat je er bent."
FLOWS = {
    "calm": f"""
title: Rustig | stil
command: rustig
gated: yes
for: [parent, mentor]
comes: {{name: Rust, useful: 2h}}
neutral: yes
start: a
steps:
  a: {{say: ["{EASY}", "{HARD}"], buttons: {{x: {{label: Ja, next: b}}}}}}
  b: {{say: Dag., end: done}}
""",
    "mute": "title: Stil\nstart: a\nsteps:\n  a: {end: done}",
}


@pytest.fixture
def small(tmp_path: Path) -> Library:
    return load(write(tmp_path / "nl", FLOWS))


def test_a_flow_has_its_name_its_beginning_its_size_and_its_level(small: Library) -> None:
    calm, mute = csv.DictReader(overview.as_csv(small).splitlines())
    sizes = [reading_level.measure(text) for text in ("Dag. Hoe is het met Noor? Fijn dat je er bent.", HARD, "Dag.")]
    assert calm == {
        "gesprek": "calm",
        "titel": "Rustig | stil",
        "commando": "/rustig",
        "voor": "ouder, mentor",
        "module": "ja",
        "komt vanzelf": "ja",
        "stappen": "2",
        "teksten": "3",
        "woorden": str(sum(size.words for size in sizes)),
        "leesniveau": f"{reading_level.total(sizes).level:.0f}",
        "moeilijkste": f"{sizes[1].level:.0f}",
    }
    assert (mute["commando"], mute["module"], mute["leesniveau"], mute["moeilijkste"]) == ("", "", "", "")


def test_short_wordings_are_not_judged_alone(tmp_path: Path) -> None:
    short = "start: a\nsteps:\n  a: {say: Verantwoordelijkheidsgevoelens., end: done}"
    (row,) = overview.rows(load(write(tmp_path / "nl", {"short": short})))
    assert row.size.level < 0
    assert row.lowest is None


def test_the_forms_agree(small: Library) -> None:
    text, page = overview.as_text(small).splitlines(), overview.as_markdown(small).splitlines()
    assert [row.split()[0] for row in text[2:]] == ["calm", "mute", "samen"]
    assert [row.split()[1] for row in page[2:]] == ["calm", "mute", "samen"]
    assert "2 gesprekken" in text[-1]
    assert "Rustig \\| stil" in page[2]
    assert len({row.replace("\\|", "").count("|") for row in page}) == 1


def test_every_flow_of_ours_is_listed_and_easy() -> None:
    library = load()
    listed = overview.rows(library)
    assert [row.flow.flow for row in listed] == sorted(library.flows)
    assert all(row.size.level >= reading_level.FILE_AT_LEAST for row in listed if row.size.words)
    assert all(row.lowest >= reading_level.BLOCK_AT_LEAST for row in listed if row.lowest is not None)
