"""Cards and a poster of the thoughts and sentences that a parent kept."""

from __future__ import annotations

from bot.care import families, records, thoughts
from bot.care.families import spoken
from bot.care.records import Record
from bot.conversation.drawings.common import Drawing, Drawn
from bot.conversation.turn import Turn
from bot.store.types import read_id
from flows.engine.state import Request


def thought_card(turn: Turn, request: Request) -> Drawn | None:
    """One helping thought. The worry is not on the card: it is the other one that hangs on the wall."""
    thought = _kept(turn, request, thoughts.THOUGHT)
    if thought is None or not thought.said("helping"):
        return None
    of_child = thoughts.is_of_child(thought)
    title = turn.plain("picture_thought_card_title", name=_name(turn, thought) if of_child else "")
    tone = "warm" if of_child else "calm"
    words = turn.text("picture_thought_card_words", worry=thought.said("worry"), helping=thought.said("helping"))
    return Drawn("card", _card(title, thought.said("helping"), tone), words)


def thought_poster(turn: Turn, request: Request) -> Drawn | None:
    """All thoughts that may hang beside this one, to print."""
    thought = _kept(turn, request, thoughts.THOUGHT)
    if thought is None or turn.person is None:
        return None
    known = thoughts.of_person(turn.connection, turn.host.vault, turn.person.id)
    together = [one for one in thoughts.beside(thought, known) if one.said("helping")]
    if not together:
        return None
    name = _name(turn, thought) if thoughts.is_of_child(thought) else ""
    lines = [
        turn.plain("picture_thought_poster_line", worry=one.said("worry"), helping=one.said("helping"))
        for one in together
    ]
    unnamed = turn.plain("picture_thought_poster_unnamed")
    data = {
        "title": turn.plain("picture_thought_poster_title", name=name),
        "left": turn.plain("picture_thought_poster_left"),
        "right": turn.plain("picture_thought_poster_right"),
        "pairs": [{"worry": one.said("worry") or unnamed, "helping": one.said("helping")} for one in together],
        "footer": "",
    }
    words = turn.text("picture_thought_poster_words", count=len(together), lines=" ".join(lines))
    return Drawn("thoughts", data, words, document=turn.plain("picture_thought_poster_file"))


def saying_card(turn: Turn, request: Request) -> Drawn | None:
    """One sentence that fits this parent."""
    saying = _kept(turn, request, thoughts.SAYING)
    return _sentence(turn, "picture_saying_card_title", saying, "fresh")


def own_sentence_card(turn: Turn, _: Request) -> Drawn | None:
    """The sentence to remember."""
    if turn.person is None:
        return None
    kept = thoughts.to_remember(turn.connection, turn.host.vault, turn.person.id)
    return _sentence(turn, "picture_own_sentence_card_title", kept, "calm")


def _sentence(turn: Turn, title: str, kept: Record | None, tone: str) -> Drawn | None:
    if kept is None or not kept.said("sentence"):
        return None
    words = turn.text("picture_sentence_words", sentence=kept.said("sentence"))
    return Drawn("card", _card(turn.plain(title), kept.said("sentence"), tone), words)


def _card(title: str, text: str, tone: str) -> dict[str, str]:
    return {"title": title, "text": text, "footer": "", "tone": tone}


def _kept(turn: Turn, request: Request, kind: str) -> Record | None:
    """What the picture is about, if this person kept it."""
    wanted = request.arguments.get("about", "")
    if turn.person is None:
        return None
    found = records.by_id(turn.connection, turn.host.vault, turn.person.id, read_id(wanted))
    return found if found and found.kind == kind else None


def _name(turn: Turn, thought: Record) -> str:
    """What the child is called; empty when it is not in the family any more."""
    person = turn.person
    if person is None or person.family_id is None:
        return ""
    children = families.children_of(
        turn.connection, turn.host.vault, person.family_id, person.id, turn.facts.local.date()
    )
    return next((spoken(child.name) for child in children if child.id == thought.child_id), "")


DRAWINGS: dict[str, Drawing] = {
    "thought_card": thought_card,
    "thought_poster": thought_poster,
    "saying_card": saying_card,
    "own_sentence_card": own_sentence_card,
}
