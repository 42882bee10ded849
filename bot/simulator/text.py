"""Message text: lengths in UTF-16 units, Telegram's HTML, and the entities that are found without mark-up."""

import html
import re
from typing import Any

from bot.simulator.errors import bad_request

Entity = dict[str, Any]

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024

_TAGS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
_KNOWN_ENTITIES = set(_TAGS.values()) | {
    "mention",
    "hashtag",
    "cashtag",
    "bot_command",
    "url",
    "email",
    "phone_number",
    "text_mention",
    "expandable_blockquote",
    "date_time",
}
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:\s+[^<>]*)?)\s*/?>")
_ATTRIBUTE = re.compile(r"""([a-zA-Z-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
_CHARACTER = re.compile(r"&(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);")
_FOUND = re.compile(
    r"(?P<url>\bhttps?://[^\s<>\"]+|\b(?:www\.|t\.me/)[^\s<>\"]+)"
    r"|(?P<email>\b[\w.+-]+@[\w-]+\.[\w.-]*\w)"
    r"|(?P<mention>(?<![\w@])@[A-Za-z]\w{3,31}\b)"
    r"|(?P<bot_command>(?<![\w/<>])/[a-zA-Z0-9_]{1,64}(?:@\w{3,32})?(?![\w/]))"
    r"|(?P<hashtag>(?<![\w#])#\w*[^\W\d_]\w*)"
)


def utf16_length(text: str) -> int:
    """The length Telegram counts in: UTF-16 code units."""
    return len(text) + sum(1 for letter in text if ord(letter) > 0xFFFF)


def utf16_slice(text: str, offset: int, length: int) -> str:
    """The part of `text` that starts at UTF-16 unit `offset` and is `length` units long."""
    raw = text.encode("utf-16-le", "surrogatepass")
    return raw[offset * 2 : (offset + length) * 2].decode("utf-16-le", "surrogatepass")


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """Text and entities of Telegram's HTML. Raises ApiError 400 "can't parse entities: ..." as Telegram does."""
    pieces: list[str] = []
    entities: list[Entity] = []
    open_tags: list[tuple[str, Entity | None]] = []
    position = units = 0
    while position < len(source):
        letter = source[position]
        if letter == "&":
            match = _CHARACTER.match(source, position)
            piece = html.unescape(match.group()) if match else letter
            position = match.end() if match else position + 1
        elif letter == "<":
            match = _TAG.match(source, position)
            offset = len(source[:position].encode())
            if match is None:
                raise _cannot_parse(_bad_start(source, position, offset))
            closing, name, rest = match.group(1), match.group(2).lower(), match.group(3)
            if closing:
                _close_tag(name, offset, units, open_tags, entities)
            else:
                open_tags.append((name, _open_tag(name, rest, offset, units, open_tags)))
            position = match.end()
            continue
        else:
            following = min((i for i in (source.find("<", position), source.find("&", position)) if i >= 0), default=-1)
            end = following if following >= 0 else len(source)
            piece, position = source[position:end], end
        pieces.append(piece)
        units += utf16_length(piece)
    if open_tags:
        raise _cannot_parse(f'Can\'t find end tag corresponding to start tag "{open_tags[-1][0]}"')
    return "".join(pieces), sort_entities(entities)


def _cannot_parse(why: str) -> Exception:
    return bad_request(f"can't parse entities: {why}")


def _bad_start(source: str, position: int, offset: int) -> str:
    if source.find(">", position) < 0:
        return f"Unclosed start tag at byte offset {offset}"
    name = re.match(r"</?([^\s>]*)", source[position:])
    return f'Unsupported start tag "{name.group(1) if name else ""}" at byte offset {offset}'


def _open_tag(
    name: str, rest: str, offset: int, units: int, open_tags: list[tuple[str, Entity | None]]
) -> Entity | None:
    attributes = {
        found.group(1).lower(): html.unescape(found.group(2) or found.group(3) or found.group(4) or "")
        for found in _ATTRIBUTE.finditer(rest)
    }
    if name not in _TAGS:
        raise _cannot_parse(f'Unsupported start tag "{name}" at byte offset {offset}')
    if name == "span" and attributes.get("class") != "tg-spoiler":
        raise _cannot_parse(f'Tag "span" must have class "tg-spoiler" at byte offset {offset}')
    entity: Entity = {"type": _TAGS[name], "offset": units, "length": 0}
    if name == "a":
        entity["url"] = attributes.get("href", "")
    elif name == "tg-emoji":
        entity["custom_emoji_id"] = attributes.get("emoji-id", "")
    elif name == "blockquote" and "expandable" in attributes:
        entity["type"] = "expandable_blockquote"
    elif name == "code" and open_tags and open_tags[-1][0] == "pre":
        language = attributes.get("class", "")
        parent = open_tags[-1][1]
        if parent is not None and parent["offset"] == units and language.startswith("language-"):
            parent["language"] = language.removeprefix("language-")
        return None
    return entity


def _close_tag(
    name: str, offset: int, units: int, open_tags: list[tuple[str, Entity | None]], entities: list[Entity]
) -> None:
    if not open_tags:
        raise _cannot_parse(f"Unexpected end tag at byte offset {offset}")
    opened, entity = open_tags.pop()
    if opened != name:
        raise _cannot_parse(f'Unmatched end tag at byte offset {offset}, expected "</{opened}>", found "</{name}>"')
    if entity is not None:
        entity["length"] = units - entity["offset"]
        link = entity.get("url")
        if entity["length"] and not (entity["type"] == "text_link" and not link):
            entities.append(entity)


def find_entities(text: str) -> list[Entity]:
    """Links, commands, mentions, hashtags and e-mail addresses that Telegram marks by itself."""
    if not any(sign in text for sign in ("/", "@", "#", ".")):
        return []
    found = []
    for match in _FOUND.finditer(text):
        value = match.group()
        if match.lastgroup == "url":
            value = value.rstrip(".,;:!?)'»”")
        found.append(
            {"type": match.lastgroup, "offset": utf16_length(text[: match.start()]), "length": utf16_length(value)}
        )
    return found


def sort_entities(entities: list[Entity]) -> list[Entity]:
    """In order of place; of two that start together the longest first."""
    return sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))


