// Replies on their way: shown at once, kept in this browser until the server has them, sent in order, never twice
// (the server knows a client_id again). A stale view or a refusal keeps the text and asks the agent.
import { batch, signal } from "../vendor/ui.js";
import { Refused, Unreachable, conversation, post } from "./api.js";
import { answered, withSummary } from "./apply.js";
import { me } from "./boot.js";
import { begunAt } from "./drafts.js";
import { onElsewhere, recall, recallAll, remember } from "./memory.js";
import { inWords, toast } from "./notices.js";
import { link, signedOut, thread, world } from "./store.js";
import { catchUp, learn } from "./sync.js";
import { t } from "./text.js";

const AGAIN_MS = 3000;
const KEY = "outbox."; // each under a key of its own: other tabs keep theirs beside it

// item: {client_id, c, n, text, seen, at, force, agent, state: queued|sending|failed|stale, error, entries,
//        kind, content, quoted: how it looks; body: what is sent besides the words}
export const pending = signal(restored());
const busy = new Set();
let count = 0; // several within one millisecond keep their order

/** Also what another tab is sending just now: it may have been closed, and a second try is no second message. */
function restored() {
  for (const item of recall("outbox", [])) remember(KEY + item.client_id, item); // as it was kept before each had its key
  remember("outbox", null);
  const kept = recallAll(KEY).map((id) => recall(KEY + id, null)).filter(Boolean);
  return kept.map((item) => (item.state === "sending" ? { ...item, state: "queued" } : item)).sort((a, b) => (a.at === b.at ? a.n - b.n : a.at < b.at ? -1 : 1));
}

/** Another tab has delivered or withdrawn it. */
onElsewhere(KEY, (id) => {
  if (recall(KEY + id, null) === null) pending.value = pending.value.filter(({ client_id }) => client_id !== id);
});

function change(item, values) {
  const held = pending.value.find(({ client_id }) => client_id === item.client_id);
  if (!held) return;
  const next = { ...held, ...values };
  remember(KEY + item.client_id, next);
  pending.value = pending.value.map((each) => (each === held ? next : each));
}

function drop({ client_id }) {
  remember(KEY + client_id, null);
  pending.value = pending.value.filter((held) => held.client_id !== client_id);
}

export const pendingOf = (id) => pending.value.filter((item) => item.c === id);

/** What was there when the words were begun: what a colleague wrote since may not have been seen by who wrote on. */
const seenOf = (id) => begunAt(id) ?? thread.value?.n ?? 0;

/** `more`: {kind, content, quoted, body} of what is more than words. */
export function send(id, text, more = {}) {
  const item = {
    client_id: uuid(), c: id, n: ++count, text, seen: seenOf(id), at: new Date().toISOString(), force: false, agent: me.id,
    state: "queued", ...more,
  };
  remember(KEY + item.client_id, item);
  pending.value = [...pending.value, item];
  pump(id);
}

/** randomUUID is missing on plain http from another machine, which a trial on a shop's network is. */
export function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const hex = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}

export function retry(item, { force = item.force } = {}) {
  change(item, { state: "queued", error: null, force });
  pump(item.c);
}

/** "Send anyway" is meant for all that was held back here: files and their words went as several. */
export function forceAll(id) {
  for (const item of pendingOf(id).filter(({ state }) => state === "stale")) change(item, { state: "queued", error: null, force: true });
  pump(id);
}

/** Take a reply back into the box; returns its text. */
export function withdraw(item) {
  drop(item);
  return item.text;
}

export function pumpAll() {
  for (const id of new Set(pending.value.map((item) => item.c))) pump(id);
}

async function pump(id) {
  if (busy.has(id) || signedOut.value) return;
  busy.add(id);
  try {
    for (let item; (item = pendingOf(id).find((held) => held.state === "queued")); ) if (!(await deliver(item))) break;
  } finally {
    busy.delete(id);
  }
}

/** False when the line is dead and the rest must wait. */
async function deliver(item) {
  change(item, { state: "sending" });
  const { client_id, text, seen, force, body } = item;
  try {
    const answer = await post(conversation(item.c, "/messages"), { client_id, text, seen, force, ...body });
    batch(() => {
      learn(answered(world.value, answer), item.c);
      drop(item);
    });
    return true;
  } catch (error) {
    return notDelivered(item, error);
  }
}

function notDelivered(item, error) {
  if (error instanceof Unreachable) {
    change(item, { state: "queued" });
    setTimeout(() => pump(item.c), AGAIN_MS);
    return false;
  }
  if (!(error instanceof Refused)) throw error;
  if (error.status === 401) signedOut.value = true;
  if (error.status === 401) change(item, { state: "queued" });
  else if (error.code === "stale_view") change(item, { state: "stale", entries: error.data.entries ?? [], names: error.data.names ?? {} });
  else change(item, { state: "failed", error: { code: error.code, class: error.code, say: error.data.say, text: inWords(error) } });
  if (error.code === "window_closed") closed(item.c, error.data.until);
  return error.status !== 401;
}

/** The server knows better when the window closed than the summary we hold. */
function closed(id, until) {
  const summary = world.value.summaries.get(id);
  if (summary) world.value = withSummary(world.value, { ...summary, window_until: until ?? new Date(0).toISOString() });
}

/** The server's own failed or unknown message, tried again because a person asks for it. */
export async function retrySent(id, entry) {
  try {
    const answer = await post(conversation(id, "/retry"), { seq: entry.seq });
    world.value = answered(world.value, { ...answer, conversation: world.value.summaries.get(id) });
  } catch (error) {
    toast(inWords(error), { kind: "error" });
  }
}

/** Ask the provider whether it has this message; what it says is shown where the message stands. */
export async function checkSent(id, entry) {
  try {
    const answer = await post(conversation(id, "/check"), { seq: entry.seq });
    world.value = answered(world.value, { ...answer, conversation: world.value.summaries.get(id) });
  } catch (error) {
    toast(inWords(error), { kind: "error" });
    if (error.code === "conflict") catchUp(id);
  }
}

/** `client_id` is the writer's own: a second try is no second note. `force`: although somebody called may not read it. */
export async function addNote(id, text, { client_id = uuid(), force = false } = {}) {
  const answer = await post(conversation(id, "/notes"), { client_id, text, force });
  learn(answered(withSummary(world.value, answer.conversation), answer), id);
}

let wasOffline = false;
link.subscribe((state) => {
  if (state === "offline") wasOffline = true;
  if (state !== "live" && state !== "polling") return;
  if (wasOffline) toast(t("back_online"), { kind: "good", ms: 3000 });
  wasOffline = false;
  pumpAll();
});
