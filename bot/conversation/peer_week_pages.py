"""The weeks of a group on the phone: for who guides it choosing, moving and writing themes, and the set hours to talk;
for its members what this week brought so far.

Every tap looks up anew whether this person is in the group, and guides it. Does not know when anything comes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from bot.care import groups, peer_weeks
from bot.care.groups import Place
from bot.care.peer_weeks import MOST_HOURS, PARTS, Step, Theme, Week
from bot.conversation import rhythm
from bot.conversation.speaking import place_named
from bot.conversation.turn import Turn
from bot.screens.entries import MAX_LABEL, PEERS, Rows
from flows.engine.dutch.words import MONTHS
from flows.engine.state import Key
from flows.engine.templates import excerpt
from flows.engine.values import dataclass

OWN_THEME = "peer_theme"
"""The flow in which somebody writes a theme."""
ON_A_PAGE = 6
AT_ONCE = 4
"""How many weeks are filled at once."""
TIMES = ("0930", "1030", "1300", "1900", "1930", "2000", "2030", "2100")
"""When a set hour may begin."""
_DAYS = ("maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag")
_SHOWN = 5
"""How many weeks are shown at least."""
_TOO_LATE = 2
"""From which day on a week is too far gone to be given a theme; 0 is Monday."""


def tapped(turn: Turn, rest: str, message_id: int | None) -> bool:
    """Does what a button about the weeks of a group asks; False when it is not for whoever tapped."""
    first, _, more = rest.partition(":")
    act, number, given = ("", first, more) if first.isdecimal() else (first, *more.partition(":")[::2])
    place = _place(turn, number)
    if place is None:
        return False
    page = _Page(turn, place, message_id)
    if not act and not given:
        page.weeks() if place.member.moderates else page.this_week()
        return True
    if not place.member.moderates or place.group.status != groups.OPEN:
        return False
    return page.does(act, given)


def _place(turn: Turn, number: str) -> Place | None:
    """This person's place in a group of either sort."""
    if turn.person is None or not number.isdecimal() or len(number) > 19:
        return None
    return place_named(turn, number) or next(
        (
            one
            for one in groups.places(turn.connection, turn.host.vault, turn.person.id)
            if one.group.id == int(number) and one.group.status != groups.CLOSED
        ),
        None,
    )


def said_day(day: date) -> str:
    """A day in words: "1 maart"."""
    return f"{day.day} {MONTHS[day.month - 1]}"


