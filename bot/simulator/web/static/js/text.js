// Message text with its formatting, built as elements. Nothing a person or the bot wrote is ever read as HTML.

import { h, toast } from "./dom.js";
import { openLink } from "./links.js";

const PLAIN = { bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", blockquote: "blockquote", hashtag: "span", cashtag: "span" };

function wrap(entity, raw, context) {
  const { type } = entity;
  if (PLAIN[type]) return h(PLAIN[type]);
  if (type === "pre") return h("pre");
  if (type === "expandable_blockquote") {
    const quote = h("blockquote", { class: "folded", tabindex: 0, role: "button", "aria-expanded": "false" });
    const open = () => { quote.classList.toggle("folded"); quote.setAttribute("aria-expanded", String(!quote.classList.contains("folded"))); };
    quote.addEventListener("click", open);
    quote.addEventListener("keydown", (event) => { if (event.key === "Enter") open(); });
    return quote;
  }
  if (type === "spoiler") {
    const cover = h("button", { type: "button", class: "spoiler", "aria-label": "Verborgen tekst tonen" });
    cover.addEventListener("click", () => { cover.classList.add("open"); cover.removeAttribute("aria-label"); });
    return cover;
  }
  if (type === "url" || type === "text_link") return link(type === "url" ? raw : entity.url, context);
  if (type === "email") return link(`mailto:${raw}`, context);
  if (type === "phone_number") return link(`tel:${raw}`, context);
  if (type === "bot_command") return h("button", { type: "button", class: "link", onclick: () => context.say(raw) });
  if (type === "mention" && raw.slice(1).toLowerCase() === context.botUsername.toLowerCase()) return h("span");
  return h("span");
}

function link(address, context) {
  const href = /^[a-z]+:/i.test(address) ? address : `https://${address}`;
  if (!/^(https?|mailto|tel|tg):/i.test(href)) return h("span");
  const element = h("a", { href, target: "_blank", rel: "noopener noreferrer" });
  element.addEventListener("click", (event) => { if (openLink(href, context)) event.preventDefault(); });
  return element;
}

// Nested elements for `text`, whose entities count in UTF-16 units, as JavaScript strings do.
export function richText(text, entities, context) {
  const root = document.createDocumentFragment();
  const marks = [...(entities || [])].sort((a, b) => a.offset - b.offset || b.length - a.length);
  const fill = (parent, from, to, inside) => {
    let at = from;
    while (inside.length) {
      const mark = inside[0];
      const end = Math.min(mark.offset + mark.length, to);
      if (mark.offset > at) parent.append(text.slice(at, mark.offset));
      const start = Math.max(mark.offset, at);
      const within = [];
      let next = 1;
      while (next < inside.length && inside[next].offset < end) within.push(inside[next++]);
      if (end > start) {
        const element = wrap(mark, text.slice(start, end), context);
        fill(element, start, end, within.filter((one) => one.offset >= start));
        parent.append(element);
        at = end;
        // A block ends its own line: the line break that follows it would show as an empty line.
        if (/^(PRE|BLOCKQUOTE)$/.test(element.tagName) && text[at] === "\n" && at < to) at += 1;
      }
      inside = inside.slice(next);
    }
    if (at < to) parent.append(text.slice(at, to));
  };
  fill(root, 0, text.length, marks);
  return root;
}

export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast("Gekopieerd");
  } catch {
    toast("Kopiëren lukte niet in deze browser.");
  }
}
