// The clock in the top bar and its buttons.

import { attempt, post } from "./api.js";
import { dialog, field, form, h } from "./dom.js";
import { clockText, localInput } from "./format.js";
import { emit, now, on, setClock } from "./store.js";

export function clockBar() {
  const face = document.getElementById("clock");
  let minute = "";
  const draw = () => {
    const at = now();
    const shown = clockText(at);
    if (shown === minute) return;
    minute = shown;
    // The time never breaks off from its digits; on a phone it stands under the date.
    const cut = shown.lastIndexOf(" ");
    face.textContent = `${shown.slice(0, cut).replaceAll(" ", "\u00a0")} ${shown.slice(cut + 1)}`;
    face.dateTime = at.toISOString();
    emit("list");
  };
  on("clock", draw);
  draw();
  setInterval(draw, 1000);
  const move = async (wish) => {
    const clock = await attempt(() => post("clock", wish));
    if (clock) setClock(clock);
    return clock;
  };
  for (const button of document.querySelectorAll("[data-step]")) button.addEventListener("click", () => move({ step: button.dataset.step }));
  document.getElementById("clock-choose").addEventListener("click", () => dialog("Klok vooruitzetten", (close) => {
    const at = h("input", { type: "datetime-local", required: true, value: localInput(now()), min: localInput(now()) });
    return form(async () => { if (await move({ to: at.value })) close(); },
      field("Dag en tijd", at),
      h("p", { class: "hint" }, "Tijd in Nederland en België. De klok gaat alleen vooruit: wat gepland staat, gebeurt dan alsof de tijd voorbij is."),
      h("div", { class: "dialog-foot" }, h("button", { class: "primary", "data-testid": "clock-set" }, "Zet de klok")));
  }));
}
