"""What flows may have done, by the name that their catalog gives it.

Each action takes the turn and the engine's request, does its work in the turn's transaction, and may be asked again for
the same run (after a step back), so it must be safe to repeat. Does not know what is said before or after.
"""

from __future__ import annotations

from bot.conversation.actions import (
    announcing,
    appointing,
    coming_in,
    drawing,
    family,
    finding,
    following,
    guides,
    guiding,
    keeping,
    leave,
    loose,
    moving,
    own_data,
    peer_themes,
    peer_watching,
    peering,
    playing,
    preparing,
    reflex,
    reporting,
    resolving,
    safety,
    scenes,
    settings,
    switching,
    thoughts,
    workbook,
)
from bot.conversation.actions.common import Action

ACTIONS: dict[str, Action] = {
    **announcing.ACTIONS,
    **appointing.ACTIONS,
    **coming_in.ACTIONS,
    **family.ACTIONS,
    **following.ACTIONS,
    **leave.ACTIONS,
    **settings.ACTIONS,
    **loose.ACTIONS,
    **own_data.ACTIONS,
    **peer_watching.ACTIONS,
    **peer_themes.ACTIONS,
    **safety.ACTIONS,
    **keeping.ACTIONS,
    **moving.ACTIONS,
    **resolving.ACTIONS,
    **drawing.ACTIONS,
    **switching.ACTIONS,
    **guiding.ACTIONS,
    **guides.ACTIONS,
    **finding.ACTIONS,
    **scenes.ACTIONS,
    **thoughts.ACTIONS,
    **workbook.ACTIONS,
    **playing.ACTIONS,
    **reflex.ACTIONS,
    **reporting.ACTIONS,
    **preparing.ACTIONS,
    **peering.ACTIONS,
}
"""Every action there is, by name; the catalog of the flows must name the same."""
