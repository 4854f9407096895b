// Who keeps which hours, and within what time it answers.
import { html } from "../vendor/ui.js";
import { t } from "../inbox/text.js";
import { all, give } from "./state.js";

export function Teams() {
  const { teams, usual_within } = all.value;
  return html`<section class="card" aria-labelledby="teams-title"><h2 id="teams-title">${t("teams")}</h2>
    <p class="muted">${t("teams_text")}</p>
    ${teams.length ? html`<ul class="teams">${teams.map((team) => html`<${Team} key=${team.id} team=${team} usual=${usual_within} />`)}</ul>` : html`<p class="none">${t("teams_none")}</p>`}</section>`;
}

function Team({ team, usual }) {
  const minutes = team.answer_within === null ? "" : String(team.answer_within / 60);
  const within = (event) => give(team, team.hours, event.target.value === "" ? null : Math.round(Number(event.target.value) * 60));
  const hours = (event) => give(team, Number(event.target.value) || null, team.answer_within);
  return html`<li><b class="team-name">${team.name} <small class="muted">${team.key}</small></b>
    <label class="field"><span>${t("hours_of_team")}</span><select value=${team.hours ?? 0} onChange=${hours}>
      <option value="0">${t("as_flows_say")}</option>${all.value.hours.map(({ id, name }) => html`<option key=${id} value=${id}>${name}</option>`)}</select></label>
    <label class="field"><span>${t("answer_within")}</span><input type="number" inputmode="decimal" min="0.5" max="43200" step="0.5" placeholder=${t("as_usual", { minutes: Math.round(usual / 60) })} value=${minutes} onChange=${within} /></label></li>`;
}
