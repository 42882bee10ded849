"""The command `draaglicht`. What an operator or author got wrong is one clear line and exit code 2."""

from __future__ import annotations

import argparse
import asyncio
import gc
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import structlog

from bot import logs
from bot.settings import PREFIX, Settings, SettingsProblem, read_settings

WRONG = 2
ROTATING = """\
Seals everything anew with the first key of the key file, while the bot runs. It can be
stopped at any moment and begun again. To change to another key:

  1. draaglicht keys new 2        prints a key; put it in the key file as first line, above
                                  the old one, and keep a copy of the file elsewhere
  2. restart every process        each one then seals with the new key and still opens
                                  what the old one sealed
  3. draaglicht keys rotate       says which keys are not used any more
  4. remove those from the file   and restart once more

With the keys in DRAAGLICHT_KEYS and more than one process, put the new key behind the old
one first and restart every process, and only then go on with step 1."""
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
    migrate = _command(commands, "migrate", _migrate, "bring the database to the newest tables, or move it")
    migrate.add_argument("--to", metavar="URL", help="copy everything into this empty database, and compare every row")
    backup = _command(commands, "backup", _backup, "write everything to one sealed file, while the bot runs")
    backup.add_argument("file", type=Path, help="a file that is not there yet")
    restore = _command(commands, "restore", _restore, "bring a backup back into an empty database")
    restore.add_argument("file", type=Path)
    restore.add_argument("--look", action="store_true", help="only try whether it is whole and opens")
    _dead_commands(commands)
    _command(commands, "doctor", _doctor, "say whether everything is well, and what to do where it is not")
    _command(commands, "access", _access, "print who may do what, as a table")
    _key_commands(commands)
    _dossier_commands(commands)
    _flow_commands(commands)
    return parser


def _group_help(options: argparse.Namespace) -> None:
    print(options.help())


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    run: Callable[[argparse.Namespace], int | None],
    about: str,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=about, description=about)
    parser.set_defaults(command=run)
    return parser


def _key_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    keys = _command(commands, "keys", _group_help, "make an encryption key, or change to another one")
    keys.set_defaults(help=keys.format_help)
    ways = keys.add_subparsers(title="commands", metavar="")
    new = _command(ways, "new", _new_key, "print a fresh encryption key")
    new.add_argument("number", type=int, nargs="?", default=1, help="its number, 1 to 255 (default: 1)")
    rotate = _command(ways, "rotate", _rotate_keys, "seal everything anew with the first key of the key file")
    rotate.formatter_class = argparse.RawDescriptionHelpFormatter
    rotate.description = ROTATING


def _dossier_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    listed = _command(commands, "dossiers", _list_dossiers, "list what is kept by law of people who left")
    ways = listed.add_subparsers(title="commands", metavar="")
    show = _command(ways, "show", _show_dossier, "print what is in a dossier, as JSON")
    show.add_argument("id", type=int, help="its number in the list")


def _dead_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    dead = _command(commands, "dead", _list_dead, "list what could not be handled or was refused, to retry or drop")
    ways = dead.add_subparsers(title="commands", metavar="")
    _command(ways, "list", _list_dead, "list it all (the default)")
    show = _command(ways, "show", _show_dead, "say what is known of one, without what is in it")
    retry = _command(ways, "retry", _retry_dead, "try inputs again, behind what waits in their chats")
    drop = _command(ways, "drop", _drop_dead, "throw some away")
    show.add_argument("name", help="such as in12 or out7, as in the list")
    for way in (retry, drop):
        way.add_argument("names", nargs="+", metavar="name", help="such as in12 or out7, as in the list; or all")
    drop.add_argument("--yes", action="store_true", help="really do it")


