// A person apart from their conversations: the names they go by, what the shop knows of them, where else they write.
import { html, useEffect, useRef, useState } from "../vendor/ui.js";
import { Refused, Unreachable, get, patch, post } from "./api.js";
import { IconButton, Moment, channelIcon, channelWord, named } from "./bits.js";
import { Icon } from "./icons.js";
import { inWords, toast } from "./notices.js";
import { now } from "./store.js";
import { fullTime, has, number, rowTime, t } from "./text.js";

export const contactPath = (id, rest = "") => `/api/contacts/${encodeURIComponent(id)}${rest}`;

/** Whatever a list answer calls its list. */
const listIn = (answer, ...names) => names.map((name) => answer?.[name]).find(Array.isArray) ?? (Array.isArray(answer) ? answer : []);

export async function readPerson(id) {
  const [told, threads] = await Promise.all([get(contactPath(id)), get(contactPath(id, "/conversations"))]);
  return { contact: told.contact ?? told, merges: listIn(told, "merges"), threads: listIn(threads, "items", "conversations") };
}

export const readSuggestions = async (id = null) => {
  const answer = await get(`/api/contacts/suggestions${id === null ? "" : `?contact=${encodeURIComponent(id)}`}`);
  const all = listIn(answer, "items", "suggestions").map(pairOf).filter(Boolean);
  return id === null ? all : all.filter((each) => each.both.some((one) => one.id === id));
};

/** Two contacts that may be one person, and why it looks so. */
function pairOf(each) {
  const both = each.contacts ?? [each.contact ?? each.kept, each.other ?? each.with ?? each.gone];
  return both.length === 2 && both.every((one) => one?.id) ? { both, reason: each.reason ?? "" } : null;
}

/** Do something; what is refused is said in words. True when it was done. */
export async function trying(act) {
  try {
    return (await act()) ?? true;
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
    toast(inWords(error), { kind: "error" });
    return null;
  }
}

export const personName = (contact) => (contact.name && named(contact.name)) || contact.phone_text || contact.phone || t("without_number");

/** A number as people write it; a hidden id is called what it is, and never looks like a number. */
export function Identities({ contact }) {
  const all = contact.identities ?? contact.addresses ?? [];
  const numbered = all.some(({ kind }) => kind === "phone") || Boolean(contact.phone);
  return html`<ul class="identities" aria-label=${t("identities")}>
    ${!numbered && html`<li class="muted"><${Icon} name="phone" size=${15} /><span>${t("without_number")}</span></li>`}
    ${all.map((each) => html`<li key=${`${each.kind}${each.value}`}><${Icon} name=${each.kind === "phone" ? "phone" : "person"} size=${15} />
      <span><b dir="auto">${each.kind === "username" ? `@${named(each.value)}` : named(each.text ?? each.value)}</b><small>${t(has(`identity_${each.kind}`) ? `identity_${each.kind}` : "identity_other")}</small></span></li>`)}
    ${!all.length && contact.phone && html`<li><${Icon} name="phone" size=${15} /><span><b>${contact.phone_text ?? contact.phone}</b></span></li>`}</ul>`;
}

/** What the shop wants to know of a person: name and value, as many as needed. */
export function Attributes({ contact, onSaved }) {
  const [rows, setRows] = useState(null);
  const box = useRef(null);
  const held = Object.entries(contact.attributes ?? {});
  useEffect(() => setRows(null), [contact.id]);
  if (!rows) {
    return html`<div class="attributes">${held.length ? html`<dl class="pairs">${held.map(([name, value]) => html`<div key=${name}><dt dir="auto">${name}</dt><dd dir="auto">${String(value)}</dd></div>`)}</dl>` : html`<p class="muted">${t("attributes_none")}</p>`}
      <button type="button" class="link-button" onClick=${() => setRows([...held.map(([name, value]) => ({ name, value: String(value) })), { name: "", value: "" }])}>${t("attributes_edit")}</button></div>`;
  }
  const set = (at, values) => setRows(rows.map((row, i) => (i === at ? { ...row, ...values } : row)));
  const save = async (event) => {
    event.preventDefault();
    const attributes = Object.fromEntries(rows.filter(({ name, value }) => name.trim() && value.trim()).map(({ name, value }) => [name.trim(), value.trim()]));
    if (!(await trying(() => patch(contactPath(contact.id), { attributes })))) return;
    setRows(null);
    onSaved();
  };
  return html`<form class="attributes" ref=${box} onSubmit=${save}>${rows.map((row, i) => html`<div class="attribute" key=${i}>
      <input aria-label=${t("attribute_name", { at: number(i + 1) })} placeholder=${t("attribute")} value=${row.name} maxlength="60" onInput=${(event) => set(i, { name: event.target.value })} />
      <input aria-label=${t("attribute_value", { at: number(i + 1) })} placeholder=${t("value")} value=${row.value} maxlength="500" onInput=${(event) => set(i, { value: event.target.value })} />
      <${IconButton} icon="close" size=${15} label=${t("attribute_remove", { name: row.name || number(i + 1) })} onClick=${() => setRows(rows.filter((_, at) => at !== i))} /></div>`)}
    <div class="attribute-acts"><button type="button" class="link-button" onClick=${() => setRows([...rows, { name: "", value: "" }])}>${t("attribute_more")}</button><span class="grow"></span>
      <button type="button" class="button quiet" onClick=${() => setRows(null)}>${t("cancel")}</button><button type="submit" class="button primary">${t("save")}</button></div></form>`;
}

