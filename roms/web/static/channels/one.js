// One channel: how it is, what goes through it, and everything that can be done about it.
import { html, useState } from "../vendor/ui.js";
import { t } from "../inbox/text.js";
import { Fields } from "./fields.js";
import { Linking } from "./linking.js";
import { Figures } from "./list.js";
import { Busy, Note, State, Unofficial } from "./parts.js";
import { Address, Connect, Test } from "./pieces.js";
import { act, current, go, path } from "./state.js";
import { Templates, Timeline } from "./timeline.js";

export function One() {
  const channel = current.value;
  if (!channel) return html`<p class="waiting-text" role="status"><span class="spinner" aria-hidden="true"></span>${t("working")}</p>`;
  const { about, direct } = channel;
  return html`<div class="one">
    <section class="card"><p class="now"><b>${channel.title}</b> <${State} of=${channel} /></p>
      ${!channel.is_enabled && html`<${Note} kind="warn">${t("off_text")}</${Note}>`}
      ${channel.attention === "sealed" && html`<${Note} kind="bad">${t("attention_sealed")}</${Note}>`}<${Figures} of=${channel} /></section>
    ${about.linking && channel.is_enabled && html`<${Linking} />`}
    ${!direct && html`<section class="card"><h2>${t(about.setup ? "connect" : "check")}</h2><${Connect} channel=${channel} /></section>
      <section class="card"><h2>${t("address")}</h2><${Address} channel=${channel} /></section>
      <section class="card"><h2>${t("test")}</h2><${Test} channel=${channel} /></section>
      <section class="card"><h2>${t("credentials")}</h2><p class="muted">${t("credentials_text")}</p>
        <${Fields} about=${about} channel=${channel} method="PATCH" path=${path()} submit=${t("save")} /></section>`}
    ${about.templates && html`<section class="card"><h2>${t("templates")}</h2><${Templates} channel=${channel} /></section>`}
    <section class="card"><h2>${t("manage")}</h2><${Manage} channel=${channel} key=${channel.id} /></section>
    <section class="card"><h2>${t("timeline")}</h2>${channel.events.length ? html`<${Timeline} events=${channel.events} />` : html`<p class="muted">${t("timeline_none")}</p>`}</section>
    ${about.unofficial && html`<${Unofficial} />`}
  </div>`;
}

function Manage({ channel }) {
  const [name, setName] = useState(channel.name);
  const [wrong, setWrong] = useState(null);
  const [sure, setSure] = useState(false);
  const [used, setUsed] = useState(false);
  const rename = async (event) => {
    event.preventDefault();
    setWrong(null);
    await act("PATCH", path(), { name }, (error) => error.data.field === "name" && (setWrong(error.data.problem), true));
  };
  const remove = async () => {
    if (await act("DELETE", path(), undefined, (error) => error.code === "channel_used" && (setUsed(true), true))) go("");
    setSure(false);
  };
  return html`<form class="rename" onSubmit=${rename}><label class="field" data-bad=${Boolean(wrong)}><span>${t("name")}</span><input required maxlength="120" value=${name} onInput=${(event) => setName(event.target.value)} />
      ${wrong && html`<small class="wrong" role="alert">${t(`field_${wrong}`)}</small>`}</label><button class="button" disabled=${name === channel.name}>${t("save")}</button></form>
    <div class="acts"><${Busy} icon=${channel.is_enabled ? "pause" : "play"} run=${() => act("PATCH", path(), { is_enabled: !channel.is_enabled })}>${t(channel.is_enabled ? "switch_off" : "switch_on")}</${Busy}>
      ${!channel.direct && !sure && html`<button type="button" class="button quiet" onClick=${() => setSure(true)}>${t("remove")}</button>`}
      ${sure && html`<span class="sure"><span>${t("remove_sure")}</span><${Busy} run=${remove}>${t("remove")}</${Busy}><button type="button" class="button quiet" onClick=${() => setSure(false)}>${t("cancel")}</button></span>`}</div>
    ${channel.is_enabled && html`<p class="muted">${t("switch_off_text")}</p>`}
    ${used && html`<${Note} kind="warn" role="alert">${t("remove_used")}</${Note}>`}`;
}
