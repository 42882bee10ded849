// Making groups and changing who is in them.

import { attempt, post } from "./api.js";
import { avatar, dialog, field, form, h, toast } from "./dom.js";
import { emit, personaById, store } from "./store.js";

export function newGroup() {
  dialog("Nieuwe groep", (close) => {
    const title = h("input", { type: "text", required: true, maxlength: "128", value: "Lotgenoten", autofocus: true });
    const boxes = store.personas.map((persona) => ({
      persona, box: h("input", { type: "checkbox", checked: persona.role === "peer" || persona.key === "ingrid" }),
    }));
    const bot = h("select", {}, h("option", { value: "administrator" }, "als beheerder"), h("option", { value: "member" }, "als gewoon lid"), h("option", { value: "none" }, "nog niet"));
    const big = h("input", { type: "checkbox" });
    return form(async () => {
      const members = boxes.filter(({ box }) => box.checked).map(({ persona }) => persona.user_id);
      if (!members.length) return toast("Kies ten minste één lid.");
      // A mentor owns the group when there is one, as in real life.
      members.sort((a, b) => (personaById(b).role === "mentor") - (personaById(a).role === "mentor"));
      const made = await attempt(() => post("groups", { title: title.value, members, bot: bot.value, supergroup: big.checked }));
      if (!made) return undefined;
      close();
      emit("open-chat", { chatId: made.chat_id });
      return undefined;
    }, field("Naam", title), field("De bot doet mee", bot),
    h("div", { class: "field" }, h("span", {}, "Leden"), boxes.map(({ persona, box }) => h("label", { class: "check" }, box, `${persona.full_name}`, h("small", { class: "hint" }, persona.role_label)))),
    h("label", { class: "check" }, big, "Meteen een supergroep"),
    h("div", { class: "dialog-foot" }, h("button", { class: "primary" }, "Maken")));
  });
}

export function newPerson() {
  dialog("Nieuwe persoon", (close) => {
    const first = h("input", { type: "text", required: true, maxlength: "64", autofocus: true });
    const last = h("input", { type: "text", maxlength: "64" });
    const role = h("select", {}, [["parent", "ouder"], ["mentor", "mentor"], ["coordinator", "coördinator"], ["peer", "lotgenoot"], ["other", "iemand anders"]].map(([value, label]) => h("option", { value }, label)));
    return form(async () => {
      const made = await attempt(() => post("personas", { first_name: first.value, last_name: last.value, role: role.value, role_label: role.selectedOptions[0].textContent }));
      if (!made) return;
      close();
      emit("open-chat", { chatId: made.user_id });
    }, field("Voornaam", first), field("Achternaam", last), field("Wie is dit?", role), h("div", { class: "dialog-foot" }, h("button", { class: "primary" }, "Toevoegen")));
  });
}

export function groupItems(chat) {
  const act = (action, more = {}) => attempt(() => post("group", { chat: chat.chat_id, action, ...more }));
  const inside = ["member", "administrator"].includes(chat.bot_status);
  const outside = store.personas.filter((persona) => !chat.members.some((member) => member.user_id === persona.user_id));
  const pick = (title, personas, action) => dialog(title, (close) => h("div", { class: "choices" }, personas.map((persona) => h("button", {
    type: "button", class: "choice", onclick: () => { close(); act(action, { person: persona.user_id }); },
  }, avatar(persona.full_name, persona.user_id, "small"), h("span", {}, persona.full_name, h("small", {}, persona.role_label))))));
  const members = chat.members.filter((member) => member.status !== "creator").map((member) => personaById(member.user_id)).filter(Boolean);
  return [
    outside.length && { icon: "plus", label: "Iemand toevoegen", run: () => pick("Iemand toevoegen", outside, "add") },
    members.length && { icon: "close", label: "Iemand verwijderen", run: () => pick("Iemand verwijderen", members, "remove") },
    members.length && { icon: "contact", label: "Iemand beheerder maken", run: () => pick("Iemand beheerder maken", members, "promote") },
    !inside && { icon: "plus", label: "Bot toevoegen", run: () => act("add_bot") },
    inside && chat.bot_status === "member" && { icon: "contact", label: "Bot beheerder maken", run: () => act("promote_bot") },
    chat.bot_status === "administrator" && { icon: "contact", label: "Bot gewoon lid maken", run: () => act("demote_bot") },
    inside && { icon: "block", label: "Bot verwijderen", danger: true, run: () => act("ban_bot") },
    { icon: "edit", label: "Andere naam", run: () => rename(chat, act) },
    chat.kind === "group" && !chat.migrated_to && {
      icon: "group", label: "Supergroep van maken", run: async () => {
        const moved = await act("migrate");
        if (moved) emit("open-chat", { chatId: moved.chat_id });
      },
    },
  ];
}

function rename(chat, act) {
  dialog("Andere naam", (close) => {
    const title = h("input", { type: "text", required: true, maxlength: "128", value: chat.title });
    return form(() => { close(); act("rename", { title: title.value }); }, field("Naam van de groep", title), h("div", { class: "dialog-foot" }, h("button", { class: "primary" }, "Opslaan")));
  });
}
