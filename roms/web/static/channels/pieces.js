// The parts that both setting up and looking after a channel consist of.
import { html, useState } from "../vendor/ui.js";
import { boot } from "../inbox/boot.js";
import { has, shortTime, t } from "../inbox/text.js";
import { international } from "./linking.js";
import { Busy, Copy, Note, Outcome, State } from "./parts.js";
import { act, made, path } from "./state.js";

export function Address({ channel }) {
  const told = made.value[channel.id] ?? {};
  const mine = channel.about.fields.filter((field) => field.made_by_us);
  const again = (name) => act("PATCH", path(), { make: [name] });
  return html`<div class="address"><p>${t(has(`address_${channel.kind}`) ? `address_${channel.kind}` : "address_text")}</p>
    <${Copy} label=${t("webhook")} value=${channel.webhook} />
    ${mine.map(({ name }) => (told[name] ? html`<${Copy} key=${name} secret label=${t(`field_${name}`)} value=${told[name]} />`
      : html`<div class="kept" key=${name}><span>${t(`field_${name}`)}: ${channel.secrets[name]?.is_set ? (channel.secrets[name].at ? t("secret_set", { at: shortTime(channel.secrets[name].at) }) : t("secret_set_once")) : t("secret_unset")}</span>
        <${Busy} icon="reopen" run=${() => again(name)}>${t("make_anew")}</${Busy}></div>`))}
    ${Object.keys(told).length > 0 && html`<${Note} kind="warn">${t("shown_once")}</${Note}>`}
    ${!boot.public && html`<${Note}>${t("not_public")}</${Note}>`}
  </div>`;
}

/** The provider answered, but what it answered is not always good. */
const DONE = { connected: "good", unknown: "good", failed: "bad", restricted: "bad", stopped: "warn" };

export function Connect({ channel }) {
  const [outcome, setOutcome] = useState(null);
  const run = async () => setOutcome(await act("POST", path(channel.about.setup ? "/connect" : "/refresh")));
  return html`<div class="connect"><p>${t(channel.about.setup ? "connect_text" : "check_text")}</p>
    <p class="now"><${State} of=${channel} />${channel.state_at && html` <span class="muted">${t("since", { at: shortTime(channel.state_at) })}</span>`}</p>
    ${channel.attention && !channel.about.linking && html`<${Note} kind="bad">${t(`attention_${channel.attention}`)}</${Note}>`}
    ${channel.state_text && channel.state !== "connected" && html`<p class="said">${t("provider_said")} “${channel.state_text}”</p>`}
    <div class="acts"><${Busy} kind="primary" icon="check" disabled=${!channel.is_enabled} run=${run}>${t(channel.about.setup ? "connect" : "check")}</${Busy}></div>
    <${Outcome} of=${outcome} tone=${DONE[channel.state]} good=${t(has(`done_${channel.state}`) ? `done_${channel.state}` : "done_unknown")} /></div>`;
}

export function Test({ channel }) {
  const [phone, setPhone] = useState("");
  const [text, setText] = useState(t("test_message"));
  const [outcome, setOutcome] = useState(null);
  const [wrong, setWrong] = useState(false);
  const send = async (event) => {
    event.preventDefault();
    setWrong(false);
    setOutcome(await act("POST", path("/test"), { phone: international(phone), text }, (error) => error.data.field === "phone" && (setWrong(true), true)));
  };
  return html`<form class="test-message" onSubmit=${send}><p>${t(channel.about.window ? "test_text_window" : "test_text")}</p>
    <label class="field" data-bad=${wrong}><span>${t("test_number")}</span><input inputmode="tel" required placeholder="0812 3456 7890" value=${phone} onInput=${(event) => setPhone(event.target.value)} />
      ${wrong && html`<small class="wrong" role="alert">${t("test_number_wrong")}</small>`}</label>
    <label class="field"><span>${t("message")}</span><input required maxlength="1000" value=${text} onInput=${(event) => setText(event.target.value)} /></label>
    <div class="acts"><button class="button primary" disabled=${!channel.is_enabled}>${t("test_send")}</button></div>
    <${Outcome} of=${outcome} good=${t("test_sent")} /></form>`;
}
