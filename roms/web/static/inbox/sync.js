// Keeps the world in step with the server: frames, catch-up, lists, threads. The rules are apply.js; here is the fetching.
import { batch, signal } from "../vendor/ui.js";
import { ring } from "./ringing.js";
import { Refused, Unreachable, conversation, get } from "./api.js";
import { apply, behind, caughtUp, continues, isGone, prepend, relisted, threadFrom, withSummary, withThread, without } from "./apply.js";
import { me } from "./boot.js";
import { firstUnread } from "./lines.js";
import { noteLooking } from "./looking.js";
import * as store from "./store.js";
import { t } from "./text.js";
import { recount } from "./views.js";

const PAGE = 30;
const MOST_PER_REQUEST = 100;
const THREADS_KEPT = 25;
const TYPING_MS = 6000;
const RECOUNT_MS = 700;
const AGAIN_MS = 2000;
const touched = new Set(); // ids that changed here while a list is on its way
const chasing = new Map(); // id -> newest number asked for while a catch-up runs
export const calls = signal(0); // how often a note has called me since the page was opened
let unsure = new Set(); // ids held beside the list that was read last: the counts know them better than we do
let moves = 0; // how often a conversation changed its tab: counts read meanwhile may or may not know of it
let recountTimer = null;

export function enter(frame) {
  if (frame.t === "typing") return noteTyping(frame);
  if (frame.t === "looking") return noteLooking(frame);
  if (frame.t === "rights") return void location.reload(); // what we hold may be more, or less, than is ours to see
  if (frame.t === "moved" && !frame.c) return lookSoon();
  const before = store.world.value.summaries.get(frame.c);
  const { world, fetch, reload } = apply(store.world.value, frame);
  batch(() => {
    store.world.value = world;
    touched.add(frame.c);
    if (frame.t === "change") changed(frame, before);
    if (frame.t === "gone") left(frame.c, before);
  });
  if (fetch) catchUp(fetch.id, frame.s);
  if (reload) recountSoon();
}

function changed(frame, before) {
  ring(frame);
  if (frame.entries.some(({ type, seq, mentions }) => type === "note" && seq > frame.from && mentions?.includes(me.id))) calls.value += 1;
  for (const { seq, type, direction, agent } of frame.entries) { // a receipt for an older message says nothing of typing
    if (type === "message" && seq > frame.from) forgetTyping(frame.c, direction === "in" ? "contact" : agent);
  }
  counted(frame.c, before);
}

/** A newer world from the answer to a request about one conversation: the same fact may come as a frame, before or after. */
export function learn(world, id) {
  const before = store.world.value.summaries.get(id);
  touched.add(id);
  batch(() => {
    store.world.value = world;
    if (before) counted(id, before);
  });
}

/** It is not ours to see any more: it leaves the list, and the screen. */
function left(id, before) {
  unsure.delete(id);
  if (before) recountSoon();
  if (store.openId.value === id) store.opening.value = { state: "error", error: new Refused(404, { code: "not_found", message: t("conversation_gone") }) };
}

let looking = null;
/** Something moved that is not ours to know: perhaps something of ours went. */
function lookSoon() {
  looking ??= setTimeout(async () => {
    looking = null;
    if (!(await resync()) && !store.signedOut.value) lookSoon();
  }, RECOUNT_MS * (1 + Math.random()));
}

/** The tabs' counts follow a conversation once, whoever brought the news first. */
function counted(id, before) {
  const after = store.world.value.summaries.get(id);
  if (before === after) return;
  if (!after) return recountSoon();
  if (unsure.delete(id) && before?.seq !== after.seq) recountSoon(); // it may have been elsewhere in between
  const moved = !before || before.mode !== after.mode || before.assignee !== after.assignee;
  if (!moved) return;
  moves += 1;
  const next = recount(store.counts.value, before, after, me.id);
  if (next) store.counts.value = next;
  else recountSoon();
}

/** Until it is known: nobody may tell us a second time. */
function recountSoon(ms = RECOUNT_MS) {
  recountTimer ??= setTimeout(async () => {
    recountTimer = null;
    if (!(await reloadList()) && !store.signedOut.value) recountSoon(again());
  }, ms);
}

/** Not all browsers at the same moment. */
const again = () => AGAIN_MS * (0.5 + Math.random());

function noteTyping({ c, who, on }) {
  if (who === me.id) return;
  const all = new Map(store.typing.value);
  const some = new Map(all.get(c));
  if (on) some.set(who, Date.now() + TYPING_MS);
  else some.delete(who);
  store.typing.value = all.set(c, some);
  if (on) setTimeout(() => expireTyping(c, who), TYPING_MS + 50);
}

function expireTyping(c, who) {
  if ((store.typing.value.get(c)?.get(who) ?? 0) <= Date.now()) forgetTyping(c, who);
}

