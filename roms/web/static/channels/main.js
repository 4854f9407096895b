// The whole wiring of the channels page: what the address names is shown, and looked at anew every two seconds.
import { effect, html, render } from "../vendor/ui.js";
import { Presence, listen } from "../common/presence.js";
import { me } from "../inbox/boot.js";
import { Bell } from "../inbox/bell.js";
import { IconButton } from "../inbox/bits.js";
import { Icon } from "../inbox/icons.js";
import { alerted, status, toasts } from "../inbox/notices.js";
import { speak, t } from "../inbox/text.js";
import { Adding } from "./adding.js";
import { List } from "./list.js";
import { One } from "./one.js";
import { Confirm } from "./parts.js";
import { current, failed, follow, go, list, look, now, place } from "./state.js";

const LOOK_MS = 2_000;

const App = () => html`
  <a class="skip" href="#page">${t("skip")}</a>
  <header class="top">${place.value.name === "list"
    ? html`<a class="icon-button" href="/inbox" aria-label=${t("to_inbox")} title=${t("to_inbox")}><${Arrow} /></a>`
    : html`<${IconButton} icon="back" size=${22} label=${t("to_list")} onClick=${() => go("")} />`}
    <h1>${title()}</h1><span class="grow"></span><a class="icon-button" href="/inbox/crew" aria-label=${t("crew")} title=${t("crew")}><${Icon} name="userPlus" size=${20} /></a><${Bell} /><${Presence} /></header>
  <main id="page" class="page" tabindex="-1" aria-busy=${list.value === null}>
    ${failed.value && html`<p class="note bad" role="alert">${failed.value}</p>`}
    ${list.value && html`<${PLACES[place.value.name]} key=${location.hash} />`}
  </main>
  <${Confirm} />
  <div class="toasts">${toasts.value.map(({ id, text, kind }) => html`<div class="toast" key=${id} data-kind=${kind}><span>${text}</span></div>`)}</div>
  <div class="sr" role="status">${status.value}</div><div class="sr" role="alert">${alerted.value}</div>`;

const Arrow = () => html`<svg class="icon" viewBox="0 0 24 24" width="22" height="22" aria-hidden="true"><path d="m14.5 5-7 7 7 7" /></svg>`;

const PLACES = { list: List, one: One, add: Adding };

function title() {
  if (place.value.name === "add") return t("add");
  return place.value.name === "one" ? (current.value?.name ?? t("channels")) : t("channels");
}

async function begin() {
  await speak(me.language === "en" ? "en" : "id", "channels");
  effect(() => {
    document.title = `${title()} · ROMS`;
  });
  addEventListener("hashchange", follow);
  render(html`<${App} />`, document.getElementById("app"));
  listen();
  await follow();
  setInterval(() => {
    now.value = Date.now();
    if (document.visibilityState === "visible") look();
  }, LOOK_MS);
}

begin();
