// One team: whose turn it is, who is in it, where flows name it.
import { html, useState } from "../vendor/ui.js";
import { Busy, Note } from "../channels/parts.js";
import { Empty } from "../inbox/bits.js";
import { t } from "../inbox/text.js";
import { Choices, Field, Toggles } from "./parts.js";
import { change, hours, lines, people, place, setMember, teamOf } from "./state.js";

const POLICIES = ["round_robin", "least_loaded"];
const NAMES = ["name", "policy", "answer_within", "hours_id"];
const picked = (team) => Object.fromEntries(NAMES.map((name) => [name, team[name]]));
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

export function Team() {
  const team = teamOf(place.value.id);
  if (!team) return html`<${Empty} icon="people" title=${t("gone_team")} text=${t("gone_text")} />`;
  const mine = lines.value.filter((line) => line.team === team.id);
  const candidates = people.value.filter((each) => each.is_active || team.members.includes(each.id));
  return html`<div class="one crew-one">
    <${Settings} team=${team} key=${team.id} />
    <section class="card"><h2>${t("members")}</h2><p class="muted">${t(team.members.length ? "members_text" : "members_none")}</p>
      <${Toggles} label=${t("members")} of=${candidates} isIn=${(person) => team.members.includes(person.id)} nameOf=${(person) => person.name} onToggle=${(person, isIn) => setMember(team, person, isIn)} /></section>
    <section class="card"><h2>${t("used")}</h2><${Uses} flows=${team.flows} channels=${mine.map((line) => line.name)} none=${t("used_none", { key: team.key })} /></section>
    <section class="card"><h2>${t(team.is_active ? "team_off" : "team_on")}</h2><${Activity} team=${team} key=${`${team.id}${team.is_active}`} /></section>
  </div>`;
}

const Uses = ({ flows, channels, none }) => (flows.length + channels.length === 0 ? html`<p class="muted">${none}</p>` : html`<ul class="uses">
  ${flows.map((use) => html`<li key=${`${use.file}${use.line}`}><code>${use.file}:${use.line}</code> <span class="muted">${use.step}</span></li>`)}
  ${channels.map((name) => html`<li key=${name}>${t("used_by_channel", { name })}</li>`)}</ul>`);

function Settings({ team }) {
  const [base, setBase] = useState(picked(team)); // as it was when somebody began to change it
  const [values, setValues] = useState(picked(team));
  const [problem, setProblem] = useState(null);
  const dirty = !same(values, base);
  if (!dirty && !same(base, picked(team))) {
    setBase(picked(team));
    setValues(picked(team));
  }
  const put = (some) => setValues({ ...values, ...some });
  const save = async (event) => {
    event.preventDefault();
    setProblem(null);
    const changed = Object.fromEntries(NAMES.filter((name) => values[name] !== base[name]).map((name) => [name, values[name]]));
    const answer = await change("PATCH", `/api/teams/${team.id}`, changed, { good: t("saved"), onRefused: (error) => error.data.field !== undefined && (setProblem(error.data), true) });
    if (!answer) return;
    setBase(picked(answer.team));
    setValues(picked(answer.team));
  };
  const minutes = values.answer_within === null ? "" : values.answer_within / 60;
  return html`<form class="card crew-form wide" onSubmit=${save} aria-label=${t("settings")}>
    ${!team.is_active && html`<${Note} kind="warn">${t("team_off_now")}</${Note}>`}
    <div class="two-columns"><div class="column">
      <${Field} label=${t("name")} field="name" problem=${problem} help=${t("key_is", { key: team.key })}><input name="name" required maxlength="120" value=${values.name} onInput=${(event) => put({ name: event.target.value })} /></${Field}>
      <${Field} label=${t("answer_within")} field="answer_within" problem=${problem} help=${t("answer_within_help")}><input name="answer_within" type="number" inputmode="decimal" step="any" min="1" max="10080" placeholder=${t("as_lifecycle")} value=${minutes}
        onInput=${(event) => put({ answer_within: event.target.value === "" ? null : Math.round(Number(event.target.value) * 60) })} /></${Field}>
      <${Field} label=${t("hours")} field="hours_id" problem=${problem} help=${t("hours_help")}><select name="hours" value=${values.hours_id ?? ""} onChange=${(event) => put({ hours_id: event.target.value ? Number(event.target.value) : null })}>
        <option value="">${t("as_release")}</option>${hours.value.map((each) => html`<option key=${each.id} value=${each.id}>${each.name}</option>`)}</select></${Field}>
    </div><div class="column"><${Choices} legend=${t("policy")} name="policy" options=${POLICIES} value=${values.policy} onChange=${(policy) => put({ policy })} /></div></div>
    <div class="acts"><button class="button primary" disabled=${!dirty}>${t("save")}</button>${dirty && html`<button type="button" class="button quiet" onClick=${() => (setValues(base), setProblem(null))}>${t("undo")}</button>`}</div>
  </form>`;
}

function Activity({ team }) {
  const [used, setUsed] = useState(null);
  const set = async (is_active, sure = false) => {
    const answer = await change("PATCH", `/api/teams/${team.id}`, { is_active, sure }, { good: t("saved"), onRefused: (error) => error.code === "team_used" && (setUsed(error.data), true) });
    if (answer) setUsed(null);
  };
  if (!team.is_active) return html`<p class="muted">${t("team_on_text")}</p><div class="acts"><${Busy} icon="play" run=${() => set(true)}>${t("team_on")}</${Busy}></div>`;
  if (!used) return html`<p class="muted">${t("team_off_text")}</p><div class="acts"><${Busy} icon="pause" run=${() => set(false)}>${t("team_off")}</${Busy}></div>`;
  return html`<${Note} kind="bad" role="alert">${t("team_used")}</${Note}><${Uses} flows=${used.flows} channels=${used.channels} none="" />
    ${used.waiting > 0 && html`<p>${t("team_waiting", { count: used.waiting })}</p>`}
    <div class="acts"><${Busy} run=${() => set(false, true)}>${t("team_off_sure")}</${Busy}><button type="button" class="button quiet" onClick=${() => setUsed(null)}>${t("cancel")}</button></div>`;
}
