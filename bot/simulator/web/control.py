"""The control API under `/sim`: what the page and tests in other processes do on behalf of people."""

import json
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.simulator import files
from bot.simulator.api import Params
from bot.simulator.api.profile import commands_for
from bot.simulator.clock import next_local, parse_local
from bot.simulator.emulator import Emulator
from bot.simulator.errors import ApiError, PersonCannot
from bot.simulator.limits import LimitRules
from bot.simulator.personas import Persona
from bot.simulator.phone import Phone
from bot.simulator.web.forms import read_params
from bot.simulator.web.views import clock_view, message_view, state_view, troubles_view
from bot.simulator.world import Json, Message

Action = Callable[[Params], Any]
CLOCK_STEPS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}
SERVED_INLINE = ("image/png", "image/jpeg", "image/gif", "image/webp", "audio/", "video/")


_REFUSALS = (PersonCannot, ApiError, ValueError, TypeError, KeyError)


def _refused(refusal: Exception) -> Response:
    if isinstance(refusal, PersonCannot):
        return JSONResponse({"error": str(refusal)}, 422)
    if isinstance(refusal, ApiError):
        return JSONResponse({"error": refusal.description}, refusal.code)
    return JSONResponse({"error": f"{type(refusal).__name__}: {refusal}"}, 400)


