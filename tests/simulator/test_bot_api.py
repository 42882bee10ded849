"""What the real python-telegram-bot sends and gets back."""

from datetime import timedelta

import httpx
import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeChat,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaDocument,
    InputMediaPhoto,
    LinkPreviewOptions,
    ReplyKeyboardMarkup,
    ReplyParameters,
)
from telegram.error import BadRequest, Forbidden, InvalidToken, RetryAfter

from bot.simulator import Emulator, LimitRules, Phone, SimulatedClock, SimulatorServer
from bot.simulator.files import sample

YES_NO = InlineKeyboardMarkup(
    [[InlineKeyboardButton("Ja", callback_data="y"), InlineKeyboardButton("Nee", callback_data="n")]]
)


async def test_the_bot_learns_its_id_from_its_token(bot: Bot) -> None:
    me = await bot.get_me()
    assert (me.id, me.is_bot, me.username) == (123456789, True, "draaglicht_bot")


@pytest.mark.parametrize("token", ["nonsense", "123:"])
async def test_a_malformed_token_is_refused(server: SimulatorServer, token: str) -> None:
    with pytest.raises(InvalidToken):
        async with Bot(token, base_url=server.api_url):
            pass


async def test_an_unknown_method_does_not_exist(server: SimulatorServer) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        answer = await client.get(f"{server.api_url}1:abc/makeCoffee")
    assert answer.status_code == 404
    assert answer.json() == {"ok": False, "error_code": 404, "description": "Not Found: method not found"}


async def test_json_and_query_parameters_work_as_well(server: SimulatorServer, fatima: Phone) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        by_json = await client.post(f"{server.api_url}1:abc/sendMessage", json={"chat_id": 1201, "text": "een"})
        by_query = await client.get(f"{server.api_url}1:abc/SENDMESSAGE", params={"chat_id": 1201, "text": "twee"})
    assert by_json.json()["result"]["text"] == "een"
    assert by_query.json()["result"]["text"] == "twee"


async def test_text_with_formatting_and_keyboard_arrives(bot: Bot, fatima: Phone, clock: SimulatedClock) -> None:
    sent = await bot.send_message(
        1201,
        "<b>Dag</b> Fatima",
        parse_mode="HTML",
        reply_markup=YES_NO,
        protect_content=True,
        link_preview_options=LinkPreviewOptions(is_disabled=True),
    )
    assert sent.text == "Dag Fatima"
    assert sent.entities[0].type == "bold"
    assert sent.date == clock.now()
    assert sent.has_protected_content
    assert sent.reply_markup == YES_NO
    assert fatima.screen.splitlines()[-2:] == ["bot: Dag Fatima", "  [Ja] [Nee]"]


async def test_a_reply_quotes_the_message(bot: Bot, fatima: Phone) -> None:
    question = fatima.says("Wat nu?")
    answer = await bot.send_message(1201, "Rust", reply_parameters=ReplyParameters(question.message_id))
    assert answer.reply_to_message is not None
    assert answer.reply_to_message.text == "Wat nu?"
    with pytest.raises(BadRequest, match="Message to be replied not found"):
        await bot.send_message(1201, "Rust", reply_parameters=ReplyParameters(999))
    lenient = ReplyParameters(999, allow_sending_without_reply=True)
    assert (await bot.send_message(1201, "Rust", reply_parameters=lenient)).reply_to_message is None


