"""The course "Jij mag kind zijn": five sessions with a child, and a talk with the parents between the second and the
fourth. What was done is in `guidance`. Pure."""

from __future__ import annotations

from collections.abc import Collection

KIND = "course"
NOTE = "note"
PARENT_TALK = "parent_talk"
SESSIONS = ("session_1", "session_2", "session_3", "session_4", "session_5")
ORDER = (*SESSIONS[:2], PARENT_TALK, *SESSIONS[2:])
"""As it is offered: the talk with the parents when the second session is done."""


def next_up(done: Collection[str]) -> str:
    """What comes now, or nothing when the course is done. The talk with the parents is offered from the second session
    until the fourth is done, and stands in no session's way."""
    if SESSIONS[3] in done:
        return next((one for one in SESSIONS if one not in done), "")
    return next((one for one in ORDER if one not in done), "")
