// Starts the widget inside its frame and keeps the private line to the page around it.

import { effect, html, render } from "/static/vendor/ui.js";
import { createChat } from "./chat.js";
import { createMemory } from "./memory.js";
import { App } from "./view.js";
import { loadWords } from "./words.js";

const framed = window.parent !== window;
const told = new URLSearchParams(location.hash.slice(1)); // host: the origin of the page around us; name: what it calls itself
const memory = createMemory();
const language = document.documentElement.lang === "en" ? "en" : "id";
const chat = createChat({ memory, language });
let port = null;
let wantsFocus = false;

// The page proves that it is the one we were opened by, once, and hands us a port; nobody else can speak on that.
function greeted(event) {
  if (event.source !== window.parent || event.origin !== told.get("host")) return;
  if (event.data?.roms !== "hello" || event.ports.length !== 1) return;
  port = event.ports[0];
  port.onmessage = ({ data }) => heard(data);
  port.postMessage({ type: "ready" });
  port.postMessage({ type: "unread", count: chat.unread.value });
}

function heard(data) {
  if (data?.type === "open") {
    wantsFocus = Boolean(data.focus);
    chat.open(true);
    focusChat();
  }
  if (data?.type === "close") chat.open(false);
}

// On a touch screen the keyboard would cover what the visitor came to read.
function focusChat() {
  if (!wantsFocus) return;
  const target = matchMedia("(pointer: coarse)").matches ? "h1" : "textarea";
  document.querySelector(target)?.focus();
}

const close = () => port?.postMessage({ type: "close" });

async function start() {
  const words = await loadWords(language);
  document.title = told.get("name") || words.t("title");
  render(html`<${App} chat=${chat} words=${words} name=${told.get("name")} framed=${framed} onClose=${close} />`, document.getElementById("chat"));
  focusChat();
  chat.start();
  if (!framed) chat.open(true);
}

if (framed) addEventListener("message", greeted);
addEventListener("keydown", (event) => event.key === "Escape" && close());
effect(() => {
  const count = chat.unread.value;
  port?.postMessage({ type: "unread", count });
});
start();
