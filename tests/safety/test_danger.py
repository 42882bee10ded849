"""Danger words: what they must find, what they must leave alone, and how fast.

The sentences are of our own writing; no parent wrote them. `explicit.txt`, `indirect.txt` and `ordinary.txt` are for
work: the rules in `danger.yaml` were written with them in sight, so a good mark there says that nothing got lost, not
how well the next parent is understood. The `*_held_out*.txt` files say that, as far as made-up sentences can: nobody
who wrote rules has looked at what is missed or found in them, only at the shares. Keep it so: `held_out.sha256` sees
that they stay as they are. Whoever does look at them adds them to the others and writes new ones. The first held-out
files were written together with the first rules and by the same hand, so they flatter. The second (`_2`) are by the
hand that widened the rules later, written when those were nearly done; that flatters too, only less.
"""

from __future__ import annotations

import hashlib
import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.safety.checks import check_safety
from bot.safety.danger import DangerFile, DangerWords, Rule, load_danger
from bot.safety.measure import Case, Result, cases, measure, table
from bot.safety.patterns import Language, Patterns, Reader
from flows.engine.form import adapter
from flows.engine.library import CONTENT
from flows.engine.problems import ContentError
from flows.engine.yaml_file import read

SENTENCES = Path(__file__).parent / "sentences"
DANGER = CONTENT / "help" / "danger.yaml"


@pytest.fixture(scope="module")
def words() -> DangerWords:
    return load_danger()


@pytest.fixture(scope="module")
def results(words: DangerWords) -> dict[str, Result]:
    return {result.name: result for result in measure(words, SENTENCES)}


# ------------------------------------------------------------ what is promised


@pytest.mark.parametrize(("kind", "least"), [("explicit", 150), ("indirect", 150), ("ordinary", 1000)])
def test_there_are_enough_sentences(kind: str, least: int) -> None:
    sentences = [case.sentence for path in SENTENCES.glob(f"{kind}*.txt") for case in cases(path)]
    assert len(set(sentences)) >= least


def test_held_out_sentences_are_untouched() -> None:
    listed = [line.split() for line in (SENTENCES / "held_out.sha256").read_text().splitlines()]
    assert {name for _, name in listed} == {path.name for path in SENTENCES.glob("*_held_out*.txt")}
    for digest, name in listed:
        assert hashlib.sha256((SENTENCES / name).read_bytes()).hexdigest() == digest, name


def test_explicit_danger_is_found(results: dict[str, Result]) -> None:
    assert results["explicit"].share("explicit") >= 0.99, table([results["explicit"]])


def test_ordinary_sentences_are_left_alone(results: dict[str, Result]) -> None:
    assert results["ordinary"].share("any") <= 0.02, table([results["ordinary"]])
    assert results["ordinary_held_out"].share("any") <= 0.02
    assert results["ordinary_held_out_2"].share("any") <= 0.02


def test_sentences_that_no_rule_was_written_for_do_not_get_worse(results: dict[str, Result]) -> None:
    # No promise of the method: what was reached, so that a change that loses it is noticed. See the docstring.
    assert results["explicit_held_out"].share("explicit") >= 0.92
    assert results["explicit_held_out"].share("any") >= 0.96
    assert results["explicit_held_out_2"].share("explicit") >= 0.80
    assert results["explicit_held_out_2"].share("any") >= 0.87
    assert results["indirect_held_out"].share("any") >= 0.80
    assert results["indirect_held_out_2"].share("any") >= 0.50
    assert results["indirect"].share("any") >= 0.95


def test_what_is_found_is_given_its_own_kind(results: dict[str, Result]) -> None:
    assert results["explicit"].named() >= 0.9
    assert results["explicit_held_out"].named() >= 0.9


# ------------------------------------------------------------ the rules' own examples


def _rules() -> list[Rule]:
    return read(DANGER, adapter(DangerFile)).value.rules


@pytest.mark.parametrize("rule", _rules(), ids=lambda rule: rule.id)
def test_examples_of_rules_hold(words: DangerWords, rule: Rule) -> None:
    for text in rule.finds:
        found = words.look(text)
        assert found, text
        assert (found.tier, found.category) == (rule.tier, rule.category), text
    for text in rule.asks:
        found = words.look(text)
        assert found, text
        assert found.tier == "possible", text
    for text in rule.passes:
        assert words.look(text) is None, text


