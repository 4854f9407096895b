// Teams, colleagues, labels and reasons to close: asked for when the page begins, and anew whenever a dialog opens.
import { signal } from "../vendor/ui.js";
import { Refused, Unreachable, conversation, get } from "./api.js";
import { colleagues } from "./boot.js";

export const choices = signal({ teams: [], agents: colleagues, labels: [], close_reasons: [] });

/** What people call the team with this key; the key itself where there is no such team (any more). */
export const teamName = (key) => choices.value.teams.find((team) => team.key === key)?.name ?? key;

export async function readChoices() {
  const found = await asked("/api/choices");
  if (found) choices.value = found;
}

/** Where the bot can go on in this conversation; null where nobody could tell. */
export const readSteps = (id) => asked(conversation(id, "/steps"));

async function asked(path) {
  try {
    return await get(path);
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
    return null;
  }
}
