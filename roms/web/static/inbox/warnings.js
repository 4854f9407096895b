// What is wrong with the instance and its channels, asked again now and then: an account can be logged out at any time.
import { signal } from "../vendor/ui.js";
import { Refused, Unreachable, get } from "./api.js";
import { boot } from "./boot.js";
import { signedOut } from "./store.js";

const EVERY_MS = 30_000;

export const warnings = signal(boot.warnings);

export function watchWarnings() {
  setInterval(look, EVERY_MS);
}

export async function look() {
  if (signedOut.value || document.visibilityState !== "visible") return;
  try {
    warnings.value = (await get("/api/warnings")).warnings;
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Unreachable)) throw error; // the line's own notice says it
  }
}
