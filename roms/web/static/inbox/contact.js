// The third pane: who this is, who handles it and why, and what may be done now.
import { html, useEffect, useRef, useState } from "../vendor/ui.js";
import { act, actsOf, ask } from "./acts.js";
import { Avatar, Face, IconButton, Mode, Moment, channelIcon, channelWord, nameOf, whole } from "./bits.js";
import { colleagues, me } from "./boot.js";
import { assignedText, sinceText } from "./events.js";
import { Icon } from "./icons.js";
import { Consent } from "./consent.js";
import { LabelEditor, onContact, onConversation } from "./labels.js";
import { inWords, toast } from "./notices.js";
import { CONTACTS, go, isAdmin } from "./nav.js";
import { Attributes, Identities, Merges, Suggestions, Threads, readSuggestions, trying, usePerson } from "./person.js";
import { current, details, dialog, now } from "./store.js";
import { fullTime, has, shortTime, t } from "./text.js";
import { WriteTo } from "./write.js";

export function Contact() {
  const summary = current.value;
  const pane = useRef(null);
  useEffect(() => {
    if (details.value) pane.current?.querySelector(".contact-close")?.focus();
  }, [details.value]);
  if (!summary) return html`<aside class="contact" aria-label=${t("contact_label")}></aside>`;
  return html`<aside class="contact" aria-label=${t("contact_label")} ref=${pane} onKeyDown=${closeOnEscape}>
    <div class="contact-head"><h2>${t("contact_label")}</h2>
      <${IconButton} icon="close" class="icon-button contact-close" label=${t("contact_close")} onClick=${hideContact} /></div>
    <div class="contact-who"><${Avatar} summary=${summary} size="l" /><h3>${nameOf(summary)}</h3>
      <p>${channelWord(summary.channel.kind)}${summary.contact.name && summary.contact.phone_text ? html` · <span class="nowrap">${summary.contact.phone_text}</span>` : ""}</p></div>
    <${Handling} summary=${summary} />
    <${Labels} summary=${summary} />
    <${Facts} summary=${summary} />
    <${Known} key=${summary.contact.id} summary=${summary} />
    ${isAdmin && html`<${Authors} />`}
  </aside>`;
}

export function hideContact() {
  if (!details.value) return;
  details.value = false;
  document.getElementById("details")?.focus();
}

function closeOnEscape(event) {
  if (event.key === "Escape") hideContact();
}

function Handling({ summary }) {
  const held = summary.assignee !== null;
  const why = held || summary.reason?.rule === "nobody" ? assignedText(summary.assignee, summary.reason) : null;
  return html`<section class="card"><h4>${t("handling")}</h4>
    <div class="handling-mode"><${Mode} mode=${summary.mode} /><${Moment} at=${summary.mode_since}>${sinceText(summary.mode_since, now.value)}</${Moment}></div>
    ${held && html`<div class="handling-who"><${Face} id=${summary.assignee} /><b>${whole(summary.assignee)}</b></div>`}
    ${why && html`<p class="handling-why">${why}</p>`}
    <${Acts} summary=${summary} />
  </section>`;
}

export const Acts = ({ summary }) => html`<div class="acts">
  ${actsOf(summary).map((each) => each.verb === "assign" ? html`<${Assign} key="assign" each=${each} summary=${summary} />`
    : html`<button type="button" key=${each.verb} class="act" data-verb=${each.verb} disabled=${each.disabled} onClick=${() => ask(each.verb, [summary.id])}>
        <${Icon} name=${each.icon} size=${17} />${each.label}</button>`)}
</div>`;

/** A button that opens a list of colleagues. */
function Assign({ each, summary }) {
  const [open, setOpen] = useState(false);
  const choose = (agent) => {
    setOpen(false);
    act("assign", { agent });
  };
  const keys = (event) => {
    if (event.key !== "Escape" || !open) return;
    event.stopPropagation();
    setOpen(false);
  };
  return html`<div class="assign" onKeyDown=${keys}>
    <button type="button" class="act" data-verb="assign" aria-expanded=${open} onClick=${() => setOpen(!open)}><${Icon} name=${each.icon} size=${17} />${each.label}</button>
    ${open && html`<ul class="assign-list">${colleagues.map(({ id, name }) => html`<li key=${id}>
      <button type="button" disabled=${id === summary.assignee} onClick=${() => choose(id)}><${Face} id=${id} />${name}${id === me.id ? ` (${t("you")})` : ""}</button></li>`)}</ul>`}
  </div>`;
}