@pytest.mark.parametrize(
    ("text", "extra", "why"),
    [
        ("a" * 4097, {}, "Message is too long"),
        ("😀" * 2049, {}, "Message is too long"),
        ("  ", {}, "Message text is empty"),
        ("<b>x", {"parse_mode": "HTML"}, "Can't parse entities: can't find end tag"),
        (
            "x",
            {"reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "é" * 33}]]}},
            "Button_data_invalid",
        ),
        ("x", {"reply_markup": {"inline_keyboard": [[{"text": " ", "callback_data": "a"}]]}}, "must be non-empty"),
        ("x", {"reply_markup": {"inline_keyboard": [[{"text": "a"}]]}}, "unallowed"),
        ("x", {"reply_markup": {"keyboard": []}}, "must be non-empty"),
    ],
)
async def test_telegrams_limits_hold(bot: Bot, fatima: Phone, text: str, extra: dict[str, object], why: str) -> None:
    with pytest.raises(BadRequest, match=f"(?i){why}"):
        await bot.send_message(1201, text, **extra)
    assert fatima.from_bot == []


async def test_the_longest_text_and_data_are_taken(bot: Bot, fatima: Phone) -> None:
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("a", callback_data="é" * 32)]])
    sent = await bot.send_message(1201, "<i>" + "😀" * 2048 + "</i>", parse_mode="HTML", reply_markup=keyboard)
    assert len(sent.text or "") == 2048


async def test_who_never_started_cannot_be_written_to(bot: Bot) -> None:
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(1202, "Dag")


async def test_who_blocked_the_bot_is_forbidden(bot: Bot, fatima: Phone) -> None:
    fatima.blocks()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(1201, "Dag")
    fatima.starts()
    await bot.send_message(1201, "Dag")


async def test_editing_changes_text_and_takes_the_keyboard_away(bot: Bot, fatima: Phone) -> None:
    sent = await bot.send_message(1201, "Past het?", reply_markup=YES_NO)
    edited = await bot.edit_message_text("Goed", 1201, sent.message_id)
    assert edited.text == "Goed"
    assert edited.edit_date is not None
    assert fatima.last is not None
    assert fatima.last.labels == []
    with pytest.raises(BadRequest, match="Message is not modified"):
        await bot.edit_message_text("Goed", 1201, sent.message_id)
    with pytest.raises(BadRequest, match="Message to edit not found"):
        await bot.edit_message_text("Goed", 1201, 999)
    own = fatima.says("van mij")
    with pytest.raises(BadRequest, match="Message can't be edited"):
        await bot.edit_message_text("Goed", 1201, own.message_id)


async def test_only_the_keyboard_can_be_changed(bot: Bot, fatima: Phone) -> None:
    sent = await bot.send_message(1201, "Past het?", reply_markup=YES_NO)
    await bot.edit_message_reply_markup(1201, sent.message_id)
    assert fatima.last is not None
    assert fatima.last.labels == []
    with pytest.raises(BadRequest, match="not modified"):
        await bot.edit_message_reply_markup(1201, sent.message_id)


async def test_deleting_works_for_two_days(bot: Bot, fatima: Phone, clock: SimulatedClock) -> None:
    old = await bot.send_message(1201, "oud")
    clock.advance(timedelta(hours=49))
    fresh = await bot.send_message(1201, "nieuw")
    assert await bot.delete_message(1201, fresh.message_id)
    with pytest.raises(BadRequest, match="Message to delete not found"):
        await bot.delete_message(1201, fresh.message_id)
    with pytest.raises(BadRequest, match="can't be deleted"):
        await bot.delete_message(1201, old.message_id)
    third = await bot.send_message(1201, "drie")
    assert await bot.delete_messages(1201, [old.message_id, third.message_id, 999])
    assert [message.text for message in fatima.from_bot] == ["oud"]


async def test_files_go_up_and_come_down(bot: Bot, fatima: Phone) -> None:
    picture = sample("foto-1.png")
    sent = await bot.send_photo(1201, picture, caption="<b>Huis</b>", parse_mode="HTML", reply_markup=YES_NO)
    assert (sent.photo[-1].width, sent.photo[-1].height, sent.caption) == (960, 720, "Huis")
    file = await sent.photo[-1].get_file()
    assert bytes(await file.download_as_bytearray()) == picture
    again = await bot.send_photo(1201, sent.photo[-1].file_id)
    assert again.photo[-1].file_id == sent.photo[-1].file_id
    document = await bot.send_document(1201, b"%PDF-1.4 x", filename="werkboek één.pdf")
    assert document.document is not None
    assert (document.document.file_name, document.document.mime_type) == ("werkboek één.pdf", "application/pdf")
    voice = await bot.send_voice(1201, sample("stem-1.ogg"), caption="luister")
    assert voice.voice is not None
    assert voice.to_dict()["voice"]["duration"] == 4
    assert (await bot.send_sticker(1201, sample("sticker-1.png"))).sticker is not None


