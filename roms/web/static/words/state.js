// What the pages of labels, saved replies and macros know: which of them is shown, what there is, and what is being edited.
import { signal } from "../vendor/ui.js";
import { Refused, Unreachable, call, get } from "../inbox/api.js";
import { known } from "../inbox/labels.js";
import { inWords, toast } from "../inbox/notices.js";
import { t } from "../inbox/text.js";

export const PLACES = ["labels", "saved", "macros"];
export const place = signal("labels");
export const held = signal({}); // place -> what the server says of it
export const figures = signal(null); // labels by day
export const failed = signal("");
export const editing = signal(null); // id of what is open, 0 for a new one

export const now = () => held.value[place.value] ?? null;
const PATHS = { labels: "/api/labels", saved: "/api/saved", macros: "/api/macros" };

export function follow() {
  place.value = PLACES.find((name) => location.pathname.endsWith(`/${name}`)) ?? "labels";
  editing.value = null;
  load();
}

export function go(event, name) {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  event.preventDefault();
  history.pushState(null, "", `/inbox/${name}`);
  follow();
}

/** What is shown now, and what it leads to: macros name labels and saved replies. */
export async function load() {
  const wanted = place.value === "macros" ? PLACES : [place.value];
  try {
    const found = await Promise.all(wanted.map((name) => get(PATHS[name])));
    held.value = { ...held.value, ...Object.fromEntries(wanted.map((name, i) => [name, found[i]])) };
    if (held.value.labels) known.value = held.value.labels.items;
    if (place.value === "labels") figures.value = await get("/api/labels/counts?days=30");
    failed.value = "";
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
    failed.value = inWords(error);
  }
}

/** One request; what was refused is told beside the field it names. Returns {ok, field, text, answer}. */
export async function ask(method, path, body, done = "saved") {
  try {
    const answer = await call(method, path, body);
    await load();
    if (done) toast(t(done), { kind: "good", ms: 2500 });
    return { ok: true, answer };
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
    const names = error.data?.unknown ? ` ${t("unknown_name", { name: error.data.unknown })}` : "";
    return { ok: false, field: error.data?.field ?? "", step: error.data?.step ?? 0, text: names || error.message || inWords(error), answer: null };
  }
}
