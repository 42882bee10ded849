"""What people keep, as they and those they share it with read it: lists, one thing, and the questions about it.

Works on what was fetched. Does not know who may see it, nor what a tap does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from html import unescape

from bot.care import notes
from bot.care.records import Record
from bot.screens.sizes import in_parts, length
from flows.engine.dutch.spoken import spoken_date
from flows.engine.library import Library
from flows.engine.state import Key
from flows.engine.templates import enumerate_dutch, excerpt, render
from flows.engine.values import dataclass

KEPT, GUIDED, LOOKED, COMING, ORGANISED = "e", "f", "w", "c", "z"
"""How the buttons of what one keeps, of the families one guides, of who looked, of what comes, and of what a
coordinator sees begin."""
RECORD, KNOWN, OWN = "k", "kp", "o"
"""How the buttons of a Kindreflex record begin, of what a parent knows of it, and of what a mentor keeps alone."""
REPORTS = "rp"
"""How the buttons of reports and of what is proposed in them begin."""
PEERS = "p"
"""How the buttons of peer groups begin."""

MAX_LABEL = 40
_ROOM = 2000
"""How much of one thing is read at once. Half a message, since words grow when they are made harmless."""
_CLOCK_OR_DAY = re.compile(r"[0-9:. -]*")
_MEDIA = ("voice", "photo")
_FILE_WORDS = {"voice": "voice", "photo": "photo", "video": "video", "video_note": "video"}

Rows = list[list[Key]]


@dataclass(frozen=True, slots=True)
class File:
    """A file that belongs to what was kept, by Telegram's id."""

    kind: str
    file_id: str


@dataclass(frozen=True, slots=True)
class Line:
    """One button of a list: where it leads, what it is about and since when, and what may be known of it from there."""

    token: str
    kind: str
    day: date
    words: str = ""
    whose: str = ""
    shared: bool = False
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Circle:
    """People with whom a parent may share this, all at once. `key` stands for them in a token; `sees`: they do now."""

    key: int
    names: Sequence[str]
    sees: bool


@dataclass(frozen=True, slots=True)
class Ways:
    """What the buttons under one thing carry: `read` leads to a part of it, but for its number; `files` to its files;
    `back` to the list."""

    read: str
    files: str
    back: str


@dataclass(frozen=True, slots=True)
class Place:
    """One thing of one's own, and the list and page from which it was opened."""

    record: int
    list: str
    page: int

    def token(self, act: str) -> str:
        """What a button carries that does `act`."""
        return f"{KEPT}:{act}:{self.record}:{self.list}:{self.page}"

    @property
    def ways(self) -> Ways:
        return Ways(self.token("o"), self.token("p"), f"{KEPT}:{self.list}:{self.page}")


# --- the words of one thing -------------------------------------------------------------------------------------------


def one(library: Library, kind: str) -> str:
    """A kind of record with its article, as plain text: "een avond"."""
    return render(_text(library, "kept_one", kind), {}, html=False)


def name_of(library: Library, kind: str) -> str:
    """A kind of record without its article, as plain text: "avond"."""
    return render(_text(library, "kept_name", kind), {}, html=False)


def typed_fields(library: Library, record: Record) -> list[str]:
    """The answers that were typed in words: what was chosen, spoken or picked from a clock is not changed by typing."""
    return [
        name
        for name in _fields(library, record)
        if isinstance(value := record.value(name), str)
        and value == record.said(name)
        and value.partition(":")[0] not in _MEDIA
        and not _CLOCK_OR_DAY.fullmatch(value)
    ]


def field_label(library: Library, record: Record, name: str) -> str:
    """A few words by which its owner knows an answer again."""
    return excerpt(record.said(name), MAX_LABEL)


def words_of(library: Library, record: Record) -> str:
    """A few words by which its owner knows it again, as plain text."""
    said = {name: record.said(name) for name in _fields(library, record)}
    template = library.texts.get(f"kept_words_{record.kind}", "")
    return render(template, said, html=False) or file_words(library, files_of(record))


