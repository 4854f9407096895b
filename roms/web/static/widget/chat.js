// The widget's state in one place: signals that the view reads, and the few things a visitor can do.

import { batch, computed, signal } from "/static/vendor/ui.js";
import { createApi } from "./api.js";
import { createLink } from "./link.js";
import { createPending } from "./pending.js";
import { applyAnswer, applyFrame, applyOwn, EMPTY, newestIncoming, openQuestion, unreadCount } from "./thread.js";

export const LIMIT = 4_000; // characters in a message
const TYPING_FORGOTTEN = 6_000; // ms
const TYPING_AGAIN = 3_000; // ms between two "is typing"
const LOOK_AGAIN = 3_000; // ms between tries to fetch what is missing
const SEEN_PAUSE = 300; // ms: several lines at once make one report

export function createChat({ memory, language }) {
  const thread = signal(EMPTY);
  const loaded = signal(memory.get("token") === null); // a new visitor has no history to wait for
  const reachable = signal(navigator.onLine);
  const live = signal(false);
  const theyType = signal(false);
  const opened = signal(false);
  const read = signal(0); // newest seq shown on this screen

  const api = createApi({ memory, language, onReach: (reached) => (reachable.value = reached && navigator.onLine) });
  const pending = createPending({ api, memory, onSent });
  const link = createLink({ api, onFrame, catchUp, onLive: (on) => (live.value = on), isWatched: watched });

  function watched() {
    return opened.value && document.visibilityState === "visible";
  }

  // --- what comes in

  let fetching = null;
  let fetchAgain = false;

  let lookAgain = null;

  /** Fetch what we miss; asked for twice at once, it runs once more at the end. Never fails: it is tried again. */
  function catchUp() {
    if (fetching) fetchAgain = true;
    else fetching = fetchMissing();
    return fetching;
  }

  async function fetchMissing() {
    clearTimeout(lookAgain);
    try {
      do {
        fetchAgain = false;
        const answer = await api.messages(thread.value.n).catch(() => null);
        if (answer) take(applyAnswer(thread.value, answer));
        if (answer) pending.flush();
        else if (!loaded.value || live.value) lookAgain = setTimeout(catchUp, LOOK_AGAIN * (0.5 + Math.random())); // without a line the link asks
      } while (fetchAgain);
    } finally {
      fetching = null;
    }
  }

  function take(next) {
    const heard = newestIncoming(next.entries) > newestIncoming(thread.value.entries);
    batch(() => {
      thread.value = next;
      loaded.value = true;
      if (heard) setTheyType(false);
      pending.confirm(next.entries);
    });
    if (next.n > 0) link.start();
    report();
  }

  function onFrame(frame) {
    if (frame.t === "typing") setTheyType(frame.on);
    if (frame.t !== "change" && frame.t !== "moved") return;
    const { thread: next, gap } = applyFrame(thread.value, frame);
    if (gap) catchUp();
    else if (next !== thread.value) take(next);
  }

  let typingTimer = null;

  function setTheyType(on) {
    clearTimeout(typingTimer);
    theyType.value = on;
    if (on) typingTimer = setTimeout(() => (theyType.value = false), TYPING_FORGOTTEN);
  }

  // --- what goes out

  function onSent({ entry }, done) {
    batch(() => {
      thread.value = applyOwn(thread.value, entry);
      done();
    });
    if (!live.value) catchUp();
  }

  let typedAt = 0;

  /** Called at every keystroke; the server hears of it every three seconds, and only once there is a conversation. */
  function typing(on) {
    if (thread.value.n === 0) return;
    const now = Date.now();
    if (on ? now - typedAt < TYPING_AGAIN : typedAt === 0) return;
    typedAt = on ? now : 0;
    api.typing(on).catch(() => null);
  }

  function send(text, payload = null) {
    typedAt = 0;
    pending.add(text, payload);
  }

  let reported = { delivered: 0, read: 0 };
  let reportTimer = null;

  function report() {
    clearTimeout(reportTimer);
    reportTimer = setTimeout(reportNow, SEEN_PAUSE);
  }

  async function reportNow() {
    const { entries } = thread.value;
    const delivered = Math.max(reported.delivered, newestIncoming(entries, ["delivered", "read"]));
    const seen = Math.max(reported.read, newestIncoming(entries, ["read"]));
    const next = { delivered: Math.max(delivered, newestIncoming(entries)), read: Math.max(seen, read.value) };
    if (next.delivered === delivered && next.read === seen) return;
    const before = reported;
    reported = next;
    await api.seen(next.delivered, next.read).catch(() => (reported = before));
  }

  /** Lines up to this seq are on the screen of a visitor who can see them. */
  function shown(seq) {
    if (!watched() || seq <= read.value) return;
    read.value = seq;
    report();
  }

  function open(on) {
    opened.value = on;
    if (on && (!loaded.value || thread.value.n === 0)) catchUp();
    if (on) link.hurry();
  }

  function start() {
    addEventListener("online", () => {
      reachable.value = true;
      pending.flush();
      link.hurry();
    });
    addEventListener("offline", () => (reachable.value = false));
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && link.hurry());
    if (api.known()) catchUp();
    pending.flush();
  }

  return {
    thread, loaded, reachable, theyType, opened, read, pending, send, typing, shown, open, start,
    unread: computed(() => unreadCount(thread.value.entries, read.value)),
    question: computed(() => openQuestion(thread.value, pending.items.value)),
  };
}
