// What is offered while somebody types a sign such as "@" or "/": where the word stands, what fits it, and the list.
import { html, useEffect } from "../vendor/ui.js";

/** The word behind `sign` in which the caret stands: {q, from, to}; null when there is none. `alone`: only at the very beginning. */
export function wordAt(text, caret, sign, { alone = false } = {}) {
  const from = text.lastIndexOf(sign, caret - 1);
  if (from < 0 || (alone && from > 0)) return null;
  if (from > 0 && !/[\s(]/.test(text[from - 1])) return null;
  const q = text.slice(from + 1, caret);
  return /\s{2}|\n/.test(q) || q.length > 40 ? null : { q, from, to: caret };
}

export const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

/** How well letters typed in order fit a text: null for not at all, more is better. A beginning counts most, then one of a word. */
export function fit(q, text) {
  const [wanted, found] = [fold(q.trim()), fold(text)];
  if (!wanted) return 0;
  if (found.startsWith(wanted)) return 1000 - found.length;
  const inside = found.indexOf(wanted);
  if (inside >= 0) return (/\W/.test(found[inside - 1]) ? 600 : 400) - found.length;
  let at = -1;
  let gaps = 0;
  for (const letter of wanted) {
    const next = found.indexOf(letter, at + 1);
    if (next < 0) return null;
    if (at >= 0) gaps += next - at - 1;
    at = next;
  }
  return 200 - gaps - found.length / 100;
}

/** The best that fit, each by the texts that `textsOf` gives of it. */
export function fitting(items, q, textsOf, most = 8) {
  const scored = items.map((item) => ({ item, score: Math.max(...textsOf(item).map((text) => fit(q, text) ?? -Infinity)) }));
  return scored.filter(({ score }) => score > -Infinity).sort((a, b) => b.score - a.score).slice(0, most).map(({ item }) => item);
}

/** A list above the box; the cursor stays in the box, which names the chosen line to a screen reader. */
export function Offers({ id, label, items, at, onChoose, onAt, line, foot = null }) {
  useEffect(() => document.getElementById(`${id}-${at}`)?.scrollIntoView({ block: "nearest" }), [at]);
  return html`<div class="offers"><ul id=${id} role="listbox" aria-label=${label}>${items.map((item, i) => html`
    <li key=${item.id} id=${`${id}-${i}`} role="option" aria-selected=${i === at} aria-disabled=${item.disabled ? "true" : null}
      onPointerMove=${() => i !== at && onAt(i)} onPointerDown=${(event) => event.preventDefault()} onClick=${() => onChoose(item)}>${line(item)}</li>`)}</ul>${foot}</div>`;
}

/** Arrows, Enter, Tab and Escape for such a list; true when the key was meant for it. */
export function offerKeys(event, { items, at, onAt, onChoose, onLeave }) {
  if (event.isComposing || !items.length) return false;
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (by) onAt((at + by + items.length) % items.length);
  else if ((event.key === "Enter" && !event.shiftKey) || event.key === "Tab") onChoose(items[at]);
  else if (event.key === "Escape") onLeave();
  else return false;
  event.preventDefault();
  event.stopPropagation();
  return true;
}
