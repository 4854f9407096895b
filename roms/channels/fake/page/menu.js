// What can be sent beside text, and what can be done with a message.
import { at, button } from "./tools.js";
import { say } from "./words.js";

const KINDS = ["image", "video", "voice", "audio", "document", "sticker", "location", "contact", "order", "unsupported"];
const SIGNS = ["👍", "❤️", "😂", "🙏"];
let about = null; // a quote or an edit that the next text belongs to

// What a text is sent as: by itself, as an answer to a message, or in the place of one.
export function act(text) {
  const prepared = about;
  about = null;
  if (prepared?.edit) return { kind: "edit", target: prepared.line.id, text };
  return { kind: "text", text, ...(prepared ? { quotes: prepared.line.id } : {}), ...(prepared?.with ?? {}) };
}

export function drawAbout() {
  at("about").hidden = !about;
  if (about) at("about-text").textContent = about.words;
  at("about-off").onclick = () => {
    about = null;
    drawAbout();
  };
}

export function closeMenu() {
  at("menu").hidden = true;
  at("attach").ariaExpanded = "false";
  about = null;
}

function show(entries) {
  const menu = at("menu");
  const buttons = entries.map(([label, run]) =>
    Object.assign(
      button("entry", label, async () => {
        menu.hidden = true;
        at("attach").ariaExpanded = "false";
        await run();
      }),
      { role: "menuitem" },
    ),
  );
  menu.replaceChildren(...buttons);
  menu.hidden = false;
  buttons[0]?.focus();
}

export function openKinds(phone, tell) {
  if (!at("menu").hidden) return closeMenu();
  at("attach").ariaExpanded = "true";
  const text = () => at("text").value.trim();
  const taken = () => {
    const words = text();
    at("text").value = "";
    return words;
  };
  const caption = { image: true, video: true, document: true };
  const entries = KINDS.map((kind) => [say(kind), () => tell({ kind, ...(caption[kind] && text() ? { caption: taken() } : {}) })]);
  const words = (usual) => taken() || usual;
  entries.push(
    [say("more_forwarded"), () => tell({ kind: "text", text: words("Info promo gratis ongkir!"), forwarded: "often" })],
    [say("more_group"), () => tell({ kind: "text", text: words("Min, besok buka jam berapa?"), group: true })],
    [say("more_business"), () => tell({ kind: "text", text: words("Baik, kami cek dulu ya."), by_business: true })],
    [say("number_changed"), () => tell({ kind: "number_changed" })],
    [say("user_id_changed"), () => tell({ kind: "user_id_changed" })],
  );
  return show(entries);
}

export function openActions(line) {
  const send = (body) => document.dispatchEvent(new CustomEvent("tell", { detail: body }));
  const react = (emoji) => send({ kind: "reaction", target: line.id, emoji });
  const entries = SIGNS.map((sign) => [sign, () => react(sign)]);
  entries.push([say("unreact"), () => react("")], [say("reply"), () => prepare(line, false)]);
  if (line.mine) entries.push([say("edit"), () => prepare(line, true)], [say("delete"), () => send({ kind: "delete", target: line.id })]);
  show(entries);
}

function prepare(line, edit) {
  about = { line, edit, words: `${say(edit ? "edit" : "reply")}: ${line.text || say(line.kind)}` };
  if (edit) at("text").value = line.text;
  drawAbout();
  at("text").focus();
}