def test_examples_of_the_harmless_hold(words: DangerWords) -> None:
    for one in words.file.harmless:
        for text in one.passes:
            assert words.look(text) is None, text
        for text in one.finds:
            found = words.look(text)
            assert found, text
            assert found.tier == "explicit", text


@pytest.mark.parametrize(
    ("text", "tier"),
    [
        ("Ik lach me dood", None),
        ("ik ben kapot, ik kan wel janken", None),
        ("hij was dood moe", None),
        ("Mijn verdriet om opa die dood is.", None),
        ("ik kan hem wel wat doen als hij weer met modder binnenkomt", None),
        ("Ik wil niet dood.", "possible"),
        ("ik kan hem wel iets aandoen", "possible"),
        ("kwil nie meer leven", "explicit"),
        ("'k heb schrik da'k hem iets ga aandoen", "explicit"),
        ("ik lach me dood om hem, maar eigenlijk wil ik niet meer leven", "explicit"),
        ("Gezellige dag gehad. Daarna heeft hij mij geslagen. We eten nu soep.", "explicit"),
        ("Help, hoe zet ik deze meldingen uit?", None),
        ("", None),
        ("\u200b😀🙏!!!", None),
    ],
)
def test_sayings_negation_and_flemish(words: DangerWords, text: str, tier: str | None) -> None:
    found = words.look(text)
    assert (found.tier if found else None) == tier


def test_a_finding_holds_nothing_of_the_text(words: DangerWords) -> None:
    found = words.look("Mijn zoon Zebedeus wil dood.")
    assert found
    assert "Zebedeus" not in repr(found)
    assert not any("zebedeus" in repr(held).lower() for held in vars(words).values())


def test_help_lines_of_every_kind_are_on_some_card(words: DangerWords) -> None:
    from bot.safety.help import load_help

    known = {region: {line.id for line in file.lines} for region, file in load_help().regions.items()}
    for category in words.file.categories:
        lines = words.lines(category)
        for region, ids in known.items():
            assert ids & set(lines), f"{category} has no line in {region}"
        assert set(lines) <= set().union(*known.values()), category


# ------------------------------------------------------------ how people type


def _explicit() -> list[Case]:
    return cases(SENTENCES / "explicit.txt")


def _share(words: DangerWords, change: Callable[[str], str]) -> float:
    found = [words.look(change(case.sentence)) for case in _explicit()[::3]]
    return sum(one is not None and one.tier == "explicit" for one in found) / len(found)


def _typo(sentence: str, chance: random.Random) -> str:
    """One letter of one longer word: left out, doubled, or swapped with the next."""
    at = chance.choice([i for i, letter in enumerate(sentence[:-1]) if letter.isalpha() and sentence[i + 1].isalpha()])
    kind = chance.randrange(3)
    if kind == 0:
        return sentence[:at] + sentence[at + 1 :]
    if kind == 1:
        return sentence[: at + 1] + sentence[at:]
    return sentence[:at] + sentence[at + 1] + sentence[at] + sentence[at + 2 :]


@pytest.mark.parametrize(
    "change",
    [
        str.upper,
        str.title,
        lambda text: text.rstrip(".!? "),
        lambda text: f"  {text}   ",
        lambda text: text.replace(" ", "  "),
        lambda text: text + "😭🙏",
        lambda text: text.replace(" ", " 💔 "),
        lambda text: text.replace(" ", "\u00a0"),
        lambda text: text.replace("e", "e\u0301"),
        lambda text: f"*{text}*",
        lambda text: f"hoi.. {text}... sorry",
    ],
)
def test_form_does_not_matter(words: DangerWords, change: Callable[[str], str]) -> None:
    assert _share(words, change) >= 0.97


@pytest.mark.parametrize("seed", range(3))
def test_most_typing_errors_do_not_matter(words: DangerWords, seed: int) -> None:
    chance = random.Random(seed)
    assert _share(words, lambda text: _typo(text, chance)) >= 0.88


