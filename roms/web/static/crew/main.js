// The whole wiring of the people and teams page: the address names what is shown, and it is looked at anew every few seconds.
import { effect, html, render } from "../vendor/ui.js";
import { Confirm } from "../channels/parts.js";
import { Presence, listen } from "../common/presence.js";
import { IconButton } from "../inbox/bits.js";
import { me } from "../inbox/boot.js";
import { Icon } from "../inbox/icons.js";
import { alerted, status, toasts } from "../inbox/notices.js";
import { speak, t } from "../inbox/text.js";
import { Members } from "./members.js";
import { Adding, People } from "./people.js";
import { Person } from "./person.js";
import { failed, follow, go, look, people, personOf, place, teamOf } from "./state.js";
import { Team } from "./team.js";
import { AddingTeam, Teams } from "./teams.js";

const LOOK_MS = 5_000;
const TABS = ["people", "teams", "members"];
const VIEWS = { people: People, teams: Teams, members: Members, add: Adding, "add-team": AddingTeam, person: Person, team: Team };
const ABOVE = { add: "", person: "", "add-team": "teams", team: "teams" };

const App = () => html`
  <a class="skip" href="#page" onClick=${(event) => (event.preventDefault(), document.getElementById("page").focus())}>${t("skip")}</a>
  <header class="top">${place.value.name in ABOVE ? html`<${IconButton} icon="back" size=${22} label=${t("back")} onClick=${() => go(ABOVE[place.value.name])} />`
    : html`<a class="icon-button" href="/inbox" aria-label=${t("to_inbox")} title=${t("to_inbox")}><${Icon} name="back" size=${22} /></a>`}<h1>${title()}</h1><span class="grow"></span><${Presence} /></header>
  <main id="page" class="page crew" tabindex="-1" aria-busy=${people.value === null}>
    ${!(place.value.name in ABOVE) && html`<nav class="tabs" aria-label=${t("parts")}>${TABS.map((name) => html`<a key=${name} href=${`#${name}`} aria-current=${place.value.name === name ? "page" : undefined}>${t(`${name}_tab`)}</a>`)}</nav>`}
    ${failed.value && html`<p class="note bad" role="alert">${failed.value}</p>`}
    ${people.value === null ? !failed.value && html`<p class="waiting-text" role="status"><span class="spinner" aria-hidden="true"></span>${t("working")}</p>` : html`<${VIEWS[place.value.name]} key=${`${place.value.name}${place.value.id}`} />`}
  </main>
  <${Confirm} />
  <div class="toasts">${toasts.value.map(({ id, text, kind }) => html`<div class="toast" key=${id} data-kind=${kind}><span>${text}</span></div>`)}</div>
  <div class="sr" role="status">${status.value}</div><div class="sr" role="alert">${alerted.value}</div>`;

function title() {
  const { name, id } = place.value;
  if (name === "add" || name === "add-team") return t(name === "add" ? "add" : "add_team");
  if (name === "person") return personOf(id)?.name ?? t("crew");
  return name === "team" ? (teamOf(id)?.name ?? t("crew")) : t("crew");
}

async function begin() {
  await speak(me.language === "en" ? "en" : "id", "crew");
  effect(() => {
    document.title = `${title()} · ROMS`;
  });
  addEventListener("hashchange", follow);
  render(html`<${App} />`, document.getElementById("app"));
  listen();
  await follow();
  setInterval(() => document.visibilityState === "visible" && look(), LOOK_MS);
}

begin();
