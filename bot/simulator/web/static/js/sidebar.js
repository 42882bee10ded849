// The list of people and groups.

import { avatar, h, icon } from "./dom.js";
import { listTime, summary } from "./format.js";
import { newGroup, newPerson } from "./groups.js";
import { chatOf, chatTitle, emit, now, on, personaById, store } from "./store.js";

const GROUPS = [["parent", "Ouders"], ["mentor", "Mentors"], ["coordinator", "Coördinator"], ["peer", "Lotgenoten"], ["other", "Anderen"]];

export function sidebar(root, isOpen) {
  let planned = false;
  const draw = () => {
    planned = false;
    const focused = document.activeElement?.closest?.("[data-key]")?.dataset.key;
    const { scrollTop } = root;
    const parts = [];
    for (const [role, title] of GROUPS) {
      const people = store.personas.filter((persona) => persona.role === role);
      if (!people.length && role !== "other") continue;
      parts.push(heading(title, role === "other" ? ["Nieuwe persoon", newPerson] : null));
      parts.push(h("ul", {}, people.map((persona) => row({
        key: persona.key, chatId: persona.user_id, title: persona.full_name, note: persona.role_label, group: false,
      }, isOpen))));
    }
    const groups = [...store.chats.values()].filter((chat) => chat.kind !== "private" && !chat.migrated_to);
    const place = parts.length - 2;
    parts.splice(place, 0, heading("Groepen", ["Nieuwe groep", newGroup]), h("ul", {}, groups.map((chat) => row({
      key: `group-${chat.chat_id}`, chatId: chat.chat_id, title: chat.title, note: `${chat.members.length} leden`, group: true,
    }, isOpen))));
    root.replaceChildren(...parts);
    root.scrollTop = scrollTop;
    if (focused) root.querySelector(`[data-key="${CSS.escape(focused)}"] .person-open`)?.focus({ preventScroll: true });
  };
  const plan = () => {
    if (!planned) {
      planned = true;
      requestAnimationFrame(draw);
    }
  };
  for (const kind of ["list", "clock"]) on(kind, plan);
  draw();
}

function heading(title, action) {
  return h("h2", {}, title, action ? h("button", { type: "button", onclick: action[1], "data-testid": action[1] === newGroup ? "new-group" : "new-person" }, action[0]) : null);
}

function row({ key, chatId, title, note, group }, isOpen) {
  const chat = chatOf(chatId);
  const newest = chat?.newest;
  const from = newest && group && newest.from ? `${newest.sim.from_bot ? store.bot.first_name : personaById(newest.from.id)?.first_name || ""}: ` : newest && !newest.sim.from_bot ? "Jij: " : "";
  const last = chat?.blocked ? "heeft de bot geblokkeerd" : newest ? from + summary(newest).replace(/\s+/g, " ") : note;
  const unread = chat?.unread || 0;
  const state = isOpen(chatId);
  return h("li", { class: `person ${state.shown ? "shown" : ""} ${state.active ? "active" : ""} ${unread ? "unread" : ""}`, "data-key": key },
    h("button", {
      type: "button", class: "person-open", "data-testid": group ? key : `persona-${key}`, "aria-current": state.active ? "true" : undefined,
      "aria-label": `${title}, ${note}${unread ? `, ${unread} ongelezen` : ""}`, onclick: (event) => emit("open-chat", { chatId, beside: event.ctrlKey || event.metaKey }),
    },
    avatar(title, chatId, group ? "group" : ""),
    h("span", { class: "person-text" },
      h("span", { class: "person-line" }, h("span", { class: "person-name" }, title), newest ? h("span", { class: "person-time" }, listTime(newest.date, now())) : null),
      h("span", { class: "person-line" }, h("span", { class: "person-note" }, last), unread ? h("span", { class: "badge" }, unread > 99 ? "99+" : String(unread)) : null))),
    state.shown ? null : h("button", { type: "button", class: "person-beside", title: "Ernaast openen", "aria-label": `${title} ernaast openen`, onclick: () => emit("open-chat", { chatId, beside: true }) }, icon("beside")));
}

export { chatTitle };
