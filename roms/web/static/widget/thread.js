// The visitor's thread as a value: what the server said, and how a frame or an answer changes it. No page, no network.

export const EMPTY = Object.freeze({ n: 0, mode: "BOT", staffed: true, hours: null, entries: Object.freeze([]) });

/** Put entries in their places by seq; of two versions of one entry the one with the higher rev stays. */
export function upsert(entries, news) {
  const bySeq = new Map(entries.map((entry) => [entry.seq, entry]));
  for (const entry of news) {
    const known = bySeq.get(entry.seq);
    if (!known || entry.rev >= known.rev) bySeq.set(entry.seq, entry);
  }
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}

/** A frame from the socket. `gap` says that changes before it are missing and must be fetched. */
export function applyFrame(thread, frame) {
  if (thread.n >= frame.s) return { thread, gap: false };
  if (frame.t === "moved" || thread.n < frame.from) return { thread, gap: true };
  const entries = upsert(thread.entries, frame.entries);
  return { thread: { ...thread, n: frame.s, mode: frame.mode ?? thread.mode, entries }, gap: false };
}

/** The answer to GET messages?after=n. A `whole` one takes the place of what is held: too much to tell, or the server knows less than we do. */
export function applyAnswer(thread, answer) {
  if (answer.whole) return { n: answer.seq, mode: answer.mode ?? EMPTY.mode, staffed: answer.staffed, hours: answer.hours ?? null, entries: upsert([], answer.entries) };
  const newer = answer.seq >= thread.n;
  return {
    n: Math.max(thread.n, answer.seq),
    mode: newer ? answer.mode : thread.mode,
    staffed: answer.staffed,
    hours: answer.hours ?? null,
    entries: upsert(thread.entries, answer.entries),
  };
}

/** The answer to a POST: our own entry has its place; changes around it are still to come, so n stays. */
export function applyOwn(thread, entry) {
  return { ...thread, entries: upsert(thread.entries, [entry]) };
}

export const isIncoming = (entry) => entry.from !== "you";

/** The newest seq that came to us with one of these statuses; 0 when there is none. */
export function newestIncoming(entries, statuses = null) {
  const match = entries.findLast((entry) => isIncoming(entry) && (statuses === null || statuses.includes(entry.status)));
  return match ? match.seq : 0;
}

/** How many lines the visitor has not seen; `read` is the newest seq shown on this screen. */
export function unreadCount(entries, read) {
  const seen = Math.max(read, newestIncoming(entries, ["read"]));
  return entries.filter((entry) => isIncoming(entry) && entry.seq > seen && (entry.text || entry.prompt)).length;
}

/** The question whose options can still be tapped: the newest line of all, when it has options. */
export function openQuestion(thread, pending) {
  const last = thread.entries.at(-1);
  const open = last && last.options?.length > 0 && pending.length === 0 && thread.mode === "BOT";
  return open ? last.seq : null;
}
