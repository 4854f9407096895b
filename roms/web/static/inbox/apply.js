// What a browser knows of conversations, and how a fact from the server changes it. Pure: no DOM, no network, no clock.
//
// World  = {summaries: Map id -> Summary, threads: Map id -> Thread, gone: Map id -> seq}
// gone     conversations that are not ours to see any more: nothing up to this number is taken of them, however late it comes
// Thread = {n, entries, aside, more}
//   n        the newest number up to which this thread is complete
//   entries  the loaded lines, by seq; everything from entries[0].seq on is here
//   aside    Map seq -> Entry: newer versions of lines that lie above what is loaded, kept until they are
//   more     true while older lines exist on the server

export const emptyWorld = () => ({ summaries: new Map(), threads: new Map(), gone: new Map() });

const bySeq = (a, b) => a.seq - b.seq;

/** Merge lines into a sorted list; of two versions of one line the higher rev wins. */
export function upsert(held, incoming) {
  if (!incoming.length) return held;
  const merged = new Map(held.map((entry) => [entry.seq, entry]));
  for (const entry of incoming) {
    const old = merged.get(entry.seq);
    if (!old || entry.rev >= old.rev) merged.set(entry.seq, entry);
  }
  return [...merged.values()].sort(bySeq);
}

/** The first load of a thread, or a fresh one in place of the old. */
export function threadFrom({ conversation, entries, more }) {
  return { n: conversation.seq, entries: upsert([], entries), aside: new Map(), more };
}

function setAside(thread, entries) {
  const aside = new Map(thread.aside);
  for (const entry of entries) {
    const old = aside.get(entry.seq);
    if (!old || entry.rev >= old.rev) aside.set(entry.seq, entry);
  }
  return aside;
}

/** Take lines into a loaded thread. A line older than what is loaded waits aside, or it would stand next to a hole. */
export function merge(thread, entries, n = thread.n) {
  const first = thread.more && thread.entries.length ? thread.entries[0].seq : -Infinity;
  const older = entries.filter((entry) => entry.seq < first);
  const newer = entries.filter((entry) => entry.seq >= first);
  return {
    ...thread,
    n: Math.max(thread.n, n),
    entries: upsert(thread.entries, newer),
    aside: older.length ? setAside(thread, older) : thread.aside,
  };
}

/** Whether a thread still begins where it did: only then does an older page fit on top of it. */
export const continues = (now, held) => now.entries[0]?.seq === held.entries[0]?.seq;

/** Put an older page on top; a line that changed while the page was on its way keeps its newer version. */
export function prepend(thread, { entries, more }) {
  const page = upsert(entries, entries.map((entry) => thread.aside.get(entry.seq)).filter(Boolean));
  const aside = new Map(thread.aside);
  for (const entry of entries) aside.delete(entry.seq);
  return { ...thread, entries: upsert(page, thread.entries), aside, more };
}

const put = (map, key, value) => new Map(map).set(key, value);

/** Whether this was told before the conversation left our sight. */
export const isGone = (world, { id, seq }) => (world.gone.get(id) ?? -1) >= seq;

/** A conversation that is not ours to see from number `s` on. */
export function without(world, id, s) {
  const [summaries, threads] = [new Map(world.summaries), new Map(world.threads)];
  const known = Math.max(s, world.gone.get(id) ?? 0);
  summaries.delete(id);
  threads.delete(id);
  return { summaries, threads, gone: put(world.gone, id, known) };
}

/** Keep the newer of two summaries of one conversation. */
export function withSummary(world, summary) {
  const held = world.summaries.get(summary.id);
  if (isGone(world, summary) || (held && held.seq > summary.seq)) return world;
  return { ...world, summaries: put(world.summaries, summary.id, summary) };
}

export const withThread = (world, id, thread) => ({ ...world, threads: put(world.threads, id, thread) });

const quiet = (world) => ({ world, fetch: null, reload: false });

/**
 * One frame from the socket. Returns the new world and what must be fetched to stay complete:
 * `fetch` {id, after} for a loaded thread with a gap, `reload` when only the list can tell.
 */
export function apply(world, frame) {
  if (frame.t === "moved") return moved(world, frame);
  if (frame.t === "gone") return quiet(without(world, frame.c, frame.s));
  return frame.t === "change" ? change(world, frame) : quiet(world);
}

function moved(world, { c, s }) {
  const thread = world.threads.get(c);
  if (thread) return thread.n >= s ? quiet(world) : { ...quiet(world), fetch: { id: c, after: thread.n } };
  const summary = world.summaries.get(c);
  return { ...quiet(world), reload: !summary || summary.seq < s };
}

function change(world, { c, from, s, conversation, entries }) {
  const next = withSummary(world, conversation);
  const thread = next.threads.get(c);
  if (!thread || thread.n >= s) return quiet(next);
  if (from > thread.n) return { ...quiet(next), fetch: { id: c, after: thread.n } };
  return quiet(withThread(next, c, merge(thread, entries, s)));
}

/**
 * The answer to entries?after=n: complete up to the number its summary carries. A `whole` one takes the place of what is
 * held: too much has happened to tell it all, or the server knows less than we do, having come back from a copy.
 */
export function caughtUp(world, { conversation, entries, more, whole }) {
  if (whole && !isGone(world, conversation)) {
    const told = { ...world, summaries: put(world.summaries, conversation.id, conversation) };
    return withThread(told, conversation.id, threadFrom({ conversation, entries, more }));
  }
  const next = withSummary(world, conversation);
  const thread = next.threads.get(conversation.id);
  return thread ? withThread(next, conversation.id, merge(thread, entries, conversation.seq)) : next;
}

/** The answer to one of our own acts: its line is shown at once, but others may lie between, so n stays. */
export function answered(world, { conversation, entry }) {
  const next = conversation ? withSummary(world, conversation) : world;
  const id = conversation?.id;
  const thread = id && next.threads.get(id);
  return thread && entry ? withThread(next, id, merge(thread, [entry])) : next;
}

/**
 * A list read anew after a pause replaces what was known, or what left a list while we were away would stay for ever.
 * `keep` are the ids to hold on to; `touched` those that changed here while the list was on its way: only they can be
 * newer than it.
 */
export function relisted(world, items, keep, touched) {
  const summaries = new Map();
  for (const [id, held] of world.summaries) if (keep.has(id)) summaries.set(id, held);
  for (const item of items.filter((each) => !isGone(world, each))) {
    const held = world.summaries.get(item.id);
    summaries.set(item.id, touched.has(item.id) && held?.seq > item.seq ? held : item);
  }
  return { ...world, summaries };
}

/** Loaded threads that stand elsewhere than their summaries say, and the open one always. */
export function behind(world, openId) {
  const ids = [];
  for (const [id, thread] of world.threads) {
    const summary = world.summaries.get(id);
    if (id === openId || !summary || summary.seq !== thread.n) ids.push({ id, after: thread.n });
  }
  return ids;
}
