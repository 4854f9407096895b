// What is wrong with the instance and its channels, asked again now and then: an account can be logged out at any time.
import { signal } from "../vendor/ui.js";
import { Refused, Unreachable, get } from "./api.js";
import { boot } from "./boot.js";
import { signedOut } from "./store.js";

const EVERY_MS = 30_000;
const SOON_MS = 2_000; // while webhooks are coming in late: how many is told as it changes

export const warnings = signal(boot.warnings);

export function watchWarnings() {
  setTimeout(again, EVERY_MS);
}

async function again() {
  await look();
  setTimeout(again, warnings.value.some(({ code }) => code === "spool_waiting") ? SOON_MS : EVERY_MS);
}

export async function look() {
  if (signedOut.value || document.visibilityState !== "visible") return;
  try {
    warnings.value = (await get("/api/warnings")).warnings;
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Unreachable)) throw error; // the line's own notice says it
  }
}
