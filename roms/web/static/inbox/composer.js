// Where the agent writes. In BOT and CLOSED a banner stands in its place, so that nobody talks over the bot unaware;
// and where the 24-hour window is closed, the way to a template instead of a box that fails.
import { html, signal } from "../vendor/ui.js";
import { actsOf, act, focusComposer, may, takeOver } from "./acts.js";
import { who } from "./bits.js";
import { me } from "./boot.js";
import { Box } from "./box.js";
import { WindowClosed, isClosed } from "./closing.js";
import { Icon } from "./icons.js";
import { composing } from "./store.js";
import { t } from "./text.js";

const BANNERS = {
  BOT: { icon: "bot", text: "banner_bot" },
  CLOSED: { icon: "closed", text: "banner_closed" },
};

const besides = signal(new Set()); // conversations of colleagues in which this agent wants to answer all the same

const isTheirs = ({ mode, assignee, id }) => mode === "AGENT" && assignee !== null && assignee !== me.id && !besides.value.has(id);

/** No box: the bot answers, or a colleague does, or it is over. */
export const isBarred = (summary) => summary.mode in BANNERS || isTheirs(summary);

export function Composer({ summary }) {
  const note = composing.value === "note";
  const banner = BANNERS[summary.mode] ?? (may(summary, "agent_replied") ? (isTheirs(summary) ? { icon: "person", text: "banner_other" } : null) : { icon: "info", text: "banner_no_reply" });
  if (banner && !note) return html`<${Banner} summary=${summary} ...${banner} />`;
  const closed = !banner && isClosed(summary);
  if (closed && !note) return html`<${WindowClosed} summary=${summary} />`;
  return html`<div class="composer" data-kind=${composing.value}>
    ${!note && summary.contact.opted_out_at && html`<p class="hint" data-mode="opted-out" role="note"><${Icon} name="warn" size=${14} />${t("opted_out_warning")}</p>`}
    ${!note && html`<${Hint} summary=${summary} />`}
    <${Box} key=${`${summary.id}.${composing.value}`} summary=${summary} kind=${composing.value} bare=${Boolean(banner) || closed} />
  </div>`;
}

function Banner({ summary, icon, text }) {
  const claim = actsOf(summary).find((each) => each.action === "agent_claimed");
  const name = who(summary.assignee);
  return html`<div class="banner" data-mode=${summary.mode} role="region" aria-label=${t("composer_label")}>
    <span class="banner-icon"><${Icon} name=${icon} size=${22} /></span>
    <div class="banner-text"><b>${t(text, { name })}</b><span>${t(`${text}_text`, { name })}</span></div>
    <div class="banner-acts">
      <button type="button" class="button quiet" title="Alt+P" onClick=${() => focusComposer("note")}><${Icon} name="note" size=${16} />${t("write_note")}</button>
      ${isTheirs(summary) && html`<button type="button" class="button quiet" onClick=${() => beside(summary)}>${t("answer_besides")}</button>`}
      ${claim && html`<button type="button" class="button primary" id="takeover" title="Alt+L" onClick=${takeOver}><${Icon} name=${claim.icon} size=${16} />${claim.label}</button>`}
    </div></div>`;
}

/** Warned, never locked out: whoever helps a colleague may answer without taking the conversation. */
function beside({ id }) {
  besides.value = new Set(besides.value).add(id);
  focusComposer("reply");
}

/** One line above the box when a reply would do more than reply. */
function Hint({ summary }) {
  if (summary.mode === "PAUSED") return html`<p class="hint" data-mode="PAUSED"><${Icon} name="pause" size=${14} />${t("hint_paused")}</p>`;
  if (summary.assignee === null) return html`<p class="hint" data-mode="free"><${Icon} name="hand" size=${14} /><span>${t("hint_nobody")}</span>
    ${may(summary, "agent_claimed") && html`<button type="button" class="link-button" onClick=${() => act("claim")}>${t("act_claim")}</button>`}</p>`;
  if (summary.assignee !== me.id) return html`<p class="hint" data-mode="other"><${Icon} name="person" size=${14} />${t("hint_other", { name: who(summary.assignee) })}</p>`;
  return null;
}
