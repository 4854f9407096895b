// The middle pane: whose conversation, its lines, and the place to write.
import { html, useState } from "../vendor/ui.js";
import { AwayHint } from "../common/presence.js";
import { actsOf, ask, focusComposer, may } from "./acts.js";
import { Avatar, Empty, IconButton, Mode, channelWord, nameOf } from "./bits.js";
import { isClosed } from "./closing.js";
import { Composer, isBarred } from "./composer.js";
import { Icon } from "./icons.js";
import { Lookers } from "./looking.js";
import { LabelLine } from "./labels.js";
import { go } from "./nav.js";
import { toast } from "./notices.js";
import { Due } from "./row.js";
import { current, details, dialog, openId } from "./store.js";
import { t } from "./text.js";
import { Sleeping } from "./sleeping.js";
import { Thread } from "./thread.js";
import { DropHere } from "./tray.js";
import { add, takesFiles } from "./uploads.js";

const IN_HEADER = ["released", "resumed", "closed"]; // one tap away; all of them stand in the contact's pane

export function Chat() {
  const summary = current.value;
  if (!openId.value) {
    return html`<main class="chat" id="chat" tabindex="-1"><${Empty} icon="webchat" title=${t("nothing_open")} text=${t("nothing_open_text")}>
      <p class="keys-hint"><kbd>Alt</kbd><kbd>J</kbd> ${t("key_next")} · <kbd>Ctrl</kbd><kbd>K</kbd> ${t("palette")} · <kbd>?</kbd> ${t("help")}</p></${Empty}></main>`;
  }
  return html`<${Open} summary=${summary} />`;
}

/** A file may be dropped anywhere on a conversation that can take one now; elsewhere it is said why not, and main.js keeps the page. */
function Open({ summary }) {
  const [over, setOver] = useState(false);
  const takes = (event) => event.dataTransfer?.types.includes("Files") && takesFiles() && may(summary, "agent_replied") && !isBarred(summary) && !isClosed(summary);
  const hover = (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault(); // or the browser would leave the page and open the file
    setOver(Boolean(takes(event)));
  };
  const drop = (event) => {
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    setOver(false);
    if (!takes(event)) return toast(t(["BOT", "CLOSED"].includes(summary?.mode) ? `drop_${summary.mode}` : "drop_refused"), { kind: "error" });
    focusComposer("reply");
    add(summary.id, event.dataTransfer.files);
  };
  const left = (event) => !event.currentTarget.contains(event.relatedTarget) && setOver(false);
  return html`<main class="chat" id="chat" tabindex="-1" onDragOver=${hover} onDragLeave=${left} onDrop=${drop}>
    ${over && html`<${DropHere} />`}
    <${Head} summary=${summary} />
    ${summary && html`<${Sleeping} summary=${summary} />`}
    <${AwayHint} summary=${summary} />
    <${Thread} name=${summary ? nameOf(summary) : ""} />
    ${summary && html`<${Composer} summary=${summary} />`}
  </main>`;
}

function Head({ summary }) {
  const back = html`<${IconButton} icon="back" size=${22} class="icon-button chat-back" label=${t("back_to_list")} onClick=${() => go(null)} />`;
  if (!summary) return html`<header class="chat-head">${back}</header>`;
  const { contact, channel } = summary;
  return html`<header class="chat-head">${back}
    <${Avatar} summary=${summary} />
    <div class="chat-who"><h2>${nameOf(summary)}</h2>
      <p><${Mode} mode=${summary.mode} /><${Due} summary=${summary} />
        <span class="chat-number">${contact.name && contact.phone_text ? contact.phone_text : channelWord(channel.kind)}</span><${LabelLine} summary=${summary} /></p></div>
    <${Lookers} id=${summary.id} />
    <div class="chat-acts">${actsOf(summary).filter((each) => IN_HEADER.includes(each.action)).map((each) => html`
      <button type="button" key=${each.verb} class="button quiet" data-verb=${each.verb} title=${each.verb === "close" ? `${each.label} (Alt+E)` : each.label} onClick=${() => ask(each.verb, [summary.id])}>
        <${Icon} name=${each.icon} size=${16} /><span>${each.label}</span></button>`)}
      <${IconButton} icon="play" size=${18} label=${`${t("macros")} (Alt+M)`} onClick=${() => (dialog.value = "macros")} />
      <${IconButton} icon="info" size=${20} id="details" class="icon-button chat-details" label=${t("contact_show")} aria-expanded=${details.value} onClick=${() => (details.value = !details.value)} /></div>
  </header>`;
}
