"""The command `draaglicht`. What an operator or author got wrong is one clear line and exit code 2."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import structlog

from bot.settings import PREFIX, Settings, SettingsProblem, read_settings

WRONG = 2
SIMULATOR_TOKEN = "1000:simulator"  # noqa: S105 - the emulator takes any token


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns its exit code."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(options) or 0)
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        line = _one_line(error)
        if line is None:
            raise
        print(f"draaglicht: {line}", file=sys.stderr)
        return WRONG


def _one_line(error: Exception) -> str | None:
    """What an operator or author has to mend; None for a fault of our own."""
    from sqlalchemy.exc import OperationalError

    from bot.store.database import DatabaseProblem
    from bot.store.vault import KeyProblem, Unreadable
    from flows.engine.problems import ContentError

    if isinstance(error, SettingsProblem | KeyProblem | DatabaseProblem | ContentError):
        return str(error)
    if isinstance(error, Unreadable):
        return f"{error}; is this the key file that belongs to this database?"
    if isinstance(error, OperationalError):
        return (
            f"the database cannot be reached ({type(error.orig).__name__}); check {PREFIX}DATABASE_URL and its server"
        )
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="draaglicht",
        description="A Telegram bot in plain Dutch for parents in parenting support. Without a token it starts a "
        "simulator in the browser; settings are environment variables that begin with DRAAGLICHT_.",
    )
    parser.set_defaults(command=_run)
    commands = parser.add_subparsers(title="commands", metavar="")
    _command(commands, "run", _run, "run the bot, or the simulator when there is no token (the default)")
    _command(commands, "demo", _demo, "run the simulator with a filled example organisation")
    invite = _command(commands, "invite", _invite, "make a start link for a coordinator or mentor")
    invite.add_argument("role", choices=["coordinator", "mentor"])
    invite.add_argument("name", help='whom it is for, such as "Mieke Jansen"')
    _command(commands, "migrate", _migrate, "bring the database to the newest tables")
    keys = _command(commands, "keys", _new_key, "print a fresh encryption key")
    keys.add_argument("number", type=int, nargs="?", default=1, help="its number, 1 to 255 (default: 1)")
    _flow_commands(commands)
    return parser


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    run: Callable[[argparse.Namespace], int | None],
    about: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=about, description=about)
    parser.set_defaults(command=run)
    return parser


def _flow_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    flows = _command(commands, "flows", _flows_help, "check, play and draw conversations")
    flows.set_defaults(help=flows.format_help)
    ways = flows.add_subparsers(title="commands", metavar="")
    check = _command(ways, "check", _flows_check, "say what is wrong with the content, with file and line")
    check.add_argument("--content", type=Path, help="folder of a language (default: the one that comes along)")
    check.add_argument("--transcripts", type=Path, help="folder of transcripts that must cover every button")
    check.add_argument("--table", action="store_true", help="also print all flows with their reading level")
    play = _command(ways, "play", _flows_play, "play a flow in the terminal")
    play.add_argument("flow")
    play.add_argument("--world", default="noor", help="the example family (default: noor)")
    draw = _command(ways, "draw", _flows_draw, "draw a flow as a diagram")
    draw.add_argument("flow")
    draw.add_argument("--svg", type=Path, metavar="FILE", help="write an SVG picture instead of Mermaid text")
    schema = _command(ways, "schema", _flows_schema, "print the JSON Schema of the files, for an editor")
    schema.add_argument("kind", choices=["flow", "deck", "texts", "screen"], nargs="?", default="flow")


# --- running ----------------------------------------------------------------------------------------------------------


def _prepared_settings() -> Settings:
    settings = read_settings()
    level = getattr(logging, settings.log_level.upper())
    readable = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.dev.ConsoleRenderer() if readable else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    return settings


def _run(options: argparse.Namespace) -> None:
    settings = _prepared_settings()
    if settings.token:
        asyncio.run(_run_with_telegram(settings))
    else:
        asyncio.run(_run_with_simulator(settings, demo=False))


def _demo(options: argparse.Namespace) -> None:
    asyncio.run(_run_with_simulator(_prepared_settings(), demo=True))


async def _run_with_telegram(settings: Settings) -> None:
    from bot.app import Service

    async with Service(settings) as service:
        _stop_on_signals(service.stop)
        structlog.get_logger().info("ready", bot=service.bot.username)
        await service.run()


async def _run_with_simulator(settings: Settings, *, demo: bool) -> None:
    from bot.app import Service
    from bot.care.demo import furnish
    from bot.simulator import PERSONAS, Emulator, SimulatedClock, SimulatorServer

    clock = SimulatedClock()
    settings.make_data_dir()
    emulator = Emulator(clock, state_file=settings.data_dir / "simulator.json")
    host, port = settings.listen_host_and_port
    async with SimulatorServer(emulator, host=host, port=port) as server:
        service = Service(settings, clock=clock.now, token=SIMULATOR_TOKEN, api_base=server.api_url)
        async with service:
            chats = {persona.key: (persona.user_id, persona.first_name, persona.role) for persona in PERSONAS}
            now = clock.now()
            made = service.database.do(lambda connection: furnish(connection, service.vault, chats, now, full=demo))
            emulator.set_start_links(made.codes)
            for key in made.present:
                emulator.person(key).says("/menu")
            clock.on_move(lambda _: service.wake())
            emulator.travel = lambda target: service.live_until(target, clock.move_to)
            _stop_on_signals(service.stop)
            print(f"Draaglicht is klaar. Open {server.address} in je browser. Stoppen: Ctrl-C.", flush=True)
            await service.run()


def _stop_on_signals(stop: Callable[[], None]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop)


# --- operating --------------------------------------------------------------------------------------------------------


def _invite(options: argparse.Namespace) -> None:
    from bot.app import open_store, utc_now
    from bot.care import invitations
    from bot.care.people import Role

    settings = _prepared_settings()
    username = asyncio.run(_username(settings))
    vault, database = open_store(settings)
    code = database.do(
        lambda connection: invitations.make(
            connection, vault, role=Role[options.role.upper()], name=options.name, made_by=None, now=utc_now()
        )
    )
    database.close()
    print(
        f"https://t.me/{username}?start={code}\ncode: {code}\nwho: {options.name}, {options.role}; valid 14 days, once"
    )


async def _username(settings: Settings) -> str:
    """The bot's own name, which Telegram knows; in the simulator it is fixed."""
    from telegram import Bot
    from telegram.error import TelegramError

    if settings.token is None:
        return "draaglicht_bot"
    try:
        async with Bot(settings.token, base_url=settings.api_base) as bot:
            return bot.username
    except TelegramError as error:
        raise SettingsProblem(
            f"Telegram does not answer to {PREFIX}TOKEN ({type(error).__name__}); check it and the connection"
        ) from None


