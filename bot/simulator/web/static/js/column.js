// One open chat: its head, its messages and its foot.

import { attempt, get, post } from "./api.js";
import { forwardTo } from "./attach.js";
import { Composer } from "./composer.js";
import { avatar, dialog, h, icon, iconButton, menu, toast } from "./dom.js";
import { dayKey, dayText, summary } from "./format.js";
import { groupItems } from "./groups.js";
import { messageElement } from "./message.js";
import { chatTitle, emit, ensureChat, now, personaById, store } from "./store.js";
import { copyText } from "./text.js";

const PAGE = 80;
const MOST_SHOWN = 320;
const EMOJI = ["👍", "❤️", "🙏", "😢", "🔥", "🎉"];
const ANSWER_WITHIN = 20000;

export class Column {
  constructor(chatId, { onClose, onBack, onFocus }) {
    this.chatId = chatId;
    this.messages = [];
    this.more = false;
    this.early = [];
    this.loaded = false;
    this.waiting = new Map();
    this.answeredEarly = new Set();
    this.userId = this.chat.kind === "private" ? chatId : this.defaultMember();
    this.element = h("section", { class: "column", "aria-label": `Gesprek van ${chatTitle(this.chat)}`, "data-testid": "chat", "data-chat": String(chatId) });
    this.element.addEventListener("pointerdown", onFocus, true);
    this.element.addEventListener("focusin", onFocus);
    this.head = h("header", { class: "column-head" });
    this.pin = h("div", {});
    this.inner = h("div", { class: "log-inner" });
    this.typing = h("div", { class: "typing", hidden: true }, h("i"), h("i"), h("i"), h("span", {}, ""));
    this.log = h("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": "Berichten", tabindex: "0" }, this.inner);
    this.toEnd = h("button", { type: "button", class: "to-end", "aria-label": "Naar het nieuwste bericht", hidden: true, onclick: () => this.scrollToEnd() }, icon("down"));
    this.log.addEventListener("scroll", () => this.onScroll(), { passive: true });
    // Who reads the newest message keeps reading it when pictures arrive or the column gets another size.
    this.stick = true;
    this.sizes = new ResizeObserver(() => { if (this.stick) this.scrollToEnd(); });
    this.sizes.observe(this.log);
    this.sizes.observe(this.inner);
    this.buttons = { onClose, onBack };
    this.composer = new Composer(this);
    this.element.append(this.head, this.pin, this.log, this.toEnd, this.composer.element);
    this.drawHead();
    this.composer.draw();
    this.load();
  }

  get chat() { return ensureChat(this.chatId); }
  get private() { return this.chat.kind === "private"; }
  get persona() { return personaById(this.userId) || { key: String(this.userId), full_name: String(this.userId), start_payload: "" }; }
  get botUsername() { return store.bot.username || ""; }
  hasMessages() { return this.messages.length > 0 || Boolean(this.chat.newest); }

  defaultMember() {
    const writing = this.chat.members.filter((member) => member.status !== "restricted");
    return (writing[0] || this.chat.members[0] || { user_id: 0 }).user_id;
  }

  actAs(userId) {
    this.userId = userId;
    this.composer.loadCommands();
    this.redraw();
  }

  // -- head ---------------------------------------------------------------------------------------------------------

  drawHead() {
    const { chat } = this;
    const title = chatTitle(chat);
    const note = this.private
      ? `${this.persona.role_label ? `${this.persona.role_label} · ` : ""}${chat.blocked ? "heeft de bot geblokkeerd" : `gesprek met ${store.bot.first_name || "de bot"}`}`
      : `${chat.members.map((member) => personaById(member.user_id)?.first_name || member.user_id).join(", ")} · ${this.botPlace()}`;
    const more = iconButton("more", "Meer over dit gesprek", () => menu(more, this.chatItems(), { label: "Gesprek" }), { "aria-haspopup": "menu", "data-testid": "chat-menu" });
    this.head.replaceChildren(
      iconButton("back", "Terug naar de lijst", this.buttons.onBack, { class: "icon-button column-back", "data-testid": "back" }),
      avatar(title, chat.chat_id, `small ${this.private ? "" : "group"}`),
      h("div", { class: "column-title" }, h("h2", {}, title), h("p", {}, note)),
      more,
      iconButton("close", "Dit gesprek sluiten", this.buttons.onClose, { class: "icon-button column-close" }),
    );
    const pinned = chat.pinned[chat.pinned.length - 1];
    this.pin.replaceChildren(...(pinned
      ? [h("button", { type: "button", class: "pinned", "aria-label": "Naar het vastgemaakte bericht", onclick: () => this.showMessage(pinned.message_id) }, icon("pin"), h("span", {}, summary(pinned)))]
      : []));
  }

  botPlace() {
    const places = { administrator: "bot is beheerder", member: "bot doet mee", kicked: "bot is verwijderd", left: "bot doet niet mee" };
    return places[this.chat.bot_status] || this.chat.bot_status;
  }

  chatItems() {
    if (!this.private) return groupItems(this.chat);
    return [
      { icon: "block", label: this.chat.blocked ? "Bot weer toelaten" : "Bot blokkeren", danger: !this.chat.blocked, run: () => attempt(() => post("block", { person: this.userId, on: !this.chat.blocked })) },
      { icon: "slash", label: "Opnieuw /start sturen", run: () => attempt(() => post("start", { person: this.userId, payload: this.persona.start_payload })) },
      { icon: "keyboard", label: "Zelfgemaakte knopdata sturen", run: () => this.forge() },
    ];
  }

  forge() {
    const target = [...this.messages].reverse().find((message) => message.sim.from_bot);
    if (!target) return toast("Er is nog geen bericht van de bot.");
    return dialog("Zelfgemaakte knopdata", (close) => {
      const data = h("input", { type: "text", required: true, autocomplete: "off" });
      const go = h("form", { class: "choices", onsubmit: async (event) => {
        event.preventDefault();
        close();
        await attempt(() => post("tap", { person: this.userId, chat: this.chatId, message_id: target.message_id, data: data.value }));
      } }, h("p", { class: "hint" }, "Om te proberen hoe de bot omgaat met knoppen die hij niet gemaakt heeft."),
      h("div", { class: "field" }, h("label", { for: "forged" }, "Data"), data), h("div", { class: "dialog-foot" }, h("button", { class: "primary" }, "Versturen")));
      data.id = "forged";
      return go;
    });
  }

  // -- messages -----------------------------------------------------------------------------------------------------

  async load() {
    const page = await attempt(() => get("messages", { chat: this.chatId, limit: PAGE }));
    this.messages = page?.messages || [];
    this.more = Boolean(page?.more);
    this.loaded = true;
    this.redraw();
    this.scrollToEnd();
    // What happened while loading, in order.
    for (const [kind, what] of this.early.splice(0)) this[kind](what);
  }

  async loadOlder() {
    if (!this.more || this.loading || !this.loaded) return;
    this.loading = true;
    const page = await attempt(() => get("messages", { chat: this.chatId, before: this.messages[0]?.message_id, limit: PAGE }));
    this.loading = false;
    if (!page) return;
    const height = this.log.scrollHeight;
    const top = this.log.scrollTop;
    this.messages = [...page.messages, ...this.messages];
    this.more = page.more;
    this.redraw();
    this.log.scrollTop = top + this.log.scrollHeight - height;
  }

  redraw() {
    this.log.setAttribute("aria-live", "off");
    const shown = [];
    let before = null;
    for (const message of this.messages) {
      shown.push(...this.elementsFor(message, before));
      before = message;
    }
    if (!shown.length) shown.push(this.emptyElement());
    this.inner.replaceChildren(...shown, this.typing);
    requestAnimationFrame(() => this.log.setAttribute("aria-live", "polite"));
    this.composer.draw();
    this.markRead();
  }

  emptyElement() {
    const words = this.private
      ? store.description || `${this.persona.full_name} heeft nog geen gesprek met ${store.bot.first_name || "de bot"}. Druk op START om te beginnen.`
      : "Nog geen berichten.";
    const invited = this.private && this.persona.start_payload ? h("p", {}, `${this.persona.first_name || "Deze persoon"} kreeg een uitnodiging: START opent die.`) : null;
    return h("div", { class: "empty" }, h("img", { src: "/static/icon.svg", alt: "" }), h("h3", {}, store.bot.first_name || "Bot"), h("p", {}, words), invited);
  }

  elementsFor(message, before) {
    const sameDay = before && dayKey(before.date) === dayKey(message.date);
    const element = messageElement(message, sameDay ? before : null, this);
    return sameDay ? [element] : [h("div", { class: "day" }, dayText(message.date, now())), element];
  }

  add(message) {
    if (!this.loaded) return this.early.push(["add", message]);
    // Numbers only grow: what is not newer was loaded already, or lies further back than what is loaded.
    if (this.messages.length && message.message_id <= this.messages[this.messages.length - 1].message_id) return this.change(message);
    const first = !this.messages.length;
    const own = !message.sim.from_bot && message.from.id === this.userId;
    const follow = own || this.atEnd();
    const before = this.messages[this.messages.length - 1] || null;
    this.messages.push(message);
    this.typing.hidden = message.sim.from_bot || this.typing.hidden;
    if (first) {
      this.redraw();
    } else {
      const elements = this.elementsFor(message, before);
      elements[elements.length - 1].classList.add("fresh");
      this.typing.before(...elements);
      if (follow && this.messages.length > MOST_SHOWN) this.trim();
    }
    if (follow) this.scrollToEnd();
    else this.toEnd.hidden = false;
    this.markRead();
    return undefined;
  }

  trim() {
    this.messages = this.messages.slice(-PAGE * 2);
    this.more = true;
    this.redraw();
  }

  change(message) {
    if (!this.loaded) return this.early.push(["change", message]);
    const at = this.messages.findIndex((one) => one.message_id === message.message_id);
    if (at < 0) return undefined;
    const follow = this.atEnd();
    this.messages[at] = message;
    const old = this.find(message.message_id);
    const sameDay = at > 0 && dayKey(this.messages[at - 1].date) === dayKey(message.date);
    const fresh = messageElement(message, sameDay ? this.messages[at - 1] : null, this);
    const focused = old?.contains(document.activeElement) ? document.activeElement.textContent : null;
    old?.replaceWith(fresh);
    if (focused) [...fresh.querySelectorAll("button")].find((button) => button.textContent === focused)?.focus({ preventScroll: true });
    if (follow) this.scrollToEnd();
    return undefined;
  }

  remove(messageId) {
    if (!this.loaded) return this.early.push(["remove", messageId]);
    this.messages = this.messages.filter((one) => one.message_id !== messageId);
    const element = this.find(messageId);
    const above = element?.previousElementSibling;
    const below = element?.nextElementSibling;
    element?.remove();
    if (above?.classList.contains("day") && (!below || below === this.typing || below.classList.contains("day"))) above.remove();
    if (!this.messages.length) this.redraw();
    return undefined;
  }

  find(messageId) { return this.inner.querySelector(`[data-id="${messageId}"]`); }

  showMessage(messageId) {
    const element = this.find(messageId);
    if (!element) return toast("Dat bericht staat verder terug of is er niet meer.");
    element.scrollIntoView({ block: "center", behavior: "smooth" });
    element.classList.add("flash");
    setTimeout(() => element.classList.remove("flash"), 1400);
    return undefined;
  }

  atEnd() { return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 120; }

  scrollToEnd() {
    this.stick = true;
    this.log.scrollTop = this.log.scrollHeight;
    this.toEnd.hidden = true;
  }

  onScroll() {
    // What grew below by itself (a picture that loads) is no reason to stop following; scrolling up is.
    const up = this.log.scrollTop < (this.lastTop || 0);
    this.stick = this.atEnd() || (this.stick && !up);
    this.lastTop = this.log.scrollTop;
    if (this.log.scrollTop < 160) this.loadOlder();
    if (this.atEnd()) {
      this.toEnd.hidden = true;
      this.markRead();
    }
  }

  markRead() {
    const last = this.messages[this.messages.length - 1];
    const { chat } = this;
    if (!last || (chat.read_up_to >= last.message_id && !chat.unread)) return;
    chat.unread = 0;
    chat.read_up_to = last.message_id;
    emit("list");
    clearTimeout(this.reading);
    this.reading = setTimeout(() => post("read", { chat: this.chatId, message_id: chat.read_up_to }).catch(() => {}), 150);
  }

  showTyping(action) {
    const words = { typing: "typt", upload_photo: "stuurt een foto", record_voice: "spreekt in", upload_voice: "stuurt een spraakbericht", upload_document: "stuurt een bestand" };
    this.typing.lastChild.textContent = `${store.bot.first_name || "De bot"} ${words[action] || "is bezig"}…`;
    this.typing.hidden = false;
    if (this.atEnd()) this.scrollToEnd();
    clearTimeout(this.typingTimer);
    this.typingTimer = setTimeout(() => { this.typing.hidden = true; }, 5000);
  }

  // -- doing --------------------------------------------------------------------------------------------------------

  say(text) { return attempt(() => post("say", { person: this.userId, chat: this.chatId, text })); }
  react(message, emoji) { return attempt(() => post("react", { person: this.userId, chat: this.chatId, message_id: message.message_id, emoji })); }
  takeReply() { return this.composer.takeReply(); }
  lastOwn() { return [...this.messages].reverse().find((message) => message.from?.id === this.userId && !message.sim.from_bot && message.text !== undefined); }

  openMenu(message, anchor) {
    const own = !message.sim.from_bot && message.from.id === this.userId;
    const text = message.text ?? message.caption;
    const mine = (message.sim.reactions || []).filter((one) => one.users.includes(this.userId)).map((one) => one.emoji);
    menu(anchor, [
      { icon: "reply", label: "Beantwoorden", run: () => this.composer.setMode({ kind: "reply", message }) },
      own && text !== undefined && !message.forward_origin && { icon: "edit", label: "Bewerken", run: () => this.composer.setMode({ kind: "edit", message }) },
      text && { icon: "copy", label: "Tekst kopiëren", run: () => copyText(text) },
      !message.has_protected_content && { icon: "forward", label: "Doorsturen", run: () => forwardTo(message, this) },
      (own || this.private) && { icon: "trash", label: "Verwijderen", danger: true, run: () => attempt(() => post("delete", { person: this.userId, chat: this.chatId, message_ids: [message.message_id] })) },
    ], {
      label: "Bericht",
      row: EMOJI.map((emoji) => ({ text: emoji, label: `Reageer met ${emoji}`, pressed: mine.includes(emoji), run: () => this.react(message, mine.includes(emoji) ? null : emoji) })),
    });
  }

  waitForAnswer(queryId, key) {
    if (this.answeredEarly.delete(queryId)) return undefined;
    key.classList.add("busy");
    const stop = () => { key.classList.remove("busy"); this.waiting.delete(queryId); };
    this.waiting.set(queryId, stop);
    setTimeout(stop, ANSWER_WITHIN);
    return undefined;
  }

  answered(event) {
    const stop = this.waiting.get(event.query_id);
    if (stop) stop();
    else this.answeredEarly.add(event.query_id);
    if (!event.text) return;
    if (event.show_alert) dialog(store.bot.first_name || "Bot", (close) => [h("p", { class: "text" }, event.text), h("div", { class: "dialog-foot" }, h("button", { type: "button", class: "primary", onclick: close, autofocus: true }, "OK"))], { testid: "alert" });
    else toast(event.text);
  }

  chatChanged() {
    if (!this.private && !this.chat.members.some((member) => member.user_id === this.userId)) this.userId = this.defaultMember();
    this.drawHead();
    this.composer.draw();
  }
}
