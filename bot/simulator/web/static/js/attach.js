// Everything a person can send besides text.

import { attempt, post, upload } from "./api.js";
import { dialog, field, form, h, icon, toast } from "./dom.js";
import { lengthText, summary } from "./format.js";
import { store } from "./store.js";

const PICTURES = ["foto-1.png", "foto-2.png", "foto-3.png"];
const STICKERS = [["sticker-1.png", "😊"], ["sticker-2.png", "❤️"], ["sticker-3.png", "😢"]];
const PLACES = [["Hasselt, station", 50.9307, 5.3270], ["Sittard, markt", 50.9986, 5.8690], ["Utrecht, Griftpark", 52.1005, 5.1270]];

export function attachItems(context) {
  return [
    { icon: "photo", label: "Foto", run: () => fileDialog(context, "photo", "Foto", "image/*") },
    { icon: "voice", label: "Spraakbericht", run: () => voiceDialog(context) },
    { icon: "file", label: "Document", run: () => fileDialog(context, "document", "Document", "") },
    { icon: "sticker", label: "Sticker", run: () => stickerDialog(context) },
    { icon: "place", label: "Locatie", run: () => placeDialog(context) },
    { icon: "contact", label: "Contact", run: () => contactDialog(context) },
    { icon: "poll", label: "Peiling", run: () => pollDialog(context) },
    { icon: "album", label: "Album", run: () => albumDialog(context) },
    { icon: "film", label: "Video of geluid", run: () => fileDialog(context, "video", "Video of geluid", "video/*,audio/*") },
    { icon: "forward", label: "Doorgestuurd bericht", run: () => forwardDialog(context) },
  ];
}

const who = (context) => ({ person: context.userId, chat: context.chatId, reply_to: context.takeReply() });
const sampleUrl = (name) => `/static/samples/${name}`;

async function send(context, close, fields) {
  close();
  await attempt(() => upload("send", { ...who(context), ...fields }));
}

function caption() {
  return h("input", { type: "text", maxlength: "1024", autocomplete: "off", placeholder: "Niet verplicht" });
}

function fileDialog(context, kind, title, accept) {
  dialog(title, (close) => {
    const words = caption();
    const chosen = h("input", { type: "file", accept });
    const samples = kind === "photo"
      ? h("div", { class: "pictures" }, PICTURES.map((name, number) => h("button", {
        type: "button", "aria-label": `Voorbeeldfoto ${number + 1} sturen`, onclick: () => send(context, close, { kind, sample: name, caption: words.value }),
      }, h("img", { src: sampleUrl(name), alt: "" }))))
      : kind === "document"
        ? h("button", { type: "button", class: "choice", onclick: () => send(context, close, { kind, sample: "brief.pdf", caption: words.value }) },
          icon("file"), h("span", {}, "brief.pdf", h("small", {}, "voorbeeld: een brief van school")))
        : null;
    return form(() => {
      const file = chosen.files[0];
      if (!file) return toast("Kies eerst een bestand.");
      const real = kind === "video" && file.type.startsWith("audio/") ? "audio" : kind;
      return send(context, close, { kind: real, file, caption: words.value });
    }, samples, field("Of kies zelf een bestand", chosen), field("Tekst erbij", words), h("div", { class: "dialog-foot" }, h("button", { class: "primary" }, "Versturen")));
  });
}

function voiceDialog(context) {
  dialog("Spraakbericht", (close) => {
    let recorder = null;
    const time = h("p", { class: "hint", role: "status" }, "");
    const record = h("button", { type: "button", class: "primary" }, "Opnemen");
    const canRecord = Boolean(navigator.mediaDevices?.getUserMedia && window.MediaRecorder);
    record.addEventListener("click", async () => {
      if (recorder) return recorder.stop();
      let stream;
      try {
        stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      } catch {
        time.textContent = "De microfoon is niet beschikbaar. Kies een voorbeeld.";
        return undefined;
      }
      const parts = [];
      const started = Date.now();
      recorder = new MediaRecorder(stream);
      const ticking = setInterval(() => { time.textContent = `Neemt op … ${lengthText((Date.now() - started) / 1000)}`; }, 500);
      recorder.addEventListener("dataavailable", (event) => parts.push(event.data));
      recorder.addEventListener("stop", () => {
        clearInterval(ticking);
        stream.getTracks().forEach((track) => track.stop());
        const type = recorder.mimeType.split(";")[0];
        send(context, close, { kind: "voice", file: new File(parts, "stem", { type }), duration: Math.max(1, Math.round((Date.now() - started) / 1000)) });
      });
      recorder.start();
      record.textContent = "Stop en verstuur";
      return undefined;
    });
    const chosen = h("input", { type: "file", accept: "audio/*" });
    chosen.addEventListener("change", () => send(context, close, { kind: "voice", file: chosen.files[0] }));
    return [
      canRecord ? h("div", { class: "choices" }, record, time) : h("p", { class: "hint" }, "Deze browser kan niet opnemen. Kies een voorbeeld of een bestand."),
      h("div", { class: "choices" }, [["stem-1.ogg", "Kort gemompel", "0:04"], ["stem-2.ogg", "Langer gemompel", "0:09"]].map(([name, label, length]) =>
        h("button", { type: "button", class: "choice", onclick: () => send(context, close, { kind: "voice", sample: name }) }, icon("voice"), h("span", {}, label, h("small", {}, `voorbeeld · ${length}`))))),
      field("Of een geluidsbestand", chosen),
    ];
  });
}

