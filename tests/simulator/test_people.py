"""What people can do on their phones, alone and in groups."""

import gzip

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, ChatMigrated, Forbidden

from bot.simulator import Emulator, PersonCannot, Phone

KEYBOARD = InlineKeyboardMarkup([[InlineKeyboardButton("Ja", callback_data="y1")]])


def texts(emulator: Emulator) -> list[str]:
    return [update["message"].get("text", "") for update in emulator.updates.waiting if "message" in update]


async def test_a_button_is_found_by_label_or_data(bot: Bot, fatima: Phone, emulator: Emulator) -> None:
    old = await bot.send_message(1201, "Eerst", reply_markup=KEYBOARD)
    new = await bot.send_message(1201, "Dan", reply_markup=KEYBOARD)
    assert fatima.taps("Ja").message_id == new.message_id
    assert fatima.taps("y1").message_id == new.message_id
    assert fatima.taps("ja", old.message_id).message_id == old.message_id
    with pytest.raises(PersonCannot, match=r"no button 'Nee'.*\n(.*\n)*.*\[Ja\]"):
        fatima.taps("Nee")


async def test_a_link_in_a_message_is_opened_by_somebody_else(bot: Bot, fatima: Phone, emulator: Emulator) -> None:
    await bot.send_message(1201, "😀 Kijk: https://t.me/draaglicht_bot?start=abc.")
    assert fatima.last is not None
    assert fatima.last.links == ["https://t.me/draaglicht_bot?start=abc"]
    assert emulator.person("bart").opens(fatima.last.links[0]).text == "/start abc"
    with pytest.raises(PersonCannot, match="does not lead to"):
        fatima.opens("https://t.me/een_andere_bot?start=abc")


async def test_forged_data_and_vanished_messages_reach_the_bot(bot: Bot, fatima: Phone) -> None:
    sent = await bot.send_message(1201, "Eerst", reply_markup=KEYBOARD)
    fatima.taps_forged("anders")
    await bot.delete_message(1201, sent.message_id)
    fatima.taps_forged("y1", sent.message_id)
    first, second = [update.callback_query for update in await bot.get_updates()]
    assert first is not None
    assert second is not None
    assert first.data == "anders"
    assert second.message is not None
    assert not second.message.is_accessible


def test_only_own_messages_can_be_changed(emulator: Emulator, fatima: Phone) -> None:
    own = fatima.says("een")
    fatima.edits(own, "twee")
    assert emulator.updates.waiting[-1]["edited_message"]["text"] == "twee"
    fatima.deletes(own)
    with pytest.raises(PersonCannot):
        fatima.edits(own, "drie")
    with pytest.raises(PersonCannot):
        emulator.person("joris").in_chat(1201).edits(own, "drie")


def test_who_blocked_the_bot_must_let_it_in_first(emulator: Emulator, fatima: Phone) -> None:
    fatima.blocks()
    with pytest.raises(PersonCannot, match="blocked the bot"):
        fatima.says("hallo?")
    fatima.starts("terug")
    kinds = [next(kind for kind in update if kind != "update_id") for update in emulator.updates.waiting]
    assert kinds == ["my_chat_member", "my_chat_member", "message"]


async def test_a_sticker_is_of_its_set_until_it_is_uploaded_anew(bot: Bot, fatima: Phone) -> None:
    moving = gzip.compress(b"{}", mtime=0)
    own = fatima.sends_sticker(content=moving, set_name="van_fatima").body["sticker"]
    assert (own["set_name"], own["is_animated"], own["is_video"]) == ("van_fatima", True, False)
    again = await bot.send_sticker(1201, own["file_id"])
    anew = await bot.send_sticker(1201, moving)
    assert again.sticker
    assert anew.sticker
    assert (again.sticker.set_name, anew.sticker.set_name) == ("van_fatima", None)


async def test_waiting_for_a_message_tells_what_was_on_the_screen(fatima: Phone) -> None:
    with pytest.raises(TimeoutError, match="/start"):
        await fatima.sees("nooit", timeout=0.01)


def test_transcripts_show_local_time(fatima: Phone) -> None:
    assert "10:00" in fatima.transcript()


def test_strangers_have_a_phone_too(emulator: Emulator) -> None:
    assert emulator.person(5005).starts().body["from"]["first_name"] == "Persoon"
    with pytest.raises(PersonCannot, match="known are"):
        emulator.person("niemand")


def test_privacy_mode_hides_talk_in_a_group(emulator: Emulator) -> None:
    group = emulator.create_group("Lotgenoten", ["ingrid", "gul"])
    emulator.updates.waiting.clear()
    gul = group.phone("gul")
    gul.says("onder ons")
    gul.says("/hulp")
    gul.says("/hulp@andere_bot")
    gul.says("/hulp@draaglicht_bot")
    assert texts(emulator) == ["/hulp", "/hulp@draaglicht_bot"]
    group.promote_bot()
    gul.says("nu hoort de bot het")
    assert texts(emulator)[-1] == "nu hoort de bot het"


async def test_a_bot_that_is_put_out_may_not_write(bot: Bot, emulator: Emulator) -> None:
    group = emulator.create_group("Lotgenoten", ["ingrid", "gul"])
    await bot.send_message(group.chat_id, "Dag")
    group.remove_bot()
    with pytest.raises(Forbidden, match="kicked from the group"):
        await bot.send_message(group.chat_id, "Dag")
    group.add_bot()
    assert await bot.leave_chat(group.chat_id)
    with pytest.raises(Forbidden, match="not a member"):
        await bot.send_message(group.chat_id, "Dag")


async def test_a_group_that_moved_tells_where(bot: Bot, emulator: Emulator) -> None:
    group = emulator.create_group("Lotgenoten", ["ingrid", "gul"])
    moved = group.migrate()
    with pytest.raises(ChatMigrated) as where:
        await bot.send_message(group.chat_id, "Dag")
    assert where.value.new_chat_id == moved.chat_id
    await bot.send_message(moved.chat_id, "Dag")
    with pytest.raises(PersonCannot, match="moved"):
        group.phone("gul").says("Dag")


async def test_an_administrator_bot_manages_members(bot: Bot, emulator: Emulator) -> None:
    group = emulator.create_group("Lotgenoten", ["ingrid", "gul", "wim"], bot="administrator", supergroup=True)
    assert await bot.get_chat_member_count(group.chat_id) == 4
    assert (await bot.get_chat_member(group.chat_id, 1301)).status == "member"
    assert {member.user.id for member in await bot.get_chat_administrators(group.chat_id)} == {1101, bot.id}
    from telegram import ChatPermissions

    assert await bot.restrict_chat_member(group.chat_id, 1301, ChatPermissions.no_permissions())
    with pytest.raises(PersonCannot, match="may not write"):
        group.phone("gul").says("Dag")
    assert await bot.ban_chat_member(group.chat_id, 1302)
    with pytest.raises(PersonCannot, match="banned"):
        group.join("wim")
    assert await bot.unban_chat_member(group.chat_id, 1302, only_if_banned=True)
    group.join("wim").says("terug")
    with pytest.raises(BadRequest, match=r"(?i)can't remove chat owner"):
        await bot.ban_chat_member(group.chat_id, 1101)
    group.demote_bot()
    with pytest.raises(BadRequest, match=r"(?i)not enough rights"):
        await bot.ban_chat_member(group.chat_id, 1302)
