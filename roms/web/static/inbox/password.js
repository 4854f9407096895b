// A password of one's own, in place of the one that an admin told.
import { html, useEffect, useRef, useState } from "../vendor/ui.js";
import { Refused, Unreachable, post } from "./api.js";
import { me } from "./boot.js";
import { inWords, toast } from "./notices.js";
import { t } from "./text.js";

export function PasswordForm({ leave }) {
  const form = useRef(null);
  const [wrong, setWrong] = useState({});
  const [busy, setBusy] = useState(false);
  useEffect(() => form.current.elements.old.focus(), []);
  const submit = async (event) => {
    event.preventDefault();
    const { old, password } = form.current.elements;
    setBusy(true);
    try {
      await post("/api/me/password", { old: old.value, password: password.value });
      toast(t("password_changed"), { kind: "good" });
      leave();
    } catch (error) {
      if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
      const isWeak = error.data?.problem === "weak";
      setWrong(isWeak ? { password: t("password_hint") } : { old: inWords(error) });
      (isWeak ? password : old).focus();
    } finally {
      setBusy(false);
    }
  };
  return html`<form class="fields" ref=${form} onSubmit=${submit}>
    <input type="text" name="username" autocomplete="username" value=${me.login} hidden readonly />
    <${Field} name="old" label=${t("password_old")} wrong=${wrong.old} autocomplete="current-password" />
    <${Field} name="password" label=${t("password_new")} wrong=${wrong.password} hint=${t("password_hint")} autocomplete="new-password" minlength="10" />
    <div class="field-acts"><button type="button" class="button" onClick=${leave}>${t("cancel")}</button><button type="submit" class="button primary" disabled=${busy}>${t("save")}</button></div>
  </form>`;
}

const Field = ({ name, label, wrong = "", hint = "", ...rest }) => html`<label class="field"><span>${label}</span>
  <input name=${name} type="password" required aria-invalid=${Boolean(wrong)} aria-describedby=${`${name}-told`} ...${rest} />
  <small id=${`${name}-told`} role=${wrong ? "alert" : undefined} data-wrong=${Boolean(wrong)}>${wrong || hint}</small></label>`;
