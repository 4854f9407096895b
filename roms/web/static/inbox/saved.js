// Saved replies: "/" in the empty box opens them, filled in for this conversation. A hole that stays open is shown and must be closed.
import { html } from "../vendor/ui.js";
import { Refused, Unreachable, conversation, get, post } from "./api.js";
import { Icon } from "./icons.js";
import { inWords, toast } from "./notices.js";
import { addReady } from "./uploads.js";
import { t } from "./text.js";

const KEPT_MS = 20_000;
const held = new Map(); // conversation -> {at, items}

export async function offeredTo(id) {
  const known = held.get(id);
  if (known && Date.now() - known.at < KEPT_MS) return known.items;
  const { items } = await get(conversation(id, "/saved"));
  held.set(id, { at: Date.now(), items });
  return items;
}

export const textsOf = ({ shortcut, title, text }) => [shortcut, title, text.slice(0, 80)];

/** The file that goes with it, put into the tray as if it had been uploaded. */
export async function attachOf(id, reply) {
  try {
    const { file } = await post(conversation(id, `/saved/${reply.id}/file`));
    addReady(id, file);
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
    toast(inWords(error), { kind: "error" });
  }
}

export const holesIn = (text) => [...text.matchAll(/\{\{[^{}\n]{1,80}\}\}/g)].map((found) => ({ text: found[0], from: found.index, to: found.index + found[0].length }));

/** One line of the list: how it is called, what it says, and what it lacks. */
export const ReplyLine = (reply) => html`<span class="offer-head"><b>/${reply.shortcut}</b><span>${reply.title}</span>
    ${reply.file && html`<span class="offer-file"><${Icon} name="attach" size=${13} />${reply.file.name}</span>`}</span>
  <span class="offer-text" dir="auto">${marked(reply.text)}</span>`;

/** The words with open holes standing out. */
export function marked(text) {
  const pieces = [];
  let at = 0;
  for (const hole of holesIn(text)) {
    pieces.push(text.slice(at, hole.from), html`<mark class="hole">${hole.text}</mark>`);
    at = hole.to;
  }
  return [...pieces, text.slice(at)];
}

/** Under the words: what is still to be filled in; each leads to its place. */
export function Holes({ text, onGo }) {
  const open = holesIn(text);
  if (!open.length) return null;
  return html`<p class="holes" role="alert"><${Icon} name="warn" size=${15} /><span>${t("holes")}</span>
    ${open.map((hole) => html`<button type="button" class="hole" key=${hole.from} onClick=${() => onGo(hole)}>${hole.text}</button>`)}</p>`;
}
