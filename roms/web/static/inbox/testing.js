// The open conversation as a flow test, for admins: read it, copy it, take it along.
import { html, useEffect, useRef, useState } from "../vendor/ui.js";
import { Refused, Unreachable, conversation, get } from "./api.js";
import { Empty } from "./bits.js";
import { Icon } from "./icons.js";
import { inWords } from "./notices.js";
import { openId } from "./store.js";
import { t } from "./text.js";

export function Test() {
  const [made, setMade] = useState({ state: "loading" });
  const load = async () => {
    setMade({ state: "loading" });
    setMade(await fetched(openId.value));
  };
  useEffect(() => void load(), []);
  if (made.state === "error") {
    return html`<${Empty} icon="warn" title=${t("test_error")} text=${inWords(made.error)}>
      <button type="button" class="button" onClick=${load}>${t("try_again")}</button></${Empty}>`;
  }
  return html`<${Made} test=${made.test} />`;
}

async function fetched(id) {
  try {
    return { state: "ready", test: await get(conversation(id, "/test")) };
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
    return { state: "error", error };
  }
}

/** The same boxes while it is on its way, so that nothing moves when it comes. */
function Made({ test }) {
  const text = useRef(null);
  const [said, setSaid] = useState("");
  const place = test ? `${test.folder}/${test.name}` : "…";
  return html`<div class="test" aria-busy=${!test}>
    <p>${t("test_text", { place, command: "flask flows test" })}</p>
    <textarea readonly spellcheck="false" ref=${text} aria-label=${t("test_yaml")} value=${test ? test.yaml : t("loading")}></textarea>
    <p class="muted">${t("test_names")}</p>
    <div class="test-acts"><button type="button" class="button primary" disabled=${!test} onClick=${async () => setSaid(await copied(text.current))}><${Icon} name="copy" size=${16} />${t("test_copy")}</button>
      <button type="button" class="button" disabled=${!test} onClick=${() => download(test)}><${Icon} name="down" size=${16} />${t("test_download")}</button>
      <span class="test-said" role="status">${said}</span></div>
  </div>`;
}

/** Without a clipboard (a page that is not secure, or a browser that refuses) the text is selected, to be copied by hand. */
async function copied(box) {
  try {
    await navigator.clipboard.writeText(box.value);
    return t("test_copied");
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof DOMException)) throw error;
    box.focus();
    box.select();
    return t("test_select");
  }
}

function download({ name, yaml }) {
  const address = URL.createObjectURL(new Blob([yaml], { type: "application/yaml" }));
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
