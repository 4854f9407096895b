// What the visitor sees. Everything a person wrote goes through text nodes only.

import { html, useEffect, useLayoutEffect, useRef, useState } from "/static/vendor/ui.js";
import { Edited, Quoted, Reactions, Tomb } from "/static/common/around.js";
import { Attached, wordsOf } from "/static/common/attached.js";
import { Composer } from "./composer.js";
import { icon } from "./icons.js";
import { useHours } from "./hours.js";
import { linesOf, linked } from "./lines.js";
import { Stars, isRating } from "./stars.js";

export function App({ chat, words, name, framed, onClose }) {
  const { t } = words;
  const root = useRef(null);
  const trap = (event) => framed && keepFocusInside(event, root.current);
  return html`<div class="chat" ref=${root} onKeyDown=${trap}>
    <${Header} chat=${chat} words=${words} name=${name} framed=${framed} onClose=${onClose} />
    <${Notices} chat=${chat} words=${words} />
    <${Log} chat=${chat} words=${words} />
    <${Composer} chat=${chat} words=${words} />
    <p class="sr" role="status">${chat.theyType.value ? t("they_type") : ""}</p>
  </div>`;
}

// Tab goes round inside the open dialog; Esc, handled by main.js, leads out of it.
function keepFocusInside(event, root) {
  if (event.key !== "Tab") return;
  const stops = [...root.querySelectorAll("button:not(:disabled), textarea, input, video[controls], a[href], [tabindex='0']")];
  const edge = event.shiftKey ? stops[0] : stops.at(-1);
  if (document.activeElement !== edge) return;
  event.preventDefault();
  (event.shiftKey ? stops.at(-1) : stops[0]).focus();
}

// What the visitor can expect of the next message; the bot is silent in all of these modes.
const HEADLINES = { AGENT: "waiting_for_agent", PAUSED: "waiting_for_agent", CLOSED: "ended" };

function Header({ chat, words, name, framed, onClose }) {
  const { t } = words;
  const { mode, entries } = chat.thread.value;
  const agent = mode === "AGENT" ? entries.findLast((entry) => entry.from === "agent")?.name : null;
  const there = useHours(chat.thread.value.hours);
  const line = agent ? t("with_agent", { name: agent }) : t(HEADLINES[mode] ?? "with_bot");
  const until = mode !== "CLOSED" && there.open && there.at !== null ? t("open_until", { at: words.time(there.at) }) : "";
  return html`<header>
    <span class=${agent ? "face person" : "face"} aria-hidden="true">${agent ? initial(agent) : icon("bubble")}</span>
    <div class="who">
      <h1 tabindex="-1">${name || t("title")}</h1>
      <p>${line}${until && html` <span class="until">${until}</span>`}</p>
    </div>
    ${framed && html`<button type="button" class="quiet" aria-label=${t("close")} onClick=${onClose}>${icon("cross")}</button>`}
  </header>`;
}

const initial = (name) => [...name][0]?.toUpperCase() ?? "";

function Notices({ chat, words }) {
  const { t } = words;
  const { mode, staffed } = chat.thread.value;
  const waiting = chat.pending.items.value.some(({ state }) => state !== "failed");
  const there = useHours(chat.thread.value.hours);
  const away = (!staffed || !there.open) && mode !== "CLOSED";
  const back = !there.open && there.at !== null ? { at: `${words.day(there.at, new Date())} ${words.time(there.at)}` } : null;
  const key = mode === "AGENT" || mode === "PAUSED" ? "away" : "away_bot";
  return html`<div class="notices" role="status">
    ${!chat.reachable.value && html`<p class="notice warn">${icon("offline")}<span>${t(waiting ? "offline_waiting" : "offline")}</span></p>`}
    ${away && html`<p class="notice">${icon("moon")}<span>${back ? t(`${key}_until`, back) : t(key)}</span></p>`}
  </div>`;
}

const NEAR = 80; // px from the bottom that still count as being there

