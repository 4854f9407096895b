// Several conversations at once: which are chosen in the list, and the bar with what may be done to all of them.
import { html, signal, useEffect } from "../vendor/ui.js";
import { ask, mayGive } from "./acts.js";
import { IconButton } from "./bits.js";
import { rows, view, world } from "./store.js";
import { t } from "./text.js";

const MOST = 200;
const LONG_PRESS_MS = 500;
// verb -> the action of the lifecycle it needs ("" for none), and its picture
const ACTS = {
  close: ["closed", "check"], snooze: ["snoozed", "clock"], assign: ["assigned", "userPlus"], transfer: ["transferred", "forward"],
  label: ["", "label"], unlabel: ["", "cancel"], release: ["released", "bot"], read: ["", "ticks"],
};

export const chosen = signal(new Set());
let anchor = null;

export const clearChosen = () => {
  chosen.value = new Set();
  anchor = null;
};

/** One more or one less; with `range` everything from the one before to here. */
export function toggle(id, { range = false } = {}) {
  const next = new Set(chosen.value);
  const ids = rows.value.map((row) => row.id);
  const [from, to] = [ids.indexOf(anchor), ids.indexOf(id)].sort((a, b) => a - b);
  if (range && from >= 0) for (const each of ids.slice(from, to + 1)) next.add(each);
  else if (!next.delete(id)) next.add(id);
  anchor = id;
  chosen.value = new Set([...next].slice(0, MOST));
}

/** A finger that stays on a row chooses it; while some are chosen a tap does. */
export function press(id) {
  let timer = 0;
  let isLong = false;
  const end = () => clearTimeout(timer);
  return {
    onPointerDown: (event) => {
      isLong = false;
      if (event.pointerType === "touch") timer = setTimeout(() => ((isLong = true), toggle(id)), LONG_PRESS_MS);
    },
    onPointerUp: end,
    onPointerCancel: end,
    onPointerMove: (event) => Math.abs(event.movementX) + Math.abs(event.movementY) > 4 && end(),
    onContextMenu: (event) => isLong && event.preventDefault(),
    took: () => isLong,
  };
}

const summaries = () => [...chosen.value].map((id) => world.value.summaries.get(id)).filter(Boolean);

function offered() {
  const all = summaries();
  return Object.entries(ACTS).filter(([verb, [action]]) => {
    if (verb === "unlabel") return all.some(({ labels }) => labels.length);
    if (verb === "read") return all.some(({ unread }) => unread);
    return all.some((summary) => (!action || summary.actions.includes(action)) && (!["assign", "transfer"].includes(verb) || mayGive(summary)));
  });
}

export function Bar() {
  useEffect(clearChosen, [view.value]);
  useEffect(() => {
    const keys = (event) => event.key === "Escape" && chosen.value.size && !document.querySelector("dialog[open]") && clearChosen();
    addEventListener("keydown", keys);
    return () => removeEventListener("keydown", keys);
  }, []);
  if (!chosen.value.size) return null;
  return html`<div class="bulk" role="toolbar" aria-label=${t("bulk_toolbar")}>
    <${IconButton} icon="close" label=${t("bulk_clear")} onClick=${clearChosen} />
    <b role="status">${t("bulk_chosen", { count: chosen.value.size })}</b>
    <span class="bulk-acts">${offered().map(([verb, [, icon]]) => html`
      <${IconButton} key=${verb} icon=${icon} size=${17} class="icon-button" data-bulk=${verb} label=${t(`bulk_${verb}`)} onClick=${() => ask(verb, [...chosen.value], true)} />`)}</span>
  </div>`;
}
