// Whether a contact wants advertising: what was said, when and by whom, and the way to set or lift it by hand.
import { html, useEffect, useState } from "../vendor/ui.js";
import { post } from "./api.js";
import { Moment, whole } from "./bits.js";
import { Icon } from "./icons.js";
import { contactPath, trying } from "./person.js";
import { has, shortTime, t } from "./text.js";

/** In the thread and at the contact: “wrote “STOP””, “Ani: asked on the phone”. */
export function howText({ how, text, by }) {
  const key = `consent_${how}`;
  return has(key) ? t(key, { text, name: whole(by ?? null) }) : "";
}

export function Consent({ contact, onChanged }) {
  const [reason, setReason] = useState(null);
  useEffect(() => setReason(null), [contact.id]);
  const said = contact.consent;
  const isOut = Boolean(contact.opted_out_at);
  const save = async (event) => {
    event.preventDefault();
    if (!(await trying(() => post(contactPath(contact.id, "/consent"), { wanted: isOut, reason: reason.trim() })))) return;
    setReason(null);
    onChanged();
  };
  return html`<div class="consent">${said
    ? html`<p class=${isOut ? "opted-out" : "muted"}><${Icon} name=${isOut ? "cancel" : "check"} size=${15} /><span>${t(isOut ? "opted_out" : "opted_in")} <${Moment} at=${said.at}>${shortTime(said.at)}</${Moment}>${howText(said) && html`<small dir="auto">${howText(said)}</small>`}</span></p>`
    : html`<p class="muted">${t("consent_none")}</p>`}
    ${reason === null
      ? html`<button type="button" class="link-button" onClick=${() => setReason("")}>${t(isOut ? "consent_lift" : "consent_set")}</button>`
      : html`<form onSubmit=${save}><label class="field"><span>${t("consent_reason")}</span><input value=${reason} maxlength="200" required autofocus onInput=${(event) => setReason(event.target.value)} /></label>
          <button type="submit" class="button primary" disabled=${!reason.trim()}>${t("save")}</button><button type="button" class="button quiet" onClick=${() => setReason(null)}>${t("cancel")}</button></form>`}</div>`;
}