function Log({ chat, words }) {
  const { t } = words;
  const box = useRef(null);
  const atBottom = useRef(true);
  const [below, setBelow] = useState(false);
  const { entries } = chat.thread.value;
  const pending = chat.pending.items.value;
  const opened = chat.opened.value;
  const last = pending.at(-1)?.client_id ?? entries.at(-1)?.client_id ?? entries.at(-1)?.seq;

  function look() {
    const node = box.current;
    atBottom.current = node.scrollHeight - node.scrollTop - node.clientHeight < NEAR;
    if (atBottom.current) setBelow(false);
    chat.shown(newestShown(node));
  }

  function toBottom() {
    box.current.scrollTop = box.current.scrollHeight;
    look();
  }

  // What the visitor wrote himself always comes into sight; others' lines only when he was at the end.
  useLayoutEffect(() => {
    if (pending.length > 0 || atBottom.current) toBottom();
    else setBelow(true);
  }, [last, pending.length > 0, chat.theyType.value]);
  useLayoutEffect(() => opened && toBottom(), [opened]);
  useEffect(() => watchSight(box.current, () => (atBottom.current ? toBottom() : look())), []);

  return html`<div class="log-frame">
    <div class="log" ref=${box} role="log" tabindex="0" aria-label=${t("log")} aria-live=${useAnnounced(chat)} onScroll=${look}>
      <div class="lines">
        ${entries.length + pending.length === 0 && html`<${Welcome} chat=${chat} words=${words} />`}
        ${linesOf(entries, pending).map((line) => html`<${Line} key=${line.key} line=${line} chat=${chat} words=${words} />`)}
        ${chat.theyType.value && html`<div class="bubble them dots" aria-hidden="true"><i></i><i></i><i></i></div>`}
      </div>
    </div>
    ${below && html`<button type="button" class="below" onClick=${toBottom}>${icon("down")} ${t("new_below")}</button>`}
  </div>`;
}

/** History is not read out; what is added once it stands on the screen is. */
function useAnnounced(chat) {
  const [live, setLive] = useState("off");
  const ready = chat.loaded.value && chat.opened.value;
  useEffect(() => {
    const timer = setTimeout(() => setLive(ready ? "polite" : "off"), 600);
    return () => clearTimeout(timer);
  }, [ready]);
  return live;
}

function watchSight(node, look) {
  const size = new ResizeObserver(look);
  size.observe(node);
  document.addEventListener("visibilitychange", look);
  return () => {
    size.disconnect();
    document.removeEventListener("visibilitychange", look);
  };
}

/** The newest line from us whose end is inside the visible part of the log; 0 while the log is not on the screen. */
function newestShown(node) {
  if (node.clientHeight === 0) return 0;
  const bottom = node.getBoundingClientRect().bottom + 2;
  const seen = [...node.querySelectorAll("[data-seq]")].filter((line) => line.getBoundingClientRect().bottom <= bottom);
  return Number(seen.at(-1)?.dataset.seq ?? 0);
}

function Welcome({ chat, words }) {
  const { t } = words;
  if (!chat.loaded.value) return html`<p class="loading" role="status">${t("loading")}</p>`;
  return html`<div class="welcome">
    <div class="bubble them last"><p>${t("welcome")}</p></div>
    <div class="options"><button type="button" onClick=${() => chat.send(t("start_text"))}>${t("start")}</button></div>
  </div>`;
}

function Line({ line, chat, words }) {
  const { t } = words;
  if (line.type === "day") return html`<p class="day"><time datetime=${line.at}>${words.day(line.at, new Date())}</time></p>`;
  if (line.type === "joined") return html`<p class="aside">${t("talking_with", { name: line.name })}</p>`;
  if (line.type === "bot") return html`<p class="aside">${t("back_to_bot")}</p>`;
  if (line.type === "system") return html`<p class="aside" data-seq=${line.entry.seq}><${Text} text=${line.entry.text} /></p>`;
  return html`<${Message} line=${line} chat=${chat} words=${words} />`;
}

