"""One input being handled: who it is about, the conversation so far, and what goes out when it is done.

Applies the engine's effects. Does not know which input leads to what: that is `handle`.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property
from types import MappingProxyType
from typing import Any, assert_never
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot.care import notes, people, privacy, records, rituals, switches, uses
from bot.care.dossiers import NOTHING_BY_LAW, ByLaw
from bot.care.people import Person, Present
from bot.care.records import Field
from bot.conversation import outgoing
from bot.conversation.facts import Facts
from bot.conversation.incoming import Incoming, Message, Tapped
from bot.conversation.outgoing import Rows
from bot.safety.access import Who, audience, who_is
from bot.safety.danger import DangerWords
from bot.safety.help import HelpCards
from bot.screens import entries
from bot.store import outbox, timers
from bot.store.outbox import Call, Priority, Purpose
from bot.store.tables import conversations
from bot.store.timers import Timer
from bot.store.upsert import upsert
from bot.store.vault import Vault
from flows.engine.advance import advance
from flows.engine.library import Library
from flows.engine.matching import Matcher
from flows.engine.state import (
    Answered,
    Asked,
    Chosen,
    Ended,
    Input,
    Keep,
    Key,
    Media,
    Parked,
    Request,
    Retick,
    Say,
    Start,
    Started,
    State,
    Typed,
    Unexpected,
    Unkeep,
    Value,
    Wake,
    dump_state,
    load_state,
)
from flows.engine.templates import render
from flows.engine.values import dataclass
from flows.engine.walking import LEFT, STOPPED

LOOSE_FLOW = "loose_input"
RITUAL_FLOW = "evening_ritual"
REMINDER_FLOW, QUIET_FLOW, LOOK_BACK_FLOW = "evening_reminder", "quiet_evenings", "look_back"
STILL_THERE_FLOW, AGREE_AGAIN_FLOW = "still_there", "agree_again"
SAFETY_FLOWS = frozenset({"danger_now", "danger_asked", "unsafe_now", "in_danger"})
"""Nothing else comes between while one of these runs."""
_WAKE_USEFUL = {"pause": timedelta(hours=1), "silence": timedelta(hours=12)}


@dataclass(frozen=True)
class Host:
    """What every input can count on, the same for all. `link` makes an invitation's code into a start link; `law` says
    what the organisation must keep of who leaves; `has_others`: other processes handle inputs too, perhaps of another
    version."""

    library: Library
    vault: Vault
    help: HelpCards
    danger: DangerWords
    default_zone: ZoneInfo
    default_region: str
    link: Callable[[str], str]
    law: ByLaw = NOTHING_BY_LAW
    has_others: bool = False

    @cached_property
    def matcher(self) -> Matcher:
        """Finds flows for what people type."""
        return Matcher(self.library.words)


class Turn:
    """The handling of one input of one chat."""

    def __init__(
        self,
        host: Host,
        connection: Connection,
        chat_id: int,
        incoming: Incoming,
        now: datetime,
        present: Present | None = None,
    ) -> None:
        """`present` is who is in the chat, where that was read along with the input."""
        self.host, self.connection, self.chat_id, self.incoming, self.now = host, connection, chat_id, incoming, now
        present = present or people.present(connection, host.vault, chat_id)
        self.person: Person | None = present.person
        self.before = present.state
        self.active_at = present.active_at
        self.began = self.state = load_state(present.state) if present.state else State()
        self.calls: list[Call] = []
        self._last: list[Call] = []
        self._lead = ""
        self.purpose: Purpose = "answer"
        self.priority = Priority.ANSWER
        self.expires_at: datetime | None = None
        self.unexpected: Unexpected | None = None
        self.note: str | None = None
        self.off: frozenset[str] = frozenset()
        """Runs that ended because their flow was switched off."""
        self.facts = Facts(connection, host.vault, chat_id, self.person, now, host.default_zone, host.library)
        self.facts.law, self.facts.fitting = host.law, self._fitting
        self._note_loose()
        self.facts.children_at_hand = present.children
        self.facts.knows_groups = present.knows_groups

    @property
    def is_of_another_version(self) -> bool:
        """Whether the conversation stands at a step that our content does not have."""
        running = self.state.running
        return running is not None and self.host.library.step(running.top.flow, running.top.step) is None

    # --- going out ------------------------------------------------------------------------------------------------

    def send(self, text: str, rows: Rows = (), turn: int | None = None) -> None:
        """A message to this chat. `text` is HTML; `turn` that of the question which it asks."""
        text = "\n\n".join(part for part in (self._lead, text) if part)
        self._lead = ""
        self.call(outgoing.send(text, rows, quiet=self._is_silent), turn=turn if rows else None)

    def show(self, text: str, rows: Rows = (), message_id: int | None = None) -> None:
        """A message that is no question of a flow: a new one, or in place of the one with this id."""
        if message_id is None:
            self.send(text, rows)
        else:
            self.call(outgoing.edit(message_id, text, rows), "edit")

    @property
    def _is_silent(self) -> bool:
        """Whether what is said now makes no sound: a notice, and a reminder if the person wants it so."""
        return self.purpose == "notice" or (
            self.purpose == "ritual" and self.person is not None and self.person.silent_reminders
        )

    def lead_in(self, name: str, /, **scope: object) -> None:
        """A text of the library to put above the next message of this turn, or to send alone if none follows."""
        self._lead = self.text(name, **scope)

    def no_lead_in(self) -> None:
        """What was to be put above the next message is not."""
        self._lead = ""

    def take_back(self, since: int) -> None:
        """Leaves unsaid what was to be said to this chat after the first `since` calls: something else comes first."""
        self._lead = ""
        self.calls[since:] = [call for call in self.calls[since:] if not self._is_said_here(call)]

    def _is_said_here(self, call: Call) -> bool:
        return call.chat_id == self.chat_id and call.call["do"] == "send" and call.purpose != "safety"

    def say(self, name: str, /, **scope: object) -> None:
        """A text of the library to this chat."""
        self.send(self.text(name, **scope))

    def text(self, name: str, /, **scope: object) -> str:
        """A text of the library, filled in, as HTML."""
        return render(self.host.library.texts[name], scope)

    def plain(self, name: str, /, **scope: object) -> str:
        """A text of the library, filled in, as plain text: for a button, a picture or a file."""
        return render(self.host.library.texts[name], scope, html=False)

    def key(self, name: str, token: str, /, **scope: object) -> Key:
        """A button: a text of the library, filled in, and what a tap on it asks for."""
        return entries.key(self.host.library, name, token, **scope)

    def call(self, call: dict[str, Any], purpose: Purpose | None = None, turn: int | None = None) -> None:
        """Something to do in this chat, as `outgoing` makes it."""
        self.calls.append(
            Call(self.chat_id, call, self.priority, purpose or self.purpose, expires_at=self.expires_at, turn=turn)
        )

    def call_last(self, call: dict[str, Any]) -> None:
        """Something to do in this chat after all that is still said in this turn: what takes a while."""
        self._last.append(Call(self.chat_id, call, self.priority, self.purpose))

    def call_elsewhere(
        self,
        chat_id: int,
        call: dict[str, Any],
        letter_id: int | None = None,
        not_before: datetime | None = None,
        *,
        bulk: bool = False,
    ) -> None:
        """Something to do in somebody else's chat. What waits there must not hold up that chat's own answers, and what
        is one of many (`bulk`) must not hold up anybody's."""
        priority = Priority.BULK if bulk or not_before else Priority.ANSWER
        self.calls.append(Call(chat_id, call, priority, "letter", not_before=not_before, letter_id=letter_id))

    # --- the engine -----------------------------------------------------------------------------------------------

    def start(
        self,
        flow: str,
        values: Mapping[str, Value] = MappingProxyType({}),
        *,
        invited: bool = False,
        before: Callable[[str, str], object] | None = None,
    ) -> None:
        """Begins a flow in this chat, if this person may; an unknown or forbidden one is `unexpected`.

        `values` are remembered there from the start. `invited`: an open invitation led here. `before` is called with
        the run and the key of the record that the flow will write.
        """
        if not invited and not self.may_start(flow):
            self.unexpected = Unexpected("dark")
            return
        run = secrets.token_hex(4)
        if before:
            before(run, f"{run}.1")
        if flow == LOOSE_FLOW:
            self.facts.loose_key = f"{run}.1"
        self.apply(Start(flow, run, values))

    def may_start(self, flow: str) -> bool:
        """Whether the flow is for somebody like this person, and on for their family. A guest starts nothing without
        an invitation."""
        known = self.host.library.flows.get(flow)
        if known is None or not self.who & audience(known.audience):
            return False
        return not known.gated or flow in self.switched_on

    def is_off(self, flow: str) -> bool:
        """Whether this flow is for somebody like this person, but not on for their family."""
        known = self.host.library.flows.get(flow)
        fits = known is not None and known.gated and bool(self.who & audience(known.audience))
        return fits and flow not in self.switched_on

    def let_go_of_what_is_off(self) -> None:
        """Ends what runs or rests of flows that were switched off meanwhile."""
        runs = [run for run in (self.state.running, *self.state.parked) if run]
        off = {run.id for run in runs if any(self.is_off(frame.flow) for frame in run.frames)}
        if off:
            running = self.state.running if self.state.running and self.state.running.id not in off else None
            parked = tuple(run for run in self.state.parked if run.id not in off)
            self.state, self.off = replace(self.state, running=running, parked=parked), frozenset(off)

    def _fitting(self, text: str) -> list[str]:
        """The flows that fit what somebody typed, of those that they may start and are not in already."""
        under_way = {run.flow for run in (self.state.running, *self.state.parked) if run and not run.rests}
        return [offer.flow for offer in self.host.matcher.offers(text, self._startable - under_way)]

    @cached_property
    def _startable(self) -> frozenset[str]:
        """The flows that this person may start, which takes long to find out."""
        return frozenset(flow for flow in self.host.library.flows if self.may_start(flow))

    @cached_property
    def switched_on(self) -> frozenset[str]:
        """The gated flows that this person's family has."""
        family_id = self.person.family_id if self.person else None
        return switches.flows_on(self.connection, family_id) if family_id else frozenset()

    @property
    def who(self) -> Who:
        """What this person is to the bot."""
        return who_is(self.person)

    def apply(self, given: Input) -> None:
        """One input for the engine, with all that it asks of us on the way."""
        self.unexpected = None
        asked = self.state.running.turn if self.state.running and isinstance(given, Typed | Media) else None
        while True:
            outcome = advance(self.host.library, self.state, given, self.facts, self.facts.local)
            self.state = outcome.state
            self._note_loose()
            self._carry_out(outcome.effects)
            if outcome.request is None:
                break
            given = Answered(self._do(outcome.request))
            self.facts.forget()
        if asked and not self.unexpected and (self.state.running is None or self.state.running.turn != asked):
            self._close(asked)

    def _close(self, turn: int) -> None:
        """Takes the buttons off a question that was answered without them."""
        message_id = outbox.message_of_turn(self.connection, self.chat_id, turn)
        if message_id:
            self.call(outgoing.edit_rows(message_id), "edit")

    def _do(self, request: Request) -> Value | None:
        from bot.conversation.actions import ACTIONS

        return ACTIONS[request.action](self, request)

    def refresh_person(self) -> None:
        """Looks the person up anew, after a change."""
        self.person = people.present(self.connection, self.host.vault, self.chat_id).person
        self.facts.person = self.person

    def forget_person(self) -> None:
        """The person was erased: nothing of this turn is kept any more, nor offered to go on with."""
        self.person = self.facts.person = None
        self.state = replace(self.state, parked=())

    def _note_loose(self) -> None:
        runs = (self.state.running, *reversed(self.state.parked))
        self.facts.loose_key = next((run.top.key for run in runs if run and run.top.flow == LOOSE_FLOW), None)
        self.facts.forget_but_children()

    def _carry_out(self, effects: tuple[Any, ...]) -> None:
        self._write_records([effect for effect in effects if isinstance(effect, Keep | Unkeep)])
        answers = [effect for effect in effects if isinstance(effect, Say)]
        for effect in (*answers, *(effect for effect in effects if not isinstance(effect, Say))):
            match effect:
                case Say():
                    # On a locked screen it is nobody's business what was left half-way.
                    unasked = effect.step == "half_way" and self.purpose == "notice"
                    text = self.text("half_way_reminder") if unasked else effect.text
                    self.send(text, effect.rows, effect.turn)
                case Retick():
                    if isinstance(self.incoming, Tapped) and self.incoming.message_id:
                        call = outgoing.edit_rows(self.incoming.message_id, effect.rows)
                        self.call(call, "edit")
                case Chosen():
                    self.show_choice(effect.label)
                case Asked():
                    if isinstance(self.incoming, Message):
                        message_id = self.incoming.message_id
                        records.note_answer(
                            self.connection, self.chat_id, message_id, effect.run, effect.key, effect.name
                        )
                case Wake():
                    useful = int(_WAKE_USEFUL[effect.kind].total_seconds())
                    due_at = self.now + effect.after
                    timers.put(self.connection, Timer(self.chat_id, effect.kind, due_at, useful, effect.turn))
                case Started():
                    self._note_started(effect.flow)
                case Unexpected():
                    self.unexpected = effect
                case Ended(flow=flow, run=run, outcome=outcome):
                    if flow == LOOSE_FLOW and outcome in (LEFT, STOPPED) and self.person:
                        notes.decide_to_keep(self.connection, self.person.id, f"{run}.1")
                case Keep() | Unkeep() | Parked():
                    pass
                case _:
                    assert_never(effect)

    def _note_started(self, flow: str) -> None:
        if self.person is None:
            return
        if flow == RITUAL_FLOW:
            rituals.done_for_tonight(self.connection, self.person, self.now)
        known = self.host.library.flows.get(flow)
        if known and known.command:
            uses.note(self.connection, self.person.id, flow, self.now)

    def show_choice(self, label: str) -> None:
        """Takes the buttons off the tapped message and writes the choice under it."""
        tapped = self.incoming
        if not isinstance(tapped, Tapped) or tapped.message_id is None:
            return
        if tapped.html is None:
            self.call(outgoing.edit_rows(tapped.message_id), "edit")
        else:
            self.call(outgoing.edit(tapped.message_id, f"{tapped.html}\n\n{self.text('chosen', label=label)}"), "edit")

    def _write_records(self, effects: list[Keep | Unkeep]) -> None:
        if self.person is None:
            return
        together: dict[str, list[Keep | Unkeep]] = {}
        for effect in effects:
            together.setdefault(effect.key, []).append(effect)
        for key, group in together.items():
            refs = next((effect.refs for effect in group if isinstance(effect, Keep)), {})
            records.keep(
                self.connection,
                self.host.vault,
                person_id=self.person.id,
                key=key,
                kind=group[0].record,
                fields={
                    effect.name: Field(effect.value, effect.said) if isinstance(effect, Keep) else None
                    for effect in group
                },
                child_id=self._child(refs.get("child")),
                today=self.facts.local.date(),
                now=self.now,
            )

    def _child(self, number: str | None) -> int | None:
        """The child with this id; nothing when a parent of it took it away meanwhile, so that what was said is kept
        all the same."""
        if number is None or (self.person and self.person.family_id and not self._has_child(number)):
            return None
        return int(number)

    def _has_child(self, number: str) -> bool:
        children = self.facts["children"]
        return isinstance(children, list) and any(one["id"] == number for one in children)

    # --- done -----------------------------------------------------------------------------------------------------

    def finish(self) -> None:
        """Writes the conversation and everything that goes out."""
        if self._lead:
            self.send("")
        if self.person is None and self.state.running is None:
            self._leave_no_trace()
        else:
            self._offer_tomorrow_if_half_way()
            self._save_state()
        outbox.put(self.connection, self.host.vault, [*self.calls, *self._last], self.now)

    def _leave_no_trace(self) -> None:
        """Nobody came in here, or not any more: nothing of the conversation stays."""
        if self.before is not None:
            privacy.forget_chat(self.connection, self.chat_id)

    def _offer_tomorrow_if_half_way(self) -> None:
        running = self.state.running
        if running is None or len(running.trail) != 1 or not self._was_fresh(running.id):
            return
        flow = self.host.library.flows.get(running.flow)
        if flow and not flow.momentary:
            zone = self.person.zone if self.person else self.host.default_zone
            timers.put(self.connection, rituals.half_way_timer(zone, self.chat_id, self.now))

    def _was_fresh(self, run: str) -> bool:
        """Whether nothing in this run had been answered before this input."""
        runs = [one for one in (self.began.running, *self.began.parked) if one and one.id == run]
        return not runs or not runs[0].trail

    def _save_state(self) -> None:
        after = dump_state(self.state)
        if after == self.before and not isinstance(self.incoming, Message | Tapped):
            return
        active_at = self.now if isinstance(self.incoming, Message | Tapped) else self.active_at or self.now
        sealed = self.host.vault.seal(people.STATE, self.chat_id, after)
        self.connection.execute(
            upsert(self.connection, conversations, ("chat_id",), ("state_sealed", "active_at")),
            {"chat_id": self.chat_id, "state_sealed": sealed, "active_at": active_at},
        )