def _migrate(options: argparse.Namespace) -> None:
    from bot.app import open_database

    open_database(_prepared_settings()).close()
    print("The database has the newest tables.")


def _new_key(options: argparse.Namespace) -> None:
    from bot.store.vault import new_key

    if not 1 <= options.number <= 255:
        raise SettingsProblem("a key's number is 1 to 255")
    print(new_key(options.number))


# --- content ----------------------------------------------------------------------------------------------------------


def _flows_help(options: argparse.Namespace) -> None:
    print(options.help())


def _flows_check(options: argparse.Namespace) -> int:
    from bot.conversation.actions import ACTIONS
    from bot.conversation.facts import FACT_NAMES
    from bot.safety.help import load_help
    from flows.engine.checks import check
    from flows.engine.draw import table
    from flows.engine.library import CONTENT, compile_library, load_sources

    content = options.content or CONTENT
    sources = load_sources(content)
    load_help(content)
    problems = check(sources, options.transcripts)
    for problem in problems:
        print(problem)
    catalog = sources.catalog.value
    unknown = sorted((set(catalog.actions) ^ set(ACTIONS)) | (set(catalog.facts) ^ FACT_NAMES))
    if unknown:
        print(f"{sources.catalog.path}: dit kent de dienst en de catalogus niet allebei: {', '.join(unknown)}")
    if options.table:
        print(table(compile_library(sources)))
    if problems or unknown:
        return WRONG
    print(f"{len(sources.flows)} gesprekken, {len(sources.decks)} stapels: niets te mopperen.")
    return 0


def _flows_play(options: argparse.Namespace) -> None:
    from flows.engine.library import load
    from flows.engine.play import play

    library = load()
    if options.flow not in library.flows:
        raise SettingsProblem(f"there is no flow {options.flow}; there are: {', '.join(sorted(library.flows))}")
    worlds = library.catalog.worlds
    if options.world not in worlds:
        raise SettingsProblem(f"there is no world {options.world}; there are: {', '.join(sorted(worlds))}")
    play(library, options.flow, options.world, input, print)


def _flows_draw(options: argparse.Namespace) -> None:
    from flows.engine.draw import mermaid, svg
    from flows.engine.library import load

    library = load()
    if options.flow not in library.flows:
        raise SettingsProblem(f"there is no flow {options.flow}; there are: {', '.join(sorted(library.flows))}")
    if options.svg:
        options.svg.write_text(svg(library.flows[options.flow], library), encoding="utf-8")
        print(options.svg)
    else:
        print(mermaid(library.flows[options.flow], library))


def _flows_schema(options: argparse.Namespace) -> None:
    import json

    from flows.engine.schema import schema

    print(json.dumps(schema(options.kind), ensure_ascii=False, indent=2))