async def test_files_that_are_wrong_are_refused(bot: Bot, fatima: Phone) -> None:
    with pytest.raises(BadRequest, match=r"(?i)image_process_failed"):
        await bot.send_photo(1201, b"no picture")
    with pytest.raises(BadRequest, match="Wrong file identifier"):
        await bot.send_photo(1201, "AgACnone")
    with pytest.raises(BadRequest, match="caption is too long"):
        await bot.send_photo(1201, sample("foto-1.png"), caption="a" * 1025)
    with pytest.raises(BadRequest, match=r"(?i)wrong file_id"):
        await bot.get_file("nothing")


async def test_captions_and_media_can_be_edited(bot: Bot, fatima: Phone) -> None:
    sent = await bot.send_photo(1201, sample("foto-1.png"), caption="een")
    assert (await bot.edit_message_caption(1201, sent.message_id, caption="twee")).caption == "twee"
    with pytest.raises(BadRequest, match=r"(?i)there is no text"):
        await bot.edit_message_text("x", 1201, sent.message_id)
    changed = await bot.edit_message_media(InputMediaPhoto(sample("foto-3.png"), caption="drie"), 1201, sent.message_id)
    assert (changed.caption, changed.photo[-1].width) == ("drie", 720)


async def test_an_album_shares_one_group(bot: Bot, fatima: Phone) -> None:
    media = [InputMediaPhoto(sample("foto-1.png"), caption="eerste"), InputMediaPhoto(sample("foto-2.png"))]
    sent = await bot.send_media_group(1201, media)
    assert len({message.media_group_id for message in sent}) == 1
    assert [message.caption for message in sent] == ["eerste", None]
    with pytest.raises(BadRequest, match="can't be mixed"):
        await bot.send_media_group(1201, [*media, InputMediaDocument(b"x", filename="x.txt")])


async def test_places_people_polls_and_dice(bot: Bot, fatima: Phone) -> None:
    assert (await bot.send_location(1201, 50.9, 5.3)).location is not None
    assert (await bot.send_contact(1201, "+31600000000", "Opa")).contact is not None
    assert (await bot.send_dice(1201)).dice is not None
    poll = await bot.send_poll(1201, "Wat nu?", ["rust", "spel"], is_anonymous=False)
    fatima.votes(poll.message_id, "spel")
    updates = await bot.get_updates()
    assert [update.poll_answer.option_ids for update in updates if update.poll_answer] == [(1,)]
    assert [update.poll.total_voter_count for update in updates if update.poll] == [1]
    closed = await bot.stop_poll(1201, poll.message_id)
    assert closed.is_closed
    assert closed.options[1].voter_count == 1


async def test_copies_and_forwards(bot: Bot, fatima: Phone, emulator: Emulator) -> None:
    mentor = emulator.person("ingrid")
    mentor.starts()
    own = fatima.says("Dit wil ik delen")
    forwarded = await bot.forward_message(1101, 1201, own.message_id)
    assert forwarded.forward_origin is not None
    assert forwarded.forward_origin.sender_user.id == 1201
    await bot.copy_message(1101, 1201, own.message_id)
    assert [message.text for message in mentor.from_bot] == ["Dit wil ik delen"] * 2
    assert "forward_origin" not in mentor.from_bot[-1].body
    closed = await bot.send_message(1201, "blijft hier", protect_content=True)
    with pytest.raises(BadRequest, match="can't be forwarded"):
        await bot.forward_message(1101, 1201, closed.message_id)
    assert len(await bot.copy_messages(1101, 1201, [own.message_id, closed.message_id])) == 1


