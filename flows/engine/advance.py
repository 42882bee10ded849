"""Runs a conversation: given the state, what happened and the facts, the next state and what must be done.

A run goes on until it must wait: for a person, for a pause, or for the host to do something. Nothing here raises for
what a person does; an input that does not fit is an effect (`Unexpected`) and changes nothing.

Does not know: Telegram, the database, the clock (`now` is the person's local time, handed in), what actions do.
"""

from __future__ import annotations

from datetime import datetime

from flows.engine.inputs import Inputs
from flows.engine.library import Library
from flows.engine.state import Facts, Input, Outcome, State


def advance(library: Library, state: State, given: Input, facts: Facts, now: datetime) -> Outcome:
    """One input further. Pure: the same arguments give the same outcome.

    When the outcome holds a `Request`, the host does it and calls again with `Answered` and fresh facts, in the same
    transaction.
    """
    return Inputs(library, state, facts, now).take(given)
