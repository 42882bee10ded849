// Talking with the simulator. What it refuses is shown as a short notice.

import { toast } from "./dom.js";

async function answer(response) {
  const body = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(body.error || `Dat ging mis (${response.status}).`);
  return body;
}

export async function get(path, query = {}) {
  const wanted = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  const suffix = wanted.length ? `?${new URLSearchParams(wanted)}` : "";
  return answer(await fetch(`/sim/${path}${suffix}`));
}

export async function post(path, body) {
  return answer(await fetch(`/sim/${path}`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }));
}

export async function upload(path, fields) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined && value !== null && value !== "") form.append(name, value);
  return answer(await fetch(`/sim/${path}`, { method: "POST", body: form }));
}

// Runs something that may be refused; returns its result, or undefined after showing why not.
export async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    toast(error instanceof TypeError ? "De oefenomgeving is niet bereikbaar." : error.message, 6);
    return undefined;
  }
}
