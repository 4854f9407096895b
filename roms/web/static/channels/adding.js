// A new channel, step by step; whoever leaves in between finds it in the list and goes on there.
import { html, useEffect, useRef, useState } from "../vendor/ui.js";
import { Icon } from "../inbox/icons.js";
import { has, t } from "../inbox/text.js";
import { Fields } from "./fields.js";
import { Linking } from "./linking.js";
import { Note, Unofficial } from "./parts.js";
import { Address, Connect, Test } from "./pieces.js";
import { current, go, kinds } from "./state.js";

const STEPS = ["kind", "details", "address", "connect", "test"];

export function Adding() {
  const [step, setStep] = useState(0);
  const [kind, setKind] = useState(null);
  const head = useRef(null);
  useEffect(() => {
    if (step) head.current?.focus();
  }, [step]);
  const about = kinds.value.find((each) => each.kind === kind);
  const channel = current.value;
  const choose = (name) => (setKind(name), setStep(1));
  return html`<ol class="progress" aria-label=${t("steps")}>${STEPS.map((name, i) => html`<li key=${name} aria-current=${i === step ? "step" : undefined} data-done=${i < step}><span aria-hidden="true">${i < step ? "✓" : i + 1}</span>${t(`step_${name}`)}</li>`)}</ol>
    <section class="adding"><h2 tabindex="-1" ref=${head}>${t(`step_${STEPS[step]}_title`)}</h2>
    ${step === 0 && html`<${Kinds} onChoose=${choose} />`}
    ${step === 1 && html`${about.unofficial && html`<${Unofficial} />`}<p class="muted">${t(has(`about_${kind}_where`) ? `about_${kind}_where` : "about_where")}</p>
      <${Fields} about=${about} method="POST" path="/api/channels" extra=${{ kind }} submit=${t("next")} onDone=${() => setStep(2)} />
      <${Nav} back=${() => setStep(0)} />`}
    ${step === 2 && html`<${Address} channel=${channel} /><${Nav} next=${() => setStep(3)} />`}
    ${step === 3 && html`<${Connect} channel=${channel} />${channel.about.linking && html`<${Linking} />`}<${Nav} back=${() => setStep(2)} next=${() => setStep(4)} />`}
    ${step === 4 && html`<${Test} channel=${channel} />${channel.state === "connected" && html`<${Note} kind="good">${t("done_connected")}</${Note}>`}
      <div class="acts nav"><button type="button" class="button quiet" onClick=${() => setStep(3)}>${t("back")}</button><button type="button" class="button primary" onClick=${() => go(String(channel.id))}>${t("finish")}</button></div>`}
    </section>`;
}

const Nav = ({ back, next }) => html`<div class="acts nav">${back && html`<button type="button" class="button quiet" onClick=${back}>${t("back")}</button>`}
  ${next && html`<button type="button" class="button primary" onClick=${next}>${t("next")}</button>`}</div>`;

const Kinds = ({ onChoose }) => html`
  ${[false, true].map((unofficial) => {
    const some = kinds.value.filter((each) => each.unofficial === unofficial);
    return some.length > 0 && html`<div class="kinds" key=${unofficial}><h3>${t(unofficial ? "gateways" : "official")}</h3>${unofficial && html`<${Unofficial} />`}
      <ul>${some.map(({ kind, title }) => html`<li key=${kind}><button type="button" class="choose" onClick=${() => onChoose(kind)}><span class="kind" data-kind=${kind}><${Icon} name="whapi" size=${20} /></span>
        <span class="who"><b>${title}</b><span class="muted">${has(`about_${kind}`) ? t(`about_${kind}`) : ""}</span></span>${unofficial ? "" : html`<span class="recommended">${t("recommended")}</span>`}</button></li>`)}</ul></div>`;
  })}`;
