// The live line to the server: a socket that comes back by itself, and polling while there is none. It carries hints;
// whatever is missing is fetched with GET messages?after=n, so nothing that happened while we were away is lost.

import { createBackoff } from "/static/common/reconnect.js";

const PING = 10_000; // ms
const SILENCE = 25_000; // ms without a frame: the line is dead though nobody said so
const POLL = 3_000; // ms, while the panel is on the screen
const POLL_UNSEEN = 30_000; // ms, while nobody looks

export function createLink({ api, onFrame, catchUp, onLive, isWatched }) {
  let socket = null;
  let started = false;
  let connecting = false;
  const backoff = createBackoff();
  let retryTimer = null;
  let pollTimer = null;

  function start() {
    if (started) return;
    started = true;
    connect();
    poll();
  }

  async function connect() {
    clearTimeout(retryTimer);
    if (socket || connecting) return;
    connecting = true;
    const ticket = await api.ticket().then((answer) => answer.ticket, () => null);
    connecting = false;
    if (ticket === null) again();
    else attach(new WebSocket(`${location.origin.replace(/^http/, "ws")}/ws/widget?ticket=${encodeURIComponent(ticket)}`));
  }

  function attach(line) {
    socket = line;
    let heard = Date.now();
    const beat = setInterval(() => {
      if (Date.now() - heard > SILENCE) drop(line, beat);
      else if (line.readyState === WebSocket.OPEN) line.send('{"t":"ping"}');
    }, PING);
    let isHeard = false;
    line.onopen = () => line.send('{"t":"ping"}');
    // The first frame proves that the server has us in its hub: whatever changes from now on is told, the rest is fetched.
    const settled = () => {
      isHeard = true;
      backoff.begin();
      onLive(true);
      catchUp();
    };
    line.onmessage = ({ data }) => {
      heard = Date.now();
      if (!isHeard) settled();
      const frame = JSON.parse(data);
      if (frame.t === "bye") backoff.bye(frame.within);
      else onFrame(frame);
    };
    line.onclose = () => {
      clearInterval(beat);
      if (socket === line) lost();
    };
  }

  // A dead line may take minutes to close; we do not wait for it.
  function drop(line, beat) {
    clearInterval(beat);
    line.onclose = null;
    line.close();
    lost();
  }

  function lost() {
    socket = null;
    onLive(false);
    again();
    poll();
  }

  function again() {
    retryTimer = setTimeout(connect, backoff.next());
  }

  function isLive() {
    return socket !== null && socket.readyState === WebSocket.OPEN;
  }

  function poll() {
    clearTimeout(pollTimer);
    pollTimer = setTimeout(async () => {
      if (isLive()) return;
      if (!backoff.isAnnounced()) await catchUp();
      poll();
    }, isWatched() ? POLL : POLL_UNSEEN);
  }

  /** The network is back or somebody looks again: no reason to wait any longer. */
  function hurry() {
    if (!started || isLive()) return;
    backoff.begin();
    connect();
    catchUp();
    poll();
  }

  return { start, hurry };
}