def _flow_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    flows = _command(commands, "flows", _group_help, "check, play and draw conversations")
    flows.set_defaults(help=flows.format_help)
    ways = flows.add_subparsers(title="commands", metavar="")
    check = _command(ways, "check", _flows_check, "say what is wrong with the content, with file and line")
    check.add_argument("--content", type=Path, help="folder of a language (default: the one that comes along)")
    check.add_argument("--transcripts", type=Path, help="folder of transcripts that must cover every button")
    listed = _command(ways, "list", _flows_list, "list all flows: how each begins, its size and its reading level")
    listed.add_argument("--as", dest="form", choices=["text", "markdown", "csv"], default="text", help="default: text")
    play = _command(ways, "play", _flows_play, "play a flow in the terminal")
    play.add_argument("flow")
    play.add_argument("--world", default="noor", help="the example family (default: noor)")
    draw = _command(ways, "draw", _flows_draw, "draw a flow as a diagram")
    draw.add_argument("flow")
    draw.add_argument("--svg", type=Path, metavar="FILE", help="write an SVG picture instead of Mermaid text")
    match = _command(ways, "match", _flows_match, "say which conversations fit a sentence, or how often that goes well")
    match.add_argument("sentence", nargs="*", help="what somebody might type")
    match.add_argument("--test", type=Path, nargs="+", default=[], metavar="FILE", help="sentences and what fits them")
    schema = _command(ways, "schema", _flows_schema, "print the JSON Schema of the files, for an editor")
    schema.add_argument("kind", choices=["flow", "deck", "texts", "screen"], nargs="?", default="flow")


# --- running ----------------------------------------------------------------------------------------------------------


def _prepared_settings() -> Settings:
    settings = read_settings()
    logs.set_up(settings.log_level)
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
    as_ever = gc.get_threshold()
    # What a start loads stays: looking for garbage among it, time and again, would be a sixth of the start.
    gc.set_threshold(20_000, 50, 50)
    # httpx looks whether what its own command line needs is installed, and loads all of it; we say that it is not.
    sys.modules["httpx._main"] = None  # type: ignore[assignment]
    from bot.app import Service
    from bot.operating.hanging import end_when_hanging

    async with Service(settings) as service:
        _stop_on_signals(service.stop)
        structlog.get_logger().info("ready", bot=service.bot.username)
        gc.collect()
        gc.freeze()
        gc.set_threshold(*as_ever)
        watching = asyncio.create_task(end_when_hanging())
        await service.run()
        watching.cancel()


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
        f"https://t.me/{username}?start={code}\ncode: {code}\nwho: {options.name}, {options.role}; valid 72 hours, once"
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


def _migrate(options: argparse.Namespace) -> int:
    settings = _prepared_settings()
    if options.to is not None:
        from bot.safekeeping import move

        return _said(*move(settings, options.to))
    from bot.app import open_database

    open_database(settings).close()
    print("The database has the newest tables.")
    return 0


def _backup(options: argparse.Namespace) -> int:
    from bot.app import utc_now
    from bot.safekeeping import make_backup

    return _said(make_backup(_prepared_settings(), options.file, utc_now()))


def _restore(options: argparse.Namespace) -> int:
    from bot.safekeeping import restore

    return _said(*restore(_prepared_settings(), options.file, look=options.look))


def _list_dead(options: argparse.Namespace) -> int:
    from bot.safekeeping import list_dead

    return _said(list_dead(_prepared_settings()))


def _show_dead(options: argparse.Namespace) -> int:
    from bot.safekeeping import show_dead

    return _said(show_dead(_prepared_settings(), options.name))


def _retry_dead(options: argparse.Namespace) -> int:
    from bot.safekeeping import retry_dead

    return _said(*retry_dead(_prepared_settings(), options.names))


def _drop_dead(options: argparse.Namespace) -> int:
    from bot.safekeeping import drop_dead

    return _said(*drop_dead(_prepared_settings(), options.names, sure=options.yes))


def _said(lines: Sequence[str], well: bool = True) -> int:
    print("\n".join(lines))
    return 0 if well else 1


def _doctor(options: argparse.Namespace) -> int:
    from bot.app import utc_now
    from bot.doctor.findings import Finding, Level, exit_code, report
    from bot.doctor.looking import look

    try:
        found = asyncio.run(look(_prepared_settings(), utc_now()))
    except SettingsProblem as error:
        found = [Finding(Level.WRONG, "settings", str(error))]
    print(report(found))
    return exit_code(found)


