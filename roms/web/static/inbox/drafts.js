// Unsent words, per conversation and per kind (reply, note), kept in this browser until sent.
import { signal } from "../vendor/ui.js";
import { onElsewhere, recall, recallAll, remember } from "./memory.js";

const keyOf = (id, kind) => `${kind}.${id}`;

const kept = {};
for (const key of recallAll("draft.")) kept[key] = recall(`draft.${key}`, "");
export const drafts = signal(kept);

onElsewhere("draft.", (key) => {
  drafts.value = { ...drafts.value, [key]: recall(`draft.${key}`, "") };
});

export const draftOf = (id, kind) => drafts.value[keyOf(id, kind)] ?? "";

const begun = new Map(); // conversation -> the newest number that was known when the reply was begun

/** null: nothing was begun since the page was opened. */
export const begunAt = (id) => begun.get(id) ?? null;

/** A reply is begun with its first letter or file, by somebody who has everything up to `n` before him. */
export function begin(id, n) {
  if (!begun.has(id)) begun.set(id, n);
}

/** It was sent, or given up. */
export const ended = (id) => begun.delete(id);

export function setDraft(id, kind, text) {
  const key = keyOf(id, kind);
  if ((drafts.value[key] ?? "") === text) return;
  drafts.value = { ...drafts.value, [key]: text };
  remember(`draft.${key}`, text || null);
}

// What the reply being written answers: {seq, text, sender, name}, kept beside the words.
const answered = {};
for (const id of recallAll("quote.")) answered[id] = recall(`quote.${id}`, null);
const quotes = signal(answered);

export const quoteOf = (id) => quotes.value[id] ?? null;

export function setQuote(id, quote) {
  if (quoteOf(id) === quote) return;
  quotes.value = { ...quotes.value, [id]: quote };
  remember(`quote.${id}`, quote);
}
