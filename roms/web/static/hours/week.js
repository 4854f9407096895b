// The week, day by day: from when to when, with breaks in between; a day without hours is closed.
import { html } from "../vendor/ui.js";
import { IconButton } from "../inbox/bits.js";
import { Icon } from "../inbox/icons.js";
import { language, t } from "../inbox/text.js";
import { DAYS, draft, edit } from "./state.js";

const dayWord = (number) => new Intl.DateTimeFormat(language.value === "id" ? "id-ID" : "en-GB", { weekday: "long", timeZone: "UTC" }).format(new Date(Date.UTC(2026, 5, 1 + number)));

export function Week() {
  const copy = () => edit((hours) => DAYS.slice(1, 5).forEach((day) => (hours.open[day] = [...hours.open.mon])));
  return html`<section class="card" aria-labelledby="week-title"><h2 id="week-title">${t("week")}</h2>
    <p class="muted">${t("week_text")}</p>
    <ul class="week">${DAYS.map((day, number) => html`<li key=${day} data-closed=${!draft.value.open[day].length}>
      <b class="day-word">${dayWord(number)}</b>
      <${Spans} label=${dayWord(number)} spans=${draft.value.open[day]} onChange=${(spans) => edit((hours) => (hours.open[day] = spans))} />
      ${number === 0 && html`<button type="button" class="link-button copy-days" onClick=${copy}>${t("copy_days")}</button>`}</li>`)}</ul></section>`;
}

/** Times as pairs; the words beside them say what a screen reader needs. */
export function Spans({ label, spans, onChange }) {
  const set = (at, part, value) => onChange(spans.map((span, number) => (number === at ? join(split(span), part, value) : span)));
  return html`<span class="spans">${spans.map((span, at) => {
    const [from, until] = split(span);
    return html`<span class="span" key=${at}>
      <input type="time" required aria-label=${t("from_of", { day: label })} value=${from} onInput=${(event) => set(at, 0, event.target.value)} /><span aria-hidden="true">–</span>
      <input type="time" required aria-label=${t("until_of", { day: label })} value=${until === "24:00" ? "00:00" : until} onInput=${(event) => set(at, 1, event.target.value)} />
      <${IconButton} icon="close" size=${16} label=${t("remove_span", { day: label, span })} onClick=${() => onChange(spans.filter((_, number) => number !== at))} /></span>`;
  })}
    ${!spans.length && html`<span class="closed"><${Icon} name="closed" size=${15} />${t("closed")}</span>`}
    <button type="button" class="button quiet" onClick=${() => onChange([...spans, following(spans)])}><${Icon} name="plus" size=${15} />${t(spans.length ? "add_span" : "open_day")}<span class="sr"> ${label}</span></button></span>`;
}

const split = (span) => span.split("-");

/** Midnight at the end of a day is written 24:00. */
function join(pair, part, value) {
  pair[part] = value;
  return `${pair[0]}-${pair[1] === "00:00" ? "24:00" : pair[1]}`;
}

/** After what is there comes a break of an hour. */
function following(spans) {
  if (!spans.length) return "08:00-17:00";
  const hour = Math.min(22, Number(split(spans.at(-1))[1].slice(0, 2)) + 1);
  return `${String(hour).padStart(2, "0")}:00-${String(Math.min(24, hour + 4)).padStart(2, "0")}:00`;
}
