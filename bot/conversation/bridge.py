"""The bridge between a group and what somebody keeps alone: bringing something to the group after a look at how it will
stand there, and keeping the words of a post as a thought or a note of one's own, without who wrote them.

Nothing goes without a yes to those very words. Does not know how a post gets to the others.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from bot.care import families, groups, posts, records
from bot.care.groups import Place
from bot.care.notes import PIECES, TEXT
from bot.care.posts import Content, Post
from bot.care.records import Field, Record
from bot.conversation import danger, outgoing, relay, speaking
from bot.conversation.outgoing import Rows
from bot.conversation.peer_words import LONGEST
from bot.conversation.turn import Turn
from bot.screens import entries
from bot.screens.entries import MAX_LABEL, PEERS
from bot.store.types import read_id
from flows.engine.state import Key
from flows.engine.templates import excerpt

BROUGHT: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "reflection": ("what", "answered"),
        "scene": ("happened", "once", "closer", "child_did", "i_did", "after", "for_child", "for_me"),
        "thought": ("worry", "helping"),
        "saying": ("sentence",),
        "sentence_kept": ("sentence",),
        "note": ("text",),
        "moment": ("sentence",),
        "asso_reply": ("see", "feel", "how_it_is", "now"),
        "experiment": ("what",),
    }
)
"""What can be brought to a group, and which words of it: no numbers and nothing of what was ticked. What was measured,
agreed or written for a hard moment cannot."""
_MY_CHILD, _OF_MY_CHILD = "mijn kind", "mijn kind z’n"
_MOST = LONGEST - 200


def tapped(turn: Turn, rest: str, message_id: int | None) -> bool:
    """Does what a button of the bridge asks; False when it is about nothing of this person's."""
    act, _, given = rest.partition(":")
    number, _, more = given.partition(":")
    if turn.person is None or not read_id(number):
        return False
    match act:
        case "o":
            return _bring(turn, read_id(number), more)
        case "y":
            return _goes(turn, number, message_id)
        case "t" | "n":
            return _keep(turn, number, as_thought=act == "t")
    return False


# --- to the group -----------------------------------------------------------------------------------------------------


def rows_of(turn: Turn, record: Record) -> Rows:
    """The button under something that this person keeps, if there is a group to bring it to."""
    if record.kind not in BROUGHT or not _open_places(turn):
        return []
    return [[Key(turn.plain("peer_bring"), f"{PEERS}:j:o:{record.id}")]]


def _open_places(turn: Turn) -> list[Place]:
    if turn.person is None:
        return []
    inside = groups.places(turn.connection, turn.host.vault, turn.person.id)
    return [one for one in inside if one.group.kind == groups.RELAY and one.group.status == groups.OPEN]


def _bring(turn: Turn, record_id: int, wanted: str) -> bool:
    record = records.by_id(turn.connection, turn.host.vault, turn.person.id, record_id) if turn.person else None
    return record is not None and bring(turn, record, wanted)


def bring(turn: Turn, record: Record, wanted: str = "") -> bool:
    """Asks to which group, unless it is the one `wanted` or the only one, then shows how it will stand there. False
    when it is nothing for a group, or there is none to bring it to."""
    places = [one for one in _open_places(turn) if wanted in ("", str(one.group.id))]
    if record.kind not in BROUGHT or not places:
        return False
    if len(places) > 1:
        rows = [[Key(excerpt(one.group.name, MAX_LABEL), f"{PEERS}:j:o:{record.id}:{one.group.id}")] for one in places]
        turn.send(turn.text("peer_bring_which"), rows)
        return True
    text, replaced = _in_the_group(turn, record)
    if not text:
        turn.say("peer_bring_nothing")
        return True
    place = places[0]
    own, now = Content(text), turn.now
    # It has no message of its own: an answer to what is kept alone is no answer to the group.
    post = posts.add(turn.connection, turn.host.vault, place.group.id, place.member.id, posts.TEXT, own, now)
    _preview(turn, place, post, replaced=replaced)
    return True


