// The dialogs of handing on: to whom, until when, from which step, why. They act on one conversation or on many.
import { html, useEffect, useRef, useState } from "../vendor/ui.js";
import { carryOut } from "./acts.js";
import { Face } from "./bits.js";
import { me } from "./boot.js";
import { choices, readChoices, readSteps } from "./choices.js";
import { Icon } from "./icons.js";
import { targets, world } from "./store.js";
import { shortTime, t, tell } from "./text.js";

const HOUR = 3_600_000;

/** Arrows go through the answers; the first one has the focus, so that Enter takes it. */
function keys(event) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!by || event.target.matches("input, textarea, select")) return;
  const all = [...event.currentTarget.querySelectorAll("button.pick")];
  all[(all.indexOf(document.activeElement) + by + all.length) % all.length]?.focus();
  event.preventDefault();
}

function Picks({ children }) {
  const box = useRef(null);
  useEffect(() => box.current.querySelector("button.pick")?.focus(), []);
  return html`<div class="picks" ref=${box} onKeyDown=${keys}>${children}</div>`;
}

const Pick = ({ icon, label, hint, onClick }) => html`<button type="button" class="pick" onClick=${onClick}>
  ${typeof icon === "string" ? html`<${Icon} name=${icon} size=${18} />` : icon}<span>${label}${hint ? html`<small>${hint}</small>` : ""}</span></button>`;

function useChoices() {
  useEffect(() => void readChoices(), []);
  return choices.value;
}

const finish = (leave, verb, body) => {
  leave();
  carryOut(verb, targets.value, body);
};

// --- until when ---

const at = (days, hour) => {
  const day = new Date();
  day.setDate(day.getDate() + days);
  day.setHours(hour, 0, 0, 0);
  return day;
};
const later = (hours) => new Date(Date.now() + hours * HOUR);
const monday = () => at(((8 - new Date().getDay()) % 7) || 7, 8);
/** What a field for date and time takes: local time to the minute. */
const local = (day) => new Date(day.getTime() - day.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);

const Until = ({ verb, offers, endless }) => function Inside({ leave }) {
  const [own, setOwn] = useState(local(at(1, 8)));
  const done = (until) => finish(leave, verb, until ? { until: until.toISOString() } : {});
  const submit = (event) => {
    event.preventDefault();
    if (event.currentTarget.reportValidity()) done(new Date(own));
  };
  return html`<${Picks}>${offers().map(([name, until]) => html`<${Pick} key=${name} icon="clock" label=${t(`until_${name}`)} hint=${shortTime(until)} onClick=${() => done(until)} />`)}
      <${Pick} icon=${endless.icon} label=${t(endless.label)} hint=${t(`${endless.label}_hint`)} onClick=${() => done(null)} /></${Picks}>
    <form class="fields" onSubmit=${submit}><label class="field"><span>${t("until_own")}</span>
      <input type="datetime-local" name="until" required min=${local(new Date())} value=${own} onInput=${(event) => setOwn(event.target.value)} /></label>
      <div class="field-acts"><button type="submit" class="button primary">${t(verb)}</button></div></form>`;
};

export const Pause = Until({
  verb: "pause", endless: { icon: "pause", label: "pause_plain" },
  offers: () => [["15m", later(0.25)], ["1h", later(1)], ["tomorrow", at(1, 8)]],
});
export const Snooze = Until({
  verb: "snooze", endless: { icon: "webchat", label: "snooze_plain" },
  offers: () => [["1h", later(1)], ["3h", later(3)], ["tomorrow", at(1, 8)], ["monday", monday()]],
});

// --- to whom ---

