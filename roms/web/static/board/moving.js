// Giving a conversation to somebody else, to a team, or back to the backlog: shown at once, taken back when it is refused.
import { Refused, Unreachable, conversation, post } from "../inbox/api.js";
import { inWords, toast } from "../inbox/notices.js";
import { t } from "../inbox/text.js";
import { nameOf } from "../inbox/bits.js";
import { columns, dialog, learn, look, moving, nameOfAgent, world } from "./state.js";
import { doubts } from "./world.js";

const LONGER_MS = 9000; // for a sentence that says why

export const same = (card, to) => (to.agent ? card.assignee === to.agent : card.assignee === null && card.team === to.team);

const teamName = (key) => world.value.teams.find((each) => each.key === key)?.name ?? key;
export const placeName = (to) => (to.agent ? nameOfAgent(to.agent) : to.team ? t("to_team", { team: teamName(to.team) }) : t("backlog"));

/** Where a card stands now, so that it can be put back there. */
const placeOf = (card) => (card.assignee ? { agent: card.assignee } : { team: card.team });

/** A person may have more than he can take when somebody gives it to him, who is asked before. */
export function ask(card, to) {
  if (same(card, to) || moving.value.has(card.id)) return;
  const column = to.agent && columns.value.find(({ id }) => id === to.agent);
  const why = column ? doubts(column) : [];
  if (why.length) dialog.value = { kind: "sure", card, to, why, column };
  else move(card, to);
}

export async function move(card, to, { isUndo = false } = {}) {
  show(card.id, to.agent ? { assignee: to.agent } : { assignee: null, team: to.team, queued_at: new Date().toISOString() });
  try {
    const answer = to.agent ? await post(conversation(card.id, "/assign"), { agent: to.agent }) : await post(conversation(card.id, "/transfer"), { team: to.team });
    learn(answer.conversation);
    const undo = isUndo ? null : { label: t("undo"), run: () => move(card, placeOf(card), { isUndo: true }) };
    toast(t(isUndo ? "moved_back" : "moved", { name: nameOf(card), place: placeName(to) }), { kind: "good", act: undo });
  } catch (error) {
    refused(card, error);
  } finally {
    show(card.id, null);
  }
}

function show(id, as) {
  const next = new Map(moving.value);
  if (as) next.set(id, as);
  else next.delete(id);
  moving.value = next;
}

/** It stands where it stood; what the server knows better is looked up. */
function refused(card, error) {
  if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
  const name = nameOf(card);
  if (error instanceof Unreachable) toast(t("moved_unreachable", { name }), { kind: "error", ms: LONGER_MS });
  else if (error.status === 404) toast(t("moved_gone", { name }), { kind: "error", ms: LONGER_MS });
  else toast(t("moved_refused", { name, why: inWords(error) }), { kind: "error", ms: LONGER_MS });
  look();
}
