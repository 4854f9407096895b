// Where the agent writes. In BOT and CLOSED a banner stands in its place, so that nobody talks over the bot unaware.
import { html, useEffect, useLayoutEffect, useRef } from "../vendor/ui.js";
import { actsOf, act, focusComposer, may, takeOver } from "./acts.js";
import { Refused, Unreachable } from "./api.js";
import { who } from "./bits.js";
import { me } from "./boot.js";
import { draftOf, setDraft } from "./drafts.js";
import { Icon } from "./icons.js";
import { inWords, toast } from "./notices.js";
import { addNote, send } from "./sends.js";
import { tellTyping } from "./socket.js";
import { composing, link } from "./store.js";
import { number, t } from "./text.js";

const LONGEST = 4096;
const BANNERS = {
  BOT: { icon: "bot", text: "banner_bot" },
  CLOSED: { icon: "closed", text: "banner_closed" },
};

export function Composer({ summary }) {
  const note = composing.value === "note";
  const banner = BANNERS[summary.mode] ?? (may(summary, "agent_replied") ? null : { icon: "info", text: "banner_no_reply" });
  if (banner && !note) return html`<${Banner} summary=${summary} ...${banner} />`;
  return html`<div class="composer" data-kind=${composing.value}>
    ${!note && html`<${Hint} summary=${summary} />`}
    <${Box} key=${`${summary.id}.${composing.value}`} id=${summary.id} kind=${composing.value} bare=${Boolean(banner)} />
  </div>`;
}

function Banner({ summary, icon, text }) {
  const claim = actsOf(summary).find((each) => each.action === "agent_claimed");
  return html`<div class="banner" data-mode=${summary.mode} role="region" aria-label=${t("composer_label")}>
    <span class="banner-icon"><${Icon} name=${icon} size=${22} /></span>
    <div class="banner-text"><b>${t(text)}</b><span>${t(`${text}_text`)}</span></div>
    <div class="banner-acts">
      <button type="button" class="button quiet" title="Alt+P" onClick=${() => focusComposer("note")}><${Icon} name="note" size=${16} />${t("write_note")}</button>
      ${claim && html`<button type="button" class="button primary" id="takeover" title="Alt+L" onClick=${takeOver}><${Icon} name=${claim.icon} size=${16} />${claim.label}</button>`}
    </div></div>`;
}

/** One line above the box when a reply would do more than reply. */
function Hint({ summary }) {
  if (summary.mode === "PAUSED") return html`<p class="hint" data-mode="PAUSED"><${Icon} name="pause" size=${14} />${t("hint_paused")}</p>`;
  if (summary.assignee === null) return html`<p class="hint" data-mode="free"><${Icon} name="hand" size=${14} /><span>${t("hint_nobody")}</span>
    ${may(summary, "agent_claimed") && html`<button type="button" class="link-button" onClick=${() => act("claim")}>${t("act_claim")}</button>`}</p>`;
  if (summary.assignee !== me.id) return html`<p class="hint" data-mode="other"><${Icon} name="person" size=${14} />${t("hint_other", { name: who(summary.assignee) })}</p>`;
  return null;
}

function Box({ id, kind, bare }) {
  const field = useRef(null);
  const text = draftOf(id, kind);
  const grow = () => {
    field.current.style.height = "auto";
    field.current.style.height = `${Math.min(field.current.scrollHeight, 220)}px`;
  };
  useLayoutEffect(grow, [text]);
  useEffect(() => {
    if (matchMedia("(pointer: fine)").matches) field.current.focus({ preventScroll: true });
  }, []);
  const typed = (event) => {
    setDraft(id, kind, event.target.value);
    if (kind === "reply") tellTyping();
  };
  const submit = (event) => {
    event?.preventDefault();
    deliver(id, kind, text);
    field.current.focus();
  };
  const keys = (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && !event.altKey) submit(event);
    if (event.key === "Escape" && kind === "note") focusComposer("reply");
  };
  const full = text.length > LONGEST;
  return html`<form class="box" onSubmit=${submit} aria-label=${t("composer_label")}>
    <${Kinds} kind=${kind} bare=${bare} />
    <textarea id="composer" ref=${field} rows="1" value=${text} onInput=${typed} onKeyDown=${keys} aria-label=${t(kind === "note" ? "note_label" : "reply_label")}
      placeholder=${t(kind === "note" ? "note_hint" : link.value === "offline" ? "reply_hint_offline" : "reply_hint")} aria-describedby="box-help"></textarea>
    <div class="box-foot"><span id="box-help" class="box-help">${t(kind === "note" ? "note_help" : "reply_help")}</span>
      ${text.length > LONGEST - 500 && html`<span class="box-count" data-full=${full}>${number(text.length)} / ${number(LONGEST)}</span>`}
      <button type="submit" class="button primary send" disabled=${!text.trim() || full}>
        <${Icon} name=${kind === "note" ? "note" : "send"} size=${17} /><span>${t(kind === "note" ? "save_note" : "send")}</span></button></div>
  </form>`;
}

const Kinds = ({ kind, bare }) => html`<div class="kinds" role="group" aria-label=${t("kinds_label")}>
  <button type="button" aria-pressed=${kind === "reply"} title="Alt+L" onClick=${() => focusComposer("reply")}>${t(bare ? "back_from_note" : "reply")}</button>
  <button type="button" aria-pressed=${kind === "note"} title="Alt+P" onClick=${() => focusComposer("note")}><${Icon} name="note" size=${14} />${t("note")}</button>
</div>`;

async function deliver(id, kind, draft) {
  const text = draft.trim();
  if (!text || text.length > LONGEST) return;
  setDraft(id, kind, "");
  if (kind === "reply") return send(id, text);
  try {
    await addNote(id, text);
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
    if (!draftOf(id, kind)) setDraft(id, kind, draft);
    toast(inWords(error), { kind: "error" });
  }
}
