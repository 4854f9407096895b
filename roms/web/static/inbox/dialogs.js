// Palette, help and menu. A native dialog keeps the focus inside, closes on Esc and gives the focus back.
import { html, useEffect, useRef, useState } from "../vendor/ui.js";
import { IconButton } from "./bits.js";
import { boot, me } from "./boot.js";
import { Icon } from "./icons.js";
import { commands, keyed } from "./keys.js";
import { setTheme, signOut, switchLanguage, theme } from "./settings.js";
import { goUnmatched, isAdmin, CONTACTS } from "./nav.js";
import { dialog } from "./store.js";
import { CardForm, PlaceForm } from "./forms.js";
import { Assign, Closing, Labelling, Pause, Release, Snooze, Transfer, Unlabelling } from "./handing.js";
import { Macros } from "./macros.js";
import { PasswordForm } from "./password.js";
import { Templates } from "./templates.js";
import { Test } from "./testing.js";
import { language, t } from "./text.js";

export function Dialogs() {
  const Kind = KINDS[dialog.value];
  return Kind ? html`<${Modal} key=${dialog.value} name=${dialog.value}><${Kind} /></${Modal}>` : null;
}

const leave = () => {
  dialog.value = null;
};

function Modal({ name, children }) {
  const box = useRef(null);
  useEffect(() => {
    const back = document.activeElement;
    box.current.showModal();
    return () => back?.isConnected && document.activeElement === document.body && back.focus();
  }, []);
  const outside = (event) => event.target === box.current && leave();
  return html`<dialog class=${`dialog dialog-${name}`} aria-label=${t(name)} ref=${box} onClose=${leave} onPointerDown=${outside}>${children}</dialog>`;
}

const Title = ({ children }) => html`<header class="dialog-head"><h2>${children}</h2><${IconButton} icon="close" label=${t("dialog_close")} onClick=${leave} /></header>`;

const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

function Palette() {
  const [q, setQ] = useState("");
  const [at, setAt] = useState(0);
  const words = fold(q).split(/\s+/).filter(Boolean);
  const offered = commands().filter(({ label }) => words.every((word) => fold(label).includes(word))).slice(0, 60);
  const run = (command) => {
    leave();
    queueMicrotask(command.run);
  };
  const keys = (event) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by) setAt((at + by + offered.length) % Math.max(1, offered.length));
    else if (event.key === "Enter" && offered[at]) run(offered[at]);
    else return;
    event.preventDefault();
  };
  useEffect(() => document.getElementById(`command-${at}`)?.scrollIntoView({ block: "nearest" }), [at]);
  return html`<div class="palette" onKeyDown=${keys}>
    <div class="palette-field"><${Icon} name="command" /><input autofocus type="text" role="combobox" aria-expanded="true" aria-controls="commands" aria-activedescendant=${`command-${at}`}
      aria-label=${t("palette")} placeholder=${t("palette_hint")} value=${q} onInput=${(event) => (setQ(event.target.value), setAt(0))} /></div>
    <ul id="commands" role="listbox" aria-label=${t("palette")}>${offered.map((command, i) => html`
      <li key=${command.name} id=${`command-${i}`} role="option" aria-selected=${i === at} onPointerMove=${() => setAt(i)} onClick=${() => run(command)}>
        <${Icon} name=${command.icon ?? "keys"} size=${17} /><span>${command.label}</span>${command.key && html`<${Keys} of=${command.key} />`}</li>`)}</ul>
    ${!offered.length && html`<p class="palette-none">${t("palette_empty")}</p>`}
  </div>`;
}

const Keys = ({ of }) => html`<span class="keys">${of.split("+").map((key) => html`<kbd key=${key}>${key}</kbd>`)}</span>`;

