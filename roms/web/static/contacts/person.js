// One contact: names, numbers, what the shop knows, every conversation, and whether two are one.
import { html, useEffect, useState } from "../vendor/ui.js";
import { get, patch } from "../inbox/api.js";
import { me } from "../inbox/boot.js";
import { Empty, IconButton } from "../inbox/bits.js";
import { Consent } from "../inbox/consent.js";
import { Icon } from "../inbox/icons.js";
import { LabelEditor, onContact } from "../inbox/labels.js";
import { inWords, toast } from "../inbox/notices.js";
import { Attributes, Identities, MergeButton, Merges, Suggestions, Threads, contactPath, personName, readSuggestions, trying, usePerson } from "../inbox/person.js";
import { WriteTo } from "../inbox/write.js";
import { fullTime, has, shortTime, t } from "../inbox/text.js";
import { ours } from "../common/signs.js";
import { Removing } from "./removing.js";
import { load, open } from "./state.js";

const isAdmin = me.role === "admin";

export function Person({ id }) {
  const [held, reload] = usePerson(id);
  const [pairs, setPairs] = useState([]);
  const look = async () => id !== null && setPairs((await trying(() => readSuggestions(id))) || []);
  useEffect(() => void look(), [id]);
  const changed = () => {
    reload();
    look();
    load();
  };
  if (id === null) return html`<main class="person" id="person" tabindex="-1"><${Empty} icon="people" title=${t("contact_choose")} text=${t("contact_choose_text")} /></main>`;
  return html`<main class="person" id="person" tabindex="-1" aria-busy=${held.state === "loading"}>
    ${held.state === "error" && html`<${Back} /><${Empty} icon="warn" title=${t("contact_error")} text=${inWords(held.error)}><button type="button" class="button" onClick=${reload}>${t("try_again")}</button></${Empty}>`}
    ${held.state === "loading" && html`<${Back} /><p class="people-told" role="status">${t("loading")}</p>`}
    ${held.state === "ready" && held.contact.id !== id && html`<p class="muted">${t("merged_into")}</p>`}
    ${held.state === "ready" && html`<${Known} contact=${held.contact} pairs=${pairs} onChanged=${changed} />`}
  </main>`;
}

const Back = () => html`<${IconButton} icon="back" size=${22} class="icon-button person-back" label=${t("back_to_contacts")} onClick=${() => open(null)} />`;

function Known({ contact, pairs, onChanged }) {
  const { conversations, merges } = contact;
  return html`<header class="person-head"><${Back} />
      <span class="avatar avatar-l" data-tint=${contact.id % 8} aria-hidden="true">${ours(contact.picture) ? html`<img class="avatar-picture" src=${ours(contact.picture)} alt="" />` : html`<${Icon} name="person" size=${30} />`}</span>
      <${Name} contact=${contact} onChanged=${onChanged} /><span class="grow"></span><${WriteTo} contact=${contact} onOpen=${(id) => location.assign(`/inbox/${encodeURIComponent(id)}`)} /></header>
    <div class="person-cards">
      <section class="card"><h4>${t("identities")}</h4><${Identities} contact=${contact} /></section>
      <section class="card"><h4>${t("labels")}</h4><${LabelEditor} labels=${contact.labels} name=${t("labels")} onPut=${(name) => onContact(contact.id, name, true, onChanged)} onTake=${(name) => onContact(contact.id, name, false, onChanged)} /></section>
      <section class="card"><h4>${t("consent")}</h4><${Consent} contact=${contact} onChanged=${onChanged} /></section>
      <section class="card"><h4>${t("attributes")}</h4><${Attributes} contact=${contact} onSaved=${onChanged} /></section>
      <section class="card"><h4>${t("threads")}</h4>${conversations.length ? html`<${Threads} threads=${conversations} />` : html`<p class="muted">${t("threads_none")}</p>`}</section>
      <section class="card"><h4>${t("facts")}</h4><${Language} contact=${contact} onChanged=${onChanged} />
        ${contact.created_at && html`<p class="muted">${t("known_since")} <time datetime=${contact.created_at} title=${fullTime(contact.created_at)}>${shortTime(contact.created_at)}</time></p>`}</section>
      ${(isAdmin || pairs.length > 0) && html`<section class="card"><h4>${t("same_person")}</h4><${Suggestions} contact=${contact} pairs=${pairs} onChanged=${onChanged} may=${isAdmin} />${isAdmin && html`<${FindOther} contact=${contact} onChanged=${onChanged} />`}</section>`}
      ${merges.length > 0 && html`<section class="card"><h4>${t("merges")}</h4><${Merges} merges=${merges} onChanged=${onChanged} may=${isAdmin} /></section>`}
      ${isAdmin && html`<${Removing} contact=${contact} onGone=${() => (open(null), load())} />`}
    </div>`;
}

function Name({ contact, onChanged }) {
  const [name, setName] = useState(null);
  const save = async (event) => {
    event.preventDefault();
    if (!(await trying(() => patch(contactPath(contact.id), { name: name.trim() })))) return;
    setName(null);
    onChanged();
    toast(t("saved"), { kind: "good", ms: 2500 });
  };
  if (name === null) return html`<h2 dir="auto">${personName(contact)}</h2><${IconButton} icon="pencil" label=${t("name_edit")} onClick=${() => setName(contact.name ?? "")} />`;
  return html`<form class="name-form" onSubmit=${save}><input aria-label=${t("name")} value=${name} maxlength="200" autofocus onInput=${(event) => setName(event.target.value)} />
    <button type="submit" class="button primary">${t("save")}</button><button type="button" class="button quiet" onClick=${() => setName(null)}>${t("cancel")}</button></form>`;
}

function Language({ contact, onChanged }) {
  const set = async (event) => (await trying(() => patch(contactPath(contact.id), { language: event.target.value }))) && onChanged();
  const known = ["", "id", "en"];
  const all = known.includes(contact.language) ? known : [...known, contact.language];
  return html`<label class="field"><span>${t("language")}</span><select value=${contact.language ?? ""} onChange=${set}>${all.map((code) => html`
    <option key=${code} value=${code}>${code ? (has(`language_${code}`) ? t(`language_${code}`) : code) : t("language_unknown")}</option>`)}</select></label>`;
}

/** Another contact that is this person too: looked for by name or number. */
function FindOther({ contact, onChanged }) {
  const [q, setQ] = useState("");
  const [found, setFound] = useState([]);
  const look = async (event) => {
    event.preventDefault();
    const page = await trying(() => get(`/api/contacts?q=${encodeURIComponent(q.trim())}`));
    if (page) setFound(page.items.filter((each) => each.id !== contact.id).slice(0, 8));
  };
  return html`<form class="find-other" onSubmit=${look}><input type="search" aria-label=${t("merge_find")} placeholder=${t("merge_find")} value=${q} onInput=${(event) => setQ(event.target.value)} />
      <button type="submit" class="button" disabled=${!q.trim()}>${t("search_now")}</button></form>
    ${found.length > 0 && html`<ul class="suggestions" aria-label=${t("merge_found")}>${found.map((other) => html`<li key=${other.id}><span><b dir="auto">${personName(other)}</b><small>${other.phone_text ?? other.phone ?? t("without_number")}</small></span>
      <${MergeButton} kept=${contact} gone=${other} onChanged=${() => (setFound([]), onChanged())} /></li>`)}</ul>`}`;
}
