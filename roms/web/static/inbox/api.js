// Requests to the server. A refusal is a Refused with the server's words; no answer at all is an Unreachable.
import { boot } from "./boot.js";

export class Refused extends Error {
  constructor(status, { code, message, data }) {
    super(message);
    Object.assign(this, { status, code, data: data ?? {} });
  }
}

export class Unreachable extends Error {}

const PATIENCE_MS = 15_000;

export async function call(method, path, body) {
  let answer;
  try {
    answer = await fetch(path, {
      method,
      headers: { "X-CSRFToken": boot.csrf, ...(body === undefined ? {} : { "Content-Type": "application/json" }) },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
  } catch (error) {
    throw new Unreachable(error.message);
  }
  // Signing out ends at a page, which nobody here reads.
  if (answer.ok) return answer.status === 204 || answer.redirected ? null : read(answer);
  // 502-504 are a proxy's word that nobody is at home: the same as no answer.
  if (answer.status >= 502 && answer.status <= 504) throw new Unreachable(String(answer.status));
  throw new Refused(answer.status, await reason(answer));
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
export const conversation = (id, rest = "") => `/api/conversations/${encodeURIComponent(id)}${rest}`;
