"""What the sender gets out of its rate, and what a second worker adds.

Sending: messages to as many chats, in real time, over HTTP to a Bot API on loopback. The rate is that of what arrived
there, over the rate that is configured; in the second run one of the first chats is told to come back after five
seconds, and does not count for the rate, but must arrive. Times are Telegram's: how late the first one is does not
matter.

Workers, on PostgreSQL: real answers, as in `updates`, handled by one process and by two, by turns. The aim is for
workers that deal with one chat at a time. The service's own processes deal with as many as they have database threads,
and PostgreSQL shares the machine with them: of two cores one such process takes three quarters already, so that a
second finds little left there.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack
from functools import partial
from urllib.request import urlopen

from structlog.testing import capture_logs

from bot.app import Service, read_content
from bot.conversation import outgoing
from bot.settings import Settings
from bot.store import outbox
from bot.store.outbox import Call, Pace, Priority
from tests.benchmarks.others.child import OWN, Child, child
from tests.benchmarks.places import POSTGRESQL, Place
from tests.benchmarks.stage import FIRST_CHAT, Stage, fill, know_sizes, open_stage
from tests.benchmarks.table import Aim, Result, Watch, in_turns, per_second
from tests.benchmarks.updates import SCRIPTS, Talks

NAME = "sender"
AIM: Aim = ("at least", 0.95)
NONE: Aim = ("at most", 0)
TWO_WORKERS: Aim = ("at least", 1.4)
_MESSAGES, _QUICK_MESSAGES = 1_000, 20
_SECONDS, _QUICK_SECONDS = 5, 1
_CHATS, _QUICK_CHATS = 60, 4
_IDLE = 0.2


async def run(place: Place, *, quick: bool) -> list[Result]:
    """The sender; on PostgreSQL also workers."""
    many, seconds = (_QUICK_MESSAGES, _QUICK_SECONDS) if quick else (_MESSAGES, _SECONDS)
    results: list[Result] = []
    async with child(OWN / "loopback.py") as telegram:
        api = await telegram.said()
        with capture_logs():  # That it is told to wait is what this is about.
            for wait in (0, seconds):
                results += await _sent(place, api, many, wait)
    if place.kind == POSTGRESQL:
        results += await _two_workers(place, quick=quick)
    return results


# --- sending ----------------------------------------------------------------------------------------------------------


async def _sent(place: Place, api: str, many: int, wait: int) -> list[Result]:
    folder, url = place.fresh()
    settings = Settings(data_dir=folder, database_url=url)
    service = Service(settings, token="1000:bench", api_base=f"{api}/bot", content=read_content(place.cache))
    told = FIRST_CHAT + many // 10 if wait else None
    calls = [
        Call(chat_id, outgoing.send(f"429 {wait} dag" if chat_id == told else "dag"), Priority.BULK, "letter")
        for chat_id in range(FIRST_CHAT, FIRST_CHAT + many)
    ]
    async with service:
        now = service.clock()
        service.database.do(lambda connection: outbox.put(connection, service.vault, calls, now))
        await _send_all(service)
    arrived: list[tuple[int, float]] = await asyncio.to_thread(_seen, api)
    moments = [at for chat_id, at in arrived if chat_id != told]
    rate = (len(moments) - 1) / (max(moments) - min(moments))
    wanted = Pace().bot_per_second
    name = f"{NAME}, {many:,} messages" + (f", a 429 of {wait} s" if wait else "")
    reached = {chat_id for chat_id, _ in arrived}
    lost, doubled = many - len(reached), len(arrived) - len(reached)
    return [
        Result(name, place.kind, f"{rate:.1f}/s", f"{wanted:.1f}/s", rate / wanted, AIM),
        Result(f"{name}: lost", place.kind, str(lost), "", lost, NONE),
        Result(f"{name}: doubled", place.kind, str(doubled), "", doubled, NONE),
    ]


async def _send_all(service: Service) -> None:
    """As the service does."""
    while await service.database.run(outbox.waiting):
        while await service.sender.launch_once():
            pass
        await asyncio.sleep(_IDLE)


def _seen(api: str) -> list[tuple[int, float]]:
    with urlopen(f"{api}/seen") as answer:
        return [(chat_id, at) for chat_id, at in json.load(answer)]


# --- workers ----------------------------------------------------------------------------------------------------------


async def _two_workers(place: Place, *, quick: bool) -> list[Result]:
    rounds, chats = (1, _QUICK_CHATS) if quick else (11, _CHATS)
    folder, url = place.fresh()
    results = []
    async with AsyncExitStack() as stack:
        stage = stack.enter_context(open_stage(folder, url, cache=place.cache))
        database = stage.service.database
        database.do(lambda connection: fill(connection, stage.vault, 500 if quick else 20_000))
        database.do(know_sizes)
        talks = Talks(stage)
        await talks.scout()
        command = ("-m", "tests.benchmarks.worker", folder, url, place.cache)
        workers = [await stack.enter_async_context(child(*command)) for _ in range(2)]
        for worker in workers:
            await worker.said()
        for lanes, aim in ((1, TWO_WORKERS), (database.threads, None)):
            work = partial(_handled, stage, talks, chats, lanes)
            pair = await in_turns(rounds, partial(work, workers), partial(work, workers[:1]))
            name = f"whole update, two workers of {lanes} over one"
            rates = per_second(pair.measured), per_second(pair.floor)
            results.append(Result(name, place.kind, *rates, pair.ratio, aim))
    return results


async def _handled(stage: Stage, talks: Talks, chats: int, lanes: int, workers: list[Child]) -> float:
    """The seconds that an update takes, from when they are told until the last says that it is done."""
    begun = {talks.fresh_chat(): flow for _ in range(chats) for flow in SCRIPTS}
    seconds, many, handled = 0.0, 0, 0
    for updates in await talks.answers(begun):
        stage.deliver()
        stage.take_in(updates)
        many += len(updates)
        moment = stage.clock.now().isoformat()
        watch = Watch()
        said = await asyncio.gather(*(worker.ask(f"{moment} {lanes}") for worker in workers))
        seconds += watch.seconds
        handled += sum(map(int, said))
    if handled != many:
        raise SystemExit(f"{handled} of {many} updates were handled; mend tests/benchmarks/throughput.py")
    return seconds / many
