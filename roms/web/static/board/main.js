// The whole wiring of the board on one page.
import { effect, html, render } from "../vendor/ui.js";
import { me } from "../inbox/boot.js";
import { Empty, nameOf } from "../inbox/bits.js";
import { Icon } from "../inbox/icons.js";
import { alerted, dismiss, status, toast, toasts } from "../inbox/notices.js";
import { setTheme, theme } from "../inbox/settings.js";
import { start } from "../inbox/socket.js";
import { link, signedOut } from "../inbox/store.js";
import { speak, t } from "../inbox/text.js";
import { hear, mine } from "../common/presence.js";
import { Column, dropsOn } from "./column.js";
import { Dialogs } from "./dialogs.js";
import { BACKLOG } from "./moving.js";
import { Figures, Longest, Top } from "./head.js";
import { columns, dragged, enter, look, state, tick, world } from "./state.js";

const App = () => html`
  <a class="skip" href="#board">${t("skip")}</a>
  <${Notices} /><${Top} />
  <main id="board" class="board" tabindex="-1" aria-busy=${state.value === "loading"}>${html`<${PLACES[state.value]} />`}</main>
  <${Zones} /><${Dialogs} />
  <div class="toasts">${toasts.value.map(({ id, text, kind, act }) => html`<div class="toast" key=${id} data-kind=${kind}><span>${text}</span>
    ${act && html`<button type="button" onClick=${() => (dismiss(id), act.run())}>${act.label}</button>`}</div>`)}</div>
  <div class="sr" role="status">${status.value}</div><div class="sr" role="alert">${alerted.value}</div>`;

const Board = () => html`<${Figures} /><${Longest} /><div class="columns">${columns.value.map((column) => html`<${Column} key=${column.id ?? "backlog"} column=${column} />`)}</div>`;

const Failed = () => html`<${Empty} icon="warn" title=${t("failed")} text=${t("failed_text")}><button type="button" class="button" onClick=${() => ((state.value = "loading"), look())}>${t("try_again")}</button></${Empty}>`;

const Loading = () => html`<p class="working" role="status">${t("working")}</p>`;

const PLACES = { ready: Board, error: Failed, loading: Loading };

const Notices = () => html`<div class="notices">
  ${signedOut.value && html`<p class="notice" data-kind="out" role="alert"><${Icon} name="out" size=${17} /><span>${t("signed_out")}</span><a href="/login?next=/board">${t("sign_in_again")}</a></p>`}
  ${!signedOut.value && link.value === "offline" && html`<p class="notice" data-kind="offline" role="alert"><${Icon} name="warn" size=${17} /><span>${t("offline")}</span></p>`}
  ${!signedOut.value && link.value === "polling" && html`<p class="notice" data-kind="polling"><${Icon} name="clock" size=${17} /><span>${t("polling")}</span></p>`}</div>`;

/** Places far away, at hand while a card is dragged. */
const Zones = () => html`<div class="zones" hidden=${!dragged.value} aria-hidden="true"><div class="zone" ...${dropsOn(BACKLOG)}>${t("backlog")}</div>
  ${world.value.teams.map(({ key, name }) => html`<div class="zone" key=${key} data-team=${key} ...${dropsOn({ team: key })}>${t("to_team", { team: name })}</div>`)}</div>`;

function heard(frame) {
  hear(frame);
  enter(frame);
  if (frame.ring === "supervisors") toast(t("escalated", { name: nameOf(frame.conversation) }), { kind: "error", ms: 30_000 });
}

async function resync() {
  const [board, self] = await Promise.all([look(), mine()]);
  return board && self;
}

/** A card that left the board while it was dragged never says that the drag is over; while it lasts no pointer moves. */
function dropped() {
  if (dragged.value) dragged.value = null;
}

async function begin() {
  await speak(me.language === "en" ? "en" : "id", "board");
  setTheme(theme.value);
  effect(() => {
    document.title = `${t("board")} · ROMS`;
  });
  setInterval(tick, 1000);
  addEventListener("visibilitychange", () => document.visibilityState === "visible" && look());
  addEventListener("pointermove", dropped);
  render(html`<${App} />`, document.getElementById("app"));
  await look();
  start({ enter: heard, resync });
}

begin();
