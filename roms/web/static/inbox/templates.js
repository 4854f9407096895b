// Choosing an approved message: which there are and why some cannot be sent now, what goes into it, how it will look.
import { html, useEffect, useRef, useState } from "../vendor/ui.js";
import { Refused, Unreachable, conversation, get, post } from "./api.js";
import { Empty, IconButton, Moment } from "./bits.js";
import { fileKind, idOf, isFileSlot, parametersOf, preview, problemOf } from "./filling.js";
import { Icon } from "./icons.js";
import { inWords } from "./notices.js";
import { send } from "./sends.js";
import { now, openId } from "./store.js";
import { has, rowTime, t, tell } from "./text.js";
import { transfer } from "./uploads.js";
import { ours, plainName } from "../common/signs.js";

export function Templates({ leave }) {
  const [held, setHeld] = useState({ state: "loading" });
  const [chosen, setChosen] = useState(null);
  const load = async (refresh = false) => {
    setHeld((before) => ({ ...before, state: before.templates ? "again" : "loading" }));
    setHeld(await fetched(openId.value, refresh));
  };
  useEffect(() => void load(), []);
  if (held.state === "error") {
    return html`<${Empty} icon="warn" title=${t("templates_error")} text=${inWords(held.error)}><button type="button" class="button" onClick=${() => load()}>${t("try_again")}</button></${Empty}>`;
  }
  if (chosen) return html`<${Fill} template=${chosen} leave=${leave} back=${() => setChosen(null)} />`;
  return html`<${Choose} held=${held} onChoose=${setChosen} onRefresh=${() => load(true)} />`;
}

async function fetched(id, refresh) {
  try {
    if (refresh) await post(conversation(id, "/templates/refresh"));
    return { state: "ready", ...(await get(conversation(id, "/templates"))) };
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
    return { state: "error", error };
  }
}

const fold = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
const word = (group, name) => (has(`${group}_${name}`) ? t(`${group}_${name}`) : name);

function Choose({ held, onChoose, onRefresh }) {
  const [q, setQ] = useState("");
  const [language, setLanguage] = useState("");
  const [category, setCategory] = useState("");
  const field = useRef(null);
  useEffect(() => field.current.focus(), []);
  const all = held.templates ?? [];
  const languages = [...new Set(all.map((each) => each.language))].sort();
  const categories = [...new Set(all.map((each) => each.category).filter(Boolean))].sort();
  const words = fold(q).split(/\s+/).filter(Boolean);
  const shown = all.filter((each) => (!language || each.language === language) && (!category || each.category === category)
    && words.every((each_) => fold(`${each.name} ${preview(each, {}).body}`).includes(each_)));
  return html`<div class="templates" aria-busy=${held.state !== "ready"}>
    <div class="templates-head"><input type="search" ref=${field} aria-label=${t("template_search")} placeholder=${t("template_search")} value=${q} onInput=${(event) => setQ(event.target.value)} />
      <${Pick} label=${t("language")} value=${language} options=${languages} onChoose=${setLanguage} />
      <${Pick} label=${t("template_category")} value=${category} options=${categories} name=${(each) => word("category", each)} onChoose=${setCategory} />
      <${IconButton} icon="reopen" label=${t("templates_refresh")} disabled=${held.state !== "ready"} onClick=${onRefresh} /></div>
    ${held.fetched_at && html`<p class="muted templates-at">${t("templates_at")} <${Moment} at=${held.fetched_at}>${rowTime(held.fetched_at, now.value)}</${Moment}></p>`}
    ${held.state === "loading" && html`<p class="muted" role="status">${t("loading")}</p>`}
    ${held.state === "ready" && !shown.length && html`<p class="palette-none" role="status">${t(all.length ? "templates_none_found" : "templates_none")}</p>`}
    <ul class="template-list">${shown.map((each) => html`<li key=${each.id}><${Offer} template=${each} onChoose=${onChoose} /></li>`)}</ul>
  </div>`;
}

const Pick = ({ label, value, options, onChoose, name = (each) => each }) => html`<select aria-label=${label} value=${value} onChange=${(event) => onChoose(event.target.value)}>
  <option value="">${label}: ${t("any")}</option>${options.map((each) => html`<option key=${each} value=${each}>${name(each)}</option>`)}</select>`;

/** One that cannot be sent now stays readable, with its reason; it takes the focus but not the click. */
function Offer({ template, onChoose }) {
  const { name, language, category, status, quality, is_sendable, why_not } = template;
  return html`<button type="button" class="template-offer" aria-disabled=${!is_sendable} onClick=${() => is_sendable && onChoose(template)}>
    <span class="template-name"><b>${name}</b><span class="chip">${language}</span>${category && html`<span class="chip">${word("category", category)}</span>`}
      ${status !== "approved" && html`<span class="chip" data-status=${status}>${word("template", status)}</span>`}
      ${quality && quality !== "unknown" && html`<span class="chip" data-quality=${quality}>${word("quality", quality)}</span>`}</span>
    <span class="template-words" dir="auto">${preview(template, {}).body}</span>
    ${!is_sendable && html`<span class="template-why"><${Icon} name="warn" size=${14} />${tell(why_not) || t("template_not_now")}</span>`}</button>`;
}

