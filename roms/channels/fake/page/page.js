// Any number of phones in one page. The server knows everything; the page asks it twice a second and draws what it says.
import { choices, drawAccounts, drawBubbles } from "./chat.js";
import { act, closeMenu, drawAbout, openKinds } from "./menu.js";
import { drawDials } from "./dials.js";
import { at, button, element, post } from "./tools.js";
import { locale, otherLanguage, say, spell, switchLanguage } from "./words.js";

const POLL = 500; // milliseconds; slower while nobody looks
const POLL_HIDDEN = 2000;
const FACES = 6;
const drafts = new Map();
let state = { version: 0, phones: [] };
let chosen = null;
let account = localStorage.getItem("account") ?? "whapi";
let drawn = "";

const current = () => state.phones.find((phone) => phone.key === chosen);
const numberOf = (phone) => {
  if (phone.group) return phone.user_id;
  return phone.hidden ? `@${phone.username} · ${phone.user_id}` : `+${phone.number}`;
};
const chatOf = (phone, kind = account) => phone.chats[kind] ?? { lines: [], typing: false };
const allLines = (phone) => Object.values(phone.chats).flatMap((chat) => chat.lines);
const newest = (phone) => allLines(phone).sort((a, b) => b.at - a.at)[0];
const time = (line) => new Date(line.at * 1000).toLocaleTimeString(locale(), { hour: "2-digit", minute: "2-digit" });
const unread = (phone) => allLines(phone).filter((line) => !line.mine && line.status !== "read").length;

function face(place, phone) {
  const initials = phone.name.replace(/[^\p{L}\p{N} ]/gu, "").split(" ").filter(Boolean);
  const number = [...phone.key].reduce((sum, sign) => (sum * 31 + sign.codePointAt(0)) % 9973, 7);
  place.className = `face face${number % FACES}`;
  place.textContent = initials.slice(0, 2).map((word) => word[0].toUpperCase()).join("");
  return place;
}

function phoneButton(phone) {
  const last = newest(phone);
  const button = element("button", "phone");
  button.type = "button";
  button.ariaCurrent = String(phone.key === chosen);
  button.onclick = () => choose(phone.key);
  const words = element("span", "words");
  words.append(element("b", "", phone.name), element("span", "last", last ? last.text || say(last.kind) || last.kind : say("nothing")));
  const side = element("span", "side");
  side.append(element("time", "", last ? time(last) : ""));
  if (unread(phone)) side.append(element("i", "unread", String(unread(phone))));
  button.append(face(element("span", ""), phone), words, side);
  const item = element("li", "");
  item.append(button);
  return item;
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
  drawAccounts(phone, account, pick);
  drawLink();
  drawBubbles(phone, chatOf(phone), account);
  at("choices").replaceChildren(...choices(chatOf(phone), send, (body) => tell(body)));
  drawAbout();
  const place = `${phone.key} ${account}`;
  if (atEnd || drawn !== place) lines.scrollTop = lines.scrollHeight;
  drawn = place;
}

// How the account of this chat is linked, where it is linked like a phone.
function drawLink() {
  const gateway = state.gateways?.[account];
  at("link").hidden = !gateway || gateway.state === "working";
  if (at("link").hidden) return;
  at("link").textContent = [say(`s_${gateway.state}`), gateway.pairing, gateway.left ? `${gateway.left} s` : ""].filter(Boolean).join(" · ");
  const scan = button("dial", say("g_working"), () => post("/_gateway", { account, state: "working" }).then(ask));
  at("link").append(" ", scan);
}

function pick(kind) {
  account = kind;
  localStorage.setItem("account", kind);
  draw();
}

function draw() {
  spell();
  at("language").textContent = otherLanguage();
  const newestFirst = [...state.phones].sort((a, b) => (newest(b)?.at ?? 0) - (newest(a)?.at ?? 0));
  const focused = document.activeElement?.closest?.("#list") ? chosen : null;
  at("list").replaceChildren(...newestFirst.map(phoneButton));
  if (focused) at("list").querySelector("[aria-current=true]")?.focus();
  drawDials(state, current, account, ask);
  drawScreen();
}

function choose(address) {
  closeMenu();
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
  await tell(act(text));
}

// Whatever a person can do, at the account that is chosen; what the menu prepared (a quote, an edit) goes with it.
async function tell(body) {
  await post("/_send", { person: current().key, account, ...body });
  at("lines").scrollTop = at("lines").scrollHeight;
  await ask();
}

async function ask() {
  try {
    const open = !document.hidden && chosen ? chosen : "";
    const news = await post("/_look", { open, account, since: state.version });
    at("trouble").hidden = true;
    const before = JSON.stringify([state.gateways, state.faults]);
    state = { ...state, ...news };
    if (news.phones || before !== JSON.stringify([state.gateways, state.faults])) draw();
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
    const { key } = await post("/_phones", {
      name: at("new-name").value,
      number: at("new-number").value,
      hidden: at("new-hidden").checked,
    });
    event.target.reset();
    at("new-number").setCustomValidity("");
    await ask();
    choose(key);
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
at("attach").onclick = () => openKinds(current(), tell);
document.addEventListener("tell", (event) => tell(event.detail));
at("back").onclick = () => choose(null);
at("language").onclick = () => {
  switchLanguage();
  draw();
};
draw();
keepAsking();
