// A form made of what an adapter wants to know. Secrets are written, never read: the page is not sent them.
import { html, useState } from "../vendor/ui.js";
import { has, shortTime, t } from "../inbox/text.js";
import { act } from "./state.js";
import { Note } from "./parts.js";

const word = (kind, name, more = "") => {
  const own = `field_${kind}_${name}${more}`;
  return has(own) ? t(own) : has(`field_${name}${more}`) ? t(`field_${name}${more}`) : more ? "" : name;
};

/** `channel` is null for a new one. Only what was written is sent. */
export function Fields({ about, channel = null, method, path, extra = {}, submit, onDone }) {
  const [values, setValues] = useState({});
  const [problem, setProblem] = useState(null);
  const [busy, setBusy] = useState(false);
  const asked = about.fields.filter((field) => channel || !field.made_by_us);
  const set = (name) => (event) => setValues({ ...values, [name]: event.target.value });
  const send = async (event) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    const given = { ...extra, values: Object.fromEntries(Object.entries(values).filter(([name]) => name !== "name")) };
    if (!channel) given.name = values.name ?? "";
    const answer = await act(method, path, given, (error) => error.data.field !== undefined && (setProblem(error.data), true));
    setBusy(false);
    if (answer) {
      setValues({});
      onDone?.(answer);
    }
  };
  return html`<form class="fields" onSubmit=${send} autocomplete="off">
    ${!channel && html`<${Field} label=${t("name")} help=${t("name_help")} problem=${problem?.field === "name" && problem}><input name="name" required maxlength="120" value=${values.name ?? ""} onInput=${set("name")} /></${Field}>`}
    ${asked.map((field) => html`<${Field} key=${field.name} label=${word(about.kind, field.name)} help=${word(about.kind, field.name, "_help")} optional=${!field.required}
      problem=${problem?.field === field.name && problem}><${Input} field=${field} channel=${channel} value=${values[field.name]} onInput=${set(field.name)} /></${Field}>`)}
    ${problem && problem.field === "" && html`<${Note} kind="bad" role="alert">${t("field_twice")}</${Note}>`}
    <div class="acts"><button class="button primary" disabled=${busy || (channel && !Object.keys(values).length)}>${busy ? t("working") : submit}</button></div>
  </form>`;
}

const Field = ({ label, help, optional, problem, children }) => html`<label class="field" data-bad=${Boolean(problem)}>
  <span>${label}${optional ? html` <small>(${t("optional")})</small>` : ""}</span>${children}
  ${problem && html`<small class="wrong" role="alert">${t(`field_${problem.problem ?? "shape"}`)}</small>`}
  ${help && html`<small>${help}</small>`}</label>`;

function Input({ field, channel, value, onInput }) {
  const { name, secret, required } = field;
  if (!secret) return html`<input name=${name} spellcheck="false" autocapitalize="off" required=${required} value=${value ?? (channel?.values[name] || field.default)} onInput=${onInput} />`;
  const kept = channel?.secrets[name];
  const hint = kept?.is_set ? (kept.at ? t("secret_set", { at: shortTime(kept.at) }) : t("secret_set_once")) : channel ? t("secret_unset") : "";
  return html`<input name=${name} type="password" autocomplete="new-password" spellcheck="false" required=${required && !kept?.is_set} placeholder=${hint} value=${value ?? ""} onInput=${onInput} />`;
}
