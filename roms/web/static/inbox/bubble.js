// One line of the thread.
import { html } from "../vendor/ui.js";
import { Attached, wordsOf } from "../common/attached.js";
import { Edited, Quoted, Reactions, Tomb } from "../common/around.js";
import { Icon } from "./icons.js";
import { Moment, named, tint, who } from "./bits.js";
import { NoteWords } from "./calling.js";
import { eventIcon, eventText } from "./events.js";
import { retryFile, tryAside, writeTo } from "./filing.js";
import { jumpTo } from "./jump.js";
import { Menu, bubbleKeys } from "./reacting.js";
import { now } from "./store.js";
import { clock, dayName, fullTime, language, shortTime, t } from "./text.js";
import { Tick, Trouble } from "./trouble.js";
import { openViewer } from "./viewer.js";
import { Ask, isAskable } from "./why.js";
import { Words } from "./words.js";

export function Line({ line, name }) {
  if (line.kind === "day") return html`<div class="day" data-key=${line.key} role="separator"><span>${dayName(line.at, now.value)}</span></div>`;
  if (line.kind === "divider") return html`<div class="unread-divider" data-key=${line.key} role="separator"><span>${t("unread_below")}</span></div>`;
  if (line.kind === "event") return html`<${Happening} line=${line} />`;
  if (line.kind === "note") return html`<${Note} line=${line} />`;
  return html`<${Bubble} line=${line} name=${name} />`;
}

const Happening = ({ line: { key, entry, open } }) => html`
  <p class="event" data-key=${key} data-seq=${entry.seq} data-event=${entry.event}><${Icon} name=${eventIcon(entry)} size=${14} />
    <span>${eventText(entry)}</span> <${Moment} at=${entry.at}>${clock(entry.at)}</${Moment}>
    ${open && html` <button type="button" class="link-button" onClick=${() => tryAside(entry.data.id)}>${t("aside_retry")}</button>`}</p>`;

const Note = ({ line: { key, entry } }) => html`
  <article class="note" data-key=${key} data-seq=${entry.seq}>
    <header><${Icon} name="note" size=${14} /><b>${entry.sender === "agent" ? who(entry.agent) : t(`sender_${entry.sender}`)}</b>
      <span>${t("note_never_sent")}</span><${Moment} at=${entry.at}>${clock(entry.at)}</${Moment}></header>
    <${NoteWords} text=${entry.text} />
  </article>`;

/** Who says it. An agent's message without an agent was typed on the paired phone. */
function speakerOf(entry, name) {
  if (entry.sender === "contact") return entry.author ? named(entry.author.name || entry.author.phone || "") || t("someone") : name;
  if (entry.sender === "agent") return entry.agent === null ? t("from_phone") : who(entry.agent);
  return t(`sender_${entry.sender}`);
}

const ICONS = { bot: "bot", agent: "phone" };

function Bubble({ line: { key, entry, grouped }, name }) {
  const speaker = speakerOf(entry, name);
  const icon = entry.sender === "bot" || (entry.sender === "agent" && entry.agent === null) ? ICONS[entry.sender] : "";
  return html`<article class="bubble" data-key=${key} data-seq=${entry.seq} data-sender=${entry.sender} data-kind=${entry.kind} data-grouped=${grouped} data-status=${entry.status}
      onKeyDown=${(event) => bubbleKeys(event, entry, speaker)}>
    <header class=${grouped ? "sr" : "bubble-who"}>${icon && html`<${Icon} name=${icon} size=${13} />`}
      <span class=${entry.author ? "author" : ""} data-tint=${entry.author ? tint(entry.author.phone || entry.author.name || "") : null}>${speaker}</span>
      ${entry.author?.phone && entry.author.name && html`<small>${entry.author.phone}</small>`}</header>
    <div class="bubble-row"><div class="bubble-box">
      ${entry.deleted ? html`<${Tomb} deleted=${entry.deleted} timeOf=${shortTime} t=${t} />` : html`<${Body} entry=${entry} name=${name} />`}
      <footer>${entry.edited && html`<${Edited} edited=${entry.edited} timeOf=${shortTime} t=${t} />`}
        <time datetime=${entry.at} title=${fullTime(entry.at)}>${clock(entry.at)}</time>
        ${entry.direction === "out" && html`<${Tick} entry=${entry} />`}</footer>
    </div><div class="bubble-side"><${Menu} entry=${entry} name=${speaker} />${isAskable(entry) && html`<${Ask} entry=${entry} />`}</div></div>
    <${Reactions} reactions=${entry.reactions} nameOf=${(each) => reactorOf(each, name)} timeOf=${shortTime} t=${t} />
    <${Trouble} entry=${entry} />
  </article>`;
}

