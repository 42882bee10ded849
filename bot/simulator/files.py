"""Files: storing what is uploaded, and describing it as Telegram does."""

import hashlib
import mimetypes
import re
import struct
from pathlib import Path

from bot.simulator.errors import bad_request
from bot.simulator.world import Json, StoredFile

SAMPLES = Path(__file__).with_name("web") / "static" / "samples"
DOWNLOAD_LIMIT = 20 * 1024 * 1024
UPLOAD_LIMIT = 50 * 1024 * 1024
PHOTO_LIMIT = 10 * 1024 * 1024

_PREFIX = {
    "photo": "AgAC",
    "voice": "AwAC",
    "video": "BAAC",
    "document": "BQAC",
    "sticker": "CAAC",
    "audio": "CQAC",
    "animation": "CgAC",
    "video_note": "DQAC",
}
_FOLDER = {
    "photo": "photos",
    "voice": "voice",
    "video": "videos",
    "document": "documents",
    "sticker": "stickers",
    "audio": "music",
    "animation": "animations",
    "video_note": "video_notes",
}
_DEFAULT = {
    "photo": ("image/jpeg", ".jpg"),
    "voice": ("audio/ogg", ".oga"),
    "video": ("video/mp4", ".mp4"),
    "sticker": ("image/webp", ".webp"),
    "audio": ("audio/mpeg", ".mp3"),
    "animation": ("video/mp4", ".mp4"),
    "video_note": ("video/mp4", ".mp4"),
}


def store(files: dict[str, StoredFile], kind: str, content: bytes, name: str = "", mime_type: str = "") -> StoredFile:
    """Keep `content` as a new file of this kind and return it. Raises ApiError for what Telegram would refuse."""
    if not content:
        raise bad_request("file must be non-empty")
    if kind == "photo" and len(content) > PHOTO_LIMIT:
        raise bad_request("file is too big for a photo")
    mime_type = mime_type if mime_type and mime_type != "application/octet-stream" else _mime_type(kind, content, name)
    number = len(files) + 1
    digest = hashlib.sha256(content + kind.encode()).hexdigest()
    default_ending = _DEFAULT.get(kind, ("", ""))[1]
    ending = Path(name).suffix or mimetypes.guess_extension(mime_type) or default_ending or ".bin"
    if kind in ("voice", "photo", "sticker"):
        ending = {"audio/ogg": ".oga", "image/jpeg": ".jpg", "image/png": ".png"}.get(mime_type, ending)
    kept = StoredFile(
        file_id=f"{_PREFIX.get(kind, 'BQAC')}Ag{number:06d}{digest[:32]}",
        file_unique_id=f"AQAD{digest[:12]}",
        path=f"{_FOLDER.get(kind, 'documents')}/file_{number}{_safe_ending(ending)}",
        mime_type=mime_type,
        name=name,
        size=len(content),
        content=content,
        kind=kind,
    )
    if kind in ("photo", "sticker"):
        size = image_size(content)
        if kind == "photo":
            if size is None:
                raise bad_request("IMAGE_PROCESS_FAILED")
            width, height = size
            if width + height > 10_000 or max(width, height) > 20 * min(width, height):
                raise bad_request("PHOTO_INVALID_DIMENSIONS")
        width, height = size or (512, 512)
        kept.described = {"width": width, "height": height}
    files[kept.file_id] = kept
    return kept


def _safe_ending(ending: str) -> str:
    return ending.lower() if re.fullmatch(r"\.[A-Za-z0-9]{1,8}", ending) else ".bin"


def _mime_type(kind: str, content: bytes, name: str) -> str:
    for start, mime_type in (
        (b"\x89PNG", "image/png"),
        (b"\xff\xd8", "image/jpeg"),
        (b"GIF8", "image/gif"),
        (b"OggS", "audio/ogg"),
        (b"%PDF", "application/pdf"),
    ):
        if content.startswith(start):
            return mime_type
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return mimetypes.guess_type(name)[0] or _DEFAULT.get(kind, ("application/octet-stream", ""))[0]


def image_size(content: bytes) -> tuple[int, int] | None:
    """Width and height in pixels of a PNG, JPEG, GIF or WebP; None for anything else."""
    try:
        if content.startswith(b"\x89PNG\r\n\x1a\n"):
            width, height = struct.unpack(">II", content[16:24])
            return int(width), int(height)
        if content.startswith(b"GIF8"):
            width, height = struct.unpack("<HH", content[6:10])
            return int(width), int(height)
        if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
            return _webp_size(content)
        if content.startswith(b"\xff\xd8"):
            return _jpeg_size(content)
    except (struct.error, IndexError):
        return None
    return None


