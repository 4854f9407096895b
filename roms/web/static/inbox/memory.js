// What this browser remembers between visits. Storage may be full or forbidden: then we remember until the page closes.
import { effect, signal } from "../vendor/ui.js";
import { me } from "./boot.js";

const name = (key) => `roms.${me.id}.${key}`;

export function recall(key, otherwise) {
  const text = attempt(() => localStorage.getItem(name(key)));
  return text ? (attempt(() => JSON.parse(text)) ?? otherwise) : otherwise;
}

export function remember(key, value) {
  if (value === null || value === undefined) attempt(() => localStorage.removeItem(name(key)));
  else attempt(() => localStorage.setItem(name(key), JSON.stringify(value)));
}

/** Every remembered key that begins so, without that beginning. */
export function recallAll(prefix) {
  const start = name(prefix);
  const keys = attempt(() => Object.keys(localStorage)) ?? [];
  return keys.filter((key) => key.startsWith(start)).map((key) => key.slice(start.length));
}

/** Another tab of the same person changed a key. */
export function onElsewhere(prefix, tell) {
  const start = name(prefix);
  addEventListener("storage", (event) => {
    if (event.key?.startsWith(start)) tell(event.key.slice(start.length));
  });
}

export function remembered(key, otherwise) {
  const kept = signal(recall(key, otherwise));
  effect(() => remember(key, kept.value));
  return kept;
}

function attempt(act) {
  try {
    return act();
  } catch (error) {
    console.warn("storage", error.name);
    return null;
  }
}
