"""What may go from one member of a peer group to the others, decided for all that a message of Telegram can carry.

Data only: a post is made of a few things that pass, and of nothing else. A test holds this table against the library's
own types, so that what Telegram adds goes nowhere until somebody decides about it here.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Literal

from flows.engine.values import dataclass

Decision = Literal["passes", "held", "borrowed", "about", "service"]
"""passes: what it says goes to the others, without anything that tells where it came from. held: it is not sent, and
its writer hears why. borrowed: the message shows or comes from somewhere else, so all of it is held. about: something
around a message, which stays behind. service: nobody sent it on purpose."""

Reason = Literal["forward", "contact", "location", "film", "sound", "document", "other"]
"""Why something is held: each has a text `peer_held_<reason>`."""

PASSING = frozenset({"text", "photo", "voice", "sticker", "poll"})
"""The kinds of message that go to the group."""

_HELD: dict[str, Reason] = {
    "contact": "contact",
    "location": "location",
    "venue": "location",
    "video": "film",
    "video_note": "film",
    "animation": "film",
    "audio": "sound",
    "document": "document",
    "dice": "other",
    "game": "other",
    "story": "other",
    "paid_media": "other",
    "checklist": "other",
    "invoice": "other",
}
"""Kinds of message that do not go, of our own and of Telegram's naming: they carry names, places, numbers or data of
the phone that made them, and nothing of that can be seen or taken out with certainty."""

BORROWED = frozenset(
    {
        "forward_origin",
        "is_automatic_forward",
        "external_reply",
        "reply_to_story",
        "via_bot",
        "sender_chat",
        "author_signature",
        "business_connection_id",
        "sender_business_bot",
        "guest_bot_caller_user",
        "guest_bot_caller_chat",
        "guest_query_id",
    }
)
"""With one of these a message is not somebody's own, or it shows what stands in another chat."""

_CONTENT = ("text", "caption", "photo", "voice", "sticker", "poll")
_ABOUT = (
    "message_id",
    "date",
    "chat",
    "from_user",
    "edit_date",
    "entities",
    "caption_entities",
    "link_preview_options",
    "reply_to_message",
    "quote",
    "reply_to_poll_option_id",
    "reply_to_checklist_task_id",
    "reply_markup",
    "media_group_id",
    "message_thread_id",
    "is_topic_message",
    "direct_messages_topic",
    "suggested_post_info",
    "has_media_spoiler",
    "has_protected_content",
    "show_caption_above_media",
    "effect_id",
    "is_from_offline",
    "is_paid_post",
    "paid_star_count",
    "sender_boost_count",
    "sender_tag",
    "live_photo",
)
"""Of these nothing goes along. Marks in a text stay behind too: they can name an account or hide an address. What a
reply answers is looked up among our own copies. A live photo goes as the photo that comes with it."""

_SERVICE = (
    "boost_added",
    "channel_chat_created",
    "chat_background_set",
    "chat_owner_changed",
    "chat_owner_left",
    "chat_shared",
    "checklist_tasks_added",
    "checklist_tasks_done",
    "connected_website",
    "delete_chat_photo",
    "direct_message_price_changed",
    "forum_topic_closed",
    "forum_topic_created",
    "forum_topic_edited",
    "forum_topic_reopened",
    "general_forum_topic_hidden",
    "general_forum_topic_unhidden",
    "gift",
    "gift_upgrade_sent",
    "giveaway",
    "giveaway_completed",
    "giveaway_created",
    "giveaway_winners",
    "group_chat_created",
    "left_chat_member",
    "managed_bot_created",
    "message_auto_delete_timer_changed",
    "migrate_from_chat_id",
    "migrate_to_chat_id",
    "new_chat_members",
    "new_chat_photo",
    "new_chat_title",
    "paid_message_price_changed",
    "passport_data",
    "pinned_message",
    "poll_option_added",
    "poll_option_deleted",
    "proximity_alert_triggered",
    "refunded_payment",
    "successful_payment",
    "suggested_post_approval_failed",
    "suggested_post_approved",
    "suggested_post_declined",
    "suggested_post_paid",
    "suggested_post_refunded",
    "supergroup_chat_created",
    "unique_gift",
    "users_shared",
    "video_chat_ended",
    "video_chat_participants_invited",
    "video_chat_scheduled",
    "video_chat_started",
    "web_app_data",
    "write_access_allowed",
)


@dataclass(frozen=True, slots=True)
class Part:
    """What becomes of one thing that a message can carry; `reason` when it is held."""

    decision: Decision
    reason: Reason | None = None


PARTS = MappingProxyType(
    {name: Part("passes") for name in _CONTENT}
    | {name: Part("held", reason) for name, reason in _HELD.items()}
    | {name: Part("borrowed", "forward") for name in BORROWED}
    | {name: Part("about") for name in _ABOUT}
    | {name: Part("service") for name in _SERVICE}
)
"""Every attribute of a message, by the name that the library gives it."""


def passes(kind: str, borrowed: bool) -> Reason | None:
    """Why a message of this kind is held back; None when it may go. What nobody decided about is held."""
    if borrowed:
        return "forward"
    return None if kind in PASSING else _HELD.get(kind, "other")
