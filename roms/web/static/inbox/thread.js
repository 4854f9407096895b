// The open conversation: header, lines, pill. Scrolling is the delicate part: nothing moves under a reader's eyes.
import { html, useEffect, useLayoutEffect, useRef, useState } from "../vendor/ui.js";
import { Line } from "./bubble.js";
import { Empty } from "./bits.js";
import { me } from "./boot.js";
import { Icon } from "./icons.js";
import { inWords } from "./notices.js";
import { linesOf, isInbound } from "./lines.js";
import { readUpTo } from "./reading.js";
import { anchorOf, atBottom, hold } from "./scrolling.js";
import { pendingOf } from "./sends.js";
import { divider, openId, opening, thread, typing } from "./store.js";
import { older, openThread } from "./sync.js";
import { dayOf, t } from "./text.js";

export function Thread({ name }) {
  const held = thread.value;
  if (opening.value.state === "error") {
    return html`<${Empty} icon="warn" title=${t("thread_error")} text=${inWords(opening.value.error)}>
      <button type="button" class="button" onClick=${() => openThread(openId.value)}>${t("try_again")}</button></${Empty}>`;
  }
  if (!held) return html`<div class="log skeleton-log" aria-busy="true" aria-label=${t("loading")}>${[1, 2, 3, 4].map((i) => html`<div class="skeleton-bubble" key=${i}></div>`)}</div>`;
  return html`<${Log} key=${openId.value} held=${held} name=${name} />`;
}

function Log({ held, name }) {
  const box = useRef(null);
  const state = useRef({ stick: true, placed: false, first: held.entries[0]?.seq, older: false });
  const [fresh, setFresh] = useState(0);
  const newest = held.entries.at(-1)?.seq ?? 0;
  const seen = useRef(newest);
  const lines = linesOf(held.entries, pendingOf(openId.value), { divider: divider.value, dayOf });
  const before = box.current && state.current.placed ? anchorOf(box.current) : null; // read while the old lines still stand
  const prepended = held.entries[0]?.seq !== state.current.first;
  useLayoutEffect(() => {
    if (isOurs(lines.at(-1)) && lines.at(-1).key !== state.current.last) state.current.stick = true;
    place(box.current, state.current, before);
    state.current.first = held.entries[0]?.seq;
    state.current.last = lines.at(-1)?.key;
  });
  useEffect(() => countFresh(held, seen, state.current.stick, setFresh), [newest]);
  useEffect(() => watchSize(box.current, state.current), []);
  useEffect(() => watchReader(box.current), []);
  const scrolled = () => {
    state.current.stick = atBottom(box.current);
    if (state.current.stick) setFresh(0);
    if (box.current.scrollTop < 400) older();
    readUpTo(box.current);
  };
  useEffect(() => readUpTo(box.current), [newest, opening.value]);
  return html`<div class="log-wrap">
    <div class="log" role="log" aria-live="polite" aria-relevant="additions" aria-busy=${prepended || !state.current.placed} tabindex="0" aria-label=${t("log_label", { name })}
        ref=${box} onScroll=${scrolled}><div class="log-lines">
      ${held.more && html`<p class="older" data-key="older"><button type="button" class="link-button" onClick=${older}>${t("older")}</button></p>`}
      ${lines.map((line) => html`<${Line} key=${line.key} line=${line} name=${name} />`)}
      <${Typing} name=${name} /></div></div>
    ${fresh > 0 && html`<button type="button" class="pill" onClick=${() => toBottom(box.current)}>${t("new_below", { count: fresh })}<${Icon} name="down" size=${16} /></button>`}
  </div>`;
}

/** What this agent has just written stands at the end, and they want to see it. */
const isOurs = (line) => line?.entry?.pending || (line?.entry?.type === "note" && line.entry.agent === me.id);

/** First at the divider or the end; later where the reader was, or at the end if that is where they were. */
function place(box, state, before) {
  if (!state.placed) {
    const mark = box.querySelector(".unread-divider");
    box.scrollTop = mark ? mark.offsetTop - box.clientHeight / 4 : box.scrollHeight;
    state.placed = true;
    state.stick = atBottom(box);
  } else if (state.stick) box.scrollTop = box.scrollHeight;
  else hold(box, before);
}

/** Pictures that load late and a composer that grows change heights without a render. */
function watchSize(box, state) {
  let anchor = null;
  const keep = () => {
    anchor = anchorOf(box);
  };
  const watch = new ResizeObserver(() => {
    if (state.stick) box.scrollTop = box.scrollHeight;
    else hold(box, anchor);
  });
  watch.observe(box);
  watch.observe(box.firstElementChild);
  box.addEventListener("scroll", keep, { passive: true });
  return () => watch.disconnect();
}

/** What came while nobody looked is read by coming back to the page. */
function watchReader(box) {
  const back = () => readUpTo(box);
  addEventListener("focus", back);
  document.addEventListener("visibilitychange", back);
  return () => {
    removeEventListener("focus", back);
    document.removeEventListener("visibilitychange", back);
  };
}

function countFresh(held, seen, stick, setFresh) {
  const added = held.entries.filter((entry) => entry.seq > seen.current && (isInbound(entry) || entry.type === "note" || entry.type === "message")).length;
  seen.current = held.entries.at(-1)?.seq ?? 0;
  if (!stick && added) setFresh((count) => count + added);
}

function toBottom(box) {
  box.scrollTo({ top: box.scrollHeight, behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth" });
}

/** The contact; colleagues are named in the head. */
function Typing({ name }) {
  if (!typing.value.get(openId.value)?.has("contact")) return null;
  return html`<p class="typing" data-key="typing" aria-live="off"><span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>${t("is_typing", { name })}</p>`;
}
