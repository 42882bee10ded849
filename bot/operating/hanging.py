"""Ends a process whose event loop hangs: its duties are free for others then, and systemd or compose starts it anew.

Does not know why it hangs; the log shows where, without anything that was said.
"""

from __future__ import annotations

import asyncio
import faulthandler

HANGS_SECONDS = 60.0
_BEATS = 6


async def end_when_hanging(seconds: float = HANGS_SECONDS) -> None:
    """Ends the process, with code 1, once the event loop stood still for so long. Runs until cancelled."""
    try:
        while True:
            faulthandler.dump_traceback_later(seconds, exit=True)
            await asyncio.sleep(seconds / _BEATS)
    finally:
        faulthandler.cancel_dump_traceback_later()