export function Transfer({ leave }) {
  const { teams, agents } = useChoices();
  const [to, setTo] = useState("");
  const [note, setNote] = useState("");
  const held = targets.value.map((id) => world.value.summaries.get(id)?.assignee);
  const others = agents.filter(({ id }) => !held.length || held.some((each) => each !== id));
  const submit = (event) => {
    event.preventDefault();
    const [kind, ...rest] = to.split(":");
    finish(leave, "transfer", { ...(kind === "team" ? { team: rest.join(":") } : { agent: Number(rest[0]) }), note });
  };
  const keep = (event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && to && submit(event);
  return html`<form class="fields" onSubmit=${submit}>
    <label class="field"><span>${t("transfer_to")}</span><select name="to" autofocus required value=${to} onChange=${(event) => setTo(event.target.value)}>
      <option value="" disabled>${t("transfer_choose")}</option>
      ${teams.length > 0 && html`<optgroup label=${t("teams")}>${teams.map(({ key, name }) => html`<option key=${key} value=${`team:${key}`}>${name}</option>`)}</optgroup>`}
      <optgroup label=${t("colleagues")}>${others.map(({ id, name }) => html`<option key=${id} value=${`agent:${id}`}>${name}${id === me.id ? ` (${t("you")})` : ""}</option>`)}</optgroup></select></label>
    <label class="field"><span>${t("transfer_note")}</span>
      <textarea name="note" rows="3" maxlength="20000" placeholder=${t("transfer_note_hint")} value=${note} onInput=${(event) => setNote(event.target.value)} onKeyDown=${keep}></textarea>
      <small>${t("transfer_note_help")}</small></label>
    <div class="field-acts"><button type="button" class="button" onClick=${leave}>${t("cancel")}</button><button type="submit" class="button primary">${t("bulk_transfer")}</button></div></form>`;
}

export function Assign({ leave }) {
  const { agents } = useChoices();
  return html`<${Picks}>${agents.map(({ id, name }) => html`<${Pick} key=${id} icon=${html`<${Face} id=${id} />`} label=${id === me.id ? `${name} (${t("you")})` : name}
    onClick=${() => finish(leave, "assign", { agent: id })} />`)}</${Picks}>`;
}

// --- from which step ---

export function Release({ leave }) {
  const [steps, setSteps] = useState(null);
  useEffect(() => {
    readSteps(targets.value[0]).then((found) => setSteps(found?.steps ?? []));
  }, []);
  const done = (step) => finish(leave, "release", step ? { step } : {});
  if (!steps) return html`<p class="muted picks" role="status">${t("loading")}</p>`;
  return html`<p class="picks-text">${t("release_text")}</p>
    <${Picks}>${steps.map(({ step, flow, says }, i) => html`<${Pick} key=${step} icon="bot" label=${i === 0 ? t("release_beginning", { flow }) : flow} hint=${says} onClick=${() => done(step)} />`)}
      <${Pick} icon="clock" label=${t("release_silent")} hint=${t("release_silent_hint")} onClick=${() => done("")} /></${Picks}>`;
}

// --- why, and which ---

export function Closing({ leave }) {
  const { close_reasons: reasons } = choices.value;
  return html`<p class="picks-text">${t("close_why")}</p>
    <${Picks}>${reasons.map((reason) => html`<${Pick} key=${reason.key} icon="check" label=${tell(reason)} onClick=${() => finish(leave, "close", { reason: reason.key })} />`)}
      <${Pick} icon="closed" label=${t("close_plain")} onClick=${() => finish(leave, "close", {})} /></${Picks}>`;
}

export function Labelling({ leave }) {
  const { labels } = useChoices();
  const [word, setWord] = useState("");
  const done = (label) => finish(leave, "label", { label });
  const submit = (event) => {
    event.preventDefault();
    if (word.trim()) done(word.trim());
  };
  return html`<form class="fields" onSubmit=${submit}><label class="field"><span>${t("bulk_label_which")}</span>
      <input name="label" autofocus list="labels-known" maxlength="60" autocomplete="off" value=${word} onInput=${(event) => setWord(event.target.value)} />
      <datalist id="labels-known">${labels.map(({ key }) => html`<option key=${key} value=${key} />`)}</datalist></label>
    <div class="field-acts"><button type="button" class="button" onClick=${leave}>${t("cancel")}</button><button type="submit" class="button primary">${t("bulk_label_put")}</button></div></form>`;
}

export function Unlabelling({ leave }) {
  const held = [...new Set(targets.value.flatMap((id) => world.value.summaries.get(id)?.labels ?? []))].sort();
  return html`<${Picks}>${held.map((label) => html`<${Pick} key=${label} icon="label" label=${label} onClick=${() => finish(leave, "unlabel", { label })} />`)}</${Picks}>`;
}
