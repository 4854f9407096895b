// Small pieces that the three pages share.
import { html, useState } from "../vendor/ui.js";
import { Icon } from "../inbox/icons.js";
import { t } from "../inbox/text.js";
import { editing } from "./state.js";

/** A field with what is wrong with it beside it. */
export function Field({ name, label, wrong = "", hint = "", children }) {
  return html`<label class="field" data-bad=${Boolean(wrong)}><span>${label}</span>${children}
    ${(wrong || hint) && html`<small id=${`${name}-said`} class=${wrong ? "wrong" : ""} role=${wrong ? "alert" : null}>${wrong || hint}</small>`}</label>`;
}

export const Head = ({ text, add, may }) => html`<div class="bar"><p class="muted">${text}</p>
  ${may && html`<button type="button" class="button primary" onClick=${() => (editing.value = 0)}><${Icon} name="plus" size=${17} />${add}</button>`}</div>`;

/** A button that asks once more before it does it. */
export function Sure({ label, question, onYes }) {
  const [open, setOpen] = useState(false);
  if (!open) return html`<button type="button" class="button quiet" onClick=${() => setOpen(true)}>${label}</button>`;
  return html`<span class="sure" role="group" aria-label=${question}><span>${question}</span>
    <button type="button" class="button" autofocus onClick=${onYes}>${t("yes")}</button><button type="button" class="button quiet" onClick=${() => setOpen(false)}>${t("cancel")}</button></span>`;
}

export const Ends = ({ busy = false, children = null }) => html`<div class="field-acts">${children}<span class="grow"></span>
  <button type="button" class="button quiet" onClick=${() => (editing.value = null)}>${t("cancel")}</button><button type="submit" class="button primary" disabled=${busy}>${t("save")}</button></div>`;

/** Everybody's, or one team's. */
export const TeamField = ({ value, teams, onInput }) => html`<${Field} name="team" label=${t("team")} hint=${t("team_hint")}>
  <select value=${value ?? ""} onChange=${(event) => onInput(event.target.value || null)}><option value="">${t("everybody")}</option>${teams.map(({ key, name }) => html`<option key=${key} value=${key}>${name}</option>`)}</select></${Field}>`;