def files_of(record: Record) -> list[File]:
    """The files that belong to it, in order."""
    found = [File(piece.kind, piece.file_id) for piece in notes.pieces_of(record) if piece.file_id]
    for field in record.fields.values():
        kind, _, file_id = field.value.partition(":") if isinstance(field.value, str) else ("", "", "")
        if kind in _MEDIA and file_id and field.said != field.value:
            found.append(File(kind, file_id))
    return found


def body_of(library: Library, record: Record) -> list[str]:
    """What it says, as HTML, in parts that each fit in a message; at least one."""
    pieces: list[str] = []
    for name in _fields(library, record):
        said = record.said(name)
        if not said:
            continue
        template = library.texts.get(f"kept_field_{record.kind}_{name}", library.texts["kept_field"])
        first, *rest = in_parts(said, _ROOM // 2)
        pieces += [render(template, {"value": first}), *(render("{{ value }}", {"value": more}) for more in rest)]
    loose = [File(piece.kind, piece.file_id) for piece in notes.pieces_of(record) if piece.file_id]
    if loose:
        pieces.append(render(library.texts["kept_files"], {"files": file_words(library, loose)}))
    return packed(pieces) or [render(library.texts["kept_empty"], {})]


def said_of(library: Library, record: Record) -> list[tuple[str, str]]:
    """What it says, as plain text: each answer, and what it is called, if anything. Without its files."""
    found = []
    for name in _fields(library, record):
        said, value = record.said(name), record.value(name)
        if not said or (isinstance(value, str) and value.partition(":")[0] in _MEDIA and said == value):
            continue
        template = library.texts.get(f"kept_field_{record.kind}_{name}", library.texts["kept_field"])
        named = _NAMED.fullmatch(render(template, {"value": said}))
        label, words = (named[1], named[2]) if named else ("", render(template, {"value": said}))
        found.append((unescape(_TAG.sub("", label)), unescape(_TAG.sub("", words))))
    return found


_NAMED = re.compile(r"<b>([^<]*?):?</b>\s*(.*)", re.DOTALL)
_TAG = re.compile(r"</?[bi]>")


def packed(pieces: Iterable[str], room: int = _ROOM, glue: str = "\n") -> list[str]:
    """Pieces of HTML in as few parts as hold them, each of at most `room`, or of one piece; half a message each, if
    not said otherwise."""
    parts: list[str] = []
    for piece in pieces:
        if parts and length(parts[-1]) + len(glue) + length(piece) < room:
            parts[-1] = f"{parts[-1]}{glue}{piece}"
        else:
            parts.append(piece)
    return parts


def file_words(library: Library, files: Sequence[File]) -> str:
    words = [library.texts[f"kept_file_{_FILE_WORDS.get(file.kind, 'other')}"].strip() for file in files]
    return enumerate_dutch(list(dict.fromkeys(words)))


def _fields(library: Library, record: Record) -> Iterable[str]:
    """The fields in the order of the catalog."""
    known = library.catalog.records.get(record.kind)
    return known.fields if known else record.fields


def _text(library: Library, name: str, kind: str) -> str:
    return library.texts.get(f"{name}_{kind}", library.texts[f"{name}_other"])


# --- lists ------------------------------------------------------------------------------------------------------------


def rows_of(library: Library, lines: Iterable[Line], today: date) -> Rows:
    """A button for each."""
    return [[Key(_label(library, line, today), line.token)] for line in lines]


def _label(library: Library, line: Line, today: date) -> str:
    spoken = spoken_date(line.day, today)
    scope = {
        "day": spoken.partition(" ")[2] or spoken,
        "kind": render(_text(library, "kept_name", line.kind), {}, html=False),
        "words": line.words,
        "whose": line.whose,
        "shared": line.shared,
        "marked": line.marked,
    }
    return excerpt(render(library.texts["kept_label"], scope, html=False), MAX_LABEL)


def page_rows(library: Library, token: str, number: int, more: bool) -> Rows:
    """The buttons to the page before and the next. `token` leads to a page, but for its number."""
    before = [key(library, "page_before", f"{token}:{number - 1}")] if number else []
    after = [key(library, "page_next", f"{token}:{number + 1}")] if more else []
    return [row] if (row := before + after) else []


def part_rows(library: Library, token: str, part: int, count: int) -> Rows:
    """The buttons to the part before and the next of what is read in so many parts. `token` leads to a part, but for
    its number."""
    before = [key(library, "read_back", f"{token}:{part - 1}")] if part else []
    after = [key(library, "read_on", f"{token}:{part + 1}")] if part + 1 < count else []
    return [row] if (row := before + after) else []


# --- one thing --------------------------------------------------------------------------------------------------------


def own(
    library: Library,
    record: Record,
    *,
    about: Mapping[str, object],
    circles: Sequence[Circle],
    marked: bool,
    in_workbook: bool,
    part: int,
    place: Place,
) -> tuple[str, Rows]:
    """One thing to its owner. `about`: `day` and `child`, as texts say them; `marked`: it is for the appointment;
    `in_workbook`: it is in the workbook."""
    seeing = [name for circle in circles if circle.sees for name in circle.names]
    seen_by = render(library.texts["kept_seen_by"], {"names": seeing, "marked": marked, "in_workbook": in_workbook})
    text, rows = _read(library, record, {**about, "whose": ""}, part, place.ways)
    several = sum(circle.sees for circle in circles) > 1
    for circle in circles:
        if not circle.sees:
            rows.append([key(library, "kept_share", place.token(f"w{circle.key}"), names=circle.names)])
        elif several:
            rows.append([key(library, "kept_unshare", place.token(f"x{circle.key}"), names=circle.names)])
    if seeing:
        rows.append([key(library, "kept_only_me", place.token("n"))])
    marking = ("kept_unmark", "u") if marked else ("kept_mark", "a")
    rows.append([key(library, marking[0], place.token(marking[1]))])
    putting = ("workbook_out", "v") if in_workbook else ("workbook_in", "b")
    rows.append([key(library, putting[0], place.token(putting[1]))])
    if typed_fields(library, record):
        rows[-1].append(key(library, "edit_kept", place.token("e")))
    rows.append([key(library, "kept_throw_away", place.token("d")), key(library, "page_back", place.ways.back)])
    return f"{text}\n\n{seen_by}", rows


def others(library: Library, record: Record, *, about: Mapping[str, object], part: int, ways: Ways) -> tuple[str, Rows]:
    """One thing to somebody with whom it is shared. `about`: `day`, `child` and `whose`, as texts say them."""
    text, rows = _read(library, record, about, part, ways)
    return text, [*rows, [key(library, "page_back", ways.back)]]


def _read(library: Library, record: Record, about: Mapping[str, object], part: int, ways: Ways) -> tuple[str, Rows]:
    """The heading and a part of what it says, and what leads to the other parts and the files."""
    body = body_of(library, record)
    part = min(part, len(body) - 1)
    rows = part_rows(library, ways.read, part, len(body))
    if files_of(record):
        rows.append([key(library, "kept_show_files", ways.files)])
    heading = render(library.texts["kept_heading"], {**about, "kind": one(library, record.kind)})
    return f"{heading}\n\n{body[part]}", rows


def question(library: Library, name: str, yes: str, no: str, scope: Mapping[str, object]) -> tuple[str, Rows]:
    """The text `name` with a yes and a no, whose labels are `<name>_yes` and `<name>_no`."""
    rows = [[key(library, f"{name}_yes", yes)], [key(library, f"{name}_no", no)]]
    return render(library.texts[name], scope), rows


def key(library: Library, name: str, token: str, /, **scope: object) -> Key:
    """A button: the text `name`, filled in, and what a tap on it asks for."""
    return Key(excerpt(render(library.texts[name], scope, html=False), MAX_LABEL), token)
