"""Who may see what: every viewer, every way of sharing, every consent; decided without a database."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, combinations, product
from zoneinfo import ZoneInfo

import pytest

from bot.care.consents import Purpose
from bot.care.people import Person, Role
from bot.care.sharing import With, may_see

HOME = ZoneInfo("Europe/Amsterdam")
OWN_FAMILY, OTHER_FAMILY = 70, 71
OWNER, MENTOR, OTHER_MENTOR, CO_PARENT, OTHER_PARENT, COORDINATOR = range(1, 7)


def person(own_id: int, roles: Role, family_id: int | None = None, mentor_id: int | None = None) -> Person:
    return Person(
        id=own_id,
        chat_id=own_id,
        roles=roles,
        name=str(own_id),
        family_id=family_id,
        mentor_id=mentor_id,
        region="nl",
        zone=HOME,
    )


PARENT = Role.PARENT
EVERY_SHARING = [With(bits) for bits in range(8)]
EVERY_CONSENT = [
    frozenset(some) for some in chain.from_iterable(combinations(Purpose, count) for count in range(len(Purpose) + 1))
]
ROLES = [Role(bits) for bits in range(8)]
VIEWER_FAMILIES = [None, OWN_FAMILY, OTHER_FAMILY]


def viewers() -> Iterator[tuple[Person, Person]]:
    """Every viewer and owner: what both are, whether they are of one family, and who guides the owner's."""
    for own_roles, own_family, guide, roles, family in product(
        ROLES, [None, OWN_FAMILY], [None, MENTOR, OTHER_MENTOR], ROLES, VIEWER_FAMILIES
    ):
        owner = person(OWNER, own_roles, own_family, guide if own_family else None)
        yield person(MENTOR, roles, family), owner
        yield owner, owner


def test_nobody_sees_what_the_rule_does_not_say() -> None:
    """The rule in other words than the code's: two doors, and each is open only with all of its locks."""
    seen = 0
    for (viewer, owner), shared_with, agreed in product(list(viewers()), EVERY_SHARING, EVERY_CONSENT):
        own = viewer.id == owner.id
        guides = Role.MENTOR in viewer.roles and owner.mentor_id == viewer.id
        of_one_family = viewer.family_id is not None and viewer.family_id == owner.family_id
        as_mentor = guides and 1 & shared_with and "share" in agreed
        as_parent = of_one_family and Role.PARENT in viewer.roles and 2 & shared_with
        expected = own or (Role.PARENT in owner.roles and bool(as_mentor or as_parent))
        assert may_see(viewer, owner, shared_with, agreed) is expected, (viewer, owner, shared_with, agreed)
        seen += expected
    assert seen


@pytest.mark.parametrize("agreed", EVERY_CONSENT)
def test_only_me_beats_everything(agreed: frozenset[str]) -> None:
    for viewer, owner in viewers():
        assert may_see(viewer, owner, With(0), agreed) is (viewer.id == owner.id)


@pytest.mark.parametrize(
    ("viewer", "shared_with", "agreed", "sees"),
    [
        pytest.param(person(MENTOR, Role.MENTOR), With.MENTOR, {"share"}, True, id="the mentor"),
        pytest.param(person(MENTOR, Role.MENTOR), With.MENTOR, {"use", "group", "evaluate"}, False, id="no yes to it"),
        pytest.param(person(MENTOR, Role.MENTOR), With.CO_PARENT | With.GROUP, {"share"}, False, id="for others"),
        pytest.param(person(MENTOR, Role.COORDINATOR), With.MENTOR, {"share"}, False, id="a mentor no more"),
        pytest.param(person(OTHER_MENTOR, Role.MENTOR), With(7), {"share"}, False, id="another mentor"),
        pytest.param(person(COORDINATOR, Role.COORDINATOR), With(7), {"share"}, False, id="a coordinator"),
        pytest.param(person(CO_PARENT, PARENT, OWN_FAMILY), With.CO_PARENT, set(), True, id="the other parent"),
        pytest.param(
            person(CO_PARENT, PARENT, OWN_FAMILY), With.MENTOR | With.GROUP, {"share"}, False, id="not for it"
        ),
        pytest.param(person(OTHER_PARENT, PARENT, OTHER_FAMILY), With(7), {"share"}, False, id="another family"),
        pytest.param(person(OTHER_PARENT, PARENT), With(7), {"share", "group"}, False, id="no family yet"),
    ],
)
def test_who_sees(viewer: Person, shared_with: With, agreed: set[str], sees: bool) -> None:
    owner = person(OWNER, Role.PARENT, OWN_FAMILY, MENTOR)
    assert may_see(viewer, owner, shared_with, agreed) is sees


def test_two_people_without_a_family_are_not_of_one() -> None:
    assert not may_see(person(CO_PARENT, Role.PARENT), person(OWNER, Role.PARENT), With(7), {"share"})
