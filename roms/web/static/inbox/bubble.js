// One line of the thread.
import { html } from "../vendor/ui.js";
import { Attached, wordsOf } from "../common/attached.js";
import { Icon } from "./icons.js";
import { Moment, who } from "./bits.js";
import { eventIcon, eventText } from "./events.js";
import { parts } from "./lines.js";
import { may, focusComposer } from "./acts.js";
import { pending, retry, retrySent, withdraw } from "./sends.js";
import { setDraft } from "./drafts.js";
import { current, link, now } from "./store.js";
import { clock, dayName, fullTime, t } from "./text.js";
import { Ask, isAskable } from "./why.js";

export function Line({ line, name }) {
  if (line.kind === "day") return html`<div class="day" data-key=${line.key} role="separator"><span>${dayName(line.at, now.value)}</span></div>`;
  if (line.kind === "divider") return html`<div class="unread-divider" data-key=${line.key} role="separator"><span>${t("unread_below")}</span></div>`;
  if (line.kind === "event") return html`<${Happening} line=${line} />`;
  if (line.kind === "note") return html`<${Note} line=${line} />`;
  return html`<${Bubble} line=${line} name=${name} />`;
}

const Happening = ({ line: { key, entry } }) => html`
  <p class="event" data-key=${key} data-seq=${entry.seq}><${Icon} name=${eventIcon(entry)} size=${14} />
    <span>${eventText(entry)}</span> <${Moment} at=${entry.at}>${clock(entry.at)}</${Moment}></p>`;

const Note = ({ line: { key, entry } }) => html`
  <article class="note" data-key=${key} data-seq=${entry.seq}>
    <header><${Icon} name="note" size=${14} /><b>${entry.sender === "agent" ? who(entry.agent) : t(`sender_${entry.sender}`)}</b>
      <span>${t("note_never_sent")}</span><${Moment} at=${entry.at}>${clock(entry.at)}</${Moment}></header>
    <${Words} text=${entry.text} />
  </article>`;

export const Words = ({ text }) => html`<div class="words" dir="auto">${parts(text).map((part) =>
  part.href ? html`<a href=${part.href} target="_blank" rel="noopener noreferrer nofollow">${part.text}</a>` : part.text)}</div>`;

function Bubble({ line: { key, entry, grouped }, name }) {
  const speaker = { contact: name, bot: t("sender_bot"), agent: who(entry.agent), system: t("sender_system") }[entry.sender];
  const text = (entry.options?.length > 0 && entry.prompt) || wordsOf(entry);
  return html`<article class="bubble" data-key=${key} data-seq=${entry.seq} data-sender=${entry.sender} data-grouped=${grouped} data-status=${entry.status}>
    <header class=${grouped ? "sr" : "bubble-who"}>${entry.sender === "bot" && html`<${Icon} name="bot" size=${13} />`}${speaker}</header>
    <div class="bubble-row"><div class="bubble-box"><${Attached} entry=${entry} t=${t} />
      ${text && html`<${Words} text=${text} />`}
      ${entry.options?.length > 0 && html`<ul class="options" aria-label=${t("options")}>${entry.options.map((option) =>
        html`<li key=${option.key}>${entry.kind !== "buttons" && html`<b>${option.key}</b> `}${option.label}</li>`)}</ul>`}
      <footer><time datetime=${entry.at} title=${fullTime(entry.at)}>${clock(entry.at)}</time>
        ${entry.direction === "out" && html`<${Tick} entry=${entry} />`}</footer>
    </div>${isAskable(entry) && html`<${Ask} entry=${entry} />`}</div>
    <${Trouble} entry=${entry} />
  </article>`;
}

const TICKS = {
  queued: "clock", sending: "clock", accepted: "tick", sent: "tick", delivered: "ticks", read: "ticks",
  failed: "fail", stale: "warn", unknown: "unknown", cancelled: "cancel",
};

function Tick({ entry }) {
  const status = entry.pending && entry.status === "queued" && link.value === "offline" ? "waiting" : entry.status;
  const words = t(`status_${status}`);
  return html`<span class="tick" data-status=${entry.status} title=${words}><${Icon} name=${TICKS[entry.status] ?? "clock"} size=${16} /><span class="sr">${words}</span></span>`;
}

/** What to do about a message that did not go: words first, then the ways out. */
function Trouble({ entry }) {
  if (entry.status === "stale") return html`<${Stale} item=${entry.pending} />`;
  if (entry.status !== "failed" && entry.status !== "unknown") return null;
  const again = entry.pending ? () => retry(pendingItem(entry)) : () => retrySent(current.value.id, entry);
  const words = entry.status === "unknown" ? t("unknown_text") : (entry.error?.text ?? t("failed_text"));
  return html`<div class="trouble" role="group" data-status=${entry.status}><span>${words}</span>
    <button type="button" class="link-button" onClick=${again}>${t(entry.status === "unknown" ? "send_again" : "retry")}</button>
    ${entry.pending && html`<button type="button" class="link-button" onClick=${() => edit(entry.pending)}>${t("edit")}</button>`}</div>`;
}

const pendingItem = (entry) => pending.value.find((item) => item.client_id === entry.client_id) ?? entry.pending;

function edit(item) {
  setDraft(item.c, "reply", withdraw(item));
  if (may(current.value, "agent_replied")) focusComposer();
}

const Stale = ({ item }) => html`<div class="stale" role="alert"><p><${Icon} name="warn" size=${15} />${t("stale_title")}</p>
  ${item.entries.map((said) => html`<blockquote key=${said.seq}><b>${who(said.agent)}</b> <${Moment} at=${said.at}>${clock(said.at)}</${Moment}><${Words} text=${said.text} /></blockquote>`)}
  <div class="stale-acts"><button type="button" class="button primary" onClick=${() => retry(item, { force: true })}>${t("send_anyway")}</button>
    <button type="button" class="button" onClick=${() => edit(item)}>${t("edit")}</button>
    <button type="button" class="button quiet" onClick=${() => withdraw(item)}>${t("discard")}</button></div></div>`;
