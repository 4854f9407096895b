// What the board knows, and how a fact from the server changes it. Pure: no DOM, no network, no clock of its own.
//
// World = {at, team, whole, most, nextDue, cards: Map id -> Card, gone: Map id -> {seq, at}, agents: Map id -> Agent,
//          backlog: Figures, teams, labels}
//   whole  every open conversation is a card: all figures are counted here; else the server's hold until the next look
//   gone   what left the board a short while ago, so that a frame that comes late does not bring it back

const REMEMBERED_MS = 60_000;
const LONGEST_MS = 10_000; // a transaction: what it writes bears the time of its beginning
const FIGURES = ["open", "overdue", "team_open", "team_overdue"];

export const emptyWorld = () => ({
  at: null, team: "", whole: true, most: Infinity, nextDue: null, cards: new Map(), gone: new Map(), agents: new Map(),
  backlog: nothing(), teams: [], labels: {},
});

const nothing = () => Object.fromEntries(FIGURES.map((name) => [name, 0]));

export const isOpen = (summary) => summary.mode === "AGENT" && !summary.snoozed_until;
export const isOverdue = (card, now) => Boolean(card.answer_by) && Date.parse(card.answer_by) <= now;

const quiet = (world) => ({ world, reload: false });

/** One frame from the line: the new world, and whether only a look at the server can tell the rest. */
export function apply(world, frame, now) {
  if (frame.t === "presence") return presence(world, frame);
  if (frame.t === "moved") return { world, reload: !knows(world, frame.c, frame.s) };
  if (frame.t === "change") return change(world, frame.conversation, now);
  return { world, reload: frame.t === "people" };
}

const seqOf = (world, id) => world.cards.get(id)?.seq ?? world.gone.get(id)?.seq ?? -1;
const knows = (world, id, seq) => seqOf(world, id) >= seq;

function presence(world, { user, presence, since, connected_at }) {
  const agent = world.agents.get(user);
  if (!agent) return { world, reload: true };
  const told = { ...agent, presence, since, connected_at: connected_at === undefined ? agent.connected_at : connected_at };
  return quiet({ ...world, agents: new Map(world.agents).set(user, told) });
}

export function change(world, summary, now) {
  if (seqOf(world, summary.id) > summary.seq) return quiet(world);
  const next = isOpen(summary) ? withCard(world, summary) : withoutCard(world, summary, now);
  const stranger = isOpen(summary) && summary.assignee !== null && !world.agents.has(summary.assignee);
  return { world: next, reload: stranger || next.cards.size > world.most || (!world.whole && mayCount(world, summary)) };
}

/** Of many, some are only counted. What was elsewhere already when we looked, and still is, was not among them. */
function mayCount(world, summary) {
  return summary.mode === "AGENT" || world.cards.has(summary.id) || Date.parse(summary.mode_since) >= Date.parse(world.at) - LONGEST_MS;
}

function withCard(world, card) {
  const gone = new Map(world.gone);
  gone.delete(card.id);
  return { ...world, cards: new Map(world.cards).set(card.id, card), gone };
}

function withoutCard(world, { id, seq }, now) {
  const cards = new Map(world.cards);
  cards.delete(id);
  return { ...world, cards, gone: new Map(recent(world.gone, now)).set(id, { seq, at: now }) };
}

const recent = (gone, now) => [...gone].filter(([, { at }]) => now - at < REMEMBERED_MS);

/**
 * A look at the server takes the place of all that is held. `heard` are the frames that came while it was on its way:
 * only they can be newer than it.
 */
export function taken(world, told, heard, now) {
  const cards = new Map(told.cards.map((card) => [card.id, card]));
  let next = {
    at: told.at, team: told.team, whole: told.whole, most: told.most, nextDue: told.next_due, backlog: told.backlog, teams: told.teams,
    labels: told.labels, gone: new Map(recent(world.gone, now).filter(([id]) => !cards.has(id))), cards, agents: new Map(told.agents.map((agent) => [agent.id, agent])),
  };
  let reload = false;
  for (const frame of heard) {
    if (!isNews(next, frame)) continue;
    const answer = apply(next, frame, now);
    next = answer.world;
    reload ||= answer.reload;
  }
  return { world: next, reload };
}

