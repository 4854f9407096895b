// Giving a conversation to somebody else, to a team, or back to the backlog: shown at once, taken back when it is refused.
import { Refused, Unreachable, conversation, post } from "../inbox/api.js";
import { inWords, toast } from "../inbox/notices.js";
import { t } from "../inbox/text.js";
import { nameOf } from "../inbox/bits.js";
import { columns, dialog, learn, look, moving, nameOfAgent, world } from "./state.js";
import { doubts } from "./world.js";

const LONGER_MS = 9000; // for a sentence that says why

export const BACKLOG = { backlog: true };

/** Whether it is there already. A place is {agent}, {team} or the backlog of whichever team it is in. */
export const same = (card, to) => (to.agent ? card.assignee === to.agent : card.assignee === null && (to.backlog || card.team === to.team));

const teamName = (key) => world.value.teams.find((each) => each.key === key)?.name ?? key;
export const placeName = (to) => (to.agent ? nameOfAgent(to.agent) : to.team ? t("to_team", { team: teamName(to.team) }) : t("backlog"));

/** What a team or the backlog is given may find somebody with room at once. */
const whereTo = (to, { assignee }) => (assignee && assignee !== to.agent ? t("and_on", { place: placeName(to), name: nameOfAgent(assignee) }) : placeName(to));

/** A person may have more than he can take when somebody gives it to him, who is asked before. */
export function ask(card, to) {
  if (same(card, to) || moving.value.has(card.id)) return;
  const column = to.agent && columns.value.find(({ id }) => id === to.agent);
  const why = column ? doubts(column) : [];
  if (why.length) dialog.value = { kind: "sure", card, to, why, column };
  else move(card, to);
}

export const move = (card, to) =>
  attempt(card, shownAs(card, to), async () => {
    const answer = await sent(card, to);
    learn(answer.conversation);
    const undo = { label: t("undo"), run: () => (answer.undo ? takeBack(card, answer.undo) : move(card, placeOf(card))) };
    toast(t("moved", { name: nameOf(card), place: whereTo(to, answer.conversation) }), { kind: "good", act: undo });
  });

/** Where it stood, as a place to go to. */
const placeOf = ({ assignee, team }) => (assignee ? { agent: assignee } : team ? { team } : BACKLOG);

function sent({ id }, to) {
  if (to.agent) return post(conversation(id, "/assign"), { agent: to.agent });
  return to.team ? post(conversation(id, "/transfer"), { team: to.team }) : post(conversation(id, "/give-back"));
}

const shownAs = (card, to) => (to.agent ? { assignee: to.agent } : { assignee: null, team: to.team ?? card.team, queued_at: new Date().toISOString() });

/** As it was, also its place in the backlog; not where somebody has touched it since. */
const takeBack = (card, name) =>
  attempt(card, { assignee: card.assignee, team: card.team, queued_at: card.queued_at }, async () => {
    const { refused } = await post(`/api/bulk/${encodeURIComponent(name)}/undo`);
    if (refused.length) toast(t("moved_back_not", { name: nameOf(card), why: refused[0].message }), { kind: "error", ms: LONGER_MS });
    else toast(t("moved_back", { name: nameOf(card) }), { kind: "good" });
    await look();
  });

/** Shown as it will be until the server has answered; what it refuses stands where it stood. */
async function attempt(card, as, run) {
  show(card.id, as);
  try {
    await run();
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
    toast(whyNot(nameOf(card), error), { kind: "error", ms: LONGER_MS });
    look();
  } finally {
    show(card.id, null);
  }
}

function whyNot(name, error) {
  if (error instanceof Unreachable) return t("moved_unreachable", { name });
  return error.status === 404 ? t("moved_gone", { name }) : t("moved_refused", { name, why: inWords(error) });
}

function show(id, as) {
  const next = new Map(moving.value);
  if (as) next.set(id, as);
  else next.delete(id);
  moving.value = next;
}
