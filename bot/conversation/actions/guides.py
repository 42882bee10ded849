"""What a mentor does with the course, recordings and the library: notes, worksheets, reminders, what is sent on.

Each action looks anew whether the mentor guides the family at that moment, else it answers nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time, timedelta

from bot.care import coming, courses, families, people, quiet, switches, videos
from bot.care.coming import Coming
from bot.care.people import Person
from bot.conversation import guiding_facts, outgoing
from bot.conversation.actions.common import me, named
from bot.conversation.actions.guiding import MOST, guide, is_reachable, note, own_mentor, reach
from bot.conversation.actions.keeping import when_in_words
from bot.conversation.posting import Post
from bot.conversation.turn import Turn
from bot.screens import menus
from flows.engine.scope import DECK
from flows.engine.state import Key, Ref, Request, Value
from flows.engine.templates import excerpt

VIDEO_TALK, VIDEO_LAST = "video_talk", "video_last"
"""The flows that come to a mentor 7 and 10 days after a recording."""
_AT = time(9, 0)
_FAR = timedelta(days=180)
_LABELS = {"lights": 3, "backpack": 4, "body": 6, "thoughts": 2, "circle": 4}
"""The worksheets, and how many words stand in each."""
_LIBRARY = "library_flows"
_CARD_DECKS = ("body_exercises", "parent_sentences", "experiments")


# --- the course -------------------------------------------------------------------------------------------------------


def note_session(turn: Turn, request: Request) -> Value | None:
    """A session of the course was held with a child; the parents may read the note. Answers yes, or nothing."""
    mentor, family_id = guide(turn, request)
    if not family_id or not guiding_facts.is_child_of(turn.facts, family_id, request.refs["child"]):
        return None
    entry = {courses.NOTE: excerpt(request.arguments.get("note"), MOST)}
    topic, child_id = request.arguments["session"], int(request.refs["child"])
    note(turn, mentor, family_id, courses.KIND, topic, entry, child_id=child_id, for_parents=True)
    return "yes"


def send_sheet(turn: Turn, request: Request) -> Value | None:
    """A worksheet to print, to the mentor (`me`) or to the parents. Answers who gets it, or nothing."""
    mentor, family_id = guide(turn, request)
    sheet, to = request.arguments["sheet"], request.arguments["to"]
    if not family_id or sheet not in _LABELS:
        return None
    title = turn.plain(f"sheet_{sheet}_title")
    data = {
        "title": title,
        "subtitle": turn.plain(f"sheet_{sheet}_subtitle"),
        "sheet": sheet,
        "labels": [turn.plain(f"sheet_{sheet}_{number}") for number in range(1, _LABELS[sheet] + 1)],
        "footer": turn.plain("sheet_footer"),
    }
    words = turn.text("sheet_words", title=title, how=data["subtitle"], name=families.spoken(mentor.name), to=to)
    call = outgoing.picture("worksheet", data, words, document=turn.plain(f"sheet_{sheet}_file"))
    if to == "me":
        turn.call(call)
        return families.spoken(mentor.name)
    told = [one for one in people.parents_of(turn.connection, turn.host.vault, family_id) if is_reachable(one)]
    for parent in told:
        turn.call_elsewhere(parent.chat_id, call, not_before=quiet.waits_until(parent, turn.now))
    return families.names_in_words(told) or None


# --- recordings -------------------------------------------------------------------------------------------------------


def plan_video(turn: Turn, request: Request) -> Value | None:
    """A recording, with what to look at, or else the parents are asked for that. The mentor is reminded after 7 and
    after 10 days. Answers when, in words; `past` when it is too long ago for that; nothing when it is not theirs."""
    mentor, family_id = guide(turn, request)
    if not family_id:
        return None
    day = _recorded_on(date.fromisoformat(request.arguments["date"]), turn.facts.local.date())
    focus = excerpt(request.arguments.get("focus"), 200)
    entry = {videos.RECORDED_ON: day.isoformat(), videos.FOCUS_IS: focus}
    video_id = note(turn, mentor, family_id, videos.KIND, videos.PLANNED, entry, for_parents=True)
    turn.facts.forget()
    if not focus:
        for parent in people.parents_of(turn.connection, turn.host.vault, family_id):
            key = turn.key("guide_video_pick", f"{menus.START_FLOW}:video_focus")
            reach(turn, mentor, parent, Post("guide_video_asked", "", rows=[[key]]))
    return _remind(turn, mentor, video_id, day) or "past"


def _recorded_on(day: date, today: date) -> date:
    """A day without a year is read as one to come; a recording of last week was not made next year."""
    if day - today < _FAR:
        return day
    leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if leap_day else day.day)


def _remind(turn: Turn, mentor: Person, video_id: int, day: date) -> str:
    """Sets what is still to come; says when the first is."""
    said = ""
    for flow, after in ((VIDEO_TALK, videos.TALK_AFTER), (VIDEO_LAST, videos.TALK_BY)):
        at, comes = coming.moment(mentor, day + after, _AT), turn.host.library.flows[flow].comes
        if at > turn.now and comes:
            coming.once(turn.connection, mentor, Coming(flow, str(video_id)), at, comes.useful)
            said = said or when_in_words(turn, at)
    return said


def note_video(turn: Turn, request: Request) -> Value | None:
    """A recording was discussed: a page that the parents read too. Answers yes, or nothing when it is not theirs."""
    mentor, video_id = me(turn), request.refs["video"]
    found = next((one for one in guiding_facts.recordings(turn.facts) if one["id"] == video_id), None)
    if found is None:
        return None
    entry = {videos.REPORT: excerpt(request.arguments["words"], MOST)}
    family_id = int(found["family"])
    note(turn, mentor, family_id, videos.KIND, videos.TALKED, entry, for_parents=True, amends_id=int(video_id))
    coming.stop_about(turn.connection, mentor, video_id)
    for parent in people.parents_of(turn.connection, turn.host.vault, family_id):
        reach(turn, mentor, parent, Post("guide_video_talked", entry[videos.REPORT], scope={"day": found["day"]}))
    return "yes"


def pick_focus(turn: Turn, request: Request) -> Value | None:
    """The parent picks what to look at in a recording; the mentor hears it. Answers yes, or nothing when it is gone."""
    parent, video_id = me(turn), request.refs["video"]
    found = next((one for one in guiding_facts.own_recordings(turn.facts) if one["id"] == video_id), None)
    if found is None or parent.family_id is None:
        return None
    focus = excerpt(request.arguments["focus"], 200)
    entry = {videos.FOCUS_IS: focus}
    note(turn, parent, parent.family_id, videos.KIND, videos.FOCUS, entry, for_parents=True, amends_id=int(video_id))
    mentor = own_mentor(turn)
    if mentor:
        reach(turn, parent, mentor, Post("guide_video_picked", focus, scope={"day": found["day"]}))
    return "yes"


# --- the library ------------------------------------------------------------------------------------------------------


def find_in_library(turn: Turn, request: Request) -> Value | None:
    """What fits the words that a mentor typed, as entries of the library, the best first; nothing when nothing does."""
    offers = turn.host.matcher.offers(request.arguments["words"], turn.host.library.decks[_LIBRARY].entries)
    return [Ref(f"{DECK}{_LIBRARY}", one.flow) for one in offers] or None


def send_from_library(turn: Turn, request: Request) -> Value | None:
    """A flow as a button, or a card as its text, to the parents of a family, with a line of the mentor's. Answers who
    gets it, or nothing when it may not be sent to this family or nobody can be reached."""
    mentor, family_id = guide(turn, request)
    line = excerpt(request.arguments.get("line"), 600)
    given = request.arguments
    one = _card(turn, given.get("card", ""), line) if given.get("card") else _flow(turn, family_id, given, line)
    if not family_id or one is None:
        return None
    parents = people.parents_of(turn.connection, turn.host.vault, family_id)
    return families.names_in_words([to for to in parents if reach(turn, mentor, to, one)]) or None


def _flow(turn: Turn, family_id: int, given: Mapping[str, str], line: str) -> Post | None:
    flow = turn.host.library.flows.get(given.get("flow", ""))
    if flow is None or "parent" not in flow.audience:
        return None
    if flow.gated and flow.flow not in switches.flows_on(turn.connection, family_id):
        return None
    rows = [[Key(flow.title, f"{menus.START_FLOW}:{flow.flow}")]]
    return Post("library_flow", line, scope={"title": flow.title}, rows=rows)


def _card(turn: Turn, card: str, line: str) -> Post | None:
    decks = turn.host.library.decks
    found = next((decks[name].entries[card] for name in _CARD_DECKS if card in decks[name].entries), None)
    return Post("library_card", line, scope={"card": found.text}) if found else None


ACTIONS = named(note_session, send_sheet, plan_video, note_video, pick_focus, find_in_library, send_from_library)
