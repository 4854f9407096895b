// The contacts page: who we know, apart from what is being said.
import { effect, html, render, useEffect } from "../vendor/ui.js";
import { listen } from "../common/presence.js";
import { boot } from "../inbox/boot.js";
import { dismiss, alerted, status, toasts } from "../inbox/notices.js";
import { setTheme, theme } from "../inbox/settings.js";
import { now } from "../inbox/store.js";
import { speak, t } from "../inbox/text.js";
import { Person } from "./person.js";
import { People } from "./people.js";
import { chosen, follow, load } from "./state.js";

function App() {
  useEffect(() => void load(), []);
  return html`<a class="skip" href="#person">${t("skip_contact")}</a>
    <div class="people" data-open=${chosen.value !== null}><${People} /><${Person} key=${chosen.value} id=${chosen.value} /></div>
    <div class="toasts">${toasts.value.map(({ id, text, kind, act }) => html`<div class="toast" key=${id} data-kind=${kind}><span>${text}</span>
      ${act && html`<button type="button" onClick=${() => (dismiss(id), act.run())}>${act.label}</button>`}</div>`)}</div>
    <div class="sr" role="status">${status.value}</div><div class="sr" role="alert">${alerted.value}</div>`;
}

async function begin() {
  await speak(boot.me.language === "en" ? "en" : "id");
  setTheme(theme.value);
  effect(() => {
    document.title = `${t("contacts")} · ROMS`;
  });
  setInterval(() => {
    now.value = Date.now();
  }, 30_000);
  addEventListener("popstate", follow);
  follow();
  render(html`<${App} />`, document.getElementById("app"));
  listen();
}

begin();
