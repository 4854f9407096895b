// What a message shows besides words: files, places, contact cards, orders. For the web chat and the inbox.
import { html } from "/static/vendor/ui.js";
import { FILES, File } from "./files.js";
import { Sign, plainName } from "./signs.js";

const isTheirs = (entry) => entry.from === "you" || entry.direction === "in";
const isPlace = ({ latitude, longitude } = {}) => Number.isFinite(latitude) && Number.isFinite(longitude);
const isFile = ({ kind, content }) => FILES.has(kind) && Boolean(content.url || content.state || content.source);

/** The words that stand under what this entry shows (a caption); none where it is told by that altogether. */
export function wordsOf(entry) {
  const { kind, content, details } = entry;
  if (entry.deleted || kind === "unsupported" || kind === "reaction") return "";
  if ((kind === "contact" && details?.contacts?.length) || (kind === "order" && details?.order)) return "";
  if (!content) return entry.text;
  if (kind === "location" && isPlace(content)) return "";
  if (kind === "template") return content.header?.state ? entry.text.replace(/^\[[a-z]+\]\n/, "") : entry.text; // the file itself is shown
  if (content.state) return content.caption ?? "";
  if (isTheirs(entry)) return entry.text;
  if (kind === "location" || kind === "contact") return "";
  return FILES.has(kind) ? (content.caption ?? "") : entry.text;
}

/** `tools`: {t, lang, onOpen?, onRetry?, onWrite?}: what the page around can do with a picture, a failed file, a number. */
export function Attached({ entry, tools }) {
  const { kind, content, details } = entry;
  if (entry.deleted) return null;
  if (kind === "contact" && !details?.contacts?.length && content?.state) return html`<${File} content=${content} kind="document" tools=${tools} />`;
  if (kind === "contact") return html`<${Cards} cards=${details?.contacts ?? (content && !isTheirs(entry) ? [content] : [])} tools=${tools} />`;
  if (kind === "order" && details?.order) return html`<${Order} order=${details.order} tools=${tools} />`;
  if (!content) return null;
  if (kind === "location") return html`<${Place} place=${content} t=${tools.t} />`;
  if (kind === "template") return content.header?.state ? html`<${File} content=${content.header} kind=${content.header.kind} tools=${tools} />` : null;
  if (!isFile(entry) || (isTheirs(entry) && !content.state)) return null;
  return html`<${File} content=${content} kind=${FILES.has(content.kind) ? content.kind : kind} tools=${tools} />`; // one that is not what it was called is a document
}

function Place({ place, t }) {
  if (!isPlace(place)) return null;
  const numbers = [place.latitude, place.longitude];
  const href = `https://maps.google.com/?q=${numbers.join(",")}`;
  return html`<a class="attached file" href=${href} target="_blank" rel="noopener noreferrer nofollow">
    <${Sign} name="place" />
    <span><b>${plainName(place.name) || t(place.live ? "place_live" : "place")}</b>${place.address && html`<small>${place.address}</small>`}
      <small>${numbers.map((each) => each.toFixed(5).replace(/0+$/, "").replace(/\.$/, "")).join(", ")}</small></span></a>`;
}

const Cards = ({ cards, tools }) => cards.map((card, i) => html`<${Card} key=${i} card=${card} tools=${tools} />`);

const dialled = (phone) => String(phone).replace(/[^+\d]/g, "");

/** One number and nothing else: the whole card is the link. */
function Card({ card, tools }) {
  const phones = card.phones ?? [card.phone].filter(Boolean);
  const emails = card.emails ?? [];
  const name = plainName(card.name) || tools.t("kind_name_contact");
  if (phones.length === 1 && !emails.length && !tools.onWrite) {
    return html`<a class="attached file" href=${`tel:${dialled(phones[0])}`}><${Sign} name="person" /><span><b>${name}</b><small>${phones[0]}</small></span></a>`;
  }
  return html`<div class="attached card-shown"><p><${Sign} name="person" /><span><b>${name}</b>${card.org && html`<small>${card.org}</small>`}</span></p>
    <ul>${phones.map((phone) => html`<li key=${phone}><a href=${`tel:${dialled(phone)}`}>${phone}</a>
      ${tools.onWrite && html`<button type="button" class="file-retry" aria-label=${`${tools.t("write_to")}: ${phone}`} onClick=${() => tools.onWrite(dialled(phone))}><${Sign} name="write" size=${14} />${tools.t("write_to")}</button>`}</li>`)}
      ${emails.filter((each) => /^[^\s@<>"']+@[^\s@<>"']+$/.test(each)).map((each) => html`<li key=${each}><a href=${`mailto:${encodeURIComponent(each).replace("%40", "@")}`}>${each}</a></li>`)}</ul></div>`;
}

function Order({ order, tools: { t, lang } }) {
  const items = Array.isArray(order.items) ? order.items : [];
  const currency = items.find((item) => item.currency)?.currency ?? order.currency;
  const reckoned = items.reduce((total, { price, quantity }) => total + (Number(price) || 0) * (Number(quantity) || 0), 0);
  const sum = items.length ? reckoned : order.total_price; // some providers tell no more than how many and how much
  return html`<div class="attached order"><p><${Sign} name="basket" /><b>${t("order")}</b></p>
    <table><thead class="sr"><tr><th>${t("order_item")}</th><th>${t("order_quantity")}</th><th>${t("order_price")}</th></tr></thead>
      <tbody>${items.map((item, i) => html`<tr key=${i}><td>${item.name ?? item.id}</td><td>${item.quantity}×</td><td>${money(item.price, item.currency, lang)}</td></tr>`)}
        ${!items.length && order.item_count && html`<tr><td>${t("order_quantity")}</td><td>${order.item_count}×</td><td></td></tr>`}</tbody>
      ${Number.isFinite(sum) && html`<tfoot><tr><th colspan="2">${t("order_sum")}</th><td>${money(sum, currency, lang)}</td></tr></tfoot>`}</table>
    ${order.title && html`<p class="order-text">${order.title}</p>`}${order.text && html`<p class="order-text">${order.text}</p>`}</div>`;
}

function money(amount, currency, lang) {
  const value = Number(amount);
  if (!Number.isFinite(value)) return "";
  const known = /^[A-Z]{3}$/.test(currency ?? "");
  const style = known ? { style: "currency", currency, minimumFractionDigits: Number.isInteger(value) ? 0 : 2 } : {};
  return new Intl.NumberFormat(lang === "en" ? "en-GB" : "id-ID", style).format(value);
}
