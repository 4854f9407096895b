// Line pictures on a 24 grid for what messages show; and how sizes and lengths are written.
import { html } from "/static/vendor/ui.js";

const PATHS = {
  file: "M6 3h8l4 4v14H6V3Zm8 0v4h4M9 12h6M9 16h6",
  away: "M14 4h6v6M20 4l-9 9M10 6H5v13h13v-5",
  place: "M12 21s-7-6.2-7-11a7 7 0 0 1 14 0c0 4.800-7 11-7 11Zm0-8.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5Z",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.500 20c.8-3.400 3.700-5 7.500-5s6.700 1.600 7.500 5",
  basket: "M4 9h16l-1.600 10.500H5.600L4 9Zm4.500 0L11 3.500M15.500 9 13 3.500",
  image: "M4 5h16v14H4V5Zm0 11 4.500-5 4 4 2.500-2.500L20 17M15.500 9.200h.01",
  video: "M4 6h11v12H4V6Zm11 4.500 5-3v9l-5-3",
  play: "M7.500 4.800v14.400L19 12 7.500 4.800Z",
  pause: "M8.500 5v14M15.500 5v14",
  voice: "M12 14.500a3 3 0 0 0 3-3v-5a3 3 0 0 0-6 0v5a3 3 0 0 0 3 3ZM6 11.500a6 6 0 0 0 12 0M12 17.500V21",
  down: "M12 4v11M7 10.500l5 5 5-5M5 20h14",
  warn: "M12 4 2.800 19.500h18.400L12 4ZM12 10v4.500M12 17v.2",
  again: "M4 4v5h5M4.600 9A8 8 0 1 1 4 13.500",
  write: "M4 20l1-4.500L16 4.500l3.500 3.500-11 11L4 20Z",
  away_mail: "M4 6h16v12H4V6Zm0 1 8 6 8-6",
  bin: "M5 7h14M9.500 7V4.500h5V7M7 7l1 12.500h8L17 7",
  quote: "M9.500 8 5.500 12l4 4M6 12h8a5 5 0 0 1 5 5v1.500",
};

export const Sign = ({ name, size = 24 }) => html`<svg class="icon" viewBox="0 0 24 24" width=${size} height=${size} aria-hidden="true" focusable="false"><path d=${PATHS[name]} /></svg>`;

/** 2.3 as the page's language writes it: 2,3 in Indonesian. */
export const decimal = (value) => new Intl.NumberFormat(document.documentElement.lang === "en" ? "en-GB" : "id-ID", { maximumFractionDigits: 1 }).format(value);

/** 512 B, 14 kB, 2.3 MB; nothing for a size nobody knows. */
export function sizeText(bytes) {
  if (!Number.isFinite(bytes) || bytes <= 0) return "";
  if (bytes < 1e3) return `${bytes} B`;
  return bytes < 1e6 ? `${Math.round(bytes / 1e3)} kB` : `${decimal(bytes / 1e6)} MB`;
}

/** 75 -> 1:15 */
export function lengthText(seconds) {
  const whole = Number.isFinite(seconds) ? Math.max(0, Math.round(seconds)) : 0;
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** Addresses of our own house only: whatever else a message holds, the browser does not fetch it. */
export const ours = (url) => (typeof url === "string" && /^\/[^/\\][^\\]*$/.test(url) ? url : null);

/** What stands in a name's place to turn its direction or to hide a part of it is shown as what it is. */
export const plainName = (name) =>
  String(name ?? "").replace(/[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g, (sign) => `[U+${sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}]`);