function stickerDialog(context) {
  dialog("Sticker", (close) => h("div", { class: "pictures" }, STICKERS.map(([name, emoji]) => h("button", {
    type: "button", "aria-label": `Sticker ${emoji}`, onclick: () => send(context, close, { kind: "sticker", sample: name, emoji }),
  }, h("img", { class: "whole", src: sampleUrl(name), alt: "" })))));
}

function placeDialog(context) {
  dialog("Locatie", (close) => {
    const latitude = h("input", { type: "number", step: "any", min: "-90", max: "90", required: true });
    const longitude = h("input", { type: "number", step: "any", min: "-180", max: "180", required: true });
    return [
      h("div", { class: "choices" }, PLACES.map(([name, lat, lon]) => h("button", {
        type: "button", class: "choice", onclick: () => send(context, close, { kind: "location", latitude: lat, longitude: lon }),
      }, icon("place"), name))),
      form(() => send(context, close, { kind: "location", latitude: latitude.value, longitude: longitude.value }),
        h("div", { class: "field-row" }, field("Breedte", latitude), field("Lengte", longitude)), h("div", { class: "dialog-foot" }, h("button", { class: "primary" }, "Versturen"))),
    ];
  });
}

function contactDialog(context) {
  dialog("Contact", (close) => {
    const name = h("input", { type: "text", value: "Opa Jan", required: true, maxlength: "64" });
    const number = h("input", { type: "tel", value: "+31 6 00000000", required: true, maxlength: "32" });
    return form(() => send(context, close, { kind: "contact", first_name: name.value, phone_number: number.value }), field("Naam", name), field("Telefoonnummer", number),
      h("div", { class: "dialog-foot" },
        h("button", { type: "button", class: "secondary", onclick: () => send(context, close, { kind: "contact", own: "true" }) }, "Eigen kaartje"),
        h("button", { class: "primary" }, "Versturen")));
  });
}

function pollDialog(context) {
  dialog("Peiling", (close) => {
    const question = h("input", { type: "text", required: true, maxlength: "300" });
    const options = h("textarea", { required: true, placeholder: "Eén antwoord per regel" });
    const several = h("input", { type: "checkbox" });
    const anonymous = h("input", { type: "checkbox" });
    return form(async () => {
      const lines = options.value.split("\n").map((line) => line.trim()).filter(Boolean);
      const sent = await attempt(() => post("poll", { ...who(context), question: question.value, options: lines, several: several.checked, anonymous: anonymous.checked }));
      if (sent) close();
    }, field("Vraag", question), field("Antwoorden", options), h("label", { class: "check" }, several, "Meer dan één antwoord mag"), h("label", { class: "check" }, anonymous, "Anoniem"),
    h("div", { class: "dialog-foot" }, h("button", { class: "primary" }, "Versturen")));
  });
}

function albumDialog(context) {
  dialog("Album", (close) => {
    const words = caption();
    const chosen = h("input", { type: "file", accept: "image/*", multiple: true });
    const album = async (fields) => {
      close();
      await attempt(() => upload("album", { person: context.userId, chat: context.chatId, caption: words.value, ...fields }));
    };
    return form(() => {
      const files = [...chosen.files].slice(0, 10);
      if (files.length < 2) return toast("Kies twee tot tien foto's.");
      return album(Object.fromEntries(files.map((file, number) => [`file${number}`, file])));
    },
    h("div", { class: "choices" }, [2, 3, 5].map((count) => h("button", { type: "button", class: "choice", onclick: () => album({ count: String(count) }) }, icon("album"), `${count} voorbeeldfoto's`))),
    field("Of kies zelf twee tot tien foto's", chosen), field("Tekst bij de eerste", words), h("div", { class: "dialog-foot" }, h("button", { class: "primary" }, "Versturen")));
  });
}

function forwardDialog(context) {
  dialog("Doorgestuurd bericht", (close) => {
    const origin = h("input", { type: "text", value: "Oma Riet", required: true, maxlength: "64" });
    const words = h("textarea", { required: true, maxlength: "4096" });
    return form(async () => {
      close();
      await attempt(() => post("forward", { person: context.userId, chat: context.chatId, text: words.value, origin: origin.value }));
    }, field("Van wie kwam het?", origin), field("Wat stond er?", words), h("div", { class: "dialog-foot" }, h("button", { class: "primary" }, "Doorsturen")));
  });
}

// Where a message can be forwarded to: other chats of the same person.
export function forwardTo(message, context) {
  const places = [...store.chats.values()].filter((chat) => chat.chat_id === context.userId || (chat.kind !== "private" && chat.members.some((one) => one.user_id === context.userId)));
  dialog("Doorsturen naar …", (close) => [
    h("p", { class: "hint" }, summary(message)),
    h("div", { class: "choices" }, places.map((chat) => h("button", {
      type: "button", class: "choice", onclick: async () => {
        close();
        await attempt(() => post("forward", { person: context.userId, chat: chat.chat_id, from_chat: context.chatId, message_id: message.message_id }));
      },
    }, chat.kind === "private" ? `${store.bot.first_name} (eigen gesprek)` : chat.title))),
  ]);
}
