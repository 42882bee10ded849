"""One's own data: to have it, to leave, what was agreed to, and who to call."""

from __future__ import annotations

from bot.care import consents, leaving, own_data, sharing
from bot.care.consents import Purpose
from bot.care.sharing import With
from bot.conversation import outgoing, peer_leaving, show
from bot.conversation.actions.common import me, named
from bot.conversation.facts import counted
from bot.conversation.turn import Turn
from flows.engine.state import Request, Value


def send_my_data(turn: Turn, request: Request) -> Value | None:
    """Everything that is kept, as one file in the chat."""
    connection, vault, person = turn.connection, turn.host.vault, me(turn)
    kinds = turn.host.library.catalog.records
    labels = {name: {"about": kind.about, **kind.fields} for name, kind in kinds.items()}
    flows = turn.host.library.flows.values()
    labels["flows"] = {flow.flow: flow.comes.name if flow.comes else flow.title for flow in flows}
    files = [[media.file_id, media.name] for media in own_data.media_of(connection, vault, person)]
    name = f"{turn.host.library.texts['my_data_file'].strip()}.zip"
    everything = own_data.everything_of(connection, vault, person, turn.now)
    turn.call(outgoing.archive(name, everything, labels, files))
    return None


def stop_for_now(turn: Turn, request: Request) -> Value | None:
    """Nothing comes any more until this person says something again."""
    leaving.stop(turn.connection, me(turn), turn.now)
    turn.refresh_person()
    return None


def erase_me(turn: Turn, request: Request) -> Value | None:
    """Everything of this person is deleted, what is still said in this turn excepted; answers what went, in words."""
    peer_leaving.erases(turn, me(turn))
    gone = leaving.erase(turn.connection, turn.host.vault, turn.host.law, me(turn), turn.now)
    turn.forget_person()
    return counted(turn.host.library.texts, gone.counts)


def withdraw(turn: Turn, request: Request) -> Value | None:
    """Takes this person's yes back. What was shared with the mentor is the person's own again, also after a new yes."""
    purpose = request.arguments["purpose"]
    consents.withdraw(turn.connection, me(turn).id, purpose, turn.now)
    if purpose == Purpose.SHARE:
        sharing.stop_sharing(turn.connection, me(turn).id, With.MENTOR)
    return None


def show_help(turn: Turn, request: Request) -> Value | None:
    """The help card of the person's region, ahead of everything else."""
    show.help_card(turn)
    return None


ACTIONS = named(send_my_data, stop_for_now, erase_me, withdraw, show_help)