@dataclass(frozen=True, slots=True)
class _Page:
    """A tap about one group."""

    turn: Turn
    place: Place
    message_id: int | None

    def does(self, act: str, given: str) -> bool:
        """Does `act` of a moderator; False for what there is not."""
        if act in ("f", "h", "hd", "hw", "ht"):
            return self._hours(act, given) if act != "f" else self._fill()
        written, _, more = given.partition(":")
        monday = _read_day(written)
        if monday is None or monday not in peer_weeks.coming_weeks(self.place.group, self.turn.now):
            return False
        acts: dict[str, Callable[[date, str], bool]] = {
            "w": lambda day, _: self._one(day),
            "k": self._choose,
            "s": self._read,
            "t": self._take,
            "o": lambda day, _: self._own(day),
            "l": lambda day, _: self._move(day, later=True),
            "b": lambda day, _: self._move(day, later=False),
            "n": lambda day, _: self._empty(day),
        }
        return act in acts and acts[act](monday, more)

    # --- all weeks ------------------------------------------------------------------------------------------------

    def weeks(self) -> None:
        """This week and the next ones, with their themes."""
        turn, group = self.turn, self.place.group
        days = peer_weeks.coming_weeks(group, turn.now)
        if turn.now.astimezone(group.zone).weekday() >= _TOO_LATE and self._week(days[0]) is None:
            days = days[1:]
        lines = [{"monday": day, "day": said_day(day), "name": self._name(day)} for day in days]
        shown = [one for number, one in enumerate(lines) if number < _SHOWN or one["name"]]
        text = turn.text("peer_week_page", group=group.name, weeks=shown, hours=self._said_hours())
        rows: Rows = [
            [self._key("peer_week_label", "w", _written(one["monday"]), day=one["day"], name=one["name"])]
            for one in shown
        ]
        if not any(one["name"] for one in lines):
            text = f"{text}\n\n{turn.text('peer_week_none_yet')}"
        rows.append([self._key("peer_week_fill", "f"), self._key("peer_week_to_hours", "h")])
        rows.append([Key(turn.plain("peer_theme_back"), f"{PEERS}:o:{group.id}")])
        turn.show(text, rows, self.message_id)

    def _fill(self) -> bool:
        turn, group = self.turn, self.place.group
        ready = list(turn.host.library.decks[peer_weeks.DECK].entries)
        peer_weeks.fill(turn.connection, turn.host.vault, group, ready, AT_ONCE, turn.now)
        return self._changed(self.weeks)

    # --- one week -------------------------------------------------------------------------------------------------

    def _one(self, monday: date) -> bool:
        turn, week = self.turn, self._week(monday)
        name, began = self._name(monday), bool(week and week.began)
        text = turn.text("peer_week_one", group=self.place.group.name, day=said_day(monday), name=name, began=began)
        day, rows = _written(monday), []
        if not began:
            choose = "peer_week_other" if name else "peer_week_choose"
            rows.append([self._key(choose, "k", f"{day}:0"), self._key("peer_week_own", "o", day)])
        if week:
            rows.append([self._key("peer_week_read", "s", f"{day}:{peer_weeks.OWN if week.own else week.theme}")])
        if week and not week.is_over:
            moves = [self._key("peer_week_later", "l", day)]
            moves += [] if began else [self._key("peer_week_earlier", "b", day)]
            rows += [moves, [self._key("peer_week_stop" if began else "peer_week_empty", "n", day)]]
        rows.append([Key(turn.plain("peer_week_to_list"), f"{PEERS}:e:{self.place.group.id}")])
        turn.show(text, rows, self.message_id)
        return True

    def _choose(self, monday: date, page: str) -> bool:
        """The ready themes, a few at a time; those that the group had are marked."""
        turn, group = self.turn, self.place.group
        if not page.isdecimal() or len(page) > 3:
            return False
        ready = list(turn.host.library.decks[peer_weeks.DECK].entries.values())
        last = (len(ready) - 1) // ON_A_PAGE
        number = min(int(page), last)
        every = peer_weeks.weeks_of(turn.connection, turn.host.vault, group.id, every=True)
        had = {one.theme for one in every}
        rows: Rows = []
        for entry in ready[number * ON_A_PAGE : (number + 1) * ON_A_PAGE]:
            name = str(entry.fields["name"])
            label = turn.plain("peer_week_had", name=name) if entry.id in had else name
            rows.append([Key(excerpt(label, MAX_LABEL), self._token("s", f"{_written(monday)}:{entry.id}"))])
        beside = []
        if number:
            beside.append(self._key("page_before", "k", f"{_written(monday)}:{number - 1}"))
        if number < last:
            beside.append(self._key("page_next", "k", f"{_written(monday)}:{number + 1}"))
        rows += [beside] if beside else []
        rows.append([self._key("peer_theme_back", "w", _written(monday))])
        turn.show(turn.text("peer_week_choose_from", group=group.name, day=said_day(monday)), rows, self.message_id)
        return True

    def _read(self, monday: date, theme: str) -> bool:
        """A theme whole, before it is chosen, or of the week as it stands."""
        turn, week = self.turn, self._week(monday)
        found = self._theme(monday, theme)
        if found is None:
            return False
        rows: Rows = []
        is_here = week is not None and week.theme == theme
        if not is_here and not (week and week.began):
            rows.append([self._key("peer_theme_take", "t", f"{_written(monday)}:{theme}")])
        day = _written(monday)
        rows.append([self._key("peer_theme_back", *(("w", day) if is_here else ("k", f"{day}:0")))])
        turn.show(turn.text("peer_theme_read", name=found.name, parts=self._parts(found, 4)), rows, self.message_id)
        return True

    def _take(self, monday: date, theme: str) -> bool:
        turn = self.turn
        if theme not in turn.host.library.decks[peer_weeks.DECK].entries:
            return False
        peer_weeks.choose(turn.connection, turn.host.vault, self.place.group, monday, theme, turn.now)
        return self._changed(lambda: self._one(monday))

    def _own(self, monday: date) -> bool:
        group = self.place.group
        if (week := self._week(monday)) and week.began:
            return self._one(monday)
        given = {"group_id": str(group.id), "monday": _written(monday)}
        self.turn.start(OWN_THEME, {**given, "group_name": group.name, "day": said_day(monday)})
        return True

    def _move(self, monday: date, *, later: bool) -> bool:
        turn, group = self.turn, self.place.group
        if later:
            peer_weeks.later(turn.connection, turn.host.vault, group, monday)
        else:
            peer_weeks.earlier(turn.connection, turn.host.vault, group, monday, turn.now)
        return self._changed(self.weeks)

    def _empty(self, monday: date) -> bool:
        peer_weeks.leave_empty(self.turn.connection, self.turn.host.vault, self.place.group, monday)
        return self._changed(lambda: self._one(monday))

    def _changed(self, show: Callable[[], Any]) -> bool:
        peer_weeks.set_timers(self.turn.connection, self.turn.host.vault, self.place.group, self.turn.now)
        show()
        return True

    # --- set hours ------------------------------------------------------------------------------------------------

    def _hours(self, act: str, given: str) -> bool:
        group, hours = self.place.group, self.place.group.settings.hours
        if act == "h" and not given:
            return self._show_hours()
        if act == "hd" and given.isdecimal() and len(given) == 1 and int(given) < len(hours):
            return self._set_hours(tuple(one for number, one in enumerate(hours) if number != int(given)))
        if act == "hw" and not given:
            return self._ask_day()
        if act == "hw" and given in tuple(group.settings.days):
            return self._ask_time(int(given))
        day, _, at = given.partition(":")
        if act == "ht" and day in tuple("1234567") and at in TIMES and len(hours) < MOST_HOURS:
            hour = f"{day} {at[:2]}:{at[2:]}"
            return self._set_hours(tuple(sorted({*hours, hour})))
        return False

    def _show_hours(self) -> bool:
        turn, group = self.turn, self.place.group
        rows: Rows = [
            [self._key("peer_hours_drop", "hd", str(number), hour=hour)]
            for number, hour in enumerate(self._said_hours())
        ]
        if len(group.settings.hours) < MOST_HOURS:
            rows.append([self._key("peer_hours_add", "hw")])
        rows.append([Key(turn.plain("peer_week_to_list"), f"{PEERS}:e:{group.id}")])
        turn.show(turn.text("peer_hours_page", group=group.name, hours=self._said_hours()), rows, self.message_id)
        return True

    def _ask_day(self) -> bool:
        turn, group = self.turn, self.place.group
        rows: Rows = [
            [Key(_DAYS[int(day) - 1].capitalize(), self._token("hw", day))] for day in sorted(group.settings.days)
        ]
        rows.append([self._key("peer_theme_back", "h")])
        turn.show(turn.text("peer_hours_which_day", group=group.name), rows, self.message_id)
        return True

    def _ask_time(self, day: int) -> bool:
        turn = self.turn
        keys = [Key(f"{int(at[:2])}.{at[2:]}", self._token("ht", f"{day}:{at}")) for at in TIMES]
        rows: Rows = [keys[number : number + 2] for number in range(0, len(keys), 2)]
        rows.append([self._key("peer_theme_back", "hw")])
        turn.show(turn.text("peer_hours_which_time", day=_DAYS[day - 1]), rows, self.message_id)
        return True

    def _set_hours(self, hours: tuple[str, ...]) -> bool:
        turn, group = self.turn, self.place.group
        settings = replace(group.settings, hours=hours)
        groups.change(turn.connection, turn.host.vault, group, settings)
        own = _Page(turn, replace(self.place, group=replace(group, settings=settings)), self.message_id)
        return own._changed(own._show_hours)

    def _said_hours(self) -> list[str]:
        said = []
        for hour in self.place.group.settings.hours:
            day, at = peer_weeks.read_hour(hour)
            said.append(self.turn.plain("peer_hour_words", day=_DAYS[day], time=f"{at:%-H.%M}"))
        return said

    # --- what members read ----------------------------------------------------------------------------------------

    def this_week(self) -> None:
        """What this week brought so far, to read again."""
        turn, group = self.turn, self.place.group
        week = self._week(peer_weeks.this_week(group, turn.now))
        parts = self._parts(rhythm.theme_of(turn, week), week.step) if week else []
        back = [[Key(turn.plain("peer_theme_back"), f"{PEERS}:o:{group.id}")]]
        if week is None or not parts:
            turn.show(turn.text("peer_week_now_none", group=group.name), back, self.message_id)
        else:
            name = rhythm.theme_of(turn, week).name
            turn.show(turn.text("peer_week_now", group=group.name, name=name, parts=parts), back, self.message_id)

    # --- what is needed for that ----------------------------------------------------------------------------------

    def _parts(self, theme: Theme, most: int) -> list[dict[str, str]]:
        """The first parts of a theme, each with what it is called."""
        found = []
        for step, name in zip(Step, PARTS[:most], strict=False):
            if words := theme.part(step):
                found.append({"label": self.turn.plain(f"peer_part_name_{name}"), "text": excerpt(words, 800)})
        return found

    def _theme(self, monday: date, theme: str) -> Theme | None:
        week = self._week(monday)
        if theme == peer_weeks.OWN:
            return week.own if week else None
        entry = self.turn.host.library.decks[peer_weeks.DECK].entries.get(theme)
        return peer_weeks.theme_of(entry) if entry else None

    def _week(self, monday: date) -> Week | None:
        return peer_weeks.on(self.turn.connection, self.turn.host.vault, self.place.group.id, monday)

    def _name(self, monday: date) -> str:
        week = self._week(monday)
        return rhythm.theme_of(self.turn, week).name if week else ""

    def _token(self, act: str, given: str = "") -> str:
        return f"{PEERS}:e:{act}:{self.place.group.id}{f':{given}' if given else ''}"

    def _key(self, name: str, act: str, given: str = "", /, **scope: object) -> Key:
        return Key(excerpt(self.turn.plain(name, **scope), MAX_LABEL), self._token(act, given))


def _written(monday: Any) -> str:
    return f"{monday:%Y%m%d}"


def _read_day(written: str) -> date | None:
    if len(written) != 8 or not written.isdecimal():
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def keep_own(turn: Turn, number: str, written: str, theme: Theme) -> str | None:
    """A theme of one's own for a week: `yes`, `empty` when it says nothing, or nothing when it cannot be any more."""
    place, monday = _place(turn, number), _read_day(written)
    if place is None or monday is None or not place.member.moderates or place.group.status != groups.OPEN:
        return None
    if not any(theme.part(step) for step in list(Step)[: len(PARTS)]):
        return "empty"
    if monday not in peer_weeks.coming_weeks(place.group, turn.now):
        return None
    if not peer_weeks.choose(turn.connection, turn.host.vault, place.group, monday, theme, turn.now):
        return None
    peer_weeks.set_timers(turn.connection, turn.host.vault, place.group, turn.now)
    return "yes"