/** Their conversations on every channel; links, so that they can be opened beside this one too. */
export const Threads = ({ threads, onOpen }) => html`<ul class="person-threads">${threads.map((each) => html`<li key=${each.id}>
  <a href=${`/inbox/${encodeURIComponent(each.id)}`} onClick=${(event) => follow(event, each.id, onOpen)}>
    <${Icon} name=${channelIcon(each.channel?.kind)} size=${16} /><span><b>${each.channel?.name ?? channelWord(each.channel?.kind)}</b><small dir="auto">${each.last?.text ?? t("no_messages")}</small></span>
    ${(each.last?.at ?? each.created_at) && html`<${Moment} at=${each.last?.at ?? each.created_at}>${rowTime(each.last?.at ?? each.created_at, now.value)}</${Moment}>`}</a></li>`)}</ul>`;

function follow(event, id, onOpen) {
  if (!onOpen || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  onOpen(id);
}

/** Who may be the same person: what would move is told before anybody says yes, and it can be taken back. */
export function Suggestions({ contact, pairs, onChanged }) {
  if (!pairs.length) return null;
  return html`<ul class="suggestions" aria-label=${t("suggestions")}>${pairs.map((pair) => {
    const other = pair.both.find((one) => one.id !== contact.id) ?? pair.both[1];
    return html`<li key=${other.id}><span><b dir="auto">${personName(other)}</b><small>${has(`suggested_${pair.reason}`) ? t(`suggested_${pair.reason}`) : t("suggested")}</small></span>
      <${MergeButton} kept=${contact} gone=${other} onChanged=${onChanged} /></li>`;
  })}</ul>`;
}

export function MergeButton({ kept, gone, onChanged }) {
  const [moving, setMoving] = useState(null);
  const ask = async () => {
    const found = await trying(() => readPerson(gone.id));
    if (found) setMoving(found);
  };
  const merge = async () => {
    setMoving(null);
    const answer = await trying(() => post(contactPath(kept.id, "/merge"), { with: gone.id }));
    if (!answer) return;
    onChanged();
    const id = answer.merge?.id ?? answer.merge ?? answer.id;
    toast(t("merged"), { kind: "good", act: id ? { label: t("undo"), run: () => unmerge(id, onChanged) } : null, ms: 8000 });
  };
  if (!moving) return html`<button type="button" class="button" onClick=${ask}><${Icon} name="merge" size=${16} />${t("merge")}</button>`;
  return html`<div class="merging" role="group" aria-label=${t("merge")}><p>${t("merge_moves", { from: personName(gone), to: personName(kept) })}</p>
    <ul>${(moving.contact.identities ?? []).map((each) => html`<li key=${each.value}>${named(each.text ?? each.value)}</li>`)}<li>${t("merge_threads", { count: moving.threads.length })}</li></ul>
    <button type="button" class="button primary" onClick=${merge}>${t("merge_yes")}</button><button type="button" class="button quiet" onClick=${() => setMoving(null)}>${t("cancel")}</button></div>`;
}

export async function unmerge(id, onChanged) {
  if (!(await trying(() => post(`/api/merges/${encodeURIComponent(id)}/undo`)))) return;
  onChanged();
  toast(t("unmerged"), { kind: "good", ms: 4000 });
}

/** What was joined to this contact, each with its way back. */
export const Merges = ({ merges, onChanged, may }) => html`<ul class="merges">${merges.filter((each) => !each.undone_at).map((each) => html`<li key=${each.id}>
  <span><b dir="auto">${named(each.name ?? each.gone?.name ?? "") || `#${each.gone_id ?? each.id}`}</b>${each.at && html`<small><time datetime=${each.at} title=${fullTime(each.at)}>${rowTime(each.at, now.value)}</time></small>`}</span>
  ${may && html`<button type="button" class="button" onClick=${() => unmerge(each.id, onChanged)}>${t("unmerge")}</button>`}</li>`)}</ul>`;

/** A person and what belongs to them, fetched anew when `id` changes or reload() is called. */
export function usePerson(id) {
  const [held, setHeld] = useState({ id: null, state: "loading" });
  const reload = async () => {
    if (id === null) return;
    try {
      setHeld({ id, state: "ready", ...(await readPerson(id)) });
    } catch (error) {
      if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
      setHeld({ id, state: "error", error });
    }
  };
  useEffect(() => void reload(), [id]);
  return [held.id === id ? held : { id, state: "loading" }, reload];
}
