"""Looking back together at a recording: the parent picks what to look at, and it is discussed 7 to 10 days later."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from bot.care.guidance import Entry
from flows.engine.values import dataclass

KIND = "video"
PLANNED, FOCUS, TALKED = "planned", "focus", "talked"
FOCUS_IS, RECORDED_ON, REPORT = "focus", "date", "report"
TALK_AFTER, TALK_BY = timedelta(days=7), timedelta(days=10)


@dataclass(frozen=True, slots=True)
class Video:
    """A recording. `focus` is empty until somebody picked it, `report` until it was discussed."""

    id: int
    family_id: int
    recorded_on: date
    focus: str
    picked_by: str
    report: str
    made_by: str


def videos_of(entries: Sequence[Entry]) -> list[Video]:
    """The recordings in these entries of one or more families, the newest first."""
    later: dict[tuple[int | None, str], Entry] = {(one.amends_id, one.topic): one for one in entries}
    found = []
    for one in entries:
        if one.topic != PLANNED:
            continue
        focus, talked = later.get((one.id, FOCUS)), later.get((one.id, TALKED))
        found.append(
            Video(
                id=one.id,
                family_id=one.family_id,
                recorded_on=date.fromisoformat(str(one.entry[RECORDED_ON])),
                focus=str((focus or one).entry.get(FOCUS_IS, "")),
                picked_by=(focus or one).author,
                report=str(talked.entry.get(REPORT, "")) if talked else "",
                made_by=one.author,
            )
        )
    return found[::-1]
