// Faults on request: what goes wrong with the bot's next calls.

import { attempt, get, post } from "./api.js";
import { dialog, field, form, h, icon, iconButton } from "./dom.js";
import { chatTitle, emit, on, store } from "./store.js";

const KINDS = [
  ["too_many_requests", "429: te veel berichten, later opnieuw"], ["blocked", "403: geblokkeerd door de gebruiker"], ["bad_request", "400: verzoek klopt niet"],
  ["server_error", "500: fout bij Telegram"], ["bad_gateway", "502: Telegram niet bereikbaar"], ["slow", "Traag: gelukt, antwoord komt later"],
  ["lost_answer", "Gelukt, maar het antwoord komt nooit"], ["hang", "Blijft hangen, er gebeurt niets"], ["closed", "Verbinding weg voordat het gelukt is"],
  ["closed_after", "Verbinding weg nadat het gelukt is"], ["unauthorized", "401: token geweigerd"],
];
const METHODS = ["sendMessage", "editMessageText", "editMessageReplyMarkup", "answerCallbackQuery", "deleteMessage", "sendPhoto", "sendDocument", "sendVoice", "getFile", "getUpdates"];
const label = (kind) => (KINDS.find(([name]) => name === kind) || [kind, kind])[1];

export function troublesButton() {
  const button = document.getElementById("troubles-open");
  document.getElementById("troubles-icon").append(icon("trouble"));
  const count = document.getElementById("troubles-count");
  const draw = () => {
    const waiting = store.troubles.faults.length + (store.troubles.limits.enforced ? 1 : 0);
    count.hidden = !waiting;
    count.textContent = String(waiting);
    button.setAttribute("aria-label", waiting ? `Storingen, ${waiting} ingesteld` : "Storingen");
  };
  on("troubles", draw);
  button.addEventListener("click", open);
  draw();
}

function keep(troubles) {
  if (!troubles) return;
  store.troubles = troubles;
  emit("troubles");
}

function open() {
  let stop = () => {};
  const box = dialog("Storingen", () => {
    const list = h("div", { class: "choices" });
    const limits = h("div", {});
    const calls = h("div", { class: "calls", tabindex: "0", role: "region", "aria-label": "Laatste oproepen van de bot" });
    const draw = () => {
      list.replaceChildren(...store.troubles.faults.map((fault) => h("div", { class: "fault", "data-testid": "fault" },
        h("span", {}, `${label(fault.kind)} · ${fault.times}× ${fault.method || "elke oproep"}${fault.chat_id ? ` · ${chatTitle(store.chats.get(fault.chat_id) || { kind: "private", chat_id: fault.chat_id })}` : ""}`),
        iconButton("close", "Storing weghalen", async () => keep(await attempt(() => post("faults/clear", { fault_id: fault.fault_id })))))));
      const rules = store.troubles.limits;
      const box2 = h("input", { type: "checkbox", checked: Boolean(rules.enforced), "data-testid": "limits" });
      box2.addEventListener("change", async () => keep(await attempt(() => post("limits", { on: box2.checked }))));
      limits.replaceChildren(h("label", { class: "check" }, box2, h("span", {}, "Grenzen van Telegram bewaken ",
        h("small", { class: "hint" }, `${rules.overall_per_second}/s in totaal, ${rules.private_per_second}/s per gesprek, ${rules.group_per_minute}/min per groep · ${rules.breaches} keer te snel`))));
    };
    const drawCalls = async () => {
      const last = await get("calls", { limit: 40 }).catch(() => []);
      calls.replaceChildren(last.length ? h("table", {}, h("tbody", {}, last.reverse().map((call) => h("tr", {}, h("td", {}, call.method), h("td", {}, call.chat_id ?? ""),
        h("td", { class: call.outcome === "ok" ? "" : "bad", title: call.description }, call.outcome))))) : h("p", { class: "hint" }, " Nog geen oproepen."));
    };
    const offs = [on("troubles", () => { draw(); drawCalls(); }), on("activity", drawCalls)];
    stop = () => offs.forEach((off) => off());
    const kind = h("select", { "data-testid": "fault-kind" }, KINDS.map(([value, words]) => h("option", { value }, words)));
    const times = h("input", { type: "number", min: "1", max: "1000", value: "1" });
    const seconds = h("input", { type: "number", min: "0", max: "600", step: "any", value: "5" });
    const method = h("select", {}, h("option", { value: "" }, "elke oproep (niet getUpdates)"), METHODS.map((name) => h("option", { value: name }, name)));
    const chat = h("select", {}, h("option", { value: "" }, "alle gesprekken"), [...store.chats.values()].map((one) => h("option", { value: String(one.chat_id) }, chatTitle(one))));
    draw();
    drawCalls();
    return [
      h("p", { class: "hint" }, "Laat de volgende oproepen van de bot mislukken, en kijk of hij er goed mee omgaat."),
      form(async () => keep(await attempt(() => post("faults", {
        kind: kind.value, times: Number(times.value), seconds: Number(seconds.value), method: method.value || undefined, chat: chat.value ? Number(chat.value) : undefined,
      }))), field("Wat gaat er mis?", kind),
      h("div", { class: "field-row" }, field("Hoe vaak?", times), field("Seconden", seconds)), h("div", { class: "field-row" }, field("Welke oproep?", method), field("Welk gesprek?", chat)),
      h("div", { class: "dialog-foot" }, h("button", { class: "primary", "data-testid": "fault-add" }, "Zet klaar"))),
      list, limits, h("div", { class: "field" }, h("span", {}, "Laatste oproepen van de bot"), calls),
    ];
  }, { wide: true, testid: "troubles-dialog" });
  box.addEventListener("close", () => stop());
}
