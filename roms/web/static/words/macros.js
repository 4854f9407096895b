// Macros: steps in their order, each with what it needs.
import { html, useState } from "../vendor/ui.js";
import { colleagues } from "../inbox/boot.js";
import { Empty, IconButton } from "../inbox/bits.js";
import { Icon } from "../inbox/icons.js";
import { Label } from "../inbox/labels.js";
import { stepText } from "../inbox/macros.js";
import { number, t } from "../inbox/text.js";
import { Ends, Field, Head, Sure, TeamField } from "./parts.js";
import { ask, editing, held } from "./state.js";

export function Macros({ of }) {
  return html`<${Head} text=${t("macros_text")} add=${t("macro_new")} may=${of.may_edit} />
    ${editing.value === 0 && html`<section class="card"><h2>${t("macro_new")}</h2><${Form} macro=${{ name: "", team: null, steps: [{ do: "label", label: "" }] }} of=${of} /></section>`}
    ${of.items.length ? html`<ul class="word-list">${of.items.map((macro) => html`<li class="card" key=${macro.id}>${editing.value === macro.id ? html`<${Form} macro=${macro} of=${of} />` : html`<${One} macro=${macro} of=${of} />`}</li>`)}</ul>`
      : editing.value !== 0 && html`<${Empty} icon="play" title=${t("macros_none")} text=${t("macros_none_text")} />`}`;
}

const One = ({ macro, of }) => html`<div class="word-row"><b>${macro.name}</b>${macro.team && html`<span class="chip">${of.teams?.find(({ key }) => key === macro.team)?.name ?? macro.team}</span>`}<span class="grow"></span>
    ${of.may_edit && html`<button type="button" class="button quiet" aria-label=${t("edit_of", { name: macro.name })} onClick=${() => (editing.value = macro.id)}><${Icon} name="pencil" size=${15} />${t("edit")}</button>
      <${Sure} label=${t("remove")} question=${t("remove_of", { name: macro.name })} onYes=${() => ask("DELETE", `/api/macros/${macro.id}`, undefined, "removed")} />`}</div>
  <ol class="steps">${macro.steps.map((step, i) => html`<li key=${i}>${step.do === "label" ? html`<${Label} name=${step.label} />` : step.saved ? savedText(step.saved) : stepText(step)}</li>`)}</ol>`;

const savedText = (id) => {
  const reply = held.value.saved?.items.find((each) => each.id === id);
  return `${t("macro_step_saved")}${reply ? `: /${reply.shortcut}` : ""}`;
};

const FRESH = { label: { label: "" }, unlabel: { label: "" }, label_contact: { label: "" }, unlabel_contact: { label: "" }, reply: { text: "" }, note: { text: "" }, assign: { agent: "me" }, close: {}, transfer: { team: "" }, snooze: { minutes: 60 } };

function Form({ macro, of }) {
  const [values, setValues] = useState({ name: macro.name, team: macro.team, steps: macro.steps });
  const [wrong, setWrong] = useState({ field: "", text: "", step: 0 });
  const set = (news) => setValues({ ...values, ...news });
  const step = (at, news) => set({ steps: values.steps.map((each, i) => (i === at ? news : each)) });
  const move = (at, by) => {
    const steps = [...values.steps];
    [steps[at], steps[at + by]] = [steps[at + by], steps[at]];
    set({ steps });
  };
  const save = async (event) => {
    event.preventDefault();
    const said = await (macro.id ? ask("PATCH", `/api/macros/${macro.id}`, values) : ask("POST", "/api/macros", values));
    if (said.ok) editing.value = null;
    else setWrong(said);
  };
  return html`<form class="fields" onSubmit=${save}>
    <${Field} name="name" label=${t("macro_name")} wrong=${wrong.step ? "" : wrong.text}><input name="name" required maxlength="120" autofocus value=${values.name} onInput=${(event) => set({ name: event.target.value })} /></${Field}>
    <ol class="step-forms">${values.steps.map((each, i) => html`<li key=${i} data-bad=${wrong.step === i + 1}><${Step} step=${each} place=${i + 1} kinds=${of.steps} onStep=${(news) => step(i, news)} />
      <span class="step-acts">${i > 0 && html`<${IconButton} icon="up" size=${15} label=${t("step_up", { at: number(i + 1) })} onClick=${() => move(i, -1)} />`}
        ${values.steps.length > 1 && html`<${IconButton} icon="close" size=${15} label=${t("step_remove", { at: number(i + 1) })} onClick=${() => set({ steps: values.steps.filter((_, at) => at !== i) })} />`}</span>
      ${wrong.step === i + 1 && html`<small class="wrong" role="alert">${wrong.text}</small>`}</li>`)}</ol>
    <button type="button" class="link-button" disabled=${values.steps.length >= 10} onClick=${() => set({ steps: [...values.steps, { do: "label", label: "" }] })}>${t("step_add")}</button>
    <${TeamField} value=${values.team} teams=${of.teams ?? []} onInput=${(team) => set({ team })} />
    <${Ends} /></form>`;
}

function Step({ step, place, kinds, onStep }) {
  const named = (key) => t("step_field", { at: number(place), what: t(key) });
  return html`<select aria-label=${named("step_kind")} value=${step.do} onChange=${(event) => onStep({ do: event.target.value, ...FRESH[event.target.value] })}>${kinds.map((kind) => html`<option key=${kind} value=${kind}>${t(`step_${kind}`)}</option>`)}</select>
    ${step.do.includes("label") && html`<input list="all-labels" required maxlength="60" aria-label=${named("step_label")} value=${step.label} onInput=${(event) => onStep({ ...step, label: event.target.value })} />
      <datalist id="all-labels">${(held.value.labels?.items ?? []).filter((each) => each.is_active).map(({ key }) => html`<option key=${key} value=${key}></option>`)}</datalist>`}
    ${step.do === "reply" && html`<select aria-label=${named("step_reply")} value=${step.saved ?? ""} onChange=${(event) => onStep(event.target.value ? { do: "reply", saved: Number(event.target.value) } : { do: "reply", text: "" })}>
      <option value="">${t("step_own_words")}</option>${(held.value.saved?.items ?? []).map((reply) => html`<option key=${reply.id} value=${reply.id}>/${reply.shortcut} · ${reply.title}</option>`)}</select>`}
    ${(step.do === "note" || (step.do === "reply" && !step.saved)) && html`<textarea rows="2" required maxlength="4096" aria-label=${named("step_words")} value=${step.text} onInput=${(event) => onStep({ ...step, text: event.target.value })}></textarea>`}
    ${step.do === "assign" && html`<select aria-label=${named("step_agent")} value=${step.agent} onChange=${(event) => onStep({ ...step, agent: event.target.value === "me" ? "me" : Number(event.target.value) })}><option value="me">${t("macro_me")}</option>${colleagues.map(({ id, name }) => html`<option key=${id} value=${id}>${name}</option>`)}</select>`}
    ${step.do === "transfer" && html`<select required aria-label=${named("step_team")} value=${step.team} onChange=${(event) => onStep({ ...step, team: event.target.value })}><option value=""></option>${(held.value.macros?.teams ?? []).map(({ key, name }) => html`<option key=${key} value=${key}>${name}</option>`)}</select>`}
    ${step.do === "snooze" && html`<input type="number" min="1" max="43200" required aria-label=${named("step_minutes")} value=${step.minutes} onInput=${(event) => onStep({ ...step, minutes: Number(event.target.value) })} />`}`;
}
