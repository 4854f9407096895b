// From a thread to the lines on the screen: day separators, the unread divider, pending bubbles, grouping. Pure.

const GROUP_MS = 3 * 60_000;

/** Where the divider stands: before the first of the last `unread` inbound messages that are loaded. */
export function firstUnread(entries, unread) {
  let left = unread;
  let seq = null;
  for (let i = entries.length - 1; i >= 0 && left > 0; i--) {
    if (!isInbound(entries[i])) continue;
    seq = entries[i].seq;
    left -= 1;
  }
  return seq;
}

export const isInbound = (entry) => entry.type === "message" && entry.direction === "in";

/** How many inbound messages lie after a seq: what is still unread once one has read that far. */
export const unreadAfter = (entries, seq) => entries.filter((entry) => entry.seq > seq && isInbound(entry)).length;

export const keyOf = (entry) => entry.client_id ?? `s${entry.seq}`;

const speaker = (entry) => (entry.type === "message" ? `${entry.sender}:${entry.agent ?? ""}:${entry.author?.name ?? ""}:${entry.author?.phone ?? ""}` : null);

function grouped(before, entry) {
  if (!before || entry.type !== "message" || speaker(before) !== speaker(entry)) return false;
  return Date.parse(entry.at) - Date.parse(before.at) < GROUP_MS;
}

/** The bot's handoff says why; that the mode changed with it need not be said again. */
const isToldByHandoff = ({ type, event, data }) => type === "event" && event === "mode" && data.to === "AGENT" && ["message_received", "timer_fired"].includes(data.event);

/** A sign of ours stands on the message it belongs to; it has a line of its own only when it did not go. */
const isShownElsewhere = (entry) => entry.kind === "reaction" && entry.direction === "out" && entry.status !== "failed";

/** What could not be processed is told step by step; the last word of it can be acted upon. */
const isAside = ({ type, event }) => type === "event" && event.startsWith("aside");
const isOpen = (entry, newest) => isAside(entry) && ["aside", "aside_dead"].includes(entry.event) && newest.get(entry.data.id) === entry.seq;

/**
 * The lines to draw. A pending bubble vanishes when an entry with its client_id is there, and stands last until then;
 * it has the same key, so the bubble on the screen stays the same element.
 */
export function linesOf(entries, pending, { divider, dayOf }) {
  const known = new Set(entries.map((entry) => entry.client_id).filter(Boolean));
  const waiting = pending.filter((item) => !known.has(item.client_id)).map(asEntry);
  const newest = new Map(entries.filter(isAside).map((entry) => [entry.data.id, entry.seq]));
  const lines = [];
  let before = null;
  let day = null;
  for (const entry of [...entries, ...waiting].filter((each) => !isToldByHandoff(each) && !isShownElsewhere(each))) {
    const today = dayOf(entry.at);
    if (today !== day) lines.push({ kind: "day", key: `d${today}`, at: entry.at });
    if (divider !== null && entry.seq === divider) lines.push({ kind: "divider", key: "unread" });
    const starts = today !== day || entry.seq === divider;
    lines.push({ kind: entry.type, key: keyOf(entry), entry, grouped: !starts && grouped(before, entry), open: isOpen(entry, newest) });
    day = today;
    before = entry;
  }
  return lines;
}

/** A send that the server has not confirmed, in the shape of a line. */
export function asEntry(item) {
  return {
    seq: null, rev: 0, at: item.at, type: "message", direction: "out", sender: "agent", agent: item.agent, kind: item.kind ?? "text",
    text: item.text, prompt: null, options: [], status: item.state, error: item.error ?? null, client_id: item.client_id,
    content: item.content ?? null, quoted: item.quoted ?? null, why: null, pending: item,
  };
}

/** Cut a text into plain parts and http(s) links, so that it can be drawn without ever being read as HTML. */
export function parts(text) {
  const found = [];
  let at = 0;
  for (const match of text.matchAll(/https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]]/g)) {
    if (match.index > at) found.push({ text: text.slice(at, match.index) });
    found.push({ href: match[0], text: match[0] });
    at = match.index + match[0].length;
  }
  if (at < text.length) found.push({ text: text.slice(at) });
  return found;
}
