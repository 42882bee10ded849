// One message as an element: bubble, buttons, reactions and its menu.

import { attempt, post } from "./api.js";
import { h, icon, toast } from "./dom.js";
import { noticeText, summary, timeText } from "./format.js";
import { openLink } from "./links.js";
import { mediaOf } from "./media.js";
import { copyText, richText } from "./text.js";

const nameOf = (user) => (user ? [user.first_name, user.last_name].filter(Boolean).join(" ") : "");

function originName(origin) {
  if (origin.type === "hidden_user") return origin.sender_user_name;
  if (origin.type === "user") return nameOf(origin.sender_user);
  return origin.sender_chat?.title || origin.chat?.title || "iemand";
}

export function quoteOf(message, onclick) {
  const inside = [h("b", {}, nameOf(message.from)), h("span", {}, summary(message))];
  return onclick ? h("button", { type: "button", class: "quote", onclick }, inside) : h("div", { class: "quote" }, inside);
}

function press(button, message, context) {
  if (button.url) {
    if (!openLink(button.url, context) && /^(https?|mailto|tg):/i.test(button.url)) window.open(button.url, "_blank", "noopener,noreferrer");
    return null;
  }
  if (button.copy_text) return copyText(button.copy_text.text);
  if (button.callback_data === undefined) return toast("Deze knop werkt niet in de oefenomgeving.");
  return attempt(() => post("tap", { person: context.userId, chat: context.chatId, message_id: message.message_id, data: button.callback_data }));
}

function keyboard(message, context) {
  const rows = message.reply_markup?.inline_keyboard || [];
  if (!rows.length) return null;
  return h("div", { class: "keyboard", role: "group", "aria-label": "Knoppen" }, rows.map((row) => h("div", { class: "keyboard-row" }, row.map((button) => {
    const key = h("button", { type: "button", class: "key", "data-testid": "button", "data-callback": button.callback_data }, button.text,
      button.url ? icon("link", "corner") : null);
    key.addEventListener("click", async () => {
      const tap = await press(button, message, context);
      if (tap?.query_id) context.waitForAnswer(tap.query_id, key);
    });
    return key;
  }))));
}

function reactions(message, context) {
  const given = message.sim.reactions || [];
  if (!given.length) return null;
  return h("div", { class: "reactions" }, given.map((reaction) => {
    const mine = reaction.users.includes(context.userId);
    return h("button", {
      type: "button", class: `reaction ${mine ? "mine" : ""}`, "aria-label": `Reactie ${reaction.emoji}, ${reaction.users.length} keer`, "aria-pressed": String(mine),
      onclick: () => context.react(message, mine ? null : reaction.emoji),
    }, reaction.users.length > 1 ? `${reaction.emoji} ${reaction.users.length}` : reaction.emoji);
  }));
}

// `before` is the message above it, for leaving out what repeats.
export function messageElement(message, before, context) {
  const notice = noticeText(message);
  const id = String(message.message_id);
  if (notice) return h("div", { class: "notice", "data-id": id, "data-testid": "notice" }, notice);
  const own = !message.sim.from_bot && message.from.id === context.userId;
  const follows = before && !noticeText(before) && before.from.id === message.from.id && message.date - before.date < 300;
  const media = mediaOf(message, context);
  const text = message.text ?? message.caption;
  const bare = (message.sticker || message.video_note) && !text;
  const keys = keyboard(message, context);
  const marks = text ? richText(text, message.text !== undefined ? message.entities : message.caption_entities, context) : null;
  const edited = message.edit_date ? "bewerkt " : "";
  const meta = h("span", { class: "meta" }, `${edited}${timeText(message.date)}`);
  const tail = marks && !(message.show_caption_above_media && media) ? `tail ${edited ? "edited" : ""}` : "";
  const bubble = h("div", { class: `bubble ${bare ? "bare" : ""} ${tail}` },
    !context.private && !own && !follows ? h("div", { class: "sender" }, nameOf(message.from)) : null,
    message.forward_origin ? h("div", { class: "origin" }, `Doorgestuurd van ${originName(message.forward_origin)}`) : null,
    message.reply_to_message ? quoteOf(message.reply_to_message, () => context.showMessage(message.reply_to_message.message_id)) : null,
    message.show_caption_above_media && marks ? null : media,
    marks ? h("div", { class: "text" }, marks) : null,
    message.show_caption_above_media && marks ? media : null,
    meta);
  const more = h("button", { type: "button", class: "message-more", "aria-label": "Meer met dit bericht", "aria-haspopup": "menu", "aria-expanded": "false" }, icon("more"));
  more.addEventListener("click", () => context.openMenu(message, more));
  const element = h("div", {
    class: `message ${own ? "own" : "theirs"} ${follows ? "follows" : ""} ${keys ? "has-keyboard" : ""}`, role: "article", "data-testid": "message", "data-id": id,
    "data-from": message.sim.from_bot ? "bot" : "person", "aria-label": `${own ? "Jij" : nameOf(message.from)}, ${timeText(message.date)}`,
  }, bubble, reactions(message, context), keys, more);
  element.addEventListener("contextmenu", (event) => {
    if (event.target.closest("a, img, video")) return;
    event.preventDefault();
    context.openMenu(message, { x: event.clientX, y: event.clientY });
  });
  holdToOpen(element, (point) => context.openMenu(message, point));
  return element;
}

// A long press with a finger, for phones that have no context menu.
function holdToOpen(element, open) {
  let timer = null;
  const stop = () => clearTimeout(timer);
  element.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "touch" || event.target.closest("button, a, input, video")) return;
    const point = { x: event.clientX, y: event.clientY };
    timer = setTimeout(() => open(point), 480);
  });
  for (const kind of ["pointerup", "pointercancel", "pointermove"]) element.addEventListener(kind, stop);
}