/** Whether a frame tells more than a look does that was asked for before it came. */
function isNews(world, frame) {
  if (frame.t === "change") return !knows(world, frame.conversation.id, frame.conversation.seq);
  const agent = world.agents.get(frame.user);
  return !agent || isLater(frame.since, agent.since) || isLater(frame.connected_at, agent.connected_at);
}

const isLater = (a, b) => (stamp(a) ?? 0) > (stamp(b) ?? 0);

const ascending = (a, b) => (a === b ? 0 : a === null || a === undefined ? 1 : b === null || b === undefined ? -1 : a < b ? -1 : 1);
const stamp = (at) => (at ? Date.parse(at) : null);

/** The backlog as it is drained; services/board.py has the same order. */
const drained = (a, b) =>
  ascending(a.rank, b.rank) || ascending(stamp(a.queued_at ?? a.mode_since), stamp(b.queued_at ?? b.mode_since)) || older(a, b);
const dueFirst = (a, b) => ascending(stamp(a.answer_by), stamp(b.answer_by)) || ascending(stamp(a.waiting_since), stamp(b.waiting_since)) || older(a, b);
const older = (a, b) => ascending(stamp(a.created_at), stamp(b.created_at)) || ascending(a.id, b.id);

/** Those who have waited longest for a person, wherever they are. */
export function longest(world, { team, count }) {
  const waiting = [...world.cards.values()].filter((card) => card.waiting_since && inTeam(card, team));
  return waiting.sort((a, b) => ascending(stamp(a.waiting_since), stamp(b.waiting_since)) || older(a, b)).slice(0, count);
}

const inTeam = (card, team) => !team || card.team === team;

/** The columns from left to right: the backlog, then people, those who are there first. */
export function columns(world, { team = "", late = false, now }) {
  const held = byHolder(world.cards);
  const made = (agent) => column(world, agent, held.get(agent?.id ?? null) ?? [], { team, late, now });
  const people = [...world.agents.values()].map(made).filter((each) => isShown(each, team));
  const present = ({ agent }) => (agent.is_active && agent.presence === "available" ? 0 : 1);
  people.sort((a, b) => present(a) - present(b) || ascending(a.agent.name.toLowerCase(), b.agent.name.toLowerCase()) || a.agent.id - b.agent.id);
  return [made(null), ...people];
}

function byHolder(cards) {
  const held = new Map();
  for (const card of cards.values()) {
    if (held.has(card.assignee)) held.get(card.assignee).push(card);
    else held.set(card.assignee, [card]);
  }
  return held;
}

function column(world, agent, cards, { team, late, now }) {
  const mine = cards.filter((card) => inTeam(card, team));
  const shown = late ? mine.filter((card) => isOverdue(card, now)) : mine;
  const counted = world.whole ? counts(cards, mine, now) : told(world, agent, team);
  return { agent, id: agent?.id ?? null, cards: shown.sort(agent ? dueFirst : drained), ...counted };
}

function counts(cards, mine, now) {
  const over = (some) => some.filter((card) => isOverdue(card, now)).length;
  return { load: cards.length, open: mine.length, overdue: over(mine) };
}

/** The server's figures, of its last look. */
function told(world, agent, team) {
  const figures = agent ?? world.backlog;
  const [open, overdue] = team ? [figures.team_open, figures.team_overdue] : [figures.open, figures.overdue];
  return { load: figures.open, open, overdue };
}

/** Agents always; others where there is something to be seen of them. */
function isShown({ agent, load, open }, team) {
  if (team) return open > 0 || (agent.is_active && agent.teams.includes(team));
  return load > 0 || (agent.is_active && (agent.role === "agent" || agent.teams.length > 0));
}

export function sums(all) {
  const people = all.filter(({ agent }) => agent?.is_active);
  return {
    present: people.filter(({ agent }) => agent.presence === "available").length,
    people: people.length,
    open: all.slice(1).reduce((sum, { open }) => sum + open, 0),
    overdue: all.reduce((sum, { overdue }) => sum + overdue, 0),
    backlog: all[0].open,
  };
}

/** Whether a person has as much as he can take, or is not there: somebody may give him more, knowing it. */
export function doubts({ agent, load }) {
  const full = agent.capacity !== null && load >= agent.capacity;
  return [full && "full", agent.presence === "away" && "away"].filter(Boolean);
}
