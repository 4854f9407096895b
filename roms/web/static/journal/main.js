// The whole wiring of the journal: two views of the same truth, looked at anew every few seconds.
import { effect, html, render } from "../vendor/ui.js";
import { Presence, listen } from "../common/presence.js";
import { Bell } from "../inbox/bell.js";
import { me } from "../inbox/boot.js";
import { Icon } from "../inbox/icons.js";
import { alerted, status, toasts } from "../inbox/notices.js";
import { speak, t } from "../inbox/text.js";
import { Days } from "./days.js";
import { Standing } from "./standing.js";
import { days, failed, look, now, standing } from "./state.js";

const LOOK_MS = 4_000;

const App = () => html`
  <a class="skip" href="#page">${t("skip")}</a>
  <header class="top"><a class="icon-button" href="/inbox" aria-label=${t("to_inbox")} title=${t("to_inbox")}><${Icon} name="back" size=${22} /></a><h1>${t("journal")}</h1><span class="grow"></span><a class="icon-button" href="/inbox/crew" aria-label=${t("crew")} title=${t("crew")}><${Icon} name="userPlus" size=${20} /></a><${Bell} /><${Presence} /></header>
  <main id="page" class="page journal" tabindex="-1" aria-busy=${standing.value === null}>
    ${failed.value && html`<p class="note bad" role="alert">${failed.value}</p>`}
    ${standing.value === null ? !failed.value && html`<p class="waiting-text" role="status"><span class="spinner" aria-hidden="true"></span>${t("working")}</p>`
      : html`<section class="now-cards" aria-label=${t("now_title")}><h2 class="wide">${t("now_title")}</h2><${Standing} /></section>`}
    ${days.value && html`<${Days} />`}
  </main>
  <div class="toasts">${toasts.value.map(({ id, text, kind }) => html`<div class="toast" key=${id} data-kind=${kind}><span>${text}</span></div>`)}</div>
  <div class="sr" role="status">${status.value}</div><div class="sr" role="alert">${alerted.value}</div>`;

async function begin() {
  await speak(me.language === "en" ? "en" : "id", "journal");
  effect(() => {
    document.title = `${t("journal")} · ROMS`;
  });
  render(html`<${App} />`, document.getElementById("app"));
  listen();
  await look();
  setInterval(() => {
    now.value = Date.now();
    if (document.visibilityState === "visible") look();
  }, LOOK_MS);
}

begin();
