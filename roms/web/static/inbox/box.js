// The box an agent writes in: words, what they answer, files, and the smaller doors to a place, a card, a template.
import { html, useEffect, useLayoutEffect, useRef } from "../vendor/ui.js";
import { Quoted } from "../common/around.js";
import { focusComposer } from "./acts.js";
import { IconButton } from "./bits.js";
import { WindowClock } from "./closing.js";
import { begin, draftOf, ended, quoteOf, setDraft, setQuote } from "./drafts.js";
import { Icon } from "./icons.js";
import { jumpTo } from "./jump.js";
import { Blind, deliverNote } from "./noting.js";
import { Holes, holesIn } from "./saved.js";
import { send } from "./sends.js";
import { signalTyping, tellTyping } from "./socket.js";
import { dialog, link, thread } from "./store.js";
import { useOffers } from "./suggesting.js";
import { number, t } from "./text.js";
import { Tray } from "./tray.js";
import { add, take, takesFiles, trayOf } from "./uploads.js";

const LONGEST = 4096;
const lengthOf = (text) => [...text].length; // code points, as the server counts

export function Box({ summary, kind, bare }) {
  const field = useRef(null);
  const { id } = summary;
  const text = draftOf(id, kind);
  const most = kind === "reply" ? (summary.can?.text ?? LONGEST) : LONGEST;
  const grow = () => {
    field.current.style.height = "auto";
    field.current.style.height = `${Math.min(field.current.scrollHeight, 220)}px`;
  };
  useLayoutEffect(grow, [text]);
  useEffect(() => {
    if (matchMedia("(pointer: fine)").matches) field.current.focus({ preventScroll: true });
  }, []);
  const offers = useOffers({ id, kind, text, field, onText: (value) => setDraft(id, kind, value) });
  const typed = (event) => {
    setDraft(id, kind, event.target.value);
    offers.typed(event.target.value, event.target.selectionStart);
    if (kind !== "reply") return;
    if (event.target.value) begin(id, thread.value?.n ?? 0);
    else ended(id);
    tellTyping();
    signalTyping(summary);
  };
  const length = lengthOf(text);
  const ready = isReady(summary, kind, text, length, most);
  const submit = (event) => {
    event?.preventDefault();
    if (ready) deliver(summary, kind, text);
    field.current.focus();
  };
  const keys = (event) => {
    if (offers.keys(event)) return;
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && !event.altKey) submit(event);
    if (event.key === "Escape" && kind === "note") focusComposer("reply");
    if (event.key === "Escape" && kind === "reply" && quoteOf(id)) setQuote(id, null);
  };
  const pasted = (event) => {
    if (kind !== "reply" || !takesFiles() || !event.clipboardData?.files.length) return;
    event.preventDefault();
    add(id, event.clipboardData.files);
  };
  return html`<form class="box" onSubmit=${submit} aria-label=${t("composer_label")}>
    <div class="box-head"><${Kinds} kind=${kind} bare=${bare} />${kind === "reply" && html`<${WindowClock} summary=${summary} />`}</div>
    ${kind === "reply" && html`<${Answering} id=${id} /><${Tray} id=${id} longest=${summary.can?.caption ?? 1024} />`}
    ${offers.list}
    <textarea id="composer" ref=${field} rows="1" value=${text} onInput=${typed} onKeyDown=${keys} onPaste=${pasted} aria-label=${t(kind === "note" ? "note_label" : "reply_label")}
      placeholder=${t(kind === "note" ? "note_hint" : link.value === "offline" ? "reply_hint_offline" : "reply_hint")} aria-describedby="box-help" onBlur=${offers.leave} ...${offers.aria}></textarea>
    ${kind === "reply" ? html`<${Holes} text=${text} onGo=${(hole) => (field.current.focus(), field.current.setSelectionRange(hole.from, hole.to))} />` : html`<${Blind} id=${id} text=${text} />`}
    <div class="box-foot">${kind === "reply" && summary.can && html`<${More} id=${id} can=${summary.can} />`}
      <span id="box-help" class="box-help">${t(kind === "note" ? "note_help" : "reply_help")}</span>
      ${length > most - 500 && html`<span class="box-count" data-full=${length > most}>${number(length)} / ${number(most)}</span>`}
      <button type="submit" class="button primary send" disabled=${!ready}>
        <${Icon} name=${kind === "note" ? "note" : "send"} size=${17} /><span>${t(kind === "note" ? "save_note" : "send")}</span></button></div>
  </form>`;
}

