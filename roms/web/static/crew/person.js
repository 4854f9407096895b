// One person: who they are, what they do and see, and how they come in.
import { html, useState } from "../vendor/ui.js";
import { Busy, Note } from "../channels/parts.js";
import { Empty } from "../inbox/bits.js";
import { me } from "../inbox/boot.js";
import { toast } from "../inbox/notices.js";
import { shortTime, t } from "../inbox/text.js";
import { Badge, Choices, Field, Role, Room, SkillBox, Toggles, Wrong } from "./parts.js";
import { ROLES, Told } from "./people.js";
import { change, personOf, place, setMember, teamsInUse, told } from "./state.js";

const SEES = ["all", "team", "own"];
const NAMES = ["name", "role", "language", "capacity", "skills", "sees", "sees_numbers"];
const picked = (person) => Object.fromEntries(NAMES.map((name) => [name, person[name]]));
const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

export function Person() {
  const person = personOf(place.value.id);
  if (!person) return html`<${Empty} icon="person" title=${t("gone_person")} text=${t("gone_text")} />`;
  return html`<div class="one crew-one">
    <section class="card"><p class="now"><${Badge} of=${person} /><span class="who"><b>${person.name}</b><span class="muted">${person.login} · ${t("since", { at: shortTime(person.created_at) })}</span></span><${Role} of=${person} />
      <${Room} of=${person} /></p>
      ${told.value?.id === person.id && html`<${Told} login=${person.login} />`}
      ${!person.is_active && html`<${Note} kind="warn">${t("inactive_text")}</${Note}>`}</section>
    <${Settings} person=${person} key=${person.id} />
    <section class="card"><h2>${t("teams")}</h2><p class="muted">${t("teams_of_text")}</p>
      ${teamsInUse().length ? html`<${Toggles} label=${t("teams")} of=${teamsInUse()} isIn=${(team) => team.members.includes(person.id)} nameOf=${(team) => team.name} onToggle=${(team, isIn) => setMember(team, person, isIn)} />`
        : html`<p class="muted">${t("teams_none")}</p>`}</section>
    <section class="card"><h2>${t("sign_in")}</h2><${SignIn} person=${person} /></section>
    <section class="card"><h2>${t(person.is_active ? "deactivate" : "reactivate")}</h2><${Activity} person=${person} key=${`${person.id}${person.is_active}`} /></section>
  </div>`;
}

function Settings({ person }) {
  const [base, setBase] = useState(picked(person)); // as it was when this person began to change it
  const [values, setValues] = useState(picked(person));
  const [problem, setProblem] = useState(null);
  const dirty = !same(values, base);
  if (!dirty && !same(base, picked(person))) {
    setBase(picked(person));
    setValues(picked(person));
  }
  const put = (some) => setValues({ ...values, ...some });
  const save = async (event) => {
    event.preventDefault();
    setProblem(null);
    const changed = Object.fromEntries(NAMES.filter((name) => !same(values[name], base[name])).map((name) => [name, values[name]]));
    const answer = await change("PATCH", `/api/people/${person.id}`, changed, { good: t("saved"), onRefused: (error) => error.data.field !== undefined && (setProblem(error.data), true) });
    if (!answer) return;
    setBase(picked(answer.person));
    setValues(picked(answer.person));
  };
  const seesAll = values.role !== "agent";
  return html`<form class="card crew-form wide" onSubmit=${save} aria-label=${t("settings")}>
    <div class="two-columns"><div class="column">
      <${Field} label=${t("name")} field="name" problem=${problem}><input name="name" required maxlength="120" value=${values.name} onInput=${(event) => put({ name: event.target.value })} /></${Field}>
      <${Choices} legend=${t("role")} name="role" options=${ROLES} value=${values.role} onChange=${(role) => put({ role })} />
      ${person.id === me.id && values.role !== base.role && html`<${Note} kind="warn" role="alert">${t("own_role")}</${Note}>`}
      <${Field} label=${t("language")} field="language" problem=${problem}><select name="language" value=${values.language} onChange=${(event) => put({ language: event.target.value })}><option value="id">Bahasa Indonesia</option><option value="en">English</option></select></${Field}>
    </div><div class="column">
      <${Field} label=${t("capacity")} field="capacity" problem=${problem} help=${t("capacity_help")}><input name="capacity" type="number" inputmode="numeric" min="1" max="1000" placeholder=${t("no_limit")} value=${values.capacity ?? ""}
        onInput=${(event) => put({ capacity: event.target.value === "" ? null : Number(event.target.value) })} /></${Field}>
      <div class="field" data-bad=${problem?.field === "skills"}><label for="skills"><span>${t("skills")}</span></label><${SkillBox} value=${values.skills} onChange=${(skills) => put({ skills })} /><${Wrong} field="skills" problem=${problem} /><small>${t("skills_help")}</small></div>
      <${Choices} legend=${t("sees")} name="sees" options=${SEES} value=${seesAll ? "all" : values.sees} disabled=${seesAll} onChange=${(sees) => put({ sees })} />
      ${seesAll && html`<p class="muted">${t("sees_all_role")}</p>`}
      <label class="check"><input type="checkbox" checked=${values.sees_numbers} onChange=${(event) => put({ sees_numbers: event.target.checked })} /><span>${t("sees_numbers")}</span></label>
    </div></div>
    <div class="acts"><button class="button primary" disabled=${!dirty}>${t("save")}</button>${dirty && html`<button type="button" class="button quiet" onClick=${() => (setValues(base), setProblem(null))}>${t("undo")}</button>`}</div>
  </form>`;
}

function SignIn({ person }) {
  const renew = async () => {
    const answer = await change("POST", `/api/people/${person.id}/password`, {});
    if (answer) told.value = { id: person.id, password: answer.password };
    if (answer) document.getElementById("page").scrollTop = 0;
  };
  const end = () => change("DELETE", `/api/people/${person.id}/sessions`, undefined, { good: t("signed_out", { name: person.name }) });
  const browsers = html`<p class="muted">${t("browsers", { count: person.browsers })}</p>`;
  if (person.id === me.id) return html`${browsers}<p class="muted">${t("renew_own")} <a href="/inbox">${t("to_inbox")}</a></p>`;
  return html`${browsers}
    <div class="acts"><${Busy} icon="out" disabled=${!person.browsers} run=${end}>${t("end_sessions")}</${Busy}><${Busy} icon="reopen" run=${renew}>${t("renew_password")}</${Busy}></div>
    <p class="muted">${t("renew_text")}</p>`;
}

function Activity({ person }) {
  const [sure, setSure] = useState(false);
  const set = async (is_active) => {
    const answer = await change("PATCH", `/api/people/${person.id}`, { is_active });
    setSure(false);
    if (answer) toast(t(is_active ? "reactivated" : "deactivated", { name: person.name, count: answer.given_back }));
  };
  if (!person.is_active) return html`<p class="muted">${t("reactivate_text")}</p><div class="acts"><${Busy} icon="play" run=${() => set(true)}>${t("reactivate")}</${Busy}></div>`;
  return html`<p class="muted">${t("deactivate_text")}</p>
    ${sure ? html`<span class="sure"><span>${t("deactivate_sure", { name: person.name, count: person.open })}</span><${Busy} run=${() => set(false)}>${t("deactivate")}</${Busy}><button type="button" class="button quiet" onClick=${() => setSure(false)}>${t("cancel")}</button></span>`
      : html`<div class="acts"><button type="button" class="button" onClick=${() => setSure(true)}>${t("deactivate")}</button></div>`}`;
}
