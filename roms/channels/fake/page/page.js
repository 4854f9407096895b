// Any number of phones in one page. The server knows everything; the page asks it twice a second and draws what it says.
import { locale, otherLanguage, say, spell, switchLanguage } from "./words.js";

const POLL = 500; // milliseconds; slower while nobody looks
const POLL_HIDDEN = 2000;
const FACES = 6;
const at = (id) => document.getElementById(id);
const drafts = new Map();
let state = { version: 0, phones: [] };
let chosen = null;
let drawn = "";

function element(tag, className, text = "") {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

async function post(path, body) {
  const headers = { "Content-Type": "application/json" };
  const answer = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
  return answer.json();
}

const current = () => state.phones.find((phone) => phone.address === chosen);
const numberOf = (phone) => `+${phone.address.split("@")[0]}`;
const time = (line) => new Date(line.at * 1000).toLocaleTimeString(locale(), { hour: "2-digit", minute: "2-digit" });
const unread = (phone) => phone.lines.filter((line) => !line.mine && line.status !== "read").length;

function face(place, phone) {
  const initials = phone.name.replace(/[^\p{L}\p{N} ]/gu, "").split(" ").filter(Boolean);
  const number = [...phone.address].reduce((sum, sign) => (sum * 31 + sign.codePointAt(0)) % 9973, 7);
  place.className = `face face${number % FACES}`;
  place.textContent = initials.slice(0, 2).map((word) => word[0].toUpperCase()).join("");
  return place;
}

function phoneButton(phone) {
  const last = phone.lines.at(-1);
  const button = element("button", "phone");
  button.type = "button";
  button.ariaCurrent = String(phone.address === chosen);
  button.onclick = () => choose(phone.address);
  const words = element("span", "words");
  words.append(element("b", "", phone.name), element("span", "last", last ? last.text : say("nothing")));
  const side = element("span", "side");
  side.append(element("time", "", last ? time(last) : ""));
  if (unread(phone)) side.append(element("i", "unread", String(unread(phone))));
  button.append(face(element("span", ""), phone), words, side);
  const item = element("li", "");
  item.append(button);
  return item;
}

function bubble(line) {
  const item = element("li", line.mine ? "line mine" : "line");
  const foot = element("small", `foot ${line.status}`);
  const word = element("span", "word", say(line.status) ?? line.status);
  foot.append(element("time", "", time(line)), word);
  const shown = (SHOWN[line.kind] ?? link)(line);
  if (shown) item.append(shown);
  if (line.text) item.append(element("p", "", line.text));
  item.append(foot);
  return item;
}

// What came with a message: our own files are here, what lies elsewhere is a link that nobody follows by itself.
const fileOf = (line) => `/_media/${encodeURIComponent(line.id)}`;
const made = new Map(); // the page is drawn anew at every change; what has loaded stays

function kept(line, make) {
  if (!line.shown.type) return link(line);
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
  return kept(line, () => Object.assign(element(line.kind, "picture"), { controls: true, preload: "metadata" }));
}

function link(line) {
  const { link: address, name, type, latitude, longitude } = line.shown;
  const map = latitude === undefined ? null : `https://maps.google.com/?q=${latitude},${longitude}`;
  const href = map ?? address ?? (type && fileOf(line));
  if (!href) return null;
  return Object.assign(element("a", "file", map ? `${latitude}, ${longitude}` : name), { href, target: "_blank", rel: "noopener noreferrer" });
}

const SHOWN = { image: picture, sticker: picture, video: player, audio: player };

// Numbered lines of the newest message are choices: a tap writes the number; where an arrow stands, the words.
function choices(phone) {
  const last = phone.lines.at(-1);
  const found = last && !last.mine ? [...last.text.matchAll(/^\s*\*?(\d{1,2})[.)]\*?\s+(.+)$/gm)] : [];
  const arrows = last && !last.mine ? [...last.text.matchAll(/^▸ (.+)$/gm)] : [];
  const chips = [...found.map(([, number, title]) => [`${number} · ${title}`, number]), ...arrows.map(([, title]) => [title, title])];
  return chips.map(([shown, said]) => {
    const chip = element("button", "chip", shown);
    chip.type = "button";
    chip.onclick = () => send(said);
    return chip;
  });
}

function drawScreen() {
  const phone = current();
  at("nobody").hidden = Boolean(phone);
  at("screen").hidden = !phone;
  document.body.classList.toggle("chatting", Boolean(phone));
  if (!phone) return;
  const lines = at("lines");
  const atEnd = lines.scrollHeight - lines.scrollTop - lines.clientHeight < 80;
  face(at("face"), phone);
  at("who").textContent = phone.name;
  at("number").textContent = numberOf(phone);
  lines.replaceChildren(...phone.lines.map(bubble));
  at("choices").replaceChildren(...choices(phone));
  if (atEnd || drawn !== phone.address) lines.scrollTop = lines.scrollHeight;
  drawn = phone.address;
}

function draw() {
  spell();
  at("language").textContent = otherLanguage();
  const newestFirst = [...state.phones].sort((a, b) => (b.lines.at(-1)?.at ?? 0) - (a.lines.at(-1)?.at ?? 0));
  const focused = document.activeElement?.closest?.("#list") ? chosen : null;
  at("list").replaceChildren(...newestFirst.map(phoneButton));
  if (focused) at("list").querySelector("[aria-current=true]")?.focus();
  drawScreen();
}

function choose(address) {
  if (chosen) drafts.set(chosen, at("text").value);
  chosen = address;
  at("text").value = drafts.get(address) ?? "";
  draw();
  grow();
  if (address && matchMedia("(pointer: fine)").matches) at("text").focus();
}

function grow() {
  const field = at("text");
  field.style.height = "auto";
  field.style.height = `${Math.min(field.scrollHeight, 140)}px`;
}

async function send(text) {
  const phone = current();
  if (!phone || !text.trim()) return;
  await post("/_say", { from: phone.address, text });
  at("lines").scrollTop = at("lines").scrollHeight;
  await ask();
}

async function ask() {
  try {
    const open = !document.hidden && chosen ? chosen : "";
    const news = await post("/_look", { open, since: state.version });
    at("trouble").hidden = true;
    if (news.phones) {
      state = news;
      draw();
    }
  } catch (error) {
    at("trouble").hidden = false;
    state.version = 0;
  }
}

async function keepAsking() {
  await ask();
  setTimeout(keepAsking, document.hidden ? POLL_HIDDEN : POLL);
}

async function write(event) {
  event?.preventDefault();
  const text = at("text").value;
  at("text").value = "";
  grow();
  try {
    await send(text);
  } catch (error) {
    at("text").value = text;
    at("trouble").hidden = false;
  }
}

async function add(event) {
  event.preventDefault();
  try {
    const { address } = await post("/_phones", { name: at("new-name").value, number: at("new-number").value });
    event.target.reset();
    at("new-number").setCustomValidity("");
    await ask();
    choose(address);
  } catch (error) {
    at("new-number").setCustomValidity(say("badNumber"));
    at("new-number").reportValidity();
  }
}

at("write").onsubmit = write;
at("text").oninput = grow;
at("text").onkeydown = (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) write(event);
};
at("add").onsubmit = add;
at("new-number").oninput = () => at("new-number").setCustomValidity("");
at("back").onclick = () => choose(null);
at("language").onclick = () => {
  switchLanguage();
  draw();
};
draw();
keepAsking();
