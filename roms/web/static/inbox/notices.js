// What is said to the agent beside the conversation: toasts on the screen, and two live regions for screen readers.
import { signal } from "../vendor/ui.js";
import { Refused, Unreachable } from "./api.js";
import { t } from "./text.js";

export const toasts = signal([]);
export const status = signal("");
export const alerted = signal("");

let counter = 0;

/** `act` is {label, run}: one thing the agent can do about it, such as undo. */
export function toast(text, { kind = "info", act = null, ms = 6000 } = {}) {
  const id = ++counter;
  toasts.value = [{ id, text, kind, act }]; // only the newest: an older undo may no longer be true
  (kind === "error" ? alerted : status).value = text;
  setTimeout(() => dismiss(id), act ? ms + 4000 : ms);
}

export const dismiss = (id) => {
  toasts.value = toasts.value.filter((item) => item.id !== id);
};

export const say = (text) => {
  status.value = text;
};

/** What went wrong, in words for a person. */
export function inWords(error) {
  if (error instanceof Unreachable) return t("error_unreachable");
  if (error instanceof Refused) return error.message || t("error_refused", { code: error.code });
  throw error;
}
