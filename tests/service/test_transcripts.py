"""Every transcript once more, through the whole service: HTTP, emulator, database, sender."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import Any

import pytest

from flows.engine.transcript import Beat, Transcript, read_transcript
from flows.engine.transcript_lines import Bot, Forgot, Kept, Odd, Ticks
from tests.service.actor import Actor, plain
from tests.service.town import open_town
from tests.support.transcripts import all_paths

_THROWS_AWAY = ("erase_me", "throw_away_record")
"""The actions after which what was kept is not there any more."""


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every transcript with `--full`. As a rule the first one of each flow and every thirty-second of all others, to
    stay within the time that CI has; the engine plays them all."""
    paths = all_paths()
    if not metafunc.config.getoption("--full"):
        first = {path.parent: path for path in reversed(paths)}
        others = [path for path in paths if first[path.parent] != path]
        paths = sorted([*first.values(), *others[::32]])
    metafunc.parametrize("path", paths, ids=_name)


async def test_plays_through_the_service(path: Path, tmp_path: Path, cache: Path) -> None:
    transcript = read_transcript(path).value
    async with open_town(tmp_path, transcript.now.isoformat(), cache=cache) as town:
        actor = Actor(town)
        for beat in transcript.beats():
            actor.meanwhile(transcript, beat)
            seen = await _act(actor, transcript, beat)
            if not any(isinstance(line, Odd) for line in beat.lines):
                _compare(town.phone("annelies").transcript(), beat, seen)
        expected = _kept(transcript)
        if expected and not any(gone in str(beat.lines) for beat in transcript.beats() for gone in _THROWS_AWAY):
            kept = actor.kept()
            missing = [one for one in expected if one not in kept]
            assert not missing, actor.phone.transcript()


async def _act(actor: Actor, transcript: Transcript, beat: Beat) -> list[Any]:
    act = beat.act
    if act is None:
        return await actor.begin(transcript)
    match act.verb:
        case "tap_again":
            return await actor.tap_again()
        case "edits":
            return await actor.edits(act.value.was, act.value.to)
        case "starts":
            return await actor.starts(act.value, act.values)
        case verb:
            return await getattr(actor, verb)(act.value)


def _compare(screen: str, beat: Beat, seen: list[Any]) -> None:
    """The messages of one beat; a notice of the service in front of them (`/stop`, an edit, a photo) is its own
    affair."""
    wanted = _spelled(beat.lines)
    found = _spelled(seen)
    if wanted and found and beat.act and beat.act.verb in ("command", "edits", "sends"):
        found = found[-len(wanted) :]
        found[0] = found[0][-len(wanted[0]) :]
    if beat.act and beat.act.verb in ("command", "edits") and not wanted:
        return
    if wanted != found:
        changed = "\n".join(difflib.unified_diff(wanted, found, "geschreven", "gebeurd", lineterm="", n=9))
        pytest.fail(f"{beat.act}\n{changed}\n\n{screen}", pytrace=False)


def _spelled(lines: list[Any]) -> list[str]:
    return [
        f"{plain(line.text) if isinstance(line, Bot) else ''}\n{line.buttons}"
        for line in lines
        if isinstance(line, Bot | Ticks)
    ]


def _kept(transcript: Transcript) -> list[tuple[str, str, Any]]:
    """What the script says is kept in the end: kind, field, value."""
    kept: dict[str, dict[str, Any]] = {}
    for beat in transcript.beats():
        for line in beat.lines:
            if isinstance(line, Kept):
                for record, fields in line.records.items():
                    kept.setdefault(record, {}).update(fields)
            elif isinstance(line, Forgot):
                for record, names in line.records.items():
                    for name in names:
                        kept.get(record, {}).pop(name, None)
    return [(record, name, value) for record, fields in kept.items() for name, value in fields.items()]
