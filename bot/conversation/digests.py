"""The digest of a peer group: once a day, at the member's own hour, all that the group saw since they last heard of it.

It goes behind all else that there is to say, and does not come when there was nothing. What is withdrawn or changed
later is so in a digest too: it carries the very posts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.care import groups, posts
from bot.care.posts import Post
from bot.conversation import outgoing, relay
from bot.conversation.incoming import Rang
from bot.conversation.peer_words import LONGEST_BUNDLE, MOST, Look
from bot.conversation.turn import Turn
from bot.store import outbox
from bot.store.outbox import Call, Priority

AT_MOST = 60
"""How many posts a digest holds: the newest."""
_TOGETHER = (posts.TEXT, posts.THEME)


def rang(turn: Turn, timer: Rang) -> None:
    """The hour of somebody's digest has come."""
    number, person = timer.key.removeprefix(groups.DIGEST), turn.person
    member = groups.member(turn.connection, turn.host.vault, int(number)) if number.isdecimal() else None
    group = groups.by_id(turn.connection, turn.host.vault, member.group_id) if member else None
    if person is None or member is None or group is None or member.person_id != person.id:
        turn.note = "gone"
    elif timer.late:
        turn.note = "late"
    elif not member.is_in or member.wants != "digest" or person.blocked or person.is_paused(turn.now):
        turn.note = "not wanted"
    else:
        fresh = posts.since(turn.connection, turn.host.vault, group.id, member.read_number, AT_MOST)
        some = [one for one in fresh if one.member_id != member.id and one.kind != posts.HOUR]
        some = [one for one in some if not _is_there(turn, one)]
        if fresh:
            posts.told(turn.connection, [member.id], fresh[-1].number or 0)
        if some:
            send(turn, relay.look_of(turn, group, member, some), some)
        else:
            turn.note = "nothing new"


def _is_there(turn: Turn, post: Post) -> bool:
    """Whether this chat has the post already."""
    return any(copy.chat_id == turn.chat_id for copy in posts.copies(turn.connection, post.id))


def send(turn: Turn, look: Look, some: Sequence[Post]) -> None:
    """These posts to who reads by this look, in their order, as few messages as hold them."""
    made: list[Call] = []
    for together in bundles(look, some):
        first = together[0]
        if first.kind in _TOGETHER and not first.content.picture:
            head = turn.text("peer_digest_more" if made else "peer_digest_head", group=look.group.name)
            words = [f"<b>{head}</b>", *(look.post(one, within=True) for one in together)]
            call = outgoing.send("\n\n".join(words), look.bundle_rows(together))
        else:
            call = look.alone(first)
        for post in together:
            posts.carry(turn.connection, post.id, [(turn.chat_id, first.id)])
        made.append(Call(turn.chat_id, call, Priority.BULK, relay.PURPOSE, post_id=first.id))
    outbox.put(turn.connection, turn.host.vault, made, turn.now)


def bundles(look: Look, some: Sequence[Post]) -> Iterator[list[Post]]:
    """Posts that stand in one message together; files and rounds stand alone."""
    together: list[Post] = []
    for post in some:
        is_plain = post.kind in _TOGETHER and not post.content.picture
        more = [*together, post]
        if not is_plain or len(more) > MOST or outgoing.length(look.bundle(more)) > LONGEST_BUNDLE:
            if together:
                yield together
            together = []
            if not is_plain:
                yield [post]
                continue
            more = [post]
        together = more
    if together:
        yield together
