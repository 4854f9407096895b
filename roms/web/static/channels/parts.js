// Small pieces of the channels page.
import { html, useEffect, useRef, useState } from "../vendor/ui.js";
import { Refused, Unreachable, post } from "../inbox/api.js";
import { Icon } from "../inbox/icons.js";
import { has, rowTime, t } from "../inbox/text.js";
import { asking, now, words } from "./state.js";

const TONE = { connected: "good", starting: "busy", needs_scan: "warn", needs_person: "warn", unknown: "quiet", stopped: "bad", failed: "bad", restricted: "bad" };

/** Colour and words: neither says it alone. */
export function State({ of }) {
  const tone = of.is_enabled ? (TONE[of.state] ?? "quiet") : "quiet";
  return html`<span class="state" data-tone=${tone}><span class="dot" aria-hidden="true"></span>${of.is_enabled ? t(`state_${of.state}`) : t("off")}</span>`;
}

export const Ago = ({ at }) => (at ? html`<time datetime=${at}>${rowTime(at, now.value)}</time>` : html`<span class="muted">${t("never")}</span>`);

export const Note = ({ kind = "info", children, ...rest }) => html`<p class=${`note ${kind}`} ...${rest}><${Icon} name=${kind === "good" ? "check" : kind === "info" ? "info" : "warn"} size=${18} /><span>${children}</span></p>`;

export const Unofficial = () => html`<div class="note bad unofficial" role="note"><${Icon} name="warn" size=${20} /><div><b>${t("unofficial")}</b><p>${t("unofficial_text")}</p></div></div>`;

export function Busy({ run, icon, kind = "", disabled = false, children }) {
  const [busy, setBusy] = useState(false);
  const click = async () => {
    setBusy(true);
    try {
      await run();
    } finally {
      setBusy(false);
    }
  };
  return html`<button type="button" class=${`button ${kind}`} disabled=${busy || disabled} aria-busy=${busy} onClick=${click}>${icon && html`<${Icon} name=${icon} size=${17} />`}${busy ? t("working") : children}</button>`;
}

export function Copy({ label, value, secret = false }) {
  const [done, setDone] = useState(false);
  const box = useRef(null);
  const copy = async () => {
    box.current.select();
    try {
      await navigator.clipboard.writeText(value);
    } catch {
      if (!document.execCommand("copy")) return;
    }
    setDone(true);
    setTimeout(() => setDone(false), 3000);
  };
  return html`<label class="copy"><span>${label}</span><span class="copy-row"><input readonly ref=${box} value=${value} data-secret=${secret} onFocus=${(event) => event.target.select()} />
    <button type="button" class="button" onClick=${copy}><${Icon} name=${done ? "check" : "copy"} size=${17} />${t(done ? "copied" : "copy")}</button></span></label>`;
}

/** What a provider's refusal means and what to do, then its own words. */
export function Outcome({ of, good, tone = "good" }) {
  if (!of) return null;
  if (of.ok) return html`<${Note} kind=${tone} role="status">${good}</${Note}>`;
  const key = `refused_${of.class}`;
  return html`<${Note} kind="bad" role="alert">${t(has(key) ? key : "refused_unknown_outcome")} ${of.text && html`<small class="said">${t("provider_said")} “${of.text}”</small>`}</${Note}>`;
}

/** The password again, before credentials change; what was asked for then goes on. */
export function Confirm() {
  const box = useRef(null);
  const [error, setError] = useState("");
  const open = asking.value !== null;
  useEffect(() => {
    setError("");
    if (open) box.current.showModal();
  }, [open]);
  if (!open) return null;
  const send = async (event) => {
    event.preventDefault();
    try {
      await post("/api/confirm", { password: event.target.elements.password.value });
      asking.value.resolve(true);
    } catch (problem) {
      if (!(problem instanceof Refused || problem instanceof Unreachable)) throw problem;
      setError(words(problem));
    }
  };
  const leave = () => asking.value?.resolve(false);
  return html`<dialog class="dialog" ref=${box} aria-label=${t("confirm")} onClose=${leave}><form onSubmit=${send}>
    <h2>${t("confirm")}</h2><p>${t("confirm_text")}</p>
    <label class="field"><span>${t("password")}</span><input name="password" type="password" autocomplete="current-password" required autofocus /></label>
    ${error && html`<${Note} kind="bad" role="alert">${error}</${Note}>`}
    <div class="acts"><button type="button" class="button" onClick=${leave}>${t("cancel")}</button><button class="button primary">${t("go_on")}</button></div>
  </form></dialog>`;
}
