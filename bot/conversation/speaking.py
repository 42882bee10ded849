"""What members say in their group: a reply to a post goes there, and so does what is said while somebody talks in it.

It is strict: where it is not sure that something is for the group, it asks. What is private never lands there, nor the
other way round. Does not know how a post looks, nor how it gets to the others: that is `relay`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from bot.care import families, groups, moderation, people, posts, what_passes
from bot.care.given_away import given_away
from bot.care.groups import Member, Place
from bot.care.posts import Content, Post
from bot.conversation import moderating, outgoing, relay
from bot.conversation.incoming import Message, MessageKind, Rang, Tapped
from bot.conversation.outgoing import Rows
from bot.conversation.peer_words import LONGEST, LONGEST_CAPTION, STOP, Look
from bot.conversation.relay import PURPOSE, is_speaking
from bot.conversation.turn import SAFETY_FLOWS, Turn
from bot.screens.entries import PEERS
from bot.store import outbox, timers
from bot.store.outbox import Call
from bot.store.timers import Timer
from bot.store.types import read_id
from flows.engine.harmless import harmless, harmless_name
from flows.engine.keyboards import letters
from flows.engine.state import Key, Resume
from flows.engine.templates import enumerate_dutch, excerpt

SILENT = "peer_silent"
"""The timer at which talking in a group ends by itself."""
SILENCE = timedelta(minutes=15)
_SILENT_USEFUL = 7 * 24 * 3600
_ASKED_FIRST = (posts.PHOTO, posts.VOICE)
"""Of these nobody can tell whether they show or say who somebody is: that is asked each time."""
_ENDS_IT = ("stop", "menu")
"""Words that are no post, even without their stroke: who types them wants to get out."""
_SAID = frozenset({"send", "file", "clean_file", "picture", "document", "archive", "book"})
STILL_THERE = (groups.OPEN, groups.CLOSING)


# --- for whom is it ---------------------------------------------------------------------------------------------------


def claim(turn: Turn, message: Message) -> Callable[[], None] | None:
    """What is to be done with a message that is for a group, or may be; None when it is private."""
    person, running = turn.person, turn.state.running
    if person is None or not turn.facts.knows_groups or (running and running.flow in SAFETY_FLOWS):
        return None
    places = [one for one in groups.places(turn.connection, turn.host.vault, person.id) if _is_relay(one)]
    if message.reply_to is not None:
        found = posts.in_message(turn.connection, turn.host.vault, turn.chat_id, person.id, message.reply_to)
        if found:
            return lambda: _replied(turn, places, found, message)
        to = outbox.sent_as(turn.connection, turn.chat_id, message.reply_to)
        if to is None or to.purpose != PURPOSE:
            return None
    if not places:
        return None
    above = outbox.above(turn.connection, turn.chat_id, message.message_id)
    speaking = next((one for one in places if is_speaking(person, one.group, turn.now)), None)
    if speaking and message.kind == "text" and not message.forwarded and letters(message.text) in _ENDS_IT:
        return lambda: _ends(turn, letters(message.text))
    around = {_group_of(turn, post_id) for post_id in above.posts} if above else set()
    if speaking and above and above.purpose == PURPOSE and around <= {speaking.group.id}:
        return lambda: _says(turn, speaking, message)
    if not speaking and (above is None or above.purpose != PURPOSE):
        return None
    if what_passes.passes(message.kind, message.borrowed):
        return None
    first = {speaking.group.id} if speaking else around
    return lambda: _ask_for_whom(turn, sorted(places, key=lambda one: one.group.id not in first), message)


def _ends(turn: Turn, word: str) -> None:
    from bot.conversation import commands

    commands.bare(turn, word)


def _is_relay(place: Place) -> bool:
    return place.group.kind == groups.RELAY and place.group.status in STILL_THERE


def _group_of(turn: Turn, post_id: int) -> int | None:
    post = posts.find(turn.connection, turn.host.vault, post_id)
    return post.group_id if post else None


def _replied(turn: Turn, places: Sequence[Place], found: Sequence[Post], message: Message) -> None:
    """A reply to a post goes to its group; to several posts in one message, once it is said which of them is meant."""
    place = next((one for one in places if one.group.id == found[0].group_id), None)
    if place is None:
        turn.say("peer_not_in")
        return
    shown = [one for one in found if one.status == posts.SHOWN]
    _says(turn, place, message, answers=shown)


def _ask_for_whom(turn: Turn, places: Sequence[Place], message: Message) -> None:
    """Keeps it as a draft for each group that it may be for, until its writer says."""
    rows: list[list[Key]] = []
    drafts = []
    for place in places:
        draft = _draft(turn, place, message)
        drafts.append(draft)
        label = turn.plain("peer_for_group", group=excerpt(place.group.name, 28))
        rows.append([Key(label, f"{PEERS}:g:{draft.id}")])
    rows.append([Key(turn.plain("peer_not_for_group"), f"{PEERS}:h:{drafts[0].id}")])
    words = excerpt(message.text, 100)
    with as_group(turn):
        turn.send(turn.text("peer_for_whom", words=words, kind=drafts[0].kind), rows)


def chosen(turn: Turn, rest: str, message_id: int | None) -> bool:
    """It is for this group."""
    draft = own_draft(turn, rest)
    if draft is None:
        return False
    place, post = draft
    others = posts.drafts_of(turn.connection, turn.host.vault, turn.person.id, post.message_id or 0)  # type: ignore[union-attr]
    posts.drop(turn.connection, [one for one in others if one.id != post.id])
    _tidy(turn, message_id, "peer_chosen_group", group=place.group.name)
    with as_group(turn):
        decide(turn, place, post)
    return True


def not_for_group(turn: Turn, rest: str, message_id: int | None) -> bool:
    """It is private: it is taken as it would have been without the group."""
    from bot.conversation.handle import privately

    draft = own_draft(turn, rest)
    if draft is None:
        return False
    post = draft[1]
    others = posts.drafts_of(turn.connection, turn.host.vault, turn.person.id, post.message_id or 0)  # type: ignore[union-attr]
    posts.drop(turn.connection, others)
    _tidy(turn, message_id, "peer_chosen_private")
    _leave(turn)
    content = post.content
    text = "\n".join([content.text, *(f"- {option}" for option in content.options)])
    kind: MessageKind = post.kind if post.kind in ("text", "photo", "voice", "sticker", "poll") else "other"  # type: ignore[assignment]
    message = Message(post.message_id or 0, kind, text, content.file_id)
    turn.incoming = message
    privately(turn, message)
    return True


# --- what is said -----------------------------------------------------------------------------------------------------


def _says(turn: Turn, place: Place, message: Message, answers: Sequence[Post] = ()) -> None:
    """`answers`: the posts in the message to which this is a reply."""
    with as_group(turn):
        _goes_on(turn, place)
        reason = what_passes.passes(message.kind, message.borrowed)
        room = LONGEST if message.kind == "text" else LONGEST_CAPTION
        if reason:
            turn.say(f"peer_held_{reason}", group=place.group.name)
        elif outgoing.length(harmless(message.text)) > room:
            turn.say("peer_too_long", group=place.group.name, room=room)
        elif len(answers) > 1:
            _ask_which(turn, place, _draft(turn, place, message), answers)
        else:
            reply_to = answers[0].id if answers else _begun(turn, place.member)
            decide(turn, place, _draft(turn, place, message, reply_to))


def _ask_which(turn: Turn, place: Place, draft: Post, answers: Sequence[Post]) -> None:
    rows = [[Key(label_of(turn, place, one), f"{PEERS}:a:{one.id}:{draft.id}")] for one in answers]
    rows.append([Key(turn.plain("peer_answers_none"), f"{PEERS}:g:{draft.id}")])
    turn.send(turn.text("peer_answers_which", group=place.group.name), rows)


def answers_with(turn: Turn, place: Place, draft: Post, post: Post, message_id: int | None) -> None:
    """It is said which post a draft answers."""
    posts.answer(turn.connection, draft, post.id)
    _tidy(turn, message_id, "peer_chosen_answer", words=label_of(turn, place, post))
    with as_group(turn):
        decide(turn, place, replace(draft, reply_to=post.id))


def label_of(turn: Turn, place: Place, post: Post) -> str:
    """A post on a button: who says it, and a few words."""
    words = Look(turn.host, place.group, {}, turn.now).excerpt(post, 60)
    return excerpt(f"{harmless_name(writer_of(turn, post))}: {words}", 40)


def writer_of(turn: Turn, post: Post) -> str:
    """The name of who wrote a post; empty when the bot did."""
    writer = groups.member(turn.connection, turn.host.vault, post.member_id) if post.member_id else None
    return writer.name if writer else ""


def _draft(turn: Turn, place: Place, message: Message, reply_to: int | None = None) -> Post:
    text, options = message.text, message.options
    if message.kind == "poll":
        text = message.text.partition("\n")[0]
    return posts.add(
        turn.connection,
        turn.host.vault,
        place.group.id,
        place.member.id,
        message.kind,
        Content(text, message.file_id, options=options),
        turn.now,
        reply_to=reply_to,
        message_id=message.message_id,
    )


def _begun(turn: Turn, member: Member) -> int | None:
    """The post that this member said to answer, a short while ago."""
    waits = posts.begun(turn.connection, turn.host.vault, member.id)
    posts.drop(turn.connection, waits)
    fresh = [one for one in waits if turn.now - one.made_at <= SILENCE]
    return fresh[-1].reply_to if fresh else None


def decide(turn: Turn, place: Place, post: Post, *, asked: bool = False) -> bool:
    """A draft goes to the group, or to who looks first; otherwise it is asked about, and False comes back.

    `asked`: its writer said to send it as it is."""
    from bot.conversation import editing

    group, member = place.group, place.member
    if post.content.changes:
        return editing.change_anyway(turn, place, post)
    verdict = moderation.may_show(group, member, post.content, turn.now)
    if verdict.act not in ("show", "hold"):
        moderating.kept_out(turn, group, verdict)
        if verdict.act == "wait":
            _ask_draft(turn, post, "peer_send_later", words=excerpt(post.content.text, 100))
        else:
            posts.drop(turn.connection, [post])
        return False
    text = "\n".join([post.content.text, *post.content.options])
    finding = turn.host.danger.look(text) if text and not asked else None
    if finding and not member.moderates:
        moderating.danger_in(turn, group, member, post, finding)
    elif not asked and post.kind in _ASKED_FIRST:
        names = names_in(turn, place, text)
        _ask_draft(turn, post, f"peer_ask_{post.kind}", names=enumerate_dutch(names))
    elif not asked and (names := names_in(turn, place, text)):
        _ask_draft(turn, post, "peer_ask_names", names=enumerate_dutch(names), several=len(names) > 1)
    elif verdict.act == "hold":
        moderating.held(turn, group, member, post, verdict.why)
        return True
    else:
        relay.show_draft(turn, post)
        moderating.shown(turn, group, post)
        return True
    return False


def _ask_draft(turn: Turn, post: Post, name: str, **scope: object) -> None:
    group = groups.by_id(turn.connection, turn.host.vault, post.group_id)
    rows = [
        [Key(turn.plain("peer_send_so"), f"{PEERS}:y:{post.id}")],
        [Key(turn.plain("peer_send_not"), f"{PEERS}:n:{post.id}")],
    ]
    with as_group(turn):
        turn.send(turn.text(name, group=group.name if group else "", **scope), rows)


def names_in(turn: Turn, place: Place, text: str) -> list[str]:
    """What in a text may tell who writes it; the names in the group tell nobody anything."""
    person = turn.person
    own = [person.name] if person else []
    if person and person.family_id:
        own += [one.name for one in people.parents_of(turn.connection, turn.host.vault, person.family_id)]
        today = turn.facts.local.date()
        children = families.children_of(turn.connection, turn.host.vault, person.family_id, person.id, today)
        own += [one.name for one in children]
    inside = groups.members(turn.connection, turn.host.vault, place.group.id)
    known = {groups.folded(one.name) for one in inside} | {groups.folded(place.group.name)}
    return [one for one in given_away(text, own) if groups.folded(one) not in known]


def own_draft(turn: Turn, rest: str) -> tuple[Place, Post] | None:
    """The draft that a button is about, with the place of its writer; None when it is not this person's, not a draft
    any more, or not for a group in which they are."""
    found = own_post(turn, rest)
    return found if found and found[1].status == posts.DRAFT else None


def own_post(turn: Turn, rest: str) -> tuple[Place, Post] | None:
    """What this person wrote, with their place in its group now."""
    found = seen_post(turn, rest)
    return found if found and found[1].member_id == found[0].member.id else None


def seen_post(turn: Turn, rest: str) -> tuple[Place, Post] | None:
    """A post of a group in which this person is now, with their place; the number is what a button carries."""
    post_id = read_id(rest)
    if turn.person is None or not post_id:
        return None
    post = posts.find(turn.connection, turn.host.vault, post_id)
    place = groups.place_of(turn.connection, turn.host.vault, turn.person.id, post.group_id) if post else None
    if post is None or place is None:
        return None
    hidden = post.status in (posts.DRAFT, posts.HELD) and post.member_id != place.member.id
    return None if hidden else (place, post)


def send_draft(turn: Turn, rest: str, message_id: int | None) -> bool:
    """Its writer says to send it as it is."""
    draft = own_draft(turn, rest)
    if draft is None:
        return _is_done(turn, rest, message_id)
    place, post = draft
    if post.message_id is None and not post.content.text:
        return False
    with as_group(turn):
        goes = decide(turn, place, post, asked=True)
    _tidy(turn, message_id, "peer_chosen_send" if goes else "peer_chosen_waits")
    return True


def drop_draft(turn: Turn, rest: str, message_id: int | None) -> bool:
    """Its writer says not to send it: it is gone."""
    draft = own_draft(turn, rest)
    if draft is None:
        return _is_done(turn, rest, message_id)
    posts.drop(turn.connection, [draft[1]])
    changes = draft[1].content.changes
    before = posts.find(turn.connection, turn.host.vault, changes) if changes else None
    held = before is not None and before.status == posts.HELD
    name = "peer_not_changed" if changes else "peer_not_sent"
    with as_group(turn):
        turn.show(turn.text(name, group=draft[0].group.name, held=held), [], message_id)
    return True


def _is_done(turn: Turn, rest: str, message_id: int | None) -> bool:
    """Somebody taps once more on a question about an own post that was answered."""
    if own_post(turn, rest) is None:
        return False
    _tidy(turn, message_id, "peer_done_before")
    return True


def _tidy(turn: Turn, message_id: int | None, name: str, **scope: object) -> None:
    """The question is answered: its buttons go."""
    tapped = turn.incoming
    if message_id is None or not isinstance(tapped, Tapped) or tapped.html is None:
        return
    call = outgoing.edit(message_id, f"{tapped.html}\n\n<i>{turn.text(name, **scope)}</i>")
    turn.call(call, "edit")


# --- talking in a group -----------------------------------------------------------------------------------------------


def start(turn: Turn, rest: str, message_id: int | None) -> bool:
    """What somebody says from now on goes to this group, until they stop or are silent for a while."""
    place = place_named(turn, rest)
    if place is None:
        return False
    begin(turn, place)
    return True


def place_named(turn: Turn, rest: str) -> Place | None:
    """This person's place in the group that a button names."""
    group_id = read_id(rest)
    if turn.person is None or not group_id:
        return None
    place = groups.place_of(turn.connection, turn.host.vault, turn.person.id, group_id)
    return place if place and _is_relay(place) else None


