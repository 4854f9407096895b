// Days that are not as their weekday: holidays with a name, and single days.
import { html, useRef, useState } from "../vendor/ui.js";
import { IconButton } from "../inbox/bits.js";
import { Icon } from "../inbox/icons.js";
import { has, language, t } from "../inbox/text.js";
import { Busy } from "../channels/parts.js";
import { all, draft, edit, fill, isChanged } from "./state.js";
import { Spans } from "./week.js";

const whole = (date) => new Intl.DateTimeFormat(language.value === "id" ? "id-ID" : "en-GB", { weekday: "short", day: "numeric", month: "short", year: "numeric", timeZone: "UTC" }).format(new Date(`${date}T00:00:00Z`));

export const Holidays = () => html`<section class="card" aria-labelledby="holidays-title"><h2 id="holidays-title">${t("holidays")}</h2>
  <p class="muted">${t("holidays_text")}</p>
  <${Import} />
  ${draft.value.holidays.length ? html`<ul class="dates">${draft.value.holidays.map((day, at) => html`<li key=${day.date}>
    <span class="date"><b>${whole(day.date)}</b> ${day.name}
      ${day.certainty && day.certainty !== "fixed" && has(`certainty_${day.certainty}`) && html`<small class="moves"><${Icon} name="info" size=${14} />${t(`certainty_${day.certainty}`)}</small>`}</span>
    <${Spans} label=${`${whole(day.date)}, ${day.name}`} spans=${day.open} onChange=${(spans) => edit((hours) => (hours.holidays[at].open = spans))} />
    <${IconButton} icon="close" size=${16} label=${t("remove_day", { day: `${whole(day.date)}, ${day.name}` })} onClick=${() => edit((hours) => hours.holidays.splice(at, 1))} /></li>`)}</ul>`
    : html`<p class="none">${t("holidays_none")}</p>`}
  <${Add} part="holidays" named=${true} /></section>`;

export const Single = () => html`<section class="card" aria-labelledby="days-title"><h2 id="days-title">${t("days")}</h2>
  <p class="muted">${t("days_text")}</p>
  ${draft.value.days.length > 0 && html`<ul class="dates">${draft.value.days.map((day, at) => html`<li key=${day.date}><span class="date"><b>${whole(day.date)}</b></span>
    <${Spans} label=${whole(day.date)} spans=${day.open} onChange=${(spans) => edit((hours) => (hours.days[at].open = spans))} />
    <${IconButton} icon="close" size=${16} label=${t("remove_day", { day: whole(day.date) })} onClick=${() => edit((hours) => hours.days.splice(at, 1))} /></li>`)}</ul>`}
  <${Add} part="days" /></section>`;

function Add({ part, named = false }) {
  const [twice, setTwice] = useState(false);
  const add = (event) => {
    event.preventDefault();
    const { date, name } = event.target.elements;
    const isThere = draft.value[part].some((day) => day.date === date.value);
    setTwice(isThere);
    if (isThere) return;
    edit((hours) => {
      hours[part] = [...hours[part], { date: date.value, open: named ? [] : ["08:00-12:00"], ...(named && { name: name.value.trim() }) }].sort((a, b) => a.date.localeCompare(b.date));
    });
    event.target.reset();
  };
  return html`<form class="add-day" onSubmit=${add}>
    <label class="field"><span>${t("date")}</span><input type="date" name="date" required min="2020-01-01" max="2099-12-31" /></label>
    ${named && html`<label class="field grow"><span>${t("day_name")}</span><input name="name" required maxlength="100" pattern=".*\\S.*" /></label>`}
    <button class="button"><${Icon} name="plus" size=${16} />${t("add_day")}</button>
    ${twice && html`<small class="wrong" role="alert">${t("day_twice")}</small>`}</form>`;
}

/** The server adds what is not there yet and keeps what is; so what was changed here is saved first. */
function Import() {
  const [year, setYear] = useState(all.value.years.find((each) => each >= new Date().getFullYear()) ?? all.value.years.at(-1));
  const [leave, setLeave] = useState(false);
  const file = useRef(null);
  const read = async () => {
    const [chosen] = file.current.files;
    if (chosen) await fill({ text: await chosen.text() });
    file.current.value = "";
  };
  return html`<div class="import"><div class="import-row">
    <label class="field"><span>${t("year")}</span><select value=${year} onChange=${(event) => setYear(Number(event.target.value))}>${all.value.years.map((each) => html`<option key=${each} value=${each}>${each}</option>`)}</select></label>
    <label class="tick-box"><input type="checkbox" checked=${leave} onChange=${(event) => setLeave(event.target.checked)} /><span>${t("with_leave")}</span></label>
    <${Busy} icon="plus" disabled=${isChanged.value} run=${() => fill({ year, leave })}>${t("import_year", { year })}</${Busy}>
    <button type="button" class="button quiet" disabled=${isChanged.value} onClick=${() => file.current.click()}><${Icon} name="attach" size=${16} />${t("import_file")}</button>
    <input ref=${file} hidden type="file" accept=".csv,.ics,text/csv,text/calendar" onChange=${read} /></div>
    <small class="muted">${isChanged.value ? t("save_first") : t("import_text")}</small></div>`;
}
