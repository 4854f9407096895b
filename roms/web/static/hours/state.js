// What the page knows: all opening hours, the teams that keep them, and the one that is being edited, as a draft.
import { computed, signal } from "../vendor/ui.js";
import { Refused, Unreachable, call, get, post } from "../inbox/api.js";
import { inWords, toast } from "../inbox/notices.js";
import { t, tell } from "../inbox/text.js";

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

export const all = signal(null); // what the server told
export const failed = signal("");
export const openId = signal(read());
export const draft = signal(null); // the hours that are edited, as they stand on the page
export const wrong = signal(""); // what the server did not like about it
export const saved = signal(""); // the draft as it was when it was last read or saved
export const isChanged = computed(() => draft.value !== null && JSON.stringify(draft.value) !== saved.value);
export const current = computed(() => all.value?.hours.find(({ id }) => id === openId.value) ?? null);

function read() {
  return Number(location.hash.slice(1)) || 0;
}

export function follow() {
  openId.value = read();
  begin();
}

/** Edit what the server has; the page's own copy, so that nothing changes before it is saved. */
export function begin() {
  const { name, zone, open, holidays, days } = current.value ?? {};
  draft.value = current.value && structuredClone({ name, zone, open, holidays, days });
  saved.value = JSON.stringify(draft.value);
  wrong.value = "";
}

export const edit = (change) => {
  const copy = structuredClone(draft.value);
  change(copy);
  draft.value = copy;
};

export async function look() {
  try {
    all.value = await get("/api/hours");
    failed.value = "";
  } catch (error) {
    if (error instanceof Refused && error.status === 401) location.assign(`/login?next=${encodeURIComponent(location.pathname)}`);
    else failed.value = words(error);
  }
}

export async function save() {
  const { name, zone, open, holidays, days } = draft.value;
  const body = { name, zone, open, days: Object.fromEntries(days.map((day) => [day.date, day.open])), holidays: Object.fromEntries(holidays.map((day) => [day.date, { name: day.name, open: day.open }])) };
  wrong.value = "";
  try {
    await call("PUT", `/api/hours/${openId.value}`, body);
    await look();
    begin();
    toast(t("saved"));
  } catch (error) {
    wrong.value = words(error);
  }
}

export async function make(name) {
  await told(async () => {
    const { id } = await post("/api/hours", { name });
    await look();
    location.hash = String(id);
  });
}

export async function fill(body) {
  await told(async () => {
    const { added, found } = await post(`/api/hours/${openId.value}/holidays`, body);
    await look();
    begin();
    toast(t("filled", { count: added, found }));
  });
}

export async function give(team, hours, within) {
  await told(async () => {
    await call("PUT", `/api/hours/teams/${team.id}`, { hours, answer_within: within });
    await look();
    toast(t("given", { team: team.name }));
  });
}

async function told(run) {
  try {
    await run();
  } catch (error) {
    toast(words(error), { kind: "error", ms: 12_000 });
  }
}

function words(error) {
  if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
  if (error instanceof Unreachable) return t("error_unreachable");
  return tell(error.data?.say) || inWords(error);
}