def _preview(turn: Turn, place: Place, post: Post, *, replaced: bool) -> None:
    names = speaking.given_away_in(turn, place, post.content.text)
    scope = {"group": place.group.name, "as": place.member.name, "text": post.content.text}
    rows = [
        [Key(turn.plain("peer_bring_yes"), f"{PEERS}:j:y:{post.id}")],
        [Key(turn.plain("peer_bring_no"), f"{PEERS}:n:{post.id}")],
    ]
    turn.send(turn.text("peer_bring_preview", **scope, replaced=replaced, names=" en ".join(names)), rows)


def _in_the_group(turn: Turn, record: Record) -> tuple[str, bool]:
    """What a record says, as plain text, with the children's names taken out; and whether any were."""
    library, person = turn.host.library, turn.person
    wanted = {name: record.fields[name] for name in BROUGHT[record.kind] if name in record.fields}
    said = entries.said_of(library, replace(record, fields=wanted))
    one = len(said) == 1
    text = "\n".join(f"{label}: {words}" if label and not one else words for label, words in said if words).strip()
    known: Sequence[families.Child] = ()
    if person and person.family_id:
        today = turn.facts.local.date()
        known = families.children_of(turn.connection, turn.host.vault, person.family_id, person.id, today, removed=True)
    names = [re.escape(one.name) for one in known if one.name]
    if not names:
        return excerpt(text, _MOST) if outgoing.length(text) > _MOST else text, False
    own = re.compile(rf"\b(?:{'|'.join(names)})(['’]?s)?\b", re.IGNORECASE)
    changed = own.sub(lambda found: _OF_MY_CHILD if found[1] else _MY_CHILD, text)
    begun = re.sub(rf"(?:^|(?<=[.!?:\n] ))({_MY_CHILD})", lambda found: found[1].capitalize(), changed)
    return excerpt(begun, _MOST) if outgoing.length(begun) > _MOST else begun, changed != text


def _goes(turn: Turn, number: str, message_id: int | None) -> bool:
    """Yes, these very words: from here on it is a post like any other."""
    draft = speaking.own_draft(turn, number)
    if draft is None:
        return False
    place, post = draft
    danger.look_first(turn, post.content.text, lambda: speaking.brought(turn, place, post, message_id), aloud=True)
    return True


# --- from the group ---------------------------------------------------------------------------------------------------


def more_rows(turn: Turn, place: Place, post: Post) -> Rows:
    """What a parent can do with the words of a post of somebody else: keep them."""
    if place.member.moderates or post.member_id == place.member.id or not _words(post):
        return []
    return [
        [
            Key(turn.plain("peer_keep_thought"), f"{PEERS}:j:t:{post.id}"),
            Key(turn.plain("peer_keep_note"), f"{PEERS}:j:n:{post.id}"),
        ]
    ]


def _words(post: Post) -> str:
    return post.content.text.strip() if post.status == posts.SHOWN and post.kind != posts.CHECKIN else ""


def _keep(turn: Turn, number: str, *, as_thought: bool) -> bool:
    """Keeps the words of a post, not who wrote them nor where."""
    found, person = speaking.seen_post(turn, number), turn.person
    if found is None or person is None or found[0].member.moderates:
        return False
    words = _words(found[1])
    if not words:
        return False
    fields: dict[str, Field | None]
    if as_thought:
        own = Field("of_parent", "of_parent")
        fields = {"whose": own, "helping": Field(words, words), "helped": Field("yes", "ja")}
    else:
        fields = {PIECES: Field([{"kind": "text", "text": words}]), TEXT: Field(words)}
    kind = "thought" if as_thought else "note"
    records.keep(
        turn.connection,
        turn.host.vault,
        person_id=person.id,
        key=_key_of(turn, int(number), kind),
        kind=kind,
        fields=fields,
        child_id=None,
        today=turn.facts.local.date(),
        now=turn.now,
    )
    if relay.is_speaking(person, found[0].group, turn.now):
        with speaking.as_group(turn):
            turn.say(f"peer_kept_{kind}")
    else:
        turn.say(f"peer_kept_{kind}")
    return True


def _key_of(turn: Turn, number: int, kind: str) -> str:
    """The same for the same words, so that keeping them twice makes one; nothing in it leads back to the post."""
    salt = f"{turn.chat_id}/{number}/{kind}".encode()
    return f"b{hashlib.sha256(salt).hexdigest()[:12]}.1"
