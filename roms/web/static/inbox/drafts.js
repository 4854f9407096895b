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
