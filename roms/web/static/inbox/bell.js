// Where I was called by a note and have not looked yet: a bell in the head of every page, and a list behind it.
import { html, signal, useEffect, useRef, useState } from "../vendor/ui.js";
import { Refused, Unreachable, conversation, get, post } from "./api.js";
import { plain } from "./calling.js";
import { Icon } from "./icons.js";
import { say } from "./notices.js";
import { number, shortTime, t } from "./text.js";

const LOOK_MS = 30_000;

export const called = signal({ count: 0, items: [], conversations: [] });
let timer = null;

export async function look() {
  try {
    const now = await get("/api/mentions");
    if (now.count > called.value.count && now.items[0]) say(t("called_by", { name: now.items[0].by }));
    called.value = now;
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
  }
}

/** From now on; asked again and again, because not every page has a live line. */
export function watchCalls() {
  look();
  timer ??= setInterval(() => document.visibilityState === "visible" && look(), LOOK_MS);
}

/** I have opened this conversation. */
export async function saw(id) {
  if (!called.value.conversations.includes(id)) return;
  const left = called.value.items.filter((item) => item.conversation !== id);
  called.value = { count: left.length, items: left, conversations: called.value.conversations.filter((each) => each !== id) };
  try {
    await post(conversation(id, "/mentions/seen"));
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
  }
  look();
}

export function Bell({ onOpen = null }) {
  const [open, setOpen] = useState(false);
  const box = useRef(null);
  useEffect(() => watchCalls(), []);
  const { count, items } = called.value;
  const label = count ? t("bell_count", { count }) : t("bell");
  const leave = (event) => !box.current?.contains(event.relatedTarget) && setOpen(false);
  const keys = (event) => {
    if (event.key !== "Escape" || !open) return;
    event.stopPropagation();
    setOpen(false);
    box.current.querySelector("button").focus();
  };
  const go = (event, id) => {
    setOpen(false);
    if (!onOpen || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    onOpen(id);
  };
  return html`<div class="bell" ref=${box} onFocusOut=${leave} onKeyDown=${keys}>
    <button type="button" class="icon-button" aria-label=${label} title=${label} aria-expanded=${open} onClick=${() => setOpen(!open)}><${Icon} name="bell" />
      ${count > 0 && html`<span class="bell-count" aria-hidden="true">${number(count)}</span>`}</button>
    ${open && html`<div class="bell-list" role="group" aria-label=${t("bell")} tabindex="-1">${items.length ? html`<ul>${items.map((item) => html`<li key=${`${item.conversation}.${item.seq}`}>
      <a href=${`/inbox/${encodeURIComponent(item.conversation)}`} onClick=${(event) => go(event, item.conversation)}><b>${t("called_by", { name: item.by })}</b>
        <span>${item.contact ? `${item.contact} · ` : ""}<time datetime=${item.at}>${shortTime(item.at)}</time></span><span class="bell-said" dir="auto">${plain(item.text)}</span></a></li>`)}</ul>`
      : html`<p>${t("bell_none")}</p>`}</div>`}
  </div>`;
}
