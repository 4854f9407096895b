// The one line a page needs: <script src="https://host/widget.js" async></script>
// Optional: data-language="id|en", data-name="the shop's name". Everything lives in one shadow root, so that neither side's
// styles reach the other; the chat itself is a frame of our own origin. The only global is window.RomsChat.
(() => {
  "use strict";
  if (window.RomsChat) return;
  const script = document.currentScript || document.querySelector('script[src*="/widget.js"]');
  if (!script) return;

  const home = new URL(script.src, location.href).origin;
  const language = (script.dataset.language || document.documentElement.lang || "id").toLowerCase().startsWith("en") ? "en" : "id";
  const words = {
    id: { open: "Buka obrolan", close: "Tutup obrolan", title: "Obrolan", unread: (n) => `${n} pesan belum dibaca` },
    en: { open: "Open chat", close: "Close chat", title: "Chat", unread: (n) => (n === 1 ? "1 unread message" : `${n} unread messages`) },
  }[language];
  const phone = window.matchMedia("(max-width: 520px)");

  const css = `
    :host { all: initial !important; }
    @media print { :host { display: none !important; } }
    .launcher, .panel { position: fixed; z-index: 2147483000; box-sizing: border-box; }
    .launcher { right: max(20px, env(safe-area-inset-right)); bottom: max(20px, env(safe-area-inset-bottom)); width: 60px; height: 60px; padding: 0;
      border: 0; border-radius: 50%; cursor: pointer; color: #fff; background: #0b6b5d;
      box-shadow: 0 6px 20px rgb(0 0 0 / .28), 0 1px 3px rgb(0 0 0 / .2); transition: transform .15s ease, background .15s ease; }
    .launcher:hover { background: #095a4f; transform: scale(1.05); }
    .launcher:focus-visible { outline: 3px solid #fff; outline-offset: -6px; box-shadow: 0 0 0 3px #0b6b5d, 0 6px 20px rgb(0 0 0 / .28); }
    .launcher svg { position: absolute; inset: 0; margin: auto; width: 28px; height: 28px; transition: opacity .15s ease, transform .15s ease; }
    .launcher .cross { opacity: 0; transform: rotate(-45deg); }
    .launcher[aria-expanded="true"] .cross { opacity: 1; transform: none; }
    .launcher[aria-expanded="true"] .bubble { opacity: 0; transform: scale(.6); }
    .badge { position: absolute; top: -4px; right: -4px; min-width: 22px; height: 22px; padding: 0 6px; box-sizing: border-box; border-radius: 11px;
      background: #c81e1e; color: #fff; border: 2px solid #fff; font: 700 12px/18px system-ui, sans-serif; text-align: center; }
    .badge[hidden], .panel[hidden] { display: none; }
    .panel { right: max(20px, env(safe-area-inset-right)); bottom: 94px; width: 384px; height: min(640px, calc(100vh - 116px)); overflow: hidden;
      border-radius: 18px; background: #0b6b5d; box-shadow: 0 18px 60px rgb(0 0 0 / .3), 0 2px 8px rgb(0 0 0 / .14); animation: rise .18s ease-out; }
    iframe { display: block; width: 100%; height: 100%; border: 0; }
    @keyframes rise { from { opacity: 0; transform: translateY(12px); } }
    @media (max-width: 520px) {
      .panel { inset: 0; width: 100%; height: 100vh; height: 100dvh; border-radius: 0; }
      .launcher[aria-expanded="true"] { display: none; }
    }
    @media (prefers-reduced-motion: reduce) { .launcher, .launcher svg { transition: none; } .panel { animation: none; } }
    @media (forced-colors: active) { .launcher { border: 2px solid ButtonText; } }
  `;

  const host = document.createElement("roms-chat");
  const root = host.attachShadow({ mode: "open" });
  addStyles();
  const launcher = element("button", { type: "button", class: "launcher", "aria-haspopup": "dialog", "aria-expanded": "false" });
  launcher.append(
    icon("bubble", "M12 3C6.5 3 2 6.7 2 11.3c0 2.6 1.5 5 3.8 6.5-.1 1.1-.6 2.4-1.5 3.2 1.9-.1 3.6-.8 4.9-1.7.9.2 1.8.3 2.8.3 5.5 0 10-3.7 10-8.3S17.5 3 12 3Z", true),
    icon("cross", "M6 6l12 12M18 6 6 18", false),
  );
  const badge = element("span", { class: "badge", hidden: "", "aria-hidden": "true" });
  launcher.append(badge);
  const panel = element("div", { class: "panel", role: "dialog", "aria-label": words.title, hidden: "" });
  root.append(panel, launcher);

  let frame = null;
  let port = null;
  let open = false;
  let unread = 0;

  launcher.addEventListener("click", () => (open ? hide() : show()));
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && open) hide();
  });
  label();
  window.RomsChat = Object.freeze({ open: () => show(), close: () => hide(), toggle: () => (open ? hide() : show()) });
  whenReady(() => {
    (document.body || document.documentElement).append(host);
    // A full-screen panel that opens itself on each page would be in the way on a phone.
    if (remembered(sessionStorageOrNull()) === "open" && !phone.matches) show(false);
    else if (remembered(localStorageOrNull()) !== null) load(); // known visitor: the badge must tell of new messages
  });

  function show(focus = true) {
    load();
    open = true;
    panel.hidden = false;
    remember("open");
    label();
    tell({ type: "open", focus });
    if (focus) frame.focus();
  }

  function hide() {
    if (!open) return;
    const inside = root.activeElement !== null;
    open = false;
    panel.hidden = true;
    remember("closed");
    label();
    tell({ type: "close" });
    if (inside) launcher.focus();
  }

  function load() {
    if (frame) return;
    const target = new URL("/widget", home);
    target.searchParams.set("language", language);
    target.hash = new URLSearchParams({ host: location.origin, name: script.dataset.name || "" }).toString();
    frame = element("iframe", { title: words.title, src: target.href, referrerpolicy: "origin" });
    frame.addEventListener("load", greet);
    panel.append(frame);
  }

  // One private line to the frame: the greeting names our origin exactly, so only the real widget can receive the port,
  // and from then on nobody else can speak on it. The frame checks the greeting's origin and source in the same way.
  function greet() {
    if (port) port.close();
    const channel = new MessageChannel();
    port = channel.port1;
    port.onmessage = ({ data }) => hear(data);
    frame.contentWindow.postMessage({ roms: "hello" }, home, [channel.port2]);
  }

  function hear(data) {
    if (data === null || typeof data !== "object") return;
    if (data.type === "ready" && open) tell({ type: "open", focus: root.activeElement === frame });
    if (data.type === "close") hide();
    if (data.type === "unread" && Number.isInteger(data.count)) {
      unread = Math.max(0, data.count);
      label();
    }
  }

  function tell(message) {
    if (port) port.postMessage(message);
  }

  function label() {
    const shown = unread > 0 && !open;
    badge.hidden = !shown;
    badge.textContent = unread > 9 ? "9+" : String(unread);
    launcher.setAttribute("aria-expanded", String(open));
    launcher.setAttribute("aria-label", open ? words.close : shown ? `${words.open}, ${words.unread(unread)}` : words.open);
    panel.setAttribute("aria-modal", String(phone.matches));
  }

  function element(name, attributes) {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
    return node;
  }

  function icon(name, path, filled) {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    const shape = document.createElementNS(space, "path");
    for (const [key, value] of Object.entries({ class: name, viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" })) svg.setAttribute(key, value);
    shape.setAttribute("d", path);
    shape.setAttribute("fill", filled ? "currentColor" : "none");
    if (!filled) for (const [key, value] of Object.entries({ stroke: "currentColor", "stroke-width": "2.4", "stroke-linecap": "round" })) shape.setAttribute(key, value);
    svg.append(shape);
    return svg;
  }

  // A constructed sheet is allowed by any page's content policy; the element is for older browsers.
  function addStyles() {
    if ("adoptedStyleSheets" in root && "replaceSync" in CSSStyleSheet.prototype) {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      root.adoptedStyleSheets = [sheet];
      return;
    }
    const style = document.createElement("style");
    style.nonce = script.nonce;
    style.textContent = css;
    root.append(style);
  }

  function whenReady(run) {
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", run, { once: true });
    else run();
  }

  function remember(state) {
    for (const storage of [sessionStorageOrNull(), localStorageOrNull()]) if (storage) storage.setItem("roms-chat", state);
  }

  function remembered(storage) {
    return storage ? storage.getItem("roms-chat") : null;
  }

  // Reading the property throws where the page's storage is blocked.
  function sessionStorageOrNull() {
    try {
      return window.sessionStorage;
    } catch {
      return null;
    }
  }

  function localStorageOrNull() {
    try {
      return window.localStorage;
    } catch {
      return null;
    }
  }
})();