def begin(turn: Turn, place: Place, *, answers: Post | None = None) -> None:
    """Says in which group somebody talks now, under which name, who reads it, and how to stop."""
    running = turn.state.running
    if running and running.flow in SAFETY_FLOWS:
        turn.lead_in("danger_first")
        turn.apply(Resume())
        return
    verdict = moderation.may_show(place.group, place.member, Content(), turn.now)
    if verdict.act in ("muted", "closed"):
        moderating.kept_out(turn, place.group, verdict, said=False)
        return
    posts.drop(turn.connection, posts.begun(turn.connection, turn.host.vault, place.member.id))
    _goes_on(turn, place, begins=True)
    inside = groups.members(turn.connection, turn.host.vault, place.group.id)
    scope = {
        "group": place.group.name,
        "name": place.member.name,
        "parents": sum(not one.moderates for one in inside if one.id != place.member.id),
        "moderators": enumerate_dutch([one.name for one in groups.moderators(inside) if one.id != place.member.id]),
        "moderates": place.member.moderates,
    }
    with as_group(turn):
        stop: Rows = [[Key(turn.plain("peer_stop"), STOP)]]
        if answers is None:
            turn.send(turn.text("peer_speaking", **scope), stop)
        else:
            posts.add(
                turn.connection,
                turn.host.vault,
                place.group.id,
                place.member.id,
                posts.TEXT,
                Content(),
                turn.now,
                reply_to=answers.id,
            )
            turn.send(turn.text("peer_answering", **scope, **_whom(turn, place, answers)), stop)


