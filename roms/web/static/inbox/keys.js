// Every command of the page, with its key. The palette and the help are drawn from this list, so they cannot lie.
import { act, actsOf, ask, focusComposer, may, takeOver } from "./acts.js";
import { colleagues, me } from "./boot.js";
import { nameOf } from "./bits.js";
import { choose, toggleSort } from "./list.js";
import { labelCommands } from "./labels.js";
import { macroCommands } from "./macros.js";
import { CONTACTS, go, goUnmatched, isAdmin, step } from "./nav.js";
import { widen } from "./panes.js";
import { canQuote, quote } from "./reacting.js";
import { composing, current, details, dialog, rows, thread } from "./store.js";
import { setTheme, signOut, switchLanguage } from "./settings.js";
import { t } from "./text.js";
import { VIEWS } from "./views.js";

/** Alt+L: to the box, taking over first where the bot holds it. */
function reply() {
  composing.value = "reply";
  if (["BOT", "CLOSED"].includes(current.value?.mode)) takeOver();
  else focusComposer("reply");
}

const close = () => may(current.value, "closed") && ask("close");

const snooze = () => may(current.value, "snoozed") && ask("snooze");

/** Alt+Q: answer what the contact said last. */
function quoteNewest() {
  const entry = thread.value?.entries.findLast((each) => each.direction === "in" && canQuote(each));
  if (entry) quote(entry, entry.author?.name || nameOf(current.value));
}

const KEYED = [
  { name: "next", key: "Alt+J", run: () => step(1) },
  { name: "previous", key: "Alt+K", run: () => step(-1) },
  { name: "reply", key: "Alt+L", run: reply, open: true },
  { name: "note", key: "Alt+P", run: () => focusComposer("note"), open: true },
  { name: "quote", key: "Alt+Q", run: quoteNewest, open: true },
  { name: "close", key: "Alt+E", run: close, open: true },
  { name: "snooze", key: "Alt+T", run: snooze, open: true },
  { name: "macros", key: "Alt+M", run: () => (dialog.value = "macros"), open: true },
  { name: "search", key: "/", run: () => document.getElementById("search")?.focus() },
  { name: "palette", key: "Ctrl+K", run: () => (dialog.value = "palette") },
  { name: "help", key: "?", run: () => (dialog.value = "help") },
];

export const keyed = () => KEYED.map((command) => ({ ...command, label: t(`key_${command.name}`) }));

/** What the palette offers now. */
export function commands() {
  const summary = current.value;
  const here = keyed().filter(({ open, name }) => (!open || summary) && !["palette", "close", "snooze"].includes(name));
  return [...(summary ? [...actCommands(summary), ...macroCommands(), ...labelCommands(summary)] : []), ...here, ...(isAdmin ? adminCommands(summary) : []), ...pageCommands(), ...rows.value.slice(0, 50).map(jump)];
}

const actCommands = (summary) =>
  actsOf(summary).filter((each) => !each.disabled).flatMap((each) => {
    if (each.verb !== "assign") return [{ name: each.verb, label: each.label, icon: each.icon, key: { close: "Alt+E", snooze: "Alt+T" }[each.verb] ?? "", run: () => ask(each.verb, [summary.id]) }];
    return colleagues.filter(({ id }) => id !== summary.assignee).map(({ id, name }) =>
      ({ name: `assign${id}`, icon: each.icon, label: t("assign_to", { name: id === me.id ? t("you") : name }), run: () => act("assign", { agent: id }) }));
  });

const adminCommands = (summary) => [
  ...(summary ? [{ name: "test", icon: "note", label: t("act_test"), run: () => (dialog.value = "test") }] : []),
  { name: "unmatched", icon: "unknown", label: t("unmatched"), run: goUnmatched },
  { name: "crew", icon: "userPlus", label: t("crew"), run: () => location.assign("/inbox/crew") },
];

const pageCommands = () => [
  { name: "contacts", icon: "people", label: t("contacts"), run: () => location.assign(CONTACTS) },
  ...VIEWS.map((view) => ({ name: `view${view}`, icon: "sort", label: t("show_view", { view: t(`view_${view}`) }), run: () => choose(view) })),
  { name: "sort", icon: "sort", label: t("toggle_sort"), run: toggleSort },
  { name: "details", icon: "info", label: t("contact_show"), run: () => (details.value = !details.value) },
  { name: "wider", icon: "sort", label: t("list_wider"), run: () => widen("list", 40) },
  { name: "narrower", icon: "sort", label: t("list_narrower"), run: () => widen("list", -40) },
  ...["auto", "light", "dark"].map((theme) => ({ name: theme, icon: "theme", label: t(`theme_${theme}_long`), run: () => setTheme(theme) })),
  { name: "id", icon: "globe", label: t("to_indonesian"), run: () => switchLanguage("id") },
  { name: "en", icon: "globe", label: t("to_english"), run: () => switchLanguage("en") },
  { name: "out", icon: "out", label: t("sign_out"), run: signOut },
];

const jump = (summary) => ({ name: summary.id, icon: "webchat", label: t("open_of", { name: nameOf(summary) }), run: () => go(summary.id) });

const writing = (target) => target.closest?.("input, textarea, select, [contenteditable]");

/** Alt works everywhere; "/" and "?" only outside of text fields. event.code, since Alt changes event.key on a Mac. */
function keyName(event) {
  const letter = event.code.startsWith("Key") ? event.code.slice(3) : event.key;
  if (event.altKey && !event.ctrlKey && !event.metaKey) return `Alt+${letter}`;
  if ((event.ctrlKey || event.metaKey) && !event.altKey) return `Ctrl+${letter}`;
  return writing(event.target) ? "" : event.key;
}

export function onKey(event) {
  if (dialog.value || event.isComposing) return;
  const name = keyName(event);
  const command = KEYED.find(({ key }) => key === name);
  if (!command || (command.open && !current.value)) return;
  event.preventDefault();
  command.run();
}
