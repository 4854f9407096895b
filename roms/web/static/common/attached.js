// What a message shows besides words: pictures, sounds, files, places, contact cards. For the web chat and the inbox.
// Sizes are fixed before anything has loaded, so that no line moves; and nothing is ever fetched from another house.

import { html } from "/static/vendor/ui.js";

const WIDEST = 300; // px
const HIGHEST = 380;
const STICKER = 132;

/** Whether the words of this entry stand under what it shows (a caption), or are told by it altogether. */
export const wordsOf = (entry) => {
  if (!entry.content) return entry.text;
  if (entry.kind === "location" && Number.isFinite(entry.content.latitude)) return "";
  if (entry.from === "you" || entry.direction === "in") return entry.text;
  if (entry.kind === "location" || entry.kind === "contact") return "";
  return entry.kind in SHOWN ? (entry.content.caption ?? "") : entry.text;
};

export function Attached({ entry, t }) {
  if (!entry.content) return null;
  if (entry.kind === "location") return html`<${Place} place=${entry.content} t=${t} />`;
  if (entry.direction === "in" || entry.from === "you") return null;
  if (entry.kind === "contact") return html`<${Card} card=${entry.content} />`;
  if (!(entry.kind in SHOWN)) return null;
  if (!entry.content.url) return html`<${Elsewhere} content=${entry.content} />`;
  return html`<${SHOWN[entry.kind]} content=${entry.content} t=${t} />`;
}

const nameOf = ({ caption, name }) => caption?.split("\n", 1)[0] || name;

function Picture({ content }) {
  return html`<a class="attached" href=${content.url} target="_blank" rel="noopener">
    <img src=${content.url} alt=${nameOf(content)} ...${fitted(content, WIDEST, HIGHEST)} loading="lazy" decoding="async" /></a>`;
}

function Sticker({ content }) {
  return html`<img class="attached sticker" src=${content.url} alt=${nameOf(content)} ...${fitted(content, STICKER, STICKER)} loading="lazy" />`;
}

const Video = ({ content }) => html`<video class="attached" src=${content.url} aria-label=${nameOf(content)} width=${WIDEST} height=${(WIDEST * 9) / 16} controls preload="metadata" playsinline></video>`;

const Sound = ({ content }) => html`<audio class="attached" src=${content.url} aria-label=${nameOf(content)} controls preload="none"></audio>`;

const File = ({ content, t }) => html`<a class="attached file" href=${content.url} download=${content.name}>
  <${Sign} path="M6 3h8l4 4v14H6V3Zm8 0v4h4M9 12h6M9 16h6" /><span><b>${content.name}</b><small>${t("file_size", { size: size(content.size) })}</small></span></a>`;

const SHOWN = { image: Picture, sticker: Sticker, video: Video, audio: Sound, document: File };

/** A file that lies somewhere else is a link: whoever opens it decides to. */
function Elsewhere({ content }) {
  if (!String(content.source).startsWith("https://")) return null;
  return html`<a class="attached file" href=${content.source} target="_blank" rel="noopener noreferrer nofollow">
    <${Sign} path="M14 4h6v6M20 4l-9 9M10 6H5v13h13v-5" /><span><b>${content.name || content.source}</b></span></a>`;
}

function Place({ place, t }) {
  const numbers = [place.latitude, place.longitude];
  if (!numbers.every((each) => typeof each === "number")) return null;
  const href = `https://maps.google.com/?q=${numbers.join(",")}`;
  return html`<a class="attached file" href=${href} target="_blank" rel="noopener noreferrer nofollow">
    <${Sign} path="M12 21s-7-6.2-7-11a7 7 0 0 1 14 0c0 4.800-7 11-7 11Zm0-8.500a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5Z" />
    <span><b>${place.name || t("place")}</b><small>${place.address || numbers.join(", ")}</small></span></a>`;
}

const Card = ({ card }) => html`<a class="attached file" href=${`tel:${card.phone.replace(/[^+\d]/g, "")}`}>
  <${Sign} path="M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.500 20c.8-3.400 3.700-5 7.500-5s6.700 1.600 7.500 5" /><span><b>${card.name}</b><small>${card.phone}</small></span></a>`;

const Sign = ({ path }) => html`<svg class="icon" viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" focusable="false"><path d=${path} /></svg>`;

/** The picture's own shape, no larger than the box; one whose size nobody knows gets a square. */
function fitted({ width, height }, widest, highest) {
  if (!width || !height) return { width: 1, height: 1, style: { width: `${Math.min(widest, highest)}px` } };
  const scale = Math.min(1, widest / width, highest / height);
  return { width, height, style: { width: `${Math.round(width * scale)}px` } };
}

const size = (bytes) => (bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1e3))} kB` : `${(bytes / 1e6).toFixed(1)} MB`);
