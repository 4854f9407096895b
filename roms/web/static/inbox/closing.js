// The 24-hour window: how long free text may still be sent, by the server's clock; and what stands in the box's place after.
import { html, useEffect, useState } from "../vendor/ui.js";
import { focusComposer } from "./acts.js";
import { skew } from "./api.js";
import { Icon } from "./icons.js";
import { dialog, now } from "./store.js";
import { fullTime, t } from "./text.js";

const SOON_MS = 4 * 3_600_000;
const LAST_MS = 3_600_000;
const MINUTE = 60_000;

/** Milliseconds until free text is refused; Infinity where the channel has no such window, none where the contact never wrote. */
export function leftOf(summary) {
  if (summary.window_until) return Date.parse(summary.window_until) - (Math.max(now.value, Date.now()) + skew.value);
  return summary.can?.window ? 0 : Infinity;
}

export const isClosed = (summary) => leftOf(summary) <= 0;

export function WindowClock({ summary }) {
  const left = leftOf(summary);
  useTurn(left);
  if (!Number.isFinite(left) || left <= 0) return null;
  const level = left > SOON_MS ? "fine" : left > LAST_MS ? "soon" : "late";
  return html`<p class="window" data-level=${level} title=${fullTime(summary.window_until)}><${Icon} name="clock" size=${14} />
    <span>${t("window_closes", { left: lengthOf(left) })}</span></p>`;
}

/** The page's clock ticks every ten seconds: near the end that would leave a box which fails. */
function useTurn(left) {
  const [, turn] = useState(0);
  useEffect(() => {
    if (left <= 0 || left > 20_000) return undefined;
    const timer = setTimeout(() => {
      now.value = Date.now();
      turn(Date.now());
    }, left + 50);
    return () => clearTimeout(timer);
  }, [left]);
}

function lengthOf(ms) {
  const minutes = Math.floor(ms / MINUTE);
  if (minutes < 1) return t("less_than_a_minute");
  if (minutes < 60) return t("minutes_short", { count: minutes });
  return t("hours_short", { count: Math.floor(minutes / 60), minutes: minutes % 60 });
}

export const WindowClosed = ({ summary }) => html`<div class="banner" data-mode="WINDOW" role="region" aria-label=${t("composer_label")}>
  <span class="banner-icon"><${Icon} name="clock" size=${22} /></span>
  <div class="banner-text"><b>${t(summary.window_until ? "window_closed" : "window_not_yet")}</b><span>${t(summary.can?.templates ? "window_closed_text" : "window_closed_none")}</span>
    ${summary.contact.opted_out_at && html`<span class="opted-out" role="note"><${Icon} name="warn" size=${14} />${t("opted_out_warning")}</span>`}</div>
  <div class="banner-acts">
    <button type="button" class="button quiet" title="Alt+P" onClick=${() => focusComposer("note")}><${Icon} name="note" size=${16} />${t("write_note")}</button>
    ${summary.can?.templates && html`<button type="button" class="button primary" onClick=${() => (dialog.value = "templates")}><${Icon} name="template" size=${16} />${t("template_choose")}</button>`}
  </div></div>`;