def _access(options: argparse.Namespace) -> None:
    from bot.conversation.matrix import as_table, doors
    from bot.safety.help import load_help
    from flows.engine.library import load

    print(as_table(doors(load(), load_help())))


def _new_key(options: argparse.Namespace) -> None:
    from bot.store.vault import new_key

    if not 1 <= options.number <= 255:
        raise SettingsProblem("a key's number is 1 to 255")
    print(new_key(options.number))


def _rotate_keys(options: argparse.Namespace) -> int:
    from bot.app import open_store
    from bot.store.rotation import rotate

    vault, database = open_store(_prepared_settings())
    try:
        outcome = rotate(database, vault)
    finally:
        database.close()
    print(f"Sealed anew with key {outcome.sealing}: {outcome.resealed} values.")
    for number, count in sorted(outcome.needed.items()):
        if number in outcome.known:
            print(f"Key {number} is still needed by {count} values; keep it, and run this again.")
        else:
            print(f"Key {number} is not here and is needed by {count} values; put it back, and run this again.")
    if outcome.damaged:
        print(f"{outcome.damaged} values are damaged: they open with no key.")
    for number in outcome.free:
        print(f"Key {number} is not used any more: it may be removed.")
    return 0 if outcome.is_done else 1


def _list_dossiers(options: argparse.Namespace) -> None:
    from bot.app import open_database
    from bot.care import dossiers

    database = open_database(_prepared_settings())
    found = database.do(dossiers.all_of_them)
    database.close()
    for one in found:
        print(f"{one.id}  kept until {one.kept_until.isoformat()}")
    if not found:
        print("There are no dossiers.")


def _show_dossier(options: argparse.Namespace) -> None:
    import json

    from bot.app import open_store
    from bot.care import dossiers

    vault, database = open_store(_prepared_settings())
    content = database.do(lambda connection: dossiers.read(connection, vault, options.id))
    database.close()
    if content is None:
        raise SettingsProblem(f"there is no dossier {options.id}; draaglicht dossiers lists them")
    print(json.dumps(content, ensure_ascii=False, indent=2))


# --- content ----------------------------------------------------------------------------------------------------------


def _flows_check(options: argparse.Namespace) -> int:
    from bot.conversation.actions import ACTIONS
    from bot.conversation.facts import FACT_NAMES
    from bot.safety.checks import check_safety
    from flows.engine.checks import check
    from flows.engine.library import CONTENT, load_sources

    content = options.content or CONTENT
    sources = load_sources(content)
    problems = check(sources, options.transcripts) + check_safety(content)
    for problem in problems:
        print(problem)
    catalog = sources.catalog.value
    unknown = sorted((set(catalog.actions) ^ set(ACTIONS)) | (set(catalog.facts) ^ FACT_NAMES))
    if unknown:
        print(f"{sources.catalog.path}: dit kent de dienst en de catalogus niet allebei: {', '.join(unknown)}")
    if problems or unknown:
        return WRONG
    print(f"{len(sources.flows)} gesprekken, {len(sources.decks)} stapels: niets te mopperen.")
    return 0


def _flows_list(options: argparse.Namespace) -> None:
    from flows.engine.library import load
    from flows.engine.overview import FORMATS

    print(FORMATS[options.form](load()), end="")


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


def _flows_match(options: argparse.Namespace) -> None:
    from flows.engine.library import load
    from flows.engine.matching import Matcher
    from flows.engine.matching_measured import measure, table

    if not options.sentence and not options.test:
        raise SettingsProblem("give a sentence, or --test with a file of sentences")
    matcher = Matcher(load().words)
    if options.test:
        print(table([measure(matcher, path) for path in options.test]))
    if options.sentence:
        offers = matcher.offers(" ".join(options.sentence), matcher.flows)
        print("\n".join(f"{offer.score:.2f}  {offer.flow}" for offer in offers) or "Nothing fits.")


def _flows_schema(options: argparse.Namespace) -> None:
    import json

    from flows.engine.schema import schema

    print(json.dumps(schema(options.kind), ensure_ascii=False, indent=2))