const Help = () => html`<${Title}>${t("help")}</${Title}>
  <dl class="help">${keyed().map(({ name, label, key }) => html`<div key=${name}><dt>${label}</dt><dd><${Keys} of=${key} /></dd></div>`)}
    <div><dt>${t("key_send")}</dt><dd><kbd>Enter</kbd></dd></div><div><dt>${t("key_newline")}</dt><dd><${Keys} of="Shift+Enter" /></dd></div></dl>
  <h3>${t("help_ticks")}</h3>
  <dl class="help help-ticks">${[["clock", "queued"], ["tick", "sent"], ["ticks", "delivered"], ["ticks", "read"], ["fail", "failed"], ["unknown", "unknown"]].map(([icon, status]) => html`
    <div key=${status}><dt><span class="tick" data-status=${status}><${Icon} name=${icon} /></span>${t(`status_${status}`)}</dt></div>`)}</dl>`;

function Menu() {
  return html`<${Title}>${me.name}</${Title}>
    <p class="menu-login">${boot.me.login}${boot.instance === "trial" ? html` · <span class="trial">${t("trial")}</span>` : ""}</p>
    <${Choice} label=${t("language")} chosen=${language.value} options=${[["id", "Bahasa Indonesia"], ["en", "English"]]} onChoose=${switchLanguage} />
    <${Choice} label=${t("theme")} chosen=${theme.value} options=${["auto", "light", "dark"].map((name) => [name, t(`theme_${name}`)])} onChoose=${setTheme} />
    <div class="menu-acts"><a class="act" href=${CONTACTS}><${Icon} name="people" />${t("contacts")}</a>
      <a class="act" href="/inbox/labels"><${Icon} name="label" />${t("words")}</a>
      ${me.role !== "agent" && html`<a class="act" href="/board"><${Icon} name="people" />${t("board")}</a>`}
      ${["admin", "supervisor"].includes(me.role) && html`<a class="act" href="/inbox/hours"><${Icon} name="clock" />${t("hours")}</a>`}
      ${isAdmin && html`<button type="button" class="act" onClick=${() => (leave(), goUnmatched())}><${Icon} name="unknown" />${t("unmatched")}</button>
      <a class="act" href="/inbox/channels"><${Icon} name="phone" />${t("channels")}</a>
      <a class="act" href="/inbox/crew"><${Icon} name="userPlus" />${t("crew")}</a>
      <a class="act" href="/inbox/journal"><${Icon} name="check" />${t("journal")}</a>`}
      <button type="button" class="act" onClick=${() => (dialog.value = "help")}><${Icon} name="keys" />${t("help")}</button>
      <button type="button" class="act" onClick=${() => (dialog.value = "password")}><${Icon} name="pencil" />${t("password_change")}</button>
      <button type="button" class="act" onClick=${signOut}><${Icon} name="out" />${t("sign_out")}</button></div>`;
}

const Choice = ({ label, chosen, options, onChoose }) => html`<div class="choice" role="group" aria-label=${label}><span>${label}</span>
  <div class="choice-options">${options.map(([value, name]) => html`<button type="button" key=${value} aria-pressed=${value === chosen} onClick=${() => onChoose(value)}>${name}</button>`)}</div></div>`;

const SaveAsTest = () => html`<${Title}>${t("test")}</${Title}><${Test} />`;

const titled = (name, Inside) => () => html`<${Title}>${t(name)}</${Title}><${Inside} leave=${leave} />`;

const KINDS = {
  palette: Palette, help: Help, menu: Menu, test: SaveAsTest,
  macros: titled("macros", Macros), templates: titled("templates", Templates), location: titled("location", PlaceForm), card: titled("card", CardForm),
  transfer: titled("transfer", Transfer), assign: titled("bulk_assign", Assign), pause: titled("pause_until", Pause), snooze: titled("snooze_until", Snooze),
  release: titled("release_where", Release), close: titled("close_conversation", Closing), label: titled("bulk_label_title", Labelling), unlabel: titled("bulk_unlabel", Unlabelling),
  password: titled("password_change", PasswordForm),
};
