// Why did the bot say this, or not take that: one message explained, in the contact's place.
import { html, useEffect, useRef, useState } from "../vendor/ui.js";
import { Refused, Unreachable, conversation, get } from "./api.js";
import { Empty, IconButton } from "./bits.js";
import { Icon } from "./icons.js";
import { inWords } from "./notices.js";
import { asked, openId } from "./store.js";
import { has, t } from "./text.js";

const buttonOf = (seq) => document.querySelector(`.log [data-seq="${seq}"] .why-button`);

/** One question at a time; the same button again takes it back. */
export function ask(seq) {
  asked.value = asked.value === seq ? null : seq;
}

export function hideWhy() {
  const seq = asked.value;
  asked.value = null;
  buttonOf(seq)?.focus();
}

/** Who may be asked about: what a contact wrote, what a flow said, and what was said about advertising. */
export const isAskable = (entry) => entry.seq !== null && (entry.sender === "contact" || (entry.sender === "bot" && Boolean(entry.why || entry.consent)));

export function Ask({ entry }) {
  return html`<button type="button" class="why-button" aria-label=${t("why_of", { text: entry.text.slice(0, 60) })} title=${t("why")}
    aria-expanded=${asked.value === entry.seq} onClick=${() => ask(entry.seq)}><${Icon} name="unknown" size=${16} /><span>${t("why")}</span></button>`;
}

export function Why({ seq }) {
  const pane = useRef(null);
  const [told, setTold] = useState({ state: "loading" });
  const load = async () => {
    setTold({ state: "loading" });
    const found = await answer(openId.value, seq);
    if (asked.value === seq) setTold(found);
  };
  useEffect(() => {
    pane.current?.querySelector(".contact-close")?.focus();
    load();
  }, [seq]);
  return html`<aside class="contact why" aria-label=${t("why")} ref=${pane} onKeyDown=${(event) => event.key === "Escape" && hideWhy()}>
    <div class="contact-head"><h2>${t("why")}</h2>
      <${IconButton} icon="close" class="icon-button contact-close" label=${t("why_close")} onClick=${hideWhy} /></div>
    <div class="why-told" aria-live="polite" aria-busy=${told.state === "loading"}>
      ${told.state === "loading" && html`<div class="skeletons" aria-label=${t("loading")}>${[1, 2, 3].map((i) => html`<div class="skeleton" key=${i}></div>`)}</div>`}
      ${told.state === "error" && html`<${Empty} icon="warn" title=${t("why_error")} text=${inWords(told.error)}>
        <button type="button" class="button" onClick=${load}>${t("try_again")}</button></${Empty}>`}
      ${told.state === "ready" && html`<${Told} told=${told.answer} />`}
    </div>
  </aside>`;
}

async function answer(id, seq) {
  try {
    return { state: "ready", answer: await get(conversation(id, `/why/${seq}`)) };
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Unreachable)) throw error;
    return { state: "error", error };
  }
}

const Told = ({ told }) => html`
  <h3>${t(`why_title_${told.sender}`)}</h3>
  <blockquote class="why-quote" data-sender=${told.sender} dir="auto">${told.text}</blockquote>
  <p class="why-outcome">${t(`outcome_${told.outcome}`, { flow: told.flow })}</p>
  ${told.doubt && html`<p class="why-doubt"><${Icon} name="warn" size=${16} /><span>${t(`doubt_${told.doubt}`)}</span></p>`}
  <${Where} told=${told} />
  ${told.question && html`<${Question} question=${told.question} />`}
  ${(told.lost.length > 0 || !told.doubt) && html`<${LostRules} lost=${told.lost} />`}
  ${!told.doubt || told.variables.length > 0 ? html`<${Variables} variables=${told.variables} />` : ""}
  ${told.facts.length > 0 && html`<section class="card"><h4>${t("why_facts")}</h4>
    <${Pairs} pairs=${told.facts.map(({ name, value }) => [has(`fact_${name}`) ? t(`fact_${name}`) : name, value])} /></section>`}`;

const Pairs = ({ pairs }) => html`<dl class="pairs">${pairs.filter(([, value]) => value).map(([name, value, code]) => html`
  <div key=${name}><dt>${name}</dt><dd class=${code ? "code" : ""} dir="auto">${value}</dd></div>`)}</dl>`;

function Where({ told: { where, rule, took, heard, mode, sender } }) {
  const began = took && took.text !== rule?.text ? words(took) : null;
  const pairs = [
    [t("why_heard"), sender === "bot" ? (heard?.text ?? t("why_heard_none")) : null],
    [t("why_release"), where && String(where.release)],
    [t("why_file"), where && `${where.file}:${where.line}`, true],
    [t("why_step"), where?.flow && `${where.flow}.${where.step}`, true],
    [t("why_rule"), rule && words(rule)],
    [t("why_took"), began],
    [t("why_mode"), t(`mode_${mode}`)],
  ];
  return html`<section class="card"><h4>${t(where ? "why_where" : "why_then")}</h4><${Pairs} pairs=${pairs} /></section>`;
}

/** A rule in the reader's language; what nobody has put into words yet stands as the engine wrote it. */
const words = ({ code, values, text, several }) => {
  const rule = code && has(`rule_${code}`) ? t(`rule_${code}`, values) : text;
  return several ? `${rule}, ${t(`several_${several.code}`, { count: several.count })}` : rule;
};

const kindOf = (kind) => (has(`kind_${kind}`) ? t(`kind_${kind}`) : kind);

const Question = ({ question }) => html`<section class="card"><h4>${t("why_question")}</h4>
  <p><${Place} of=${question} /> ${t(`asked_${question.outcome}`, { kind: kindOf(question.kind) })}</p>
  <p class="muted">${t("why_expected")}: ${kindOf(question.kind)}</p>
  ${question.options.length > 0 && html`<ul class="why-options">${question.options.map(({ key, label }) => html`<li key=${key}><b>${key}</b> ${label}</li>`)}</ul>`}
  ${question.most > 0 && html`<p class="muted">${t("why_tries", { tries: question.tries, most: question.most })}</p>`}
</section>`;

const Place = ({ of }) => html`<span class="why-place"><code>${of.flow}.${of.step}</code> <code class="muted">${of.file}:${of.line}</code></span>`;

const LostRules = ({ lost }) => html`<section class="card"><h4>${t("why_lost")}</h4>
  ${lost.length ? html`<ul class="why-lost">${lost.map((each, i) => html`<li key=${i}><${Place} of=${each} /><b>${words(each.rule)}</b><span>${reason(each)}</span></li>`)}</ul>`
    : html`<p class="muted">${t("why_lost_none")}</p>`}</section>`;

function reason({ why, values }) {
  const named = why === "weaker" ? { mine: t(`fit_${values.mine}`), best: t(`fit_${values.best}`) } : values;
  return t(`lost_${why}`, named);
}

const Variables = ({ variables }) => html`<section class="card"><h4>${t("why_variables")}</h4>
  ${variables.length ? html`<dl class="pairs">${variables.map(({ name, value, was }) => html`<div key=${name}><dt><code>${name}</code></dt>
      <dd class="code" dir="auto">${value}${was === undefined ? "" : html` <span class="muted">${t("why_was", { was })}</span>`}</dd></div>`)}</dl>`
    : html`<p class="muted">${t("why_variables_none")}</p>`}</section>`;
