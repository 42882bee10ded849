"""What Prometheus reads at /metrics. Loaded only when somebody asks.

What comes from the database is the same in every process; the rest is this process's own. No label names anybody.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4 as CONTENT_TYPE
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.operating.watch import REFUSALS, WAIT_BOUNDS, Watch
from bot.store.backlog import NOTHING, Backlog
from bot.store.outbox import Priority
from flows.engine.values import dataclass

__all__ = ["CONTENT_TYPE", "Seen", "as_text"]

OUTCOMES = ("sent", "again", "unknown", "refused")


@dataclass(frozen=True, slots=True)
class Seen:
    """All that is told at one moment. `backlog` is None while the database does not answer; `answer_seconds`: how long
    it took to answer, or was waited for. `updates`: how many this process took in; `set_aside`: some wait on its disk
    for the database."""

    watch: Watch
    backlog: Backlog | None
    answer_seconds: float
    updates: int
    set_aside: bool


def as_text(seen: Seen) -> bytes:
    """What Prometheus reads, in its own format."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(_Told(seen))
    return generate_latest(registry)


class _Told(Collector):
    def __init__(self, seen: Seen) -> None:
        self._seen = seen

    def collect(self) -> Iterator[Metric]:
        seen = self._seen
        yield _gauge("database_up", "1 while the database answers.", float(seen.backlog is not None))
        yield _gauge("database_answer_seconds", "How long the database took to answer now.", seen.answer_seconds)
        yield _gauge("overflow_in_use", "1 while updates wait on this machine's disk for the database.", seen.set_aside)
        if seen.backlog:
            yield from _of_backlog(seen.backlog)
        yield from _of_process(seen.watch, seen.updates)


def _of_backlog(backlog: Backlog) -> Iterator[Metric]:
    yield _gauge("inbox_waiting", "Inputs that are not handled yet.", backlog.inbox.count)
    yield _gauge("inbox_age_seconds", "How long the oldest of them waits.", _seconds(backlog.inbox.age))
    count = GaugeMetricFamily(_name("outbox_waiting"), "Messages that could go now.", labels=["priority"])
    age = GaugeMetricFamily(_name("outbox_age_seconds"), "How long the oldest of them waits.", labels=["priority"])
    for priority in Priority:
        waiting = backlog.outbox.get(priority, NOTHING)
        count.add_metric([priority.name.lower()], waiting.count)
        age.add_metric([priority.name.lower()], _seconds(waiting.age))
    yield count
    yield age
    yield _gauge("timer_late_seconds", "How late the first reminder is.", _seconds(backlog.timer_late))
    yield _gauge("dead_letters", "Inputs put aside because they could not be handled.", backlog.dead)


def _of_process(watch: Watch, updates: int) -> Iterator[Metric]:
    yield CounterMetricFamily(_name("updates"), "Updates of Telegram that were taken in.", value=updates)
    sends = CounterMetricFamily(_name("sends"), "Calls made, by what became of them.", labels=["outcome"])
    for outcome in OUTCOMES:
        sends.add_metric([outcome], watch.sends[outcome])
    yield sends
    yield CounterMetricFamily(_name("told_to_wait"), "Calls answered with 429.", value=watch.told_to_wait)
    refused = CounterMetricFamily(_name("webhook_refused"), "Requests to the webhook refused.", labels=["reason"])
    for reason in REFUSALS:
        refused.add_metric([reason], watch.refused[reason])
    yield refused
    up_to, total = [], 0
    for bound, times in zip((*map(str, WAIT_BOUNDS), "+Inf"), watch.waits, strict=True):
        total += times
        up_to.append((bound, float(total)))
    yield HistogramMetricFamily(
        _name("lane_wait_seconds"),
        "How long inputs waited before they were handled.",
        buckets=up_to,
        sum_value=watch.waited_seconds,
    )


def _name(name: str) -> str:
    return f"draaglicht_{name}"


def _gauge(name: str, about: str, value: float) -> Metric:
    return GaugeMetricFamily(_name(name), about, value=float(value))


def _seconds(age: timedelta | None) -> float:
    return age.total_seconds() if age else 0.0
