// What a person may do with a conversation. Which of these stand on the screen is the lifecycle's word (Summary.actions).
import { Refused, Unreachable, conversation, post } from "./api.js";
import { withSummary } from "./apply.js";
import { agentName, me } from "./boot.js";
import { inWords, toast } from "./notices.js";
import { composing, current, openId, world } from "./store.js";
import { catchUp, learn } from "./sync.js";
import { t } from "./text.js";

// action of the lifecycle -> what it is called in the address, and its picture
const VERBS = {
  agent_claimed: { verb: "claim", icon: "hand" },
  assigned: { verb: "assign", icon: "userPlus" },
  released: { verb: "release", icon: "bot" },
  paused: { verb: "pause", icon: "pause" },
  resumed: { verb: "resume", icon: "play" },
  closed: { verb: "close", icon: "check" },
};

/** The buttons of a conversation, in a fixed order. A reply is no button: the box itself is. */
export function actsOf(summary) {
  return Object.entries(VERBS).filter(([action]) => summary.actions.includes(action)).map(([action, { verb, icon }]) => {
    const reopens = verb === "claim" && summary.mode === "CLOSED";
    const mine = verb === "claim" && summary.mode === "AGENT" && summary.assignee === me.id;
    const name = reopens ? "reopen" : verb;
    return { action, verb: name, icon: reopens ? "reopen" : icon, label: label(name, summary), disabled: mine };
  });
}

function label(verb, summary) {
  if (verb !== "claim") return t(`act_${verb}`);
  if (summary.mode === "AGENT" && summary.assignee === me.id) return t("act_claim_mine");
  return summary.mode === "BOT" || summary.assignee ? t("act_takeover") : t("act_claim");
}

export const may = (summary, action) => Boolean(summary?.actions.includes(action));

/** Calls waiting to put the cursor into the box; the composer answers. */
export const focusComposer = (kind = "reply") => {
  composing.value = kind;
  requestAnimationFrame(() => requestAnimationFrame(() => document.getElementById("composer")?.focus()));
};

export async function act(verb, { id = openId.value, agent = null } = {}) {
  try {
    const answer = await post(conversation(id, `/${verb}`), agent === null ? {} : { agent });
    learn(withSummary(world.value, answer.conversation), id);
    told(verb, id, agent);
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
    toast(inWords(error), { kind: "error" });
    if (error.code === "conflict") catchUp(id);
  }
}

function told(verb, id, agent) {
  if ((verb === "claim" || verb === "reopen") && id === openId.value) focusComposer();
  const undo = verb === "close" ? { label: t("act_reopen"), run: () => act("reopen", { id }) } : null;
  toast(t(`done_${verb}`, { name: agentName(agent) ?? "" }), { kind: "good", act: undo, ms: 4000 });
}

/** Take over the open conversation if it may be taken over; used by the banner and the keyboard. */
export function takeOver() {
  const verb = actsOf(current.value).find((each) => each.action === "agent_claimed" && !each.disabled)?.verb;
  if (verb) act(verb);
}
