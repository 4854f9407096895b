// A few line icons, drawn with the colour of the text around them.

import { html } from "/static/vendor/ui.js";

const PATHS = {
  bubble: "M12 4c-5 0-9 3.2-9 7.3 0 2.3 1.3 4.4 3.3 5.7-.1 1-.5 2-1.2 2.8 1.6-.1 3-.7 4.2-1.5.8.2 1.7.3 2.7.3 5 0 9-3.3 9-7.3S17 4 12 4Z",
  cross: "M6 6l12 12M18 6 6 18",
  send: "M4 12 20 4l-5 16-3.5-6.5L4 12Zm7.5 1.5L20 4",
  down: "M6 10l6 6 6-6",
  clock: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16Zm0 4v4.5l3 1.8",
  check: "M5 12.5l4.5 4.5L19 7.5",
  double: "M2 12.5l4.5 4.5L14 9.5M11.5 15.5l1.5 1.5 9-9",
  alert: "M12 7v6m0 3.5v.5M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Z",
  offline: "M3 3l18 18M5 12.5c1.2-1.2 2.6-2 4.2-2.4M19 12.5a10 10 0 0 0-5-2.7M8.5 16a5 5 0 0 1 7 0M12 19.5v.1",
  moon: "M20 14.5A8 8 0 0 1 9.5 4 8 8 0 1 0 20 14.5Z",
};

export const icon = (name) => html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d=${PATHS[name]} /></svg>`;
