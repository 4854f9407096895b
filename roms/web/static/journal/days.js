// Day by day and channel by channel: what came, what became of it, and whether anything is missing.
import { html, useState } from "../vendor/ui.js";
import { Icon } from "../inbox/icons.js";
import { dayName, number, t } from "../inbox/text.js";
import { Busy } from "../channels/parts.js";
import { act, channel, days, now, zone } from "./state.js";
import { FIGURES, verdict } from "./words.js";

export function Days() {
  const names = new Map(days.value.map((day) => [day.channel.id, day.channel.name]));
  const shown = days.value.filter((day) => !channel.value || day.channel.id === channel.value);
  const bad = days.value.filter((day) => day.verdict === "missing").length;
  return html`<section class="days" aria-labelledby="days-title">
    <div class="bar"><h2 id="days-title">${t("days_title")}</h2><span class="muted">${t("days_zone", { zone: zone.value })}</span></div>
    <p class=${`note ${bad ? "bad" : "good"}`} role=${bad ? "alert" : "status"}><${Icon} name=${bad ? "warn" : "check"} size=${18} /><span>${bad ? t("days_bad", { count: bad }) : t("days_good")}</span></p>
    ${names.size > 1 && html`<label class="field which"><span>${t("channel")}</span><select value=${channel.value} onChange=${(event) => (channel.value = Number(event.target.value))}>
      <option value="0">${t("all_channels")}</option>${[...names].map(([id, name]) => html`<option key=${id} value=${id}>${name}</option>`)}</select></label>`}
    ${shown.length ? html`<ul class="day-list">${shown.map((day) => html`<${Day} key=${`${day.day} ${day.channel.id}`} day=${day} />`)}</ul>` : html`<p class="muted">${t("days_none")}</p>`}
  </section>`;
}

function Day({ day }) {
  const [open, setOpen] = useState(false);
  const isBad = day.verdict === "missing";
  const some = FIGURES.filter((name) => day[name] || name === "received" || name === "stored");
  const known = () => act(`/api/journal/channels/${day.channel.id}/known`, { day: day.day }, ({ messages, letters }) => ({ text: t("done_known", { count: messages + letters }) }));
  return html`<li class="day" data-bad=${isBad}>
    <button type="button" class="day-head" aria-expanded=${open} onClick=${() => setOpen(!open)}>
      <span class="day-name"><b>${dayName(`${day.day}T12:00:00`, now.value)}</b><span class="muted">${day.channel.name}</span></span>
      <span class="day-sum"><${Sum} name="received" day=${day} /><${Sum} name="stored" day=${day} /><${Sum} name="delivered" day=${day} /></span>
      <span class="day-verdict"><${Icon} name=${isBad ? "warn" : day.verdict === "whole" ? "check" : "info"} size=${16} /><span>${verdict(day)}</span></span>
      <${Icon} name="down" size=${16} />
    </button>
    ${open && html`<dl class="figures">${some.map((name) => html`<div key=${name} data-bad=${["failed_out", "unknown", "aside", "failed"].includes(name) && day[name] > 0}><dt>${t(`f_${name}`)}</dt><dd>${number(day[name])}</dd></div>`)}</dl>`}
    ${isBad && html`<div class="acts"><p class="muted">${t("known_text")}</p><${Busy} run=${known}>${t("known")}</${Busy}></div>`}
  </li>`;
}

const Sum = ({ name, day }) => html`<span class="sum"><b>${number(day[name])}</b> ${t(`s_${name}`)}</span>`;
