// What nobody understood, for admins: groups of like messages, and the conversations behind each.
import { html, signal, useEffect, useLayoutEffect, useRef } from "../vendor/ui.js";
import { Refused, Unreachable, get } from "./api.js";
import { Empty, IconButton, Moment, nameOf } from "./bits.js";
import { remembered } from "./memory.js";
import { go } from "./nav.js";
import { inWords } from "./notices.js";
import { now } from "./store.js";
import { number, rowTime, t } from "./text.js";

const WINDOWS = ["24h", "7d", "30d"];
const since = remembered("unmatched.since", "7d");
const report = signal({ state: "loading", since: null, answer: null });
const unfolded = signal(new Set()); // examples of the groups that stand open, also after a look at a conversation
let scrolled = 0;

async function load() {
  const wanted = since.value;
  report.value = { state: "loading", since: wanted, answer: null };
  const found = await fetched(wanted);
  if (since.value === wanted) report.value = { ...found, since: wanted };
}

async function fetched(wanted) {
  try {
    return { state: "ready", answer: await get(`/api/unmatched?since=${wanted}`) };
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
    return { state: "error", error };
  }
}

function choose(name) {
  since.value = name;
  scrolled = 0;
  load();
}

export function Unmatched() {
  const box = useRef(null);
  const { state, answer, error } = report.value;
  useEffect(() => {
    if (document.activeElement === document.body) box.current.closest("main").focus(); // the menu that led here is gone
    if (report.value.since !== since.value || report.value.state === "error") load();
  }, []);
  useLayoutEffect(() => {
    box.current.scrollTop = scrolled;
  }, [state]);
  return html`<main class="chat unmatched" id="chat" tabindex="-1" aria-label=${t("unmatched_label")}>
    <header class="chat-head"><${IconButton} icon="back" size=${22} class="icon-button chat-back" label=${t("back_to_list")} onClick=${() => go(null)} />
      <div class="chat-who"><h2>${t("unmatched")}</h2></div>
      <${Windows} /><${IconButton} icon="reopen" label=${t("refresh")} onClick=${load} /></header>
    <div class="unmatched-body" ref=${box} aria-busy=${state === "loading"} onScroll=${(event) => (scrolled = event.currentTarget.scrollTop)}>
      <p class="muted">${t("unmatched_text")}</p>
      ${state === "loading" && html`<div class="skeletons" aria-label=${t("loading")}>${[1, 2, 3, 4].map((i) => html`<div class="skeleton" key=${i}></div>`)}</div>`}
      ${state === "error" && html`<${Empty} icon="warn" title=${t("unmatched_error")} text=${inWords(error)}>
        <button type="button" class="button" onClick=${load}>${t("try_again")}</button></${Empty}>`}
      ${state === "ready" && !answer.items.length && html`<${Empty} icon="check" title=${t("unmatched_empty")} text=${t("unmatched_empty_text")} />`}
      ${state === "ready" && answer.items.length > 0 && html`<${Groups} answer=${answer} />`}
    </div>
  </main>`;
}

const Windows = () => html`<div class="choice-options" role="group" aria-label=${t("unmatched_window")}>${WINDOWS.map((name) => html`
  <button type="button" key=${name} aria-pressed=${name === since.value} onClick=${() => choose(name)}>${t(`unmatched_${name}`)}</button>`)}</div>`;

const Groups = ({ answer: { messages, groups, items } }) => html`
  <p class="unmatched-total" role="status">${t("unmatched_total", { messages: number(messages), groups: number(groups) })}
    ${groups > items.length ? html` · ${t("unmatched_shown", { count: items.length })}` : ""}</p>
  <div class="groups">${items.map((group) => html`<${Group} key=${group.example} group=${group} />`)}</div>`;

function Group({ group }) {
  const { example, count, contacts, last, steps, others, threads, conversations } = group;
  const toggled = (event) => {
    const next = new Set(unfolded.value);
    if (event.currentTarget.open) next.add(example);
    else next.delete(example);
    unfolded.value = next;
  };
  return html`<details class="group" open=${unfolded.value.has(example)} onToggle=${toggled}>
    <summary><span class="group-count">${t("unmatched_times", { count })}</span>
      <span class="group-what"><b dir="auto">${example}</b>
        <span class="group-facts"><span>${t("unmatched_contacts", { count: contacts })}</span>
          <${Moment} at=${last}>${t("unmatched_last", { time: rowTime(last, now.value) })}</${Moment}>
          <span>${stepText(steps[0])}${steps.length > 1 ? ` +${number(steps.length - 1)}` : ""}</span></span></span></summary>
    <div class="group-more">
      ${others.length > 0 && html`<h3>${t("unmatched_others")}</h3><ul class="group-others">${others.map((text) => html`<li key=${text} dir="auto">${text}</li>`)}</ul>`}
      ${steps.length > 1 && html`<ul class="group-steps">${steps.map((each) => html`<li key=${String(each.step)}>${stepText(each)} · ${number(each.count)}</li>`)}</ul>`}
      <h3>${threads > conversations.length ? t("unmatched_newest", { count: conversations.length }) : t("unmatched_threads", { count: threads })}</h3>
      <ul class="group-threads">${conversations.map((each) => html`<li key=${each.id}><${Thread} of=${each} /></li>`)}</ul>
    </div>
  </details>`;
}

const stepText = ({ step }) => (step ? t("unmatched_step", { step }) : t(step === null ? "unmatched_step_unknown" : "unmatched_start"));

/** A link, so that it can be opened beside this page too. */
function Thread({ of }) {
  const open = (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    go(of.id);
  };
  return html`<a href=${`/inbox/${encodeURIComponent(of.id)}`} onClick=${open}><b>${nameOf({ contact: of })}</b>
    <span dir="auto">${of.text}</span><${Moment} at=${of.at}>${rowTime(of.at, now.value)}</${Moment}></a>`;
}
