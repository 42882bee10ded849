"""The simulator as a process of its own: ``python -m bot.simulator --port 8081 [--state FILE]``."""

import argparse
import asyncio
import signal
import sys
from datetime import datetime

from bot.simulator.clock import SimulatedClock, parse_local
from bot.simulator.emulator import Emulator
from bot.simulator.web.server import SimulatorServer


def main(arguments: list[str] | None = None) -> int:
    """Run until interrupted. Prints one line with the address as soon as requests are taken."""
    parser = argparse.ArgumentParser(prog="python -m bot.simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8081, help="port; 0 picks a free one (default: %(default)s)")
    parser.add_argument("--state", help="file in which the chats are kept (default: not kept)")
    parser.add_argument("--clock", help="moment at which the clock starts, such as 2026-03-01T19:00 (default: now)")
    parser.add_argument("--frozen", action="store_true", help="let the clock stand still until it is moved")
    parser.add_argument("--enforce-limits", action="store_true", help="answer 429 when the bot sends too fast")
    parser.add_argument("--bot-username", default="draaglicht_bot", help="(default: %(default)s)")
    options = parser.parse_args(arguments)
    start: datetime | None = None
    if options.clock:
        try:
            start = parse_local(options.clock)
        except ValueError:
            parser.error(f"--clock: {options.clock!r} is not a moment")
    asyncio.run(_run(options, SimulatedClock(start, frozen=options.frozen)))
    return 0


async def _run(options: argparse.Namespace, clock: SimulatedClock) -> None:
    emulator = Emulator(
        clock,
        state_file=options.state,
        enforce_limits=options.enforce_limits,
        bot_username=options.bot_username,
    )
    server = SimulatorServer(emulator, host=options.host, port=options.port)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    address = await server.start()
    sys.stdout.write(f"{address}\n")
    sys.stdout.flush()
    await stopping.wait()
    await server.stop()


if __name__ == "__main__":
    sys.exit(main())
