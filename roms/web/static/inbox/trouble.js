// How far a message has come, and what to do about one that did not go: words first, then the ways out.
import { html, useState } from "../vendor/ui.js";
import { focusComposer, may } from "./acts.js";
import { skew } from "./api.js";
import { Moment } from "./bits.js";
import { firstName } from "./boot.js";
import { setDraft } from "./drafts.js";
import { Icon } from "./icons.js";
import { checkSent, forceAll, pending, retry, retrySent, withdraw } from "./sends.js";
import { current, dialog, link, now } from "./store.js";
import { agoText, clock, t, tell } from "./text.js";
import { Words } from "./words.js";

const TICKS = {
  queued: "clock", sending: "clock", accepted: "tick", sent: "tick", delivered: "ticks", read: "ticks",
  failed: "fail", stale: "warn", unknown: "unknown", cancelled: "cancel",
};

export function Tick({ entry }) {
  const status = entry.pending && entry.status === "queued" && link.value === "offline" ? "waiting" : entry.status;
  const words = t(`status_${status}`);
  return html`<span class="tick" data-status=${entry.status} title=${words}><${Icon} name=${TICKS[entry.status] ?? "clock"} size=${16} /><span class="sr">${words}</span></span>`;
}

const NEVER_AGAIN = new Set(["needs_template", "opted_out"]); // the same message would fail the same way

export function Trouble({ entry }) {
  if (entry.status === "stale") return html`<${Stale} item=${entry.pending} />`;
  if (entry.status === "queued" && entry.error?.class === "retryable" && tell(entry.error.say)) return html`<p class="trouble" role="note" data-status="queued">${tell(entry.error.say)}</p>`;
  if (entry.status === "unknown") return html`<${Doubt} entry=${entry} />`;
  if (entry.status !== "failed") return null;
  const { error } = entry;
  const needsTemplate = error?.class === "needs_template" || error?.code === "window_closed";
  const again = entry.pending ? () => retry(pendingItem(entry)) : () => retrySent(current.value.id, entry);
  const words = tell(error?.say) || error?.text || t("failed_text");
  return html`<div class="trouble" role="group" data-status=${entry.status}><span>${words}</span>
    ${!needsTemplate && !NEVER_AGAIN.has(error?.class) && html`<button type="button" class="link-button" onClick=${again}>${t("retry")}</button>`}
    ${needsTemplate && current.value?.can?.templates && html`<button type="button" class="link-button" onClick=${() => (dialog.value = "templates")}>${t("template_choose")}</button>`}
    ${entry.pending && !entry.content && html`<button type="button" class="link-button" onClick=${() => edit(entry.pending)}>${t("edit")}</button>`}
    ${entry.pending && entry.content && html`<button type="button" class="link-button" onClick=${() => withdraw(entry.pending)}>${t("discard")}</button>`}
    ${error?.code && !entry.pending && html`<${Raw} error=${error} />`}</div>`;
}

/** It may have arrived: what is known of it and, once nobody expects more, a person's two ways on. */
function Doubt({ entry }) {
  const { asks = true, checked = "" } = entry.doubt ?? {};
  const id = current.value.id;
  return html`<div class="trouble" role="group" data-status="unknown" data-checked=${checked}>
    <span>${t(asks ? "unknown_asks" : "unknown_text")}</span>
    ${checked && html`<span class="doubt-seen" role="status">${t(`checked_${checked}`)}</span>`}
    ${asks && html`<button type="button" class="link-button" disabled=${checked === "asking"} onClick=${() => checkSent(id, entry)}>${t("check_sent")}</button>
    ${entry.kind !== "reaction" && html`<button type="button" class="link-button" onClick=${() => retrySent(id, entry)}>${t("send_again")}</button>`}`}
    ${entry.error?.code && html`<${Raw} error=${entry.error} />`}</div>`;
}

/** The provider's own code and words, for whoever asks the provider. */
function Raw({ error }) {
  const [open, setOpen] = useState(false);
  return html`<div class="raw"><button type="button" class="link-button" aria-expanded=${open} onClick=${() => setOpen(!open)}>${t("error_details")}</button>
    ${open && html`<p><code>${error.code}</code>${error.text ? html` <span dir="auto">${error.text}</span>` : ""}</p>`}</div>`;
}

const pendingItem = (entry) => pending.value.find((item) => item.client_id === entry.client_id) ?? entry.pending;

function edit(item) {
  setDraft(item.c, "reply", withdraw(item));
  if (may(current.value, "agent_replied")) focusComposer();
}

/** By name, what happened and how long ago: the newest of it in the title, all of it below. */
function Stale({ item }) {
  const nameOf = ({ agent }) => (agent === null ? t("from_phone") : (firstName(agent) ?? item.names?.[agent]?.split(" ")[0] ?? t("someone")));
  const last = item.entries.findLast(({ type }) => type === "message") ?? item.entries.at(-1);
  const title = last && t(last.type === "note" ? "stale_noted" : "stale_answered", { name: nameOf(last), ago: agoText(last.at, Math.max(now.value, Date.now()) + skew.value) });
  return html`<div class="stale" role="alert"><p><${Icon} name="warn" size=${15} />${title || t("stale_title")}</p>
  ${item.entries.map((said) => html`<blockquote key=${said.seq}><b>${nameOf(said)}</b>${said.type === "note" && html` <small>${t("note")}</small>`} <${Moment} at=${said.at}>${clock(said.at)}</${Moment}><${Words} text=${said.text || t(`kind_name_${said.kind}`)} /></blockquote>`)}
  <div class="stale-acts"><button type="button" class="button primary" onClick=${() => forceAll(item.c)}>${t("send_anyway")}</button>
    ${!item.content && html`<button type="button" class="button" onClick=${() => edit(item)}>${t("edit")}</button>`}
    <button type="button" class="button quiet" onClick=${() => withdraw(item)}>${t("discard")}</button></div></div>`;
}
