"""What a mentor notes and asks in guiding a family: the phases, the parenting interview, goals chosen together; and
what a parent answers.

Each action looks anew whether the mentor guides the family at that moment, else it answers nothing.
"""

from __future__ import annotations

from bot.care import families, guidance, interviews, people, phases, quiet
from bot.care.guidance import Entry
from bot.care.people import Person, Role
from bot.conversation import guiding_facts
from bot.conversation.actions.common import me, me_as, named
from bot.conversation.outgoing import Rows
from bot.conversation.posting import Post, post
from bot.conversation.turn import Turn
from bot.screens import menus
from flows.engine.state import Ref, Request, Value
from flows.engine.templates import excerpt

MOST = 1500
"""In characters, of one note."""


def move_phase(turn: Turn, request: Request) -> Value | None:
    """The family goes to another phase, as all agreed; the parents are told. Answers their names, or nothing when that
    phase does not follow, or the family is another mentor's."""
    mentor, family_id = guide(turn, request)
    agreed = excerpt(request.arguments["agreed"], MOST)
    to = int(request.arguments["to"] or 0)
    if not family_id or not phases.move(turn.connection, turn.host.vault, family_id, mentor, to, agreed, turn.now):
        return None
    return _tell_phase(turn, mentor, family_id, "guide_phase_moved", to, agreed)


def undo_phase(turn: Turn, request: Request) -> Value | None:
    """The last step was not meant so; the parents are told. Answers their names, or nothing."""
    mentor, family_id = guide(turn, request)
    why = excerpt(request.arguments["why"], MOST)
    if not family_id:
        return None
    phase = phases.take_back(turn.connection, turn.host.vault, family_id, mentor, why, turn.now)
    return _tell_phase(turn, mentor, family_id, "guide_phase_undone", phase, why) if phase else None


def _tell_phase(turn: Turn, mentor: Person, family_id: int, frame: str, phase: int, text: str) -> str:
    name = str(turn.host.library.decks["phases"].entries[f"phase_{phase}"].fields["name"])
    parents = people.parents_of(turn.connection, turn.host.vault, family_id)
    for parent in parents:
        rows = _rows(turn, "guide_phase_read", "our_way")
        reach(turn, mentor, parent, Post(frame, text, scope={"phase": phase, "title": name}, rows=rows))
    return families.names_in_words(parents)


# --- the parenting interview ------------------------------------------------------------------------------------------


def ask_interview(turn: Turn, request: Request) -> Value | None:
    """Asks the parent, in the parent's own chat, whether scenes may be kept. Answers yes, or nothing when the parent
    cannot be reached or there is no interview now."""
    mentor, whom, round = _interview(turn, request)
    if whom is None or not round or not is_reachable(whom):
        return None
    _note_interview(turn, mentor, whom, round, interviews.ASKED)
    rows = _rows(turn, "guide_interview_choose", "interview_consent")
    reach(turn, mentor, whom, Post("guide_interview_asked", "", rows=rows))
    return "yes"


def interview_question(turn: Turn, request: Request) -> Value | None:
    """The question that comes before (-1) or after (1) one, by name, or that one itself; `end` after the last."""
    questions = list(turn.host.library.decks[guiding_facts.QUESTIONS].entries)
    question = request.arguments["question"]
    match request.arguments.get("step"):
        case "1":
            return interviews.after(questions, question)
        case "-1":
            return interviews.before(questions, question)
        case _:
            return question if question in questions or question == interviews.END else questions[0]


def note_scene(turn: Turn, request: Request) -> Value | None:
    """Keeps what the parent told, if the parent said yes to it for this interview; else nothing is kept and nothing
    answered."""
    mentor, whom, round = _interview(turn, request)
    given = request.arguments
    if whom is None or not round or _standing(turn, whom, round).consent != interviews.YES:
        return None
    entry = {interviews.WORDS: excerpt(given["words"], MOST)}
    if given["question"].startswith("word_") and given.get("word"):
        entry[interviews.WORD] = excerpt(given["word"], 60)
    _note_interview(turn, mentor, whom, round, given["question"], entry)
    return "yes"


