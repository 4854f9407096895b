// The live line: one socket, reconnected for ever; while there is none, a poll every 3 s.
import { effect } from "../vendor/ui.js";
import { createBackoff } from "../common/reconnect.js";
import { Refused, Unreachable, conversation, post } from "./api.js";
import { boot } from "./boot.js";
import { forgetLooking, ownLook } from "./looking.js";
import { dialog, link, openId, signedOut } from "./store.js";
import { enter, resync } from "./sync.js";

const OPEN_MS = 10_000; // for a handshake; a browser by itself would wait for minutes
const PING_MS = 10_000;
const LOOK_MS = 5_000; // the server forgets who has not said for 11 s that they still look
const PONG_MS = 4_000;
const POLL_MS = 3_000;
const OFFLINE_AFTER_MS = 2_500; // a short break, such as a server's restart, is not worth a banner
const AGAIN_MS = 2_000;
const SIGNED_OUT = 4401;

const backoff = createBackoff();
let socket = null;
let retry = null;
let typedAt = 0;
let signalledAt = 0;
let brokenSince = null;
let taker = { enter, resync }; // what the page does with a frame, and to catch up; the inbox's own unless it says otherwise

export function start(other = taker) {
  taker = other;
  connect();
  setInterval(ping, PING_MS);
  setInterval(poll, POLL_MS);
  setInterval(tellLooking, LOOK_MS);
  effect(() => tellLooking(openId.value));
  document.addEventListener("visibilitychange", () => tellLooking());
  addEventListener("offline", offline);
  addEventListener("online", connectNow);
  for (const event of ["visibilitychange", "resume"]) document.addEventListener(event, lookedAt);
}

const alive = () => socket?.readyState === WebSocket.OPEN;

/** A page that slept may hold a line that died meanwhile: it is asked at once. */
function lookedAt() {
  if (document.visibilityState !== "visible") return;
  if (alive()) ping();
  else connectNow();
}

function connectNow() {
  backoff.begin();
  if (!alive()) connect();
}

async function connect() {
  clearTimeout(retry);
  if (signedOut.value || socket) return;
  socket = { readyState: WebSocket.CONNECTING, close() {} }; // taken while the ticket is on its way
  try {
    const { ticket } = await post("/api/ticket");
    open(ticket);
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
    if (error.status === 401) signedOut.value = true;
    gone();
  }
}

function open(ticket) {
  const address = new URL(boot.socket, location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  address.searchParams.set("ticket", ticket);
  const mine = new WebSocket(address);
  socket = mine;
  lookAfter(mine, OPEN_MS);
  mine.onopen = () => {
    if (mine !== socket) return;
    ping();
    tellLooking();
  };
  mine.onmessage = (event) => heard(mine, JSON.parse(event.data));
  mine.onclose = (event) => {
    if (socket !== mine) return;
    if (event.code === SIGNED_OUT) signedOut.value = true;
    gone();
  };
}

/** The first frame proves that the server has us in its hub: whatever changes from now on is told, the rest is fetched. */
async function opened(mine) {
  backoff.begin();
  brokenSince = null;
  link.value = "live";
  while (socket === mine && !(await taker.resync()) && !signedOut.value) await pause(AGAIN_MS * (0.5 + Math.random()));
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

function heard(mine, frame) {
  clearTimeout(mine.patience);
  if (!mine.isHeard) opened(mine);
  mine.isHeard = true;
  if (frame.t === "bye") backoff.bye(frame.within);
  else if (frame.t !== "pong") taker.enter(frame);
}

function gone() {
  clearTimeout(socket?.patience);
  socket = null;
  forgetLooking();
  broken(false);
  if (signedOut.value) return;
  retry = setTimeout(connect, backoff.next());
}

/** No live line. After a moment that becomes "polling" or "offline", whichever the next poll finds out. */
function broken(sure) {
  brokenSince ??= Date.now();
  if (link.value === "live") link.value = "connecting";
  if (sure) link.value = "offline";
  else setTimeout(poll, OFFLINE_AFTER_MS * (1 + Math.random() / 4)); // many lose their line at the same moment
}

async function poll() {
  if (alive() || signedOut.value || brokenSince === null || backoff.isAnnounced()) return;
  if (Date.now() - brokenSince < OFFLINE_AFTER_MS - 100) return;
  const reached = navigator.onLine && (await taker.resync());
  if (!alive() && brokenSince !== null) link.value = reached ? "polling" : "offline";
}

function ping() {
  if (!alive()) return;
  const mine = socket;
  mine.send('{"t":"ping"}');
  lookAfter(mine, PONG_MS);
}

/** Heard nothing by then, it is dead. */
function lookAfter(mine, ms) {
  clearTimeout(mine.patience);
  mine.patience = setTimeout(() => socket === mine && drop(mine), ms);
}

/** A dead line may take minutes to close; we do not wait for it. */
function drop(mine) {
  mine.onclose = null;
  mine.close();
  gone();
}

/** The browser has lost its network. A socket that outlives that may be dead without knowing: the next one is sure. */
function offline() {
  if (alive()) drop(socket);
  broken(true);
}

/** Tell colleagues what we have open: at once when it changes, and again and again, because a browser may die. */
function tellLooking() {
  if (alive()) socket.send(JSON.stringify(ownLook()));
}

/** Tell colleagues and the contact that we are writing; at most every 3 s, and not while a dialog is open. */
export function tellTyping() {
  if (!alive() || dialog.value || Date.now() - typedAt < 3000) return;
  typedAt = Date.now();
  socket.send(JSON.stringify({ t: "typing", c: openId.value, on: true }));
}

/** Providers show the contact that we are writing; the web chat hears it on the socket. At most every 5 s; lost is lost. */
export function signalTyping({ id, can, channel }) {
  if (!can || channel.kind === "webchat" || link.value === "offline" || Date.now() - signalledAt < 5000) return;
  signalledAt = Date.now();
  post(conversation(id, "/typing"), { on: true }).catch((error) => {
    if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
  });
}
