// What admins did with people and teams, newest first: who, to whom, from what to what.
import { html } from "../vendor/ui.js";
import { Moment } from "../inbox/bits.js";
import { shortTime, t } from "../inbox/text.js";
import { skillName } from "./parts.js";
import { hours, personOf, teams, trail } from "./state.js";

const nameOf = (id) => personOf(id)?.name ?? `#${id}`;
const teamName = (key) => teams.value.find((each) => each.key === key)?.name ?? key;
const yes = (is) => t(is ? "yes" : "no");

/** How each thing that can change is said; what is not here is said as it is. */
const SAID = {
  role: (role) => t(`role_${role}`),
  sees: (sees) => t(`sees_${sees}`),
  policy: (policy) => t(`policy_${policy}`),
  capacity: (capacity) => capacity ?? t("no_limit"),
  answer_within: (seconds) => (seconds === null ? t("as_lifecycle") : t("within", { count: Math.round(seconds / 60) })),
  hours_id: (id) => (id === null ? t("as_release") : (hours.value.find((each) => each.id === id)?.name ?? `#${id}`)),
  skills: (skills) => skills.map(skillName).join(", ") || "–",
  language: skillName,
  sees_numbers: yes,
  is_active: yes,
};
const MARKED = "person_changed"; // its names are kept as marks: they are people's own

export function sentence({ event, data, by }) {
  const values = { by: by === null ? t("by_shell") : nameOf(by), person: data.person && nameOf(data.person), team: data.team && teamName(data.team) };
  return t(`trail_${event}`, { ...values, role: data.role && !Array.isArray(data.role) ? t(`role_${data.role}`) : "" });
}

/** "Role: Agent → Supervisor". */
const differences = ({ event, data }) => Object.entries(data).filter(([, value]) => Array.isArray(value)).map(([field, [before, after]]) => {
  if (field === "name" && event === MARKED) return t("trail_name");
  const say = SAID[field] ?? ((value) => value);
  return `${t(`trail_field_${field}`)}: ${say(before)} → ${say(after)}`;
});

export const Changes = () => html`<section class="card trail" aria-labelledby="trail"><h2 id="trail">${t("trail")}</h2>
  ${trail.value.length ? html`<ol class="timeline">${trail.value.map((each) => html`<li key=${each.id} data-event=${each.event}>
    <${Moment} at=${each.at}>${shortTime(each.at)}</${Moment}><span><b>${sentence(each)}</b>${differences(each).map((text) => html`<small key=${text}>${text}</small>`)}</span></li>`)}</ol>`
    : html`<p class="muted">${t("trail_none")}</p>`}</section>`;
