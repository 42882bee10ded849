"""When somebody's words point at danger: the help card, and a question about it that comes before anything else.

What they wrote is never swallowed: it is taken as it would be otherwise, only without a word, and after the question
the person is back at the very question where they were. Does not know what danger sounds like: that is
`safety.danger`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from bot.conversation import show
from bot.conversation.incoming import InGroup
from bot.conversation.turn import SAFETY_FLOWS, Turn
from bot.safety.danger import Finding, Tier
from bot.store import timers
from bot.store.timers import Timer
from flows.engine.state import Forget, Resume, Run

NOW, ASKED = "danger_now", "danger_asked"
_FLOWS: dict[Tier, str] = {"explicit": NOW, "possible": ASKED}
_LULL: dict[Tier, str] = {"explicit": "lull", "possible": "lull_too"}
"""The timers that end the time in which the same is not asked again. Their names tell nobody anything."""
LULL_KEYS = frozenset(_LULL.values())
LULL = timedelta(minutes=30)
_LULL_USEFUL = 60


def look_first(turn: Turn, text: str, respond: Callable[[], object], *, aloud: bool = False) -> None:
    """Does with a message what `respond` does; when it may speak of danger, that is asked about before all else.

    `aloud`: what `respond` says is said in any case, before the question.
    """
    finding = turn.host.danger.look(text) if text else None
    if finding and (finding.tier == "explicit" or turn.person is None):
        show.help_card(turn, first=turn.host.danger.lines(finding.category))
    open_run, since = _open_run(turn), len(turn.calls)
    respond()
    if turn.person is None:
        return
    if open_run:
        if not aloud and not _went_on(turn, open_run):
            turn.take_back(since)
            _stay(turn, open_run, finding)
    elif finding and not was_asked(turn, finding.tier):
        if not aloud:
            turn.take_back(since)
        _ask(turn, finding.tier)


def look_in_group(turn: Turn, said: InGroup) -> None:
    """What somebody says in a group may speak of danger: they are asked about it in their own chat, and nothing is said
    where others read along. Of who has no chat with us the group gets the card, as if anybody had asked for it."""
    finding = turn.host.danger.look(said.text) if said.text else None
    if finding is None:
        return
    guest = turn.person is None and turn.state.running is not None
    if not guest and (turn.person is None or turn.person.blocked):
        _tell_group(turn, said.group_id, finding)
        return
    open_run = _open_run(turn)
    asks = not guest and (_is_plainer(finding, open_run) if open_run else not was_asked(turn, finding.tier))
    if finding.tier == "explicit":
        show.help_card(turn, first=turn.host.danger.lines(finding.category))
    if asks or finding.tier == "explicit":
        turn.lead_in("danger_in_group")
    if asks:
        _ask(turn, finding.tier)
        if open_run:
            turn.apply(Forget(open_run.id))


def _tell_group(turn: Turn, group_id: int, finding: Finding) -> None:
    """Only for what was said plainly: with less to go on, a card would point at the writer for nothing."""
    if finding.tier == "explicit" and _LULL[finding.tier] not in timers.of_chat(turn.connection, group_id):
        _begin_lull(turn, group_id, finding.tier)
        show.help_card_in_group(turn, group_id)


def _open_run(turn: Turn) -> Run | None:
    """The conversation about danger that the person is in, if they are."""
    running = turn.state.running
    return running if running and running.flow in SAFETY_FLOWS else None


def _went_on(turn: Turn, before: Run) -> bool:
    """Whether what was said answered the conversation about danger, which moved on or is over."""
    running = turn.state.running
    stands_still = running is not None and running.id == before.id and running.turn == before.turn
    return not stands_still and all(run.id != before.id for run in turn.state.parked)


def _stay(turn: Turn, open_run: Run, finding: Finding | None) -> None:
    """The question about danger is asked once more; a plainer one, if what was said meanwhile is plainer."""
    if finding and _is_plainer(finding, open_run):
        _ask(turn, finding.tier)
        turn.apply(Forget(open_run.id))
    else:
        turn.lead_in("danger_first")
        turn.apply(Resume(open_run.id))


def _is_plainer(finding: Finding, open_run: Run) -> bool:
    """Whether danger is now said plainly, and was only asked about."""
    return open_run.flow == ASKED and finding.tier == "explicit"


def _ask(turn: Turn, tier: Tier) -> None:
    _begin_lull(turn, turn.chat_id, tier)
    turn.start(_FLOWS[tier])


def _begin_lull(turn: Turn, chat_id: int, tier: Tier) -> None:
    timers.put(turn.connection, Timer(chat_id, _LULL[tier], turn.now + LULL, _LULL_USEFUL))


def was_asked(turn: Turn, tier: Tier) -> bool:
    """Whether this, or worse, was asked a short while ago."""
    asked = timers.of_chat(turn.connection, turn.chat_id).keys()
    return _LULL["explicit"] in asked or _LULL[tier] in asked