function Fill({ template, leave, back }) {
  const form = useRef(null);
  const [values, setValues] = useState({});
  const [tried, setTried] = useState(false);
  const parameters = template.parameters ?? [];
  const set = (parameter, value) => setValues((before) => ({ ...before, [idOf(parameter)]: value }));
  const wrong = parameters.filter((parameter) => problemOf(template, parameter, values[idOf(parameter)]));
  useEffect(() => form.current.querySelector("input, button[type=submit]")?.focus(), []);
  const submit = (event) => {
    event.preventDefault();
    setTried(true);
    if (wrong.length) return form.current.querySelector("[aria-invalid=true]")?.focus();
    const told = parametersOf(template, values);
    const { header, file, body, footer, buttons } = preview(template, values);
    const text = [header, body, footer].filter(Boolean).join("\n");
    const content = { name: template.name, language: template.language, category: template.category, buttons, header: file?.content ?? null };
    send(openId.value, text, { kind: "template", content, body: { text: "", template: { id: template.id, parameters: told } } }); // the server writes the words itself
    return leave();
  };
  return html`<form class="template-fill" ref=${form} onSubmit=${submit} novalidate>
    <div class="fields"><p class="template-name"><b>${template.name}</b><span class="chip">${template.language}</span></p>
      ${!parameters.length && html`<p class="muted">${t("template_no_parameters")}</p>`}
      ${parameters.map((parameter) => html`<${Slot} key=${idOf(parameter)} template=${template} parameter=${parameter} value=${values[idOf(parameter)]}
        problem=${(tried || values[idOf(parameter)]) && problemOf(template, parameter, values[idOf(parameter)])} onSet=${(value) => set(parameter, value)} />`)}</div>
    <${Preview} of=${preview(template, values)} />
    <div class="field-acts"><button type="button" class="button" onClick=${back}>${t("template_other")}</button><button type="submit" class="button primary"><${Icon} name="send" size=${16} />${t("send")}</button></div>
  </form>`;
}

const labelOf = ({ where, key }) => t(`template_${where}`, { key: where === "button" ? (Number(key) || 0) + 1 : key });

function Slot({ template, parameter, value, problem, onSet }) {
  const id = `slot-${idOf(parameter)}`;
  if (isFileSlot(template, parameter)) return html`<${FileSlot} id=${id} kind=${fileKind(template)} value=${value} problem=${problem} onSet=${onSet} />`;
  return html`<label class="field"><span>${labelOf(parameter)}</span>
    <input value=${value ?? ""} placeholder=${parameter.example ?? ""} aria-invalid=${Boolean(problem)} aria-describedby=${id} autocomplete="off" onInput=${(event) => onSet(event.target.value)} />
    <small id=${id} data-wrong=${Boolean(problem)}>${problem ? t(problem) : parameter.example ? t("template_example", { example: parameter.example }) : ""}</small></label>`;
}

const ACCEPT = { image: "image/jpeg,image/png", video: "video/mp4,video/3gpp", document: "application/pdf" };

function FileSlot({ id, kind, value, problem, onSet }) {
  const [state, setState] = useState("");
  const chosen = async (event) => {
    const [source] = event.target.files;
    if (!source) return;
    setState(t("uploading", { name: source.name }));
    try {
      const content = await transfer(openId.value, { source, name: source.name, voice: false });
      onSet({ file: content.file, content });
      setState(source.name);
    } catch (error) {
      setState(error.message);
    }
  };
  return html`<label class="field"><span>${t("template_file", { kind: t(`kind_name_${kind}`) })}</span>
    <input type="file" accept=${ACCEPT[kind]} aria-invalid=${Boolean(problem)} aria-describedby=${id} onChange=${chosen} />
    <small id=${id} role="status" data-wrong=${Boolean(problem && !value)}>${state || (problem ? t(problem) : "")}</small></label>`;
}

/** The file over the words, once there is one. */
const Above = ({ file: { kind, content } }) => (ours(content?.thumb)
  ? html`<img class="template-above" src=${ours(content.thumb)} alt=${plainName(content.name)} />`
  : html`<p class="placeholder">${plainName(content?.name) || t(`kind_name_${kind}`)}</p>`);

const Preview = ({ of: { header, file, body, footer, buttons } }) => html`<section class="template-preview" aria-label=${t("preview")}><h3>${t("preview")}</h3>
  <div class="bubble-box">${file && html`<${Above} file=${file} />`}${header && html`<b dir="auto">${header}</b>`}<div class="words" dir="auto">${body}</div>
    ${footer && html`<small class="muted" dir="auto">${footer}</small>`}
    ${buttons.length > 0 && html`<ul class="options" aria-label=${t("options")}>${buttons.map((each, i) => html`<li key=${i}>${each.text}</li>`)}</ul>`}</div></section>`;
