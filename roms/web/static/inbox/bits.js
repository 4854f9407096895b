// Small pieces used in several panes.
import { html } from "../vendor/ui.js";
import { ours } from "../common/signs.js";
import { agentName, firstName, me } from "./boot.js";
import { Icon } from "./icons.js";
import { fullTime, t } from "./text.js";

const MODE_ICON = { BOT: "bot", AGENT: "person", PAUSED: "pause", CLOSED: "closed" };

export const Mode = ({ mode }) => html`
  <span class="mode" data-mode=${mode}><${Icon} name=${MODE_ICON[mode]} size=${13} />${t(`mode_${mode}`)}</span>`;

/** Signs that turn the reading direction or have no width would let one name pass for another. Those of emoji stay. */
export const named = (name) =>
  name.replace(/[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g, (sign) => `[U+${sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}]`);

/** A contact's name, else their number, else what little we know: not everybody on WhatsApp has a number. */
export const nameOf = ({ contact, channel }) =>
  (contact.name && named(contact.name)) || contact.phone_text || t(contact.is_group ? "identity_group" : channel && channel.kind !== "webchat" ? "without_number" : "visitor");

const initials = (name) => {
  const words = name.replace(/[^\p{L}\p{N} ]/gu, "").split(" ").filter(Boolean);
  return (words.length > 1 ? words[0][0] + words[1][0] : (words[0] ?? "?").slice(0, 2)).toUpperCase();
};

/** The same colour for the same conversation, every time. */
export const tint = (text) => [...text].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) % 997, 7) % 8;

export const Avatar = ({ summary, size = "m" }) => {
  const known = summary.contact.name;
  return html`<span class="avatar avatar-${size}" data-tint=${tint(summary.id)} aria-hidden="true">
    ${ours(summary.contact.picture) ? html`<img class="avatar-picture" src=${ours(summary.contact.picture)} alt="" loading="lazy" />` : known ? initials(known) : html`<${Icon} name=${summary.contact.is_group ? "people" : "person"} size=${size === "l" ? 30 : 20} />`}
    <span class="avatar-channel" data-kind=${summary.channel.kind}><${Icon} name=${channelIcon(summary.channel.kind)} size=${11} /></span>
  </span>`;
};

export const channelIcon = (kind) => (kind === "webchat" ? "webchat" : "whapi");
export const channelWord = (kind) => t(kind === "webchat" ? "channel_webchat" : "channel_whatsapp");

export const Face = ({ id }) => html`<span class="face" data-tint=${id % 8} aria-hidden="true">${initials(agentName(id) ?? "?")}</span>`;

/** "You" for oneself, the first name for a colleague. */
export const who = (id) => (id === me.id ? t("you") : (firstName(id) ?? t("someone")));
export const whole = (id) => (id === me.id ? t("you") : (agentName(id) ?? t("someone")));

export const Moment = ({ at, children }) => html`<time datetime=${at} title=${fullTime(at)}>${children}</time>`;

export const IconButton = ({ icon, label, size = 18, ...rest }) => html`
  <button type="button" class="icon-button" aria-label=${label} title=${label} ...${rest}><${Icon} name=${icon} size=${size} /></button>`;

export const Empty = ({ icon, title, text, children }) => html`
  <div class="empty"><span class="empty-icon"><${Icon} name=${icon} size=${30} /></span>
    <h2>${title}</h2><p>${text}</p>${children}</div>`;
