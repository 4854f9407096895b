// How long somebody still has to answer: colour and words, standing still while the team is not there. One timer for the page.
import { effect, html, signal } from "../vendor/ui.js";
import { skew } from "./api.js";
import { Icon } from "./icons.js";
import { world } from "./store.js";
import { clock, shortTime, t } from "./text.js";

const MINUTE = 60_000;
const LONGEST = 60 * MINUTE; // between two looks, however far away the next change is
const DAY = 24 * 60 * MINUTE;
export const tick = signal(0);

/** What a clock says at this moment (ms, of the server's clock): {state, level, left, until}. */
export function standing({ answer_from, answer_by, answer_rests = [] }, at) {
  const [from, by] = [Date.parse(answer_from), Date.parse(answer_by)];
  const rests = answer_rests.map(([begin, end]) => [Date.parse(begin), Date.parse(end)]);
  const resting = (start) => rests.reduce((sum, [begin, end]) => sum + Math.max(0, Math.min(end, by) - Math.max(begin, start)), 0);
  if (at >= by) return { state: "late", level: "late", left: by - at };
  const rest = rests.find(([begin, end]) => begin <= at && at < end);
  const left = by - at - resting(at);
  if (rest) return { state: "paused", level: "paused", left, until: rest[1] };
  const part = left / Math.max(1, by - from - resting(from));
  return { state: "running", level: part > 0.5 ? "fine" : part > 0.2 ? "soon" : "late", left };
}

export function words({ state, left, until }, at) {
  if (state === "paused") return t("answer_paused", { at: until - at < DAY ? clock(until) : shortTime(until) });
  if (state === "late") return -left < MINUTE ? t("answer_late_now") : t("answer_late", { lasting: span(Math.floor(-left / MINUTE)) });
  return left < MINUTE ? t("answer_seconds", { count: Math.ceil(left / 1000) }) : t("answer_left", { lasting: span(Math.ceil(left / MINUTE)) });
}

const span = (minutes) => (minutes < 60 ? t("minutes_short", { count: minutes }) : t("hours_short", { count: Math.floor(minutes / 60), minutes: minutes % 60 }));

/** After how many ms these words are others. */
export function changesIn({ state, left, until }, at) {
  if (state === "paused") return until - at;
  if (state === "late") return MINUTE - (-left % MINUTE);
  return left <= MINUTE ? left % 1000 || 1000 : Math.min(left % MINUTE || MINUTE, left - MINUTE || MINUTE);
}

const serverTime = () => Date.now() + skew.value;

/** Not announced by itself: a screen reader hears it with the row, when its user goes there. */
export function Countdown({ summary }) {
  tick.value; // eslint-disable-line no-unused-expressions
  const at = serverTime();
  const now = standing(summary, at);
  return html`<span class="countdown" data-level=${now.level} title=${t("answer_until", { at: shortTime(summary.answer_by) })}><${Icon} name=${now.state === "paused" ? "pause" : "clock"} size=${13} />
    <span class="sr">${t("answer_time")} </span>${words(now, at)}</span>`;
}

let timer = null;
effect(() => {
  tick.value; // eslint-disable-line no-unused-expressions
  clearTimeout(timer);
  const at = serverTime();
  const next = [...world.value.summaries.values()].filter(({ answer_by }) => answer_by).map((summary) => changesIn(standing(summary, at), at));
  if (next.length) timer = setTimeout(() => (tick.value += 1), Math.min(LONGEST, Math.max(50, Math.min(...next))));
});
document.addEventListener("visibilitychange", () => (tick.value += 1)); // a page that slept wakes with old words
