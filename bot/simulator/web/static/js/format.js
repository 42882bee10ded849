// Dates and times in Dutch, always on the clocks of the Netherlands and Belgium.

const ZONE = "Europe/Amsterdam";
const make = (options) => new Intl.DateTimeFormat("nl-NL", { timeZone: ZONE, ...options });
const clockDate = make({ weekday: "short", day: "numeric", month: "short" });
const clockTime = make({ hour: "2-digit", minute: "2-digit" });
const longDate = make({ weekday: "long", day: "numeric", month: "long" });
const longDateYear = make({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
const shortDate = make({ day: "numeric", month: "short" });
const weekday = make({ weekday: "short" });
const isoDay = new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE });
const isoTime = new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE, hour: "2-digit", minute: "2-digit" });

export const clockText = (date) => `${clockDate.format(date).replaceAll(".", "")} ${clockTime.format(date)}`;
export const timeText = (seconds) => clockTime.format(new Date(seconds * 1000));
export const dayKey = (seconds) => isoDay.format(new Date(seconds * 1000));
export const localInput = (date) => `${isoDay.format(date)}T${isoTime.format(date)}`;

export function dayText(seconds, now) {
  const date = new Date(seconds * 1000);
  const key = dayKey(seconds);
  if (key === isoDay.format(now)) return "Vandaag";
  if (key === isoDay.format(new Date(now.getTime() - 86400000))) return "Gisteren";
  return date.getFullYear() === now.getFullYear() ? longDate.format(date) : longDateYear.format(date);
}

export function listTime(seconds, now) {
  const date = new Date(seconds * 1000);
  if (dayKey(seconds) === isoDay.format(now)) return clockTime.format(date);
  return now - date < 6 * 86400000 ? weekday.format(date).replaceAll(".", "") : shortDate.format(date).replaceAll(".", "");
}

export const lengthText = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.round(seconds) % 60).padStart(2, "0")}`;

export function sizeText(bytes) {
  if (!bytes) return "";
  return bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} kB` : `${(bytes / 1048576).toFixed(1).replace(".", ",")} MB`;
}

const KINDS = {
  photo: "Foto", voice: "Spraakbericht", audio: "Geluid", video: "Video", video_note: "Rond filmpje", animation: "Bewegend beeld",
  sticker: "Sticker", document: "Document", location: "Locatie", contact: "Contact", poll: "Peiling", dice: "Dobbelsteen",
};

// One line about a message, for lists and quotes.
export function summary(message) {
  if (message.text) return message.text;
  const kind = Object.keys(KINDS).find((name) => message[name]);
  if (!kind) return noticeText(message) || "Bericht";
  const word = kind === "sticker" ? `${message.sticker.emoji || ""} Sticker`.trim() : KINDS[kind];
  const more = message.caption || (kind === "poll" ? message.poll.question : "") || (kind === "document" ? message.document.file_name : "");
  return more ? `${word}: ${more}` : word;
}

const nameOf = (user) => [user.first_name, user.last_name].filter(Boolean).join(" ");

// The words of a service message; empty for an ordinary one.
export function noticeText(message) {
  const who = message.from ? nameOf(message.from) : "Iemand";
  if (message.group_chat_created || message.supergroup_chat_created) return `${who} maakte de groep “${message.chat.title}”`;
  if (message.new_chat_members) return `${message.new_chat_members.map(nameOf).join(", ")} ${message.new_chat_members.length > 1 ? "zijn" : "is"} nu in de groep`;
  if (message.left_chat_member) return `${nameOf(message.left_chat_member)} is uit de groep`;
  if (message.new_chat_title) return `De groep heet nu “${message.new_chat_title}”`;
  if (message.pinned_message) return `${who} maakte een bericht vast: ${summary(message.pinned_message)}`;
  if (message.migrate_to_chat_id) return "Deze groep ging verder als supergroep";
  if (message.migrate_from_chat_id) return "Deze supergroep kwam uit een gewone groep";
  return "";
}
