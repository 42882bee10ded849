// Building blocks of the page: elements, icons, menus, dialogs and short notices. Text always goes in as text.

const PATHS = {
  back: "M15 5l-7 7 7 7", close: "M6 6l12 12M18 6L6 18", more: "M12 5.5v.01M12 12v.01M12 18.5v.01",
  send: "M12 19V5M6 11l6-6 6 6", plus: "M12 5v14M5 12h14", slash: "M15 5L9 19", down: "M6 10l6 6 6-6",
  beside: "M4 5h16v14H4zM12 5v14", photo: "M4 6h16v12H4zM4 15l5-4 4 3 3-2 4 3M15.5 9.5v.01", file: "M7 3h7l4 4v14H7zM14 3v4h4",
  voice: "M12 4a2.5 2.5 0 0 1 2.5 2.5v5a2.5 2.5 0 0 1-5 0v-5A2.5 2.5 0 0 1 12 4zM6 11a6 6 0 0 0 12 0M12 17v3.5",
  sticker: "M5 4h14v10l-5 6H5zM14 20v-6h5M9 9v.01M14 9v.01M9 12.5q2.5 2 5 0", place: "M12 21s6.5-6 6.5-11a6.5 6.5 0 0 0-13 0c0 5 6.5 11 6.5 11zM12 10v.01",
  contact: "M12 12a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM5 20c.5-4 3.2-6 7-6s6.5 2 7 6", poll: "M6 20V11M12 20V4M18 20v-6",
  album: "M4 8h13v12H4zM8 8V4h12v12h-3", forward: "M14 6l6 6-6 6M20 12H9a5 5 0 0 0-5 5v1", reply: "M10 6l-6 6 6 6M4 12h11a5 5 0 0 1 5 5v1",
  edit: "M4 20l1-4L16.5 4.5l3 3L8 19zM14 7l3 3", trash: "M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13", copy: "M8 8h11v12H8zM5 16V4h11",
  block: "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17zM6 6l12 12", pin: "M9 4h6l-1 6 3 3H7l3-3zM12 13v7", play: "M8 5l11 7-11 7z", pause: "M8 5h3v14H8zM14 5h3v14h-3z",
  trouble: "M12 4l9 16H3zM12 10v4M12 17v.01", group: "M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM3 19c.4-3.4 2.6-5 6-5s5.600 1.600 6 5M16 11a2.600 2.600 0 1 0-1-5M17 14c2.400.300 3.700 1.800 4 4.500",
  link: "M9 15l6-6M13 6h5v5", keyboard: "M3 7h18v10H3zM7 10.500v.010M11 10.500v.010M15 10.500v.010M8 14h8", film: "M4 6h16v12H4zM10 9l5 3-5 3z",
};

export function h(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else if (name in element && typeof value !== "string") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function icon(name, extra = "") {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", `icon ${extra}`);
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PATHS[name]);
  if (["more", "keyboard"].includes(name)) path.setAttribute("stroke-width", "2.4");
  svg.append(path);
  return svg;
}

export function iconButton(name, label, onclick, extra = {}) {
  return h("button", { type: "button", class: "icon-button", "aria-label": label, title: label, onclick, ...extra }, icon(name));
}

export function avatar(name, seed, extra = "") {
  const letters = name.split(/\s+/).filter(Boolean).map((word) => word[0]);
  const shown = letters.length > 1 ? letters[0] + letters[letters.length - 1] : letters[0] || "?";
  return h("span", { class: `avatar tint-${Math.abs(seed) % 8} ${extra}`, "aria-hidden": "true" }, shown.toUpperCase());
}

export function toast(text, seconds = 4) {
  const note = h("div", { class: "toast", "data-testid": "toast" }, text);
  document.getElementById("toasts").append(note);
  setTimeout(() => note.remove(), seconds * 1000);
}

let openMenu = null;

export function closeMenu() {
  if (openMenu) openMenu.close();
}

// A menu near `anchor` (an element, or {x, y}). Items: {icon, label, run, danger}; `row` is an optional row of small buttons.
export function menu(anchor, items, { label = "Keuzes", row = [] } = {}) {
  closeMenu();
  const before = document.activeElement;
  const list = h("div", { class: "menu", role: "menu", "aria-label": label });
  const close = () => {
    list.remove();
    document.removeEventListener("pointerdown", outside, true);
    if (anchor.setAttribute) anchor.setAttribute("aria-expanded", "false");
    openMenu = null;
  };
  const choose = (run) => () => {
    close();
    if (before && before.isConnected) before.focus({ preventScroll: true });
    run();
  };
  if (row.length) {
    list.append(h("div", { class: "menu-row" }, row.map((item) =>
      h("button", { type: "button", role: "menuitem", "aria-label": item.label, "aria-pressed": String(Boolean(item.pressed)), onclick: choose(item.run) }, item.text))));
  }
  for (const item of items.filter(Boolean)) {
    list.append(h("button", { type: "button", role: "menuitem", class: item.danger ? "danger" : "", onclick: choose(item.run) },
      item.icon ? icon(item.icon) : null, item.label));
  }
  const outside = (event) => { if (!list.contains(event.target)) close(); };
  list.addEventListener("keydown", (event) => {
    const buttons = [...list.querySelectorAll("button")];
    const at = buttons.indexOf(document.activeElement);
    const steps = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };
    if (event.key in steps) {
      buttons[(at + steps[event.key] + buttons.length) % buttons.length].focus();
      event.preventDefault();
    } else if (event.key === "Escape" || event.key === "Tab") {
      close();
      if (before && before.isConnected) before.focus({ preventScroll: true });
      event.stopPropagation();
    }
  });
  document.body.append(list);
  const box = anchor.getBoundingClientRect ? anchor.getBoundingClientRect() : { left: anchor.x, right: anchor.x, top: anchor.y, bottom: anchor.y };
  const { width, height } = list.getBoundingClientRect();
  const left = Math.max(8, Math.min(box.left, innerWidth - width - 8));
  const top = box.bottom + height + 12 < innerHeight ? box.bottom + 6 : Math.max(8, box.top - height - 6);
  list.style.left = `${left}px`;
  list.style.top = `${top}px`;
  if (anchor.setAttribute) anchor.setAttribute("aria-expanded", "true");
  document.addEventListener("pointerdown", outside, true);
  openMenu = { close };
  list.querySelector("button")?.focus({ preventScroll: true });
}

// A modal dialog. `build(close)` returns its content.
export function dialog(title, build, { wide = false, testid = "dialog" } = {}) {
  const before = document.activeElement;
  const box = h("dialog", { class: wide ? "wide" : "", "aria-label": title, "data-testid": testid });
  const close = () => box.close();
  box.append(
    h("div", { class: "dialog-head" }, h("h2", {}, title), iconButton("close", "Sluiten", close)),
    h("div", { class: "dialog-body" }, build(close)),
  );
  box.addEventListener("close", () => {
    box.remove();
    if (before && before.isConnected) before.focus({ preventScroll: true });
  });
  box.addEventListener("click", (event) => { if (event.target === box) close(); });
  document.body.append(box);
  box.showModal();
  box.querySelector("[autofocus], .dialog-body input, .dialog-body textarea, .dialog-body button")?.focus();
  return box;
}

export function field(label, control) {
  const id = `f${Math.random().toString(36).slice(2)}`;
  control.id = id;
  return h("div", { class: "field" }, h("label", { for: id }, label), control);
}

export function form(onsubmit, ...children) {
  return h("form", { class: "choices", onsubmit: (event) => { event.preventDefault(); onsubmit(); } }, children);
}
