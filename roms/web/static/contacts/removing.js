// A contact that nobody talked with goes for good: by who types its name, and the password where that was long ago.
import { html, useEffect, useRef, useState } from "../vendor/ui.js";
import { Refused, post, remove } from "../inbox/api.js";
import { inWords, toast } from "../inbox/notices.js";
import { contactPath, personName } from "../inbox/person.js";
import { t } from "../inbox/text.js";

const plain = (text) => text.trim().replace(/\s+/g, " ");

export function Removing({ contact, onGone }) {
  const [isOpen, setOpen] = useState(false);
  const called = contact.name || contact.phone;
  if (!called || contact.conversations.length || contact.merges.length) return null;
  return html`<section class="card"><button type="button" class="button quiet" onClick=${() => setOpen(true)}>${t("contact_remove")}</button>
    ${isOpen && html`<${Sure} contact=${contact} called=${called} leave=${() => setOpen(false)} onGone=${onGone} />`}</section>`;
}

function Sure({ contact, called, leave, onGone }) {
  const box = useRef(null);
  const [typed, setTyped] = useState("");
  const [wantsPassword, setWantsPassword] = useState(false);
  const [error, setError] = useState("");
  const name = personName(contact);
  useEffect(() => box.current.showModal(), []);
  const send = async (event) => {
    event.preventDefault();
    setError("");
    try {
      if (wantsPassword) await post("/api/confirm", { password: event.target.elements.password.value });
      await remove(contactPath(contact.id), { name: typed });
    } catch (problem) {
      if (problem instanceof Refused && problem.code === "confirm_password") setWantsPassword(true);
      else setError(inWords(problem));
      return;
    }
    toast(t("contact_removed", { name }), { kind: "good", ms: 4000 });
    onGone();
  };
  return html`<dialog class="dialog confirm" ref=${box} aria-label=${t("contact_remove")} onClose=${leave}><form onSubmit=${send}>
    <h2 dir="auto">${t("contact_remove_title", { name })}</h2><p>${t("contact_remove_text", { name: called })}</p>
    <label class="field"><span>${t("contact_remove_type")}</span><input required autofocus autocomplete="off" value=${typed} onInput=${(event) => setTyped(event.target.value)} /></label>
    ${wantsPassword && html`<label class="field"><span>${t("confirm")}</span><input name="password" type="password" autocomplete="current-password" required /></label>`}
    ${error && html`<p class="wrong" role="alert">${error}</p>`}
    <div class="acts"><button type="button" class="button" onClick=${leave}>${t("cancel")}</button><button class="button primary" disabled=${plain(typed) !== plain(called)}>${t("contact_remove")}</button></div>
  </form></dialog>`;
}
