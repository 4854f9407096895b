// Requests to ROMS with the visitor's token. An answer is a value; a failure is a Failure that says whether to try again.

export class Failure extends Error {
  constructor(status, code, wait = 0) {
    super(code);
    this.status = status; // 0: no answer at all
    this.code = code;
    this.wait = wait; // seconds the server asked us to wait
  }

  /** True when the same request may succeed later without the visitor doing anything. */
  get passing() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

const PATIENCE = 15_000; // ms

export function createApi({ memory, language, onReach }) {
  let session = null; // one request for a token at a time

  async function token() {
    const known = memory.get("token");
    if (known) return known;
    session ??= begin().finally(() => (session = null));
    return session;
  }

  async function begin() {
    const { token: fresh } = await request("POST", "session", { language }, null);
    memory.set("token", fresh);
    return fresh;
  }

  async function call(method, path, body) {
    const held = await token();
    try {
      return await request(method, path, body, held);
    } catch (failure) {
      if (failure.status !== 401) throw failure;
      if (memory.get("token") === held) memory.drop("token"); // not known any more: begin afresh, once
      return request(method, path, body, await token());
    }
  }

  async function request(method, path, body, bearer) {
    const headers = { Accept: "application/json" };
    if (bearer) headers.Authorization = `Bearer ${bearer}`;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const options = { method, headers, credentials: "omit", cache: "no-store", signal: AbortSignal.timeout(PATIENCE) };
    const answer = await fetch(`/widget/api/${path}`, { ...options, body: body && JSON.stringify(body) }).catch(() => null);
    onReach(answer !== null && answer.status < 502);
    if (answer === null) throw new Failure(0, "offline");
    if (!answer.ok) throw await failureOf(answer);
    return answer.status === 204 ? null : answer.json().catch(brokenOff);
  }

  return {
    known: () => memory.get("token") !== null,
    messages: (after) => call("GET", `messages?after=${after}`),
    send: (message) => call("POST", "messages", message),
    seen: (delivered, read) => call("POST", "seen", { delivered, read }),
    typing: (on) => call("POST", "typing", { on }),
    ticket: () => call("POST", "ticket", {}),
  };
}

/** A line that breaks in the middle of an answer is as good as none. */
function brokenOff() {
  throw new Failure(0, "offline");
}

async function failureOf(answer) {
  const told = await answer.json().catch(() => null);
  return new Failure(answer.status, told?.error?.code ?? "unknown", Number(answer.headers.get("Retry-After")) || 0);
}