def _whom(turn: Turn, place: Place, answers: Post) -> dict[str, str]:
    words = Look(turn.host, place.group, {}, turn.now).excerpt(answers, 80)
    return {"whom": writer_of(turn, answers) or place.group.name, "words": words}


def _goes_on(turn: Turn, place: Place, *, begins: bool = False) -> None:
    """Talking in the group begins, or goes on, for a while from now."""
    person = turn.person
    if person is None or not (begins or is_speaking(person, place.group, turn.now)):
        return
    until = turn.now + SILENCE
    people.change(turn.connection, person.id, speaks_in=place.group.id, speaks_until=until)
    timers.put(turn.connection, Timer(turn.chat_id, SILENT, until, _SILENT_USEFUL))
    turn.refresh_person()


def stop(turn: Turn, rest: str, message_id: int | None) -> bool:
    """What somebody says is private again; a question that waited is asked again."""
    if turn.person is None or rest:
        return False
    group_id, group = turn.person.speaks_in, None
    _leave(turn)
    if group_id:
        group = groups.by_id(turn.connection, turn.host.vault, group_id)
    turn.lead_in("peer_stopped" if group else "peer_not_speaking")
    if turn.state.running:
        turn.apply(Resume())
    else:
        turn.send("", [[Key(turn.plain("peer_go_on"), f"{PEERS}:x:{group.id}")]] if group else [])
    return True


