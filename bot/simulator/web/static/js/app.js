// The page as a whole: what is open, and what the simulator tells.

import { get } from "./api.js";
import { clockBar } from "./clock.js";
import { Column } from "./column.js";
import { closeMenu, h, toast } from "./dom.js";
import { sidebar } from "./sidebar.js";
import { chatOf, emit, ensureChat, on, setClock, store } from "./store.js";
import { troublesButton } from "./troubles.js";

const root = document.getElementById("columns");
const narrow = matchMedia("(max-width: 760px)");
let columns = [];
let active = null;

const mostColumns = () => (narrow.matches ? 1 : Math.max(1, Math.min(4, Math.floor(root.clientWidth / 330))));
const isOpen = (chatId) => ({ shown: columns.some((column) => column.chatId === chatId) && !(narrow.matches && !document.body.classList.contains("in-chat")), active: active?.chatId === chatId && !(narrow.matches && !document.body.classList.contains("in-chat")) });

function remember() {
  try {
    localStorage.setItem("draaglicht-open", JSON.stringify({ world: store.worldId, chats: columns.map((column) => column.chatId) }));
  } catch { /* Private windows may not keep anything. */ }
}

function makeColumn(chatId) {
  ensureChat(chatId);
  const column = new Column(chatId, {
    onClose: () => close(column),
    onBack: () => { document.body.classList.remove("in-chat"); emit("list"); },
    onFocus: () => { if (active !== column) { active = column; emit("list"); } },
  });
  return column;
}

function place() {
  root.dataset.count = String(columns.length);
  const shown = columns.map((column) => column.element);
  if (shown.length) {
    // Elements that stay are left where they are, so that scroll positions and half-written texts survive.
    for (const child of [...root.children]) if (!shown.includes(child)) child.remove();
    shown.forEach((element, number) => { if (root.children[number] !== element) root.insertBefore(element, root.children[number] || null); });
  } else root.replaceChildren(welcome());
  remember();
  emit("list");
}

function welcome() {
  return h("div", { class: "welcome" }, h("h2", {}, "Wie ben je vandaag?"),
    h("p", {}, "Kies links een persoon. Je ziet dan het gesprek van die persoon met de bot, alsof je op die telefoon kijkt. Je kunt ook gesprekken naast elkaar zetten."));
}

function open(chatId, { beside = false, quiet = false } = {}) {
  closeMenu();
  let column = columns.find((one) => one.chatId === chatId);
  if (!column) {
    column = makeColumn(chatId);
    const at = columns.indexOf(active);
    if ((beside && columns.length < mostColumns()) || !columns.length) columns.splice(at + 1, 0, column);
    else columns.splice(Math.max(at, 0), 1, column);
  }
  active = column;
  if (!quiet) document.body.classList.add("in-chat");
  place();
  if (!quiet && !narrow.matches) column.element.querySelector(".start, textarea")?.focus({ preventScroll: true });
}

function close(column) {
  const at = columns.indexOf(column);
  columns = columns.filter((one) => one !== column);
  if (active === column) active = columns[Math.max(0, at - 1)] || null;
  place();
}

const columnsOf = (chatId) => columns.filter((column) => column.chatId === chatId);

const handlers = {
  message(event) {
    const chat = ensureChat(event.chat_id);
    chat.newest = event.message;
    chat.keyboard = event.keyboard;
    const shown = columnsOf(event.chat_id);
    if (!shown.length && (event.message.sim.from_bot || chat.kind !== "private")) chat.unread += 1;
    for (const column of shown) {
      column.add(event.message);
      column.composer.drawKeyboard();
    }
    emit("list");
    emit("activity");
  },
  edited(event) {
    const chat = ensureChat(event.chat_id);
    if (chat.newest?.message_id === event.message_id) chat.newest = event.message;
    for (const column of columnsOf(event.chat_id)) column.change(event.message);
    emit("list");
  },
  async deleted(event) {
    const chat = ensureChat(event.chat_id);
    for (const column of columnsOf(event.chat_id)) column.remove(event.message_id);
    if (chat.newest?.message_id === event.message_id) {
      const page = await get("messages", { chat: event.chat_id, limit: 1 }).catch(() => ({ messages: [] }));
      chat.newest = page.messages[0] || null;
      for (const column of columnsOf(event.chat_id)) column.composer.draw();
    }
    emit("list");
  },
  chat(event) {
    store.chats.set(event.chat_id, { ...event.chat });
    for (const column of columnsOf(event.chat_id)) column.chatChanged();
    emit("list");
  },
  people(event) {
    store.personas = event.personas;
    for (const column of columns) column.chatChanged();
    emit("list");
  },
  clock(event) { setClock(event.clock); },
  faults(event) { store.troubles = event.troubles; emit("troubles"); },
  typing(event) { for (const column of columnsOf(event.chat_id)) column.showTyping(event.action); },
  callback_answer(event) { for (const column of columnsOf(event.chat_id)) column.answered(event); },
  commands() { for (const column of columns) column.composer.loadCommands(); },
  heartbeat(event) {
    showBot(event.bot_connected);
    if (store.run && event.run !== store.run) start();
  },
  reset() { start(); },
};

function showBot(connected) {
  const dot = document.getElementById("bot-dot");
  const words = document.getElementById("bot-status");
  const shown = connected ? "bot is verbonden" : "nog geen bot";
  dot.className = `dot ${connected ? "on" : "off"}`;
  if (words.textContent !== shown) words.textContent = shown;
}

let source = null;

function listen(seq) {
  source?.close();
  source = new EventSource(`/sim/events?since=${seq}`);
  source.addEventListener("message", (message) => {
    const event = JSON.parse(message.data);
    handlers[event.type]?.(event);
  });
  source.addEventListener("error", () => {
    document.getElementById("bot-dot").className = "dot off";
    document.getElementById("bot-status").textContent = "geen verbinding";
  });
}

let started = false;

async function start() {
  let state;
  try {
    state = await get("state");
  } catch {
    toast("De oefenomgeving is niet bereikbaar. Er wordt opnieuw geprobeerd.");
    setTimeout(start, 2000);
    return;
  }
  Object.assign(store, { bot: state.bot, description: state.description, personas: state.personas, troubles: state.troubles, worldId: state.world_id, run: state.run });
  store.chats = new Map(state.chats.map((chat) => [chat.chat_id, chat]));
  setClock(state.clock);
  showBot(state.bot_connected);
  if (!started) {
    started = true;
    sidebar(document.getElementById("people"), isOpen);
    clockBar();
    troublesButton();
    on("open-chat", ({ chatId, beside }) => open(chatId, { beside }));
    restore();
  } else {
    const open = columns.map((column) => column.chatId);
    const was = columns.indexOf(active);
    columns = open.map(makeColumn);
    active = columns[Math.max(was, 0)] || null;
    place();
  }
  emit("troubles");
  listen(state.seq);
}

function restore() {
  let kept = [];
  try {
    const saved = JSON.parse(localStorage.getItem("draaglicht-open") || "{}");
    if (saved.world === store.worldId) kept = saved.chats || [];
  } catch { /* Nothing usable was kept. */ }
  kept = kept.filter((chatId) => chatOf(chatId) || store.personas.some((persona) => persona.user_id === chatId)).slice(0, mostColumns());
  for (const chatId of kept) open(chatId, { beside: true, quiet: true });
  if (!kept.length) place();
}

addEventListener("resize", () => {
  while (columns.length > mostColumns()) close(columns.find((column) => column !== active) || columns[0]);
});

start();
