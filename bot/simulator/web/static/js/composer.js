// The foot of a chat: START, the text box with its menus, what is answered or edited, and the bot's own keyboard.

import { attempt, get, post, upload } from "./api.js";
import { attachItems } from "./attach.js";
import { h, icon, iconButton, menu, toast } from "./dom.js";
import { quoteOf } from "./message.js";
import { personaById } from "./store.js";

export class Composer {
  constructor(context) {
    this.context = context;
    this.mode = null;
    this.commands = [];
    this.element = h("div", { class: "foot" });
    this.box = h("textarea", {
      rows: "1", placeholder: "Schrijf een bericht", "aria-label": "Bericht", "data-testid": "composer", enterkeyhint: "send", autocomplete: "off",
    });
    this.box.addEventListener("input", () => { this.grow(); this.suggest(); });
    this.box.addEventListener("keydown", (event) => this.key(event));
    this.list = h("div", { class: "commands", role: "listbox", "aria-label": "Opdrachten", hidden: true });
    this.top = h("div", {});
    this.as = h("div", {});
    this.keys = h("div", {});
    const attach = iconButton("plus", "Bijlage", () => menu(attach, attachItems(this.context), { label: "Bijlage" }), { "aria-haspopup": "menu", "data-testid": "attach" });
    this.menuButton = iconButton("slash", "Opdrachten van de bot", () => this.toggleCommands(), { "data-testid": "commands" });
    this.writing = h("form", { class: "composer", onsubmit: (event) => { event.preventDefault(); this.send(); } },
      attach, h("div", { class: "composer-box" }, this.box, this.menuButton),
      h("button", { class: "icon-button send", "aria-label": "Versturen", title: "Versturen", "data-testid": "send" }, icon("send")));
    this.loadCommands();
  }

  async loadCommands() {
    try {
      this.commands = await get("commands", { person: this.context.userId, chat: this.context.chatId });
    } catch {
      this.commands = [];
    }
    this.menuButton.hidden = !this.commands.length;
    this.draw();
  }

  // Redraw what depends on the chat: START, a notice that writing is not possible, or the text box.
  draw() {
    const { chat, persona } = this.context;
    const inside = h("div", { class: "foot-inner" });
    if (chat.kind === "private" && (chat.blocked || !this.context.hasMessages())) {
      const label = chat.blocked ? "Bot weer toelaten" : "START";
      inside.append(h("button", {
        type: "button", class: "start", "data-testid": "start",
        onclick: () => attempt(() => post("start", { person: persona.key, payload: chat.blocked ? "" : persona.start_payload })),
      }, label));
    } else if (chat.migrated_to) {
      inside.append(h("p", { class: "hint" }, "Deze groep ging verder als supergroep."));
    } else {
      inside.append(this.as, this.top, this.list, this.writing, this.keys);
      this.drawAs();
      this.drawKeyboard();
    }
    const focused = this.element.contains(document.activeElement) && document.activeElement === this.box;
    this.element.replaceChildren(inside);
    if (focused) this.box.focus({ preventScroll: true });
  }

  drawAs() {
    const { chat } = this.context;
    if (chat.kind === "private") return;
    const choose = h("select", { "aria-label": "Schrijven als", "data-testid": "write-as" }, chat.members.map((member) => {
      const name = personaById(member.user_id)?.full_name || String(member.user_id);
      return h("option", { value: String(member.user_id), selected: member.user_id === this.context.userId }, member.status === "restricted" ? `${name} (mag niet schrijven)` : name);
    }));
    choose.addEventListener("change", () => this.context.actAs(Number(choose.value)));
    this.as.replaceChildren(h("div", { class: "as" }, "Je schrijft als", choose));
  }

  drawKeyboard() {
    const keyboard = this.context.chat.keyboard;
    this.box.placeholder = keyboard?.input_field_placeholder || "Schrijf een bericht";
    if (!keyboard?.keyboard) return this.keys.replaceChildren();
    return this.keys.replaceChildren(h("div", { class: "reply-keyboard", role: "group", "aria-label": "Toetsen van de bot" }, keyboard.keyboard.map((row) =>
      h("div", { class: "keyboard-row" }, row.map((button) => h("button", { type: "button", class: "key", "data-testid": "reply-key", onclick: () => this.pressKey(button) }, button.text))))));
  }

