// Theme, language, signing out.
import { Refused, Unreachable, leave, post } from "./api.js";
import { remembered } from "./memory.js";
import { inWords, toast } from "./notices.js";
import { language, speak, t } from "./text.js";
import { look } from "./warnings.js";

export const theme = remembered("theme", "auto");

/** Also kept without the agent's id, for the script that paints the first frame before anything is loaded. */
export function setTheme(name) {
  theme.value = name;
  document.documentElement.dataset.theme = name;
  localStorage.setItem("roms.theme", name);
}

/** Nothing but the words changes: what is open, written and scrolled stays. */
export async function switchLanguage(code) {
  if (code === language.value) return;
  await speak(code);
  try {
    await post("/api/me", { language: code });
    await look(); // warnings come in words
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
    toast(inWords(error), { kind: "error" });
  }
}

export async function signOut() {
  try {
    await leave("/logout");
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    return toast(t("error_unreachable"), { kind: "error" });
  }
  location.assign("/login");
}