const Kinds = ({ kind, bare }) => html`<div class="kinds" role="group" aria-label=${t("kinds_label")}>
  <button type="button" aria-pressed=${kind === "reply"} title="Alt+L" onClick=${() => focusComposer("reply")}>${t(bare ? "back_from_note" : "reply")}</button>
  <button type="button" aria-pressed=${kind === "note"} title="Alt+P" onClick=${() => focusComposer("note")}><${Icon} name="note" size=${14} />${t("note")}</button>
</div>`;

/** What this reply answers; Esc or the cross lets go of it. */
function Answering({ id }) {
  const quote = quoteOf(id);
  if (!quote) return null;
  return html`<div class="answering"><${Quoted} quoted=${quote} speaker=${quote.name} onJump=${jumpTo} t=${t} />
    <${IconButton} icon="close" label=${t("quote_drop")} onClick=${() => (setQuote(id, null), focusComposer("reply"))} /></div>`;
}

/** Beside words: files, a place, a card, a template. */
function More({ id, can }) {
  const input = useRef(null);
  const chosen = (event) => {
    add(id, event.target.files);
    event.target.value = "";
    focusComposer("reply");
  };
  const limits = Object.entries(can.files ?? {}).map(([kind, { most }]) => `${t(`kind_name_${kind}`)} ≤ ${Math.round(most / 1e6) || 1} MB`).join(", ");
  return html`<div class="more">
    ${takesFiles() && html`<${IconButton} icon="attach" label=${t("attach")} title=${`${t("attach")}: ${limits}`} onClick=${() => input.current.click()} />
      <input type="file" multiple hidden ref=${input} onChange=${chosen} />`}
    <${IconButton} icon="place" label=${t("location_send")} onClick=${() => (dialog.value = "location")} />
    <${IconButton} icon="card" label=${t("card_send")} onClick=${() => (dialog.value = "card")} />
    ${can.templates && html`<${IconButton} icon="template" label=${t("template_choose")} onClick=${() => (dialog.value = "templates")} />`}
  </div>`;
}

/** Something to send, nothing still on its way, nothing too long. */
function isReady({ id, can }, kind, text, length, most) {
  if (length > most || (kind === "reply" && holesIn(text).length)) return false;
  if (kind === "note") return Boolean(text.trim());
  const tray = trayOf(id);
  if (tray.some(({ state }) => state === "uploading")) return false;
  const files = tray.filter(({ state }) => state === "ready");
  return (Boolean(text.trim()) || files.length > 0) && files.every(({ caption }) => lengthOf(caption) <= (can?.caption ?? 1024));
}

function deliver({ id }, kind, draft) {
  setDraft(id, kind, "");
  if (kind === "reply") reply(id, draft.trim());
  else deliverNote(id, draft);
}

/** Files first, each a message with its caption, then the words; the quotation goes with the first. */
function reply(id, text) {
  const said = quoteOf(id);
  const quotes = said ? [{ quoted: said, body: { quote: said.seq } }] : [];
  setQuote(id, null);
  for (const { content, caption, kind } of take(id)) {
    const { quoted = null, body = {} } = quotes.shift() ?? {};
    send(id, caption.trim(), { kind, content: { ...content, caption: caption.trim() }, quoted, body: { ...body, file: content.file } });
  }
  if (text) send(id, text, quotes.shift());
  ended(id);
}
