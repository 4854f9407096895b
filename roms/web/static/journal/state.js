// What the journal knows, and the way to the server. Nothing here is guessed: every figure is asked for again.
import { signal } from "../vendor/ui.js";
import { Refused, Unreachable, get, post } from "../inbox/api.js";
import { inWords, toast } from "../inbox/notices.js";
import { t } from "../inbox/text.js";

export const days = signal(null);
export const zone = signal("");
export const standing = signal(null);
export const failed = signal("");
export const now = signal(Date.now());
export const channel = signal(0); // the one whose days are shown; 0: all

let looking = false;
/** Look at everything; one look at a time, however slow the line. */
export async function look() {
  if (looking) return;
  looking = true;
  try {
    const [told, waits] = await Promise.all([get("/api/journal"), get("/api/journal/now")]);
    days.value = told.days;
    zone.value = told.zone;
    standing.value = { ...waits, unknown: longer("unknown", waits.unknown), waiting: longer("waiting", waits.waiting) };
    failed.value = "";
  } catch (error) {
    if (error instanceof Refused && error.status === 401) location.assign(`/login?next=${encodeURIComponent(location.pathname)}`);
    else failed.value = words(error);
  } finally {
    looking = false;
  }
}

const further = { unknown: [], waiting: [] };

/** What was fetched beyond the first page stays, as long as it is still behind it. */
const longer = (name, list) => {
  const last = list.items.at(-1)?.id;
  const after = further[name].filter((row) => last !== undefined && (name === "waiting" ? row.id > last : row.id < last));
  further[name] = list.more ? after : [];
  return { ...list, items: [...list.items, ...further[name]] };
};

export async function more(name) {
  const last = standing.value[name].items.at(-1).id;
  await told(async () => {
    const page = await get(`/api/journal/list/${name}?from=${last}`);
    further[name] = [...further[name], ...page.items];
    standing.value = { ...standing.value, [name]: { ...standing.value[name], items: [...standing.value[name].items, ...page.items], more: page.more } };
  });
}

/** Do something, say what came of it, and look again. `say` makes the sentence of the answer. */
export async function act(path, body, say) {
  await told(async () => {
    const { text, kind = "info" } = say(await post(path, body));
    toast(text, { kind, ms: 12_000 });
  });
  await look();
}

async function told(run) {
  try {
    await run();
  } catch (error) {
    toast(words(error), { kind: "error", ms: 12_000 });
  }
}

export function words(error) {
  if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
  return error instanceof Unreachable ? t("error_unreachable") : inWords(error);
}
