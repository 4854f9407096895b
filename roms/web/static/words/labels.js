// Labels: their colours, who is a VIP, how many have each, and how often each was put on in the last thirty days.
import { html, useState } from "../vendor/ui.js";
import { Empty } from "../inbox/bits.js";
import { Icon } from "../inbox/icons.js";
import { Label } from "../inbox/labels.js";
import { number, t } from "../inbox/text.js";
import { Ends, Field, Head } from "./parts.js";
import { ask, editing, figures } from "./state.js";

export function Labels({ of }) {
  return html`<${Head} text=${t("labels_text")} add=${t("label_new")} may=${of.may_edit} />
    ${editing.value === 0 && html`<section class="card"><h2>${t("label_new")}</h2><${Form} palette=${of.palette} label=${{ key: "", colour: "blue", is_vip: false, is_active: true }} /></section>`}
    ${of.items.length ? html`<ul class="word-list">${of.items.map((label) => html`<li class="card" key=${label.id} data-off=${!label.is_active}><${One} label=${label} of=${of} /></li>`)}</ul>`
      : editing.value !== 0 && html`<${Empty} icon="label" title=${t("labels_none")} text=${t("labels_none_text")} />`}`;
}

function One({ label, of }) {
  if (editing.value === label.id) return html`<${Form} palette=${of.palette} label=${label} />`;
  return html`<div class="word-row"><${Label} name=${label.key} />${!label.is_active && html`<span class="chip">${t("not_used")}</span>`}
      <span class="muted word-figures">${t("label_conversations", { count: label.conversations })} · ${t("label_contacts", { count: label.contacts })}</span><${Days} of=${label.key} /><span class="grow"></span>
      ${of.may_edit && html`<button type="button" class="button quiet" onClick=${() => (editing.value = label.id)} aria-label=${t("edit_of", { name: label.key })}><${Icon} name="pencil" size=${15} />${t("edit")}</button>
        ${label.is_active ? html`<button type="button" class="button quiet" onClick=${() => ask("DELETE", `/api/labels/${label.id}`, undefined)}>${t("put_away")}</button>`
          : html`<button type="button" class="button quiet" onClick=${() => ask("PATCH", `/api/labels/${label.id}`, { is_active: true })}>${t("use_again")}</button>`}`}</div>`;
}

/** A bar a day; the sum is said in words. */
function Days({ of }) {
  const counts = figures.value?.labels[of];
  if (!counts) return null;
  const most = Math.max(1, ...counts);
  const sum = counts.reduce((all, count) => all + count, 0);
  return html`<span class="days" role="img" aria-label=${t("label_days", { count: sum })} title=${t("label_days", { count: sum })}>${counts.map((count, i) => html`<i key=${i} style=${{ height: `${count ? 4 + Math.round((16 * count) / most) : 1}px` }}></i>`)}</span><span class="muted">${number(sum)}</span>`;
}

function Form({ label, palette }) {
  const [values, setValues] = useState({ key: label.key, colour: label.colour, is_vip: label.is_vip });
  const [wrong, setWrong] = useState({ field: "", text: "" });
  const set = (news) => setValues({ ...values, ...news });
  const save = async (event) => {
    event.preventDefault();
    const said = await (label.id ? ask("PATCH", `/api/labels/${label.id}`, values) : ask("POST", "/api/labels", values));
    if (said.ok) editing.value = null;
    else setWrong(said);
  };
  return html`<form class="fields" onSubmit=${save}>
    <${Field} name="key" label=${t("label_name")} wrong=${wrong.text} hint=${label.id ? t("label_rename_hint") : ""}><input name="key" required maxlength="60" autofocus value=${values.key} onInput=${(event) => set({ key: event.target.value })} /></${Field}>
    <fieldset class="palette-colours"><legend>${t("colour")}</legend>${palette.map((colour) => html`<label key=${colour} class="label" data-colour=${colour}><input type="radio" name="colour" value=${colour} checked=${values.colour === colour} onChange=${() => set({ colour })} />${t(`colour_${colour}`)}</label>`)}</fieldset>
    <label class="check"><input type="checkbox" name="is_vip" checked=${values.is_vip} onChange=${(event) => set({ is_vip: event.target.checked })} /><span>${t("label_is_vip")}</span></label>
    <${Ends} /></form>`;
}
