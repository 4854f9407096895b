// Macros: what is done again and again, in one. All of it, or nothing with the step that could not be.
import { html, signal, useEffect, useState } from "../vendor/ui.js";
import { Refused, Unreachable, conversation, get, post } from "./api.js";
import { withSummary } from "./apply.js";
import { agentName } from "./boot.js";
import { Icon } from "./icons.js";
import { Label } from "./labels.js";
import { inWords, toast } from "./notices.js";
import { uuid } from "./sends.js";
import { current, dialog, thread, world } from "./store.js";
import { catchUp, learn } from "./sync.js";
import { has, t } from "./text.js";
import { plain } from "./calling.js";

export const macros = signal(null);

export async function loadMacros() {
  try {
    macros.value = (await get("/api/macros")).items;
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
    macros.value ??= [];
  }
}

/** A step in words. */
export function stepText(step) {
  const who = step.agent === "me" ? t("macro_me") : (agentName(step.agent) ?? "");
  const values = { label: step.label ?? "", text: plain((step.text ?? "").slice(0, 60)), name: who, team: step.team ?? "", minutes: step.minutes ?? "" };
  const key = step.do === "reply" && step.saved ? "macro_step_saved" : `macro_step_${step.do}`;
  return has(key) ? t(key, values) : step.do;
}

export function Macros({ leave }) {
  const [stale, setStale] = useState(null); // the macro that a colleague's answer held back
  useEffect(() => void loadMacros(), []);
  if (stale) {
    return html`<div class="macro-stale"><p role="alert">${t("macro_stale", { name: agentName(stale.entries[0]?.agent) ?? t("someone") })}</p>
      ${stale.entries.map((entry) => html`<blockquote key=${entry.seq} dir="auto">${entry.text}</blockquote>`)}
      <div class="field-acts"><button type="button" class="button quiet" onClick=${() => setStale(null)}>${t("cancel")}</button>
        <button type="button" class="button primary" onClick=${() => runMacro(stale.macro, { force: true, leave })}>${t("macro_anyway")}</button></div></div>`;
  }
  if (macros.value === null) return html`<p class="muted macro-none" role="status">${t("loading")}</p>`;
  if (!macros.value.length) return html`<p class="muted macro-none">${t("macros_none")}</p>`;
  return html`<ul class="macros">${macros.value.map((macro, i) => html`<li key=${macro.id}><button type="button" class="macro" autofocus=${i === 0} onClick=${() => runMacro(macro, { leave, onStale: setStale })}>
    <b><${Icon} name="play" size=${15} />${macro.name}</b><span>${macro.steps.map((step, at) => html`<span class="macro-step" key=${at}>${step.do === "label" ? html`<${Label} name=${step.label} />` : stepText(step)}</span>`)}</span></button></li>`)}</ul>`;
}

let underWay = null; // {macro, id, client_id}: tried again it is the same run

export async function runMacro(macro, { force = false, leave = null, onStale = null } = {}) {
  const id = current.value?.id;
  if (!id) return;
  if (underWay?.macro !== macro.id || underWay.id !== id) underWay = { macro: macro.id, id, client_id: uuid() };
  try {
    const body = { client_id: underWay.client_id, seen: thread.value?.n ?? 0, from: current.value?.assignee ?? null, force };
    const answer = await post(conversation(id, `/macros/${macro.id}`), body);
    underWay = null;
    learn(withSummary(world.value, answer.conversation), id);
    catchUp(id);
    leave?.();
    toast(t("macro_done", { name: macro.name }), { kind: "good", ms: 4000 });
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
    refused(macro, error, onStale);
  }
}

function refused(macro, error, onStale) {
  if (error instanceof Refused) underWay = null;
  if (error.code === "stale_view" && onStale) return onStale({ macro, entries: error.data.entries ?? [] });
  const step = macro.steps[(error.data?.step ?? 0) - 1];
  const missing = error.data?.missing?.length ? ` ${t("macro_missing", { names: error.data.missing.join(", ") })}` : "";
  toast(step ? `${t("macro_refused", { name: macro.name, at: error.data.step, step: stepText(step) })} ${inWords(error)}${missing}` : inWords(error), { kind: "error", ms: 9000 });
  return null;
}

export const macroCommands = () => (macros.value ?? []).map((macro) => ({ name: `macro${macro.id}`, icon: "play", label: t("macro_command", { name: macro.name }), run: () => {
  runMacro(macro, { onStale: () => (dialog.value = "macros") });
} }));
