"""What Prometheus reads, and that the alerts ask for nothing else."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from prometheus_client.parser import text_string_to_metric_families
from ruamel.yaml import YAML

from bot.operating.metrics import Seen, as_text
from bot.operating.watch import WAIT_BOUNDS, Watch
from bot.store.backlog import Backlog, Waiting
from bot.store.outbox import Priority
from tests.operating.places import ROOT

MINUTE = timedelta(minutes=1)
BACKLOG = Backlog(
    inbox=Waiting(3, MINUTE),
    outbox={Priority.ANSWER: Waiting(2, 2 * MINUTE), Priority.BULK: Waiting(900, 3 * MINUTE)},
    timer_late=4 * MINUTE,
    dead=5,
)


def samples(seen: Seen) -> dict[tuple[str, str], float]:
    """Each number, by its name and the values of its labels."""
    families = text_string_to_metric_families(as_text(seen).decode())
    return {(one.name, ",".join(one.labels.values())): one.value for family in families for one in family.samples}


def test_what_waits() -> None:
    told = samples(Seen(Watch(), BACKLOG, 0.25, updates=7, set_aside=False))
    assert told["draaglicht_database_up", ""] == 1
    assert told["draaglicht_database_answer_seconds", ""] == 0.25
    assert told["draaglicht_overflow_in_use", ""] == 0
    assert told["draaglicht_inbox_waiting", ""] == 3
    assert told["draaglicht_inbox_age_seconds", ""] == 60
    assert told["draaglicht_outbox_waiting", "bulk"] == 900
    assert told["draaglicht_outbox_age_seconds", "answer"] == 120
    assert told["draaglicht_outbox_age_seconds", "safety"] == 0
    assert told["draaglicht_timer_late_seconds", ""] == 240
    assert told["draaglicht_dead_letters", ""] == 5
    assert told["draaglicht_updates_total", ""] == 7


def test_of_a_database_that_is_away_nothing_is_told() -> None:
    told = samples(Seen(Watch(), None, 2.0, updates=0, set_aside=True))
    assert told["draaglicht_database_up", ""] == 0
    assert told["draaglicht_overflow_in_use", ""] == 1
    assert not [name for name, _ in told if "inbox" in name or "dead" in name]


def test_what_a_process_counts() -> None:
    watch = Watch()
    for seconds in (-1, 0, 0.05, 0.06, 3, 299, 301):
        watch.waited(timedelta(seconds=seconds))
    for result, problem in (("sent", None), ("waiting", "429"), ("waiting", "timed out, then 429"), ("refused", "x")):
        watch.sent(result, problem)
    watch.refused["secret"] += 2
    told = samples(Seen(watch, BACKLOG, 0, updates=0, set_aside=False))
    up_to = [told["draaglicht_lane_wait_seconds_bucket", str(bound)] for bound in (*WAIT_BOUNDS, "+Inf")]
    assert up_to == [3, 4, 4, 4, 4, 5, 5, 5, 5, 6, 7]
    assert told["draaglicht_lane_wait_seconds_count", ""] == 7
    assert told["draaglicht_lane_wait_seconds_sum", ""] == 603.11
    assert {
        outcome: told["draaglicht_sends_total", outcome] for outcome in ("sent", "again", "unknown", "refused")
    } == {
        "sent": 1,
        "again": 2,
        "unknown": 0,
        "refused": 1,
    }
    assert told["draaglicht_told_to_wait_total", ""] == 2
    assert told["draaglicht_webhook_refused_total", "secret"] == 2


# --- alerts -----------------------------------------------------------------------------------------------------------


def rules() -> list[dict[str, Any]]:
    """All alerts that come along."""
    groups = YAML(typ="safe").load(ROOT / "bot" / "operating" / "alerts.yaml")["groups"]
    return [rule for group in groups for rule in group["rules"]]


_CHOICE = re.compile(r"(\w+)\{(\w+)=(~?)\"([^\"]+)\"\}")
_NAME = re.compile(r"\b(?:draaglicht|process)_\w+")
_WORDS = {"absent", "changes", "histogram_quantile", "increase", "max", "rate", "sum", "by", "le"}


def test_alerts_ask_for_what_there_is() -> None:
    told = samples(Seen(Watch(), BACKLOG, 0, updates=0, set_aside=False))
    names = {name for name, _ in told}
    for rule in rules():
        expression = rule["expr"]
        assert set(_NAME.findall(expression)) <= names, rule["alert"]
        for name, _, many, values in _CHOICE.findall(expression):
            for value in values.split("|") if many else [values]:
                assert (name, value) in told, rule["alert"]
        plain = re.sub(r"\{[^}]*\}|\[\w+\]", "", _NAME.sub("", expression))
        assert set(re.findall(r"[a-z_]+", plain)) <= _WORDS, rule["alert"]


def test_alerts_say_what_to_do() -> None:
    for rule in rules():
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert set(rule["annotations"]) == {"summary", "what_to_do"}
        assert all(len(words.split()) > 5 for words in rule["annotations"].values()), rule["alert"]
    names = [rule["alert"] for rule in rules()]
    assert len(set(names)) == len(names)


def test_each_number_that_tells_of_trouble_has_an_alert() -> None:
    asked = " ".join(rule["expr"] for rule in rules())
    told = {name for name, _ in samples(Seen(Watch(), BACKLOG, 0, updates=0, set_aside=False))}
    own = {re.sub("_(bucket|count|sum)$", "", name) for name in told if name.startswith("draaglicht")}
    assert {name for name in own if name not in asked} == {"draaglicht_inbox_waiting", "draaglicht_outbox_waiting"}
