"""What each kind of picture needs to be drawn. All words come in with the data; an empty text leaves its place empty.

`footer` stands small at the foot of each picture. Does not know who the data is about, nor how it is drawn.
"""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired

from pydantic import AfterValidator, ConfigDict, Field, TypeAdapter, with_config
from typing_extensions import TypedDict

whole = with_config(ConfigDict(extra="forbid", strict=True, allow_inf_nan=False))

Level = Annotated[int, Field(ge=0, le=10)]
"""How big something feels."""
Value = Annotated[float, Field(ge=-1000, le=1000)]
Flags = Annotated[list[bool], Field(min_length=7, max_length=7)]
"""Of Monday to Sunday."""

Part = Literal[
    "head",
    "eyes",
    "mouth",
    "throat",
    "neck",
    "chest",
    "heart",
    "belly",
    "back",
    "arms",
    "hands",
    "legs",
    "feet",
    "skin",
    "everywhere",
]
Colour = Literal["red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "grey", "black", "white"]
Stage = Literal["baby", "crawler", "toddler", "preschool", "school", "young", "older", "teen"]


@whole
class Card(TypedDict):
    """One sentence to keep."""

    title: str
    text: str
    footer: str
    tone: Literal["calm", "warm", "fresh"]


@whole
class Pair(TypedDict):
    """A worry thought and the helping thought that answers it."""

    worry: str
    helping: str


@whole
class Thoughts(TypedDict):
    """All helping thoughts on a poster; `left` and `right` head the columns. A PNG shows the first page."""

    title: str
    left: str
    right: str
    pairs: Annotated[list[Pair], Field(min_length=1, max_length=200)]
    footer: str


@whole
class Place(TypedDict):
    """Where things of the backpack went: they stay mine, go back to a grown-up, or are shared."""

    title: str
    tone: Literal["mine", "back", "share"]
    items: Annotated[list[str], Field(max_length=40)]


@whole
class Backpacks(TypedDict):
    """The heavy backpack before, and after: what is still in it, what went back, what is shared."""

    title: str
    left_title: str
    right_title: str
    before: Annotated[list[str], Field(max_length=40)]
    places: Annotated[list[Place], Field(max_length=3)]
    footer: str


@whole
class Mark(TypedDict):
    """A coloured spot where something is felt. Without a size it is of middling size, and no number is shown."""

    part: Part
    label: str
    size: Level | None
    colour: Colour


@whole
class Body(TypedDict):
    """A figure with coloured spots. `part_labels` says what the parts are called; a part without a label shows none."""

    title: str
    part_labels: dict[Part, str]
    marks: Annotated[list[Mark], Field(max_length=20)]
    footer: str


@whole
class NetworkPerson(TypedDict):
    """Somebody around the parent. `closeness`: 1 is near, 3 is far. `ask`: the parent would dare to ask."""

    name: str
    who: str
    closeness: Literal[1, 2, 3]
    gives: Annotated[list[str], Field(max_length=8)]
    ask: bool


@whole
class NetworkLegend(TypedDict):
    """What the rings are called, and the mark of those who may be asked."""

    near: str
    middle: str
    far: str
    ask: str


@whole
class Network(TypedDict):
    """Rings of people with the parent in the middle."""

    title: str
    centre: str
    people: Annotated[list[NetworkPerson], Field(max_length=30)]
    legend: NetworkLegend
    footer: str


@whole
class Ends(TypedDict):
    """The ends of a scale."""

    low: int
    high: int


def _rising(scale: Ends) -> Ends:
    if scale["high"] <= scale["low"]:
        raise ValueError("a scale goes up")
    return scale


@whole
class Scale(Ends):
    """The ends of a scale and what they are called."""

    low_word: str
    high_word: str


@whole
class Point(TypedDict):
    """One measurement; without a value there is a gap. Points belong to `x_labels` by their order."""

    label: str
    value: Value | None


@whole
class Series(TypedDict):
    """One signal or goal through time. `good`: which end of the scale is the good one."""

    name: str
    good: Literal["high", "low"]
    points: Annotated[list[Point], Field(max_length=60)]


@whole
class Lines(TypedDict):
    """Charts of signals or goals, one above the other on the same weeks."""

    title: str
    subtitle: str
    scale: Annotated[Scale, AfterValidator(_rising)]
    series: Annotated[list[Series], Field(min_length=1, max_length=8)]
    x_labels: Annotated[list[str], Field(max_length=60)]
    good_word: str
    footer: str


@whole
class Row(TypedDict):
    """One question, with a value for each column; none where it was not answered."""

    name: str
    values: Annotated[list[Value | None], Field(max_length=4)]


@whole
class Compare(TypedDict):
    """Measurements side by side: start, halfway, end."""

    title: str
    subtitle: str
    columns: Annotated[list[str], Field(min_length=1, max_length=4)]
    scale: Annotated[Ends, AfterValidator(_rising)]
    rows: Annotated[list[Row], Field(min_length=1, max_length=24)]
    note: str
    footer: str


Rung = Literal["safe", "fight", "shut"]


@whole
class Cell(TypedDict):
    """What was felt in one part of one day of the week. `level`: how big, 0 to 10. `tone`: the rung felt most."""

    count: Annotated[int, Field(ge=0)]
    level: Annotated[float, Field(ge=0, le=10)] | None
    tone: Rung | None


@whole
class HoursLegend(TypedDict):
    """What a tone is called."""

    tone: Rung
    label: str


@whole
class Hours(TypedDict):
    """The body by hour and weekday: `cells` has a row for each of `hour_labels`, and in it a cell for each day."""

    title: str
    subtitle: str
    day_names: Annotated[list[str], Field(min_length=7, max_length=7)]
    hour_labels: Annotated[list[str], Field(min_length=1, max_length=24)]
    cells: Annotated[list[Annotated[list[Cell], Field(min_length=7, max_length=7)]], Field(max_length=24)]
    legend: Annotated[list[HoursLegend], Field(max_length=3)]
    footer: str


@whole
class House(TypedDict):
    """A house, or a column, and what lives in it."""

    name: str
    items: Annotated[list[str], Field(max_length=30)]


@whole
class Houses(TypedDict):
    """Worries, what goes well, dreams; or as columns: what worries us, what goes well, what has to happen."""

    title: str
    houses: Annotated[list[House], Field(min_length=1, max_length=3)]
    footer: str


@whole
class Step(TypedDict):
    """One step."""

    name: str
    text: str


@whole
class Steps(TypedDict):
    """Steps, and the sentence they lead to, large."""

    title: str
    steps: Annotated[list[Step], Field(max_length=8)]
    spoken_title: str
    spoken: str
    footer: str


@whole
class PictureAge(TypedDict):
    """The age that fits the behaviour now. `years`: that age, as it is said."""

    title: str
    text: str
    years: str
    needs: Annotated[list[str], Field(max_length=8)]
    footer: str
    stage: Stage


@whole
class WeekRow(TypedDict):
    """Something, and the days on which it was there, Monday first."""

    name: str
    days: Flags


@whole
class Week(TypedDict):
    """A week in dots. `day_names`: how the days are called, Monday first; without them there are none."""

    title: str
    day_names: NotRequired[Annotated[list[str], Field(max_length=7)]]
    rows: Annotated[list[WeekRow], Field(min_length=1, max_length=14)]
    footer: str


@whole
class Worksheet(TypedDict):
    """A sheet to print and draw on. `labels` are the words in it: three for lights, four for the backpack and the
    circle, two for thoughts, and for a body one for each colour."""

    title: str
    subtitle: str
    sheet: Literal["lights", "backpack", "body", "thoughts", "circle"]
    labels: Annotated[list[str], Field(min_length=2, max_length=6)]
    footer: str


@whole
class RoundPoint(TypedDict):
    """An answer, and how often it was given."""

    label: str
    count: Annotated[int, Field(ge=0, le=40)]


@whole
class Round(TypedDict):
    """How a group is doing: what was answered, and nothing of who did not answer."""

    title: str
    subtitle: str
    points: Annotated[list[RoundPoint], Field(min_length=1, max_length=7)]
    footer: str


CODES = frozenset({"tone", "part", "colour", "stage", "good", "sheet"})
"""Keys whose value is a name of ours and no words."""

SHAPES: dict[str, TypeAdapter[object]] = {
    "card": TypeAdapter(Card),
    "thoughts": TypeAdapter(Thoughts),
    "backpacks": TypeAdapter(Backpacks),
    "body": TypeAdapter(Body),
    "network": TypeAdapter(Network),
    "lines": TypeAdapter(Lines),
    "compare": TypeAdapter(Compare),
    "hours": TypeAdapter(Hours),
    "houses": TypeAdapter(Houses),
    "columns": TypeAdapter(Houses),
    "steps": TypeAdapter(Steps),
    "picture_age": TypeAdapter(PictureAge),
    "week": TypeAdapter(Week),
    "worksheet": TypeAdapter(Worksheet),
    "round": TypeAdapter(Round),
}
