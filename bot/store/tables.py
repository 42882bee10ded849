"""All tables; those of peer groups stand in `peer_tables`. Columns named `*_sealed` hold ciphertext made by the vault;
everything else must hold no free text.

Does not know who may read what.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    text,
)

from bot.store.metadata import metadata as metadata
from bot.store.metadata import of_rows
from bot.store.peer_tables import peer_copies as peer_copies
from bot.store.peer_tables import peer_groups as peer_groups
from bot.store.peer_tables import peer_log as peer_log
from bot.store.peer_tables import peer_marks as peer_marks
from bot.store.peer_tables import peer_members as peer_members
from bot.store.peer_tables import peer_posts as peer_posts
from bot.store.peer_tables import peer_reports as peer_reports
from bot.store.peer_tables import peer_weeks as peer_weeks
from bot.store.types import Id, UtcDateTime

# --- who --------------------------------------------------------------------------------------------------------------

families = Table(
    "families",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("mentor_id", BigInteger, ForeignKey("people.id", use_alter=True), index=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("mentor_looked_at", UtcDateTime),
    Column("phase", SmallInteger, nullable=False, server_default="1"),
    Column("phase_since", Date),
)
"""`mentor_looked_at`: when the present mentor last saw the list of what the family shares. `phase` 1 to 5 of method B,
`phase_since` the local day on which it began; empty for the first."""

people = Table(
    "people",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("chat_id", BigInteger, nullable=False, unique=True),
    Column("roles", SmallInteger, nullable=False),
    Column("name_sealed", LargeBinary, nullable=False),
    Column("family_id", BigInteger, ForeignKey("families.id"), index=True),
    Column("region", String(2), nullable=False),
    Column("zone", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("blocked_at", UtcDateTime),
    Column("paused_until", Date),
    Column("named_reminder", Boolean, nullable=False, server_default=text("false")),
    Column("evenings_silent", SmallInteger, nullable=False, server_default="0"),
    Column("evening_done_on", Date),
    Column("silent_reminders", Boolean, nullable=False, server_default=text("false")),
    Column("reminder_hours", String(11)),
    Column("office_hours", String(19)),
    Column("stand_in_id", BigInteger),
    Column("reminders_a_day", SmallInteger, nullable=False, server_default="3"),
    Column("looks_end_sealed", LargeBinary),
    Column("away_from", Date),
    Column("away_until", Date),
    Column("speaks_in", BigInteger),
    Column("speaks_until", UtcDateTime),
)
"""`paused_until`: the first local day on which reminders come again. `evenings_silent`: evening reminders in a row
without an answer. `evening_done_on`: the last local day on which the ritual was begun or declined.
`reminder_hours`: "18:00-21:00", outside which nothing comes unasked. `office_hours`, of a mentor: "12345 09:00-17:00",
the days of the week (1 is Monday) and the times of the mentor's own zone. `stand_in_id`: who is told when a mentor is
not there. `away_from`, `away_until`: leave of a mentor, from the first local day up to and with the last.
`reminders_a_day`: how often anything may come unasked, at most.
`speaks_in`: the peer group to which goes what somebody says now, up to `speaks_until`.
`looks_end_sealed`: the last `chain` of who looked at something of theirs; empty for who came in before it was kept."""

children = Table(
    "children",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("family_id", BigInteger, ForeignKey("families.id"), nullable=False, index=True),
    Column("name_sealed", LargeBinary, nullable=False),
    Column("pronoun", String(4), nullable=False),
    Column("age", SmallInteger),
    Column("age_on", Date, nullable=False),
    Column("removed_at", UtcDateTime),
)
"""`age` in years on the day `age_on`: a year is added on each return of that day."""

child_words = Table(
    "child_words",
    metadata,
    Column("child_id", BigInteger, ForeignKey("children.id"), primary_key=True),
    Column("person_id", BigInteger, ForeignKey("people.id"), primary_key=True),
    Column("calls_me_sealed", LargeBinary, nullable=False),
)

invitations = Table(
    "invitations",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("code_hash", LargeBinary, nullable=False, unique=True),
    Column("role", SmallInteger, nullable=False),
    Column("name_sealed", LargeBinary, nullable=False),
    Column("made_by", BigInteger, ForeignKey("people.id")),
    Column("family_id", BigInteger, ForeignKey("families.id")),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("opened_by", BigInteger),
    Column("used_at", UtcDateTime),
)
"""`opened_by` is the chat that opened the link first, before it expired; the link is then its own, until it is used."""

consents = Table(
    "consents",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("person_id", BigInteger, ForeignKey("people.id"), nullable=False, index=True),
    Column("purpose", String(16), nullable=False),
    Column("version", SmallInteger, nullable=False),
    Column("given_at", UtcDateTime, nullable=False),
    Column("withdrawn_at", UtcDateTime),
)

# --- what is kept -----------------------------------------------------------------------------------------------------

records = Table(
    "records",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("person_id", BigInteger, ForeignKey("people.id"), nullable=False),
    Column("key", String(40), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("child_id", BigInteger, ForeignKey("children.id")),
    Column("local_day", Date, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("fields_sealed", LargeBinary, nullable=False),
    Column("shared_with", SmallInteger, nullable=False, server_default="0"),
    Column("shared_at", UtcDateTime),
    Column("for_appointment", Boolean, nullable=False, server_default=text("false")),
    Column("in_workbook", Boolean, nullable=False, server_default=text("false")),
    UniqueConstraint("person_id", "key"),
    Index("ix_records_person_kind_day", "person_id", "kind", "local_day"),
)
Index(
    "ix_records_shared",
    records.c.person_id,
    records.c.kind,
    records.c.shared_with,
    records.c.shared_at,
    info=of_rows(records.c.shared_with != 0),
)
"""One thing a person kept: a field -> {value, said}, sealed together. `key` names the flow run that made it, so that
doing an answer over changes the record instead of adding one. `shared_with` adds up 1 for the mentor, 2 for the other
parent and 4 for the group; 0 is for nobody else."""

answers = Table(
    "answers",
    metadata,
    Column("chat_id", BigInteger, primary_key=True),
    Column("message_id", BigInteger, primary_key=True),
    Column("run", String(16), nullable=False),
    Column("key", String(40), nullable=False),
    Column("name", String(40), nullable=False),
)
"""Which message of a person answered what, so that an edit of the message corrects the answer."""

flow_uses = Table(
    "flow_uses",
    metadata,
    Column("person_id", BigInteger, ForeignKey("people.id"), primary_key=True),
    Column("flow", String(40), primary_key=True),
    Column("times", Integer, nullable=False),
    Column("last_at", UtcDateTime, nullable=False),
)
"""How often a person began a flow, so that menus put first what is used most."""

reminder_log = Table(
    "reminder_log",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("person_id", BigInteger, ForeignKey("people.id"), nullable=False),
    Column("key", String(40), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("outcome", String(8), nullable=False),
    Index("ix_reminder_log_person_at", "person_id", "at"),
)
"""What came unasked, and what was left out: `key` is that of the timer; `outcome`: came, full (the day was), late."""

switches = Table(
    "switches",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("family_id", BigInteger, ForeignKey("families.id"), nullable=False, index=True),
    Column("flow", String(40), nullable=False),
    Column("by_person", BigInteger, ForeignKey("people.id")),
    Column("on_at", UtcDateTime, nullable=False),
    Column("off_at", UtcDateTime),
    Column("why_sealed", LargeBinary, nullable=False),
)
"""Gated flows that a mentor switched on for a family, and why; `off_at` once it was switched off again."""

letters = Table(
    "letters",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("from_person", BigInteger, ForeignKey("people.id"), nullable=False, index=True),
    Column("to_person", BigInteger, ForeignKey("people.id"), nullable=False, index=True),
    Column("sent_at", UtcDateTime, nullable=False),
    Column("message_id", BigInteger),
    Column("text_sealed", LargeBinary, nullable=False),
    Column("file_sealed", LargeBinary),
    Column("follow_up_id", BigInteger, ForeignKey("follow_ups.id"), index=True),
    Column("answers_id", BigInteger, ForeignKey("letters.id")),
)
"""A message from one person to another. `message_id` is that of the copy in the receiver's chat, for replies;
`file_sealed` is Telegram's id of the file that came with it. `follow_up_id`: it went out by that plan. `answers_id`:
the letter that it answers."""

# --- guidance ---------------------------------------------------------------------------------------------------------

appointments = Table(
    "appointments",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("family_id", BigInteger, ForeignKey("families.id"), nullable=False),
    Column("mentor_id", BigInteger, ForeignKey("people.id")),
    Column("kind", String(16), nullable=False),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("minutes", SmallInteger, nullable=False),
    Column("zone", String(64), nullable=False),
    Column("status", String(10), nullable=False),
    Column("asked_by", BigInteger, ForeignKey("people.id")),
    Column("move_to", UtcDateTime),
    Column("version", Integer, nullable=False, server_default="0"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("details_sealed", LargeBinary, nullable=False),
    Index("ix_appointments_family_starts", "family_id", "starts_at"),
    Index("ix_appointments_mentor_starts", "mentor_id", "starts_at"),
)
"""`status`: proposed, agreed, cancelled, happened, missed. `asked_by`: whose proposal, of the meeting or of `move_to`,
waits for the other side; empty when nothing waits. `version` counts the changes that calendars must hear of.
`details_sealed`: place, link or number to call, own words for the kind, a note for both sides."""

follow_ups = Table(
    "follow_ups",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("mentor_id", BigInteger, ForeignKey("people.id"), nullable=False, index=True),
    Column("made_at", UtcDateTime, nullable=False),
    Column("status", String(10), nullable=False),
    Column("rhythm", String(40), nullable=False),
    Column("next_at", UtcDateTime),
    Column("local_time", String(5), nullable=False),
    Column("zone", String(64), nullable=False),
    Column("appointment_id", BigInteger, ForeignKey("appointments.id"), index=True),
    Column("times", SmallInteger, nullable=False, server_default="0"),
    Column("content_sealed", LargeBinary, nullable=False),
)
"""What a mentor sends: now, later, in a rhythm, or around an appointment. `status`: open, ended, cancelled, or
offered: planned by another mentor, to take over or let go. `rhythm`: once, weeks:1, weeks:2, thin:1,2,4,8,12 (weeks
between), before:2 or after:1 (days from the appointment). `times`: how often it went out. `content_sealed`: words,
file, flow."""

follow_up_people = Table(
    "follow_up_people",
    metadata,
    Column("follow_up_id", BigInteger, ForeignKey("follow_ups.id"), primary_key=True),
    Column("person_id", BigInteger, ForeignKey("people.id"), primary_key=True),
)

reports = Table(
    "reports",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("family_id", BigInteger, ForeignKey("families.id"), nullable=False, index=True),
    Column("mentor_id", BigInteger, ForeignKey("people.id")),
    Column("appointment_id", BigInteger, ForeignKey("appointments.id")),
    Column("held_on", Date),
    Column("status", String(8), nullable=False),
    Column("version", Integer, nullable=False, server_default="0"),
    Column("made_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("given_at", UtcDateTime),
    Column("parts_sealed", LargeBinary, nullable=False),
    Column("professional_sealed", LargeBinary),
)
"""What was said at a meeting. `status`: draft, given (the parents read it). `version` goes up with each change, so that
of two who write at once the second one hears it. `parts_sealed` is for the parents, `professional_sealed` never."""

proposals = Table(
    "proposals",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("report_id", BigInteger, ForeignKey("reports.id"), nullable=False, index=True),
    Column("family_id", BigInteger, ForeignKey("families.id"), nullable=False, index=True),
    Column("status", String(8), nullable=False),
    Column("person_id", BigInteger, ForeignKey("people.id")),
    Column("record_id", BigInteger),
    Column("decided_at", UtcDateTime),
    Column("words_sealed", LargeBinary, nullable=False),
)
"""A resolution from a report, until a parent says yes. `status`: open, taken, declined. `person_id` decided;
`record_id`: the resolution it became."""

additions = Table(
    "additions",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("family_id", BigInteger, ForeignKey("families.id"), nullable=False, index=True),
    Column("person_id", BigInteger, ForeignKey("people.id"), nullable=False, index=True),
    Column("page", String(40), nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("addition_sealed", LargeBinary, nullable=False),
)
"""What a parent added to a page of the workbook: `page` is report:<id> or month:2026-11. Words, or a file."""

guidance = Table(
    "guidance",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("family_id", BigInteger, ForeignKey("families.id"), nullable=False),
    Column("author_id", BigInteger, ForeignKey("people.id")),
    Column("kind", String(24), nullable=False),
    Column("topic", String(40), nullable=False),
    Column("round", SmallInteger, nullable=False, server_default="1"),
    Column("child_id", BigInteger, ForeignKey("children.id")),
    Column("about_id", BigInteger, ForeignKey("people.id")),
    Column("local_day", Date, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("for_parents", Boolean, nullable=False, server_default=text("false")),
    Column("amends_id", BigInteger, ForeignKey("guidance.id")),
    Column("entry_sealed", LargeBinary, nullable=False),
    Index("ix_guidance_family_kind", "family_id", "kind", "id"),
)
"""What a professional noted in guiding a family: a step of the phases, an answer of the interview, a session of the
course, a video, a step of Kindreflex. Rows are only added: `amends_id` names the entry that this one adds to or sets
right. `entry_sealed` holds the author's name beside what was noted. `for_parents`: they read it too;
with `about_id`, the parent whom it is about, only that one, and it goes with that parent."""

# --- safety -----------------------------------------------------------------------------------------------------------

alerts = Table(
    "alerts",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("person_id", BigInteger, ForeignKey("people.id"), nullable=False, index=True),
    Column("made_at", UtcDateTime, nullable=False),
    Column("seen_by", BigInteger, ForeignKey("people.id")),
    Column("seen_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
)
"""A parent asked for a person. `seen_by` said to take it up; `ended_at`: the parent said that it is over."""

alert_calls = Table(
    "alert_calls",
    metadata,
    Column("alert_id", BigInteger, ForeignKey("alerts.id"), primary_key=True),
    Column("person_id", BigInteger, ForeignKey("people.id"), primary_key=True),
    Column("called_at", UtcDateTime, nullable=False),
)
"""Who was told of an alert."""

looks = Table(
    "looks",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("owner_id", BigInteger, ForeignKey("people.id"), nullable=False, index=True),
    Column("looked_at", UtcDateTime, nullable=False),
    Column("look_sealed", LargeBinary, nullable=False),
    Column("chain", LargeBinary, nullable=False),
)
"""Who opened something of `owner_id`, sealed: name, role and kind, never content. Rows are only added; `chain` is a
hash over this look and the owner's look before it, so that a change or a gap shows; the last one is sealed on the
owner's row, so that a missing end shows too."""