def _leave(turn: Turn) -> None:
    person = turn.person
    if person is None or person.speaks_in is None:
        return
    people.change(turn.connection, person.id, speaks_in=None, speaks_until=None)
    timers.drop(turn.connection, turn.chat_id, SILENT)
    turn.refresh_person()


def fell_silent(turn: Turn, timer: Rang) -> None:
    """Nothing was said for a while: what comes next is private."""
    person = turn.person
    if person is None or person.speaks_in is None or (person.speaks_until and person.speaks_until > turn.now):
        turn.note = "not wanted"
        return
    group = groups.by_id(turn.connection, turn.host.vault, person.speaks_in)
    _leave(turn)
    if group:
        turn.purpose = PURPOSE
        rows = [[Key(turn.plain("peer_go_on"), f"{PEERS}:x:{group.id}")]]
        turn.call(outgoing.send(turn.text("peer_fell_silent", group=group.name), rows, quiet=True))


def end_if_private(turn: Turn) -> None:
    """Talking in a group is over as soon as anything else is said or asked in this chat, and that says so."""
    person = turn.person
    if person is None or person.speaks_in is None:
        return
    tapped = turn.incoming
    elsewhere = isinstance(tapped, Tapped) and tapped.token.partition(":")[0] != PEERS
    private = [
        number
        for number, call in enumerate(turn.calls)
        if call.chat_id == turn.chat_id and call.call["do"] in _SAID and call.purpose != PURPOSE
    ]
    if not private and not elsewhere:
        return
    group = groups.by_id(turn.connection, turn.host.vault, person.speaks_in)
    _leave(turn)
    first = next(
        (one for one in private if turn.calls[one].call["do"] == "send" and turn.calls[one].purpose != "safety"), None
    )
    if group and first is not None:
        call = turn.calls[first]
        text = f"{turn.text('peer_is_private', group=group.name)}\n\n{call.call['text']}"
        turn.calls[first] = replace(call, call={**call.call, "text": text})


