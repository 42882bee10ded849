// Links that start the bot: who opens them is asked first.

import { attempt, post } from "./api.js";
import { avatar, dialog, h } from "./dom.js";
import { chatOf, emit, personaById, store } from "./store.js";

const WANTED = { coordinator: ["mentor", "coordinator"], mentor: ["parent"], parent: ["parent", "peer"], peer: ["peer"] };
const ROLES = { parent: "ouder", mentor: "mentor", coordinator: "coördinator", peer: "lotgenoot", other: "extra persoon" };

// True when the link was one to the bot and is taken care of.
export function openLink(address, context) {
  let url;
  try {
    url = new URL(address);
  } catch {
    return false;
  }
  let name = "";
  if (/^(www\.)?(t\.me|telegram\.me)$/i.test(url.hostname)) name = url.pathname.slice(1);
  else if (url.protocol === "tg:") name = url.searchParams.get("domain") || "";
  if (!name || name.toLowerCase() !== (store.bot.username || "").toLowerCase()) return false;
  if (url.searchParams.has("startgroup")) chooseGroup(url.searchParams.get("startgroup"));
  else choosePersona(url.searchParams.get("start") || "", context);
  return true;
}

function unused(persona) {
  return !chatOf(persona.user_id)?.newest;
}

function choosePersona(payload, context) {
  const owner = personaById(context.userId);
  const wanted = WANTED[owner?.role] || ["parent", "mentor", "peer", "coordinator"];
  const rank = (persona) => (unused(persona) ? 0 : 10) + (wanted.includes(persona.role) ? wanted.indexOf(persona.role) : 5) + (persona.user_id === context.userId ? 20 : 0);
  const order = [...store.personas].sort((a, b) => rank(a) - rank(b));
  dialog("Openen als …", (close) => [
    h("p", { class: "hint" }, "Deze link start een gesprek met de bot. Wie opent hem?"),
    h("div", { class: "choices" }, order.map((persona, place) => h("button", {
      type: "button", class: `choice ${place === 0 ? "preferred" : ""}`, autofocus: place === 0, "data-testid": `open-as-${persona.key}`,
      onclick: async () => {
        close();
        await attempt(() => post("start", { person: persona.key, payload }));
        emit("open-chat", { chatId: persona.user_id });
      },
    }, avatar(persona.full_name, persona.user_id, "small"), h("span", {}, persona.full_name,
      h("small", {}, `${persona.role_label || ROLES[persona.role]}${unused(persona) ? " · nog geen berichten" : ""}`))))),
  ], { testid: "open-as" });
}

function chooseGroup(payload) {
  const groups = [...store.chats.values()].filter((chat) => chat.kind !== "private" && !chat.migrated_to);
  dialog("Toevoegen aan een groep", (close) => [
    groups.length ? h("p", { class: "hint" }, "In welke groep komt de bot?") : h("p", {}, "Er is nog geen groep. Maak er links eerst een."),
    h("div", { class: "choices" }, groups.map((chat) => h("button", {
      type: "button", class: "choice", onclick: async () => {
        close();
        const owner = chat.members.find((member) => member.status === "creator") || chat.members[0];
        await attempt(async () => {
          if (!["member", "administrator"].includes(chat.bot_status)) await post("group", { chat: chat.chat_id, action: "add_bot" });
          await post("say", { person: owner.user_id, chat: chat.chat_id, text: `/start@${store.bot.username} ${payload}`.trim() });
        });
        emit("open-chat", { chatId: chat.chat_id });
      },
    }, avatar(chat.title, chat.chat_id, "small group"), h("span", {}, chat.title)))),
  ]);
}
