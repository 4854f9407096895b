// The whole wiring of the pages where labels, saved replies and macros are looked after.
import { effect, html, render } from "../vendor/ui.js";
import { Presence, listen } from "../common/presence.js";
import { Bell } from "../inbox/bell.js";
import { me } from "../inbox/boot.js";
import { Icon } from "../inbox/icons.js";
import { alerted, dismiss, status, toasts } from "../inbox/notices.js";
import { setTheme, theme } from "../inbox/settings.js";
import { speak, t } from "../inbox/text.js";
import { Labels } from "./labels.js";
import { Macros } from "./macros.js";
import { Saved } from "./saved.js";
import { PLACES, failed, follow, go, now, place } from "./state.js";

const SHOWN = { labels: Labels, saved: Saved, macros: Macros };

const App = () => html`
  <a class="skip" href="#page">${t("skip")}</a>
  <header class="top"><a class="icon-button" href="/inbox" aria-label=${t("to_inbox")} title=${t("to_inbox")}><${Icon} name="back" size=${22} /></a><h1>${t("words")}</h1><span class="grow"></span><${Bell} /><${Presence} /></header>
  <nav class="places" aria-label=${t("words")}>${PLACES.map((name) => html`<a key=${name} href=${`/inbox/${name}`} aria-current=${name === place.value ? "page" : null} onClick=${(event) => go(event, name)}>${t(`place_${name}`)}</a>`)}</nav>
  <main id="page" class="page words-page" tabindex="-1" aria-busy=${now() === null}>
    ${failed.value && html`<p class="note bad" role="alert">${failed.value}</p>`}
    ${now() === null ? !failed.value && html`<p class="muted" role="status">${t("loading")}</p>` : html`<${SHOWN[place.value]} key=${place.value} of=${now()} />`}
  </main>
  <div class="toasts">${toasts.value.map(({ id, text, kind, act }) => html`<div class="toast" key=${id} data-kind=${kind}><span>${text}</span>
    ${act && html`<button type="button" onClick=${() => (dismiss(id), act.run())}>${act.label}</button>`}</div>`)}</div>
  <div class="sr" role="status">${status.value}</div><div class="sr" role="alert">${alerted.value}</div>`;

async function begin() {
  await speak(me.language === "en" ? "en" : "id", "words");
  setTheme(theme.value);
  effect(() => {
    document.title = `${t(`place_${place.value}`)} · ROMS`;
  });
  addEventListener("popstate", follow);
  follow();
  render(html`<${App} />`, document.getElementById("app"));
  listen();
}

begin();
