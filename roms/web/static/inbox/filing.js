// What one does about a file or a number that a message shows, or a message that did not come through.
import { Refused, Unreachable, conversation, get, post } from "./api.js";
import { go } from "./nav.js";
import { inWords, toast } from "./notices.js";
import { openId } from "./store.js";
import { catchUp } from "./sync.js";
import { t } from "./text.js";

async function told(act) {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
    toast(inWords(error), { kind: "error" });
    return null;
  }
}

/** Fetch a file that did not come, once more. */
export async function retryFile({ file }) {
  await told(() => post(`/api/files/${encodeURIComponent(file)}/retry`));
  catchUp(openId.value);
}

/** Have a message tried again that could not be processed. */
export async function tryAside(id) {
  const cid = openId.value;
  const answer = await told(() => post(conversation(cid, `/aside/${id}/retry`)));
  if (answer) toast(t(answer.state === "done" ? "aside_through" : "aside_again"));
  catchUp(cid);
}

/** To the conversation with this number, if there is one. */
export async function writeTo(phone) {
  const digits = phone.replace(/\D/g, "");
  const pages = await told(() => Promise.all(["all", "closed"].map((view) => get(`/api/conversations?view=${view}&limit=1&q=${digits}`))));
  const found = pages?.flatMap((page) => page.items)[0];
  if (found) go(found.id);
  else if (pages) toast(t("write_to_none", { phone }));
}
