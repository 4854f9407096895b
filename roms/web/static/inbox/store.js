// What is on the screen, as signals. Only sync.js, sends.js and acts.js write the world.
import { computed, signal } from "../vendor/ui.js";
import { emptyWorld } from "./apply.js";
import { boot, me } from "./boot.js";
import { remembered } from "./memory.js";
import { rowsOf, unreadOfMine } from "./views.js";

export const world = signal(emptyWorld());
export const counts = signal(null);
export const view = remembered("view", "mine");
export const sort = remembered("sort", "newest");
export const query = signal("");
export const label = signal(""); // what the list is filtered by
export const calledIn = signal(new Set()); // ids of the tab of conversations in which I was called
export const found = signal(null); // {ids, next} while searching
export const lists = signal({}); // view -> {state: "loading" | "ready" | "error", next}

export const openId = signal(null);
export const opening = signal({ state: "idle", error: null });
export const divider = signal(null);
export const typing = signal(new Map()); // conversation -> Map who -> forget at (ms)

export const link = signal("connecting"); // connecting | live | polling | offline
export const signedOut = signal(false);
export const now = signal(Date.now());

export const dialog = signal(null); // null | "palette" | "help" | "menu" | a verb
export const targets = signal([]); // the conversations that a dialog is about
export const details = signal(false);
export const asked = signal(null); // seq of the message that is being explained
export const page = signal(""); // "unmatched" instead of a conversation
export const composing = signal("reply"); // reply | note

/** Under what a list is kept: a filtered tab is another list. */
export const listKey = () => (label.value ? `${view.value} ${label.value}` : view.value);
export const listState = computed(() => {
  const key = found.value ? "search" : listKey();
  return lists.value[key] ?? { state: "loading", next: null };
});
export const rows = computed(() =>
  rowsOf(world.value.summaries, {
    view: view.value, me: me.id, sort: sort.value, found: found.value?.ids ?? null, next: listState.value.next, open: openId.value,
    label: label.value, called: calledIn.value,
  }),
);
/** Several numbers of ours: then a row must say which one was written to, whatever else happens to be loaded. One that
 * was added since the page was opened is known by who wrote to it. */
export const severalNumbers = computed(() => boot.several_numbers || new Set([...world.value.summaries.values()].filter(({ channel }) => channel.kind !== "webchat").map(({ channel }) => channel.id)).size > 1);
export const current = computed(() => world.value.summaries.get(openId.value) ?? null);
export const thread = computed(() => world.value.threads.get(openId.value) ?? null);
export const unread = computed(() => unreadOfMine(world.value.summaries, me.id));
