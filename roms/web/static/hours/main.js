// The whole wiring of the opening hours' page: a list, one of them as a form, and the teams that keep them.
import { effect, html, render, useState } from "../vendor/ui.js";
import { Presence, listen } from "../common/presence.js";
import { Bell } from "../inbox/bell.js";
import { me } from "../inbox/boot.js";
import { Icon } from "../inbox/icons.js";
import { alerted, status, toasts } from "../inbox/notices.js";
import { clock, shortTime, speak, t } from "../inbox/text.js";
import { Busy } from "../channels/parts.js";
import { Holidays, Single } from "./days.js";
import { all, begin, current, draft, edit, failed, follow, isChanged, look, make, openId, save, wrong } from "./state.js";
import { Teams } from "./teams.js";
import { Week } from "./week.js";

const LOOK_MS = 60_000; // open and closed change by themselves

const title = () => (current.value ? current.value.name : t("hours"));

const App = () => html`
  <a class="skip" href="#page">${t("skip")}</a>
  <header class="top">${current.value
    ? html`<a class="icon-button" href="#" aria-label=${t("to_list")} title=${t("to_list")}><${Icon} name="back" size=${22} /></a>`
    : html`<a class="icon-button" href="/inbox" aria-label=${t("to_inbox")} title=${t("to_inbox")}><${Icon} name="back" size=${22} /></a>`}<h1>${title()}</h1><span class="grow"></span><${Bell} /><${Presence} /></header>
  <main id="page" class="page hours" tabindex="-1" aria-busy=${all.value === null}>
    ${failed.value && html`<p class="note bad" role="alert">${failed.value}</p>`}
    ${all.value === null ? !failed.value && html`<p class="waiting-text" role="status"><span class="spinner" aria-hidden="true"></span>${t("working")}</p>`
      : draft.value ? html`<${One} key=${openId.value} />` : html`<${List} /><${Teams} />`}
  </main>
  <div class="toasts">${toasts.value.map(({ id, text, kind }) => html`<div class="toast" key=${id} data-kind=${kind}><span>${text}</span></div>`)}</div>
  <div class="sr" role="status">${status.value}</div><div class="sr" role="alert">${alerted.value}</div>`;

const Now = ({ of }) => html`<span class="state" data-tone=${of.open ? "good" : "quiet"}><span class="dot" aria-hidden="true"></span>${of.open
  ? of.closes_at ? t("open_until", { at: moment(of.closes_at) }) : t("open_always")
  : of.opens_at ? t("closed_until", { at: moment(of.opens_at) }) : t("closed_always")}</span>`;

const moment = (at) => (Date.parse(at) - Date.now() < 20 * 3_600_000 ? clock(at) : shortTime(at));

function List() {
  const [name, setName] = useState("");
  const add = (event) => {
    event.preventDefault();
    make(name);
    setName("");
  };
  return html`<section class="card" aria-labelledby="list-title"><h2 id="list-title">${t("list")}</h2><p class="muted">${t("list_text")}</p>
    <ul class="hours-list"><li><span class="who"><b>${t("usual")}</b><span class="muted">hours.yaml</span></span><${Now} of=${all.value.usual} /></li>
      ${all.value.hours.map((hours) => html`<li key=${hours.id}><a class="who" href=${`#${hours.id}`}><b>${hours.name}</b><span class="muted">${hours.zone}${hours.now.holiday ? ` · ${hours.now.holiday}` : ""}</span></a><${Now} of=${hours.now} /></li>`)}</ul>
    <form class="add-day" onSubmit=${add}><label class="field grow"><span>${t("new_name")}</span><input required maxlength="60" value=${name} onInput=${(event) => setName(event.target.value)} /></label>
      <button class="button primary"><${Icon} name="plus" size=${16} />${t("make")}</button></form></section>`;
}

const ZONES = ["WIB", "WITA", "WIT"];

function One() {
  const { name, zone } = draft.value;
  const zones = [...new Set([...ZONES, zone, ...Intl.supportedValuesOf("timeZone")])];
  return html`<form class="one-hours" onSubmit=${(event) => (event.preventDefault(), save())}>
    <section class="card head-card"><${Now} of=${current.value.now} />
      <div class="two"><label class="field grow"><span>${t("name")}</span><input required maxlength="60" value=${name} onInput=${(event) => edit((hours) => (hours.name = event.target.value))} /></label>
      <label class="field"><span>${t("zone")}</span><select value=${zone} onChange=${(event) => edit((hours) => (hours.zone = event.target.value))}>${zones.map((each) => html`<option key=${each} value=${each}>${ZONES.includes(each) ? t(`zone_${each}`) : each}</option>`)}</select></label></div></section>
    <${Week} />
  </form>
  <${Holidays} /><${Single} />
  <div class="save-bar" data-changed=${isChanged.value}>
    ${wrong.value && html`<p class="note bad" role="alert"><${Icon} name="warn" size=${18} /><span>${wrong.value}</span></p>`}
    <span class="muted" role="status">${t(isChanged.value ? "unsaved" : "as_saved")}</span>
    <button type="button" class="button" disabled=${!isChanged.value} onClick=${begin}>${t("discard")}</button>
    <${Busy} kind="primary" icon="check" disabled=${!isChanged.value} run=${save}>${t("save")}</${Busy}></div>`;
}

async function start() {
  await speak(me.language === "en" ? "en" : "id", "hours");
  effect(() => {
    document.title = `${title()} · ROMS`;
  });
  addEventListener("hashchange", follow);
  addEventListener("beforeunload", (event) => isChanged.value && event.preventDefault());
  render(html`<${App} />`, document.getElementById("app"));
  listen();
  await look();
  begin();
  setInterval(() => document.visibilityState === "visible" && look(), LOOK_MS);
}

start();
