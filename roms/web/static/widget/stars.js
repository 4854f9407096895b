// How was it? Five stars in a row, to tap. A rating is known by its choices: each is called by as many stars as its key says.

import { html } from "/static/vendor/ui.js";

const stars = (count) => "⭐".repeat(count);
const isStarred = ({ key, label }) => label.startsWith(`${stars(Number(key))} `);

export const isRating = (options) => options.length === 5 && new Set(options.map(({ key }) => key)).size === 5 && options.every(({ key, label }) => "12345".includes(key) && isStarred({ key, label }));

export function Stars({ entry, open, given, label, onChoose }) {
  const chosen = Number(given?.key ?? 0);
  return html`<div class=${open ? "stars" : "stars past"} role="group" aria-label=${label}>
    ${[...entry.options].sort((a, b) => a.key - b.key).map((option) => html`
      <button type="button" key=${option.key} disabled=${!open} data-on=${Number(option.key) <= chosen} aria-pressed=${Number(option.key) === chosen}
        aria-label=${`${option.key}: ${option.label.slice(Number(option.key)).trim()}`} title=${option.label.slice(Number(option.key)).trim()} onClick=${() => onChoose(option)}>
        <svg viewBox="0 0 24 24" width="30" height="30" aria-hidden="true"><path d="m12 3.2 2.7 5.6 6.1.8-4.500 4.200 1.100 6.100L12 16.900l-5.400 3 1.100-6.100-4.500-4.200 6.100-.8L12 3.200Z" /></svg>
      </button>`)}
  </div>`;
}
