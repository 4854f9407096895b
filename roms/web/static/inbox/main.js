// The whole wiring on one page.
import { effect, html, render, useEffect } from "../vendor/ui.js";
import { look, saw } from "./bell.js";
import { boot } from "./boot.js";
import { Chat } from "./chat.js";
import { Contact, hideContact } from "./contact.js";
import { Dialogs } from "./dialogs.js";
import { Icon } from "./icons.js";
import { readChoices } from "./choices.js";
import { onKey } from "./keys.js";
import { List, titleText } from "./list.js";
import { loadMacros } from "./macros.js";
import { follow } from "./nav.js";
import { alerted, dismiss, status, toasts } from "./notices.js";
import { Handle, applyWidths } from "./panes.js";
import { pending } from "./sends.js";
import { setTheme, theme } from "./settings.js";
import { hear, mine } from "../common/presence.js";
import { start } from "./socket.js";
import { asked, details, link, now, openId, page, signedOut } from "./store.js";
import { calls, enter, resync, showList } from "./sync.js";
import { speak, t } from "./text.js";
import { Unmatched } from "./unmatched.js";
import { warnings, watchWarnings } from "./warnings.js";
import { Viewer } from "./viewer.js";
import { Why, hideWhy } from "./why.js";

const App = () => html`
  <a class="skip" href="#chat">${t("skip")}</a>
  <${Notices} />
  <div class="panes" data-open=${Boolean(openId.value || page.value)} data-page=${page.value} data-details=${details.value} data-why=${asked.value !== null}>
    <${List} /><${Handle} name="list" />${page.value ? html`<${Unmatched} />` : html`<${Chat} />`}
    ${openId.value && html`<${Handle} name="contact" /><div class="scrim" onClick=${asked.value === null ? hideContact : hideWhy}></div>
      ${asked.value === null ? html`<${Contact} />` : html`<${Why} seq=${asked.value} />`}`}
  </div>
  <${Dialogs} /><${Viewer} />
  <div class="toasts">${toasts.value.map(({ id, text, kind, act }) => html`<div class="toast" key=${id} data-kind=${kind}><span>${text}</span>
    ${act && html`<button type="button" onClick=${() => (dismiss(id), act.run())}>${act.label}</button>`}</div>`)}</div>
  <div class="sr" role="status">${status.value}</div><div class="sr" role="alert">${alerted.value}</div>`;

/** What is wrong with the whole page: red for the instance, dark for the line. */
function Notices() {
  const waiting = pending.value.filter((item) => item.state === "queued" || item.state === "sending").length;
  useEffect(() => {
    if (link.value === "offline") alerted.value = t("offline");
  }, [link.value]);
  return html`<div class="notices">
    ${warnings.value.map(({ code, text }) => html`<p class="notice" data-kind="warning" role=${code === "spool_waiting" ? "status" : "alert"} key=${code === "spool_waiting" ? code : text}><${Icon} name="warn" size=${17} /><span>${text}</span></p>`)}
    ${signedOut.value && html`<p class="notice" data-kind="out" role="alert"><${Icon} name="out" size=${17} /><span>${t("signed_out")}</span>
      <a href=${`/login?next=${encodeURIComponent(location.pathname)}`}>${t("sign_in_again")}</a></p>`}
    ${!signedOut.value && link.value === "offline" && html`<p class="notice" data-kind="offline"><${Icon} name="warn" size=${17} />
      <span>${t("offline")}${waiting ? ` ${t("offline_waiting", { count: waiting })}` : ""}</span></p>`}
    ${!signedOut.value && link.value === "polling" && html`<p class="notice" data-kind="polling"><${Icon} name="clock" size=${17} /><span>${t("polling")}</span></p>`}
  </div>`;
}

/** A file that is dropped beside the conversation would open in place of the inbox, and what was written would be gone. */
const keepPage = (event) => event.dataTransfer?.types.includes("Files") && event.preventDefault();

async function begin() {
  await speak(boot.me.language === "en" ? "en" : "id");
  setTheme(theme.value);
  applyWidths();
  effect(() => {
    document.title = titleText();
  });
  setInterval(() => {
    now.value = Date.now();
  }, 10_000);
  addEventListener("keydown", onKey);
  for (const kind of ["dragover", "drop"]) addEventListener(kind, keepPage);
  addEventListener("popstate", follow);
  follow();
  render(html`<${App} />`, document.getElementById("app"));
  readChoices();
  await showList();
  start({ enter: (frame) => (hear(frame), enter(frame)), resync: async () => (await Promise.all([mine(), resync()])).every(Boolean) });
  effect(() => {
    if (calls.value) look();
  });
  effect(() => {
    if (openId.value) saw(openId.value);
  });
  loadMacros();
  watchWarnings();
}

begin();
