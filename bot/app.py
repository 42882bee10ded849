"""Puts everything together and runs it: intake, workers, ticker and sender, over one database and one clock.

Each part can be run one step at a time, which is how the tests live a week in a second. Known by nobody but `cli`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import ssl
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import httpx
import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from telegram import Bot, BotCommand
from telegram.error import Conflict, InvalidToken, NetworkError, TelegramError
from telegram.request import HTTPXRequest

from bot.care import people, posts, sweeping
from bot.care.dossiers import ByLaw
from bot.conversation import linked
from bot.conversation.commands import OFFERED
from bot.conversation.handle import handle_next, lost_touch
from bot.conversation.incoming import IN_GROUP
from bot.conversation.turn import Host
from bot.conversation.undelivered import not_delivered
from bot.operating.watch import Watch
from bot.safety.danger import DangerWords, load_danger
from bot.safety.help import HelpCards, load_help
from bot.schedule import ticker
from bot.settings import PREFIX, Role, Settings, SettingsProblem
from bot.store import inbox, outbox, schema, timers, traces, wakeups
from bot.store.database import Database, DatabaseProblem
from bot.store.leases import Duty, FileLock, absent, key_of_sender
from bot.store.line import Alone, Line, Standing
from bot.store.outbox import Pace, Taken
from bot.store.vault import KeyProblem, Vault, make_key_file, parse_keys, read_key_file
from bot.telegram import group_calls, inbound, outbound
from bot.telegram.clean_files import CleanFiles
from bot.telegram.help_at_once import HelpDesk
from bot.telegram.intake import ALLOWED_UPDATES, BATCH, Intake
from bot.telegram.overflow import Overflow
from bot.telegram.rivals import Rivals
from bot.telegram.sender import Sender
from flows.engine.library import CONTENT, Library, load
from flows.engine.templates import render
from flows.engine.values import dataclass

if TYPE_CHECKING:
    from bot.operating.front import Front

log = structlog.get_logger()

Clock = Callable[[], datetime]

_IDLE_SECONDS, _IDLE_SENDER = 1.0, 0.2
"""How often who hears nothing looks for work; nobody looks for timers more often."""
_LISTENING_WORKER, _LISTENING_SENDER, _LISTENING_TICKER, _LONG = 3.0, 5.0, 30.0, 60.0
"""How often who hears of work looks all the same: for what failed and is tried again, and what nobody could tell."""
_TELL_SECONDS = 0.05
"""The time between two announcements of a process."""
_ERROR_SECONDS = 2.0
_WATCH_SECONDS = 0.03
_TIDY_SECONDS = 20
"""Erased means gone within the minute, also when somebody reads the file at the first try."""
_SWEEP_SECONDS = 3600
_SWEEPS_AT_MOST = 50
"""How many batches go at a time."""
_CONNECTIONS = 40


def utc_now() -> datetime:
    """The real present."""
    return datetime.now(UTC)


def open_vault(settings: Settings) -> Vault:
    """The vault with the keys of the settings; a first key is made where there is none. Raises KeyProblem."""
    if settings.keys:
        return Vault(parse_keys(settings.keys, f"{PREFIX}KEYS"))
    if settings.key_file is None:
        make_key_file(settings.key_path)
    path = settings.key_path
    return Vault(read_key_file(path), lambda: read_key_file(path))


def open_database(settings: Settings) -> Database:
    """The database with its newest tables. Raises DatabaseProblem, or a database error when it cannot be reached."""
    if settings.database_url is None:
        settings.make_data_dir()
    database = Database(settings.database)
    try:
        schema.upgrade(database)
    except BaseException:
        database.close()
        raise
    return database


def open_store(settings: Settings) -> tuple[Vault, Database]:
    """The vault and the database, which belong together: no new key is made beside a database that is in use.

    Raises KeyProblem or Unreadable when they do not, and as the two above.
    """
    database = open_database(settings)
    try:
        sealed = database.do(people.sealed_sample)
        if sealed and not settings.keys and not settings.key_path.exists():
            raise KeyProblem(f"{settings.key_path} is missing; put back the key file that belongs to this database")
        vault = open_vault(settings)
        if sealed:
            vault.open(*sealed)
    except BaseException:
        database.close()
        raise
    return vault, database


@dataclass(frozen=True, slots=True)
class Content:
    """All that is read from files at start, and then shared."""

    library: Library
    help: HelpCards
    danger: DangerWords


def read_content(cache: Path) -> Content:
    """What comes along with the program; `cache` is the folder for compiled copies. Raises ContentError."""
    return Content(load(CONTENT, cache), load_help(CONTENT, cache), load_danger(CONTENT, cache))


def trust_for(*addresses: str) -> ssl.SSLContext | bool:
    """The certificates to believe. Reading them takes long: once in a start, and not when all addresses are plain."""
    return httpx.create_ssl_context() if any(one.startswith("https:") for one in addresses) else False


class Service:
    """The running service. `step_*` and `settle` do the work by hand; `run` does it until it is told to stop."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock = utc_now,
        token: str | None = None,
        api_base: str | None = None,
        pace: Pace | None = None,
        content: Content | None = None,
    ) -> None:
        """Raises ContentError, KeyProblem, DatabaseProblem or SettingsProblem."""
        self.settings, self.clock = settings, clock
        settings.make_data_dir()
        content = content or read_content(settings.data_dir / "cache")
        self.library, self.help = content.library, content.help
        token = token or settings.token
        if token is None:
            raise SettingsProblem(f"{PREFIX}TOKEN is missing")
        self.vault, self.database = open_store(settings)
        api_base = api_base or settings.api_base
        file_base = f"{api_base.removesuffix('/bot')}/file/bot" if api_base != settings.api_base else settings.file_base
        trust = {"verify": trust_for(api_base, file_base)}
        self._polling = HTTPXRequest(connection_pool_size=1, connect_timeout=10, httpx_kwargs=trust)
        self.bot = Bot(
            token,
            base_url=api_base,
            base_file_url=file_base,
            request=HTTPXRequest(
                connection_pool_size=_CONNECTIONS, read_timeout=20, connect_timeout=10, httpx_kwargs=trust
            ),
            get_updates_request=self._polling,
        )
        self._updates_url = f"{api_base}{token}/getUpdates"
        self.host = Host(
            self.library,
            self.vault,
            self.help,
            content.danger,
            settings.timezone,
            settings.region,
            self._link,
            law=ByLaw(settings.keep_by_law, settings.keep_years),
            has_others=not self.database.is_sqlite,
        )
        self.watch = Watch()
        self._arrived, self._queued, self._timed = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._untold, self._unread, self._stopping = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._looks_out = False
        self._in_the_way: Exception | None = None
        self._lock: FileLock | None = None
        self._rivals = Rivals()
        desk = HelpDesk(self.database, self.vault, self.bot, self.help, settings.region, clock)
        # More than one process of a machine may have updates brought to it: each has a file of its own.
        own = f"-{settings.listen_host_and_port[1]}" if self._is_brought_updates else ""
        overflow = Overflow(settings.data_dir / f"overflow{own}", self.vault)
        self.intake = Intake(self.database, self.vault, overflow, self.bot, self._fetch, desk.answer, self._came, clock)
        self._files = CleanFiles(self.bot, self._note_clean)
        self.sender = Sender(
            self.database,
            self.vault,
            self._make,
            self._unreachable,
            clock,
            pace,
            alone=self.database.is_sqlite,
            not_delivered=self._refused,
            has_moved=self._moved,
            noted=self.watch.sent,
            absent=None if self.database.is_sqlite else absent,
        )
        self.standing = self._place()

    def _place(self) -> Standing:
        """Among the processes over this database."""
        if self.database.is_sqlite:
            return Alone()
        own_key = key_of_sender(self.sender.name) if self._does(Role.SENDER) else None
        duties = [Duty.INTAKE] if self._does(Role.INTAKE) and not self._is_brought_updates else []
        duties += [Duty.TICKER] if self._does(Role.TICKER) else []
        return Line(self.database.engine, duties, own_key, self._heard)

    async def __aenter__(self) -> Service:
        """Raises SettingsProblem, or DatabaseProblem when another process does the same over a SQLite file."""
        if self.database.is_sqlite:
            self._lock = FileLock(self.database, [duty for duty in Duty if self._does(Role(duty.name.lower()))])
        while True:
            try:
                await self.bot.initialize()
            except InvalidToken:
                raise SettingsProblem(f"{PREFIX}TOKEN is refused by Telegram; copy it again from BotFather") from None
            except NetworkError as error:
                log.error("Telegram cannot be reached, trying again", problem=type(error).__name__)
                await asyncio.sleep(_ERROR_SECONDS)
            else:
                return self

    async def __aexit__(self, *_: object) -> None:
        await self.intake.settle()
        await self._files.close()
        await self._polling.shutdown()
        await self.bot.shutdown()
        self.database.close()
        if self._lock:
            self._lock.close()

    # --- one step at a time -----------------------------------------------------------------------------------------

    async def step_intake(self, seconds: int = 0) -> int:
        """Takes what Telegram has; returns how many updates came."""
        return await self.intake.poll_once(seconds)

    async def step_ticker(self) -> int:
        """Fires due timers; returns how many."""
        now = self.clock()
        fired = await self.database.run(lambda connection: ticker.fire_due(connection, self.vault, now))
        if fired:
            self._came()
        return fired

    async def step_worker(self) -> bool:
        """Handles one input; False when there was none."""
        now = self.clock()
        waited = self.watch.waited
        handled = await self.database.call(lambda: handle_next(self.database, self.host, inbound.decode, now, waited))
        if handled:
            self._handled()
        return handled

    async def step_sender(self) -> int:
        """Makes the calls whose turn it is; returns how many."""
        return await self.sender.run_once()

    async def step_tidy(self) -> bool:
        """Lets what was deleted really go; False when it has to wait."""
        return await self.database.call(lambda: traces.remove(self.database))

    # --- until told to stop -----------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Runs until `stop`; what is in hand then is finished. Raises DatabaseProblem or SettingsProblem when it
        cannot go on beside another process."""
        front = await self.listen()
        take_some = self._take_up if self._is_brought_updates else self._take_some
        standing = asyncio.create_task(self.standing.run())
        duties = [asyncio.create_task(self._again(take_some))] if self._does(Role.INTAKE) else []
        if self._does(Role.TICKER):
            steps = (self._tick_some, self._sweep_some, self._tidy_some)
            duties += [asyncio.create_task(self._again(step)) for step in steps]
        tasks = [asyncio.create_task(self._introduce())] if self._does(Role.INTAKE) else []
        if self._does(Role.WORKER):
            tasks += [asyncio.create_task(self._again(self._work_some)) for _ in range(self.database.threads)]
        if self._does(Role.SENDER):
            tasks.append(asyncio.create_task(self._again(self._send_some)))
        if not self.database.is_sqlite:
            tasks += [asyncio.create_task(self._again(step)) for step in (self._tell_some, self._check_tables)]
        await self._stopping.wait()
        closing = [asyncio.create_task(front.close())] if front else []
        for task in duties:
            task.cancel()
        await asyncio.gather(*duties, *tasks, return_exceptions=True)
        await asyncio.gather(self.sender.finish(), *closing)
        standing.cancel()
        await asyncio.wait([standing])
        if self._in_the_way:
            raise self._in_the_way

    def _does(self, role: Role) -> bool:
        return self.settings.role in (Role.ALL, role)

    @property
    def _is_brought_updates(self) -> bool:
        given = self.settings
        return given.webhook_url is not None and given.token is not None and self._does(Role.INTAKE)

    def stop(self) -> None:
        """Ends `run`."""
        for event in (self._stopping, self._arrived, self._queued, self._untold, self._unread):
            event.set()

    def wake(self) -> None:
        """The clock was moved: look at once for what is due."""
        self._waking = asyncio.get_running_loop().create_task(self._tick())

    async def _tick(self) -> None:
        try:
            while not self._stopping.is_set() and await self.step_ticker() == ticker.BATCH:
                pass
        except DBAPIError as error:
            log.error("database trouble", part="ticker", problem=type(error).__name__)

    async def _tick_some(self) -> None:
        """At most once a second; while we hear of what was handled, not before something is due."""
        await self.standing.until_held(Duty.TICKER)
        self._timed.clear()
        await self._tick()
        waits = await self._until_due()
        await self._wait_for(self._stopping, min(waits, _IDLE_SECONDS))
        if waits > _IDLE_SECONDS:
            await self._wait_for(self._timed, waits - _IDLE_SECONDS)

    async def _until_due(self) -> float:
        if not self.standing.hears:
            return _IDLE_SECONDS
        due = await self.database.run(timers.next_due)
        return min((due - self.clock()).total_seconds(), _LISTENING_TICKER) if due else _LISTENING_TICKER

    async def _sweep_some(self) -> None:
        await self._wait_for(self._stopping, _SWEEP_SECONDS)
        if self.standing.holds(Duty.TICKER):
            await self.step_sweep()

    async def _tidy_some(self) -> None:
        await self._wait_for(self._stopping, _TIDY_SECONDS)
        await self.step_tidy()

    async def step_sweep(self) -> None:
        """Lets go of what was kept long enough, and asks whose time it is."""
        now = self.clock()
        for _ in range(_SWEEPS_AT_MOST):
            gone = await self.database.run(lambda connection: sweeping.sweep(connection, self.vault, now))
            if max(gone.values(), default=0) < sweeping.BATCH:
                break
        self._timed.set()

    async def _take_some(self) -> None:
        await self.standing.until_held(Duty.INTAKE)
        self._rivals.begin(self.clock())
        try:
            await self.intake.poll_once()
        except Conflict:
            self._rivals.met(self.clock())
            await self._wait_for(self._stopping, _ERROR_SECONDS)

    async def _take_up(self) -> None:
        await self.intake.take_up()
        await self._wait_for(self._stopping)

    async def _work_some(self) -> None:
        self._arrived.clear()
        while not self._stopping.is_set() and await self.step_worker():
            pass
        if not self.standing.hears:
            await self._wait_for(self._arrived)
            return
        looks_out, self._looks_out = not self._looks_out, True
        try:
            await self._wait_for(self._arrived, _LISTENING_WORKER if looks_out else _LONG)
        finally:
            if looks_out:
                self._looks_out = False

    async def _send_some(self) -> None:
        self._queued.clear()
        while not self._stopping.is_set() and await self.sender.launch_once():
            pass
        await self._wait_for(self._queued, await self._until_sending())

    async def _until_sending(self) -> float:
        if not self.standing.hears:
            return _IDLE_SENDER
        soonest = await self.database.run(outbox.soonest)
        if soonest is None:
            return _LISTENING_SENDER
        return min(max((soonest - self.clock()).total_seconds(), _IDLE_SENDER), _LISTENING_SENDER)

    async def _tell_some(self) -> None:
        """Tells other processes that something was handled. After the commit: within it, commits would go one by one,
        and who is not told, as we died in between, looks by itself a little later."""
        await self._wait_for(self._untold, _LONG)
        if self._untold.is_set():
            self._untold.clear()
            await self.database.run(lambda connection: wakeups.announce(connection, wakeups.Channel.HANDLED))
            await self._wait_for(self._stopping, _TELL_SECONDS)

    async def _check_tables(self) -> None:
        """A newer version may have made tables that are not for us."""
        await self._wait_for(self._unread, _LONG)
        if self._unread.is_set():
            self._unread.clear()
            await self.database.run(schema.check)

    def _heard(self, channel: wakeups.Channel) -> None:
        match channel:
            case wakeups.Channel.CAME:
                self._arrived.set()
            case wakeups.Channel.HANDLED:
                self._queued.set()
                self._timed.set()
            case wakeups.Channel.TABLES:
                self._unread.set()

    def _came(self) -> None:
        """There is something in the inbox. Who hears was told with the commit."""
        if not self.standing.hears:
            self._arrived.set()

    def _handled(self) -> None:
        """There may be something to send, or due sooner; others need not know when all that is ours to do."""
        self._queued.set()
        self._timed.set()
        if not (self._does(Role.SENDER) and self.standing.holds(Duty.TICKER)):
            self._untold.set()

    async def _wait_for(self, event: asyncio.Event, seconds: float = _IDLE_SECONDS) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await event.wait()

    async def _again(self, step: Callable[[], Coroutine[object, object, object]]) -> None:
        while not self._stopping.is_set():
            try:
                await step()
            except (DatabaseProblem, SettingsProblem) as problem:
                self._in_the_way = problem
                self.stop()
            except Exception as error:  # Whatever it is, a part that stood still would be noticed by nobody.
                log.error("trouble, trying again", part=step.__name__, problem=type(error).__name__)
                await self._wait_for(self._stopping, _ERROR_SECONDS)

    async def _introduce(self) -> None:
        """Tells Telegram our commands and what we are."""
        texts = self.library.texts
        commands = [BotCommand(name, render(texts[f"command_{name}"], {}, html=False)) for name in OFFERED]
        try:
            await self.bot.set_my_commands(commands)
            await self.bot.set_my_description(texts["bot_description"].strip())
            await self.bot.set_my_short_description(texts["bot_short_description"].strip())
        except TelegramError as error:
            log.warning("commands not set", problem=type(error).__name__)

    # --- what the parts ask of each other ---------------------------------------------------------------------------

    async def _fetch(self, offset: int, seconds: int) -> list[dict[str, Any]]:
        """Raw updates: one that the library cannot read must not keep back the others."""
        asked = {"offset": offset, "timeout": seconds, "limit": BATCH, "allowed_updates": json.dumps(ALLOWED_UPDATES)}
        try:
            updates = await self._polling.post(f"{self._updates_url}?{urlencode(asked)}", read_timeout=seconds + 10)
        except Conflict as error:
            if "webhook" not in error.message or self._is_brought_updates:
                raise
            await self.bot.delete_webhook()
            log.warning("Telegram brought updates elsewhere, and does so no more")
            return []
        return updates if isinstance(updates, list) else []

    async def listen(self) -> Front | None:
        """Listens where the settings say so: for Telegram's updates, and for who asks how it goes. Raises
        SettingsProblem."""
        if not self._is_brought_updates and (self.settings.listen is None or self.settings.token is None):
            return None
        from bot.operating.front import Front

        front = Front(
            self.settings,
            self.bot,
            self.database,
            self.intake,
            self.watch,
            self.clock,
            self._stopping,
            is_brought_updates=self._is_brought_updates,
        )
        await front.open()
        return front

    def _link(self, code: str) -> str:
        return f"https://t.me/{self.bot.username}?start={code}"

    async def _make(self, chat_id: int, call: dict[str, Any]) -> int | None:
        if call["do"] == "ask_admin":
            await self._ask_admin(chat_id, call)
            return None
        return await outbound.make(self.bot, chat_id, call, self._files)

    async def _ask_admin(self, chat_id: int, call: dict[str, Any]) -> None:
        """Asks Telegram whether somebody runs a group, and takes the answer in as an input in their lane."""
        user_id = call["user_id"]
        yes = await group_calls.is_admin(self.bot, chat_id, user_id)
        came = [inbox.Arrival(user_id, IN_GROUP, linked.admin_answer(chat_id, call, yes=yes))]
        now = self.clock()
        await self.database.run(lambda connection: inbox.accept(connection, self.vault, came, now))
        self._came()

    async def _note_clean(self, post_id: int, clean_id: str) -> None:
        await self.database.run(lambda connection: posts.note_clean(connection, self.vault, post_id, clean_id))

    def _unreachable(self, connection: Connection, chat_id: int, now: datetime) -> None:
        lost_touch(connection, self.host, chat_id, now)
        linked.lost(connection, self.host, chat_id, now)

    def _moved(self, connection: Connection, old: int, new: int, now: datetime) -> None:
        linked.move(connection, self.host, old, new, now)

    def _refused(self, connection: Connection, taken: Taken, now: datetime) -> None:
        not_delivered(connection, self.host, taken, now)

    async def live_until(self, target: datetime, move: Callable[[datetime], object]) -> None:
        """Moves a clock to `target` by way of every moment at which something is due, and lets that happen first."""
        while (moment := await self.next_moment()) and moment <= target:
            if moment > self.clock():
                move(moment)
            await self._tick()
            while await self._is_busy():  # noqa: ASYNC110 - what is waited for lies in the database
                await asyncio.sleep(_WATCH_SECONDS)
        if target > self.clock():
            move(target)

    async def _is_busy(self) -> bool:
        def work(connection: Connection) -> bool:
            return inbox.waiting(connection) > 0 or outbox.waiting(connection) > 0

        return await self.database.run(work)

    async def next_moment(self) -> datetime | None:
        """When something will be due: the first timer, or the first call that is held back."""

        def work(connection: Connection) -> list[datetime]:
            return [one for one in (timers.next_due(connection), outbox.next_moment(connection)) if one]

        return min(await self.database.run(work), default=None)
