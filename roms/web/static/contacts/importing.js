// Contacts from a file: first what would happen, line by line; then, if that is right, for real.
import { html, useState } from "../vendor/ui.js";
import { Refused, Unreachable } from "../inbox/api.js";
import { boot } from "../inbox/boot.js";
import { inWords } from "../inbox/notices.js";
import { number, t, tell } from "../inbox/text.js";

export function Import({ leave, onDone }) {
  const [file, setFile] = useState(null);
  const [told, setTold] = useState(null); // {state: busy | tried | done | error, result, error}
  const run = async (dry) => {
    setTold({ state: "busy" });
    try {
      setTold({ state: dry ? "tried" : "done", result: await send(file, dry) });
      if (!dry) onDone();
    } catch (error) {
      if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
      setTold({ state: "error", error });
    }
  };
  const chosen = (event) => {
    setFile(event.target.files[0] ?? null);
    setTold(null);
  };
  return html`<section class="card importing" aria-label=${t("import")}><h4>${t("import")}</h4><p class="muted">${t("import_text")}</p>
    <input type="file" accept=".csv,.jsonl,text/csv,application/x-ndjson" aria-label=${t("import_file")} onChange=${chosen} />
    <div class="field-acts"><button type="button" class="button quiet" onClick=${leave}>${t("close")}</button>
      <button type="button" class="button" disabled=${!file || told?.state === "busy"} onClick=${() => run(true)}>${t("import_try")}</button>
      <button type="button" class="button primary" disabled=${told?.state !== "tried"} onClick=${() => run(false)}>${t("import_now")}</button></div>
    <div role="status">${told?.state === "busy" && t("loading")}${told?.state === "error" && html`<p class="wrong">${inWords(told.error)}</p>`}${told?.result && html`<${Result} result=${told.result} done=${told.state === "done"} />`}</div></section>`;
}

async function send(file, dry) {
  const format = file.name.toLowerCase().endsWith(".csv") ? "csv" : "jsonl";
  let answer;
  try {
    answer = await fetch(`/api/contacts/import?format=${format}&dry_run=${dry ? 1 : 0}&skip_bad=1`, { // the bad lines were shown before
      method: "POST",
      headers: { "X-CSRFToken": boot.csrf, "Content-Type": format === "csv" ? "text/csv" : "application/x-ndjson" },
      body: file,
    });
  } catch (error) {
    throw new Unreachable(error.message);
  }
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(answer.status, told.error ?? { code: `http_${answer.status}`, message: "" });
  return told;
}

function Result({ result: { created, updated, unchanged, bad, bad_count, ignored }, done }) {
  const counts = { created: number(created), updated: number(updated), same: number(unchanged), refused: number(bad_count) };
  return html`<p><b>${t(done ? "import_done" : "import_would", counts)}</b></p>
    ${ignored.length > 0 && html`<p class="wrong">${t("import_ignored", { columns: ignored.join(", "), example: `attribute:${ignored[0]}` })}</p>`}
    <ol class="import-lines" aria-label=${t("import_bad")}>${bad.map((each) => html`<li key=${each.line}>${tell(each.say)}</li>`)}</ol>
    ${bad_count > bad.length && html`<p class="muted">${t("import_more", { count: bad_count - bad.length })}</p>`}`;
}
