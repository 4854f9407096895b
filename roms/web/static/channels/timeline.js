// What happened to a channel, newest first, and its templates.
import { html, useState } from "../vendor/ui.js";
import { Moment } from "../inbox/bits.js";
import { has, shortTime, t } from "../inbox/text.js";
import { Busy, Note } from "./parts.js";
import { act, path } from "./state.js";

/** With the moments in it as people read them. */
const told = (data) => ({ ...data, ...Object.fromEntries(["from", "to"].filter((key) => data[key]).map((key) => [key, shortTime(data[key])])) });

export const Timeline = ({ events }) => html`<ol class="timeline">${events.map(({ id, event, data, who, at }) => html`<li key=${id} data-event=${event}>
  <${Moment} at=${at}>${shortTime(at)}</${Moment}>
  <span><b>${t(has(`event_${event}`) ? `event_${event}` : `state_${event}`, told(data))}</b>${who ? ` · ${who}` : ""}
    ${data.fields && html`<small>${data.fields.join(", ")}</small>`}${data.text && html`<small class="said">${data.text}</small>`}</span></li>`)}</ol>`;

export function Templates({ channel }) {
  const [asked, setAsked] = useState(false);
  const fetchNow = async () => setAsked(Boolean(await act("POST", path("/templates"))));
  return html`<div class="templates"><div class="acts"><${Busy} icon="reopen" run=${fetchNow}>${t("fetch_now")}</${Busy}>
      <span class="muted">${channel.templates_at ? t("fetched_at", { at: shortTime(channel.templates_at) }) : t("fetched_never")}</span></div>
    ${asked && html`<${Note} role="status">${t("fetch_asked")}</${Note}>`}
    ${channel.templates.length ? html`<ul>${channel.templates.map((each) => html`<li key=${each.id}><span class="who"><b>${each.name}</b><span class="muted">${each.language} · ${each.category || "–"}</span></span>
      <span class="state" data-tone=${TONE[each.status] ?? "quiet"}><span class="dot" aria-hidden="true"></span>${t(`template_${each.status}`)}</span>
      <span class="state" data-tone=${QUALITY[each.quality] ?? "quiet"}><span class="dot" aria-hidden="true"></span>${t(`quality_${each.quality}`)}</span>
      ${each.reason && html`<small>${each.reason}</small>`}</li>`)}</ul>` : html`<p class="muted">${t("templates_none")}</p>`}</div>`;
}

const TONE = { approved: "good", pending: "busy", rejected: "bad", paused: "warn", disabled: "bad" };
const QUALITY = { green: "good", yellow: "warn", red: "bad" };
