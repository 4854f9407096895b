// The list of contacts: search in any form of a number, and for admins the doors in and out.
import { html, useRef, useState } from "../vendor/ui.js";
import { Presence } from "../common/presence.js";
import { Bell } from "../inbox/bell.js";
import { me } from "../inbox/boot.js";
import { Empty, IconButton, channelIcon, channelWord } from "../inbox/bits.js";
import { Icon } from "../inbox/icons.js";
import { Label } from "../inbox/labels.js";
import { inWords } from "../inbox/notices.js";
import { personName } from "../inbox/person.js";
import { t } from "../inbox/text.js";
import { ours } from "../common/signs.js";
import { Export } from "./exporting.js";
import { Import } from "./importing.js";
import { chosen, load, open, people, query } from "./state.js";

const isAdmin = me.role === "admin";

export function People() {
  const [importing, setImporting] = useState(false);
  return html`<section class="list people-list" aria-label=${t("contacts")}>
    <header class="list-head"><a class="icon-button" href="/inbox" aria-label=${t("to_inbox")} title=${t("to_inbox")}><${Icon} name="back" size=${20} /></a><h1>${t("contacts")}</h1><span class="grow"></span><${Bell} /><${Presence} />
      ${isAdmin && html`<button type="button" class="button quiet" aria-expanded=${importing} onClick=${() => setImporting(!importing)}>${t("import")}</button><${Export} />`}</header>
    ${importing && html`<${Import} leave=${() => setImporting(false)} onDone=${() => load()} />`}
    <${Search} /><${Rows} />
  </section>`;
}

function Search() {
  const timer = useRef(0);
  const typed = (event) => {
    query.value = event.target.value;
    clearTimeout(timer.current);
    timer.current = setTimeout(() => load(), 200);
  };
  return html`<div class="search" role="search"><span class="search-sign"><${Icon} name="search" /></span>
    <input id="search" type="search" aria-label=${t("contacts_search")} placeholder=${t("contacts_search_hint")} autocomplete="off" value=${query.value} onInput=${typed} />
    ${query.value && html`<${IconButton} icon="close" label=${t("search_clear")} onClick=${() => ((query.value = ""), load())} />`}</div>`;
}

function Rows() {
  const { state, items, next, error } = people.value;
  if (state === "error") return html`<${Empty} icon="warn" title=${t("contacts_error")} text=${inWords(error)}><button type="button" class="button" onClick=${() => load()}>${t("try_again")}</button></${Empty}>`;
  if (state === "loading") return html`<p class="people-told" role="status">${t("loading")}</p>`;
  if (!items.length) return html`<${Empty} icon="people" title=${t(query.value ? "search_empty" : "contacts_none")} text=${t(query.value ? "contacts_none_found" : "contacts_none_text", { q: query.value })} />`;
  return html`<div class="people-rows"><ul>${items.map((contact) => html`<li key=${contact.id}><${Row} contact=${contact} /></li>`)}</ul>
    ${next && html`<button type="button" class="button quiet" onClick=${() => load({ more: true })}>${t("contacts_more")}</button>`}</div>`;
}

function Row({ contact }) {
  const go = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    open(contact.id);
  };
  return html`<a class="person-row" href=${`/inbox/contacts/${contact.id}`} aria-current=${contact.id === chosen.value ? "true" : null} onClick=${go}>
    <span class="avatar" data-tint=${contact.id % 8} aria-hidden="true">${ours(contact.picture) ? html`<img class="avatar-picture" src=${ours(contact.picture)} alt="" loading="lazy" />` : html`<${Icon} name="person" size=${20} />`}</span>
    <span class="person-said"><b dir="auto">${personName(contact)}</b><small>${contact.phone_text ?? contact.phone ?? t("without_number")}</small>${contact.labels.length > 0 && html`<span class="label-line">${contact.labels.slice(0, 3).map((name) => html`<${Label} key=${name} name=${name} />`)}</span>`}</span>
    <span class="person-channels">${contact.channels.map((kind) => html`<span key=${kind} title=${channelWord(kind)}><${Icon} name=${channelIcon(kind)} size=${16} /><span class="sr">${channelWord(kind)}</span></span>`)}</span></a>`;
}

