"""What members do with a post of their group: a sign under it, a vote, an answer, taking it back, and more.

Does not know how a post looks, nor how a change gets to the others: that is `relay`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.care import posts
from bot.care.groups import Place
from bot.care.posts import Post
from bot.conversation import relay, speaking
from bot.conversation.incoming import Message, Reacted
from bot.conversation.outgoing import Rows
from bot.conversation.peer_words import MARKS, Look
from bot.conversation.speaking import as_group, own_draft, own_post, seen_post
from bot.conversation.turn import Turn
from bot.screens.entries import PEERS
from flows.engine.harmless import harmless_name
from flows.engine.state import Key
from flows.engine.templates import excerpt

ALONE = "1"
"""Behind a post's number: that one is meant, of all in its message."""
_SIGNS = {
    "h": frozenset("❤🥰😍💘💕❤️‍🔥"),
    "k": frozenset("🙋👍👌💯✍🤝"),
    "s": frozenset("💪🙏🤗👏🔥🎉🫡"),
}
"""What Telegram's own reactions count as. Others are left alone: they may mean anything."""

More = Callable[[Turn, Place, Post], Rows]


# --- signs and votes --------------------------------------------------------------------------------------------------


def tapped(turn: Turn, rest: str, message_id: int | None) -> bool:
    """A sign under a post, or a vote: the same once more takes it off, another one takes its place."""
    number, _, mark = rest.partition(":")
    found = seen_post(turn, number)
    if found is None:
        return False
    place, post = found
    if post.status != posts.SHOWN:
        _gone(turn, place)
        return True
    if not _fits(post, mark):
        return False
    before = posts.mark_of(turn.connection, post.id, place.member.id)
    posts.mark(turn.connection, post.id, place.member.id, None if before == mark else mark)
    relay.change(turn, place.group, post, counts=True)
    return True


def _fits(post: Post, mark: str) -> bool:
    if post.kind == posts.POLL:
        return mark in {str(number) for number in range(len(post.content.options))}
    return post.kind != posts.CHECKIN and mark in MARKS


def reacted(turn: Turn, reaction: Reacted) -> None:
    """Telegram's own reaction under a post counts as a sign of ours, where it means the same."""
    person = turn.person
    if person is None:
        return
    found = posts.in_message(turn.connection, turn.host.vault, turn.chat_id, person.id, reaction.message_id)
    shown = [one for one in found if one.status == posts.SHOWN]
    seen = seen_post(turn, str(shown[0].id)) if len(shown) == 1 else None
    if seen is None or seen[1].kind in (posts.POLL, posts.CHECKIN):
        return
    place, post = seen
    mark = next((mark for mark, signs in _SIGNS.items() if reaction.emoji and reaction.emoji[0] in signs), None)
    if reaction.emoji and mark is None:
        return
    if posts.mark_of(turn.connection, post.id, place.member.id) != mark:
        posts.mark(turn.connection, post.id, place.member.id, mark)
        relay.change(turn, place.group, post, counts=True)


# --- an answer --------------------------------------------------------------------------------------------------------


def answers(turn: Turn, rest: str, message_id: int | None) -> bool:
    """What comes next answers this post; or what was just said does, when the button says so."""
    number, _, of = rest.partition(":")
    found = seen_post(turn, number)
    if found is None:
        return False
    place, post = found
    if post.status != posts.SHOWN:
        _gone(turn, place)
    elif of in ("", ALONE):
        several = [] if of else _together(turn, post)
        if several:
            with as_group(turn):
                turn.send(turn.text("peer_answer_which", group=place.group.name), _which(turn, place, several, "a"))
        else:
            speaking.begin(turn, place, answers=post)
    else:
        draft = own_draft(turn, of)
        if draft is None or draft[1].group_id != post.group_id:
            return False
        speaking.answers_with(turn, draft[0], draft[1], post, message_id)
    return True


