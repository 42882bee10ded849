"""The Kindreflex record of a family to professionals: its six steps, what is noted, who looked, and as a PDF.

Every tap asks anew whether this person may open it, and the look is written down with it. Does not know the rules of
the record: these are in `care.kindreflex` and `care.kindreflex_record`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.care import kindreflex, kindreflex_record, pages, people, quiet
from bot.care.families import names_in_words, spoken
from bot.care.kindreflex import STEPS, Note
from bot.care.kindreflex_record import CARD, EVERYTHING, LookedAt
from bot.care.people import Person
from bot.conversation import guided, outgoing, record_pdf
from bot.conversation.turn import Turn
from bot.screens import reflex_words
from bot.screens.entries import RECORD, Rows, page_rows, part_rows
from bot.store.types import MAX_ID, read_id
from flows.engine.dutch.spoken import full_date
from flows.engine.state import Key, Ref
from flows.engine.templates import excerpt

ABOUT = "open_records"
"""The list that flows about a record are about."""
STEP_FLOW, ADD_FLOW = "kindreflex_step", "kindreflex_add"
CHOOSE = "choose"
"""Stands for a topic that is still to be chosen."""
_ACROSS = 6
_WAS = 200
_WISH = re.compile(
    r"(?P<act>[a-z]{1,2}):(?P<family>[0-9]{1,19})(?::(?P<one>[a-z0-9_]{1,19}))?(?::(?P<two>[a-z0-9_]{1,19}))?"
)


def tapped(turn: Turn, rest: str, message_id: int | None) -> bool:
    """Does what a button of a record asks; False when it is about none that this person may open now."""
    wish = _WISH.fullmatch(rest)
    if turn.person is None or wish is None or int(wish["family"]) > MAX_ID:
        return False
    return _Record(turn, turn.person, int(wish["family"]), message_id).does(wish["act"], wish["one"], wish["two"])


def show(turn: Turn, family_id: int, step: int | None = None) -> bool:
    """The card of a record, or one of its steps, in a new message; False when this person may not see it now."""
    if turn.person is None:
        return False
    record = _Record(turn, turn.person, family_id, None)
    return record.does("s", str(step), None) if step else record.does("c", None, None)


class _Record:
    """A tap about the record of one family."""

    def __init__(self, turn: Turn, person: Person, family_id: int, message_id: int | None) -> None:
        self.turn, self.person, self.family_id, self.message_id = turn, person, family_id, message_id
        self.library = turn.host.library

    def does(self, act: str, one: str | None, two: str | None) -> bool:
        """Does `act`; False for what there is not, or is not for this person."""
        first, second = read_id(one or ""), read_id(two or "")
        match act:
            case "c":
                return self._card()
            case "s" if first in range(1, len(STEPS) + 1):
                return self._step(first, second)
            case "n":
                return self._note(first, second)
            case "f" if first in range(1, len(STEPS) + 1) and two:
                return self._asks(first, two)
            case "a":
                return self._adds(first)
            case "t" | "u":
                return self._whether_talked(first, second, talked=act == "t")
            case "y" | "z":
                return self._talked(first, second, talked=act == "y")
            case "p":
                return self._pdf()
            case "b":
                return guided.tapped(self.turn, f"o:{self.family_id}:0", self.message_id)
            case "l":
                return self._log(first)
            case "o" | "oo" | "x":
                return self._let_in(act)
        return False

    # --- reading ----------------------------------------------------------------------------------------------------

    def _open(self, what: str) -> list[Note] | None:
        turn = self.turn
        opened = kindreflex_record.open_record(
            turn.connection, turn.host.vault, self.person, self.family_id, what, turn.now
        )
        return opened.notes if opened else None

    def _card(self) -> bool:
        notes = self._open(CARD)
        if notes is None:
            return False
        now = kindreflex.next_step(notes)
        rows: Rows = []
        for step in range(1, len(STEPS) + 1):
            told = {"name": self._text(f"reflex_name_{step}"), "step": step}
            rows.append([self.turn.key(f"reflex_step_{kindreflex.state(notes, step)}", self._token("s", step), **told)])
        rows.append([self.turn.key("reflex_pdf", self._token("p")), *self._only_for_mentor()])
        rows += self._leave_row()
        text = self.turn.text("reflex_card", names=self._names(), now=now or 0, empty=not notes)
        self.turn.show(text, [*rows, *self._back_to_family()], self.message_id)
        return True

    def _step(self, step: int, part: int) -> bool:
        notes = self._open(str(step))
        if notes is None:
            return False
        of_step = reflex_words.in_order([note for note in notes if note.step == step])
        heading = self.turn.text("reflex_heading", step=step, name=self._text(f"reflex_name_{step}"))
        texts = reflex_words.parts(self.library, of_step, self._parents())
        part = min(part, len(texts) - 1)
        rows = part_rows(self.library, self._token("s", step), part, len(texts))
        numbers = [Key(str(at), self._token("n", note.id)) for at, note in enumerate(of_step, start=1)]
        rows += [numbers[at : at + _ACROSS] for at in range(0, len(numbers), _ACROSS)]
        topic = kindreflex.next_topic(notes, step)
        if topic:
            named = self._text(f"reflex_topic_{topic}")
            rows.append([self.turn.key("reflex_go_on", self._token("f", step, topic), name=named)])
        rows.append([self.turn.key("reflex_note_more", self._token("f", step, CHOOSE))])
        rows.append([self.turn.key("page_back", self._token("c"))])
        body = texts[part] if of_step else self.turn.text("reflex_nothing_yet")
        aim = self.turn.text(f"reflex_aim_{step}")
        self.turn.show("\n\n".join((heading, aim, body)), rows, self.message_id)
        return True

    def _note(self, note_id: int, part: int = 0, lead: str = "") -> bool:
        notes = self._open("note")
        note = next((one for one in notes or () if one.id == note_id), None)
        if note is None:
            return False
        parents = self._parents()
        texts = reflex_words.parts(self.library, [note], parents)
        part = min(part, len(texts) - 1)
        rows = part_rows(self.library, self._token("n", note.id), part, len(texts))
        rows.append([self.turn.key("reflex_add", self._token("a", note.id))])
        for parent in parents:
            name, act = ("reflex_not_talked", "u") if parent.id in note.talked else ("reflex_talked", "t")
            rows.append([self.turn.key(name, self._token(act, note.id, parent.id), name=spoken(parent.name))])
        rows.append([self.turn.key("page_back", self._token("s", note.step))])
        self.turn.show("\n\n".join(filter(None, (lead, texts[part]))), rows, self.message_id)
        return True

    def _log(self, number: int) -> bool:
        turn = self.turn
        log = kindreflex_record.log_of(turn.connection, turn.host.vault, self.person, self.family_id)
        if log is None:
            return False
        page = pages.cut(log, number)
        lines = "\n".join(self._looked(one) for one in page.items)
        rows = page_rows(self.library, self._token("l"), page.number, page.more)
        rows.append([self.turn.key("page_back", self._token("c"))])
        turn.show(f"{turn.text('reflex_log')}\n\n{lines}", rows, self.message_id)
        return True

    def _looked(self, one: LookedAt) -> str:
        local = one.at.astimezone(self.person.zone)
        what = one.what if f"reflex_looked_{one.what}" in self.library.texts else "step"
        return self.turn.text(
            f"reflex_looked_{what}",
            who=spoken(one.who),
            whom=spoken(one.whom),
            step=one.what,
            day=full_date(local.date()),
            time=f"{local:%H.%M}",
        )

    def _pdf(self) -> bool:
        notes = self._open(EVERYTHING)
        if notes is None:
            return False
        local = self.person.local(self.turn.now)
        call = record_pdf.call(self.library, notes, self._parents(), spoken(self.person.name), local)
        self.turn.call(call)
        return True

    # --- adding -----------------------------------------------------------------------------------------------------

    def _asks(self, step: int, topic: str) -> bool:
        """Starts the questions of a step, at this topic."""
        if topic != CHOOSE and topic not in STEPS[step - 1]:
            return False
        return self._starts(STEP_FLOW, stage=str(step), topic=topic)

    def _adds(self, note_id: int) -> bool:
        notes = self._open("note")
        note = next((one for one in notes or () if one.id == note_id), None)
        if note is None:
            return False
        was = excerpt(reflex_words.plain(self.library, note), _WAS)
        return self._starts(ADD_FLOW, note=str(note.id), was=was)

    def _starts(self, flow: str, **values: str) -> bool:
        turn = self.turn
        if kindreflex_record.way_in(turn.connection, turn.host.vault, self.person, self.family_id, turn.now) is None:
            return False
        turn.start(flow, {"family": Ref(ABOUT, str(self.family_id)), **values})
        return turn.unexpected is None

    def _whether_talked(self, note_id: int, parent_id: int, *, talked: bool) -> bool:
        """Asks first: what a parent has read cannot be unread."""
        notes = self._open("note")
        parent = next((one for one in self._parents() if one.id == parent_id), None)
        if parent is None or not any(note.id == note_id for note in notes or ()):
            return False
        question = "reflex_sure_talked" if talked else "reflex_sure_not_talked"
        rows = [
            [self.turn.key(f"{question}_yes", self._token("y" if talked else "z", note_id, parent_id))],
            [self.turn.key("reflex_leave_it", self._token("n", note_id))],
        ]
        self.turn.show(self.turn.text(question, name=spoken(parent.name)), rows, self.message_id)
        return True

    def _talked(self, note_id: int, parent_id: int, *, talked: bool) -> bool:
        turn = self.turn
        names = kindreflex_record.talked_about(
            turn.connection,
            turn.host.vault,
            self.person,
            self.family_id,
            [note_id],
            [parent_id],
            turn.now,
            talked=talked,
        )
        if not names:
            return False
        lead = turn.text("reflex_marked" if talked else "reflex_unmarked", name=spoken(names[0]))
        return self._note(note_id, lead=lead)

    # --- the stand-in -------------------------------------------------------------------------------------------------

    def _let_in(self, act: str) -> bool:
        turn = self.turn
        away = kindreflex_record.leave_of(turn.connection, turn.host.vault, self.person, self.family_id, turn.now)
        if away is None:
            return False
        told = {"name": spoken(away.stand_in.name), "until": full_date(away.until)}
        if act == "o":
            rows = [
                [self.turn.key("reflex_let_in_yes", self._token("oo"), **told)],
                [self.turn.key("reflex_leave_it", self._token("c"))],
            ]
            turn.show(turn.text("reflex_let_in", **told), rows, self.message_id)
            return True
        changed = away.opened is not (act == "oo")
        kindreflex_record.let_in(
            turn.connection, turn.host.vault, self.person, self.family_id, turn.now, open_=act == "oo"
        )
        if changed and act == "oo":
            self._tell_of_stand_in(away.stand_in, told)
        return self._card()

    def _tell_of_stand_in(self, stand_in: Person, told: dict[str, str]) -> None:
        """The stand-in gets a way in, and the parents hear who may look besides their mentor, and until when."""
        turn, mentor = self.turn, spoken(self.person.name)
        rows = [[self.turn.key("reflex_open", self._token("c"))]]
        text = turn.text("reflex_opened_for_you", name=mentor, until=told["until"])
        turn.call_elsewhere(stand_in.chat_id, outgoing.send(text, rows))
        for parent in self._parents():
            if not (parent.has_stopped or parent.blocked):
                text = turn.text("reflex_opened_parents", mentor=mentor, name=told["name"], until=told["until"])
                later = quiet.waits_until(parent, turn.now)
                turn.call_elsewhere(parent.chat_id, outgoing.send(text), not_before=later)

    def _leave_row(self) -> Rows:
        turn = self.turn
        away = kindreflex_record.leave_of(turn.connection, turn.host.vault, self.person, self.family_id, turn.now)
        if away is None:
            return []
        label, act = ("reflex_close_to", "x") if away.opened else ("reflex_open_to", "o")
        return [[self.turn.key(label, self._token(act), name=spoken(away.stand_in.name))]]

    # --- small --------------------------------------------------------------------------------------------------------

    def _only_for_mentor(self) -> list[Key]:
        log = self._is_mentor()
        return [self.turn.key("reflex_to_log", f"{self._token('l')}:0")] if log else []

    def _is_mentor(self) -> bool:
        turn = self.turn
        way = kindreflex_record.way_in(turn.connection, turn.host.vault, self.person, self.family_id, turn.now)
        return way is kindreflex_record.Way.MENTOR

    def _back_to_family(self) -> Rows:
        return [[self.turn.key("page_back", self._token("b"))]] if self._is_mentor() else []

    def _parents(self) -> Sequence[Person]:
        return people.parents_of(self.turn.connection, self.turn.host.vault, self.family_id)

    def _names(self) -> str:
        return names_in_words(self._parents())

    def _text(self, name: str) -> str:
        return self.library.texts[name].strip()

    def _token(self, act: str, *more: object) -> str:
        return ":".join((RECORD, act, str(self.family_id), *(str(one) for one in more)))
