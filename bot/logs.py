"""What the service says of itself on stderr: that something happened and where, never about whom or with which words.

Our own entries are an event and a few facts, and only facts that are named here. Of a library's line, a warning or an
error nobody caught, only its kind and its place in the code are told: texts and addresses, the token among them, stand
in messages and in values, and both are left out at every level. A row of inbox or outbox stands for a chat.
"""

from __future__ import annotations

import logging
import sys
import threading
import traceback
import warnings
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

import structlog

FACTS = frozenset(
    {
        "event",
        "level",
        "timestamp",
        "part",
        "problem",
        "trace",
        "where",
        "logger",
        "bot",
        "inbox",
        "outbox",
        "timer",
        "alert",
        "kind",
        "purpose",
        "count",
        "seconds",
        "whole_bot",
    }
)
"""What an entry may hold: names of our own making, numbers of rows, counts. Who adds one makes sure that it can never
hold a name, a text, a chat or a token."""

_LIBRARIES = "library"
_ERROR = "error nobody caught"
_FRAMES = 30


def set_up(level: str, stream: TextIO | None = None) -> None:
    """From now on everything that is logged, warned of or not caught goes to `stream` (stderr), at `level` or above.

    Libraries are heard from `warning` on, and entirely at `debug`.
    """
    target = stream or sys.stderr
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            _only_facts,
            structlog.dev.ConsoleRenderer() if target.isatty() else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(target),
    )
    _listen_to_libraries(number if number <= logging.DEBUG else max(number, logging.WARNING))
    warnings.showwarning = _warned
    sys.excepthook = _not_caught
    sys.unraisablehook = lambda given: _not_caught(given.exc_type, given.exc_value, given.exc_traceback)
    threading.excepthook = lambda given: _not_caught(given.exc_type, given.exc_value, given.exc_traceback)


def _only_facts(_logger: Any, _method: str, entry: MutableMapping[str, Any]) -> Mapping[str, Any]:
    return {name: value for name, value in entry.items() if name in FACTS}


# --- what others say --------------------------------------------------------------------------------------------------


class _Library(logging.Handler):
    """Passes on who said something, how grave it is, and in which line of code: there stands what it was about."""

    def emit(self, record: logging.LogRecord) -> None:
        facts: dict[str, Any] = {"logger": record.name, "where": f"{record.module}:{record.lineno}"}
        error = record.exc_info[1] if record.exc_info else None
        if error:
            facts |= {"problem": _kinds(error), "trace": _trace(error.__traceback__)}
        level = min(max(record.levelno // 10 * 10, logging.DEBUG), logging.CRITICAL)
        try:
            structlog.get_logger().log(level, _LIBRARIES, **facts)
        except Exception:
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:
        """Says nothing: logging itself would print the line with all that is in it."""


def _listen_to_libraries(level: int) -> None:
    """All loggers lead to one handler, also those that have one of their own."""
    root = logging.getLogger()
    root.handlers[:] = [_Library()]
    root.setLevel(level)
    for known in [*root.manager.loggerDict.values()]:
        if isinstance(known, logging.Logger):
            known.handlers.clear()
            known.propagate = True
    logging.raiseExceptions = False


def _warned(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    where = f"{Path(filename).stem}:{lineno}"
    structlog.get_logger().warning(_LIBRARIES, logger="warnings", problem=category.__name__, where=where)


def _not_caught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        problem = _kinds(error) if error else kind.__name__
        structlog.get_logger().error(_ERROR, problem=problem, trace=_trace(trace))


def _kinds(error: BaseException) -> str:
    """The kind of an error, and of those that it came from."""
    kinds, seen = [], set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        kinds.append(type(one).__name__)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return " from ".join(kinds)


def _trace(trace: TracebackType | None) -> list[str]:
    """The way through the code, the innermost last: files, lines and functions, no values."""
    steps = list(traceback.walk_tb(trace))[-_FRAMES:]
    return [f"{frame.f_globals.get('__name__', '?')}:{line} {frame.f_code.co_name}" for frame, line in steps]
