// Everybody at a glance, and the form for somebody new.
import { html, useState } from "../vendor/ui.js";
import { Copy, Note } from "../channels/parts.js";
import { Icon } from "../inbox/icons.js";
import { t } from "../inbox/text.js";
import { Changes } from "./changes.js";
import { Badge, Choices, Field, Role, Room, Skills } from "./parts.js";
import { change, go, people, teamsOf, told } from "./state.js";

export const ROLES = ["agent", "supervisor", "admin"];

export const People = () => html`
  <div class="bar"><p class="muted">${t("people_text")}</p><button type="button" class="button primary" onClick=${() => go("add")}><${Icon} name="userPlus" size=${17} />${t("add")}</button></div>
  <ul class="channels">${people.value.map((each) => html`<li key=${each.id}><${Row} of=${each} /></li>`)}</ul>
  <${Changes} />`;

const Row = ({ of }) => html`<a class="channel person-line" href=${`#p${of.id}`} data-off=${!of.is_active}>
  <${Badge} of=${of} /><span class="who"><b>${of.name}</b><span class="muted">${of.login}</span></span><${Role} of=${of} />
  <span class="line-more"><${Room} of=${of} />
    ${teamsOf(of).map((team) => html`<span class="tag team-tag" data-off=${!team.is_active} key=${team.id}>${team.name}</span>`)}<${Skills} of=${of} /></span></a>`;

export function Adding() {
  const [values, setValues] = useState({ login: "", name: "", role: "agent", language: "id", password: "" });
  const [own, setOwn] = useState(false);
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const set = (name) => (event) => setValues({ ...values, [name]: event.target.value });
  const send = async (event) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    const given = own ? values : { ...values, password: "" };
    const answer = await change("POST", "/api/people", given, { onRefused: (error) => error.data.field !== undefined && (setProblem(error.data), true) });
    setBusy(false);
    if (!answer) return;
    told.value = { id: answer.person.id, password: answer.password };
    go(`p${answer.person.id}`);
  };
  return html`<form class="card crew-form" onSubmit=${send} autocomplete="off">
    <${Field} label=${t("name")} field="name" problem=${problem}><input name="name" required maxlength="120" value=${values.name} onInput=${set("name")} /></${Field}>
    <${Field} label=${t("login")} field="login" problem=${problem} help=${t("login_help")}><input name="login" required maxlength="120" autocapitalize="off" spellcheck="false" value=${values.login} onInput=${set("login")} /></${Field}>
    <${Choices} legend=${t("role")} name="role" options=${ROLES} value=${values.role} onChange=${(role) => setValues({ ...values, role })} />
    <${Field} label=${t("language")} field="language" problem=${problem}><select name="language" value=${values.language} onChange=${set("language")}><option value="id">Bahasa Indonesia</option><option value="en">English</option></select></${Field}>
    <label class="check"><input type="checkbox" checked=${!own} onChange=${(event) => setOwn(!event.target.checked)} /><span>${t("password_made")}</span></label>
    ${own && html`<${Field} label=${t("new_password")} field="password" problem=${problem} help=${t("password_help")}><input name="password" type="text" autocomplete="off" autocapitalize="off" spellcheck="false" required minlength="10" value=${values.password} onInput=${set("password")} /></${Field}>`}
    <div class="acts"><button type="button" class="button quiet" onClick=${() => go("")}>${t("cancel")}</button><button class="button primary" disabled=${busy}>${busy ? t("working") : t("add")}</button></div>
  </form>`;
}

/** A password, told this once. */
export const Told = ({ login }) => html`<div class="told"><${Copy} secret label=${t("password_of", { login })} value=${told.value.password} /><${Note} kind="warn">${t("password_once")}</${Note}></div>`;