# ------------------------------------------------------------ speed


# ------------------------------------------------------------ what is not looked at


@pytest.fixture(scope="module")
def searches(words: DangerWords) -> tuple[Reader, list[tuple[Patterns, Patterns]]]:
    """What reads texts, and for each rule its patterns twice: as they are looked for, and so that each is looked at."""
    file = words.file
    language = Language({**file.words, **file.contexts}, file.contexts, file.short_forms)
    lines = [lines for rule in file.rules for lines in (rule.say, rule.unless, rule.softer)]
    patterns = [[pattern for line in part for pattern in language.patterns(line)] for part in lines]
    searches = [(Patterns(part), Patterns([one._replace(needs=()) for one in part])) for part in patterns]
    return language.reader(file.real_words), searches


def _same(searches: tuple[Reader, list[tuple[Patterns, Patterns]]], text: str) -> bool:
    reader, pairs = searches
    rows = reader.read(text), reader.read(text)
    return all(rows[0].ends(few) == rows[1].ends(each) for few, each in pairs)


@pytest.mark.parametrize("name", ["explicit", "indirect", "ordinary"])
def test_no_pattern_is_passed_over_that_finds_something(
    searches: tuple[Reader, list[tuple[Patterns, Patterns]]], name: str
) -> None:
    for path in SENTENCES.glob(f"{name}*.txt"):
        for number, case in enumerate(cases(path)):
            # Looking at each pattern takes long, so every fifth sentence.
            assert number % 5 or _same(searches, case.sentence), f"{path.name} {number}"


_SENTENCES = [case.sentence for path in sorted(SENTENCES.glob("*.txt")) for case in cases(path)]
_SLIPS = ("", "{0}{0}", "e", " ", "{0}.", ", ", "É", "\n")


@settings(max_examples=100)
@given(
    st.lists(st.sampled_from(_SENTENCES), min_size=1, max_size=3),
    st.lists(st.tuples(st.integers(0, 400), st.sampled_from(_SLIPS)), max_size=6),
)
def test_nor_in_sentences_run_together_with_slips(
    searches: tuple[Reader, list[tuple[Patterns, Patterns]]], said: list[str], slips: list[tuple[int, str]]
) -> None:
    text = " ".join(said)
    for place, slip in slips:
        at = place % len(text)
        text = text[:at] + slip.format(text[at]) + text[at + 1 :] or "x"
    assert _same(searches, text)


def _seconds(work: Callable[[], object], times: int = 5) -> float:
    best = float("inf")
    for _ in range(times):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def test_long_texts_are_looked_through_in_no_time(words: DangerWords) -> None:
    ordinary = " ".join(case.sentence for case in cases(SENTENCES / "ordinary.txt"))
    floods = [
        "ik wil ",
        "dood ",
        "hij slaat mij niet ",
        "x",
        "x ",
        "é",
        "😀 ",
        ".!? ",
        "ik hem kind man wil dood niet ",
    ]
    for text in [ordinary[:4096], ordinary[5000:9096], *((flood * 4096)[:4096] for flood in floods)]:
        assert _seconds(lambda text=text: words.look(text)) < 0.05, text[:20]  # type: ignore[misc]


def test_a_copy_loads_fast_and_is_the_same(words: DangerWords, tmp_path: Path) -> None:
    load_danger(cache=tmp_path)
    assert _seconds(lambda: load_danger(cache=tmp_path)) < 0.2
    copy = load_danger(cache=tmp_path)
    assert [copy.look(case.sentence) for case in _explicit()] == [words.look(case.sentence) for case in _explicit()]


def test_a_broken_or_old_copy_is_made_anew(tmp_path: Path) -> None:
    load_danger(cache=tmp_path)
    (old,) = tmp_path.iterdir()
    old.write_text("{}")
    assert load_danger(cache=tmp_path).look("ik wil dood")
    assert old.stat().st_size > 1000
    content = _content(tmp_path, "    about: acute nood", "    about: nood")
    load_danger(content, cache=tmp_path)
    assert [path.suffix for path in tmp_path.glob("danger-*")] == [".json"]
    assert not old.exists()