dossiers = Table(
    "dossiers",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("kept_until", Date, nullable=False, index=True),
    Column("dossier_sealed", LargeBinary, nullable=False),
)
"""What a care provider must keep by law of somebody who was erased; empty unless the organisation set it so."""

# --- the way of a message ---------------------------------------------------------------------------------------------

conversations = Table(
    "conversations",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("state_sealed", LargeBinary, nullable=False),
    Column("active_at", UtcDateTime, nullable=False),
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("chat_id", BigInteger, nullable=False),
    Column("update_id", BigInteger, unique=True),
    Column("message_id", BigInteger),
    Column("received_at", UtcDateTime, nullable=False),
    Column("kind", String(8), nullable=False),
    Column("seal", String(16), nullable=False),
    Column("payload_sealed", LargeBinary),
    Column("status", String(8), nullable=False),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    Column("not_before", UtcDateTime),
    Column("problem", String(200)),
)
Index(
    "ix_inbox_waiting",
    inbox.c.chat_id,
    inbox.c.id,
    info=of_rows(inbox.c.status == "waiting"),
)
Index(
    "ix_inbox_waiting_id",
    inbox.c.id,
    info=of_rows(inbox.c.status == "waiting"),
)
Index(
    "ix_inbox_problem",
    inbox.c.problem,
    inbox.c.received_at,
    info=of_rows(inbox.c.problem.is_not(None)),
)
"""Everything that happens to a person, in order of arrival in its lane (`chat_id`). `seal` stands for the row in the
ciphertext. `status`: waiting, done, dead; `problem` names an error's type and place, or
why an input was refused, never content."""

