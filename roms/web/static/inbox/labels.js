// Labels with their colours: shown, put on, taken off, and what the list is filtered by.
import { html, signal, useRef, useState } from "../vendor/ui.js";
import { Refused, Unreachable, call, conversation, get } from "./api.js";
import { withSummary } from "./apply.js";
import { boot } from "./boot.js";
import { Icon } from "./icons.js";
import { inWords, toast } from "./notices.js";
import { fitting } from "./offers.js";
import { current, world } from "./store.js";
import { learn } from "./sync.js";
import { t } from "./text.js";

export const known = signal(boot.labels ?? []);
const asked = new Set();

/** One that was made or coloured since the page was opened is asked for once. */
function details(key) {
  const found = known.value.find((each) => each.key === key);
  if (!found && !asked.has(key)) {
    asked.add(key);
    setTimeout(refresh, 0);
  }
  return found ?? { key, colour: "grey", is_vip: false };
}

export async function refresh() {
  try {
    known.value = (await get("/api/labels")).items;
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
  }
}

export const Label = ({ name, children }) => {
  const { colour, is_vip } = details(name);
  return html`<span class="label" data-colour=${colour}>${is_vip && html`<${Icon} name="star" size=${12} /><span class="sr">${t("label_vip")}: </span>`}<span class="label-name" dir="auto">${name}</span>${children}</span>`;
};

/** The first few of a conversation and its contact; the rest is a number. */
export function LabelLine({ summary, most = 3 }) {
  const all = [...new Set([...(summary.contact.labels ?? []), ...summary.labels])];
  if (!all.length) return null;
  const more = all.slice(most);
  return html`<span class="label-line">${all.slice(0, most).map((name) => html`<${Label} key=${name} name=${name} />`)}
    ${more.length > 0 && html`<span class="label-more" title=${more.join(", ")}>+${more.length}<span class="sr"> ${more.join(", ")}</span></span>`}</span>`;
}

async function changing(ask) {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
    toast(inWords(error), { kind: "error" });
    return null;
  }
}

/** Put on or take off; either can be taken back. */
export async function onConversation(id, name, on, quietly = false) {
  const answer = await changing(() => call(on ? "POST" : "DELETE", conversation(id, "/labels"), { label: name }));
  if (!answer) return;
  learn(withSummary(world.value, answer.conversation), id);
  if (!quietly) told(name, on, () => onConversation(id, name, !on, true));
}

export async function onContact(id, name, on, onDone, quietly = false) {
  const answer = await changing(() => call(on ? "POST" : "DELETE", `/api/contacts/${id}/labels`, { label: name }));
  if (!answer) return;
  onDone?.(answer.labels);
  if (!quietly) told(name, on, () => onContact(id, name, !on, onDone, true));
}

const told = (name, on, back) => toast(t(on ? "label_put" : "label_taken", { label: name }), { kind: "good", act: { label: t("undo"), run: back }, ms: 6000 });

/** The labels of one thing, each with a cross, and a field to add one that exists or a new one. */
export function LabelEditor({ labels, onPut, onTake, name }) {
  return html`<div class="label-editor">
    ${labels.length ? html`<ul class="labels" aria-label=${name}>${labels.map((each) => html`<li key=${each}><${Label} name=${each}>
      <button type="button" class="label-off" aria-label=${t("label_take", { label: each })} title=${t("label_take", { label: each })} onClick=${() => onTake(each)}><${Icon} name="close" size=${12} /></button></${Label}></li>`)}</ul>`
      : html`<p class="muted">${t("no_labels")}</p>`}
    <${AddLabel} held=${labels} name=${name} onPut=${onPut} /></div>`;
}

function AddLabel({ held, name, onPut }) {
  const [open, setOpen] = useState(false);
  const [q, setQ] = useState("");
  const [at, setAt] = useState(0);
  const opener = useRef(null);
  const free = known.value.filter((each) => each.is_active !== false && !held.includes(each.key));
  const wanted = q.trim().replace(/\s+/g, " ");
  const isNew = wanted && ![...known.value.map((each) => each.key), ...held].some((key) => key.toLowerCase() === wanted.toLowerCase());
  const offered = [...fitting(free, q, (each) => [each.key]).map(({ key }) => ({ key })), ...(isNew ? [{ key: wanted, isNew }] : [])];
  const leave = () => {
    setOpen(false);
    setQ("");
    setAt(0);
    requestAnimationFrame(() => opener.current?.focus());
  };
  const choose = (each) => {
    leave();
    onPut(each.key);
  };
  const keys = (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) setAt((at + by + offered.length) % Math.max(1, offered.length));
    else if (event.key === "Enter" && offered[at]) choose(offered[at]);
    else if (event.key === "Escape") leave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const id = `labels-${name.replace(/\W/g, "")}`;
  if (!open) return html`<button type="button" class="link-button" ref=${opener} onClick=${() => setOpen(true)}>${t("label_add")}</button>`;
  return html`<div class="label-add" onKeyDown=${keys} onFocusOut=${(event) => !event.currentTarget.contains(event.relatedTarget) && setOpen(false)}>
    <input autofocus ref=${(field) => field && !q && field.focus()} type="text" role="combobox" aria-expanded="true" aria-controls=${id} aria-activedescendant=${offered[at] ? `${id}-${at}` : null} aria-autocomplete="list"
      aria-label=${t("label_add_to", { name })} placeholder=${t("label_hint")} maxlength="60" value=${q} onInput=${(event) => (setQ(event.target.value), setAt(0))} />
    <ul id=${id} role="listbox" aria-label=${t("labels")}>${offered.map((each, i) => html`<li key=${each.key} id=${`${id}-${i}`} role="option" aria-selected=${i === at}
      onPointerDown=${(event) => event.preventDefault()} onPointerMove=${() => setAt(i)} onClick=${() => choose(each)}>${each.isNew ? html`<span>${t("label_new")}</span> <b>${each.key}</b>` : html`<${Label} name=${each.key} />`}</li>`)}</ul></div>`;
}

/** Put a label on the open conversation, from the palette. */
export const labelCommands = (summary) => known.value.filter((each) => each.is_active !== false && !summary.labels.includes(each.key)).map(({ key }) => (
  { name: `label.${key}`, icon: "label", label: t("label_command", { label: key }), run: () => current.value && onConversation(current.value.id, key, true) }));
