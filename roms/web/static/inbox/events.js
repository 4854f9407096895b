// What happened, in words: mode changes, assignments with their reason, labels.
import { whole } from "./bits.js";
import { agentName, me } from "./boot.js";
import { howText } from "./consent.js";
import { has, lasting, shortTime, t } from "./text.js";

const ICONS = { assigned: "userPlus", unassigned: "person", label: "label", opened: "wave", handoff: "person", contact: "info", opted_out: "cancel", opted_in: "check", aside: "warn", aside_dead: "warn", aside_done: "tick", sent_again: "unknown", found: "tick" };
const MODE_ICONS = { BOT: "bot", AGENT: "person", PAUSED: "pause", CLOSED: "closed" };

export const eventIcon = (entry) => (entry.event === "mode" ? MODE_ICONS[entry.data.to] : ICONS[entry.event]) ?? "info";

export function eventText(entry) {
  if (entry.event === "mode") return modeText(entry);
  if (entry.event === "assigned") return assignedText(entry.data.agent, { by: entry.agent, ...entry.data });
  if (entry.event === "label") return t("event_label", { label: entry.data.label });
  if (["merged", "unmerged", "identity"].includes(entry.event)) return t(`event_${entry.event}`, entry.data);
  if (entry.event === "opted_out" || entry.event === "opted_in") return consentText(entry);
  if (entry.event === "contact") return contactText(entry.data);
  if (entry.event === "handoff" && has(`event_handoff_${entry.data.reason}`)) return t(`event_handoff_${entry.data.reason}`);
  if (entry.event === "sent_again" && entry.agent !== null) return t("event_sent_again_by", { name: whole(entry.agent) });
  return has(`event_${entry.event}`) ? t(`event_${entry.event}`) : entry.event;
}

/** Who wants no advertising any more, or wants it again, and how we know. */
function consentText({ event, agent, data }) {
  return t("event_consent", { what: t(`event_${event}`), how: howText({ ...data, by: agent }) });
}

/** What a flow learned of the contact: a name, or the language that is spoken from then on. */
function contactText({ field, old, new: value }) {
  if (field === "language") return t(`event_contact_language_${value}`);
  return old ? t("event_contact_renamed", { old, name: value }) : t("event_contact_named", { name: value });
}

/** The way back from PAUSED or CLOSED has words of its own; a person is named, the system is not. */
function modeText({ agent, data: { from, to, event } }) {
  const what = event === "closed" && to === "BOT" ? "survey" : to === "AGENT" && from === "CLOSED" ? "reopened" : from === "PAUSED" && to === "AGENT" ? "resumed" : to;
  return agent === null ? t(`event_mode_${what}`) : t(`event_mode_${what}_by`, { name: whole(agent) });
}

/** Why this agent has it; the sentence for the timeline and for the contact's pane. */
export function assignedText(agent, reason) {
  const rule = reason?.rule;
  if (rule === "nobody" || agent === null || agent === undefined) return t("reason_nobody");
  const values = { name: whole(agent), by: whole(reason?.by ?? null), count: reason?.among ?? 1 };
  if (rule === "round_robin") return roundRobinText(agent, reason, values);
  if (rule === "assigned" && !agentName(reason.by)) return t("reason_assigned_plain", values);
  const key = agent === me.id && has(`reason_${rule}_me`) ? `reason_${rule}_me` : `reason_${rule}`;
  return has(key) ? t(key, values) : t("reason_other", values);
}

function roundRobinText(agent, reason, values) {
  const turn = t(agent === me.id ? "reason_turn_me" : "reason_turn", values);
  if ((reason.among ?? 1) < 2) return `${turn}${t("reason_turn_only")}`;
  const why = reason.since ? t("reason_turn_longest", values) : t("reason_turn_first", values);
  return `${turn}${why}`;
}

/** "since 14.05 (12 min)": how long a mode or an assignment has lasted. */
export const sinceText = (at, now) => t("since", { time: shortTime(at), lasting: lasting(at, now) });
