// Linking a number like a phone: the picture to scan, or a code to type; the page moves on by itself.
import { html, useEffect, useRef, useState } from "../vendor/ui.js";
import { Refused, Unreachable, get, post } from "../inbox/api.js";
import { t } from "../inbox/text.js";
import { Busy, Note, Outcome, State } from "./parts.js";
import { act, current, path, show, words } from "./state.js";

const ASK_MS = 8_000; // should no webhook reach us, the account is asked itself

export function Linking() {
  const channel = current.value;
  const open = channel.state !== "connected";
  useEffect(() => {
    if (!open) return undefined;
    const timer = setInterval(ask, ASK_MS);
    return () => clearInterval(timer);
  }, [open, channel.id]);
  return html`<section class="card linking" data-state=${channel.state}><h2>${t("linking")}</h2><${State} of=${channel} />
    ${html`<${STATES[channel.state] ?? Waiting} channel=${channel} />`}</section>`;
}

async function ask() {
  if (document.visibilityState !== "visible") return;
  try {
    show((await post(path("/refresh"))).channel);
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Unreachable)) throw error; // the next look says it
  }
}

const Waiting = () => html`<p class="waiting-text" role="status"><span class="spinner" aria-hidden="true"></span>${t("linking_starting")}</p>`;

const Restart = ({ label = t("restart") }) => {
  const [outcome, setOutcome] = useState(null);
  return html`<div class="acts"><${Busy} icon="reopen" kind="primary" run=${async () => setOutcome(await act("POST", path("/restart")))}>${label}</${Busy}><${Logout} /></div>
    <${Outcome} of=${outcome} good=${t("restart_asked")} />`;
};

function Logout() {
  const [sure, setSure] = useState(false);
  if (!sure) return html`<button type="button" class="button quiet" onClick=${() => setSure(true)}>${t("logout")}</button>`;
  const run = async () => {
    await act("POST", path("/logout"));
    setSure(false);
  };
  return html`<span class="sure"><span>${t("logout_sure")}</span><${Busy} run=${run}>${t("logout")}</${Busy}><button type="button" class="button quiet" onClick=${() => setSure(false)}>${t("cancel")}</button></span>`;
}

const Connected = () => html`<${Note} kind="good">${t("linking_connected")}</${Note}><div class="acts"><${Logout} /></div>`;

const Stopped = () => html`<p>${t("linking_stopped")}</p><${Restart} label=${t("start")} />`;

const FAILED_BY = { sending: "linking_refused", silence: "linking_silent" }; // no restart helps there

const Failed = ({ channel }) => html`<${Note} kind="bad">${t(FAILED_BY[channel.state_by] ?? (channel.restarting ? "linking_failed_once" : "linking_failed"))}</${Note}>
  ${channel.state_text && html`<p class="said">${t("provider_said")} “${channel.state_text}”</p>`}<${Restart} />`;

const Restricted = ({ channel }) => html`<${Note} kind="bad">${t("attention_restricted")}</${Note}>${channel.state_text && html`<p class="said">“${channel.state_text}”</p>`}`;

/** A passkey: only the phone's owner can go on, on the phone. What is to be compared is shown. */
function Person({ channel }) {
  const { passkey } = channel.state_data;
  const shown = typeof passkey === "string" ? passkey : typeof passkey?.code === "string" ? passkey.code : "";
  return html`<${Note} kind="warn">${t("linking_person")}</${Note}><ol class="steps">${[1, 2, 3].map((i) => html`<li key=${i}>${t(`person_${i}`)}</li>`)}</ol>
    ${shown && html`<p class="code" aria-label=${t("person_code")}>${shown}</p>`}<${Restart} />`;
}

const Scan = ({ channel }) => html`${channel.events.some(({ event }) => event === "connected") && html`<${Note} kind="bad">${t("attention_needs_scan")}</${Note}>`}
  <div class="scan"><${Picture} /><div><ol class="steps">${[1, 2, 3, 4].map((i) => html`<li key=${i}>${t(`scan_${i}`)}</li>`)}</ol><p class="muted">${t("scan_moves_on")}</p><${ByNumber} /></div></div>`;

/** Fetched with every new code the account tells of, and when the one that is shown expires. */
function Picture() {
  const { id, code } = current.value;
  const [shown, setShown] = useState({ image: "", problem: null });
  const [round, setRound] = useState(0);
  const living = useRef(0);
  useEffect(() => {
    const mine = ++living.current;
    let timer = null;
    const later = (seconds) => (timer = setTimeout(() => setRound((n) => n + 1), seconds * 1000));
    fetchCode(id).then((found) => {
      if (mine !== living.current) return;
      setShown((before) => (found.ok ? { image: found.image, problem: null } : { ...before, problem: found }));
      later(found.ok ? Math.max(2, found.expires) : 5);
    });
    return () => {
      living.current++;
      clearTimeout(timer);
    };
  }, [id, code, round]);
  return html`<div class="qr" aria-busy=${!shown.image}>${shown.image ? html`<img src=${shown.image} alt=${t("qr_alt")} data-stale=${Boolean(shown.problem)} />` : html`<span class="spinner" role="status" aria-label=${t("working")}></span>`}
    ${shown.problem && html`<p class="qr-problem" role="status">${t("qr_problem")}</p>`}</div>`;
}

async function fetchCode(id) {
  try {
    return await get(`/api/channels/${id}/qr`);
  } catch (error) {
    return { ok: false, text: words(error) };
  }
}

function ByNumber() {
  const [phone, setPhone] = useState("");
  const [outcome, setOutcome] = useState(null);
  const send = async (event) => {
    event.preventDefault();
    setOutcome(await act("POST", path("/pairing-code"), { phone: international(phone) }));
  };
  return html`<details class="by-number"><summary>${t("by_number")}</summary><form onSubmit=${send}>
    <label class="field"><span>${t("own_number")}</span><input inputmode="tel" autocomplete="off" required placeholder="0812 3456 7890" value=${phone} onInput=${(event) => setPhone(event.target.value)} /></label>
    <button class="button primary">${t("get_code")}</button></form>
    ${outcome?.ok && outcome.code ? html`<p class="code" role="status">${outcome.code}</p><p class="muted">${t("code_text")}</p>` : html`<${Outcome} of=${outcome} good="" />`}</details>`;
}

/** 0812… as people here write it, as +62812…; whatever else cannot be one is refused by the server. */
export const international = (text) => {
  const digits = text.replace(/[^\d+]/g, "");
  if (digits.startsWith("+")) return digits;
  return `+${digits.replace(/^00/, "").replace(/^0/, "62")}`;
};

const STATES = { connected: Connected, stopped: Stopped, failed: Failed, restricted: Restricted, needs_person: Person, needs_scan: Scan };
