// What the box offers while one types: colleagues behind "@" in a note, saved replies behind "/" in a reply.
import { html, useState } from "../vendor/ui.js";
import { Refused, Unreachable } from "./api.js";
import { callable } from "./calling.js";
import { Icon } from "./icons.js";
import { inWords, say, toast } from "./notices.js";
import { Offers, fitting, offerKeys, wordAt } from "./offers.js";
import { ReplyLine, attachOf, holesIn, offeredTo, textsOf } from "./saved.js";
import { t } from "./text.js";

const KINDS = {
  note: {
    sign: "@", alone: false, load: callable, textsOf: ({ name }) => [name], insert: ({ name }) => `@${name} `, label: "offers_people",
    line: ({ name, may_read }) => html`<span class="offer-head"><${Icon} name=${may_read ? "person" : "warn"} size=${15} /><b>${name}</b>${!may_read && html`<span class="offer-blind">${t("cannot_read")}</span>`}</span>`,
  },
  reply: { sign: "/", alone: true, load: offeredTo, textsOf, insert: ({ text }) => text, label: "offers_saved", line: ReplyLine },
};

/** {list, keys, typed, aria}: what to draw above the box, and what the box tells us. */
export function useOffers({ id, kind, text, field, onText }) {
  const rules = KINDS[kind];
  const [word, setWord] = useState(null);
  const [all, setAll] = useState([]);
  const [at, setAt] = useState(0);
  const items = word ? fitting(all, word.q, rules.textsOf) : [];
  const typed = async (value, caret) => {
    const next = wordAt(value, caret, rules.sign, rules);
    setWord(next);
    setAt(0);
    if (!next || word) return;
    const found = await loaded(rules.load, id);
    setAll(found);
    say(found.length ? t(rules.label, { count: found.length }) : t("offers_none"));
  };
  const choose = (item) => {
    const put = rules.insert(item);
    setWord(null);
    onText(text.slice(0, word.from) + put + text.slice(word.to));
    if (item.file) attachOf(id, item);
    requestAnimationFrame(() => select(field.current, word.from, put));
  };
  const keys = (event) => offerKeys(event, { items, at: Math.min(at, items.length - 1), onAt: setAt, onChoose: choose, onLeave: () => setWord(null) });
  const list = items.length > 0 && html`<${Offers} id="offers" label=${t(rules.label, { count: items.length })} items=${items} at=${Math.min(at, items.length - 1)} onChoose=${choose} onAt=${setAt} line=${rules.line} />`;
  return { list, keys, typed, leave: () => setWord(null), aria: { "aria-autocomplete": "list", "aria-controls": items.length ? "offers" : null, "aria-activedescendant": items.length ? `offers-${Math.min(at, items.length - 1)}` : null } };
}

async function loaded(load, id) {
  try {
    return await load(id);
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
    toast(inWords(error), { kind: "error" });
    return [];
  }
}

/** The cursor behind what was put in, or on the first place that is still open. */
function select(field, from, put) {
  if (!field) return;
  field.focus();
  const [hole] = holesIn(put);
  if (hole) field.setSelectionRange(from + hole.from, from + hole.to);
  else field.setSelectionRange(from + put.length, from + put.length);
}
