// What happened, in words: mode changes, assignments with their reason, labels.
import { whole } from "./bits.js";
import { agentName, me } from "./boot.js";
import { teamName } from "./choices.js";
import { howText } from "./consent.js";
import { has, lasting, shortTime, t, tell } from "./text.js";

const ICONS = { assigned: "userPlus", unassigned: "person", queued: "person", label: "label", opened: "wave", handoff: "person", contact: "info", opted_out: "cancel", opted_in: "check", aside: "warn", aside_dead: "warn", aside_done: "tick", escalated: "warn", snoozed: "clock", woken: "clock", undone: "reopen", sent_again: "unknown", found: "tick", rated: "star" };
const MODE_ICONS = { BOT: "bot", AGENT: "person", PAUSED: "pause", CLOSED: "closed" };

export const eventIcon = (entry) => (entry.event === "mode" ? MODE_ICONS[entry.data.to] : ICONS[entry.event]) ?? "info";

export function eventText(entry) {
  if (entry.event === "mode") return modeText(entry);
  if (entry.event === "assigned") return assignedText(entry.data.agent, { by: entry.agent, ...entry.data });
  if (HANDED.has(entry.event)) return handedText(entry);
  if (entry.event === "handoff" && entry.data.reason === "transferred") return transferredText(entry);
  if (entry.event === "queued") return queuedText(entry.data);
  if (entry.event === "label") return labelText(entry);
  if (["merged", "unmerged", "identity"].includes(entry.event)) return t(`event_${entry.event}`, entry.data);
  if (entry.event === "opted_out" || entry.event === "opted_in") return consentText(entry);
  if (entry.event === "contact") return contactText(entry.data);
  if (entry.event === "rated") return t(entry.data.comment ? "event_rated_why" : "event_rated", entry.data);
  if (entry.event === "handoff" && has(`event_handoff_${entry.data.reason}`)) return t(`event_handoff_${entry.data.reason}`);
  if (entry.event === "escalated") return escalatedText(entry.data);
  if (entry.event === "sent_again" && entry.agent !== null) return t("event_sent_again_by", { name: whole(entry.agent) });
  return has(`event_${entry.event}`) ? t(`event_${entry.event}`) : entry.event;
}

const HANDED = new Set(["snoozed", "woken", "undone"]);

function handedText({ event, agent, data }) {
  const name = agent === null ? "" : whole(agent);
  if (event === "snoozed") return t(data.until ? "event_snoozed" : "event_snoozed_plain", { name, time: data.until && shortTime(data.until) });
  if (event === "woken") return t(`event_woken_${data.by}`, { name });
  return t("event_undone", { name, what: t(`undone_${data.verb}`) });
}

/** Handed on to a team; where the contact waits, with the time that this team has. */
function transferredText({ agent, data: { team, answer_by: due } }) {
  const what = t("event_transferred", { name: whole(agent), team: teamName(team) });
  return due ? `${what} ${t("event_answer_by", { time: shortTime(due) })}` : what;
}

/** Who wants no advertising any more, or wants it again, and how we know. */
function consentText({ event, agent, data }) {
  return t("event_consent", { what: t(`event_${event}`), how: howText({ ...data, by: agent }) });
}

/** Put on, taken off or called something else; a person is named, a flow is not. */
function labelText({ agent, data: { label, was, removed, by } }) {
  if (was) return t("event_label_renamed", { old: was, label });
  const key = removed ? "event_label_removed" : "event_label";
  return by === "person" && agent !== null ? t(`${key}_by`, { label, name: whole(agent) }) : t(key, { label });
}

/** After how long, and after how many had their turn. */
function escalatedText({ tried, within }) {
  const values = { within: duration(within), count: tried.length };
  return t(tried.length ? "event_escalated" : "event_escalated_nobody", values);
}

const duration = (seconds) => (seconds < 60 ? t("seconds_short", { count: seconds }) : seconds < 3600 ? t("minutes_short", { count: Math.round(seconds / 60) }) : t("hours_short", { count: Math.floor(seconds / 3600), minutes: Math.round((seconds % 3600) / 60) }));

/** What a flow learned of the contact: a name, or the language that is spoken from then on; or which labels it has now. */
function contactText({ field, old, new: value }) {
  if (field === "labels") return value.length ? t("event_contact_labels", { labels: value.join(", ") }) : t("event_contact_labels_none");
  if (field === "language") return t(`event_contact_language_${value}`);
  return old ? t("event_contact_renamed", { old, name: value }) : t("event_contact_named", { name: value });
}

/** The way back from PAUSED or CLOSED has words of its own; a person is named, the system is not. */
function modeText({ agent, data: { from, to, event, step, until, called } }) {
  const what = event === "closed" && to === "BOT" ? "survey" : to === "AGENT" && from === "CLOSED" ? "reopened" : from === "PAUSED" && to === "AGENT" ? "resumed" : to;
  const text = agent === null ? t(`event_mode_${what}`) : t(`event_mode_${what}_by`, { name: whole(agent) });
  const more = step ? t("event_at_step", { step }) : until ? t("event_until", { time: shortTime(until) }) : called ? t("event_because", { why: tell(called) }) : "";
  return more ? `${text} ${more}` : text;
}

/** Why this agent has it; the sentence for the timeline and for the contact's pane. */
export function assignedText(agent, reason) {
  const rule = reason?.rule;
  if (rule === "nobody" || agent === null || agent === undefined) return queuedText(reason ?? {});
  const values = { name: whole(agent), by: whole(reason?.by ?? null) };
  if (rule === "assigned" && !agentName(reason.by)) return t("reason_assigned_plain", values);
  const key = agent === me.id && has(`reason_${rule}_me`) ? `reason_${rule}_me` : `reason_${rule}`;
  const what = has(key) ? t(key, values) : t("reason_other", values);
  const facts = factsText(reason ?? {});
  return facts ? `${what}: ${facts}` : what;
}

/** Why nobody has it yet. */
export function queuedText(data) {
  const what = has(`queued_${data.why}`) ? t(`queued_${data.why}`, { skill: data.skill }) : t("reason_nobody");
  return [what, ...notesText(data)].join("; ");
}

/** "3 of 5 open, waited longest since the last one, speaks Indonesian": what the choice went by. */
function factsText(reason) {
  const how = reason.how ?? reason.rule;
  const facts = [];
  if (reason.present === undefined) return "";
  if (how === "returning") facts.push(t("fact_returning"));
  if (reason.present < 2) facts.push(t("fact_only"));
  else if (how === "round_robin") facts.push(t(reason.since ? "fact_longest" : "fact_first", { count: reason.present }));
  else if (how === "least_loaded") facts.push(t("fact_fewest", { count: reason.present }));
  facts.push(reason.capacity === null ? t("fact_open", { count: reason.open }) : t("fact_open_of", { open: reason.open, of: reason.capacity }));
  if (reason.skill) facts.push(t("fact_skill", { skill: reason.skill }));
  if (reason.language) facts.push(has(`fact_speaks_${reason.language}`) ? t(`fact_speaks_${reason.language}`) : t("fact_skill", { skill: reason.language }));
  return [...facts, ...notesText(reason)].join(", ");
}

/** What was asked for and passed over, because it is nowhere to be had. */
const notesText = ({ notes = [] }) => notes.filter((note) => has(`note_${note}`)).map((note) => t(`note_${note}`));

/** "since 14.05 (12 min)": how long a mode or an assignment has lasted. */
export const sinceText = (at, now) => t("since", { time: shortTime(at), lasting: lasting(at, now) });
