// Above the thread: until when it is snoozed or paused, and the way back.
import { html } from "../vendor/ui.js";
import { act, may } from "./acts.js";
import { Icon } from "./icons.js";
import { shortTime, t } from "./text.js";

export function Sleeping({ summary }) {
  const { snoozed_until: snoozed, paused_until: paused } = summary;
  if (!snoozed && !paused) return null;
  const [verb, action] = snoozed ? ["wake", "woken"] : ["resume", "resumed"];
  return html`<p class="sleeping" role="status"><${Icon} name=${snoozed ? "clock" : "pause"} size=${16} /><span>${t(snoozed ? "snoozed_until" : "paused_until", { time: shortTime(snoozed ?? paused) })}</span>
    ${may(summary, action) && html`<button type="button" class="link-button" onClick=${() => act(verb, { id: summary.id })}>${t(`act_${verb}`)}</button>`}</p>`;
}
