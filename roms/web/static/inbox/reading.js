// Marks as read what was really shown: up to the last visible line, and only while somebody looks at the page.
import { Refused, Unreachable, conversation, post } from "./api.js";
import { withSummary } from "./apply.js";
import { unreadAfter } from "./lines.js";
import { lastVisible } from "./scrolling.js";
import { openId, thread, world } from "./store.js";

const SEEN_MS = 350;
const AGAIN_MS = 3000;
const told = new Map(); // conversation -> seq the server was told
let timer = null;

export function readUpTo(box, ms = SEEN_MS) {
  clearTimeout(timer);
  timer = setTimeout(() => mark(box), ms);
}

async function mark(box) {
  const id = openId.value;
  const summary = world.value.summaries.get(id);
  if (!box?.isConnected || !summary || !thread.value || document.visibilityState !== "visible" || !document.hasFocus()) return;
  const seq = lastVisible(box);
  if (!summary.unread || seq <= (told.get(id) ?? 0)) return;
  told.set(id, seq);
  const unread = Math.min(summary.unread, unreadAfter(thread.value.entries, seq));
  world.value = withSummary(world.value, { ...summary, unread });
  try {
    await post(conversation(id, "/read"), { seq });
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
    told.delete(id);
    if (id === openId.value) readUpTo(box, AGAIN_MS);
  }
}
