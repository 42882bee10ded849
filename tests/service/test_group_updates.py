"""What Telegram tells of a group, in our words; and in whose lane it waits."""

from __future__ import annotations

from typing import Any

import pytest

from bot.conversation.incoming import IN_GROUP, Incoming, InGroup, Moved, Nothing, Placed, TappedInGroup
from bot.telegram.inbound import KIND, arrival, decode

OLD, NEW, SPEAKER, BOT = -400, -100400, 7, 1000
GROUP = {"id": OLD, "type": "group", "title": "Ouders"}
SOMEBODY = {"id": SPEAKER, "is_bot": False, "first_name": "Gül"}
ALL = {"can_delete_messages": True, "can_restrict_members": True, "can_pin_messages": True}


def _read(**update: Any) -> tuple[int, str, Incoming]:
    came = arrival({"update_id": 1, **update})
    assert came.message_id is None or came.chat_id < 0
    return came.chat_id, came.kind, decode(came.payload)


def _message(**more: Any) -> dict[str, Any]:
    return {"message_id": 12, "date": 1, "chat": GROUP, "from": SOMEBODY, **more}


def _tap(data: str, chat: dict[str, Any] = GROUP) -> dict[str, Any]:
    return {"id": "55", "from": SOMEBODY, "data": data, "message": {"message_id": 3, "date": 1, "chat": chat}}


def test_a_command_is_one_only_when_it_is_said_anew() -> None:
    said = _read(message=_message(text="/Koppel@draaglicht_bot ABC 123"))
    assert said == (SPEAKER, IN_GROUP, InGroup(OLD, "/Koppel@draaglicht_bot ABC 123", 12, "Ouders"))
    assert isinstance(said[2], InGroup)
    assert said[2].command == ("koppel", "ABC 123")
    changed = _read(edited_message=_message(text="/eruit"))[2]
    assert isinstance(changed, InGroup)
    assert changed.command is None


@pytest.mark.parametrize(
    ("answered", "author"),
    [
        ({"from": {"id": 9, "is_bot": False}}, 9),
        ({"from": {"id": BOT, "is_bot": True}}, None),
        ({"from": {"id": 9, "is_bot": False}, "sender_chat": {"id": -5}}, None),
        ({}, None),
    ],
)
def test_whose_message_is_answered(answered: dict[str, Any], author: int | None) -> None:
    said = _read(message=_message(text="/stil", reply_to_message={"message_id": 4, **answered}))[2]
    assert isinstance(said, InGroup)
    assert (said.reply_to, said.reply_author) == (4, author)


def test_who_speaks_as_the_group_runs_it() -> None:
    for chat_id, speaks_as_group in ((OLD, True), (-5, False)):
        said = _read(message=_message(text="/koppel X", sender_chat={"id": chat_id}))[2]
        assert isinstance(said, InGroup)
        assert said.as_group is speaks_as_group


def test_a_point_waits_in_the_lane_of_who_set_it_and_nothing_else_can_be_tapped() -> None:
    assert _read(callback_query=_tap("p:c:12:3")) == (SPEAKER, IN_GROUP, TappedInGroup(OLD, "p:c:12:3", "55"))
    for data in ("p:k", "m:menu", "f:erase"):
        assert _read(callback_query=_tap(data))[2] == Nothing()
    private = {"id": SPEAKER, "type": "private", "first_name": "Gül"}
    assert not isinstance(_read(callback_query=_tap("p:c:12:3", private))[2], TappedInGroup)


def test_a_move_is_the_same_from_both_sides_and_in_no_persons_lane() -> None:
    new = {**GROUP, "id": NEW, "type": "supergroup"}
    assert _read(message=_message(migrate_to_chat_id=NEW)) == (OLD, KIND, Moved(OLD, NEW))
    assert _read(message=_message(migrate_from_chat_id=OLD, chat=new)) == (NEW, KIND, Moved(OLD, NEW))


@pytest.mark.parametrize(
    ("place", "rights"),
    [
        ({"status": "left"}, None),
        ({"status": "kicked", "until_date": 0}, None),
        ({"status": "restricted", "is_member": False}, None),
        ({"status": "restricted", "is_member": True}, frozenset()),
        ({"status": "member"}, frozenset()),
        ({"status": "administrator", **ALL}, frozenset({"delete", "restrict", "pin"})),
        ({"status": "administrator", **ALL, "can_pin_messages": False}, frozenset({"delete", "restrict"})),
        ({"status": "administrator", "can_delete_messages": True}, frozenset({"delete"})),
    ],
)
def test_what_the_bot_may(place: dict[str, Any], rights: frozenset[str] | None) -> None:
    change = {"chat": GROUP, "from": SOMEBODY, "old_chat_member": {"status": "left"}, "new_chat_member": place}
    assert _read(my_chat_member=change) == (OLD, KIND, Placed(OLD, None, rights))
