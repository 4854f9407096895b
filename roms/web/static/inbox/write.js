// We write first: on which channel, and what to know before. Nothing is sent by this.
import { html, useState } from "../vendor/ui.js";
import { post } from "./api.js";
import { channelIcon } from "./bits.js";
import { Icon } from "./icons.js";
import { contactPath, personName, trying } from "./person.js";
import { t, tell } from "./text.js";

/** A button that opens the choice of channels; the conversation is begun, or taken up, and shown. */
export function WriteTo({ contact, onOpen }) {
  const [open, setOpen] = useState(false);
  const ways = contact.ways ?? [];
  if (!ways.length) return null;
  const begin = async (way) => {
    const told = await trying(() => post(contactPath(contact.id, "/conversations"), { channel: way.channel.id }));
    if (told) onOpen(told.conversation.id);
  };
  const keys = (event) => {
    if (event.key !== "Escape" || !open) return;
    event.stopPropagation();
    setOpen(false);
  };
  return html`<div class="write-to" onKeyDown=${keys}>
    <button type="button" class="button primary" aria-expanded=${open} onClick=${() => setOpen(!open)}><${Icon} name="pencil" size=${16} />${t("write_to")}</button>
    ${open && html`<div role="group" aria-label=${t("write_on", { name: personName(contact) })}>
      ${contact.opted_out_at && html`<p class="opted-out" role="alert"><${Icon} name="warn" size=${16} />${t("opted_out_warning")}</p>`}
      <ul class="ways">${ways.map((way) => html`<li key=${way.channel.id}><button type="button" class="act" disabled=${Boolean(way.why_not)} onClick=${() => begin(way)}>
        <${Icon} name=${channelIcon(way.channel.kind)} size=${16} />${way.channel.name}</button>${hint(way) && html`<small>${hint(way)}</small>`}</li>`)}</ul></div>`}
  </div>`;
}

function hint(way) {
  if (way.why_not) return tell(way.why_not);
  if (way.conversation) return t("write_there");
  return way.template_first ? t("write_template_first") : "";
}