function Message({ line, chat, words }) {
  const { entry, first, last } = line;
  const { t } = words;
  const mine = entry.from === "you";
  const asks = entry.options?.length > 0;
  const text = asks ? entry.prompt || entry.text : wordsOf(entry);
  const sender = mine ? t("you") : entry.from === "bot" ? t("bot") : entry.name;
  const classes = ["bubble", mine ? "me" : "them", entry.from, first && "first", last && "last", entry.status === "failed" && "failed"];
  return html`<div class=${mine ? "row mine" : "row"} data-seq=${mine ? null : entry.seq} data-line=${entry.seq}>
    ${first && !mine && html`<p class="sender" aria-hidden="true">${sender}</p>`}
    <div class=${classes.filter(Boolean).join(" ")}>
      <span class="sr">${sender}: </span>
      ${entry.deleted ? html`<${Tomb} deleted=${entry.deleted} timeOf=${words.time} t=${t} />` : html`
        <${Quoted} quoted=${entry.quoted} speaker=${entry.quoted && speakerOf(entry.quoted, t)} onJump=${jumpTo} t=${t} />
        <${Attached} entry=${entry} tools=${{ t, lang: words.language }} />
        ${text && html`<p><${Text} text=${text} /></p>`}
        ${asks && html`<${Options} entry=${entry} chat=${chat} words=${words} />`}`}
      <p class="meta">${entry.edited && !entry.deleted && html`<${Edited} edited=${{ at: entry.edited.at }} timeOf=${words.time} t=${t} />`}<time datetime=${entry.at}>${words.time(entry.at)}</time>${mine && html`<${Tick} status=${entry.status} t=${t} />`}</p>
    </div>
    <${Reactions} reactions=${entry.reactions} nameOf=${(each) => (each.by === "contact" ? t("you") : (each.name ?? "").split(" ")[0])} timeOf=${words.time} t=${t} />
    ${entry.status === "failed" && mine && html`<${Failed} item=${entry} chat=${chat} t=${t} />`}
  </div>`;
}

const speakerOf = ({ sender, name }, t) => (sender === "contact" ? t("you") : sender === "bot" ? t("bot") : (name ?? t("they")));

/** To the line that is answered, if it is loaded; the visitor's whole history is. */
function jumpTo(seq) {
  const line = document.querySelector(`[data-line="${seq}"]`);
  if (!line) return;
  line.scrollIntoView({ block: "center" });
  line.tabIndex = -1;
  line.focus({ preventScroll: true });
  line.classList.add("flash");
  setTimeout(() => line.classList.remove("flash"), 1800);
}

function Text({ text }) {
  return linked(text ?? "").map((part) =>
    part.href ? html`<a href=${part.href} target="_blank" rel="noopener noreferrer nofollow">${part.text}</a>` : part.text,
  );
}

// Under the newest question the options can be tapped; typing the key or the label works as well.
function Options({ entry, chat, words }) {
  const stands = entry.kind === "buttons"; // they wait for nothing and start something whenever they are tapped
  const open = stands || chat.question.value === entry.seq;
  const choose = (option) => chat.send(option.label, option.key);
  if (isRating(entry.options)) {
    const next = chat.thread.value.entries.find(({ from, seq }) => from === "you" && seq > entry.seq);
    const given = entry.options.find(({ label }) => label === next?.text);
    return html`<${Stars} entry=${entry} open=${open} given=${given} label=${words.t("options")} onChoose=${choose} />`;
  }
  return html`<div class=${open ? "options" : "options past"} role="group" aria-label=${words.t("options")}>
    ${entry.options.map(
      (option) => html`<button type="button" key=${option.key} disabled=${!open} onClick=${() => choose(option)}>
        ${!stands && html`<span class="key">${option.key}</span>`}<span>${option.label}</span>
      </button>`,
    )}
  </div>`;
}

const TICKS = { waiting: "clock", sending: "clock", failed: "alert", delivered: "double", read: "double" };

function Tick({ status, t }) {
  const key = { waiting: "tick_waiting", sending: "tick_sending", failed: "tick_failed", delivered: "tick_delivered", read: "tick_read" }[status];
  return html`<span class=${`tick ${status}`} role="img" aria-label=${t(key ?? "tick_sent")}>${icon(TICKS[status] ?? "check")}</span>`;
}

function Failed({ item, chat, t }) {
  const reason = item.error === "too_large" || item.error === "invalid" ? t("failed_invalid") : t("failed");
  return html`<div class="failure" role="alert">
    <span>${reason}</span>
    <button type="button" onClick=${() => chat.pending.retry(item.client_id)}>${t("retry")}</button>
    <button type="button" onClick=${() => chat.pending.forget(item.client_id)}>${t("discard")}</button>
  </div>`;
}
