// Which conversations a tab shows, in what order, and what a change does to the counts. Pure.

export const VIEWS = ["mine", "unassigned", "all", "bot", "closed"];

const withPeople = (summary) => summary.mode === "AGENT" || summary.mode === "PAUSED";

/** The same rule as the server's, so that a frame moves a row between tabs without asking. */
export function belongs(summary, view, me) {
  if (view === "mine") return withPeople(summary) && summary.assignee === me;
  if (view === "unassigned") return withPeople(summary) && summary.assignee === null;
  if (view === "bot") return summary.mode === "BOT";
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
export function rowsOf(summaries, { view, me, sort, found, next, open }) {
  if (found) return found.map((id) => summaries.get(id)).filter(Boolean);
  const end = next ? next.slice(0, next.lastIndexOf("_")) : "";
  const isLoaded = (summary) => activity(summary) >= end || summary.id === open;
  const rows = [...summaries.values()].filter((summary) => belongs(summary, view, me) && isLoaded(summary));
  return rows.sort(sort === "waiting" ? longestWaitingFirst : newestFirst);
}

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
