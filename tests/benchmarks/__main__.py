"""`python -m tests.benchmarks`: runs the benchmarks and prints one table.

Times differ from machine to machine and from minute to minute; each ratio is of two things measured by turns in the
same run, and those are what the aims are about.
"""

from __future__ import annotations

import argparse
import asyncio
import sys

from tests.benchmarks import burst, families, growth, peers, process, throughput, ticks, updates, workbook
from tests.benchmarks.others import answering, reminders
from tests.benchmarks.places import POSTGRESQL, SQLITE, open_place
from tests.benchmarks.table import Result, show
from tests.databases import NoPostgreSQL

BENCHMARKS = {
    "updates": updates,
    "ticks": ticks,
    "growth": growth,
    "burst": burst,
    "process": process,
    "families": families,
    "workbook": workbook,
    "peers": peers,
    "throughput": throughput,
    "answering": answering,
    "reminders": reminders,
}
KINDS = {SQLITE: [SQLITE], POSTGRESQL: [POSTGRESQL], "both": [SQLITE, POSTGRESQL]}


def main(arguments: list[str] | None = None) -> int:
    """Exit code 1 when an aim is not met."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--only", choices=BENCHMARKS, help="run one benchmark")
    parser.add_argument("--database", choices=KINDS, default="both", help="(default: %(default)s)")
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that everything runs")
    options = parser.parse_args(arguments)
    results: list[Result] = []
    for kind in KINDS[options.database]:
        try:
            with open_place(kind) as place:
                for name, benchmark in BENCHMARKS.items():
                    if options.only in (None, name):
                        print(f"{name} on {kind} ...", file=sys.stderr, flush=True)
                        results += asyncio.run(benchmark.run(place, quick=options.quick))
        except NoPostgreSQL as reason:
            print(f"no PostgreSQL: {reason}", file=sys.stderr)
    print(show(results))
    return 1 if any(result.met is False for result in results) else 0


if __name__ == "__main__":
    sys.exit(main())
