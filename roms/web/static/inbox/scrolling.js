// Keeping the place: remember which line stands at the top edge, and put it back there after the lines changed.

const NEAR = 48;

export const atBottom = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;

/** The first line that reaches into view, and how far its top is from the top edge. */
export function anchorOf(box) {
  const lines = box.firstElementChild?.children ?? [];
  let low = 0;
  let high = lines.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (lines[middle].offsetTop + lines[middle].offsetHeight <= box.scrollTop) low = middle + 1;
    else high = middle;
  }
  const line = lines[low];
  // The "older messages" button stays on top whatever comes: it holds no place.
  const holder = line?.dataset.key === "older" ? (line.nextElementSibling ?? line) : line;
  return holder ? { key: holder.dataset.key, offset: holder.offsetTop - box.scrollTop } : null;
}

export function hold(box, anchor) {
  if (!anchor) return;
  const line = box.querySelector(`[data-key="${CSS.escape(anchor.key)}"]`);
  if (!line) return;
  const top = line.offsetTop - anchor.offset;
  if (Math.abs(top - box.scrollTop) >= 1) box.scrollTop = top;
}

/** The newest line that is wholly above the bottom edge: what has really been shown. */
export function lastVisible(box) {
  const edge = box.scrollTop + box.clientHeight + 4;
  const lines = box.firstElementChild?.children ?? [];
  for (let i = lines.length - 1; i >= 0; i--) {
    const line = lines[i];
    if (line.dataset.seq && line.offsetTop + line.offsetHeight <= edge) return Number(line.dataset.seq);
  }
  return 0;
}