class Control:
    """The endpoints. `person` is a persona's key or user id; `chat` a chat id, the private chat when left out."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator

    def routes(self) -> list[Route]:
        """All of `/sim`, but for the stream of events."""
        gets: dict[str, Action] = {
            "/sim/state": lambda params: state_view(self.emulator),
            "/sim/messages": self.messages,
            "/sim/commands": self.commands,
            "/sim/troubles": lambda params: troubles_view(self.emulator),
            "/sim/calls": self.calls,
            "/sim/clock": lambda params: clock_view(self.emulator),
        }
        posts: dict[str, Action] = {
            "/sim/say": lambda p: self.view(self.phone(p).says(p.text("text"), self.reply(p))),
            "/sim/start": lambda p: self.view(self.phone(p).starts(p.text("payload"))),
            "/sim/tap": self.tap,
            "/sim/edit": lambda p: self.view(self.phone(p).edits(self.number(p, "message_id"), p.text("text"))),
            "/sim/delete": self.delete,
            "/sim/send": self.send,
            "/sim/album": self.album,
            "/sim/forward": self.forward,
            "/sim/poll": self.poll,
            "/sim/react": self.react,
            "/sim/vote": self.vote,
            "/sim/block": self.block,
            "/sim/read": self.read,
            "/sim/groups": self.create_group,
            "/sim/group": self.change_group,
            "/sim/personas": self.add_persona,
            "/sim/start-links": self.start_links,
            "/sim/faults": self.add_fault,
            "/sim/faults/clear": self.clear_faults,
            "/sim/limits": self.set_limits,
        }
        return [
            *(Route(path, self.endpoint(action), methods=["GET"]) for path, action in gets.items()),
            *(Route(path, self.endpoint(action), methods=["POST"]) for path, action in posts.items()),
            Route("/sim/clock", self.move_clock, methods=["POST"]),
            Route("/sim/files/{file_id}", self.file, methods=["GET"]),
        ]

    def endpoint(self, action: Action) -> Callable[[Request], Awaitable[Response]]:
        """Wrap an action: parameters in, JSON out; what cannot be done is 400 or 422 with `error`."""

        async def handle(request: Request) -> Response:
            try:
                return JSONResponse(action(await read_params(request)))
            except _REFUSALS as refusal:
                return _refused(refusal)

        return handle

    # -- parameters -------------------------------------------------------------------------------------------------

    def phone(self, params: Params) -> Phone:
        """The phone of `person`, opened on `chat`."""
        phone = self.emulator.person(params.text("person"))
        chat_id = params.integer("chat")
        return phone if chat_id is None else phone.in_chat(chat_id)

    def number(self, params: Params, name: str) -> int:
        """A number that must be there."""
        value = params.integer(name)
        if value is None:
            raise PersonCannot(f"{name} is missing")
        return value

    def reply(self, params: Params) -> int | None:
        """The message that is answered, if any."""
        return params.integer("reply_to")

    def view(self, message: Message) -> Json:
        """A message for the page."""
        return message_view(self.emulator, message)

    # -- looking ----------------------------------------------------------------------------------------------------

    def messages(self, params: Params) -> Json:
        """The newest `limit` messages of a chat before message `before`."""
        with self.emulator.lock:
            chat = self.emulator.world.chats.get(self.number(params, "chat"))
            before, limit = params.integer("before"), min(params.integer("limit") or 80, 500)
            found: list[Json] = []
            more = False
            for message in reversed(chat.messages.values()) if chat else ():
                if message.deleted or (before is not None and message.message_id >= before):
                    continue
                if len(found) == limit:
                    more = True
                    break
                found.append(self.view(message))
            return {"messages": found[::-1], "more": more}

    def commands(self, params: Params) -> list[Json]:
        """The bot's command menu for `person` in `chat`."""
        phone = self.phone(params)
        return commands_for(self.emulator, phone.chat_id, phone.user_id, phone.persona.language_code)

    def calls(self, params: Params) -> list[Json]:
        """The bot's last calls, newest last."""
        limit = min(params.integer("limit") or 200, 10_000)
        return [
            {
                "monotonic": call.monotonic,
                "at": call.at.isoformat(),
                "method": call.method,
                "chat_id": call.chat_id,
                "outcome": call.outcome,
                "performed": call.performed,
                "message_id": call.message_id,
                "description": call.description,
            }
            for call in self.emulator.calls.all(params.text("method") or None, params.integer("chat"))[-limit:]
        ]

    async def file(self, request: Request) -> Response:
        """A file for the page: shown when it is safe to show, else downloaded."""
        stored = files.find(self.emulator.world.files, request.path_params["file_id"])
        if stored is None:
            return JSONResponse({"error": "no such file"}, 404)
        inline = stored.mime_type.startswith(SERVED_INLINE)
        headers = {
            "Content-Disposition": "inline" if inline else "attachment",
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, max-age=86400, immutable",
            "Accept-Ranges": "bytes",
        }
        media_type = stored.mime_type if inline else "application/octet-stream"
        wanted = request.headers.get("range", "")
        if wanted.startswith("bytes=") and "," not in wanted:
            first, _, last = wanted.removeprefix("bytes=").partition("-")
            start = int(first) if first.isdigit() else max(0, stored.size - int(last or 0))
            end = min(int(last), stored.size - 1) if first.isdigit() and last.isdigit() else stored.size - 1
            if start > end:
                return Response(status_code=416, headers={"Content-Range": f"bytes */{stored.size}"})
            headers["Content-Range"] = f"bytes {start}-{end}/{stored.size}"
            return Response(stored.content[start : end + 1], 206, headers, media_type)
        return Response(stored.content, 200, headers, media_type)

    # -- doing ------------------------------------------------------------------------------------------------------

    def tap(self, params: Params) -> Json:
        """Tap a button: by `label`, or with any `data` at all."""
        phone, message_id = self.phone(params), params.integer("message_id")
        if params.has("data"):
            tap = phone.taps_forged(params.text("data"), message_id)
        else:
            tap = phone.taps(params.text("label"), message_id)
        return {"query_id": tap.query_id}

    def delete(self, params: Params) -> bool:
        """Take away messages."""
        self.phone(params).deletes(*[int(number) for number in params.structure("message_ids")])
        return True

    def send(self, params: Params) -> Json:
        """Send a file (uploaded as `file`, or the shipped `sample`), a location, a contact or a sticker."""
        phone, kind = self.phone(params), params.text("kind")
        if kind == "location":
            return self.view(
                phone.sends_location(params.number("latitude") or 50.9307, params.number("longitude") or 5.3378)
            )
        if kind == "contact":
            own = params.flag("own")
            name, number = params.text("first_name") or "Opa Jan", params.text("phone_number") or "+31600000000"
            return self.view(phone.sends_contact(name, number, own=own))
        upload = params.upload("file")
        content = upload.content if upload else None
        name, mime_type = (upload.name, upload.mime_type) if upload else ("", "")
        if content is None and params.has("sample"):
            name = params.text("sample")
            content = files.sample(name)
        sent = phone.sends_file(
            kind,
            content,
            caption=params.text("caption"),
            name=name,
            mime_type=mime_type,
            reply_to=self.reply(params),
            duration=params.integer("duration"),
            emoji=params.text("emoji"),
        )
        return self.view(sent)

    def album(self, params: Params) -> list[Json]:
        """Send an album: the uploads `file0`, `file1`, ..., or `count` samples."""
        uploads = [params.uploads[name] for name in sorted(params.uploads)]
        contents: list[bytes] | int = [u.content for u in uploads] if uploads else params.integer("count") or 3
        kind = params.text("kind") or "photo"
        names = [upload.name for upload in uploads]
        return [self.view(m) for m in self.phone(params).sends_album(contents, params.text("caption"), kind, names)]

    def forward(self, params: Params) -> Json:
        """Forward a message of another chat (`from_chat`, `message_id`), or a `text` that `origin` wrote."""
        phone, from_chat = self.phone(params), params.integer("from_chat")
        if from_chat is not None:
            source = phone.in_chat(from_chat).message(self.number(params, "message_id"))
            return self.view(phone.forwards(source))
        return self.view(phone.forwards(params.text("text") or "…", params.text("origin") or None))

    def poll(self, params: Params) -> Json:
        """Send a poll."""
        options = [str(option) for option in params.structure("options") or []]
        several, anonymous = params.flag("several"), params.flag("anonymous")
        phone = self.phone(params)
        return self.view(phone.sends_poll(params.text("question"), options, anonymous=anonymous, several=several))

    def react(self, params: Params) -> bool:
        """Put an `emoji` under a message; none takes it away."""
        self.phone(params).reacts(self.number(params, "message_id"), params.text("emoji") or None)
        return True

    def vote(self, params: Params) -> bool:
        """Choose `options` of a poll, by number."""
        chosen = [int(option) for option in params.structure("options") or []]
        self.phone(params).votes(self.number(params, "message_id"), *chosen)
        return True

    def block(self, params: Params) -> bool:
        """Block the bot, or with `on` false let it in again."""
        phone = self.phone(params)
        if params.flag("on", default=True):
            phone.blocks()
        else:
            phone.unblocks()
        return True

    def read(self, params: Params) -> bool:
        """Everything in a chat up to `message_id` was seen."""
        chat = self.emulator.world.chats.get(self.number(params, "chat"))
        message_id = self.number(params, "message_id")
        if chat is not None and message_id > chat.read_up_to:
            chat.read_up_to = message_id
            self.emulator.touched()
        return True

    def create_group(self, params: Params) -> Json:
        """Make a group of `members`, with the bot as `bot`: member, administrator or none."""
        status = params.text("bot") or "member"
        group = self.emulator.create_group(
            params.text("title"),
            params.structure("members") or [],
            bot=None if status == "none" else "administrator" if status == "administrator" else "member",
            supergroup=params.flag("supergroup"),
        )
        return {"chat_id": group.chat_id}

    def change_group(self, params: Params) -> Json:
        """Do `action` in a group: add, join, remove, leave, promote, demote (with `person`), add_bot, promote_bot,
        demote_bot, remove_bot, ban_bot, rename (with `title`) or migrate."""
        group, action, person = (
            self.emulator.group(self.number(params, "chat")),
            params.text("action"),
            params.text("person"),
        )
        simple: dict[str, Callable[[], object]] = {
            "add": lambda: group.add(person),
            "join": lambda: group.join(person),
            "remove": lambda: group.remove(person),
            "leave": lambda: group.leave(person),
            "promote": lambda: group.promote(person),
            "demote": lambda: group.promote(person, "member"),
            "add_bot": group.add_bot,
            "promote_bot": group.promote_bot,
            "demote_bot": group.demote_bot,
            "remove_bot": lambda: group.remove_bot(banned=False),
            "ban_bot": group.remove_bot,
            "rename": lambda: group.rename(params.text("title")),
        }
        if action == "migrate":
            return {"chat_id": group.migrate().chat_id}
        if action not in simple:
            raise PersonCannot(f"unknown action {action!r}")
        simple[action]()
        return {"chat_id": group.chat_id}

    def add_persona(self, params: Params) -> Json:
        """Let a new person move in: `first_name`, and if wanted `last_name`, `role` and `role_label`."""
        taken = set(self.emulator.personas)
        user_id = params.integer("user_id") or next(number for number in range(1901, 9999) if number not in taken)
        role: Any = params.text("role") or "other"
        if role not in ("coordinator", "mentor", "parent", "peer", "other") or not params.text("first_name"):
            raise PersonCannot("a person needs a first name and a known role")
        persona = Persona(
            params.text("key") or f"p{user_id}",
            user_id,
            params.text("first_name"),
            params.text("last_name"),
            role=role,
            role_label=params.text("role_label"),
        )
        return self.emulator.add_persona(persona).persona.to_json()

    def start_links(self, params: Params) -> dict[str, str]:
        """Set the payloads behind START buttons: `links` is an object of persona key to payload."""
        links = params.structure("links")
        if not isinstance(links, dict):
            raise PersonCannot("links is an object of persona keys and payloads")
        self.emulator.set_start_links({str(key): str(value) for key, value in links.items()})
        return self.emulator.start_links

    async def move_clock(self, request: Request) -> Response:
        """Move forward by a `step` (evening, hour, day, week), by `seconds`, or `to` a local moment.

        Where somebody set a way to travel, the answer comes on arrival.
        """
        clock, travel = self.emulator.clock, self.emulator.travel
        try:
            target = self.moment(await read_params(request))
            if travel and target > clock.now():
                await travel(target)
            else:
                clock.move_to(max(target, clock.now()))
        except _REFUSALS as refusal:
            return _refused(refusal)
        return JSONResponse(clock_view(self.emulator))

    def moment(self, params: Params) -> datetime:
        """The moment that the clock is asked to move to."""
        now, step = self.emulator.clock.now(), params.text("step")
        if step == "evening":
            return next_local(now)
        if step in CLOCK_STEPS:
            return now + CLOCK_STEPS[step]
        if params.has("seconds"):
            seconds = params.number("seconds") or 0
            if seconds < 0:
                raise ValueError("the clock only moves forward")
            return now + timedelta(seconds=seconds)
        if params.has("to"):
            target = parse_local(params.text("to"))
            if target < now:
                raise ValueError("the clock only moves forward")
            return target
        raise PersonCannot("say step, seconds or to")

    def add_fault(self, params: Params) -> Json:
        """Let the next calls go wrong; the fields are those of :class:`bot.simulator.faults.Fault`."""
        kind: Any = params.text("kind")
        self.emulator.add_fault(
            kind,
            params.integer("times") or 1,
            method=params.text("method") or None,
            chat_id=params.integer("chat"),
            seconds=params.number("seconds") or 0.0,
            description=params.text("description"),
        )
        return troubles_view(self.emulator)

    def clear_faults(self, params: Params) -> Json:
        """Call off one fault (`fault_id`), or all."""
        self.emulator.clear_faults(params.integer("fault_id"))
        return troubles_view(self.emulator)

    def set_limits(self, params: Params) -> Json:
        """Switch the sending limits on or off (`on`), with other numbers if given."""
        rules = self.emulator.limits.rules
        self.emulator.enforce_limits(
            params.flag("on", default=True),
            LimitRules(
                overall_per_second=params.integer("overall_per_second") or rules.overall_per_second,
                private_burst=params.integer("private_burst") or rules.private_burst,
                private_per_second=params.number("private_per_second") or rules.private_per_second,
                group_per_minute=params.integer("group_per_minute") or rules.group_per_minute,
            ),
        )
        return troubles_view(self.emulator)


def as_event(event: Json) -> bytes:
    """One event in the form of a Server-Sent Event."""
    return f"id: {event['seq']}\ndata: {json.dumps(event, ensure_ascii=False)}\n\n".encode()
