// What the page knows, and who wants to hear of changes.

export const store = {
  bot: {}, description: "", personas: [], chats: new Map(), clockOffset: 0, clockFrozenAt: null, troubles: { faults: [], limits: {} }, worldId: "", run: "",
};

const listeners = new Map();

export function on(kind, listener) {
  if (!listeners.has(kind)) listeners.set(kind, new Set());
  listeners.get(kind).add(listener);
  return () => listeners.get(kind).delete(listener);
}

export function emit(kind, detail) {
  for (const listener of [...(listeners.get(kind) || [])]) listener(detail);
}

export const personaById = (userId) => store.personas.find((persona) => persona.user_id === userId);

export const chatOf = (chatId) => store.chats.get(chatId);

export function now() {
  return store.clockFrozenAt ?? new Date(Date.now() + store.clockOffset);
}

export function setClock(clock) {
  const at = new Date(clock.now);
  store.clockOffset = at.getTime() - Date.now();
  store.clockFrozenAt = clock.frozen ? at : null;
  emit("clock", clock);
}

// A persona without a chat yet has an empty one on the page.
export function ensureChat(chatId) {
  if (!store.chats.has(chatId)) {
    store.chats.set(chatId, {
      chat_id: chatId, kind: "private", title: "", members: [{ user_id: chatId, status: "member" }], bot_status: "member", blocked: false,
      migrated_to: null, keyboard: null, pinned: [], newest: null, unread: 0, read_up_to: 0,
    });
  }
  return store.chats.get(chatId);
}

export function chatTitle(chat) {
  if (chat.kind !== "private") return chat.title;
  return personaById(chat.chat_id)?.full_name || `Persoon ${chat.chat_id}`;
}
