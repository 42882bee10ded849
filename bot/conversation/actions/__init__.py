"""What flows may have done, by the name that their catalog gives it.

Each action takes the turn and the engine's request, does its work in the turn's transaction, and may be asked again for
the same run (after a step back), so it must be safe to repeat. Does not know what is said before or after.
"""

from __future__ import annotations

from bot.conversation.actions import (
    coming_in,
    drawing,
    family,
    keeping,
    loose,
    moving,
    own_data,
    playing,
    resolving,
    safety,
    scenes,
    settings,
    switching,
    thoughts,
)
from bot.conversation.actions.common import Action

ACTIONS: dict[str, Action] = {
    **coming_in.ACTIONS,
    **family.ACTIONS,
    **settings.ACTIONS,
    **loose.ACTIONS,
    **own_data.ACTIONS,
    **safety.ACTIONS,
    **keeping.ACTIONS,
    **moving.ACTIONS,
    **resolving.ACTIONS,
    **drawing.ACTIONS,
    **switching.ACTIONS,
    **scenes.ACTIONS,
    **thoughts.ACTIONS,
    **playing.ACTIONS,
}
"""Every action there is, by name; the catalog of the flows must name the same."""
