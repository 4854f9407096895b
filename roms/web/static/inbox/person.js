// A person apart from their conversations: the names they go by, what the shop knows of them, where else they write.
import { html, useEffect, useRef, useState } from "../vendor/ui.js";
import { Refused, Unreachable, get, patch, post } from "./api.js";
import { IconButton, Moment, channelIcon, named } from "./bits.js";
import { Icon } from "./icons.js";
import { inWords, toast } from "./notices.js";
import { now } from "./store.js";
import { has, number, rowTime, t, tell } from "./text.js";

export const contactPath = (id, rest = "") => `/api/contacts/${encodeURIComponent(id)}${rest}`;

/** The person with their names, conversations and merges. */
export const readPerson = (id) => get(contactPath(id));

/** Who may be the same person as this contact, surer ones first. [{both, say}] */
export async function readSuggestions(id) {
  const { items } = await get(`/api/contacts/suggestions?contact=${encodeURIComponent(id)}`);
  return items.map((each) => ({ both: [each.contact, each.with], say: each.say }));
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

export const personName = (contact) => (contact.name && named(contact.name)) || contact.phone_text || contact.phone || t(isGroup(contact) ? "identity_group" : "without_number");
const isGroup = ({ identities = [] }) => identities.some(({ kind }) => kind === "group");

/** +6281234567890 as people here write it; numbers of other countries stay as they are. */
function phoneText(value) {
  const own = /^\+62(\d{3})(\d{4})(\d{2,6})$/.exec(value);
  return own ? `+62 ${own[1]}-${own[2]}-${own[3]}` : value;
}

const identityText = ({ kind, value }, contact) => {
  if (kind === "phone") return value === contact.phone && contact.phone_text ? contact.phone_text : phoneText(value);
  if (kind === "webchat") return value.slice(0, 8); // made by us: enough to tell two visitors apart
  return kind === "username" ? `@${named(value)}` : named(value);
};

/** A number as people write it; a hidden id is called what it is, and never looks like a number. */
export function Identities({ contact }) {
  const all = contact.identities;
  const numbered = all.some(({ kind }) => kind === "phone") || Boolean(contact.phone);
  return html`<ul class="identities" aria-label=${t("identities")}>
    ${!numbered && !isGroup(contact) && html`<li class="muted"><${Icon} name="phone" size=${15} /><span>${t("without_number")}</span></li>`}
    ${all.map((each) => html`<li key=${`${each.kind}${each.value}`}><${Icon} name=${each.kind === "phone" ? "phone" : each.kind === "group" ? "people" : "person"} size=${15} />
      <span><b dir="auto">${identityText(each, contact)}</b><small>${t(has(`identity_${each.kind}`) ? `identity_${each.kind}` : "identity_other")}</small></span></li>`)}
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
    const written = Object.fromEntries(rows.filter(({ name }) => name.trim()).map(({ name, value }) => [name.trim(), value.trim() || null]));
    const attributes = { ...Object.fromEntries(held.map(([name]) => [name, null])), ...written }; // null: it goes
    if (!(await trying(() => patch(contactPath(contact.id), { attributes })))) return;
    setRows(null);
    onSaved();
  };
  return html`<form class="attributes" ref=${box} onSubmit=${save}>${rows.map((row, i) => html`<div class="attribute" key=${i}>
      <input aria-label=${t("attribute_name", { at: number(i + 1) })} placeholder=${t("attribute")} value=${row.name} maxlength="40" onInput=${(event) => set(i, { name: event.target.value })} />
      <input aria-label=${t("attribute_value", { at: number(i + 1) })} placeholder=${t("value")} value=${row.value} maxlength="500" onInput=${(event) => set(i, { value: event.target.value })} />
      <${IconButton} icon="close" size=${15} label=${t("attribute_remove", { name: row.name || number(i + 1) })} onClick=${() => setRows(rows.filter((_, at) => at !== i))} /></div>`)}
    <div class="attribute-acts"><button type="button" class="link-button" onClick=${() => setRows([...rows, { name: "", value: "" }])}>${t("attribute_more")}</button><span class="grow"></span>
      <button type="button" class="button quiet" onClick=${() => setRows(null)}>${t("cancel")}</button><button type="submit" class="button primary">${t("save")}</button></div></form>`;
}

/** Their conversations on every channel; links, so that they can be opened beside this one too. */
export const Threads = ({ threads, onOpen }) => html`<ul class="person-threads">${threads.map((each) => html`<li key=${each.id}>
  <a href=${`/inbox/${encodeURIComponent(each.id)}`} onClick=${(event) => follow(event, each.id, onOpen)}>
    <${Icon} name=${channelIcon(each.channel.kind)} size=${16} /><span><b>${each.channel.name}</b><small dir="auto">${each.last ? each.last.text || t("deleted") : t("no_messages")}</small></span>
    <${Moment} at=${each.last_at}>${rowTime(each.last_at, now.value)}</${Moment}></a></li>`)}</ul>`;

function follow(event, id, onOpen) {
  if (!onOpen || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  onOpen(id);
}

/** Who may be the same person: what would move is told before anybody says yes, and it can be taken back. */
export function Suggestions({ contact, pairs, onChanged, may }) {
  if (!pairs.length) return null;
  return html`<ul class="suggestions" aria-label=${t("suggestions")}>${pairs.map((pair) => {
    const other = pair.both.find((one) => one.id !== contact.id) ?? pair.both[1];
    return html`<li key=${other.id}><span><b dir="auto">${personName(other)}</b><small>${tell(pair.say)}</small></span>
      ${may && html`<${MergeButton} kept=${contact} gone=${other} onChanged=${onChanged} />`}</li>`;
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
    toast(t("merged"), { kind: "good", act: { label: t("undo"), run: () => unmerge(answer.merge, onChanged) }, ms: 8000 });
  };
  if (!moving) return html`<button type="button" class="button" onClick=${ask}><${Icon} name="merge" size=${16} />${t("merge")}</button>`;
  return html`<div class="merging" role="group" aria-label=${t("merge")}><p>${t("merge_moves", { from: personName(gone), to: personName(kept) })}</p>
    <ul>${moving.identities.map((each) => html`<li key=${each.value}>${identityText(each, moving)}</li>`)}<li>${t("merge_threads", { count: moving.conversations.length })}</li></ul>
    <button type="button" class="button primary" onClick=${merge}>${t("merge_yes")}</button><button type="button" class="button quiet" onClick=${() => setMoving(null)}>${t("cancel")}</button></div>`;
}

export async function unmerge(id, onChanged) {
  if (!(await trying(() => post(`/api/merges/${encodeURIComponent(id)}/undo`)))) return;
  onChanged();
  toast(t("unmerged"), { kind: "good", ms: 4000 });
}

/** What was joined to this contact, each with its way back. */
export const Merges = ({ merges, onChanged, may }) => html`<ul class="merges">${merges.map((each) => html`<li key=${each.id}>
  <span><b dir="auto">${personName(each)}</b><small><${Moment} at=${each.at}>${rowTime(each.at, now.value)}</${Moment}></small></span>
  ${may && html`<button type="button" class="button" onClick=${() => unmerge(each.id, onChanged)}>${t("unmerge")}</button>`}</li>`)}</ul>`;

/** A person and what belongs to them, fetched anew when `id` changes or reload() is called. */
export function usePerson(id) {
  const [held, setHeld] = useState({ id: null, state: "loading" });
  const reload = async () => {
    if (id === null) return;
    try {
      setHeld({ id, state: "ready", contact: await readPerson(id) });
    } catch (error) {
      if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
      setHeld({ id, state: "error", error });
    }
  };
  useEffect(() => void reload(), [id]);
  return [held.id === id ? held : { id, state: "loading" }, reload];
}
