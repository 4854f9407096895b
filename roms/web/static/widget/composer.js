// The box the visitor writes in: grows with the text, counts near the limit, keeps the draft over a reload.

import { html, useEffect, useLayoutEffect, useRef, useState } from "/static/vendor/ui.js";
import { LIMIT } from "./chat.js";
import { icon } from "./icons.js";

const COUNT_FROM = LIMIT - 400;
const TALLEST = 132; // px, about five lines
const DRAFT = "roms.widget.draft";

const length = (text) => [...text].length; // code points, as the server counts

export function Composer({ chat, words }) {
  const { t } = words;
  const box = useRef(null);
  const [text, setText] = useState(draft.read);
  const left = LIMIT - length(text.trim());
  const ready = text.trim() !== "" && left >= 0;

  useLayoutEffect(() => {
    box.current.style.height = "auto";
    box.current.style.height = `${Math.min(box.current.scrollHeight, TALLEST)}px`;
  }, [text, chat.opened.value]);
  useEffect(() => draft.write(text), [text]);

  function typed(event) {
    setText(event.target.value);
    chat.typing(event.target.value.trim() !== "");
  }

  function send(event) {
    event.preventDefault();
    if (!ready) return;
    chat.send(text.trim());
    setText("");
    box.current.focus();
  }

  function key(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) send(event);
  }

  const over = left < 0 ? t("too_long", { count: -left }) : t("left", { count: left });
  return html`<form class="composer" onSubmit=${send}>
    <label class="sr" for="text">${t("write")}</label>
    <textarea id="text" ref=${box} rows="1" value=${text} placeholder=${t("write")} enterkeyhint="send" autocomplete="off"
      aria-describedby="count" aria-invalid=${left < 0} onInput=${typed} onKeyDown=${key} onBlur=${() => chat.typing(false)}></textarea>
    <button type="submit" class="send" disabled=${!ready} aria-label=${t("send")}>${icon("send")}</button>
    <p id="count" class=${left < 0 ? "count over" : "count"} aria-live="polite">${LIMIT - left >= COUNT_FROM ? over : ""}</p>
  </form>`;
}

const draft = {
  read() {
    try {
      return window.sessionStorage.getItem(DRAFT) ?? "";
    } catch {
      return ""; // storage is blocked here: no drafts
    }
  },
  write(text) {
    try {
      window.sessionStorage.setItem(DRAFT, text);
    } catch {
      return; // as above
    }
  },
};
