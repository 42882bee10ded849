"""What waits for the moderators of a peer group, and what everybody concerned is told about it.

A post is reported, held back, or may speak of danger: the moderators hear that something waits, not what. When they do
not look in time, their stand-ins hear it, then the coordinators, then they themselves on each day that they work. Does
not know what a moderator then does: that is `moderation_desk`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from bot.care import families, groups, moderation, peer_reports, peer_watch, people, posts, quiet
from bot.care.families import spoken
from bot.care.groups import Group, Member, Place
from bot.care.moderation import DANGER, FIRST, MEMBER, Ask, Verdict
from bot.care.peer_reports import Report
from bot.care.peer_watch import NEVER as NEVER
from bot.care.people import Person, Role
from bot.care.posts import Post
from bot.conversation import outgoing
from bot.conversation.outgoing import Rows
from bot.conversation.turn import SAFETY_FLOWS, Turn
from bot.screens import entries
from bot.store.types import read_id
from flows.engine.dutch.spoken import spoken_date
from flows.engine.state import Key, State
from flows.engine.templates import enumerate_dutch, excerpt, render

if TYPE_CHECKING:
    from bot.safety.danger import Finding

QUEUE, POST = f"{entries.PEERS}:k", f"{entries.PEERS}:b"
"""What the buttons carry that open what waits, and one post of it: its id follows."""
_ALONG = timedelta(minutes=10)
"""What is due this soon is told along with what is late."""


# --- what comes in ----------------------------------------------------------------------------------------------------


def reported(turn: Turn, rest: str, message_id: int | None) -> bool:
    """Somebody reports a post, with one tap; False when it is none that they see."""
    post = posts.find(turn.connection, turn.host.vault, read_id(rest))
    if post is None or turn.person is None:
        return False
    place = groups.place_of(turn.connection, turn.host.vault, turn.person.id, post.group_id)
    if place is None or post.status != posts.SHOWN or post.member_id in (None, place.member.id):
        return False
    new = _add(turn, place.group, post, place.member.id, MEMBER)
    turn.say("peer_reported" if new else "peer_reported_before", group=spoken(place.group.name))
    return True


def held(turn: Turn, group: Group, member: Member, post: Post, why: str) -> None:
    """A moderator looks at a post before the group sees it (`why`: first or word), and its writer is told so."""
    posts.hold(turn.connection, post)
    shown(turn, group, post)
    _add(turn, group, post, None, why)
    names = moderator_names(turn, group)
    turn.say("peer_held", group=spoken(group.name), names=names, first=why == FIRST, number=group.settings.seen_first)


def kept_out(turn: Turn, group: Group, verdict: Verdict, *, said: bool = True, changed: bool = False) -> None:
    """Tells somebody why they can say nothing in the group, until when, and whom they can ask. `said`: they just did,
    and nobody sees it; `changed`: they wanted other words for what they said before."""
    until = moment(turn, verdict.until) if verdict.until else ""
    ask = whom_to_ask(turn, group, turn.person) if verdict.act == "muted" and turn.person else ""
    scope = {"until": until, "ask": ask, "said": said, "changed": changed}
    turn.say(f"peer_out_{verdict.act}", group=spoken(group.name), **scope)


def danger_in(turn: Turn, group: Group, member: Member, post: Post, finding: Finding) -> None:
    """A draft may speak of danger. Nobody sees it; what becomes of it is asked when the talk about danger is over. The
    moderators hear at once of what was said plainly; of the rest when the group sees it."""
    from bot.conversation import danger

    plainly, again = finding.tier == "explicit", danger.was_asked(turn, finding.tier)
    _add(turn, group, post, None, DANGER, keep=not plainly, asked="again" if again else "now")
    if again:
        ask_of_draft(turn, Place(group, member), post, heard=plainly)
    else:
        turn.lead_in("peer_danger_waits", group=spoken(group.name), told=plainly, names=moderator_names(turn, group))


def shown(turn: Turn, group: Group, post: Post) -> None:
    """The group sees the post now, or a moderator does: what nobody was told of it before, the moderators hear."""
    for report in peer_reports.of_post(turn.connection, post.id):
        if report.status == peer_reports.KEPT:
            writer = groups.member(turn.connection, turn.host.vault, post.member_id or 0)
            ask = moderation.whom(report.why, turns(turn, group, writer), moderation.MODERATORS, turn.now)
            _goes_on(turn, group, report, ask)
            _tell(turn, group, [(report, ask)], asked="before")


def changed(turn: Turn, group: Group, draft: Post, post: Post) -> None:
    """The post says from now on what the draft said: what waits about that, the moderators hear of as it now stands."""
    peer_reports.move(turn.connection, draft.id, post.id)
    shown(turn, group, post)


def ask_of_draft(turn: Turn, place: Place, post: Post, *, heard: bool = False) -> None:
    """Asks what becomes of a post that waits because it may speak of danger; and of what in it may tell who writes.

    `heard`: the moderators have just heard of it, which is told as well."""
    from bot.conversation import speaking

    group, text = place.group, "\n".join((post.content.text, *post.content.options))
    told = any(one.status == peer_reports.OPEN for one in peer_reports.of_post(turn.connection, post.id))
    words = excerpt(post.content.text, 200)
    names = moderator_names(turn, group)
    rows = [
        [Key(turn.plain("peer_danger_send"), f"{entries.PEERS}:y:{post.id}")],
        [Key(turn.plain("peer_danger_drop"), f"{entries.PEERS}:n:{post.id}")],
    ]
    known = enumerate_dutch(speaking.names_in(turn, place, text))
    scope = {"group": spoken(group.name), "words": words, "told": told, "heard": heard, "names": names, "known": known}
    turn.send(turn.text("peer_danger_draft", **scope), rows)


def ask_when_danger_is_over(turn: Turn) -> None:
    """Asks of each post that waits because of danger, when the talk about that has just ended; the last one last."""
    person = turn.person
    if person is None or not _speaks_of_danger(turn.began) or _speaks_of_danger(turn.state):
        return
    places = {place.member.id: place for place in groups.places(turn.connection, turn.host.vault, person.id)}
    for post_id in peer_reports.drafts_in_danger(turn.connection, places.keys()):
        post = posts.find(turn.connection, turn.host.vault, post_id)
        if post and post.member_id in places:
            ask_of_draft(turn, places[post.member_id], post)


def _speaks_of_danger(state: State) -> bool:
    return any(run.flow in SAFETY_FLOWS for run in (state.running, *state.parked) if run)


def _add(
    turn: Turn, group: Group, post: Post, by_member: int | None, why: str, *, keep: bool = False, asked: str = ""
) -> bool:
    """Writes a report down and tells the moderators, unless it is only kept; False when there was the same before.

    `asked`: see `_tell`."""
    writer = groups.member(turn.connection, turn.host.vault, post.member_id) if post.member_id else None
    ask = moderation.whom(why, turns(turn, group, writer), moderation.MODERATORS, turn.now)
    status = peer_reports.KEPT if keep else peer_reports.OPEN
    due_at = ask.due_at or moderation.due(why, (), turn.now)
    report = peer_reports.add(turn.connection, post.id, by_member, why, due_at, ask.stage, turn.now, status=status)
    if report and not keep:
        peer_reports.look_again(turn.connection, _lane(turn, group), report.id, due_at)
        _tell(turn, group, [(report, ask)], asked=asked)
    return report is not None


# --- who looks --------------------------------------------------------------------------------------------------------


def turns(turn: Turn, group: Group, writer: Member | None = None) -> list[list[Person]]:
    """Who can be asked to look: see `peer_watch`."""
    return peer_watch.turns(turn.connection, turn.host.vault, group, writer)


def _person(turn: Turn, person_id: int | None) -> Person | None:
    return people.by_id(turn.connection, turn.host.vault, person_id) if person_id else None


def rang(turn: Turn, key: str) -> None:
    """Nobody looked in time: the next ones are asked, or the moderators once more when there is nobody else. What else
    of the group is due by now is told along."""
    report = peer_reports.find(turn.connection, int(key.removeprefix(peer_reports.DUE)))
    post = posts.find(turn.connection, turn.host.vault, report.post_id) if report else None
    group = groups.by_id(turn.connection, turn.host.vault, post.group_id) if post else None
    if report is None or group is None or report.status != peer_reports.OPEN or report.due_at > turn.now:
        turn.note = "not wanted"
        return
    waiting = peer_reports.open_in(turn.connection, [group.id])
    late = [(one, _next_asked(turn, group, one)) for _, one in waiting if one.due_at <= turn.now + _ALONG]
    for one, ask in late:
        _goes_on(turn, group, one, ask)
    _tell(turn, group, late, late=True)


def _next_asked(turn: Turn, group: Group, report: Report) -> Ask:
    """Who is asked when nobody looked at this; when everybody was, the first once more, on each day that they work."""
    post = posts.find(turn.connection, turn.host.vault, report.post_id)
    writer = groups.member(turn.connection, turn.host.vault, post.member_id) if post and post.member_id else None
    everybody = turns(turn, group, writer)
    ask = moderation.whom(report.why, everybody, report.stage + 1, turn.now)
    if ask.people:
        return ask
    first = moderation.whom(report.why, everybody, moderation.MODERATORS, turn.now)
    return Ask(max(report.stage, first.stage), first.people, moderation.once_more(first.people, turn.now))


def _goes_on(turn: Turn, group: Group, report: Report, ask: Ask) -> None:
    due_at = ask.due_at or moderation.due(report.why, (), turn.now)
    peer_reports.go_on(turn.connection, report.id, ask.stage, due_at)
    peer_reports.look_again(turn.connection, _lane(turn, group), report.id, due_at)


def _lane(turn: Turn, group: Group) -> int:
    """The chat in whose lane the deadlines of the group stand: of who made it, or of a moderator."""
    maker = _person(turn, group.made_by)
    inside = groups.members(turn.connection, turn.host.vault, group.id)
    guides = (_person(turn, one.person_id) for one in groups.moderators(inside))
    first = maker or next((one for one in guides if one), None)
    return first.chat_id if first else turn.chat_id


def _tell(turn: Turn, group: Group, asks: Sequence[tuple[Report, Ask]], *, asked: str = "", late: bool = False) -> None:
    """What they see on a locked screen is that something waits in which group, and no word of it: one message to each.

    `asked`: whether who wrote of danger was asked about it just now, again or before; empty when that is not told."""
    guides = turns(turn, group)[0]
    for one in {one.id: one for _, ask in asks for one in ask.people}.values():
        theirs = [(report, ask) for report, ask in asks if one in ask.people]
        first = min((ask.due_at for _, ask in theirs if ask.due_at), default=None)
        danger = any(report.why == DANGER for report, _ in theirs)
        scope = {
            "group": spoken(group.name),
            "danger": danger,
            "asked": asked,
            "due": moment(turn, first, one) if first else "",
            "late": late,
            "names": "" if any(guide.id == one.id for guide in guides) else families.names_in_words(guides),
        }
        waiting = len(waiting_for(turn, one))
        text = turn.text("peer_waits", number=max(waiting, 1), **scope)
        token = f"{POST}:{theirs[0][0].post_id}" if danger and len(theirs) == 1 else QUEUE
        call = outgoing.send(text, [[Key(turn.plain("peer_waits_look"), token)]], quiet=waiting > 1 and not late)
        not_before = None if danger else quiet.waits_until(one, turn.now)
        turn.call_elsewhere(one.chat_id, call, not_before=not_before)


# --- what waits for whom ----------------------------------------------------------------------------------------------


def waiting_for(turn: Turn, person: Person) -> list[tuple[Group, Report]]:
    """What this person may look at and nobody did yet."""
    return peer_watch.waiting_for(turn.connection, turn.host.vault, person, turn.now)


def right_in(turn: Turn, person: Person, group: Group) -> tuple[bool, int]:
    """Whether somebody may do all that a moderator of this group may, or from which stage on reports are theirs."""
    return peer_watch.right_in(turn.connection, turn.host.vault, person, group, turn.now)


def queue_row(turn: Turn) -> Rows:
    """A button to what waits for this person, if anything does: for the top of a list of groups."""
    waiting = len(waiting_for(turn, turn.person)) if turn.person else 0
    return [[Key(turn.plain("peer_queue_button", number=waiting), QUEUE)]] if waiting else []


# --- words ------------------------------------------------------------------------------------------------------------


def moderator_names(turn: Turn, group: Group) -> str:
    """Who guides the group, as a text speaks of them."""
    return families.names_in_words(turns(turn, group)[0])


def whom_to_ask(turn: Turn, group: Group, person: Person) -> str:
    """Whom somebody can ask about what was decided, and how, as HTML: their own mentor, to whom they can write."""
    mentor = _person(turn, person.mentor_id)
    guides = turns(turn, group)[0]
    if mentor:
        also = any(one.id == mentor.id for one in guides)
        return turn.text("peer_ask_mentor", name=spoken(mentor.name), guides=also)
    coordinators = people.with_role(turn.connection, turn.host.vault, Role.COORDINATOR)
    names = families.names_in_words([one for one in coordinators if not one.blocked] or guides)
    return turn.text("peer_ask_other", names=names)


def moment(turn: Turn, at: datetime, person: Person | None = None) -> str:
    """A moment on somebody's clock, in words: "morgen om 10.00 uur"."""
    zone = person.zone if person else turn.facts.local.tzinfo
    local, today = at.astimezone(zone), turn.now.astimezone(zone).date()
    scope = {"day": spoken_date(local.date(), today), "time": f"{local.hour}.{local.minute:02}"}
    return render(turn.host.library.texts["day_and_time"], scope, html=False)
