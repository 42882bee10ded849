"""What the book of a year costs: 365 evenings, 50 appointments, 40 reports and 60 photos, and whether anybody waits.

Measured: from the data and the photos as they were sent to the PDF, in a process of its own, with its start; what is
left out is getting the photos. The floor is a process that does no more than set plain text on as many pages with as
many small pictures. Beside it: the memory that the process held at most, and by how much the loop was late meanwhile
that answers everybody else, which is what another chat would notice.
"""

from __future__ import annotations

import asyncio
import io
import json
import resource
import statistics
import sys
from functools import partial
from typing import Any

import pypdf

from bot.pictures.workbook import as_svg
from bot.telegram import binding
from tests.benchmarks.places import Place
from tests.benchmarks.table import Aim, Result, Watch, in_turns
from tests.pictures import books

NAME = "workbook of a year"
AIM: Aim = ("at least", 0.15)
MOST_SECONDS: Aim = ("at most", 2.0)
"""The ratio holds on any machine; the seconds are of one with nothing else to do."""
MOST_MEMORY: Aim = ("at most", 300)
MOST_LATE: Aim = ("at most", 100)
_TICK = 0.005
_PLAIN = """
import json, sys, typst
told = json.load(sys.stdin)
typst.Compiler(told.pop("template").encode()).compile(format="pdf", sys_inputs=told)
"""
_TEMPLATE = """#let pages = int(sys.inputs.pages)
#for page in range(pages) {
  for paragraph in range(12) { par[#lorem(20 + calc.rem(page, 7)) #page #paragraph] }
  let photo = sys.inputs.at("photo " + str(page), default: none)
  if photo != none { image(bytes(photo), format: "svg", width: 6cm) }
  pagebreak(weak: true)
}"""


async def run(place: Place, *, quick: bool) -> list[Result]:
    """The same for every database: there is none in it."""
    data, photos = books.year()
    if quick:
        data, photos = books.usual(), {name: photos[name] for name in ("p0", "p1")}
    late: list[float] = []
    pages = len(pypdf.PdfReader(io.BytesIO(await binding.set_book(data, list(photos.items())))).pages)
    plain = {"template": _TEMPLATE, "pages": str(pages)}
    plain |= {f"photo {number}": as_svg(photo) for number, photo in enumerate(photos.values())}
    sheets = json.dumps(plain).encode()
    pair = await in_turns(1 if quick else 7, partial(_bound, data, photos, late), partial(_floor, sheets))
    megabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e3
    latest = statistics.median(late) * 1000
    aims = (None, None, None, None) if quick else (AIM, MOST_SECONDS, MOST_MEMORY, MOST_LATE)
    name = f"{NAME}, {pages} pages"
    return [
        Result(name, place.kind, f"{pair.measured:.2f} s", f"{pair.floor:.2f} s", pair.ratio, aims[0]),
        Result("until it is there", place.kind, f"{pair.measured:.2f} s", "", pair.measured, aims[1], " s"),
        Result("memory of its process", place.kind, f"{megabytes:.0f} MB", "", megabytes, aims[2], " MB"),
        Result("others wait meanwhile", place.kind, f"{latest:.1f} ms", "", latest, aims[3], " ms"),
    ]


async def _bound(data: dict[str, Any], photos: dict[str, bytes], late: list[float]) -> float:
    """Seconds for one book; adds by how much the loop was late at most."""
    ticking = asyncio.create_task(_latest())
    watch = Watch()
    pdf = await binding.set_book(data, list(photos.items()))
    seconds = watch.seconds
    ticking.cancel()
    late.append(max((await asyncio.gather(ticking, return_exceptions=True))[0].args[0], 0.0))
    if not pdf.startswith(b"%PDF-"):
        raise SystemExit("no book; mend tests/benchmarks/workbook.py")
    return seconds


async def _latest() -> None:
    """Until it is cancelled; says then, as its error, by how much a short sleep was late at most."""
    worst = 0.0
    try:
        while True:
            watch = Watch()
            await asyncio.sleep(_TICK)
            worst = max(worst, watch.seconds - _TICK)
    except asyncio.CancelledError:
        raise TimeoutError(worst) from None


async def _floor(sheets: bytes) -> float:
    watch = Watch()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _PLAIN), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL
    )
    await process.communicate(sheets)
    if process.returncode:
        raise SystemExit("no plain document; mend tests/benchmarks/workbook.py")
    return watch.seconds
