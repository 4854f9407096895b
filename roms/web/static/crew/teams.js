// Teams: a list, the form for a new one, and which channel is whose.
import { html, useState } from "../vendor/ui.js";
import { Empty, channelIcon } from "../inbox/bits.js";
import { Icon } from "../inbox/icons.js";
import { t } from "../inbox/text.js";
import { Field } from "./parts.js";
import { change, go, lines, personOf, teams, unmade } from "./state.js";

export const Teams = () => html`
  ${unmade.value.map((key) => html`<div class="note warn" role="note" key=${key}><${Icon} name="warn" size=${18} /><span>${t("unmade", { key })} <button type="button" class="link-button" onClick=${() => make(key)}>${t("unmade_make", { key })}</button></span></div>`)}
  <div class="bar"><p class="muted">${t("teams_text")}</p><button type="button" class="button primary" onClick=${() => go("add-team")}><${Icon} name="plus" size=${17} />${t("add_team")}</button></div>
  ${teams.value.length ? html`<ul class="channels">${teams.value.map((each) => html`<li key=${each.id}><${Row} of=${each} /></li>`)}</ul>` : html`<${Empty} icon="people" title=${t("teams_empty")} text=${t("teams_empty_text")} />`}
  ${lines.value.length > 0 && html`<section class="card defaults"><h2>${t("defaults")}</h2><p class="muted">${t("defaults_text")}</p>${lines.value.map((line) => html`<${Line} of=${line} key=${line.id} />`)}</section>`}`;

const make = (key) => change("POST", "/api/teams", { key, name: key.charAt(0).toUpperCase() + key.slice(1) }, { good: t("team_made", { key }) });

const Row = ({ of }) => html`<a class="channel person-line" href=${`#t${of.id}`} data-off=${!of.is_active}>
  <span class="kind team-kind"><${Icon} name="people" size=${20} /></span><span class="who"><b>${of.name}</b><span class="muted">${of.key} · ${t(`policy_${of.policy}`)}${of.answer_within ? ` · ${t("within", { count: of.answer_within / 60 })}` : ""}</span></span>
  <span class="state" data-tone=${of.is_active ? "good" : "quiet"}><span class="dot" aria-hidden="true"></span>${t(of.is_active ? "in_use" : "out_of_use")}</span>
  <span class="line-more">${of.members.length ? of.members.map((id) => personOf(id)).filter(Boolean).map((each) => html`<span class="tag" key=${each.id} data-off=${!each.is_active}>${each.name}</span>`) : html`<span class="muted">${t("everybody")}</span>`}
    ${of.flows.length > 0 && html`<span class="muted">${t("named_in", { count: of.flows.length })}</span>`}</span></a>`;

function Line({ of }) {
  const set = async (event) => {
    const box = event.target;
    const team = box.value ? Number(box.value) : null;
    const answer = await change("PUT", `/api/channels/${of.id}/team`, { team }, { good: t("saved") });
    if (!answer) box.value = of.team ?? "";
  };
  return html`<label class="field default-line"><span><${Icon} name=${channelIcon(of.kind)} size=${16} /> ${of.name}</span>
    <select value=${of.team ?? ""} onChange=${set}><option value="">${t("everybody")}</option>${offered(of.team).map((team) => html`<option key=${team.id} value=${team.id}>${team.name}</option>`)}</select></label>`;
}

/** Teams in use, and the one that is chosen whatever became of it. */
const offered = (chosen) => teams.value.filter((team) => team.is_active || team.id === chosen);

export function AddingTeam() {
  const [values, setValues] = useState({ key: "", name: "" });
  const [touched, setTouched] = useState(false);
  const [problem, setProblem] = useState(null);
  const named = (name) => setValues({ name, key: touched ? values.key : keyOf(name) });
  const send = async (event) => {
    event.preventDefault();
    setProblem(null);
    const answer = await change("POST", "/api/teams", values, { onRefused: (error) => error.data.field !== undefined && (setProblem(error.data), true) });
    if (answer) go(`t${answer.team.id}`);
  };
  return html`<form class="card crew-form" onSubmit=${send} autocomplete="off">
    <${Field} label=${t("name")} field="name" problem=${problem}><input name="name" required maxlength="120" value=${values.name} onInput=${(event) => named(event.target.value)} /></${Field}>
    <${Field} label=${t("key")} field="key" problem=${problem} help=${t("key_help")}><input name="key" required maxlength="79" autocapitalize="off" spellcheck="false" value=${values.key} onInput=${(event) => (setTouched(true), setValues({ ...values, key: event.target.value }))} /></${Field}>
    <div class="acts"><button type="button" class="button quiet" onClick=${() => go("teams")}>${t("cancel")}</button><button class="button primary">${t("add_team")}</button></div></form>`;
}

const keyOf = (name) => name.normalize("NFKD").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 79);

