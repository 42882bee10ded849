// Photos, sound, films, files, places and polls inside a message.

import { attempt, post } from "./api.js";
import { dialog, h, icon } from "./dom.js";
import { lengthText, sizeText } from "./format.js";

const source = (fileId) => `/sim/files/${encodeURIComponent(fileId)}`;
let playing = null;

function photo(message) {
  const largest = message.photo[message.photo.length - 1];
  const address = source(largest.file_id);
  const alt = message.caption ? `Foto: ${message.caption.slice(0, 80)}` : "Foto";
  const image = h("img", { src: address, alt, width: String(largest.width), height: String(largest.height), loading: "lazy" });
  return h("button", {
    type: "button", class: "photo", "aria-label": `${alt} groot bekijken`,
    onclick: () => dialog("Foto", () => h("div", { class: "photo" }, h("img", { src: address, alt })), { wide: true }),
  }, image);
}

function player(file, name) {
  const audio = new Audio();
  audio.preload = "none";
  const total = file.duration || 0;
  const shown = h("span", {}, name ? `${name} · ${lengthText(total)}` : lengthText(total));
  const place = h("input", { type: "range", min: "0", max: String(total || 1), step: "0.1", value: "0", "aria-label": "Plaats in de opname" });
  const button = h("button", { type: "button", class: "voice-play", "aria-label": "Afspelen" }, icon("play"));
  const draw = () => {
    button.replaceChildren(icon(audio.paused ? "play" : "pause"));
    button.setAttribute("aria-label", audio.paused ? "Afspelen" : "Pauze");
  };
  button.addEventListener("click", () => {
    if (!audio.src) audio.src = source(file.file_id);
    if (audio.paused) {
      if (playing && playing !== audio) playing.pause();
      playing = audio;
      audio.play().catch(() => { shown.textContent = "Deze opname kan hier niet worden afgespeeld"; });
    } else audio.pause();
  });
  for (const kind of ["play", "pause"]) audio.addEventListener(kind, draw);
  audio.addEventListener("timeupdate", () => { place.value = audio.currentTime; shown.textContent = `${lengthText(audio.currentTime)} / ${lengthText(total)}`; });
  audio.addEventListener("ended", () => { place.value = 0; shown.textContent = lengthText(total); draw(); });
  place.addEventListener("input", () => {
    if (!audio.src) audio.src = source(file.file_id);
    audio.currentTime = Number(place.value);
  });
  return h("div", { class: "voice" }, button, h("div", { class: "voice-line" }, place, shown));
}

function film(file, extra) {
  return h("div", { class: extra }, h("video", { src: source(file.file_id), controls: true, preload: "none", "aria-label": "Video" }));
}

function fileCard(iconName, title, note, address, download) {
  const inside = [h("span", { class: "file-icon" }, icon(iconName)), h("span", {}, h("b", {}, title), h("small", {}, note))];
  return address ? h("a", { class: "file", href: address, download: download || title, "aria-label": `${title} downloaden` }, inside) : h("div", { class: "file" }, inside);
}

function poll(message, context) {
  const { poll: body, sim } = message;
  const mine = sim.votes[context.userId] || [];
  const voted = mine.length > 0;
  const chosen = new Set(mine);
  const vote = (options) => attempt(() => post("vote", { person: context.userId, chat: message.chat.id, message_id: message.message_id, options }));
  const options = body.options.map((option, number) => {
    const share = body.total_voter_count ? Math.round((100 * option.voter_count) / body.total_voter_count) : 0;
    return h("button", {
      type: "button", class: `poll-option ${chosen.has(number) ? "chosen" : ""}`, disabled: body.is_closed || (voted && !body.allows_multiple_answers),
      "aria-pressed": String(chosen.has(number)), "data-testid": "poll-option",
      onclick: () => {
        if (!body.allows_multiple_answers) return vote([number]);
        const next = new Set(chosen);
        if (!next.delete(number)) next.add(number);
        return vote([...next]);
      },
    }, voted || body.is_closed ? h("progress", { max: "100", value: String(share), "aria-hidden": "true" }) : null,
    h("span", {}, option.text, voted || body.is_closed ? h("b", {}, `${share}%`) : null));
  });
  const count = body.total_voter_count;
  const note = `${body.is_closed ? "Gesloten" : body.is_anonymous ? "Anonieme peiling" : "Peiling"} · ${count} ${count === 1 ? "stem" : "stemmen"}`;
  return h("div", { class: "poll" }, h("h3", {}, body.question), options, h("p", { class: "hint" }, note,
    voted && !body.is_closed && body.type !== "quiz" ? h("button", { type: "button", class: "link", onclick: () => vote([]) }, " · stem intrekken") : null));
}

// The part of a message that is not text, or null.
export function mediaOf(message, context) {
  if (message.photo) return photo(message);
  if (message.voice) return player(message.voice, "");
  if (message.audio) return player(message.audio, message.audio.title || message.audio.file_name || "");
  if (message.video_note) return film(message.video_note, "round");
  if (message.animation) return film(message.animation, "photo");
  if (message.video) return film(message.video, "photo");
  if (message.sticker) return h("div", { class: "sticker" }, h("img", { src: source(message.sticker.file_id), alt: `Sticker ${message.sticker.emoji || ""}`.trim() }));
  if (message.document) {
    const file = message.document;
    return fileCard("file", file.file_name || "Document", sizeText(file.file_size), source(file.file_id), file.file_name);
  }
  if (message.location) {
    const { latitude, longitude } = message.location;
    return fileCard("place", message.venue?.title || "Locatie", message.venue?.address || `${latitude.toFixed(4)}, ${longitude.toFixed(4)}`);
  }
  if (message.contact) return fileCard("contact", [message.contact.first_name, message.contact.last_name].filter(Boolean).join(" "), message.contact.phone_number);
  if (message.poll) return poll(message, context);
  if (message.dice) return h("div", { class: "text" }, `${message.dice.emoji} ${message.dice.value}`);
  return null;
}