# ------------------------------------------------------------ what is wrong with a file


def _content(folder: Path, old: str, new: str) -> Path:
    (folder / "help").mkdir(exist_ok=True)
    text = DANGER.read_text(encoding="utf-8")
    assert old in text
    (folder / "help" / "danger.yaml").write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("old", "new", "code", "says"),
    [
        ("  NIET: [", "  NIETES: [", "E601", "de groep NIET ontbreekt"),
        ("contexts:\n", "contexts:\n  IK: [=ik]\n", "E601", "de groep IK staat er twee keer"),
        ("      - ADEMT_WW NIET\n", "      - ADEMT_XX NIET\n", "E602", "de groep ADEMT_XX is er niet"),
        ("      - ADEMT_WW NIET\n", "      - ADEMT_WW né\n", "E602", "'né' is geen woord"),
        ("      - ADEMT_WW NIET\n", "      - ad*\n", "E602", "'ad*' is geen woord"),
        ("      - ADEMT_WW NIET\n", "      - niet? ..\n", "E602", "er staat geen vast woord in"),
        ("  STRAKS: [", "  STRAKS: [STRAKS, ", "E602", "wijst naar zichzelf"),
        ("    category: emergency\n", "    category: emergencie\n", "E603", "'emergencie' is geen soort gevaar"),
        ("  - id: swallowed\n", "  - id: not_breathing\n", "E604", "staat er twee keer"),
        ("    tier: explicit\n", "    tier: zeker\n", "E004", "'zeker' kan hier niet staan"),
        ('format: "1"', 'format: "2"', "E004", "'2' kan hier niet staan"),
    ],
)
def test_a_wrong_file_is_told_with_place_and_mend(tmp_path: Path, old: str, new: str, code: str, says: str) -> None:
    with pytest.raises(ContentError) as caught:
        load_danger(_content(tmp_path, old, new))
    problem = next(problem for problem in caught.value.problems if problem.code == code)
    assert says in problem.what
    assert problem.mend
    line = (tmp_path / "help" / "danger.yaml").read_text(encoding="utf-8").splitlines()[problem.line - 1]
    assert new.splitlines()[-1].strip()[:8] in line or code in ("E601", "E602")


@pytest.mark.parametrize(
    ("old", "new", "code", "says"),
    [
        ("lines: [emergency, doctor]", "lines: [emergency, dokter]", "E605", "regio heeft de hulplijn 'dokter'"),
        ("    passes:\n", "    passes:\n      - Ik wil dood.\n", "E606", "in 'Ik wil dood.' wordt gevaar"),
        ("    finds:\n", "    finds:\n      - Mooi weer.\n", "E606", "in 'Mooi weer.' wordt niets gevonden"),
    ],
)
def test_what_the_author_checks_is_told_with_place_and_mend(
    tmp_path: Path, old: str, new: str, code: str, says: str
) -> None:
    for region in ("nl", "be", "card"):
        (tmp_path / "help").mkdir(exist_ok=True)
        shutil.copy(CONTENT / "help" / f"{region}.yaml", tmp_path / "help")
    [problem] = check_safety(_content(tmp_path, old, new))
    assert (problem.code, says in problem.what, bool(problem.mend)) == (code, True, True)
    line = (tmp_path / "help" / "danger.yaml").read_text(encoding="utf-8").splitlines()[problem.line - 1]
    assert line.strip() == new.splitlines()[-1].strip()


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="E001"):
        load_danger(tmp_path, cache=tmp_path)


# ------------------------------------------------------------ the measurement


def test_the_measurement_is_printed(results: dict[str, Result], words: DangerWords, tmp_path: Path) -> None:
    printed = table(list(results.values()))
    assert "explicit_held_out" in printed
    (tmp_path / "explicit.txt").write_text("# remark\nviolence | Hij slaat mij.\nviolence | Mooi weer.\n")
    (tmp_path / "ordinary.txt").write_text("Mooi weer.\n")
    explicit, ordinary = measure(words, tmp_path)
    assert (explicit.share("explicit"), ordinary.share("any")) == (0.5, 0.0)
    assert "Mooi weer.  -> nothing" in table([explicit])
