// What the page knows, and the way to the server: a refusal that wants the password is asked for it and tried again.
import { signal } from "../vendor/ui.js";
import { Refused, Unreachable, call, get } from "../inbox/api.js";
import { inWords, toast } from "../inbox/notices.js";
import { t } from "../inbox/text.js";

export const list = signal(null);
export const kinds = signal([]);
export const current = signal(null); // the channel that is shown, whole
export const made = signal({}); // channel -> secrets of ours, told this once
export const failed = signal("");
export const now = signal(Date.now());
export const place = signal(read());
export const asking = signal(null); // {resolve} while the password is asked for

function read() {
  const hash = location.hash.slice(1);
  if (/^\d+$/.test(hash)) return { name: "one", id: Number(hash) };
  return { name: hash === "add" ? "add" : "list", id: null };
}

export const go = (hash) => {
  location.hash = hash;
};

export async function follow() {
  place.value = read();
  if (current.value?.id !== place.value.id) current.value = null;
  await look();
  document.getElementById("page")?.focus();
}

let looking = false;
/** Look at what is shown; one look at a time, however slow the line. */
export async function look() {
  if (looking) return;
  looking = true;
  try {
    const { name, id } = place.value;
    if (list.value === null || name === "list") {
      const found = await get("/api/channels");
      list.value = found.channels;
      kinds.value = found.kinds;
    }
    const wanted = id ?? (name === "add" ? current.value?.id : null);
    if (wanted) show((await get(`/api/channels/${wanted}`)).channel);
    failed.value = "";
  } catch (error) {
    if (error instanceof Refused && error.status === 401) location.assign(`/login?next=${encodeURIComponent(location.pathname)}`);
    else if (error instanceof Refused && error.status === 404) go("");
    else failed.value = words(error);
  } finally {
    looking = false;
  }
}

export function show(channel) {
  if (place.value.id === null || place.value.id === channel.id) current.value = channel;
}

/** Do something; the answer, or null after the person was told why not. `onRefused` may take a refusal for its own. */
export async function act(method, path, body, onRefused = () => false) {
  try {
    const answer = await confirmed(() => call(method, path, body));
    if (answer?.channel) show(answer.channel);
    if (answer?.made && Object.keys(answer.made).length) made.value = { ...made.value, [answer.channel.id]: { ...made.value[answer.channel.id], ...answer.made } };
    return answer ?? {};
  } catch (error) {
    if (error instanceof Cancelled) return null;
    if (!(error instanceof Refused && onRefused(error))) toast(words(error), { kind: "error" });
    return null;
  }
}

class Cancelled extends Error {}

async function confirmed(ask) {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof Refused && error.code === "confirm_password")) throw error;
    const given = await new Promise((resolve) => (asking.value = { resolve }));
    asking.value = null;
    if (!given) throw new Cancelled();
    return ask();
  }
}

export function words(error) {
  if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
  return error instanceof Unreachable ? t("error_unreachable") : inWords(error);
}

export const path = (rest = "", id = current.value.id) => `/api/channels/${id}${rest}`;
