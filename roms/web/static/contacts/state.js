// What the contacts page knows: the list as far as it is loaded, the search, who is open.
import { batch, signal } from "../vendor/ui.js";
import { Refused, Unreachable, get } from "../inbox/api.js";

const PAGE = 50;

export const query = signal(new URLSearchParams(location.search).get("q") ?? "");
export const people = signal({ state: "loading", items: [], next: null, error: null });
export const chosen = signal(null); // id

const fromAddress = () => Number(/^\/inbox\/contacts\/(\d+)/.exec(location.pathname)?.[1]) || null;

export function follow() {
  chosen.value = fromAddress();
}

export function open(id) {
  history.pushState(null, "", id === null ? "/inbox/contacts" : `/inbox/contacts/${id}`);
  follow();
}

/** The list from its beginning, or its next page; an answer to an older question is dropped. */
export async function load({ more = false } = {}) {
  const q = query.value.trim();
  const before = more ? people.value.next : "";
  if (!more) people.value = { ...people.value, state: people.value.items.length ? "again" : "loading" };
  const wanted = new URLSearchParams(Object.entries({ q, before, limit: PAGE }).filter(([, value]) => value));
  try {
    const page = await get(`/api/contacts?${wanted}`);
    if (q !== query.value.trim()) return;
    const items = page.items ?? page.contacts ?? [];
    batch(() => {
      people.value = { state: "ready", items: more ? [...people.value.items, ...items] : items, next: page.next ?? null, error: null };
    });
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
    people.value = { ...people.value, state: "error", error };
  }
}
