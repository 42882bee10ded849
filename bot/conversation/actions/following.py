"""What a mentor does with messages to parents: choose to whom, see them before they go, plan, change and stop them.

Each action looks up anew to whom this mentor may write at that moment. Receivers are passed along as ids with commas.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, time, timedelta

from bot.care import follow_up_rhythm, follow_ups
from bot.care.families import names_in_words
from bot.care.follow_up_rhythm import Rhythm
from bot.care.follow_ups import Content, FollowUp, Plan
from bot.care.people import Person, Role
from bot.conversation import follow_facts, following
from bot.conversation.actions.common import me_as, named
from bot.conversation.incoming import Message
from bot.conversation.turn import Turn
from bot.schedule.local_time import instant_on
from bot.store.types import read_id
from flows.engine.dutch.dates import parse_date
from flows.engine.state import Request, Value

MOST_WORDS = 3000
"""In characters: as much as is sent, so that it stays one message."""
MORNING = time(9)
"""When something goes out for which no time was chosen."""
_DAYS = {"today": 0, "tomorrow": 1, "week": 7, "two_weeks": 14}
_FILE = re.compile(r"(voice|photo):(.+)", re.DOTALL)
_SIDES = {"before2": "before:2", "before1": "before:1", "after1": "after:1"}
_RHYTHMS = {"weekly": "weeks:1", "two_weekly": "weeks:2", "thin": follow_up_rhythm.WINDING_DOWN}


# --- to whom ----------------------------------------------------------------------------------------------------------


def follow_up_to(turn: Turn, request: Request) -> Value | None:
    """Puts the parents of a family, one parent or everybody among the receivers, or takes them out again when they
    were there; answers who it goes to now, or nothing when that is nobody."""
    given, mentor = request.arguments, me_as(turn, Role.MENTOR)
    chosen = [one.id for one in following.receivers(turn, mentor, given.get("receivers", ""))]
    if given.get("all"):
        meant = [int(str(one["id"])) for one in follow_facts.receivers(turn.facts)]
        chosen = []
    elif given.get("family"):
        family_id = read_id(given["family"])
        meant = [one.id for one in follow_ups.parents_of(turn.connection, turn.host.vault, mentor.id, family_id)]
    else:
        meant = [one.id for one in following.receivers(turn, mentor, given.get("person", ""))]
    if meant and set(meant) <= set(chosen):
        chosen = [one for one in chosen if one not in meant]
    else:
        chosen += [one for one in meant if one not in chosen]
    return ",".join(map(str, chosen)) or None


def follow_up_names(turn: Turn, request: Request) -> Value | None:
    """The names of the receivers, or nothing."""
    return names_in_words(following.receivers(turn, me_as(turn, Role.MENTOR), request.arguments["receivers"])) or None


def follow_up_without(turn: Turn, request: Request) -> Value | None:
    """The names of the receivers whose family does not have a gated flow now, or nothing."""
    to = following.receivers(turn, me_as(turn, Role.MENTOR), request.arguments["receivers"])
    return names_in_words(following.without(turn, request.arguments["flow"], to)) or None


# --- what and when ----------------------------------------------------------------------------------------------------


def follow_up_words(turn: Turn, request: Request) -> Value | None:
    """The words of what was just written: of a file those that came with it, if there are any."""
    text = request.arguments["text"]
    if _FILE.fullmatch(text):
        sent = turn.incoming
        text = sent.text if isinstance(sent, Message) and sent.file_id else ""
    return text[:MOST_WORDS] or None


def follow_up_moment(turn: Turn, request: Request) -> Value | None:
    """When it goes out, in words; nothing when that is past."""
    mentor = me_as(turn, Role.MENTOR)
    wish = _wish(turn, mentor, request.arguments)
    if wish is None:
        return None
    words = follow_facts.rhythm_in_words(turn.facts.texts, wish.rhythm)
    moment = turn.plain("follow_up_now") if _is_now(request) else turn.facts.moment_in_words(wish.first)
    return f"{moment}, {words}" if words and not wish.rhythm.is_anchored else moment


def follow_up_preview(turn: Turn, request: Request) -> Value | None:
    """The words as the first receiver reads them; nothing when there is no receiver (any more)."""
    to = following.receivers(turn, me_as(turn, Role.MENTOR), request.arguments["receivers"])
    if not to:
        return None
    words = request.arguments.get("words", "")
    return following.filled(turn, words, to[0]) or turn.plain("follow_up_only_a_file")


def plan_follow_up(turn: Turn, request: Request) -> Value | None:
    """Plans a message, or sends it at once; answers the names of who gets it, or nothing when that is nobody or the
    moment is past."""
    mentor, given = me_as(turn, Role.MENTOR), request.arguments
    to, wish = following.receivers(turn, mentor, given["receivers"]), _wish(turn, mentor, given)
    if not to or wish is None or not (wish.content.words or wish.content.file_id):
        return None
    wish = replace(wish, to=[one.id for one in to])
    planned = follow_ups.plan(turn.connection, turn.host.vault, mentor, wish, turn.now)
    if _is_now(request):
        one = follow_ups.find(turn.connection, turn.host.vault, planned, mentor.id)
        if one:
            following.send(turn, mentor, one, to)
            follow_ups.went_out(turn.connection, mentor, one, turn.now)
    return names_in_words(to)


def _is_now(request: Request) -> bool:
    return request.arguments.get("moment") == "now"


def _wish(turn: Turn, mentor: Person, given: Mapping[str, str]) -> Plan | None:
    """What is asked for; None when its moment is past, or the appointment gone."""
    at = _time(given.get("time", "")) or MORNING
    content = _content(turn, given)
    if given.get("moment") == "now":
        return Plan(content, (), Rhythm("once"), turn.now, at)
    if given.get("appointment"):
        return _anchored(turn, mentor, given, content, at)
    rhythm = follow_up_rhythm.read(_RHYTHMS.get(given.get("rhythm", ""), follow_up_rhythm.ONCE))
    day = _day(turn, given.get("date", "") or ("tomorrow" if given.get("moment") == "tomorrow" else "today"))
    if rhythm is None or day is None:
        return None
    first = instant_on(day, at, mentor.zone)
    return Plan(content, (), rhythm, first, at) if first > turn.now else None


def _anchored(turn: Turn, mentor: Person, given: Mapping[str, str], content: Content, at: time) -> Plan | None:
    found = follow_ups.anchors(turn.connection, mentor.id, turn.now)
    anchor = next((one for one in found if str(one.id) == given["appointment"]), None)
    rhythm = follow_up_rhythm.read(_SIDES.get(given.get("side", ""), ""))
    if anchor is None or rhythm is None:
        return None
    first = follow_up_rhythm.around(rhythm, anchor.starts_at, at, mentor.zone)
    fits = follow_up_rhythm.still_fits(rhythm, anchor.starts_at, first, turn.now)
    return Plan(content, (), rhythm, first, at, anchor.id) if fits else None


def _content(turn: Turn, given: Mapping[str, str]) -> Content:
    file, flow = _FILE.fullmatch(given.get("file", "")), turn.host.library.flows.get(given.get("flow", ""))
    name = flow.flow if flow and "parent" in flow.audience else ""
    words = given.get("words", "")[:MOST_WORDS]
    return Content(words, file[1], file[2], name) if file else Content(words, flow=name)


def _day(turn: Turn, given: str) -> date | None:
    today = turn.facts.local.date()
    if given in _DAYS:
        return today + timedelta(days=_DAYS[given])
    try:
        return date.fromisoformat(given)
    except ValueError:
        return parse_date(given, today)


def _time(given: str) -> time | None:
    try:
        return time.fromisoformat(given.replace(".", ":")) if given else None
    except ValueError:
        return None


# --- what was planned -------------------------------------------------------------------------------------------------


def change_follow_up(turn: Turn, request: Request) -> Value | None:
    """Other words, or another moment, for something that is still to go out, or a stop to it; answers yes, or nothing
    when it is over, or the moment past."""
    mentor, given = me_as(turn, Role.MENTOR), request.arguments
    one = _own(turn, mentor, request.refs.get("planned", ""))
    if one is None or one.status != follow_ups.OPEN:
        return None
    if given["what"] == "words":
        return _change_words(turn, one, given.get("words", ""))
    if given["what"] == "moment":
        day, at = _day(turn, given.get("date", "")), _time(given.get("time", "")) or MORNING
        moment = instant_on(day, at, mentor.zone) if day else turn.now
        if moment <= turn.now:
            return None
        follow_ups.move(turn.connection, mentor, one, moment, at)
    else:
        follow_ups.stop(turn.connection, mentor, one)
    return "yes"


def _change_words(turn: Turn, one: FollowUp, words: str) -> Value | None:
    content = replace(one.content, words=words[:MOST_WORDS])
    if not words.strip():
        return None
    follow_ups.change_content(turn.connection, turn.host.vault, one, content)
    return "yes"


def _own(turn: Turn, mentor: Person, written: str) -> FollowUp | None:
    """What a list names, which may hold it once for each family: "12-3"."""
    number = read_id(written.partition("-")[0])
    return follow_ups.find(turn.connection, turn.host.vault, number, mentor.id) if number else None


def answer_offer(turn: Turn, request: Request) -> Value | None:
    """Takes over what another mentor had planned, or lets it go; answers when it goes out now, or nothing."""
    mentor = me_as(turn, Role.MENTOR)
    one = _own(turn, mentor, request.refs.get("offer", ""))
    if one is None or one.status != follow_ups.OFFERED:
        return None
    if request.arguments["take"] != "yes":
        follow_ups.let_go(turn.connection, one)
        return None
    moment = follow_ups.take_over(turn.connection, mentor, one, turn.now)
    return turn.facts.moment_in_words(moment) if moment else None


ACTIONS = named(
    follow_up_to,
    follow_up_names,
    follow_up_without,
    follow_up_words,
    follow_up_moment,
    follow_up_preview,
    plan_follow_up,
    change_follow_up,
    answer_offer,
)
