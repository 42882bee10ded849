"""The service as a process, in which whoever handles the text HOLDS does not go on before a lock is let go that a test
holds in the same database."""

from __future__ import annotations

import sys

import psycopg

from bot import app, cli
from bot.conversation.incoming import Incoming
from bot.settings import read_settings
from bot.telegram import inbound
from tests.faults.serve import Unpaced

HOLDS, LOCK = "houd vast", 4_711
_decode = inbound.decode


def _held(payload: bytes) -> Incoming:
    if HOLDS.encode() in payload:
        address = read_settings().database.replace("postgresql+psycopg:", "postgresql:")
        with psycopg.connect(address) as connection:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    return _decode(payload)


if __name__ == "__main__":
    app.Service = Unpaced  # type: ignore[misc]
    inbound.decode = _held
    sys.exit(cli.main(["run"]))