  pressKey(button) {
    const { userId, chatId } = this.context;
    if (button.request_contact) return attempt(() => upload("send", { person: userId, chat: chatId, kind: "contact", own: "true" }));
    if (button.request_location) return attempt(() => upload("send", { person: userId, chat: chatId, kind: "location" }));
    if (Object.keys(button).some((name) => name.startsWith("request_") || name === "web_app")) return toast("Deze toets werkt niet in de oefenomgeving.");
    return this.context.say(button.text);
  }

  grow() {
    this.box.style.height = "auto";
    this.box.style.height = `${Math.min(this.box.scrollHeight, 168)}px`;
  }

  key(event) {
    const options = [...this.list.querySelectorAll("button")];
    if (!this.list.hidden && options.length && ["ArrowDown", "ArrowUp", "Tab"].includes(event.key)) {
      const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
      if (event.key === "Tab") {
        this.fill(options[Math.max(at, 0)].dataset.command);
      } else {
        const next = (at + (event.key === "ArrowDown" ? 1 : -1) + options.length) % options.length;
        options.forEach((option, number) => option.setAttribute("aria-selected", String(number === next)));
        options[next].scrollIntoView({ block: "nearest" });
      }
      event.preventDefault();
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      const chosen = options.find((option) => !this.list.hidden && option.getAttribute("aria-selected") === "true");
      if (chosen) this.context.say(`/${chosen.dataset.command}`), this.clear();
      else this.send();
    } else if (event.key === "Escape") {
      if (!this.list.hidden) this.hideCommands();
      else this.setMode(null);
    } else if (event.key === "ArrowUp" && !this.box.value) {
      const own = this.context.lastOwn();
      if (own) this.setMode({ kind: "edit", message: own }), event.preventDefault();
    }
  }

  fill(command) {
    this.box.value = `/${command} `;
    this.hideCommands();
    this.box.focus();
  }

  suggest() {
    const typed = /^\/(\w*)$/.exec(this.box.value);
    if (typed) this.showCommands(typed[1]);
    else this.hideCommands();
  }

  toggleCommands() {
    if (this.list.hidden) this.showCommands("");
    else this.hideCommands();
    this.box.focus();
  }

  showCommands(start) {
    const fitting = this.commands.filter((one) => one.command.startsWith(start.toLowerCase()));
    this.list.hidden = !fitting.length;
    this.list.replaceChildren(...fitting.map((one) => h("button", {
      type: "button", role: "option", "aria-selected": "false", tabindex: -1, "data-command": one.command,
      onclick: () => { this.context.say(`/${one.command}`); this.clear(); },
    }, h("b", {}, `/${one.command}`), h("span", {}, one.description))));
  }

  hideCommands() {
    this.list.hidden = true;
    this.list.replaceChildren();
  }

  // What the next text does: null, {kind: "reply", message} or {kind: "edit", message}.
  setMode(mode) {
    if (this.mode?.kind === "edit" && mode?.kind !== "edit") this.box.value = "";
    this.mode = mode;
    if (!mode) this.top.replaceChildren();
    else {
      this.top.replaceChildren(h("div", { class: "context" }, icon(mode.kind === "edit" ? "edit" : "reply"), quoteOf(mode.message),
        iconButton("close", mode.kind === "edit" ? "Niet bewerken" : "Niet beantwoorden", () => this.setMode(null))));
      if (mode.kind === "edit") this.box.value = mode.message.text ?? mode.message.caption ?? "";
      this.box.focus();
    }
    this.grow();
  }

  takeReply() {
    const id = this.mode?.kind === "reply" ? this.mode.message.message_id : undefined;
    if (id) this.setMode(null);
    return id;
  }

  clear() {
    this.box.value = "";
    this.hideCommands();
    this.grow();
    this.box.focus({ preventScroll: true });
  }

  async send() {
    const text = this.box.value;
    const editing = this.mode?.kind === "edit" ? this.mode.message : null;
    if (!text.trim()) return;
    const { userId, chatId } = this.context;
    if (editing) {
      const done = await attempt(() => post("edit", { person: userId, chat: chatId, message_id: editing.message_id, text }));
      if (done) this.setMode(null);
    } else {
      const replyTo = this.takeReply();
      this.clear();
      const sent = await attempt(() => post("say", { person: userId, chat: chatId, text, reply_to: replyTo }));
      if (!sent && !this.box.value) this.box.value = text;
    }
    this.grow();
  }
}
