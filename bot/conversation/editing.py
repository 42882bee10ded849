"""Other words for what a member said in their group: the post changes everywhere, or its writer is asked first.

Danger and names are looked for in them as in a new post. Does not know how a post gets to the others: that is `relay`.
"""

from __future__ import annotations

from dataclasses import replace

from bot.care import groups, moderation, posts
from bot.care.groups import Place
from bot.care.moderation import Verdict
from bot.care.posts import Content, Post
from bot.conversation import moderating, outgoing, relay, speaking
from bot.conversation.incoming import Edited
from bot.conversation.peer_words import LONGEST, LONGEST_CAPTION
from bot.conversation.turn import Turn
from bot.screens.entries import PEERS
from flows.engine.harmless import harmless
from flows.engine.state import Key
from flows.engine.templates import enumerate_dutch


def edited(turn: Turn, new: Edited) -> bool:
    """An edit of one's own post follows everywhere, or to who looks first; of a draft it is asked anew.

    False when it is no post."""
    person = turn.person if turn.facts.knows_groups else None
    found = posts.written(turn.connection, turn.host.vault, person.id, new.message_id) if person else []
    waiting = [one for one in found if one.content.changes]
    posts.drop(turn.connection, waiting)
    for post in (one for one in found if one not in waiting):
        place = groups.place_of(turn.connection, turn.host.vault, person.id, post.group_id) if person else None
        if place and place.group.status in speaking.STILL_THERE:
            with speaking.as_group(turn):
                _edited(turn, place, post, new.text)
    return bool(found)


def _edited(turn: Turn, place: Place, post: Post, text: str) -> None:
    content = replace(post.content, text=text.partition("\n")[0] if post.kind == posts.POLL else text)
    if content == post.content or post.status in (posts.WITHDRAWN, posts.REMOVED):
        return
    room = LONGEST if post.kind == posts.TEXT else LONGEST_CAPTION
    if outgoing.length(harmless(text)) > room:
        turn.say("peer_too_long", group=place.group.name, room=room)
        return
    if post.status == posts.DRAFT:
        speaking.decide(turn, place, posts.reword(turn.connection, turn.host.vault, post, content))
        return
    held = post.status == posts.HELD
    verdict = moderation.may_change(place.group, place.member, content, turn.now)
    fits = verdict.shows or (held and verdict.act == "hold")
    names = speaking.names_in(turn, place, text)
    known = speaking.names_in(turn, place, post.content.text)
    fresh = [one for one in names if one not in known]
    finding = turn.host.danger.look(text)
    if verdict.act in ("show", "hold") and finding and not place.member.moderates:
        moderating.danger_in(turn, place.group, place.member, _change_of(turn, place, post, content), finding)
    elif not fits:
        _says_it_waits(turn, place, verdict)
    elif fresh:
        draft = _change_of(turn, place, post, content)
        rows = [
            [Key(turn.plain("peer_change_so"), f"{PEERS}:y:{draft.id}")],
            [Key(turn.plain("peer_change_not"), f"{PEERS}:n:{draft.id}")],
        ]
        turn.send(turn.text("peer_ask_change", group=place.group.name, names=enumerate_dutch(fresh), held=held), rows)
    elif held:
        _reworded(turn, post, content)
    else:
        _changes(turn, place, post, content)


def _says_it_waits(turn: Turn, place: Place, verdict: Verdict) -> None:
    """Other words do not go through; who can say nothing now hears why, since still other words would not help."""
    if verdict.act == "hold":
        turn.say("peer_edit_waits", group=place.group.name)
    else:
        moderating.kept_out(turn, place.group, verdict, said=False, changed=True)


def _change_of(turn: Turn, place: Place, post: Post, content: Content) -> Post:
    """A draft of what a post is to say once its writer says so."""
    words, vault = replace(content, changes=post.id), turn.host.vault
    given = place.group.id, place.member.id, post.kind, words
    return posts.add(turn.connection, vault, *given, turn.now, message_id=post.message_id)


def _reworded(turn: Turn, post: Post, content: Content) -> Post:
    return posts.reword(turn.connection, turn.host.vault, post, replace(content, changes=None))


def _changes(turn: Turn, place: Place, post: Post, content: Content) -> Post:
    changed = _reworded(turn, post, replace(content, edited=True))
    relay.change(turn, place.group, changed)
    return changed


def change_anyway(turn: Turn, place: Place, draft: Post) -> bool:
    """The writer says that a post is to say this, if it is still there; False when it does not."""
    post = posts.find(turn.connection, turn.host.vault, draft.content.changes or 0)
    verdict = moderation.may_change(place.group, place.member, draft.content, turn.now)
    held = post is not None and post.status == posts.HELD
    goes = verdict.shows or (held and verdict.act == "hold")
    if post is None or not (held or post.status == posts.SHOWN):
        goes = False
        turn.say("peer_done_before", group=place.group.name)
    elif not goes:
        _says_it_waits(turn, place, verdict)
    else:
        content = replace(draft.content, clean_id=post.content.clean_id)
        changed = _reworded(turn, post, content) if held else _changes(turn, place, post, content)
        moderating.changed(turn, place.group, draft, changed)
        names = moderating.moderator_names(turn, place.group)
        turn.say("peer_changed_so", group=place.group.name, held=held, names=names)
    posts.drop(turn.connection, [draft])
    return goes
