// What the visitor has written and the server has not confirmed: sent one after the other, kept over a reload.
// Each message carries the id that the browser gave it, so that a second try can never become a second message.

import { signal } from "/static/vendor/ui.js";

const KEY = "pending.";
const FIRST_WAIT = 1_000; // ms
const LONGEST_WAIT = 30_000; // ms

export function createPending({ api, memory, onSent }) {
  const items = signal(restored(memory));
  let running = false;
  let wait = FIRST_WAIT;
  let timer = null;

  function add(text, payload = null) {
    const item = { client_id: newId(), text, payload, at: new Date().toISOString(), state: "waiting", error: null };
    memory.set(KEY + item.client_id, JSON.stringify(item));
    items.value = [...items.value, item];
    flush();
  }

  function change(id, fields) {
    items.value = items.value.map((item) => (item.client_id === id ? { ...item, ...fields } : item));
  }

  function forget(id) {
    memory.drop(KEY + id);
    items.value = items.value.filter((item) => item.client_id !== id);
  }

  async function flush() {
    if (running) return;
    running = true;
    clearTimeout(timer);
    let item;
    while ((item = items.value.find(({ state }) => state !== "failed")) && (await deliver(item)));
    running = false;
  }

  /** True when the next one may go. */
  async function deliver(item) {
    change(item.client_id, { state: "sending" });
    try {
      const { client_id, text, payload } = item;
      const answer = await api.send({ client_id, text, payload });
      wait = FIRST_WAIT;
      onSent(answer, () => forget(client_id));
      return true;
    } catch (failure) {
      return failed(item, failure);
    }
  }

  function failed(item, failure) {
    if (!("passing" in failure)) throw failure;
    if (!failure.passing) {
      change(item.client_id, { state: "failed", error: failure.code });
      return true;
    }
    change(item.client_id, { state: "waiting" });
    const jitter = 0.75 + Math.random() / 2;
    timer = setTimeout(flush, Math.max(failure.wait * 1000, wait * jitter));
    wait = Math.min(wait * 2, LONGEST_WAIT);
    return false;
  }

  function retry(id) {
    change(id, { state: "waiting", error: null });
    flush();
  }

  /** The server's copy came another way (socket, reload): ours is done. */
  function confirm(entries) {
    const known = new Set(entries.map((entry) => entry.client_id));
    for (const item of items.value) if (known.has(item.client_id)) forget(item.client_id);
  }

  return { items, add, flush, retry, forget, confirm };
}

function restored(memory) {
  const kept = memory.keys(KEY).map((key) => JSON.parse(memory.get(key)));
  return kept.map((item) => ({ ...item, state: "waiting" })).sort((a, b) => a.at.localeCompare(b.at));
}

// randomUUID exists only in secure contexts; a shop may still be on plain http.
function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
