// A file of a message: a picture, a film, a sound, a document; or the words for one that is not there (yet).
// Sizes are fixed before anything has loaded, so that no line moves; and nothing is ever fetched from another house.
import { html } from "/static/vendor/ui.js";
import { Player } from "./player.js";
import { Sign, lengthText, ours, plainName, sizeText } from "./signs.js";

const WIDEST = 300; // px
const HIGHEST = 380;
const STICKER = 132;

export const FILES = new Set(["image", "sticker", "video", "audio", "voice", "document"]);

/** `tools`: {t, lang, onOpen(content)?, onRetry(content)?}. */
export function File({ content, kind, tools }) {
  if (content.state && content.state !== "ready") return html`<${Absent} content=${content} kind=${kind} tools=${tools} />`;
  if (!ours(content.url)) return html`<${Elsewhere} content=${content} />`;
  const Shown = SHOWN[kind] ?? Document;
  return html`<${Shown} content=${content} tools=${tools} />`;
}

/** What a file is called by whoever cannot see it. */
export const titleOf = ({ caption, name }, kind, t) => caption?.split("\n", 1)[0] || plainName(name) || t(`kind_name_${kind}`);

function Picture({ content, tools }) {
  const open = (event) => {
    if (!tools.onOpen || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    tools.onOpen(content);
  };
  const alt = titleOf(content, "image", tools.t);
  return html`<a class="attached picture" href=${ours(content.url)} target="_blank" rel="noopener" onClick=${open}>
    <img src=${ours(content.thumb) ?? ours(content.url)} alt=${alt} ...${fitted(content, WIDEST, HIGHEST)} loading="lazy" decoding="async" /></a>`;
}

const Sticker = ({ content, tools }) =>
  html`<img class="attached sticker" src=${ours(content.url)} alt=${titleOf(content, "sticker", tools.t)} ...${fitted(content, STICKER, STICKER)} loading="lazy" />`;

function Video({ content, tools }) {
  const { width, height, style } = content.width ? fitted(content, WIDEST, HIGHEST) : { width: WIDEST, height: (WIDEST * 9) / 16, style: {} };
  return html`<video class="attached" src=${ours(content.url)} poster=${ours(content.thumb) ?? undefined} aria-label=${titleOf(content, "video", tools.t)}
    width=${width} height=${height} style=${style} controls preload="metadata" playsinline></video>`;
}

const Sound = ({ content, tools }) => html`<${Player} content=${content} title=${titleOf(content, content.voice ? "voice" : "audio", tools.t)} t=${tools.t} />`;

function Document({ content, tools: { t } }) {
  const facts = [typeText(content), sizeText(content.size)].filter(Boolean).join(" · ");
  const name = plainName(content.name) || t("kind_name_document");
  return html`<div class="attached document"><a class="file" href=${ours(content.url)} download=${content.name ?? ""}>
    <${Sign} name="file" /><span><b>${name}</b><small>${facts}</small></span></a>
    ${isReadable(content) && html`<a class="file-open" href=${ours(content.url)} target="_blank" rel="noopener" aria-label=${`${t("file_open")}: ${name}`}>${t("file_open")}</a>`}</div>`;
}

const SHOWN = { image: Picture, sticker: Sticker, video: Video, audio: Sound, voice: Sound, document: Document };

const isReadable = ({ mime }) => ["application/pdf", "text/plain", "image/png", "image/jpeg", "image/webp"].includes(mime);

/** PDF, XLSX…: from the name's end where it has one, else from the type. */
function typeText({ name, mime }) {
  const end = /\.([A-Za-z0-9]{1,6})$/.exec(name ?? "")?.[1] ?? mime?.split("/")[1]?.split(/[.;+-]/).at(-1) ?? "";
  return end.slice(0, 8).toUpperCase();
}

const SIGNS = { image: "image", sticker: "image", video: "video", audio: "voice", voice: "voice", document: "file" };

/** A file on its way, or one that will not come. The box has the picture's shape already. */
function Absent({ content, kind, tools: { t, lang, onRetry } }) {
  const { state, size, name, error, seconds } = content;
  const facts = [sizeText(size), seconds ? lengthText(seconds) : ""].filter(Boolean).join(" · ");
  const shape = state === "waiting" && kind === "image" ? fitted(content, WIDEST, HIGHEST).style : {};
  const told = error?.say?.[lang] || t(`file_${state}`);
  return html`<div class="attached absent" data-state=${state} style=${shape} aria-busy=${state === "waiting"}>
    <${Sign} name=${state === "waiting" ? (SIGNS[kind] ?? "file") : "warn"} />
    <span><b>${plainName(name) || t(`kind_name_${kind}`)}</b><small>${told}${facts ? ` · ${facts}` : ""}</small>
      ${state === "failed" && onRetry && html`<button type="button" class="file-retry" onClick=${() => onRetry(content)}><${Sign} name="again" size=${15} />${t("file_retry")}</button>`}</span></div>`;
}

/** A file that lies somewhere else is a link: whoever opens it decides to. */
function Elsewhere({ content }) {
  if (!String(content.source).startsWith("https://")) return null;
  return html`<a class="attached file" href=${content.source} target="_blank" rel="noopener noreferrer nofollow">
    <${Sign} name="away" /><span><b>${plainName(content.name) || content.source}</b></span></a>`;
}

/** The picture's own shape, no larger than the box; one whose size nobody knows gets a square. */
function fitted({ width, height }, widest, highest) {
  if (!width || !height) return { width: 1, height: 1, style: { width: `${Math.min(widest, highest)}px` } };
  const scale = Math.min(1, widest / width, highest / height);
  return { width, height, style: { width: `${Math.round(width * scale)}px` } };
}