function reactorOf({ by, key, name: own }, name) {
  if (by === "agent") return who(Number(String(key).split(":")[1]));
  if (by === "business") return t("from_phone");
  return own ? named(own) : name;
}

const tools = () => ({ t, lang: language.value, onOpen: openViewer, onRetry: retryFile, onWrite: writeTo });

function Body({ entry, name }) {
  const text = (entry.options?.length > 0 && entry.prompt) || wordsOf(entry);
  const details = entry.details ?? {};
  return html`
    ${entry.late && html`<p class="mark"><${Icon} name="clock" size=${13} />${t(entry.via ? `via_${entry.via}` : "came_late", { at: fullTime(entry.late) })}</p>`}
    ${entry.forwarded && html`<p class="mark"><${Icon} name="forward" size=${13} />${t(entry.forwarded === "often" ? "forwarded_often" : "forwarded")}</p>`}
    ${details.referral && html`<${Referral} referral=${details.referral} />`}
    ${details.product && html`<p class="mark"><${Icon} name="label" size=${13} />${t("about_product", { id: details.product.id ?? "" })}</p>`}
    <${Quoted} quoted=${entry.quoted} speaker=${entry.quoted && quotedSpeaker(entry.quoted, name)} onJump=${jumpTo} t=${t} />
    ${entry.kind === "template" && html`<p class="mark"><${Icon} name="template" size=${13} />${t("template_sent", { name: entry.content?.name ?? details.template?.name ?? "" })}</p>`}
    <${Attached} entry=${entry} tools=${tools()} />
    ${entry.kind === "unsupported" && html`<p class="placeholder"><${Icon} name="unknown" size=${16} />${t("unsupported", { type: details.type || "?" })}</p>`}
    ${entry.kind === "reaction" && html`<p class="placeholder">${t(entry.direction === "out" ? "reaction_out" : "reaction_elsewhere", { sign: entry.text || "–" })}</p>`}
    ${details.tapped && html`<p class="mark"><${Icon} name="tap" size=${13} />${t("tapped")}</p>`}
    ${text && html`<${Words} text=${text} />`}
    <${Offered} entry=${entry} />`;
}

const quotedSpeaker = ({ sender, name: own }, name) => (sender === "contact" ? own || name : sender === "agent" ? t("sender_agent") : t(`sender_${sender ?? "contact"}`));

/** The words under which choices stand in the contact's chat: told as what was offered, since nobody can press them here. */
function Offered({ entry }) {
  const options = entry.options?.length ? entry.options : (entry.details?.template?.buttons ?? entry.content?.buttons ?? []).map((each, i) => ({ key: `b${i}`, label: each.text ?? String(each) }));
  if (!options.length) return null;
  const keyed = entry.options?.length > 0 && entry.kind !== "buttons";
  return html`<div class="offered"><small>${t("options_offered")}</small><ul class="options" aria-label=${t("options")}>${options.map((option) =>
    html`<li key=${option.key}>${keyed && html`<b>${option.key}</b> `}${option.label}</li>`)}</ul></div>`;
}

function Referral({ referral }) {
  const { headline, body, url } = referral;
  const link = /^https?:\/\//.test(url ?? "") ? url : null;
  return html`<aside class="referral"><small><${Icon} name="megaphone" size=${13} />${t("referral")}</small>
    ${headline && html`<b dir="auto">${headline}</b>`}${body && html`<span dir="auto">${body}</span>`}
    ${link && html`<a href=${link} target="_blank" rel="noopener noreferrer nofollow">${link}</a>`}</aside>`;
}
