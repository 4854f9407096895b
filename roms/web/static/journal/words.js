// Sentences of the journal: what a day came to, why something waits, how long.
import { html } from "../vendor/ui.js";
import { clock, has, rowTime, shortTime, t } from "../inbox/text.js";
import { now } from "./state.js";

export const Ago = ({ at }) => (at ? html`<time datetime=${at} title=${shortTime(at)}>${rowTime(at, now.value)}</time>` : null);

export function seconds(count) {
  if (count < 120) return t("seconds", { count });
  if (count < 7200) return t("minutes", { count: Math.round(count / 60) });
  return t("hours", { count: Math.round(count / 3600) });
}

/** The verdict in words; more than one thing can be wrong. */
export function verdict(day) {
  if (day.verdict === "uncounted") return t("uncounted");
  if (day.verdict === "whole" && day.in_spool) return t("whole_waiting", { count: day.in_spool });
  if (day.verdict === "whole") return day.spooled > 0 ? t("whole_spooled", { spooled: day.spooled }) : t("whole");
  return [
    day.missing && t("missing", { count: day.missing }),
    day.letters_lost && t("letters_lost", { count: day.letters_lost }),
    day.unprocessed && t("unprocessed", { count: day.unprocessed }),
  ].filter(Boolean).join(" ");
}

export function why({ why: code, until, attention }) {
  if (code === "attention") return t("why_attention", { what: has(`attention_${attention}`) ? t(`attention_${attention}`) : attention });
  return t(`why_${code}`, { at: until ? clock(until) : "–" });
}

export function partWords({ state, seconds: since }) {
  return t(`part_${state}`, { for: since === null ? "" : seconds(since) });
}

/** "worker" and its like have names people know; a chore of the ticker keeps its own behind it. */
export function partName(name) {
  const [whole, chore] = name.split(".");
  return chore ? `${t(`name_${whole}`)}: ${chore.replaceAll("_", " ")}` : t(`name_${whole}`);
}

/** What a day's figures are called; a channel that counts nothing there shows nothing. */
export const FIGURES = [
  "received", "stored", "repeated", "receipts", "others", "skipped", "aside", "failed", "spooled",
  "processed", "answers", "handed_over", "waiting", "sent", "delivered", "failed_out", "unknown", "cancelled",
];
