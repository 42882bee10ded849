"""What comes in a peer group by itself: the parts of the week's theme, the check-in round and its picture, the question
how the experiment went, the set hours to talk.

What somebody did not do is never told: a picture shows the points that were set, and of a round that few took part in
no more is said than that there is none.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta

from bot.care import groups, peer_weeks, posts
from bot.care.groups import Group, Member
from bot.care.peer_weeks import Due, Step, Theme, Week
from bot.care.posts import Content, Post
from bot.conversation import digests, relay
from bot.conversation.incoming import Rang
from bot.conversation.peer_words import Look
from bot.conversation.turn import Turn
from bot.safety.help import HELP
from bot.screens import menus
from bot.screens.entries import PEERS
from flows.engine.dutch.spoken import weekday_name
from flows.engine.dutch.words import MONTHS
from flows.engine.state import Key

POINTS = ("1", "2", "3", "4", "5")
HEAVIEST = POINTS[-1]
FEWEST = 3
"""Of fewer points there is no picture: it could be seen who set them."""
_OPEN_FOR = timedelta(hours=10)
"""How long a round can be joined: until its picture comes."""
_SET = re.compile(r"([0-9]{1,19}):([1-5])")
_GROUP = re.compile(r"[0-9]{1,19}")


# --- timers -----------------------------------------------------------------------------------------------------------


def rang(turn: Turn, timer: Rang) -> bool:
    """Does what one of these timers was set for; False for any other timer."""
    if timer.key.startswith(groups.DIGEST):
        digests.rang(turn, timer)
        return True
    prefix = next((one for one in (peer_weeks.WEEK, peer_weeks.HOUR) if timer.key.startswith(one)), None)
    if prefix is None:
        return False
    found = _GROUP.fullmatch(timer.key.removeprefix(prefix))
    group = groups.by_id(turn.connection, turn.host.vault, int(found[0])) if found else None
    if group is None or group.status != groups.OPEN:
        turn.note = "gone"
        return True
    if timer.late:
        turn.note = "late"
    elif prefix == peer_weeks.WEEK:
        _take_step(turn, group)
    else:
        _hour(turn, group, timer)
    peer_weeks.set_timers(turn.connection, turn.host.vault, group, turn.now)
    return True


def _take_step(turn: Turn, group: Group) -> None:
    """Takes the step that is due, leaving out what it is too late for."""
    while due := _due(turn, group):
        peer_weeks.took(turn.connection, due.week)
        if not due.stale and _post_due(turn, group, due):
            return
    turn.note = "nothing due"


def _due(turn: Turn, group: Group) -> Due | None:
    weeks = peer_weeks.weeks_of(turn.connection, turn.host.vault, group.id)
    return peer_weeks.due(group, weeks, turn.now)


def _post_due(turn: Turn, group: Group, due: Due) -> bool:
    """Says in the group what this step brings; False when there is nothing to say."""
    theme = theme_of(turn, due.week)
    if due.step is Step.CHECKIN:
        points = tuple(point(turn, number) for number in POINTS)
        relay.say(turn, group, posts.CHECKIN, Content(turn.plain("peer_checkin"), options=points))
        return True
    content = _picture(turn, group) if due.step is Step.PICTURE else part_of(turn, theme, due.step)
    if content:
        relay.say(turn, group, posts.THEME, content)
    return content is not None


def theme_of(turn: Turn, week: Week) -> Theme:
    """What a week is about; a ready theme that is no more says nothing."""
    entry = turn.host.library.decks[peer_weeks.DECK].entries.get(week.theme)
    return week.own or (peer_weeks.theme_of(entry) if entry else Theme(""))


def part_of(turn: Turn, theme: Theme, step: Step) -> Content | None:
    """One part of a theme, or the question of the week after, as the group reads it; None when there is none."""
    words = theme.part(step)
    has_any = theme.experiment if step is Step.LOOK else words
    if not has_any:
        return None
    name = step.name.lower()
    return Content(turn.plain(f"peer_part_{name}", name=theme.name, text=words, look=theme.look))


def _hour(turn: Turn, group: Group, timer: Rang) -> None:
    """A set hour begins or ends."""
    what = peer_weeks.hour_edge(group, timer.due_at)
    if what:
        until = (timer.due_at + peer_weeks.LASTS).astimezone(group.zone)
        relay.say(turn, group, posts.HOUR, Content(turn.plain(f"peer_hour_{what}", until=f"{until:%-H.%M}")))
    else:
        turn.note = "not wanted"


# --- the check-in round -----------------------------------------------------------------------------------------------


def point(turn: Turn, number: str) -> str:
    """What a point is called."""
    return turn.plain(f"peer_point_{number}")


def checked_in(turn: Turn, rest: str, message_id: int | None) -> bool:
    """Somebody sets a point, or takes it off again; False when it is in no group of theirs."""
    wish = _SET.fullmatch(rest)
    post = posts.find(turn.connection, turn.host.vault, int(wish[1])) if wish and int(wish[1]) < 2**63 else None
    if wish is None or post is None or turn.person is None or post.kind != posts.CHECKIN:
        return False
    place = groups.place_of(turn.connection, turn.host.vault, turn.person.id, post.group_id)
    if place is None or place.member.moderates or post.status != posts.SHOWN:
        return False
    if not is_open(turn, post):
        turn.say("peer_checkin_over")
        return True
    chosen = set_point(turn, place.group, post, place.member, wish[2])
    if message_id and place.group.kind == groups.RELAY:
        turn.show(*_set(turn, place.group, post, chosen), message_id)
    return True


def is_open(turn: Turn, post: Post) -> bool:
    """Whether a point can be set under this post now."""
    return post.kind == posts.CHECKIN and post.status == posts.SHOWN and turn.now - post.made_at <= _OPEN_FOR


def set_point(turn: Turn, group: Group, post: Post, member: Member, number: str) -> str | None:
    """Sets this point of a member, or takes it off when it was set; returns the one that is set now."""
    chosen = None if posts.mark_of(turn.connection, post.id, member.id) == number else number
    posts.mark(turn.connection, post.id, member.id, chosen)
    if chosen == HEAVIEST:
        _heavy(turn, group)
    return chosen


def _set(turn: Turn, group: Group, post: Post, chosen: str | None) -> tuple[str, list[list[Key]]]:
    """The round as who set a point sees it: the own point stands out, to nobody else."""
    look = Look(turn.host, group, {}, turn.now)
    rows = [list(row) for row in look.rows(post)]
    for number, row in zip(POINTS, rows, strict=False):
        if number == chosen:
            row[0] = Key(turn.plain("peer_point_set", label=row[0].label), row[0].token)
    return look.post(post), rows


def _heavy(turn: Turn, group: Group) -> None:
    """Who is at the heaviest point is offered something, alone."""
    rows = [
        [Key(turn.plain("peer_checkin_now"), f"{menus.START_FLOW}:in_the_moment")],
        [Key(turn.plain("peer_checkin_help"), f"{HELP}:{turn.person.region if turn.person else ''}")],
    ]
    turn.send(turn.text("peer_checkin_heavy", group=group.name), rows)


def _picture(turn: Turn, group: Group) -> Content | None:
    """How the group is, as it was set in the last round, or a word when too few did; None when there was no round."""
    post = posts.last_of_kind(turn.connection, turn.host.vault, group.id, posts.CHECKIN)
    if post is None or turn.now - post.made_at > peer_weeks.A_DAY:
        return None
    picture = picture_of(turn, group, post, posts.marks(turn.connection, post.id))
    return picture or Content(turn.plain("peer_round_few"))


def picture_of(turn: Turn, group: Group, post: Post, marks: Counter[str]) -> Content | None:
    """The points that were set, as a picture and in words; None when they are too few."""
    counts = {number: marks[number] for number in POINTS}
    if sum(counts.values()) < FEWEST:
        return None
    local = post.made_at.astimezone(group.zone).date()
    day = f"{weekday_name(local)} {local.day} {MONTHS[local.month - 1]}"
    points = [{"label": point(turn, number), "count": count} for number, count in counts.items()]
    data = {
        "title": turn.plain("peer_round_title"),
        "subtitle": turn.plain("peer_round_subtitle", group=group.name, day=day),
        "points": points,
        "footer": turn.plain("peer_round_footer"),
    }
    words = turn.plain("peer_round_words", day=day, points=[one for one in points if one["count"]])
    return Content(words, picture={"kind": "round", "data": data})


WEEKS, POINT = f"{PEERS}:e", f"{PEERS}:c"
"""What the buttons carry that lead to the weeks of a group, and to a point of a round."""