/** The person behind this conversation: the other names, what is known, where else they write, who they may also be. */
function Known({ summary: { id, contact } }) {
  const [held, reload] = usePerson(contact.id);
  const [pairs, setPairs] = useState([]);
  const look = async () => setPairs((await trying(() => readSuggestions(contact.id))) || []);
  useEffect(() => void look(), [contact.id]);
  useEffect(() => {
    if (held.state === "ready" && held.contact.opted_out_at !== contact.opted_out_at) reload();
  }, [contact.opted_out_at]);
  const changed = () => {
    reload();
    look();
  };
  if (held.state !== "ready") return html`<section class="card"><h4>${t("person")}</h4><p class="muted" role="status">${held.state === "error" ? inWords(held.error) : t("loading")}</p></section>`;
  const { conversations, merges } = held.contact;
  const others = conversations.filter((each) => each.id !== id);
  return html`<section class="card"><h4>${t("identities")}</h4><${Identities} contact=${held.contact} />
      <${WriteTo} contact=${held.contact} onOpen=${go} />
      <a class="card-link" href=${`${CONTACTS}/${contact.id}`}>${t("contact_open")}</a></section>
    <section class="card"><h4>${t("consent")}</h4><${Consent} contact=${held.contact} onChanged=${reload} /></section>
    <section class="card"><h4>${t("attributes")}</h4><${Attributes} contact=${held.contact} onSaved=${reload} /></section>
    ${others.length > 0 && html`<section class="card"><h4>${t("threads_elsewhere")}</h4><${Threads} threads=${others} onOpen=${go} /></section>`}
    ${pairs.length > 0 && html`<section class="card"><h4>${t("suggestions")}</h4><${Suggestions} contact=${held.contact} pairs=${pairs} onChanged=${changed} may=${isAdmin} /></section>`}
    ${merges.length > 0 && html`<section class="card"><h4>${t("merges")}</h4><${Merges} merges=${merges} onChanged=${changed} may=${isAdmin} /></section>`}`;
}

const Facts = ({ summary: { contact, channel, opened_at, created_at } }) => html`<section class="card"><h4>${t("facts")}</h4><dl class="facts">
  ${!contact.is_group && html`<${Fact} icon="phone" name=${t("number")}>${contact.phone_text
    ? html`<span class="nowrap">${contact.phone_text}</span><${IconButton} icon="copy" size=${15} label=${t("copy_number")} onClick=${() => copy(contact.phone)} />` : t(channel.kind === "webchat" ? "no_number" : "without_number")}</${Fact}>`}
  <${Fact} icon=${channelIcon(channel.kind)} name=${t("channel")}>${channel.name}</${Fact}>
  <${Fact} icon="globe" name=${t("language")}>${has(`language_${contact.language}`) ? t(`language_${contact.language}`) : contact.language || "–"}</${Fact}>
  <${Fact} icon="clock" name=${t("opened")}><time datetime=${opened_at ?? created_at} title=${fullTime(opened_at ?? created_at)}>${shortTime(opened_at ?? created_at)}</time></${Fact}>
</dl></section>`;

const Fact = ({ icon, name, children }) => html`<div><dt><${Icon} name=${icon} size=${16} /><span>${name}</span></dt><dd>${children}</dd></div>`;

async function copy(text) {
  if (!navigator.clipboard) return toast(text);
  await navigator.clipboard.writeText(text);
  toast(t("copied"), { kind: "good", ms: 2500 });
}

const Authors = () => html`<section class="card"><h4>${t("for_authors")}</h4><div class="acts">
  <button type="button" class="act" onClick=${() => (dialog.value = "test")}><${Icon} name="note" size=${17} />${t("act_test")}</button></div></section>`;

const Labels = ({ summary: { id, contact, labels } }) => html`<section class="card"><h4>${t("labels_conversation")}</h4>
    <${LabelEditor} labels=${labels} name=${t("labels_conversation")} onPut=${(name) => onConversation(id, name, true)} onTake=${(name) => onConversation(id, name, false)} /></section>
  <section class="card"><h4>${t("labels_contact")}</h4>
    <${LabelEditor} labels=${contact.labels ?? []} name=${t("labels_contact")} onPut=${(name) => onContact(contact.id, name, true)} onTake=${(name) => onContact(contact.id, name, false)} /></section>`;
