// Where we are: the address bar says which conversation is open, so that a link, Back and reload all work.
import { me } from "./boot.js";
import { asked, composing, openId, details, page, rows } from "./store.js";
import { openThread } from "./sync.js";

export const CONTACTS = "/inbox/contacts"; // a page of its own
const UNMATCHED = "unmatched"; // no conversation has so short an id

const fromAddress = () => decodeURIComponent(location.pathname.match(/^\/inbox\/([^/]+)/)?.[1] ?? "") || null;

export function go(id) {
  if (id === openId.value && !page.value) return;
  to(id);
}

export const isAdmin = me.role === "admin";

export const goUnmatched = () => page.value !== UNMATCHED && to(UNMATCHED);

function to(name) {
  history.pushState(null, "", name ? `/inbox/${encodeURIComponent(name)}` : "/inbox");
  follow();
}

export function follow() {
  const name = fromAddress();
  const id = name === UNMATCHED ? null : name;
  page.value = name === UNMATCHED && isAdmin ? name : "";
  details.value = false;
  asked.value = null;
  composing.value = "reply"; // a note here must not turn the next reply into a note there
  if (id) openThread(id);
  else openId.value = null;
}

/** The next or previous row of the list, from the open one. */
export function step(by) {
  const ids = rows.value.map((row) => row.id);
  if (!ids.length) return;
  const at = ids.indexOf(openId.value);
  go(ids[at < 0 ? 0 : Math.min(ids.length - 1, Math.max(0, at + by))]);
}
