// The handles between the panes: drag, or arrow keys; widths are remembered.
import { effect, html } from "../vendor/ui.js";
import { remembered } from "./memory.js";
import { t } from "./text.js";

const PANES = {
  list: { width: remembered("width.list", 348), least: 280, most: 520, sign: 1 },
  contact: { width: remembered("width.contact", 312), least: 250, most: 440, sign: -1 },
};
const STEP = 16;

const clamp = ({ least, most }, px) => Math.round(Math.min(most, Math.max(least, px)));

export const widen = (name, by) => {
  const pane = PANES[name];
  pane.width.value = clamp(pane, pane.width.value + by);
};

export function applyWidths() {
  for (const [name, { width }] of Object.entries(PANES)) {
    effect(() => document.documentElement.style.setProperty(`--${name}-width`, `${width.value}px`));
  }
}

export function Handle({ name }) {
  const pane = PANES[name];
  const keys = (event) => {
    const by = { ArrowLeft: -STEP, ArrowRight: STEP }[event.key];
    if (!by) return;
    event.preventDefault();
    widen(name, by * pane.sign);
  };
  return html`<div class="handle" data-pane=${name} role="separator" tabindex="0" aria-orientation="vertical" aria-label=${t(`handle_${name}`)}
    aria-valuemin=${pane.least} aria-valuemax=${pane.most} aria-valuenow=${pane.width.value} onKeyDown=${keys} onPointerDown=${(event) => drag(event, pane)}></div>`;
}

function drag(event, pane) {
  const handle = event.currentTarget;
  const from = event.clientX;
  const width = pane.width.value;
  handle.setPointerCapture(event.pointerId);
  handle.onpointermove = (move) => {
    pane.width.value = clamp(pane, width + (move.clientX - from) * pane.sign);
  };
  handle.onpointerup = handle.onpointercancel = () => {
    handle.onpointermove = null;
  };
}