async def test_taps_are_answered_once_and_in_time(bot: Bot, fatima: Phone, clock: SimulatedClock) -> None:
    await bot.send_message(1201, "Past het?", reply_markup=YES_NO)
    tap = fatima.taps("Ja")
    (update,) = await bot.get_updates()
    assert update.callback_query is not None
    assert update.callback_query.data == "y"
    await update.callback_query.answer("Fijn", show_alert=True)
    assert tap.answer == {"text": "Fijn", "show_alert": True, "url": ""}
    clock.advance(timedelta(minutes=16))
    with pytest.raises(BadRequest, match="Query is too old"):
        await update.callback_query.answer()
    with pytest.raises(BadRequest, match="Query is too old"):
        await bot.answer_callback_query("1")


async def test_commands_are_kept_by_scope(bot: Bot, fatima: Phone) -> None:
    await bot.set_my_commands([BotCommand("hulp", "Iemand spreken")])
    await bot.set_my_commands([BotCommand("gezinnen", "Jouw gezinnen")], scope=BotCommandScopeChat(1101))
    assert [command.command for command in await bot.get_my_commands()] == ["hulp"]
    assert [c.command for c in await bot.get_my_commands(scope=BotCommandScopeChat(1101))] == ["gezinnen"]
    await bot.delete_my_commands()
    assert await bot.get_my_commands() == ()
    with pytest.raises(BadRequest, match=r"(?i)bot_command_invalid"):
        await bot.set_my_commands([BotCommand("Hulp", "x")])


async def test_the_rest_of_the_profile(bot: Bot, fatima: Phone) -> None:
    assert await bot.set_my_description("Welkom")
    assert await bot.set_my_short_description("Kort")
    assert await bot.set_chat_menu_button()
    assert (await bot.get_my_description()).description == "Welkom"
    assert await bot.send_chat_action(1201, "typing")
    assert await bot.set_message_reaction(1201, 1, "👍")
    assert fatima.messages[0].reactions
    assert (await bot.get_chat(1201)).first_name == "Fatima"
    assert await bot.pin_chat_message(1201, 1)
    assert (await bot.get_chat(1201)).pinned_message is not None
    assert await bot.unpin_chat_message(1201)
    assert await bot.log_out()


async def test_a_reply_keyboard_stays_until_removed(bot: Bot, fatima: Phone) -> None:
    await bot.send_message(1201, "Kies", reply_markup=ReplyKeyboardMarkup([["Nu even", "Later"]]))
    assert fatima.chat.keyboard is not None
    assert fatima.chat.keyboard["keyboard"][0][0]["text"] == "Nu even"


async def test_sending_limits_answer_429_and_are_counted(bot: Bot, fatima: Phone, emulator: Emulator) -> None:
    emulator.enforce_limits(rules=LimitRules(private_burst=2))
    await bot.send_message(1201, "een")
    await bot.send_message(1201, "twee")
    with pytest.raises(RetryAfter) as late:
        await bot.send_message(1201, "drie")
    assert 0 < late.value._retry_after.total_seconds() <= 1
    assert emulator.limits.breaches == 1
    emulator.clock.advance(timedelta(seconds=1))
    await bot.send_message(1201, "drie")
    outcomes = [call.outcome for call in emulator.calls.all("sendMessage", 1201)]
    assert outcomes == ["ok", "ok", "breach", "ok"]


async def test_groups_and_the_whole_bot_have_limits(bot: Bot, emulator: Emulator) -> None:
    group = emulator.create_group("Lotgenoten", ["ingrid", "gul"])
    emulator.enforce_limits()
    for number in range(20):
        await bot.send_message(group.chat_id, str(number))
    with pytest.raises(RetryAfter):
        await bot.send_message(group.chat_id, "te veel")
    emulator.enforce_limits(rules=LimitRules(overall_per_second=3, private_burst=100))
    emulator.person("fatima").starts()
    for number in range(3):
        await bot.send_message(1201, str(number))
    with pytest.raises(RetryAfter):
        await bot.send_message(1201, "te veel")