timers = Table(
    "timers",
    metadata,
    Column("id", Id, primary_key=True),
    Column("chat_id", BigInteger, nullable=False),
    Column("key", String(40), nullable=False),
    Column("due_at", UtcDateTime),
    Column("late_after", Integer, nullable=False),
    Column("turn", Integer),
    Column("local_time", String(5)),
    Column("days", String(7)),
    Column("zone", String(64)),
    UniqueConstraint("chat_id", "key"),
)
Index(
    "ix_timers_due",
    timers.c.due_at,
    info=of_rows(timers.c.due_at.is_not(None)),
)
"""One instant to come back at, `late_after` seconds after which it is of no use any more. With `local_time` it is a
rhythm: it comes again on each of `days` (1 is Monday) at that time in `zone`. Without `due_at` it rests."""

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("chat_id", BigInteger, nullable=False),
    Column("priority", SmallInteger, nullable=False),
    Column("purpose", String(12), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("not_before", UtcDateTime),
    Column("expires_at", UtcDateTime),
    Column("seal", String(16), nullable=False),
    Column("call_sealed", LargeBinary),
    Column("status", String(8), nullable=False),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    Column("sender", String(16)),
    Column("taken_at", UtcDateTime),
    Column("settled_at", UtcDateTime),
    Column("message_id", BigInteger),
    Column("letter_id", BigInteger),
    Column("post_id", BigInteger),
    Column("turn", Integer),
    Column("problem", String(200)),
)
Index(
    "ix_outbox_waiting",
    outbox.c.priority,
    outbox.c.id,
    info=of_rows(outbox.c.status == "waiting"),
)
Index(
    "ix_outbox_open",
    outbox.c.chat_id,
    outbox.c.id,
    info=of_rows(outbox.c.status.in_(("waiting", "sending"))),
)
Index(
    "ix_outbox_turn",
    outbox.c.chat_id,
    outbox.c.turn,
    info=of_rows(outbox.c.turn.is_not(None)),
)
Index(
    "ix_outbox_post",
    outbox.c.post_id,
    outbox.c.chat_id,
    info=of_rows(outbox.c.post_id.is_not(None)),
)
"""Calls to the Bot API. `post_id`: the first post of a group that a message carries. `turn` is that of the question a
message asks. `status`: waiting, sending, sent, unknown (timed out, may have arrived), refused, expired."""

paces = Table(
    "paces",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("free_at", UtcDateTime, nullable=False),
)
"""From when a chat may get its next message. Chat 0 stands for the whole bot."""