function forgetTyping(c, who) {
  if (store.typing.value.get(c)?.has(who)) noteTyping({ c, who, on: false });
}

/** Fetch what a loaded thread lacks. One at a time per thread; asked again meanwhile, it goes on until it is there. */
export async function catchUp(id, wanted = 0) {
  if (chasing.has(id)) return void chasing.set(id, Math.max(chasing.get(id), wanted));
  chasing.set(id, wanted);
  try {
    while (await fetchAfter(id)) if (store.world.value.threads.get(id).n >= chasing.get(id)) break;
  } catch (error) {
    failedToCatchUp(id, error);
  } finally {
    chasing.delete(id);
  }
}

/** True when it brought the thread forward, so that asking again can bring more. */
async function fetchAfter(id) {
  const held = store.world.value.threads.get(id);
  if (!held) return false;
  const answer = await get(conversation(id, `/entries?after=${held.n}`));
  learn(caughtUp(store.world.value, answer), id);
  return (store.world.value.threads.get(id)?.n ?? 0) > held.n;
}

function failedToCatchUp(id, error) {
  if (error instanceof Refused) lost(error);
  else if (!(error instanceof Unreachable)) throw error;
  if (error.status === 404) return forget(id);
  if (mayPass(error)) setTimeout(() => store.world.value.threads.has(id) && catchUp(id), again());
}

/** No answer, too many at once, or trouble at the server's: the same question may be answered later. */
const mayPass = (error) => error instanceof Unreachable || error.status === 429 || error.status >= 500;

/** The server has it for us no more; what was told up to now is not shown again. */
function forget(id) {
  const before = store.world.value.summaries.get(id);
  const known = Math.max(before?.seq ?? 0, store.world.value.threads.get(id)?.n ?? 0);
  batch(() => {
    store.world.value = without(store.world.value, id, known);
    left(id, before);
  });
}

function lost(error) {
  if (error.status === 401) store.signedOut.value = true;
}

const setList = (key, value) => {
  store.lists.value = { ...store.lists.value, [key]: { ...store.lists.value[key], ...value } };
};

const listPath = (values) => `/api/conversations?${new URLSearchParams(Object.entries(values).filter(([, v]) => v))}`;

/** Load a tab for the first time, or the results of a search. */
export async function showList() {
  const q = store.query.value.trim();
  const [view, label] = [store.view.value, store.label.value];
  if (!q) store.found.value = null;
  const key = q ? "search" : store.listKey();
  const isShown = store.lists.value[key]?.state === "ready" && (!q || store.found.value);
  setList(key, { state: isShown ? "ready" : "loading" });
  const known = moves;
  const page = await readList(key, { view, label, q, limit: PAGE });
  if (!page || q !== store.query.value.trim() || view !== store.view.value || label !== store.label.value) return;
  batch(() => {
    add(page.items);
    noteCalled(view, page.items);
    if (q) store.found.value = { ids: page.items.map((item) => item.id), next: page.next };
    takeCounts(page, known);
    setList(key, { state: "ready", next: page.next });
  });
}

const sameCounts = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** `known`: how many moves we knew of when these were asked for; -1: rows beside them may be older or newer. */
function takeCounts({ counts }, known) {
  store.counts.value = counts;
  if (moves !== known) recountSoon();
}

async function readList(key, values) {
  try {
    return await get(listPath(values));
  } catch (error) {
    if (error instanceof Refused) lost(error);
    else if (!(error instanceof Unreachable)) throw error;
    setList(key, { state: store.lists.value[key]?.next === undefined ? "error" : "ready" });
    return null;
  }
}

/** Which conversations called me no summary tells; the tab's own list does. */
function noteCalled(view, items) {
  if (view === "mentioned") store.calledIn.value = new Set([...store.calledIn.value, ...items.map(({ id }) => id)]);
}

function add(items) {
  store.world.value = items.reduce(withSummary, store.world.value);
}

let loadingMore = false;
export async function moreRows() {
  const { next } = store.listState.value;
  if (!next || loadingMore) return;
  loadingMore = true;
  const q = store.found.value ? store.query.value.trim() : "";
  const key = q ? "search" : store.listKey();
  const page = await readList(key, { view: store.view.value, label: store.label.value, q, before: next, limit: PAGE });
  loadingMore = false;
  if (!page || store.listState.value.next !== next) return; // read anew meanwhile: this page belongs to another list
  batch(() => {
    add(page.items);
    noteCalled(store.view.value, page.items);
    if (!sameCounts(page.counts, store.counts.value)) takeCounts(page, -1);
    if (q) store.found.value = { ids: [...store.found.value.ids, ...page.items.map((item) => item.id)], next: page.next };
    setList(key, { state: "ready", next: page.next });
  });
}

let reading = null;
let readAgain = false;
/** Read the tab anew. One at a time: asked for meanwhile, it is read once more, so that the newest answer comes last. */
export function reloadList() {
  if (reading) readAgain = true;
  else reading = readUntilQuiet();
  return reading;
}

