// Pictures of the open conversation at full size: zoom, next and previous, download. A native dialog keeps the focus inside.
import { html, signal, useEffect, useLayoutEffect, useRef, useState } from "../vendor/ui.js";
import { titleOf } from "../common/files.js";
import { ours, plainName } from "../common/signs.js";
import { IconButton } from "./bits.js";
import { say } from "./notices.js";
import { thread } from "./store.js";
import { number, t } from "./text.js";

const viewing = signal(null); // address of the picture that is looked at
const CLOSEST = 5;

const isPicture = (entry) => entry.kind === "image" && !entry.deleted && ours(entry.content?.url) && (entry.content.state ?? "ready") === "ready";
const pictures = () => (thread.value?.entries ?? []).filter(isPicture).map((entry) => entry.content);

export const openViewer = (content) => {
  viewing.value = content.url;
};

export function Viewer() {
  if (!viewing.value) return null;
  const all = pictures();
  const at = all.findIndex(({ url }) => url === viewing.value);
  if (at < 0) return null;
  return html`<${Open} all=${all} at=${at} />`;
}

function Open({ all, at }) {
  const box = useRef(null);
  const [zoom, setZoom] = useState(1);
  const content = all[at];
  useEffect(() => {
    const back = document.activeElement;
    box.current.showModal();
    return () => back?.isConnected && back.focus();
  }, []);
  useEffect(() => setZoom(1), [content.url]);
  const step = (by) => {
    const next = all[at + by];
    if (!next) return;
    viewing.value = next.url;
    say(t("viewer_place", { at: number(at + by + 1), of: number(all.length) }));
  };
  const closer = (by) => setZoom(Math.min(CLOSEST, Math.max(1, Math.round((zoom + by) * 2) / 2)));
  const keys = (event) => {
    const act = { "+": () => closer(0.5), "=": () => closer(0.5), "-": () => closer(-0.5), 0: () => setZoom(1), ...(zoom === 1 ? { ArrowLeft: () => step(-1), ArrowRight: () => step(1) } : {}) }[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  };
  const leave = () => (viewing.value = null);
  const title = titleOf(content, "image", t);
  return html`<dialog class="viewer" aria-label=${t("viewer")} ref=${box} onClose=${leave} onKeyDown=${keys}>
    <header><b>${title}</b><span class="viewer-place">${t("viewer_place", { at: number(at + 1), of: number(all.length) })}</span><span class="grow"></span>
      <${IconButton} icon="minus" label=${t("viewer_smaller")} disabled=${zoom === 1} onClick=${() => closer(-0.5)} />
      <output class="viewer-zoom">${number(Math.round(zoom * 100))}%</output>
      <${IconButton} icon="plus" label=${t("viewer_larger")} disabled=${zoom === CLOSEST} onClick=${() => closer(0.5)} />
      <a class="icon-button" href=${ours(content.url)} download=${plainName(content.name)} aria-label=${t("file_download")} title=${t("file_download")}><${Down} /></a>
      <${IconButton} icon="close" label=${t("dialog_close")} onClick=${leave} /></header>
    <${Stage} content=${content} title=${title} zoom=${zoom} onToggle=${() => setZoom(zoom === 1 ? 2 : 1)} />
    ${at > 0 && html`<${IconButton} icon="back" size=${24} class="icon-button viewer-step" data-to="previous" label=${t("viewer_previous")} onClick=${() => step(-1)} />`}
    ${at < all.length - 1 && html`<${IconButton} icon="next" size=${24} class="icon-button viewer-step" data-to="next" label=${t("viewer_next")} onClick=${() => step(1)} />`}
  </dialog>`;
}

const Down = () => html`<svg class="icon" viewBox="0 0 24 24" width="18" height="18" aria-hidden="true" focusable="false"><path d="M12 4v11M7 10.500l5 5 5-5M5 20h14" /></svg>`;

/** At 100 % the picture fits the window; larger, it is scrolled, and its middle stays the middle. */
function Stage({ content, title, zoom, onToggle }) {
  const stage = useRef(null);
  const picture = useRef(null);
  const fit = useRef(0);
  useLayoutEffect(() => {
    const [frame, img] = [stage.current, picture.current];
    if (zoom === 1 || !fit.current) fit.current = img.clientWidth;
    img.style.width = zoom === 1 ? "" : `${fit.current * zoom}px`;
    frame.scrollLeft = (frame.scrollWidth - frame.clientWidth) / 2;
    frame.scrollTop = (frame.scrollHeight - frame.clientHeight) / 2;
  }, [zoom, content.url]);
  return html`<div class="viewer-stage" data-zoomed=${zoom > 1} tabindex=${zoom > 1 ? 0 : -1} ref=${stage}>
    <img src=${ours(content.url)} alt=${title} ref=${picture} onLoad=${() => zoom === 1 && (fit.current = picture.current.clientWidth)} onDblClick=${onToggle} /></div>`;
}
