"""Drawings around conflicts: an answer in four steps, making up in four steps, and a picture of an age (D3, D5, D6)."""

from __future__ import annotations

from collections.abc import Sequence

from bot.care import records
from bot.care.records import Record
from bot.conversation.actions.common import me
from bot.conversation.drawings.common import Drawing, Drawn
from bot.conversation.turn import Turn
from flows.engine.state import Request
from flows.engine.templates import capital, excerpt

_MOST = 300
"""In characters, of one step."""
_ENDS = ".!?…"


def asso_steps(turn: Turn, request: Request) -> Drawn | None:
    """What the parent sees, what it may feel like, how it is and what now, as one spoken text."""
    fields = ("see", "feel", "how_it_is", "now")
    record = _this(turn, request)
    said = [_sentence(record.said(name)) for name in fields if record and record.said(name)]
    steps = _steps(turn, "asso", fields, record)
    return _drawn(turn, "asso", steps, " ".join(said)) if steps else None


def repair_steps(turn: Turn, request: Request) -> Drawn | None:
    """The four steps of making up, each with the sentence that the parent chose; the own part large."""
    fields = ("calm", "come", "own", "further")
    record = _this(turn, request)
    steps = _steps(turn, "repair", fields, record)
    return _drawn(turn, "repair", steps, record.said("own")) if record and steps else None


def emotional_age(turn: Turn, request: Request) -> Drawn | None:
    """A picture of the age that fits the behaviour now, and what somebody of that age needs."""
    record = _this(turn, request)
    stage = str(record.value("stage") or "") if record else ""
    entries = turn.host.library.decks["emotional_age"].entries.values()
    picture = next((one for one in entries if one.fits({"kind": "picture", "theme": stage})), None)
    if not stage or picture is None:
        return None
    needs = [one.text for one in entries if one.fits({"kind": "need", "theme": stage})]
    low, _, high = str(picture.fields.get("years", "")).partition("-")
    words = {"text": picture.text, "needs": needs, "footer": turn.plain("picture_age_footer")}
    data = {
        "title": turn.plain("picture_age_title"),
        "years": turn.plain("picture_age_years", low=low, high=high),
        "stage": stage,
        **words,
    }
    return Drawn("picture_age", data, turn.text("picture_age_words", **words))


def _this(turn: Turn, request: Request) -> Record | None:
    """What the flow itself keeps."""
    return records.find(turn.connection, turn.host.vault, me(turn).id, request.key)


def _steps(turn: Turn, subject: str, fields: Sequence[str], record: Record | None) -> list[dict[str, str]]:
    """The steps that were filled in, under their names."""
    return [
        {"name": turn.plain(f"picture_{subject}_{name}"), "text": _sentence(record.said(name))}
        for name in fields
        if record and record.said(name)
    ]


def _drawn(turn: Turn, subject: str, steps: Sequence[dict[str, str]], spoken: str) -> Drawn:
    title = turn.plain(f"picture_{subject}_title")
    data = {
        "title": title,
        "steps": list(steps),
        "spoken_title": turn.plain(f"picture_{subject}_spoken") if spoken else "",
        "spoken": spoken,
        "footer": turn.plain("picture_steps_footer"),
    }
    return Drawn("steps", data, turn.text("picture_steps_words", title=title, steps=steps))


def _sentence(text: str) -> str:
    """What somebody typed, with a capital and a full stop."""
    short = capital(excerpt(text, _MOST))
    return short if not short or short[-1] in _ENDS else f"{short}."


DRAWINGS: dict[str, Drawing] = {
    "asso_steps": asso_steps,
    "repair_steps": repair_steps,
    "emotional_age": emotional_age,
}