def check_entities(text: str, entities: object) -> list[Entity]:
    """Entities given by the caller, checked against the text. Raises ApiError 400."""
    if not isinstance(entities, list):
        raise bad_request("can't parse entities: expected an Array of MessageEntity")
    size = utf16_length(text)
    checked: list[Entity] = []
    for entity in entities:
        if not isinstance(entity, dict) or entity.get("type") not in _KNOWN_ENTITIES:
            raise bad_request("can't parse MessageEntity: unsupported type")
        offset, length = entity.get("offset"), entity.get("length")
        if not isinstance(offset, int) or not isinstance(length, int) or offset < 0 or length < 0:
            raise bad_request("can't parse MessageEntity: wrong offset or length")
        length = min(length, size - offset)
        if length > 0:
            checked.append({**entity, "length": length})
    return sort_entities(checked)


def formatted(
    source: str, parse_mode: str | None, entities: object, *, limit: int, too_long: str
) -> tuple[str, list[Entity]]:
    """The text as it will be shown, without blank edges, with its entities.

    `limit` is in UTF-16 units after parsing; beyond it ApiError 400 with `too_long` as its words is raised.
    """
    if parse_mode:
        if parse_mode.lower() != "html":
            raise bad_request("unsupported parse_mode: the simulator reads HTML and entities only")
        text, marks = parse_html(source)
    elif entities:
        text, marks = source, check_entities(source, entities)
    else:
        text, marks = source, []
    text, marks = _without_blank_edges(text, marks)
    if utf16_length(text) > limit:
        raise bad_request(too_long)
    taken = [(mark["offset"], mark["offset"] + mark["length"]) for mark in marks if mark["type"] in _OPAQUE]
    automatic = [
        entity
        for entity in find_entities(text)
        if not any(start < entity["offset"] + entity["length"] and entity["offset"] < end for start, end in taken)
    ]
    return text, sort_entities(marks + automatic)


_OPAQUE = {"code", "pre", "text_link", "url", "mention", "bot_command", "hashtag", "email", "text_mention"}


def _without_blank_edges(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    stripped = text.strip()
    if stripped == text:
        return text, entities
    lead = utf16_length(text[: len(text) - len(text.lstrip())])
    size = utf16_length(stripped)
    kept = []
    for entity in entities:
        start = max(0, entity["offset"] - lead)
        end = min(size, entity["offset"] - lead + entity["length"])
        if end > start:
            kept.append({**entity, "offset": start, "length": end - start})
    return stripped, kept
