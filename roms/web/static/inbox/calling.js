// Colleagues called in a note: "@Ani" in the box, @[7] in what is sent, the name of today on the screen.
import { html } from "../vendor/ui.js";
import { conversation, get } from "./api.js";
import { agentName, me } from "./boot.js";
import { parts } from "./lines.js";

const KEPT_MS = 60_000;
const CALLED = /@\[(\d{1,18})\]/;
const held = new Map(); // conversation -> {at, people}

/** Whom a note here can call, with whether they may read it. */
export async function callable(id, { anew = false } = {}) {
  const known = anew ? null : held.get(id);
  if (known && Date.now() - known.at < KEPT_MS) return known.people;
  const { people } = await get(conversation(id, "/callable"));
  held.set(id, { at: Date.now(), people });
  return people;
}

export const calledNow = (id) => held.get(id)?.people ?? [];

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Who stands in these words, the longest name first, so that "@Ani Putri" is not "@Ani". */
const inOrder = (people) => [...people].sort((a, b) => b.name.length - a.name.length);
const named = (person) => new RegExp(`@${escaped(person.name)}(?![\\p{L}\\p{N}])`, "gu");

/** As it is sent: every name of somebody there by number. */
export const packed = (text, people) => inOrder(people).reduce((whole, person) => whole.replace(named(person), `@[${person.id}]`), text);

export function peopleIn(text, people) {
  const sent = packed(text, people);
  return people.filter(({ id }) => sent.includes(`@[${id}]`));
}

const nameOf = (id) => agentName(id) ?? String(id);

/** Without numbers, for places that show plain words. */
export const plain = (text) => text.replace(new RegExp(CALLED, "g"), (_, id) => `@${nameOf(Number(id))}`);

/** The words of a note: names stand out, one's own more than others. */
export const NoteWords = ({ text }) => html`<div class="words" dir="auto">${text.split(new RegExp(`(${CALLED.source.replace(/[()]/g, (sign) => (sign === "(" ? "(?:" : ")"))})`)).map((piece) => {
  const called = CALLED.exec(piece);
  if (called?.[0] === piece) return html`<b class="called" data-me=${Number(called[1]) === me.id}>@${nameOf(Number(called[1]))}</b>`;
  return parts(piece).map((part) => (part.href ? html`<a href=${part.href} target="_blank" rel="noopener noreferrer nofollow">${part.text}</a>` : part.text));
})}</div>`;