def leave_interview(turn: Turn, request: Request) -> Value | None:
    """Keeps at which question the interview was left, and nothing of what was said."""
    mentor, whom, round = _interview(turn, request)
    if whom is not None and round:
        _note_interview(turn, mentor, whom, round, interviews.PLACE, {interviews.AT: request.arguments["question"]})
    return None


def see_interviewer(turn: Turn, request: Request) -> Value | None:
    """The mentor whom the parent has before them as the one who may write, by id."""
    mentor = own_mentor(turn)
    return str(mentor.id) if mentor else None


def answer_interview(turn: Turn, request: Request) -> Value | None:
    """The parent's own yes or no to keeping scenes; a no takes away what was kept. The mentor hears it. Answers
    yes, or nothing when there is no question any more, or the mentor is another than was `seen`."""
    parent, mentor = me(turn), own_mentor(turn)
    seen = request.arguments.get("seen")
    if seen and (mentor is None or str(mentor.id) != seen):
        return None
    asked, yes = turn.facts["interview_asked"], request.arguments["value"] == "yes"
    round = int(asked["round"]) if isinstance(asked, dict) else 0
    if not round or parent.family_id is None:
        return None
    _note_interview(turn, parent, parent, round, interviews.YES if yes else interviews.NO)
    if not yes:
        interviews.forget_scenes(turn.connection, parent.id, round)
    if mentor:
        reach(turn, parent, mentor, Post("guide_interview_yes" if yes else "guide_interview_no", ""))
    return "yes"


def _interview(turn: Turn, request: Request) -> tuple[Person, Person | None, int]:
    """The mentor, the parent whom it is about if theirs, and which interview belongs to the phase."""
    mentor, family_id = guide(turn, request)
    whom = people.by_id(turn.connection, turn.host.vault, int(request.refs["whom"])) if family_id else None
    if whom is None or whom.family_id != family_id:
        return mentor, None, 0
    log = guidance.of_family(turn.connection, turn.host.vault, family_id, phases.KIND)
    return mentor, whom, phases.round_of(phases.way_of(log))


def _standing(turn: Turn, whom: Person, round: int) -> interviews.Standing:
    noted = guidance.of_family(turn.connection, turn.host.vault, whom.family_id or 0, interviews.KIND)
    questions = list(turn.host.library.decks[guiding_facts.QUESTIONS].entries)
    return interviews.standing(interviews.about(noted, whom.id, round), questions, me(turn).id)


def _note_interview(
    turn: Turn, author: Person, whom: Person, round: int, topic: str, entry: dict[str, str] | None = None
) -> None:
    interviews.note(
        turn.connection,
        turn.host.vault,
        family_id=whom.family_id or 0,
        author=author,
        parent_id=whom.id,
        round=round,
        topic=topic,
        entry=entry or {},
        now=turn.now,
    )


# --- goals chosen together --------------------------------------------------------------------------------------------


def offer_goal(turn: Turn, request: Request) -> Value | None:
    """Lays a goal before a parent, who says yes in own words or no. Answers yes, or nothing when that cannot be."""
    mentor, family_id = guide(turn, request)
    whom = people.by_id(turn.connection, turn.host.vault, int(request.refs["whom"])) if family_id else None
    if whom is None or whom.family_id != family_id or not is_reachable(whom):
        return None
    if not guiding_facts.is_child_of(turn.facts, whom.family_id, request.refs["child"]):
        return None
    line = excerpt(request.arguments.get("line"), 300)
    note(
        turn,
        mentor,
        whom.family_id,
        guiding_facts.GOAL_OFFER,
        request.arguments["goal"],
        {"line": line},
        child_id=int(request.refs["child"]),
        about_id=whom.id,
        for_parents=True,
    )
    reach(turn, mentor, whom, Post("guide_goal_offered", line, rows=_rows(turn, "guide_goal_look", "goal_offered")))
    return "yes"


