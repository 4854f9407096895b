// What one can do with a single message: answer it, react to it, copy it. A button on the bubble, or a key while it has the focus.
import { html, signal, useEffect, useRef, useState } from "../vendor/ui.js";
import { focusComposer, may } from "./acts.js";
import { Refused, Unreachable, conversation, post } from "./api.js";
import { setQuote } from "./drafts.js";
import { Icon } from "./icons.js";
import { inWords, toast } from "./notices.js";
import { uuid } from "./sends.js";
import { current, openId } from "./store.js";
import { catchUp } from "./sync.js";
import { t } from "./text.js";
import { wordsOf } from "../common/attached.js";
import { titleOf } from "../common/files.js";

const SIGNS = ["👍", "❤️", "😂", "😮", "😢", "🙏", "✅"];
const LONGEST = 16; // UTF-16 units of one sign: a family with skin colours has 11
export const menu = signal(null); // seq of the message whose menu is open

const isSaid = (entry) => entry.type === "message" && entry.seq !== null && !entry.deleted;
export const canQuote = (entry) => isSaid(entry) && Boolean(current.value?.can?.quotes) && may(current.value, "agent_replied");
export const canReact = (entry) => isSaid(entry) && Boolean(current.value?.can?.reactions) && may(current.value, "agent_replied");

/** What the reply being written answers. */
export function quote(entry, name) {
  const text = summaryOf(entry).slice(0, 200);
  setQuote(openId.value, { seq: entry.seq, text, sender: entry.sender, name });
  menu.value = null;
  focusComposer("reply");
}

/** What a message says, in one line, also when it is a picture. */
export function summaryOf(entry) {
  const words = wordsOf(entry) || (entry.options?.length > 0 && entry.prompt) || "";
  return words || (entry.content ? titleOf(entry.content, entry.kind, t) : entry.text);
}

export async function react(entry, emoji) {
  menu.value = null;
  try {
    await post(conversation(openId.value, "/reactions"), { seq: entry.seq, emoji, client_id: uuid() });
    catchUp(openId.value);
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
    toast(inWords(error), { kind: "error" });
  }
}

/** WhatsApp knows one sign of ours on a message, whoever of us put it there. */
export const mine = (entry) => entry.reactions?.find((each) => each.by !== "contact")?.emoji ?? "";

/** R answers, E reacts, while a bubble or something in it has the focus and nobody is typing. */
export function bubbleKeys(event, entry, name) {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest("input, textarea, select, video")) return;
  const key = event.key.toLowerCase();
  if (key === "r" && canQuote(entry)) quote(entry, name);
  else if (key === "e" && canReact(entry)) menu.value = entry.seq;
  else return;
  event.preventDefault();
}

export function Menu({ entry, name }) {
  if (!isSaid(entry)) return null;
  const open = menu.value === entry.seq;
  const label = t("message_menu");
  return html`<div class="bubble-menu" onKeyDown=${(event) => event.key === "Escape" && open && (event.stopPropagation(), (menu.value = null))}>
    <button type="button" class="menu-button" aria-label=${label} title=${label} aria-expanded=${open} onClick=${() => (menu.value = open ? null : entry.seq)}><${Icon} name="menu" size=${17} /></button>
    ${open && html`<${Offers} entry=${entry} name=${name} />`}</div>`;
}

function Offers({ entry, name }) {
  const box = useRef(null);
  useEffect(() => {
    box.current.querySelector("button")?.focus({ preventScroll: true });
    box.current.scrollIntoView({ block: "nearest" });
    const away = (event) => !box.current?.parentElement.contains(event.target) && (menu.value = null);
    document.addEventListener("pointerdown", away);
    return () => document.removeEventListener("pointerdown", away);
  }, []);
  return html`<div class="offers" role="group" aria-label=${t("message_menu")} ref=${box}>
    ${canReact(entry) && html`<${Palette} entry=${entry} />`}
    ${canQuote(entry) && html`<button type="button" class="act" onClick=${() => quote(entry, name)}><${Icon} name="quote" size=${16} />${t("quote")}<kbd>R</kbd></button>`}
    <button type="button" class="act" onClick=${() => copy(summaryOf(entry))}><${Icon} name="copy" size=${16} />${t("copy_text")}</button>
  </div>`;
}

function Palette({ entry }) {
  const [typed, setTyped] = useState("");
  const held = mine(entry);
  const submit = (event) => {
    event.preventDefault();
    if (typed.trim()) react(entry, typed.trim());
  };
  return html`<div class="palette-signs" role="group" aria-label=${t("react")}>${SIGNS.map((sign) => html`
      <button type="button" key=${sign} aria-pressed=${sign === held} aria-label=${t("react_with", { sign })} onClick=${() => react(entry, sign === held ? "" : sign)}>${sign}</button>`)}</div>
    <form class="palette-typed" onSubmit=${submit}><input type="text" maxlength=${LONGEST} value=${typed} aria-label=${t("react_typed")} placeholder=${t("react_typed")} onInput=${(event) => setTyped(event.target.value)} />
      <button type="submit" class="button" disabled=${!typed.trim()}>${t("react")}</button>
      ${held && html`<button type="button" class="button quiet" onClick=${() => react(entry, "")}>${t("react_remove", { sign: held })}</button>`}</form>`;
}

async function copy(text) {
  menu.value = null;
  if (!navigator.clipboard) return toast(text);
  await navigator.clipboard.writeText(text);
  toast(t("text_copied"), { kind: "good", ms: 2500 });
}
