// Which conversations a tab shows, in what order, and what a change does to the counts. Pure.

export const VIEWS = ["mine", "unassigned", "snoozed", "all", "bot", "closed", "mentioned"];

const withPeople = (summary) => summary.mode === "AGENT" || summary.mode === "PAUSED";

/** The same rule as the server's, so that a frame moves a row between tabs without asking. */
export function belongs(summary, view, me) {
  const snoozed = Boolean(summary.snoozed_until);
  if (view === "mine") return withPeople(summary) && !snoozed && summary.assignee === me;
  if (view === "unassigned") return withPeople(summary) && !snoozed && summary.assignee === null;
  if (view === "snoozed") return withPeople(summary) && snoozed && (summary.assignee === me || summary.assignee === null);
  if (view === "bot") return summary.mode === "BOT";
  if (view === "mentioned") return false; // whom notes call no summary tells: the list of that tab does
  if (view === "closed") return summary.mode === "CLOSED";
  return summary.mode !== "CLOSED";
}

export const activity = (summary) => summary.last?.at ?? summary.created_at;

const newestFirst = (a, b) => (activity(a) < activity(b) ? 1 : activity(a) > activity(b) ? -1 : a.id < b.id ? 1 : -1);

function longestWaitingFirst(a, b) {
  if (!a.waiting_since !== !b.waiting_since) return a.waiting_since ? -1 : 1;
  if (!a.waiting_since || a.waiting_since === b.waiting_since) return newestFirst(a, b);
  return a.waiting_since < b.waiting_since ? -1 : 1;
}

/**
 * The rows of a tab; `found` (ids in the server's order) takes its place while searching. What lies below the last page
 * (`next`, the server's "<activity>_<id>") waits for its page, or it would stand next to a hole; the open one is shown.
 */
export function rowsOf(summaries, { view, me, sort, found, next, open, label = "", called = null }) {
  if (found) return found.map((id) => summaries.get(id)).filter(Boolean);
  const end = next ? next.slice(0, next.lastIndexOf("_")) : "";
  const isLoaded = (summary) => activity(summary) >= end || summary.id === open;
  const isHere = (summary) => (view === "mentioned" ? Boolean(called?.has(summary.id)) : belongs(summary, view, me));
  const rows = [...summaries.values()].filter((summary) => isHere(summary) && hasLabel(summary, label) && isLoaded(summary));
  return rows.sort(sort === "waiting" ? longestWaitingFirst : newestFirst);
}

/** On the conversation or on its contact. */
export const hasLabel = (summary, label) => !label || summary.labels.includes(label) || Boolean(summary.contact.labels?.includes(label));

/** Counts after one conversation changed; null when the old one was not known and only the server can tell. */
export function recount(counts, before, after, me) {
  if (!counts || !before) return null;
  const next = { ...counts };
  for (const view of VIEWS) next[view] += belongs(after, view, me) - belongs(before, view, me);
  return next;
}

/** Unread messages in the chats I hold: the number in the window's title. */
export function unreadOfMine(summaries, me) {
  let total = 0;
  for (const summary of summaries.values()) if (belongs(summary, "mine", me)) total += summary.unread;
  return total;
}
