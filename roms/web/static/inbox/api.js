// Requests to the server. A refusal is a Refused with the server's words; no answer at all is an Unreachable.
import { signal } from "../vendor/ui.js";
import { boot } from "./boot.js";

export const skew = signal(0); // ms that the server's clock is ahead of ours; deadlines are the server's

export class Refused extends Error {
  constructor(status, { code, message, data }) {
    super(message);
    Object.assign(this, { status, code, data: data ?? {} });
  }
}

export class Unreachable extends Error {}

const PATIENCE_MS = 15_000;

const writes = new Set(); // under way
let reads = new AbortController();
let isLeaving = false;

export async function call(method, path, body) {
  if (isLeaving) throw new Unreachable("signing out");
  const answer = await (method === "GET" ? ask(method, path, body, reads.signal) : written(ask(method, path, body)));
  compareClocks(answer);
  if (answer.ok) return answer.status === 204 ? null : read(answer);
  // 502-504 are a proxy's word that nobody is at home: the same as no answer.
  if (answer.status >= 502 && answer.status <= 504) throw new Unreachable(String(answer.status));
  throw new Refused(answer.status, await reason(answer));
}

async function ask(method, path, body, until) {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  try {
    return await fetch(path, {
      method,
      headers: { "X-CSRFToken": boot.csrf, ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: until ? AbortSignal.any([until, patience]) : patience,
    });
  } catch (error) {
    throw new Unreachable(error.message);
  }
}

function written(asking) {
  writes.add(asking);
  return asking.finally(() => writes.delete(asking));
}

/** The last request of this session: what is being written is waited for, what is being read is given up, and nobody asks any more. */
export async function leave(path) {
  isLeaving = true;
  reads.abort();
  await Promise.allSettled(writes);
  try {
    const answer = await ask("POST", path);
    if (answer.status >= 500) throw new Unreachable(String(answer.status)); // refused: we are out already
  } catch (error) {
    reads = new AbortController();
    isLeaving = false;
    throw error;
  }
}

/** The header is cut to whole seconds: less than two of difference says nothing. */
function compareClocks(answer) {
  const theirs = Date.parse(answer.headers.get("Date") ?? "");
  if (!Number.isFinite(theirs)) return;
  const ahead = theirs + 500 - Date.now();
  const fresh = Math.abs(ahead) < 2000 ? 0 : ahead;
  if (Math.abs(fresh - skew.value) > 2000) skew.value = fresh;
}

/** A line that breaks in the middle of an answer is as good as none. */
async function read(answer) {
  try {
    return await answer.json();
  } catch (error) {
    throw new Unreachable(error.message);
  }
}

async function reason(answer) {
  const type = answer.headers.get("Content-Type") ?? "";
  const body = type.includes("json") ? await read(answer) : {};
  return body.error ?? { code: `http_${answer.status}`, message: "" };
}

export const get = (path) => call("GET", path);
export const post = (path, body = {}) => call("POST", path, body);
export const put = (path, body) => call("PUT", path, body);
export const patch = (path, body) => call("PATCH", path, body);
export const remove = (path, body) => call("DELETE", path, body);
export const conversation = (id, rest = "") => `/api/conversations/${encodeURIComponent(id)}${rest}`;