def offered_child(turn: Turn, request: Request) -> Value | None:
    """The child that an offered goal is about, as one of `children`."""
    offer = _offer(turn, request)
    return Ref("children", str(offer.child_id)) if offer and offer.child_id else None


def answer_goal(turn: Turn, request: Request) -> Value | None:
    """The parent took an offered goal, in own words, or left it; the mentor hears that, and no more."""
    parent, offer = me(turn), _offer(turn, request)
    if offer is None or parent.family_id is None:
        return None
    taken = request.arguments["value"] == "yes"
    topic = guiding_facts.TAKEN if taken else guiding_facts.DECLINED
    note(
        turn,
        parent,
        parent.family_id,
        guiding_facts.GOAL_OFFER,
        topic,
        {},
        child_id=offer.child_id,
        about_id=parent.id,
        amends_id=offer.id,
    )
    mentor = own_mentor(turn)
    if mentor:
        name = str(turn.host.library.decks["goals"].entries[offer.topic].fields["name"])
        reach(turn, parent, mentor, Post("guide_goal_taken" if taken else "guide_goal_left", name))
    return None


def _offer(turn: Turn, request: Request) -> Entry | None:
    parent, wanted = me(turn), int(request.refs.get("offer", "0"))
    noted = guidance.of_family(turn.connection, turn.host.vault, parent.family_id or 0, guiding_facts.GOAL_OFFER)
    return next((one for one in noted if one.id == wanted and one.about_id == parent.id), None)


# --- of a parent ------------------------------------------------------------------------------------------------------


def tell_guide(turn: Turn, request: Request) -> Value | None:
    """What the parent says about the phase goes to the mentor. Answers the mentor's name, or nothing."""
    parent, mentor = me(turn), own_mentor(turn)
    if mentor is None:
        return None
    reach(turn, parent, mentor, Post("guide_phase_unclear", request.arguments["text"]))
    return families.spoken(mentor.name)


def own_mentor(turn: Turn) -> Person | None:
    """The mentor of this parent."""
    mentor_id = me(turn).mentor_id
    return people.by_id(turn.connection, turn.host.vault, mentor_id)


# --- for all of these -------------------------------------------------------------------------------------------------


def guide(turn: Turn, request: Request) -> tuple[Person, int]:
    """The mentor, and the family if it is theirs at this moment, else 0. Raises NotAllowed for who is no mentor."""
    mentor = me_as(turn, Role.MENTOR)
    family = families.guided(turn.connection, mentor.id, int(request.refs.get("family", "0")))
    return mentor, family.id if family else 0


def note(
    turn: Turn,
    author: Person,
    family_id: int,
    kind: str,
    topic: str,
    entry: dict[str, str],
    *,
    child_id: int | None = None,
    about_id: int | None = None,
    for_parents: bool = False,
    amends_id: int | None = None,
) -> int:
    """Writes something down about a family, on the author's own day."""
    return guidance.add(
        turn.connection,
        turn.host.vault,
        family_id=family_id,
        author=author,
        kind=kind,
        topic=topic,
        entry=entry,
        local_day=author.local(turn.now).date(),
        now=turn.now,
        child_id=child_id,
        about_id=about_id,
        for_parents=for_parents,
        amends_id=amends_id,
    )


def reach(turn: Turn, writer: Person, to: Person, one: Post) -> bool:
    """Passes something on as a letter, so that it can be answered; whoever stopped or blocked hears nothing."""
    if not is_reachable(to):
        return False
    post(turn, writer, to, one, quiet.waits_until(to, turn.now))
    return True


def is_reachable(person: Person) -> bool:
    """Whether anything may be sent: not to whoever stopped or blocked."""
    return not (person.has_stopped or person.blocked)


def _rows(turn: Turn, label: str, flow: str) -> Rows:
    return [[turn.key(label, f"{menus.START_FLOW}:{flow}")]]


ACTIONS = named(
    move_phase,
    undo_phase,
    ask_interview,
    interview_question,
    note_scene,
    leave_interview,
    see_interviewer,
    answer_interview,
    offer_goal,
    offered_child,
    answer_goal,
    tell_guide,
)
