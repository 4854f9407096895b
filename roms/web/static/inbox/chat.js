// The middle pane: whose conversation, its lines, and the place to write.
import { html } from "../vendor/ui.js";
import { act, actsOf } from "./acts.js";
import { Avatar, Empty, IconButton, Mode, channelWord, nameOf } from "./bits.js";
import { Composer } from "./composer.js";
import { Icon } from "./icons.js";
import { go } from "./nav.js";
import { Waiting } from "./row.js";
import { current, details, openId } from "./store.js";
import { t } from "./text.js";
import { Thread } from "./thread.js";

const IN_HEADER = ["released", "resumed", "closed"]; // one tap away; all of them stand in the contact's pane

export function Chat() {
  const summary = current.value;
  if (!openId.value) {
    return html`<main class="chat" id="chat" tabindex="-1"><${Empty} icon="webchat" title=${t("nothing_open")} text=${t("nothing_open_text")}>
      <p class="keys-hint"><kbd>Alt</kbd><kbd>J</kbd> ${t("key_next")} · <kbd>Ctrl</kbd><kbd>K</kbd> ${t("palette")} · <kbd>?</kbd> ${t("help")}</p></${Empty}></main>`;
  }
  return html`<main class="chat" id="chat" tabindex="-1">
    <${Head} summary=${summary} />
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
      <p><${Mode} mode=${summary.mode} />${summary.waiting_since && html`<${Waiting} since=${summary.waiting_since} />`}
        <span class="chat-number">${contact.name && contact.phone_text ? contact.phone_text : channelWord(channel.kind)}</span></p></div>
    <div class="chat-acts">${actsOf(summary).filter((each) => IN_HEADER.includes(each.action)).map((each) => html`
      <button type="button" key=${each.verb} class="button quiet" data-verb=${each.verb} title=${each.verb === "close" ? `${each.label} (Alt+E)` : each.label} onClick=${() => act(each.verb)}>
        <${Icon} name=${each.icon} size=${16} /><span>${each.label}</span></button>`)}
      <${IconButton} icon="info" size=${20} id="details" class="icon-button chat-details" label=${t("contact_show")} aria-expanded=${details.value} onClick=${() => (details.value = !details.value)} /></div>
  </header>`;
}
