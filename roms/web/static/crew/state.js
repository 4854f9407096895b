// What the page knows of people and teams, and the way to the server. Changes go through `act`, which asks for the password where it must.
import { signal } from "../vendor/ui.js";
import { Refused, get } from "../inbox/api.js";
import { toast } from "../inbox/notices.js";
import { t } from "../inbox/text.js";
import { act, words } from "../channels/state.js";

const PLACES = ["teams", "members", "add", "add-team"];

export const people = signal(null);
export const skills = signal([]); // in use, as suggestions
export const trail = signal([]); // what admins did last
export const teams = signal([]);
export const unmade = signal([]); // named by flows, made by nobody
export const lines = signal([]); // channels with their default team
export const hours = signal([]);
export const failed = signal("");
export const told = signal(null); // {id, password}: shown this once
export const place = signal(read());

function read() {
  const hash = location.hash.slice(1);
  const [, kind, id] = /^([pt])(\d+)$/.exec(hash) ?? [];
  if (kind) return { name: kind === "p" ? "person" : "team", id: Number(id) };
  return { name: PLACES.includes(hash) ? hash : "people", id: null };
}

export const go = (hash) => {
  location.hash = hash;
};

export async function follow() {
  place.value = read();
  if (told.value && told.value.id !== place.value.id) told.value = null;
  await look();
  document.getElementById("page")?.focus();
}

let looking = false;
let changes = 0;
/** Look at everything; one look at a time, however slow the line. What was seen before a change is not shown after it. */
export async function look() {
  if (looking) return;
  looking = true;
  try {
    let [seen, who, where] = [-1];
    while (seen !== changes) {
      seen = changes;
      [who, where] = await Promise.all([get("/api/people"), get("/api/teams")]);
    }
    people.value = who.people;
    skills.value = who.skills;
    trail.value = who.changes;
    teams.value = where.teams;
    unmade.value = where.unmade;
    lines.value = where.channels;
    hours.value = where.hours;
    failed.value = "";
  } catch (error) {
    if (error instanceof Refused && error.status === 401) location.assign(`/login?next=${encodeURIComponent(location.pathname)}`);
    else failed.value = words(error);
  } finally {
    looking = false;
  }
}

/** Change something and show it as it is now; the answer, or null. `good` is said when it worked. */
export async function change(method, path, body, { good = "", onRefused } = {}) {
  const answer = await act(method, path, body, onRefused);
  if (!answer) return null;
  changes += 1;
  if (answer.person) people.value = replaced(people.value, answer.person);
  if (answer.team) teams.value = replaced(teams.value, answer.team);
  if (answer.channels) lines.value = answer.channels;
  if (good) toast(good);
  look();
  return answer;
}

const replaced = (rows, row) => (rows.some((each) => each.id === row.id) ? rows.map((each) => (each.id === row.id ? row : each)) : [...rows, row]);

export const personOf = (id) => people.value?.find((each) => each.id === id);
export const teamOf = (id) => teams.value.find((each) => each.id === id);
export const teamsInUse = () => teams.value.filter((each) => each.is_active);
export const teamsOf = (person) => teams.value.filter((each) => each.members.includes(person.id));

/** In a team or not; the answer says how it is now. */
export const setMember = (team, person, isIn) =>
  change(isIn ? "PUT" : "DELETE", `/api/teams/${team.id}/members/${person.id}`, undefined, { good: t(isIn ? "now_in" : "now_out", { name: person.name, team: team.name }) });
