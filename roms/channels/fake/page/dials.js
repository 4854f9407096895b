// Faults by dial, and how the two linked accounts are.
import { at, button, element, post } from "./tools.js";
import { say } from "./words.js";

const FAULTS = {
  f_429: { status: 429, retry_after: "3" },
  f_500: { status: 500 },
  f_500after: { status: 500, before_accept: false },
  f_hang: { hang: true },
  f_cut: { cut: true, before_accept: false },
  f_failed: { failed: { meta: 131026, twilio: 63024 } },
  f_never: { statuses: [] },
  f_early: { early_status: true },
  f_repeat: { on: "webhook", repeat: 2 },
  f_hold: { on: "webhook", hold: true },
  f_drop: { on: "webhook", drop: true },
  f_media404: { on: "media", status: 404 },
  f_slow: { on: "media", delay_ms: 8000 },
};
const STATES = ["working", "scan", "passkey", "stopped", "failed"];
let drawn = "";

export function drawDials(state, current, account, ask) {
  at("dialled").textContent = state.faults ? `(${state.faults})` : "";
  const now = JSON.stringify([state.gateways, account, document.documentElement.lang]);
  if (now === drawn) return;
  drawn = now;
  const row = element("div", "dials");
  for (const [label, fault] of Object.entries(FAULTS)) {
    const failed = fault.failed ? { failed: fault.failed[account] ?? 500 } : {};
    row.append(button("dial", say(label), () => turn("/_faults", { account, ...fault, ...failed }, ask)));
  }
  row.append(
    button("dial", say("f_window"), () => current() && turn("/_window", { person: current().key, account }, ask)),
    button("dial calm", say("f_calm"), () => turn("/_calm", {}, ask)),
  );
  at("dial-list").replaceChildren(row, ...Object.entries(state.gateways ?? {}).map(([kind, gateway]) => link(kind, gateway, ask)));
}

function link(kind, gateway, ask) {
  const row = element("div", "dials");
  const words = [kind, say(`s_${gateway.state}`), gateway.pairing].filter(Boolean).join(" · ");
  row.append(element("b", "gateway", words));
  for (const state of STATES) {
    if (state === gateway.state) continue;
    row.append(button(`dial ${state === "working" ? "calm" : ""}`, say(`g_${state}`), () => turn("/_gateway", { account: kind, state }, ask)));
  }
  return row;
}

async function turn(path, body, ask) {
  await post(path, body);
  await ask();
}