def _together(turn: Turn, post: Post) -> list[Post]:
    """The posts of the message in this chat that holds this one, if there are several that still say something."""
    copy = next((one for one in posts.copies(turn.connection, post.id) if one.chat_id == turn.chat_id), None)
    found = posts.together(turn.connection, turn.host.vault, turn.chat_id, copy.bundle) if copy else []
    shown = [one for one in found if one.status == posts.SHOWN]
    return shown if len(shown) > 1 else []


def _which(turn: Turn, place: Place, several: Sequence[Post], act: str) -> Rows:
    return [[Key(speaking.label_of(turn, place, one), f"{PEERS}:{act}:{one.id}:{ALONE}")] for one in several]


# --- more -------------------------------------------------------------------------------------------------------------


def more(turn: Turn, rest: str, rows_of: Sequence[More]) -> bool:
    """What more can be done with a post; first which one, when several stand in one message."""
    number, _, of = rest.partition(":")
    found = seen_post(turn, number)
    if found is None or of not in ("", ALONE):
        return False
    place, post = found
    several = [] if of else _together(turn, post)
    with as_group(turn):
        if post.status != posts.SHOWN and not several:
            _gone(turn, place)
        elif several:
            turn.send(turn.text("peer_more_which", group=place.group.name), _which(turn, place, several, "m"))
        else:
            rows = [row for rows in rows_of for row in rows(turn, place, post)]
            look = Look(turn.host, place.group, {}, turn.now)
            name = harmless_name(speaking.writer_of(turn, post))
            words = look.excerpt(post, 200)
            turn.send(turn.text("peer_more_of", group=place.group.name, name=name, words=words), rows)
    return True


def own_rows(turn: Turn, place: Place, post: Post) -> Rows:
    """What can be done with any post: answer it, set a sign, take back one's own."""
    rows = [[Key(turn.plain("peer_answer"), f"{PEERS}:a:{post.id}:{ALONE}")]]
    if post.kind not in (posts.POLL, posts.CHECKIN):
        rows.append([Key(turn.plain(f"peer_mark_{mark}"), f"{PEERS}:r:{post.id}:{mark}") for mark in MARKS])
    if post.member_id == place.member.id:
        rows.append([Key(turn.plain("peer_take_back"), f"{PEERS}:w:{post.id}")])
    return rows


def _gone(turn: Turn, place: Place) -> None:
    with as_group(turn):
        turn.say("peer_post_gone", group=place.group.name)


# --- taking back ------------------------------------------------------------------------------------------------------


def withdrawn(turn: Turn, rest: str, message_id: int | None) -> bool:
    """A writer takes a post back: it goes everywhere, as far as Telegram lets go of it."""
    found = own_post(turn, rest)
    if found is None:
        return False
    place, post = found
    if post.status == posts.SHOWN:
        relay.take_back(turn, place.group, [post], posts.WITHDRAWN)
    elif post.status in (posts.DRAFT, posts.HELD):
        posts.take_away(turn.connection, [post.id], posts.WITHDRAWN)
        with as_group(turn):
            turn.say("peer_not_sent", group=place.group.name)
    else:
        _gone(turn, place)
    return True


def take_back(turn: Turn, rest: str) -> None:
    """The command: as a reply to one's own message that one goes; else it is asked whether the last one is meant."""
    person, message = turn.person, turn.incoming
    if person is None:
        return
    answered = message.reply_to if isinstance(message, Message) else None
    found = []
    if answered is not None:
        found = posts.in_message(turn.connection, turn.host.vault, turn.chat_id, person.id, answered)
    own = [one for one in found if own_post(turn, str(one.id))]
    if own:
        withdrawn(turn, str(own[-1].id), None)
        return
    last = posts.last_of(turn.connection, turn.host.vault, person.id)
    mine = own_post(turn, str(last.id)) if last and not found else None
    if mine is None:
        turn.say("peer_take_back_how")
        return
    place, post = mine
    with as_group(turn):
        look = Look(turn.host, place.group, {}, turn.now)
        words = excerpt(look.excerpt(post, 200), 200)
        rows = [[Key(turn.plain("peer_take_back"), f"{PEERS}:w:{post.id}")]]
        turn.send(turn.text("peer_take_back_last", group=place.group.name, words=words), rows)
