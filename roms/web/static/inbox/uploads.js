// Files on their way to the server, before they are part of a message. Each conversation has a tray of its own.
import { signal } from "../vendor/ui.js";
import { conversation, remove } from "./api.js";
import { boot } from "./boot.js";
import { begin } from "./drafts.js";
import { uuid } from "./sends.js";
import { current, world } from "./store.js";
import { t, tell } from "./text.js";
import { sizeText } from "../common/signs.js";

// item: {key, name, size, type, kind, state: refused|uploading|ready|failed, progress 0..1, text, content, caption, source}
export const trays = signal(new Map()); // conversation -> items
const running = new Map(); // key -> XMLHttpRequest

export const trayOf = (id) => trays.value.get(id) ?? [];

const put = (id, items) => {
  trays.value = new Map(trays.value).set(id, items);
};
export const change = (id, key, values) => put(id, trayOf(id).map((item) => (item.key === key ? { ...item, ...values } : item)));

/** What may be sent here: kind -> {types, most}; empty where the channel takes no files. */
const filesOf = (id) => world.value.summaries.get(id)?.can?.files ?? {};
export const takesFiles = () => Object.keys(current.value?.can?.files ?? {}).length > 0;

// What browsers call by another name, as their system's table of endings has it; the server looks at the bytes.
const SAME = {
  "audio/x-m4a": "audio/mp4", "audio/m4a": "audio/mp4", "audio/x-aac": "audio/aac", "audio/vnd.dlna.adts": "audio/aac", "audio/mp3": "audio/mpeg", "audio/x-mp3": "audio/mpeg",
  "audio/opus": "audio/ogg", "application/ogg": "audio/ogg", "video/ogg": "audio/ogg", "image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg",
};

const fits = (type, wanted) => wanted === "*" || wanted === "*/*" || wanted === type || (wanted.endsWith("/*") && type.startsWith(wanted.slice(0, -1)));
const takes = (rule, type) => Boolean(rule?.types.some((wanted) => fits(type, wanted)));

/** As what a file goes out, and whether it may: known before a single byte is sent. What its kind cannot take may go as a document. */
export function judge(files, { type, size }) {
  const named = (type || "application/octet-stream").split(";")[0];
  const bare = SAME[named] ?? named;
  const own = ["image", "video", "audio"].find((each) => bare.startsWith(`${each}/`)) ?? "document";
  const kinds = [...new Set([own, "document"])].filter((each) => takes(files[each], bare));
  if (!kinds.length) return { kind: own, problem: "type" };
  if (!size) return { kind: kinds[0], problem: "empty" };
  const kind = kinds.find((each) => size <= files[each].most);
  return kind ? { kind, problem: null } : { kind: kinds[0], problem: "size", most: Math.max(...kinds.map((each) => files[each].most)) };
}

export function add(id, list, { voice = false } = {}) {
  begin(id, world.value.threads.get(id)?.n ?? 0);
  for (const file of list) {
    const { kind, problem, most } = judge(filesOf(id), file);
    const item = { key: uuid(), name: file.name || t(`kind_name_${kind}`), size: file.size, type: file.type, kind, state: "uploading", progress: 0, text: "", content: null, caption: "", source: file, voice };
    if (problem) Object.assign(item, { state: "refused", text: t(`upload_${problem}`, { most: sizeText(most ?? 0) }) });
    put(id, [...trayOf(id), item]);
    if (!problem) upload(id, item);
  }
}

/** A file that the server has already: that of a saved reply. */
export function addReady(id, content) {
  const item = { key: uuid(), name: content.name, size: content.size, type: content.mime, kind: content.kind, state: "ready", progress: 1, text: "", content, caption: "", source: null };
  put(id, [...trayOf(id), item]);
}

/** fetch() tells nothing of its progress: this is what XMLHttpRequest is still for. Rejects with words for a person. */
export function transfer(id, { source, name, voice }, { onStart = null, onProgress = null } = {}) {
  const request = new XMLHttpRequest();
  const form = new FormData();
  form.append("file", source, name);
  if (voice) form.append("voice", "1");
  request.open("POST", conversation(id, "/files"));
  request.setRequestHeader("X-CSRFToken", boot.csrf);
  request.responseType = "json";
  request.upload.onprogress = (event) => event.lengthComputable && onProgress?.(event.loaded / event.total);
  onStart?.(request);
  return new Promise((resolve, reject) => {
    request.onload = () => (request.status === 201 && request.response?.file ? resolve(request.response.file) : reject(new Error(reasonOf(request))));
    request.onerror = () => reject(new Error(t("error_unreachable")));
    request.send(form);
  });
}

function reasonOf({ status, response }) {
  const error = response?.error;
  return tell(error?.data?.say) || error?.message || t(status === 413 ? "upload_too_large" : "error_refused", { code: error?.code ?? status });
}

async function upload(id, item) {
  const onProgress = (progress) => change(id, item.key, { progress });
  try {
    const content = await transfer(id, item, { onStart: (request) => running.set(item.key, request), onProgress });
    change(id, item.key, { state: "ready", progress: 1, content, kind: content.kind ?? item.kind });
  } catch (error) {
    change(id, item.key, { state: "failed", text: error.message });
  } finally {
    running.delete(item.key);
  }
}

export function again(id, item) {
  change(id, item.key, { state: "uploading", progress: 0, text: "" });
  upload(id, item);
}

/** Take one out of the tray: what is on its way is stopped, what has arrived is taken back. */
export function drop(id, item) {
  running.get(item.key)?.abort();
  put(id, trayOf(id).filter(({ key }) => key !== item.key));
  if (item.content?.file) remove(`/api/files/${encodeURIComponent(item.content.file)}`).catch(() => null); // the server clears what is never sent
}

/** All that has arrived, which leaves the tray: it is about to be sent. */
export function take(id) {
  const ready = trayOf(id).filter(({ state }) => state === "ready");
  put(id, trayOf(id).filter(({ state }) => state !== "ready"));
  return ready;
}
