// Who of us has a conversation open, and who is writing there: told by the server as it changes, forgotten by itself.
import { html, signal } from "../vendor/ui.js";
import { Face, named } from "./bits.js";
import { agentName, firstName, me } from "./boot.js";
import { openId, typing } from "./store.js";
import { t } from "./text.js";

const HIDDEN_MS = 5 * 60_000; // a tab that nobody has looked at for so long is looked at by nobody
const MOST_FACES = 4;

export const looking = signal(new Map()); // conversation -> [[who, hidden], …]
let hiddenSince = null;

document.addEventListener("visibilitychange", () => (hiddenSince = document.hidden ? Date.now() : null));

/** What we look at, in the server's words. */
export function ownLook() {
  const gone = hiddenSince !== null && Date.now() - hiddenSince > HIDDEN_MS;
  return { t: "looking", c: gone ? "" : (openId.value ?? ""), on: !gone && openId.value !== null, hidden: document.hidden };
}

export function noteLooking({ c, who }) {
  const all = new Map(looking.value);
  if (who.length) all.set(c, who);
  else all.delete(c);
  looking.value = all;
}

/** Without a line nobody tells us who leaves. */
export function forgetLooking() {
  if (looking.value.size) looking.value = new Map();
}

const nameOf = (id) => named(agentName(id) ?? t("someone"));
export const typistsOf = (id) => [...(typing.value.get(id)?.keys() ?? [])].filter((who) => who !== "contact" && who !== me.id);

/** Colleagues who have this open, whoever really looks first. One who writes surely looks. */
function colleaguesAt(id) {
  const some = new Map((looking.value.get(id) ?? []).filter(([who]) => who !== me.id));
  for (const who of typistsOf(id)) some.set(who, false);
  return [...some].sort((a, b) => a[1] - b[1]);
}

const shortOf = (id) => named(firstName(id) ?? t("someone"));
const lookText = (who, hidden, writes) => t(writes ? "is_typing" : hidden ? "looks_hidden" : "looks", { name: nameOf(who) });

/** In the head of the chat: their faces, and in words who is writing. */
export function Lookers({ id }) {
  const writing = typistsOf(id);
  const some = colleaguesAt(id);
  return html`<div class="lookers" aria-live="polite" aria-relevant="additions text">
    ${writing.length > 0 && html`<span class="writing"><span class="dots" aria-hidden="true"><i></i><i></i><i></i></span>${writing.length > 1 ? t("are_typing", { count: writing.length }) : t("is_typing", { name: shortOf(writing[0]) })}</span>`}
    ${some.length > 0 && html`<ul class="faces" aria-label=${t("lookers")}>${some.slice(0, MOST_FACES).map(([who, hidden]) => {
      const text = lookText(who, hidden, writing.includes(who));
      return html`<li key=${who} data-hidden=${hidden} data-writing=${writing.includes(who)} title=${text}><${Face} id=${who} /><span class="sr">${text}</span></li>`;
    })}${some.length > MOST_FACES && html`<li class="more-faces" title=${some.slice(MOST_FACES).map(([who]) => nameOf(who)).join(", ")}>+${some.length - MOST_FACES}</li>`}</ul>`}
  </div>`;
}

/** In a row of the list: one face, and how many more. */
export function RowLookers({ id }) {
  const some = colleaguesAt(id);
  if (!some.length) return null;
  const writing = typistsOf(id);
  const text = some.map(([who, hidden]) => lookText(who, hidden, writing.includes(who))).join(" · ");
  const [first] = writing.length ? writing : some[0];
  return html`<span class="row-lookers" data-hidden=${some.every(([, hidden]) => hidden)} data-writing=${writing.length > 0} title=${text}><${Face} id=${first} />${some.length > 1 && html`<small aria-hidden="true">+${some.length - 1}</small>`}<span class="sr">${text}</span></span>`;
}
