// What is on the board, as signals, and the way to the server: one look, then live frames; another look where they do not tell.
import { batch, computed, signal } from "../vendor/ui.js";
import { Refused, Unreachable, get, skew } from "../inbox/api.js";
import { remembered } from "../inbox/memory.js";
import { signedOut } from "../inbox/store.js";
import * as rules from "./world.js";

const AGAIN_MS = 700; // between two looks that frames ask for
const FAILED_MS = 2000;

export const world = signal(rules.emptyWorld());
export const state = signal("loading"); // loading | ready | error
export const team = remembered("board.team", "");
export const late = signal(false); // only what is overdue
export const moving = signal(new Map()); // id -> what a card is shown as until the server has answered
export const dragged = signal(null); // id
export const dialog = signal(null); // {kind, …}
export const now = signal(Date.now());

/** The server's clock: what is due is due there. */
export const moment = computed(() => now.value + skew.value);

const shown = computed(() => {
  const cards = new Map(world.value.cards);
  for (const [id, as] of moving.value) if (cards.has(id)) cards.set(id, { ...cards.get(id), ...as });
  return { ...world.value, cards };
});
const chosen = computed(() => (world.value.teams.some(({ key }) => key === team.value) ? team.value : ""));
export const columns = computed(() => rules.columns(shown.value, { team: chosen.value, late: late.value, now: moment.value }));
export const sums = computed(() => rules.sums(columns.value));
export const longest = computed(() => rules.longest(shown.value, { team: chosen.value, count: 6 }));
export const agentOf = (id) => world.value.agents.get(id) ?? null;
export const nameOfAgent = (id) => agentOf(id)?.name ?? "?";

let heard = []; // frames that came while a look is on its way
let timer = null;

export function enter(frame) {
  if (frame.t === "change" || frame.t === "presence") heard.push(frame);
  const { world: next, reload } = rules.apply(world.value, frame, Date.now());
  world.value = next;
  if (reload) lookSoon();
}

/** The answer to one of our own acts; the same fact comes as a frame, before or after. */
export const learn = (summary) => enter({ t: "change", conversation: summary });

function lookSoon(ms = AGAIN_MS) {
  timer ??= setTimeout(async () => {
    timer = null;
    if (!(await look()) && !signedOut.value) lookSoon(FAILED_MS * (0.5 + Math.random()));
  }, ms);
}

let looking = null;
let lookAgain = false;
/** One at a time: asked for meanwhile, it looks once more, so that the newest answer comes last. False: ask again. */
export function look() {
  if (looking) lookAgain = true;
  else looking = lookUntilQuiet();
  return looking;
}

async function lookUntilQuiet() {
  try {
    do {
      lookAgain = false;
      if (!(await lookOnce())) return false;
    } while (lookAgain);
    return true;
  } finally {
    looking = null;
  }
}

async function lookOnce() {
  heard = [];
  try {
    const told = await get(`/api/board${team.value ? `?team=${encodeURIComponent(team.value)}` : ""}`);
    const { world: next, reload } = rules.taken(world.value, told, heard, Date.now());
    batch(() => {
      world.value = next;
      state.value = "ready";
    });
    if (reload) lookSoon();
    return true;
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
    if (error.status === 401) signedOut.value = true;
    if (state.value === "loading") state.value = "error";
    return false;
  }
}

export function chooseTeam(key) {
  team.value = key;
  if (!world.value.whole) look();
}

/** Once a second. What falls due among those that are only counted, only the server can tell. */
export function tick() {
  now.value = Date.now();
  const { whole, nextDue } = world.value;
  if (!whole && nextDue && Date.parse(nextDue) <= moment.value) lookSoon();
}
