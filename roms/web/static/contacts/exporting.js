// Taking contacts out: a download, after the password where it was not given a short while ago.
import { html, useEffect, useRef, useState } from "../vendor/ui.js";
import { Refused, Unreachable, post } from "../inbox/api.js";
import { inWords, toast } from "../inbox/notices.js";
import { t } from "../inbox/text.js";

const FORMATS = ["csv", "jsonl"];
const address = (format) => `/api/contacts/export?format=${format}`;

/** By a link, so that the browser keeps the name and shows how far it is. */
function download(format) {
  const link = document.createElement("a");
  Object.assign(link, { href: address(format), download: `contacts.${format}` });
  link.click();
}

const toldUnlessOurs = (error) => {
  if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
  return inWords(error);
};

export function Export() {
  const [asked, setAsked] = useState(null); // the format that waits for the password
  const begin = async (event, format) => {
    event.preventDefault();
    const answer = await fetch(address(format), { method: "HEAD" }).catch(() => null);
    if (answer?.status === 403) setAsked(format);
    else if (answer?.ok) download(format);
    else toast(t("error_unreachable"), { kind: "error" });
  };
  return html`<details class="export"><summary class="button quiet">${t("export")}</summary>
    <div class="export-kinds">${FORMATS.map((format) => html`<a key=${format} href=${address(format)} download=${`contacts.${format}`} onClick=${(event) => begin(event, format)}>${format.toUpperCase()}</a>`)}</div>
    ${asked && html`<${Password} leave=${() => setAsked(null)} onGiven=${() => (setAsked(null), download(asked))} />`}</details>`;
}

function Password({ leave, onGiven }) {
  const box = useRef(null);
  const [error, setError] = useState("");
  useEffect(() => box.current.showModal(), []);
  const send = async (event) => {
    event.preventDefault();
    try {
      await post("/api/confirm", { password: event.target.elements.password.value });
      onGiven();
    } catch (problem) {
      setError(toldUnlessOurs(problem));
    }
  };
  return html`<dialog class="dialog confirm" ref=${box} aria-label=${t("confirm")} onClose=${leave}><form onSubmit=${send}>
    <h2>${t("confirm")}</h2><p>${t("confirm_export")}</p>
    <label class="field"><span>${t("password")}</span><input name="password" type="password" autocomplete="current-password" required autofocus /></label>
    ${error && html`<p class="wrong" role="alert">${error}</p>`}
    <div class="acts"><button type="button" class="button" onClick=${leave}>${t("cancel")}</button><button class="button primary">${t("go_on")}</button></div>
  </form></dialog>`;
}