@contextmanager
def as_group(turn: Turn) -> Iterator[None]:
    """What is said meanwhile belongs to the group: it does not end talking in it, and tells how to."""
    before, turn.purpose, since = turn.purpose, PURPOSE, len(turn.calls)
    try:
        yield
    finally:
        turn.purpose = before
    if turn.person and turn.person.speaks_until and turn.person.speaks_until > turn.now:
        stop = [turn.plain("peer_stop"), STOP]
        turn.calls[since:] = [_with_row(call, stop) for call in turn.calls[since:]]


def _with_row(call: Call, key: list[str]) -> Call:
    """The message with one button more, unless it has that already."""
    rows = call.call.get("rows", [])
    if call.call["do"] != "send" or call.purpose != PURPOSE or any(key in row for row in rows):
        return call
    return replace(call, call={**call.call, "rows": [*rows, [key]]})


# --- what is brought from elsewhere -----------------------------------------------------------------------------------


def brought(turn: Turn, place: Place, post: Post, message_id: int | None) -> None:
    """Something of one's own goes to the group, after its writer saw how it will stand there. Danger is looked for in
    it as in all that is said."""
    with as_group(turn):
        goes = decide(turn, place, post, asked=not turn.host.danger.look(post.content.text))
    _tidy(turn, message_id, "peer_chosen_send" if goes else "peer_chosen_waits")


def given_away_in(turn: Turn, place: Place, text: str) -> list[str]:
    """What in a text may tell the group who writes it."""
    return names_in(turn, place, text)