def _webp_size(content: bytes) -> tuple[int, int] | None:
    form = content[12:16]
    if form == b"VP8X":
        return int.from_bytes(content[24:27], "little") + 1, int.from_bytes(content[27:30], "little") + 1
    if form == b"VP8L":
        bits = int.from_bytes(content[21:25], "little")
        return (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1
    if form == b"VP8 ":
        width, height = struct.unpack("<HH", content[26:30])
        return int(width) & 0x3FFF, int(height) & 0x3FFF
    return None


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    position = 2
    while position < len(content) - 9:
        if content[position] != 0xFF:
            return None
        marker = content[position + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[position + 5 : position + 9])
            return int(width), int(height)
        position += 2 + int.from_bytes(content[position + 2 : position + 4], "big")
    return None


def ogg_seconds(content: bytes) -> int:
    """Length of an Ogg Opus recording in whole seconds, rounded; 0 when it cannot be told."""
    last = content.rfind(b"OggS")
    if last < 0 or b"OpusHead" not in content[:64]:
        return 0
    return round(int.from_bytes(content[last + 6 : last + 14], "little", signed=True) / 48_000)


def describe(stored: StoredFile, extra: Json) -> Json | list[Json]:
    """The Bot API object of a stored file: `PhotoSize` list, `Voice`, `Document` and so on.

    `extra` holds what the sender told about it: `duration` in seconds, `width`, `height`, `performer`, `title`.
    """
    base: Json = {"file_id": stored.file_id, "file_unique_id": stored.file_unique_id, "file_size": stored.size}
    if stored.kind == "photo":
        return [_thumbnail(stored), {**base, **stored.described}]
    if stored.kind == "sticker":
        return {
            **base,
            **stored.described,
            "type": "regular",
            "is_animated": stored.content.startswith(b"\x1f\x8b"),
            "is_video": stored.content.startswith(b"\x1aE\xdf\xa3"),
            **({"emoji": extra["emoji"]} if extra.get("emoji") else {}),
        }
    named = {"file_name": stored.name} if stored.name else {}
    duration = extra.get("duration") or stored.described.get("duration") or ogg_seconds(stored.content) or 1
    if stored.kind == "voice":
        return {**base, "duration": duration, "mime_type": stored.mime_type}
    if stored.kind == "video_note":
        return {**base, "duration": duration, "length": extra.get("length") or 240}
    if stored.kind == "audio":
        told = {key: extra[key] for key in ("performer", "title") if extra.get(key)}
        return {**base, "duration": duration, "mime_type": stored.mime_type, **named, **told}
    if stored.kind in ("video", "animation"):
        size = {"width": extra.get("width") or 640, "height": extra.get("height") or 360}
        return {**base, **size, "duration": duration, "mime_type": stored.mime_type, **named}
    return {**base, "mime_type": stored.mime_type, **named}


def _thumbnail(stored: StoredFile) -> Json:
    """The smaller size that Telegram offers beside a photo; it downloads as the same file."""
    scale = min(1.0, 90 / max(stored.described["width"], stored.described["height"]))
    return {
        "file_id": stored.file_id + "s",
        "file_unique_id": stored.file_unique_id + "s",
        "file_size": stored.size,
        "width": max(1, round(stored.described["width"] * scale)),
        "height": max(1, round(stored.described["height"] * scale)),
    }


def find(files: dict[str, StoredFile], file_id: str) -> StoredFile | None:
    """The stored file with this id, also by the id of its thumbnail."""
    return files.get(file_id) or (files.get(file_id[:-1]) if file_id.endswith("s") else None)


def sample(name: str) -> bytes:
    """The content of a sample that ships with the simulator, such as ``foto-1.png``. Raises ``FileNotFoundError``."""
    if name == "brief.pdf":
        return sample_letter()
    if not re.fullmatch(r"[a-z0-9-]+\.[a-z0-9]+", name):
        raise FileNotFoundError(name)
    return (SAMPLES / name).read_bytes()


def sample_letter() -> bytes:
    """A one-page PDF: a letter from school."""
    lines = ("Brief van school", "", "Beste ouder,", "", "Volgende week gaan we naar het bos.", "Juf Els")
    shown = " ".join(f"({line}) Tj T*" for line in lines)
    stream = f"BT /F1 14 Tf 20 TL 56 520 Td {shown} ET".encode("latin-1")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 420 595] /Contents 4 0 R "
        b"/Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
    )
    pdf, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(pdf))
        pdf += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, table)
    return pdf + head + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(pdf))
