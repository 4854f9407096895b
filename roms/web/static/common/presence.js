// Whether somebody takes conversations: said by the person, on every page, and by a supervisor for somebody else.
import { html, signal, useEffect, useRef, useState } from "../vendor/ui.js";
import { Refused, Unreachable, get, put } from "../inbox/api.js";
import { me } from "../inbox/boot.js";
import { inWords, toast } from "../inbox/notices.js";
import { start } from "../inbox/socket.js";
import { signedOut } from "../inbox/store.js";
import { clock, dayOf, fullTime, shortTime, t } from "../inbox/text.js";

const UNHEARD_MS = 150_000; // a page that is open is noted once a minute
const LONGER_MS = 9000;
const COUNT_MS = 1000;

export const self = signal(null); // {presence, since, open}
const asking = signal(false);

/** Since when, as short as it can be said. */
export const sinceText = (at, now) => t("presence_since", { at: dayOf(at) === dayOf(now) ? clock(at) : shortTime(at) });

/** When the last page of somebody who says he is there was open: null while one is; "" where none ever was. */
export function missingSince({ is_active, presence, connected_at }, now) {
  if (!is_active || presence !== "available") return null;
  if (!connected_at) return "";
  return now - Date.parse(connected_at) > UNHEARD_MS ? connected_at : null;
}

/** What the line tells of ourselves: set on another page, or by a supervisor; how much is still ours is asked for. */
export function hear(frame) {
  if (frame.t === "rights") return location.reload(); // another role: other pages
  if (frame.t === "presence" && frame.user === me.id) self.value = { presence: frame.presence, since: frame.since, open: frame.open };
  else if (frame.t === "change" && self.value?.presence === "away" && isOurs(frame)) countSoon();
}

const isOurs = ({ conversation, entries }) => conversation.assignee === me.id || entries.some(({ type }) => type === "event");

let counting = null;
function countSoon() {
  counting ??= setTimeout(() => {
    counting = null;
    mine();
  }, COUNT_MS);
}

/** Ask how we are there. False: ask again. */
export async function mine() {
  try {
    self.value = await get("/api/me");
    return true;
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
    if (error.status === 401) signedOut.value = true;
    return false;
  }
}

/** For pages that need the live line for nothing else. */
export const listen = () => start({ enter: hear, resync: mine });

async function set(path, presence, giveBack) {
  try {
    return await put(path, { presence, give_back: giveBack });
  } catch (error) {
    toast(t("presence_refused", { why: inWords(error) }), { kind: "error", ms: LONGER_MS });
    return null;
  }
}

async function setOwn(presence, giveBack) {
  const told = await set("/api/me/presence", presence, giveBack);
  if (!told) return;
  self.value = told;
  toast(t(giveBack ? "presence_now_given_back" : `presence_now_${presence}`), { kind: "good" });
}

/** By a supervisor; the boards hear of it on the line. */
export async function setFor(id, presence, giveBack, name) {
  if (!(await set(`/api/people/${id}/presence`, presence, giveBack))) return;
  toast(t(giveBack ? "presence_set_given_back" : `presence_set_${presence}`, { name }), { kind: "good" });
}

/** What stands in the head of every page. */
export function Presence() {
  useEffect(() => {
    if (!self.value) mine();
  }, []);
  if (!self.value) return html`<span class="presence" data-presence="unknown" aria-hidden="true"><span class="presence-dot"></span></span>`;
  const { presence, since, open } = self.value;
  const label = [t(`presence_${presence}`), since && sinceText(since, Date.now()), presence === "away" && open > 0 && t("presence_open", { count: open })].filter(Boolean).join(", ");
  return html`<button type="button" class="presence presence-own" data-presence=${presence} aria-haspopup="dialog" aria-label=${t("presence_own", { state: label })} title=${since ? `${label} · ${fullTime(since)}` : label} onClick=${() => ((asking.value = true), mine())}>
      <span class="presence-dot" aria-hidden="true"></span><span class="presence-word">${t(`presence_${presence}`)}</span>${presence === "away" && open > 0 && html`<span class="presence-open" aria-hidden="true">${open}</span>`}</button>
    ${asking.value && html`<${Own} />`}`;
}

const leave = () => {
  asking.value = false;
};

function Own() {
  const box = useRef(null);
  const { presence, since, open } = self.value;
  useEffect(() => {
    const back = document.activeElement;
    box.current.showModal();
    return () => back?.isConnected && document.activeElement === document.body && back.focus();
  }, []);
  return html`<dialog class="dialog presence-dialog" ref=${box} aria-label=${t("presence")} onClose=${leave} onPointerDown=${(event) => event.target === box.current && leave()}>
    <header class="presence-head"><h2>${t("presence")}</h2>${since && html`<p>${t(`presence_${presence}`)} ${sinceText(since, Date.now())}</p>`}</header>
    <${Choices} of=${presence} open=${open} onChoose=${setOwn} leave=${leave} /></dialog>`;
}

/** The three that there are. Giving back is asked again, with how much that is. */
export function Choices({ of, open, name = "", onChoose, leave: done }) {
  const [sure, setSure] = useState(false);
  const whose = name ? "of" : "own";
  const choose = (presence, giveBack) => {
    done();
    onChoose(presence, giveBack);
  };
  if (sure) {
    return html`<div class="presence-sure"><p>${t(`presence_sure_${whose}`, { count: open, name })}</p>
      <div class="presence-acts"><button type="button" class="button" onClick=${() => setSure(false)}>${t("presence_no")}</button>
        <button type="button" class="button primary" autofocus onClick=${() => choose("away", true)}>${t("presence_yes", { count: open })}</button></div></div>`;
  }
  return html`<div class="presence-choices">
    <${Choice} presence="available" chosen=${of === "available"} text=${t("presence_available_text")} onClick=${() => choose("available", false)} />
    <${Choice} presence="away" chosen=${of === "away"} text=${t(open ? "presence_away_text" : "presence_away_none", { count: open })} onClick=${() => choose("away", false)} />
    <button type="button" class="presence-choice" disabled=${!open} onClick=${() => setSure(true)}><span class="presence-dot" data-presence="away" aria-hidden="true"></span>
      <span><b>${t("presence_give_back")}</b><small>${t(open ? "presence_give_back_text" : "presence_give_back_none", { count: open })}</small></span></button>
    <div class="presence-acts"><button type="button" class="button" onClick=${done}>${t("presence_close")}</button></div></div>`;
}

const Choice = ({ presence, chosen, text, onClick }) => html`<button type="button" class="presence-choice" aria-pressed=${chosen} onClick=${onClick}><span class="presence-dot" data-presence=${presence} aria-hidden="true"></span>
  <span><b>${t(`presence_${presence}`)}</b><small>${text}</small></span></button>`;

/** In a conversation of ours while we are away: that it stays ours is easily forgotten. */
export const AwayHint = ({ summary }) => self.value?.presence === "away" && summary?.assignee === me.id && summary.mode === "AGENT" && html`
  <p class="away-hint" role="note"><span class="presence-dot" data-presence="away" aria-hidden="true"></span><span>${t("presence_hint")}</span>
    <button type="button" class="link-button" onClick=${() => setOwn("available", false)}>${t("presence_back")}</button></p>`;
