// Words: t("key", {name}) from static/i18n/<language>/inbox.json, and times and numbers as people here write them.
import { signal } from "../vendor/ui.js";

export const language = signal("id");
const texts = signal({});

/** Load a language whole before switching to it, so that the page never shows half of each. */
export async function speak(code, part = "inbox") {
  const parts = await Promise.all(["presence", part].map((name) => fetched(code, name))); // what stands in every page's head, and its own
  texts.value = Object.assign({}, ...parts);
  language.value = code;
  document.documentElement.lang = code;
}

async function fetched(code, part) {
  const answer = await fetch(`/static/i18n/${code}/${part}.json`);
  if (!answer.ok) throw new Error(`no texts for ${code}`);
  return answer.json();
}

const locale = () => (language.value === "id" ? "id-ID" : "en-GB");

const made = new Map();
/** Intl objects are dear to make (0.1 ms and more) and are asked for on every line. */
function intl(Kind, options) {
  const key = `${Kind.name}${locale()}${JSON.stringify(options)}`;
  if (!made.has(key)) made.set(key, new Kind(locale(), options));
  return made.get(key);
}

export const has = (key) => key in texts.value;

/** The text of a key. With {count} the plural form key_one/key_other is chosen by the language's own rule. */
export function t(key, values = {}) {
  let name = key;
  if (values.count !== undefined) {
    const form = `${key}_${intl(Intl.PluralRules, {}).select(values.count)}`;
    if (has(form)) name = form;
    else if (has(`${key}_other`)) name = `${key}_other`;
  }
  const text = texts.value[name] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, slot) => (slot === "count" ? number(values.count) : values[slot] ?? whole));
}

export const number = (value) => intl(Intl.NumberFormat, {}).format(value);

const format = (at, options) => intl(Intl.DateTimeFormat, options).format(new Date(at));

export const clock = (at) => format(at, { hour: "2-digit", minute: "2-digit" });
export const fullTime = (at) => format(at, { dateStyle: "full", timeStyle: "long" });
export const shortTime = (at) => format(at, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

/** A sentence that came in all of our languages at once; "" for none. */
export const tell = (say) => say?.[language.value] ?? "";

/** The day of an instant in the browser's zone, as a key: 2026-11-21. */
export function dayOf(at) {
  const day = new Date(at);
  return `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, "0")}-${String(day.getDate()).padStart(2, "0")}`;
}

const daysBetween = (at, now) => Math.round((Date.parse(dayOf(now)) - Date.parse(dayOf(at))) / 86_400_000);

export function dayName(at, now) {
  const ago = daysBetween(at, now);
  if (ago === 0) return t("today");
  if (ago === 1) return t("yesterday");
  const options = { weekday: "long", day: "numeric", month: "long" };
  return format(at, ago < 300 ? options : { ...options, year: "numeric" });
}

/** The time in a list row: minutes while fresh, then the clock, then the day. */
export function rowTime(at, now) {
  const minutes = Math.floor((now - Date.parse(at)) / 60_000);
  if (minutes < 1) return t("just_now");
  if (minutes < 60) return t("minutes_short", { count: minutes });
  const ago = daysBetween(at, now);
  if (ago === 0) return clock(at);
  if (ago < 7) return format(at, { weekday: "short" });
  return format(at, ago < 300 ? { day: "numeric", month: "short" } : { day: "numeric", month: "short", year: "2-digit" });
}

/** "20 seconds ago", "4 minutes ago": as long as it is short, to the second. */
export function agoText(at, now) {
  const seconds = Math.max(1, Math.round((now - Date.parse(at)) / 1000));
  const relative = intl(Intl.RelativeTimeFormat, { numeric: "always" });
  if (seconds < 60) return relative.format(-seconds, "second");
  if (seconds < 3600) return relative.format(-Math.round(seconds / 60), "minute");
  return seconds < 86_400 ? relative.format(-Math.round(seconds / 3600), "hour") : relative.format(-Math.round(seconds / 86_400), "day");
}

/** How long, roughly: "4 mnt", "2 j 05 mnt", "3 hari". */
export function lasting(at, now) {
  const minutes = Math.max(0, Math.floor((now - Date.parse(at)) / 60_000));
  if (minutes < 1) return t("less_than_a_minute");
  if (minutes < 60) return t("minutes_short", { count: minutes });
  if (minutes < 1440) return t("hours_short", { count: Math.floor(minutes / 60), minutes: minutes % 60 });
  return t("days", { count: Math.floor(minutes / 1440) });
}
