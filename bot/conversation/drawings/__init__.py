"""Pictures of what a person kept: what is in them, and the words that say the same. One module a subject.

A drawing takes the turn and the engine's request, and gives what `pictures` draws, or nothing when there is too little
to draw. Does not know how anything is drawn.
"""

from __future__ import annotations

from bot.conversation.drawings import body, conflict, homes, measures, network, thoughts, together
from bot.conversation.drawings.common import Drawing

DRAWINGS: dict[str, Drawing] = {
    **conflict.DRAWINGS,
    **measures.DRAWINGS,
    **body.DRAWINGS,
    **homes.DRAWINGS,
    **network.DRAWINGS,
    **thoughts.DRAWINGS,
    **together.DRAWINGS,
}
"""Every drawing there is, by the name that flows use."""
