// One chat: its messages with everything on them, what can be tapped, and the tabs of the four accounts.
import { openActions } from "./menu.js";
import { at, button, element } from "./tools.js";
import { locale, say } from "./words.js";

const TITLES = { whapi: "Whapi", meta: "Meta", twilio: "Twilio", waha: "WAHA" };
const time = (line) => new Date(line.at * 1000).toLocaleTimeString(locale(), { hour: "2-digit", minute: "2-digit" });
const unread = (chat) => chat.lines.filter((line) => !line.mine && line.status !== "read").length;

export function drawAccounts(phone, account, pick) {
  const tabs = Object.entries(TITLES).map(([kind, title]) => {
    const tab = button(`account ${kind}`, title, () => pick(kind));
    tab.ariaPressed = String(kind === account);
    const waiting = phone.chats[kind] ? unread(phone.chats[kind]) : 0;
    if (waiting && kind !== account) tab.append(element("i", "unread", String(waiting)));
    return tab;
  });
  at("accounts").replaceChildren(...tabs);
}

export function drawBubbles(phone, chat, account) {
  document.body.dataset.account = account;
  const known = new Map(chat.lines.map((line) => [line.id, line]));
  const items = chat.lines.map((line) => bubble(line, known));
  if (chat.typing) items.push(element("li", "line typing", say("typing")));
  at("lines").replaceChildren(...items);
}

function bubble(line, known) {
  const item = element("li", line.mine ? "line mine" : "line");
  item.dataset.kind = line.kind;
  const mark = line.by === "phone" ? say("fromPhone") : line.by || { once: say("forwarded"), often: say("often") }[line.forwarded];
  if (mark) item.append(element("small", "mark", mark));
  const quoted = known.get(line.quotes);
  if (quoted) item.append(element("blockquote", "", `${quoted.mine ? say("you") : say("shop")}: ${quoted.text || say(quoted.kind)}`));
  if (line.deleted) item.append(element("p", "gone", say("deleted")));
  else item.append(...content(line));
  const signs = Object.values(line.reactions).join("");
  if (signs) item.append(element("span", "signs", signs));
  item.append(foot(line));
  const more = button("more", "⋮", () => openActions(line));
  more.ariaLabel = say("actions");
  item.append(more);
  return item;
}

function foot(line) {
  const made = element("small", `foot ${line.status}`);
  const words = [line.edited && say("edited"), line.kind === "template" && say("template"), say(line.status) ?? line.status];
  made.append(element("time", "", time(line)), element("span", "word", words.filter(Boolean).join(" · ")));
  return made;
}

function content(line) {
  const parts = [(SHOWN[line.kind] ?? file)(line)];
  if (line.kind === "template") parts[0] = line.shown.type?.startsWith("image/") ? picture(line) : parts[0];
  if (line.text) parts.push(element("p", "", line.text));
  for (const card of line.shown.contacts ?? []) parts.push(element("p", "card", `${card.name}\n${card.phone}`));
  for (const one of line.shown.items ?? []) parts.push(element("p", "card", `${one.quantity} × ${one.id}`));
  if (line.kind === "unsupported") parts.push(element("p", "gone", line.shown.type));
  return parts.filter(Boolean);
}

// What came with a message: our own files are here, what lies elsewhere is a link that nobody follows by itself.
const fileOf = (line) => `/_media/${encodeURIComponent(line.id)}`;
const made = new Map(); // the page is drawn anew at every change; what has loaded stays

function kept(line, make) {
  if (!line.shown.type) return file(line); // it lies elsewhere
  if (!made.has(line.id)) made.set(line.id, Object.assign(make(), { src: fileOf(line) }));
  return made.get(line.id);
}

function picture(line) {
  const alt = line.text.split("\n", 1)[0] || line.shown.name;
  return kept(line, () => Object.assign(element("img", `picture ${line.kind}`), { alt, onload: stayAtEnd }));
}

function stayAtEnd() {
  const lines = at("lines");
  if (lines.scrollHeight - lines.scrollTop - lines.clientHeight < this.height + 80) lines.scrollTop = lines.scrollHeight;
}

function player(line) {
  const tag = line.kind === "video" ? "video" : "audio";
  return kept(line, () => Object.assign(element(tag, "picture"), { controls: true, preload: "metadata" }));
}

function file(line) {
  const { link: address, name, latitude, longitude } = line.shown;
  const type = line.shown.type?.includes("/");
  const map = latitude === undefined ? null : `https://maps.google.com/?q=${latitude},${longitude}`;
  const href = map ?? (type ? fileOf(line) : address);
  if (!href) return null;
  const text = map ? `${latitude}, ${longitude}${name ? `\n${name}` : ""}` : name;
  return Object.assign(element("a", "file", text), { href, target: "_blank", rel: "noopener noreferrer" });
}

const SHOWN = { image: picture, sticker: picture, video: player, audio: player, voice: player };

// Buttons and rows of the newest message; where it has none, its numbered lines: a tap writes the number.
export function choices(chat, send, tell) {
  const last = chat.lines.at(-1);
  if (!last || last.mine) return [];
  const given = last.shown.choices ?? [];
  if (given.length) return given.map((choice) => chip(choice, last, tell));
  const found = [...last.text.matchAll(/^\s*\*?(\d{1,2})[.)]\*?\s+(.+)$/gm)];
  const arrows = [...last.text.matchAll(/^▸ (.+)$/gm)];
  const words = [...found.map(([, number, title]) => [`${number} · ${title}`, number]), ...arrows.map(([, title]) => [title, title])];
  return words.map(([shown, said]) => button("chip", shown, () => send(said)));
}

function chip(choice, line, tell) {
  if (choice.how === "url") {
    const opened = { href: choice.id, target: "_blank", rel: "noopener noreferrer" };
    return Object.assign(element("a", "chip", `↗ ${choice.title}`), opened);
  }
  const made = button(`chip ${choice.how}`, choice.title, () => tell({ kind: "tap", target: line.id, ...choice }));
  if (choice.description) made.append(element("small", "", choice.description));
  return made;
}
