// What a person may do with a conversation. Which of these stand on the screen is the lifecycle's word (Summary.actions).
import { Refused, Unreachable, conversation, post } from "./api.js";
import { withSummary } from "./apply.js";
import { agentName, me } from "./boot.js";
import { choices, teamName } from "./choices.js";
import { inWords, toast } from "./notices.js";
import { chosen } from "./many.js";
import { composing, current, dialog, openId, targets, world } from "./store.js";
import { catchUp, learn, reloadList } from "./sync.js";
import { t } from "./text.js";

// action of the lifecycle -> what it is called in the address, and its picture
const VERBS = {
  agent_claimed: { verb: "claim", icon: "hand" },
  assigned: { verb: "assign", icon: "userPlus" },
  transferred: { verb: "transfer", icon: "forward" },
  snoozed: { verb: "snooze", icon: "clock" },
  woken: { verb: "wake", icon: "clock" },
  released: { verb: "release", icon: "bot" },
  paused: { verb: "pause", icon: "pause" },
  resumed: { verb: "resume", icon: "play" },
  closed: { verb: "close", icon: "check" },
};

/** The buttons of a conversation, in a fixed order. A reply is no button: the box itself is. */
export function actsOf(summary) {
  return Object.entries(VERBS).filter(([action]) => offered(summary, action)).map(([action, { verb, icon }]) => {
    const reopens = verb === "claim" && summary.mode === "CLOSED";
    const mine = verb === "claim" && summary.mode === "AGENT" && summary.assignee === me.id;
    const name = reopens ? "reopen" : verb;
    return { action, verb: name, icon: reopens ? "reopen" : icon, label: label(name, summary), disabled: mine };
  });
}

/** What the lifecycle allows and the role does; what is snoozed is woken, not snoozed again. */
function offered(summary, action) {
  if (!summary.actions.includes(action) || (action === "snoozed" && summary.snoozed_until)) return false;
  return !["assigned", "transferred"].includes(action) || mayGive(summary);
}

/** An agent hands on what is his; whoever sees to the work of others gives anything to anybody. */
export const mayGive = (summary) => me.role !== "agent" || summary.assignee === me.id;

function label(verb, summary) {
  if (verb !== "claim") return t(`act_${verb}`);
  if (summary.mode === "AGENT" && summary.assignee === me.id) return t("act_claim_mine");
  return summary.mode === "BOT" || summary.assignee ? t("act_takeover") : t("act_claim");
}

export const may = (summary, action) => Boolean(summary?.actions.includes(action));

/** Calls waiting to put the cursor into the box; the composer answers. */
export const focusComposer = (kind = "reply") => {
  composing.value = kind;
  requestAnimationFrame(() => requestAnimationFrame(() => (document.getElementById("composer") ?? document.getElementById("takeover"))?.focus()));
};

/** Whatever must be asked first has a dialog; the rest is done. Works on one conversation or on many. */
export async function ask(verb, ids = [openId.value], isMany = false) {
  targets.value = ids;
  many = isMany;
  if (verb === "close" && !choices.value.close_reasons.length) return carryOut(verb, ids, {});
  if (DIALOGS.has(verb)) dialog.value = verb;
  else await carryOut(verb, ids, {});
}

const DIALOGS = new Set(["assign", "transfer", "pause", "snooze", "release", "close", "label", "unlabel"]);

let many = false; // asked for in the bar of those chosen, be it only one

export const carryOut = (verb, ids, body) => (many ? actOnMany(verb, ids, body) : act(verb, { id: ids[0], body }));

export async function act(verb, { id = openId.value, agent = null, body = agent === null ? {} : { agent } } = {}) {
  const said = verb === "claim" || verb === "reopen" ? { from: world.value.summaries.get(id)?.assignee ?? null } : body;
  const answer = await trying(() => post(conversation(id, `/${verb}`), said), id);
  if (!answer) return;
  learn(withSummary(world.value, answer.conversation), id);
  if ((verb === "claim" || verb === "reopen") && id === openId.value) focusComposer();
  told(t(`done_${verb}`, { name: toWhom(body) }), answer.undo, [id]);
}

async function actOnMany(verb, ids, body) {
  const answer = await trying(() => post("/api/bulk", { verb, conversations: ids, ...body }));
  if (!answer) return;
  chosen.value = new Set();
  const failed = answer.results.filter(({ done }) => !done);
  const count = answer.results.length - failed.length;
  const rest = failed.length ? ` ${t("bulk_failed", { count: failed.length, why: failed[0].error.message })}` : "";
  told(`${t(`bulk_done_${verb}`, { count })}${rest}`, answer.undo, ids, failed.length && !count ? "error" : "good");
}

const toWhom = ({ agent, team }) => (agent ? (agentName(agent) ?? "") : teamName(team ?? ""));

/** What was done, and for ten seconds the way back. */
function told(text, undo, ids, kind = "good") {
  toast(text, { kind, act: undo ? { label: t("undo"), run: () => takeBack(undo, ids) } : null, ms: undo ? 6000 : 4000 });
}

async function takeBack(undo, ids) {
  const answer = await trying(() => post(`/api/bulk/${encodeURIComponent(undo)}/undo`));
  if (!answer) return;
  for (const id of ids) if (world.value.threads.has(id)) catchUp(id);
  reloadList();
  const { done, refused } = answer;
  if (refused.length) toast(t("undo_some", { count: refused.length, why: refused[0].message }), { kind: done.length ? "info" : "error" });
  else toast(t("undo_done"), { kind: "good", ms: 4000 });
}

async function trying(asking, id = null) {
  try {
    return await asking();
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
    const faster = error.code === "already_taken" && (agentName(error.data.agent) || error.data.name || t("someone"));
    toast(faster ? t("already_taken", { name: faster }) : inWords(error), { kind: "error" });
    if (id && error.status === 409) catchUp(id);
    return null;
  }
}

/** Take over the open conversation if it may be taken over; used by the banner and the keyboard. */
export function takeOver() {
  const verb = actsOf(current.value).find((each) => each.action === "agent_claimed" && !each.disabled)?.verb;
  if (verb) act(verb);
}
