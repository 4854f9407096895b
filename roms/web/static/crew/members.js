// Who is in which team: a table to tick on a wide screen, chips on a narrow one.
import { html } from "../vendor/ui.js";
import { Empty } from "../inbox/bits.js";
import { t } from "../inbox/text.js";
import { Badge, Toggles } from "./parts.js";
import { go, people, setMember, teamsInUse } from "./state.js";

export function Members() {
  const teams = teamsInUse();
  const some = people.value.filter((each) => each.is_active);
  if (!teams.length) return html`<${Empty} icon="people" title=${t("teams_empty")} text=${t("teams_empty_text")}><button type="button" class="button primary" onClick=${() => go("add-team")}>${t("add_team")}</button></${Empty}>`;
  return html`<p class="muted members-text">${t("matrix_text")}</p>
    <div class="matrix-frame"><table class="matrix" onKeyDown=${step}><caption class="sr">${t("members_tab")}</caption>
      <thead><tr><th scope="col">${t("person")}</th>${teams.map((team) => html`<th scope="col" key=${team.id}><a href=${`#t${team.id}`}>${team.name}</a></th>`)}</tr></thead>
      <tbody>${some.map((person) => html`<tr key=${person.id}><th scope="row"><a href=${`#p${person.id}`}><${Badge} of=${person} /><span class="who"><b>${person.name}</b><span class="muted">${t(`role_${person.role}`)}</span></span></a></th>
        ${teams.map((team) => html`<td key=${team.id}><${Cell} person=${person} team=${team} /></td>`)}</tr>`)}</tbody></table></div>
    <ul class="member-chips">${some.map((person) => html`<li class="card" key=${person.id}><a class="chip-head" href=${`#p${person.id}`}><${Badge} of=${person} /><span class="who"><b>${person.name}</b><span class="muted">${t(`role_${person.role}`)}</span></span></a>
      <${Toggles} label=${t("teams_of", { name: person.name })} of=${teams} isIn=${(team) => team.members.includes(person.id)} nameOf=${(team) => team.name} onToggle=${(team, isIn) => setMember(team, person, isIn)} /></li>`)}</ul>`;
}

function Cell({ person, team }) {
  const isIn = team.members.includes(person.id);
  const set = async (event) => {
    const box = event.target;
    if (!(await setMember(team, person, box.checked))) box.checked = isIn;
  };
  return html`<label class="tick"><input type="checkbox" checked=${isIn} aria-label=${t("person_in_team", { name: person.name, team: team.name })} onChange=${set} /></label>`;
}

const WAYS = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] };

/** The arrow keys go from box to box. */
function step(event) {
  const way = WAYS[event.key];
  if (!way || event.target.type !== "checkbox") return;
  const cell = event.target.closest("td");
  const rows = [...cell.closest("tbody").rows];
  const row = rows[rows.indexOf(cell.parentElement) + way[0]];
  const box = row?.cells[cell.cellIndex + way[1]]?.querySelector("input");
  if (!box) return;
  event.preventDefault();
  box.focus();
}
