// The files that are about to be sent: a small picture, a caption, how far the upload is, a way to stop it.
import { html, useEffect, useRef } from "../vendor/ui.js";
import { IconButton } from "./bits.js";
import { Icon } from "./icons.js";
import { number, t } from "./text.js";
import { again, change, drop, trayOf } from "./uploads.js";
import { ours, plainName, sizeText, Sign } from "../common/signs.js";

const SIGNS = { image: "image", sticker: "image", video: "video", audio: "voice", document: "file" };
const CAPTIONED = new Set(["image", "video", "document"]);

export function Tray({ id, longest }) {
  const items = trayOf(id);
  if (!items.length) return null;
  return html`<ul class="tray" aria-label=${t("tray")}>${items.map((item) => html`<${Item} key=${item.key} id=${id} item=${item} longest=${longest} />`)}</ul>`;
}

function Item({ id, item, longest }) {
  const { state, kind, progress, size } = item;
  const name = plainName(item.name);
  const full = [...item.caption].length > longest;
  const bad = state === "refused" || state === "failed";
  return html`<li class="tray-item" data-state=${state}>
    <${Small} item=${item} />
    <div class="tray-body"><b>${name}</b><small>${t(`kind_name_${kind}`)} · ${sizeText(size)}</small>
      ${state === "uploading" && html`<progress max="1" value=${progress} aria-label=${t("uploading", { name })}></progress>`}
      ${bad && html`<p class="tray-trouble" role="alert">${item.text}${state === "failed" ? html` <button type="button" class="link-button" onClick=${() => again(id, item)}>${t("retry")}</button>` : ""}</p>`}
      ${!bad && CAPTIONED.has(kind) && html`<input type="text" class="tray-caption" aria-label=${t("caption_of", { name })} placeholder=${t("caption")} value=${item.caption} aria-invalid=${full}
        onInput=${(event) => change(id, item.key, { caption: event.target.value })} />`}
      ${full && html`<p class="tray-trouble" role="alert">${t("caption_full", { most: number(longest) })}</p>`}</div>
    <${IconButton} icon="close" label=${t(state === "uploading" ? "upload_cancel" : "upload_remove", { name })} onClick=${() => drop(id, item)} />
  </li>`;
}

/** Drawn from the file itself until the server's own small picture is there: the page's policy lets no blob be a picture's address. */
function Small({ item }) {
  const canvas = useRef(null);
  const thumb = ours(item.content?.thumb);
  useEffect(() => {
    if (thumb || item.kind !== "image" || item.state === "refused") return undefined;
    let gone = false;
    createImageBitmap(item.source, { resizeHeight: 96, resizeQuality: "medium" }).then((bitmap) => !gone && draw(canvas.current, bitmap), () => null); // no picture a browser knows: the sign stays
    return () => (gone = true);
  }, [thumb]);
  if (thumb) return html`<img class="tray-small" src=${thumb} alt="" />`;
  return html`<span class="tray-small"><${Sign} name=${SIGNS[item.kind] ?? "file"} /><canvas ref=${canvas} aria-hidden="true"></canvas></span>`;
}

function draw(canvas, bitmap) {
  if (!canvas) return;
  const side = Math.min(bitmap.width, bitmap.height);
  Object.assign(canvas, { width: side, height: side });
  canvas.getContext("2d").drawImage(bitmap, (side - bitmap.width) / 2, (side - bitmap.height) / 2);
  canvas.dataset.drawn = true;
}

/** Over the conversation while a file is held above it. */
export const DropHere = () => html`<div class="drop-here" aria-hidden="true"><${Icon} name="attach" size=${34} /><b>${t("drop_here")}</b></div>`;
