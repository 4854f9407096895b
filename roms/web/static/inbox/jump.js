// From a quotation to the message it answers, also when that lies in a page that is not loaded yet.
import { toast } from "./notices.js";
import { openId, thread } from "./store.js";
import { older } from "./sync.js";
import { t } from "./text.js";

const FLASH_MS = 1800;

export async function jumpTo(seq) {
  const id = openId.value;
  if (!(await loadedTo(seq, id))) return openId.value === id && toast(t("quoted_gone"));
  requestAnimationFrame(() => requestAnimationFrame(() => show(seq)));
}

/** Older pages, one after the other, until the one with this line is there; false when there is none. */
async function loadedTo(seq, id) {
  for (;;) {
    const held = thread.value;
    if (openId.value !== id || !held) return false;
    if (held.entries.some((entry) => entry.seq === seq)) return true;
    const first = held.entries[0]?.seq ?? 0;
    if (!held.more || first < seq) return false;
    await older();
    if (thread.value?.entries[0]?.seq === first) return false; // no answer: the reader is told, and may click again
  }
}

function show(seq) {
  const box = document.querySelector(".log");
  const line = box?.querySelector(`[data-seq="${seq}"]`);
  if (!line) return;
  box.scrollTop = line.offsetTop - Math.max(24, (box.clientHeight - line.offsetHeight) / 2);
  box.dispatchEvent(new Event("scroll")); // at once, or what keeps the end in sight would pull back there
  line.tabIndex = -1;
  line.focus({ preventScroll: true });
  line.classList.add("flash");
  setTimeout(() => line.classList.remove("flash"), FLASH_MS);
}
