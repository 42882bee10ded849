"""Methods that send files, one at a time or as an album, and give them back."""

from typing import TYPE_CHECKING, Any

from bot.simulator.api.params import Params
from bot.simulator.api.registry import method, reachable_chat
from bot.simulator.api.sending import caption_content, deliver, reply_content
from bot.simulator.errors import bad_request
from bot.simulator.files import DOWNLOAD_LIMIT, describe, find
from bot.simulator.world import Json, StoredFile

if TYPE_CHECKING:
    from bot.simulator.emulator import Emulator

ALBUM_KINDS = ("photo", "video", "document", "audio")


def take_file(emulator: "Emulator", params: Params, kind: str, reference: Any, field: str) -> StoredFile:
    """The file that is uploaded with the call, or that an earlier `file_id` means. Raises ApiError 400."""
    upload = params.uploads.get(field) or (params.attached(reference) if isinstance(reference, str) else None)
    if upload is not None:
        return emulator.keep_file(kind, upload.content, upload.name, upload.mime_type)
    if not isinstance(reference, str) or not reference:
        raise bad_request(f"there is no {kind.replace('_', ' ')} in the request")
    if reference.startswith(("http://", "https://")):
        raise bad_request("failed to get HTTP URL content")
    stored = find(emulator.world.files, reference)
    if stored is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if stored.kind != kind:
        if kind == "document":
            return stored
        raise bad_request(f"can't use file of type {stored.kind.title()} as {kind.title()}")
    return stored


def media_content(kind: str, stored: StoredFile, extra: Json) -> Json:
    """The field of a message that holds this file."""
    content: Json = {kind: describe(stored, extra)}
    if kind == "document" and stored.kind != "document":
        content = {stored.kind: describe(stored, extra)}
    if kind == "animation":
        content["document"] = {key: value for key, value in content[kind].items() if key not in ("width", "height")}
    if extra.get("has_spoiler") and kind in ("photo", "video", "animation"):
        content["has_media_spoiler"] = True
    return content


def _details(params: Params) -> Json:
    details: Json = {name: params.integer(name) for name in ("duration", "width", "height", "length")}
    details |= {name: params.text(name) for name in ("performer", "title", "emoji")}
    details["has_spoiler"] = params.flag("has_spoiler")
    return details


def _send(emulator: "Emulator", params: Params, kind: str) -> Json:
    reachable_chat(emulator, params)
    captioned = kind not in ("sticker", "video_note")
    caption = caption_content(params) if captioned else {}
    stored = take_file(emulator, params, kind, params.values.get(kind), kind)
    return deliver(emulator, params, {**media_content(kind, stored, _details(params)), **caption})


@method("sendPhoto")
def send_photo(emulator: "Emulator", params: Params) -> Json:
    """A photo."""
    return _send(emulator, params, "photo")


@method("sendVoice")
def send_voice(emulator: "Emulator", params: Params) -> Json:
    """A voice note."""
    return _send(emulator, params, "voice")


@method("sendAudio")
def send_audio(emulator: "Emulator", params: Params) -> Json:
    """A sound file to play."""
    return _send(emulator, params, "audio")


@method("sendVideo")
def send_video(emulator: "Emulator", params: Params) -> Json:
    """A video."""
    return _send(emulator, params, "video")


@method("sendVideoNote")
def send_video_note(emulator: "Emulator", params: Params) -> Json:
    """A round video."""
    return _send(emulator, params, "video_note")


@method("sendAnimation")
def send_animation(emulator: "Emulator", params: Params) -> Json:
    """A GIF or a soundless video."""
    return _send(emulator, params, "animation")


@method("sendDocument")
def send_document(emulator: "Emulator", params: Params) -> Json:
    """Any file."""
    return _send(emulator, params, "document")


@method("sendSticker")
def send_sticker(emulator: "Emulator", params: Params) -> Json:
    """A sticker."""
    return _send(emulator, params, "sticker")


def album_item(emulator: "Emulator", params: Params, item: Any) -> Json:
    """The content of one `InputMedia`: its file and its caption."""
    if not isinstance(item, dict) or item.get("type") not in (*ALBUM_KINDS, "animation"):
        raise bad_request("can't parse InputMedia: media type is not supported")
    stored = take_file(emulator, params, item["type"], item.get("media"), "")
    caption = caption_content(
        Params({name: item[name] for name in ("caption", "parse_mode", "caption_entities") if name in item})
    )
    return {**media_content(item["type"], stored, item), **caption}


@method("sendMediaGroup")
def send_media_group(emulator: "Emulator", params: Params) -> list[Json]:
    """An album of two to ten photos and videos, or of documents, or of sound files."""
    chat = reachable_chat(emulator, params)
    media = params.structure("media")
    if not isinstance(media, list) or not 2 <= len(media) <= 10:
        raise bad_request("media group must include 2-10 items")
    kinds = {item.get("type") for item in media if isinstance(item, dict)}
    if not kinds <= set(ALBUM_KINDS):
        raise bad_request("animation can't be sent as part of an album")
    if kinds & {"document", "audio"} and len(kinds) > 1:
        raise bad_request("documents and audios can't be mixed with other media types in an album")
    if params.has("reply_markup"):
        raise bad_request("reply markup is not allowed in media groups")
    contents = [album_item(emulator, params, item) for item in media]
    group_id = emulator.new_query_id()
    shared: Json = {**reply_content(emulator, chat, params), "media_group_id": group_id}
    if params.flag("protect_content"):
        shared["has_protected_content"] = True
    bot = emulator.bot_user()
    return [emulator.render(emulator.post(chat, {**shared, **content}, bot, from_bot=True)) for content in contents]


@method("getFile")
def get_file(emulator: "Emulator", params: Params) -> Json:
    """Where a file can be downloaded."""
    file_id = params.text("file_id")
    if not file_id:
        raise bad_request("file_id not specified")
    stored = find(emulator.world.files, file_id)
    if stored is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if stored.size > DOWNLOAD_LIMIT:
        raise bad_request("file is too big")
    return {
        "file_id": file_id,
        "file_unique_id": stored.file_unique_id,
        "file_size": stored.size,
        "file_path": stored.path,
    }
