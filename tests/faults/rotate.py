"""`draaglicht keys rotate`, again and again, for fault tests: whoever kills one is waited on by the next, which is
there at once, as everything has been loaded.

The file `rotating` tells the process that does it now.
"""

from __future__ import annotations

import os
from pathlib import Path

import bot.app
import bot.store.rotation  # noqa: F401 - loaded before the first one begins
from bot.cli import main

NOW = "rotating"


def forever() -> None:
    """Until somebody kills us as well."""
    while True:
        child = os.fork()
        if not child:
            os._exit(main(["keys", "rotate"]))
        draft = Path(f".{NOW}")
        draft.write_text(str(child))
        draft.rename(NOW)
        os.waitpid(child, 0)


if __name__ == "__main__":
    forever()