async function readUntilQuiet() {
  try {
    do {
      readAgain = false;
      if (!(await readTab())) return false;
    } while (readAgain);
    return true;
  } finally {
    reading = null;
  }
}

/** As far as it was loaded; what is no longer known to be true is forgotten. */
async function readTab() {
  const [view, label, key] = [store.view.value, store.label.value, store.listKey()];
  const wanted = Math.min(300, Math.max(PAGE, store.rows.value.length));
  const known = moves;
  touched.clear();
  const pages = [];
  let before = "";
  do {
    const page = await readList(key, { view, label, before, limit: Math.min(wanted, MOST_PER_REQUEST) });
    if (!page) return false;
    pages.push(page);
    before = page.next;
  } while (before && pages.reduce((sum, page) => sum + page.items.length, 0) < wanted);
  if (key !== store.listKey()) readAgain = true; // the other tab was read before we knew what we had missed
  else batch(() => takeList(key, pages, known));
  return true;
}

function takeList(key, pages, known) {
  const items = pages.flatMap((page) => page.items);
  noteCalled(store.view.value, items);
  const beside = [store.openId.value, ...(store.found.value?.ids ?? [])];
  const keep = new Set([...touched, ...beside]);
  unsure = new Set(beside.filter((id) => !touched.has(id) && !items.some((item) => item.id === id)));
  store.world.value = forgetThreads(relisted(store.world.value, items, keep, touched));
  takeCounts(pages[0], pages.every((page) => sameCounts(page.counts, pages[0].counts)) ? known : -1);
  store.lists.value = { search: store.lists.value.search, [key]: { state: "ready", next: pages.at(-1).next } };
}

/** A thread whose summary we no longer hold cannot be known to be complete. */
function forgetThreads(world) {
  const threads = new Map([...world.threads].filter(([id]) => world.summaries.has(id) || id === store.openId.value));
  return { ...world, threads };
}

/** After every (re)connect, and at each poll: the list, then every thread that is behind. False: ask again. */
export async function resync() {
  if (!(await reloadList())) return false;
  const also = [reopen(store.openId.value), store.found.value && showList()];
  await Promise.all([...also, ...behind(store.world.value, store.openId.value).map(({ id }) => catchUp(id))]);
  return true;
}

/** Show a conversation: at once when it is loaded, and brought up to date either way. */
export async function openThread(id, { quietly = false } = {}) {
  const held = store.world.value.threads.get(id);
  batch(() => {
    store.openId.value = id;
    store.divider.value = held ? dividerOf(held, id) : null;
    if (held || !quietly) store.opening.value = { state: held ? "ready" : "loading", error: null };
  });
  if (held) return catchUp(id);
  try {
    await loadThread(id);
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
    if (error instanceof Refused) lost(error);
    if (store.openId.value !== id) return;
    store.opening.value = { state: "error", error };
    if (mayPass(error)) setTimeout(reopen, again(), id);
  }
}

/** The open thread could not be shown: once more, under the words that say so. */
function reopen(id) {
  if (store.openId.value === id && store.opening.value.state === "error") return openThread(id, { quietly: true });
}

async function loadThread(id) {
  const answer = await get(conversation(id));
  if (isGone(store.world.value, answer.conversation)) return left(id, null);
  const world = withSummary(store.world.value, answer.conversation);
  const fresh = threadFrom(answer);
  batch(() => {
    learn(withThread(evict(world), id, fresh), id);
    if (store.openId.value !== id) return;
    store.divider.value = dividerOf(fresh, id);
    store.opening.value = { state: "ready", error: null };
  });
  // A frame may have come while the answer was on its way; it could only leave its summary.
  if (world.summaries.get(id).seq > fresh.n) await catchUp(id);
}

const dividerOf = (thread, id) => firstUnread(thread.entries, store.world.value.summaries.get(id)?.unread ?? 0);

function evict(world) {
  const threads = new Map(world.threads);
  for (const id of threads.keys()) {
    if (threads.size < THREADS_KEPT) break;
    if (id !== store.openId.value) threads.delete(id);
  }
  return { ...world, threads };
}

let loadingOlder = null;
/** One older page of the open thread; whoever asks meanwhile waits for the same one. */
export function older() {
  loadingOlder ??= fetchOlder().finally(() => (loadingOlder = null));
  return loadingOlder;
}

async function fetchOlder() {
  const id = store.openId.value;
  const held = store.thread.value;
  if (!held?.more || !held.entries.length) return;
  try {
    const page = await get(conversation(id, `/entries?before=${held.entries[0].seq}&limit=50`));
    const now = store.world.value.threads.get(id);
    if (now && continues(now, held)) store.world.value = withThread(store.world.value, id, prepend(now, page));
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
    if (error instanceof Refused) lost(error);
  }
}
