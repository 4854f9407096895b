// What stands around the words of a message: what it answers, who reacted, that it was changed or taken back.
import { html, useEffect, useId, useRef, useState } from "/static/vendor/ui.js";
import { Sign } from "./signs.js";

const SHORT = 200;

/** The message that is answered. A button where one can go there. */
export function Quoted({ quoted, speaker, onJump, t }) {
  if (!quoted) return null;
  const text = quoted.text ? quoted.text.slice(0, SHORT) : t("quoted_nothing");
  const inside = html`<b>${speaker}</b><span dir="auto">${text}</span>`;
  if (!onJump || !quoted.seq) return html`<blockquote class="quoted">${inside}</blockquote>`;
  return html`<button type="button" class="quoted" aria-label=${t("quoted_go", { name: speaker, text: text.slice(0, 80) })} onClick=${() => onJump(quoted.seq)}>${inside}</button>`;
}

/** Like signs together, in the order they came. Who and when is told by the pointer, the keyboard and a touch alike. */
export function Reactions({ reactions, nameOf, timeOf, t }) {
  const groups = new Map();
  for (const each of reactions ?? []) if (each.emoji) groups.set(each.emoji, [...(groups.get(each.emoji) ?? []), each]);
  if (!groups.size) return null;
  return html`<ul class="reactions" aria-label=${t("reactions")}>${[...groups].map(([emoji, all]) =>
    html`<li key=${emoji}><${Reaction} emoji=${emoji} told=${all.map((each) => [nameOf(each), each.at && timeOf(each.at)].filter(Boolean).join(", "))} /></li>`)}</ul>`;
}

function Reaction({ emoji, told }) {
  const id = useId();
  const [open, setOpen] = useState(false);
  return html`<button type="button" class="reaction" aria-describedby=${id} aria-expanded=${open} onClick=${() => setOpen(!open)} onBlur=${() => setOpen(false)}>
    <span class="reaction-sign">${emoji.slice(0, 16)}</span>${told.length > 1 && html`<span>${told.length}</span>`}
    <span class="reaction-who" role="tooltip" id=${id}>${told.map((line, i) => html`<span key=${i}>${line}</span>`)}</span></button>`;
}

export const Tomb = ({ deleted, timeOf, t }) => html`<p class="tomb"><${Sign} name="bin" size=${15} />${t("deleted")}${deleted.at ? html` <time datetime=${deleted.at}>${timeOf(deleted.at)}</time>` : ""}</p>`;

/** "changed", and on demand what stood there before. */
export function Edited({ edited, timeOf, t }) {
  const [open, setOpen] = useState(false);
  const box = useRef(null);
  const before = edited.before ?? [];
  useEffect(() => {
    if (open) box.current?.scrollIntoView({ block: "nearest" });
  }, [open]);
  if (!before.length) return html`<span class="edited" title=${timeOf(edited.at)}>${t("edited")}</span>`;
  return html`<button type="button" class="edited" aria-expanded=${open} onClick=${() => setOpen(!open)}>${t("edited")}</button>
    ${open && html`<div class="edited-before" ref=${box}><b>${t("edited_before")}</b>${before.map((each, i) => html`<p key=${i}><span dir="auto">${each.text}</span> <time datetime=${each.at}>${each.at ? timeOf(each.at) : ""}</time></p>`)}</div>`}`;
}
