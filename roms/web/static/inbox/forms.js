// A place or a contact card to send: two small forms.
import { html, useEffect, useRef, useState } from "../vendor/ui.js";
import { quoteOf, setQuote } from "./drafts.js";
import { send } from "./sends.js";
import { openId } from "./store.js";
import { t } from "./text.js";

const PAIR = /(-?\d{1,3}(?:\.\d+)?)\s*[,;/ ]\s*(-?\d{1,3}(?:\.\d+)?)/;

/** "-6.2, 106.8", or a link of a map that holds such a pair. */
export function placeIn(text) {
  const found = PAIR.exec(text.match(/[?&](?:q|query|ll|center)=([^&]+)/)?.[1] ?? text.match(/@(-?[\d.]+,-?[\d.]+)/)?.[1] ?? text);
  if (!found) return null;
  const [latitude, longitude] = [Number(found[1]), Number(found[2])];
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? { latitude, longitude } : null;
}

function away(kind, content, body) {
  const id = openId.value;
  const quoted = quoteOf(id);
  setQuote(id, null);
  send(id, "", { kind, content, quoted, body: { ...body, ...(quoted ? { quote: quoted.seq } : {}) } });
}

function Field({ name, label, value, onInput, wrong = "", hint = "", ...rest }) {
  return html`<label class="field"><span>${label}</span>
    <input name=${name} value=${value} aria-invalid=${Boolean(wrong)} aria-describedby=${`${name}-said`} onInput=${(event) => onInput(event.target.value)} ...${rest} />
    <small id=${`${name}-said`} data-wrong=${Boolean(wrong)}>${wrong || hint}</small></label>`;
}

function useFirstField() {
  const form = useRef(null);
  useEffect(() => form.current.querySelector("input").focus(), []);
  return form;
}

const clean = (values) => Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ""));

export function PlaceForm({ leave }) {
  const form = useFirstField();
  const [where, setWhere] = useState("");
  const [name, setName] = useState("");
  const [address, setAddress] = useState("");
  const [tried, setTried] = useState(false);
  const place = placeIn(where);
  const submit = (event) => {
    event.preventDefault();
    setTried(true);
    if (!place) return form.current.querySelector("input").focus();
    const sent = { ...place, ...clean({ name: name.trim(), address: address.trim() }) };
    away("location", sent, { location: sent });
    return leave();
  };
  return html`<form class="fields" ref=${form} onSubmit=${submit} novalidate>
    <${Field} name="where" label=${t("location_where")} value=${where} onInput=${setWhere} wrong=${tried && !place ? t("location_wrong") : ""}
      hint=${place ? `${place.latitude}, ${place.longitude}` : t("location_hint")} autocomplete="off" />
    <${Field} name="place-name" label=${t("location_name")} value=${name} onInput=${setName} maxlength="200" />
    <${Field} name="address" label=${t("location_address")} value=${address} onInput=${setAddress} maxlength="500" />
    <div class="field-acts"><button type="button" class="button" onClick=${leave}>${t("cancel")}</button><button type="submit" class="button primary">${t("send")}</button></div>
  </form>`;
}

export function CardForm({ leave }) {
  const form = useFirstField();
  const [name, setName] = useState("");
  const [phone, setPhone] = useState("");
  const [tried, setTried] = useState(false);
  const digits = phone.replace(/\D/g, "").length;
  const wrong = { name: name.trim() ? "" : t("card_no_name"), phone: digits >= 6 && digits <= 15 && /^[+\d ().-]+$/.test(phone.trim()) ? "" : t("card_no_phone") };
  const submit = (event) => {
    event.preventDefault();
    setTried(true);
    if (wrong.name || wrong.phone) return form.current.querySelector(wrong.name ? "input" : "input[name=phone]").focus();
    const card = { name: name.trim(), phone: phone.trim() };
    away("contact", card, { contact: card });
    return leave();
  };
  return html`<form class="fields" ref=${form} onSubmit=${submit} novalidate>
    <${Field} name="card-name" label=${t("card_name")} value=${name} onInput=${setName} wrong=${tried ? wrong.name : ""} maxlength="200" />
    <${Field} name="phone" label=${t("card_phone")} value=${phone} onInput=${setPhone} wrong=${tried ? wrong.phone : ""} inputmode="tel" autocomplete="off" />
    <div class="field-acts"><button type="button" class="button" onClick=${leave}>${t("cancel")}</button><button type="submit" class="button primary">${t("send")}</button></div>
  </form>`;
}
