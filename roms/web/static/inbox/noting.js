// A note on its way: names become numbers, a second try stays one note, and who cannot read it is told before.
import { html } from "../vendor/ui.js";
import { Refused, Unreachable } from "./api.js";
import { callable, calledNow, packed, peopleIn } from "./calling.js";
import { draftOf, setDraft } from "./drafts.js";
import { Icon } from "./icons.js";
import { inWords, toast } from "./notices.js";
import { addNote, uuid } from "./sends.js";
import { t } from "./text.js";

const tried = new Map(); // conversation -> {text, client_id}: the same words again are the same note

export const blindIn = (id, text) => peopleIn(text, calledNow(id)).filter(({ may_read }) => !may_read);

/** Above the button, as soon as somebody is named who may not see this conversation. */
export function Blind({ id, text }) {
  const blind = blindIn(id, text);
  if (!blind.length) return null;
  return html`<p class="holes" role="alert"><${Icon} name="warn" size=${15} /><span>${t("cannot_read_it", { names: blind.map(({ name }) => name).join(", ") })}</span></p>`;
}

export async function deliverNote(id, draft) {
  const text = packed(draft.trim(), calledNow(id));
  if (tried.get(id)?.text !== text) tried.set(id, { text, client_id: uuid() });
  try {
    await addNote(id, text, { client_id: tried.get(id).client_id, force: blindIn(id, draft).length > 0 });
    tried.delete(id);
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
    if (!draftOf(id, "note")) setDraft(id, "note", draft);
    if (error.data?.cannot_read) await callable(id, { anew: true });
    toast(inWords(error), { kind: "error" });
  }
}
