// Saved replies: the word that calls them, what they say in each language, a file, and whose they are.
import { html, useRef, useState } from "../vendor/ui.js";
import { boot } from "../inbox/boot.js";
import { Empty } from "../inbox/bits.js";
import { Icon } from "../inbox/icons.js";
import { toast } from "../inbox/notices.js";
import { marked } from "../inbox/saved.js";
import { t } from "../inbox/text.js";
import { Ends, Field, Head, Sure, TeamField } from "./parts.js";
import { ask, editing, load } from "./state.js";

const LANGUAGES = ["id", "en"];

export function Saved({ of }) {
  return html`<${Head} text=${t("saved_text")} add=${t("saved_new")} may=${of.may_edit} />
    ${editing.value === 0 && html`<section class="card"><h2>${t("saved_new")}</h2><${Form} reply=${{ shortcut: "", title: "", texts: {}, team: null, file: null }} of=${of} /></section>`}
    ${of.items.length ? html`<ul class="word-list">${of.items.map((reply) => html`<li class="card" key=${reply.id}>${editing.value === reply.id ? html`<${Form} reply=${reply} of=${of} />` : html`<${One} reply=${reply} of=${of} />`}</li>`)}</ul>`
      : editing.value !== 0 && html`<${Empty} icon="template" title=${t("saved_none")} text=${t("saved_none_text")} />`}`;
}

const teamName = (of, key) => of.teams?.find((team) => team.key === key)?.name ?? key;

const One = ({ reply, of }) => html`<div class="word-row"><b class="shortcut">/${reply.shortcut}</b><span>${reply.title}</span>
    ${reply.team && html`<span class="chip">${teamName(of, reply.team)}</span>`}
    ${reply.file && html`<a class="chip" href=${`/api/saved/${reply.id}/file`} target="_blank" rel="noopener"><${Icon} name="attach" size=${12} />${reply.file.name}</a>`}<span class="grow"></span>
    ${of.may_edit && html`<button type="button" class="button quiet" aria-label=${t("edit_of", { name: reply.title })} onClick=${() => (editing.value = reply.id)}><${Icon} name="pencil" size=${15} />${t("edit")}</button>
      <${Sure} label=${t("remove")} question=${t("remove_of", { name: reply.title })} onYes=${() => ask("DELETE", `/api/saved/${reply.id}`, undefined, "removed")} />`}</div>
  ${LANGUAGES.filter((language) => reply.texts[language]).map((language) => html`<p class="word-said" key=${language} lang=${language}><small class="chip">${t(`language_${language}`)}</small> ${marked(reply.texts[language])}</p>`)}`;

function Form({ reply, of }) {
  const [values, setValues] = useState({ shortcut: reply.shortcut, title: reply.title, texts: { ...reply.texts }, team: reply.team });
  const [wrong, setWrong] = useState({ field: "", text: "" });
  const said = useRef({});
  const set = (news) => setValues({ ...values, ...news });
  const wrongOf = (name) => (wrong.field.startsWith(name) ? wrong.text : "");
  const save = async (event) => {
    event.preventDefault();
    const body = { ...values, texts: Object.fromEntries(Object.entries(values.texts).filter(([, text]) => text.trim())) };
    const answer = await (reply.id ? ask("PATCH", `/api/saved/${reply.id}`, body) : ask("POST", "/api/saved", body));
    if (answer.ok) editing.value = reply.id ? null : answer.answer.id; // a new one can be given a file now
    else setWrong(answer);
  };
  const put = (name) => {
    const field = said.current[said.last ?? LANGUAGES[0]] ?? said.current[LANGUAGES[0]];
    field.setRangeText(`{{${name}}}`, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  };
  return html`<form class="fields" onSubmit=${save}>
    <div class="pair"><${Field} name="shortcut" label=${t("shortcut")} wrong=${wrongOf("shortcut")} hint=${t("shortcut_hint")}><span class="slash"><span aria-hidden="true">/</span><input name="shortcut" required maxlength="40" autofocus autocapitalize="none" value=${values.shortcut} onInput=${(event) => set({ shortcut: event.target.value })} /></span></${Field}>
      <${Field} name="title" label=${t("title")} wrong=${wrongOf("title")}><input name="title" required maxlength="120" value=${values.title} onInput=${(event) => set({ title: event.target.value })} /></${Field}></div>
    ${LANGUAGES.map((language) => html`<${Field} key=${language} name=${language} label=${t("said_in", { language: t(`language_${language}`) })} wrong=${language === LANGUAGES[0] ? wrongOf("texts") : ""}>
      <textarea rows="3" maxlength="4096" lang=${language} ref=${(field) => (said.current[language] = field)} value=${values.texts[language] ?? ""} onFocus=${() => (said.last = language)}
        onInput=${(event) => set({ texts: { ...values.texts, [language]: event.target.value } })}></textarea></${Field}>`)}
    <div class="names" role="group" aria-label=${t("names")}><small>${t("names_hint")}</small>${of.names.map((name) => html`<button type="button" key=${name} class="hole" onClick=${() => put(name)}>${`{{${name}}}`}</button>`)}</div>
    <${TeamField} value=${values.team} teams=${of.teams ?? []} onInput=${(team) => set({ team })} />
    ${reply.id && html`<${File} reply=${reply} />`}
    ${wrong.text && !["shortcut", "title", "texts"].some(wrongOf) && html`<p class="wrong" role="alert">${wrong.text}</p>`}
    <${Ends} /></form>`;
}

/** Its bytes go up at once; the form need not be saved for it. */
function File({ reply }) {
  const input = useRef(null);
  const chosen = async (event) => {
    const [file] = event.target.files;
    event.target.value = "";
    if (!file) return;
    const form = new FormData();
    form.append("file", file, file.name);
    const answer = await fetch(`/api/saved/${reply.id}/file`, { method: "POST", body: form, headers: { "X-CSRFToken": boot.csrf } }).catch(() => null);
    if (!answer?.ok) toast((await answer?.json().catch(() => null))?.error?.message || t("error_unreachable"), { kind: "error" });
    await load();
  };
  return html`<div class="word-file"><b>${t("file")}</b>${reply.file ? html`<a class="chip" href=${`/api/saved/${reply.id}/file`} target="_blank" rel="noopener"><${Icon} name="attach" size=${12} />${reply.file.name}</a>
      <button type="button" class="link-button" onClick=${() => ask("DELETE", `/api/saved/${reply.id}/file`)}>${t("file_remove")}</button>` : html`<span class="muted">${t("file_none")}</span>`}
    <button type="button" class="button quiet" onClick=${() => input.current.click()}><${Icon} name="attach" size=${15} />${t("file_choose")}</button><input type="file" hidden ref=${input} onChange=${chosen} /></div>`;
}
